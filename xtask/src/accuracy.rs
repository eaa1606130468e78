//! `accuracy`: how far each of Hotloop's own mathematical functions is from the exact result.
//!
//! The arguments and the reference are `crates/vecmath/tests/accuracy.rs`, of which the tests look at a part; this command looks at ten million random arguments a function, and
//! at all special ones, and prints the largest distances.

use crate::failure::{Failure, Result};
use crate::process;
use crate::venv::Venv;
use crate::workspace::Workspace;

const ARGUMENTS: &str = "10000000";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let names = match arguments {
        [] => None,
        [names] => Some(names),
        _ => return Err(Failure::new("`accuracy` takes names of functions with commas between, or nothing")),
    };
    let arguments =
        ["test", "--release", "--quiet", "-p", "hotloop-vecmath", "--test", "accuracy", "--", "--nocapture"];
    let mut command = process::cargo(workspace, &arguments);
    Venv::prepare(workspace)?.activate(&mut command)?;
    command.env("HOTLOOP_ACCURACY", ARGUMENTS);
    if let Some(names) = names {
        command.env("HOTLOOP_ACCURACY_OF", names);
    }
    process::run(&mut command)
}
