//! What each thread that runs compiled code keeps: its stack limit, the flag that asks its code to come to a safepoint,
//! how many calls on it want to be asked from time to time, and how its calls run parallel loops.
//!
//! The slots of all threads form a list that only grows, so that a signal handler may walk it. A thread that ends
//! leaves its slot to the next one that starts.
#![allow(unsafe_code)] // Asks the system for the stack's bounds, and shares flags that live for ever.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

/// What a context takes from the thread that it is for.
#[derive(Clone, Copy)]
pub(crate) struct ThreadState {
    /// See [`stack_limit`].
    pub(crate) stack_limit: u64,
    pub(crate) slot: &'static Slot,
}

/// How calls from a thread run parallel loops, unless the call says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoopSettings {
    /// How many threads they use, the calling one included; 0 for [`thread_count`](crate::thread_count).
    pub threads: u32,
    /// How many iterations a thread takes at once in loops that are cut freely; 0 for what seems best.
    pub chunk_size: u32,
}

/// How calls from this thread run parallel loops.
pub fn loop_settings() -> LoopSettings {
    current().slot.loop_settings()
}

/// Lets the next calls from this thread run parallel loops so.
///
/// ```
/// use hotloop_runtime::{CallState, Interrupter, LoopSettings, loop_settings, set_loop_settings};
///
/// set_loop_settings(LoopSettings { threads: 3, ..loop_settings() });
/// let interrupter = Interrupter::new();
/// assert_eq!(CallState::new(&interrupter).threads_set(), 3);
/// ```
pub fn set_loop_settings(settings: LoopSettings) {
    current().slot.keep_loop_settings(settings);
}

thread_local! {
    static STATE: Cell<Option<ThreadState>> = const { Cell::new(None) };
    static LEASE: Cell<Option<SlotLease>> = const { Cell::new(None) };
}

/// The state of the calling thread.
#[inline]
pub(crate) fn current() -> ThreadState {
    STATE.get().unwrap_or_else(set_up)
}

#[cold]
fn set_up() -> ThreadState {
    let slot = Slot::lease();
    let state = ThreadState { stack_limit: stack_bounds().limit(), slot };
    STATE.set(Some(state));
    // While the thread ends, the place of the lease is gone already: then the slot stays taken, which costs 64 bytes.
    let _ = LEASE.try_with(|lease| lease.set(Some(SlotLease(slot))));
    state
}

/// The lowest stack address that compiled code may reach on the calling thread. Below it lie at least 128 KiB, or a
/// quarter of a small stack, for the runtime, for functions that do not check, and for signal handlers.
pub fn stack_limit() -> u64 {
    current().stack_limit
}

/// Asks compiled code on every thread to call `hl_safepoint` soon, which asks its host whether to go on. May be called
/// from a signal handler.
pub fn request_safepoints() {
    for slot in Slot::all() {
        slot.flag.store(1, Ordering::Release);
    }
}

/// The same on the threads that have a call whose host polls. Returns whether there are any.
pub(crate) fn request_polls() -> bool {
    let mut is_any = false;
    for slot in Slot::all().filter(|slot| slot.polled_calls.load(Ordering::Relaxed) > 0) {
        slot.flag.store(1, Ordering::Release);
        is_any = true;
    }
    is_any
}

/// What a thread has in the list of all threads.
#[repr(align(64))]
#[derive(Debug)]
pub(crate) struct Slot {
    /// Non-zero asks compiled code on this thread to call `hl_safepoint`.
    pub(crate) flag: AtomicU32,
    /// The number of calls under way on this thread whose host polls. Only this thread writes it.
    pub(crate) polled_calls: AtomicU32,
    /// See [`LoopSettings`]; only this thread uses them.
    threads: AtomicU32,
    chunk_size: AtomicU32,
    is_taken: AtomicBool,
    next: AtomicPtr<Slot>,
}

static FIRST: AtomicPtr<Slot> = AtomicPtr::new(null_mut());

/// Gives the slot back when its thread ends.
struct SlotLease(&'static Slot);

impl Drop for SlotLease {
    fn drop(&mut self) {
        let _ = STATE.try_with(|state| state.set(None));
        self.0.is_taken.store(false, Ordering::Release);
    }
}

impl Slot {
    /// How calls from the slot's thread run parallel loops.
    #[inline]
    pub(crate) fn loop_settings(&self) -> LoopSettings {
        LoopSettings {
            threads: self.threads.load(Ordering::Relaxed),
            chunk_size: self.chunk_size.load(Ordering::Relaxed),
        }
    }

    /// Lets later calls run parallel loops like that.
    #[inline]
    pub(crate) fn keep_loop_settings(&self, settings: LoopSettings) {
        self.threads.store(settings.threads, Ordering::Relaxed);
        self.chunk_size.store(settings.chunk_size, Ordering::Relaxed);
    }

    /// The slots of all threads, and those that wait for one.
    fn all() -> impl Iterator<Item = &'static Self> {
        // SAFETY: slots are never freed.
        let slot_at = |address: &AtomicPtr<Self>| unsafe { address.load(Ordering::Acquire).as_ref() };
        std::iter::successors(slot_at(&FIRST), move |slot| slot_at(&slot.next))
    }

    /// A slot that no other living thread has.
    fn lease() -> &'static Self {
        match Self::all().find(|slot| !slot.is_taken.swap(true, Ordering::AcqRel)) {
            Some(slot) => {
                for number in [&slot.flag, &slot.polled_calls, &slot.threads, &slot.chunk_size] {
                    number.store(0, Ordering::Relaxed);
                }
                slot
            }
            None => Self::add(),
        }
    }

    fn add() -> &'static Self {
        let slot: &Self = Box::leak(Box::new(Self {
            flag: AtomicU32::new(0),
            polled_calls: AtomicU32::new(0),
            threads: AtomicU32::new(0),
            chunk_size: AtomicU32::new(0),
            is_taken: AtomicBool::new(true),
            next: AtomicPtr::new(null_mut()),
        }));
        let address = std::ptr::from_ref(slot).cast_mut();
        let mut first = FIRST.load(Ordering::Acquire);
        loop {
            slot.next.store(first, Ordering::Relaxed);
            match FIRST.compare_exchange_weak(first, address, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return slot,
                Err(other) => first = other,
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct StackBounds {
    lowest: u64,
    size_bytes: u64,
}

impl StackBounds {
    const KIB: u64 = 1024;
    /// From that much stack on, the reserve is constant.
    const SMALL: u64 = 512 * Self::KIB;
    const RESERVE: u64 = 128 * Self::KIB;
    /// More is not used: under an unlimited stack, endless recursion would otherwise eat the memory of the machine.
    const MOST_USED: u64 = 256 * Self::KIB * Self::KIB;

    fn limit(self) -> u64 {
        let reserve = if self.size_bytes < Self::SMALL { self.size_bytes / 4 } else { Self::RESERVE };
        let usable = (self.size_bytes - reserve).min(Self::MOST_USED);
        self.lowest + self.size_bytes - usable
    }
}

fn stack_bounds() -> StackBounds {
    system_stack_bounds().unwrap_or_else(|| {
        // The system does not say, so rely on the part of a small stack that is surely left.
        let here = std::ptr::from_ref(&0_u8).addr() as u64;
        let size_bytes = 256 * StackBounds::KIB;
        StackBounds { lowest: here.saturating_sub(size_bytes), size_bytes }
    })
}

fn system_stack_bounds() -> Option<StackBounds> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut lowest, mut size_bytes) = (null_mut(), 0);
    // SAFETY: the attributes are initialised by the first call when it succeeds, read by the second, and destroyed by
    // the third; all pointers are to locals.
    let is_known = unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let status = libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size_bytes);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        status == 0 && size_bytes > 0
    };
    is_known.then(|| StackBounds { lowest: lowest.addr() as u64, size_bytes: size_bytes as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> u64 {
        let local = 0_u8;
        std::hint::black_box(std::ptr::from_ref(&local)).addr() as u64
    }

    #[test]
    fn small_stacks_keep_a_quarter() {
        for kib in [64, 256, 2048] {
            // The C library may hand out a larger stack that another thread left.
            let thread = std::thread::Builder::new().stack_size(kib * 1024);
            let (usable, bounds) =
                thread.spawn(|| (here() - stack_limit(), stack_bounds())).unwrap().join().unwrap();
            let reserve = bounds.limit() - bounds.lowest;
            assert_eq!(
                reserve,
                if bounds.size_bytes < 512 << 10 { bounds.size_bytes / 4 } else { 128 << 10 }
            );
            // The thread's own first frames are above `here`.
            assert!(usable > (bounds.size_bytes - reserve) / 2, "{kib} KiB: {usable} of {bounds:?}");
            assert!(usable < bounds.size_bytes - reserve, "{kib} KiB: {usable} of {bounds:?}");
        }
    }

    #[test]
    fn huge_stacks_are_not_used_whole() {
        let bounds = StackBounds { lowest: 1 << 40, size_bytes: 1 << 38 };
        assert_eq!(bounds.limit(), (1 << 40) + (1 << 38) - StackBounds::MOST_USED);
    }

    #[test]
    fn a_request_reaches_every_thread() {
        let (ready, wait) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let flag = &current().slot.flag;
            ready.send(()).unwrap();
            while flag.load(Ordering::Acquire) == 0 {
                std::thread::yield_now();
            }
        });
        wait.recv().unwrap();
        request_safepoints();
        thread.join().unwrap();
    }
}
