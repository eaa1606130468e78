//! The command line `hotloop`: runs kernels of Python files, shows what each stage makes of them, checks files, looks after the cache.
//!
//! This crate knows commands, files and terminals. It does not know how a stage works: everything between a source and a result is `hotloop-driver`'s.
//!
//! ```text
//! $ hotloop run docs/guide/kernels.py l2_norm arange:5:float64
//! 5.477225575051661
//! ```

mod array_literal;
mod array_text;
mod cache;
mod check;
mod contain;
mod emit;
mod explain;
mod explain_loops;
mod float_text;
mod generator;
mod given;
mod interrupt;
mod json;
mod literal;
mod npy;
mod parse;
mod problem;
mod report;
mod run;
mod show;

use clap::{Parser, Subcommand};
use problem::Problem;
use std::ffi::OsString;
use std::process::ExitCode;

/// Compiles the hot loops of Python to machine code.
#[derive(Debug, Parser)]
#[command(name = "hotloop", version, after_help = EXPLANATION)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const EXPLANATION: &str = "\
Environment:
  HOTLOOP_CACHE_DIR    where compiled code is kept; else the user's cache folder
  HOTLOOP_NUM_THREADS  threads of a parallel kernel; else all processors
  HOTLOOP_SPARE_MEMORY_MIB
                       how much of freed arrays is kept for the next ones; else 256
  HOTLOOP_CPU          the processor to compile for, such as x86-64-v3; else this machine's
  NO_COLOR             no colours on a terminal

Exit codes: 0 done, 1 bad input or an exception of the kernel, 2 wrong usage, 101 an error of Hotloop itself, 130 stopped by Ctrl-C.";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Emit(emit::Emit),
    Check(check::Check),
    Parse(parse::Parse),
    Explain(explain::Explain),
    ExplainLoops(explain_loops::ExplainLoops),
    #[command(subcommand)]
    Cache(cache::Cache),
}

impl Command {
    fn execute(self) -> Result<(), Problem> {
        match self {
            Self::Run(run) => run.execute(),
            Self::Emit(emit) => emit.execute(),
            Self::Check(check) => check.execute(),
            Self::Parse(parse) => parse.execute(),
            Self::Explain(explain) => explain.execute(),
            Self::ExplainLoops(explain) => explain.execute(),
            Self::Cache(cache) => cache.execute(),
        }
    }
}

/// Numbers without digits behind their sign would count as options: a blank before them makes them values.
fn as_value(argument: OsString) -> OsString {
    match argument.to_str() {
        Some("-inf" | "-nan") => {
            let mut value = OsString::from(" ");
            value.push(argument);
            value
        }
        _ => argument,
    }
}

fn main() -> ExitCode {
    let command = CommandLine::parse_from(std::env::args_os().map(as_value)).command;
    match contain::contain(|| command.execute()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            interrupt::claim_end();
            problem.tell();
            ExitCode::from(problem.code())
        }
    }
}
