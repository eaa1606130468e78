//! Conversions that Python leaves implicit.

use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_types::{Dtype, DtypeKind, Type};

/// The value in another type; the caller made sure that there is a conversion. Constants are converted at once where that is exact.
pub(crate) fn convert(value: Expr, to: &Type) -> Expr {
    if value.ty == *to {
        return value;
    }
    if let (ExprKind::Constant(constant), Type::Scalar(from), Type::Scalar(to_dtype)) =
        (&value.kind, &value.ty, to)
        && let Some(converted) = convert_constant(*constant, *from, *to_dtype)
    {
        return Expr::new(ExprKind::Constant(converted), to.clone(), value.span);
    }
    let span = value.span;
    if let (Type::Optional(inner), false) = (&value.ty, matches!(to, Type::Optional(_))) {
        let inner = (**inner).clone();
        return convert(Expr::new(ExprKind::Unwrap(Box::new(value)), inner, span), to);
    }
    Expr::new(ExprKind::Convert(Box::new(value)), to.clone(), span)
}

/// The value as a number of this dtype.
pub(crate) fn to_dtype(value: Expr, dtype: Dtype) -> Expr {
    convert(value, &Type::Scalar(dtype))
}

/// The constant in another dtype, where the value is the same in both.
pub(crate) fn convert_constant(constant: Constant, from: Dtype, to: Dtype) -> Option<Constant> {
    if to.is_complex() && !from.is_complex() {
        let real = convert_constant(constant, from, to.part())?;
        let Constant::Float(real) = real else { return None };
        return Some(Constant::Complex(real, 0.0));
    }
    match constant {
        Constant::Bool(value) => from_wide(i128::from(value), to),
        Constant::Int(bits) if from == Dtype::UInt64 => from_wide(i128::from(bits as u64), to),
        Constant::Int(value) => from_wide(i128::from(value), to),
        Constant::Float(value) => match to {
            Dtype::Float64 => Some(constant),
            Dtype::Float32 if f64::from(value as f32).to_bits() == value.to_bits() => Some(constant),
            _ => None,
        },
        Constant::Complex(real, imag) => {
            let fits =
                |part: f64| to == Dtype::Complex128 || f64::from(part as f32).to_bits() == part.to_bits();
            (to.is_complex() && fits(real) && fits(imag)).then_some(constant)
        }
        Constant::None | Constant::Dtype => None,
    }
}

fn from_wide(value: i128, to: Dtype) -> Option<Constant> {
    match to.kind() {
        DtypeKind::Bool => Some(Constant::Bool(value != 0)),
        DtypeKind::Signed | DtypeKind::Unsigned => fits(value, to).then_some(Constant::Int(value as i64)),
        DtypeKind::Float => {
            let limit = if to == Dtype::Float32 { 1 << 24 } else { 1 << 53 };
            (value.abs() <= limit).then_some(Constant::Float(value as f64))
        }
        DtypeKind::Complex => unreachable!("the parts are converted as floats"),
    }
}

fn fits(value: i128, dtype: Dtype) -> bool {
    let bits = dtype.size_bytes() * 8;
    match dtype.kind() {
        DtypeKind::Unsigned => (0..1i128 << bits).contains(&value),
        _ => (-(1i128 << (bits - 1))..1i128 << (bits - 1)).contains(&value),
    }
}
