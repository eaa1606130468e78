//! Functions, methods and attributes whose implementations the embedding program chooses by the types of a call.
//!
//! Inference asks one question, [`Callees::choose`](crate::Callees::choose): what is called, and of which types the arguments are. The answer is a function like any other, and
//! the call is one of that function. Where nobody has a function for these types, what is built in counts, if there is anything.

use crate::call::Arguments;
use crate::environment::{Answer, Asked, AskedArgument, ExtendedFunction, FunctionHandle, Literal, Question};
use crate::expression::Value;
use crate::function::{Inference, Reported, Typed};
use crate::library::frozen_value;
use crate::{FrozenValue, Global};
use hotloop_ast as ast;
use hotloop_ast::{Argument, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::Expr;

static NOTHING_FITS: Code = Code::new("HL0285", "no implementation of a function fits the types of a call");

/// What became of something that may be extended.
pub(crate) enum Extension {
    /// An implementation was chosen, and this is its call.
    Done(Expr),
    /// Nobody was there to choose one: the object as it was.
    None(Value),
    /// There is none for these types.
    Tried(Box<Tried>),
}

/// What was asked in vain: what is built in may still do.
pub(crate) struct Tried {
    /// The object as it was.
    pub(crate) owner: Value,
    /// The arguments, evaluated.
    pub(crate) given: Vec<Argument>,
    question: Question,
    tried: Vec<String>,
}

impl Inference<'_> {
    /// A call of a function with implementations that are chosen.
    pub(crate) fn extended_call(
        &mut self,
        extended: &ExtendedFunction,
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (given, asked) = self.asked(arguments.given)?;
        let question = Question { asked: Asked::Function(extended.name.clone()), arguments: asked };
        match self.chosen(&question, span)? {
            Ok(handle) => {
                let arguments = self.arguments(&given)?;
                self.kernel_call(handle, Vec::new(), function, &arguments, span)
            }
            Err(tried) => match &extended.otherwise {
                None | Some(Global::Unsupported { .. }) => {
                    Err(self.report_nothing_fits(&extended.name, &question, tried, span))
                }
                Some(otherwise) => {
                    let callee = self.global_value(otherwise.clone(), &extended.name, function.span)?;
                    self.call_of_value(callee, function, &given, span)
                }
            },
        }
    }

    /// A call of a method that may have an implementation that is chosen.
    pub(crate) fn extended_method(
        &mut self,
        owner: Value,
        name: &Identifier,
        function: &ast::Expr,
        arguments: &[Argument],
        span: Span,
    ) -> Typed<Extension> {
        let Value::Expr(object) = &owner else { return Ok(Extension::None(owner)) };
        if !self.callees.extends(&name.name) {
            return Ok(Extension::None(owner));
        }
        let receiver = self.asked_argument(None, object)?;
        let (given, mut asked) = self.asked(arguments)?;
        asked.insert(0, receiver);
        let question = Question { asked: Asked::Method(name.name.to_string()), arguments: asked };
        match self.chosen(&question, span)? {
            Ok(handle) => {
                let object = object.clone();
                let arguments = self.arguments(&given)?;
                self.call_with_receiver(handle, Vec::new(), Some(object), function, &arguments, span)
                    .map(Extension::Done)
            }
            Err(tried) => Ok(Extension::Tried(Box::new(Tried { owner, given, question, tried }))),
        }
    }

    /// Says what was tried, instead of what was said (from `found` on) about what is built in.
    pub(crate) fn report_tried_instead(&mut self, tried: Tried, found: usize, span: Span) -> Reported {
        let Tried { owner, question, tried, .. } = tried;
        if tried.is_empty() {
            return Reported;
        }
        self.diagnostics.truncate(found);
        let member = match &question.asked {
            Asked::Function(name) | Asked::Method(name) | Asked::Attribute(name) => name,
        };
        let called = format!("{}.{member}", owner.describe());
        self.report_nothing_fits(&called, &question, tried, span)
    }

    /// An attribute that may have an implementation that is chosen.
    pub(crate) fn extended_attribute(
        &mut self,
        owner: Value,
        name: &Identifier,
        span: Span,
    ) -> Typed<Extension> {
        let Value::Expr(object) = &owner else { return Ok(Extension::None(owner)) };
        if !self.callees.extends(&name.name) {
            return Ok(Extension::None(owner));
        }
        let argument = self.asked_argument(None, object)?;
        let question = Question { asked: Asked::Attribute(name.name.to_string()), arguments: vec![argument] };
        match self.chosen(&question, span)? {
            Ok(handle) => {
                let object = object.clone();
                let function = ast::Expr::new(ast::ExprKind::Name(name.name.clone()), name.span);
                self.call_with_values(handle, Vec::new(), &function, vec![object], span).map(Extension::Done)
            }
            Err(tried) => Ok(Extension::Tried(Box::new(Tried { owner, given: Vec::new(), question, tried }))),
        }
    }

    /// The arguments, evaluated: as they are to be passed on, and as they are asked about.
    fn asked(&mut self, arguments: &[Argument]) -> Typed<(Vec<Argument>, Vec<AskedArgument>)> {
        let (mut given, mut asked) = (Vec::new(), Vec::new());
        for argument in arguments {
            let (name, value) = match argument {
                Argument::Positional(value) => (None, value),
                Argument::Keyword { name, value } => (Some(name), value),
                Argument::Unpack(value) | Argument::UnpackKeywords(value) => {
                    return Err(self.report_unpacked(value));
                }
            };
            let operand = self.operand(value)?;
            let typed = self.run_time_value(operand.clone())?;
            asked.push(self.asked_argument(name.map(|name| name.name.to_string()), &typed)?);
            let value = self.stand_in(operand);
            given.push(match name {
                None => Argument::Positional(value),
                Some(name) => Argument::Keyword { name: name.clone(), value },
            });
        }
        Ok((given, asked))
    }

    fn asked_argument(&mut self, name: Option<String>, value: &Expr) -> Typed<AskedArgument> {
        if value.ty.is_undefined() {
            self.lists.unknown_leaves = true;
            return Err(Reported);
        }
        let literal = match frozen_value(value) {
            Some(FrozenValue::Bool(value)) => Some(Literal::Bool(value)),
            Some(FrozenValue::Int(value)) => Some(Literal::Int(value)),
            Some(FrozenValue::Str(text)) => Some(Literal::Str(text)),
            _ => None,
        };
        Ok(AskedArgument { name, ty: value.ty.clone(), literal })
    }

    /// The function that is chosen, or what was tried.
    fn chosen(&mut self, question: &Question, span: Span) -> Typed<Result<FunctionHandle, Vec<String>>> {
        match self.callees.choose(question) {
            Answer::Function(handle) => Ok(Ok(handle)),
            Answer::None { tried } => Ok(Err(tried)),
            Answer::Later => {
                // Nobody reads this: the function is inferred again with the answer.
                let diagnostic =
                    Diagnostic::error(&NOTHING_FITS, "the implementation is yet to be chosen", span);
                Err(self.report(diagnostic.with_help("choose one")))
            }
        }
    }

    fn report_nothing_fits(
        &mut self,
        called: &str,
        question: &Question,
        tried: Vec<String>,
        span: Span,
    ) -> Reported {
        let types = question.arguments.iter().map(|argument| match &argument.name {
            Some(name) => format!("{name}: {}", argument.ty),
            None => argument.ty.to_string(),
        });
        let types = types.collect::<Vec<_>>().join(", ");
        let message = format!("no implementation of `{called}` fits ({types})");
        let mut diagnostic = Diagnostic::error(&NOTHING_FITS, message, span);
        for attempt in tried {
            diagnostic = diagnostic.with_note(attempt);
        }
        let help = "convert the arguments, or add an implementation for these types with `overload`";
        self.report(diagnostic.with_help(help))
    }
}
