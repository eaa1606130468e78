//! What the items of lists are, said in a text that compiled code holds; and lists as `repr` writes them.

use crate::heap::Heap;
use crate::layout::{LIST_ITEM_BYTES, LIST_ITEMS, LIST_LENGTH};
use crate::number_text::{bool_repr, complex_repr, complex64_repr, float_repr, float32_repr};
use crate::perform::read_str;
use crate::text;
use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// What a value in a list is, as far as writing and ordering it need to know. Its text, which `{}` gives, reads back to itself.
///
/// ```
/// use hotloop_objects::Shape;
///
/// let pairs = Shape::List(Box::new(Shape::Tuple { names: vec![], items: vec![Shape::Signed(8), Shape::Str] }));
/// assert_eq!(pairs.to_string(), "[(qs)");
/// assert_eq!(Shape::read("[(qs)"), Some(pairs));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `None`.
    None,
    /// A truth value.
    Bool,
    /// A signed integer of so many bytes.
    Signed(u8),
    /// An unsigned integer of so many bytes.
    Unsigned(u8),
    /// A float of so many bytes.
    Float(u8),
    /// A complex number whose parts are floats of so many bytes.
    Complex(u8),
    /// A string.
    Str,
    /// Bytes.
    Bytes,
    /// A `range` object.
    Range,
    /// `None`, or such a value.
    Optional(Box<Self>),
    /// A tuple; of a named one the name of the class and those of the items.
    Tuple {
        /// The names; none of a plain tuple.
        names: Vec<String>,
        /// The items.
        items: Vec<Self>,
    },
    /// A list of such items.
    List(Box<Self>),
}

/// The letters of shapes that are one letter.
const LETTERS: &[(char, Shape)] = &[
    ('n', Shape::None),
    ('?', Shape::Bool),
    ('b', Shape::Signed(1)),
    ('h', Shape::Signed(2)),
    ('i', Shape::Signed(4)),
    ('q', Shape::Signed(8)),
    ('B', Shape::Unsigned(1)),
    ('H', Shape::Unsigned(2)),
    ('I', Shape::Unsigned(4)),
    ('Q', Shape::Unsigned(8)),
    ('f', Shape::Float(4)),
    ('d', Shape::Float(8)),
    ('F', Shape::Complex(4)),
    ('D', Shape::Complex(8)),
    ('s', Shape::Str),
    ('y', Shape::Bytes),
    ('r', Shape::Range),
];

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((letter, _)) = LETTERS.iter().find(|(_, shape)| shape == self) {
            return write!(f, "{letter}");
        }
        match self {
            Self::Optional(value) => write!(f, "o{value}"),
            Self::List(item) => write!(f, "[{item}"),
            Self::Tuple { names, items } => {
                names.iter().try_for_each(|name| write!(f, "<{name}"))?;
                f.write_str("(")?;
                items.iter().try_for_each(|item| item.fmt(f))?;
                f.write_str(")")
            }
            Self::None
            | Self::Bool
            | Self::Signed(_)
            | Self::Unsigned(_)
            | Self::Float(_)
            | Self::Complex(_)
            | Self::Str
            | Self::Bytes
            | Self::Range => unreachable!("these have letters"),
        }
    }
}

impl Shape {
    /// Reads the text of a shape.
    pub fn read(text: &str) -> Option<Self> {
        let mut letters = text.chars().peekable();
        let shape = Self::read_from(&mut letters)?;
        letters.next().is_none().then_some(shape)
    }

    fn read_from(letters: &mut Peekable<Chars<'_>>) -> Option<Self> {
        let letter = letters.next()?;
        match letter {
            'o' => Some(Self::Optional(Box::new(Self::read_from(letters)?))),
            '[' => Some(Self::List(Box::new(Self::read_from(letters)?))),
            '(' | '<' => {
                let mut names = Vec::new();
                let mut next = letter;
                while next == '<' {
                    let mut name = String::new();
                    next = loop {
                        match letters.next()? {
                            end @ ('<' | '(') => break end,
                            letter => name.push(letter),
                        }
                    };
                    names.push(name);
                }
                let mut items = Vec::new();
                while letters.next_if_eq(&')').is_none() {
                    items.push(Self::read_from(letters)?);
                }
                Some(Self::Tuple { names, items })
            }
            _ => LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, shape)| shape.clone()),
        }
    }

    /// Whether such values have an order, so that lists of them can be sorted.
    pub fn has_order(&self) -> bool {
        match self {
            Self::Bool | Self::Signed(_) | Self::Unsigned(_) | Self::Float(_) | Self::Str | Self::Bytes => {
                true
            }
            Self::List(item) => item.has_order(),
            Self::Tuple { items, .. } => items.iter().all(Self::has_order),
            Self::None | Self::Complex(_) | Self::Range | Self::Optional(_) => false,
        }
    }

    /// How many machine values such a value is.
    pub(crate) fn value_count(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Bool | Self::Signed(_) | Self::Unsigned(_) | Self::Float(_) | Self::List(_) => 1,
            Self::Complex(_) => 2,
            Self::Str | Self::Bytes | Self::Range => 3,
            Self::Optional(value) => 1 + value.value_count(),
            Self::Tuple { items, .. } => items.iter().map(Self::value_count).sum(),
        }
    }
}

/// A list as `repr` writes it.
pub(crate) fn list_repr<H: Heap>(heap: &H, list: u64, item: &Shape) -> Result<Vec<u32>, H::Fault> {
    let mut writer = Writer { heap, text: Vec::new() };
    writer.list(list, item)?;
    Ok(writer.text)
}

struct Writer<'h, H> {
    heap: &'h H,
    text: Vec<u32>,
}

impl<H: Heap> Writer<'_, H> {
    fn push(&mut self, text: &str) {
        self.text.extend(text.chars().map(u32::from));
    }

    fn list(&mut self, list: u64, item: &Shape) -> Result<(), H::Fault> {
        let (length, size) = (self.heap.load(list + LIST_LENGTH)?, self.heap.load(list + LIST_ITEM_BYTES)?);
        self.push("[");
        for position in 0..length {
            self.push(if position > 0 { ", " } else { "" });
            // Where the items lie is asked anew: it costs nothing beside the rest.
            let place = self.heap.load(list + LIST_ITEMS)? + position * size;
            self.value(place, item)?;
        }
        self.push("]");
        Ok(())
    }

    /// The value whose machine values lie from `place` on, eight bytes apart.
    fn value(&mut self, place: u64, shape: &Shape) -> Result<(), H::Fault> {
        match shape {
            Shape::None => self.push("None"),
            Shape::Bool => {
                let is_true = self.bits(place, 1)? & 1 != 0;
                self.push(bool_repr(is_true));
            }
            Shape::Signed(size) => {
                let unused = 64 - 8 * u32::from(*size);
                let value = (self.bits(place, *size)? << unused).cast_signed() >> unused;
                self.push(&value.to_string());
            }
            Shape::Unsigned(size) => {
                let value = self.bits(place, *size)?;
                self.push(&value.to_string());
            }
            Shape::Float(size) => {
                let bits = self.bits(place, *size)?;
                self.push(&match size {
                    4 => float32_repr(f32::from_bits(bits as u32)),
                    _ => float_repr(f64::from_bits(bits)),
                });
            }
            Shape::Complex(size) => {
                let (real, imag) = (self.bits(place, *size)?, self.bits(place + 8, *size)?);
                self.push(&match size {
                    4 => complex64_repr(f32::from_bits(real as u32), f32::from_bits(imag as u32)),
                    _ => complex_repr(f64::from_bits(real), f64::from_bits(imag)),
                });
            }
            Shape::Str => {
                let (address, length) = (self.heap.load(place + 8)?, self.heap.load(place + 16)?);
                self.text.extend(text::repr(&read_str(self.heap, address, length)?));
            }
            Shape::Bytes => {
                let (address, length) = (self.heap.load(place + 8)?, self.heap.load(place + 16)?);
                let repr = bytes_repr(read_bytes(self.heap, address, length)?);
                self.push(&repr);
            }
            Shape::Range => {
                let part = |at: u64| self.heap.load(place + 8 * at).map(u64::cast_signed);
                let repr = range_repr(part(0)?, part(1)?, part(2)?);
                self.push(&repr);
            }
            Shape::Optional(value) => match self.bits(place, 1)? & 1 {
                0 => self.push("None"),
                _ => self.value(place + 8, value)?,
            },
            Shape::Tuple { names, items } => self.tuple(place, names, items)?,
            Shape::List(item) => self.list(self.heap.load(place)?, item)?,
        }
        Ok(())
    }

    fn tuple(&mut self, place: u64, names: &[String], items: &[Shape]) -> Result<(), H::Fault> {
        let (class, fields) = names.split_first().map_or(("", names), |(class, fields)| (class, fields));
        self.push(class);
        self.push("(");
        let mut place = place;
        for (position, item) in items.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            if let Some(field) = fields.get(position) {
                self.push(field);
                self.push("=");
            }
            self.value(place, item)?;
            place += 8 * item.value_count();
        }
        self.push(if items.len() == 1 && names.is_empty() { ",)" } else { ")" });
        Ok(())
    }

    /// The low bytes of a word.
    fn bits(&self, place: u64, size_bytes: u8) -> Result<u64, H::Fault> {
        let bytes = self.heap.bytes(place, u64::from(size_bytes))?;
        Ok(bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }
}

pub(crate) fn read_bytes<H: Heap>(heap: &H, address: u64, length: u64) -> Result<&[u8], H::Fault> {
    if length == 0 { Ok(&[]) } else { heap.bytes(address, length) }
}

/// Bytes as `repr` writes them.
pub(crate) fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            byte if char::from(*byte) == quote => text.extend(['\\', quote]),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

/// A `range` object as `repr` writes it.
pub(crate) fn range_repr(start: i64, stop: i64, step: i64) -> String {
    match step {
        1 => format!("range({start}, {stop})"),
        step => format!("range({start}, {stop}, {step})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_read_back() {
        let names = ["Pair", "left", "right"].map(str::to_owned).to_vec();
        let pair =
            Shape::Tuple { names, items: vec![Shape::Float(4), Shape::Optional(Box::new(Shape::Str))] };
        let nested =
            Shape::Tuple { names: Vec::new(), items: vec![pair, Shape::List(Box::new(Shape::None))] };
        assert_eq!(nested.to_string(), "(<Pair<left<right(fos)[n)");
        assert_eq!(Shape::read(&nested.to_string()), Some(nested));
        assert_eq!(Shape::read("(qq"), None);
        assert_eq!(Shape::read("qq"), None);
    }

    #[test]
    fn bytes_are_written_as_by_python() {
        assert_eq!(bytes_repr(b"it's \x00\xff\n"), "b\"it's \\x00\\xff\\n\"");
        assert_eq!(bytes_repr(b"'\"\\"), "b'\\'\"\\\\'");
    }
}
