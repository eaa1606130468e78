//! Each code of a diagnostic is declared once and explained on a page of its own.

use std::collections::BTreeMap;

use crate::failure::Result;
use crate::generate::error_index::{Declaration, declarations};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let mut seen: BTreeMap<String, Declaration> = BTreeMap::new();
    for declaration in declarations(workspace)? {
        if !workspace.root.join(declaration.page()).exists() {
            violations.push(format!(
                "{}: {} has no page {}",
                declaration.place,
                declaration.code,
                declaration.page()
            ));
        }
        if let Some(first) = seen.get(&declaration.code) {
            violations.push(format!(
                "{}: {} is declared in {} too",
                declaration.place, declaration.code, first.place
            ));
        }
        seen.entry(declaration.code.clone()).or_insert(declaration);
    }
    violations.extend(orphans(workspace, &seen));
    Ok(violations)
}

/// Pages of codes that no source declares.
fn orphans(workspace: &Workspace, declared: &BTreeMap<String, Declaration>) -> Vec<String> {
    let pages = workspace.files("docs/errors", "md").into_iter();
    let stems = pages.filter_map(|page| Some(page.file_stem()?.to_string_lossy().into_owned()));
    let orphans = stems.filter(|stem| stem.starts_with("HL") && !declared.contains_key(stem));
    orphans.map(|stem| format!("docs/errors/{stem}.md explains a code that no source declares")).collect()
}
