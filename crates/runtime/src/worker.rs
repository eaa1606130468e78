//! Parallel regions with Rust bodies, run as compiled code runs its own.
#![allow(unsafe_code)] // Passes closures through the calling convention of compiled code.

use crate::parallel::hl_parallel_for;
use crate::raise::error;
use crate::safepoint::hl_safepoint;
use hotloop_abi::{Context, ErrorState, ExceptionClass, Status};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

/// A thread that runs a call's code: the calling one, or one that helps with a parallel region.
///
/// Gives Rust code what compiled code has: safepoints and (nested) parallel regions.
#[derive(Debug)]
pub struct Worker<'c> {
    context: &'c mut Context,
}

impl<'c> Worker<'c> {
    pub(crate) fn new(context: &'c mut Context) -> Self {
        Self { context }
    }

    /// The number of this thread: 0 for the calling one, 1 and up for those of the pool.
    pub fn thread_index(&self) -> u32 {
        self.context.thread_index
    }

    /// Whether this runs within a parallel region.
    pub fn is_in_parallel(&self) -> bool {
        self.context.in_parallel != 0
    }

    /// Returns an error when the call, or this thread's part of it, has to stop. To be asked now and then in long loops.
    pub fn safepoint(&mut self) -> Result<(), ErrorState> {
        // SAFETY: the context is valid and borrowed exclusively.
        let status = unsafe { hl_safepoint(self.context) };
        self.result(status)
    }

    /// Runs `body` for all iterations `0..trip_count`, cut into ranges, on the threads of the call.
    ///
    /// `picoseconds_per_iteration` is an estimate that decides whether other threads are woken; 0 if unknown. The error
    /// of the lowest failing range is returned, and all lower ones have run. A body that panics fails with `SystemError`.
    pub fn parallel_for<Body>(
        &mut self,
        trip_count: i64,
        picoseconds_per_iteration: i64,
        body: Body,
    ) -> Result<(), ErrorState>
    where
        Body: Fn(&mut Worker<'_>, Range<i64>) -> Result<(), ErrorState> + Sync,
    {
        // SAFETY: the context is valid and borrowed exclusively; `run_body` is the body for captures that are the closure,
        // which may be called from several threads since it is `Sync`.
        let status = unsafe {
            hl_parallel_for(
                self.context,
                trip_count,
                run_body::<Body>,
                (&raw const body).cast(),
                null_mut(),
                0,
                0,
                picoseconds_per_iteration,
            )
        };
        self.result(status)
    }

    fn result(&self, status: Status) -> Result<(), ErrorState> {
        if status.is_ok() { Ok(()) } else { Err(self.context.error) }
    }
}

/// The body of a region whose captures are a closure.
///
/// # Safety
/// `context` is valid and exclusive, `captures` points to a `Body`.
unsafe extern "C" fn run_body<Body>(
    context: *mut Context,
    start: i64,
    end: i64,
    captures: *const u64,
    _partials: *mut u64,
) -> Status
where
    Body: Fn(&mut Worker<'_>, Range<i64>) -> Result<(), ErrorState> + Sync,
{
    // SAFETY: the caller's promise.
    let (context, body) = unsafe { (&mut *context, &*captures.cast::<Body>()) };
    let outcome = catch_unwind(AssertUnwindSafe(|| body(&mut Worker::new(&mut *context), start..end)));
    let raised = match outcome {
        Ok(Ok(())) => return Status::OK,
        Ok(Err(raised)) => raised,
        Err(_panic) => error(ExceptionClass::SystemError, &[]),
    };
    context.error = raised;
    Status::RAISED
}
