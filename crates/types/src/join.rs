//! Which type an operation on two types has, and which type holds the values of two.
//!
//! The rules are Numba 0.68's for scalars (see `DESIGN.md`, section 3): integer results are at least 64 bits wide, and
//! float32 stays float32 only among float32.

use crate::{ArrayType, Dtype, DtypeKind, Layout, Type};

/// The dtype in which `a op b` is computed, for arithmetic on two scalars.
pub fn promote(a: Dtype, b: Dtype) -> Dtype {
    use DtypeKind::{Bool, Complex, Float, Signed, Unsigned};
    match (a.kind(), b.kind()) {
        (Complex, _) | (_, Complex) => promote(a.part(), b.part()).as_complex(),
        (Float, Float) => a.max(b),
        (Float, _) => arithmetic_with_integer(a, b),
        (_, Float) => arithmetic_with_integer(b, a),
        (Unsigned, Unsigned) => Dtype::UInt64,
        (Signed | Unsigned | Bool, Signed | Unsigned | Bool) => Dtype::Int64,
    }
}

/// float32 holds the integers of up to 16 bits, and truth values, exactly; but of a uint16 Numba makes a float64.
fn arithmetic_with_integer(float: Dtype, integer: Dtype) -> Dtype {
    if integer == Dtype::UInt16 { Dtype::Float64 } else { float_with_integer(float, integer) }
}

/// float32 holds the integers of up to 16 bits, and truth values, exactly.
fn float_with_integer(float: Dtype, integer: Dtype) -> Dtype {
    if integer.size_bytes() <= 2 { float } else { Dtype::Float64 }
}

/// The type that holds the values of both where two paths meet, or `None` if there is none.
pub fn unify(a: &Type, b: &Type) -> Option<Type> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Type::Scalar(a), Type::Scalar(b)) => Some(Type::Scalar(unify_dtypes(*a, *b))),
        (Type::Array(a), Type::Array(b)) => unify_arrays(*a, *b).map(Type::Array),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() && a.class() == b.class() => {
            let items: Option<Vec<Type>> = a.iter().zip(b.iter()).map(|(a, b)| unify(a, b)).collect();
            items.map(|items| Type::Tuple(a.with_items(items)))
        }
        (Type::None, other) | (other, Type::None) => has_value(other).then(|| Type::optional(other.clone())),
        (Type::Optional(a), Type::Optional(b)) => unify(a, b).map(Type::optional),
        (Type::Optional(value), other) | (other, Type::Optional(value)) => {
            unify(value, other).map(Type::optional)
        }
        // A list is one object under all its names, so its elements cannot be converted; only nothing can become something.
        (Type::List(a), Type::List(b)) => unify_elements(a, b).map(Type::list),
        (
            Type::Scalar(_)
            | Type::Array(_)
            | Type::Tuple(_)
            | Type::Range
            | Type::Dtype(_)
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Function(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined,
            _,
        ) => None,
    }
}

/// Whether values of the type exist at run time, so that one may be there or not.
fn has_value(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_)
        | Type::Array(_)
        | Type::Tuple(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Str
        | Type::Bytes
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::List(_) => true,
        Type::None | Type::Dtype(_) | Type::Function(_) | Type::Undefined => false,
    }
}

/// The type of a list's elements where two lists meet.
fn unify_elements(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        _ if a == b => Some(a.clone()),
        (Type::Undefined, known) | (known, Type::Undefined) => Some(known.clone()),
        (Type::List(a), Type::List(b)) => unify_elements(a, b).map(Type::list),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            a.iter().zip(b.iter()).map(|(a, b)| unify_elements(a, b)).collect::<Option<_>>().map(Type::Tuple)
        }
        _ => None,
    }
}

/// The narrowest dtype that holds both; a signed and an unsigned integer without one meet in float64, as in Numba.
fn unify_dtypes(a: Dtype, b: Dtype) -> Dtype {
    use DtypeKind::{Bool, Complex, Float, Signed, Unsigned};
    let wider = if a.size_bytes() >= b.size_bytes() { a } else { b };
    match (a.kind(), b.kind()) {
        (Complex, _) | (_, Complex) => unify_dtypes(a.part(), b.part()).as_complex(),
        (Bool, _) => b,
        (_, Bool) => a,
        (Float, Float) | (Signed, Signed) | (Unsigned, Unsigned) => wider,
        (Float, _) => float_with_integer(a, b),
        (_, Float) => float_with_integer(b, a),
        (Signed, Unsigned) => unify_signed(a, b),
        (Unsigned, Signed) => unify_signed(b, a),
    }
}

fn unify_signed(signed: Dtype, unsigned: Dtype) -> Dtype {
    if signed.size_bytes() > unsigned.size_bytes() {
        return signed;
    }
    match unsigned.size_bytes() {
        1 => Dtype::Int16,
        2 => Dtype::Int32,
        4 => Dtype::Int64,
        _ => Dtype::Float64,
    }
}

fn unify_arrays(a: ArrayType, b: ArrayType) -> Option<ArrayType> {
    let layout = if a.layout == b.layout { a.layout } else { Layout::A };
    (a.dtype == b.dtype && a.ndim == b.ndim).then_some(ArrayType {
        layout,
        readonly: a.readonly || b.readonly,
        ..a
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns: bool, int8..int64, uint8..uint64, float32, float64, complex64, complex128; as Numba 0.68.1 answers.
    fn check(table: &str, rule: impl Fn(Dtype, Dtype) -> Dtype) {
        let rows: Vec<Vec<&str>> =
            table.trim().lines().map(|line| line.split_whitespace().collect()).collect();
        for (row, a) in rows.iter().zip(Dtype::ALL) {
            for (cell, b) in row.iter().zip(Dtype::ALL) {
                assert_eq!(Some(rule(*a, *b)), Dtype::by_name(cell), "{a} with {b}");
            }
        }
        assert_eq!(rows.len(), Dtype::ALL.len());
    }

    #[test]
    fn arithmetic_is_typed_as_by_numba() {
        check(
            "
            i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8  c8  c16
            i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8  c8  c16
            i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8  c8  c16
            i8  i8  i8  i8  i8  i8  i8  i8  i8  f8  f8  c16  c16
            i8  i8  i8  i8  i8  i8  i8  i8  i8  f8  f8  c16  c16
            i8  i8  i8  i8  i8  u8  u8  u8  u8  f4  f8  c8  c16
            i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8  c16  c16
            i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8  c16  c16
            i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8  c16  c16
            f4  f4  f4  f8  f8  f4  f8  f8  f8  f4  f8  c8  c16
            f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  c16  c16
            c8  c8  c8  c16  c16  c8  c16  c16  c16  c8  c16  c8  c16
            c16  c16  c16  c16  c16  c16  c16  c16  c16  c16  c16  c16  c16",
            promote,
        );
    }

    #[test]
    fn joins_are_typed_as_by_numba() {
        check(
            "
            b1  i1  i2  i4  i8  u1  u2  u4  u8  f4  f8  c8  c16
            i1  i1  i2  i4  i8  i2  i4  i8  f8  f4  f8  c8  c16
            i2  i2  i2  i4  i8  i2  i4  i8  f8  f4  f8  c8  c16
            i4  i4  i4  i4  i8  i4  i4  i8  f8  f8  f8  c16  c16
            i8  i8  i8  i8  i8  i8  i8  i8  f8  f8  f8  c16  c16
            u1  i2  i2  i4  i8  u1  u2  u4  u8  f4  f8  c8  c16
            u2  i4  i4  i4  i8  u2  u2  u4  u8  f4  f8  c8  c16
            u4  i8  i8  i8  i8  u4  u4  u4  u8  f8  f8  c16  c16
            u8  f8  f8  f8  f8  u8  u8  u8  u8  f8  f8  c16  c16
            f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8  c8  c16
            f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  c16  c16
            c8  c8  c8  c16  c16  c8  c8  c16  c16  c8  c16  c8  c16
            c16  c16  c16  c16  c16  c16  c16  c16  c16  c16  c16  c16  c16",
            unify_dtypes,
        );
    }
}
