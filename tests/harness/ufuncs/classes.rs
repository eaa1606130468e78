//! How near a function's values have to be to NumPy's.
//!
//! What is not listed is equal to the bit. NumPy computes some functions by approximations of its own for vectors, and the others, as Hotloop does all, by the
//! platform's libm; both are right to a few units in the last place. Of a complex number the distance is measured against its absolute value.

use hotloop_tests::answer::{Value, size_bytes};

/// How far floats may be off, in units in the last place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// Of real numbers.
    real: u64,
    /// Of complex numbers.
    complex: u64,
    /// Whether one zero is as good as the other.
    ignores_sign_of_zero: bool,
}

const EXACT: Class = Class { real: 0, complex: 0, ignores_sign_of_zero: false };

/// The functions that are not equal to the bit.
const CLASSES: &[(&str, Class)] = &[
    (
        "sin cos tan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p cbrt arcsin arccos arctan arcsinh arccosh arctanh asin acos atan asinh acosh atanh",
        Class { real: 4, complex: 8, ..EXACT },
    ),
    // NumPy multiplies and adds at once where the machine can.
    ("multiply divide true_divide sqrt square", Class { complex: 1, ..EXACT }),
    ("abs absolute", Class { real: 1, ..EXACT }),
    ("arctan2 atan2 hypot logaddexp logaddexp2", Class { real: 2, ..EXACT }),
    // The logarithm is multiplied with the exponent, and its error with it.
    ("power pow float_power", Class { real: 2, complex: 600, ignores_sign_of_zero: true }),
    // Which of two zeros is the larger is not the same for all lengths of an array in NumPy.
    ("maximum minimum fmax fmin", Class { ignores_sign_of_zero: true, ..EXACT }),
];

/// The class of the function that a kernel calls, whose name may stand between those of a number before or behind it.
pub(crate) fn class_of(kernel: &str) -> Class {
    let bare = kernel.trim_end_matches('_');
    let is_named = |name: &str| {
        bare == name
            || bare.strip_prefix(name).is_some_and(|rest| matches!(rest, "_whole" | "_minus" | "_half"))
            || bare.strip_suffix(name).is_some_and(|rest| matches!(rest, "whole_" | "minus_" | "half_"))
    };
    let found = CLASSES.iter().find(|(listed, _)| listed.split(' ').any(is_named));
    found.map_or(EXACT, |(_, class)| *class)
}

impl Class {
    /// Compares a result with NumPy's, and counts its numbers.
    pub(crate) fn compare(self, expected: &Value, actual: &Value, count: &mut usize) -> Result<(), String> {
        match (expected, actual) {
            (Value::Scalar { dtype, data }, Value::Scalar { dtype: other, data: given }) => {
                if dtype != other {
                    return Err(format!("expected {dtype}, got {other}"));
                }
                self.compare_numbers(dtype, data, given, count)
            }
            (
                Value::Array { dtype, shape, data },
                Value::Array { dtype: other, shape: other_shape, data: given },
            ) => {
                if (dtype, shape) != (other, other_shape) {
                    return Err(format!("expected {dtype}{shape:?}, got {other}{other_shape:?}"));
                }
                self.compare_numbers(dtype, data, given, count)
            }
            (Value::Tuple(expected), Value::Tuple(actual)) if expected.len() == actual.len() => {
                let mut pairs = expected.iter().zip(actual);
                pairs.try_for_each(|(expected, actual)| self.compare(expected, actual, count))
            }
            (expected, actual) => Err(format!("expected {expected:?}, got {actual:?}")),
        }
    }

    fn compare_numbers(
        self,
        dtype: &str,
        expected: &[u8],
        actual: &[u8],
        count: &mut usize,
    ) -> Result<(), String> {
        let size = size_bytes(dtype);
        let mut farthest = (0.0, None);
        for (index, (expected, actual)) in expected.chunks(size).zip(actual.chunks(size)).enumerate() {
            *count += 1;
            if expected == actual || self.ignores_sign_of_zero && are_zeros(dtype, expected, actual) {
                continue;
            }
            let (allowed, distance) = match dtype {
                "float32" | "float64" => (self.real, float_distance(dtype, expected, actual)),
                "complex64" | "complex128" => (self.complex, complex_distance(dtype, expected, actual)),
                _ => (0, f64::INFINITY),
            };
            if distance > allowed as f64 && distance > farthest.0 {
                let (expected, actual) = (shown(dtype, expected), shown(dtype, actual));
                farthest = (distance, Some(format!("element {index}: {expected}, not {actual}")));
            }
        }
        match farthest {
            (distance, Some(text)) => Err(format!("{text} ({distance:.1} ulp)")),
            (_, None) => Ok(()),
        }
    }
}

fn are_zeros(dtype: &str, a: &[u8], b: &[u8]) -> bool {
    match dtype {
        "float32" | "float64" => float(dtype, a) == 0.0 && float(dtype, b) == 0.0,
        "complex64" | "complex128" => parts(dtype, a) == [0.0; 2] && parts(dtype, b) == [0.0; 2],
        _ => false,
    }
}

/// A number in words.
pub(crate) fn shown(dtype: &str, data: &[u8]) -> String {
    match dtype {
        "float32" | "float64" => format!("{:e}", float(dtype, data)),
        "complex64" | "complex128" => {
            let [real, imag] = parts(dtype, data);
            format!("({real:e}, {imag:e})")
        }
        _ => {
            let mut bytes = [if dtype.starts_with('i') && data[data.len() - 1] > 127 { 255 } else { 0 }; 8];
            bytes[..data.len()].copy_from_slice(data);
            format!("{}", i64::from_le_bytes(bytes))
        }
    }
}

fn float(dtype: &str, data: &[u8]) -> f64 {
    match dtype {
        "float32" => f64::from(f32::from_le_bytes(data.try_into().expect("four bytes"))),
        _ => f64::from_le_bytes(data.try_into().expect("eight bytes")),
    }
}

fn parts(dtype: &str, data: &[u8]) -> [f64; 2] {
    let part = if dtype == "complex64" { "float32" } else { "float64" };
    let (real, imag) = data.split_at(data.len() / 2);
    [real, imag].map(|bytes| float(part, bytes))
}

/// How many floats of the dtype lie between two, save that zeros differ by their signs and any nan is the other.
fn float_distance(dtype: &str, expected: &[u8], actual: &[u8]) -> f64 {
    let (expected, actual) = (float(dtype, expected), float(dtype, actual));
    if expected.is_nan() && actual.is_nan() {
        return 0.0;
    }
    if !expected.is_finite()
        || !actual.is_finite()
        || expected.is_sign_negative() != actual.is_sign_negative()
    {
        return f64::INFINITY;
    }
    match dtype {
        "float32" => {
            let bits = [expected, actual].map(|value| (value.abs() as f32).to_bits());
            f64::from(bits[0].abs_diff(bits[1]))
        }
        _ => expected.abs().to_bits().abs_diff(actual.abs().to_bits()) as f64,
    }
}

fn complex_distance(dtype: &str, expected: &[u8], actual: &[u8]) -> f64 {
    let (expected, actual) = (parts(dtype, expected), parts(dtype, actual));
    let epsilon = if dtype == "complex64" { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let size = expected[0].hypot(expected[1]);
    let distance = |position: usize| {
        let (expected, actual) = (expected[position], actual[position]);
        if expected.is_nan() && actual.is_nan() || expected.to_bits() == actual.to_bits() {
            0.0
        } else if !expected.is_finite() || !actual.is_finite() {
            f64::INFINITY
        } else if expected == 0.0 && actual == 0.0 || size == 0.0 {
            // A zero of another sign.
            f64::INFINITY
        } else {
            ((expected - actual).abs() / size / epsilon).max(0.5)
        }
    };
    distance(0).max(distance(1))
}
