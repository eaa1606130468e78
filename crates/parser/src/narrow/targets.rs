//! What can be assigned to, changed in place, annotated or deleted.

use crate::tree::Builder;
use hotloop_ast::{BinaryOp, Expr, ExprKind, StmtKind};
use hotloop_diagnostics::{Code, Diagnostic, Span};

pub(crate) static INVALID_TARGET: Code = Code::new("HL0106", "something that cannot be assigned to");

/// Where a target stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TargetUse {
    /// `=`, `for`, `as`: also tuples, lists and stars.
    Assign,
    /// `del`: also tuples and lists.
    Delete,
    /// `+=`, `:`: one place alone.
    Single(&'static str),
}

impl Builder<'_> {
    pub(crate) fn target(&self, target: Expr) -> Expr {
        self.check_target(&target, TargetUse::Assign);
        target
    }

    pub(crate) fn assign(&self, first: Expr, mut rest: Vec<Expr>) -> StmtKind {
        let value = rest.pop().expect("an assignment has a value");
        rest.insert(0, first);
        rest.iter().for_each(|target| self.check_target(target, TargetUse::Assign));
        StmtKind::Assign { targets: rest, value }
    }

    pub(crate) fn augmented(&self, target: Expr, op: BinaryOp, value: Expr) -> StmtKind {
        self.check_target(&target, TargetUse::Single("be changed in place"));
        StmtKind::AugAssign { target, op, value }
    }

    pub(crate) fn annotated(
        &self,
        start: u32,
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
    ) -> StmtKind {
        self.check_target(&target, TargetUse::Single("carry an annotation"));
        let is_simple = matches!(target.kind, ExprKind::Name(_)) && target.span.start == start;
        StmtKind::AnnAssign { target, annotation, value, is_simple }
    }

    pub(crate) fn delete(&self, targets: Vec<Expr>) -> StmtKind {
        targets.iter().for_each(|target| self.check_target(target, TargetUse::Delete));
        StmtKind::Delete(targets)
    }

    fn check_target(&self, target: &Expr, how: TargetUse) {
        match (&target.kind, how) {
            (ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }, _) => {}
            (ExprKind::Tuple(items) | ExprKind::List(items), TargetUse::Assign | TargetUse::Delete) => {
                items.iter().for_each(|item| self.check_target(item, how));
            }
            (ExprKind::Starred(value), TargetUse::Assign) if !matches!(value.kind, ExprKind::Starred(_)) => {
                self.check_target(value, how);
            }
            (kind, how) => self.report_target(kind, target.span, how),
        }
    }

    fn report_target(&self, kind: &ExprKind, span: Span, how: TargetUse) {
        let what = kind.describe();
        let message = match how {
            TargetUse::Assign => format!("{what} cannot be assigned to"),
            TargetUse::Delete => format!("{what} cannot be deleted"),
            TargetUse::Single(verb) => format!("{what} cannot {verb}"),
        };
        let help = match (kind, how) {
            (ExprKind::Tuple(_) | ExprKind::List(_), _) => "write one statement for each element",
            (_, TargetUse::Assign) => {
                "a target is a name, an attribute, an element, or a tuple of these; `==` compares"
            }
            (_, TargetUse::Delete | TargetUse::Single(_)) => "only a name, an attribute or an element can",
        };
        self.report(Diagnostic::error(&INVALID_TARGET, message, span).with_help(help));
    }
}
