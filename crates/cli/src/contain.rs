//! Turns a panic, which is always a mistake of Hotloop, into a message and an exit code.

use crate::problem::Problem;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

/// What the first panic said, with its place in Hotloop's source.
static FIRST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work`; a panic in it, on whatever thread, is an internal error and prints nothing by itself.
pub(crate) fn contain(work: impl FnOnce() -> Result<(), Problem>) -> Result<(), Problem> {
    panic::set_hook(Box::new(note));
    // Whatever the panic left half done is not looked at again: the program ends.
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Problem::internal(&first_panic())))
}

fn note(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("a panic without a message");
    let place = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
    let mut first = FIRST_PANIC.lock().unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert_with(|| format!("{message}{}", place.unwrap_or_default()));
}

fn first_panic() -> String {
    let first = FIRST_PANIC.lock().unwrap_or_else(PoisonError::into_inner);
    first.clone().unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error_with_its_place() {
        let problem = contain(|| panic!("the register {} is lost", 7)).expect_err("a problem");
        assert_eq!(problem.code(), 101);
        let text = problem.to_string();
        assert!(text.starts_with("internal error of Hotloop: the register 7 is lost ("), "{text}");
        assert!(text.contains("contain.rs:"), "{text}");
        let _ = panic::take_hook();
    }
}
