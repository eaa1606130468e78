//! Generators of random numbers that pass the border to compiled code.

use crate::Failure;
use hotloop_random::Pcg64;
use hotloop_runtime::{Block, new_generator};
use std::cell::Cell;
use std::fmt;

/// A generator of random numbers as `np.random.default_rng` makes it: an argument of kernels, which move it on, and what they may return.
///
/// ```
/// use hotloop_driver::{Engine, RandomGenerator};
///
/// let source = "
/// from hotloop import njit
/// @njit
/// def two(rng):
///     return rng.random() + rng.random()
/// ";
/// let engine = Engine::builder().build()?;
/// let two = engine.function("two.py", source, "two")?;
/// let rng = RandomGenerator::seeded(42);
/// assert_eq!(two.call_f64(&[(&rng).into()])?, 0.7739560485559633 + 0.4388784397520523);
/// assert_eq!(two.call_f64(&[(&rng).into()])?, 0.8585979199113825 + 0.6973680290593639);
/// # Ok::<(), hotloop_driver::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RandomGenerator {
    state: Cell<[u64; Pcg64::STATE_WORDS]>,
}

impl RandomGenerator {
    /// As `np.random.default_rng(seed)` makes it.
    pub fn seeded(seed: u64) -> Self {
        Self::from_state(Pcg64::seeded(seed).state())
    }

    /// The generator with that [`state`](Self::state).
    pub fn from_state(state: [u64; Pcg64::STATE_WORDS]) -> Self {
        Self { state: Cell::new(state) }
    }

    /// Its state: NumPy's `state` and `inc`, each with its upper word first, and the half of a word that it keeps, with 1 above where it keeps one.
    pub fn state(&self) -> [u64; Pcg64::STATE_WORDS] {
        self.state.get()
    }

    /// It is where a call has left it.
    pub(crate) fn move_on(&self, state: [u64; Pcg64::STATE_WORDS]) {
        self.state.set(state);
    }

    /// One with this state in memory of the process.
    pub(crate) fn in_memory(&self) -> Result<Block, Failure> {
        new_generator(self.state()).map_err(|failed| Failure::Arguments(failed.to_string()))
    }
}

/// As Python shows it.
impl fmt::Display for RandomGenerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generator(PCG64)")
    }
}
