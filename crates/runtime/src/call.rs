//! The state of one call into compiled code, and the chain of frames that says where in which parallel regions a
//! thread is.
//!
//! `Context::host` points to a [`Frame`]: the call's own, or one that a thread makes while it works on a region. Frames
//! know their region and the frame that opened it, up to the call, so a safepoint anywhere finds everything that may
//! stop it.
#![allow(unsafe_code)] // Contexts point to frames on the stacks of callers.

use crate::error_texts;
use crate::heartbeat::Heartbeat;
use crate::interrupt::Interrupter;
use crate::output::{Output, WriteFailed};
use crate::pool;
use crate::races;
use crate::raise::error;
use crate::region::Region;
use crate::thread::{self, LoopSettings, Slot};
use crate::worker::Worker;
use hotloop_abi::{Context, ErrorState, ExceptionClass};
use hotloop_races::Conflict;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything that one call into compiled code needs besides its arguments. Making one takes a few nanoseconds.
///
/// ```
/// use hotloop_abi::{Context, Status};
/// use hotloop_runtime::{CallState, Interrupter};
///
/// extern "C" fn compiled(_context: *mut Context) -> Status {
///     Status::OK
/// }
///
/// let interrupter = Interrupter::new();
/// let mut call = CallState::new(&interrupter);
/// assert_eq!(compiled(call.context()), Status::OK);
/// ```
#[derive(Debug)]
pub struct CallState<'i> {
    context: Context,
    frame: Frame,
    call: Call<'i>,
    /// Where its thread keeps its settings.
    slot: &'static Slot,
    /// Brings the thread to safepoints from time to time, when the host wants to be asked.
    _heartbeat: Option<Heartbeat>,
}

impl<'i> CallState<'i> {
    /// A call on the current thread that `interrupter` can stop.
    #[inline(always)] // Where it is made it stays: a state is too large to be moved in a call of 20 nanoseconds.
    pub fn new(interrupter: &'i Interrupter) -> Self {
        let thread = thread::current();
        Self {
            _heartbeat: interrupter.polls().then(|| Heartbeat::begin(&thread.slot.polled_calls)),
            slot: thread.slot,
            context: Context {
                stack_limit: thread.stack_limit,
                interrupt: &raw const thread.slot.flag,
                thread_index: 0,
                in_parallel: 0,
                error: ErrorState::default(),
                host: null_mut(),
            },
            frame: Frame::of_call(),
            call: Call::with_settings(interrupter, thread.slot.loop_settings()),
        }
    }

    /// Lets the call use at most `threads` threads, the calling one included; 0 means
    /// [`thread_count`](crate::thread_count), which is the default.
    #[must_use]
    pub fn with_threads(mut self, threads: u32) -> Self {
        self.set_threads(threads);
        self
    }

    /// The same for a state that stays where it is.
    #[inline]
    pub fn set_threads(&mut self, threads: u32) {
        self.call.set_threads(threads);
    }

    /// How many threads the call was told to use, perhaps by the kernel itself; 0 means the default.
    #[inline]
    pub fn threads_set(&self) -> u32 {
        self.call.threads.load(Ordering::Relaxed)
    }

    /// How the call was told to run parallel loops, perhaps by the kernel itself.
    #[inline]
    pub fn loop_settings(&self) -> LoopSettings {
        LoopSettings { threads: self.threads_set(), chunk_size: self.call.chunk_size.load(Ordering::Relaxed) }
    }

    /// Lets later calls from this thread run parallel loops as this one was told to, if that is not what it began with.
    #[inline]
    pub fn keep_loop_settings(&self, at_start: LoopSettings) {
        let settings = self.loop_settings();
        if settings != at_start {
            self.slot.keep_loop_settings(settings);
        }
    }

    /// Looks for races in code that was compiled to tell of its accesses: parallel loops run in order, on this thread. [`take_races`](Self::take_races) tells what
    /// was found; a thread has one such call at a time.
    pub fn look_for_races(&mut self) {
        self.call.looks_for_races = true;
        races::begin();
    }

    /// Where iterations of a parallel loop have used the same memory, in a call that looks for it.
    pub fn take_races(&mut self) -> Vec<Conflict> {
        if self.call.looks_for_races { races::take() } else { Vec::new() }
    }

    /// The context to call compiled code with. It points into `self`, so it is good until `self` is moved, and only on
    /// the thread that made `self`.
    #[inline]
    pub fn context(&mut self) -> *mut Context {
        self.frame.call = (&raw const self.call).cast();
        self.context.host = (&raw mut self.frame).cast();
        &raw mut self.context
    }

    /// What was raised, after compiled code returned `Status::RAISED`.
    pub fn error(&self) -> &ErrorState {
        &self.context.error
    }

    /// The strings that the error takes along. It holds none any more: to be asked once, of every error.
    pub fn take_error_texts(&mut self) -> Vec<String> {
        error_texts::take(&mut self.context.error)
    }

    /// Writes what compiled code has printed and what was not written yet. To be done when the call has ended, and before its error is told.
    ///
    /// # Errors
    /// It could not be written, and is lost.
    #[inline]
    pub fn hand_over_output(&mut self) -> Result<(), WriteFailed> {
        self.call.output.hand_over()
    }

    /// The calling thread as a worker: to run Rust code in parallel as compiled code would.
    pub fn worker(&mut self) -> Worker<'_> {
        // SAFETY: the context is complete and borrowed exclusively by the worker.
        Worker::new(unsafe { &mut *self.context() })
    }
}

/// What all threads that work for a call share.
#[derive(Debug)]
pub(crate) struct Call<'i> {
    interrupter: &'i Interrupter,
    requests_at_start: u64,
    /// 0 means the default.
    threads: AtomicU32,
    /// How many pool threads work for the call now, nested regions included.
    helpers: AtomicU32,
    /// Of the numbers of the call's threads, from 1 on, those that are taken.
    numbers: Mutex<Vec<bool>>,
    /// How many iterations are taken at once where that is free; 0 for what seems best.
    chunk_size: AtomicU32,
    /// Whether parallel loops run in order, and their accesses are compared.
    looks_for_races: bool,
    /// The class that ends the whole call, plus one; 0 while it may go on.
    stop: AtomicU32,
    /// What was printed.
    output: Output,
}

/// For contexts that were not made by [`CallState`]: nothing stops them.
static NO_INTERRUPTER: Interrupter = Interrupter::new();

impl Call<'static> {
    /// A call that nothing stops.
    pub(crate) fn unstoppable() -> Self {
        Self::new(&NO_INTERRUPTER)
    }
}

impl<'i> Call<'i> {
    #[inline]
    fn new(interrupter: &'i Interrupter) -> Self {
        Self::with_settings(interrupter, LoopSettings::default())
    }

    #[inline]
    fn with_settings(interrupter: &'i Interrupter, settings: LoopSettings) -> Self {
        Self {
            interrupter,
            requests_at_start: interrupter.requests(),
            threads: AtomicU32::new(settings.threads),
            helpers: AtomicU32::new(0),
            numbers: Mutex::new(Vec::new()),
            chunk_size: AtomicU32::new(settings.chunk_size),
            looks_for_races: false,
            stop: AtomicU32::new(0),
            output: Output::new(),
        }
    }

    /// Lets so many threads work for the call, the calling one included; 0 means the default.
    #[inline]
    pub(crate) fn set_threads(&mut self, threads: u32) {
        *self.threads.get_mut() = threads;
    }

    /// The same while the call runs.
    pub(crate) fn change_threads(&self, threads: u32) {
        self.threads.store(threads, Ordering::Relaxed);
    }

    /// How many threads may work for the call, the calling one included.
    pub(crate) fn threads(&self) -> usize {
        match self.threads.load(Ordering::Relaxed) {
            0 => pool::thread_count(),
            threads => threads as usize,
        }
    }

    /// Counts one more helper, unless there are enough, and gives it the lowest number that no other has.
    pub(crate) fn admit_helper(&self) -> Option<u32> {
        let most = self.threads().saturating_sub(1) as u32;
        let one_more = |helpers: u32| (helpers < most).then(|| helpers + 1);
        self.helpers.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        let mut numbers = self.numbers();
        let free = numbers.iter().position(|is_taken| !is_taken).unwrap_or_else(|| {
            numbers.push(false);
            numbers.len() - 1
        });
        numbers[free] = true;
        Some(free as u32 + 1)
    }

    fn numbers(&self) -> MutexGuard<'_, Vec<bool>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn looks_for_races(&self) -> bool {
        self.looks_for_races
    }

    pub(crate) fn chunk_size(&self) -> i64 {
        i64::from(self.chunk_size.load(Ordering::Relaxed))
    }

    /// Sets it while the call runs.
    pub(crate) fn change_chunk_size(&self, iterations: u32) {
        self.chunk_size.store(iterations, Ordering::Relaxed);
    }

    /// Whether one more helper would be admitted.
    pub(crate) fn has_room(&self) -> bool {
        (self.helpers.load(Ordering::Acquire) as usize) < self.threads() - 1
    }

    /// Takes the number back.
    pub(crate) fn dismiss_helper(&self, number: u32) {
        self.numbers()[number as usize - 1] = false;
        self.helpers.fetch_sub(1, Ordering::AcqRel);
    }

    /// The error that ends the whole call, if something does.
    pub(crate) fn stop(&self) -> Option<ErrorState> {
        let number = self.stop.load(Ordering::Acquire).checked_sub(1)?;
        ExceptionClass::by_number(number).map(|class| error(class, &[]))
    }

    /// Asks the host whether to go on, on the thread that made the call.
    fn poll(&self) {
        let class = match catch_unwind(AssertUnwindSafe(|| self.interrupter.asks_to_stop())) {
            Ok(false) => return,
            Ok(true) => ExceptionClass::KeyboardInterrupt,
            Err(_) => ExceptionClass::SystemError,
        };
        self.stop_with(class);
        thread::request_safepoints();
    }

    fn stop_with(&self, class: ExceptionClass) {
        self.stop.store(class as u32 + 1, Ordering::Release);
    }

    /// Whether the call has to end, asking everyone who may know.
    fn checked(&self, may_poll: bool) -> Option<ErrorState> {
        if self.stop().is_none() {
            if self.interrupter.requests() != self.requests_at_start {
                self.stop_with(ExceptionClass::KeyboardInterrupt);
            } else if may_poll {
                self.poll();
            }
        }
        self.stop()
    }
}

/// Where a thread is: in a call, or in a chunk of a region.
#[derive(Debug)]
pub(crate) struct Frame {
    call: *const Call<'static>,
    /// Null in the frame of a call.
    region: *const Region,
    /// The first iteration of the chunk under way, in its region.
    chunk: AtomicI64,
    /// The frame that opened the region.
    opener: *const Frame,
    /// Whether this is the thread that made the call, the only one that may poll.
    is_host_thread: bool,
}

impl Frame {
    #[inline]
    fn of_call() -> Self {
        Self { call: null(), region: null(), chunk: AtomicI64::new(0), opener: null(), is_host_thread: true }
    }

    /// The frame of a call that has no [`CallState`].
    pub(crate) fn of_bare_context(call: &Call<'static>) -> Self {
        Self { call, ..Self::of_call() }
    }

    /// The frame of a thread that works on `region`, opened from `opener`.
    ///
    /// # Safety
    /// Region and opener outlive the frame.
    pub(crate) unsafe fn in_region(region: &Region, opener: &Frame, is_opener: bool) -> Self {
        Self {
            call: opener.call,
            region,
            chunk: AtomicI64::new(0),
            opener,
            is_host_thread: is_opener && opener.is_host_thread,
        }
    }

    /// The frame that `context` is in; `None` for a context that its host made without [`CallState`].
    ///
    /// # Safety
    /// `context` was made by this crate or has a null `host`, and whoever made it is still in its call.
    pub(crate) unsafe fn of<'a>(context: &Context) -> Option<&'a Self> {
        // SAFETY: the caller's promise.
        unsafe { context.host.cast::<Self>().as_ref() }
    }

    pub(crate) fn call(&self) -> &Call<'static> {
        // SAFETY: a call outlives all frames that work for it.
        unsafe { &*self.call }
    }

    /// Prints a text; on the thread that made the call, it may leave at once.
    pub(crate) fn print(&self, text: &str, flush: bool) -> Result<(), WriteFailed> {
        self.call().output.print(text, flush, self.is_host_thread)
    }

    /// Enters a chunk of its region.
    pub(crate) fn enter_chunk(&self, start: i64) {
        self.chunk.store(start, Ordering::Relaxed);
    }

    /// Whether the thread has to stop what it does here, and with which error.
    ///
    /// An error that only says that a lower iteration has failed is never seen: the region prefers the lower one.
    pub(crate) fn must_stop(&self) -> Option<ErrorState> {
        if self.call().checked(self.is_host_thread).is_some() {
            return self.call().stop();
        }
        self.is_passed_over().then(|| error(ExceptionClass::KeyboardInterrupt, &[]))
    }

    /// Whether a region on the way up has failed below the chunk that this thread works for. Regions inside that one
    /// have no use any more and are told.
    fn is_passed_over(&self) -> bool {
        // SAFETY: a region outlives the frames that work on it.
        let Some(region) = (unsafe { self.region.as_ref() }) else { return false };
        if region.has_failed_below(self.chunk.load(Ordering::Relaxed)) {
            return true;
        }
        // SAFETY: so does the frame that opened it.
        let is_passed_over = unsafe { &*self.opener }.is_passed_over();
        if is_passed_over {
            region.cancel();
        }
        is_passed_over
    }
}
