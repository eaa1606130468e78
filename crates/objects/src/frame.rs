//! Frames: what a generator keeps while it waits.

use crate::heap::{Contents, Heap, Stop};
use crate::layout::{FRAME_OWNER_COUNT, FRAME_OWNERS, FRAME_STATE, FRAME_WORDS, HEADER_BYTES};

/// A new frame of so many bytes behind the header, at its start and without references.
pub fn new_frame<H: Heap>(heap: &mut H, size_bytes: u64) -> Result<u64, Stop<H::Fault>> {
    let least = FRAME_WORDS - HEADER_BYTES;
    let frame = heap.allocate(size_bytes.max(least), Contents::Frame)?;
    heap.store(frame + FRAME_STATE, 0)?;
    heap.store(frame + FRAME_OWNER_COUNT, 0)?;
    heap.store(frame + FRAME_OWNERS, FRAME_WORDS)?;
    Ok(frame)
}

/// Releases what a block holds, before it is freed.
pub fn release_contents<H: Heap>(heap: &mut H, block: u64, contents: Contents) -> Result<(), H::Fault> {
    match contents {
        Contents::Plain => Ok(()),
        Contents::List => crate::list::release_items(heap, block),
        Contents::Frame => {
            let count = heap.load(block + FRAME_OWNER_COUNT)?;
            let first = block + heap.load(block + FRAME_OWNERS)?;
            (0..count).try_for_each(|position| {
                let owner = heap.load(first + 8 * position)?;
                heap.release(owner)
            })
        }
    }
}
