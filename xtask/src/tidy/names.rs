//! A file is named after what is in it; a drawer for leftovers has no name.

use crate::failure::Result;
use crate::workspace::Workspace;

const DRAWERS: [&str; 4] = ["utils", "util", "misc", "helpers"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let rust =
        ["crates", "xtask", "tests", "benches"].into_iter().flat_map(|folder| workspace.files(folder, "rs"));
    let python = ["crates", "tests", "docs"].into_iter().flat_map(|folder| workspace.files(folder, "py"));
    let files = rust.chain(python);
    let is_drawer = |part: &str| DRAWERS.contains(&part.trim_end_matches(".rs").trim_end_matches(".py"));
    let shown = files.map(|file| workspace.shown(&file)).filter(|file| file.split('/').any(is_drawer));
    Ok(shown.map(|file| format!("{file}: put each helper with the type it helps")).collect())
}
