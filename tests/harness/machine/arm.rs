//! Code for aarch64 on an emulated machine: random functions, random vector loops, every operation, large frames, calls that go too deep or are stopped.

use crate::emulated::{Emulated, Way, guest, object_of};
use crate::machine::describe;
use crate::{loops, machine, operators, optimised, program, text};
use hotloop_abi::ErrorState;
use hotloop_codegen::{BuiltLoop, CompiledObject, Options, Target, compile};
use hotloop_mir::{Module, parse_function};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::path::Path;

/// What came of a call, as [`crate::emulated::Ended`] says it, with what was raised in words.
pub(crate) type Told = (Result<Vec<u64>, String>, Vec<Vec<u8>>);

/// A module, loaded in that machine.
pub(crate) struct Arm {
    machine: Emulated,
    objects: Vec<CompiledObject>,
}

impl Arm {
    /// Compiles the module and loads it.
    pub(crate) fn new(module: &Module, guest: &Path) -> Result<Self, String> {
        Self::with_others(module, &[], guest)
    }

    /// The same with modules whose functions the first one calls as functions of other objects.
    pub(crate) fn with_others(module: &Module, others: &[&Module], guest: &Path) -> Result<Self, String> {
        let target = Target::aarch64().map_err(|error| error.to_string())?;
        let made = |module: &Module| compile(module.clone(), &target, &Options { verify: true });
        let objects: Result<Vec<CompiledObject>, _> =
            others.iter().copied().chain([module]).map(made).collect();
        let objects = objects.map_err(|error| error.to_string())?;
        let bytes: Vec<&[u8]> = objects.iter().map(|object| object.bytes.as_slice()).collect();
        Ok(Self { machine: Emulated::new(&bytes, guest)?, objects })
    }

    /// Calls the module's first function, as [`Emulated::call`] does; what is raised is told in words.
    pub(crate) fn call(
        &self,
        way: Way,
        words: &[u64],
        result_count: usize,
        pieces: &[(u64, &[u8])],
    ) -> Result<Told, String> {
        let (result, contents) = self.machine.call(way, words, result_count, pieces)?;
        let in_words = |error: Box<ErrorState>| match self.objects.get(object_of(&error)) {
            Some(object) => describe(&error, &object.sites),
            None => format!("{error:?} of no object"),
        };
        Ok((result.map_err(in_words), contents))
    }

    /// What became of the marked loops of the module.
    pub(crate) fn loops(&self) -> &[BuiltLoop] {
        self.objects.last().map_or(&[], |object| &object.loops)
    }
}

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
fn machine_of(text: &str, guest: &Path) -> Arm {
    let function = parse_function(text).expect("the text of a function");
    Arm::new(&Module { functions: vec![function] }, guest).expect("code for it")
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
