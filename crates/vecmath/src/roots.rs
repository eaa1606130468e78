//! The cube root and the length of a vector.

use crate::coefficients::INVERSE_CUBE_ROOT;
use crate::exponential::SHIFTER;
use crate::number::{Bits, Number, Truth};
use crate::pair::{Pair, polynomial, product, square};

const ONE_BITS: i64 = 0x3ff0_0000_0000_0000;
const TWO_52: f64 = 4_503_599_627_370_496.0;
const TWO_52_BITS: i64 = 0x4330_0000_0000_0000;

/// `2^3q m` with `m` from 1 to 8, whose inverse cube root is found by iterations of third order; the last step corrects the root by what its cube lacks.
pub(crate) fn cbrt<N: Number>(x: N) -> N {
    let magnitude = x.absolute();
    let is_subnormal = magnitude.is_less_than(f64::MIN_POSITIVE);
    // 2^54, whose cube root is 2^18.
    let normal = is_subnormal.choose(magnitude * 18_014_398_509_481_984.0, magnitude);
    let exponent = normal.bits().down(52);
    let number = exponent.or(TWO_52_BITS).number() - TWO_52;
    let third =
        ((number * (1.0 / 3.0) - 1.0 / 3.0) + SHIFTER).bits().plus_constant(-(SHIFTER.to_bits() as i64));
    let thrice = third.plus(third).plus(third);
    let mantissa = normal.bits().minus(thrice.up(52)).plus_constant(ONE_BITS).number();
    let scale: N = third.plus_constant(1023 - 341).up(52).number();

    let guess = polynomial(mantissa, &INVERSE_CUBE_ROOT);
    let better = improved(mantissa, guess);
    let inverse = improved(mantissa, better);
    let squared = inverse * inverse;
    let root = mantissa * squared;
    let cube = square(root);
    let Pair { high, low } = product(cube.high, root);
    let missing = (mantissa - high) - (low + cube.low * root);
    let root = (root + missing * squared * (1.0 / 3.0)) * scale;
    // 2^-18.
    let value = is_subnormal.choose(root * 3.814697265625e-6, root).signed_as(x);
    let is_usual = !x.is(0.0) & magnitude.is_less_than(f64::INFINITY);
    is_usual.choose(value, x)
}

/// `w (1 - h)^(-1/3)` with `h = 1 - m w^3`, as far as the third power of `h`.
fn improved<N: Number>(mantissa: N, inverse: N) -> N {
    let rest = mantissa.constant(1.0) - mantissa * inverse * (inverse * inverse);
    let series = (rest * (14.0 / 81.0) + 2.0 / 9.0) * rest + 1.0 / 3.0;
    inverse + inverse * rest * series
}

const LARGE: f64 = 1e150;
const SMALL: f64 = 1e-130;
/// 2^-600 and 2^600.
const DOWN: f64 = 2.409919865102884e-181;
const UP: f64 = 4.149515568880993e180;

/// The root of the sum of two squares, which is known in two parts, and so what the square of the root lacks.
pub(crate) fn hypot<N: Number>(x: N, y: N) -> N {
    let one = x.constant(1.0);
    let (a, b) = (x.absolute(), y.absolute());
    let is_other = a.is_below(b);
    let (larger, smaller) = (is_other.choose(b, a), is_other.choose(a, b));
    let (is_large, is_small) = (larger.is_greater_than(LARGE), larger.is_less_than(SMALL));
    let pick = |large: f64, small: f64| {
        is_large.choose(one.constant(large), is_small.choose(one.constant(small), one))
    };
    let (scale, back) = (pick(DOWN, UP), pick(UP, DOWN));
    let total = square(larger * scale).plus_pair(square(smaller * scale)).tidied();
    let root = total.high.root();
    let squared = square(root);
    let missing = ((total.high - squared.high) - squared.low) + total.low;
    let divisor = root.is(0.0).choose(one, root);
    let value = (root + missing * 0.5 / divisor) * back;
    let infinity = x.constant(f64::INFINITY);
    let is_infinite = a.is_equal(infinity) | b.is_equal(infinity);
    let has_nan = x.is_not_a_number() | y.is_not_a_number();
    is_infinite.choose(infinity, has_nan.choose(x + y, value))
}
