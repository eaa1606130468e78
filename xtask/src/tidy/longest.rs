//! The longest files and functions: reported, never a failure.

use std::cmp::Reverse;
use std::fmt::Write;

use crate::failure::Result;
use crate::rust_text::RustText;
use crate::workspace::{Workspace, read};

const SHOWN: usize = 15;

pub(super) fn report(workspace: &Workspace) -> Result<String> {
    let (mut files, mut functions) = (Vec::new(), Vec::new());
    for path in
        ["crates", "xtask", "tests", "benches"].into_iter().flat_map(|folder| workspace.files(folder, "rs"))
    {
        let text = read(&path)?;
        let shown = workspace.shown(&path);
        for function in RustText::new(&text).functions() {
            functions.push((function.lines, format!("{shown}:{} {}", function.line, function.name)));
        }
        files.push((text.lines().count(), shown));
    }
    Ok(ranking("files", files) + &ranking("functions", functions))
}

fn ranking(what: &str, mut entries: Vec<(usize, String)>) -> String {
    entries.sort_by_key(|(lines, name)| (Reverse(*lines), name.clone()));
    let median = entries.get(entries.len() / 2).map_or(0, |(lines, _)| *lines);
    let mut text = format!("longest of {} {what} (median {median} lines):\n", entries.len());
    for (lines, name) in entries.iter().take(SHOWN) {
        writeln!(text, "{lines:>6} {name}").expect("writing to a string succeeds");
    }
    text
}
