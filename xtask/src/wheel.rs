//! The Python package as a wheel: built once in release, installed into each environment that needs it.
//!
//! The wheel is what users get, so it is what tests and benchmarks see; that it stays small is checked here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::venv::Venv;
use crate::workspace::Workspace;

/// What a wheel may take at most.
const LIMIT_BYTES: u64 = 15_000_000;

/// Builds the wheel with the environment's maturin.
pub(crate) fn build(workspace: &Workspace, venv: &Venv) -> Result<PathBuf> {
    let folder = workspace.target.join("wheel");
    maturin(workspace, venv, &["build", "--release", "--quiet"], &folder)?;
    let wheel = only_file(&folder)?;
    let length_bytes = std::fs::metadata(&wheel).context(wheel.display())?.len();
    if length_bytes > LIMIT_BYTES {
        let message =
            format!("the wheel takes {length_bytes} bytes, more than the {LIMIT_BYTES} that it may take");
        return Err(Failure::new(message));
    }
    Ok(wheel)
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

/// The package without optimisation, in a folder for `PYTHONPATH`.
pub(crate) fn build_for_debugging(workspace: &Workspace) -> Result<PathBuf> {
    process::run(&mut process::cargo(workspace, &["build", "--quiet", "-p", "hotloop-python"]))?;
    let folder = workspace.target.join("package");
    let package = folder.join("hotloop");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context(folder.display())?;
    }
    copy(&workspace.root.join("crates/python/python/hotloop"), &package)?;
    let library = workspace.target.join("debug/lib_hotloop.so");
    std::fs::copy(&library, package.join("_hotloop.abi3.so")).context(library.display())?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result {
    std::fs::create_dir_all(to).context(to.display())?;
    for entry in std::fs::read_dir(from).context(from.display())?.flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            std::fs::copy(&source, &target).context(source.display())?;
        }
    }
    Ok(())
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
