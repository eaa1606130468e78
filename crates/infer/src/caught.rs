//! A caught exception as a value: its text, and its arguments.
//!
//! Which exception it is, only the run knows. Its text can be asked for at any time; an argument has the type that the `raise` statements in the body
//! of the `try` give it, and is a string where there are none: then a check has raised, or a kernel that was called. Whether it is what was
//! expected is checked when it is asked for.

use crate::conditions::short_circuit;
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::strings::{checked_as, compared, int64};
use hotloop_abi::{
    ArgumentKind, CAUGHT_CLASS, CAUGHT_REPR, CAUGHT_STR, CaughtQuestion, ErrorClass, ExceptionClass,
};
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, Identifier, Number};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Catches, Caught, CompareOp, Constant, ExceptionArgument, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{Dtype, DtypeKind, Type};
use std::rc::Rc;

static CAUGHT: Code = Code::new("HL0321", "a caught exception is used in a way that is not supported");

/// What is raised if an argument is something else than the `raise` statements around say.
const OTHER_ARGUMENT: &str = "the argument of the exception is of another type than the kernel expects";
const OWN_TEXT: &str = "the text of this exception is made by Python code of its class";

/// What of a caught exception an expression stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaughtPart {
    /// The exception.
    Error,
    /// The tuple of its arguments.
    Arguments,
}

/// What a `raise` statement raises.
#[derive(Clone, Debug)]
pub(crate) struct Raised {
    pub(crate) class: ErrorClass,
    pub(crate) arguments: Vec<Type>,
    pub(crate) span: Span,
}

/// Of what can arrive in a handler, what the `raise` statements of the body raise.
pub(crate) fn caught_of(raised: &[Raised], catches: &Catches) -> Rc<[Raised]> {
    let arrives = |each: &&Raised| match catches {
        Catches::Everything | Catches::AllButInterrupt => true,
        Catches::Classes(classes) => classes.iter().any(|class| each.class.is_subclass_of(class)),
    };
    raised.iter().filter(arrives).cloned().collect()
}

/// The types of the arguments of an exception as Python has them.
pub(crate) fn types_of(arguments: &[ExceptionArgument]) -> Vec<Type> {
    let of = |argument: &ExceptionArgument| match argument {
        ExceptionArgument::Value(value) => match value.ty.as_scalar() {
            Some(dtype) => Type::Scalar(match dtype.kind() {
                DtypeKind::Bool => Dtype::Bool,
                DtypeKind::Signed => Dtype::Int64,
                DtypeKind::Unsigned => Dtype::UInt64,
                DtypeKind::Float => Dtype::Float64,
                DtypeKind::Complex => Dtype::Complex128,
            }),
            None => value.ty.clone(),
        },
        ExceptionArgument::Int(_) => Type::Undefined,
        ExceptionArgument::Str(_) => Type::Str,
        ExceptionArgument::Tuple(items) => Type::tuple(types_of(items)),
    };
    arguments.iter().map(of).collect()
}

fn word(caught: Caught, question: CaughtQuestion, position: u32, ty: Type, span: Span) -> Expr {
    Expr::object(ObjectExpr::CaughtWord { caught, question, position }, ty, span)
}

fn text(caught: Caught, form: i64, span: Span) -> Expr {
    Expr::object(ObjectExpr::CaughtText { caught, form }, Type::Str, span)
}

/// The text of an exception, as `str` or `repr` gives it.
fn text_of_caught(caught: Caught, is_repr: bool, span: Span) -> Expr {
    let own = word(caught, CaughtQuestion::OwnText, 0, Type::INT64, span);
    let is_plain = compared(CompareOp::Eq, own, int64(0, span), span);
    let text = text(caught, if is_repr { CAUGHT_REPR } else { CAUGHT_STR }, span);
    checked_as(ExceptionClass::TypeError, is_plain, OWN_TEXT, text, span)
}

impl Inference<'_> {
    /// A value as a string, which may be a caught exception.
    pub(crate) fn text_of_value(&mut self, value: Value, is_repr: bool, span: Span) -> Typed {
        match value {
            Value::Caught(caught, CaughtPart::Error, _) => Ok(text_of_caught(caught, is_repr, span)),
            value => {
                let value = self.run_time_value(value)?;
                self.text_of(value, is_repr, span)
            }
        }
    }

    /// A caught exception, or its arguments, where a value is needed.
    pub(crate) fn caught_value(&mut self, caught: Caught, part: CaughtPart, span: Span) -> Typed {
        match part {
            CaughtPart::Error => Err(self.report_caught(
                "a caught exception is used as a value",
                "use its text, `str(...)`, or its arguments, `.args`; or raise it again in its handler",
                span,
            )),
            CaughtPart::Arguments => self.caught_arguments(caught, span),
        }
    }

    fn report_caught(&mut self, message: &str, help: &str, span: Span) -> Reported {
        self.report(Diagnostic::error(&CAUGHT, message, span).with_help(help))
    }

    /// `error.args`, and what else there may be.
    pub(crate) fn caught_attribute(
        &mut self,
        caught: Caught,
        part: CaughtPart,
        name: &Identifier,
        span: Span,
    ) -> Typed<Value> {
        if part == CaughtPart::Error && &*name.name == "args" {
            return Ok(Value::Caught(caught, CaughtPart::Arguments, span));
        }
        let message =
            format!("the attribute `{}` of a caught exception is not supported in a kernel", name.name);
        Err(self.report_caught(
            &message,
            "a kernel knows its text, `str(...)`, and its arguments, `.args`",
            name.span,
        ))
    }

    /// `error.args` as a tuple.
    fn caught_arguments(&mut self, caught: Caught, span: Span) -> Typed {
        let raised = self.raised_in_body(caught);
        let count = raised.first().map_or(1, |first| first.arguments.len());
        if let Some(other) = raised.iter().find(|each| each.arguments.len() != count) {
            let (message, first) = ("how many arguments the exception has differs", raised[0].span);
            let diagnostic = Diagnostic::error(&CAUGHT, message, span)
                .with_label(first, format!("{count} here"))
                .with_label(other.span, format!("{} here", other.arguments.len()))
                .with_help("ask for one, as in `.args[0]`, or for their number: `len(... .args)`");
            return Err(self.report(diagnostic));
        }
        let items = (0..count as u32).map(|position| self.caught_argument(caught, position, span));
        let items = items.collect::<Typed<Vec<Expr>>>()?;
        let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
        let tuple = Expr::new(ExprKind::Tuple(items), ty, span);
        let is_right = compared(CompareOp::Eq, caught_count(caught, span), int64(count as i64, span), span);
        Ok(checked_as(ExceptionClass::TypeError, is_right, OTHER_ARGUMENT, tuple, span))
    }

    /// `error.args[index]`; `None` where the index is no constant.
    pub(crate) fn caught_item(&mut self, caught: Caught, index: &ast::Expr, span: Span) -> Option<Typed> {
        let position = match &index.kind {
            ast::ExprKind::Number(Number::Int { digits, radix }) => {
                u32::from_str_radix(digits, *radix).ok()?
            }
            _ => return None,
        };
        Some(self.caught_argument(caught, position, span))
    }

    fn caught_argument(&mut self, caught: Caught, position: u32, span: Span) -> Typed {
        let ty = self.argument_type(caught, position, span)?;
        let value = match &ty {
            Type::Str => text(caught, i64::from(position), span),
            Type::None => constant(Constant::None, Type::None, span),
            Type::Scalar(dtype) => number(caught, position, *dtype, span),
            _ => {
                let message = format!("an argument of a caught exception that is {ty} is not supported yet");
                let help = "raise it with numbers and strings, one by one";
                return Err(self.report_caught(&message, help, span));
            }
        };
        let asked = word(caught, CaughtQuestion::Kind, position, Type::INT64, span);
        self.with_let(asked, "kind", span, |_, kind| {
            let is = |wanted: ArgumentKind| {
                compared(CompareOp::Eq, kind.clone(), int64(wanted as i64, span), span)
            };
            let is_right = match &ty {
                Type::Scalar(Dtype::UInt64) => {
                    short_circuit(BoolOp::Or, is(ArgumentKind::Int), is(ArgumentKind::UInt))
                }
                other => is(kind_of(other)),
            };
            let value = checked_as(ExceptionClass::TypeError, is_right, OTHER_ARGUMENT, value, span);
            let is_there =
                compared(CompareOp::Ne, kind.clone(), int64(ArgumentKind::Absent as i64, span), span);
            let message = "tuple index out of range";
            Ok(checked_as(ExceptionClass::IndexError, is_there, message, value, span))
        })
    }

    /// What the `raise` statements say that an argument is.
    fn argument_type(&mut self, caught: Caught, position: u32, span: Span) -> Typed<Type> {
        let raised = self.raised_in_body(caught);
        let mut given =
            raised.iter().filter_map(|each| Some((each.arguments.get(position as usize)?, each.span)));
        let Some((ty, first)) = given.next() else {
            if position == 0 && raised.is_empty() {
                return Ok(Type::Str);
            }
            let message = format!("nothing that is raised here has an argument of number {position}");
            let help = "arguments are known of what the body of the `try` itself raises; of other exceptions, the first one as a string";
            return Err(self.report_caught(&message, help, span));
        };
        if let Some((other, place)) = given.find(|(other, _)| *other != ty) {
            let message = format!("this argument of the exception may be {ty} or {other}");
            let diagnostic = Diagnostic::error(&CAUGHT, message, span)
                .with_label(first, format!("it is {ty} here"))
                .with_label(place, format!("it is {other} here"))
                .with_help("use the text, `str(...)`, or a handler for each class");
            return Err(self.report(diagnostic));
        }
        Ok(ty.clone())
    }

    /// `isinstance(error, classes)`.
    pub(crate) fn caught_is(&mut self, caught: Caught, classes: &ast::Expr, span: Span) -> Typed {
        let items = match &classes.kind {
            ast::ExprKind::Tuple(items) => items.as_slice(),
            _ => std::slice::from_ref(classes),
        };
        let mut holds = constant(Constant::Bool(false), Type::BOOL, span);
        for class in items {
            let number = self.exception_class(class)?.number();
            let answer = word(caught, CaughtQuestion::Is, number, Type::INT64, span);
            holds = short_circuit(BoolOp::Or, holds, to_dtype(answer, Dtype::Bool));
        }
        Ok(holds)
    }

    /// `type(error).__name__`, if that is what the name is asked of.
    pub(crate) fn caught_class_name(
        &self,
        owner: &ast::Expr,
        name: &Identifier,
        span: Span,
    ) -> Option<Value> {
        let ast::ExprKind::Call { function, arguments } = &owner.kind else { return None };
        let ast::ExprKind::Name(called) = &function.kind else { return None };
        let [ast::Argument::Positional(ast::Expr { kind: ast::ExprKind::Name(error), .. })] =
            arguments.as_slice()
        else {
            return None;
        };
        let is_type = &**called == "type" && self.find_local(called).is_none();
        let caught = self.caught_by_name(error).filter(|_| is_type && &*name.name == "__name__")?;
        Some(Value::Expr(text(caught, CAUGHT_CLASS, span)))
    }

    /// Notes what a statement raises, in place of what was noted when it was typed before.
    pub(crate) fn note_raised(&mut self, class: &ErrorClass, arguments: &[ExceptionArgument], span: Span) {
        let raised = Raised { class: class.clone(), arguments: types_of(arguments), span };
        self.raised.retain(|known| known.span != span);
        self.raised.push(raised);
    }
}

/// `len(error.args)`.
pub(crate) fn caught_count(caught: Caught, span: Span) -> Expr {
    word(caught, CaughtQuestion::Count, 0, Type::INT64, span)
}

fn kind_of(ty: &Type) -> ArgumentKind {
    match ty.as_scalar().map(Dtype::kind) {
        Some(DtypeKind::Bool) => ArgumentKind::Bool,
        Some(DtypeKind::Signed | DtypeKind::Unsigned) => ArgumentKind::Int,
        Some(DtypeKind::Float) => ArgumentKind::Float,
        Some(DtypeKind::Complex) => ArgumentKind::Complex,
        None if *ty == Type::Str => ArgumentKind::Str,
        None => ArgumentKind::None,
    }
}

fn number(caught: Caught, position: u32, dtype: Dtype, span: Span) -> Expr {
    let ask = |question, ty| word(caught, question, position, ty, span);
    match dtype.kind() {
        DtypeKind::Bool => to_dtype(ask(CaughtQuestion::Word, Type::INT64), Dtype::Bool),
        DtypeKind::Complex => {
            let parts = [CaughtQuestion::Word, CaughtQuestion::Imag].map(|part| ask(part, Type::FLOAT64));
            let kind = ExprKind::Intrinsic { intrinsic: Intrinsic::Complex, arguments: parts.into() };
            Expr::new(kind, Type::COMPLEX128, span)
        }
        DtypeKind::Signed | DtypeKind::Unsigned | DtypeKind::Float => {
            ask(CaughtQuestion::Word, Type::Scalar(dtype))
        }
    }
}
