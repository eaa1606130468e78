//! Diagnostics as JSON, for editors and other programs.

use hotloop_driver::{Located, LocatedLabel, Severity};
use serde_json::{Value, json};

/// A diagnostic: all that the text for people is made of.
pub(crate) fn diagnostic(diagnostic: &Located) -> Value {
    let severity = match diagnostic.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    json!({
        "severity": severity,
        "code": diagnostic.code.name(),
        "message": diagnostic.message,
        "primary": label(&diagnostic.primary),
        "labels": diagnostic.labels.iter().map(label).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "helps": diagnostic.helps,
    })
}

/// Lines and columns count from 1, columns in characters; `end` is behind the last character.
fn label(label: &LocatedLabel) -> Value {
    json!({
        "file": label.file,
        "start": {"line": label.start.line, "column": label.start.column},
        "end": {"line": label.end.line, "column": label.end.column},
        "text": label.text,
    })
}
