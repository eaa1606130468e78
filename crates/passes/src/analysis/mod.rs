//! Facts about functions that passes ask for.

mod counted;
mod loops;
mod memory;

pub use counted::{CountedLoop, ExitTest};
pub use loops::{Loop, LoopData, LoopForest};
pub use memory::MemoryWrites;
