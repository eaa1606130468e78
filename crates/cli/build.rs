//! Takes the pages of `docs/errors` into the program, for `hotloop explain`: each page stands in one place only.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    pages.retain(|page| code(page).starts_with("HL"));
    pages.sort();
    let mut table = String::from("static PAGES: &[(&str, &str)] = &[\n");
    for page in &pages {
        let _ = writeln!(table, "    ({:?}, include_str!({:?})),", code(page), page.canonicalize()?);
    }
    table.push_str("];\n");
    std::fs::write(Path::new(&variable("OUT_DIR")).join("pages.rs"), table)
}

/// The code that a page is about, which is its file's name.
fn code(page: &Path) -> &str {
    page.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn variable(name: &str) -> String {
    std::env::var(name).expect("cargo sets it")
}
