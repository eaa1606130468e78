//! Arithmetic, by the rules of `hotloop_types::promote`, which are Numba's.

use crate::conditions::unwrapped;
use crate::constants::integer_constant;
use crate::conversion::{convert, to_dtype};
use crate::expression::Value;
use crate::function::{Inference, Reported, Typed};
use crate::statement::constant_truth;
use hotloop_ast as ast;
use hotloop_ast::UnaryOp as AstUnary;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{BinaryOp, Constant, Expr, ExprKind, UnaryOp};
use hotloop_types::{Dtype, DtypeKind, Type, promote};

static OPERANDS: Code = Code::new("HL0204", "an operator does not accept operands of these types");

impl Inference<'_> {
    pub(crate) fn binary_chain(&mut self, first: &ast::Expr, rest: &[(ast::BinaryOp, ast::Expr)]) -> Typed {
        let mut left = self.operand(first)?;
        for (op, right) in rest {
            self.count_link(right.span)?;
            let (left_span, span) = (left.span(), first.span.to(right.span));
            let right = self.operand(right)?;
            left = self.binary(*op, left, right, span, left_span)?.into();
        }
        self.run_time_value(left)
    }

    /// `left op right`.
    pub(crate) fn binary(
        &mut self,
        op: ast::BinaryOp,
        left: Value,
        right: Value,
        span: Span,
        left_span: Span,
    ) -> Typed {
        let (left, right) = self.arrays_of_lists(left, right)?;
        if let Some(result) = self.sequence_binary(op, &left, &right, span)? {
            return Ok(result);
        }
        let places = (left_span, right.span());
        let described = (left.describe(), right.describe());
        let (left, right) = match (left, right) {
            (Value::Expr(left), Value::Expr(right)) => {
                (self.as_number(unwrapped(left)), self.as_number(unwrapped(right)))
            }
            _ => return Err(self.report_operands(op.spelling(), described, span, places)),
        };
        let result = match (left.ty.as_scalar(), right.ty.as_scalar()) {
            (Some(a), Some(b)) => scalar_binary(op, (left, a), (right, b), span),
            _ if matches!(left.ty, Type::Array(_)) || matches!(right.ty, Type::Array(_)) => {
                self.array_binary(op, left, right, span)?
            }
            _ => self.tuple_binary(op, left, right, span)?,
        };
        result.ok_or_else(|| self.report_operands(op.spelling(), described, span, places))
    }

    pub(crate) fn report_operands(
        &mut self,
        op: &str,
        (left, right): (String, String),
        span: Span,
        (left_span, right_span): (Span, Span),
    ) -> Reported {
        let diagnostic =
            Diagnostic::error(&OPERANDS, format!("`{op}` does not accept {left} and {right}"), span)
                .with_label(left_span, format!("this is {left}"))
                .with_label(right_span, format!("this is {right}"))
                .with_help(text_help(op, &left, &right).unwrap_or(operand_help(op)));
        self.report(diagnostic)
    }

    pub(crate) fn unary(&mut self, op: AstUnary, operand: &ast::Expr, span: Span) -> Typed {
        if op == AstUnary::Not {
            let condition = self.condition(operand)?;
            return Ok(negated(condition, span));
        }
        let value = self.operand(operand)?;
        let described = value.describe();
        let result = match value.present() {
            Value::Expr(value) if matches!(value.ty, Type::Array(_)) => self.array_unary(op, value, span),
            Value::Expr(value) => scalar_unary(op, self.as_number(value), span),
            Value::Global(..) | Value::Caught(..) | Value::Str(..) => None,
        };
        result.ok_or(()).map_err(|()| {
            let message = format!("`{}` does not accept {described}", op.spelling());
            let diagnostic = Diagnostic::error(&OPERANDS, message, span)
                .with_label(operand.span, format!("this is {described}"))
                .with_help(operand_help(op.spelling()));
            self.report(diagnostic)
        })
    }
}

/// The help where one operand is a string or a generator.
fn text_help(op: &str, left: &str, right: &str) -> Option<&'static str> {
    let is_generator = |described: &str| described.starts_with("a generator of ");
    match (op, left, right) {
        _ if is_generator(left) || is_generator(right) => {
            Some("loop over it, or take `sum(...)` or `list(...)` of it")
        }
        ("%", "str", _) => {
            Some("write an f-string, as in `f\"{x} of {y}\"`: `%` does not format in a kernel")
        }
        ("+", "str", _) | ("+", _, "str") => {
            Some("make a string of the other operand first, as in `str(x)`, or write an f-string")
        }
        ("*", "str", _) | ("*", _, "str") => Some("a string is repeated a whole number of times"),
        (_, "str", _) | (_, _, "str") => {
            Some("make a number of the string first, with `int(...)` or `float(...)`")
        }
        _ => None,
    }
}

fn operand_help(op: &str) -> &'static str {
    match op {
        "&" | "|" | "^" | "<<" | ">>" | "~" => {
            "bit operators take integers or truth values; convert with `int(...)`"
        }
        "@" => "write the product as loops",
        "//" | "%" => "it takes real numbers",
        _ => "convert the operands to numbers first",
    }
}

/// The negation of a condition.
pub(crate) fn negated(condition: Expr, span: Span) -> Expr {
    match constant_truth(&condition) {
        Some(value) => Expr::new(ExprKind::Constant(Constant::Bool(!value)), Type::BOOL, span),
        None => Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(condition)), Type::BOOL, span),
    }
}

fn scalar_unary(op: AstUnary, value: Expr, span: Span) -> Option<Expr> {
    let dtype = value.ty.as_scalar()?;
    let wide = match dtype.kind() {
        DtypeKind::Float | DtypeKind::Complex => dtype,
        DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned => promote(dtype, dtype),
    };
    let apply = |op, value: Expr| {
        let ty = value.ty.clone();
        Expr::new(ExprKind::Unary(op, Box::new(value)), ty, span)
    };
    match op {
        AstUnary::Pos => Some(to_dtype(value, wide)),
        // As in Numba an integer is negated or inverted in its own width, and then widened.
        AstUnary::Neg => Some(negative_constant(&value, span).unwrap_or_else(|| {
            let number = if dtype == Dtype::Bool { to_dtype(value, wide) } else { value };
            to_dtype(apply(UnaryOp::Neg, number), wide)
        })),
        AstUnary::Invert => match dtype.kind() {
            DtypeKind::Bool => Some(apply(UnaryOp::Invert, value)),
            DtypeKind::Signed | DtypeKind::Unsigned => Some(to_dtype(apply(UnaryOp::Invert, value), wide)),
            DtypeKind::Float | DtypeKind::Complex => None,
        },
        AstUnary::Not => unreachable!("`not` is a condition"),
    }
}

/// A literal with its sign: `-9223372036854775808` has no positive counterpart in int64.
fn negative_constant(value: &Expr, span: Span) -> Option<Expr> {
    let (negated, ty) = match (&value.kind, &value.ty) {
        (ExprKind::Constant(Constant::Int(i64::MIN)), Type::Scalar(Dtype::UInt64)) => {
            (Constant::Int(i64::MIN), Type::INT64)
        }
        (ExprKind::Constant(Constant::Int(number)), Type::Scalar(Dtype::Int64)) => {
            (Constant::Int(number.wrapping_neg()), Type::INT64)
        }
        (ExprKind::Constant(Constant::Float(number)), ty) => (Constant::Float(-number), ty.clone()),
        (ExprKind::Constant(Constant::Complex(real, imag)), ty) => {
            (Constant::Complex(-real, -imag), ty.clone())
        }
        _ => return None,
    };
    Some(Expr::new(ExprKind::Constant(negated), ty, span))
}

/// An operation on two numbers or truth values; `None` where the operator does not accept them.
pub(crate) fn scalar_binary(
    op: ast::BinaryOp,
    (left, a): (Expr, Dtype),
    (right, b): (Expr, Dtype),
    span: Span,
) -> Option<Expr> {
    let common = promote(a, b);
    Some(match op {
        ast::BinaryOp::Add => same_type(BinaryOp::Add, left, right, common, span),
        ast::BinaryOp::Sub => same_type(BinaryOp::Sub, left, right, common, span),
        ast::BinaryOp::Mul => same_type(BinaryOp::Mul, left, right, common, span),
        // Complex numbers have no order, so no floor.
        ast::BinaryOp::FloorDiv | ast::BinaryOp::Mod if common.is_complex() => return None,
        ast::BinaryOp::FloorDiv => same_type(BinaryOp::FloorDiv, left, right, common, span),
        ast::BinaryOp::Mod => same_type(BinaryOp::Mod, left, right, common, span),
        ast::BinaryOp::Div => {
            let common = if common.is_integral() { Dtype::Float64 } else { common };
            same_type(BinaryOp::Div, left, right, common, span)
        }
        ast::BinaryOp::Pow => power((left, a), (right, b), span),
        ast::BinaryOp::LShift => shift(BinaryOp::LShift, (left, a), (right, b), span)?,
        ast::BinaryOp::RShift => shift(BinaryOp::RShift, (left, a), (right, b), span)?,
        ast::BinaryOp::BitAnd => bitwise(BinaryOp::BitAnd, (left, a), (right, b), span)?,
        ast::BinaryOp::BitOr => bitwise(BinaryOp::BitOr, (left, a), (right, b), span)?,
        ast::BinaryOp::BitXor => bitwise(BinaryOp::BitXor, (left, a), (right, b), span)?,
        ast::BinaryOp::MatMul => return None,
    })
}

fn binary_expr(op: BinaryOp, left: Expr, right: Expr, dtype: Dtype, span: Span) -> Expr {
    Expr::new(
        ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) },
        Type::Scalar(dtype),
        span,
    )
}

fn same_type(op: BinaryOp, left: Expr, right: Expr, dtype: Dtype, span: Span) -> Expr {
    binary_expr(op, to_dtype(left, dtype), to_dtype(right, dtype), dtype, span)
}

/// `left ** right`. An integer constant stays one, so that it can become multiplications; of an integer, a negative constant power is a
/// float, as in Python.
fn power((left, a): (Expr, Dtype), (right, b): (Expr, Dtype), span: Span) -> Expr {
    let dtype = match (a.kind(), b.kind()) {
        (DtypeKind::Float, DtypeKind::Float) => promote(a, b),
        (DtypeKind::Complex, _) | (_, DtypeKind::Complex) => {
            return complex_power(left, right, promote(a, b), span);
        }
        (DtypeKind::Float, _) => a,
        _ => promote(a, b),
    };
    match written_exponent(&right) {
        Some(exponent) => {
            let dtype = if exponent < 0 && dtype.is_integral() { Dtype::Float64 } else { dtype };
            let right = convert(right, &Type::INT64);
            binary_expr(BinaryOp::Pow, to_dtype(left, dtype), right, dtype, span)
        }
        // The exponent keeps its type, so that an unsigned one is never negative.
        None if dtype.is_integral() => {
            let right = if b == Dtype::Bool { to_dtype(right, Dtype::Int64) } else { right };
            binary_expr(BinaryOp::Pow, to_dtype(left, dtype), right, dtype, span)
        }
        // A float32 cannot tell large integers that are even from odd ones.
        None if dtype == Dtype::Float32 && b.is_integer() && b.size_bytes() > 2 => {
            to_dtype(same_type(BinaryOp::Pow, left, right, Dtype::Float64, span), dtype)
        }
        None => same_type(BinaryOp::Pow, left, right, dtype, span),
    }
}

/// `left ** right` where one of both is complex. CPython multiplies out the powers by an integer up to 100.
fn complex_power(left: Expr, right: Expr, dtype: Dtype, span: Span) -> Expr {
    let left = to_dtype(left, dtype);
    match written_exponent(&right) {
        Some(-100..=100) => binary_expr(BinaryOp::Pow, left, convert(right, &Type::INT64), dtype, span),
        _ => same_type(BinaryOp::Pow, left, right, dtype, span),
    }
}

/// A shift has the signedness of its left operand; the count may be any integer.
fn shift(op: BinaryOp, (left, a): (Expr, Dtype), (right, b): (Expr, Dtype), span: Span) -> Option<Expr> {
    if !a.is_integral() || !b.is_integral() {
        return None;
    }
    let right = if b == Dtype::Bool { to_dtype(right, Dtype::Int64) } else { right };
    let dtype = promote(a, a);
    Some(binary_expr(op, to_dtype(left, dtype), right, dtype, span))
}

fn bitwise(op: BinaryOp, (left, a): (Expr, Dtype), (right, b): (Expr, Dtype), span: Span) -> Option<Expr> {
    if !a.is_integral() || !b.is_integral() {
        return None;
    }
    let dtype = if a == Dtype::Bool && b == Dtype::Bool { Dtype::Bool } else { promote(a, b) };
    Some(same_type(op, left, right, dtype, span))
}

/// An exponent that is known, and no number of NumPy's.
fn written_exponent(exponent: &Expr) -> Option<i64> {
    match exponent.kind {
        ExprKind::AsElements(_) => None,
        _ => integer_constant(exponent),
    }
}
