//! The gamma function and the logarithm of its absolute value, with the bits of Python's `math.gamma` and `math.lgamma`.
//!
//! Python does not use libm's `tgamma` and `lgamma`, which differ from platform to platform, but Lanczos' approximation
//! `gamma(x) ~ sum(x) * ((x + g - 1/2) / e)^(x - 1/2)` with N = 13 terms and g = 6.0246..., in the rational form whose
//! denominator is `x (x+1) .. (x+11)`. Bits are kept by evaluating in the same order, so expressions here must not be
//! simplified. Where Python raises, the result is the nan or the infinity that the error stands for.

use super::libm::{COS, EXP, FMOD, LOG, POW, SIN};
use std::f64::consts::PI;

#[allow(clippy::excessive_precision)] // As published; the two are exact.
const G: f64 = 6.024680040776729583740234375;
#[allow(clippy::excessive_precision)] // As above.
const G_MINUS_HALF: f64 = 5.524680040776729583740234375;
#[allow(clippy::excessive_precision)] // Rounded to the nearest binary64.
const LOG_PI: f64 = 1.144729885849400174143427351353058711647;
const TERMS: usize = 13;

/// Coefficients of the numerator, constant term first.
#[allow(clippy::excessive_precision)] // As published; each is rounded once, to the nearest binary64.
const NUMERATOR: [f64; TERMS] = [
    23531376880.410759688572007674451636754734846804940,
    42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843,
    17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708,
    1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801,
    31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768,
    186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024,
    210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
];

/// Coefficients of `x (x+1) .. (x+11)`, constant term first.
const DENOMINATOR: [f64; TERMS] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

/// The factorials of 0 to 22, the ones that binary64 holds exactly.
const FACTORIALS: [f64; 23] = factorials();

const fn factorials() -> [f64; 23] {
    let mut factorials = [1.0; 23];
    let mut n = 1;
    while n < factorials.len() {
        factorials[n] = factorials[n - 1] * n as f64;
        n += 1;
    }
    factorials
}

/// `math.gamma(x)`; nan at the poles and at -inf, an infinity at zero and on overflow.
pub(crate) extern "C" fn hl_gamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::INFINITY.copysign(x);
    }
    if x == x.floor() {
        if x < 0.0 {
            return f64::NAN;
        }
        if x <= FACTORIALS.len() as f64 {
            return FACTORIALS[x as usize - 1];
        }
    }
    let size = x.abs();
    if size < 1e-20 {
        return 1.0 / x;
    }
    if size > 200.0 {
        return if x < 0.0 { 0.0 / sin_pi(x) } else { f64::INFINITY };
    }
    gamma_by_lanczos(x, size)
}

/// The general case: `x` is finite, not an integer up to 23, and `size = |x|` lies within 1e-20 and 200.
fn gamma_by_lanczos(x: f64, size: f64) -> f64 {
    let y = size + G_MINUS_HALF;
    // What the addition lost: the smaller operand is the one whose low bits are gone.
    let lost = if size > G_MINUS_HALF { (y - size) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - size };
    let correction = lost * G / y;
    if x < 0.0 {
        let mut result = -PI / sin_pi(size) / size * EXP.get()(y) / lanczos_sum(size);
        result -= correction * result;
        if size < 140.0 {
            result / POW.get()(y, size - 0.5)
        } else {
            // The power alone would overflow.
            let root = POW.get()(y, size / 2.0 - 0.25);
            result / root / root
        }
    } else {
        let mut result = lanczos_sum(size) / EXP.get()(y);
        result += correction * result;
        if size < 140.0 {
            result * POW.get()(y, size - 0.5)
        } else {
            let root = POW.get()(y, size / 2.0 - 0.25);
            result * root * root
        }
    }
}

/// `math.lgamma(x)`; inf at the poles.
pub(crate) extern "C" fn hl_lgamma(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return f64::INFINITY;
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { f64::INFINITY } else { 0.0 };
    }
    let size = x.abs();
    if size < 1e-20 {
        return -LOG.get()(size);
    }
    let mut result = LOG.get()(lanczos_sum(size)) - G;
    result += (size - 0.5) * (LOG.get()(size + G - 0.5) - 1.0);
    if x < 0.0 {
        result = LOG_PI - LOG.get()(sin_pi(size).abs()) - LOG.get()(size) - result;
    }
    result
}

/// The rational function of Lanczos' approximation, for positive `x`. Each half keeps its powers from overflowing.
fn lanczos_sum(x: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    if x < 5.0 {
        for term in (0..TERMS).rev() {
            numerator = numerator * x + NUMERATOR[term];
            denominator = denominator * x + DENOMINATOR[term];
        }
    } else {
        for term in 0..TERMS {
            numerator = numerator / x + NUMERATOR[term];
            denominator = denominator / x + DENOMINATOR[term];
        }
    }
    numerator / denominator
}

/// `sin(pi x)` for a finite `x`, without the error that `pi * x` would have.
fn sin_pi(x: f64) -> f64 {
    let turn = FMOD.get()(x.abs(), 2.0);
    let quarter = (2.0 * turn).round() as i32;
    let result = match quarter {
        0 => SIN.get()(PI * turn),
        1 => COS.get()(PI * (turn - 0.5)),
        2 => SIN.get()(PI * (1.0 - turn)), // Not -sin(pi * (turn - 1)), whose zeros have the other sign.
        3 => -COS.get()(PI * (turn - 1.5)),
        _ => SIN.get()(PI * (turn - 2.0)),
    };
    1.0_f64.copysign(x) * result
}
