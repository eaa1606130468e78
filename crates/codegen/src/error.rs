//! Why no object could be made. None of it is the user's fault: the module was not ready, the machine is foreign, or
//! Cranelift refused what we built.

use cranelift_module::ModuleError;
use hotloop_mir::Phase;

/// Why no object could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodegenError {
    /// Cranelift has no such processor, or this machine lacks what every target needs.
    Target(String),
    /// A function has not been through all phases.
    Phase {
        /// The function.
        function: String,
        /// Its phase.
        phase: Phase,
    },
    /// A function could not be compiled.
    Function {
        /// The function.
        function: String,
        /// Cranelift's words.
        message: String,
    },
    /// The object could not be put together.
    Object(String),
}

impl std::fmt::Display for CodegenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Target(message) => write!(f, "no machine code for this target: {message}"),
            Self::Phase { function, phase } => {
                write!(f, "the function `{function}` is still {}, not outlined", phase.name())
            }
            Self::Function { function, message } => {
                write!(f, "the function `{function}` cannot be compiled: {message}")
            }
            Self::Object(message) => write!(f, "no object: {message}"),
        }
    }
}

impl std::error::Error for CodegenError {}

/// What Cranelift's module says, in a box since it is large.
pub(crate) type ModuleResult<T> = Result<T, Box<ModuleError>>;

/// An object that cannot be put together.
pub(crate) fn object_error(error: impl Into<Box<ModuleError>>) -> CodegenError {
    CodegenError::Object(error.into().to_string())
}
