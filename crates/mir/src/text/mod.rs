//! The text form: printing and reading are inverse.
//!
//! ```text
//! ; a comment
//! fn @sum_of_squares(v0: ptr, v1: i64) -> f64 lowered {
//!     region0 = descriptor
//!     region1 = argument 0
//! bb0:
//!     v2 = load.ptr v0 + 8, region0
//!     v3 = iconst 0
//!     v4 = fconst 0.0
//!     jump bb1(v3, v4)
//! bb1(v5: i64, v6: f64):
//!     v7 = icmp slt v5, v1
//!     branch v7, bb2, bb3
//! bb2:
//!     safepoint
//!     v8 = iconst 3
//!     v9 = shl v5, v8
//!     v10 = ptr_add v2, v9
//!     v11 = load.f64 v10, region1
//!     v12 = fmul v11, v11
//!     v13 = fadd v6, v12
//!     v14 = iconst 1
//!     v15 = iadd v5, v14
//!     jump bb1(v15, v13)
//! bb3:
//!     return v6
//! }
//! ```
//!
//! Ids are printed as they are, so a function with unused numbers keeps them: the reader fills the gaps with
//! instructions and blocks that stand nowhere, as a pass leaves them behind. A result's type follows from its
//! instruction and is written (`v3: i32 = ..`) only where a broken function says otherwise. `{:#}` prints the spans
//! too: `@12..20`, or `@1:12..20` in another file than the first. The whole grammar stands in `docs/ir/mir.md`.

mod lexer;
mod print;
mod read;
#[cfg(test)]
mod tests;

use crate::{Function, Module};
use std::str::FromStr;

/// The highest number that an id may have in a text, so that a text of a few bytes cannot ask for gigabytes.
const MAX_ID: usize = (1 << 20) - 1;

/// A text that is not MIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// What was found and what would have been right.
    pub message: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ParseError {}

/// Reads a module: one function or more.
///
/// ```
/// let text = "fn @answer() -> i64 lowered {\nbb0:\n    v0 = iconst 42\n    return v0\n}\n";
/// let module = hotloop_mir::parse_module(text).unwrap();
/// assert_eq!(module.to_string(), text);
///
/// let error = hotloop_mir::parse_module("fn @answer() -> i64 {\nbb0:\n    return v0 v1\n}").unwrap_err();
/// assert_eq!((error.line, error.column), (3, 15));
/// ```
pub fn parse_module(text: &str) -> Result<Module, ParseError> {
    read::module(text)
}

/// Reads a text that is one function.
pub fn parse_function(text: &str) -> Result<Function, ParseError> {
    read::single_function(text)
}

impl FromStr for Module {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_module(text)
    }
}

impl FromStr for Function {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_function(text)
    }
}
