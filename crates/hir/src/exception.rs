//! What `raise` and `assert` raise, and what `try` catches.

use crate::{Caught, Edge, Expr, Stmt, Version};
use hotloop_abi::ErrorClass;

/// An exception that is raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Its class.
    pub class: ErrorClass,
    /// Its arguments, evaluated in order when it is raised. At most [`hotloop_abi::PAYLOAD_WORDS`] numbers among them are no constants.
    pub arguments: Vec<ExceptionArgument>,
}

/// An argument of an exception.
#[derive(Clone, Debug, PartialEq)]
pub enum ExceptionArgument {
    /// A number, a string, `None`, or a tuple of such.
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

/// `try`, without `finally`: that is a handler of everything, and copies on the other ways out.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// What is protected. An error in it moves what the locals of the [`joins`](Self::joins) are at that point into them: of each the
    /// version assigned last, or joined last where ways met.
    pub body: Vec<Stmt>,
    /// The versions joined where the handlers begin.
    pub joins: Vec<Version>,
    /// What those locals are before the body.
    pub entry: Edge,
    /// Run behind the body, unprotected.
    pub otherwise: Vec<Stmt>,
    /// From the end of `otherwise`, if control gets there.
    pub edge: Option<Edge>,
    /// Tried in order; an error that none of them catches goes on.
    pub handlers: Vec<Handler>,
    /// The versions joined behind the statement; none unless several ways lead there.
    pub exits: Vec<Version>,
}

/// What catches an error.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// Which errors.
    pub catches: Catches,
    /// The error, for [`StmtKind::RaiseAgain`](crate::StmtKind::RaiseAgain) in the body.
    pub caught: Caught,
    /// What is done then.
    pub body: Vec<Stmt>,
    /// From the end of the body, if control gets there.
    pub edge: Option<Edge>,
}

/// Which errors a handler catches.
#[derive(Clone, Debug, PartialEq)]
pub enum Catches {
    /// All.
    Everything,
    /// All but `KeyboardInterrupt`.
    AllButInterrupt,
    /// Those of these classes and of classes that derive from them.
    Classes(Vec<ErrorClass>),
}
