//! Exceptions that compiled code raised, with the place in the source.

use hotloop_abi::{ErrorState, ExceptionClass};
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

/// A place in compiled code that can raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RaisingSite {
    /// What is raised; `None` where the runtime says so.
    pub class: Option<ExceptionClass>,
    /// The message, with `{0}` and so on for the words of the payload.
    pub message: String,
    /// How many words of the payload the site sets.
    pub payload_words: u32,
    /// Where in the source.
    pub place: Option<Place>,
}

/// An exception raised by a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its class.
    pub class: ExceptionClass,
    /// Its message; empty if it has none.
    pub message: String,
    /// Where it was raised.
    pub place: Option<Place>,
    /// The values in the message, such as index, axis and length of an index error.
    pub payload: [i64; 4],
}

impl Exception {
    /// What the error state says; `site` is the place it names, if any.
    pub(crate) fn new(state: &ErrorState, site: Option<&RaisingSite>) -> Self {
        let class = ExceptionClass::by_number(state.class).unwrap_or(ExceptionClass::SystemError);
        // The runtime raises through a site of the compiled code, with a class and payload of its own.
        let (template, words) = match site {
            Some(site) if site.class == Some(class) => (site.message.as_str(), site.payload_words as usize),
            _ => (runtime_message(class), 0),
        };
        Self {
            class,
            message: fill_in(template, &state.payload[..words.min(4)]),
            place: site.and_then(|site| site.place.clone()),
            payload: state.payload,
        }
    }
}

/// What the runtime's own errors say.
fn runtime_message(class: ExceptionClass) -> &'static str {
    match class {
        ExceptionClass::MemoryError => "cannot allocate memory for an array",
        ExceptionClass::ValueError => "negative dimensions are not allowed",
        ExceptionClass::RecursionError => "maximum recursion depth exceeded",
        _ => "",
    }
}

fn fill_in(template: &str, payload: &[i64]) -> String {
    let mut message = template.to_owned();
    for (position, value) in payload.iter().enumerate() {
        message = message.replace(&format!("{{{position}}}"), &value.to_string());
    }
    message
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.python_name())?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Exception {}
