//! How whoever called can stop compiled code: Ctrl-C, a time limit, a closed window.

use crate::thread::request_safepoints;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stops calls that run under it.
///
/// Compiled code looks at a flag on the back edges of its loops. [`Interrupter::interrupt`] sets it; the calls that are
/// under way then end with `KeyboardInterrupt`, serial or parallel, while calls that begin later are not affected.
///
/// A host with its own notion of being interrupted gives a poll function ([`Interrupter::with_poll`]). It is asked on the
/// thread that made the call, every 20 milliseconds or so, at a safepoint or while that thread waits for workers; sooner
/// when safepoints are [requested](crate::request_safepoints).
///
/// ```
/// use hotloop_runtime::{CallState, Interrupter};
///
/// let interrupter = Interrupter::new();
/// let mut call = CallState::new(&interrupter);
/// assert!(call.worker().safepoint().is_ok());
/// interrupter.interrupt();
/// assert!(call.worker().safepoint().is_err());
/// assert!(CallState::new(&interrupter).worker().safepoint().is_ok());
/// ```
#[derive(Default)]
pub struct Interrupter {
    requests: AtomicU64,
    poll: Option<Box<Poll>>,
}

type Poll = dyn Fn() -> bool + Send + Sync;

impl std::fmt::Debug for Interrupter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interrupter").field("requests", &self.requests).finish_non_exhaustive()
    }
}

impl Interrupter {
    /// One that stops calls only by [`Interrupter::interrupt`].
    pub const fn new() -> Self {
        Self { requests: AtomicU64::new(0), poll: None }
    }

    /// One that also asks `poll`, which returns true to stop the call. When it panics, the call ends with `SystemError`.
    pub fn with_poll(poll: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { requests: AtomicU64::new(0), poll: Some(Box::new(poll)) }
    }

    /// Stops all calls that are under way. May be called from any thread and from a signal handler.
    pub fn interrupt(&self) {
        self.requests.fetch_add(1, Ordering::Release);
        request_safepoints();
    }

    /// How often it was interrupted; a call compares with what it saw at its start.
    #[inline]
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Acquire)
    }

    /// Whether there is a poll function.
    #[inline]
    pub(crate) fn polls(&self) -> bool {
        self.poll.is_some()
    }

    /// Asks the poll function, if there is one.
    pub(crate) fn asks_to_stop(&self) -> bool {
        self.poll.as_ref().is_some_and(|poll| poll())
    }
}
