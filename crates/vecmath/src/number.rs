//! What a number must be able to do so that functions can be computed with it.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// A float64, or something that stands for one: a value of a program that is being written, or many floats at once.
///
/// Each operation is that of IEEE 754, rounded to nearest by itself. None is fused with another.
pub trait Number:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// Its 64 bits.
    type Bits: Bits<Number = Self, Truth = Self::Truth>;
    /// What a comparison gives.
    type Truth: Truth<Number = Self>;

    /// A constant, as such a number.
    fn constant(self, value: f64) -> Self;
    /// The magnitude.
    fn absolute(self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// The magnitude with the sign of another one.
    fn signed_as(self, other: Self) -> Self;
    /// The bits.
    fn bits(self) -> Self::Bits;
    /// Whether it is less; false with a nan.
    fn is_below(self, other: Self) -> Self::Truth;
    /// Whether it is equal; false with a nan.
    fn is_equal(self, other: Self) -> Self::Truth;

    /// Whether it is less than a constant.
    fn is_less_than(self, other: f64) -> Self::Truth {
        self.is_below(self.constant(other))
    }

    /// Whether it is greater than a constant.
    fn is_greater_than(self, other: f64) -> Self::Truth {
        self.constant(other).is_below(self)
    }

    /// Whether it is a constant.
    fn is(self, other: f64) -> Self::Truth {
        self.is_equal(self.constant(other))
    }

    /// Whether it is a nan.
    fn is_not_a_number(self) -> Self::Truth {
        !self.is_equal(self)
    }

    /// The number, or the nearer of two bounds; a nan stays one.
    fn clamped(self, low: f64, high: f64) -> Self {
        let bounded = self.is_less_than(low).choose(self.constant(low), self);
        bounded.is_greater_than(high).choose(self.constant(high), bounded)
    }

    /// The number with the lowest 27 of its 53 bits cleared: products of two such numbers are exact, and so is what is missing.
    fn upper(self) -> Self {
        self.bits().and(!0x07ff_ffff).number()
    }
}

/// 64 bits as an integer that wraps.
pub trait Bits: Copy {
    /// The floats with these bits.
    type Number;
    /// What a comparison gives.
    type Truth;

    /// The float with these bits.
    fn number(self) -> Self::Number;
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// The difference.
    fn minus(self, other: Self) -> Self;
    /// The sum with a constant.
    fn plus_constant(self, other: i64) -> Self;
    /// Bit by bit, with a constant.
    fn and(self, other: i64) -> Self;
    /// Bit by bit, with a constant.
    fn or(self, other: i64) -> Self;
    /// Bit by bit.
    fn xor(self, other: Self) -> Self;
    /// Moved up by a constant below 64.
    fn up(self, count: u32) -> Self;
    /// Moved down by a constant below 64; zeros come in.
    fn down(self, count: u32) -> Self;
    /// Whether it is zero.
    fn is_zero(self) -> Self::Truth;
}

/// What holds or does not.
pub trait Truth: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// What is chosen.
    type Number;

    /// The first where it holds, else the second.
    fn choose(self, then: Self::Number, otherwise: Self::Number) -> Self::Number;
}

impl Number for f64 {
    type Bits = i64;
    type Truth = bool;

    fn constant(self, value: f64) -> Self {
        value
    }

    fn absolute(self) -> Self {
        self.abs()
    }

    fn root(self) -> Self {
        self.sqrt()
    }

    fn signed_as(self, other: Self) -> Self {
        self.copysign(other)
    }

    fn bits(self) -> i64 {
        self.to_bits().cast_signed()
    }

    fn is_below(self, other: Self) -> bool {
        self < other
    }

    fn is_equal(self, other: Self) -> bool {
        self == other
    }
}

impl Bits for i64 {
    type Number = f64;
    type Truth = bool;

    fn number(self) -> f64 {
        f64::from_bits(self.cast_unsigned())
    }

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }

    fn plus_constant(self, other: i64) -> Self {
        self.wrapping_add(other)
    }

    fn and(self, other: i64) -> Self {
        self & other
    }

    fn or(self, other: i64) -> Self {
        self | other
    }

    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    fn up(self, count: u32) -> Self {
        self << count
    }

    fn down(self, count: u32) -> Self {
        (self.cast_unsigned() >> count).cast_signed()
    }

    fn is_zero(self) -> bool {
        self == 0
    }
}

impl Truth for bool {
    type Number = f64;

    fn choose(self, then: f64, otherwise: f64) -> f64 {
        if self { then } else { otherwise }
    }
}
