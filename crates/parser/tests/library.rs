//! Reads the Python standard library: every file, and prints and reads it again.
//!
//! Ignored by default, since it takes a while and needs a Python: `cargo test -p hotloop-parser -- --ignored --nocapture`.
//! `HOTLOOP_LIBRARY` names another folder than that of `python3`.

use hotloop_ast::Module;
use hotloop_diagnostics::{Severity, SourceMap, Style};
use hotloop_parser::{Parsed, Selection, parse_module};
use std::path::{Path, PathBuf};

fn library() -> PathBuf {
    if let Ok(folder) = std::env::var("HOTLOOP_LIBRARY") {
        return folder.into();
    }
    let program = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let output = std::process::Command::new("python3").args(["-c", program]).output().expect("python3 runs");
    String::from_utf8(output.stdout).expect("a path in UTF-8").trim().into()
}

fn python_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            python_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
}

fn parse(name: &str, text: &str) -> (SourceMap, Parsed) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let parsed = parse_module(&sources, file, Selection::Everything);
    (sources, parsed)
}

fn errors(sources: &SourceMap, parsed: &Parsed) -> Vec<String> {
    let errors = parsed.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| sources.render(diagnostic, Style::Plain)).collect()
}

/// The tree as text without places.
fn shape(module: &Module) -> String {
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

#[test]
#[ignore = "reads some 1,800 files"]
fn every_file_is_read_and_printed() {
    let mut files = Vec::new();
    python_files(&library(), &mut files);
    files.sort();
    let (mut accepted, mut refused, mut changed, mut foreign, mut bytes) = (0, Vec::new(), Vec::new(), 0, 0);
    for path in &files {
        let Ok(text) = String::from_utf8(std::fs::read(path).expect("a readable file")) else {
            foreign += 1;
            continue;
        };
        bytes += text.len();
        let name = path.display().to_string();
        let (sources, parsed) = parse(&name, &text);
        let found = errors(&sources, &parsed);
        if !found.is_empty() {
            refused.push(format!("{name}: {} errors\n{}", found.len(), found[0]));
            continue;
        }
        accepted += 1;
        let printed = parsed.module.to_string();
        let (sources, again) = parse(&name, &printed);
        let found = errors(&sources, &again);
        if !found.is_empty() {
            changed.push(format!("{name}: printed text is refused\n{}", found[0]));
        } else if shape(&parsed.module) != shape(&again.module) {
            changed.push(format!("{name}: printed text has another tree"));
        }
    }
    for line in refused.iter().chain(&changed) {
        println!("{line}");
    }
    println!(
        "{} files, {bytes} bytes: {accepted} accepted, {} refused, {foreign} not in UTF-8; {} changed by printing",
        files.len(),
        refused.len(),
        changed.len()
    );
    assert!(changed.is_empty(), "printing and reading again changes nothing");
}
