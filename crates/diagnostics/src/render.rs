//! Shows diagnostics the way rustc does, with `annotate-snippets`.

use crate::{Diagnostic, Label, Severity, SourceMap, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Whether a rendered diagnostic carries terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone, for files, exceptions and tests.
    Plain,
    /// With ANSI colours, for terminals.
    Coloured,
}

impl SourceMap {
    /// The diagnostic as text with the source lines it is about; no newline at the end.
    pub fn render(&self, diagnostic: &Diagnostic, style: Style) -> String {
        let level = match diagnostic.severity {
            Severity::Note => Level::NOTE,
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let mut group =
            Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code.name()));
        for snippet in self.snippets(diagnostic) {
            group = group.element(snippet);
        }
        for note in &diagnostic.notes {
            group = group.element(Level::NOTE.message(note));
        }
        for help in &diagnostic.helps {
            group = group.element(Level::HELP.message(help));
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
        let annotate = |kind: AnnotationKind, label: &'a Label| {
            let annotation = kind.span(self.byte_range(label.span));
            if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
        };
        let primary = Some(&diagnostic.primary).filter(|label| label.span.file == file);
        let others = diagnostic.labels.iter().filter(|label| label.span.file == file);
        Snippet::source(source.text())
            .path(source.name())
            .line_start(source.first_line() as usize)
            .annotations(primary.map(|label| annotate(AnnotationKind::Primary, label)))
            .annotations(others.map(|label| annotate(AnnotationKind::Context, label)))
    }

    /// The span's bytes, moved to character boundaries within the text.
    fn byte_range(&self, span: Span) -> std::ops::Range<usize> {
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
