//! Calls of other compiled functions.

use crate::lowering::Lowering;
use crate::values::{ArrayOperand, Operand, flat_types, parameter_types};
use hotloop_hir::{Callee, Expr};
use hotloop_mir as mir;
use hotloop_mir::{InstKind, RegionKind, SlotData, Value};

impl Lowering<'_> {
    /// A call; the result holds references to its arrays.
    pub(crate) fn call(&mut self, expr: &Expr, callee: Callee, arguments: &[Expr]) -> Operand {
        let operands = self.exprs(arguments);
        self.code.set_span(expr.span);
        let mut values = Vec::new();
        for operand in &operands {
            self.pass(operand, &mut values);
        }
        self.place_stack_check(callee);
        let callee = self.mir_callee(callee);
        let results = self.code.push(InstKind::Call { callee, arguments: values });
        let result = self.temporary(&expr.ty, results);
        for operand in &operands {
            self.drop_temporary(operand);
        }
        result
    }

    /// CPython names the line of the call that goes too deep, not that of the function which is called.
    fn place_stack_check(&mut self, callee: Callee) {
        if self.source.callees[callee].symbol != self.source.symbol {
            return;
        }
        if let Some(check) = self.stack_check.take() {
            self.code.function.insts[check].span = self.code.span();
        }
    }

    pub(crate) fn mir_callee(&mut self, callee: Callee) -> mir::Callee {
        let data = &self.source.callees[callee];
        let (mut parameters, mut results) = (Vec::new(), Vec::new());
        for parameter in &data.parameters {
            parameter_types(parameter, &mut parameters);
        }
        flat_types(&data.result, &mut results);
        self.code.function.callee(mir::CalleeData {
            symbol: data.symbol.clone(),
            parameters,
            results,
            is_placeless: data.is_placeless,
        })
    }

    /// The machine arguments for an operand.
    fn pass(&mut self, operand: &Operand, arguments: &mut Vec<Value>) {
        match operand {
            Operand::Scalar(value) => arguments.push(*value),
            Operand::Complex(parts) => arguments.extend(parts),
            Operand::Array(array) => {
                let descriptor = array.descriptor.unwrap_or_else(|| self.write_descriptor(array));
                arguments.push(descriptor);
            }
            Operand::Tuple(items) => items.iter().for_each(|item| self.pass(item, arguments)),
            Operand::Optional(is_present, value) => {
                arguments.push(*is_present);
                self.pass(value, arguments);
            }
            Operand::Text(_) | Operand::List(_) => operand.flatten(arguments),
            Operand::Nothing => {}
        }
    }

    /// Writes an array's descriptor to a slot of the frame.
    fn write_descriptor(&mut self, array: &ArrayOperand) -> Value {
        let words: Vec<Value> = array.words().collect();
        let slot = self.code.function.slots.push(SlotData { size_bytes: 8 * words.len() as u32 });
        let address = self.code.value(InstKind::SlotAddress(slot));
        let region = self.code.region(RegionKind::Stack);
        for (position, word) in words.into_iter().enumerate() {
            self.code.store(word, address, 8 * position as i32, region);
        }
        address
    }
}
