//! Reference-counted blocks of memory: what holds the elements of arrays.
//!
//! A block is a header of 64 bytes with the elements behind it, both aligned to 64 bytes: a cache line and a 512-bit
//! vector. The memory comes from the global allocator with its natural alignment of 16 and is aligned here, because an
//! over-aligned request is slow there (`malloc` caches only ordinary ones) and `calloc`, which hands out fresh pages without touching
//! them, has no over-aligned form.
#![allow(unsafe_code)] // Manages memory by hand, for compiled code.

use crate::allocation::{self, Failure};
use crate::objects::Process;
use crate::raise::raise;
use hotloop_abi::{Context, ExceptionClass, Status};
use hotloop_objects::{Contents, release_contents};
use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// The distance from a block to its elements, and the alignment of both.
pub const BLOCK_HEADER_BYTES: usize = 64;

/// More references than that can only come from a bug that never releases; as in `Arc`, the process ends.
const MOST_REFERENCES: u64 = i64::MAX as u64;

#[repr(C, align(64))]
struct Header {
    references: AtomicU64,
    size_bytes: usize,
    /// What the allocator gave: up to 48 bytes below the header.
    allocation: *mut u8,
    contents: Contents,
}

/// An owned reference to a block.
///
/// Compiled code hands blocks over as raw addresses, one reference each: [`Block::from_raw`] takes such a reference
/// over, [`Block::into_raw`] gives one away. Cloning adds a reference; dropping releases it, and the last one frees the memory.
///
/// ```
/// use hotloop_runtime::Block;
///
/// let block = Block::zeroed(1000).unwrap();
/// assert_eq!(block.size_bytes(), 1000);
/// assert_eq!(block.data() as usize % 64, 0);
/// let same = block.clone();
/// assert_eq!(same.data(), block.data());
/// assert_eq!(block.references(), 2);
/// ```
#[derive(Debug)]
pub struct Block(NonNull<Header>);

// SAFETY: the header is immutable but for its atomic counter, and the elements are reached only through raw pointers.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

/// There is no memory of that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// How many bytes were asked for.
    pub size_bytes: usize,
}

impl std::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unable to allocate {} bytes", self.size_bytes)
    }
}

impl std::error::Error for OutOfMemory {}

impl Block {
    /// A new block of `size_bytes` bytes of unknown content.
    pub fn uninitialized(size_bytes: usize) -> Result<Self, OutOfMemory> {
        Self::allocate(size_bytes, allocation::allocate)
    }

    /// A new block filled with zeros; a large one takes pages from the system only when they are written.
    pub fn zeroed(size_bytes: usize) -> Result<Self, OutOfMemory> {
        Self::allocate(size_bytes, allocation::allocate_zeroed)
    }

    /// A new block of unknown content that holds an object.
    pub(crate) fn of_object(size_bytes: usize, contents: Contents) -> Result<Self, OutOfMemory> {
        let block = Self::uninitialized(size_bytes)?;
        // SAFETY: nobody else has the block yet.
        unsafe { (*block.0.as_ptr()).contents = contents };
        Ok(block)
    }

    fn allocate(
        size_bytes: usize,
        with: fn(Layout) -> Result<NonNull<u8>, Failure>,
    ) -> Result<Self, OutOfMemory> {
        let failed = OutOfMemory { size_bytes };
        let layout = layout(size_bytes).ok_or(failed)?;
        let allocation = with(layout).map_err(|Failure| failed)?.as_ptr();
        let header =
            allocation.map_addr(|address| address.next_multiple_of(BLOCK_HEADER_BYTES)).cast::<Header>();
        let contents = Contents::Plain;
        let references = AtomicU64::new(1);
        // SAFETY: the layout has room for the header at the next multiple of 64, and nobody else has the memory.
        unsafe { header.write(Header { references, size_bytes, allocation, contents }) };
        Ok(Self(NonNull::new(header).expect("rounded up from a non-null address")))
    }

    /// Takes over one reference to the block at `address`, as compiled code returns it; `None` for the null block,
    /// which stands for borrowed memory.
    ///
    /// # Safety
    /// `address` is null or a live block of this runtime, and the caller gives up one reference to it.
    pub unsafe fn from_raw(address: *mut u8) -> Option<Self> {
        NonNull::new(address.cast()).map(Self)
    }

    /// Gives the reference away: whoever gets the address has to release it.
    pub fn into_raw(self) -> *mut u8 {
        let address = self.as_raw();
        std::mem::forget(self);
        address
    }

    /// The address of the block, without giving the reference away.
    pub fn as_raw(&self) -> *mut u8 {
        self.0.as_ptr().cast()
    }

    /// The address of the first element.
    pub fn data(&self) -> *mut u8 {
        self.as_raw().wrapping_add(BLOCK_HEADER_BYTES)
    }

    /// How many bytes the elements take.
    pub fn size_bytes(&self) -> usize {
        self.header().size_bytes
    }

    /// How many references there are now; with 1, nobody else can see the elements.
    pub fn references(&self) -> u64 {
        self.header().references.load(Ordering::Acquire)
    }

    fn header(&self) -> &Header {
        // SAFETY: the block lives as long as this reference to it.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for Block {
    fn clone(&self) -> Self {
        retain(self.header());
        Self(self.0)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the reference is ours to give up, and it is not used again.
        unsafe { release(self.0) };
    }
}

/// The header, the elements, and what aligning the header may cost.
fn layout(size_bytes: usize) -> Option<Layout> {
    let total = size_bytes.checked_add(2 * BLOCK_HEADER_BYTES - allocation::ALIGNMENT)?;
    Layout::from_size_align(total, allocation::ALIGNMENT).ok()
}

fn retain(header: &Header) {
    if header.references.fetch_add(1, Ordering::Relaxed) > MOST_REFERENCES {
        std::process::abort();
    }
}

/// # Safety
/// `block` is live and the caller gives up one reference to it.
unsafe fn release(block: NonNull<Header>) {
    // SAFETY: the block is live until the counter reaches zero.
    let header = unsafe { block.as_ref() };
    if header.references.fetch_sub(1, Ordering::Release) != 1 {
        return;
    }
    fence(Ordering::Acquire); // What other threads did with the elements happens before they are freed.
    let Ok(()) = release_contents(&mut Process, block.as_ptr() as u64, header.contents);
    let layout = layout(header.size_bytes).expect("the layout existed when the block was made");
    // SAFETY: this was the last reference; the allocation has that layout.
    unsafe { allocation::free(header.allocation, layout) };
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe extern "C" fn hl_allocate(
    context: *mut Context,
    size_bytes: i64,
    result: *mut u64,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { allocate_for(context, size_bytes, result, Block::uninitialized) }
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe extern "C" fn hl_allocate_zeroed(
    context: *mut Context,
    size_bytes: i64,
    result: *mut u64,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { allocate_for(context, size_bytes, result, Block::zeroed) }
}

/// # Safety
/// As for [`hl_allocate`].
unsafe fn allocate_for(
    context: *mut Context,
    size_bytes: i64,
    result: *mut u64,
    allocate: fn(usize) -> Result<Block, OutOfMemory>,
) -> Status {
    // SAFETY: the caller's promise.
    let context = unsafe { &mut *context };
    let payload = &[size_bytes];
    let Ok(size) = usize::try_from(size_bytes) else {
        return raise(context, ExceptionClass::ValueError, payload);
    };
    match allocate(size) {
        Ok(block) => {
            // SAFETY: the caller's promise.
            unsafe { result.write(block.into_raw() as u64) };
            Status::OK
        }
        Err(OutOfMemory { .. }) => raise(context, ExceptionClass::MemoryError, payload),
    }
}

/// # Safety
/// `block` is null or live.
pub(crate) unsafe extern "C" fn hl_retain(block: *mut u8) {
    // SAFETY: a live block has a header.
    if let Some(header) = unsafe { block.cast::<Header>().as_ref() } {
        retain(header);
    }
}

/// # Safety
/// `block` is null or live, and the caller gives up one reference to it.
pub(crate) unsafe extern "C" fn hl_release(block: *mut u8) {
    if let Some(block) = NonNull::new(block.cast()) {
        // SAFETY: the caller's promise.
        unsafe { release(block) };
    }
}
