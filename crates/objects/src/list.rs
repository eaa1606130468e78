//! Lists: made, grown, shortened and released.

use crate::heap::{Contents, Heap, MOST_BYTES, Stop};
use crate::layout::{
    HEADER_BYTES, LIST_BYTES, LIST_CAPACITY, LIST_ITEM_BYTES, LIST_ITEMS, LIST_LENGTH, LIST_OWNERS,
};
use crate::text::{clipped, strided};

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
fn remove<H: Heap>(heap: &mut H, list: u64, start: u64, stop: u64) -> Result<(), Stop<H::Fault>> {
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
fn open<H: Heap>(heap: &mut H, list: u64, index: u64, count: u64) -> Result<(), Stop<H::Fault>> {
    let length = heap.load(list + LIST_LENGTH)?;
    let Some(longer) = length.checked_add(count) else { return Err(Stop::OutOfMemory(MOST_BYTES)) };
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

/// Makes a gap for one item at a bound of a slice; gives its index.
pub(crate) fn open_at<H: Heap>(heap: &mut H, list: u64, index: i64) -> Result<u64, Stop<H::Fault>> {
    let length = heap.load(list + LIST_LENGTH)? as usize;
    let (index, _) = clipped(index, 0, length);
    let index = index.min(length as i64) as u64;
    open(heap, list, index, 1)?;
    Ok(index)
}

/// The bounds of a slice, in order.
fn slice<H: Heap>(heap: &H, list: u64, start: i64, stop: i64) -> Result<(u64, u64), H::Fault> {
    let length = heap.load(list + LIST_LENGTH)? as usize;
    let (start, stop) = clipped(start, stop, length);
    let start = start.min(length as i64);
    Ok((start as u64, stop.max(start) as u64))
}

/// Takes the items of a slice out.
pub(crate) fn remove_slice<H: Heap>(
    heap: &mut H,
    list: u64,
    start: i64,
    stop: i64,
) -> Result<(), Stop<H::Fault>> {
    let (start, stop) = slice(heap, list, start, stop)?;
    remove(heap, list, start, stop)
}

/// Puts the items of another list, or of the list itself, in the place of a slice.
pub(crate) fn replace<H: Heap>(
    heap: &mut H,
    list: u64,
    start: i64,
    stop: i64,
    other: u64,
) -> Result<(), Stop<H::Fault>> {
    let copy = part(heap, other, 0, i64::MAX, 1)?;
    let (start, stop) = slice(heap, list, start, stop)?;
    let count = heap.load(copy + LIST_LENGTH)?;
    let opened = open(heap, list, stop, count);
    if opened.is_ok() {
        let (items, item_bytes) = (heap.load(list + LIST_ITEMS)?, heap.load(list + LIST_ITEM_BYTES)?);
        if count > 0 {
            heap.copy(heap.load(copy + LIST_ITEMS)?, items + stop * item_bytes, count * item_bytes)?;
            // The references have gone along.
            heap.store(copy + LIST_LENGTH, 0)?;
        }
        remove(heap, list, start, stop)?;
    }
    heap.release(copy)?;
    opened
}

/// Puts the items of another list in the places of a slice with a step; tells whether there are as many, and changes nothing otherwise.
pub(crate) fn set_stride<H: Heap>(
    heap: &mut H,
    list: u64,
    [start, stop, step]: [i64; 3],
    other: u64,
) -> Result<bool, Stop<H::Fault>> {
    if step == 1 {
        replace(heap, list, start, stop, other)?;
        return Ok(true);
    }
    let length = heap.load(list + LIST_LENGTH)?;
    let (start, count) = strided(start, stop, step, length as usize);
    if heap.load(other + LIST_LENGTH)? != count as u64 {
        return Ok(false);
    }
    // The items may come from the list itself.
    let copy = part(heap, other, 0, i64::MAX, 1)?;
    let item_bytes = heap.load(list + LIST_ITEM_BYTES)?;
    let (from, to) = (heap.load(copy + LIST_ITEMS)?, heap.load(list + LIST_ITEMS)?);
    for number in 0..count {
        let place = (start + number * step) as u64;
        release_range(heap, list, place, place + 1)?;
        heap.copy(from + number as u64 * item_bytes, to + place * item_bytes, item_bytes)?;
    }
    // The references have gone along.
    heap.store(copy + LIST_LENGTH, 0)?;
    heap.release(copy)?;
    Ok(true)
}

/// Takes the items of a slice with a step out.
pub(crate) fn remove_stride<H: Heap>(
    heap: &mut H,
    list: u64,
    [start, stop, step]: [i64; 3],
) -> Result<(), Stop<H::Fault>> {
    let length = heap.load(list + LIST_LENGTH)?;
    let (start, count) = strided(start, stop, step, length as usize);
    for number in (0..count).map(|number| if step > 0 { count - 1 - number } else { number }) {
        let place = (start + number * step) as u64;
        remove(heap, list, place, place + 1)?;
    }
    Ok(())
}

/// A new list of the items of a slice.
pub(crate) fn part<H: Heap>(
    heap: &mut H,
    list: u64,
    start: i64,
    stop: i64,
    step: i64,
) -> Result<u64, Stop<H::Fault>> {
    let length = heap.load(list + LIST_LENGTH)?;
    let (item_bytes, owners) = (heap.load(list + LIST_ITEM_BYTES)?, heap.load(list + LIST_OWNERS)?);
    let (start, count) = strided(start, stop, step, length as usize);
    let new = new_list(heap, item_bytes, owners, count as u64)?;
    let (from, to) = (heap.load(list + LIST_ITEMS)?, heap.load(new + LIST_ITEMS)?);
    if step == 1 && count > 0 {
        heap.copy(from + start as u64 * item_bytes, to, count as u64 * item_bytes)?;
    } else {
        for number in 0..count {
            let place = from + (start + number * step) as u64 * item_bytes;
            heap.copy(place, to + number as u64 * item_bytes, item_bytes)?;
        }
    }
    heap.store(new + LIST_LENGTH, count as u64)?;
    for_each_reference(heap, new, 0, count as u64, |heap, block| heap.retain(block))?;
    Ok(new)
}

/// A new list of the items of both.
pub(crate) fn concat<H: Heap>(heap: &mut H, left: u64, right: u64) -> Result<u64, Stop<H::Fault>> {
    let new = part(heap, left, 0, i64::MAX, 1)?;
    match extend(heap, new, right) {
        Ok(()) => Ok(new),
        Err(stop) => {
            heap.release(new)?;
            Err(stop)
        }
    }
}

/// A new list of the items, so many times.
pub(crate) fn repeat<H: Heap>(heap: &mut H, list: u64, count: i64) -> Result<u64, Stop<H::Fault>> {
    let length = heap.load(list + LIST_LENGTH)?;
    let (item_bytes, owners) = (heap.load(list + LIST_ITEM_BYTES)?, heap.load(list + LIST_OWNERS)?);
    let count = count.max(0) as u64;
    let Some(total) = length.checked_mul(count) else { return Err(Stop::OutOfMemory(MOST_BYTES)) };
    let new = new_list(heap, item_bytes, owners, total)?;
    let (from, to) = (heap.load(list + LIST_ITEMS)?, heap.load(new + LIST_ITEMS)?);
    let part_bytes = length * item_bytes;
    if part_bytes > 0 {
        (0..count).try_for_each(|number| heap.copy(from, to + number * part_bytes, part_bytes))?;
    }
    heap.store(new + LIST_LENGTH, total)?;
    for_each_reference(heap, new, 0, total, |heap, block| heap.retain(block))?;
    Ok(new)
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
pub(crate) fn release_items<H: Heap>(heap: &mut H, list: u64) -> Result<(), H::Fault> {
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
    let size = count.checked_mul(item_bytes).filter(|size| *size <= MOST_BYTES);
    size.ok_or(Stop::OutOfMemory(MOST_BYTES))
}
