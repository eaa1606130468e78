//! What a condition says about optional variables where it holds and where it does not.
//!
//! Behind `if x is not None` the variable `x` has a value, so that it is bound there to a version of the value's own type; and where it is `None`, to one
//! of the type of `None`. So a default can be filled in without the variable staying optional.

use crate::bindings::Binding;
use crate::expression::constant;
use crate::function::Inference;
use hotloop_hir::{Constant, Expr, ExprKind, Local, StmtKind, UnaryOp, Version};
use hotloop_index::Id;
use hotloop_types::Type;

/// What is known of versions: whether they are `None`, where a condition holds and where it does not.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    if_true: Vec<(Version, bool)>,
    if_false: Vec<(Version, bool)>,
}

impl Inference<'_> {
    pub(crate) fn facts_of(&self, condition: &Expr) -> Facts {
        let mut facts = Facts::default();
        collect(condition, true, &mut facts.if_true);
        collect(condition, false, &mut facts.if_false);
        facts
    }

    /// Binds variables anew at the start of the way on which the condition was this.
    pub(crate) fn narrow(&mut self, facts: &Facts, holds: bool) {
        let known = if holds { &facts.if_true } else { &facts.if_false };
        for (version, is_none) in known {
            let named = (0..self.locals.names().len()).map(Local::new);
            let bound: Vec<Local> =
                named.filter(|local| self.bindings.get(*local) == Binding::Version(*version)).collect();
            let Type::Optional(inner) = self.function.versions[*version].ty.clone() else { continue };
            let span = self.function.versions[*version].span;
            for local in bound {
                let value = if *is_none {
                    constant(Constant::None, Type::None, span)
                } else {
                    let optional = self.version(*version, span);
                    Expr::new(ExprKind::Unwrap(Box::new(optional)), (*inner).clone(), span)
                };
                let narrowed = self.new_version(local, value.ty.clone(), span);
                self.emit(StmtKind::Assign { target: narrowed, value }, span);
                self.bindings.set(local, Binding::Version(narrowed));
            }
        }
    }
}

/// The versions of which the condition says, where it is `holds`, whether they are `None`.
fn collect(condition: &Expr, holds: bool, known: &mut Vec<(Version, bool)>) {
    match &condition.kind {
        ExprKind::IsNone(value) => {
            if let ExprKind::Version(version) = value.kind {
                known.push((version, holds));
            }
        }
        ExprKind::Unary(UnaryOp::Not, value) => collect(value, !holds, known),
        ExprKind::And(left, right) if holds => {
            collect(left, holds, known);
            collect(right, holds, known);
        }
        ExprKind::Or(left, right) if !holds => {
            collect(left, holds, known);
            collect(right, holds, known);
        }
        _ => {}
    }
}
