//! Numbers of twice the precision of a float: the unevaluated sum of two floats, of which the second is less than half a place of the first.
//!
//! The sums and products are those of T. J. Dekker ("A Floating-Point Technique for Extending the Available Precision", 1971). They are for tables
//! whose numbers are to be the nearest floats, so nothing here is made for speed, infinities or nans.

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DoubleDouble {
    /// The nearest float.
    pub(crate) high: f64,
    /// What is missing.
    pub(crate) low: f64,
}

const LN_2: DoubleDouble = DoubleDouble { high: std::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };

impl DoubleDouble {
    /// A float.
    pub(crate) const fn of(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// The sum of two floats.
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let of_b = high - a;
        Self { high, low: (a - (high - of_b)) + (b - of_b) }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.high, other.high), Self::sum(self.low, other.low));
        let sum = Self::sum(high.high, high.low + low.high);
        Self::sum(sum.high, sum.low + low.low)
    }

    pub(crate) fn negated(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let high = self.high * other.high;
        let low = self.high.mul_add(other.high, -high);
        Self::sum(high, low + (self.high * other.low + self.low * other.high))
    }

    pub(crate) fn over(self, other: Self) -> Self {
        let mut left = self;
        let mut quotient = Self::of(0.0);
        for _ in 0..3 {
            let part = Self::of(left.high / other.high);
            left = left.plus(other.times(part).negated());
            quotient = quotient.plus(part);
        }
        quotient
    }

    /// e to the power of it.
    pub(crate) fn exp(self) -> Self {
        let twos = (self.high / LN_2.high).round();
        let rest = self.plus(LN_2.times(Self::of(-twos)));
        let (mut term, mut sum) = (Self::of(1.0), Self::of(1.0));
        for number in 1..30 {
            term = term.times(rest).over(Self::of(f64::from(number)));
            sum = sum.plus(term);
        }
        sum.times(Self::of(twos.exp2()))
    }

    /// The natural logarithm of a number above zero.
    pub(crate) fn ln(self) -> Self {
        // One step of Newton's method doubles the places that are right.
        let near = Self::of(self.high.ln());
        near.plus(self.times(near.negated().exp())).plus(Self::of(-1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_twice_the_places() {
        let third = DoubleDouble::of(1.0).over(DoubleDouble::of(3.0));
        let rest = third.times(DoubleDouble::of(3.0)).plus(DoubleDouble::of(-1.0));
        assert!(rest.high.abs() < 1e-31, "{rest:?}");
        for value in [1e-3, 0.3, 0.7, 1.0, 2.5, 7.7] {
            let value = DoubleDouble { high: value, low: value * 1e-17 };
            let rest = value.ln().exp().over(value).plus(DoubleDouble::of(-1.0));
            assert!(rest.high.abs() < 1e-30, "{value:?} {rest:?}");
        }
        // e = 2.718281828459045 + 1.4456468917292502e-16
        let e = DoubleDouble::of(1.0).exp();
        assert_eq!(e.high, std::f64::consts::E);
        assert!((e.low - 1.445_646_891_729_250_2e-16).abs() < 1e-31);
    }
}
