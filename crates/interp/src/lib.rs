//! Runs MIR directly: the meaning of MIR, the oracle of tests, and a way to run without machine code.
//!
//! This crate knows nothing about speed, machine code, HIR or passes. It has memory of its own, in which every access is checked: a use of
//! memory that would be undefined in machine code is a [`Trap`] here, as is everything else that a correct compiler never lets happen.
//! What a program may do wrong is an [`Exception`], as in Python.
//!
//! ```
//! use hotloop_interp::{Interpreter, Outcome, Scalar};
//! use hotloop_mir::{ExceptionClass, parse_module};
//!
//! let module = parse_module(
//!     "fn @quotient(v0: i64, v1: i64) -> i64 lowered {
//!          err0 = ZeroDivisionError \"integer division by zero\"
//!      bb0:
//!          v2 = iconst 0
//!          v3 = icmp ne v1, v2
//!          check v3, err0
//!          v4 = sdiv_floor v0, v1
//!          return v4
//!      }",
//! )
//! .unwrap();
//! let mut interpreter = Interpreter::new(&module);
//! assert_eq!(interpreter.call("quotient", &[Scalar::i64(-7), Scalar::i64(2)]), Ok(vec![Scalar::i64(-4)]));
//!
//! let Err(Outcome::Raised(exception)) = interpreter.call("quotient", &[Scalar::i64(1), Scalar::i64(0)]) else {
//!     panic!("a division by zero raises");
//! };
//! assert_eq!(exception.class, ExceptionClass::ZeroDivisionError);
//! ```

mod array;
pub mod evaluate;
mod frame;
mod interpreter;
mod math;
mod memory;
mod nest;
mod options;
mod outcome;
mod parallel;
mod program;
mod runtime;
mod vector;

pub use array::{ArrayDescriptor, contiguous_strides};
pub use hotloop_mir::Constant as Scalar;
pub use interpreter::Interpreter;
pub use math::{RuntimeMath, StdMath};
pub use memory::{BLOCK_HEADER_BYTES, Fault, Memory, OutOfMemory};
pub use options::{IterationOrder, Options};
pub use outcome::{Exception, Outcome, Trap, TrapKind};
pub use program::Program;
