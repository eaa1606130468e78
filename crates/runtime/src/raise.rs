//! How runtime functions raise: they fill the error state of the context and return [`Status::RAISED`].

use hotloop_abi::{Context, ErrorState, ExceptionClass, Status};

/// Whether an `except` of the class numbered `base` catches errors of the class numbered `class`.
pub(crate) extern "C" fn hl_error_is(class: i64, base: i64) -> i64 {
    let builtin = |number: i64| u32::try_from(number).ok().and_then(ExceptionClass::by_number);
    let derives = match (builtin(class), builtin(base)) {
        (Some(class), Some(base)) => class.is_subclass_of(base),
        (None, _) | (_, None) => false,
    };
    i64::from(derives)
}

/// An error without a place; compiled code adds the place when it passes the status on.
pub(crate) fn error(class: ExceptionClass, payload: &[i64]) -> ErrorState {
    ErrorState {
        image: 0,
        site: ErrorState::NO_SITE,
        class: class as u32,
        payload: ErrorState::payload_of(payload),
    }
}

/// Writes the error and returns the status that says so.
pub(crate) fn raise(context: &mut Context, class: ExceptionClass, payload: &[i64]) -> Status {
    context.error = error(class, payload);
    Status::RAISED
}
