//! The places of an object that can raise: what the numbers in the error state stand for.

use hotloop_diagnostics::Span;
use hotloop_mir::{ErrorArgument, ErrorClass, ExceptionClass, RuntimeFunction};

/// A place that can raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where it is in the source.
    pub span: Span,
    /// The name of the MIR function it is in.
    pub function: String,
    /// What it raises. Where a runtime function raised, the error state may name another class; then that one holds, and
    /// the message is the runtime's for that class.
    pub class: ErrorClass,
    /// The arguments of that class.
    pub arguments: Vec<ErrorArgument>,
    /// How many words of the payload the site sets; those behind are left over from earlier errors.
    pub payload_words: u32,
}

/// The message of a recursion that is too deep, in CPython's words.
pub const RECURSION_MESSAGE: &str = "maximum recursion depth exceeded";

/// What a runtime function raises by itself in the first place, with the message in NumPy's words.
pub(crate) fn runtime_error(function: RuntimeFunction) -> (ExceptionClass, &'static str) {
    let allocates = matches!(
        function,
        RuntimeFunction::Allocate
            | RuntimeFunction::AllocateZeroed
            | RuntimeFunction::Object
            | RuntimeFunction::NewFrame
            | RuntimeFunction::NewList
            | RuntimeFunction::GrowList
            | RuntimeFunction::CaughtText
            | RuntimeFunction::Print
    );
    if allocates {
        (ExceptionClass::MemoryError, "Unable to allocate {0} bytes")
    } else if function == RuntimeFunction::Safepoint {
        (ExceptionClass::KeyboardInterrupt, "")
    } else {
        (ExceptionClass::RuntimeError, "")
    }
}
