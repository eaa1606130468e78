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
    let range = range.start.addr()..range.end.addr();
    let cache_type: usize;
    // SAFETY: reads a register that user programs may read.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) cache_type, options(nomem, nostack, preserves_flags)) };
    for line in lines(range.clone(), data_line_bytes(cache_type)) {
        // SAFETY: the line holds bytes of a live slice; cleaning it changes no contents.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: a barrier.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in lines(range, instruction_line_bytes(cache_type)) {
        // SAFETY: the line holds bytes of a live slice; the processor fetches them again when needed.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: two barriers.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Nothing to do on this architecture.
#[cfg(not(target_arch = "aarch64"))]
pub(crate) fn publish(_bytes: &[u8]) {}

/// The shortest line of the data caches, from the register `CTR_EL0`: the logarithm of a number of words.
#[cfg(any(test, target_arch = "aarch64"))]
fn data_line_bytes(cache_type: usize) -> usize {
    4 << ((cache_type >> 16) & 0xf)
}

/// The same for the instruction caches.
#[cfg(any(test, target_arch = "aarch64"))]
fn instruction_line_bytes(cache_type: usize) -> usize {
    4 << (cache_type & 0xf)
}

/// The start of each cache line that holds a part of the range.
#[cfg(any(test, target_arch = "aarch64"))]
fn lines(range: std::ops::Range<usize>, line_bytes: usize) -> impl Iterator<Item = usize> {
    let first = range.start & !(line_bytes - 1);
    (first..range.end).step_by(line_bytes)
}

#[cfg(test)]
mod tests {
    use super::{data_line_bytes, instruction_line_bytes, lines};

    #[test]
    fn line_sizes() {
        // Neoverse N1: both 64 bytes. Another: data 128, instructions 32.
        assert_eq!((data_line_bytes(0x8444_c004), instruction_line_bytes(0x8444_c004)), (64, 64));
        assert_eq!((data_line_bytes(0x0005_0003), instruction_line_bytes(0x0005_0003)), (128, 32));
    }

    #[test]
    fn lines_cover_the_range() {
        assert_eq!(lines(0x1000..0x1000, 64).count(), 0);
        assert_eq!(lines(0x1000..0x1001, 64).collect::<Vec<_>>(), [0x1000]);
        assert_eq!(lines(0x103f..0x1041, 64).collect::<Vec<_>>(), [0x1000, 0x1040]);
        assert_eq!(lines(0x1040..0x1080, 64).collect::<Vec<_>>(), [0x1040]);
    }
}
