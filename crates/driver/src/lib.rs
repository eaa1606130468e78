//! The order of the stages: from a Python source to compiled code that is called.
//!
//! This crate knows the stages, specialisation, cache keys, linking and calling. It knows nothing about argument parsing or Python: the command line and the Python package stand on its
//! [`Engine`].
//!
//! ```
//! use hotloop_driver::{ArrayView, Engine};
//!
//! let engine = Engine::new()?;
//! let source = "
//! def weighted(x, w):
//!     total = 0.0
//!     for i in range(x.shape[0]):
//!         for j in range(x.shape[1]):
//!             total += w * x[i, j]
//!     return total
//! ";
//! let weighted = engine.function("kernels.py", source, "weighted")?;
//! let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
//! let matrix = ArrayView::new(&numbers, &[2, 3]);
//! assert_eq!(weighted.call_f64(&[matrix.into(), 0.5.into()])?, 10.5);
//!
//! // Every other column: the same memory, with shape and strides (in bytes).
//! let columns = ArrayView::new(&numbers, &[6]).with_strides(0, &[2, 2], &[24, 16]).unwrap();
//! assert_eq!(weighted.call_f64(&[columns.into(), 1.0.into()])?, 1.0 + 3.0 + 4.0 + 6.0);
//! # Ok::<(), hotloop_driver::Failure>(())
//! ```

mod argument;
mod arrange;
mod array;
mod cache_fault;
mod callback;
mod check;
mod choices;
mod compile_threads;
mod emit;
mod engine;
mod entry;
mod exception;
mod failure;
mod functions;
mod host;
mod image;
mod interpret;
mod kernel;
mod library;
mod list;
mod loop_report;
mod module;
mod program;
mod races;
mod random_generator;
mod session;
mod structure;
mod syntax;
mod timings;
mod typed_source;

pub use argument::{Argument, ArrayView, Element, Number, Value, c_strides, layout_of, result_words};
pub use array::Array;
pub use cache_fault::CacheFault;
pub use callback::{Callback, CallbackParameter, OnError};
pub use check::{CheckedKernel, Report};
pub use choices::{Choice, Chooser};
pub use emit::Form;
pub use engine::{CacheUse, Compilation, Engine, EngineBuilder};
pub use entry::describe_entry;
pub use exception::{Exception, Place};
pub use failure::{Failure, Refusal};
pub use host::{Host, HostCall, HostError};
pub use image::Compiled;
pub use kernel::{Class, Kernel};
pub use list::{ItemMemory, Load, bytes_of, for_each_owner, item_bytes_of, list_words, str_codes};
pub use loop_report::{Left, LoopFacts, LoopReport, Work};
pub use program::{FunctionSource, SharedEnvironment};
pub use random_generator::RandomGenerator;
pub use syntax::read_syntax;
pub use timings::{Stage, Timings};

pub use hotloop_abi::{ErrorClass, ErrorValue, ExceptionClass};
pub use hotloop_cache::{Cache, CacheConfig, CacheError, default_folder};
pub use hotloop_codegen::Vectors;
pub use hotloop_diagnostics::{Located, LocatedLabel, Severity};
pub use hotloop_infer::{Asked, AskedArgument, FunctionHandle, Literal, Question};
pub use hotloop_parser::PythonVersion;
pub use hotloop_passes::BUDGET_SHARE;
pub use hotloop_runtime::{
    CallState, Interrupter, OutputSink, WriteFailed, memory_setting_fault, set_output_sink,
    thread_setting_fault,
};
pub use hotloop_types::{
    ArrayType, Dtype, DtypeKind, EnumType, EnumValue, FloatFlags, Layout, Signature, TupleClass, Type,
    complex_repr, float_repr,
};
