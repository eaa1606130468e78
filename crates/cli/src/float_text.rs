//! Floats of arrays as NumPy prints them: the fewest digits that read back to the same number.

use hotloop_driver::{Dtype, float_repr};

/// Digits behind the point in arrays, at most: NumPy's `precision`.
const ARRAY_PRECISION: usize = 8;

fn shortest_positional(value: f64, dtype: Dtype) -> String {
    if dtype == Dtype::Float32 { format!("{}", value as f32) } else { format!("{value}") }
}

/// Mantissa and exponent.
fn shortest_scientific(value: f64, dtype: Dtype) -> (String, i32) {
    let text = if dtype == Dtype::Float32 { format!("{:e}", value as f32) } else { format!("{value:e}") };
    split_exponent(&text)
}

fn split_exponent(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').expect("scientific notation has an exponent");
    (mantissa.to_owned(), exponent.parse().expect("the exponent is a number"))
}

fn exponent_text(exponent: i32, digits: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:0digits$}", exponent.abs())
}

/// Digits before and behind the point.
fn split_point(text: &str) -> (&str, &str) {
    text.split_once('.').unwrap_or((text, ""))
}

/// How the floats of one array are printed, so that they line up.
#[derive(Debug)]
pub(crate) struct FloatFormat {
    dtype: Dtype,
    is_scientific: bool,
    /// Characters before the point.
    left: usize,
    /// Characters behind the point; in scientific notation with the exponent, except for its `e`'s point.
    right: usize,
    /// Digits behind the point in scientific notation.
    precision: usize,
    exponent_digits: usize,
    /// Whether numbers that are not negative get a sign too.
    has_sign: bool,
}

impl FloatFormat {
    /// The format for these numbers.
    pub(crate) fn new(numbers: &[f64], dtype: Dtype) -> Self {
        Self::with_sign(numbers, dtype, false)
    }

    /// The format for these numbers, each with a sign if that is asked for.
    pub(crate) fn with_sign(numbers: &[f64], dtype: Dtype, has_sign: bool) -> Self {
        let finite: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
        let is_scientific = needs_exponents(&finite, dtype);
        let mut format = Self {
            dtype,
            is_scientific,
            left: 0,
            right: 0,
            precision: ARRAY_PRECISION,
            exponent_digits: 0,
            has_sign,
        };
        if is_scientific {
            format.measure_scientific(&finite);
        } else {
            format.measure_positional(&finite);
        }
        if finite.len() < numbers.len() {
            let has_negative_infinity = has_sign || numbers.contains(&f64::NEG_INFINITY);
            let longest = if has_negative_infinity { "-inf".len() } else { "nan".len() };
            format.left = format.left.max(longest.saturating_sub(format.right + 1));
        }
        format
    }

    fn measure_positional(&mut self, finite: &[f64]) {
        for number in finite {
            let text = self.positional(*number);
            let (before, behind) = split_point(&text);
            self.left = self.left.max(before.len());
            self.right = self.right.max(behind.len());
        }
    }

    fn measure_scientific(&mut self, finite: &[f64]) {
        let mut precision = 0;
        for number in finite {
            let (mantissa, exponent) = self.scientific(*number);
            let (before, behind) = split_point(&mantissa);
            self.left = self.left.max(before.len());
            precision = precision.max(behind.len());
            self.exponent_digits = self.exponent_digits.max(exponent_text(exponent, 2).len() - 1);
        }
        self.precision = precision;
        self.right = self.exponent_digits + 2 + precision;
    }

    /// The fewest digits, but no more than the precision behind the point.
    fn positional(&self, number: f64) -> String {
        self.signed(number, self.unsigned_positional(number))
    }

    fn signed(&self, number: f64, text: String) -> String {
        if self.has_sign && !text.starts_with('-') && (number.is_nan() || number.is_sign_positive()) {
            return format!("+{text}");
        }
        text
    }

    fn unsigned_positional(&self, number: f64) -> String {
        let text = shortest_positional(number, self.dtype);
        if split_point(&text).1.len() <= self.precision {
            return text;
        }
        format!("{number:.*}", self.precision).trim_end_matches('0').to_owned()
    }

    /// Mantissa, with no more digits behind the point than the precision, and exponent.
    fn scientific(&self, number: f64) -> (String, i32) {
        let (mantissa, exponent) = self.unsigned_scientific(number);
        (self.signed(number, mantissa), exponent)
    }

    fn unsigned_scientific(&self, number: f64) -> (String, i32) {
        let shortest = shortest_scientific(number, self.dtype);
        if split_point(&shortest.0).1.len() <= self.precision {
            return shortest;
        }
        let (mantissa, exponent) = split_exponent(&format!("{number:.*e}", self.precision));
        (mantissa.trim_end_matches('0').to_owned(), exponent)
    }

    /// A number, as wide as all others.
    pub(crate) fn text(&self, number: f64) -> String {
        let (left, right, precision) = (self.left, self.right, self.precision);
        if !number.is_finite() {
            return format!("{:>1$}", self.signed(number, float_repr(number, self.dtype)), left + right + 1);
        }
        if self.is_scientific {
            // Digits beyond the fewest are those of the exact value, not zeros.
            let (mantissa, exponent) = split_exponent(&format!("{number:.precision$e}"));
            let mantissa = self.signed(number, mantissa);
            let (before, behind) = split_point(&mantissa);
            return format!("{before:>left$}.{behind}e{}", exponent_text(exponent, self.exponent_digits));
        }
        let text = self.positional(number);
        let (before, behind) = split_point(&text);
        format!("{before:>left$}.{behind:<right$}")
    }
}

/// NumPy changes to scientific notation for large, small, or very different numbers.
fn needs_exponents(finite: &[f64], dtype: Dtype) -> bool {
    let mut magnitudes = finite.iter().map(|number| number.abs()).filter(|magnitude| *magnitude != 0.0);
    let Some(first) = magnitudes.next() else { return false };
    let (smallest, largest) =
        magnitudes.fold((first, first), |(low, high), magnitude| (low.min(magnitude), high.max(magnitude)));
    if dtype == Dtype::Float32 {
        // NumPy compares in the array's own precision, and float32 has six reliable digits.
        let (smallest, largest) = (smallest as f32, largest as f32);
        return largest >= 1e6 || smallest < 0.0001 || largest / smallest > 1000.0;
    }
    largest >= 1e8 || smallest < 0.0001 || largest / smallest > 1000.0
}
