//! Finds the names that an expression reads.

use crate::locals::visit_target;
use hotloop_ast::{Argument, Comprehension, Expr, ExprKind, FormatPart};
use hotloop_diagnostics::Span;

/// Which names count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    /// Not those that are only asked for a length, a shape or a dtype.
    Elements,
}

/// The names that an expression reads, as far as inference supports it.
pub(crate) fn visit_names(expression: &Expr, visit: &mut dyn FnMut(&str, Span)) {
    walk(expression, Scope::All, visit);
}

/// The same, but for arrays of which it asks only what does not depend on their elements: `len(x)`, `x.shape`.
pub(crate) fn visit_names_of_elements(expression: &Expr, visit: &mut dyn FnMut(&str, Span)) {
    walk(expression, Scope::Elements, visit);
}

/// Whether an expression asks a name only for what does not depend on elements.
fn is_fact(expression: &Expr) -> bool {
    let asked = match &expression.kind {
        ExprKind::Attribute { value, name } => {
            matches!(&*name.name, "shape" | "size" | "ndim" | "dtype" | "nbytes" | "itemsize")
                .then_some(&**value)
        }
        ExprKind::Call { function, arguments } => match (&function.kind, arguments.as_slice()) {
            (ExprKind::Name(name), [Argument::Positional(value)]) if **name == *"len" => Some(value),
            _ => None,
        },
        _ => None,
    };
    asked.is_some_and(|asked| matches!(asked.kind, ExprKind::Name(_)))
}

fn walk(expression: &Expr, scope: Scope, visit: &mut dyn FnMut(&str, Span)) {
    if scope == Scope::Elements && is_fact(expression) {
        return;
    }
    match &expression.kind {
        ExprKind::Name(name) => visit(name, expression.span),
        ExprKind::Unary { operand, .. } => walk(operand, scope, visit),
        ExprKind::Binary { first, rest } => {
            walk(first, scope, visit);
            rest.iter().for_each(|(_, operand)| walk(operand, scope, visit));
        }
        ExprKind::BoolChain { operands, .. } => {
            operands.iter().for_each(|operand| walk(operand, scope, visit))
        }
        ExprKind::Compare { first, rest } => {
            walk(first, scope, visit);
            rest.iter().for_each(|(_, operand)| walk(operand, scope, visit));
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            [condition, then, otherwise].iter().for_each(|part| walk(part, scope, visit));
        }
        ExprKind::Call { function, arguments } => {
            walk(function, scope, visit);
            for argument in arguments {
                match argument {
                    Argument::Positional(value)
                    | Argument::Keyword { value, .. }
                    | Argument::Unpack(value)
                    | Argument::UnpackKeywords(value) => walk(value, scope, visit),
                }
            }
        }
        ExprKind::Attribute { value, .. } | ExprKind::Starred(value) | ExprKind::Walrus { value, .. } => {
            walk(value, scope, visit)
        }
        ExprKind::Subscript { value, index } => {
            walk(value, scope, visit);
            walk(index, scope, visit);
        }
        ExprKind::Slice { lower, upper, step } => {
            [lower, upper, step].into_iter().flatten().for_each(|part| walk(part, scope, visit));
        }
        ExprKind::Lambda { body, .. } => walk(body, scope, visit),
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
            items.iter().for_each(|item| walk(item, scope, visit));
        }
        ExprKind::FormatString(parts) => visit_fields(parts, scope, visit),
        ExprKind::Yield(value) => value.iter().for_each(|value| walk(value, scope, visit)),
        ExprKind::YieldFrom(value) => walk(value, scope, visit),
        ExprKind::ListComprehension { element, clauses } | ExprKind::Generator { element, clauses } => {
            visit_comprehension(element, clauses, scope, visit);
        }
        ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Ellipsis
        | ExprKind::Str(_)
        | ExprKind::SurrogateStr(_)
        | ExprKind::Bytes(_)
        | ExprKind::TemplateString(_)
        | ExprKind::Dict(_)
        | ExprKind::SetComprehension { .. }
        | ExprKind::DictComprehension { .. }
        | ExprKind::Await(_) => {}
    }
}

/// The names that a comprehension reads, but for those that it assigns itself. What its first `for` iterates stands outside.
fn visit_comprehension(
    element: &Expr,
    clauses: &[Comprehension],
    scope: Scope,
    visit: &mut dyn FnMut(&str, Span),
) {
    let mut own = Vec::new();
    clauses.iter().for_each(|clause| visit_target(&clause.target, &mut |name| own.push(name.clone())));
    let mut within = |name: &str, span: Span| {
        if !own.iter().any(|known| **known == *name) {
            visit(name, span);
        }
    };
    walk(element, scope, &mut within);
    for (position, clause) in clauses.iter().enumerate() {
        if position > 0 {
            walk(&clause.iterable, scope, &mut within);
        }
        walk(&clause.target, scope, &mut within);
        clause.conditions.iter().for_each(|condition| walk(condition, scope, &mut within));
    }
    clauses.iter().take(1).for_each(|clause| walk(&clause.iterable, scope, visit));
}

/// The names that the fields of an f-string read.
fn visit_fields(parts: &[FormatPart], scope: Scope, visit: &mut dyn FnMut(&str, Span)) {
    for part in parts {
        if let FormatPart::Field { value, format, .. } = part {
            walk(value, scope, visit);
            visit_fields(format.as_deref().unwrap_or_default(), scope, visit);
        }
    }
}
