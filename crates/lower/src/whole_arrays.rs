//! Calls of the runtime with whole arrays.

use crate::lowering::Lowering;
use crate::values::{ArrayOperand, Operand};
use hotloop_abi::RuntimeFunction;
use hotloop_hir::Expr;
use hotloop_intrinsics::Intrinsic;
use hotloop_mir::InstKind;
use hotloop_objects::Element;
use hotloop_types::{Dtype, Type};

impl Lowering<'_> {
    pub(crate) fn whole_arrays(&mut self, expr: &Expr, intrinsic: Intrinsic, arguments: &[Expr]) -> Operand {
        let operands = self.exprs(arguments);
        self.code.set_span(expr.span);
        let Type::Array(ty) = arguments[0].ty else { panic!("HIR: {} is no array", arguments[0].ty) };
        let element = self.code.int64(element(ty.dtype).number() as i64);
        let first = operands[0].array();
        let (function, values) = match intrinsic {
            Intrinsic::OrderElements => {
                let places = operands[1].array().data;
                (RuntimeFunction::OrderElements, vec![first.data, first.shape[0], element, places])
            }
            Intrinsic::MultiplyMatrices => {
                let (second, out) = (operands[1].array(), operands[2].array());
                let place = |array: &ArrayOperand| [array.data, array.strides[0], array.strides[1]];
                let sizes = [first.shape[0], first.shape[1], second.shape[1]];
                let values = place(first).into_iter().chain(place(second)).chain([out.data]).chain(sizes);
                (RuntimeFunction::MultiplyMatrices, values.chain([element]).collect())
            }
            _ => (RuntimeFunction::SortElements, vec![first.data, first.shape[0], element]),
        };
        self.code.effect(InstKind::CallRuntime { function, arguments: values });
        for operand in &operands {
            self.drop_temporary(operand);
        }
        Operand::Nothing
    }
}

fn element(dtype: Dtype) -> Element {
    match dtype {
        Dtype::Bool => Element::Bool,
        Dtype::Int8 => Element::Int8,
        Dtype::Int16 => Element::Int16,
        Dtype::Int32 => Element::Int32,
        Dtype::Int64 => Element::Int64,
        Dtype::UInt8 => Element::UInt8,
        Dtype::UInt16 => Element::UInt16,
        Dtype::UInt32 => Element::UInt32,
        Dtype::UInt64 => Element::UInt64,
        Dtype::Float32 => Element::Float32,
        Dtype::Float64 => Element::Float64,
        Dtype::Complex64 => Element::Complex64,
        Dtype::Complex128 => Element::Complex128,
    }
}
