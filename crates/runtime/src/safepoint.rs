//! What compiled code calls when its interrupt flag is set.
#![allow(unsafe_code)] // Called by compiled code.

use crate::call::Frame;
use hotloop_abi::{Context, Status};
use std::sync::atomic::Ordering;

/// # Safety
/// `context` is valid and exclusive.
pub(crate) unsafe extern "C" fn hl_safepoint(context: *mut Context) -> Status {
    // SAFETY: the caller's promise.
    let context = unsafe { &mut *context };
    take_request(context);
    // SAFETY: the caller's promise.
    match unsafe { Frame::of(context) }.and_then(Frame::must_stop) {
        None => Status::OK,
        Some(error) => {
            context.error = error;
            Status::RAISED
        }
    }
}

/// Whether the context's flag is set.
pub(crate) fn is_requested(context: &Context) -> bool {
    // SAFETY: the flag outlives the context.
    unsafe { context.interrupt.as_ref() }.is_some_and(|flag| flag.load(Ordering::Relaxed) != 0)
}

/// Whether the context's flag was set. Clears it before the caller asks what for: a request that comes meanwhile sets it
/// again.
pub(crate) fn take_request(context: &Context) -> bool {
    // SAFETY: the flag outlives the context.
    is_requested(context) && unsafe { &*context.interrupt }.swap(0, Ordering::AcqRel) != 0
}
