//! Reads whole files as Python does, whatever they hold: no kernel is looked for.

use crate::module::read_source;
use crate::{Failure, Refusal};
use hotloop_diagnostics::SourceMap;
use hotloop_parser::{Parsed, PythonVersion, Selection, parse_module_as};
use std::path::Path;

/// Reads a file by the grammar of that version of Python. With `prints_back` the tree is also printed, and what was printed is
/// read again: it must be the same tree.
///
/// # Errors
/// The file is no Python of that version, cannot be read from the disk, or the printed tree was another.
pub fn read_syntax(path: &Path, version: PythonVersion, prints_back: bool) -> Result<(), Failure> {
    let name = path.display().to_string();
    let text = read_source(path)?;
    let (parsed, sources) = parse(&name, text, version);
    if !parsed.diagnostics.is_empty() {
        return Err(Failure::Refused(Refusal::new(parsed.diagnostics, &sources)));
    }
    if !prints_back {
        return Ok(());
    }
    let (again, _) = parse(&name, parsed.module.to_string(), version);
    if again.module.without_places() == parsed.module.without_places() {
        Ok(())
    } else {
        Err(Failure::Internal(format!("{name}: its tree, printed and read again, is another tree")))
    }
}

fn parse(name: &str, text: String, version: PythonVersion) -> (Parsed, SourceMap) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    (parse_module_as(&sources, file, Selection::Everything, version), sources)
}
