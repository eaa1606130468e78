//! Shows diagnostics the way rustc does, with `annotate-snippets`.

use crate::{Diagnostic, Label, Severity, SourceMap, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;

/// A text is shown up to this length, in bytes; a name may have a million letters.
const MAX_TEXT_BYTES: usize = 2_000;

/// Whether a rendered diagnostic carries terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone, for files, exceptions and tests.
    Plain,
    /// With ANSI colours, for terminals.
    Coloured,
}

/// The text, without its middle if it is long.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT_BYTES {
        return Cow::Borrowed(text);
    }
    let head = text.floor_char_boundary(MAX_TEXT_BYTES * 3 / 4);
    let tail = text.ceil_char_boundary(text.len() - MAX_TEXT_BYTES / 4);
    Cow::Owned(format!("{} ... {}", &text[..head], &text[tail..]))
}

impl SourceMap {
    /// The diagnostic as text with the source lines it is about; no newline at the end.
    pub fn render(&self, diagnostic: &Diagnostic, style: Style) -> String {
        let level = match diagnostic.severity {
            Severity::Note => Level::NOTE,
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let title = level.primary_title(shortened(&diagnostic.message)).id(diagnostic.code.name());
        let mut group = Group::with_title(title);
        for snippet in self.snippets(diagnostic) {
            group = group.element(snippet);
        }
        for note in &diagnostic.notes {
            group = group.element(Level::NOTE.message(shortened(note)));
        }
        for help in &diagnostic.helps {
            group = group.element(Level::HELP.message(shortened(help)));
        }
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Coloured => Renderer::styled(),
        };
        renderer.render(&[group])
    }

    /// One snippet a file, the primary's first.
    fn snippets<'a>(
        &'a self,
        diagnostic: &'a Diagnostic,
    ) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let mut files = vec![diagnostic.primary.span.file];
        for label in &diagnostic.labels {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        files.into_iter().map(|file| self.snippet(file, diagnostic)).collect()
    }

    fn snippet<'a>(
        &'a self,
        file: crate::FileId,
        diagnostic: &'a Diagnostic,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let source = self.file(file);
        let primary = Some(&diagnostic.primary).filter(|label| label.span.file == file);
        let others = diagnostic.labels.iter().filter(|label| label.span.file == file);
        let spans = primary.into_iter().chain(others.clone()).map(|label| self.byte_range(label.span));
        let spans: Vec<Range<usize>> = spans.collect();
        let from = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let to = spans.iter().map(|span| span.end).max().unwrap_or(0);
        // Only these lines: the renderer reads all that it is given, and a file may have thousands of errors.
        let (lines, skipped) = source.lines_around(from, to);
        let annotate = |kind: AnnotationKind, label: &'a Label| {
            let Range { start, end } = self.byte_range(label.span);
            let annotation = kind.span(start - lines.start..end - lines.start);
            if label.text.is_empty() { annotation } else { annotation.label(shortened(&label.text)) }
        };
        Snippet::source(&source.text()[lines.clone()])
            .path(source.name())
            .line_start(source.first_line() as usize + skipped)
            .annotations(primary.map(|label| annotate(AnnotationKind::Primary, label)))
            .annotations(others.map(|label| annotate(AnnotationKind::Context, label)))
    }

    /// The span's bytes, moved to character boundaries within the text.
    fn byte_range(&self, span: Span) -> Range<usize> {
        let text = self.file(span.file).text();
        let boundary = |offset: u32| {
            let mut offset = (offset as usize).min(text.len());
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            offset
        };
        let start = boundary(span.start);
        start..boundary(span.end).max(start)
    }
}
