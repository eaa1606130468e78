//! Random programs in batches: proptest draws bytes, a generator reads them as decisions and writes a test program, CPython says what its cases give, and every way of
//! running a kernel must agree. A program that does not is made smaller while it still does not, and is part of the report.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use crate::agree;
use crate::call::Way;
use hotloop_tests::oracle::{Program, Server};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Where the sequence of a plain test run starts, so that it says the same of the same compiler.
const SEED: u64 = 1;

/// What to try.
pub(crate) struct RandomPrograms {
    /// What they are called in what is printed.
    pub(crate) name: &'static str,
    /// How many.
    pub(crate) count: u32,
    /// After so many programs the engines are made anew, since an engine keeps every function it has compiled.
    pub(crate) batch: u32,
    /// How often a program that fails may be made smaller.
    pub(crate) most_shrinks: u32,
    /// The most decisions in a program.
    pub(crate) most_decisions: usize,
    /// What must agree in the programs of a batch of that number.
    pub(crate) ways: fn(u32) -> Vec<Way>,
}

/// A number that an environment variable sets.
pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}

impl RandomPrograms {
    /// Tries the programs that decisions stand for, and says how many. `HOTLOOP_FUZZ_SEED` sets where the sequence starts.
    pub(crate) fn check(&self, write: &(impl Fn(&[u8]) -> String + Sync)) -> Result<(), String> {
        let seed = number("HOTLOOP_FUZZ_SEED").unwrap_or(SEED);
        println!("random: {} {}, seed {seed}", self.count, self.name);
        let start = Instant::now();
        let folder = format!("hotloop-random-{}-{}", std::process::id(), self.name.replace(' ', "-"));
        let scratch = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&scratch).expect("the folder for temporary files can be written to");
        let outcome = self.deal(seed, &scratch, write);
        std::fs::remove_dir_all(&scratch).expect("the folder was made above");
        outcome?;
        println!("random: {} {} agree, {:.0} s", self.count, self.name, start.elapsed().as_secs_f64());
        Ok(())
    }

    /// Deals the programs out in batches, to as many threads as there are processors.
    fn deal(
        &self,
        seed: u64,
        scratch: &Path,
        write: &(impl Fn(&[u8]) -> String + Sync),
    ) -> Result<(), String> {
        let batches = self.count.div_ceil(self.batch);
        let next = AtomicU32::new(0);
        let work = || -> Result<(), String> {
            let mut server = Server::start();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= batches {
                    return Ok(());
                }
                let first = number * self.batch;
                let count = self.batch.min(self.count - first);
                let ways = (self.ways)(number);
                let seed = seed + u64::from(first);
                let outcome = self.batch(count, seed, &ways, &mut server, scratch, write);
                if outcome.is_err() {
                    next.store(batches, Ordering::Relaxed);
                    return outcome;
                }
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().expect("a failure is a result"))
        })
    }

    fn batch(
        &self,
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
            max_shrink_iters: self.most_shrinks,
            ..Config::default()
        };
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let strategy = proptest::collection::vec(proptest::num::u8::ANY, 0..self.most_decisions);
        let server = RefCell::new(server);
        let attempt = Cell::new(0);
        let outcome = runner.run(&strategy, |decisions| {
            // Each attempt has a file of its own: engines know functions by their file.
            attempt.set(attempt.get() + 1);
            let path = scratch.join(format!("program_{seed}_{}.py", attempt.get()));
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
}

fn check(text: &str, path: &Path, ways: &[Way], server: &mut Server) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| error.to_string())?;
    let Program { source, cases, .. } = server.ask(path)?;
    cases.iter().try_for_each(|case| {
        agree::check(ways, &source, case).map_err(|difference| format!("{}: {difference}", case.function))
    })
}
