//! `fuzz`: random programs under CPython, in the interpreter and compiled, as many as asked for.
//!
//! The programs and their comparison are the harness `tests/harness/fuzz`; this command runs it in release, with the
//! number of programs and the seed of the sequence.

use std::time::SystemTime;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::venv::Venv;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let request = parse(arguments)?;
    let arguments =
        ["test", "--release", "--quiet", "-p", "hotloop-tests", "--test", "fuzz", "--", "--nocapture"];
    let mut command = process::cargo(workspace, &arguments);
    Venv::prepare(workspace)?.activate(&mut command)?;
    command.env("HOTLOOP_FUZZ_PROGRAMS", request.programs.to_string());
    command.env("HOTLOOP_FUZZ_ARRAYS", request.arrays.to_string());
    command.env("HOTLOOP_FUZZ_SEED", request.seed.unwrap_or_else(seconds_now).to_string());
    process::run(&mut command)
}

/// A seed that differs from run to run, so that each tries other programs; the harness prints it.
fn seconds_now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// What to run.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    programs: u32,
    /// Programs of array expressions, each of up to ten.
    arrays: u32,
    seed: Option<u64>,
}

fn parse(arguments: &[String]) -> Result<Request> {
    let mut request = Request { programs: 10_000, arrays: 1_000, seed: None };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value =
            rest.next().ok_or_else(|| Failure::new(format!("`{argument}` wants a number behind it")))?;
        match argument.as_str() {
            "--programs" => request.programs = value.parse().context("--programs")?,
            "--arrays" => request.arrays = value.parse().context("--arrays")?,
            "--seed" => request.seed = Some(value.parse().context("--seed")?),
            other => return Err(Failure::new(format!("`fuzz` has no option `{other}`"))),
        }
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_seed_are_numbers() {
        let arguments = ["--programs", "7", "--arrays", "0", "--seed", "3"].map(str::to_owned);
        assert_eq!(parse(&arguments).unwrap(), Request { programs: 7, arrays: 0, seed: Some(3) });
        assert!(parse(&["--programs".to_owned()]).is_err());
        assert!(parse(&["--progs".to_owned(), "7".to_owned()]).is_err());
    }
}
