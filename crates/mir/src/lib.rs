//! The middle IR: one SSA control-flow graph a function, on machine scalars.
//!
//! This crate knows nothing about HIR or Cranelift. It defines the form, builds it, prints it, reads it and verifies it;
//! the meaning of every instruction stands in `docs/ir/mir.md` and is what `hotloop-interp` does.
//!
//! Arrays, tuples and all that is not a machine scalar were flattened before: an array value is its owner, data, lengths and
//! strides as separate values. Memory operations carry an alias [`Region`]; checks are instructions with a meaning; a
//! parallel loop stays one terminator until a late pass outlines its body.
//!
//! ```
//! use hotloop_mir::{BinaryOp, Builder, Function, InstKind, MachineType, Terminator};
//!
//! let mut function = Function::new("add_one", &[MachineType::I64], &[MachineType::I64]);
//! let x = function.parameters()[0];
//! let mut builder = Builder::at_entry(&mut function);
//! let one = builder.int(MachineType::I64, 1);
//! let sum = builder.value(InstKind::Binary(BinaryOp::Iadd, x, one));
//! builder.terminate(Terminator::Return(vec![sum]));
//! assert_eq!(function.value_type(sum), MachineType::I64);
//! ```

mod bounds;
mod builder;
pub mod cfg;
mod function;
mod inst;
mod nest;
mod operation;
mod results;
mod terminator;
mod text;
mod vector;
pub mod verify;

pub use bounds::{BOUNDS_MESSAGE, CheckedAxis, bounds_message};
pub use builder::Builder;
pub use cfg::{ControlFlow, Dominators};
pub use function::{
    Accumulator, BlockData, CalleeData, Definition, ErrorData, Function, InstData, Module, Phase, RegionData,
    RegionKind, SlotData, Stride, ValueData, VectorLoop, WrittenOut,
};
pub use hotloop_abi::{
    Effects, ErrorArgument, ErrorClass, ErrorValue, ExceptionClass, MachineType, PAYLOAD_WORDS,
    RuntimeFunction,
};
pub use hotloop_types::FloatFlags;
pub use inst::{DataBytes, InstKind};
pub use nest::{DivergentLoop, NestPlan, Shape};
pub use operation::{
    BinaryOp, Constant, ConvertOp, FloatCompare, IntCompare, ReductionOp, TernaryOp, UnaryOp,
};
pub use results::Results;
pub use terminator::{BlockCall, ParFor, Reduction, Terminator};
pub use text::{ParseError, parse_function, parse_module};
pub use vector::{
    ElementPlace, VectorArgument, VectorCode, VectorInput, VectorPlan, WideVectors, float_extreme,
    may_stop_lanes,
};

use hotloop_index::define_id;

define_id! {
    /// A value: defined once, by a block's parameter or an instruction.
    pub struct Value("v");
}
define_id! {
    /// A basic block.
    pub struct Block("bb");
}
define_id! {
    /// An instruction.
    pub struct Inst("inst");
}
define_id! {
    /// An alias region: a part of memory about which something is known.
    pub struct Region("region");
}
define_id! {
    /// A slot in the stack frame.
    pub struct Slot("slot");
}
define_id! {
    /// An exception with a constant message that the function can raise.
    pub struct ErrorId("err");
}
define_id! {
    /// Another function that this one calls.
    pub struct Callee("fn");
}
