//! The arguments of exceptions: as a site that raises keeps them, and as values.

use hotloop_types::{Dtype, DtypeKind, complex_repr, float_repr};
use std::fmt;

/// An argument of an exception as the site that raises it keeps it: constant, or made from what the error state takes along: the words of its payload, and strings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorArgument {
    /// The same for each exception.
    Constant(ErrorValue),
    /// A text in which `{0}`, `{1}` and so on stand for the words of the payload, as integers. Braces around any other number are text.
    Message(String),
    /// A number: the word of the payload at this position, of a complex one this and the next, as a value of this dtype.
    Word(Dtype, u32),
    /// The string at this position in the list that the error state holds.
    Text(u32),
    /// A tuple.
    Tuple(Vec<Self>),
}

/// An argument of an exception.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorValue {
    /// `None`.
    None,
    /// A Python `bool`.
    Bool(bool),
    /// A Python `int`.
    Int(i128),
    /// A Python `float`, by its bits.
    Float(u64),
    /// A Python `complex`, by the bits of its parts.
    Complex(u64, u64),
    /// A Python `str`.
    Str(String),
    /// A Python `tuple`.
    Tuple(Vec<Self>),
}

impl ErrorArgument {
    /// The arguments of an exception with this message; none where it is empty.
    pub fn message(message: &str) -> Vec<Self> {
        if message.is_empty() { Vec::new() } else { vec![Self::Message(message.to_owned())] }
    }

    /// The value, with this payload and these strings.
    pub fn value(&self, payload: &[i64], texts: &[String]) -> ErrorValue {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Message(template) => ErrorValue::Str(fill_in(template, payload)),
            Self::Word(dtype, position) => {
                let word = |at: u32| payload.get(at as usize).copied().unwrap_or_default();
                let part = ErrorValue::number(dtype.part(), word(*position));
                if !dtype.is_complex() {
                    return part;
                }
                match (part, ErrorValue::number(dtype.part(), word(position + 1))) {
                    (ErrorValue::Float(real), ErrorValue::Float(imag)) => ErrorValue::Complex(real, imag),
                    _ => unreachable!("the parts are floats"),
                }
            }
            Self::Text(position) => {
                ErrorValue::Str(texts.get(*position as usize).cloned().unwrap_or_default())
            }
            Self::Tuple(items) => {
                ErrorValue::Tuple(items.iter().map(|item| item.value(payload, texts)).collect())
            }
        }
    }
}

fn fill_in(template: &str, payload: &[i64]) -> String {
    let mut message = template.to_owned();
    for (position, value) in payload.iter().enumerate() {
        message = message.replace(&format!("{{{position}}}"), &value.to_string());
    }
    message
}

impl ErrorValue {
    /// A real number of that dtype from the low bits of a word.
    pub fn number(dtype: Dtype, word: i64) -> Self {
        let unused = 64 - 8 * dtype.part().size_bytes();
        match (dtype.kind(), dtype) {
            (DtypeKind::Bool, _) => Self::Bool(word & 1 != 0),
            (DtypeKind::Signed, _) => Self::Int(i128::from(word << unused >> unused)),
            (DtypeKind::Unsigned, _) => Self::Int(i128::from((word as u64) << unused >> unused)),
            (DtypeKind::Float, Dtype::Float32) => Self::float(f64::from(f32::from_bits(word as u32))),
            (DtypeKind::Float, _) => Self::Float(word as u64),
            (DtypeKind::Complex, _) => unreachable!("a complex number has two words"),
        }
    }

    /// A Python `float`.
    pub fn float(value: f64) -> Self {
        Self::Float(value.to_bits())
    }

    /// As Python's `str` gives it.
    pub fn python_str(&self) -> String {
        match self {
            Self::Str(text) => text.clone(),
            Self::None
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Complex(..)
            | Self::Tuple(_) => self.to_string(),
        }
    }
}

/// As Python's `repr` gives it.
impl fmt::Display for ErrorValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Self::Int(value) => value.fmt(f),
            Self::Float(bits) => f.write_str(&float_repr(f64::from_bits(*bits), Dtype::Float64)),
            Self::Complex(real, imag) => {
                f.write_str(&complex_repr(f64::from_bits(*real), f64::from_bits(*imag), Dtype::Complex128))
            }
            Self::Str(text) => write_quoted(f, text),
            Self::Tuple(items) => {
                f.write_str("(")?;
                for (position, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if position > 0 { ", " } else { "" })?;
                }
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
        }
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    write!(f, "{quote}")?;
    for character in text.chars() {
        match character {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\\' => f.write_str("\\\\")?,
            _ if character == quote => write!(f, "\\{character}")?,
            _ if character.escape_debug().take(2).eq("\\u".chars()) => {
                let number = u32::from(character);
                match number {
                    0..=0xff => write!(f, "\\x{number:02x}")?,
                    0x100..=0xffff => write!(f, "\\u{number:04x}")?,
                    _ => write!(f, "\\U{number:08x}")?,
                }
            }
            _ => write!(f, "{character}")?,
        }
    }
    write!(f, "{quote}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_take_their_words_from_the_payload() {
        let arguments = ErrorArgument::Tuple(vec![
            ErrorArgument::Message("{1} of {0}, {2}".into()),
            ErrorArgument::Word(Dtype::Int8, 0),
            ErrorArgument::Word(Dtype::UInt64, 1),
            ErrorArgument::Word(Dtype::Float32, 1),
            ErrorArgument::Text(1),
        ]);
        let value = arguments.value(&[0x1ff, -1], &["no".into(), "yes".into()]);
        assert_eq!(value.to_string(), "('-1 of 511, {2}', -1, 18446744073709551615, nan, 'yes')");
    }

    #[test]
    fn values_are_shown_as_python_shows_them() {
        let tuple = |items: &[ErrorValue]| ErrorValue::Tuple(items.to_vec());
        let text = |text: &str| ErrorValue::Str(text.into());
        let one = tuple(&[text("it's\n\u{7f}\u{e9}")]);
        assert_eq!(one.to_string(), "(\"it's\\n\\x7f\u{e9}\",)");
    }
}
