//! `tests/parallel/*.py`: programs with parallel loops, each twice: with a race or a value that is carried on, and a look-alike without.
//!
//! The second kind has the three oracles of `tests/run/`, more threads, and the race check, which must find nothing. Of the first a case says
//! `{"refused": "HL0345 out[i // 2]"}`: the code of the message, and a piece of it that names what is wrong. It must be refused when it is compiled, or found by the race
//! check, compiled and in the interpreter. Then random programs (`random.rs`), and loops that raise on many threads (`stress.rs`).

#[path = "../run/agree.rs"]
mod agree;
#[path = "../run/call.rs"]
mod call;
mod program;
#[path = "../run/programs.rs"]
mod programs;
mod random;
mod stress;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use call::Way;
use hotloop_driver::Failure;
use hotloop_tests::oracle::{Case, Program, ask, root};
use libtest_mimic::{Arguments, Failed, Trial};

/// At least so many programs are refused, and as many look-alikes are not.
const LEAST_PAIRS: usize = 60;
/// The name of the trial of random programs.
const RANDOM: &str = "parallel/random";

fn main() {
    let arguments = Arguments::from_args();
    let stress = stress::trials(arguments.filter.as_deref());
    let scratch = std::env::temp_dir().join(format!("hotloop-parallel-{}", std::process::id()));
    // CPython takes long to run them, and is spared that where only random programs are asked for.
    let asks = arguments.filter.as_deref() != Some(RANDOM);
    let programs = if asks { ask(&sources(), &scratch) } else { Vec::new() };
    if asks {
        std::fs::remove_dir_all(&scratch).expect("the oracle wrote there");
        let all: Vec<&Case> = programs.iter().flat_map(|program| &program.cases).collect();
        let refused = all.iter().filter(|case| case.refused.is_some()).count();
        assert!(refused.min(all.len() - refused) >= LEAST_PAIRS, "{refused} of {} are refused", all.len());
    }
    let mut trials: Vec<Trial> = programs.into_iter().flat_map(trials).collect();
    trials.push(Trial::test(RANDOM, || random::run().map_err(Failed::from)));
    trials.extend(stress);
    libtest_mimic::run(&arguments, trials).exit();
}

fn sources() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/parallel")).expect("tests/parallel exists");
    let paths = entries.flatten().map(|entry| entry.path());
    let mut sources: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "py")).collect();
    sources.sort();
    sources
}

fn trials(program: Program) -> Vec<Trial> {
    let Program { name, source, cases } = program;
    let ways: Arc<LazyLock<Vec<Way>>> = Arc::new(LazyLock::new(|| {
        let mut ways = Way::all();
        ways.extend(
            [7, 16].map(|threads| Way::with_threads("compiled code with more threads", threads, true)),
        );
        ways.push(Way::as_users_have_it(2));
        ways.extend(Way::race_checks());
        ways
    }));
    let make = |(number, case): (usize, Case)| {
        let (ways, source) = (Arc::clone(&ways), source.clone());
        let name = format!("parallel/{name}/{}#{number}", case.function);
        Trial::test(name, move || {
            let outcome = match &case.refused {
                None => agree::check(&ways, &source, &case),
                Some(expected) => check_refused(&source, &case, expected),
            };
            outcome.map_err(Failed::from)
        })
    };
    cases.into_iter().enumerate().map(make).collect()
}

/// Whether a program is refused, or found to have a race, with that code and that piece of text.
fn check_refused(source: &Path, case: &Case, expected: &str) -> Result<(), String> {
    let (code, named) = expected.split_once(' ').expect("a code and a text");
    for way in Way::race_checks() {
        let message = match way.attempt(&way.load(source, &case.function)?, case) {
            Err(Failure::Refused(refusal) | Failure::Raced(refusal)) => refusal.to_string(),
            Err(failure) => return Err(format!("{}: it fails otherwise: {failure}", way.name)),
            Ok(_) => return Err(format!("{}: it is accepted", way.name)),
        };
        if !message.starts_with(&format!("error[{code}]")) || !message.contains(named) {
            return Err(format!("{}: expected {code} and {named:?}, got\n{message}", way.name));
        }
    }
    Ok(())
}
