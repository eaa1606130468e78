//! The strings that errors take along: a list on the heap, of which the error holds a reference until it is told, or caught and forgotten.
#![allow(unsafe_code)] // Called by compiled code; releases what errors hold.

use crate::block::hl_release;
use crate::objects::Process;
use hotloop_abi::{Context, ErrorState, Status};
use hotloop_objects::strings_of;

/// # Safety
/// `context` is valid and exclusive and holds no error; `list` is a live list of strings, of which a reference is given up.
pub(crate) unsafe extern "C" fn hl_keep_texts(context: *mut Context, list: *mut u8) -> Status {
    // SAFETY: the caller's promise.
    unsafe { (*context).error.texts = list as u64 };
    Status::OK
}

/// The strings of an error that is told to the host, which holds none from then on.
pub(crate) fn take(error: &mut ErrorState) -> Vec<String> {
    if error.texts == 0 {
        return Vec::new();
    }
    let Ok(texts) = strings_of(&Process, error.texts);
    forget(error);
    texts
}

/// Releases the strings of an error that nobody is told of.
pub(crate) fn forget(error: &mut ErrorState) {
    let list = std::mem::take(&mut error.texts);
    // SAFETY: the error held a reference, or null.
    unsafe { hl_release(list as *mut u8) };
}
