//! Functions of integers. They may be called with any arguments, also where a check in front raises: an optimiser may move them before it.

/// The number of bits of an unsigned integer without its leading zeros.
pub(crate) extern "C" fn hl_bit_length(value: i64) -> i64 {
    i64::from(64 - value.leading_zeros())
}

/// The number of ones among the bits of an integer.
pub(crate) extern "C" fn hl_bit_count(value: i64) -> i64 {
    i64::from(value.count_ones())
}

/// The integer square root of an unsigned integer.
pub(crate) extern "C" fn hl_isqrt(value: i64) -> i64 {
    value.cast_unsigned().isqrt().cast_signed()
}

/// What a count is where it does not fit an int64.
const TOO_LARGE: i64 = -1;

/// `n!`
pub(crate) extern "C" fn hl_factorial(n: i64) -> i64 {
    hl_perm(n, n)
}

/// `n * (n - 1) * ..`, `k` factors.
pub(crate) extern "C" fn hl_perm(n: i64, k: i64) -> i64 {
    if k > n {
        return 0;
    }
    // More factors than this make too large a number, since all but the last are at least 2.
    if k > 64 {
        return TOO_LARGE;
    }
    (0..k).try_fold(1_i64, |product, step| product.checked_mul(n - step)).unwrap_or(TOO_LARGE)
}

/// The binomial coefficient.
pub(crate) extern "C" fn hl_comb(n: i64, k: i64) -> i64 {
    if k > n {
        return 0;
    }
    let others = n.wrapping_sub(k);
    let (k, rest) = (k.min(others), k.max(others));
    let mut count = 1_i128;
    for step in 1..=k {
        // Exact: the product of so many numbers in a row is a multiple of so many.
        count = count * i128::from(rest + step) / i128::from(step);
        if count > i128::from(i64::MAX) {
            return TOO_LARGE;
        }
    }
    count as i64
}

/// What a power is where the base has no inverse modulo the modulus; no remainder is so small.
const NO_INVERSE: i64 = i64::MIN;

/// `pow(base, exponent, modulus)`, with the sign of the modulus.
pub(crate) extern "C" fn hl_pow_mod(base: i64, exponent: i64, modulus: i64) -> i64 {
    let size = modulus.unsigned_abs();
    if size == 0 {
        return 0;
    }
    let mut base = i128::from(base).rem_euclid(i128::from(size)) as u64;
    if exponent < 0 {
        match inverse(base, size) {
            Some(inverse) => base = inverse,
            None => return NO_INVERSE,
        }
    }
    let power = i128::from(power_modulo(base, exponent.unsigned_abs(), size));
    let is_below = modulus < 0 && power != 0;
    (if is_below { power - i128::from(size) } else { power }) as i64
}

/// The same of unsigned integers.
pub(crate) extern "C" fn hl_pow_mod_unsigned(base: i64, exponent: i64, modulus: i64) -> i64 {
    let [base, exponent, modulus] = [base, exponent, modulus].map(i64::cast_unsigned);
    if modulus == 0 { 0 } else { power_modulo(base % modulus, exponent, modulus).cast_signed() }
}

fn power_modulo(base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let modulus = u128::from(modulus);
    let (mut power, mut square) = (1 % modulus, u128::from(base));
    while exponent != 0 {
        if exponent & 1 == 1 {
            power = power * square % modulus;
        }
        square = square * square % modulus;
        exponent >>= 1;
    }
    power as u64
}

/// The number that gives 1 modulo the modulus when multiplied, by Euclid's algorithm.
fn inverse(value: u64, modulus: u64) -> Option<u64> {
    let (mut rest, mut next) = (i128::from(modulus), i128::from(value));
    let (mut factor, mut next_factor) = (0_i128, 1_i128);
    while next != 0 {
        let quotient = rest / next;
        (rest, next) = (next, rest - quotient * next);
        (factor, next_factor) = (next_factor, factor - quotient * next_factor);
    }
    (rest == 1).then(|| factor.rem_euclid(i128::from(modulus)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_the_sign_of_the_modulus() {
        assert_eq!(hl_pow_mod(3, 5, 7), 5);
        assert_eq!(hl_pow_mod(3, 5, -7), -2);
        assert_eq!(hl_pow_mod(-3, 3, 5), 3);
        assert_eq!(hl_pow_mod(3, -1, 7), 5);
        assert_eq!(hl_pow_mod(2, -1, 4), NO_INVERSE);
        assert_eq!(hl_pow_mod(5, 0, 1), 0);
        assert_eq!(hl_pow_mod(i64::MIN, i64::MAX, i64::MAX), i64::MAX - 1);
    }

    #[test]
    fn counts_that_do_not_fit_are_told_apart() {
        assert_eq!((hl_factorial(20), hl_factorial(21)), (2_432_902_008_176_640_000, TOO_LARGE));
        assert_eq!((hl_comb(61, 30), hl_comb(100, 50)), (232_714_176_627_630_544, TOO_LARGE));
        assert_eq!((hl_comb(i64::MAX, i64::MAX - 1), hl_comb(3, 4), hl_perm(3, 4)), (i64::MAX, 0, 0));
        assert_eq!((hl_perm(10, 3), hl_perm(i64::MAX, 1), hl_perm(i64::MAX, 2)), (720, i64::MAX, TOO_LARGE));
    }
}
