//! Runs parallel regions: decides whether help is worth its price, and does the work alone where it is not.
//!
//! Waking another thread takes 5 to 12 microseconds, half of them the waker's, so a region with little more work than
//! that runs on the calling thread. The estimate that compiled code gives may be wrong: a region that runs alone looks at
//! the clock between its pieces, and asks for help after all when it turns out to be slow.
#![allow(unsafe_code)] // Called by compiled code, and calls it.

use crate::call::{Call, Frame};
use crate::pool::Pool;
use crate::region::{Chunk, Crew, Region, Work};
use crate::safepoint;
use hotloop_abi::{Context, ParallelBody, Status};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A region with less work runs alone.
const WORTH_SHARING_PICOSECONDS: i64 = 20_000_000;
/// One thread more for each that much work.
const WORK_PER_THREAD_PICOSECONDS: i64 = 10_000_000;
/// An adaptive chunk has at least that much work, so that taking it does not show.
const LEAST_CHUNK_PICOSECONDS: i64 = 2_000_000;
/// A region that has run alone for so long asks for help.
const PATIENCE: Duration = Duration::from_micros(20);

/// See the table of the abi.
///
/// # Safety
/// `context` is valid and exclusive; `body` may be called, from several threads at once with different chunks, with
/// `captures` and with rows of `partials`, of which there is one for each fixed chunk if `partials_per_row > 0`.
pub(crate) unsafe extern "C" fn hl_parallel_for(
    context: *mut Context,
    trip_count: i64,
    body: ParallelBody,
    captures: *const u64,
    partials: *mut u64,
    partials_per_row: i64,
    picoseconds_per_iteration: i64,
) -> Status {
    if trip_count <= 0 {
        return Status::OK;
    }
    let work =
        Work { body, captures, partials, partials_per_row: partials_per_row.max(0) as usize, trip_count };
    // SAFETY: the caller's promise.
    let context = unsafe { &mut *context };
    let bare_call = Call::unstoppable();
    let bare_frame = Frame::of_bare_context(&bare_call);
    // SAFETY: the caller's promise.
    let frame = unsafe { Frame::of(context) }.unwrap_or(&bare_frame);
    // SAFETY: the caller's promise; the frame lives in this call or around it.
    unsafe { run(context, frame, &work, picoseconds_per_iteration) }
}

/// # Safety
/// As for [`hl_parallel_for`], and `frame` is the one that `context` is in.
unsafe fn run(context: &mut Context, frame: &Frame, work: &Work, picoseconds: i64) -> Status {
    let threads = frame.call().threads();
    let (next, picoseconds) =
        match Manner::choose(work.trip_count, picoseconds, threads, context.in_parallel != 0) {
            Manner::Together => (0, picoseconds),
            manner @ (Manner::Alone | Manner::AloneAtFirst) => {
                // SAFETY: the caller's promise.
                match unsafe { run_alone(context, work, manner == Manner::AloneAtFirst) } {
                    // The estimate was wrong.
                    Ok(next) if next < piece_count(work) => (next, 0),
                    Ok(_) => return Status::OK,
                    Err(status) => return status,
                }
            }
        };
    // SAFETY: the caller's promise.
    unsafe { run_together(context, frame, work, next, Crew::size(work, next, picoseconds, threads)) }
}

/// How to run a region.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    /// Wake other threads at once.
    Together,
    /// Never ask for help.
    Alone,
    /// Ask for help when it takes long.
    AloneAtFirst,
}

impl Manner {
    fn choose(trip_count: i64, picoseconds: i64, threads: usize, is_nested: bool) -> Self {
        if threads <= 1 {
            return Self::Alone;
        }
        let is_worth_it = if picoseconds > 0 {
            trip_count.saturating_mul(picoseconds) >= WORTH_SHARING_PICOSECONDS
        } else {
            // Nobody knows the cost: there is a loop or a call inside. Waking helpers for nothing costs microseconds,
            // not waking them may cost seconds; but a nested region has company already.
            !is_nested
        };
        if is_worth_it && trip_count > 1 { Self::Together } else { Self::AloneAtFirst }
    }
}

impl Crew {
    /// For the part of the region from `next` on.
    fn size(work: &Work, next: i64, picoseconds: i64, threads: usize) -> Self {
        let left = piece_count(work) - next;
        let by_work = if picoseconds > 0 {
            work.trip_count.saturating_mul(picoseconds) / WORK_PER_THREAD_PICOSECONDS
        } else {
            i64::MAX
        };
        let useful = by_work.min(left).max(1);
        let helpers = (threads - 1).min(usize::try_from(useful).unwrap_or(usize::MAX));
        let grain = if picoseconds > 0 { LEAST_CHUNK_PICOSECONDS / picoseconds } else { 1 };
        // However cheap an iteration is said to be, every thread gets some.
        let grain = grain.clamp(1, (left / threads as i64).max(1));
        Self { threads, helpers, grain }
    }
}

/// What `next` counts up to: fixed chunks, or iterations.
fn piece_count(work: &Work) -> i64 {
    if work.is_fixed() { work.fixed_chunks() } else { work.trip_count }
}

/// Runs the region on this thread, in order, and returns where it stopped: at the end, or where it ran out of patience.
///
/// # Safety
/// As for [`hl_parallel_for`].
unsafe fn run_alone(context: &mut Context, work: &Work, may_ask_for_help: bool) -> Result<i64, Status> {
    let began = may_ask_for_help.then(Instant::now);
    let count = piece_count(work);
    let was_in_parallel = std::mem::replace(&mut context.in_parallel, 1);
    let mut next = 0;
    let mut status = Status::OK;
    while next < count && status.is_ok() {
        // Doubled each time: few looks at the clock, and only one iteration is lost to others if each takes long.
        let end = if may_ask_for_help { next.saturating_mul(2).clamp(1, count) } else { count };
        // SAFETY: the caller's promise.
        status = unsafe { run_pieces(context, work, next, end) };
        next = end;
        if began.is_some_and(|began| next < count && began.elapsed() > PATIENCE) {
            break;
        }
    }
    context.in_parallel = was_in_parallel;
    if status.is_ok() { Ok(next) } else { Err(status) }
}

/// Runs fixed chunks, or iterations, on this thread.
///
/// # Safety
/// As for [`hl_parallel_for`].
unsafe fn run_pieces(context: &mut Context, work: &Work, start: i64, end: i64) -> Status {
    // SAFETY: the context is the caller's.
    if safepoint::is_requested(context) && !unsafe { safepoint::hl_safepoint(context) }.is_ok() {
        return Status::RAISED;
    }
    if !work.is_fixed() {
        // SAFETY: the caller's promise.
        return unsafe { work.run(context, Chunk { start, end, row: 0 }) };
    }
    for number in start..end {
        // SAFETY: the caller's promise.
        let status = unsafe { work.run(context, work.fixed_chunk(number)) };
        if !status.is_ok() {
            return status;
        }
    }
    Status::OK
}

/// Runs the region from `next` on with the pool's help.
///
/// # Safety
/// As for [`hl_parallel_for`], and `frame` is the one that `context` is in.
unsafe fn run_together(context: &mut Context, frame: &Frame, work: &Work, next: i64, crew: Crew) -> Status {
    // SAFETY: the region is closed before this function returns, so what the caller promised holds until then.
    let region = Arc::new(unsafe { Region::new(*work, frame, next, crew) });
    let pool = Pool::publish_to(crew.threads - 1, &region);
    // SAFETY: the context is in the opener's frame.
    unsafe { region.work_as_opener(context) };
    if let Some(pool) = pool {
        pool.withdraw(&region);
    }
    match region.close() {
        None => Status::OK,
        Some(error) => {
            context.error = error;
            Status::RAISED
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_regions_run_alone() {
        assert_eq!(Manner::choose(1000, 1000, 8, false), Manner::AloneAtFirst);
        assert_eq!(Manner::choose(100_000, 1000, 8, false), Manner::Together);
        assert_eq!(Manner::choose(i64::MAX, i64::MAX, 8, false), Manner::Together);
        assert_eq!(Manner::choose(1, i64::MAX, 8, false), Manner::AloneAtFirst);
        assert_eq!(Manner::choose(i64::MAX, i64::MAX, 1, false), Manner::Alone);
    }

    #[test]
    fn unknown_cost_is_shared_unless_nested() {
        assert_eq!(Manner::choose(2, 0, 8, false), Manner::Together);
        assert_eq!(Manner::choose(2, 0, 8, true), Manner::AloneAtFirst);
    }

    #[test]
    fn helpers_and_grain_follow_the_work() {
        unsafe extern "C" fn body(_: *mut Context, _: i64, _: i64, _: *const u64, _: *mut u64) -> Status {
            Status::OK
        }
        let work = |trip_count, partials_per_row| Work {
            body,
            captures: std::ptr::null(),
            partials: std::ptr::null_mut(),
            partials_per_row,
            trip_count,
        };
        // 30 microseconds: three threads' worth.
        let crew = Crew::size(&work(30_000, 0), 0, 1000, 16);
        assert_eq!(crew, Crew { threads: 16, helpers: 3, grain: 1875 });
        // Two iterations occupy two helpers at most.
        assert_eq!(Crew::size(&work(2, 0), 0, 0, 16), Crew { threads: 16, helpers: 2, grain: 1 });
        assert_eq!(Crew::size(&work(1 << 40, 1), 0, 0, 16).helpers, 15);
        assert_eq!(Crew::size(&work(i64::MAX, 0), 0, 1, 2).helpers, 1);
    }
}
