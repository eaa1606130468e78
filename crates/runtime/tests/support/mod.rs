//! What the tests of parallel regions share: calling the runtime as compiled code does.
#![allow(dead_code)] // Each test binary uses its part.

use hotloop_abi::{Context, ErrorState, ExceptionClass, ParallelBody, Status};
use hotloop_runtime::{CallState, resolve, stack_limit};
use std::ptr::{null, null_mut};

/// The arguments of `hl_parallel_for` behind the trip count.
pub(crate) struct Region {
    pub(crate) body: ParallelBody,
    pub(crate) captures: *const u64,
    pub(crate) partials: *mut u64,
    pub(crate) partials_per_row: i64,
    pub(crate) chunks: i64,
    pub(crate) picoseconds: i64,
}

impl Region {
    /// A region without captures and reductions, of unknown cost.
    pub(crate) fn new(body: ParallelBody) -> Self {
        Self { body, captures: null(), partials: null_mut(), partials_per_row: 0, chunks: 0, picoseconds: 0 }
    }
}

type ParallelFor =
    unsafe extern "C" fn(*mut Context, i64, ParallelBody, *const u64, *mut u64, i64, i64, i64) -> Status;

/// Runs a region as compiled code does.
///
/// # Safety
/// The context is valid; the region's body fits its captures and partials.
pub(crate) unsafe fn run_in(context: *mut Context, trip_count: i64, region: Region) -> Status {
    let address = resolve("hl_parallel_for").expect("the table has it");
    // SAFETY: the table says that this is the type of the function.
    let parallel_for: ParallelFor = unsafe { std::mem::transmute(address) };
    let Region { body, captures, partials, partials_per_row, chunks, picoseconds } = region;
    // SAFETY: the caller's promise.
    unsafe {
        parallel_for(context, trip_count, body, captures, partials, partials_per_row, chunks, picoseconds)
    }
}

/// Runs a region in a call.
pub(crate) fn run(call: &mut CallState<'_>, trip_count: i64, region: Region) -> Result<(), ErrorState> {
    // SAFETY: the context is the call's; the bodies of the tests fit their captures.
    let status = unsafe { run_in(call.context(), trip_count, region) };
    if status.is_ok() { Ok(()) } else { Err(*call.error()) }
}

/// Raises as compiled code does.
///
/// # Safety
/// The context is valid.
pub(crate) unsafe fn raise(context: *mut Context, class: ExceptionClass, value: i64) -> Status {
    // SAFETY: the caller's promise.
    unsafe {
        (*context).error = ErrorState {
            image: 1,
            site: 2,
            class: class as u32,
            payload: ErrorState::payload_of(&[value]),
            texts: 0,
            ..ErrorState::default()
        }
    };
    Status::RAISED
}

/// A context that a host made by itself.
pub(crate) fn bare_context() -> Context {
    Context {
        stack_limit: stack_limit(),
        interrupt: null(),
        thread_index: 0,
        in_parallel: 0,
        error: ErrorState::default(),
        host: null_mut(),
    }
}
