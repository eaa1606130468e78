//! Makes written instructions visible to the processor's instruction fetch.
//!
//! On x86-64 the hardware does this. On AArch64 the data caches must be cleaned and the instruction caches emptied, line
//! by line. The kernel does part of it when pages become executable; the architecture wants all of it from us.
#![allow(unsafe_code)] // Cache maintenance has no safe interface.

/// Call after writing instructions to `bytes` and before anybody executes them.
#[cfg(target_arch = "aarch64")]
pub(crate) fn publish(bytes: &[u8]) {
    use std::arch::asm;

    let range = bytes.as_ptr_range();
    let (start, end) = (range.start.addr(), range.end.addr());
    let cache_type: usize;
    // SAFETY: reads a register that user programs may read.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) cache_type, options(nomem, nostack, preserves_flags)) };
    // The register holds the logarithms of the line sizes, counted in words of four bytes.
    let data_line = 4_usize << (cache_type >> 16 & 0xf);
    let instruction_line = 4_usize << (cache_type & 0xf);
    for line in (start & !(data_line - 1)..end).step_by(data_line) {
        // SAFETY: the line holds bytes of a live slice; cleaning it changes no contents.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: a barrier.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in (start & !(instruction_line - 1)..end).step_by(instruction_line) {
        // SAFETY: the line holds bytes of a live slice; the processor fetches them again when needed.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: two barriers.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Nothing to do on this architecture.
#[cfg(not(target_arch = "aarch64"))]
pub(crate) fn publish(_bytes: &[u8]) {}
