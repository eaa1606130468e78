//! What calls that look for races have seen: code that tells of each access runs its parallel loops on one thread, in order.
//!
//! The record belongs to the thread that makes the call, where the allocator finds it, too: memory that is given out anew is forgotten.
#![allow(unsafe_code)] // Exported to compiled code.

use hotloop_races::{Access, Conflict, Place, Tracker};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static TRACKER: RefCell<Tracker> = RefCell::default();
}

/// Whether any call of the process has looked for races: all others should not pay for it.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// A call of this thread that looks for races begins.
pub(crate) fn begin() {
    IS_USED.store(true, Ordering::Relaxed);
    TRACKER.replace(Tracker::default());
}

/// What the call has found.
pub(crate) fn take() -> Vec<Conflict> {
    TRACKER.take().take_conflicts()
}

/// Runs a parallel loop, which ends with what is returned.
pub(crate) fn in_region<T>(run: impl FnOnce() -> T) -> T {
    TRACKER.with_borrow_mut(Tracker::begin_region);
    let result = run();
    TRACKER.with_borrow_mut(Tracker::end_region);
    result
}

/// Memory is given out.
#[inline]
pub(crate) fn allocated(address: u64, size_bytes: usize) {
    if IS_USED.load(Ordering::Relaxed) {
        TRACKER.with_borrow_mut(|tracker| tracker.forget(address, size_bytes as u64));
    }
}

pub(crate) extern "C" fn hl_race_iteration(index: i64, file: i64, range: i64) {
    TRACKER.with_borrow_mut(|tracker| tracker.begin_iteration(index, Place::from_words([file, range])));
}

pub(crate) extern "C" fn hl_race_call(file: i64, range: i64) {
    TRACKER.with_borrow_mut(|tracker| tracker.call(Place::from_words([file, range])));
}

pub(crate) extern "C" fn hl_race_access(
    address: u64,
    size_bytes: i64,
    how: i64,
    file: i64,
    range: i64,
    first: i64,
    second: i64,
    third: i64,
) {
    let (size_bytes, is_write) = (size_bytes.max(0) as u64, how & 1 != 0);
    let access = Access { address, size_bytes, is_write, place: Place::from_words([file, range]) };
    let indices = [first, second, third];
    TRACKER.with_borrow_mut(|tracker| tracker.access(access, &indices[..(how >> 1) as usize]));
}
