//! `tests/run/*.py`: whole programs with three oracles.
//!
//! CPython says what each case of a program gives (see `tests/oracle/`). The same call is then made in the MIR
//! interpreter, in compiled code with one thread and with two, and in compiled code without the passes. All must give
//! what CPython gave, and leave the arrays as CPython left them; and where a case allows CPython a bound, they must
//! still agree among each other to the bit.

mod agree;
mod call;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use agree::check;
use call::Way;
use hotloop_tests::oracle::{Case, Program, ask, root};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let scratch = std::env::temp_dir().join(format!("hotloop-run-{}", std::process::id()));
    let wanted: Vec<PathBuf> = programs().into_iter().filter(|path| may_match(path, &arguments)).collect();
    let programs = ask(&wanted, &scratch);
    std::fs::remove_dir_all(&scratch).expect("the oracle wrote there");
    let trials = programs.into_iter().flat_map(trials).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn programs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/run")).expect("tests/run exists");
    let paths = entries.flatten().map(|entry| entry.path());
    let mut programs: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "py")).collect();
    programs.sort();
    programs
}

/// Whether a case of a program may be asked for. A filter that begins with `run/` says which programs, and CPython takes long to run all of them.
fn may_match(path: &Path, arguments: &Arguments) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let start = format!("run/{stem}/");
    match &arguments.filter {
        Some(filter) if filter.starts_with("run/") => start.starts_with(filter) || filter.starts_with(&start),
        Some(_) | None => true,
    }
}

/// The cases of a program. Its engines live as long as cases of it are left: each holds what it compiled, and a process has room for so many pieces of code only.
fn trials(program: Program) -> Vec<Trial> {
    let Program { name, source, cases } = program;
    let ways: Arc<LazyLock<Vec<Way>>> = Arc::new(LazyLock::new(Way::all));
    let make = |(number, case): (usize, Case)| {
        let (ways, source) = (Arc::clone(&ways), source.clone());
        let name = format!("run/{name}/{}#{number}", case.function);
        Trial::test(name, move || check(&ways, &source, &case).map_err(Failed::from))
    };
    cases.into_iter().enumerate().map(make).collect()
}
