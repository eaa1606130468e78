//! The Python package as a wheel, installed into each environment that needs it.
//!
//! A wheel is what users get, so it is what tests and benchmarks see: tests one that is built as the Rust tests are, benchmarks and `dist` the
//! release, whose size is checked here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::venv::Venv;
use crate::workspace::Workspace;

/// What a wheel may take at most.
const LIMIT_BYTES: u64 = 15_000_000;

/// The wheel as it is given to users.
pub(crate) fn build(workspace: &Workspace, venv: &Venv) -> Result<PathBuf> {
    let wheel = build_in(workspace, venv, &["build", "--release", "--quiet"], "wheel")?;
    let length_bytes = std::fs::metadata(&wheel).context(wheel.display())?.len();
    if length_bytes > LIMIT_BYTES {
        let message =
            format!("the wheel takes {length_bytes} bytes, more than the {LIMIT_BYTES} that it may take");
        return Err(Failure::new(message));
    }
    Ok(wheel)
}

/// A wheel of what the Rust tests are built of: not optimised, with the checks of debug builds, and nothing is compiled twice.
pub(crate) fn build_for_tests(workspace: &Workspace, venv: &Venv) -> Result<PathBuf> {
    build_in(workspace, venv, &["build", "--quiet"], "test-wheel")
}

fn build_in(workspace: &Workspace, venv: &Venv, arguments: &[&str], folder: &str) -> Result<PathBuf> {
    let folder = workspace.target.join(folder);
    maturin(workspace, venv, arguments, &folder)?;
    only_file(&folder)
}

/// Lets the environment's maturin fill a folder, which is empty before.
pub(crate) fn maturin(workspace: &Workspace, venv: &Venv, arguments: &[&str], folder: &Path) -> Result {
    if folder.exists() {
        std::fs::remove_dir_all(folder).context(folder.display())?;
    }
    let mut command = Command::new(venv.python());
    command.args(["-m", "maturin"]).args(arguments).arg("--out").arg(folder);
    command.arg("--manifest-path").arg(workspace.root.join("crates/python/Cargo.toml"));
    venv.activate(command.current_dir(&workspace.root))?;
    process::run(&mut command)
}

/// Installs a wheel in place of the one before.
pub(crate) fn install(wheel: &Path, venv: &Venv) -> Result {
    process::run(venv.pip().args(["--force-reinstall", "--no-deps"]).arg(wheel))
}

/// The file in a folder that holds one.
pub(crate) fn only_file(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).context(folder.display())?;
    let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    match files.as_slice() {
        [file] => Ok(file.clone()),
        _ => Err(Failure::new(format!("{} holds {} files, not one", folder.display(), files.len()))),
    }
}
