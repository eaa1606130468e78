//! Functions of floats that Python has of its own.

use super::libm;

/// The distance to the next float away from zero.
pub(crate) extern "C" fn hl_ulp(x: f64) -> f64 {
    let size = x.abs();
    if !size.is_finite() {
        return size;
    }
    let above = size.next_up();
    if above.is_infinite() { size - size.next_down() } else { above - size }
}

/// The mantissa of `frexp`: from 0.5 to below 1 in magnitude, or the number itself if it has none.
pub(crate) extern "C" fn hl_frexp_mantissa(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let exponent = hl_frexp_exponent(x) as i32;
    // Two steps, since the scale of the smallest numbers is no float.
    let half = exponent / 2;
    libm::LDEXP.get()(libm::LDEXP.get()(x, -half), half - exponent)
}

/// The exponent of `frexp`.
pub(crate) extern "C" fn hl_frexp_exponent(x: f64) -> i64 {
    if x == 0.0 || !x.is_finite() {
        return 0;
    }
    let biased = |x: f64| (x.to_bits() >> 52 & 0x7ff) as i64;
    match biased(x) {
        // A subnormal number, scaled to be a normal one.
        0 => biased(x * (1_u64 << 54) as f64) - 1022 - 54,
        exponent => exponent - 1022,
    }
}

/// Python hashes numbers modulo this prime, 2^61 - 1.
const HASH_PRIME: u64 = (1 << 61) - 1;
const HASH_BITS: u32 = 61;
const HASH_OF_INFINITY: i64 = 314_159;

/// `hash` of a float: equal numbers have equal hashes, whatever their types.
pub(crate) extern "C" fn hl_hash_float(x: f64) -> i64 {
    if x.is_nan() {
        return 0;
    }
    if x.is_infinite() {
        return if x > 0.0 { HASH_OF_INFINITY } else { -HASH_OF_INFINITY };
    }
    let mut exponent = hl_frexp_exponent(x);
    let mut mantissa = hl_frexp_mantissa(x).abs();
    let mut hash = 0_u64;
    while mantissa != 0.0 {
        hash = rotated(hash, 28);
        mantissa *= (1_u64 << 28) as f64;
        exponent -= 28;
        let digit = mantissa as u64;
        mantissa -= digit as f64;
        hash += digit;
        if hash >= HASH_PRIME {
            hash -= HASH_PRIME;
        }
    }
    hash = rotated(hash, exponent.rem_euclid(i64::from(HASH_BITS)) as u32);
    signed_hash(hash, x < 0.0)
}

/// Multiplied with a power of two modulo the prime.
fn rotated(hash: u64, bits: u32) -> u64 {
    (hash << bits & HASH_PRIME) | hash >> (HASH_BITS - bits)
}

/// -1 is the sign of an error in CPython, so no hash is.
fn signed_hash(hash: u64, is_negative: bool) -> i64 {
    match (hash as i64, is_negative) {
        (1, true) => -2,
        (hash, true) => -hash,
        (hash, false) => hash,
    }
}

/// `hash` of a signed integer.
pub(crate) extern "C" fn hl_hash_integer(value: i64) -> i64 {
    signed_hash(value.unsigned_abs() % HASH_PRIME, value < 0)
}

/// `hash` of an unsigned integer.
pub(crate) extern "C" fn hl_hash_unsigned(value: i64) -> i64 {
    signed_hash(value.cast_unsigned() % HASH_PRIME, false)
}
