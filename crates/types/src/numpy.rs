//! NumPy 2's rules for the dtypes of whole arrays (NEP 50).

use crate::{Dtype, DtypeKind};

/// The dtype of a result of two dtypes that both count, as `numpy.promote_types` gives it.
pub fn numpy_promote(a: Dtype, b: Dtype) -> Dtype {
    if a.is_complex() || b.is_complex() {
        return complex_of(numpy_promote(a.part(), b.part()));
    }
    match (a.kind(), b.kind()) {
        (DtypeKind::Bool, _) => b,
        (_, DtypeKind::Bool) => a,
        (DtypeKind::Float, DtypeKind::Float) => larger(a, b),
        (DtypeKind::Float, _) => with_float(a, b),
        (_, DtypeKind::Float) => with_float(b, a),
        (DtypeKind::Signed, DtypeKind::Unsigned) => of_both_signs(a, b),
        (DtypeKind::Unsigned, DtypeKind::Signed) => of_both_signs(b, a),
        _ => larger(a, b),
    }
}

/// The dtype of a result of an array's dtype and a Python number of the other dtype's kind, which adapts to it.
pub fn numpy_promote_weak(array: Dtype, number: Dtype) -> Dtype {
    let rank = |dtype: Dtype| match dtype.kind() {
        DtypeKind::Bool => 0,
        DtypeKind::Unsigned | DtypeKind::Signed => 1,
        DtypeKind::Float => 2,
        DtypeKind::Complex => 3,
    };
    match (array, number.kind()) {
        _ if rank(number) <= rank(array) => array,
        (Dtype::Float32, DtypeKind::Complex) => Dtype::Complex64,
        (_, DtypeKind::Complex) => Dtype::Complex128,
        (_, DtypeKind::Float) => Dtype::Float64,
        (_, DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned) => Dtype::Int64,
    }
}

fn larger(a: Dtype, b: Dtype) -> Dtype {
    if a.size_bytes() >= b.size_bytes() { a } else { b }
}

/// A float32 holds integers of up to 16 bits.
fn with_float(float: Dtype, integer: Dtype) -> Dtype {
    if float == Dtype::Float32 && integer.size_bytes() <= 2 { Dtype::Float32 } else { Dtype::Float64 }
}

fn of_both_signs(signed: Dtype, unsigned: Dtype) -> Dtype {
    match unsigned {
        Dtype::UInt8 => larger(Dtype::Int16, signed),
        Dtype::UInt16 => larger(Dtype::Int32, signed),
        Dtype::UInt32 => Dtype::Int64,
        _ => Dtype::Float64,
    }
}

fn complex_of(part: Dtype) -> Dtype {
    let is_single = part == Dtype::Float32 || part.is_integral() && part.size_bytes() <= 2;
    if is_single { Dtype::Complex64 } else { Dtype::Complex128 }
}
