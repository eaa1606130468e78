//! Numbers as Python spells them, and quoted texts.

use crate::Dtype;
use std::fmt;

/// Writes a text in double quotes, with a backslash before quotes and backslashes.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// A float as Python's `repr` spells it: the fewest digits that read back to the same number. A float32 gets its own fewest digits.
///
/// ```
/// use hotloop_types::{Dtype, float_repr};
///
/// assert_eq!(float_repr(1e16, Dtype::Float64), "1e+16");
/// assert_eq!(float_repr(0.1_f32.into(), Dtype::Float32), "0.1");
/// ```
pub fn float_repr(value: f64, dtype: Dtype) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let is_single = dtype == Dtype::Float32;
    let scientific = if is_single { format!("{:e}", value as f32) } else { format!("{value:e}") };
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let text = if is_single { format!("{}", value as f32) } else { format!("{value}") };
    if text.contains('.') { text } else { text + ".0" }
}

/// A complex number as Python's `repr` spells it: the parts without a point where they need none, a real part of 0 left out.
///
/// ```
/// use hotloop_types::{Dtype, complex_repr};
///
/// assert_eq!(complex_repr(0.0, 2.0, Dtype::Complex128), "2j");
/// assert_eq!(complex_repr(1.5, -2.0, Dtype::Complex64), "(1.5-2j)");
/// ```
pub fn complex_repr(real: f64, imag: f64, dtype: Dtype) -> String {
    let text = |part| {
        let text = float_repr(part, dtype.part());
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", text(imag));
    }
    let sign = if imag.is_nan() || imag.is_sign_positive() { "+" } else { "" };
    format!("({}{sign}{}j)", text(real), text(imag))
}
