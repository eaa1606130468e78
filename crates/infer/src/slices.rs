//! Slices as values: `part = slice(1, 3)`, `x[part]`.
//!
//! A slice is a named tuple of its start, stop and step. Where one is an index, it stands for the slice that could be written there. So does `Ellipsis`,
//! the one member of a class.

use crate::call::Arguments;
use crate::classes::member;
use crate::conditions::item;
use crate::expression::constant;
use crate::function::{Inference, Typed};
use hotloop_ast as ast;
use hotloop_ast::ExprKind as AstExpr;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_types::{EnumType, EnumValue, TupleClass, TupleType, Type};
use std::sync::Arc;

static RETURNED: Code = Code::new("HL0283", "a slice is returned from a kernel");

static DTYPE: Code = Code::new("HL0352", "a dtype is returned from a kernel");

/// The identity of the class.
const IDENTITY: &str = "builtins.slice";
/// The identity of the class of `Ellipsis`.
const ELLIPSIS: &str = "builtins.ellipsis";
/// What the builtin is called that `...` stands for.
pub(crate) const ELLIPSIS_NAME: &str = "Ellipsis";

/// `...` as a value.
pub(crate) fn ellipsis(span: Span) -> Expr {
    let class = EnumType {
        name: "ellipsis".to_owned(),
        identity: ELLIPSIS.to_owned(),
        is_integer: false,
        members: vec![(ELLIPSIS_NAME.to_owned(), EnumValue::Other)],
        aliases: Vec::new(),
    };
    member(&Arc::new(class), 0, span)
}

/// Whether a value of this type is `Ellipsis`.
pub(crate) fn is_ellipsis(ty: &Type) -> bool {
    matches!(ty, Type::Enum(class) if class.identity == ELLIPSIS)
}

/// Whether a tuple is a slice.
pub(crate) fn is_slice(items: &TupleType) -> bool {
    items.class().is_some_and(|class| class.identity == IDENTITY)
}

/// Whether a value of this type is a slice or an ellipsis, or has one in it.
pub(crate) fn holds_slice(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(items) if is_slice(items))
        || is_ellipsis(ty)
        || ty.parts().iter().any(holds_slice)
}

fn holds_dtype(ty: &Type) -> bool {
    match ty {
        Type::Dtype(_) => true,
        Type::Tuple(items) => items.iter().any(holds_dtype),
        Type::List(item) => holds_dtype(item),
        _ => false,
    }
}

impl Inference<'_> {
    /// Whether a call makes a slice.
    pub(crate) fn makes_slice(&self, function: &ast::Expr) -> bool {
        matches!(&function.kind, AstExpr::Name(name) if &**name == "slice"
            && self.find_local(name).is_none()
            && self.environment.global(name).is_none())
    }

    /// `slice(stop)`, `slice(start, stop, step)`.
    pub(crate) fn slice_call(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("slice", &["start", "stop", "step"], 1, arguments, span)?;
        let given = match placed[1] {
            Some(_) => [placed[0], placed[1], placed[2]],
            None => [None, placed[0], None],
        };
        let mut items = Vec::with_capacity(3);
        for part in given {
            items.push(match part {
                Some(part) => self.value(part)?,
                None => constant(Constant::None, Type::None, span),
            });
        }
        let class = TupleClass {
            name: "slice".to_owned(),
            identity: IDENTITY.to_owned(),
            fields: ["start", "stop", "step"].map(str::to_owned).into(),
        };
        let ty = TupleType::named(Arc::new(class), items.iter().map(|item| item.ty.clone()));
        Ok(Expr::new(ExprKind::Tuple(items), Type::Tuple(ty), span))
    }

    /// A dtype is known when the kernel is compiled, and is no value that could be handed to Python.
    fn check_dtypes(&mut self, result: &Type) {
        if !holds_dtype(result) || self.callees.is_in_library() {
            return;
        }
        let Some((_, span)) = self.returns.iter().find(|(ty, _)| holds_dtype(ty)) else { return };
        let diagnostic = Diagnostic::error(&DTYPE, "a dtype cannot be returned from a kernel", *span)
            .with_help("compare it with another in the kernel, or take that of an array which is returned");
        self.report(diagnostic);
    }

    /// Python's slices are no tuples: none may be a result of a function that Python might call.
    pub(crate) fn check_slices(&mut self, result: &Type) {
        self.check_dtypes(result);
        let returned = self.returns.iter().find(|(ty, _)| holds_slice(ty)).filter(|_| holds_slice(result));
        let Some((_, span)) = returned else { return };
        let (what, help) = match is_ellipsis(result) {
            true => ("an ellipsis", "return what it is the index of"),
            false => ("a slice", "return its parts, `.start`, `.stop` and `.step`"),
        };
        let message = format!("{what} cannot be returned from a kernel");
        self.report(Diagnostic::error(&RETURNED, message, *span).with_help(help));
    }

    /// An index with the slices written out that variables in it are; `None` where it has none.
    pub(crate) fn with_slices(&mut self, index: &ast::Expr) -> Option<ast::Expr> {
        if let AstExpr::Tuple(parts) = &index.kind {
            let expanded: Vec<Option<ast::Expr>> = parts.iter().map(|part| self.with_slices(part)).collect();
            if expanded.iter().all(Option::is_none) {
                return None;
            }
            let parts = expanded.into_iter().zip(parts).map(|(new, old)| new.unwrap_or_else(|| old.clone()));
            return Some(ast::Expr::new(AstExpr::Tuple(parts.collect()), index.span));
        }
        let AstExpr::Name(name) = &index.kind else { return None };
        let local = self.find_local(name)?;
        let value = self.known_value(local, index.span)?;
        let Type::Tuple(types) = value.ty.clone() else { return None };
        is_slice(&types).then(|| self.written_out(&value, &types))
    }

    /// A slice as it could be written in an index; the value is cheap to name again.
    pub(crate) fn written_out(&mut self, value: &Expr, types: &TupleType) -> ast::Expr {
        let mut part = |at: usize| {
            let value = item(value, at, &types[at]);
            (types[at] != Type::None).then(|| Box::new(self.stand_in(value)))
        };
        let kind = AstExpr::Slice { lower: part(0), upper: part(1), step: part(2) };
        ast::Expr::new(kind, value.span)
    }
}
