//! The record of a parallel region that several threads work on.
//!
//! Threads take chunks in increasing order of iterations. When a chunk raises, chunks above it are not begun any more and
//! running ones are asked to stop, while those below, which have all been begun, go on; so the error that is left at the
//! end is the one of the lowest iteration, whatever the timing.
//!
//! The opener waits only for threads that registered. A helper that comes late finds the region closed and touches
//! nothing but this record, which it keeps alive itself.
#![allow(unsafe_code)] // Calls bodies of compiled code.

use crate::call::Frame;
use crate::error_texts;
use crate::{safepoint, thread};
use hotloop_abi::{Context, ErrorState, ParallelBody, Status, chunk_bounds};
use std::sync::atomic::{AtomicI64, AtomicIsize, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a region has to do, as compiled code says it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub(crate) body: ParallelBody,
    pub(crate) captures: *const u64,
    pub(crate) partials: *mut u64,
    pub(crate) partials_per_row: usize,
    /// How many chunks a region with reductions is cut into; 0 without.
    pub(crate) chunks: i64,
    pub(crate) trip_count: i64,
}

/// Iterations to run without a break, and where their partial results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) row: usize,
}

impl Work {
    /// Whether the cuts depend on the trip count alone.
    pub(crate) fn is_fixed(&self) -> bool {
        self.chunks > 0
    }

    /// A fixed chunk.
    pub(crate) fn fixed_chunk(&self, number: i64) -> Chunk {
        let (start, end) = chunk_bounds(self.trip_count, self.chunks, number);
        Chunk { start, end, row: number as usize }
    }

    /// Runs a chunk.
    ///
    /// # Safety
    /// The body may be called with this context.
    pub(crate) unsafe fn run(&self, context: *mut Context, chunk: Chunk) -> Status {
        let partials = self.partials.wrapping_add(chunk.row * self.partials_per_row);
        // SAFETY: the caller's promise, and compiled code's that captures and partials fit its body.
        unsafe { (self.body)(context, chunk.start, chunk.end, self.captures, partials) }
    }
}

/// How many threads to ask for a region and what to give them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Crew {
    /// Of the call, the opener included.
    pub(crate) threads: usize,
    /// How many others are wanted.
    pub(crate) helpers: usize,
    /// The least number of iterations in an adaptive chunk.
    pub(crate) grain: i64,
    /// Whether somebody asked for just that number.
    pub(crate) is_grain_set: bool,
}

/// How often a waiting opener looks up.
const WAIT: Duration = Duration::from_millis(5);
/// How often it looks at the counter before it sleeps: a few microseconds.
const SPINS: u32 = 1000;
/// Set in `state` when nobody may register any more.
const CLOSED: usize = 1 << (usize::BITS - 1);
/// The limit when all chunks have to stop.
const CANCELLED: i64 = -1;

#[derive(Debug)]
pub(crate) struct Region {
    work: Work,
    /// The least number of iterations of an adaptive chunk.
    grain: i64,
    /// An adaptive chunk takes that fraction of what is left.
    divisor: i64,
    /// How many more helpers are wanted.
    places: AtomicIsize,
    /// The frame that opened the region. Valid while the region is open or somebody is registered.
    opener: *const Frame,
    /// The next iteration, or the number of the next fixed chunk.
    next: AtomicI64,
    /// Chunks that start above it stop: the lowest one that raised, or [`CANCELLED`].
    limit: AtomicI64,
    /// How many helpers are registered, and [`CLOSED`].
    state: AtomicUsize,
    shared: Mutex<Shared>,
    is_idle: Condvar,
}

#[derive(Debug)]
struct Shared {
    /// The error at `limit`.
    error: ErrorState,
    /// The safepoint flags of those who are at work.
    flags: Vec<FlagAddress>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct FlagAddress(*const AtomicU32);

// SAFETY: the pointers of the record lead to what is shared between threads by design: captures and partials, whose use
// compiled code orders by chunks, and frames and flags, which have only atomic fields that change.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}
// SAFETY: an atomic that outlives its registration.
unsafe impl Send for FlagAddress {}

impl Region {
    /// A region whose first iterations, below `next`, have been run; for fixed chunks `next` is a chunk's number.
    ///
    /// # Safety
    /// The opener's frame and all that `work` points to stay valid until [`Region::close`] has returned.
    pub(crate) unsafe fn new(work: Work, opener: &Frame, next: i64, crew: Crew) -> Self {
        Self {
            work,
            grain: crew.grain,
            divisor: if crew.is_grain_set { i64::MAX } else { 4 * crew.threads as i64 },
            places: AtomicIsize::new(crew.helpers as isize),
            opener,
            next: AtomicI64::new(next),
            limit: AtomicI64::new(i64::MAX),
            state: AtomicUsize::new(0),
            shared: Mutex::new(Shared { error: ErrorState::default(), flags: Vec::new() }),
            is_idle: Condvar::new(),
        }
    }

    /// How many more helpers would find something to do.
    ///
    /// # Safety
    /// The region is open, and stays so meanwhile.
    pub(crate) unsafe fn places(&self) -> usize {
        let has_chunks = self.next.load(Ordering::Acquire) < self.end();
        // SAFETY: the opener of an open region is there.
        let has_use =
            || self.limit.load(Ordering::Acquire) == i64::MAX && unsafe { &*self.opener }.call().has_room();
        let places = self.places.load(Ordering::Acquire);
        if places > 0 && has_chunks && has_use() { places as usize } else { 0 }
    }

    /// Gives a place to a helper, which then calls [`Region::work_as_helper`].
    pub(crate) fn give_place(&self) {
        self.places.fetch_sub(1, Ordering::AcqRel);
    }

    /// Whether a chunk below the one that starts at `start` has raised, or the region is cancelled.
    pub(crate) fn has_failed_below(&self, start: i64) -> bool {
        self.limit.load(Ordering::Acquire) < start
    }

    /// Stops all chunks.
    pub(crate) fn cancel(&self) {
        let shared = self.lock();
        self.limit.store(CANCELLED, Ordering::Release);
        shared.wake();
    }

    /// Works on the region as the thread that opened it.
    ///
    /// # Safety
    /// `context` is the opener's.
    pub(crate) unsafe fn work_as_opener(&self, context: &Context) {
        // SAFETY: the opener's frame is valid while it is here.
        let opener = unsafe { &*self.opener };
        // SAFETY: it and the region outlive this call.
        let frame = unsafe { Frame::in_region(self, opener, true) };
        let mut own = Context {
            stack_limit: context.stack_limit,
            interrupt: context.interrupt,
            thread_index: context.thread_index,
            in_parallel: 1,
            error: ErrorState::default(),
            host: std::ptr::from_ref(&frame).cast_mut().cast(),
        };
        let flag = FlagAddress(context.interrupt);
        self.lock().flags.push(flag);
        // SAFETY: the context belongs to this thread and this frame.
        unsafe { self.run_chunks(&frame, &mut own) };
        self.lock().remove(flag);
    }

    /// Works on the region as a thread of the pool, if it is still open and the call may have one thread more.
    pub(crate) fn work_as_helper(&self) {
        if !self.register() {
            return;
        }
        // SAFETY: being registered keeps the opener waiting, and with it its frame.
        let opener = unsafe { &*self.opener };
        match opener.call().admit_helper() {
            Some(number) => {
                // SAFETY: as above.
                unsafe { self.help(opener, number) };
                opener.call().dismiss_helper(number);
            }
            None => {
                self.places.fetch_add(1, Ordering::AcqRel);
            }
        }
        self.deregister();
    }

    /// # Safety
    /// This thread is registered.
    unsafe fn help(&self, opener: &Frame, thread_index: u32) {
        // SAFETY: the opener waits for this thread.
        let frame = unsafe { Frame::in_region(self, opener, false) };
        let thread = thread::current();
        let mut context = Context {
            stack_limit: thread.stack_limit,
            interrupt: &raw const thread.slot.flag,
            thread_index,
            in_parallel: 1,
            error: ErrorState::default(),
            host: std::ptr::from_ref(&frame).cast_mut().cast(),
        };
        let flag = FlagAddress(&thread.slot.flag);
        self.lock().flags.push(flag);
        // SAFETY: the context belongs to this thread and this frame.
        unsafe { self.run_chunks(&frame, &mut context) };
        self.lock().remove(flag);
    }

    /// # Safety
    /// `context` belongs to this thread and to `frame`, which is in this region.
    unsafe fn run_chunks(&self, frame: &Frame, context: &mut Context) {
        while let Some(chunk) = self.take() {
            frame.enter_chunk(chunk.start);
            // A body may be too short to have safepoints of its own.
            if safepoint::take_request(context) && frame.must_stop().is_some() {
                return;
            }
            // SAFETY: the caller's promise.
            if !unsafe { self.work.run(context, chunk) }.is_ok() {
                self.fail(chunk.start, std::mem::take(&mut context.error));
            }
        }
    }

    /// The next chunk; `None` when there is none, or when it would lie above one that raised.
    fn take(&self) -> Option<Chunk> {
        let chunk = if self.work.is_fixed() { self.take_fixed() } else { self.take_adaptive() }?;
        (chunk.start < self.limit.load(Ordering::Acquire)).then_some(chunk)
    }

    fn take_fixed(&self) -> Option<Chunk> {
        let number = self.next.fetch_add(1, Ordering::AcqRel);
        (number < self.end()).then(|| self.work.fixed_chunk(number))
    }

    fn take_adaptive(&self) -> Option<Chunk> {
        let mut start = self.next.load(Ordering::Acquire);
        loop {
            let left = self.end() - start;
            if left <= 0 {
                return None;
            }
            let length = adaptive_length(left, self.divisor, self.grain);
            let end = start + length;
            match self.next.compare_exchange_weak(start, end, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Some(Chunk { start, end, row: 0 }),
                Err(other) => start = other,
            }
        }
    }

    /// Where `next` ends.
    fn end(&self) -> i64 {
        if self.work.is_fixed() { self.work.chunks } else { self.work.trip_count }
    }

    /// Remembers the error of the chunk that starts at `start`, if no lower one has raised.
    fn fail(&self, start: i64, mut error: ErrorState) {
        let mut shared = self.lock();
        if start < self.limit.load(Ordering::Acquire) {
            std::mem::swap(&mut shared.error, &mut error);
            self.limit.store(start, Ordering::Release);
            shared.wake();
        }
        drop(shared);
        // Of two errors one is not told.
        error_texts::forget(&mut error);
    }

    fn register(&self) -> bool {
        let one_more = |state: usize| (state & CLOSED == 0).then(|| state + 1);
        self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).is_ok()
    }

    fn deregister(&self) {
        if self.state.fetch_sub(1, Ordering::AcqRel) == CLOSED + 1 {
            // Taken and released, so that the opener is either asleep or has not looked at the state yet. Woken under the
            // lock, it would go to sleep again for it.
            drop(self.lock());
            self.is_idle.notify_one();
        }
    }

    /// Ends the region: waits for the registered helpers, and returns the error that is left.
    pub(crate) fn close(&self) -> Option<ErrorState> {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
        for _ in 0..SPINS {
            if self.is_left() {
                break;
            }
            std::hint::spin_loop();
        }
        while !self.is_left() {
            self.wait();
        }
        let mut error = std::mem::take(&mut self.lock().error);
        // SAFETY: called by the opener, whose frame is valid.
        if let Some(stop) = unsafe { &*self.opener }.call().stop() {
            error_texts::forget(&mut error);
            return Some(stop);
        }
        let failed = self.limit.load(Ordering::Acquire) < i64::MAX;
        failed.then_some(error)
    }

    fn is_left(&self) -> bool {
        self.state.load(Ordering::Acquire) == CLOSED
    }

    /// Sleeps for a moment or until the last helper has left, then asks whether the opener has to stop.
    fn wait(&self) {
        let shared = self.lock();
        if self.is_left() {
            return;
        }
        let (shared, timeout) =
            self.is_idle.wait_timeout(shared, WAIT).unwrap_or_else(PoisonError::into_inner);
        drop(shared);
        // SAFETY: called by the opener, whose frame is valid.
        if timeout.timed_out() && unsafe { &*self.opener }.must_stop().is_some() {
            self.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Calls everyone who is at work to a safepoint, where they find out whether it concerns them.
    fn wake(&self) {
        for flag in &self.flags {
            // SAFETY: registered flags outlive their registration.
            if let Some(flag) = unsafe { flag.0.as_ref() } {
                flag.store(1, Ordering::Release);
            }
        }
    }

    fn remove(&mut self, flag: FlagAddress) {
        if let Some(position) = self.flags.iter().position(|&other| other == flag) {
            self.flags.swap_remove(position);
        }
    }
}

/// How many of `left` iterations to take at once: a share that shrinks towards the end, so that threads finish together;
/// whole cache lines when there are many.
fn adaptive_length(left: i64, divisor: i64, grain: i64) -> i64 {
    const LINE: i64 = 64;
    let share = (left / divisor).max(grain);
    let share = if share >= 4 * LINE { share / LINE * LINE } else { share };
    share.min(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adaptive_chunks_shrink_and_cover() {
        for (count, threads, grain) in
            [(1, 2, 1), (7, 2, 1), (1_000_000, 16, 1), (1_000_000, 2, 1000), (i64::MAX, 7, 1)]
        {
            let (mut left, mut chunks, mut previous) = (count, 0, i64::MAX);
            while left > 0 {
                let length = adaptive_length(left, 4 * threads, grain);
                assert!(length >= 1 && length <= left && length <= previous);
                (left, chunks, previous) = (left - length, chunks + 1, length);
            }
            assert!(chunks <= 200 * threads, "{count} iterations on {threads} threads: {chunks} chunks");
        }
    }
}
