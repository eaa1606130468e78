//! The Python environment of the tests: `target/venv`, with the versions that `tests/python/requirements.txt` pins.
//!
//! It is made once and remade when the requirements or the interpreter change; a stamp file inside says for what it
//! was made. Nothing outside `target` is touched. Beside it stands one for each newer Python on this machine, such as
//! `target/venv-3.12`: the package is one wheel for all of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::{Workspace, read};

/// The oldest Python that Hotloop serves.
const OLDEST: (u32, u32) = (3, 11);

/// Interpreters in order of preference: the oldest version served first, since what works there works later.
const CANDIDATES: [&str; 4] = ["python3.11", "python3", "python3.12", "python3.13"];

/// Newer versions that the package is tested with where they are installed.
const NEWER_MINORS: [u32; 3] = [12, 13, 14];

/// A Python on this machine.
pub(crate) struct Interpreter {
    pub(crate) path: PathBuf,
    /// Such as `3.11.7`.
    pub(crate) version: String,
}

impl Interpreter {
    /// One of a version such as `3.11`, if there is one.
    pub(crate) fn of_version(version: &str) -> Option<Self> {
        let (path, answer) = find_version(version)?;
        Some(Self { path, version: answer.split(' ').next()?.to_owned() })
    }
}

/// A ready environment.
pub(crate) struct Venv {
    pub(crate) folder: PathBuf,
    /// The version of its interpreter, such as `3.11`.
    pub(crate) version: String,
}

impl Venv {
    /// Makes the environment of the tests unless it stands.
    pub(crate) fn prepare(workspace: &Workspace) -> Result<Self> {
        let (interpreter, version) = find_interpreter()?;
        Self::make(workspace, Path::new(interpreter), &version, "venv")
    }

    /// Those of the newer interpreters that this machine has.
    pub(crate) fn prepare_newer(&self, workspace: &Workspace) -> Result<Vec<Self>> {
        let mut made = Vec::new();
        for minor in NEWER_MINORS {
            let name = format!("3.{minor}");
            if name == self.version {
                continue;
            }
            let Some((interpreter, version)) = find_version(&name) else { continue };
            made.push(Self::make(workspace, &interpreter, &version, &format!("venv-{name}"))?);
        }
        Ok(made)
    }

    /// Makes an environment unless it already stands for these requirements.
    fn make(workspace: &Workspace, interpreter: &Path, version: &str, name: &str) -> Result<Self> {
        let requirements = workspace.root.join("tests/python/requirements.txt");
        let wanted = format!("{version}\n{}", read(&requirements)?);
        let (major, minor) = parse_version(version).expect("the interpreter's version was read before");
        let venv = Self { folder: workspace.target.join(name), version: format!("{major}.{minor}") };
        let stamp = venv.folder.join("made-for");
        if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            return Ok(venv);
        }
        if venv.folder.exists() {
            std::fs::remove_dir_all(&venv.folder).context(venv.folder.display())?;
        }
        process::run(Command::new(interpreter).args(["-m", "venv"]).arg(&venv.folder))?;
        process::run(venv.pip().args(["-r"]).arg(&requirements))?;
        std::fs::write(&stamp, wanted).context(stamp.display())?;
        Ok(venv)
    }

    /// `pip install` for this environment.
    pub(crate) fn pip(&self) -> Command {
        let mut command = Command::new(self.python());
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        command
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

/// The interpreter that environments are made with, for programs that need no packages.
pub(crate) fn python() -> Result<&'static str> {
    Ok(find_interpreter()?.0)
}

fn find_interpreter() -> Result<(&'static str, String)> {
    let mut seen = Vec::new();
    for candidate in CANDIDATES {
        let Some(answer) = ask_version(Path::new(candidate)) else { continue };
        if parse_version(&answer).is_some_and(|version| version >= OLDEST) {
            return Ok((candidate, answer));
        }
        seen.push(format!("{candidate} is {answer}"));
    }
    let (major, minor) = OLDEST;
    let seen = if seen.is_empty() { "no Python was found".to_owned() } else { seen.join(", ") };
    Err(Failure::new(format!("the tests need Python {major}.{minor} or newer on PATH ({seen})")))
}

/// An interpreter of that version: on `PATH`, or among those of pyenv, which are not there unless they are chosen.
fn find_version(version: &str) -> Option<(PathBuf, String)> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(home);
    let folders = pyenv.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let chosen = folders.into_iter().flatten().flatten().map(|folder| folder.path());
    let is_wanted = |folder: &PathBuf| {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.strip_prefix(version).is_some_and(|rest| rest.starts_with('.'))
    };
    let installed = chosen.filter(is_wanted).map(|folder| folder.join("bin/python"));
    let mut candidates = std::iter::once(PathBuf::from(format!("python{version}"))).chain(installed);
    candidates.find_map(|candidate| ask_version(&candidate).map(|answer| (candidate, answer)))
}

/// The version of an interpreter and where it stands, if it runs.
fn ask_version(interpreter: &Path) -> Option<String> {
    let question = "import sys; print(sys.version.split()[0], sys.executable)";
    process::output_of(Command::new(interpreter).args(["-c", question]))
}

/// The major and minor number at the head of a version such as `3.11.7`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
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
