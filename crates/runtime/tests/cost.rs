//! What the runtime costs, in nanoseconds. Ignored, since it only prints:
//! `cargo test --release -p hotloop-runtime --test cost -- --ignored --nocapture`
#![allow(unsafe_code)] // Calls runtime functions by their addresses, as compiled code does.

mod support;

use hotloop_abi::{Context, Status};
use hotloop_runtime::{Block, CallState, Interrupter};
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::{Region, run};

static INTERRUPTER: Interrupter = Interrupter::new();

/// Prints the minimum, the median and the 95th percentile of many rounds.
fn report(what: &str, calls_per_round: u32, mut call: impl FnMut()) {
    let mut rounds: Vec<f64> = (0..400)
        .map(|_| {
            let began = Instant::now();
            (0..calls_per_round).for_each(|_| call());
            began.elapsed().as_nanos() as f64 / f64::from(calls_per_round)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what:<58} {:>10.1} {:>10.1} {:>10.1}", rounds[0], rounds[200], rounds[380]);
}

/// The same for single calls with a pause before each, in which the helpers fall asleep.
fn report_after_pauses(what: &str, mut call: impl FnMut()) {
    let mut rounds: Vec<f64> = (0..400)
        .map(|_| {
            std::thread::sleep(Duration::from_micros(500));
            let began = Instant::now();
            call();
            began.elapsed().as_nanos() as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what:<58} {:>10.1} {:>10.1} {:>10.1}", rounds[0], rounds[200], rounds[380]);
}

/// About one nanosecond an iteration.
unsafe extern "C" fn spin(_: *mut Context, start: i64, end: i64, _: *const u64, _: *mut u64) -> Status {
    let mut value = 0_u64;
    for index in start..end {
        value = black_box(value.wrapping_add(index as u64));
    }
    black_box(value);
    Status::OK
}

#[test]
#[ignore = "prints measurements"]
fn cost() {
    println!("{:<58} {:>10} {:>10} {:>10}", "nanoseconds", "minimum", "median", "p95");
    report("CallState::new", 1000, || {
        black_box(CallState::new(&INTERRUPTER).context());
    });
    for size in [64, 8192, 10_000_000] {
        report(&format!("allocate and release, {size} bytes"), 100, || {
            black_box(Block::uninitialized(size).unwrap());
        });
    }
    for (count, picoseconds) in
        [(2, 1000), (1000, 1000), (2, 0), (1000, 0), (20_000, 1000), (100_000, 1000), (1_000_000, 1000)]
    {
        for threads in [1, 2, 16] {
            let what = format!("{count} iterations of 1 ns, said to be {picoseconds} ps, {threads} threads");
            let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
            let calls_per_round = if count > 50_000 { 1 } else { 20 };
            report(&what, calls_per_round, || {
                run(&mut call, count, Region { picoseconds, ..Region::new(spin) }).unwrap();
            });
        }
    }
    for (count, picoseconds) in [(2, 1000), (2, 0), (100_000, 1000), (1_000_000, 1000)] {
        for threads in [1, 2, 4] {
            let what = format!("after a pause: {count} iterations, {picoseconds} ps, {threads} threads");
            let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
            report_after_pauses(&what, || {
                run(&mut call, count, Region { picoseconds, ..Region::new(spin) }).unwrap()
            });
        }
    }
}
