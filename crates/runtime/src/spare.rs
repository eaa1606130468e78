//! Memory of blocks that are gone, kept for the next ones of their size.
//!
//! A kernel that returns an array is often called again and again. Were its memory given back to the system each time, most of the next call's
//! time would go into getting the pages again: for `a * b + c - d` on five million elements three quarters of it. So memory from
//! [`SMALLEST`] to [`LARGEST`] bytes is rounded up to one of eight sizes between a power of two and the next, and what is freed waits in one of
//! the [`SLOTS`] slots of its size. At most [`limit`] bytes wait: beyond that, others are given back first, in turn. When the allocator has nothing
//! left, all of it is ([`release_all`]); and of what waits, the system may take the pages of large ones at any time, without asking
//! (`MADV_FREE`). Large ones ask for huge pages, which cost one fault where small ones cost 512.
//!
//! There is no lock: a slot is one atomic address, so neither a thread that is interrupted nor a `fork` can leave it in between.
#![allow(unsafe_code)] // Calls the global allocator, and tells the system about memory.

use std::alloc::Layout;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// Less than that the allocator has at hand by itself.
const SMALLEST: usize = 1 << SMALLEST_EXPONENT;
const SMALLEST_EXPONENT: u32 = 10;
/// More than that is always given back.
const LARGEST: usize = 1 << LARGEST_EXPONENT;
const LARGEST_EXPONENT: u32 = 28;
/// Sizes between a power of two and the next, as an exponent: at most an eighth of the memory is in vain.
const STEPS_EXPONENT: u32 = 3;
const CLASSES: usize = ((LARGEST_EXPONENT - SMALLEST_EXPONENT) as usize) << STEPS_EXPONENT;
/// How many of one size wait: as many as a cache line has addresses.
const SLOTS: usize = 8;
/// From here on huge pages are worth asking for, and pages worth offering to the system.
const HUGE: usize = 4 << 20;
const HUGE_PAGE_BYTES: usize = 2 << 20;

/// What waits at most, unless the environment says otherwise.
const DEFAULT_LIMIT_MIB: usize = 256;
/// What the environment variable says about it, in MiB; 0 keeps nothing.
const ENVIRONMENT_VARIABLE: &str = "HOTLOOP_SPARE_MEMORY_MIB";
/// The limit is not known yet.
const UNKNOWN: usize = usize::MAX;

#[repr(align(64))]
struct Class([AtomicPtr<u8>; SLOTS]);

static WAITING: [Class; CLASSES] = [const { Class([const { AtomicPtr::new(null_mut()) }; SLOTS]) }; CLASSES];
static WAITING_BYTES: AtomicUsize = AtomicUsize::new(0);
/// Where the next one to be given back is looked for.
static HAND: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(UNKNOWN);

/// How many bytes are kept for blocks to come. They count as free in [`live_bytes`](crate::live_bytes).
///
/// ```
/// use hotloop_runtime::{Block, release_spare_memory, spare_bytes};
///
/// drop(Block::uninitialized(1 << 20).unwrap());
/// assert!(spare_bytes() >= 1 << 20);
/// release_spare_memory();
/// assert_eq!(spare_bytes(), 0);
/// ```
pub fn spare_bytes() -> u64 {
    WAITING_BYTES.load(Ordering::Relaxed) as u64
}

/// Gives all memory back that is kept for blocks to come.
pub fn release_spare_memory() {
    release_all();
}

/// What is wrong with the environment variable `HOTLOOP_SPARE_MEMORY_MIB`, if it is set to something else than a number: one line for whoever
/// starts an engine to show.
pub fn memory_setting_fault() -> Option<String> {
    let setting = std::env::var_os(ENVIRONMENT_VARIABLE)?;
    let is_number = setting.to_str().and_then(mib_of).is_some();
    (!is_number).then(|| {
        let shown = setting.to_string_lossy();
        format!("{ENVIRONMENT_VARIABLE}={shown} is no number of MiB and is not heeded: up to {DEFAULT_LIMIT_MIB} are kept")
    })
}

/// The size that memory of `size` bytes really has, and its class, if it is of those that are kept.
fn class(size: usize) -> Option<(usize, usize)> {
    if !(SMALLEST..=LARGEST).contains(&size) {
        return None;
    }
    let rounded = size.next_multiple_of(1 << (size.ilog2() - STEPS_EXPONENT));
    let exponent = rounded.ilog2();
    let step = (rounded >> (exponent - STEPS_EXPONENT)) & ((1 << STEPS_EXPONENT) - 1);
    let class = (((exponent - SMALLEST_EXPONENT) as usize) << STEPS_EXPONENT) + step;
    (class < CLASSES).then_some((class, rounded))
}

/// The layout that is asked of the allocator for memory of this one, and that it is freed with.
pub(crate) fn rounded(layout: Layout) -> Layout {
    let size = class(layout.size()).map_or(layout.size(), |(_, size)| size);
    Layout::from_size_align(size, layout.align()).expect("a larger power of two was checked")
}

/// Memory of this layout that waits, if there is some. Its content is what somebody left there, or zeros.
pub(crate) fn take(layout: Layout) -> Option<NonNull<u8>> {
    let (class, size) = class(layout.size())?;
    let memory = take_from(&WAITING[class])?;
    WAITING_BYTES.fetch_sub(size, Ordering::Relaxed);
    Some(memory)
}

fn take_from(class: &Class) -> Option<NonNull<u8>> {
    class.0.iter().find_map(|slot| {
        // A look first: an exchange would take the line from other threads.
        let is_empty = slot.load(Ordering::Relaxed).is_null();
        if is_empty { None } else { NonNull::new(slot.swap(null_mut(), Ordering::Acquire)) }
    })
}

/// Keeps memory of this layout; tells whether it did.
pub(crate) fn keep(memory: NonNull<u8>, layout: Layout) -> bool {
    let Some((class, size)) = class(layout.size()) else { return false };
    if !make_room(size) {
        return false;
    }
    if size >= HUGE {
        // Before others can see it: what they write must not be offered.
        advise(memory, size, libc::MADV_FREE);
    }
    let is_kept = WAITING[class].0.iter().any(|slot| {
        let (empty, new) = (null_mut(), memory.as_ptr());
        slot.load(Ordering::Relaxed).is_null()
            && slot.compare_exchange(empty, new, Ordering::Release, Ordering::Relaxed).is_ok()
    });
    if !is_kept {
        WAITING_BYTES.fetch_sub(size, Ordering::Relaxed);
    }
    is_kept
}

/// Counts `size` bytes more, and gives others back until all are within the limit; `false`, and nothing is counted, if they cannot be.
fn make_room(size: usize) -> bool {
    let limit = limit();
    if size > limit {
        return false;
    }
    let mut waiting = WAITING_BYTES.fetch_add(size, Ordering::Relaxed) + size;
    for _ in 0..CLASSES * SLOTS {
        if waiting <= limit {
            return true;
        }
        let at = HAND.fetch_add(1, Ordering::Relaxed) % (CLASSES * SLOTS);
        release_slot(at);
        waiting = WAITING_BYTES.load(Ordering::Relaxed);
    }
    WAITING_BYTES.fetch_sub(size, Ordering::Relaxed);
    false
}

/// Gives back all that waits.
pub(crate) fn release_all() {
    (0..CLASSES * SLOTS).for_each(release_slot);
}

/// Gives back what waits in a slot.
fn release_slot(at: usize) {
    let (class, slot) = (at / SLOTS, &WAITING[at / SLOTS].0[at % SLOTS]);
    let memory = slot.swap(null_mut(), Ordering::Acquire);
    if memory.is_null() {
        return;
    }
    let size = size_of_class(class);
    WAITING_BYTES.fetch_sub(size, Ordering::Relaxed);
    let layout = Layout::from_size_align(size, crate::allocation::ALIGNMENT).expect("it was allocated so");
    // SAFETY: whoever kept it gave it away, and it is in no slot any more.
    unsafe { std::alloc::dealloc(memory, layout) };
}

/// How large memory of a class is.
fn size_of_class(class: usize) -> usize {
    let exponent = SMALLEST_EXPONENT + (class >> STEPS_EXPONENT) as u32;
    let steps = (1 << STEPS_EXPONENT) + (class & ((1 << STEPS_EXPONENT) - 1));
    steps << (exponent - STEPS_EXPONENT)
}

/// Asks for huge pages for new memory that is large.
pub(crate) fn prefer_huge_pages(memory: NonNull<u8>, layout: Layout) {
    if layout.size() >= HUGE {
        advise(memory, layout.size(), libc::MADV_HUGEPAGE);
    }
}

/// Tells the system something about the huge pages that lie within memory. If it does not want to know, nothing is lost.
fn advise(memory: NonNull<u8>, size: usize, advice: libc::c_int) {
    let start = memory.as_ptr().addr();
    let first = start.next_multiple_of(HUGE_PAGE_BYTES);
    let end = (start + size) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    if first < end {
        let address = memory.as_ptr().with_addr(first);
        // SAFETY: the pages belong to this memory alone, and nobody needs their content.
        unsafe { libc::madvise(address.cast(), end - first, advice) };
    }
}

/// How many bytes wait at most.
fn limit() -> usize {
    match LIMIT.load(Ordering::Relaxed) {
        UNKNOWN => {
            let limit = initial_limit(std::env::var(ENVIRONMENT_VARIABLE).ok().as_deref());
            LIMIT.store(limit, Ordering::Relaxed);
            limit
        }
        limit => limit,
    }
}

/// What is no number counts as not set; see [`memory_setting_fault`].
fn initial_limit(setting: Option<&str>) -> usize {
    let mib = setting.and_then(mib_of).unwrap_or(DEFAULT_LIMIT_MIB);
    mib.saturating_mul(1 << 20).min(UNKNOWN - 1)
}

fn mib_of(text: &str) -> Option<usize> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up_by_at_most_an_eighth() {
        for size in (SMALLEST..1 << 16).chain([5_000_000 * 8 + 112, LARGEST / 2 + 1, LARGEST / 16 * 15]) {
            let (class, rounded) = class(size).unwrap();
            assert!(rounded >= size && rounded - size <= size / 8, "{size} {rounded}");
            assert_eq!(size_of_class(class), rounded);
            assert_eq!(super::class(rounded), Some((class, rounded)));
        }
        assert_eq!((class(SMALLEST - 1), class(LARGEST), class(LARGEST + 1)), (None, None, None));
    }

    #[test]
    fn the_environment_sets_the_limit_in_mib() {
        assert_eq!(initial_limit(Some(" 3 ")), 3 << 20);
        assert_eq!(initial_limit(Some("0")), 0);
        assert_eq!(initial_limit(Some("much")), DEFAULT_LIMIT_MIB << 20);
        assert!(initial_limit(Some("99999999999999999")) < UNKNOWN);
    }
}
