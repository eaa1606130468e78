//! Only the crates that touch memory which compiled code or another language made may say `unsafe`. The tests of a
//! crate may too: to run what it compiled.

use crate::failure::Result;
use crate::rust_text::RustText;
use crate::workspace::{Workspace, read};

const ALLOWED: [&str; 6] = ["loader", "runtime", "abi", "simd", "python", "driver"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for package in workspace.packages.values().filter(|package| !ALLOWED.contains(&package.short_name())) {
        for file in workspace.files(&workspace.shown(&package.folder.join("src")), "rs") {
            let lines = RustText::new(&read(&file)?).lines_with_word("unsafe");
            violations.extend(lines.iter().map(|line| format!("{}:{line}", workspace.shown(&file))));
        }
    }
    Ok(violations)
}
