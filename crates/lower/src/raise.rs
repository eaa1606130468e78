//! `raise` and `assert`: the error with its constant arguments, and the words for those that only the run knows.

use crate::lowering::Lowering;
use crate::values::Operand;
use hotloop_abi::{ErrorArgument, ErrorClass, ErrorValue, ExceptionClass};
use hotloop_hir::{Constant, Exception, ExceptionArgument, Expr, ExprKind};
use hotloop_mir::{ConvertOp, ErrorData, MachineType, Terminator, Value};
use hotloop_types::{Dtype, DtypeKind, Type};

impl Lowering<'_> {
    /// Evaluates the arguments and raises.
    pub(crate) fn raise(&mut self, class: ErrorClass, arguments: &[ExceptionArgument]) {
        let span = self.code.span();
        let mut payload = Vec::new();
        let arguments = self.error_arguments(arguments, &mut payload);
        self.code.set_span(span);
        let error = self.code.function.error_with(ErrorData { class, arguments });
        self.code.terminate(Terminator::Raise { error, payload });
    }

    /// Raises the exception; for statements.
    pub(crate) fn raise_exception(&mut self, exception: &Exception) {
        self.raise(exception.class.clone(), &exception.arguments);
    }

    /// Raises `AssertionError` unless the condition holds; only then are the arguments evaluated.
    pub(crate) fn assert(&mut self, condition: &Expr, arguments: &[ExceptionArgument]) {
        let span = self.code.span();
        if arguments.iter().all(is_constant) {
            let condition = self.scalar(condition);
            self.code.set_span(span);
            let arguments = self.error_arguments(arguments, &mut Vec::new());
            self.code
                .check_with(condition, ErrorData { class: ExceptionClass::AssertionError.into(), arguments });
            return;
        }
        let (holds, fails) = (self.code.new_block(), self.code.new_block());
        self.branch_on(condition, holds, fails);
        let holdings = self.code.holdings.clone();
        self.code.start(fails);
        self.code.set_span(span);
        self.raise(ExceptionClass::AssertionError.into(), arguments);
        self.code.holdings = holdings;
        self.code.start(holds);
    }

    fn error_arguments(
        &mut self,
        arguments: &[ExceptionArgument],
        payload: &mut Vec<Value>,
    ) -> Vec<ErrorArgument> {
        arguments.iter().map(|argument| self.error_argument(argument, payload)).collect()
    }

    fn error_argument(&mut self, argument: &ExceptionArgument, payload: &mut Vec<Value>) -> ErrorArgument {
        match argument {
            ExceptionArgument::Int(value) => ErrorArgument::Constant(ErrorValue::Int(*value)),
            ExceptionArgument::Str(text) => ErrorArgument::Constant(ErrorValue::Str(text.clone())),
            ExceptionArgument::Tuple(items) => ErrorArgument::Tuple(self.error_arguments(items, payload)),
            ExceptionArgument::Value(value) => match constant_value(value) {
                Some(value) => ErrorArgument::Constant(value),
                None => {
                    let operand = self.expr(value);
                    self.operand_argument(&operand, &value.ty, payload)
                }
            },
        }
    }

    fn operand_argument(&mut self, operand: &Operand, ty: &Type, payload: &mut Vec<Value>) -> ErrorArgument {
        match ty {
            Type::Scalar(dtype) => {
                let position = payload.len() as u32;
                let mut parts = Vec::new();
                operand.flatten(&mut parts);
                for part in parts {
                    payload.push(self.word(part, dtype.part()));
                }
                ErrorArgument::Word(*dtype, position)
            }
            Type::Tuple(types) => {
                let items = operand.items().iter().zip(types.iter());
                ErrorArgument::Tuple(
                    items.map(|(item, ty)| self.operand_argument(item, ty, payload)).collect(),
                )
            }
            Type::None => ErrorArgument::Constant(ErrorValue::None),
            Type::Array(_)
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Generator(_)
            | Type::Undefined => {
                panic!("HIR: an exception has no argument of type {ty}")
            }
        }
    }

    /// A number as a word of eight bytes.
    pub(crate) fn word(&mut self, value: Value, dtype: Dtype) -> Value {
        let bits = match self.code.ty(value) {
            MachineType::F32 => self.code.convert(ConvertOp::Bitcast, value, MachineType::I32),
            MachineType::F64 => self.code.convert(ConvertOp::Bitcast, value, MachineType::I64),
            _ => value,
        };
        let widen =
            if dtype.kind() == DtypeKind::Signed { ConvertOp::SignExtend } else { ConvertOp::ZeroExtend };
        self.code.convert(widen, bits, MachineType::I64)
    }
}

fn is_constant(argument: &ExceptionArgument) -> bool {
    match argument {
        ExceptionArgument::Value(value) => constant_value(value).is_some(),
        ExceptionArgument::Int(_) | ExceptionArgument::Str(_) => true,
        ExceptionArgument::Tuple(items) => items.iter().all(is_constant),
    }
}

/// The value of a constant that is a number or `None`.
fn constant_value(value: &Expr) -> Option<ErrorValue> {
    let ExprKind::Constant(constant) = value.kind else { return None };
    match constant {
        Constant::None => Some(ErrorValue::None),
        Constant::Bool(value) => Some(ErrorValue::Bool(value)),
        Constant::Int(bits) => Some(ErrorValue::number(value.ty.as_scalar()?, bits)),
        Constant::Float(value) => Some(ErrorValue::float(value)),
        Constant::Complex(real, imag) => Some(ErrorValue::Complex(real.to_bits(), imag.to_bits())),
        Constant::Dtype => None,
    }
}
