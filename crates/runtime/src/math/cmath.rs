//! The functions of `cmath`, by the algorithms of CPython's module. Where that raises for a pole, a domain error or an overflow, the result is
//! what it computes before it does.

use super::complex::Complex;
use super::special::{self, Table};
use super::{libm, special as of};
use std::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};

/// Beyond this, sums of squares are scaled.
const LARGE: f64 = f64::MAX / 4.0;
/// The square root of [`LARGE`], rounded down.
const SQRT_LARGE: f64 = 6.703903964971298e153;
/// The logarithm of [`LARGE`].
const LOG_LARGE: f64 = 708.396418532264;
/// The square root of the smallest normal number.
const SQRT_SMALL: f64 = 1.4916681462400413e-154;
/// How many bits subnormal numbers are scaled by, and half of that back.
const SCALE_UP: i32 = 53;
const SCALE_DOWN: i32 = -27;

fn log(x: f64) -> f64 {
    libm::LOG.get()(x)
}

fn hypot(x: f64, y: f64) -> f64 {
    libm::HYPOT.get()(x, y)
}

fn atan2(y: f64, x: f64) -> f64 {
    libm::ATAN2.get()(y, x)
}

/// Cosine and sine.
fn direction(angle: f64) -> Complex {
    Complex::new(libm::COS.get()(angle), libm::SIN.get()(angle))
}

impl Complex {
    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imag.is_finite()
    }

    fn negated(self) -> Self {
        Self::new(-self.real, -self.imag)
    }

    /// `i * z`
    fn turned_left(self) -> Self {
        Self::new(-self.imag, self.real)
    }

    /// `-i * z`
    fn turned_right(self) -> Self {
        Self::new(self.imag, -self.real)
    }

    fn is_large(self) -> bool {
        self.real.abs() > LARGE || self.imag.abs() > LARGE
    }

    /// The logarithm of the length of a large number, plus that of 2.
    fn log_of_twice(self) -> f64 {
        log(hypot(self.real / 2.0, self.imag / 2.0)) + LN_2 * 2.0
    }

    /// An infinite number in the direction of `angle`, each part with the sign of its factor too.
    fn endless(angle: f64, real_sign: f64, imag_sign: f64) -> Self {
        let direction = direction(angle);
        Self::new(
            real_sign * f64::INFINITY.copysign(direction.real),
            imag_sign * f64::INFINITY.copysign(direction.imag),
        )
    }

    /// The result where a part is not finite: from the table, unless the real part is infinite and the imaginary one says which way that
    /// goes.
    fn special(self, table: &Table, along: impl Fn(f64) -> Self) -> Self {
        if self.real.is_infinite() && self.imag.is_finite() && self.imag != 0.0 {
            return along(self.imag);
        }
        special::value(table, self)
    }
}

pub(super) fn sqrt(z: Complex) -> Complex {
    if !z.is_finite() {
        return special::value(&of::SQRT, z);
    }
    if z.real == 0.0 && z.imag == 0.0 {
        return Complex::new(0.0, z.imag);
    }
    let (mut x, y) = (z.real.abs(), z.imag.abs());
    let root = if x < f64::MIN_POSITIVE && y < f64::MIN_POSITIVE {
        let scale = libm::LDEXP.get();
        x = scale(x, SCALE_UP);
        scale((x + hypot(x, scale(y, SCALE_UP))).sqrt(), SCALE_DOWN)
    } else {
        x /= 8.0;
        2.0 * (x + hypot(x, y / 8.0)).sqrt()
    };
    let other = y / (2.0 * root);
    if z.real >= 0.0 {
        Complex::new(root, other.copysign(z.imag))
    } else {
        Complex::new(other, root.copysign(z.imag))
    }
}

pub(super) fn acos(z: Complex) -> Complex {
    if !z.is_finite() {
        return special::value(&of::ACOS, z);
    }
    if z.is_large() {
        let size = z.log_of_twice();
        let imag = if z.real < 0.0 { -size.copysign(z.imag) } else { size.copysign(-z.imag) };
        return Complex::new(atan2(z.imag.abs(), z.real), imag);
    }
    let below = sqrt(Complex::new(1.0 - z.real, -z.imag));
    let above = sqrt(Complex::new(1.0 + z.real, z.imag));
    let imag = libm::ASINH.get()(above.real * below.imag - above.imag * below.real);
    Complex::new(2.0 * atan2(below.real, above.real), imag)
}

pub(super) fn acosh(z: Complex) -> Complex {
    if !z.is_finite() {
        return special::value(&of::ACOSH, z);
    }
    if z.is_large() {
        return Complex::new(z.log_of_twice(), atan2(z.imag, z.real));
    }
    let below = sqrt(Complex::new(z.real - 1.0, z.imag));
    let above = sqrt(Complex::new(z.real + 1.0, z.imag));
    let real = libm::ASINH.get()(below.real * above.real + below.imag * above.imag);
    Complex::new(real, 2.0 * atan2(below.imag, above.real))
}

pub(super) fn asinh(z: Complex) -> Complex {
    if !z.is_finite() {
        return special::value(&of::ASINH, z);
    }
    if z.is_large() {
        let size = z.log_of_twice();
        let real = if z.imag >= 0.0 { size.copysign(z.real) } else { -size.copysign(-z.real) };
        return Complex::new(real, atan2(z.imag, z.real.abs()));
    }
    let above = sqrt(Complex::new(1.0 + z.imag, -z.real));
    let below = sqrt(Complex::new(1.0 - z.imag, z.real));
    let real = libm::ASINH.get()(above.real * below.imag - below.real * above.imag);
    Complex::new(real, atan2(z.imag, above.real * below.real - above.imag * below.imag))
}

pub(super) fn asin(z: Complex) -> Complex {
    asinh(z.turned_left()).turned_right()
}

pub(super) fn atanh(z: Complex) -> Complex {
    if !z.is_finite() {
        return special::value(&of::ATANH, z);
    }
    if z.real.is_sign_negative() {
        return atanh(z.negated()).negated();
    }
    let height = z.imag.abs();
    if z.real > SQRT_LARGE || height > SQRT_LARGE {
        let half = hypot(z.real / 2.0, z.imag / 2.0);
        return Complex::new(z.real / 4.0 / half / half, -FRAC_PI_2.copysign(-z.imag));
    }
    if z.real == 1.0 && height < SQRT_SMALL {
        if height == 0.0 {
            return Complex::new(f64::INFINITY, z.imag);
        }
        let real = -log(height.sqrt() / hypot(height, 2.0).sqrt());
        return Complex::new(real, (atan2(2.0, -height) / 2.0).copysign(z.imag));
    }
    let rest = 1.0 - z.real;
    let real = libm::LOG1P.get()(4.0 * z.real / (rest * rest + height * height)) / 4.0;
    Complex::new(real, -atan2(-2.0 * z.imag, rest * (1.0 + z.real) - height * height) / 2.0)
}

pub(super) fn atan(z: Complex) -> Complex {
    atanh(z.turned_left()).turned_right()
}

pub(super) fn cosh(z: Complex) -> Complex {
    if !z.is_finite() {
        return z.special(&of::COSH, |angle| Complex::endless(angle, 1.0, 1.0_f64.copysign(z.real)));
    }
    let (cosh, sinh, direction) = (libm::COSH.get(), libm::SINH.get(), direction(z.imag));
    if z.real.abs() > LOG_LARGE {
        let less = z.real - 1.0_f64.copysign(z.real);
        return Complex::new(direction.real * cosh(less) * E, direction.imag * sinh(less) * E);
    }
    Complex::new(direction.real * cosh(z.real), direction.imag * sinh(z.real))
}

pub(super) fn cos(z: Complex) -> Complex {
    cosh(z.turned_left())
}

pub(super) fn sinh(z: Complex) -> Complex {
    if !z.is_finite() {
        return z.special(&of::SINH, |angle| Complex::endless(angle, 1.0_f64.copysign(z.real), 1.0));
    }
    let (cosh, sinh, direction) = (libm::COSH.get(), libm::SINH.get(), direction(z.imag));
    if z.real.abs() > LOG_LARGE {
        let less = z.real - 1.0_f64.copysign(z.real);
        return Complex::new(direction.real * sinh(less) * E, direction.imag * cosh(less) * E);
    }
    Complex::new(direction.real * sinh(z.real), direction.imag * cosh(z.real))
}

pub(super) fn sin(z: Complex) -> Complex {
    sinh(z.turned_left()).turned_right()
}

pub(super) fn tanh(z: Complex) -> Complex {
    let double_sine = |angle| {
        let direction = direction(angle);
        2.0 * direction.imag * direction.real
    };
    if !z.is_finite() {
        let at_the_end = |angle| Complex::new(1.0_f64.copysign(z.real), 0.0_f64.copysign(double_sine(angle)));
        return z.special(&of::TANH, at_the_end);
    }
    if z.real.abs() > LOG_LARGE {
        let direction = direction(z.imag);
        let imag = 4.0 * direction.imag * direction.real * libm::EXP.get()(-2.0 * z.real.abs());
        return Complex::new(1.0_f64.copysign(z.real), imag);
    }
    let (tx, ty) = (libm::TANH.get()(z.real), libm::TAN.get()(z.imag));
    let cx = 1.0 / libm::COSH.get()(z.real);
    let product = tx * ty;
    let divisor = 1.0 + product * product;
    Complex::new(tx * (1.0 + ty * ty) / divisor, ((ty / divisor) * cx) * cx)
}

pub(super) fn tan(z: Complex) -> Complex {
    tanh(z.turned_left()).turned_right()
}

pub(super) fn exp(z: Complex) -> Complex {
    if !z.is_finite() {
        return z.special(&of::EXP, |angle| {
            if z.real > 0.0 {
                return Complex::endless(angle, 1.0, 1.0);
            }
            let direction = direction(angle);
            Complex::new(0.0_f64.copysign(direction.real), 0.0_f64.copysign(direction.imag))
        });
    }
    let direction = direction(z.imag);
    if z.real > LOG_LARGE {
        let size = libm::EXP.get()(z.real - 1.0);
        return Complex::new(size * direction.real * E, size * direction.imag * E);
    }
    let size = libm::EXP.get()(z.real);
    Complex::new(size * direction.real, size * direction.imag)
}

pub(super) fn ln(z: Complex) -> Complex {
    if !z.is_finite() {
        return special::value(&of::LOG, z);
    }
    Complex::new(log_of_length(z), atan2(z.imag, z.real))
}

fn log_of_length(z: Complex) -> f64 {
    let (x, y) = (z.real.abs(), z.imag.abs());
    if z.is_large() {
        return log(hypot(x / 2.0, y / 2.0)) + LN_2;
    }
    if x == 0.0 && y == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x < f64::MIN_POSITIVE && y < f64::MIN_POSITIVE {
        let scale = libm::LDEXP.get();
        return log(hypot(scale(x, SCALE_UP), scale(y, SCALE_UP))) - f64::from(SCALE_UP) * LN_2;
    }
    let length = hypot(x, y);
    if (0.71..=1.73).contains(&length) {
        let (larger, smaller) = if x > y { (x, y) } else { (y, x) };
        return libm::LOG1P.get()((larger - 1.0) * (larger + 1.0) + smaller * smaller) / 2.0;
    }
    log(length)
}

pub(super) fn log10(z: Complex) -> Complex {
    let natural = ln(z);
    Complex::new(natural.real / LN_10, natural.imag / LN_10)
}

/// The number of that length and angle.
pub(super) fn rect(polar: Complex) -> Complex {
    let (length, angle) = (polar.real, polar.imag);
    if !polar.is_finite() {
        let sign = 1.0_f64.copysign(length);
        return polar.special(&of::RECT, |angle| Complex::endless(angle, sign, sign));
    }
    if angle == 0.0 {
        return Complex::new(length, length * angle);
    }
    let direction = direction(angle);
    Complex::new(length * direction.real, length * direction.imag)
}

/// The entry points of the runtime's table.
macro_rules! entry_points {
    ($($name:ident = $function:ident;)*) => {
        $(
            /// One part of the result.
            pub(crate) extern "C" fn $name(real: f64, imag: f64, part: i64) -> f64 {
                $function(Complex::new(real, imag)).part(part)
            }
        )*
    };
}

entry_points! {
    hl_complex_acos = acos;
    hl_complex_acosh = acosh;
    hl_complex_asin = asin;
    hl_complex_asinh = asinh;
    hl_complex_atan = atan;
    hl_complex_atanh = atanh;
    hl_complex_cos = cos;
    hl_complex_cosh = cosh;
    hl_complex_exp = exp;
    hl_complex_log = ln;
    hl_complex_log10 = log10;
    hl_complex_rect = rect;
    hl_complex_sin = sin;
    hl_complex_sinh = sinh;
    hl_complex_sqrt = sqrt;
    hl_complex_tan = tan;
    hl_complex_tanh = tanh;
}
