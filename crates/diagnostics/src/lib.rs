//! Source files, spans, diagnostics and how they are shown.
//!
//! This crate knows nothing about the language: it sees text, places in it and messages about those places. A
//! [`Diagnostic`] says what is wrong with the user's input; what went wrong with a disk or a device is an error type of
//! the crate concerned, and a mistake of our own is a panic.
//!
//! ```
//! use hotloop_diagnostics::{Code, Diagnostic, SourceMap, Style};
//!
//! static UNKNOWN_NAME: Code = Code::new("HL0201", "a name is not defined");
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("kernel.py", "y = foo(x)\n");
//! let diagnostic = Diagnostic::error(&UNKNOWN_NAME, "the name `foo` is not defined", sources.span(file, 4, 7))
//!     .with_label(sources.span(file, 8, 9), "called with this")
//!     .with_help("define `foo` above, or import it");
//! let text = sources.render(&diagnostic, Style::Plain);
//! assert!(text.starts_with("error[HL0201]: the name `foo` is not defined"));
//! assert!(text.contains("kernel.py:1:5"));
//! ```

mod located;
mod render;
mod source;

pub use located::{Located, LocatedLabel};
pub use render::Style;
pub use source::{FileId, Location, SourceFile, SourceMap, Span};

/// A kind of diagnostic with a stable name. Declared as a `static` beside its cause; `docs/errors/<name>.md` explains it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Code {
    name: &'static str,
    summary: &'static str,
}

impl Code {
    /// A code such as `HL0204` with a summary in one line.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self { name, summary }
    }

    /// The stable name, such as `HL0204`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the code is about, in one line.
    pub const fn summary(&self) -> &'static str {
        self.summary
    }
}

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Advice that changes nothing.
    Note,
    /// The input is accepted, but probably not what was meant.
    Warning,
    /// The input cannot be accepted.
    Error,
}

/// A place and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it has to do with the diagnostic; may be empty.
    pub text: String,
}

/// Something to tell the user about their input: what, where, why and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Its kind.
    pub code: &'static Code,
    /// One sentence without a full stop.
    pub message: String,
    /// The place it is about. The label may be empty.
    pub primary: Label,
    /// Further places that explain it, such as where a type came from.
    pub labels: Vec<Label>,
    /// Facts that have no place.
    pub notes: Vec<String>,
    /// Ways out.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: &'static Code, message: impl Into<String>, span: Span) -> Self {
        Self::new(Severity::Error, code, message, span)
    }

    /// A warning at `span`.
    pub fn warning(code: &'static Code, message: impl Into<String>, span: Span) -> Self {
        Self::new(Severity::Warning, code, message, span)
    }

    fn new(severity: Severity, code: &'static Code, message: impl Into<String>, span: Span) -> Self {
        let primary = Label { span, text: String::new() };
        Self {
            severity,
            code,
            message: message.into(),
            primary,
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// Says what the primary place has to do with it.
    #[must_use]
    pub fn with_primary(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact that has no place.
    #[must_use]
    pub fn with_note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a way out.
    #[must_use]
    pub fn with_help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }
}

/// What an optimisation did, or why it did not: advice for the author of a loop, not a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The pass, such as `hoist-invariants`.
    pub pass: &'static str,
    /// The place it is about.
    pub span: Span,
    /// One sentence.
    pub message: String,
    /// The place that is to blame, if it is one.
    pub cause: Option<Span>,
}
