//! Passes over loops.

pub(crate) mod canonicalize_loops;
pub(crate) mod carry_stores;
mod conditions;
pub(crate) mod elide_bounds_checks;
pub(crate) mod expand_math;
mod extremes;
mod front;
pub(crate) mod hoist_invariants;
pub(crate) mod jam_loops;
pub(crate) mod mask_branches;
mod masks;
pub(crate) mod narrow_integers;
mod ranges;
pub(crate) mod select_sums;
pub(crate) mod shorten_chains;
pub(crate) mod thin_safepoints;
pub(crate) mod unroll_loops;
pub(crate) mod vectorize_loops;
pub(crate) mod vectorize_nests;
pub(crate) mod version_loops;
