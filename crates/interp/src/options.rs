//! How to run: limits, the order of parallel iterations, interruption.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// In which order parallel iterations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum IterationOrder {
    /// By ascending index.
    #[default]
    Ascending,
    /// In pieces whose order depends on this seed, to find programs whose result depends on the order.
    Shuffled(u64),
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many instructions a call may execute; by default as many as it likes. Set it for programs that may not end.
    pub fuel: Option<u64>,
    /// How deeply calls may be nested until `check_stack` raises `RecursionError`: 1000, as in CPython, by default.
    pub max_depth: usize,
    /// The order of parallel iterations; ascending by default.
    pub order: IterationOrder,
    /// While this is set, the next safepoint resets it and raises `KeyboardInterrupt`.
    pub interrupt: Option<Arc<AtomicBool>>,
    /// How many iterations of a vector loop run at once: 1, so one by one, by default.
    pub vector_lanes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fuel: None,
            max_depth: 1000,
            order: IterationOrder::Ascending,
            interrupt: None,
            vector_lanes: 1,
        }
    }
}
