//! What functions of complex numbers give where a part is infinite or nan: the values of C99's annex G, as `cmath` gives them.
//!
//! A row is what the real part is, a column what the imaginary part is: -inf, negative, -0.0, 0.0, positive, inf, nan. Where both are finite
//! there is an algorithm.

use super::complex::Complex;
use std::f64::consts::{FRAC_PI_2 as P12, FRAC_PI_4 as P14, PI as P};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const P34: f64 = 3.0 * P14;
/// Not used: both parts are finite.
const U: (f64, f64) = (NAN, NAN);

/// Real and imaginary parts of results.
pub(super) type Table = [[(f64, f64); 7]; 7];

/// The entry for a number with a part that is not finite.
pub(super) fn value(table: &Table, z: Complex) -> Complex {
    let (real, imag) = table[class(z.real)][class(z.imag)];
    Complex::new(real, imag)
}

fn class(part: f64) -> usize {
    if part.is_nan() {
        return 6;
    }
    match (part.is_infinite(), part == 0.0, part.is_sign_negative()) {
        (true, _, true) => 0,
        (_, false, true) => 1,
        (_, true, true) => 2,
        (_, true, false) => 3,
        (true, _, false) => 5,
        (false, false, false) => 4,
    }
}

pub(super) static ACOS: Table = [
    [(P34, INF), (P, INF), (P, INF), (P, -INF), (P, -INF), (P34, -INF), (NAN, INF)],
    [(P12, INF), U, U, U, U, (P12, -INF), (NAN, NAN)],
    [(P12, INF), U, U, U, U, (P12, -INF), (P12, NAN)],
    [(P12, INF), U, U, U, U, (P12, -INF), (P12, NAN)],
    [(P12, INF), U, U, U, U, (P12, -INF), (NAN, NAN)],
    [(P14, INF), (0.0, INF), (0.0, INF), (0.0, -INF), (0.0, -INF), (P14, -INF), (NAN, INF)],
    [(NAN, INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, -INF), (NAN, NAN)],
];

pub(super) static ACOSH: Table = [
    [(INF, -P34), (INF, -P), (INF, -P), (INF, P), (INF, P), (INF, P34), (INF, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P14), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, P14), (INF, NAN)],
    [(INF, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, NAN), (NAN, NAN)],
];

pub(super) static ASINH: Table = [
    [(-INF, -P14), (-INF, -0.0), (-INF, -0.0), (-INF, 0.0), (-INF, 0.0), (-INF, P14), (-INF, NAN)],
    [(-INF, -P12), U, U, U, U, (-INF, P12), (NAN, NAN)],
    [(-INF, -P12), U, U, U, U, (-INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P14), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, P14), (INF, NAN)],
    [(INF, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (INF, NAN), (NAN, NAN)],
];

pub(super) static ATANH: Table = [
    [(-0.0, -P12), (-0.0, -P12), (-0.0, -P12), (-0.0, P12), (-0.0, P12), (-0.0, P12), (-0.0, NAN)],
    [(-0.0, -P12), U, U, U, U, (-0.0, P12), (NAN, NAN)],
    [(-0.0, -P12), U, U, U, U, (-0.0, P12), (-0.0, NAN)],
    [(0.0, -P12), U, U, U, U, (0.0, P12), (0.0, NAN)],
    [(0.0, -P12), U, U, U, U, (0.0, P12), (NAN, NAN)],
    [(0.0, -P12), (0.0, -P12), (0.0, -P12), (0.0, P12), (0.0, P12), (0.0, P12), (0.0, NAN)],
    [(0.0, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, P12), (NAN, NAN)],
];

pub(super) static COSH: Table = [
    [(INF, NAN), (INF, INF), (INF, 0.0), (INF, -0.0), (INF, -INF), (INF, NAN), (INF, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(NAN, 0.0), U, U, U, U, (NAN, 0.0), (NAN, 0.0)],
    [(NAN, 0.0), U, U, U, U, (NAN, 0.0), (NAN, 0.0)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(INF, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (INF, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, 0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];

pub(super) static EXP: Table = [
    [(0.0, 0.0), (0.0, -0.0), (0.0, -0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(INF, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (INF, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];

pub(super) static LOG: Table = [
    [(INF, -P34), (INF, -P), (INF, -P), (INF, P), (INF, P), (INF, P34), (INF, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P12), U, U, U, U, (INF, P12), (NAN, NAN)],
    [(INF, -P14), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, P14), (INF, NAN)],
    [(INF, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, NAN), (NAN, NAN)],
];

pub(super) static SINH: Table = [
    [(INF, NAN), (-INF, -INF), (-INF, -0.0), (-INF, 0.0), (-INF, INF), (INF, NAN), (INF, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(-0.0, NAN), U, U, U, U, (-0.0, NAN), (0.0, NAN)],
    [(0.0, NAN), U, U, U, U, (0.0, NAN), (0.0, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(INF, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (INF, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];

pub(super) static SQRT: Table = [
    [(INF, -INF), (0.0, -INF), (0.0, -INF), (0.0, INF), (0.0, INF), (INF, INF), (NAN, INF)],
    [(INF, -INF), U, U, U, U, (INF, INF), (NAN, NAN)],
    [(INF, -INF), U, U, U, U, (INF, INF), (NAN, NAN)],
    [(INF, -INF), U, U, U, U, (INF, INF), (NAN, NAN)],
    [(INF, -INF), U, U, U, U, (INF, INF), (NAN, NAN)],
    [(INF, -INF), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, INF), (INF, NAN)],
    [(INF, -INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, INF), (NAN, NAN)],
];

pub(super) static TANH: Table = [
    [(-1.0, 0.0), (-1.0, -0.0), (-1.0, -0.0), (-1.0, 0.0), (-1.0, 0.0), (-1.0, 0.0), (-1.0, 0.0)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(-0.0, NAN), U, U, U, U, (-0.0, NAN), (NAN, NAN)],
    [(0.0, NAN), U, U, U, U, (0.0, NAN), (NAN, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(1.0, 0.0), (1.0, -0.0), (1.0, -0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];

pub(super) static RECT: Table = [
    [(NAN, NAN), (-INF, INF), (-INF, 0.0), (-INF, -0.0), (-INF, -INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(0.0, 0.0), U, U, U, U, (0.0, 0.0), (0.0, 0.0)],
    [(0.0, 0.0), U, U, U, U, (0.0, 0.0), (0.0, 0.0)],
    [(NAN, NAN), U, U, U, U, (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, 0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];
