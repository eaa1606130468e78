//! Parallel loops that raise, on many threads and from many: always the error of the lowest iteration, nothing leaks, nothing hangs.
//!
//! These run before all other trials, since what lives is counted for the whole process. `HOTLOOP_PARALLEL_RUNS` sets how often each body raises on each number of threads.

use std::time::Duration;

use hotloop_driver::{Argument, CacheUse, Engine, Failure, Kernel, Number, Value};
use hotloop_runtime::live_allocations;
use libtest_mimic::Trial;

const RUNS: u64 = 60;
const THREADS: [u32; 5] = [2, 3, 4, 7, 16];
const HOSTS: u64 = 8;

const SOURCE: &str = r#"
import numpy as np
from hotloop import njit, prange


@njit
def checked(i, first):
    if i >= first and i % 3 == first % 3:
        raise ValueError("iteration", i)
    return i


@njit(parallel=True)
def raises(n, first):
    out = np.zeros(n)
    total = 0
    for i in prange(n):
        own = np.ones(8) * i
        out[i] = own.sum() + checked(i, first)
        total += i
    return total


@njit(parallel=True)
def raises_nested(n, first):
    total = 0
    for i in prange(n):
        row = np.zeros(16)
        for j in prange(16):
            row[j] = checked(i, first)
        total += int(row.sum())
    return total


@njit(parallel=True)
def raises_in_sum(n, first):
    total = 0.0
    for i in prange(n):
        values = [float(i), 1.0]
        total += values[0] / (i - first) + values[1]
        if i == first + 5:
            raise ValueError("never reached")
    return total


@njit(parallel=True)
def raises_in_parts(n, first):
    counts = np.zeros(7, np.int64)
    for i in prange(n):
        counts[checked(i, first) % 7] += 1
    return counts.sum()
"#;

/// The kernels, and the message of the error for the lowest iteration that raises; none for a division by zero.
const KERNELS: [(&str, bool); 4] =
    [("raises", true), ("raises_nested", true), ("raises_in_sum", false), ("raises_in_parts", true)];

/// Something that runs, and may fail.
type Run = fn() -> Result<(), String>;

/// The trials, whose work is done already.
pub(crate) fn trials(filter: Option<&str>) -> Vec<Trial> {
    let all: [(&str, Run); 2] = [("parallel/stress/raising", raising), ("parallel/stress/hosts", hosts)];
    let wanted = all.into_iter().filter(|(name, _)| filter.is_none_or(|filter| name.contains(filter)));
    let trial = |(name, run): (&str, Run)| {
        let outcome = within_time(run);
        Trial::test(name, move || outcome.map_err(libtest_mimic::Failed::from))
    };
    wanted.map(trial).collect()
}

/// Runs something that is over soon, or hangs.
fn within_time(run: Run) -> Result<(), String> {
    const LONG: Duration = Duration::from_secs(1800);
    let (told, outcome) = std::sync::mpsc::channel();
    std::thread::spawn(move || told.send(run()));
    outcome.recv_timeout(LONG).unwrap_or_else(|error| Err(format!("it hangs, or has panicked: {error}")))
}

fn runs() -> u64 {
    let set = std::env::var("HOTLOOP_PARALLEL_RUNS").ok().and_then(|text| text.parse().ok());
    set.unwrap_or(RUNS)
}

fn kernel(engine: &Engine, name: &str) -> Kernel {
    engine.function("stress.py", SOURCE, name).expect("the source is fine")
}

fn engine(threads: u32) -> Engine {
    let builder = Engine::builder().cache_use(CacheUse::Never).threads(threads).race_check(false);
    builder.build().expect("an engine for this machine")
}

fn int(value: i64) -> Argument<'static> {
    Argument::from(value)
}

/// Calls a kernel whose iteration `first` is the lowest that raises.
fn call(kernel: &Kernel, (name, has_message): (&str, bool), n: i64, first: i64) -> Result<(), String> {
    match kernel.call(&[int(n), int(first)]) {
        Err(Failure::Raised(raised)) => {
            let message = raised.message();
            let expected = format!("('iteration', {first})");
            let is_expected = match has_message {
                true => message == expected,
                false => raised.class.name() == "ZeroDivisionError",
            };
            if is_expected {
                Ok(())
            } else {
                Err(format!("{name}({n}, {first}): {}: {message}", raised.class))
            }
        }
        other => Err(format!("{name}({n}, {first}): {other:?}")),
    }
}

fn raising() -> Result<(), String> {
    hotloop_runtime::share_all_regions(true);
    let outcome = THREADS.into_iter().try_for_each(|threads| {
        let engine = engine(threads);
        KERNELS.into_iter().try_for_each(|which| {
            let kernel = kernel(&engine, which.0);
            call(&kernel, which, 64, 5)?;
            let before = live_allocations();
            for run in 0..runs() {
                let n = 40 + run as i64 % 500;
                let first = (run as i64 * 37) % n;
                call(&kernel, which, n, first).map_err(|error| format!("{threads} threads, {error}"))?;
            }
            match live_allocations() {
                after if after == before => Ok(()),
                after => {
                    Err(format!("{} with {threads} threads: {before} live blocks became {after}", which.0))
                }
            }
        })
    });
    hotloop_runtime::share_all_regions(false);
    outcome
}

/// Many threads of the host at once, all with nested loops, some of which raise.
fn hosts() -> Result<(), String> {
    hotloop_runtime::share_all_regions(true);
    let engine = engine(4);
    let kernels: Vec<((&str, bool), Kernel)> =
        KERNELS.into_iter().map(|which| (which, kernel(&engine, which.0))).collect();
    for (which, kernel) in &kernels {
        call(kernel, *which, 64, 5)?;
    }
    let before = live_allocations();
    let work = |host: u64| -> Result<(), String> {
        for run in 0..runs() {
            let (which, kernel) = &kernels[((host + run) % kernels.len() as u64) as usize];
            let n = 40 + (run * 13 + host) as i64 % 200;
            call(kernel, *which, n, (run as i64 * 7) % n)?;
            // No iteration raises.
            let Ok(value) = kernel.call(&[int(n), int(n)]) else {
                return Err(format!("{}({n}, {n}) raises", which.0));
            };
            let is_sum = matches!(which.0, "raises").then_some(n * (n - 1) / 2);
            if is_sum
                .is_some_and(|sum| !matches!(value, Value::Number(Number::Int(_, given)) if given == sum))
            {
                return Err(format!("{}({n}, {n}) gives {value:?}", which.0));
            }
        }
        Ok(())
    };
    let outcome = std::thread::scope(|scope| {
        let hosts: Vec<_> = (0..HOSTS).map(|host| scope.spawn(move || work(host))).collect();
        hosts.into_iter().try_for_each(|host| host.join().expect("a failure is a result"))
    });
    hotloop_runtime::share_all_regions(false);
    outcome?;
    let after = live_allocations();
    if after == before { Ok(()) } else { Err(format!("{before} live blocks became {after}")) }
}
