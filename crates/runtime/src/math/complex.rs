//! Functions of complex numbers, as CPython's `complexobject.c` and `cmathmodule.c` compute them.
//!
//! A runtime function gives one machine value, so each takes last which part of the result is wanted: 0 the real one, otherwise the
//! imaginary one.

use super::libm;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex {
    pub(crate) real: f64,
    pub(crate) imag: f64,
}

/// Exponents up to this, if they are integers, are multiplied out.
const MOST_MULTIPLIED: f64 = 100.0;

const ONE: Complex = Complex::new(1.0, 0.0);

impl Complex {
    pub(crate) const fn new(real: f64, imag: f64) -> Self {
        Self { real, imag }
    }

    fn is_zero(self) -> bool {
        self.real == 0.0 && self.imag == 0.0
    }

    /// The part of that number.
    pub(crate) fn part(self, number: i64) -> f64 {
        if number == 0 { self.real } else { self.imag }
    }

    fn times(self, other: Self) -> Self {
        Self::new(
            self.real * other.real - self.imag * other.imag,
            self.real * other.imag + self.imag * other.real,
        )
    }

    /// Smith's method. A divisor of zero gives nan.
    fn divided_by(self, divisor: Self) -> Self {
        if divisor.real.abs() >= divisor.imag.abs() {
            let ratio = divisor.imag / divisor.real;
            let scaled = divisor.real + divisor.imag * ratio;
            Self::new((self.real + self.imag * ratio) / scaled, (self.imag - self.real * ratio) / scaled)
        } else {
            let ratio = divisor.real / divisor.imag;
            let scaled = divisor.real * ratio + divisor.imag;
            Self::new((self.real * ratio + self.imag) / scaled, (self.imag * ratio - self.real) / scaled)
        }
    }

    /// The power by an integer, by squaring.
    fn multiplied_out(self, exponent: i64) -> Self {
        if exponent == 2 {
            return self.times(self);
        }
        let (mut power, mut square) = (ONE, self);
        let mut left = exponent.unsigned_abs();
        while left != 0 {
            if left & 1 == 1 {
                power = power.times(square);
            }
            left >>= 1;
            square = square.times(square);
        }
        if exponent > 0 { power } else { ONE.divided_by(power) }
    }

    /// The power in polar coordinates.
    fn to_the(self, exponent: Self) -> Self {
        let size = libm::HYPOT.get()(self.real, self.imag);
        let angle = libm::ATAN2.get()(self.imag, self.real);
        let mut length = libm::POW.get()(size, exponent.real);
        let mut phase = angle * exponent.real;
        if exponent.imag != 0.0 {
            length /= libm::EXP.get()(angle * exponent.imag);
            phase += exponent.imag * libm::LOG.get()(size);
        }
        Self::new(length * libm::COS.get()(phase), length * libm::SIN.get()(phase))
    }

    /// `self ** exponent`; nan where CPython raises `ZeroDivisionError`.
    fn power(self, exponent: Self) -> Self {
        let whole = exponent.real;
        if exponent.imag == 0.0 && whole.floor() == whole && whole.abs() <= MOST_MULTIPLIED {
            return self.multiplied_out(whole as i64);
        }
        if !self.is_zero() {
            return self.to_the(exponent);
        }
        if exponent.imag != 0.0 || exponent.real < 0.0 {
            return Self::new(f64::NAN, f64::NAN);
        }
        Self::new(0.0, 0.0)
    }
}

/// `a ** b`.
pub(crate) extern "C" fn hl_complex_pow(
    real: f64,
    imag: f64,
    exponent_real: f64,
    exponent_imag: f64,
    part: i64,
) -> f64 {
    Complex::new(real, imag).power(Complex::new(exponent_real, exponent_imag)).part(part)
}
