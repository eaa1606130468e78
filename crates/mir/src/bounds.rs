//! What an index that is checked counts in: an axis of an array, or a sequence, which has no axes and messages of its own.

/// A sequence whose items are counted; it stands where an array has the number of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckedAxis {
    /// A list.
    List,
    /// A string.
    Str,
    /// Bytes.
    Bytes,
}

impl CheckedAxis {
    /// All of them.
    pub const ALL: &[Self] = &[Self::List, Self::Str, Self::Bytes];

    /// What stands for it where an array has the number of an axis.
    pub const fn number(self) -> u32 {
        u32::MAX - self as u32
    }

    /// The sequence that a number stands for; `None` for the number of an axis.
    pub fn by_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|axis| axis.number() == number)
    }

    /// As the text form spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Str => "str",
            Self::Bytes => "bytes",
        }
    }

    /// The message of an index out of range, in CPython's words.
    pub const fn message(self) -> &'static str {
        match self {
            Self::List => "list index out of range",
            Self::Str => "string index out of range",
            Self::Bytes => "index out of range",
        }
    }
}

/// The message of an array's index that is out of bounds, in NumPy's words: index, axis and length are its payload.
pub const BOUNDS_MESSAGE: &str = "index {0} is out of bounds for axis {1} with size {2}";

/// The message of an index out of bounds of an axis, or of a sequence by its number.
pub fn bounds_message(axis: u32) -> &'static str {
    CheckedAxis::by_number(axis).map_or(BOUNDS_MESSAGE, CheckedAxis::message)
}
