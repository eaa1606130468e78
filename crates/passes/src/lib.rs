//! Optimises the middle IR: MIR to MIR, with the analyses that the passes share.
//!
//! This crate knows nothing about HIR, Cranelift or threads. A pass is one type in one file with one name, and has its tests in
//! `tests/mir/<name>/`. [`PIPELINE`] is the order in which they run; each position has its reason.
//!
//! ```
//! use hotloop_mir::{BinaryOp, Builder, Function, InstKind, MachineType, Phase, Terminator};
//! use hotloop_passes::{Optimiser, PIPELINE};
//!
//! let mut function = Function::new("six", &[], &[MachineType::I64]);
//! let mut builder = Builder::at_entry(&mut function);
//! let (two, three) = (builder.int(MachineType::I64, 2), builder.int(MachineType::I64, 3));
//! let product = builder.binary(BinaryOp::Imul, two, three);
//! builder.terminate(Terminator::Return(vec![product]));
//!
//! let optimised = Optimiser::new().run(function);
//! let six = &optimised.module.functions[0];
//! assert_eq!(six.phase, Phase::Vectorised);
//! assert_eq!(six.blocks[six.entry()].insts.len(), 1); // the constant
//! assert!(PIPELINE.iter().any(|pass| pass.name() == "fold-constants"));
//! ```

pub mod analysis;
mod edit;
mod interprocedural;
mod loops;
mod parallel;
mod pipeline;
mod scalar;
mod transfer;

pub use interprocedural::inline_small_functions::{InlineSmallFunctions, is_copied};
pub use loops::canonicalize_loops::CanonicalizeLoops;
pub use loops::carry_stores::CarryStores;
pub use loops::elide_bounds_checks::ElideBoundsChecks;
pub use loops::expand_math::ExpandMath;
pub use loops::hoist_invariants::HoistInvariants;
pub use loops::jam_loops::JamLoops;
pub use loops::mask_branches::MaskBranches;
pub use loops::narrow_integers::NarrowIntegers;
pub use loops::select_sums::SelectSums;
pub use loops::shorten_chains::ShortenChains;
pub use loops::thin_safepoints::ThinSafepoints;
pub use loops::unroll_loops::{UnrollLoops, turn_of};
pub use loops::vectorize_loops::{AT_ONCE, ONE_BY_ONE, VectorizeLoops};
pub use loops::vectorize_nests::{NEST_AT_ONCE, NEST_ONE_BY_ONE, VectorizeNests};
pub use loops::version_loops::VersionLoops;
pub use parallel::outline_parallel_regions::OutlineParallelRegions;
pub use pipeline::{
    BUDGET_SHARE, MirPass, Observer, Optimised, Optimiser, PIPELINE, PassContext, add_time, pass_by_name,
};
pub use scalar::contract_products::ContractProducts;
pub use scalar::convert_branches::ConvertBranches;
pub use scalar::fold_addresses::FoldAddresses;
pub use scalar::fold_constants::FoldConstants;
pub use scalar::number_values::NumberValues;
pub use scalar::remove_dead_code::RemoveDeadCode;
pub use scalar::share_reciprocals::ShareReciprocals;
pub use scalar::simplify_control_flow::SimplifyControlFlow;
pub use scalar::simplify_selects::SimplifySelects;
