//! `lint`: formatting, clippy and rustdoc over the whole workspace, with warnings denied.

use crate::failure::{Failure, Result};
use crate::process;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// One call of cargo.
struct Step {
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

static STEPS: &[Step] = &[
    Step { arguments: &["fmt", "--all", "--check"], environment: &[] },
    Step {
        arguments: &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
        environment: &[],
    },
    Step {
        arguments: &["doc", "--workspace", "--no-deps", "--quiet"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    if let Some(argument) = arguments.first() {
        return Err(Failure::new(format!("`lint` takes no argument, got `{argument}`")));
    }
    let tally = check(workspace);
    if tally.failed == 0 { Ok(()) } else { Err(Failure::new(format!("lint: {tally}"))) }
}

/// Runs every step, also after one has failed, and counts them.
pub(crate) fn check(workspace: &Workspace) -> Tally {
    let mut tally = Tally::default();
    for step in STEPS {
        let mut command = process::cargo(workspace, step.arguments);
        command.envs(step.environment.iter().copied());
        let outcome = process::run(&mut command);
        if let Err(failure) = &outcome {
            eprintln!("lint: {failure}");
        }
        tally += Tally::of_one(outcome.is_ok());
    }
    tally
}
