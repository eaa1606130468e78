//! Calls of code for wider vectors than Cranelift has.
//!
//! What the code takes is in registers or lies in a block of words in the frame (see `VectorCode`): the number of iterations, then its inputs, then room for the accumulators.

use super::super::signatures::clif_type;
use super::super::{Translator, WORD};
use crate::error::ModuleResult;
use crate::object::Unit;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, Signature, StackSlotData, StackSlotKind, types};
use cranelift_codegen::isa::CallConv;
use cranelift_module::{FuncId, Linkage, Module as _};
use hotloop_abi::Context;
use hotloop_mir::{
    Function, MachineType, NestPlan, ReductionOp, VectorArgument, VectorCode, VectorInput, VectorPlan,
};

impl Unit<'_> {
    /// Adds the code of a loop in wide vectors to the object, if the target has somebody who makes it.
    pub(in crate::function) fn wide_code(
        &mut self,
        function: &Function,
        plan: &VectorPlan<'_>,
    ) -> ModuleResult<Option<(VectorCode, FuncId)>> {
        let code = self.target.wide_vectors().and_then(|wide| wide.compile(function, plan));
        code.map(|code| self.add_wide_code(function, code)).transpose()
    }

    /// Adds the code of a loop with loops in it.
    pub(in crate::function) fn wide_nest(
        &mut self,
        function: &Function,
        plan: &NestPlan<'_>,
    ) -> ModuleResult<Option<(VectorCode, FuncId)>> {
        let code = self.target.wide_vectors().and_then(|wide| wide.compile_nest(function, plan));
        code.map(|code| self.add_wide_code(function, code)).transpose()
    }

    fn add_wide_code(&mut self, function: &Function, code: VectorCode) -> ModuleResult<(VectorCode, FuncId)> {
        let name = format!("hl_vectors{}", self.wide_loops.len());
        let signature = wide_signature(function, &code);
        let id = self.module.declare_function(&name, Linkage::Local, &signature)?;
        self.module.define_function_bytes(id, 64, &code.bytes, &[])?;
        self.wide_loops.push((name, code.clone()));
        Ok((code, id))
    }
}

fn wide_signature(function: &Function, code: &VectorCode) -> Signature {
    let convention = if code.keeps_registers { CallConv::PreserveAll } else { CallConv::SystemV };
    let mut signature = Signature::new(convention);
    signature.params.extend(code.arguments.iter().map(|argument| {
        AbiParam::new(match argument {
            VectorArgument::Input(VectorInput::Splat(value)) => clif_type(function.value_type(*value)),
            VectorArgument::Count | VectorArgument::Words | VectorArgument::Input(_) => types::I64,
        })
    }));
    signature
}

impl Translator<'_, '_> {
    /// Calls the code for all iterations but as many as have to be left, and gives the variable and the accumulators the values that they have behind those.
    pub(super) fn call_wide(
        &mut self,
        plan: &VectorPlan<'_>,
        code: &VectorCode,
        function: FuncId,
        rest: ir::Value,
        left: i64,
    ) -> ModuleResult<()> {
        let count = self.count_of(rest, left, code.multiple);
        for inst in &plan.scalars {
            self.translate_once(*inst)?;
        }
        for inst in &plan.lanes {
            if plan.uniform_loads.contains(inst) {
                self.translate_inst(*inst)?;
            }
        }
        let totals_at = 8 * (1 + code.inputs.len() as u32);
        let totals_bytes = code.vector_bytes * plan.vector.accumulators.len() as u32;
        let words = self.call_with_words(code, function, count, totals_bytes)?;
        let done = if code.may_stop { self.ins().load(types::I64, WORD, words, 0) } else { count };
        for (position, accumulator) in plan.vector.accumulators.iter().enumerate() {
            let ty = self.mir.value_type(accumulator.parameter);
            let offset = totals_at as i32 + code.vector_bytes as i32 * position as i32;
            let total = self.ins().load(clif_type(ty), WORD, words, offset);
            let before = self.operand(accumulator.parameter);
            let combined = self.combined_scalars(accumulator.op, ty, before, total);
            let combined = if code.may_stop { self.ins().select(done, combined, before) } else { combined };
            self.values[accumulator.parameter] = combined.into();
        }
        let start = self.operand(plan.vector.variable);
        let next = match plan.vector.goes_down {
            true => self.ins().isub(start, done),
            false => self.ins().iadd(start, done),
        };
        self.values[plan.vector.variable] = next.into();
        Ok(())
    }

    /// All iterations of the rest but `left`, or fewer, so that it is a multiple.
    fn count_of(&mut self, rest: ir::Value, left: i64, multiple: i64) -> ir::Value {
        let mut count = rest;
        if left > 0 {
            let left = self.int(types::I64, left);
            count = self.ins().isub(count, left);
        }
        if multiple > 1 {
            let mask = self.int(types::I64, -multiple);
            count = self.ins().band(count, mask);
        }
        count
    }

    /// Calls the code for so many iterations; gives the address of its words, behind whose inputs there is room for totals. Where it takes no words, nothing is there.
    pub(super) fn call_with_words(
        &mut self,
        code: &VectorCode,
        function: FuncId,
        count: ir::Value,
        totals_bytes: u32,
    ) -> ModuleResult<ir::Value> {
        let takes = |argument: VectorArgument| code.arguments.contains(&argument);
        let words = match takes(VectorArgument::Words) {
            true => {
                let size_bytes = 8 * (1 + code.inputs.len() as u32) + totals_bytes;
                let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, size_bytes, 3);
                let slot = self.builder.create_sized_stack_slot(slot);
                let words = self.ins().stack_addr(types::I64, slot, 0);
                let count = (!takes(VectorArgument::Count)).then_some(count);
                self.store_inputs(words, count, code)?;
                words
            }
            false => count,
        };
        let mut arguments = Vec::with_capacity(code.arguments.len());
        for argument in &code.arguments {
            arguments.push(match argument {
                VectorArgument::Count => count,
                VectorArgument::Words => words,
                VectorArgument::Input(input) => self.input(*input)?,
            });
        }
        self.waiting_sums.clear();
        let callee = self.unit.module.declare_func_in_func(function, self.builder.func);
        self.ins().call(callee, &arguments);
        Ok(words)
    }

    /// What an accumulator was and a total, in one.
    fn combined_scalars(
        &mut self,
        op: ReductionOp,
        ty: MachineType,
        before: ir::Value,
        total: ir::Value,
    ) -> ir::Value {
        let replaces = match op {
            ReductionOp::Fmin => FloatCC::LessThan,
            ReductionOp::Fmax => FloatCC::GreaterThan,
            other => {
                let op = other.binary().expect("all others are one operation");
                return self.scalar_binary(op, ty, before, total);
            }
        };
        let replaces = self.ins().fcmp(replaces, total, before);
        self.ins().select(replaces, total, before)
    }

    /// Writes the words that code takes: the number of iterations, if that is one, and the inputs.
    fn store_inputs(
        &mut self,
        words: ir::Value,
        count: Option<ir::Value>,
        code: &VectorCode,
    ) -> ModuleResult<()> {
        if let Some(count) = count {
            self.ins().store(WORD, count, words, 0);
        }
        for (number, input) in code.inputs.iter().enumerate() {
            let word = self.input(*input)?;
            self.ins().store(WORD, word, words, 8 * (1 + number as i32));
        }
        Ok(())
    }

    /// An input. In a word, a number may be shorter: what is behind it does not count.
    fn input(&mut self, input: VectorInput) -> ModuleResult<ir::Value> {
        Ok(match input {
            VectorInput::Left { variable, limit } => {
                let [limit, variable] = [limit, variable].map(|value| self.operand(value));
                self.ins().isub(limit, variable)
            }
            VectorInput::Address(value) => self.operand(value),
            VectorInput::Splat(value) if self.mir.value_type(value) == MachineType::I1 => {
                let truth = self.operand(value);
                let wide = self.ins().uextend(types::I64, truth);
                self.ins().ineg(wide)
            }
            VectorInput::Splat(value) => self.operand(value),
            VectorInput::Bits(bits) => self.int(types::I64, bits as i64),
            VectorInput::Interrupt => {
                let context = self.context;
                self.ins().load(types::I64, WORD, context, Context::INTERRUPT_OFFSET as i32)
            }
            VectorInput::Function(function) => self.import(function.symbol())?,
        })
    }
}
