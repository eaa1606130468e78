//! What compiled code calls while it runs: memory for arrays, parallel regions, scalar mathematics, safepoints.
//!
//! This crate knows nothing about the compiler and its forms: it sees addresses and the contracts of `hotloop-abi`, whose
//! table of runtime functions it implements. A program that embeds compiled code uses [`CallState`] for each call,
//! [`Interrupter`] to stop calls, and [`Block`] for arrays that pass the border; one that links code itself asks
//! [`address_of`] or [`resolve`] where the functions are.
//!
//! It can also be used alone, to run Rust code in parallel with exceptions that do not depend on timing:
//!
//! ```
//! use hotloop_abi::{ErrorState, ExceptionClass};
//! use hotloop_runtime::{CallState, Interrupter};
//! use std::sync::atomic::{AtomicI64, Ordering};
//!
//! let interrupter = Interrupter::new();
//! let mut call = CallState::new(&interrupter).with_threads(4);
//!
//! let sum = AtomicI64::new(0);
//! let outcome = call.worker().parallel_for(1000, 0, |_worker, range| {
//!     sum.fetch_add(range.sum(), Ordering::Relaxed);
//!     Ok(())
//! });
//! assert!(outcome.is_ok());
//! assert_eq!(sum.into_inner(), 499_500);
//!
//! // Of several errors, the one of the lowest iteration is returned, however many threads there are.
//! let error = call.worker().parallel_for(1000, 0, |_worker, range| {
//!     for index in range {
//!         if index >= 17 {
//!             let class = ExceptionClass::IndexError as u32;
//!             return Err(ErrorState { class, payload: ErrorState::payload_of(&[index, 0, 17]), ..ErrorState::default() });
//!         }
//!     }
//!     Ok(())
//! });
//! assert_eq!(error.unwrap_err().payload[0], 17);
//! ```

mod allocation;
mod blas;
mod block;
mod call;
mod caught;
mod error_texts;
mod generator;
mod heartbeat;
mod interrupt;
mod math;
mod objects;
mod order;
mod output;
mod parallel;
mod pool;
mod process;
mod products;
mod races;
mod raise;
mod random;
mod region;
mod safepoint;
mod sites;
mod spare;
mod symbols;
mod thread;
mod worker;

pub use allocation::{FailingAllocator, fail_allocation_after};
pub use allocation::{allocations_made, live_allocations, live_bytes};
pub use blas::{Blas, BlasIntegers, set_blas};
pub use block::{BLOCK_HEADER_BYTES, Block, OutOfMemory};
pub use call::CallState;
pub use generator::{generator_state, new_generator};
#[doc(no_inline)]
pub use hotloop_races::Conflict;
pub use interrupt::Interrupter;
pub use math::{MathValue, call_math};
pub use objects::list_of_items;
pub use output::{OutputSink, WriteFailed, set_output_sink, write_output};
#[doc(hidden)]
pub use parallel::share_all_regions;
pub use pool::{set_thread_count, thread_count, thread_setting_fault};
#[doc(hidden)]
pub use products::multiply;
pub use raise::register_class;
pub use random::with_streams;
pub use sites::{OUTPUT_MESSAGE, RaisingSite, SiteTable, described};
pub use spare::{memory_setting_fault, release_spare_memory, spare_bytes};
pub use symbols::{address_of, resolve};
pub use thread::{LoopSettings, loop_settings, request_safepoints, set_loop_settings, stack_limit};
pub use worker::Worker;
