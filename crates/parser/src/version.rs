//! Versions of Python, and the refusal of syntax that is newer than the one asked for.

use crate::tree::Builder;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use std::fmt;
use std::str::FromStr;

pub(crate) static NEWER_SYNTAX: Code = Code::new("HL0117", "syntax of a newer Python");

/// A version of Python's grammar, 3.8 to 3.14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    minor: u8,
}

impl PythonVersion {
    /// The oldest grammar that is known.
    pub const OLDEST: Self = Self { minor: 8 };
    /// The newest grammar that is known: it accepts what all older ones accept.
    pub const NEWEST: Self = Self { minor: 14 };

    /// The version `3.minor`, if its grammar is known.
    pub const fn new(minor: u8) -> Option<Self> {
        match minor {
            8..=14 => Some(Self { minor }),
            _ => None,
        }
    }

    /// The number behind `3.`.
    pub const fn minor(self) -> u8 {
        self.minor
    }
}

impl Default for PythonVersion {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "3.{}", self.minor)
    }
}

impl FromStr for PythonVersion {
    type Err = String;

    /// Reads `3.11`, or `3.11.7`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.split('.');
        let is_three = numbers.next() == Some("3");
        let minor = numbers.next().and_then(|minor| minor.parse().ok()).and_then(Self::new);
        minor.filter(|_| is_three).ok_or_else(|| {
            format!("`{text}` is no version whose grammar is known: {} to {}", Self::OLDEST, Self::NEWEST)
        })
    }
}

impl Builder<'_> {
    /// Refuses what stands at `span` in a text of a Python before `3.minor`.
    pub(crate) fn since(&self, minor: u8, what: &str, span: Span) {
        if self.version.minor() < minor {
            let message =
                format!("{what} needs Python 3.{minor}, and this file is read as Python {}", self.version);
            self.report(Diagnostic::error(&NEWER_SYNTAX, message, span));
        }
    }
}
