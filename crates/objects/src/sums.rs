//! Sums of floats that are rounded once, and lengths of vectors, as the functions of `math` compute them.

/// Adds exactly: the sum as the nearest float and what that leaves out.
fn add(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// Multiplies exactly: the product as the nearest float and what that leaves out.
fn multiply(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// The sum of all, rounded once. Infinities of both signs and nan give nan; a sum that is too large is infinite.
pub(crate) fn sum(values: &[f64]) -> f64 {
    // Parts that do not overlap, by increasing magnitude, whose sum is exact.
    let mut parts: Vec<f64> = Vec::new();
    let mut special = 0.0;
    for value in values {
        if !value.is_finite() {
            special += value;
            continue;
        }
        let mut carried = *value;
        let mut kept = 0;
        for position in 0..parts.len() {
            let (high, low) = add(parts[position], carried);
            if low != 0.0 {
                parts[kept] = low;
                kept += 1;
            }
            carried = high;
        }
        parts.truncate(kept);
        parts.push(carried);
    }
    if special != 0.0 || special.is_nan() {
        return special;
    }
    rounded(&parts)
}

/// The sum of parts that do not overlap: the largest, corrected where what follows decides a tie.
fn rounded(parts: &[f64]) -> f64 {
    let Some((largest, mut rest)) = parts.split_last() else { return 0.0 };
    let (mut high, mut low) = (*largest, 0.0);
    while let Some((next, smaller)) = rest.split_last() {
        (high, low) = add(high, *next);
        rest = smaller;
        if low != 0.0 {
            break;
        }
    }
    if !high.is_finite() {
        return high;
    }
    // Half of the last place goes the way of what lies behind it.
    if rest.last().is_some_and(|next| (*next < 0.0 && low < 0.0) || (*next > 0.0 && low > 0.0)) {
        let twice = low * 2.0;
        let moved = high + twice;
        if moved - high == twice {
            high = moved;
        }
    }
    high
}

/// The sum of the products of numbers at equal positions, rounded once.
pub(crate) fn sum_of_products(left: &[f64], right: &[f64]) -> f64 {
    let mut parts = Vec::with_capacity(2 * left.len());
    for (a, b) in left.iter().zip(right) {
        let (product, rest) = multiply(*a, *b);
        parts.push(product);
        if product.is_finite() {
            parts.push(rest);
        }
    }
    sum(&parts)
}

/// The length of a vector: infinite if a component is, else nan if one is. Scaled, so that no square overflows, and summed with what each rounding leaves out.
pub(crate) fn norm(values: &[f64]) -> f64 {
    if values.iter().any(|value| value.is_infinite()) {
        return f64::INFINITY;
    }
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || values.len() < 2 {
        return largest;
    }
    if largest < f64::MIN_POSITIVE {
        // Powers of two that bring numbers of this size near one are no floats.
        let normal: Vec<f64> = values.iter().map(|value| value / f64::MIN_POSITIVE).collect();
        return f64::MIN_POSITIVE * norm(&normal);
    }
    let exponent = ((largest.to_bits() >> 52) as i32) - 1022;
    // The scale may have an exponent that only two factors hold.
    let (half, other) = (-exponent / 2, -exponent - -exponent / 2);
    let scaled = |value: f64| value * power_of_two(half) * power_of_two(other);
    let mut total = Total { sum: 1.0, products: 0.0, sums: 0.0 };
    values.iter().for_each(|value| total.add_product(scaled(*value), scaled(*value)));
    let root = total.value().sqrt();
    total.add_product(-root, root);
    let corrected = root + total.value() / (2.0 * root);
    corrected * power_of_two(-half) * power_of_two(-other)
}

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// A sum of products, one more than it stands for, with what its roundings leave out.
struct Total {
    sum: f64,
    products: f64,
    sums: f64,
}

impl Total {
    fn add_product(&mut self, a: f64, b: f64) {
        let (product, rest) = multiply(a, b);
        let sum = self.sum + product;
        self.sums += (self.sum - sum) + product;
        self.sum = sum;
        self.products += rest;
    }

    fn value(&self) -> f64 {
        self.sum - 1.0 + (self.products + self.sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_rounded_once() {
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, 1e-16]), 10000000000000002.0);
        assert_eq!(sum(&[1e16, 1.0]), 1e16);
        assert_eq!(sum(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }

    #[test]
    fn products_lose_nothing_before_the_end() {
        assert_eq!(sum_of_products(&[1e16, 1.0, -1e16], &[1.0, 1.0, 1.0]), 1.0);
        assert_eq!(sum_of_products(&[0.1, 0.2], &[10.0, 5.0]), 2.0);
    }

    #[test]
    fn lengths_neither_overflow_nor_vanish() {
        assert_eq!(norm(&[1.0, 2.0, 2.0]), 3.0);
        assert_eq!(norm(&[1e200, 2e200, 2e200]), 3e200);
        assert_eq!(norm(&[3e-320, 4e-320, 0.0]), 5e-320);
        assert_eq!(norm(&[1e-200, 2e-200, 2e-200]), 3e-200);
        assert_eq!(norm(&[f64::NAN, f64::NEG_INFINITY]), f64::INFINITY);
        assert!(norm(&[f64::NAN, 1.0]).is_nan());
        assert_eq!(norm(&[f64::MAX, 0.0]), f64::MAX);
    }
}
