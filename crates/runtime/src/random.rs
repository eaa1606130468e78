//! The generators of random numbers of each thread, which compiled code draws from: one for each stream.
//!
//! They begin with seeds from the system, as CPython's does, in the child of a fork too. A thread of a parallel region has its own, so what a
//! kernel seeds is a generator of the thread that runs that code.
#![allow(unsafe_code)] // Asks the system for random bytes; called by compiled code.

use crate::objects::Process;
use crate::process::watch_fork;
use hotloop_objects::shuffle;
use hotloop_random::{Distribution, Generator, Stream, Streams};
use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};

/// How often this process has come out of a fork.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// To be told after a fork, in the child.
pub(crate) fn forget() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

struct OfThread {
    streams: Streams,
    /// The count of forks at the time they were seeded.
    forks: u32,
}

thread_local! {
    static STREAMS: RefCell<Option<Box<OfThread>>> = const { RefCell::new(None) };
}

/// The generators of this thread.
///
/// # Panics
/// Panics when they are asked for within `work`.
pub fn with_streams<T>(work: impl FnOnce(&mut Streams) -> T) -> T {
    STREAMS.with_borrow_mut(|slot| {
        let forks = FORKS.load(Ordering::Relaxed);
        match slot {
            Some(known) if known.forks == forks => work(&mut known.streams),
            _ => work(&mut begun(slot, forks).streams),
        }
    })
}

#[cold]
fn begun(slot: &mut Option<Box<OfThread>>, forks: u32) -> &mut OfThread {
    watch_fork();
    slot.insert(Box::new(OfThread { streams: Streams::new(from_system(), from_system()), forks }))
}

/// A generator with a seed from the system.
fn from_system() -> Generator {
    Generator::of_key(&words_from_system::<624>())
}

/// Random words from the system.
pub(crate) fn words_from_system<const COUNT: usize>() -> [u32; COUNT] {
    let mut key = [0_u32; COUNT];
    let size = size_of_val(&key);
    // SAFETY: the buffer is as large as is said.
    let filled = unsafe { libc::getrandom(key.as_mut_ptr().cast(), size, 0) };
    if usize::try_from(filled) != Ok(size) {
        // What the standard library has from the system is less, but differs each time.
        let state = RandomState::new();
        key.iter_mut().zip(0_u32..).for_each(|(word, at)| *word = state.hash_one(at) as u32);
    }
    key
}

/// The stream that compiled code means.
fn stream(number: i64) -> Stream {
    Stream::by_number(number as u64).expect("compiled code names streams that there are")
}

pub(crate) extern "C" fn hl_random_float(of: i64) -> f64 {
    with_streams(|streams| streams.of(stream(of)).float())
}

pub(crate) extern "C" fn hl_random_bits(of: i64, count: i64) -> i64 {
    with_streams(|streams| streams.of(stream(of)).bits(count as u32)) as i64
}

pub(crate) extern "C" fn hl_random_below(of: i64, limit: i64) -> i64 {
    with_streams(|streams| streams.below(stream(of), limit as u64)) as i64
}

pub(crate) extern "C" fn hl_random_seed(of: i64, magnitude: i64, is_known: i64) {
    with_streams(|streams| match is_known {
        0 => *streams.of(stream(of)) = from_system(),
        _ => streams.seed(stream(of), magnitude as u64),
    });
}

pub(crate) extern "C" fn hl_random_draw(distribution: i64, a: f64, b: f64, c: f64) -> f64 {
    let distribution =
        Distribution::by_number(distribution as u64).expect("compiled code names distributions of the table");
    with_streams(|streams| streams.draw(distribution, [a, b, c]))
}

/// # Safety
/// There are so many items of so many bytes each, so far apart, and nobody else uses them.
pub(crate) unsafe extern "C" fn hl_random_shuffle(
    of: i64,
    first: *mut u8,
    length: i64,
    stride_bytes: i64,
    size_bytes: i64,
) {
    with_streams(|streams| {
        let below = |limit| streams.below(stream(of), limit);
        let Ok(()) = shuffle(&mut Process, first as u64, length as u64, (stride_bytes, size_bytes), below);
    });
}
