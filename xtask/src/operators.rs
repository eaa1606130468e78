//! `operators`: every operator on every pair of dtypes and edge values, against NumPy, CPython and the record of Numba.
//!
//! The cases and the rules are the harness `tests/harness/operators`, of which the tests look at a part; this command looks at
//! all, and at the counts in `tests/lang/operators.md`.

use crate::failure::{Failure, Result};
use crate::process;
use crate::venv::Venv;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let blesses = match arguments {
        [] => false,
        [only] if only == "--bless" => true,
        _ => return Err(Failure::new("`operators` takes `--bless` or nothing")),
    };
    let arguments =
        ["test", "--release", "--quiet", "-p", "hotloop-tests", "--test", "operators", "--", "--nocapture"];
    let mut command = process::cargo(workspace, &arguments);
    Venv::prepare(workspace)?.activate(&mut command)?;
    command.env("HOTLOOP_OPERATORS_FULL", "1");
    if blesses {
        command.env("HOTLOOP_BLESS", "1");
    }
    process::run(&mut command)
}
