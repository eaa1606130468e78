//! Refuses what the grammar accepts for the sake of its simplicity.
//!
//! Python's own parser looks as far ahead as it likes; ours sees one token. So the grammar takes any expression for a
//! target, parameters and arguments in any order, and anything between the parentheses of a `with`, and the actions of this
//! module sort it out, with better messages than a parser could give.

mod arguments;
mod handlers;
mod newer;
mod old_format;
mod parameters;
mod patterns;
mod targets;
mod with_items;

pub(crate) use arguments::RawArgument;
pub(crate) use parameters::{RawParameter, RawParameterKind};
pub(crate) use patterns::RawPattern;
pub(crate) use with_items::RawWithItem;
