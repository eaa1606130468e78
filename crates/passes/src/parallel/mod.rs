//! Passes over parallel loops.

pub(crate) mod outline_parallel_regions;
