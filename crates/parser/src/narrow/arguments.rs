//! The order of arguments.

use crate::tree::Builder;
use hotloop_ast::{Argument, Expr, ExprKind, Identifier, Name};
use hotloop_diagnostics::{Code, Diagnostic, Span};

pub(crate) static INVALID_ARGUMENTS: Code = Code::new("HL0113", "arguments in an impossible order");

/// An argument, before it is known whether it stands alone.
#[derive(Clone, Debug)]
pub(crate) enum RawArgument {
    Plain(Argument),
    /// A generator expression without parentheses of its own.
    Generator(Expr),
}

impl Builder<'_> {
    /// `name=value`; a name in parentheses is none.
    pub(crate) fn keyword_argument(&self, start: u32, name: Expr, value: Expr) -> RawArgument {
        let span = name.span;
        let name = match name.kind {
            ExprKind::Name(name) if start == span.start => name,
            kind => {
                let message = format!("{} cannot name an argument", kind.describe());
                self.report(
                    Diagnostic::error(&INVALID_ARGUMENTS, message, span)
                        .with_help("write `==` to compare, or `:=` in parentheses to assign"),
                );
                Name::from("")
            }
        };
        RawArgument::Plain(Argument::Keyword { name: Identifier { name, span }, value })
    }

    /// The arguments of a call; `comma` says whether one stands behind the last.
    pub(crate) fn arguments(&self, raw: Vec<RawArgument>, comma: bool) -> Vec<Argument> {
        let company = match (raw.len(), comma) {
            (1, false) => None,
            (1, true) => Some("in front of a comma"),
            _ => Some("among other arguments"),
        };
        let (mut keyword, mut keywords) = (false, false);
        let mut arguments = Vec::with_capacity(raw.len());
        for argument in raw {
            let argument = match argument {
                RawArgument::Plain(argument) => argument,
                RawArgument::Generator(generator) => {
                    if let Some(company) = company {
                        let message = format!("a generator expression {company} needs parentheses");
                        self.report(
                            Diagnostic::error(&INVALID_ARGUMENTS, message, generator.span)
                                .with_help("put parentheses around it"),
                        );
                    }
                    Argument::Positional(generator)
                }
            };
            match &argument {
                Argument::Positional(value) if keywords => {
                    self.report_argument("a positional argument follows `**`", value.span);
                }
                Argument::Positional(value) if keyword => {
                    self.report_argument("a positional argument follows a keyword argument", value.span);
                }
                Argument::Unpack(value) if keywords => self.report_argument("`*` follows `**`", value.span),
                Argument::Positional(_) | Argument::Unpack(_) => {}
                Argument::Keyword { .. } => keyword = true,
                Argument::UnpackKeywords(_) => keywords = true,
            }
            arguments.push(argument);
        }
        arguments
    }

    fn report_argument(&self, message: &str, span: Span) {
        self.report(
            Diagnostic::error(&INVALID_ARGUMENTS, message, span)
                .with_help("positional arguments come first, then keyword arguments, then `**`"),
        );
    }

    /// Bases of a class: a generator expression is none.
    pub(crate) fn bases(&self, raw: Vec<RawArgument>, comma: bool) -> Vec<Argument> {
        for base in &raw {
            if let RawArgument::Generator(generator) = base {
                let message = "a generator expression among the bases of a class needs parentheses";
                self.report(Diagnostic::error(&INVALID_ARGUMENTS, message, generator.span));
                return Vec::new();
            }
        }
        self.arguments(raw, comma)
    }

    pub(crate) fn call(&self, function: Expr, arguments: Vec<Argument>, start: u32, end: u32) -> Expr {
        self.expr(ExprKind::Call { function: Box::new(function), arguments }, start, end)
    }
}
