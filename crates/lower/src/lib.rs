//! Lowers HIR to MIR: names become SSA values, arrays and tuples their parts, array accesses checks and addresses, `prange` parallel
//! regions; references to arrays are counted.
//!
//! This crate knows nothing about optimisation, nor about how types were found or how MIR becomes machine code. What it gets is checked: a
//! contradiction in it is our own mistake, and panics.
//!
//! # What HIR becomes
//! - A number or truth value is one machine value, a complex number two; `None` and dtypes are nothing; a tuple is its items, one after the other.
//! - An array is its owner, the address of its first element, its lengths and its strides. An array parameter is the address of a descriptor, which is read
//!   at the entry; the stride that a contiguous layout fixes is a constant. An array argument is written as a descriptor to a slot of
//!   the frame, unless it is a parameter itself. Array results are the words of a descriptor, each array with a reference that goes to the caller.
//! - The alias region `Argument(n)` is the array whose descriptor is the MIR parameter of number `n`.
//! - A version that may be unassigned has a truth value beside it, which reads check. Joins become block parameters.
//! - Every version of an array holds a reference, but for parameters and their copies; see `ownership.rs`. It is released as soon as nothing
//!   reads it: behind the last statement that does, or on the edge that leaves it behind.
//! - A loop has one back edge, with a safepoint on it; so does each end of an iteration of a parallel loop.
//!
//! ```
//! use hotloop_hir::{Constant, Expr, Function, StmtKind};
//! use hotloop_mir::{Constant as Machine, MachineType, Terminator};
//! use hotloop_types::Type;
//!
//! let mut answer = Function::new("answer", Type::INT64);
//! answer.push(StmtKind::Return(Some(Expr::constant(Constant::Int(42), Type::INT64))));
//!
//! let lowered = hotloop_lower::lower(&answer);
//! let Terminator::Return(results) = &lowered.blocks[lowered.entry()].terminator else { unreachable!() };
//! assert_eq!(lowered.constant(results[0]), Some(Machine::Int(MachineType::I64, 42)));
//! ```

mod allocation;
mod arithmetic;
mod array;
mod call;
mod code;
mod complex;
mod convert;
mod division;
mod edges;
mod elementwise;
mod expr;
mod generator;
mod guarded;
mod intrinsics;
mod list;
mod liveness;
mod loops;
mod lowering;
mod object;
mod ownership;
mod parallel;
mod power;
mod races;
mod raise;
mod random;
mod range;
mod rearranged;
mod selection;
mod shape;
mod shared_elements;
mod speculation;
mod statement;
mod template;
mod text;
mod values;
mod view;
mod whole_arrays;

pub use shared_elements::{SharedElements, shared_elements};
pub use values::parameter_types;

use hotloop_hir as hir;
use hotloop_mir as mir;

/// Lowers a function.
///
/// # Panics
/// Panics when the tree contradicts itself: a type that does not fit, a version read before it is assigned, an edge that is missing.
pub fn lower(function: &hir::Function) -> mir::Function {
    lower_all(function).swap_remove(0)
}

/// Lowers a function: gives it, and of one that makes generators also the one that goes on with them.
///
/// # Panics
/// As [`lower`].
pub fn lower_all(function: &hir::Function) -> Vec<mir::Function> {
    match &function.yields {
        Some(items) => lowering::Lowering::generator(function, items),
        None => vec![lowering::Lowering::new(function).run()],
    }
}
