//! Numbers as Python's `str` and `repr` write them: the shortest digits that read back to the same number.

/// Where a float becomes so large that an exponent is written.
const EXPONENT_FROM: i32 = 16;
/// Where it becomes so small.
const EXPONENT_BELOW: i32 = -4;

/// A float64 as Python writes it.
pub fn float_repr(value: f64) -> String {
    float_text(value, &format!("{value:e}"), true)
}

/// A float32 as NumPy writes it.
pub fn float32_repr(value: f32) -> String {
    float_text(f64::from(value), &format!("{value:e}"), true)
}

/// A complex number of two float64 as Python writes it.
pub fn complex_repr(real: f64, imaginary: f64) -> String {
    let part = |value: f64| float_text(value, &format!("{value:e}"), false);
    complex_text(real, imaginary, part)
}

/// A complex number of two float32 as NumPy writes it.
pub fn complex64_repr(real: f32, imaginary: f32) -> String {
    let part = |value: f64| float_text(value, &format!("{:e}", value as f32), false);
    complex_text(f64::from(real), f64::from(imaginary), part)
}

/// A truth value as Python writes it.
pub const fn bool_repr(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn complex_text(real: f64, imaginary: f64, part: impl Fn(f64) -> String) -> String {
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imaginary));
    }
    let imaginary = part(imaginary);
    let plus = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{imaginary}j)", part(real))
}

/// From the shortest digits with an exponent, as Rust writes them.
pub(crate) fn float_text(value: f64, shortest: &str, has_point: bool) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    let (mantissa, exponent) = shortest.split_once('e').expect("written with an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if (EXPONENT_BELOW..EXPONENT_FROM).contains(&exponent) {
        return format!("{sign}{}", in_places(&digits, exponent, has_point));
    }
    format!("{sign}{}{}", with_point(&digits), exponent_text(exponent, 'e'))
}

/// `d.ddd`, or `d`.
fn with_point(digits: &str) -> String {
    match digits.split_at(1) {
        (first, "") => first.to_owned(),
        (first, rest) => format!("{first}.{rest}"),
    }
}

/// The exponent as Python writes it: a sign and two digits at least.
pub(crate) fn exponent_text(exponent: i32, letter: char) -> String {
    format!("{letter}{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// Digits that stand for `d.ddd * 10**exponent`, without an exponent.
pub(crate) fn in_places(digits: &str, exponent: i32, has_point: bool) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() > whole {
        return format!("{}.{}", &digits[..whole], &digits[whole..]);
    }
    format!("{digits}{}{}", "0".repeat(whole - digits.len()), if has_point { ".0" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_by_python() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(float_repr(value), text);
        }
        assert_eq!(float32_repr(0.1), "0.1");
        assert_eq!(complex_repr(1.0, -2.5), "(1-2.5j)");
        assert_eq!(complex_repr(0.0, 2.0), "2j");
        assert_eq!(complex_repr(-0.0, 2.0), "(-0+2j)");
        assert_eq!(complex_repr(f64::NAN, f64::INFINITY), "(nan+infj)");
    }
}
