//! `raise` and `assert`: the exception's class, and its arguments.

use crate::environment::Global;
use crate::expression::Value;
use crate::function::{Inference, Typed};
use crate::statement::constant_truth;
use hotloop_abi::{ErrorClass, ExceptionClass, PAYLOAD_WORDS};
use hotloop_ast as ast;
use hotloop_ast::{Argument, ExprKind as AstExpr, Number, UnaryOp};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Caught, Constant, Exception, ExceptionArgument, Expr, ExprKind, StmtKind};
use hotloop_types::Type;

static RAISE: Code =
    Code::new("HL0308", "an exception is raised in a way that is not supported in a kernel yet");

static BARE_RAISE: Code = Code::new("HL0230", "`raise` alone stands in no handler");

impl Inference<'_> {
    pub(crate) fn assert(
        &mut self,
        condition: &ast::Expr,
        message: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<()> {
        let condition = self.condition(condition)?;
        if constant_truth(&condition) == Some(true) {
            return Ok(());
        }
        let arguments = message.map(|message| self.exception_argument(message)).transpose();
        if constant_truth(&condition) == Some(false) {
            self.reachable = false;
        }
        let arguments: Vec<_> = arguments?.into_iter().collect();
        self.check_payload(&arguments, span)?;
        self.note_raised(&ExceptionClass::AssertionError.into(), &arguments, span);
        if !self.reachable {
            let exception = Exception { class: ExceptionClass::AssertionError.into(), arguments };
            self.emit(StmtKind::Raise { exception }, span);
            return Ok(());
        }
        self.emit(StmtKind::Assert { condition, arguments }, span);
        Ok(())
    }

    pub(crate) fn raise(
        &mut self,
        exception: Option<&ast::Expr>,
        cause: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<()> {
        if let Some(caught) = self.raised_again(exception, cause, span)? {
            self.reachable = false;
            self.emit(StmtKind::RaiseAgain(caught), span);
            return Ok(());
        }
        let exception = self.raised(exception, cause, span);
        self.reachable = false;
        self.emit(StmtKind::Raise { exception: exception? }, span);
        Ok(())
    }

    /// `raise` alone, or of the name of a caught error.
    fn raised_again(
        &mut self,
        exception: Option<&ast::Expr>,
        cause: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<Option<Caught>> {
        let Some(exception) = exception else {
            if let Some(caught) = self.innermost_caught() {
                return Ok(Some(caught));
            }
            self.reachable = false;
            let message = "`raise` without an exception, and no handler around has caught one";
            let diagnostic = Diagnostic::error(&BARE_RAISE, message, span)
                .with_help("name the exception, as in `raise ValueError(\"...\")`");
            return Err(self.report(diagnostic));
        };
        let AstExpr::Name(name) = &exception.kind else { return Ok(None) };
        let caught = self.caught_by_name(name);
        if let (Some(_), Some(cause)) = (caught, cause) {
            self.cause(cause)?;
        }
        Ok(caught)
    }

    fn raised(
        &mut self,
        exception: Option<&ast::Expr>,
        cause: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<Exception> {
        let exception = exception.expect("without one, the caught one is raised again");
        if let Some(cause) = cause {
            self.cause(cause)?;
        }
        let (class, arguments) = match &exception.kind {
            AstExpr::Call { function, arguments } => {
                (self.exception_class(function)?, self.exception_arguments(arguments)?)
            }
            _ => (self.exception_class(exception)?, Vec::new()),
        };
        if class.builtin().is_some_and(needs_special_arguments) {
            let message = format!("`{class}` cannot be raised in a kernel");
            let diagnostic = Diagnostic::error(&RAISE, message, exception.span)
                .with_help("raise another class, and translate it in the caller");
            return Err(self.report(diagnostic));
        }
        self.check_payload(&arguments, span)?;
        self.note_raised(&class, &arguments, exception.span);
        Ok(Exception { class, arguments })
    }

    /// A cause is not kept, so it must be one whose evaluation does nothing.
    fn cause(&mut self, cause: &ast::Expr) -> Typed<()> {
        match &cause.kind {
            AstExpr::None => return Ok(()),
            AstExpr::Name(name) if self.caught_by_name(name).is_some() => return Ok(()),
            AstExpr::Call { function, arguments } => {
                self.exception_class(function)?;
                let arguments = self.exception_arguments(arguments)?;
                if arguments.iter().flat_map(ExceptionArgument::values).all(is_constant) {
                    return Ok(());
                }
            }
            _ => return self.exception_class(cause).map(|_| ()),
        }
        let message = "the cause of an exception in a kernel has constant arguments only, so far";
        let diagnostic = Diagnostic::error(&RAISE, message, cause.span).with_help("leave out `from`");
        Err(self.report(diagnostic))
    }

    /// The class that an expression names.
    pub(crate) fn exception_class(&mut self, class: &ast::Expr) -> Typed<ErrorClass> {
        let found = match &class.kind {
            AstExpr::Name(name) if self.find_local(name).is_none() => match self.environment.global(name) {
                None => match ExceptionClass::by_name(name) {
                    Some(class) => Some(class.into()),
                    // Unless a builtin of another kind has it, it is the name that is wrong.
                    None => self.global(name, class.span).map(|_| None)?,
                },
                Some(Global::Exception(class)) => Some(class),
                Some(_) => None,
            },
            AstExpr::Attribute { .. } => match self.library_class(class) {
                Some(found) => Some(found),
                None => match self.static_global(class)? {
                    Some(Global::Exception(class)) => Some(class),
                    Some(_) | None => None,
                },
            },
            _ => None,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let known = "name a built-in class, or one that derives from those and is defined at the top level of a module";
        let (message, help) = match &class.kind {
            AstExpr::Conditional { .. } => (
                "which exception class this is depends on a condition, which is not supported in a kernel yet".to_owned(),
                "raise each in a branch of its own: `if condition: raise ...`, `else: raise ...`",
            ),
            AstExpr::Name(_) | AstExpr::Attribute { .. } => {
                ("this names no exception class that a kernel knows".to_owned(), known)
            }
            other => {
                let what = other.describe();
                (format!("in a kernel an exception class goes by its name, and this is {what}"), known)
            }
        };
        // In the words that programs for Numba look for.
        let note = match &class.kind {
            AstExpr::Conditional { .. } => None,
            AstExpr::Name(_) | AstExpr::Attribute { .. } => {
                Some("Encountered unsupported constant type used for exception")
            }
            AstExpr::Str(_) => Some("Directly raising a string constant as an exception is not supported"),
            _ => None,
        };
        let diagnostic = Diagnostic::error(&RAISE, message, class.span).with_help(help);
        Err(self.report(match note {
            Some(note) => diagnostic.with_note(note),
            None => diagnostic,
        }))
    }

    /// The class that a dotted name such as `np.linalg.LinAlgError` stands for.
    fn library_class(&self, class: &ast::Expr) -> Option<ErrorClass> {
        let path = self.dotted_path(class)?;
        match path.strip_prefix("builtins.") {
            Some(name) => ExceptionClass::by_name(name).map(ErrorClass::from),
            None => ErrorClass::of_library(&path),
        }
    }

    fn dotted_path(&self, expression: &ast::Expr) -> Option<String> {
        match &expression.kind {
            AstExpr::Name(name) if self.find_local(name).is_none() => match self.environment.global(name) {
                Some(Global::Module(module)) => Some(module),
                Some(_) | None => None,
            },
            AstExpr::Attribute { value, name } => Some(format!("{}.{}", self.dotted_path(value)?, name.name)),
            _ => None,
        }
    }

    fn exception_arguments(&mut self, arguments: &[Argument]) -> Typed<Vec<ExceptionArgument>> {
        let mut typed = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (what, span) = match argument {
                Argument::Positional(value) => {
                    typed.push(self.exception_argument(value)?);
                    continue;
                }
                Argument::Keyword { value, .. } => ("an argument with a name", value.span),
                Argument::Unpack(value) | Argument::UnpackKeywords(value) => {
                    ("a starred argument", value.span)
                }
            };
            let message = format!("an exception in a kernel does not take {what}");
            let diagnostic =
                Diagnostic::error(&RAISE, message, span).with_help("give the arguments one by one");
            return Err(self.report(diagnostic));
        }
        Ok(typed)
    }

    /// What an exception takes along: a constant of any kind, a number, or a tuple of those.
    fn exception_argument(&mut self, argument: &ast::Expr) -> Typed<ExceptionArgument> {
        if let AstExpr::Tuple(items) = &argument.kind {
            let items = items.iter().map(|item| self.exception_argument(item));
            return Ok(ExceptionArgument::Tuple(items.collect::<Typed<_>>()?));
        }
        if let Some(value) = wide_integer(argument) {
            return Ok(ExceptionArgument::Int(value));
        }
        match self.operand(argument)? {
            Value::Str(text, _) => Ok(ExceptionArgument::Str(text)),
            Value::Expr(value) if can_be_argument(&value.ty) => Ok(ExceptionArgument::Value(value)),
            other => {
                let what = other.describe();
                let message = format!("an exception in a kernel cannot take {what} along");
                let diagnostic = Diagnostic::error(&RAISE, message, argument.span)
                    .with_help("give it numbers, strings, or tuples of those");
                Err(self.report(diagnostic))
            }
        }
    }

    /// Reports an exception that takes along more than the error state holds.
    fn check_payload(&mut self, arguments: &[ExceptionArgument], span: Span) -> Typed<()> {
        let values = arguments.iter().flat_map(ExceptionArgument::values);
        let words: usize = values.filter(|value| !is_constant(value)).map(|value| words_of(&value.ty)).sum();
        if words <= PAYLOAD_WORDS {
            return Ok(());
        }
        let message = format!(
            "an exception in a kernel takes at most {PAYLOAD_WORDS} numbers along that are no constants, not {words}"
        );
        let diagnostic = Diagnostic::error(&RAISE, message, span).with_help("leave some out");
        Err(self.report(diagnostic))
    }
}

/// Whether a class is made from arguments that a kernel does not have.
fn needs_special_arguments(class: ExceptionClass) -> bool {
    matches!(
        class,
        ExceptionClass::BaseExceptionGroup
            | ExceptionClass::ExceptionGroup
            | ExceptionClass::UnicodeDecodeError
            | ExceptionClass::UnicodeEncodeError
            | ExceptionClass::UnicodeTranslateError
    )
}

/// An integer literal that neither int64 nor uint64 holds.
fn wide_integer(argument: &ast::Expr) -> Option<i128> {
    match &argument.kind {
        AstExpr::Number(Number::Int { digits, radix }) => {
            let value = i128::from_str_radix(digits, *radix).ok()?;
            u64::try_from(value).is_err().then_some(value)
        }
        AstExpr::Unary { op: UnaryOp::Neg, operand } => {
            let AstExpr::Number(Number::Int { digits, radix }) = &operand.kind else { return None };
            let value = -i128::from_str_radix(digits, *radix).ok()?;
            i64::try_from(value).is_err().then_some(value)
        }
        _ => None,
    }
}

fn is_constant(value: &Expr) -> bool {
    matches!(
        value.kind,
        ExprKind::Constant(
            Constant::Bool(_)
                | Constant::Int(_)
                | Constant::Float(_)
                | Constant::Complex(..)
                | Constant::None
        )
    )
}

fn can_be_argument(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::None | Type::Str => true,
        Type::Tuple(items) => items.iter().all(can_be_argument),
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
        | Type::Undefined => false,
    }
}

fn words_of(ty: &Type) -> usize {
    match ty {
        Type::Scalar(dtype) => {
            if dtype.is_complex() {
                2
            } else {
                1
            }
        }
        Type::Tuple(items) => items.iter().map(words_of).sum(),
        Type::None
        | Type::Array(_)
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
        | Type::Undefined => 0,
    }
}
