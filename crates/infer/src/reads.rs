//! Finds the names that an expression reads.

use crate::locals::visit_target;
use hotloop_ast::{Argument, Comprehension, Expr, ExprKind, FormatPart};
use hotloop_diagnostics::Span;

/// The names that an expression reads, as far as inference supports it.
pub(crate) fn visit_names(expression: &Expr, visit: &mut dyn FnMut(&str, Span)) {
    match &expression.kind {
        ExprKind::Name(name) => visit(name, expression.span),
        ExprKind::Unary { operand, .. } => visit_names(operand, visit),
        ExprKind::Binary { first, rest } => {
            visit_names(first, visit);
            rest.iter().for_each(|(_, operand)| visit_names(operand, visit));
        }
        ExprKind::BoolChain { operands, .. } => {
            operands.iter().for_each(|operand| visit_names(operand, visit))
        }
        ExprKind::Compare { first, rest } => {
            visit_names(first, visit);
            rest.iter().for_each(|(_, operand)| visit_names(operand, visit));
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            [condition, then, otherwise].iter().for_each(|part| visit_names(part, visit));
        }
        ExprKind::Call { function, arguments } => {
            visit_names(function, visit);
            for argument in arguments {
                match argument {
                    Argument::Positional(value)
                    | Argument::Keyword { value, .. }
                    | Argument::Unpack(value)
                    | Argument::UnpackKeywords(value) => visit_names(value, visit),
                }
            }
        }
        ExprKind::Attribute { value, .. } | ExprKind::Starred(value) | ExprKind::Walrus { value, .. } => {
            visit_names(value, visit)
        }
        ExprKind::Subscript { value, index } => {
            visit_names(value, visit);
            visit_names(index, visit);
        }
        ExprKind::Slice { lower, upper, step } => {
            [lower, upper, step].into_iter().flatten().for_each(|part| visit_names(part, visit));
        }
        ExprKind::Lambda { body, .. } => visit_names(body, visit),
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
            items.iter().for_each(|item| visit_names(item, visit));
        }
        ExprKind::FormatString(parts) => visit_fields(parts, visit),
        ExprKind::Yield(value) => value.iter().for_each(|value| visit_names(value, visit)),
        ExprKind::YieldFrom(value) => visit_names(value, visit),
        ExprKind::ListComprehension { element, clauses } | ExprKind::Generator { element, clauses } => {
            visit_comprehension(element, clauses, visit);
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
fn visit_comprehension(element: &Expr, clauses: &[Comprehension], visit: &mut dyn FnMut(&str, Span)) {
    let mut own = Vec::new();
    clauses.iter().for_each(|clause| visit_target(&clause.target, &mut |name| own.push(name.clone())));
    let mut within = |name: &str, span: Span| {
        if !own.iter().any(|known| **known == *name) {
            visit(name, span);
        }
    };
    visit_names(element, &mut within);
    for (position, clause) in clauses.iter().enumerate() {
        if position > 0 {
            visit_names(&clause.iterable, &mut within);
        }
        visit_names(&clause.target, &mut within);
        clause.conditions.iter().for_each(|condition| visit_names(condition, &mut within));
    }
    clauses.iter().take(1).for_each(|clause| visit_names(&clause.iterable, visit));
}

/// The names that the fields of an f-string read.
fn visit_fields(parts: &[FormatPart], visit: &mut dyn FnMut(&str, Span)) {
    for part in parts {
        if let FormatPart::Field { value, format, .. } = part {
            visit_names(value, visit);
            visit_fields(format.as_deref().unwrap_or_default(), visit);
        }
    }
}
