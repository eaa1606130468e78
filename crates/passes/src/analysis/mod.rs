//! Facts about functions that passes ask for.

mod affine;
mod counted;
mod loops;
mod memory;

pub use affine::{Affine, AffineValues, Inside, Linear};
pub use counted::{CountedLoop, ExitTest, FEW_ITERATIONS, Follower};
pub use loops::{Loop, LoopData, LoopForest};
pub use memory::MemoryWrites;
