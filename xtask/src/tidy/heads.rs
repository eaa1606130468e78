//! Every file says first why it is there: `//!` in Rust, a docstring or a comment in Python.

use crate::failure::Result;
use crate::workspace::{Workspace, read};

/// Folders whose Rust files are ours.
const RUST: [&str; 4] = ["crates", "xtask", "tests", "benches"];
/// Folders whose Python files are ours.
const PYTHON: [&str; 4] = ["tests", "docs", "crates", "benches"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for file in RUST.iter().flat_map(|folder| workspace.files(folder, "rs")) {
        if !opens_with_reason_rust(&read(&file)?) {
            violations.push(format!("{} does not open with `//!`", workspace.shown(&file)));
        }
    }
    for file in PYTHON.iter().flat_map(|folder| workspace.files(folder, "py")) {
        if !opens_with_reason_python(&read(&file)?) {
            violations
                .push(format!("{} does not open with a docstring or a comment", workspace.shown(&file)));
        }
    }
    Ok(violations)
}

fn opens_with_reason_rust(text: &str) -> bool {
    text.strip_prefix("//!")
        .and_then(|rest| rest.lines().next())
        .is_some_and(|reason| reason.trim().len() > 1)
}

fn opens_with_reason_python(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!"));
    let is_reason =
        |line: &str| ["#", "\"\"\"", "r\"\"\"", "'''"].iter().any(|opening| line.starts_with(opening));
    first.is_some_and(is_reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_more_than_its_marker() {
        assert!(opens_with_reason_rust("//! Why.\nfn main() {}"));
        assert!(!opens_with_reason_rust("//!\nfn main() {}"));
        assert!(!opens_with_reason_rust("//! x\n"));
        assert!(!opens_with_reason_rust("use std::fmt;\n//! Why."));
    }

    #[test]
    fn python_opens_with_a_docstring_or_a_comment() {
        assert!(opens_with_reason_python("#!/usr/bin/env python3\n\"\"\"Why.\"\"\"\n"));
        assert!(opens_with_reason_python("\n# Why.\nimport numpy"));
        assert!(!opens_with_reason_python("#!/usr/bin/env python3\nimport numpy\n# Why."));
        assert!(!opens_with_reason_python(""));
    }
}
