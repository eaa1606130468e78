//! The error function: up to 1.05 a polynomial, beyond what `exp(-x^2)` times another one lacks to 1.

use crate::coefficients::{ERF_CENTRE, ERF_SMALL, ERFC_SCALED};
use crate::exponential::exp_of_pair;
use crate::number::{Number, Truth};
use crate::pair::{Pair, polynomial, product, square, sum};

pub(crate) fn erf<N: Number>(x: N) -> N {
    let magnitude = x.absolute();
    let small = small(magnitude);
    let bounded = magnitude.clamped(1.05, 6.1);
    let place = (bounded - ERF_CENTRE) / (bounded + ERF_CENTRE);
    let rest = exp_of_pair(square(bounded).negated()) * polynomial(place, &ERFC_SCALED);
    let large = x.constant(1.0) - rest;
    magnitude.is_less_than(1.05).choose(small, large).signed_as(x)
}

/// `s + s P(s^2)`. The first two terms of the polynomial nearly cancel where `s` is near 1, so they are added up in two parts.
fn small<N: Number>(magnitude: N) -> N {
    let squared = square(magnitude);
    let inner =
        sum(magnitude.constant(ERF_SMALL[1]), squared.high * polynomial(squared.high, &ERF_SMALL[2..]));
    let second = product(squared.high, inner.high);
    let second_low = second.low + (squared.high * inner.low + squared.low * inner.high);
    let Pair { high, low } = sum(magnitude.constant(ERF_SMALL[0]), second.high);
    magnitude + (magnitude * high + magnitude * (low + second_low))
}
