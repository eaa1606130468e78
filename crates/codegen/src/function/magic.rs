//! Division by a constant as a product: `x / divisor` is the high half of `x * multiplier`, shifted.
//!
//! With `s` the number of bits of `divisor - 1` and a multiplier of 2^(n+s) / divisor, rounded up, the error stays below one part in
//! 2^n, so all dividends below 2^n come out right (Granlund and Montgomery, 1994).

/// A multiplier and the shift of what it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Magic {
    pub(super) multiplier: u64,
    pub(super) shift: u32,
}

impl Magic {
    /// For dividends below 2^63: the quotient is `high(x * multiplier) >> shift`. The divisor is no power of two.
    pub(super) fn for_positive(divisor: u64) -> Self {
        let bits = u64::BITS - (divisor - 1).leading_zeros();
        // 2^(63 + bits) / divisor is below 2^64, since the divisor is above 2^(bits - 1).
        let multiplier = (1_u128 << (63 + bits)) / u128::from(divisor) + 1;
        Self { multiplier: multiplier as u64, shift: bits - 1 }
    }

    /// For all dividends: with `h = high(x * multiplier)` the quotient is `(((x - h) >> 1) + h) >> shift`. The multiplier has 65 bits;
    /// the highest is not stored. The divisor is no power of two.
    pub(super) fn for_all(divisor: u64) -> Self {
        let bits = u64::BITS - (divisor - 1).leading_zeros();
        let excess = (1_u128 << bits) - u128::from(divisor);
        let multiplier = (excess << 64) / u128::from(divisor) + 1;
        Self { multiplier: multiplier as u64, shift: bits - 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVISORS: [u64; 18] = [
        3,
        5,
        6,
        7,
        9,
        10,
        11,
        100,
        641,
        1000,
        65_537,
        1_000_000_007,
        (1 << 32) + 1,
        (1 << 62) - 1,
        (1 << 62) + 1,
        (1 << 63) - 1,
        (1 << 63) + 1,
        u64::MAX,
    ];

    /// Dividends around the multiples of a divisor, and at the ends.
    fn dividends(divisor: u64) -> impl Iterator<Item = u64> {
        let multiples =
            [0, 1, 2, 3, 1000, u64::MAX / divisor / 2, u64::MAX / divisor - 1, u64::MAX / divisor];
        let around = multiples.into_iter().flat_map(move |factor| {
            let multiple = factor.wrapping_mul(divisor);
            [multiple.wrapping_sub(1), multiple, multiple.wrapping_add(1)]
        });
        around.chain([i64::MAX as u64, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX])
    }

    fn high(x: u64, multiplier: u64) -> u64 {
        ((u128::from(x) * u128::from(multiplier)) >> 64) as u64
    }

    #[test]
    fn products_are_quotients() {
        for divisor in DIVISORS {
            for x in dividends(divisor) {
                let all = Magic::for_all(divisor);
                let h = high(x, all.multiplier);
                assert_eq!((((x - h) >> 1) + h) >> all.shift, x / divisor, "{x} / {divisor}");
                if x >> 63 == 0 && divisor >> 63 == 0 {
                    let positive = Magic::for_positive(divisor);
                    assert_eq!(
                        high(x, positive.multiplier) >> positive.shift,
                        x / divisor,
                        "{x} / {divisor}"
                    );
                }
            }
        }
    }
}
