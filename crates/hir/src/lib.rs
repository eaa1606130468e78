//! The typed, resolved tree of one specialised function; array operations are still whole.
//!
//! This crate knows nothing about how types were found. Every name is a [`Version`] of a local, a constant, an intrinsic or another
//! function; every expression has a type; every implicit conversion is an [`ExprKind::Convert`]. Each assignment makes a new version of its
//! local. Where control meets, the versions that go on are listed: an [`Edge`] says, for every version joined there, which version
//! comes in on this way, converted to the type of the target.
//!
//! ```
//! use hotloop_hir::{Constant, Expr, ExprKind, Function, StmtKind};
//! use hotloop_types::Type;
//!
//! let mut function = Function::new("answer", Type::INT64);
//! let answer = Expr::constant(Constant::Int(42), Type::INT64);
//! function.push(StmtKind::Return(Some(answer)));
//! assert_eq!(function.to_string(), "fn answer() -> int64:\n    return 42\n");
//! ```

mod array;
mod display;
mod exception;
mod expr;
mod function;
mod object;
mod reads;
mod verify;

pub use array::{Axis, Broadcast, Elementwise, Places, Rearrangement, view_type};
pub use exception::{Catches, Exception, ExceptionArgument, Handler, Try};
pub use expr::{
    ArrayAttribute, BinaryOp, CompareOp, Constant, ConstantArray, Draw, Expr, ExprKind, Fill,
    GeneratorRequest, UnaryOp,
};
pub use function::{
    Arm, CalleeData, Edge, ErrorModel, Function, Iteration, LocalData, Loop, Move, Options, ParallelPart,
    ParallelParts, Races, RangeLoop, Reduction, ReductionOp, Stmt, StmtKind, VersionData,
};

pub use hotloop_random::{Distribution, Stream, Ziggurat};
pub use object::ObjectExpr;
pub use verify::{Violation, verify};

use hotloop_index::define_id;

define_id! {
    /// A local variable: one a name.
    pub struct Local("local");
}
define_id! {
    /// A version of a local: assigned at one place, with one type.
    pub struct Version("x");
}
define_id! {
    /// An error that a handler has caught.
    pub struct Caught("caught");
}
define_id! {
    /// A function that is called.
    pub struct Callee("callee");
}
