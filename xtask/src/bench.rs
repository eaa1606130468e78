//! `bench`: runs one of the benchmark programs of the `benches` package, in release.

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Each benchmark: its binary's name and what it prints.
static BENCHES: &[(&str, &str)] =
    &[("compile", "time from source to callable code over the kernels of docs/guide/kernels.py")];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", listing());
        return Ok(());
    };
    if !BENCHES.iter().any(|(bench, _)| bench == name) {
        return Err(Failure::new(format!("no benchmark `{name}`; there are:\n{}", listing())));
    }
    let mut command = process::cargo(
        workspace,
        &["run", "--release", "--quiet", "-p", "hotloop-benches", "--bin", name, "--"],
    );
    process::run(command.args(rest))
}

fn listing() -> String {
    BENCHES.iter().map(|(name, summary)| format!("{name:<12} {summary}\n")).collect()
}
