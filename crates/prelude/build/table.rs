//! Finds the functions at the top level of Python files, and writes them as a Rust table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// A function of a file.
struct Function {
    path: String,
    file: String,
    first_line: usize,
    text: String,
    is_method: bool,
}

/// The table of all functions under `folder`, by their paths, as Rust source.
pub(crate) fn generate(folder: &Path) -> io::Result<String> {
    let mut functions = BTreeMap::new();
    for file in python_files(folder)? {
        let relative = file.strip_prefix(folder).map_err(io::Error::other)?;
        let module = relative.parent().unwrap_or(Path::new("")).display().to_string().replace('/', ".");
        for function in
            functions_of(&module, &relative.display().to_string(), &std::fs::read_to_string(&file)?)
        {
            let path = function.path.clone();
            if functions.insert(path.clone(), function).is_some() {
                return Err(io::Error::other(format!("two functions of the prelude are called `{path}`")));
            }
        }
    }
    let mut table = String::from("&[\n");
    for Function { path, file, first_line, text, is_method } in functions.values() {
        writeln!(
            table,
            "Function {{ path: {path:?}, file: {file:?}, first_line: {first_line}, text: {text:?}, is_method: {is_method} }},"
        )
        .map_err(io::Error::other)?;
    }
    table.push(']');
    Ok(table)
}

fn python_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(python_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The functions at the top level of a file, each with its decorators. A function ends where the next line stands at the margin.
fn functions_of(module: &str, file: &str, text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let is_at_margin = |line: &str| !line.is_empty() && !line.starts_with([' ', ')', '#']);
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(head) = line.strip_prefix("def ") else { continue };
        let name = head.split('(').next().unwrap_or_default();
        let first = lines[..at].iter().rposition(|line| !line.starts_with('@')).map_or(0, |last| last + 1);
        let end = lines[at + 1..].iter().position(|line| is_at_margin(line));
        let end = end.map_or(lines.len(), |length| at + 1 + length);
        let is_private = name.starts_with('_');
        functions.push(Function {
            path: if is_private { name.to_owned() } else { format!("{module}.{name}") },
            file: file.to_owned(),
            first_line: at + 1,
            text: lines[at..end].join("\n") + "\n",
            is_method: lines[first..at].contains(&"@method"),
        });
    }
    functions
}
