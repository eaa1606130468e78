//! What `raise` and `assert` raise.

use crate::Expr;
use hotloop_abi::ExceptionClass;

/// An exception that is raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Its class.
    pub class: ExceptionClass,
    /// Its arguments, evaluated in order when it is raised. At most [`hotloop_abi::PAYLOAD_WORDS`] numbers among them are no constants.
    pub arguments: Vec<ExceptionArgument>,
}

/// An argument of an exception.
#[derive(Clone, Debug, PartialEq)]
pub enum ExceptionArgument {
    /// A number, `None`, or a tuple of such.
    Value(Expr),
    /// An integer that no type of a kernel holds.
    Int(i128),
    /// A text.
    Str(String),
    /// A tuple.
    Tuple(Vec<Self>),
}

impl ExceptionArgument {
    /// The expressions in it, in order.
    pub fn values(&self) -> Vec<&Expr> {
        match self {
            Self::Value(value) => vec![value],
            Self::Int(_) | Self::Str(_) => Vec::new(),
            Self::Tuple(items) => items.iter().flat_map(Self::values).collect(),
        }
    }
}
