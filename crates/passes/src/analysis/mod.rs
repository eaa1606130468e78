//! Facts about functions that passes ask for.

mod affine;
mod counted;
mod loops;
mod memory;
mod nest;

pub use affine::{Affine, AffineValues, Linear};
pub use counted::{CountedLoop, ExitTest};
pub use loops::{Loop, LoopData, LoopForest};
pub use memory::MemoryWrites;
pub use nest::{NestSum, NestValues};
