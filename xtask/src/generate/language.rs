//! `docs/generated/language.md`: what kernels may use, as the compiler itself answers.

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::Workspace;

pub(crate) fn make(workspace: &Workspace) -> Result<String> {
    let arguments = ["run", "--quiet", "--package", "hotloop-tests", "--example", "language"];
    let output = process::cargo(workspace, &arguments).output().context("cargo run --example language")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("the examples of the language could not be compiled:\n{errors}")));
    }
    String::from_utf8(output.stdout).context("the page of the language")
}
