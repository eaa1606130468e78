//! Lists of items of several types: `["a", 1, 2.5]`, as a list display makes them.
//!
//! Such a list is a tuple of a class of its own: what is known of its items one by one stays known, and nothing about it can change. It is a list where Python can see a
//! difference: in tests of types, in comparisons and as text. It stays within the kernel, since a list of one type is what others would take it for.

use crate::call::Arguments;
use crate::function::{Inference, Reported, Typed};
use crate::lists::{ITEM, can_hold, wider_item};
use hotloop_ast::Identifier;
use hotloop_diagnostics::{Diagnostic, Span};
use hotloop_hir::{Expr, ExprKind};
use hotloop_types::{TupleClass, TupleType, Type};
use std::sync::Arc;

/// The identity of the class.
const IDENTITY: &str = "builtins.list";
/// Its name, which programs for Numba look for in messages.
const NAME: &str = "LiteralList";

/// Whether a tuple is a list of several types.
pub(crate) fn is_mixed(items: &TupleType) -> bool {
    items.class().is_some_and(|class| class.identity == IDENTITY)
}

/// Whether a value of this type is a list of several types.
pub(crate) fn is_mixed_list(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(items) if is_mixed(items))
}

fn holds_mixed(ty: &Type) -> bool {
    is_mixed_list(ty) || ty.parts().iter().any(holds_mixed)
}

/// The list of these items, unless one type holds them all, or one of them can be in no list.
pub(crate) fn mixed_list(items: &[Expr], span: Span) -> Option<Expr> {
    let are_held = items.iter().all(|item| can_hold(&item.ty) && !item.ty.is_undefined());
    let common = |so_far: Option<Type>, item: &Expr| match so_far {
        None => None,
        Some(Type::Undefined) => Some(item.ty.clone()),
        Some(so_far) => wider_item(&so_far, &item.ty).filter(can_hold),
    };
    if !are_held || items.iter().fold(Some(Type::Undefined), common).is_some() {
        return None;
    }
    let class = TupleClass {
        name: NAME.to_owned(),
        identity: IDENTITY.to_owned(),
        fields: (0..items.len()).map(|position| position.to_string()).collect(),
    };
    let ty = TupleType::named(Arc::new(class), items.iter().map(|item| item.ty.clone()));
    Some(Expr::new(ExprKind::Tuple(items.to_vec()), Type::Tuple(ty), span))
}

impl Inference<'_> {
    /// `list.count(value)` and `list.copy()`; the others would change the list, or look for what may be of any type.
    pub(crate) fn mixed_list_method(
        &mut self,
        list: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        match &*name.name {
            "count" => self.tuple_method(list, name, arguments, span),
            "copy" => {
                self.place_arguments("copy", &[], 0, arguments, span)?;
                Ok(list)
            }
            "index" => {
                Err(self.report_mixed_list(&list, "list.index is unsupported for literal lists", name.span))
            }
            _ => Err(self.report_mixed_list(&list, "Cannot mutate a literal list", name.span)),
        }
    }

    /// Says what cannot be done with a list of several types. The note has the words which programs for Numba look for.
    pub(crate) fn report_mixed_list(&mut self, list: &Expr, note: &str, span: Span) -> Reported {
        let message = "a list of items of several types cannot be used like this in a kernel";
        let diagnostic = Diagnostic::error(&ITEM, message, span)
            .with_label(list.span, format!("this is {}", list.ty))
            .with_note(note)
            .with_help(
                "take its items by constant indices, make the items of one type, or use several lists",
            );
        self.report(diagnostic)
    }

    /// None may be a result of a function that Python might call.
    pub(crate) fn check_mixed(&mut self, result: &Type) {
        let Some((ty, span)) = self.returns.iter().find(|(ty, _)| holds_mixed(ty)).cloned() else { return };
        if !holds_mixed(result) {
            return;
        }
        let message = "a list of items of several types cannot be returned from a kernel";
        let diagnostic = Diagnostic::error(&ITEM, message, span)
            .with_primary(format!("this is {ty}"))
            .with_help("return a tuple");
        self.report(diagnostic);
    }
}
