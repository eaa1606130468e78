//! `raise` and `assert`: the error with its constant arguments, and the words for those that only the run knows.

use crate::lowering::Lowering;
use crate::values::Operand;
use hotloop_abi::{ErrorArgument, ErrorClass, ErrorValue, ExceptionClass};
use hotloop_hir::{Constant, Exception, ExceptionArgument, Expr, ExprKind};
use hotloop_mir::{ConvertOp, ErrorData, InstKind, MachineType, RuntimeFunction, Terminator, Value};
use hotloop_types::{Dtype, DtypeKind, Type};

/// What an error takes along that only the run knows.
#[derive(Default)]
struct Taken {
    payload: Vec<Value>,
    texts: Vec<Operand>,
}

impl Lowering<'_> {
    /// Evaluates the arguments and raises.
    pub(crate) fn raise(&mut self, class: ErrorClass, arguments: &[ExceptionArgument]) {
        let span = self.code.span();
        let mut taken = Taken::default();
        let arguments = self.error_arguments(arguments, &mut taken);
        self.code.set_span(span);
        self.keep_texts(&taken.texts);
        let error = self.code.function.error_with(ErrorData { class, arguments });
        self.code.terminate(Terminator::Raise { error, payload: taken.payload });
    }

    /// Raises an error with that string for its argument.
    pub(crate) fn raise_text(&mut self, class: ErrorClass, text: Operand) {
        self.keep_texts(&[text]);
        let error =
            self.code.function.error_with(ErrorData { class, arguments: vec![ErrorArgument::Text(0)] });
        self.code.terminate(Terminator::Raise { error, payload: Vec::new() });
    }

    /// Gives strings to the error that is raised next.
    fn keep_texts(&mut self, texts: &[Operand]) {
        if texts.is_empty() {
            return;
        }
        let list = self.list_of(&Type::Str, texts);
        self.give_references(&Operand::List(list));
        let keep = RuntimeFunction::KeepTexts;
        self.code.effect(InstKind::CallRuntime { function: keep, arguments: vec![list.owner] });
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
            let arguments = self.error_arguments(arguments, &mut Taken::default());
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

    fn error_arguments(&mut self, arguments: &[ExceptionArgument], taken: &mut Taken) -> Vec<ErrorArgument> {
        arguments.iter().map(|argument| self.error_argument(argument, taken)).collect()
    }

    fn error_argument(&mut self, argument: &ExceptionArgument, taken: &mut Taken) -> ErrorArgument {
        match argument {
            ExceptionArgument::Int(value) => ErrorArgument::Constant(ErrorValue::Int(*value)),
            ExceptionArgument::Str(text) => ErrorArgument::Constant(ErrorValue::Str(text.clone())),
            ExceptionArgument::Tuple(items) => ErrorArgument::Tuple(self.error_arguments(items, taken)),
            ExceptionArgument::Value(value) => match constant_value(value) {
                Some(value) => ErrorArgument::Constant(value),
                None => {
                    let operand = self.expr(value);
                    self.operand_argument(&operand, &value.ty, taken)
                }
            },
        }
    }

    fn operand_argument(&mut self, operand: &Operand, ty: &Type, taken: &mut Taken) -> ErrorArgument {
        match ty {
            Type::Scalar(dtype) => {
                let position = taken.payload.len() as u32;
                let mut parts = Vec::new();
                operand.flatten(&mut parts);
                for part in parts {
                    taken.payload.push(self.word(part, dtype.part()));
                }
                ErrorArgument::Word(*dtype, position)
            }
            Type::Tuple(types) => {
                let items = operand.items().iter().zip(types.iter());
                ErrorArgument::Tuple(items.map(|(item, ty)| self.operand_argument(item, ty, taken)).collect())
            }
            Type::None => ErrorArgument::Constant(ErrorValue::None),
            Type::Str => {
                taken.texts.push(operand.clone());
                ErrorArgument::Text(taken.texts.len() as u32 - 1)
            }
            Type::Array(_)
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Bytes
            | Type::List(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
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
