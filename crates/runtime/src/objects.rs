//! Lists and strings in the process's memory: the operations of `hotloop-objects` over the addresses that compiled code has.
#![allow(unsafe_code)] // Reads and writes memory at addresses.

use crate::block::{Block, OutOfMemory, hl_release, hl_retain};
use crate::raise::raise;
use hotloop_abi::{Context, ExceptionClass, Status};
use hotloop_objects::layout::{LIST_ITEMS, LIST_LENGTH};
use hotloop_objects::{Contents, Heap, Operation, Stop, grow, new_frame, new_list, perform};
use std::convert::Infallible;

/// The memory of the process.
///
/// Its methods are safe only on the addresses of live blocks, which is what compiled code passes: none of them is public.
pub(crate) struct Process;

impl Heap for Process {
    type Fault = Infallible;

    fn allocate(&mut self, size_bytes: u64, contents: Contents) -> Result<u64, Stop<Infallible>> {
        let failed = Stop::OutOfMemory(size_bytes);
        let size = usize::try_from(size_bytes).map_err(|_| failed)?;
        Block::of_object(size, contents).map(|block| block.into_raw() as u64).map_err(|_| failed)
    }

    fn retain(&mut self, block: u64) -> Result<(), Infallible> {
        // SAFETY: an item's reference is null or a live block.
        unsafe { hl_retain(block as *mut u8) };
        Ok(())
    }

    fn release(&mut self, block: u64) -> Result<(), Infallible> {
        // SAFETY: as above, and the reference is given up.
        unsafe { hl_release(block as *mut u8) };
        Ok(())
    }

    fn bytes(&self, address: u64, size_bytes: u64) -> Result<&[u8], Infallible> {
        // SAFETY: the operations read within live objects, which nobody writes meanwhile.
        Ok(unsafe { std::slice::from_raw_parts(address as *const u8, size_bytes as usize) })
    }

    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Infallible> {
        // SAFETY: the operations write within live objects, and what they write lies elsewhere.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
        Ok(())
    }

    fn copy(&mut self, from: u64, to: u64, size_bytes: u64) -> Result<(), Infallible> {
        // SAFETY: both places lie within live objects.
        unsafe { std::ptr::copy(from as *const u8, to as *mut u8, size_bytes as usize) };
        Ok(())
    }
}

/// A list of `count` items that lie in memory as these bytes do, of which the words that `owners` names hold references. The list takes these over.
///
/// # Errors
/// There is no memory for it.
///
/// # Safety
/// There are `count` times `item_bytes` bytes, and the references are null or live blocks of this runtime, one reference each.
pub unsafe fn list_of_items(
    item_bytes: u64,
    owners: u64,
    count: u64,
    items: &[u8],
) -> Result<Block, OutOfMemory> {
    let made = new_list(&mut Process, item_bytes, owners, count).map_err(|stop| match stop {
        Stop::OutOfMemory(size_bytes) => OutOfMemory { size_bytes: size_bytes as usize },
        Stop::Fault(never) => match never {},
    });
    let list = made?;
    let filled = Process
        .load(list + LIST_ITEMS)
        .and_then(|first| Process.write(first, items))
        .and_then(|()| Process.store(list + LIST_LENGTH, count));
    match filled {
        // SAFETY: the list was made above, and nobody else has it.
        Ok(()) => Ok(unsafe { Block::from_raw(list as *mut u8) }.expect("a new list is no null block")),
        Err(never) => match never {},
    }
}

/// # Safety
/// Both addresses lead to as many characters as are said, unless that is none.
pub(crate) unsafe extern "C" fn hl_text_order(
    left: *const u8,
    left_length: i64,
    right: *const u8,
    right_length: i64,
    width_bytes: i64,
) -> i64 {
    let order = if width_bytes == 1 {
        // SAFETY: the caller's promise.
        unsafe { characters(left, left_length).cmp(characters(right, right_length)) }
    } else {
        // SAFETY: the caller's promise; code points are aligned.
        unsafe { characters::<u32>(left.cast(), left_length).cmp(characters(right.cast(), right_length)) }
    };
    order as i64
}

/// # Safety
/// As for [`hl_text_order`].
pub(crate) unsafe fn characters<'a, T>(address: *const T, length: i64) -> &'a [T] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(address, length as usize) }
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing; there are as many words as the operation takes, of the
/// forms that its row names.
pub(crate) unsafe extern "C" fn hl_object(
    context: *mut Context,
    operation: i64,
    words: *const u64,
    count: i64,
    result: *mut u64,
) -> Status {
    // SAFETY: the caller's promise.
    let words = unsafe { characters(words, count) };
    let operation =
        Operation::by_number(operation as u64).expect("compiled code names operations of the table");
    // SAFETY: the caller's promise.
    unsafe { finish(context, perform(&mut Process, operation, words), result) }
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe extern "C" fn hl_new_list(
    context: *mut Context,
    item_bytes: i64,
    owners: i64,
    capacity: i64,
    result: *mut u64,
) -> Status {
    let made = new_list(&mut Process, item_bytes as u64, owners as u64, capacity.max(0) as u64);
    // SAFETY: the caller's promise.
    unsafe { finish(context, made, result) }
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe extern "C" fn hl_new_frame(
    context: *mut Context,
    size_bytes: i64,
    result: *mut u64,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { finish(context, new_frame(&mut Process, size_bytes as u64), result) }
}

/// # Safety
/// `context` is valid and exclusive, `list` is a live list.
pub(crate) unsafe extern "C" fn hl_grow_list(context: *mut Context, list: *mut u8, least: i64) -> Status {
    let mut nothing = 0;
    // SAFETY: the caller's promise.
    unsafe { finish(context, grow(&mut Process, list as u64, least as u64).map(|()| 0), &raw mut nothing) }
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe fn finish(
    context: *mut Context,
    outcome: Result<u64, Stop<Infallible>>,
    result: *mut u64,
) -> Status {
    match outcome {
        Ok(word) => {
            // SAFETY: the caller's promise.
            unsafe { result.write(word) };
            Status::OK
        }
        // SAFETY: the caller's promise.
        Err(stop) => unsafe { stopped(context, stop) },
    }
}

/// # Safety
/// `context` is valid and exclusive.
pub(crate) unsafe fn stopped(context: *mut Context, stop: Stop<Infallible>) -> Status {
    match stop {
        Stop::OutOfMemory(size_bytes) => {
            // SAFETY: the caller's promise.
            raise(unsafe { &mut *context }, ExceptionClass::MemoryError, &[size_bytes as i64])
        }
        Stop::Fault(never) => match never {},
    }
}
