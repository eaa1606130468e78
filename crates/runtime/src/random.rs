//! The generator of random numbers of each thread, which compiled code draws from.
//!
//! It begins with a seed from the system, as CPython's does, in the child of a fork too. A thread of a parallel region has its own, so what a
//! kernel seeds is the generator of the thread that runs that code.
#![allow(unsafe_code)] // Asks the system for random bytes; called by compiled code.

use crate::objects::Process;
use crate::process::watch_fork;
use hotloop_objects::shuffle;
use hotloop_random::{Distribution, Generator};
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
    generator: Generator,
    /// The count of forks at the time it was seeded.
    forks: u32,
}

thread_local! {
    static GENERATOR: RefCell<Option<Box<OfThread>>> = const { RefCell::new(None) };
}

/// The generator of this thread.
///
/// # Panics
/// Panics when it is asked for within `work`.
pub fn with_generator<T>(work: impl FnOnce(&mut Generator) -> T) -> T {
    GENERATOR.with_borrow_mut(|slot| {
        let forks = FORKS.load(Ordering::Relaxed);
        match slot {
            Some(known) if known.forks == forks => work(&mut known.generator),
            _ => work(&mut begun(slot, forks).generator),
        }
    })
}

#[cold]
fn begun(slot: &mut Option<Box<OfThread>>, forks: u32) -> &mut OfThread {
    watch_fork();
    slot.insert(Box::new(OfThread { generator: from_system(), forks }))
}

/// A generator with a seed from the system.
fn from_system() -> Generator {
    let mut key = [0_u32; 624];
    let size = size_of_val(&key);
    // SAFETY: the buffer is as large as is said.
    let filled = unsafe { libc::getrandom(key.as_mut_ptr().cast(), size, 0) };
    if usize::try_from(filled) != Ok(size) {
        // What the standard library has from the system is less, but differs each time.
        let state = RandomState::new();
        key.iter_mut().zip(0_u32..).for_each(|(word, at)| *word = state.hash_one(at) as u32);
    }
    Generator::of_key(&key)
}

pub(crate) extern "C" fn hl_random_float() -> f64 {
    with_generator(Generator::float)
}

pub(crate) extern "C" fn hl_random_bits(count: i64) -> i64 {
    with_generator(|generator| generator.bits(count as u32)) as i64
}

pub(crate) extern "C" fn hl_random_below(limit: i64) -> i64 {
    with_generator(|generator| generator.below(limit as u64)) as i64
}

pub(crate) extern "C" fn hl_random_seed(magnitude: i64, is_known: i64) {
    let seeded = if is_known == 0 { from_system() } else { Generator::seeded(magnitude as u64) };
    with_generator(|generator| *generator = seeded);
}

pub(crate) extern "C" fn hl_random_draw(distribution: i64, a: f64, b: f64, c: f64) -> f64 {
    let distribution =
        Distribution::by_number(distribution as u64).expect("compiled code names distributions of the table");
    with_generator(|generator| distribution.draw(generator, [a, b, c]))
}

/// # Safety
/// There are so many items of so many bytes each, so far apart, and nobody else uses them.
pub(crate) unsafe extern "C" fn hl_random_shuffle(
    first: *mut u8,
    length: i64,
    stride_bytes: i64,
    size_bytes: i64,
) {
    with_generator(|generator| {
        let below = |limit| generator.below(limit);
        let Ok(()) = shuffle(&mut Process, first as u64, length as u64, (stride_bytes, size_bytes), below);
    });
}
