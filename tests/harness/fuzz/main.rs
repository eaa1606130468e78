//! Random programs: the same Python under CPython, in the MIR interpreter and compiled.
//!
//! [`program::Program`] and its like write them ([`programs::RandomPrograms`] says how they are tried); exceptions, their lines and the arrays left behind must agree, too.
//! A program that Hotloop refuses is a failure: the generators write only what is promised. The small program that is printed then belongs in `tests/run/`.
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
#[path = "../run/programs.rs"]
mod programs;
mod sequences;

use std::sync::atomic::{AtomicU32, Ordering};

use call::Way;
use programs::{RandomPrograms, number};

/// How many programs a plain test run tries.
const PROGRAMS: u32 = 1_000;

/// How many programs of array expressions, each of up to ten, a plain test run tries.
const ARRAY_PROGRAMS: u32 = 100;

#[test]
fn random_programs_mean_the_same_everywhere() {
    let count = number("HOTLOOP_FUZZ_PROGRAMS").map_or(PROGRAMS, |number| number as u32);
    run("programs", count, program::write);
}

#[test]
fn random_array_expressions_are_numpys() {
    let count = number("HOTLOOP_FUZZ_ARRAYS").map_or(ARRAY_PROGRAMS, |number| number as u32);
    let (expressions, overlaps) = (AtomicU32::new(0), AtomicU32::new(0));
    run("programs of array expressions", count, |decisions| {
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

fn run(name: &'static str, count: u32, write: impl Fn(&[u8]) -> String + Sync) {
    let programs = RandomPrograms {
        name,
        count,
        batch: 250,
        most_shrinks: 400,
        most_decisions: 500,
        ways: |_| Way::all(),
    };
    if let Err(report) = programs.check(&write) {
        panic!("{report}");
    }
}
