//! Random programs: the same Python under CPython, in the MIR interpreter and compiled.
//!
//! proptest draws bytes, [`program::Program`] reads them as decisions and writes a test program, CPython says what its
//! cases give, and every way of running a kernel must agree, exceptions, their lines and the arrays left behind
//! included. A program that Hotloop refuses is a failure too: the generator writes only what is promised. When
//! something differs, proptest takes bytes away while it still does, and the small program is printed; it then belongs
//! in `tests/run/`.
//!
//! `cargo xtask fuzz --programs N --arrays N --seed S` sets how many programs are tried, how many programs of array expressions, and where the
//! sequences start; a plain test run tries [`PROGRAMS`] and [`ARRAY_PROGRAMS`].

#[path = "../run/agree.rs"]
mod agree;
mod arrays;
#[path = "../run/call.rs"]
mod call;
mod expression;
mod names;
mod objects;
mod program;
mod sequences;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use call::Way;
use hotloop_tests::oracle::{Program, Server};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// How many programs a plain test run tries.
const PROGRAMS: u32 = 1_000;

/// How many programs of array expressions, each of up to ten, a plain test run tries.
const ARRAY_PROGRAMS: u32 = 100;

/// Where the sequence of a plain test run starts, so that it says the same of the same compiler; `xtask fuzz` tries others.
const SEED: u64 = 1;

/// After so many programs the engines are made anew, since an engine keeps every function it has compiled.
const PROGRAMS_A_BATCH: u32 = 250;

/// How often a program that fails may be made smaller.
const MOST_SHRINKS: u32 = 400;

/// The most decisions in a program.
const MOST_DECISIONS: usize = 500;

#[test]
fn random_programs_mean_the_same_everywhere() {
    let programs = number("HOTLOOP_FUZZ_PROGRAMS").map_or(PROGRAMS, |number| number as u32);
    run("programs", programs, program::write);
}

#[test]
fn random_array_expressions_are_numpys() {
    let programs = number("HOTLOOP_FUZZ_ARRAYS").map_or(ARRAY_PROGRAMS, |number| number as u32);
    let (expressions, overlaps) = (AtomicU32::new(0), AtomicU32::new(0));
    run("programs of array expressions", programs, |decisions| {
        let text = arrays::write(decisions);
        expressions.fetch_add(text.matches("@njit").count() as u32, Ordering::Relaxed);
        overlaps.fetch_add(text.matches(arrays::OVERLAPS).count() as u32, Ordering::Relaxed);
        text
    });
    println!(
        "fuzz: {} array expressions, among them {} assignments that overlap",
        expressions.load(Ordering::Relaxed),
        overlaps.load(Ordering::Relaxed)
    );
}

/// Tries programs that decisions stand for, and says how many.
fn run(what: &str, programs: u32, write: impl Fn(&[u8]) -> String + Sync) {
    let seed = number("HOTLOOP_FUZZ_SEED").unwrap_or(SEED);
    println!("fuzz: {programs} {what}, seed {seed}");
    let start = Instant::now();
    let name = format!("hotloop-fuzz-{}-{}", std::process::id(), what.len());
    let scratch = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&scratch).expect("the folder for temporary files can be written to");
    let result = try_programs(programs, seed, &scratch, &write);
    std::fs::remove_dir_all(&scratch).expect("the folder was made above");
    match result {
        Ok(()) => println!("fuzz: {programs} {what} agree, {:.0} s", start.elapsed().as_secs_f64()),
        Err(report) => panic!("{report}"),
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}

/// Deals the programs out in batches, to as many threads as there are processors.
fn try_programs(
    programs: u32,
    seed: u64,
    scratch: &Path,
    write: &(impl Fn(&[u8]) -> String + Sync),
) -> Result<(), String> {
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
            let seed = seed + u64::from(first);
            let result = run_batch(count, seed, &Way::all(), &mut server, scratch, write);
            if result.is_err() {
                next.store(batches, Ordering::Relaxed);
                return result;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a failure is a result"))
    })
}

fn run_batch(
    count: u32,
    seed: u64,
    ways: &[Way],
    server: &mut Server,
    scratch: &Path,
    write: &impl Fn(&[u8]) -> String,
) -> Result<(), String> {
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
        let result = check(&write(&decisions), &path, ways, &mut server.borrow_mut());
        std::fs::remove_file(&path).expect("the program was written");
        result.map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, decisions)) => {
            let text = write(&decisions);
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
