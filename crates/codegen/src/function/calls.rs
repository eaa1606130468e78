//! Calls: of functions in this object directly, of everything else through the import table.

use super::signatures::{callee_signature, clif_type, runtime_signature};
use super::{Translator, WORD, stack_slot};
use crate::error::ModuleResult;
use cranelift_codegen::ir::{self, FuncRef, InstBuilder, SigRef, types};
use cranelift_module::Module as _;
use hotloop_diagnostics::Span;
use hotloop_mir::{Callee, MachineType, RuntimeFunction, Value};

impl Translator<'_, '_> {
    /// Calls a compiled function.
    pub(super) fn call(
        &mut self,
        callee: Callee,
        arguments: &[Value],
        results: &[Value],
        span: Span,
    ) -> ModuleResult<()> {
        let buffer = self.result_buffer(results.len());
        let mut passed = vec![self.context];
        passed.extend(arguments.iter().map(|value| self.operand(*value)));
        passed.push(buffer);
        let call = match self.local_callee(callee) {
            Some(function) => {
                // A parallel body has no results, and no place for them.
                let signature = self.builder.func.dfg.ext_funcs[function].signature;
                let takes = self.builder.func.dfg.signatures[signature].params.len();
                self.ins().call(function, &passed[..takes])
            }
            None => {
                let signature = self.callee_signature(callee);
                let address = self.import(&self.mir.callees[callee].symbol)?;
                self.ins().call_indirect(signature, address, &passed)
            }
        };
        let status = self.builder.inst_results(call)[0];
        if self.mir.callees[callee].is_placeless && span != Span::NONE {
            self.go_on_or_place(status, span);
        } else {
            self.go_on_if_ok(status);
        }
        self.read_results(buffer, results);
        Ok(())
    }

    /// Calls a runtime function.
    pub(super) fn call_runtime(
        &mut self,
        function: RuntimeFunction,
        arguments: &[Value],
        results: &[Value],
        span: Span,
    ) -> ModuleResult<()> {
        if !function.may_raise() {
            let passed: Vec<ir::Value> = arguments.iter().map(|value| self.operand(*value)).collect();
            let returned = self.call_runtime_function(function, &passed)?;
            for (value, definition) in results.iter().zip(returned) {
                self.define(*value, definition);
            }
            return Ok(());
        }
        let buffer = (!results.is_empty()).then(|| self.result_buffer(results.len()));
        let mut passed = vec![self.context];
        passed.extend(arguments.iter().map(|value| self.operand(*value)));
        passed.extend(buffer);
        let status = self.call_runtime_function(function, &passed)?[0];
        self.go_on_if_runtime_ok(status, function, span);
        if let Some(buffer) = buffer {
            self.read_results(buffer, results);
        }
        Ok(())
    }

    /// Calls a runtime function with all its arguments; what it returns.
    pub(super) fn call_runtime_function(
        &mut self,
        function: RuntimeFunction,
        arguments: &[ir::Value],
    ) -> ModuleResult<Vec<ir::Value>> {
        let signature = self.runtime_signature(function);
        let address = self.import(function.symbol())?;
        let call = self.ins().call_indirect(signature, address, arguments);
        Ok(self.builder.inst_results(call).to_vec())
    }

    /// The address of a function's code.
    pub(super) fn function_address(&mut self, callee: Callee) -> ModuleResult<ir::Value> {
        match self.local_callee(callee) {
            Some(function) => Ok(self.ins().func_addr(types::I64, function)),
            None => self.import(&self.mir.callees[callee].symbol),
        }
    }

    /// Loads a symbol's address from the import table.
    pub(super) fn import(&mut self, symbol: &str) -> ModuleResult<ir::Value> {
        let table = match self.import_table {
            Some(table) => table,
            None => {
                let table = self.unit.imports.table(&mut self.unit.module)?;
                let table = self.unit.module.declare_data_in_func(table, self.builder.func);
                self.import_table = Some(table);
                table
            }
        };
        let offset = self.unit.imports.offset_bytes(symbol);
        let address = self.ins().symbol_value(types::I64, table);
        Ok(self.ins().load(types::I64, WORD, address, offset))
    }

    /// Where a callee writes its results: one slot for all calls, since the results are read at once.
    fn result_buffer(&mut self, count: usize) -> ir::Value {
        if count == 0 {
            return self.int(types::I64, 0);
        }
        let slot = self.result_slot.unwrap_or_else(|| {
            let most = self.mir.callees.values().map(|callee| callee.results.len()).max().unwrap_or(0).max(1);
            let slot = self.builder.create_sized_stack_slot(stack_slot(8 * most as u32));
            self.result_slot = Some(slot);
            slot
        });
        self.ins().stack_addr(types::I64, slot, 0)
    }

    fn read_results(&mut self, buffer: ir::Value, results: &[Value]) {
        for (position, result) in results.iter().enumerate() {
            let ty: MachineType = self.mir.value_type(*result);
            let loaded = self.ins().load(clif_type(ty), WORD, buffer, 8 * position as i32);
            self.define(*result, loaded);
        }
    }

    fn local_callee(&mut self, callee: Callee) -> Option<FuncRef> {
        if let Some(known) = self.local_callees[callee].expand() {
            return Some(known);
        }
        let function = self.unit.local(&self.mir.callees[callee].symbol)?;
        let function = self.unit.module.declare_func_in_func(function, self.builder.func);
        self.local_callees[callee] = function.into();
        Some(function)
    }

    fn callee_signature(&mut self, callee: Callee) -> SigRef {
        if let Some(known) = self.callee_signatures[callee].expand() {
            return known;
        }
        let signature = callee_signature(&self.mir.callees[callee], self.unit.target);
        let signature = self.builder.import_signature(signature);
        self.callee_signatures[callee] = signature.into();
        signature
    }

    fn runtime_signature(&mut self, function: RuntimeFunction) -> SigRef {
        if let Some((_, known)) = self.runtime_signatures.iter().find(|(known, _)| *known == function) {
            return *known;
        }
        let signature = self.builder.import_signature(runtime_signature(function, self.unit.target));
        self.runtime_signatures.push((function, signature));
        signature
    }
}
