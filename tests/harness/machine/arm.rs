//! Code for aarch64 on an emulated machine: random functions, random vector loops, every operation, large frames, calls that go too deep or are stopped.

use crate::emulated::{Emulated, Way, guest};
use crate::{loops, machine, operators, optimised, program, text};
use hotloop_mir::{Module, parse_function};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::path::Path;

/// Half as many cases as other tests have: each starts processes.
fn runner() -> TestRunner {
    let all = Config::default();
    TestRunner::new(Config { cases: all.cases / 2, max_shrink_iters: 500, failure_persistence: None, ..all })
}

#[test]
fn functions_do_what_the_interpreter_does() {
    let Some(guest) = guest() else { return };
    let numbers = prop::collection::vec(any::<u32>(), 0..500);
    let outcome = runner().run(&numbers, |numbers| {
        let module = program::module(&numbers);
        for module in [&module, &optimised(&module)] {
            if let Err(message) = machine::compare_emulated(module, &numbers, guest) {
                return Err(TestCaseError::fail(format!("{message}\n{}", text(module))));
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn vector_loops_do_what_the_interpreter_does() {
    let Some(guest) = guest() else { return };
    let numbers = prop::collection::vec(any::<u32>(), 0..200);
    let in_vectors = Cell::new(0);
    let mut runner = runner();
    let outcome = runner.run(&numbers, |numbers| {
        let count = loops::compare_emulated(&numbers, guest).map_err(TestCaseError::fail)?;
        in_vectors.set(in_vectors.get() + count);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("{} loops in vectors", in_vectors.get());
    assert!(in_vectors.get() * 20 > runner.config().cases as usize, "{} loops in vectors", in_vectors.get());
}

#[test]
fn every_operation_gives_what_the_interpreter_gives() {
    let Some(guest) = guest() else { return };
    let (count, in_vectors) = operators::compare(guest);
    println!("{count} loops, {in_vectors} of them in vectors");
    assert!(in_vectors * 2 > count, "{in_vectors} of {count} loops in vectors");
}

/// A function alone, on that machine.
fn machine_of(text: &str, guest: &Path) -> Emulated {
    let function = parse_function(text).expect("the text of a function");
    Emulated::new(&Module { functions: vec![function] }, guest).expect("code for it")
}

#[test]
fn calls_that_go_too_deep_raise() {
    let Some(guest) = guest() else { return };
    let machine = machine_of(
        "fn @deeper(v0: i64) -> i64 outlined {
    fn0 = @deeper(i64) -> i64
bb0:
    check_stack
    v1 = iconst 1
    v2 = iadd v0, v1
    v3 = call fn0(v2)
    v4 = iadd v3, v1
    return v4
}",
        guest,
    );
    let way = Way { stack_bytes: Some(1 << 16), ..Way::default() };
    let (result, _) = machine.call(way, &[0], 1, &[]).unwrap();
    assert!(result.as_ref().is_err_and(|error| error.starts_with("RecursionError")), "{result:?}");
}

#[test]
fn large_frames_are_had() {
    let Some(guest) = guest() else { return };
    let machine = machine_of(
        "fn @wide(v0: i64) -> i64 outlined {
    region0 = stack
    slot0 = 200000 bytes
bb0:
    v1 = slot_address slot0
    store v0, v1 + 199992, region0
    store v0, v1, region0
    v2 = load.i64 v1 + 199992, region0
    v3 = load.i64 v1, region0
    v4 = iadd v2, v3
    return v4
}",
        guest,
    );
    let (result, _) = machine.call(Way::default(), &[21], 1, &[]).unwrap();
    assert_eq!(result, Ok(vec![42]));
}

#[test]
fn a_safepoint_that_stops_says_where() {
    let Some(guest) = guest() else { return };
    let machine = machine_of(
        "fn @stopped(v0: i64) -> i64 outlined {
bb0:
    safepoint
    return v0
}",
        guest,
    );
    let way = Way { is_interrupted: true, stops: true, ..Way::default() };
    let (result, _) = machine.call(way, &[1], 1, &[]).unwrap();
    assert!(result.as_ref().is_err_and(|error| error.contains(" stopped ")), "{result:?}");
    let (result, _) = machine.call(Way { stops: false, ..way }, &[1], 1, &[]).unwrap();
    assert_eq!(result, Ok(vec![1]));
}
