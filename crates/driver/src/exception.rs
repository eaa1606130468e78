//! Exceptions that compiled code raised, with the place in the source.

use hotloop_abi::{ErrorClass, ErrorState, ErrorValue, ExceptionClass, exception_text};
use hotloop_runtime::{OUTPUT_MESSAGE, RaisingSite, described};
use std::fmt;

/// A place in a source, as a traceback names it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// The function.
    pub function: String,
}

/// An exception raised by a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its class.
    pub class: ErrorClass,
    /// Its arguments.
    pub arguments: Vec<ErrorValue>,
    /// Where it was raised.
    pub place: Option<Place>,
    /// The values that the arguments were made from, such as index, axis and length of an index error.
    pub payload: Box<[i64]>,
    /// By what the host knows the error again, if it is one of its own functions': [`HostError::ticket`](crate::HostError::ticket). 0 for all others.
    pub ticket: u32,
}

impl Exception {
    /// What Python's `str` gives for it; empty without arguments.
    pub fn message(&self) -> String {
        exception_text(&self.class, &self.arguments)
    }

    /// The exception of a call that has ended, but what it printed could not be written.
    pub fn of_output() -> Self {
        let class = ExceptionClass::OSError.into();
        let arguments = vec![ErrorValue::Str(OUTPUT_MESSAGE.to_owned())];
        Self { class, arguments, place: None, payload: Box::default(), ticket: 0 }
    }

    /// What the error state says, with the strings that it held, the site that it names, if any, and where that stands.
    pub(crate) fn new(
        state: &ErrorState,
        texts: &[String],
        site: Option<&RaisingSite>,
        place: Option<Place>,
    ) -> Self {
        let (class, arguments, payload) = described(state, texts, site);
        // Where compiled code itself has raised, it says so by its site, and what is left in the state is of an earlier error.
        let raises =
            |site: &RaisingSite| site.class.as_ref().is_some_and(|class| class.number() == state.class);
        let is_passed_on = !site.is_some_and(raises);
        let ticket = if is_passed_on { state.ticket } else { 0 };
        Self { class, arguments, place, payload: payload.into(), ticket }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.name())?;
        match self.message() {
            empty if empty.is_empty() => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}

impl std::error::Error for Exception {}
