//! A forked child uses parallel regions although the threads of its parent's pool are not there.
#![allow(unsafe_code)] // Forks.

use hotloop_runtime::{CallState, Interrupter};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

static INTERRUPTER: Interrupter = Interrupter::new();

fn sum_in_parallel(threads: u32) -> i64 {
    let sum = AtomicI64::new(0);
    let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
    let outcome = call.worker().parallel_for(1000, 1_000_000_000, |_, range| {
        sum.fetch_add(range.sum(), Ordering::Relaxed);
        std::thread::yield_now();
        Ok(())
    });
    if outcome.is_ok() { sum.into_inner() } else { -1 }
}

/// Forks; the child exits with 0 when `child` returns true.
fn fork(child: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child only uses what survives a fork: its own memory, and malloc, which the C library repairs.
    let process = unsafe { libc::fork() };
    assert!(process >= 0, "fork failed");
    if process == 0 {
        let status = if child() { 0 } else { 1 };
        // SAFETY: ends the child at once, without the test harness.
        unsafe { libc::_exit(status) }
    }
    process
}

/// The exit status, or `None` when the child hangs, and is ended.
fn wait(process: libc::pid_t) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        let mut status = 0;
        // SAFETY: waits for our own child.
        if unsafe { libc::waitpid(process, &mut status, libc::WNOHANG) } == process {
            return Some(status);
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    // SAFETY: ends our own child.
    unsafe { libc::kill(process, libc::SIGKILL) };
    None
}

/// Children of children included, and while other threads of the parent keep the pool and its locks busy.
#[test]
fn children_compute_in_parallel() {
    assert_eq!(sum_in_parallel(4), 499_500);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for threads in [2, 3] {
            let is_done = &is_done;
            scope.spawn(move || {
                while !is_done.load(Ordering::Relaxed) {
                    assert_eq!(sum_in_parallel(threads), 499_500);
                }
            });
        }
        for round in 0..100 {
            let child = fork(|| {
                let grandchild = (round % 10 == 0).then(|| fork(|| sum_in_parallel(3) == 499_500));
                (0..3).all(|_| sum_in_parallel(4) == 499_500)
                    && grandchild.is_none_or(|child| wait(child) == Some(0))
            });
            let status = wait(child);
            is_done.fetch_or(status != Some(0), Ordering::Relaxed);
            assert_eq!(status, Some(0), "round {round}");
        }
        is_done.store(true, Ordering::Relaxed);
    });
    assert_eq!(sum_in_parallel(4), 499_500);
}
