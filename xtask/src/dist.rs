//! `dist`: what is published, in `target/dist`: one wheel for every CPython from 3.11 on, and the sources.
//!
//! With `--check` it is installed as users install it: the wheel into a fresh environment of each Python on this machine, with the oldest NumPy that there is for that Python and with the
//! newest; the sources, which pip then builds, into one of the oldest Python. Each runs `tests/python/installed_program.py`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::venv::{Interpreter, Venv};
use crate::wheel;
use crate::workspace::Workspace;

/// The Pythons that the wheel is for, and the oldest NumPy that has a wheel for each.
const PYTHONS: [(&str, &str); 4] =
    [("3.11", "1.23.2"), ("3.12", "1.26.0"), ("3.13", "2.1.0"), ("3.14", "2.3.2")];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let is_checked = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(Failure::new("`dist` takes nothing but `--check`")),
    };
    let published = publish(workspace)?;
    if is_checked { check(workspace, &published) } else { Ok(()) }
}

/// What `dist` makes.
struct Published {
    wheel: PathBuf,
    sources: PathBuf,
}

fn publish(workspace: &Workspace) -> Result<Published> {
    let venv = Venv::prepare(workspace)?;
    let folder = workspace.target.join("dist");
    let built = wheel::build(workspace, &venv)?;
    wheel::maturin(workspace, &venv, &["sdist"], &folder)?;
    let sources = wheel::only_file(&folder)?;
    let wheel = folder.join(built.file_name().expect("a wheel is a file"));
    std::fs::copy(&built, &wheel).context(folder.display())?;
    for file in [&wheel, &sources] {
        let length_bytes = std::fs::metadata(file).context(file.display())?.len();
        println!("{:6.1} MB  {}", length_bytes as f64 / 1e6, file.display());
    }
    Ok(Published { wheel, sources })
}

/// Installs what is published, and runs the program; all that fails is told.
fn check(workspace: &Workspace, published: &Published) -> Result {
    let surroundings = Surroundings { workspace, folder: workspace.target.join("dist-check") };
    if surroundings.folder.exists() {
        std::fs::remove_dir_all(&surroundings.folder).context(surroundings.folder.display())?;
    }
    let mut outcomes = Vec::new();
    let mut oldest = None;
    for (version, oldest_numpy) in PYTHONS {
        let Some(interpreter) = Interpreter::of_version(version) else {
            outcomes.push((format!("python {version}: not on this machine"), None));
            continue;
        };
        for numpy in [format!("numpy=={oldest_numpy}"), "numpy".to_owned()] {
            let outcome = surroundings.install_and_run(&interpreter, &numpy, &published.wheel);
            outcomes.push((format!("python {version}, {numpy}, the wheel"), Some(outcome)));
        }
        oldest.get_or_insert(interpreter);
    }
    if let Some(interpreter) = oldest {
        let outcome = surroundings.install_and_run(&interpreter, "numpy", &published.sources);
        outcomes.push(("the sources".to_owned(), Some(outcome)));
    }
    let mut failed = 0;
    for (what, outcome) in &outcomes {
        match outcome {
            None => println!("{what}"),
            Some(Ok(said)) => println!("{what}: {said}"),
            Some(Err(failure)) => {
                failed += 1;
                println!("{what}: {failure}");
            }
        }
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::new(format!("{failed} of {} installations failed", outcomes.len())))
    }
}

/// Where installations are tried.
struct Surroundings<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
}

impl Surroundings<'_> {
    /// What the program says in a fresh environment with the package.
    fn install_and_run(&self, interpreter: &Interpreter, numpy: &str, package: &Path) -> Result<String> {
        let name = package.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        let folder = self.folder.join(format!("{}-{numpy}-{name}", interpreter.version));
        process::run(Command::new(&interpreter.path).args(["-m", "venv"]).arg(&folder))?;
        let python = folder.join("bin/python");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--only-binary", "numpy", numpy]).arg(package);
        // What the sources need besides the workspace is built already.
        process::run(pip.env("CARGO_TARGET_DIR", self.workspace.target.join("dist-build")))?;
        let program = self.workspace.root.join("tests/python/installed_program.py");
        let mut command = Command::new(&python);
        command.arg("-I").arg(program).current_dir(&folder).env("HOTLOOP_CACHE_DIR", folder.join("cache"));
        let (output, success) = process::run_and_listen(&mut command)?;
        let said = output.trim().to_owned();
        if success { Ok(said) } else { Err(Failure::new("the program failed")) }
    }
}
