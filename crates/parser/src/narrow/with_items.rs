//! The two meanings of parentheses behind `with`: around several items, and around one expression.

use super::targets::INVALID_TARGET;
use crate::tree::Builder;
use hotloop_ast::{Expr, ExprKind, WithItem};
use hotloop_diagnostics::Diagnostic;

/// What stands between the parentheses behind `with`.
#[derive(Clone, Debug)]
pub(crate) enum RawWithItem {
    /// An expression: a context manager, or an element of a tuple.
    Plain(Expr),
    /// `context as target`.
    Item(WithItem),
}

impl Builder<'_> {
    pub(crate) fn with_item(&self, context: Expr, target: Option<Expr>, start: u32, end: u32) -> WithItem {
        WithItem { context, target, span: self.span(start, end) }
    }

    /// Items, if all of them could be; else the elements of one tuple, or one expression in parentheses.
    pub(crate) fn with_items(
        &self,
        items: Vec<RawWithItem>,
        comma: bool,
        start: u32,
        end: u32,
    ) -> Vec<WithItem> {
        let is_value = |item: &RawWithItem| match item {
            RawWithItem::Plain(expr) => matches!(expr.kind, ExprKind::Starred(_) | ExprKind::Walrus { .. }),
            RawWithItem::Item(_) => false,
        };
        if let Some(item) = items.iter().find_map(RawWithItem::with_target) {
            self.since(9, "several items of a `with` in parentheses", item.span);
        } else if self.version.minor() < 9 {
            return vec![self.tuple_item(items, comma, start, end)];
        }
        if !items.iter().any(is_value) {
            return items.into_iter().map(RawWithItem::into_item).collect();
        }
        vec![self.tuple_item(items, comma, start, end)]
    }

    /// One tuple, or one expression in parentheses.
    fn tuple_item(&self, items: Vec<RawWithItem>, comma: bool, start: u32, end: u32) -> WithItem {
        let mut values = Vec::new();
        for item in items {
            match item {
                RawWithItem::Plain(expr) => values.push(expr),
                RawWithItem::Item(item) => {
                    let message = "`as` cannot stand beside a star or `:=`";
                    self.report(Diagnostic::error(&INVALID_TARGET, message, item.context.span));
                    values.push(item.context);
                }
            }
        }
        let is_tuple = comma || values.len() > 1;
        let context = match values.pop() {
            Some(value) if !is_tuple && !matches!(value.kind, ExprKind::Starred(_)) => value,
            Some(value) => {
                if !is_tuple {
                    let message = "a starred expression cannot stand alone in parentheses";
                    self.report(Diagnostic::error(&INVALID_TARGET, message, value.span));
                }
                values.push(value);
                self.expr(ExprKind::Tuple(values), start, end)
            }
            None => self.expr(ExprKind::Tuple(values), start, end),
        };
        self.with_item(context, None, start, end)
    }
}

impl RawWithItem {
    fn into_item(self) -> WithItem {
        match self {
            Self::Plain(context) => WithItem { span: context.span, context, target: None },
            Self::Item(item) => item,
        }
    }

    /// The item, if it has an `as`.
    fn with_target(&self) -> Option<&WithItem> {
        match self {
            Self::Plain(_) => None,
            Self::Item(item) => Some(item),
        }
    }
}
