//! Finds the names that an expression reads.

use hotloop_ast::{Argument, Expr, ExprKind, FormatPart};
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
        ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Ellipsis
        | ExprKind::Str(_)
        | ExprKind::SurrogateStr(_)
        | ExprKind::Bytes(_)
        | ExprKind::TemplateString(_)
        | ExprKind::Dict(_)
        | ExprKind::ListComprehension { .. }
        | ExprKind::SetComprehension { .. }
        | ExprKind::DictComprehension { .. }
        | ExprKind::Generator { .. }
        | ExprKind::Await(_) => {}
    }
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
