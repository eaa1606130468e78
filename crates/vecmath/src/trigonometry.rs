//! Sine, cosine and tangent.
//!
//! An argument is `n pi / 2 + r` with an integer `n` and a small `r` in two parts. Up to 2^20 quarters of a turn `n` times each of the first three
//! parts of pi / 2 is exact (Cody and Waite). Beyond, `huge` takes the bits of 2 / pi that count.

use crate::coefficients::{COS_TAIL, HALF_PI, SIN_TAIL, TWO_OVER_PI};
use crate::exponential::SHIFTER;
use crate::huge;
use crate::number::{Bits, Number, Truth};
use crate::pair::{Pair, polynomial, square, sum, sum_of_larger};

/// Up to this magnitude the reduction by multiplications is as good as exact.
pub(crate) const FAR: f64 = 1_647_000.0;
/// Below this `sin x` and `tan x` are `x`.
const TINY: f64 = 3e-9;

/// An argument within a quarter of a turn, and which quarter it was, in the two lowest bits.
pub(crate) struct Quarter<N: Number> {
    pub(crate) number: N::Bits,
    pub(crate) angle: Pair<N>,
}

impl<N: Number> Quarter<N> {
    /// Of a magnitude up to [`FAR`]; of infinities nan.
    fn of(x: N) -> Self {
        let shifted = x * TWO_OVER_PI + SHIFTER;
        let count = shifted - SHIFTER;
        let first = x - count * HALF_PI[0];
        let second = sum(first, -(count * HALF_PI[1]));
        let third = sum(second.high, -(count * HALF_PI[2]));
        let low = (second.low + third.low) - count * HALF_PI[3];
        Self { number: shifted.bits(), angle: sum(third.high, low) }
    }

    fn sine(&self) -> Pair<N> {
        let Pair { high, low } = self.angle;
        let square = high * high;
        let tail = high * square * polynomial(square, &SIN_TAIL) + low * (square * -0.5 + 1.0);
        sum_of_larger(high, tail)
    }

    fn cosine(&self) -> Pair<N> {
        self.cosine_less(self.angle.high.constant(0.0))
    }

    /// The cosine, less half of a number: of what the square of the angle lacks.
    fn cosine_less(&self, lacking: N) -> Pair<N> {
        let Pair { high, low } = self.angle;
        let square = high * high;
        let first = sum_of_larger(high.constant(1.0), square * -0.5);
        let tail = square * square * polynomial(square, &COS_TAIL) - (high * low + lacking * 0.5);
        sum_of_larger(first.high, first.low + tail)
    }

    /// The sine of the argument and so many quarters more.
    fn turned(&self, quarters: i64) -> N {
        let number = self.number.plus_constant(quarters);
        let is_even = number.and(1).is_zero();
        let value = Pair::chosen(is_even, self.sine(), self.cosine()).high;
        value.bits().xor(number.and(2).up(62)).number()
    }

    fn tangent(&self) -> N {
        let is_even = self.number.and(1).is_zero();
        let (sine, cosine) = (self.sine(), self.cosine_less(square(self.angle.high).low));
        let above = Pair::chosen(is_even, sine, cosine.negated());
        let below = Pair::chosen(is_even, cosine, sine);
        above.over(below).rounded()
    }
}

/// Whether the functions below are right; the caller takes [`huge`] where they are not.
pub(crate) fn is_near<N: Number>(x: N) -> N::Truth {
    !x.absolute().is_greater_than(FAR)
}

pub(crate) fn sin<N: Number>(x: N) -> N {
    x.absolute().is_less_than(TINY).choose(x, Quarter::of(x).turned(0))
}

pub(crate) fn cos<N: Number>(x: N) -> N {
    Quarter::of(x).turned(1)
}

pub(crate) fn tan<N: Number>(x: N) -> N {
    x.absolute().is_less_than(TINY).choose(x, Quarter::of(x).tangent())
}

/// The same of a magnitude beyond [`FAR`].
pub(crate) fn far_sin(x: f64) -> f64 {
    huge::quarter(x).turned(0)
}

pub(crate) fn far_cos(x: f64) -> f64 {
    huge::quarter(x).turned(1)
}

pub(crate) fn far_tan(x: f64) -> f64 {
    huge::quarter(x).tangent()
}
