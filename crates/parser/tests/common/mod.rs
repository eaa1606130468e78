//! Reading text in one call, and comparing trees without their places.

#![allow(dead_code)] // Each test file uses its part.

use hotloop_ast::Module;
use hotloop_diagnostics::{Severity, SourceMap, Style};
use hotloop_parser::{Parsed, PythonVersion, Selection, decode, parse_module_as};

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

/// Reads a whole file by the newest grammar.
pub(crate) fn read_named(name: &str, text: &str) -> Reading {
    read_as(name, text, PythonVersion::NEWEST)
}

/// Reads a whole file as that version of Python.
pub(crate) fn read_as(name: &str, text: &str, version: PythonVersion) -> Reading {
    let mut sources = SourceMap::new();
    let Parsed { module, diagnostics } = match decode(text.as_bytes().to_vec()) {
        Ok(text) => {
            let file = sources.add(name, text);
            parse_module_as(&sources, file, Selection::Everything, version)
        }
        Err(undecodable) => {
            let file = sources.add(name, undecodable.text.as_str());
            Parsed { diagnostics: vec![undecodable.diagnose(file)], ..Parsed::default() }
        }
    };
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

/// The tree without places.
pub(crate) fn shape(module: Module) -> Module {
    module.without_places()
}
