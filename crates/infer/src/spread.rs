//! Arguments behind `*`: tuples, taken apart into arguments of their own.

use crate::expression::Value;
use crate::function::{Inference, Reported, Typed};
use hotloop_ast as ast;
use hotloop_ast::Argument;
use hotloop_diagnostics::{Code, Diagnostic};
use hotloop_hir::{Expr, ExprKind, Version};
use hotloop_types::Type;

static UNPACKED: Code =
    Code::new("HL0314", "arguments are unpacked in a way that is not supported in a kernel yet");

/// Values that are bound to temporaries before an expression that uses these.
pub(crate) type Kept = Vec<(Version, Expr)>;

/// Arguments of which those behind `*` were taken apart.
#[derive(Default)]
pub(crate) struct Spread {
    pub(crate) arguments: Vec<Argument>,
    pub(crate) kept: Kept,
}

impl Inference<'_> {
    /// The arguments of a call without any `*`; `None` if there is none anyway.
    pub(crate) fn without_unpacking(&mut self, arguments: &[Argument]) -> Typed<Option<Spread>> {
        if !arguments.iter().any(|argument| matches!(argument, Argument::Unpack(_))) {
            return Ok(None);
        }
        let mut spread = Spread::default();
        for argument in arguments {
            match argument {
                Argument::Unpack(value) => self.spread(value, &mut spread)?,
                Argument::Positional(_) | Argument::Keyword { .. } | Argument::UnpackKeywords(_) => {
                    spread.arguments.push(argument.clone());
                }
            }
        }
        Ok(Some(spread))
    }

    /// Adds the items of `*value` as arguments of their own.
    fn spread(&mut self, value: &ast::Expr, spread: &mut Spread) -> Typed<()> {
        if let ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) = &value.kind {
            for item in items {
                match &item.kind {
                    ast::ExprKind::Starred(inner) => self.spread(inner, spread)?,
                    _ => spread.arguments.push(Argument::Positional(item.clone())),
                }
            }
            return Ok(());
        }
        let tuple = self.expression(value)?;
        let Type::Tuple(types) = tuple.ty.clone() else { return Err(self.report_no_tuple(&tuple)) };
        let tuple = self.kept_before(tuple, spread)?;
        for (position, ty) in types.iter().enumerate() {
            let item = ExprKind::TupleItem(Box::new(tuple.clone()), position as u32);
            let item = Expr::new(item, ty.clone(), value.span);
            spread.arguments.push(Argument::Positional(self.stand_in(item)));
        }
        Ok(())
    }

    fn report_no_tuple(&mut self, value: &Expr) -> Reported {
        let message = format!(
            "only tuples can be unpacked into arguments in a kernel, not a value of type {}",
            value.ty
        );
        let diagnostic = Diagnostic::error(&UNPACKED, message, value.span)
            .with_primary(format!("this is {}", value.ty))
            .with_help("how many arguments there are has to be known: pass a tuple, or write each argument");
        self.report(diagnostic)
    }

    /// Says why `*value` cannot stand where arguments are not taken apart.
    pub(crate) fn report_unpacked(&mut self, value: &ast::Expr) -> Reported {
        match self.expression(value) {
            Err(reported) => reported,
            Ok(tuple) if matches!(tuple.ty, Type::Tuple(_)) => {
                let message = "arguments cannot be unpacked here in a kernel yet";
                let diagnostic =
                    Diagnostic::error(&UNPACKED, message, value.span).with_help("write each argument");
                self.report(diagnostic)
            }
            Ok(other) => self.report_no_tuple(&other),
        }
    }

    /// A tuple that can be used more than once. It is computed before the arguments, so none before it may do anything.
    fn kept_before(&mut self, tuple: Expr, spread: &mut Spread) -> Typed {
        if self.is_simple(&tuple) {
            return Ok(tuple);
        }
        let mut has_call = false;
        for argument in &spread.arguments {
            argument
                .value()
                .for_each(&mut |part| has_call |= matches!(part.kind, ast::ExprKind::Call { .. }));
        }
        if has_call {
            let message = "a computed tuple cannot be unpacked behind arguments that call functions yet";
            let diagnostic = Diagnostic::error(&UNPACKED, message, tuple.span)
                .with_help("assign the tuple to a variable in a statement of its own");
            return Err(self.report(diagnostic));
        }
        let version = self.new_temporary("unpacked", tuple.ty.clone(), tuple.span);
        let read = self.version(version, tuple.span);
        spread.kept.push((version, tuple));
        Ok(read)
    }

    /// A name that the source cannot spell and that stands for a value: it lets a typed value be part of a tree made here.
    pub(crate) fn stand_in(&mut self, value: impl Into<Value>) -> ast::Expr {
        let value = value.into();
        let span = value.span();
        self.stand_ins.push(value);
        ast::Expr::new(ast::ExprKind::Name(format!(".{}", self.stand_ins.len() - 1).into()), span)
    }
}

/// An expression before which values are computed.
pub(crate) fn let_all(kept: Kept, body: Expr) -> Expr {
    kept.into_iter().rev().fold(body, |body, (target, value)| {
        let (ty, span) = (body.ty.clone(), body.span);
        Expr::new(ExprKind::Let { target, value: Box::new(value), body: Box::new(body) }, ty, span)
    })
}
