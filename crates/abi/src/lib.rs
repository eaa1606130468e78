//! What compiled code and the runtime share: the calling convention, the layout of arrays in memory, the error state,
//! and the table of runtime functions.
//!
//! This crate knows nothing about Cranelift, rayon or any IR. Compiled code is written against these layouts; the
//! sources of this crate are part of every cache key.
//!
//! # Calling convention
//! Every compiled function is `extern "C" fn(context: *mut Context, arguments.., results: *mut u64) -> Status`.
//! Scalars are passed in their machine type (`i1` and small integers as `i8`..`i64`); an array is passed as a pointer to
//! an [`ArrayHeader`] followed by its dimensions. The results are written to `results`, eight bytes each, low bytes
//! first and zeros above; an array result takes the words of its descriptor in order. Nothing is written unless the status is
//! [`Status::OK`].
//!
//! # Errors
//! Whoever raises writes the [`ErrorState`] and returns [`Status::RAISED`]; everyone on the way out passes both on. Compiled code writes
//! image, site, class and the words of the payload that the message names; the other words keep what they held. A runtime
//! function that raises by itself knows no place: it writes image 0 and [`ErrorState::NO_SITE`], and the compiled code that called
//! it fills in both. An error that has a site, such as one of a worker, is passed on as it is.
//!
//! For the host, every function that it may call also has an entry [`HostEntry`], which takes its arguments from a
//! buffer of eight bytes each.
//!
//! ```
//! use hotloop_abi::{array_words, ExceptionClass, RuntimeFunction, Status};
//!
//! assert_eq!(array_words(2), 6); // owner, data, two lengths, two strides
//! assert!(Status::OK.is_ok());
//! let release = RuntimeFunction::by_symbol("hl_release").unwrap();
//! assert_eq!(release.symbol(), "hl_release");
//! assert_eq!(ExceptionClass::IndexError.python_name(), "IndexError");
//! ```

mod caught;
mod context;
mod error_argument;
mod error_class;
mod exception_class;
mod runtime_functions;

pub use caught::{
    ArgumentKind, CAUGHT_CLASS, CAUGHT_REPR, CAUGHT_STR, CaughtQuestion, caught_text, exception_text,
};
pub use context::{
    ArrayHeader, Context, ErrorState, HostEntry, MAX_CHUNKS, PAYLOAD_WORDS, ParallelBody, Status,
    array_words, chunk_bounds,
};
pub use error_argument::{ErrorArgument, ErrorValue};
pub use error_class::{ErrorClass, UserClass};
pub use exception_class::ExceptionClass;
pub use runtime_functions::{Effects, MachineType, RuntimeFunction};
