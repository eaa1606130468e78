//! The types of functions as values.

use crate::Type;
use std::fmt;
use std::sync::Arc;

/// The type of a function as a value. It says which function that is, so a call needs no pointer: code is specialised for it.
///
/// Prints as `function(name)`, and with `{:#}` as text that parses to the same type: `function(name, key, captured types)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionType {
    /// Its name, for people, without commas and parentheses.
    pub name: Arc<str>,
    /// What the function is: equal keys, equal meaning, in any process.
    pub key: u128,
    /// The types of the variables of enclosing functions that it captured. Absent in the frame that defines it, where it reads
    /// these variables when it is called.
    pub captured: Option<Arc<[Type]>>,
}

impl FunctionType {
    /// The key of built-in functions, which their names tell apart.
    pub const BUILT_IN: u128 = 0;
}

impl fmt::Display for FunctionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return write!(f, "function({})", self.name);
        }
        write!(f, "function({}, {:032x}", self.name, self.key)?;
        for captured in self.captured.iter().flat_map(|captured| captured.iter()) {
            write!(f, ", {captured:#}")?;
        }
        f.write_str(")")
    }
}
