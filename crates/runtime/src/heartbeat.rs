//! Brings calls whose host polls to a safepoint every 20 milliseconds.
//!
//! Compiled code only looks at a flag, and a host such as Python cannot always say when it wants to be asked: its signal
//! handlers come and go. So one thread of the process sets the flags of threads with such calls from time to time. It
//! rests while there are none, and a call costs a counter and a look at whether it rests.
#![allow(unsafe_code)] // A handle that lives for ever behind a pointer that `fork` clears.

use crate::{process, thread};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::thread::Thread;
use std::time::Duration;

const PERIOD: Duration = Duration::from_millis(20);
/// After so many beats without a call it rests.
const BEATS_BEFORE_REST: u32 = 50;

/// There is no thread.
const ABSENT: u32 = 0;
/// The thread is awake, or about to be.
const BEATING: u32 = 1;
/// The thread sleeps until it is woken.
const RESTING: u32 = 2;

static STATE: AtomicU32 = AtomicU32::new(ABSENT);
static HEART: AtomicPtr<Thread> = AtomicPtr::new(null_mut());

/// A call under way whose host polls; ends when dropped, which has to be on the thread that began it.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    polled_calls: &'static AtomicU32,
}

impl Heartbeat {
    /// Counts a call on the calling thread, whose counter is given.
    #[inline]
    pub(crate) fn begin(polled_calls: &'static AtomicU32) -> Self {
        // Only this thread writes the counter, so no read-modify-write is needed.
        polled_calls.store(polled_calls.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        if STATE.load(Ordering::Relaxed) != BEATING {
            wake();
        }
        Self { polled_calls }
    }
}

impl Drop for Heartbeat {
    #[inline]
    fn drop(&mut self) {
        self.polled_calls.store(self.polled_calls.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }
}

#[cold]
fn wake() {
    match STATE.swap(BEATING, Ordering::AcqRel) {
        ABSENT => start(),
        RESTING => {
            // SAFETY: handles are never freed; a heart that rests has left its own.
            if let Some(heart) = unsafe { HEART.load(Ordering::Acquire).as_ref() } {
                heart.unpark();
            }
        }
        _beating => {}
    }
}

fn start() {
    process::watch_fork();
    let heart = std::thread::Builder::new().name("hotloop-heartbeat".to_owned()).stack_size(64 << 10);
    let started = process::with_signals_blocked(|| heart.spawn(beat));
    if started.is_err() {
        // Requests still work, and another call may have more luck.
        STATE.store(ABSENT, Ordering::Release);
    }
}

fn beat() {
    HEART.store(Box::into_raw(Box::new(std::thread::current())), Ordering::Release);
    let mut idle_beats = 0;
    loop {
        std::thread::sleep(PERIOD);
        idle_beats = if thread::request_polls() { 0 } else { idle_beats + 1 };
        if idle_beats >= BEATS_BEFORE_REST {
            rest();
            idle_beats = 0;
        }
    }
}

/// Sleeps until a call begins.
fn rest() {
    STATE.store(RESTING, Ordering::Release);
    // A call that saw the thread beating just before has been counted within this time.
    std::thread::sleep(PERIOD);
    if thread::request_polls() {
        STATE.store(BEATING, Ordering::Release);
    }
    while STATE.load(Ordering::Acquire) == RESTING {
        std::thread::park();
    }
}

/// Called in a forked child, which has no such thread.
pub(crate) fn forget() {
    STATE.store(ABSENT, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallState, Interrupter};
    use std::sync::atomic::AtomicBool;
    use std::time::Instant;

    /// Returns how long a serial loop without requests took to end after its host wanted it to.
    fn time_to_stop() -> Duration {
        static STOPS: AtomicBool = AtomicBool::new(false);
        STOPS.store(false, Ordering::Relaxed);
        let interrupter = Interrupter::with_poll(|| STOPS.load(Ordering::Relaxed));
        let mut call = CallState::new(&interrupter);
        let context = call.context();
        // SAFETY: the context and its flag are valid.
        let flag = unsafe { &*(*context).interrupt };
        let mut began = Instant::now();
        loop {
            if !STOPS.load(Ordering::Relaxed) && began.elapsed() > Duration::from_millis(30) {
                STOPS.store(true, Ordering::Relaxed);
                began = Instant::now();
            }
            if flag.load(Ordering::Relaxed) != 0 && !passes_safepoint(context) {
                return began.elapsed();
            }
            assert!(began.elapsed() < Duration::from_secs(10), "nobody asked");
        }
    }

    fn passes_safepoint(context: *mut hotloop_abi::Context) -> bool {
        // SAFETY: the context is valid.
        unsafe { crate::safepoint::hl_safepoint(context) }.is_ok()
    }

    #[test]
    fn a_serial_loop_is_asked_even_after_a_rest() {
        assert!(time_to_stop() < Duration::from_millis(100));
        let began = Instant::now();
        while STATE.load(Ordering::Acquire) != RESTING {
            assert!(began.elapsed() < Duration::from_secs(20), "it never rests");
            std::thread::sleep(PERIOD);
        }
        std::thread::sleep(2 * PERIOD);
        assert!(time_to_stop() < Duration::from_millis(100));
    }
}
