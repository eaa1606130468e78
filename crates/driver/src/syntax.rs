//! Reads whole files as Python does, whatever they hold: no kernel is looked for.

use crate::module::{read_bytes, refuse_undecodable};
use crate::{Failure, Refusal};
use hotloop_diagnostics::{Diagnostic, FileId, Severity, SourceMap};
use hotloop_parser::{Parsed, PythonVersion, Selection, decode, parse_module_as};
use std::path::Path;

/// What [`read_syntax`] found in a file.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// The errors, by place; empty if the file is accepted.
    pub errors: Vec<SyntaxFault>,
    /// The errors with the source lines they are about.
    pub refusal: Option<Refusal>,
}

/// An error in a file's syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Its code, such as `HL0104`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

/// Reads a file by the grammar of that version of Python. With `prints_back` the tree is also printed, and what was printed is
/// read again: it must be the same tree.
///
/// # Errors
/// The file cannot be read from the disk, or the printed tree was another. What is wrong with its contents is no failure but a result.
pub fn read_syntax(path: &Path, version: PythonVersion, prints_back: bool) -> Result<Syntax, Failure> {
    let name = path.display().to_string();
    let text = match decode(read_bytes(path)?) {
        Ok(text) => text,
        Err(undecodable) => {
            let (refusal, sources) = refuse_undecodable(&name, &undecodable);
            return Ok(Syntax { errors: faults(&refusal.diagnostics, &sources), refusal: Some(refusal) });
        }
    };
    let mut sources = SourceMap::new();
    let file = sources.add(name.as_str(), text);
    let parsed = parse(&sources, file, version);
    let errors = faults(&parsed.diagnostics, &sources);
    if errors.is_empty() {
        if prints_back {
            check_printed(parsed, &name, version)?;
        }
        return Ok(Syntax { errors, refusal: None });
    }
    Ok(Syntax { errors, refusal: Some(Refusal::new(parsed.diagnostics, &sources)) })
}

fn parse(sources: &SourceMap, file: FileId, version: PythonVersion) -> Parsed {
    parse_module_as(sources, file, Selection::Everything, version)
}

fn faults(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<SyntaxFault> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let located = errors.map(|error| {
        let place = sources.location(error.primary.span);
        SyntaxFault {
            code: error.code.name(),
            message: error.message.clone(),
            line: place.line,
            column: place.column,
        }
    });
    located.collect()
}

/// The printed tree must read as the same tree.
fn check_printed(parsed: Parsed, name: &str, version: PythonVersion) -> Result<(), Failure> {
    let mut sources = SourceMap::new();
    let file = sources.add(name, parsed.module.to_string());
    let again = parse(&sources, file, version);
    if again.module.without_places() == parsed.module.without_places() {
        Ok(())
    } else {
        Err(Failure::Internal(format!("{name}: its tree, printed and read again, is another tree")))
    }
}
