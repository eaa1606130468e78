//! Exponentials, and the hyperbolic functions that are made of them.
//!
//! An argument is `k log 2 + r` with an integer `k` and a small `r` (Cody and Waite), whose exponential is a polynomial.

use crate::coefficients::{EXP_TAIL, EXP2_TAIL, LN_2, LN_2_PAIR, LOG2_E};
use crate::number::{Bits, Number, Truth};
use crate::pair::{Pair, polynomial, square, sum, sum_of_larger};

/// A number below 2^51 plus this one has the nearest integer in its lowest bits.
pub(crate) const SHIFTER: f64 = 6_755_399_441_055_744.0;
const SHIFTER_BITS: i64 = SHIFTER.to_bits() as i64;
/// Where the exponent of a float stands, and the exponent of 1.
const EXPONENT: u32 = 52;
const BIAS: i64 = 1023;

/// The nearest integer to `x * scale`, as a number and as bits.
fn nearest<N: Number>(x: N, scale: f64) -> (N, N::Bits) {
    let shifted = x * scale + SHIFTER;
    (shifted - SHIFTER, shifted.bits().plus_constant(-SHIFTER_BITS))
}

/// Two to an integer between -1022 and 1023.
fn power_of_two<N: Number>(exponent: N::Bits) -> N {
    exponent.plus_constant(BIAS).up(EXPONENT).number()
}

/// `value * 2^exponent`, rounded once, for exponents between -2040 and 2040.
pub(crate) fn scaled<N: Number>(value: N, exponent: N::Bits) -> N {
    // Twice 4096, so that the half has no sign; 4096 above an exponent is nothing.
    let positive = exponent.plus_constant(8192);
    let half = positive.down(1);
    let power = |exponent: N::Bits| exponent.up(EXPONENT).plus_constant(BIAS << EXPONENT).number();
    value * power(half) * power(positive.minus(half))
}

/// An argument cut into an integer multiple of log 2 and `high - low`, which lies between -0.35 and 0.35.
struct Reduced<N: Number> {
    multiple: N,
    exponent: N::Bits,
    high: N,
    low: N,
}

impl<N: Number> Reduced<N> {
    fn of(x: N) -> Self {
        let (multiple, exponent) = nearest(x, LOG2_E);
        Self { multiple, exponent, high: x - multiple * LN_2[0], low: multiple * LN_2[1] }
    }

    /// `exp(high - low) - 1` without `high`.
    fn small(&self) -> N {
        let rest = self.high - self.low;
        rest * rest * polynomial(rest, &EXP_TAIL) - self.low
    }

    /// `exp(high - low)`.
    fn exponential(&self) -> N {
        (self.high + self.small()) + 1.0
    }

    /// `exp(high - low) - 1`, with the square in two parts.
    fn less_one(&self) -> Pair<N> {
        let rest = self.high - self.low;
        let squared = square(rest);
        let cubed = rest * squared.high * polynomial(rest, &EXP_TAIL[1..]);
        let Pair { high, low } = sum(self.high, squared.high * 0.5);
        Pair { high, low: low + (squared.low * 0.5 + (cubed - self.low)) }.tidied()
    }

    /// 2 to the multiple times `-factor`; 0 where that is far below a multiple of 1.
    fn inverse_power(&self, factor: usize) -> N {
        let zero = self.high.constant(0.0);
        let minus = |count: usize| {
            (0..count).fold(self.exponent.minus(self.exponent), |total, _| total.minus(self.exponent))
        };
        self.multiple.is_greater_than(60.0).choose(zero, power_of_two(minus(factor)))
    }
}

/// Beyond these the exponential is 0 or infinite.
const LEAST: f64 = -746.0;
const MOST: f64 = 710.0;

pub(crate) fn exp<N: Number>(x: N) -> N {
    let reduced = Reduced::of(x.clamped(LEAST, MOST));
    scaled(reduced.exponential(), reduced.exponent)
}

/// The exponential of a sum.
pub(crate) fn exp_of_pair<N: Number>(x: Pair<N>) -> N {
    let bounded = x.high.clamped(LEAST, MOST);
    let mut reduced = Reduced::of(bounded);
    // Far outside, where the first part is another one, the second is of no account.
    reduced.low = reduced.low - bounded.is_equal(x.high).choose(x.low, x.low.constant(0.0));
    scaled(reduced.exponential(), reduced.exponent)
}

pub(crate) fn exp2<N: Number>(x: N) -> N {
    let (multiple, exponent) = nearest(x.clamped(-1080.0, 1025.0), 1.0);
    let rest = x.clamped(-1080.0, 1025.0) - multiple;
    let upper = rest.upper();
    let tail = (rest - upper) * LN_2_PAIR[0] + rest * LN_2_PAIR[1];
    let small = tail + rest * rest * polynomial(rest, &EXP2_TAIL);
    scaled((upper * LN_2_PAIR[0] + small) + 1.0, exponent)
}

/// `2^k ((1 - 2^-k) + (exp r - 1))`.
pub(crate) fn expm1<N: Number>(x: N) -> N {
    let reduced = Reduced::of(x.clamped(-40.0, MOST));
    let from_one = sum(x.constant(1.0), -reduced.inverse_power(1));
    let less_one = reduced.less_one();
    let value = from_one.plus(less_one.high);
    let value = value.high + (value.low + less_one.low);
    x.absolute().is_less_than(5e-17).choose(x, scaled(value, reduced.exponent))
}

/// Twice the hyperbolic sine and cosine of a magnitude, but for the factor `2^k`: `m - t / m` and `m + t / m` with `m = exp r`, `t = 2^-2k`.
struct Hyperbolic<N: Number> {
    reduced: Reduced<N>,
    /// `exp r - 1`, and that divided by `exp r`, times `t`.
    less_one: Pair<N>,
    part: Pair<N>,
    power: N,
}

impl<N: Number> Hyperbolic<N> {
    fn of(magnitude: N) -> Self {
        let reduced = Reduced::of(magnitude);
        let less_one = reduced.less_one();
        let whole = sum_of_larger(magnitude.constant(1.0), less_one.high);
        let whole = Pair { high: whole.high, low: whole.low + less_one.low };
        let power = reduced.inverse_power(2);
        let ratio = less_one.over(whole);
        let part = Pair { high: ratio.high * power, low: ratio.low * power };
        Self { reduced, less_one, part, power }
    }

    /// `(1 - t) + (m - 1) + t (m - 1) / m`.
    fn sine(&self) -> Pair<N> {
        let one = self.power.constant(1.0);
        sum_of_larger(one, -self.power).plus_pair(self.less_one).plus_pair(self.part)
    }

    /// `(1 + t) + (m - 1) - t (m - 1) / m`.
    fn cosine(&self) -> Pair<N> {
        let one = self.power.constant(1.0);
        sum_of_larger(one, self.power).plus_pair(self.less_one).plus_pair(self.part.negated())
    }

    fn half_scaled(&self, value: Pair<N>) -> N {
        scaled(value.rounded(), self.reduced.exponent.plus_constant(-1))
    }
}

/// Below this `sinh x` and `tanh x` are `x`.
const TINY: f64 = 3e-9;

pub(crate) fn sinh<N: Number>(x: N) -> N {
    let magnitude = x.absolute();
    let hyperbolic = Hyperbolic::of(magnitude.clamped(0.0, 711.0));
    let value = hyperbolic.half_scaled(hyperbolic.sine());
    magnitude.is_less_than(TINY).choose(x, value.signed_as(x))
}

pub(crate) fn cosh<N: Number>(x: N) -> N {
    let hyperbolic = Hyperbolic::of(x.absolute().clamped(0.0, 711.0));
    hyperbolic.half_scaled(hyperbolic.cosine())
}

pub(crate) fn tanh<N: Number>(x: N) -> N {
    let magnitude = x.absolute();
    let hyperbolic = Hyperbolic::of(magnitude.clamped(0.0, 22.0));
    let value = hyperbolic.sine().tidied().over(hyperbolic.cosine().tidied()).rounded();
    magnitude.is_less_than(TINY).choose(x, value.signed_as(x))
}
