//! How runtime functions raise: they fill the error state of the context and return [`Status::RAISED`].

use hotloop_abi::{Context, ErrorState, ExceptionClass, Status};

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
