//! Reading text in one call, and comparing trees without their places.

#![allow(dead_code)] // Each test file uses its part.

use hotloop_ast::Module;
use hotloop_diagnostics::{Severity, SourceMap, Style};
use hotloop_parser::{Parsed, Selection, parse_module};

/// What was read, and what was said about it.
pub(crate) struct Reading {
    /// The tree.
    pub(crate) module: Module,
    /// The errors as they are shown.
    pub(crate) errors: Vec<String>,
    /// The code of each diagnostic, warnings included.
    pub(crate) codes: Vec<&'static str>,
    /// The text under each diagnostic's mark.
    pub(crate) marked: Vec<String>,
}

/// Reads a whole file.
pub(crate) fn read_named(name: &str, text: &str) -> Reading {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let Parsed { module, diagnostics } = parse_module(&sources, file, Selection::Everything);
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    Reading {
        errors: errors.map(|diagnostic| sources.render(diagnostic, Style::Plain)).collect(),
        codes: diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect(),
        marked: diagnostics
            .iter()
            .map(|diagnostic| sources.text(diagnostic.primary.span).to_owned())
            .collect(),
        module,
    }
}

/// Reads a whole text.
pub(crate) fn read(text: &str) -> Reading {
    read_named("test.py", text)
}

/// The tree of a text without errors, as it is printed.
#[track_caller]
pub(crate) fn printed(text: &str) -> String {
    let reading = read(text);
    assert!(reading.errors.is_empty(), "{text}\n{}", reading.errors.join("\n"));
    reading.module.to_string()
}

/// The tree as text without places.
pub(crate) fn shape(module: &Module) -> String {
    let text = format!("{module:?}");
    let mut shape = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span {") {
        shape.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('}').map_or(rest.len(), |end| end + 1)..];
    }
    shape.push_str(rest);
    shape
}
