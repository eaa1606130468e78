//! Diagnostics whose places are named as people and editors name them: complete without a source map, for whoever shows them elsewhere.

use crate::{Code, Diagnostic, Label, Location, Severity, SourceMap};

/// A diagnostic as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// How grave it is.
    pub severity: Severity,
    /// Its kind.
    pub code: &'static Code,
    /// One sentence without a full stop.
    pub message: String,
    /// The place it is about.
    pub primary: LocatedLabel,
    /// Further places that explain it.
    pub labels: Vec<LocatedLabel>,
    /// Facts that have no place.
    pub notes: Vec<String>,
    /// Ways out.
    pub helps: Vec<String>,
}

/// A place and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedLabel {
    /// The file's name.
    pub file: String,
    /// Where it starts.
    pub start: Location,
    /// Where the first character behind it stands.
    pub end: Location,
    /// What it has to do with the diagnostic; may be empty.
    pub text: String,
}

impl SourceMap {
    /// The diagnostic with its places named.
    pub fn locate(&self, diagnostic: &Diagnostic) -> Located {
        let Diagnostic { severity, code, message, primary, labels, notes, helps } = diagnostic;
        Located {
            severity: *severity,
            code,
            message: message.clone(),
            primary: self.locate_label(primary),
            labels: labels.iter().map(|label| self.locate_label(label)).collect(),
            notes: notes.clone(),
            helps: helps.clone(),
        }
    }

    fn locate_label(&self, label: &Label) -> LocatedLabel {
        let file = self.file(label.span.file);
        LocatedLabel {
            file: file.name().to_owned(),
            start: file.location(label.span.start),
            end: file.location(label.span.end),
            text: label.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_columns_of_characters() {
        static CODE: Code = Code::new("HL0000", "for this test");
        let mut sources = SourceMap::new();
        let file = sources.add_part("kernel.py", "é = 1\nx = é\n", 7);
        let diagnostic = Diagnostic::error(&CODE, "wrong", sources.span(file, 11, 13))
            .with_label(sources.span(file, 0, 2), "from here");
        let located = sources.locate(&diagnostic);
        let places =
            |label: &LocatedLabel| [label.start, label.end].map(|location| (location.line, location.column));
        assert_eq!(places(&located.primary), [(8, 5), (8, 6)]);
        assert_eq!(places(&located.labels[0]), [(7, 1), (7, 2)]);
        assert_eq!(located.labels[0].text, "from here");
    }
}
