//! Why something could not be compiled or called.

use crate::Exception;
use hotloop_diagnostics::{Diagnostic, Located, SourceMap, Style};
use std::fmt;

/// A source that is not accepted: the diagnostics, and the text that shows them with the lines they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong; never empty.
    pub diagnostics: Vec<Diagnostic>,
    /// The same with their places named, for whoever shows them in another way.
    pub located: Vec<Located>,
    text: String,
    coloured: String,
}

/// How many errors the text shows: nobody reads more before mending these.
const MAX_SHOWN: usize = 100;

impl Refusal {
    /// A refusal for these reasons.
    pub(crate) fn new(diagnostics: Vec<Diagnostic>, sources: &SourceMap) -> Self {
        let shown = |style: Style| {
            let first = diagnostics.iter().take(MAX_SHOWN);
            let mut shown: Vec<String> = first.map(|one| sources.render(one, style)).collect();
            if let Some(hidden) = diagnostics.len().checked_sub(MAX_SHOWN).filter(|hidden| *hidden > 0) {
                shown.push(format!("{hidden} more errors are not shown"));
            }
            shown.join("\n\n")
        };
        let located = diagnostics.iter().map(|one| sources.locate(one)).collect();
        Self { text: shown(Style::Plain), coloured: shown(Style::Coloured), located, diagnostics }
    }

    /// The text with colours for a terminal.
    pub fn coloured(&self) -> &str {
        &self.coloured
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a kernel gave no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The source cannot be compiled.
    Refused(Refusal),
    /// There is no such function in the file.
    NoFunction {
        /// The name asked for.
        name: String,
        /// The functions that there are.
        known: Vec<String>,
    },
    /// The file cannot be read.
    File {
        /// The path.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The arguments do not fit the function or its signatures.
    Arguments(String),
    /// The processor to compile for is none that is known, or this machine's is not.
    Processor(String),
    /// Whoever chooses implementations could not say which one is meant.
    Unanswered(String),
    /// Iterations of a parallel loop have used the same memory, which was looked for.
    Raced(Refusal),
    /// The kernel raised.
    Raised(Exception),
    /// A mistake of ours: a stage refused what the stage before made.
    Internal(String),
}

/// Of what a stage says of its mistake, so many lines are shown: behind the first ones may stand a whole function.
const SHOWN_LINES: usize = 12;

impl Failure {
    /// A mistake of ours, with the first lines of what is to be said of it.
    pub(crate) fn internal(reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        let mut lines = reason.lines();
        let mut shown: Vec<&str> = lines.by_ref().take(SHOWN_LINES).collect();
        let left = match lines.count() {
            0 => String::new(),
            left => format!("(and {left} more lines)"),
        };
        shown.extend((!left.is_empty()).then_some(left.as_str()));
        Self::Internal(shown.join("\n"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) | Self::Raced(refusal) => refusal.fmt(f),
            Self::NoFunction { name, known } if known.is_empty() => {
                write!(f, "there is no function `{name}`, nor any other, in this file")
            }
            Self::NoFunction { name, known } => {
                write!(f, "there is no function `{name}` in this file; it has {}", known.join(", "))
            }
            Self::File { path, reason } => write!(f, "cannot read {path}: {reason}"),
            Self::Arguments(reason) | Self::Unanswered(reason) => f.write_str(reason),
            Self::Processor(reason) => {
                write!(f, "{reason} (the environment variable HOTLOOP_CPU names one)")
            }
            Self::Raised(exception) => exception.fmt(f),
            Self::Internal(reason) => write!(f, "internal error of Hotloop: {reason}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Box<Exception>> for Failure {
    fn from(exception: Box<Exception>) -> Self {
        Self::Raised(*exception)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_internal_error_the_first_lines_are_shown() {
        let long: Vec<String> = (0..100).map(|number| format!("line {number}")).collect();
        let text = Failure::internal(long.join("\n")).to_string();
        assert!(text.starts_with("internal error of Hotloop: line 0\nline 1\n"), "{text}");
        assert!(text.ends_with("line 11\n(and 88 more lines)"), "{text}");
        assert_eq!(Failure::internal("short").to_string(), "internal error of Hotloop: short");
    }
}
