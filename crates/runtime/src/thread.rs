//! What each thread that runs compiled code keeps: its stack limit, the flag that asks its code to come to a safepoint,
//! and how many calls on it want to be asked from time to time.
//!
//! The flags of all threads form a list that only grows, so that a signal handler may walk it. A thread that ends
//! leaves its flag to the next one that starts.
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
    /// Non-zero asks compiled code on this thread to call `hl_safepoint`.
    pub(crate) flag: &'static AtomicU32,
    /// The number of calls under way on this thread whose host polls. Only this thread writes it.
    pub(crate) polled_calls: &'static AtomicU32,
}

thread_local! {
    static STATE: Cell<Option<ThreadState>> = const { Cell::new(None) };
    static FLAG: Cell<Option<FlagLease>> = const { Cell::new(None) };
}

/// The state of the calling thread.
#[inline]
pub(crate) fn current() -> ThreadState {
    STATE.get().unwrap_or_else(set_up)
}

#[cold]
fn set_up() -> ThreadState {
    let flag = SafepointFlag::lease();
    let state = ThreadState {
        stack_limit: stack_bounds().limit(),
        flag: &flag.flag,
        polled_calls: &flag.polled_calls,
    };
    STATE.set(Some(state));
    // While the thread ends, the slot is gone already: then the flag stays taken, which costs 64 bytes.
    let _ = FLAG.try_with(|slot| slot.set(Some(FlagLease(flag))));
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
    for flag in SafepointFlag::all() {
        flag.flag.store(1, Ordering::Release);
    }
}

/// The same on the threads that have a call whose host polls. Returns whether there are any.
pub(crate) fn request_polls() -> bool {
    let mut is_any = false;
    for flag in SafepointFlag::all().filter(|flag| flag.polled_calls.load(Ordering::Relaxed) > 0) {
        flag.flag.store(1, Ordering::Release);
        is_any = true;
    }
    is_any
}

#[repr(align(64))]
struct SafepointFlag {
    flag: AtomicU32,
    polled_calls: AtomicU32,
    is_taken: AtomicBool,
    next: AtomicPtr<SafepointFlag>,
}

static FIRST: AtomicPtr<SafepointFlag> = AtomicPtr::new(null_mut());

/// Gives the flag back when its thread ends.
struct FlagLease(&'static SafepointFlag);

impl Drop for FlagLease {
    fn drop(&mut self) {
        let _ = STATE.try_with(|state| state.set(None));
        self.0.is_taken.store(false, Ordering::Release);
    }
}

impl SafepointFlag {
    /// The flags of all threads, and those that wait for one.
    fn all() -> impl Iterator<Item = &'static Self> {
        // SAFETY: flags are never freed.
        let flag_at = |address: &AtomicPtr<Self>| unsafe { address.load(Ordering::Acquire).as_ref() };
        std::iter::successors(flag_at(&FIRST), move |flag| flag_at(&flag.next))
    }

    /// A flag that no other living thread has.
    fn lease() -> &'static Self {
        match Self::all().find(|flag| !flag.is_taken.swap(true, Ordering::AcqRel)) {
            Some(flag) => {
                flag.flag.store(0, Ordering::Relaxed);
                flag.polled_calls.store(0, Ordering::Relaxed);
                flag
            }
            None => Self::add(),
        }
    }

    fn add() -> &'static Self {
        let flag: &Self = Box::leak(Box::new(Self {
            flag: AtomicU32::new(0),
            polled_calls: AtomicU32::new(0),
            is_taken: AtomicBool::new(true),
            next: AtomicPtr::new(null_mut()),
        }));
        let address = std::ptr::from_ref(flag).cast_mut();
        let mut first = FIRST.load(Ordering::Acquire);
        loop {
            flag.next.store(first, Ordering::Relaxed);
            match FIRST.compare_exchange_weak(first, address, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return flag,
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
            let flag = current().flag;
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
