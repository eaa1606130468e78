//! `syntax`: compares the parser with `ast.parse`, over CPython's own library and mutants of it.
//!
//! `tests/syntax/compare.py` runs under each interpreter that is named and asks the parser through a pipe, by the grammar of that
//! interpreter's version. `hostile` gives `hotloop check` the files of `tests/syntax/hostile.py`.

use crate::failure::{Failure, Result};
use crate::process;
use crate::tally::Tally;
use crate::venv::{Venv, python};
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// As many mutants as the record is made with.
const MUTANTS: &str = "20000";
/// What the test command looks at, in files and mutants.
const SAMPLE: [&str; 2] = ["60", "300"];

/// Compares whole libraries; the arguments are interpreters, else the one of the tests.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let (options, interpreters): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.contains('='));
    let filter = build(workspace, &["--release", "-p", "hotloop-parser", "--example", "verdict"])?;
    let filter = filter.join("release/examples/verdict");
    let interpreters: Vec<PathBuf> = match interpreters.as_slice() {
        [] => vec![python()?.into()],
        some => some.iter().map(PathBuf::from).collect(),
    };
    let mut different = 0;
    for interpreter in interpreters {
        let mut command = compare(workspace, &interpreter, &filter);
        command.args(["--mutants", MUTANTS]).args(&options);
        different += usize::from(process::run(&mut command).is_err());
    }
    if different == 0 { Ok(()) } else { Err(Failure::new("the parser differs from `ast.parse`")) }
}

/// A small part of [`run`], for the test command.
pub(crate) fn sample(workspace: &Workspace, venv: &Venv) -> Result<Tally> {
    let filter = build(workspace, &["-p", "hotloop-parser", "--example", "verdict"])?;
    let mut command = compare(workspace, &venv.python(), &filter.join("debug/examples/verdict"));
    let [files, mutants] = SAMPLE;
    command.args(["--files", files, "--mutants", mutants]);
    Ok(Tally::of_one(process::run(&mut command).is_ok()))
}

/// Checks files made to break a compiler; the arguments are the names of cases, else all.
pub(crate) fn hostile(workspace: &Workspace, arguments: &[String]) -> Result {
    let built = build(workspace, &["--release", "-p", "hotloop-cli"])?;
    let mut command = Command::new(python()?);
    command.arg(workspace.root.join("tests/syntax/hostile.py")).arg(built.join("release/hotloop"));
    process::run(command.args(arguments))
}

/// Builds what `selection` names, and returns the folder of what was built.
fn build(workspace: &Workspace, selection: &[&str]) -> Result<PathBuf> {
    process::run(process::cargo(workspace, &["build", "--quiet"]).args(selection))?;
    Ok(workspace.target.clone())
}

fn compare(workspace: &Workspace, interpreter: &Path, filter: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command.arg(workspace.root.join("tests/syntax/compare.py")).arg(filter);
    command
}
