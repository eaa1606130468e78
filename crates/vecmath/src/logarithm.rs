//! Logarithms and powers.
//!
//! A number is `2^k m` with `m` between 0.7 and 1.42, and the logarithm of `m = 1 + f` is twice the inverse hyperbolic tangent of `s = f / (2 + f)`.

use crate::coefficients::{
    LN_2, LN_2_THREE, LOG_REST, LOG_SECOND, LOG_TAIL, LOG2_E_PAIR, LOG10_2, LOG10_E_PAIR,
};
use crate::exponential::exp_of_pair;
use crate::number::{Bits, Number, Truth};
use crate::pair::{Pair, polynomial, product, square, sum, sum_of_larger};

const ONE_BITS: i64 = 0x3ff0_0000_0000_0000;
const ROOT_OF_HALF_BITS: i64 = 0x3fe6_a09e_667f_3bcd;
/// 2^52, as a number and as bits: with an integer in its lowest bits it is 2^52 plus that.
const TWO_52: f64 = 4_503_599_627_370_496.0;
const TWO_52_BITS: i64 = 0x4330_0000_0000_0000;
const LEAST_NORMAL: f64 = f64::MIN_POSITIVE;
/// 2^54.
const UP: f64 = 18_014_398_509_481_984.0;

/// A positive number as `2^exponent * (fraction + 1)`.
struct Decomposed<N> {
    exponent: N,
    fraction: N,
}

/// Of any number that is not positive and finite, anything.
fn decomposed<N: Number>(x: N) -> Decomposed<N> {
    let is_subnormal = x.is_less_than(LEAST_NORMAL);
    let normal = is_subnormal.choose(x * UP, x);
    let exponent = exponent_of(normal);
    let number = exponent.or(TWO_52_BITS).number();
    let bias = is_subnormal.choose(x.constant(TWO_52 + 1023.0 + 54.0), x.constant(TWO_52 + 1023.0));
    let mantissa = mantissa_of(normal, exponent);
    Decomposed { exponent: number - bias, fraction: mantissa - 1.0 }
}

/// The exponent with the bias of a float.
fn exponent_of<N: Number>(x: N) -> N::Bits {
    x.bits().plus_constant(ONE_BITS - ROOT_OF_HALF_BITS).down(52)
}

fn mantissa_of<N: Number>(x: N, exponent: N::Bits) -> N {
    x.bits().minus(exponent.up(52)).plus_constant(ONE_BITS).number()
}

/// The value of a logarithm where its argument is positive and finite, else what it is there.
fn with_edges<N: Number>(x: N, value: N) -> N {
    let infinity = x.constant(f64::INFINITY);
    let outside = x.is(0.0).choose(x.constant(f64::NEG_INFINITY), x.constant(f64::NAN));
    let inside = x.is_below(infinity).choose(value, x);
    x.is_greater_than(0.0).choose(inside, outside)
}

/// `log(1 + f) = f - s (f - s^2 L(s^2))`: the quotient needs no second part, since what it is multiplied with is small.
pub(crate) fn log<N: Number>(x: N) -> N {
    let Decomposed { exponent, fraction } = decomposed(x);
    let ratio = fraction / (fraction + 2.0);
    let square = ratio * ratio;
    let correction = ratio * (fraction - square * polynomial(square, &LOG_TAIL)) - exponent * LN_2[1];
    // Without an exponent the first is 0, and the sum exact.
    let Pair { high, low } = sum_of_larger(exponent * LN_2[0], fraction);
    with_edges(x, high + (low - correction))
}

/// The logarithm of a number near 1, given as what it is more than that.
fn log_near_one<N: Number>(fraction: Pair<N>) -> Pair<N> {
    let ratio = half_angle(fraction);
    let square = ratio.high * ratio.high;
    let tail = ratio.high * square * polynomial(square, &LOG_TAIL);
    Pair { high: ratio.high * 2.0, low: ratio.low * 2.0 + tail }.tidied()
}

/// `f / (2 + f)`.
fn half_angle<N: Number>(fraction: Pair<N>) -> Pair<N> {
    let divisor = sum_of_larger(fraction.high.constant(2.0), fraction.high);
    let divisor = Pair { high: divisor.high, low: divisor.low + fraction.low };
    fraction.over(divisor)
}

fn exactly<N: Number>(x: N) -> Pair<N> {
    Pair { high: x, low: x.constant(0.0) }
}

fn constant_pair<N: Number>(x: N, parts: &[f64; 2]) -> Pair<N> {
    Pair { high: x.constant(parts[0]), low: x.constant(parts[1]) }
}

pub(crate) fn log2<N: Number>(x: N) -> N {
    let Decomposed { exponent, fraction } = decomposed(x);
    let near = log_near_one(exactly(fraction)).times(constant_pair(x, &LOG2_E_PAIR));
    with_edges(x, exactly(exponent).plus_pair(near).rounded())
}

pub(crate) fn log10<N: Number>(x: N) -> N {
    let Decomposed { exponent, fraction } = decomposed(x);
    let near = log_near_one(exactly(fraction)).times(constant_pair(x, &LOG10_E_PAIR));
    let whole = Pair { high: exponent * LOG10_2[0], low: exponent * LOG10_2[1] };
    with_edges(x, whole.plus_pair(near).rounded())
}

pub(crate) fn log1p<N: Number>(x: N) -> N {
    let more = sum(x.constant(1.0), x);
    let exponent = exponent_of(more.high);
    let mantissa = mantissa_of(more.high, exponent);
    let multiple = exponent.or(TWO_52_BITS).number() - (TWO_52 + 1023.0);
    // What the sum lacks, beside the mantissa; above 2^60 it is of no account.
    let down = N::Bits::minus(exponent.minus(exponent), exponent).plus_constant(2 * 1023).up(52).number();
    let lacking = more.high.is_greater_than(1e18).choose(x.constant(0.0), more.low * down);
    let near = log_near_one(sum(mantissa - 1.0, lacking));
    let whole = Pair { high: multiple * LN_2[0], low: multiple * LN_2[1] };
    let value = whole.plus_pair(near).rounded();
    let infinity = x.constant(f64::INFINITY);
    let outside = x.is(-1.0).choose(x.constant(f64::NEG_INFINITY), x.constant(f64::NAN));
    let inside = x.is_below(infinity).choose(value, x);
    let value = x.is_greater_than(-1.0).choose(inside, outside);
    x.absolute().is_less_than(5e-17).choose(x, value)
}

/// The logarithm of a positive number to some 68 bits.
fn log_for_power<N: Number>(x: N) -> Pair<N> {
    let Decomposed { exponent, fraction } = decomposed(x);
    let ratio = half_angle(exactly(fraction));
    let squared = square(ratio.high);
    let squared = Pair { high: squared.high, low: squared.low + ratio.high * ratio.low * 2.0 };
    let rest = squared.high * polynomial(squared.high, &LOG_REST);
    let factor = sum_of_larger(x.constant(LOG_SECOND[0]), rest);
    let factor = Pair { high: factor.high, low: factor.low + LOG_SECOND[1] };
    let tail = squared.times(factor).times(ratio);
    let near = sum_of_larger(ratio.high * 2.0, tail.high);
    let near = Pair { high: near.high, low: near.low + (ratio.low * 2.0 + tail.low) };
    let whole = sum(exponent * LN_2_THREE[0], near.high);
    let low = (whole.low + (exponent * LN_2_THREE[1] + near.low)) + exponent * LN_2_THREE[2];
    Pair { high: whole.high, low }.tidied()
}

/// Exponents beyond this one are no different: the logarithm of no float but 1 is below 2^-54.
const MOST: f64 = 3.7e19;

/// `x ** y` as IEEE 754 defines `pow`.
pub(crate) fn pow<N: Number>(x: N, y: N) -> N {
    let (zero, one, infinity) = (x.constant(0.0), x.constant(1.0), x.constant(f64::INFINITY));
    let magnitude = x.absolute();
    let exponent = y.clamped(-MOST, MOST);
    let logarithm = log_for_power(magnitude);
    let Pair { high, low } = product(logarithm.high, exponent);
    let value = exp_of_pair(Pair { high, low: low + logarithm.low * exponent });

    let is_positive = y.is_greater_than(0.0);
    let value = magnitude.is(0.0).choose(is_positive.choose(zero, infinity), value);
    let value = magnitude.is(f64::INFINITY).choose(is_positive.choose(infinity, zero), value);
    let size = y.absolute();
    let is_whole = is_integral(size);
    let is_odd = is_whole & !is_integral(size * 0.5);
    let is_negative = x.is_less_than(0.0);
    let has_sign = one.signed_as(x).is_less_than(0.0);
    let value = (has_sign & is_odd).choose(-value, value);
    let is_undefined = is_negative & !is_whole & magnitude.is_below(infinity);
    let has_nan = x.is_not_a_number() | y.is_not_a_number();
    let value = (is_undefined | has_nan).choose(x.constant(f64::NAN), value);
    (x.is(1.0) | y.is(0.0)).choose(one, value)
}

/// Whether a magnitude is an integer. All from 2^52 on are.
fn is_integral<N: Number>(magnitude: N) -> N::Truth {
    let rounded = (magnitude + TWO_52) - TWO_52;
    rounded.is_equal(magnitude) | !magnitude.is_less_than(TWO_52)
}
