//! Random programs with parallel loops: the same bits on 1, 2, 3, 7 and 16 threads, in serial code without passes and in the interpreter; CPython's within the bound that
//! the order of sums allows; and no race is found.
//!
//! `HOTLOOP_PARALLEL_PROGRAMS` sets how many are tried, `HOTLOOP_FUZZ_SEED` where the sequence starts. Regions are shared out however small they are, or most would run
//! on one thread. A program that fails is made smaller, and printed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::agree;
use crate::call::Way;
use crate::program;
use hotloop_tests::oracle::{Program, Server};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

const PROGRAMS: u32 = 120;
const SEED: u64 = 1;
/// After so many programs the engines are made anew, since an engine keeps every function it has compiled.
const PROGRAMS_A_BATCH: u32 = 100;
const MOST_SHRINKS: u32 = 200;
const MOST_DECISIONS: usize = 220;

/// Tries them.
pub(crate) fn run() -> Result<(), String> {
    let programs = number("HOTLOOP_PARALLEL_PROGRAMS").map_or(PROGRAMS, |number| number as u32);
    let seed = number("HOTLOOP_FUZZ_SEED").unwrap_or(SEED);
    let scratch = std::env::temp_dir().join(format!("hotloop-parallel-random-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("the folder for temporary files can be written to");
    hotloop_runtime::share_all_regions(true);
    let batches = programs.div_ceil(PROGRAMS_A_BATCH);
    let next = AtomicU32::new(0);
    let work = || -> Result<(), String> {
        let mut server = Server::start();
        loop {
            let batch = next.fetch_add(1, Ordering::Relaxed);
            if batch >= batches {
                return Ok(());
            }
            let first = batch * PROGRAMS_A_BATCH;
            let count = PROGRAMS_A_BATCH.min(programs - first);
            let outcome = run_batch(count, seed + u64::from(first), &mut server, &scratch);
            if outcome.is_err() {
                next.store(batches, Ordering::Relaxed);
                return outcome;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let outcome = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a failure is a result"))
    });
    hotloop_runtime::share_all_regions(false);
    std::fs::remove_dir_all(&scratch).expect("the folder was made above");
    outcome
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}

/// What must agree. All numbers of threads are one engine's, whose calls use as many as they are told.
fn ways() -> Vec<Way> {
    let [interpreter, _, _, unoptimised] =
        <[Way; 4]>::try_from(Way::all()).unwrap_or_else(|_| unreachable!("four ways"));
    let mut ways = vec![interpreter, unoptimised];
    ways.extend(Way::with_thread_counts(&[1, 2, 3, 7, 16]));
    ways.push(Way::race_checks().swap_remove(0));
    ways
}

fn run_batch(count: u32, seed: u64, server: &mut Server, scratch: &std::path::Path) -> Result<(), String> {
    let ways = ways();
    let config = Config {
        cases: count,
        failure_persistence: None,
        max_shrink_iters: MOST_SHRINKS,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let strategy = proptest::collection::vec(proptest::num::u8::ANY, 0..MOST_DECISIONS);
    let server = std::cell::RefCell::new(server);
    let number = std::cell::Cell::new(0);
    let outcome = runner.run(&strategy, |decisions| {
        // Each attempt has a file of its own: engines know functions by their file.
        number.set(number.get() + 1);
        let path = scratch.join(format!("program_{seed}_{}.py", number.get()));
        let result = check(&program::write(&decisions), &path, &ways, &mut server.borrow_mut());
        std::fs::remove_file(&path).expect("the program was written");
        result.map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, decisions)) => {
            let text = program::write(&decisions);
            Err(format!("{reason}\nseed {seed}, the smallest program that shows it:\n{text}"))
        }
        Err(TestError::Abort(reason)) => Err(format!("gave up: {reason}")),
    }
}

fn check(text: &str, path: &PathBuf, ways: &[Way], server: &mut Server) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| error.to_string())?;
    let Program { source, cases, .. } = server.ask(path)?;
    cases.iter().try_for_each(|case| {
        agree::check(ways, &source, case).map_err(|difference| format!("{}: {difference}", case.function))
    })
}
