//! Sorting for compiled code, over the memory of the process.
#![allow(unsafe_code)] // Called by compiled code, with addresses.

use crate::objects::Process;
use hotloop_objects::{Element, order_elements, sort_elements};

/// # Safety
/// There are so many elements of that kind, and nobody else uses them.
pub(crate) unsafe extern "C" fn hl_sort_elements(first: *mut u8, length: i64, element: i64) {
    let Ok(()) = sort_elements(&mut Process, first as u64, length as u64, named(element));
}

/// # Safety
/// There are so many elements of that kind, which nobody changes, and room for as many int64 that nobody else uses.
pub(crate) unsafe extern "C" fn hl_order_elements(
    first: *const u8,
    length: i64,
    element: i64,
    target: *mut u8,
) {
    let places = (first as u64, target as u64);
    let Ok(()) = order_elements(&mut Process, places, length as u64, named(element));
}

fn named(number: i64) -> Element {
    Element::by_number(number as u64).expect("compiled code names elements of the table")
}
