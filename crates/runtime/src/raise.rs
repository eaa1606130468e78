//! How runtime functions raise: they fill the error state of the context and return [`Status::RAISED`].

use hotloop_abi::{Context, ErrorClass, ErrorState, ExceptionClass, Status};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// The classes of programs that code of this process raises: identity and ancestors by number.
static CLASSES: RwLock<BTreeMap<u32, (String, Vec<u32>)>> = RwLock::new(BTreeMap::new());

/// Makes a class known, so that compiled code can tell what its errors derive from. To be called before code runs that raises it.
///
/// # Errors
/// The identity of another class that happens to have the same number.
pub fn register_class(class: &ErrorClass) -> Result<(), String> {
    let ErrorClass::User(user) = class else { return Ok(()) };
    let mut classes = CLASSES.write().unwrap_or_else(PoisonError::into_inner);
    match classes.get(&class.number()) {
        Some((identity, _)) if *identity != user.identity => Err(identity.clone()),
        Some(_) => Ok(()),
        None => {
            let ancestors = class.ancestors().iter().map(ErrorClass::number).collect();
            classes.insert(class.number(), (user.identity.clone(), ancestors));
            Ok(())
        }
    }
}

/// Whether an `except` of the class numbered `base` catches errors of the class numbered `class`.
pub(crate) extern "C" fn hl_error_is(class: i64, base: i64) -> i64 {
    let (class, base) = (class as u32, base as u32);
    let derives = match (ExceptionClass::by_number(class), ExceptionClass::by_number(base)) {
        (Some(class), Some(base)) => class.is_subclass_of(base),
        (Some(_), None) => false,
        (None, _) => {
            let classes = CLASSES.read().unwrap_or_else(PoisonError::into_inner);
            classes.get(&class).is_some_and(|(_, ancestors)| ancestors.contains(&base))
        }
    };
    i64::from(derives)
}

/// An error without a place; compiled code adds the place when it passes the status on.
pub(crate) fn error(class: ExceptionClass, payload: &[i64]) -> ErrorState {
    ErrorState { class: class as u32, payload: ErrorState::payload_of(payload), ..ErrorState::default() }
}

/// Writes the error and returns the status that says so.
pub(crate) fn raise(context: &mut Context, class: ExceptionClass, payload: &[i64]) -> Status {
    context.error = error(class, payload);
    Status::RAISED
}
