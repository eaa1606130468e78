//! The scalar functions of the runtime table: the platform's libm, and the few that Python computes by itself.
//!
//! One list, in `symbols.rs`, says which function implements a row; addresses for compiled code and safe calls for the
//! interpreter both come from it, so the two cannot give different bits.

pub(crate) mod cmath;
pub(crate) mod complex;
pub(crate) mod floats;
pub(crate) mod gamma;
pub(crate) mod integers;
pub(crate) mod libm;
pub(crate) mod rounding;
mod special;

use crate::symbols::{Implementation, implementation_of};

use hotloop_abi::RuntimeFunction;

/// An argument or result of [`call_math`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MathValue {
    /// A 64-bit integer.
    I64(i64),
    /// A binary32.
    F32(f32),
    /// A binary64.
    F64(f64),
}

/// Calls a mathematical function of the runtime table, the same one that compiled code calls.
///
/// `None` when `function` is not a mathematical one, or when the arguments are not of its types.
///
/// ```
/// use hotloop_abi::RuntimeFunction;
/// use hotloop_runtime::{MathValue, call_math};
///
/// let angle = call_math(RuntimeFunction::Atan2, &[MathValue::F64(1.0), MathValue::F64(1.0)]);
/// assert_eq!(angle, Some(MathValue::F64(std::f64::consts::FRAC_PI_4)));
/// assert_eq!(call_math(RuntimeFunction::Sin, &[MathValue::I64(1)]), None);
/// ```
pub fn call_math(function: RuntimeFunction, arguments: &[MathValue]) -> Option<MathValue> {
    use MathValue::{F32, F64, I64};
    match (MathFunction::of(function)?, arguments) {
        (MathFunction::Double(function), &[F64(x)]) => Some(F64(function(x))),
        (MathFunction::DoubleDouble(function), &[F64(x), F64(y)]) => Some(F64(function(x, y))),
        (MathFunction::DoubleInteger(function), &[F64(x), I64(n)]) => Some(F64(function(x, n))),
        (MathFunction::ComplexPart(function), &[F64(x), F64(y), I64(part)]) => {
            Some(F64(function(x, y, part)))
        }
        (MathFunction::TripleDouble(function), &[F64(x), F64(y), F64(z)]) => Some(F64(function(x, y, z))),
        (MathFunction::DoubleToInteger(function), &[F64(x)]) => Some(I64(function(x))),
        (MathFunction::IntegerInteger(function), &[I64(a), I64(b)]) => Some(I64(function(a, b))),
        (MathFunction::TripleInteger(function), &[I64(a), I64(b), I64(c)]) => Some(I64(function(a, b, c))),
        (MathFunction::Integer(function), &[I64(n)]) => Some(I64(function(n))),
        (MathFunction::ComplexComplex(function), &[F64(a), F64(b), F64(c), F64(d), I64(part)]) => {
            Some(F64(function(a, b, c, d, part)))
        }
        (MathFunction::Float(function), &[F32(x)]) => Some(F32(function(x))),
        (MathFunction::FloatFloat(function), &[F32(x), F32(y)]) => Some(F32(function(x, y))),
        (
            MathFunction::Double(_)
            | MathFunction::DoubleDouble(_)
            | MathFunction::DoubleInteger(_)
            | MathFunction::ComplexPart(_)
            | MathFunction::TripleDouble(_)
            | MathFunction::DoubleToInteger(_)
            | MathFunction::IntegerInteger(_)
            | MathFunction::TripleInteger(_)
            | MathFunction::Integer(_)
            | MathFunction::ComplexComplex(_)
            | MathFunction::Float(_)
            | MathFunction::FloatFloat(_),
            _,
        ) => None,
    }
}

/// A function without effects, by the types of its parameters; the result has the type of the first one unless the name says otherwise.
#[derive(Clone, Copy)]
pub(crate) enum MathFunction {
    Double(extern "C" fn(f64) -> f64),
    DoubleDouble(extern "C" fn(f64, f64) -> f64),
    DoubleInteger(extern "C" fn(f64, i64) -> f64),
    TripleDouble(extern "C" fn(f64, f64, f64) -> f64),
    DoubleToInteger(extern "C" fn(f64) -> i64),
    Integer(extern "C" fn(i64) -> i64),
    IntegerInteger(extern "C" fn(i64, i64) -> i64),
    TripleInteger(extern "C" fn(i64, i64, i64) -> i64),
    /// One part of a function of a complex number.
    ComplexPart(extern "C" fn(f64, f64, i64) -> f64),
    /// One part of a function of two complex numbers.
    ComplexComplex(extern "C" fn(f64, f64, f64, f64, i64) -> f64),
    Float(extern "C" fn(f32) -> f32),
    FloatFloat(extern "C" fn(f32, f32) -> f32),
}

impl MathFunction {
    /// The implementation of a row; `None` for the rows that are not mathematics.
    fn of(function: RuntimeFunction) -> Option<Self> {
        match implementation_of(function) {
            Implementation::Math(function) => Some(function),
            Implementation::Other(_) => None,
        }
    }

    /// Where compiled code finds it.
    pub(crate) fn address(self) -> *const u8 {
        match self {
            Self::Double(function) => function as *const u8,
            Self::DoubleDouble(function) => function as *const u8,
            Self::DoubleInteger(function) => function as *const u8,
            Self::ComplexPart(function) => function as *const u8,
            Self::TripleDouble(function) => function as *const u8,
            Self::DoubleToInteger(function) => function as *const u8,
            Self::Integer(function) => function as *const u8,
            Self::IntegerInteger(function) => function as *const u8,
            Self::TripleInteger(function) => function as *const u8,
            Self::ComplexComplex(function) => function as *const u8,
            Self::Float(function) => function as *const u8,
            Self::FloatFloat(function) => function as *const u8,
        }
    }

    /// The machine type of its result.
    #[cfg(test)]
    const fn result(self) -> hotloop_abi::MachineType {
        match self {
            Self::DoubleToInteger(_) => hotloop_abi::MachineType::I64,
            _ => self.parameters()[0],
        }
    }

    /// The machine types of its parameters.
    #[cfg(test)]
    const fn parameters(self) -> &'static [hotloop_abi::MachineType] {
        use hotloop_abi::MachineType::{F32, F64, I64};
        match self {
            Self::Double(_) => &[F64],
            Self::DoubleDouble(_) => &[F64, F64],
            Self::DoubleInteger(_) => &[F64, I64],
            Self::ComplexPart(_) => &[F64, F64, I64],
            Self::TripleDouble(_) => &[F64, F64, F64],
            Self::DoubleToInteger(_) => &[F64],
            Self::Integer(_) => &[I64],
            Self::IntegerInteger(_) => &[I64, I64],
            Self::TripleInteger(_) => &[I64, I64, I64],
            Self::ComplexComplex(_) => &[F64, F64, F64, F64, I64],
            Self::Float(_) => &[F32],
            Self::FloatFloat(_) => &[F32, F32],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotloop_abi::Effects;

    #[test]
    fn every_pure_row_is_a_math_function_of_the_declared_types() {
        for &row in RuntimeFunction::ALL {
            let implementation = MathFunction::of(row);
            assert_eq!(implementation.is_some(), row.effects() == Effects::Pure, "{}", row.symbol());
            let Some(implementation) = implementation else { continue };
            assert_eq!(implementation.parameters(), row.parameters(), "{}", row.symbol());
            assert_eq!(Some(implementation.result()), row.result(), "{}", row.symbol());
            assert!(!row.may_raise());
        }
    }

    #[test]
    fn wrong_arguments_give_none() {
        use MathValue::{F32, F64, I64};
        assert_eq!(call_math(RuntimeFunction::Pow, &[F64(2.0)]), None);
        assert_eq!(call_math(RuntimeFunction::Pow, &[F64(2.0), I64(3)]), None);
        assert_eq!(call_math(RuntimeFunction::FloatSin, &[F64(2.0)]), None);
        assert_eq!(call_math(RuntimeFunction::Release, &[]), None);
        assert_eq!(call_math(RuntimeFunction::FloatPow, &[F32(2.0), F32(3.0)]), Some(F32(8.0)));
        assert_eq!(call_math(RuntimeFunction::Ldexp, &[F64(0.75), I64(4)]), Some(F64(12.0)));
    }
}
