//! `bench`: runs one of the benchmark programs of `benches`, in release.
//!
//! `--gate` holds some kernels against the record, `--compare` shows two records, packages or interpreters side by side.

mod compare;
mod gate;
mod record;
mod runner;

use std::process::Command;

use crate::failure::{Failure, Result};
use crate::venv::Venv;
use crate::workspace::Workspace;
use crate::{process, wheel};

/// A benchmark.
struct Bench {
    name: &'static str,
    program: Program,
    summary: &'static str,
}

/// What runs it.
enum Program {
    /// A binary of the `benches` package, of the benchmark's name.
    Rust,
    /// A Python program, with the package installed.
    Python(&'static str),
}

static BENCHES: &[Bench] = &[
    Bench {
        name: "compile",
        program: Program::Rust,
        summary: "time from source to callable code over the kernels of docs/guide/kernels.py",
    },
    Bench {
        name: "dispatch",
        program: Program::Python("benches/dispatch.py"),
        summary: "what a call from Python costs besides the kernel's own work",
    },
    Bench {
        name: "expressions",
        program: Program::Python("benches/expressions.py"),
        summary: "array expressions against loops written by hand, and against Numba where it is installed",
    },
    Bench {
        name: "kernels",
        program: Program::Python("benches/kernels.py"),
        summary: "the kernels of benches/kernels against C, and against Numba where it is installed",
    },
    Bench {
        name: "package",
        program: Program::Python("benches/package.py"),
        summary: "what loading the package, a first kernel and calls cost, against what is promised and beside Numba where it is installed",
    },
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", listing());
        return Ok(());
    };
    match name.as_str() {
        "--gate" => return gate::run(workspace, rest),
        "--compare" => return compare::run(workspace, rest),
        _ => {}
    }
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        return Err(Failure::new(format!("no benchmark `{name}`; there are:\n{}", listing())));
    };
    match bench.program {
        Program::Rust => {
            let arguments = ["run", "--release", "--quiet", "-p", "hotloop-benches", "--bin", name, "--"];
            process::run(process::cargo(workspace, &arguments).args(rest))
        }
        Program::Python(path) => {
            let venv = Venv::prepare(workspace)?;
            wheel::install(&wheel::build(workspace, &venv)?, &venv)?;
            let mut command = Command::new(venv.python());
            process::run(command.arg(path).args(rest).current_dir(&workspace.root))
        }
    }
}

fn listing() -> String {
    let names: String =
        BENCHES.iter().map(|bench| format!("{:<12} {}\n", bench.name, bench.summary)).collect();
    format!("{names}{:<12} {}\n{:<12} {}\n", "--gate", gate::SUMMARY, "--compare", compare::SUMMARY)
}
