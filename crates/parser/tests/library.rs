//! Reads the Python standard library: every file, and prints and reads it again.
//!
//! Ignored by default, since it takes a while and needs a Python: `cargo test -p hotloop-parser -- --ignored --nocapture`.
//! `HOTLOOP_LIBRARY` names another folder than that of `python3`.

mod common;

use common::{Reading, read_named, shape};
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
        let Reading { module, errors, .. } = read_named(&name, &text);
        if let Some(first) = errors.first() {
            refused.push(format!("{name}: {} errors\n{first}", errors.len()));
            continue;
        }
        accepted += 1;
        let again = read_named(&name, &module.to_string());
        if let Some(first) = again.errors.first() {
            changed.push(format!("{name}: printed text is refused\n{first}"));
        } else if shape(module) != shape(again.module) {
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
