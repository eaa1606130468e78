//! Random programs with parallel loops: the same bits on 1, 2, 3, 7 and 16 threads, in serial code without passes and in the interpreter; CPython's within the bound that
//! the order of sums allows; and no race is found. Loops that run in order for their few iterations, as users have them, round sums in arrays otherwise.
//!
//! `HOTLOOP_PARALLEL_PROGRAMS` sets how many are tried, `HOTLOOP_FUZZ_SEED` where the sequence starts. Regions are shared out however small they are, or most would run
//! on one thread.

use crate::call::Way;
use crate::program;
use crate::programs::{RandomPrograms, number};

/// How many programs a plain test run tries.
const PROGRAMS: u32 = 120;

/// Tries them.
pub(crate) fn run() -> Result<(), String> {
    let programs = RandomPrograms {
        name: "parallel programs",
        count: number("HOTLOOP_PARALLEL_PROGRAMS").map_or(PROGRAMS, |number| number as u32),
        batch: 40,
        most_shrinks: 200,
        most_decisions: 220,
        ways,
    };
    hotloop_runtime::share_all_regions(true);
    let outcome = programs.check(&program::write);
    hotloop_runtime::share_all_regions(false);
    outcome
}

/// What must agree. All numbers of threads are one engine's, whose calls use as many as they are told. Every other batch has the race check, every other one loops as users have them.
fn ways(batch: u32) -> Vec<Way> {
    let [interpreter, _, _, unoptimised] =
        <[Way; 4]>::try_from(Way::all()).unwrap_or_else(|_| unreachable!("four ways"));
    let mut ways = vec![interpreter, unoptimised];
    ways.extend(Way::with_thread_counts(&[1, 2, 3, 7, 16]));
    ways.push(match batch % 2 {
        0 => Way::race_checks().swap_remove(0),
        _ => Way::as_users_have_it(2),
    });
    ways
}
