//! `round(x, digits)` with Python's exact decimal result, and `ldexp`.

use super::libm;
use std::cmp::Ordering;

/// Powers of ten that binary64 holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];
/// From here on every binary64 is an integer.
const INTEGERS_ONLY: f64 = 4503599627370496.0;
/// With more decimal digits than this, every binary64 is its own rounding.
const MOST_DIGITS: i64 = 323;
/// With fewer, every binary64 rounds to zero.
const LEAST_DIGITS: i64 = -308;

/// `x * 2**exponent`, with one rounding.
pub(crate) extern "C" fn hl_ldexp(x: f64, exponent: i64) -> f64 {
    libm::LDEXP.get()(x, exponent.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
}

/// The double nearest to the decimal number with `digits` decimals that is nearest to `x`, ties to even. Where Python
/// raises `OverflowError` for a result that is too large, an infinity.
pub(crate) extern "C" fn hl_round_digits(x: f64, digits: i64) -> f64 {
    if !x.is_finite() || digits > MOST_DIGITS {
        return x;
    }
    if digits < LEAST_DIGITS {
        return 0.0 * x;
    }
    by_arithmetic(x, digits).unwrap_or_else(|| by_decimal(x, digits))
}

/// The exact result by floating-point arithmetic, where the power of ten and the scaled value are exact enough to tell:
/// almost always.
///
/// The scaled value is rounded to a double once. Numbers halfway between integers are doubles themselves, so a scaled
/// value that is not on such a number lies on the same side of it as the exact one; where it is, the rounding error
/// decides. The final operation has two exact operands, so it rounds once.
fn by_arithmetic(x: f64, digits: i64) -> Option<f64> {
    let power = *EXACT_POWERS.get(digits.unsigned_abs() as usize)?;
    let scaled = if digits >= 0 { x * power } else { x / power };
    if scaled.abs() >= INTEGERS_ONLY {
        return None;
    }
    let mut integer = scaled.round_ties_even();
    let excess = scaled - integer;
    if excess.abs() == 0.5 {
        // The sign of the exact scaled value minus `scaled`.
        let error = if digits >= 0 {
            libm::FMA.get()(x, power, -scaled)
        } else {
            -libm::FMA.get()(scaled, power, -x)
        };
        if error * excess > 0.0 {
            integer += excess.signum();
        }
    }
    let integer = integer.copysign(x);
    Some(if digits >= 0 { integer / power } else { integer * power })
}

/// The same through decimal digits.
fn by_decimal(x: f64, digits: i64) -> f64 {
    if digits >= 0 {
        let decimals = digits as usize;
        return parse(&format!("{x:.decimals$}"));
    }
    // So large a power of ten is left over only with an `x` that is an integer, or with one far below half of it.
    let size = format!("{:.0}", x.abs());
    let zeros = digits.unsigned_abs() as usize;
    let result = match size.len().checked_sub(zeros) {
        Some(kept) => parse(&format!("{}e{zeros}", rounded_head(size.as_bytes(), kept))),
        None => 0.0,
    };
    result.copysign(x)
}

/// The first `kept` digits of a decimal integer, rounded to nearest by the others, ties to even.
fn rounded_head(digits: &[u8], kept: usize) -> String {
    let (head, tail) = digits.split_at(kept);
    let is_odd = head.last().is_some_and(|digit| digit % 2 == 1);
    let half = std::iter::once(b'5').chain(std::iter::repeat(b'0')).take(tail.len());
    let rounds_up = match tail.iter().copied().cmp(half) {
        Ordering::Less => false,
        Ordering::Equal => is_odd && !tail.is_empty(),
        Ordering::Greater => true,
    };
    let mut rounded = vec![b'0'];
    rounded.extend(head);
    if rounds_up {
        increment(&mut rounded);
    }
    String::from_utf8(rounded).expect("digits are ASCII")
}

/// Adds one to a decimal integer that starts with a zero.
fn increment(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

fn parse(decimal: &str) -> f64 {
    decimal.parse().expect("what was printed can be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let mut state = 1_u64;
        for _ in 0..200_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let digits = (state >> 59) as i64 - 12;
            let x = f64::from(((state >> 20) as i32) >> (state >> 15 & 31)) / 64.0;
            let Some(fast) = by_arithmetic(x, digits) else { continue };
            assert_eq!(fast.to_bits(), slow(x, digits).to_bits(), "round({x}, {digits})");
        }
    }

    /// `by_decimal` asks that large negative `digits` come with integers; this one takes any.
    fn slow(x: f64, digits: i64) -> f64 {
        if digits >= 0 || x == x.trunc() {
            return by_decimal(x, digits);
        }
        // A fraction only breaks ties, which the digit 1 behind the integer does as well.
        let size = format!("{}1", x.abs().trunc());
        let zeros = digits.unsigned_abs() as usize;
        let Some(kept) = (size.len() - 1).checked_sub(zeros) else { return 0.0_f64.copysign(x) };
        parse(&format!("{}e{zeros}", rounded_head(size.as_bytes(), kept))).copysign(x)
    }

    #[test]
    fn large_powers_round_half_to_even_and_carry() {
        assert_eq!(hl_round_digits(9.5e22, -23), 1e23);
        assert_eq!(hl_round_digits(4.9e22, -23), 0.0);
        assert_eq!(hl_round_digits(-4e15, -300).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(hl_round_digits(9.99e307, -306), 1e308);
        assert_eq!(hl_round_digits(f64::MAX, -308), f64::INFINITY);
        assert_eq!(rounded_head(b"25", 1), "02");
        assert_eq!(rounded_head(b"35", 1), "04");
        assert_eq!(rounded_head(b"995", 2), "100");
        assert_eq!(rounded_head(b"51", 0), "1");
    }

    #[test]
    fn ldexp_clamps_its_exponent() {
        assert_eq!(hl_ldexp(1.0, i64::MAX), f64::INFINITY);
        assert_eq!(hl_ldexp(-1.0, i64::MIN).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(hl_ldexp(3.0, -1), 1.5);
    }
}
