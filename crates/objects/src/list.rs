//! Lists: made, grown, shortened and released.

use crate::heap::{Contents, Heap, Stop};
use crate::layout::{
    HEADER_BYTES, LIST_BYTES, LIST_CAPACITY, LIST_ITEM_BYTES, LIST_ITEMS, LIST_LENGTH, LIST_OWNERS,
};

/// The fewest items that a list which grows has room for.
const LEAST_CAPACITY: u64 = 8;

/// A new empty list with room for `capacity` items of that size, whose words that `owners` names hold references.
pub fn new_list<H: Heap>(
    heap: &mut H,
    item_bytes: u64,
    owners: u64,
    capacity: u64,
) -> Result<u64, Stop<H::Fault>> {
    let size = size_of_items(capacity, item_bytes)?;
    let list = heap.allocate(LIST_BYTES, Contents::List)?;
    for (place, word) in [
        (LIST_LENGTH, 0),
        (LIST_CAPACITY, 0),
        (LIST_ITEMS, 0),
        (LIST_ITEM_BYTES, item_bytes),
        (LIST_OWNERS, owners),
    ] {
        heap.store(list + place, word)?;
    }
    if capacity > 0 {
        let items = match heap.allocate(size, Contents::Plain) {
            Ok(items) => items,
            Err(stop) => {
                heap.release(list)?;
                return Err(stop);
            }
        };
        heap.store(list + LIST_ITEMS, items + HEADER_BYTES)?;
        heap.store(list + LIST_CAPACITY, capacity)?;
    }
    Ok(list)
}

/// Makes room for at least `least` items, and for more if the list is likely to grow further.
pub fn grow<H: Heap>(heap: &mut H, list: u64, least: u64) -> Result<(), Stop<H::Fault>> {
    let capacity = heap.load(list + LIST_CAPACITY)?;
    if capacity >= least {
        return Ok(());
    }
    let item_bytes = heap.load(list + LIST_ITEM_BYTES)?;
    let wanted = least.max(capacity.saturating_add(capacity / 2)).max(LEAST_CAPACITY);
    let old = heap.load(list + LIST_ITEMS)?;
    let new = heap.allocate(size_of_items(wanted, item_bytes)?, Contents::Plain)? + HEADER_BYTES;
    let used = heap.load(list + LIST_LENGTH)? * item_bytes;
    if old != 0 {
        heap.copy(old, new, used)?;
        heap.release(old - HEADER_BYTES)?;
    }
    heap.store(list + LIST_ITEMS, new)?;
    heap.store(list + LIST_CAPACITY, wanted)?;
    Ok(())
}

/// Takes the items `start..stop` out of a list.
pub(crate) fn remove<H: Heap>(heap: &mut H, list: u64, start: u64, stop: u64) -> Result<(), Stop<H::Fault>> {
    let (length, item_bytes) = (heap.load(list + LIST_LENGTH)?, heap.load(list + LIST_ITEM_BYTES)?);
    let items = heap.load(list + LIST_ITEMS)?;
    release_range(heap, list, start, stop)?;
    let behind = (length - stop) * item_bytes;
    if behind > 0 {
        heap.copy(items + stop * item_bytes, items + start * item_bytes, behind)?;
    }
    heap.store(list + LIST_LENGTH, length - (stop - start))?;
    Ok(())
}

/// Makes a gap of `count` items at `index`; they are zeros, and hold no references.
pub(crate) fn open<H: Heap>(heap: &mut H, list: u64, index: u64, count: u64) -> Result<(), Stop<H::Fault>> {
    let length = heap.load(list + LIST_LENGTH)?;
    let Some(longer) = length.checked_add(count) else { return Err(Stop::OutOfMemory(u64::MAX)) };
    grow(heap, list, longer)?;
    let (items, item_bytes) = (heap.load(list + LIST_ITEMS)?, heap.load(list + LIST_ITEM_BYTES)?);
    let gap = items + index * item_bytes;
    if length > index {
        heap.copy(gap, gap + count * item_bytes, (length - index) * item_bytes)?;
    }
    if count > 0 {
        heap.write(gap, &vec![0; (count * item_bytes) as usize])?;
    }
    heap.store(list + LIST_LENGTH, longer)?;
    Ok(())
}

/// Puts the items in the opposite order.
pub(crate) fn reverse<H: Heap>(heap: &mut H, list: u64) -> Result<(), Stop<H::Fault>> {
    let (length, item_bytes) = (heap.load(list + LIST_LENGTH)?, heap.load(list + LIST_ITEM_BYTES)?);
    if length == 0 {
        return Ok(());
    }
    let items = heap.load(list + LIST_ITEMS)?;
    let old = heap.bytes(items, length * item_bytes)?;
    let reversed: Vec<u8> = old.chunks(item_bytes.max(1) as usize).rev().flatten().copied().collect();
    heap.write(items, &reversed)?;
    Ok(())
}

/// Appends all items of another list of that kind, or of the list itself.
pub(crate) fn extend<H: Heap>(heap: &mut H, list: u64, other: u64) -> Result<(), Stop<H::Fault>> {
    let (length, more) = (heap.load(list + LIST_LENGTH)?, heap.load(other + LIST_LENGTH)?);
    grow(heap, list, length + more)?;
    let item_bytes = heap.load(list + LIST_ITEM_BYTES)?;
    let (to, from) = (heap.load(list + LIST_ITEMS)?, heap.load(other + LIST_ITEMS)?);
    if more > 0 {
        heap.copy(from, to + length * item_bytes, more * item_bytes)?;
    }
    heap.store(list + LIST_LENGTH, length + more)?;
    for_each_reference(heap, list, length, length + more, |heap, block| heap.retain(block))?;
    Ok(())
}

/// Releases the items of a list that nobody refers to any more, and the block they lie in.
pub fn release_items<H: Heap>(heap: &mut H, list: u64) -> Result<(), H::Fault> {
    let length = heap.load(list + LIST_LENGTH)?;
    release_range(heap, list, 0, length)?;
    let items = heap.load(list + LIST_ITEMS)?;
    if items != 0 { heap.release(items - HEADER_BYTES) } else { Ok(()) }
}

fn release_range<H: Heap>(heap: &mut H, list: u64, start: u64, stop: u64) -> Result<(), H::Fault> {
    for_each_reference(heap, list, start, stop, |heap, block| heap.release(block))
}

fn for_each_reference<H: Heap>(
    heap: &mut H,
    list: u64,
    start: u64,
    stop: u64,
    mut visit: impl FnMut(&mut H, u64) -> Result<(), H::Fault>,
) -> Result<(), H::Fault> {
    let owners = heap.load(list + LIST_OWNERS)?;
    if owners == 0 {
        return Ok(());
    }
    let (items, item_bytes) = (heap.load(list + LIST_ITEMS)?, heap.load(list + LIST_ITEM_BYTES)?);
    for index in start..stop {
        let mut left = owners;
        while left != 0 {
            let block = heap.load(items + index * item_bytes + 8 * u64::from(left.trailing_zeros()))?;
            visit(heap, block)?;
            left &= left - 1;
        }
    }
    Ok(())
}

/// Counts of items come from programs: what does not fit is no memory.
fn size_of_items<Fault>(count: u64, item_bytes: u64) -> Result<u64, Stop<Fault>> {
    let size = count.checked_mul(item_bytes).filter(|size| *size <= i64::MAX as u64);
    size.ok_or(Stop::OutOfMemory(u64::MAX))
}
