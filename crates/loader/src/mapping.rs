//! Memory from the operating system: first writable and not executable, then protected for good.
//!
//! Two types keep the two states apart. [`WritableMapping`] hands out its bytes and has no executable page;
//! [`Mapping`], which it turns into, hands out addresses only.
#![allow(unsafe_code)] // Asks the operating system for memory; no other file of this crate owns any.

use std::io;
use std::ptr::{self, NonNull};

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// The unit in which memory can be protected.
pub(crate) fn page_bytes() -> usize {
    rustix::param::page_size()
}

/// A protected mapping, unmapped when dropped.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    length: usize,
}

// SAFETY: a mapping belongs to the process, not to a thread, and `Mapping` gives out addresses without reading or
// writing through them.
unsafe impl Send for Mapping {}
// SAFETY: as above; no method changes anything.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// The address at an offset of the mapping.
    pub(crate) fn address(&self, offset: usize) -> *const u8 {
        debug_assert!(offset <= self.length);
        self.base.as_ptr().wrapping_add(offset)
    }

    /// How long it is: a multiple of the page.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    fn protect(&self, offset: usize, length: usize, flags: MprotectFlags) -> io::Result<()> {
        assert!(offset.checked_add(length).is_some_and(|end| end <= self.length), "outside the mapping");
        if length == 0 {
            return Ok(());
        }
        // SAFETY: the range is inside our mapping, and nobody borrows its bytes: `WritableMapping::protect` has taken
        // the value that could lend them.
        unsafe { mprotect(self.base.as_ptr().wrapping_add(offset).cast(), length, flags)? };
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `WritableMapping::new` and is unmapped nowhere else.
        let outcome = unsafe { munmap(self.base.as_ptr().cast(), self.length) };
        debug_assert!(outcome.is_ok(), "unmapping what was mapped cannot fail: {outcome:?}");
    }
}

/// A mapping that can be written and not executed. Starts as zeros.
#[derive(Debug)]
pub(crate) struct WritableMapping(Mapping);

impl WritableMapping {
    /// Maps at least one page.
    pub(crate) fn new(length: usize) -> io::Result<Self> {
        let page = page_bytes();
        let length = length.max(1).checked_next_multiple_of(page).ok_or(io::ErrorKind::OutOfMemory)?;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new anonymous mapping, at an address that the system chooses, touches no existing memory.
        let base = unsafe { mmap_anonymous(ptr::null_mut(), length, access, MapFlags::PRIVATE)? };
        let base = NonNull::new(base.cast()).expect("the system never maps address zero unasked");
        Ok(Self(Mapping { base, length }))
    }

    /// All bytes.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the mapping is readable, writable, initialised with zeros, of this length, and ours alone: its address
        // was given out, but nobody may use it before the image is made. The borrow of `self` keeps it mapped.
        unsafe { std::slice::from_raw_parts_mut(self.0.base.as_ptr(), self.0.length) }
    }

    /// The mapping, for its addresses.
    pub(crate) fn mapping(&self) -> &Mapping {
        &self.0
    }

    /// Makes the bytes up to `text_end` executable, those from there to `constants_end` read-only, and leaves the rest
    /// writable. Both must be multiples of the page.
    pub(crate) fn protect(self, text_end: usize, constants_end: usize) -> io::Result<Mapping> {
        let mapping = self.0;
        mapping.protect(0, text_end, MprotectFlags::READ | MprotectFlags::EXEC)?;
        mapping.protect(text_end, constants_end - text_end, MprotectFlags::READ)?;
        Ok(mapping)
    }
}
