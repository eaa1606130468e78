//! What is wrong with a text, before it is known which file the text belongs to.

use hotloop_diagnostics::{Code, Diagnostic, FileId, Span};

/// An error at a place of a text.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static Code,
    pub(crate) message: String,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// A second place that explains the first.
    pub(crate) origin: Option<(u32, u32, &'static str)>,
    /// The way out; empty if there is nothing to say.
    pub(crate) help: String,
}

impl Fault {
    pub(crate) fn new(code: &'static Code, message: impl Into<String>, start: usize, end: usize) -> Self {
        let (start, end) = (start as u32, end as u32);
        Self { code, message: message.into(), start, end, origin: None, help: String::new() }
    }

    #[must_use]
    pub(crate) fn with_origin(mut self, start: u32, end: u32, text: &'static str) -> Self {
        self.origin = Some((start, end, text));
        self
    }

    #[must_use]
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The diagnostic in `file`.
    pub(crate) fn diagnose(&self, file: FileId) -> Diagnostic {
        let span = Span::new(file, self.start, self.end);
        let mut diagnostic = Diagnostic::error(self.code, self.message.as_str(), span);
        if let Some((start, end, text)) = self.origin {
            diagnostic = diagnostic.with_label(Span::new(file, start, end), text);
        }
        if !self.help.is_empty() {
            diagnostic = diagnostic.with_help(self.help.as_str());
        }
        diagnostic
    }
}
