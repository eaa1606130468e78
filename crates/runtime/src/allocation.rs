//! The one door to the allocator: counts what lives, and fails on demand so that tests can reach the paths that real
//! memory never takes.
//!
//! What is freed may be kept for the next allocation of its size (see `spare`); it does not count as living meanwhile.
//!
//! The counters are spread over cache lines, one line for a few threads: workers of a parallel region that allocate
//! would otherwise pass one line from core to core.
#![allow(unsafe_code)] // Calls the global allocator.

use crate::{races, spare};
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

/// The alignment that the allocator gives to any request at no cost.
pub(crate) const ALIGNMENT: usize = 16;

/// More than that is not filled with zeros by hand: pages that the system hands out as zeros cost only where they are written.
const MOST_CLEARED: usize = 1 << 20;

const LINES: usize = 16;

#[repr(align(128))]
struct Counters {
    allocations: AtomicI64,
    bytes: AtomicI64,
    /// Allocations that succeeded, whether they still live or not.
    made: AtomicI64,
}

impl Counters {
    const fn new() -> Self {
        Self { allocations: AtomicI64::new(0), bytes: AtomicI64::new(0), made: AtomicI64::new(0) }
    }
}

static COUNTERS: [Counters; LINES] = [const { Counters::new() }; LINES];
static NEXT_LINE: AtomicUsize = AtomicUsize::new(0);

/// How many allocations still succeed; negative: all of them.
static SUCCESSES_LEFT: AtomicI64 = AtomicI64::new(-1);

thread_local! {
    static LINE: Cell<usize> = const { Cell::new(LINES) };
}

/// The allocator had nothing to give.
#[derive(Debug)]
pub(crate) struct Failure;

/// How many blocks live now, over all threads. Exact when no thread is allocating or freeing.
///
/// ```
/// use hotloop_runtime::{Block, live_allocations};
///
/// let before = live_allocations();
/// let block = Block::zeroed(8).unwrap();
/// assert_eq!(live_allocations(), before + 1);
/// drop(block);
/// assert_eq!(live_allocations(), before);
/// ```
pub fn live_allocations() -> u64 {
    total(|line| &line.allocations)
}

/// How many blocks were made since the process began, over all threads: that work needs no memory shows in this number.
pub fn allocations_made() -> u64 {
    total(|line| &line.made)
}

/// How many bytes the live blocks take, headers included.
pub fn live_bytes() -> u64 {
    total(|line| &line.bytes)
}

/// Makes every allocation after the next `successes` fail until the guard is dropped. For tests, which have to run
/// one at a time: the whole process is affected.
#[doc(hidden)]
#[must_use]
pub fn fail_allocation_after(successes: u32) -> FailingAllocator {
    SUCCESSES_LEFT.store(i64::from(successes), Ordering::SeqCst);
    FailingAllocator(())
}

/// Ends what [`fail_allocation_after`] began.
#[doc(hidden)]
#[derive(Debug)]
pub struct FailingAllocator(());

impl Drop for FailingAllocator {
    fn drop(&mut self) {
        SUCCESSES_LEFT.store(-1, Ordering::SeqCst);
    }
}

pub(crate) fn allocate(layout: Layout) -> Result<NonNull<u8>, Failure> {
    assert!(layout.size() > 0, "a block is never empty: it has a header");
    let layout = spare::rounded(layout);
    // SAFETY: the size is not zero.
    let new = || NonNull::new(unsafe { std::alloc::alloc(layout) });
    counted(layout, || spare::take(layout).or_else(|| fresh(layout, new)))
}

pub(crate) fn allocate_zeroed(layout: Layout) -> Result<NonNull<u8>, Failure> {
    assert!(layout.size() > 0, "a block is never empty: it has a header");
    let layout = spare::rounded(layout);
    // SAFETY: the size is not zero.
    let new = || NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) });
    counted(layout, || cleared_spare(layout).or_else(|| fresh(layout, new)))
}

/// Memory of the allocator; when it has none, it gets back what is kept and is asked again.
fn fresh(layout: Layout, allocate: impl Fn() -> Option<NonNull<u8>>) -> Option<NonNull<u8>> {
    let allocation = allocate().or_else(|| {
        spare::release_all();
        allocate()
    })?;
    spare::prefer_huge_pages(allocation, layout);
    Some(allocation)
}

/// Kept memory, filled with zeros.
fn cleared_spare(layout: Layout) -> Option<NonNull<u8>> {
    if layout.size() > MOST_CLEARED {
        return None;
    }
    let memory = spare::take(layout)?;
    // SAFETY: the memory has that size and belongs to nobody else.
    unsafe { memory.write_bytes(0, layout.size()) };
    Some(memory)
}

/// # Safety
/// `allocation` came from this module with this layout, and is not used again.
pub(crate) unsafe fn free(allocation: *mut u8, layout: Layout) {
    let layout = spare::rounded(layout);
    count(-1, layout);
    let is_kept = NonNull::new(allocation).is_some_and(|memory| spare::keep(memory, layout));
    if !is_kept {
        // SAFETY: the caller's promise.
        unsafe { std::alloc::dealloc(allocation, layout) };
    }
}

fn counted(layout: Layout, allocate: impl FnOnce() -> Option<NonNull<u8>>) -> Result<NonNull<u8>, Failure> {
    if !may_succeed() {
        return Err(Failure);
    }
    let allocation = allocate().ok_or(Failure)?;
    count(1, layout);
    races::allocated(allocation.as_ptr() as u64, layout.size());
    COUNTERS[own_line()].made.fetch_add(1, Ordering::Relaxed);
    Ok(allocation)
}

fn may_succeed() -> bool {
    if SUCCESSES_LEFT.load(Ordering::Relaxed) < 0 {
        return true;
    }
    let one_less = |left: i64| (left > 0).then(|| left - 1);
    match SUCCESSES_LEFT.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
        Ok(_) => true,
        Err(left) => left < 0, // The guard was dropped meanwhile.
    }
}

fn count(allocations: i64, layout: Layout) {
    let line = &COUNTERS[own_line()];
    line.allocations.fetch_add(allocations, Ordering::Relaxed);
    line.bytes.fetch_add(allocations * layout.size() as i64, Ordering::Relaxed);
}

fn own_line() -> usize {
    LINE.with(|line| {
        if line.get() == LINES {
            line.set(NEXT_LINE.fetch_add(1, Ordering::Relaxed) % LINES);
        }
        line.get()
    })
}

/// A thread may free what another allocated, so single lines may be negative; their sum is not.
fn total(counter: fn(&Counters) -> &AtomicI64) -> u64 {
    let sum: i64 = COUNTERS.iter().map(|line| counter(line).load(Ordering::Relaxed)).sum();
    sum.max(0) as u64
}
