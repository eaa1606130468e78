//! Runs parallel regions: decides whether help is worth its price, and does the work alone where it is not.
//!
//! Waking another thread takes 5 to 12 microseconds, half of them the waker's, so a region with little more work than
//! that runs on the calling thread. What compiled code estimates may be wrong by a factor of ten, caches and vectors being what they are, so it only counts
//! where it is clear. Otherwise the region begins alone and looks at the clock between its pieces; once the pace is known, so is what is left, and
//! help is asked for if that is enough.
#![allow(unsafe_code)] // Called by compiled code, and calls it.

use crate::call::{Call, Frame};
use crate::pool::{self, Pool};
use crate::races;
use crate::region::{Chunk, Crew, Region, Work};
use crate::safepoint;
use hotloop_abi::{Context, ParallelBody, Status};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A region with more estimated work is shared at once: a tenth of it were still worth it.
const SURELY_WORTH_SHARING_PICOSECONDS: i64 = 400_000_000;
/// So is one of few iterations with so much, of which the first alone would be a good part: even if vectors do them in an eighth of the time.
const WORTH_SHARING_OF_FEW_PICOSECONDS: i64 = 240_000_000;
/// What has to be left for others to be woken, by measured time.
const WORTH_SHARING: Duration = Duration::from_micros(30);
/// One thread more for each that much work.
const WORK_PER_THREAD_PICOSECONDS: i64 = 10_000_000;
/// An adaptive chunk has at least that much work, so that taking it does not show.
const LEAST_CHUNK_PICOSECONDS: i64 = 2_000_000;
/// The first piece has about so much work by the estimate. A piece costs a tenth of a microsecond: what it asks in front of its loops, and the ends of vectors. Iterations in vectors
/// take an eighth of their estimate.
const FIRST_PIECE_PICOSECONDS: i64 = 8_000_000;
/// Not more than that part of a region runs before somebody looks at the clock, whatever the estimate says.
const MOST_BEFORE_A_LOOK: i64 = 4;
/// If that part of a region with an estimate took no time, or that multiple of what is left is not worth sharing, the rest runs without another look: by the estimate iterations
/// are alike, if they are not so by that factor.
const SURELY_SHORT: i64 = 8;
const SURELY_SHORT_REST: i64 = 4;
/// Pieces are multiples of so many iterations, if they are that long: vectors then have ends in the last one only.
const PIECE_MULTIPLE: i64 = 64;
/// Where nothing is known of an iteration, the first piece is such a part of the region, but has not more iterations than the next number.
const FIRST_PIECE_OF_UNKNOWN: i64 = 64;
const MOST_ITERATIONS_OF_UNKNOWN: i64 = 8;
/// The pace is believed when so much time has passed.
const MEASURABLE: Duration = Duration::from_micros(1);
/// Later pieces take at least so long by the pace.
const LEAST_LATER_PIECE: Duration = Duration::from_micros(4);
/// With fewer iterations a thread the first one may be a large part of all, so that it is better not done alone.
const FEW_ITERATIONS_A_THREAD: i64 = 8;

/// Whether regions are shared out however small they are.
static SHARES_ALL: AtomicBool = AtomicBool::new(false);

/// Shares out regions however small they are, or not any more. For tests: what runs on one thread shows little. The whole process is affected.
#[doc(hidden)]
pub fn share_all_regions(all: bool) {
    SHARES_ALL.store(all, Ordering::Relaxed);
}

/// See the table of the abi.
///
/// # Safety
/// `context` is valid and exclusive; `body` may be called, from several threads at once with different chunks, with
/// `captures` and with rows of `partials`, of which there is one for each chunk if `chunks > 0`.
pub(crate) unsafe extern "C" fn hl_parallel_for(
    context: *mut Context,
    trip_count: i64,
    body: ParallelBody,
    captures: *const u64,
    partials: *mut u64,
    partials_per_row: i64,
    chunks: i64,
    picoseconds_per_iteration: i64,
) -> Status {
    if trip_count <= 0 {
        return Status::OK;
    }
    let work = Work {
        body,
        captures,
        partials,
        partials_per_row: partials_per_row.max(0) as usize,
        chunks,
        trip_count,
    };
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
    if frame.call().looks_for_races() {
        // SAFETY: the caller's promise.
        let outcome = races::in_region(|| unsafe { run_alone(context, work, None, false) });
        return outcome.map_or_else(|status| status, |_done| Status::OK);
    }
    let threads = frame.call().threads();
    let (next, picoseconds) =
        match Manner::choose(work.trip_count, picoseconds, threads, context.in_parallel != 0) {
            Manner::Together => (0, picoseconds),
            manner @ (Manner::Alone | Manner::AloneAtFirst) => {
                let first = (manner == Manner::AloneAtFirst).then(|| first_piece(work, picoseconds));
                // SAFETY: the caller's promise.
                match unsafe { run_alone(context, work, first, picoseconds > 0) } {
                    Ok(Progress::Done) => return Status::OK,
                    Ok(Progress::HelpIsWorthIt { next, picoseconds }) => (next, picoseconds),
                    Err(status) => return status,
                }
            }
        };
    // SAFETY: the caller's promise.
    unsafe { run_together(context, frame, work, next, Crew::size(work, next, picoseconds, frame.call())) }
}

/// See the table of the abi.
///
/// # Safety
/// `context` is valid and exclusive; `result` is writable.
pub(crate) unsafe extern "C" fn hl_threads(context: *mut Context, question: i64, result: *mut i64) -> Status {
    // SAFETY: the caller's promise.
    let context = unsafe { &*context };
    let answer = match question {
        0 => i64::from(context.thread_index),
        2 => pool::thread_count() as i64,
        3 if context.in_parallel != 0 => 0,
        // SAFETY: the caller's promise.
        3 => unsafe { Frame::of(context) }.map_or(0, |frame| frame.call().chunk_size()),
        // SAFETY: the caller's promise.
        _ => unsafe { Frame::of(context) }.map_or(1, |frame| frame.call().threads() as i64),
    };
    // SAFETY: the caller's promise.
    unsafe { *result = answer };
    Status::OK
}

/// See the table of the abi.
///
/// # Safety
/// `context` is valid and exclusive.
pub(crate) unsafe extern "C" fn hl_set_threads(context: *mut Context, threads: i64) -> Status {
    // SAFETY: the caller's promise.
    if let Some(frame) = unsafe { Frame::of(&*context) } {
        frame.call().change_threads(u32::try_from(threads).unwrap_or(u32::MAX).max(1));
    }
    Status::OK
}

/// See the table of the abi.
///
/// # Safety
/// `context` is valid and exclusive.
pub(crate) unsafe extern "C" fn hl_set_chunk_size(context: *mut Context, iterations: i64) -> Status {
    // SAFETY: the caller's promise.
    if let Some(frame) = unsafe { Frame::of(&*context) } {
        frame.call().change_chunk_size(u32::try_from(iterations.max(0)).unwrap_or(u32::MAX));
    }
    Status::OK
}

/// How far a thread has come alone.
enum Progress {
    Done,
    /// There is much left, from piece `next` on; an iteration takes so long.
    HelpIsWorthIt {
        next: i64,
        picoseconds: i64,
    },
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
        let are_few = trip_count < FEW_ITERATIONS_A_THREAD * threads as i64;
        let is_worth_it = if SHARES_ALL.load(Ordering::Relaxed) {
            true
        } else if picoseconds > 0 {
            let least =
                if are_few { WORTH_SHARING_OF_FEW_PICOSECONDS } else { SURELY_WORTH_SHARING_PICOSECONDS };
            trip_count.saturating_mul(picoseconds) >= least
        } else {
            // Nobody knows the cost: there is a loop or a call inside. Waking helpers for nothing costs microseconds, not
            // waking them until a long first iteration is over may cost seconds; but a nested region has company already.
            !is_nested && are_few
        };
        if is_worth_it && trip_count > 1 { Self::Together } else { Self::AloneAtFirst }
    }
}

impl Crew {
    /// For the part of the region from `next` on.
    fn size(work: &Work, next: i64, picoseconds: i64, call: &Call<'_>) -> Self {
        let (threads, wanted) = (call.threads(), call.chunk_size());
        let left = piece_count(work) - next;
        let by_work = if picoseconds > 0 && !SHARES_ALL.load(Ordering::Relaxed) {
            work.trip_count.saturating_mul(picoseconds) / WORK_PER_THREAD_PICOSECONDS
        } else {
            i64::MAX
        };
        let useful = by_work.min(left).max(1);
        let helpers = (threads - 1).min(usize::try_from(useful).unwrap_or(usize::MAX));
        let grain = if picoseconds > 0 { LEAST_CHUNK_PICOSECONDS / picoseconds } else { 1 };
        // However cheap an iteration is said to be, every thread gets some.
        let grain = if wanted > 0 { wanted } else { grain.clamp(1, (left / threads as i64).max(1)) };
        Self { threads, helpers, grain, is_grain_set: wanted > 0 }
    }
}

/// What `next` counts up to: fixed chunks, or iterations.
fn piece_count(work: &Work) -> i64 {
    if work.is_fixed() { work.chunks } else { work.trip_count }
}

/// How many pieces to begin with, for a look at the clock behind them.
fn first_piece(work: &Work, picoseconds: i64) -> i64 {
    if picoseconds == 0 {
        return (piece_count(work) / FIRST_PIECE_OF_UNKNOWN).clamp(1, MOST_ITERATIONS_OF_UNKNOWN);
    }
    let iterations = FIRST_PIECE_PICOSECONDS / picoseconds;
    let pieces = if work.is_fixed() { iterations * work.chunks / work.trip_count } else { iterations };
    let pieces = pieces.min(piece_count(work) / MOST_BEFORE_A_LOOK).max(1);
    if work.is_fixed() { pieces } else { whole_vectors(pieces) }
}

/// So many iterations, or somewhat more.
fn whole_vectors(iterations: i64) -> i64 {
    let is_long = (PIECE_MULTIPLE..i64::MAX - PIECE_MULTIPLE).contains(&iterations);
    if is_long { (iterations + PIECE_MULTIPLE - 1) / PIECE_MULTIPLE * PIECE_MULTIPLE } else { iterations }
}

/// Runs the region on this thread, in order, to its end, or, if a `first` piece is given, until help turns out to be worth its price.
///
/// # Safety
/// As for [`hl_parallel_for`].
unsafe fn run_alone(
    context: &mut Context,
    work: &Work,
    first: Option<i64>,
    has_estimate: bool,
) -> Result<Progress, Status> {
    let good_part = if has_estimate { SURELY_SHORT } else { MOST_BEFORE_A_LOOK };
    let began = first.map(|_| Instant::now());
    let count = piece_count(work);
    let was_in_parallel = std::mem::replace(&mut context.in_parallel, 1);
    let mut outcome = Ok(Progress::Done);
    let (mut next, mut length) = (0, first.unwrap_or(count));
    while next < count {
        let end = next.saturating_add(length).min(count);
        // SAFETY: the caller's promise.
        let status = unsafe { run_pieces(context, work, next, end) };
        if !status.is_ok() {
            outcome = Err(status);
            break;
        }
        next = end;
        let Some(passed) = began.filter(|_| next < count).map(|began| began.elapsed()) else { continue };
        if passed < MEASURABLE {
            // Few looks at the clock. Where a good part is done in no time, the rest is not worth another one, even if it is some times as slow.
            let is_good_part = next.saturating_mul(good_part) >= count;
            length = if is_good_part { count } else { next };
            continue;
        }
        let left = passed.as_secs_f64() / next as f64 * (count - next) as f64;
        if left > WORTH_SHARING.as_secs_f64() {
            let iterations = (next as f64 / count as f64 * work.trip_count as f64).max(1.0);
            let picoseconds = (passed.as_secs_f64() * 1e12 / iterations) as i64;
            outcome = Ok(Progress::HelpIsWorthIt { next, picoseconds: picoseconds.max(1) });
            break;
        }
        if has_estimate && left * SURELY_SHORT_REST as f64 <= WORTH_SHARING.as_secs_f64() {
            length = count;
            continue;
        }
        // About what takes another while, in case the pace changes.
        let while_pieces = LEAST_LATER_PIECE.as_secs_f64() / passed.as_secs_f64() * next as f64;
        let pieces = next.max(while_pieces as i64).max(1);
        length = if work.is_fixed() { pieces } else { whole_vectors(pieces) };
    }
    context.in_parallel = was_in_parallel;
    outcome
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
    fn only_what_is_surely_long_is_shared_at_once() {
        assert_eq!(Manner::choose(1000, 1000, 8, false), Manner::AloneAtFirst);
        assert_eq!(Manner::choose(1_000_000, 1000, 8, false), Manner::Together);
        assert_eq!(Manner::choose(i64::MAX, i64::MAX, 8, false), Manner::Together);
        assert_eq!(Manner::choose(16, 16_000_000, 8, false), Manner::Together);
        assert_eq!(Manner::choose(16, 14_000_000, 8, false), Manner::AloneAtFirst);
        assert_eq!(Manner::choose(1, i64::MAX, 8, false), Manner::AloneAtFirst);
        assert_eq!(Manner::choose(i64::MAX, i64::MAX, 1, false), Manner::Alone);
    }

    #[test]
    fn unknown_cost_is_measured_where_there_are_many_iterations() {
        assert_eq!(Manner::choose(2, 0, 8, false), Manner::Together);
        assert_eq!(Manner::choose(2, 0, 8, true), Manner::AloneAtFirst);
        assert_eq!(Manner::choose(1000, 0, 8, false), Manner::AloneAtFirst);
    }

    #[test]
    fn helpers_and_grain_follow_the_work() {
        unsafe extern "C" fn body(_: *mut Context, _: i64, _: i64, _: *const u64, _: *mut u64) -> Status {
            Status::OK
        }
        let work = |trip_count, chunks| Work {
            body,
            captures: std::ptr::null(),
            partials: std::ptr::null_mut(),
            partials_per_row: 1,
            chunks,
            trip_count,
        };
        let call = |threads| {
            let mut call = Call::unstoppable();
            call.set_threads(threads);
            call
        };
        // 30 microseconds: three threads' worth.
        let crew = Crew::size(&work(30_000, 0), 0, 1000, &call(16));
        assert_eq!(crew, Crew { threads: 16, helpers: 3, grain: 1875, is_grain_set: false });
        // Two iterations occupy two helpers at most.
        let crew = Crew::size(&work(2, 0), 0, 0, &call(16));
        assert_eq!(crew, Crew { threads: 16, helpers: 2, grain: 1, is_grain_set: false });
        assert_eq!(Crew::size(&work(1 << 40, 64), 0, 0, &call(16)).helpers, 15);
        assert_eq!(Crew::size(&work(i64::MAX, 0), 0, 1, &call(2)).helpers, 1);
    }
}
