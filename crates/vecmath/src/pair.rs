//! Numbers in two parts, of which the second is what the first lacks.
//!
//! The sums are those of T. J. Dekker, "A floating-point technique for extending the available precision", 1971, and of D. E. Knuth, "The Art of Computer Programming", volume 2. The parts of products are
//! cut by their bits, so that no intermediate result is larger than the product.

use crate::number::Number;

/// A sum of two numbers, the second of which is small beside the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<N> {
    pub(crate) high: N,
    pub(crate) low: N,
}

/// The sum of two numbers, exactly.
pub(crate) fn sum<N: Number>(a: N, b: N) -> Pair<N> {
    let high = a + b;
    let from_b = high - a;
    let low = (a - (high - from_b)) + (b - from_b);
    Pair { high, low }
}

/// The same where the first is not the smaller one in magnitude.
pub(crate) fn sum_of_larger<N: Number>(a: N, b: N) -> Pair<N> {
    let high = a + b;
    Pair { high, low: b - (high - a) }
}

/// The product of two numbers, but for 2^-105 of it.
pub(crate) fn product<N: Number>(a: N, b: N) -> Pair<N> {
    let high = a * b;
    let (a_high, b_high) = (a.upper(), b.upper());
    let (a_low, b_low) = (a - a_high, b - b_high);
    let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    Pair { high, low }
}

/// The square of a number.
pub(crate) fn square<N: Number>(a: N) -> Pair<N> {
    let high = a * a;
    let a_high = a.upper();
    let a_low = a - a_high;
    let low = ((a_high * a_high - high) + a_high * a_low * 2.0) + a_low * a_low;
    Pair { high, low }
}

impl<N: Number> Pair<N> {
    /// The number nearest to it.
    pub(crate) fn rounded(self) -> N {
        self.high + self.low
    }

    /// The same sum with the smallest second part.
    pub(crate) fn tidied(self) -> Self {
        sum_of_larger(self.high, self.low)
    }

    pub(crate) fn negated(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }

    /// The first where it holds, else the second.
    pub(crate) fn chosen(condition: N::Truth, then: Self, otherwise: Self) -> Self
    where
        N::Truth: crate::number::Truth<Number = N>,
    {
        use crate::number::Truth;
        Self {
            high: condition.choose(then.high, otherwise.high),
            low: condition.choose(then.low, otherwise.low),
        }
    }

    /// The sum with a number.
    pub(crate) fn plus(self, other: N) -> Self {
        let Self { high, low } = sum(self.high, other);
        Self { high, low: low + self.low }
    }

    /// The sum with another pair.
    pub(crate) fn plus_pair(self, other: Self) -> Self {
        let Self { high, low } = sum(self.high, other.high);
        Self { high, low: low + (self.low + other.low) }
    }

    /// The product with another pair.
    pub(crate) fn times(self, other: Self) -> Self {
        let Self { high, low } = product(self.high, other.high);
        Self { high, low: low + (self.high * other.low + self.low * other.high) }
    }

    /// The quotient by another pair, whose first part has a reciprocal.
    pub(crate) fn over(self, other: Self) -> Self {
        self.over_with(other, other.high.constant(1.0) / other.high)
    }

    /// The same where the reciprocal of the first part is known already.
    pub(crate) fn over_with(self, other: Self, reciprocal: N) -> Self {
        let quotient = self.high * reciprocal;
        let back = product(quotient, other.high);
        let missing = ((self.high - back.high) - back.low) + (self.low - quotient * other.low);
        Self { high: quotient, low: missing * reciprocal }
    }
}

/// The value of a polynomial, whose coefficients stand from the constant on. The even and the odd powers are added up apart, so that half as many operations wait for each other.
pub(crate) fn polynomial<N: Number>(x: N, coefficients: &[f64]) -> N {
    let square = x * x;
    let half = |first: usize| {
        let mut numbers = coefficients.iter().skip(first).step_by(2).rev();
        let highest = x.constant(*numbers.next().expect("a polynomial has two coefficients at least"));
        numbers.fold(highest, |value, coefficient| value * square + *coefficient)
    };
    half(0) + half(1) * x
}
