//! Conversions between types.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::values::{Operand, machine_type, tuple_types};
use hotloop_mir::{ConvertOp, FloatCompare, IntCompare, MachineType, Value};
use hotloop_types::{Dtype, DtypeKind, Type};
use std::rc::Rc;

impl Lowering<'_> {
    /// A value of type `from` in type `to`. Arrays are what they are: only what is known of them changes.
    pub(crate) fn converted(&mut self, operand: &Operand, from: &Type, to: &Type) -> Operand {
        if from == to {
            return operand.clone();
        }
        match (from, to) {
            (Type::Scalar(from), Type::Scalar(to)) => self.code.convert_number(operand, *from, *to),
            (Type::Array(_), Type::Array(_)) => operand.clone(),
            (Type::Tuple(from), Type::Tuple(_)) => {
                let to = tuple_types(to);
                assert_eq!(from.len(), to.len(), "HIR: a tuple converts to one of its length");
                let types = from.iter().zip(to);
                let items: Vec<Operand> = (operand.items().iter().zip(types))
                    .map(|(item, (from, to))| self.converted(item, from, to))
                    .collect();
                Operand::tuple(items)
            }
            (Type::None, Type::Optional(to)) => {
                Operand::Optional(self.code.boolean(false), Rc::new(self.code.placeholder(to)))
            }
            (Type::Optional(from), Type::Optional(to)) => {
                let (is_present, value) = operand.optional();
                Operand::Optional(is_present, Rc::new(self.converted(value, from, to)))
            }
            (from, Type::Optional(to)) => {
                let value = self.converted(operand, from, to);
                Operand::Optional(self.code.boolean(true), Rc::new(value))
            }
            (
                Type::Scalar(_)
                | Type::Array(_)
                | Type::Tuple(_)
                | Type::None
                | Type::Dtype(_)
                | Type::Function(_)
                | Type::Optional(_)
                | Type::Range
                | Type::Str
                | Type::Bytes
                | Type::List(_)
                | Type::Generator(_)
                | Type::RandomGenerator
                | Type::Enum(_)
                | Type::Undefined,
                _,
            ) => {
                panic!("HIR: {from} does not convert to {to}")
            }
        }
    }
}

impl Code {
    /// A number of one dtype in another.
    pub(crate) fn convert_number(&mut self, operand: &Operand, from: Dtype, to: Dtype) -> Operand {
        if to.is_complex() {
            return Operand::Complex(self.complex_of(operand, from, to));
        }
        if from.is_complex() {
            assert_eq!(to, Dtype::Bool, "HIR: a complex number does not become real");
            return Operand::Scalar(self.is_nonzero_complex(operand.parts()));
        }
        Operand::Scalar(self.convert_scalar(operand.scalar(), from, to))
    }

    /// A real number or truth value of one dtype in another.
    pub(crate) fn convert_scalar(&mut self, value: Value, from: Dtype, to: Dtype) -> Value {
        use DtypeKind::{Bool, Complex, Float, Signed, Unsigned};
        if from == to {
            return value;
        }
        let machine = machine_type(to);
        match (from.kind(), to.kind()) {
            (Bool, Bool) => value,
            (Float, Bool) => self.compare_float_const(FloatCompare::Ne, value, 0.0),
            (Signed | Unsigned, Bool) => self.compare_const(IntCompare::Ne, value, 0),
            (Signed, Float) => self.convert(ConvertOp::SignedToFloat, value, machine),
            (Bool | Unsigned, Float) => self.convert(ConvertOp::UnsignedToFloat, value, machine),
            (Float, Float) if machine == MachineType::F64 => self.convert(ConvertOp::Promote, value, machine),
            (Float, Float) => self.convert(ConvertOp::Demote, value, machine),
            (Float, Unsigned) if machine == MachineType::I64 => {
                self.convert(ConvertOp::FloatToUnsigned, value, machine)
            }
            (Float, Signed | Unsigned) => {
                let whole = self.convert(ConvertOp::FloatToSigned, value, MachineType::I64);
                self.convert(ConvertOp::Truncate, whole, machine)
            }
            (Bool | Signed | Unsigned, Signed | Unsigned) => self.resize(value, from, machine),
            (Complex, _) | (_, Complex) => panic!("HIR: a complex number is no machine value"),
        }
    }

    /// An integer of that dtype in an integer type of any width.
    pub(crate) fn resize(&mut self, value: Value, from: Dtype, to: MachineType) -> Value {
        if machine_type(from).bits() > to.bits() {
            self.convert(ConvertOp::Truncate, value, to)
        } else if from.kind() == DtypeKind::Signed {
            self.convert(ConvertOp::SignExtend, value, to)
        } else {
            self.convert(ConvertOp::ZeroExtend, value, to)
        }
    }
}
