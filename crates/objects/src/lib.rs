//! Lists and strings: how they lie in memory, and what Python's operations on them give, over any memory.
//!
//! This crate knows nothing about compilers, real memory or threads. The runtime performs these operations on the process's memory and the
//! interpreter on its own, so both mean the same: each brings a [`Heap`]. How numbers are written is here too, for all who print them.
//!
//! ```
//! use hotloop_objects::number_text::float_repr;
//! use hotloop_objects::Operation;
//!
//! assert_eq!(float_repr(1e16), "1e+16");
//! assert_eq!(float_repr(0.1 + 0.2), "0.30000000000000004");
//! assert_eq!(Operation::by_number(Operation::Concat as u64), Some(Operation::Concat));
//! ```

mod format;
mod frame;
mod heap;
mod items;
pub mod layout;
mod list;
pub mod number_text;
mod operation;
mod order;
mod perform;
mod shape;
mod shuffle;
mod sums;
mod template;
pub mod text;

pub use format::{FormatSpec, Formatted, SpecError};
pub use frame::{new_frame, release_contents};
pub use heap::{Contents, Heap, Stop};
pub use items::ItemKind;
pub use list::{grow, new_list};
pub use operation::{Default, Form, Operation, Parameter, STR_METHODS, StrMethod};
pub use order::{Element, order_elements, sort_elements};
pub use perform::{new_string, perform, strings_of, written};
pub use shape::Shape;
pub use shuffle::shuffle;
pub use template::{Piece, Template};
