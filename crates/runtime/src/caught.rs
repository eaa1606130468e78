//! What compiled code asks about the errors it has caught: their strings, texts and arguments.
#![allow(unsafe_code)] // Called by compiled code; reads the site tables that error states name.

use crate::objects::{Process, finish};
use crate::sites::{SiteTable, described};
use hotloop_abi::{CaughtQuestion, Context, ErrorClass, ErrorState, ErrorValue, Status, caught_text};
use hotloop_objects::{new_string, strings_of};

/// # Safety
/// `error` is an error that compiled code has caught.
pub(crate) unsafe extern "C" fn hl_caught_texts(error: *const ErrorState) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe { (*error).texts as *mut u8 }
}

/// # Safety
/// `error` is an error that compiled code has caught, and still holds its strings; the images that it may come from name themselves by
/// their site tables.
pub(crate) unsafe extern "C" fn hl_caught_word(
    error: *const ErrorState,
    question: i64,
    position: i64,
) -> i64 {
    // SAFETY: the caller's promise.
    let (class, arguments) = unsafe { described_at(error) };
    let question = CaughtQuestion::by_number(question).expect("compiled code asks questions of the table");
    question.answer(&class, &arguments, position)
}

/// # Safety
/// As for [`hl_caught_word`]; `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe extern "C" fn hl_caught_text(
    context: *mut Context,
    error: *const ErrorState,
    form: i64,
    result: *mut u64,
) -> Status {
    // SAFETY: the caller's promise.
    let (class, arguments) = unsafe { described_at(error) };
    let text = new_string(&mut Process, &caught_text(&class, &arguments, form));
    // SAFETY: the caller's promise.
    unsafe { finish(context, text, result) }
}

/// # Safety
/// As for [`hl_caught_word`].
unsafe fn described_at(error: *const ErrorState) -> (ErrorClass, Vec<ErrorValue>) {
    // SAFETY: the caller's promise.
    let state = unsafe { &*error };
    let texts = match state.texts {
        0 => Vec::new(),
        list => {
            let Ok(texts) = strings_of(&Process, list);
            texts
        }
    };
    let table = state.image as *const SiteTable;
    // SAFETY: the address is null, or that of the site table of an image, which lives while code runs that may have called it.
    let site = unsafe { table.as_ref() }.and_then(|table| table.get(state.site));
    let (class, arguments, _) = described(state, &texts, site);
    (class, arguments)
}
