//! Which expressions are so cheap and harmless that computing them in vain beats a branch.

use hotloop_hir::{ArrayAttribute, BinaryOp, Constant, ErrorModel, Expr, ExprKind, Function};
use hotloop_intrinsics::{Intrinsic, Realization, Typing};
use hotloop_types::Dtype;

/// The most that the right side of `and`, `or` may cost to be computed without need.
pub(crate) const MAX_COST_OF_CONDITION: u32 = 4;
/// The most that both arms of a conditional expression together may cost to be computed.
pub(crate) const MAX_COST_OF_SELECT: u32 = 6;

/// Roughly how many instructions a scalar expression takes, if it can neither raise nor take long.
pub(crate) fn cost(function: &Function, expr: &Expr) -> Option<u32> {
    expr.ty.as_scalar()?;
    match &expr.kind {
        ExprKind::Constant(_) => Some(0),
        ExprKind::Version(version) => (!function.versions[*version].maybe_unassigned).then_some(0),
        ExprKind::Unary(_, value) => Some(1 + cost(function, value)?),
        ExprKind::Convert(value) => Some(1 + cost(function, value)?),
        ExprKind::Binary { op, left, right } => {
            Some(operator_cost(function, *op, left, right)? + cost(function, left)? + cost(function, right)?)
        }
        ExprKind::Compare { left, right, .. } => {
            let mixed = if left.ty == right.ty { 0 } else { 2 };
            Some(1 + mixed + cost(function, left)? + cost(function, right)?)
        }
        ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            Some(1 + cost(function, left)? + cost(function, right)?)
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            Some(1 + cost(function, condition)? + cost(function, then)? + cost(function, otherwise)?)
        }
        ExprKind::TupleItem(tuple, _) => is_shape_of_version(function, tuple).then_some(0),
        ExprKind::Intrinsic { intrinsic, arguments } => {
            let arguments: u32 =
                arguments.iter().map(|argument| cost(function, argument)).sum::<Option<_>>()?;
            Some(intrinsic_cost(*intrinsic)? + arguments)
        }
        ExprKind::IsNone(value) => match value.kind {
            ExprKind::Version(version) => (!function.versions[version].maybe_unassigned).then_some(1),
            _ => None,
        },
        ExprKind::Let { .. }
        | ExprKind::Block { .. }
        | ExprKind::Assign { .. }
        | ExprKind::Unwrap(_)
        | ExprKind::Range { .. }
        | ExprKind::RangeLength(_)
        | ExprKind::RangeElement { .. }
        | ExprKind::View { .. }
        | ExprKind::Rearranged { .. }
        | ExprKind::Elementwise(_)
        | ExprKind::AsElements(_)
        | ExprKind::Positions { .. }
        | ExprKind::Selected { .. }
        | ExprKind::TruePositions { .. }
        | ExprKind::Tuple(_)
        | ExprKind::ConstantArray(_)
        | ExprKind::TupleElement { .. }
        | ExprKind::Element { .. }
        | ExprKind::ArrayAttribute(..)
        | ExprKind::Call { .. }
        | ExprKind::Resume { .. }
        | ExprKind::NewArray { .. }
        | ExprKind::Random { .. }
        | ExprKind::Generator { .. }
        | ExprKind::Object(_) => None,
    }
}

fn is_shape_of_version(function: &Function, tuple: &Expr) -> bool {
    match &tuple.kind {
        ExprKind::ArrayAttribute(array, ArrayAttribute::Shape | ArrayAttribute::Strides) => {
            matches!(array.kind, ExprKind::Version(version) if !function.versions[version].maybe_unassigned)
        }
        _ => false,
    }
}

fn operator_cost(function: &Function, op: BinaryOp, left: &Expr, right: &Expr) -> Option<u32> {
    let dtype = left.ty.as_scalar()?;
    match op {
        BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::BitAnd
        | BinaryOp::BitOr
        | BinaryOp::BitXor => Some(1),
        BinaryOp::Div => {
            let never_raises = function.options.error_model == ErrorModel::Numpy || is_nonzero(right);
            never_raises.then_some(4)
        }
        BinaryOp::FloorDiv | BinaryOp::Mod => (dtype.is_integer() && is_nonzero(right)).then_some(3),
        BinaryOp::LShift | BinaryOp::RShift => {
            matches!(right.kind, ExprKind::Constant(Constant::Int(0..))).then_some(1)
        }
        BinaryOp::Pow => {
            matches!(right.kind, ExprKind::Constant(Constant::Int(2)) if dtype != Dtype::Bool).then_some(1)
        }
    }
}

fn is_nonzero(expr: &Expr) -> bool {
    match expr.kind {
        ExprKind::Constant(Constant::Int(value)) => value != 0,
        ExprKind::Constant(Constant::Float(value)) => value != 0.0,
        _ => false,
    }
}

/// Of the operations made of instructions those without loops and checks.
fn intrinsic_cost(intrinsic: Intrinsic) -> Option<u32> {
    let is_short = matches!(
        intrinsic.typing(),
        Typing::Float
            | Typing::FloatFloat
            | Typing::FloatToInt
            | Typing::FloatToBool
            | Typing::Integral
            | Typing::Absolute
            | Typing::Extremum
    );
    let cost = if intrinsic == Intrinsic::Sqrt { 6 } else { 2 };
    (is_short && intrinsic.realization() == Realization::Lowered).then_some(cost)
}
