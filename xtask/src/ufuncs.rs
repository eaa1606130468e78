//! `ufuncs`: every one of NumPy's functions of elements on all dtypes and edge values, against NumPy.
//!
//! The calls and the classes of nearness are the harness `tests/harness/ufuncs`, of which the tests look at a part; this command looks at all.

use crate::failure::{Failure, Result};
use crate::process;
use crate::venv::Venv;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    if !arguments.is_empty() {
        return Err(Failure::new("`ufuncs` takes no arguments"));
    }
    let arguments =
        ["test", "--release", "--quiet", "-p", "hotloop-tests", "--test", "ufuncs", "--", "--nocapture"];
    let mut command = process::cargo(workspace, &arguments);
    Venv::prepare(workspace)?.activate(&mut command)?;
    command.env("HOTLOOP_UFUNCS_FULL", "1");
    process::run(&mut command)
}
