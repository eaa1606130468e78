//! Exceptions that compiled code raised, with the place in the source.

use hotloop_abi::{
    ErrorArgument, ErrorClass, ErrorState, ErrorValue, ExceptionClass, PAYLOAD_WORDS, exception_text,
};
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
    pub class: Option<ErrorClass>,
    /// The arguments, some of them made from the payload.
    pub arguments: Vec<ErrorArgument>,
    /// How many words of the payload the site sets.
    pub payload_words: u32,
    /// Where in the source.
    pub place: Option<Place>,
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
    pub payload: Vec<i64>,
}

impl Exception {
    /// What Python's `str` gives for it; empty without arguments.
    pub fn message(&self) -> String {
        exception_text(&self.arguments, self.class.shows_repr())
    }

    /// The exception of a call that has ended, but what it printed could not be written.
    pub fn of_output() -> Self {
        let class = ExceptionClass::OSError.into();
        let arguments = vec![ErrorValue::Str(OUTPUT_MESSAGE.to_owned())];
        Self { class, arguments, place: None, payload: Vec::new() }
    }

    /// What the error state says, with the strings that it held; `site` is the place it names, if any.
    pub(crate) fn new(state: &ErrorState, texts: &[String], site: Option<&RaisingSite>) -> Self {
        // The runtime raises through a site of the compiled code, with a class and payload of its own.
        let builtin = ExceptionClass::by_number(state.class).unwrap_or(ExceptionClass::SystemError);
        let own_class =
            site.and_then(|site| site.class.clone()).filter(|class| class.number() == state.class);
        let (arguments, words) = match site {
            Some(site) if own_class.is_some() => (&site.arguments, site.payload_words as usize),
            _ => (&ErrorArgument::message(runtime_message(builtin)), 0),
        };
        let payload = &state.payload[..words.min(PAYLOAD_WORDS)];
        Self {
            class: own_class.unwrap_or_else(|| builtin.into()),
            arguments: arguments.iter().map(|argument| argument.value(payload, texts)).collect(),
            place: site.and_then(|site| site.place.clone()),
            payload: payload.to_vec(),
        }
    }
}

/// What is said when nobody takes what was printed.
const OUTPUT_MESSAGE: &str = "cannot write what was printed";

/// What the runtime's own errors say.
fn runtime_message(class: ExceptionClass) -> &'static str {
    match class {
        ExceptionClass::MemoryError => "cannot allocate memory for an array",
        ExceptionClass::ValueError => "negative dimensions are not allowed",
        ExceptionClass::OSError => OUTPUT_MESSAGE,
        ExceptionClass::RecursionError => "maximum recursion depth exceeded",
        _ => "",
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
