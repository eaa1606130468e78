//! Scalar mathematics of the runtime, as far as Rust's standard library reaches the platform's libm.

use crate::Scalar;
use hotloop_mir::RuntimeFunction;
use hotloop_objects::Element;
use hotloop_vecmath::Function;

/// Computes runtime functions without effects. A host that links the runtime can give its exact ones.
pub trait RuntimeMath: Sync {
    /// The result on these arguments; `None` if it does not know the function.
    fn call(&self, function: RuntimeFunction, arguments: &[Scalar]) -> Option<Scalar>;

    /// The product of two matrices, from and to elements in C order, with these rows of the left one, its columns, and columns of the right one; `None` if
    /// it does not multiply.
    fn multiply(
        &self,
        _element: Element,
        _sizes: [usize; 3],
        _left: &[u8],
        _right: &[u8],
    ) -> Option<Vec<u8>> {
        None
    }
}

/// The functions that `std` takes from the platform's libm, and those that are exact.
///
/// `asinh`, `acosh`, `atanh`, `erf`, `erfc`, `gamma` and `lgamma` are missing: the standard library computes the first three by
/// formulas of its own, which give other bits, and has not the others.
#[derive(Clone, Copy, Debug, Default)]
pub struct StdMath;

impl RuntimeMath for StdMath {
    fn call(&self, function: RuntimeFunction, arguments: &[Scalar]) -> Option<Scalar> {
        if let Some(own) = function.own_function() {
            return own_value(own, arguments);
        }
        match *arguments {
            [Scalar::F64(x)] => double(function, f64::from_bits(x)).map(Scalar::f64),
            [Scalar::F64(x), Scalar::F64(y)] => {
                double_double(function, f64::from_bits(x), f64::from_bits(y)).map(Scalar::f64)
            }
            [Scalar::F64(x), Scalar::Int(_, n)] => {
                double_integer(function, f64::from_bits(x), n).map(Scalar::f64)
            }
            [Scalar::F32(x)] => single(function, f32::from_bits(x)).map(Scalar::f32),
            [Scalar::F32(x), Scalar::F32(y)] => {
                single_single(function, f32::from_bits(x), f32::from_bits(y)).map(Scalar::f32)
            }
            _ => None,
        }
    }
}

fn own_value(function: Function, arguments: &[Scalar]) -> Option<Scalar> {
    let value = match *arguments {
        [Scalar::F64(x)] => function.value(f64::from_bits(x), 0.0),
        [Scalar::F64(x), Scalar::F64(y)] => function.value(f64::from_bits(x), f64::from_bits(y)),
        _ => return None,
    };
    Some(Scalar::f64(value))
}

fn double(function: RuntimeFunction, x: f64) -> Option<f64> {
    Some(match function {
        RuntimeFunction::Sin => x.sin(),
        RuntimeFunction::Cos => x.cos(),
        RuntimeFunction::Tan => x.tan(),
        RuntimeFunction::Asin => x.asin(),
        RuntimeFunction::Acos => x.acos(),
        RuntimeFunction::Atan => x.atan(),
        RuntimeFunction::Sinh => x.sinh(),
        RuntimeFunction::Cosh => x.cosh(),
        RuntimeFunction::Tanh => x.tanh(),
        RuntimeFunction::Exp => x.exp(),
        RuntimeFunction::Exp2 => x.exp2(),
        RuntimeFunction::Expm1 => x.exp_m1(),
        RuntimeFunction::Log => x.ln(),
        RuntimeFunction::Log2 => x.log2(),
        RuntimeFunction::Log10 => x.log10(),
        RuntimeFunction::Log1p => x.ln_1p(),
        RuntimeFunction::Cbrt => x.cbrt(),
        _ => return None,
    })
}

fn double_double(function: RuntimeFunction, x: f64, y: f64) -> Option<f64> {
    Some(match function {
        RuntimeFunction::Atan2 => x.atan2(y),
        RuntimeFunction::Pow => x.powf(y),
        RuntimeFunction::Hypot => x.hypot(y),
        RuntimeFunction::Fmod => x % y,
        RuntimeFunction::Nextafter => next_after(x, y),
        _ => return None,
    })
}

fn double_integer(function: RuntimeFunction, x: f64, n: i64) -> Option<f64> {
    Some(match function {
        RuntimeFunction::Ldexp => load_exponent(x, n),
        RuntimeFunction::RoundDigits => round_digits(x, n),
        _ => return None,
    })
}

fn single(function: RuntimeFunction, x: f32) -> Option<f32> {
    Some(match function {
        RuntimeFunction::FloatSin => x.sin(),
        RuntimeFunction::FloatCos => x.cos(),
        RuntimeFunction::FloatExp => x.exp(),
        RuntimeFunction::FloatLog => x.ln(),
        _ => return None,
    })
}

fn single_single(function: RuntimeFunction, x: f32, y: f32) -> Option<f32> {
    Some(match function {
        RuntimeFunction::FloatPow => x.powf(y),
        RuntimeFunction::FloatFmod => x % y,
        _ => return None,
    })
}

/// The next float from `x` towards `y`.
fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        x + y
    } else if x == y {
        y
    } else if x < y {
        x.next_up()
    } else {
        x.next_down()
    }
}

/// `x * 2^exponent`, rounded once.
fn load_exponent(x: f64, exponent: i64) -> f64 {
    // Far beyond what moves any float to zero or infinity.
    let mut left = exponent.clamp(-4000, 4000) as i32;
    let mut scaled = x;
    while left > 1023 {
        scaled *= power_of_two(1023);
        left -= 1023;
    }
    // Steps that keep 53 bits above the smallest normal number, so that only the last one can round.
    while left < -1022 {
        scaled *= power_of_two(-1022 + 53);
        left += 1022 - 53;
    }
    scaled * power_of_two(left)
}

/// 2^exponent for an exponent of a normal number.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// Rounds to so many decimal digits behind the point (before it, if negative); of two nearest decimals the even one. The exact
/// decimal value of `x` is rounded, then read as a float, as Python does.
fn round_digits(x: f64, digits: i64) -> f64 {
    if !x.is_finite() || digits > 1100 {
        return x;
    }
    if digits < -310 {
        return 0.0_f64.copysign(x);
    }
    let exact = format!("{:.1100}", x.abs());
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let zeros = 400;
    let mut decimals: Vec<u8> =
        "0".repeat(zeros).bytes().chain(whole.bytes()).chain(fraction.bytes()).collect();
    let point = zeros + whole.len();
    let kept = (point as i64 + digits).clamp(1, decimals.len() as i64) as usize;
    let is_up = rounds_up(&decimals[..kept], &decimals[kept..]);
    decimals[kept..].fill(b'0');
    if is_up {
        increment(&mut decimals[..kept]);
    }
    let (whole, fraction) = decimals.split_at(point);
    let text = format!("{}.{}", String::from_utf8_lossy(whole), String::from_utf8_lossy(fraction));
    text.parse::<f64>().map_or(x, |rounded| rounded.copysign(x))
}

fn rounds_up(kept: &[u8], dropped: &[u8]) -> bool {
    let Some((first, rest)) = dropped.split_first() else { return false };
    let is_tie = *first == b'5' && rest.iter().all(|digit| *digit == b'0');
    let is_odd = kept.last().is_some_and(|digit| digit % 2 == 1);
    if is_tie { is_odd } else { *first >= b'5' }
}

fn increment(decimals: &mut [u8]) {
    for digit in decimals.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_takes_the_exact_decimal_value() {
        let cases = [
            (2.675, 2, 2.67),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (2.5, 0, 2.0),
            (-0.4, 0, -0.0),
            (0.125, 2, 0.12),
            (0.375, 2, 0.38),
            (1234.5, -2, 1200.0),
            (1250.0, -2, 1200.0),
            (1350.0, -2, 1400.0),
            (99.99, 1, 100.0),
            (5e-324, 323, 0.0),
            (5e-324, 324, 5e-324),
            (5e-324, 1100, 5e-324),
            (1e308, -308, 1e308),
            (6e307, -308, 1e308),
            (f64::MAX, -308, f64::INFINITY),
            (1e22, 3, 1e22),
            (1.0, -400, 0.0),
        ];
        for (x, digits, expected) in cases {
            assert_eq!(round_digits(x, digits).to_bits(), f64::to_bits(expected), "round({x}, {digits})");
        }
        assert!(round_digits(f64::NAN, 2).is_nan());
    }

    #[test]
    fn exponents_are_loaded_with_one_rounding() {
        assert_eq!(load_exponent(1.0, 10), 1024.0);
        assert_eq!(load_exponent(1.0, -1074), 5e-324);
        assert_eq!(load_exponent(1.0, -1075), 0.0);
        assert_eq!(load_exponent(1.5, -1074), 1e-323);
        assert_eq!(load_exponent(0.75, -1073), 1e-323);
        assert_eq!(load_exponent(5e-324, 2097), 2.0_f64.powi(1023));
        assert_eq!(load_exponent(1.0, i64::MAX), f64::INFINITY);
        assert_eq!(load_exponent(-1.0, i64::MIN).to_bits(), (-0.0_f64).to_bits());
        // 1 + 2^-52 times 2^-1074 lies just above the smallest number; rounding twice would not tell.
        assert_eq!(load_exponent(1.0 + f64::EPSILON, -1075), 5e-324);
    }

    #[test]
    fn the_next_float_steps_over_zero() {
        assert_eq!(next_after(0.0, -1.0), -5e-324);
        assert_eq!(next_after(1.0, 2.0), 1.0 + f64::EPSILON);
        assert_eq!(next_after(0.0, -0.0).to_bits(), (-0.0_f64).to_bits());
    }
}
