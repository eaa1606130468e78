//! The project's own commands: `cargo xtask <command>`.
//!
//! Each command is one module here and one row in [`COMMANDS`]; help is printed from the rows. This crate knows the
//! shape of the repository (folders, manifests, file heads) and nothing about how the compiler works.

mod accuracy;
mod bench;
mod compat;
mod dist;
mod failure;
mod fuzz;
mod generate;
mod lint;
mod new_pass;
mod operators;
mod process;
mod rust_text;
mod syntax;
mod tally;
mod test;
mod tidy;
mod ufuncs;
mod venv;
mod wheel;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Result};
use workspace::Workspace;

/// A row of the command table.
struct Command {
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    run: fn(&Workspace, &[String]) -> Result,
}

static COMMANDS: &[Command] = &[
    Command {
        name: "test",
        arguments: "[LAYER] [--bless]",
        summary: "every check and test, or those of one crate, of `python`, `syntax`, `run`, `lang` or `mir`",
        run: test::run,
    },
    Command {
        name: "lint",
        arguments: "",
        summary: "formatting, clippy and rustdoc, warnings denied",
        run: lint::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        summary: "layer edges, owners of external crates, file heads, names; reports the longest files and functions",
        run: tidy::run,
    },
    Command {
        name: "gen",
        arguments: "[--check]",
        summary: "rewrites the files derived from sources; --check fails when one is stale",
        run: generate::run,
    },
    Command {
        name: "new-pass",
        arguments: "GROUP NAME",
        summary: "writes the file of a new pass and its first test, and says where to register it",
        run: new_pass::run,
    },
    Command {
        name: "fuzz",
        arguments: "[--programs N] [--arrays N] [--seed S]",
        summary: "runs random programs under CPython, in the interpreter and compiled, in release",
        run: fuzz::run,
    },
    Command {
        name: "operators",
        arguments: "[--bless]",
        summary: "compares every operator on all dtypes and edge values with NumPy and Numba, in release",
        run: operators::run,
    },
    Command {
        name: "ufuncs",
        arguments: "",
        summary: "compares NumPy's functions of elements on all dtypes and edge values with NumPy, in release",
        run: ufuncs::run,
    },
    Command {
        name: "accuracy",
        arguments: "[FUNCTION,..]",
        summary: "measures Hotloop's own mathematical functions against extended precision, in release",
        run: accuracy::run,
    },
    Command {
        name: "bench",
        arguments: "[NAME | --gate | --compare OLD NEW]",
        summary: "runs one benchmark, or holds kernels against the record; without a name lists them",
        run: bench::run,
    },
    Command {
        name: "compat",
        arguments: "RESULTS.json...",
        summary: "makes the page of Numba's own tests that pass, from what runs of them wrote",
        run: compat::run,
    },
    Command {
        name: "dist",
        arguments: "[--check]",
        summary: "makes what is published in target/dist: the wheel for every CPython from 3.11 on, and the sources; --check installs both",
        run: dist::run,
    },
    Command {
        name: "syntax",
        arguments: "[PYTHON...]",
        summary: "the parser against `ast.parse`: those Pythons' libraries and 20,000 mutants; --mutants=N --seed=S",
        run: syntax::run,
    },
    Command {
        name: "hostile",
        arguments: "[CASE...]",
        summary: "time and memory of `hotloop check` for files made to break a compiler",
        run: syntax::hostile,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", usage());
        return Ok(());
    };
    if ["help", "-h", "--help"].contains(&name.as_str()) {
        print!("{}", usage());
        return Ok(());
    }
    let command = COMMANDS
        .iter()
        .find(|command| command.name == name)
        .ok_or_else(|| Failure::new(format!("unknown command `{name}`\n\n{}", usage())))?;
    (command.run)(&Workspace::load()?, rest)
}

fn usage() -> String {
    let mut text = String::from("cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        let invocation = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {invocation:<24} {}\n", command.summary));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_is_an_error_that_lists_the_known_ones() {
        let failure = dispatch(&["fly".to_owned()]).unwrap_err();
        assert!(failure.to_string().contains("unknown command `fly`"));
        assert!(failure.to_string().contains("test [LAYER] [--bless]"));
    }
}
