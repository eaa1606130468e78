//! A digest of the compiler's own sources: what is compiled depends on all of them, and what the cache keeps is laid out by them.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

/// The folders of a crate that hold what its part in compiling is made of: its own code, the prelude's kernels, and what makes a table of them.
const FOLDERS: [&str; 3] = ["build", "kernels", "src"];

/// The crates that have no part in what is compiled.
const USERS: [&str; 2] = ["cli", "python"];

/// The digest of the sources of the crates in a folder, as hexadecimal digits; any change of a byte or a name changes it.
pub(crate) fn digest(crates: &Path) -> std::io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for folder in source_folders(crates)? {
        let mut files = Vec::new();
        collect(&folder, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(crates).unwrap_or(&file).to_string_lossy().into_owned();
            let bytes = std::fs::read(&file)?;
            hasher.write(name.as_bytes());
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Where the sources lie, in a fixed order.
pub(crate) fn source_folders(crates: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(crates)? {
        let entry = entry?;
        let is_user = USERS.iter().any(|user| entry.file_name() == *user);
        if !is_user {
            let parts = FOLDERS.iter().map(|folder| entry.path().join(folder));
            folders.extend(parts.filter(|folder| folder.is_dir()));
        }
    }
    folders.sort();
    Ok(folders)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
