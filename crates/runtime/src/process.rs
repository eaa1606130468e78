//! What the runtime's own threads have to do with the process around them: signals and `fork`.
#![allow(unsafe_code)] // Calls the C library.

use crate::{heartbeat, pool, random};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

static WATCHES_FORK: AtomicBool = AtomicBool::new(false);

/// From now on, forked children know that the runtime's threads are not with them. To be called before the first thread
/// is made.
pub(crate) fn watch_fork() {
    if WATCHES_FORK.swap(true, Ordering::Relaxed) {
        return;
    }
    // SAFETY: the handler only stores to atomics. When registering fails there is no memory left, and a child that then
    // uses threads hangs as it would have without a handler.
    let _ = unsafe { libc::pthread_atfork(None, None, Some(after_fork)) };
}

/// Runs in a forked child.
extern "C" fn after_fork() {
    pool::forget();
    random::forget();
    heartbeat::forget();
}

/// Makes threads that leave signals to the host's own threads: a host such as Python waits for them in system calls that
/// a signal delivered to another thread would not end. Faults stay with the thread that causes them.
pub(crate) fn with_signals_blocked<Made>(make_threads: impl FnOnce() -> Made) -> Made {
    let mut blocked = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the sets are locals, and each is initialised before it is read; a mask that cannot be set stays as it is.
    let is_set = unsafe {
        libc::sigfillset(blocked.as_mut_ptr());
        for fault in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGABRT] {
            libc::sigdelset(blocked.as_mut_ptr(), fault);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, blocked.as_ptr(), before.as_mut_ptr()) == 0
    };
    let made = make_threads();
    if is_set {
        // SAFETY: the old mask was written when the new one was set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    }
    made
}
