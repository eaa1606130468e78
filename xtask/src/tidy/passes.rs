//! One pass, one file, one name: `HoistInvariants`, `hoist_invariants.rs`, `"hoist-invariants"`,
//! `tests/mir/hoist-invariants/`, and an entry in the pipeline.

use std::path::Path;

use crate::failure::Result;
use crate::rust_text::{RustText, words};
use crate::workspace::{Workspace, read};

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for path in workspace.files("crates/passes/src", "rs") {
        files.push((workspace.shown(&path), RustText::new(&read(&path)?)));
    }
    let mut violations = Vec::new();
    for (path, text) in &files {
        for pass in passes_in(&text.code) {
            violations.extend(wrong_names(workspace, path, text, &pass));
            if !files.iter().any(|(other, text)| other != path && is_listed(&text.code, &pass)) {
                violations.push(format!("{path}: `{pass}` stands in no pipeline"));
            }
        }
    }
    Ok(violations)
}

/// The types that implement `MirPass` in the text.
fn passes_in(code: &str) -> Vec<String> {
    let implementations =
        code.match_indices("impl MirPass for ").map(|(start, opening)| &code[start + opening.len()..]);
    implementations.filter_map(|rest| words(rest).next().map(str::to_owned)).collect()
}

fn wrong_names(workspace: &Workspace, path: &str, text: &RustText, pass: &str) -> Vec<String> {
    let kebab = kebab_case(pass);
    let tests = workspace.root.join("tests/mir").join(&kebab);
    let mut wrong = Vec::new();
    if Path::new(path).file_stem().is_none_or(|stem| stem.to_string_lossy() != kebab.replace('-', "_")) {
        wrong.push(format!("{path}: `{pass}` belongs in {}.rs", kebab.replace('-', "_")));
    }
    if !text.without_comments.contains(&format!("\"{kebab}\"")) {
        wrong.push(format!("{path}: `{pass}` is not named \"{kebab}\""));
    }
    if workspace.files(&workspace.shown(&tests), "mir").is_empty() {
        wrong.push(format!("{path}: no test in tests/mir/{kebab}/"));
    }
    wrong
}

/// Whether a file other than the pass's own names it in a list, as `&Pass` or `Pass,`.
fn is_listed(code: &str, pass: &str) -> bool {
    code.contains(&format!("&{pass}"))
        || code.contains(&format!("::{pass},"))
        || code.contains(&format!("Box::new({pass}"))
}

/// `HoistInvariants` becomes `hoist-invariants`.
pub(crate) fn kebab_case(name: &str) -> String {
    let mut kebab = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(character.to_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_derived_from_the_type() {
        assert_eq!(kebab_case("HoistInvariants"), "hoist-invariants");
        assert_eq!(passes_in("impl MirPass for WidenLoops {\n}"), ["WidenLoops"]);
    }

    #[test]
    fn a_pass_is_listed_by_reference() {
        assert!(is_listed("static PIPELINE: &[&dyn MirPass] = &[&WidenLoops];", "WidenLoops"));
        assert!(!is_listed("use crate::loops::widen_loops::Other;", "WidenLoops"));
    }
}
