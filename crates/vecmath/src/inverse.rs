//! Inverse trigonometric functions.

use crate::coefficients::{ASIN_TAIL, ATAN_TAIL, HALF_PI_PAIR, TAN_EIGHTH};
use crate::number::{Number, Truth};
use crate::pair::{Pair, polynomial, square, sum};

fn half_pi<N: Number>(x: N, share: f64) -> Pair<N> {
    Pair { high: x.constant(HALF_PI_PAIR[0] * share), low: x.constant(HALF_PI_PAIR[1] * share) }
}

/// The angle of a point in the first quarter, whose coordinates are neither both zero nor of an extreme size. It is an angle below pi / 8 and none, one or two eighths of a turn.
fn angle<N: Number>(y: N, x: N) -> Pair<N> {
    let zero = x.constant(0.0);
    let is_flat = y.is_below(x * TAN_EIGHTH);
    let is_steep = x.is_below(y * TAN_EIGHTH);
    let exactly = |high: N| Pair { high, low: zero };
    let pick = |flat: Pair<N>, steep: Pair<N>, middle: Pair<N>| {
        Pair::chosen(is_flat, flat, Pair::chosen(is_steep, steep, middle))
    };
    let above = pick(exactly(y), exactly(-x), sum(y, -x));
    let below = pick(exactly(x), exactly(y), sum(x, y));
    let start = pick(exactly(zero), half_pi(x, 1.0), half_pi(x, 0.5));
    let tangent = above.over(below).tidied();
    let square = tangent.high * tangent.high;
    let tail = tangent.low + tangent.high * square * polynomial(square, &ATAN_TAIL);
    let Pair { high, low } = sum(start.high, tangent.high);
    Pair { high, low: low + (start.low + tail) }
}

pub(crate) fn atan<N: Number>(x: N) -> N {
    let magnitude = x.absolute().clamped(0.0, 1e300);
    angle(magnitude, x.constant(1.0)).rounded().signed_as(x)
}

/// Two powers of two that bring numbers of extreme sizes near 1, and the sizes.
const LARGE: f64 = 1e150;
const SMALL: f64 = 1e-130;
const DOWN: f64 = 2.409919865102884e-181;
const UP: f64 = 4.149515568880993e180;

pub(crate) fn atan2<N: Number>(y: N, x: N) -> N {
    let (zero, one) = (x.constant(0.0), x.constant(1.0));
    let (height, width) = (y.absolute(), x.absolute());
    let larger = width.is_below(height).choose(height, width);
    let scale = larger
        .is_greater_than(LARGE)
        .choose(x.constant(DOWN), larger.is_less_than(SMALL).choose(x.constant(UP), one));
    let is_infinite = larger.is(f64::INFINITY);
    let is_origin = larger.is(0.0);
    let near = |size: N| {
        let direction = size.is(f64::INFINITY).choose(one, zero);
        is_infinite.choose(direction, size * scale)
    };
    let (tall, wide) = (near(height), is_origin.choose(one, near(width)));
    let first = angle(tall, wide);
    // Where it is the quotient but for rounding, that is rounded once.
    let is_quotient = height.is_below(width * 1e-10);
    let is_left = one.signed_as(x).is_less_than(0.0);
    let right = is_quotient.choose(quotient(height, width), first.rounded());
    let left = half_pi(x, 2.0).plus_pair(first.negated()).rounded();
    let value = is_left.choose(left, right).signed_as(y);
    (x.is_not_a_number() | y.is_not_a_number()).choose(x + y, value)
}

/// `atan(y / x)` where the quotient is small: `q - q^3 / 3`.
fn quotient<N: Number>(height: N, width: N) -> N {
    let quotient = height / width;
    quotient - quotient * quotient * quotient * (1.0 / 3.0)
}

/// `asin s - s` of a number up to a half.
fn asin_tail<N: Number>(s: N, square: N) -> N {
    s * square * polynomial(square, &ASIN_TAIL)
}

/// The inverse sine of a magnitude up to a half, or half of what the inverse sine of a larger one lacks to pi / 2.
struct Arc<N: Number> {
    is_small: N::Truth,
    small: Pair<N>,
    large: Pair<N>,
}

fn arc<N: Number>(x: N) -> Arc<N> {
    let magnitude = x.absolute();
    let is_small = magnitude.is_less_than(0.5);
    let half = (magnitude.constant(1.0) - magnitude) * 0.5;
    let root = half.root();
    let squared = square(root);
    let missing = ((half - squared.high) - squared.low) * 0.5;
    let divisor = root.is(0.0).choose(root.constant(1.0), root);
    let squared = is_small.choose(x * x, half);
    let base = is_small.choose(magnitude, root);
    let tail = asin_tail(base, squared);
    let small = Pair { high: magnitude, low: tail };
    let large = Pair { high: root, low: missing / divisor + tail };
    Arc { is_small, small, large }
}

pub(crate) fn asin<N: Number>(x: N) -> N {
    let Arc { is_small, small, large } = arc(x);
    let twice = Pair { high: large.high * -2.0, low: large.low * -2.0 };
    let large = half_pi(x, 1.0).plus_pair(twice).rounded();
    is_small.choose(small.rounded(), large).signed_as(x)
}

pub(crate) fn acos<N: Number>(x: N) -> N {
    let Arc { is_small, small, large } = arc(x);
    let is_negative = x.is_less_than(0.0);
    let signed = Pair::chosen(is_negative, small, small.negated());
    let middle = half_pi(x, 1.0).plus_pair(signed).rounded();
    let twice = Pair { high: large.high * 2.0, low: large.low * 2.0 };
    let left = half_pi(x, 2.0).plus_pair(twice.negated()).rounded();
    is_small.choose(middle, is_negative.choose(left, twice.rounded()))
}
