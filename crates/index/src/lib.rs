//! Typed ids, and dense maps and sets keyed by them.
//!
//! This crate knows nothing about anything else. Every form of the compiler numbers its parts (blocks, values,
//! locals) densely from zero; a newtype for each kind of number keeps them apart.
//!
//! ```
//! use hotloop_index::{define_id, IdMap, IdSet};
//!
//! define_id! {
//!     /// A block of a control-flow graph.
//!     pub struct Block("bb");
//! }
//!
//! let mut names: IdMap<Block, &str> = IdMap::new();
//! let entry = names.push("entry");
//! let exit = names.push("exit");
//! assert_eq!(names[exit], "exit");
//! assert_eq!(entry.to_string(), "bb0");
//! assert_eq!("bb1".parse(), Ok(exit));
//!
//! let mut seen = IdSet::new();
//! assert!(seen.insert(exit));
//! assert!(!seen.insert(exit));
//! assert!(!seen.contains(entry));
//! ```

mod interner;
mod map;
mod set;
mod shared_set;

pub use interner::Interner;
pub use map::{IdMap, SideMap};
pub use set::IdSet;
pub use shared_set::SharedSet;

use std::fmt::Debug;
use std::hash::Hash;

/// A dense number of one kind. Implemented by [`define_id!`], not by hand.
pub trait Id: Copy + Eq + Ord + Hash + Debug {
    /// The prefix an id is spelled with, such as `v` in `v3`.
    const PREFIX: &'static str;

    /// The id with the given number.
    ///
    /// # Panics
    /// Panics when `index` does not fit 32 bits.
    fn new(index: usize) -> Self;

    /// The number of this id.
    fn index(self) -> usize;
}

/// The text is not an id of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIdError;

impl std::fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an id of this kind")
    }
}

impl std::error::Error for ParseIdError {}

/// Reads the number of an id spelled `<prefix><decimal>`; leading zeros and signs are refused, so that printing and
/// reading are inverse.
pub fn parse_id<I: Id>(text: &str) -> Result<I, ParseIdError> {
    let digits = text.strip_prefix(I::PREFIX).ok_or(ParseIdError)?;
    let canonical = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()));
    if digits.is_empty() || !canonical {
        return Err(ParseIdError);
    }
    digits.parse::<u32>().map(|number| I::new(number as usize)).map_err(|_| ParseIdError)
}

/// Defines a newtype over a dense 32-bit number that prints and parses with a prefix.
///
/// See the [crate documentation](crate) for an example.
#[macro_export]
macro_rules! define_id {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident($prefix:literal);) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility struct $name(u32);

        impl $crate::Id for $name {
            const PREFIX: &'static str = $prefix;

            fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("an id fits 32 bits"))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::parse_id(text)
            }
        }
    };
}
