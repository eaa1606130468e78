//! The quarter of a turn that a huge angle lies in, after M. Payne and R. Hanek, "Radian reduction for trigonometric functions", 1983.
//!
//! `m 2^e` times 2 / pi is needed modulo 4. Bits of 2 / pi that give multiples of 4 are left out, those behind the next 192 are too small to count: no float64 is
//! nearer to a multiple of pi / 2 than 2^-62 of it or so.

use crate::coefficients::{HALF_PI_PAIR, TWO_OVER_PI_BITS};
use crate::pair::{Pair, sum};
use crate::trigonometry::Quarter;

/// Of a finite number of 2^20 at least; of others nan.
pub(crate) fn quarter(x: f64) -> Quarter<f64> {
    if !x.is_finite() {
        return Quarter { number: 0, angle: Pair { high: f64::NAN, low: 0.0 } };
    }
    let bits = x.abs().to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    let exponent = (bits >> 52) as i64 - 1075;
    // The first of them weighs 2.
    let [first, second, third] = [0, 64, 128].map(|more| bits_from(exponent - 2 + more));
    let wide = |word: u64| u128::from(word) * u128::from(mantissa);
    let low = wide(third);
    let middle = wide(second) + (low >> 64);
    let top = (wide(first) + (middle >> 64)) as u64;
    let fraction =
        [top << 2 | (middle as u64) >> 62, (middle as u64) << 2 | (low as u64) >> 62, (low as u64) << 2];
    let is_upper = fraction[0] >> 63 == 1;
    let number = (top >> 62) as i64 + i64::from(is_upper);
    let size = if is_upper { negated(fraction) } else { fraction };
    let turns = as_pair(size);
    let half_pi = Pair { high: HALF_PI_PAIR[0], low: HALF_PI_PAIR[1] };
    let angle = turns.times(half_pi).tidied();
    let angle = if is_upper { angle.negated() } else { angle };
    if x < 0.0 {
        Quarter { number: number.wrapping_neg(), angle: angle.negated() }
    } else {
        Quarter { number, angle }
    }
}

/// 64 bits of 2 / pi from that one behind the point on, counted from 0; those in front are zeros.
fn bits_from(start: i64) -> u64 {
    let word = |number: i64| {
        usize::try_from(number).ok().and_then(|number| TWO_OVER_PI_BITS.get(number)).copied().unwrap_or(0)
    };
    let (number, offset) = (start.div_euclid(64), start.rem_euclid(64));
    if offset == 0 {
        return word(number);
    }
    word(number) << offset | word(number + 1) >> (64 - offset)
}

/// One less the fraction.
fn negated([first, second, third]: [u64; 3]) -> [u64; 3] {
    let (third, carry) = (!third).overflowing_add(1);
    let (second, carry) = (!second).overflowing_add(u64::from(carry));
    [(!first).wrapping_add(u64::from(carry)), second, third]
}

/// A fraction of 192 bits as two floats.
fn as_pair(words: [u64; 3]) -> Pair<f64> {
    let [first, second, third] = words;
    let zeros = if first != 0 { first.leading_zeros() } else { 64 + second.leading_zeros() };
    let shifted = |high: u64, low: u64, by: u32| if by == 0 { high } else { high << by | low >> (64 - by) };
    let leading = match zeros {
        0..64 => [shifted(first, second, zeros), shifted(second, third, zeros)],
        _ => [shifted(second, third, zeros - 64), third << (zeros - 64)],
    };
    let scale = 2.0_f64.powi(-(zeros as i32));
    // The 53 bits that a float holds, then the next 53.
    let upper = (leading[0] >> 11) as f64 * 2.0_f64.powi(-53);
    let lower = ((leading[0] & 0x7ff) << 42 | leading[1] >> 22) as f64 * 2.0_f64.powi(-106);
    let Pair { high, low } = sum(upper, lower);
    Pair { high: high * scale, low: low * scale }
}
