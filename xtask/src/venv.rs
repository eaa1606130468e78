//! The Python environment of the tests: `target/venv`, with the versions that `tests/python/requirements.txt` pins.
//!
//! It is made once and remade when the requirements or the interpreter change; a stamp file inside says for what it
//! was made. Nothing outside `target` is touched.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::{Workspace, read};

/// The oldest Python that Hotloop serves.
const OLDEST: (u32, u32) = (3, 11);

/// Interpreters in order of preference: the oldest version served first, since what works there works later.
const CANDIDATES: [&str; 4] = ["python3.11", "python3", "python3.12", "python3.13"];

/// A ready environment.
pub(crate) struct Venv {
    pub(crate) folder: PathBuf,
}

impl Venv {
    /// Makes the environment unless it already stands for these requirements.
    pub(crate) fn prepare(workspace: &Workspace) -> Result<Self> {
        let requirements = workspace.root.join("tests/python/requirements.txt");
        let (interpreter, version) = find_interpreter()?;
        let wanted = format!("{version}\n{}", read(&requirements)?);
        let venv = Self { folder: workspace.target.join("venv") };
        let stamp = venv.folder.join("made-for");
        if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            return Ok(venv);
        }
        if venv.folder.exists() {
            std::fs::remove_dir_all(&venv.folder).context(venv.folder.display())?;
        }
        process::run(Command::new(interpreter).args(["-m", "venv"]).arg(&venv.folder))?;
        process::run(
            Command::new(venv.python())
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
                .arg(&requirements),
        )?;
        std::fs::write(&stamp, wanted).context(stamp.display())?;
        Ok(venv)
    }

    /// The environment's interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        self.scripts().join("python")
    }

    /// Lets `command` find this environment first: on `PATH`, and by name for tests that ask CPython.
    pub(crate) fn activate(&self, command: &mut Command) -> Result {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(self.scripts()).chain(std::env::split_paths(&old)));
        command
            .env("PATH", path.context("PATH")?)
            .env("VIRTUAL_ENV", &self.folder)
            .env("HOTLOOP_VENV_PYTHON", self.python())
            .env_remove("PYTHONHOME");
        Ok(())
    }

    fn scripts(&self) -> PathBuf {
        self.folder.join("bin")
    }
}

fn find_interpreter() -> Result<(&'static str, String)> {
    let mut seen = Vec::new();
    for candidate in CANDIDATES {
        let question = "import sys; print(sys.version.split()[0], sys.executable)";
        let Some(answer) = process::output_of(Command::new(candidate).args(["-c", question])) else {
            continue;
        };
        if parse_version(&answer).is_some_and(|version| version >= OLDEST) {
            return Ok((candidate, answer));
        }
        seen.push(format!("{candidate} is {answer}"));
    }
    let (major, minor) = OLDEST;
    let seen = if seen.is_empty() { "no Python was found".to_owned() } else { seen.join(", ") };
    Err(Failure::new(format!("the tests need Python {major}.{minor} or newer on PATH ({seen})")))
}

/// The major and minor number at the head of a version such as `3.11.7`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Whether the Python package exists yet, and its manifest.
pub(crate) fn extension_manifest(workspace: &Workspace) -> Option<PathBuf> {
    let manifest = workspace.root.join("crates/python/Cargo.toml");
    Path::exists(&manifest).then_some(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_not_by_text() {
        assert_eq!(parse_version("3.11.7 /usr/bin/python3"), Some((3, 11)));
        assert!(parse_version("3.9.2 /usr/bin/python3").unwrap() < OLDEST);
        assert!(parse_version("3.13.0rc1 x").unwrap() > OLDEST);
        assert_eq!(parse_version("Python"), None);
    }
}
