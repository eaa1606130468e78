//! What a call gives, and where two answers differ.
//!
//! Integers, truth values and exceptions must be equal. Floats must have the same bits, any nan standing for any other,
//! unless a case allows an absolute bound. A scalar may be of a wider kind than CPython's (a join of an int and a float
//! is a float here), but never of a narrower one.

use std::fmt;

/// What a call gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It returned.
    Value(Value),
    /// It raised.
    Exception(Exception),
}

/// A value by its contents; numbers are little-endian bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// A number.
    Scalar {
        /// NumPy's name of its type.
        dtype: String,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// An array, its elements in row-major order.
    Array {
        /// NumPy's name of the elements' type.
        dtype: String,
        /// The length along each axis.
        shape: Vec<usize>,
        /// The elements' bytes.
        data: Vec<u8>,
    },
    /// A tuple.
    Tuple(Vec<Value>),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
}

/// An exception.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// The name of its class.
    pub class: String,
    /// The line of the kernel it left through, where known.
    pub line: Option<u32>,
    /// Its arguments as `repr` shows them, where the kernel itself raised it; `None` where the wording is CPython's or NumPy's own.
    pub arguments: Option<String>,
    /// What `str` gives for it, where it has arguments to compare.
    pub message: Option<String>,
}

/// Where two answers differ, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was expected and what came.
    pub text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How far floats may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Within {
    /// By so much.
    Absolute(f64),
    /// By so many units in the last place of the expected number, of a complex one in that of its absolute value.
    Units(f64),
}

impl Within {
    /// The largest difference to an expected number of that dtype.
    fn bound(self, dtype: &str, expected: Number) -> f64 {
        let units = match self {
            Self::Absolute(bound) => return bound,
            Self::Units(units) => units,
        };
        let size = match expected {
            Number::Float(value) => value.abs(),
            Number::Complex(real, imag) => real.hypot(imag),
            Number::Bool(_) | Number::Int(_) => return 0.0,
        };
        if !size.is_finite() {
            return 0.0;
        }
        let unit = match dtype {
            "float32" | "complex64" => f64::from((size as f32).next_up()) - f64::from(size as f32),
            _ => size.next_up() - size,
        };
        units * unit
    }
}

impl Value {
    /// A number from its little-endian bytes.
    pub fn scalar(dtype: &str, data: impl AsRef<[u8]>) -> Self {
        Self::Scalar { dtype: dtype.to_owned(), data: data.as_ref().to_vec() }
    }
}

impl Answer {
    /// Compares what came with what CPython gave (`self`); `within` says how far floats may be off.
    pub fn compare(&self, actual: &Self, within: Option<Within>) -> Result<(), Difference> {
        match (self, actual) {
            (Self::Value(expected), Self::Value(actual)) => expected.compare(actual, within),
            (Self::Exception(expected), Self::Exception(actual)) => expected.compare(actual),
            (Self::Value(_), Self::Exception(_)) | (Self::Exception(_), Self::Value(_)) => {
                Err(differ(self, actual))
            }
        }
    }
}

impl Value {
    /// As [`Answer::compare`], for values.
    pub fn compare(&self, actual: &Self, within: Option<Within>) -> Result<(), Difference> {
        match (self, actual) {
            (Self::None, Self::None) => Ok(()),
            (Self::Scalar { dtype, data }, Self::Scalar { dtype: actual_dtype, data: actual_data }) => {
                let (expected, actual) = (Number::read(dtype, data), Number::read(actual_dtype, actual_data));
                let expected = expected.widened_to(actual.kind());
                let bound = within.map(|within| within.bound(actual_dtype, expected));
                if expected.agrees(actual, bound) { Ok(()) } else { Err(differ(&expected, &actual)) }
            }
            (
                Self::Array { dtype, shape, data },
                Self::Array { dtype: actual_dtype, shape: actual_shape, data: actual_data },
            ) => {
                if (dtype, shape) != (actual_dtype, actual_shape) {
                    return Err(differ(
                        &format_args!("{dtype}{shape:?}"),
                        &format_args!("{actual_dtype}{actual_shape:?}"),
                    ));
                }
                compare_elements(dtype, data, actual_data, within)
            }
            (Self::Tuple(expected), Self::Tuple(actual)) | (Self::List(expected), Self::List(actual))
                if expected.len() == actual.len() =>
            {
                expected
                    .iter()
                    .zip(actual)
                    .try_for_each(|(expected, actual)| expected.compare(actual, within))
            }
            (Self::Str(expected), Self::Str(actual)) if expected == actual => Ok(()),
            (Self::Bytes(expected), Self::Bytes(actual)) if expected == actual => Ok(()),
            (
                Self::None
                | Self::Scalar { .. }
                | Self::Array { .. }
                | Self::Tuple(_)
                | Self::Str(_)
                | Self::Bytes(_)
                | Self::List(_),
                _,
            ) => Err(differ(self, actual)),
        }
    }
}

fn compare_elements(
    dtype: &str,
    expected: &[u8],
    actual: &[u8],
    within: Option<Within>,
) -> Result<(), Difference> {
    let size = size_bytes(dtype);
    for (index, (expected, actual)) in expected.chunks(size).zip(actual.chunks(size)).enumerate() {
        let (expected, actual) = (Number::read(dtype, expected), Number::read(dtype, actual));
        let bound = within.map(|within| within.bound(dtype, expected));
        if !expected.agrees(actual, bound) {
            return Err(Difference { text: format!("element {index}: {}", differ(&expected, &actual)) });
        }
    }
    Ok(())
}

impl Exception {
    fn compare(&self, actual: &Self) -> Result<(), Difference> {
        let same_line = self.line.is_none() || self.line == actual.line;
        let same_arguments = self.arguments.is_none() || self.arguments == actual.arguments;
        if self.class == actual.class && same_line && same_arguments {
            Ok(())
        } else {
            Err(differ(self, actual))
        }
    }
}

fn differ(expected: &dyn fmt::Debug, actual: &dyn fmt::Debug) -> Difference {
    Difference { text: format!("expected {expected:?}, got {actual:?}") }
}

/// The number of bytes of a dtype such as `float64` or `bool`.
pub fn size_bytes(dtype: &str) -> usize {
    let bits: String = dtype.chars().filter(char::is_ascii_digit).collect();
    bits.parse::<usize>().map_or(1, |bits| bits / 8)
}

/// A number, freed from its width. Every float32 is a float64.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(f64, f64),
}

/// The kinds of numbers, each holding the values of the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Bool,
    Int,
    Float,
    Complex,
}

impl Number {
    fn read(dtype: &str, data: &[u8]) -> Self {
        if let Some(part) = complex_part(dtype) {
            let (real, imag) = data.split_at(data.len() / 2);
            return match (Self::read(part, real), Self::read(part, imag)) {
                (Self::Float(real), Self::Float(imag)) => Self::Complex(real, imag),
                _ => unreachable!("the parts are floats"),
            };
        }
        let mut bytes = [0_u8; 8];
        bytes[..data.len()].copy_from_slice(data);
        let unsigned = u64::from_le_bytes(bytes);
        let unused_bits = 64 - 8 * data.len() as u32;
        match dtype {
            "bool" => Self::Bool(unsigned != 0),
            "float32" => Self::Float(f64::from(f32::from_bits(unsigned as u32))),
            "float64" => Self::Float(f64::from_bits(unsigned)),
            unsigned_dtype if unsigned_dtype.starts_with('u') => Self::Int(i128::from(unsigned)),
            _ => Self::Int(i128::from((unsigned << unused_bits).cast_signed() >> unused_bits)),
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
            Self::Complex(..) => Kind::Complex,
        }
    }

    fn widened_to(self, kind: Kind) -> Self {
        match (self, kind) {
            (Self::Bool(value), Kind::Int) => Self::Int(i128::from(value)),
            (Self::Bool(value), Kind::Float) => Self::Float(f64::from(u8::from(value))),
            (Self::Int(value), Kind::Float) => Self::Float(value as f64),
            (_, Kind::Complex) if !matches!(self, Self::Complex(..)) => match self.widened_to(Kind::Float) {
                Self::Float(real) => Self::Complex(real, 0.0),
                other => other,
            },
            (Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Complex(..), _) => self,
        }
    }

    fn agrees(self, actual: Self, within: Option<f64>) -> bool {
        match (self, actual) {
            (Self::Float(expected), Self::Float(actual)) => {
                expected.to_bits() == actual.to_bits()
                    || (expected.is_nan() && actual.is_nan())
                    || within.is_some_and(|bound| (expected - actual).abs() <= bound)
            }
            (Self::Complex(real, imag), Self::Complex(actual_real, actual_imag)) => {
                Self::Float(real).agrees(Self::Float(actual_real), within)
                    && Self::Float(imag).agrees(Self::Float(actual_imag), within)
            }
            (Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Complex(..), _) => self == actual,
        }
    }
}

/// The dtype of the parts of a complex dtype.
fn complex_part(dtype: &str) -> Option<&'static str> {
    match dtype {
        "complex64" => Some("float32"),
        "complex128" => Some("float64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64) -> Value {
        Value::scalar("float64", value.to_le_bytes())
    }

    fn int(dtype: &str, value: i64) -> Value {
        Value::scalar(dtype, &value.to_le_bytes()[..size_bytes(dtype)])
    }

    #[test]
    fn floats_agree_by_bits_save_for_nans() {
        assert!(float(0.0).compare(&float(-0.0), None).is_err());
        assert!(float(f64::NAN).compare(&float(-f64::NAN), None).is_ok());
        assert!(float(1.0).compare(&float(1.0 + f64::EPSILON), None).is_err());
        assert!(float(1.0).compare(&float(1.0 + f64::EPSILON), Some(Within::Absolute(1e-15))).is_ok());
        assert!(float(1.0).compare(&float(f64::NAN), Some(Within::Absolute(1e300))).is_err());
    }

    #[test]
    fn a_scalar_may_be_wider_but_not_narrower() {
        assert!(int("int8", -1).compare(&int("int64", -1), None).is_ok());
        assert!(int("uint8", 255).compare(&int("int8", -1), None).is_err());
        assert!(int("int64", 2).compare(&float(2.0), None).is_ok());
        assert!(float(2.0).compare(&int("int64", 2), None).is_err());
        assert!(Value::scalar("bool", [1]).compare(&int("int64", 1), None).is_ok());
        assert!(int("int64", 1).compare(&Value::scalar("bool", [1]), None).is_err());
    }

    #[test]
    fn arrays_differ_by_type_shape_or_element() {
        let array = |dtype: &str, shape: &[usize], data: &[u8]| Value::Array {
            dtype: dtype.to_owned(),
            shape: shape.to_vec(),
            data: data.to_vec(),
        };
        let bytes = array("uint8", &[3], &[1, 2, 3]);
        assert!(bytes.compare(&bytes, None).is_ok());
        assert!(bytes.compare(&array("int8", &[3], &[1, 2, 3]), None).is_err());
        assert!(bytes.compare(&array("uint8", &[3, 1], &[1, 2, 3]), None).is_err());
        let difference = bytes.compare(&array("uint8", &[3], &[1, 9, 3]), None).unwrap_err();
        assert_eq!(difference.text, "element 1: expected Int(2), got Int(9)");
    }

    #[test]
    fn exceptions_differ_by_class_line_or_own_arguments() {
        let raised = |class: &str, line, arguments: Option<&str>| {
            Answer::Exception(Exception {
                class: class.to_owned(),
                line,
                arguments: arguments.map(str::to_owned),
                message: None,
            })
        };
        let expected = raised("ValueError", Some(3), Some("no"));
        assert!(expected.compare(&expected, None).is_ok());
        assert!(expected.compare(&raised("ValueError", Some(4), Some("no")), None).is_err());
        assert!(expected.compare(&raised("ValueError", Some(3), Some("yes")), None).is_err());
        let wording = raised("IndexError", Some(3), None);
        assert!(wording.compare(&raised("IndexError", Some(3), Some("any")), None).is_ok());
        assert!(wording.compare(&Answer::Value(Value::None), None).is_err());
    }
}
