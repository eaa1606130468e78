//! How a call ends if it does not return: by an exception, by a mistake of the compiler, or for want of fuel.

use crate::Fault;
use hotloop_abi::{ErrorArgument, ErrorClass, ErrorValue, exception_text};
use hotloop_diagnostics::Span;
use hotloop_mir::verify::Violation;
use hotloop_mir::{Block, ErrorData, ExceptionClass, Value};
use std::fmt;

/// Why a call did not return.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The program raised.
    Raised(Box<Exception>),
    /// The function did what compiled code must not do.
    Trap(Box<Trap>),
    /// More instructions were executed than allowed.
    OutOfFuel,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raised(exception) => exception.fmt(f),
            Self::Trap(trap) => trap.fmt(f),
            Self::OutOfFuel => f.write_str("out of fuel"),
        }
    }
}

impl std::error::Error for Outcome {}

/// What the program raised, where.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Its class.
    pub class: ErrorClass,
    /// Its arguments, with the payload in them.
    pub arguments: Vec<ErrorValue>,
    /// The values that the arguments were made with.
    pub payload: Vec<i64>,
    /// The function that raised.
    pub function: String,
    /// The place of the instruction that raised.
    pub span: Span,
}

impl Exception {
    /// What Python's `str` gives for it.
    pub fn message(&self) -> String {
        exception_text(&self.class, &self.arguments)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message())
    }
}

/// A mistake of the compiler, at an instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Trap {
    /// What happened.
    pub kind: TrapKind,
    /// The function in which it happened; empty for the call by the host.
    pub function: String,
    /// The instruction, as the text form has it.
    pub inst: String,
    /// Its place in the source.
    pub span: Span,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trap in {} at `{}`: {}", self.function, self.inst, self.kind)
    }
}

/// The kinds of traps.
#[derive(Clone, Debug, PartialEq)]
pub enum TrapKind {
    /// Memory was used wrongly.
    Memory(Fault),
    /// An integer division by zero that no check kept away.
    DivisionByZero,
    /// A value was read before it was defined.
    Undefined(Value),
    /// `unreachable` was reached.
    Unreachable,
    /// `reraise` without an error on the way.
    NoErrorInFlight(Block),
    /// A handler without an error on the way, or an error that is gone.
    NoErrorToCatch,
    /// The same memory was used by way of two regions that claim never to overlap.
    Regions(String),
    /// The address does not move as the mark of its vector loop says.
    Stride(Value),
    /// A descriptor was written, though nobody writes descriptors.
    DescriptorWritten,
    /// The program has no function of that name.
    NoFunction(String),
    /// The function breaks the rules of MIR.
    Invalid(Vec<Violation>),
    /// Arguments of other types or of another number than the function takes.
    BadArguments,
    /// An address that is not that of a parallel region's body.
    NotABody(u64),
    /// The mathematics of the host lacks this function.
    NoMathematics(&'static str),
    /// Calls were nested deeper than allowed, without a `check_stack` on the way.
    StackExhausted,
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(fault) => fault.fmt(f),
            Self::DivisionByZero => f.write_str("an integer division by zero"),
            Self::Undefined(value) => write!(f, "{value} is not defined yet"),
            Self::Unreachable => f.write_str("reached"),
            Self::NoErrorInFlight(block) => write!(f, "no error led to {block}"),
            Self::NoErrorToCatch => f.write_str("no error is there to be caught or raised again"),
            Self::Regions(message) => f.write_str(message),
            Self::Stride(address) => write!(f, "{address} does not move as its vector loop says"),
            Self::DescriptorWritten => f.write_str("a descriptor is written"),
            Self::NoFunction(symbol) => write!(f, "there is no function {symbol}"),
            Self::Invalid(violations) => {
                violations.iter().try_for_each(|violation| write!(f, "{violation}; "))
            }
            Self::BadArguments => f.write_str("arguments that the function does not take"),
            Self::NotABody(address) => write!(f, "{address:#x} is not the body of a parallel region"),
            Self::NoMathematics(symbol) => write!(f, "nobody computes {symbol}"),
            Self::StackExhausted => f.write_str("calls are nested too deeply, and nothing checks the stack"),
        }
    }
}

/// What ends an instruction early, before its function and place are added.
#[derive(Debug)]
pub(crate) enum Stop {
    Trap(TrapKind),
    Raise(ErrorClass, Vec<ErrorValue>, Vec<i64>),
    /// What a called function ended with; it has its place already.
    Outcome(Outcome),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Trap(TrapKind::Memory(fault))
    }
}

impl From<Outcome> for Stop {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl Stop {
    /// The error of a message whose `{0}` and so on stand for the payload's values, as far as there are any.
    pub(crate) fn raise(class: ExceptionClass, message: &str, payload: &[i64]) -> Self {
        Self::raise_error(
            &ErrorData { class: class.into(), arguments: ErrorArgument::message(message) },
            payload,
            &[],
        )
    }

    /// An error of a function's table with this payload and these strings.
    pub(crate) fn raise_error(error: &ErrorData, payload: &[i64], texts: &[String]) -> Self {
        let arguments = error.arguments.iter().map(|argument| argument.value(payload, texts)).collect();
        Self::Raise(error.class.clone(), arguments, payload.to_vec())
    }

    /// With the function and the place in which it happened.
    pub(crate) fn at(self, function: &str, inst: impl FnOnce() -> String, span: Span) -> Outcome {
        let function = || function.to_owned();
        match self {
            Self::Trap(kind) => {
                Outcome::Trap(Box::new(Trap { kind, function: function(), inst: inst(), span }))
            }
            Self::Raise(class, arguments, payload) => {
                Outcome::Raised(Box::new(Exception { class, arguments, payload, function: function(), span }))
            }
            // What was called has no place of its own.
            Self::Outcome(Outcome::Raised(exception))
                if exception.span == Span::NONE && span != Span::NONE =>
            {
                Outcome::Raised(Box::new(Exception { function: function(), span, ..*exception }))
            }
            Self::Outcome(outcome) => outcome,
        }
    }
}
