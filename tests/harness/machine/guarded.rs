//! Pieces of memory, each a page long, between pages that nobody may touch: whoever reads or writes behind an array that ends with its piece ends the process.
#![allow(unsafe_code)] // Maps memory.

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// The bytes of a page on x86-64.
pub(crate) const PAGE_BYTES: usize = 4096;

/// Pieces of memory with a page that is closed in front of each and behind the last.
pub(crate) struct Guarded {
    base: *mut u8,
    count: usize,
}

impl Guarded {
    /// The bytes, cut into pages.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let count = bytes.len().div_ceil(PAGE_BYTES);
        let length = (2 * count + 1) * PAGE_BYTES;
        // SAFETY: new memory, at no place that was asked for.
        let base =
            unsafe { mmap_anonymous(std::ptr::null_mut(), length, ProtFlags::empty(), MapFlags::PRIVATE) };
        let guarded = Self { base: base.expect("memory for a test").cast(), count };
        for (number, page) in bytes.chunks(PAGE_BYTES).enumerate() {
            let start = guarded.page(number);
            // SAFETY: a page of the mapping, to which nobody refers; it is as long as what is copied, or longer.
            unsafe {
                mprotect(start.cast(), PAGE_BYTES, MprotectFlags::READ | MprotectFlags::WRITE)
                    .expect("access to own memory");
                start.copy_from_nonoverlapping(page.as_ptr(), page.len());
            }
        }
        guarded
    }

    fn page(&self, number: usize) -> *mut u8 {
        self.base.wrapping_add((2 * number + 1) * PAGE_BYTES)
    }

    /// Where a byte lies.
    pub(crate) fn address(&self, offset: usize) -> u64 {
        self.page(offset / PAGE_BYTES) as u64 + (offset % PAGE_BYTES) as u64
    }

    /// What is there now.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // SAFETY: the pages are there, and may be read; nobody writes to them now.
        let page = |number| unsafe { std::slice::from_raw_parts(self.page(number), PAGE_BYTES) };
        (0..self.count).flat_map(page).copied().collect()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: it is the whole mapping, and nobody refers to it any more.
        unsafe { munmap(self.base.cast(), (2 * self.count + 1) * PAGE_BYTES) }
            .expect("own memory to give back");
    }
}
