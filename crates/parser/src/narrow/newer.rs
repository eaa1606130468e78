//! What the grammar accepts and older Pythons do not.

use crate::tree::Builder;
use hotloop_ast::{Expr, ExprKind, Identifier, MatchCase, StmtKind, TypeParameter, TypeParameterKind};

impl Builder<'_> {
    pub(crate) fn match_statement(&self, start: u32, subject: Expr, cases: Vec<MatchCase>) -> StmtKind {
        self.since(10, "`match`", self.span(start, start + "match".len() as u32));
        StmtKind::Match { subject, cases }
    }

    /// `[T, *Ts]` behind a name.
    pub(crate) fn type_parameters(
        &self,
        parameters: Vec<TypeParameter>,
        start: u32,
        end: u32,
    ) -> Vec<TypeParameter> {
        self.since(12, "a list of type parameters", self.span(start, end));
        parameters
    }

    pub(crate) fn type_parameter(
        &self,
        kind: TypeParameterKind,
        name: Identifier,
        bound: Option<Expr>,
        default: Option<Expr>,
        start: u32,
        end: u32,
    ) -> TypeParameter {
        if let Some(default) = &default {
            self.since(13, "the default of a type parameter", default.span);
        }
        TypeParameter { kind, name, bound, default, span: self.span(start, end) }
    }

    /// `@value`; before Python 3.9 a dotted name, perhaps called.
    pub(crate) fn decorator(&self, value: Expr, start: u32) -> Expr {
        let called = match &value.kind {
            ExprKind::Call { function, .. } => function,
            _ => &value,
        };
        if !is_dotted(called) || value.span.start != start {
            self.since(9, "a decorator that is more than a dotted name and a call", value.span);
        }
        value
    }

    /// The annotation of `*args`.
    pub(crate) fn variadic_annotation(&self, annotation: Expr) -> Expr {
        if matches!(annotation.kind, ExprKind::Starred(_)) {
            self.since(11, "a star in an annotation", annotation.span);
        }
        annotation
    }

    /// What a `for` statement goes through: one value with a star, or several values without parentheses.
    pub(crate) fn bare_iterable(&self, iterable: Expr) -> Expr {
        let is_star = |item: &&Expr| matches!(item.kind, ExprKind::Starred(_));
        let star = match &iterable.kind {
            ExprKind::Tuple(items) => items.iter().find(is_star),
            _ => Some(&iterable).filter(is_star),
        };
        if let Some(star) = star {
            self.since(9, "a star behind `in`, without parentheses,", star.span);
        }
        iterable
    }

    /// An element of a subscript, which begins at `start`.
    pub(crate) fn index_item(&self, item: Expr, start: u32) -> Expr {
        match &item.kind {
            ExprKind::Starred(_) => self.since(11, "a star in a subscript", item.span),
            ExprKind::Walrus { .. } if item.span.start == start => {
                self.since(10, "`:=` in a subscript, without parentheses,", item.span);
            }
            _ => {}
        }
        item
    }

    /// An element of a set, which begins at `start`.
    pub(crate) fn set_item(&self, item: Expr, start: u32) -> Expr {
        if matches!(item.kind, ExprKind::Walrus { .. }) && item.span.start == start {
            self.since(9, "`:=` in a set, without parentheses,", item.span);
        }
        item
    }

    /// `except A, B:`.
    pub(crate) fn bare_exceptions(&self, exceptions: Expr) -> Expr {
        self.since(14, "a list of exceptions without parentheses", exceptions.span);
        exceptions
    }

    pub(crate) fn type_alias(
        &self,
        name: Identifier,
        type_parameters: Vec<TypeParameter>,
        value: Expr,
    ) -> StmtKind {
        self.since(12, "a `type` statement", name.span);
        StmtKind::TypeAlias { name, type_parameters, value }
    }
}

fn is_dotted(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attribute { value, .. } => is_dotted(value),
        _ => false,
    }
}
