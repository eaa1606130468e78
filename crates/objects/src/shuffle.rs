//! Puts items into a random order.

use crate::heap::Heap;

/// Swaps items as CPython's `random.shuffle` does: from the last one down, each with one at or before it. `below` draws a number less than
/// another; the items lie `stride_bytes` apart and take `size_bytes`.
pub fn shuffle<H: Heap>(
    heap: &mut H,
    first: u64,
    length: u64,
    (stride_bytes, size_bytes): (i64, i64),
    mut below: impl FnMut(u64) -> u64,
) -> Result<(), H::Fault> {
    let place = |position: u64| first.wrapping_add((position as i64).wrapping_mul(stride_bytes) as u64);
    for last in (1..length).rev() {
        swap(heap, place(last), place(below(last + 1)), size_bytes as u64)?;
    }
    Ok(())
}

/// Swaps the bytes of two items.
fn swap<H: Heap>(heap: &mut H, one: u64, other: u64, size_bytes: u64) -> Result<(), H::Fault> {
    const PIECE_BYTES: u64 = 32;
    for start in (0..size_bytes).step_by(PIECE_BYTES as usize) {
        let count = PIECE_BYTES.min(size_bytes - start);
        let (one, other) = (one + start, other + start);
        let (mut moved, mut taken) = ([0; PIECE_BYTES as usize], [0; PIECE_BYTES as usize]);
        let (moved, taken) = (&mut moved[..count as usize], &mut taken[..count as usize]);
        moved.copy_from_slice(heap.bytes(one, count)?);
        taken.copy_from_slice(heap.bytes(other, count)?);
        heap.write(one, taken)?;
        heap.write(other, moved)?;
    }
    Ok(())
}
