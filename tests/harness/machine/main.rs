//! Random functions mean the same on the machine as in the interpreter: results, memory, and what is raised where.
//!
//! A function is made from a list of numbers, each of which decides one thing, so that a failing list can be shortened to
//! a small function. It is run as it was made and after the passes, for this machine and for the lesser levels of x86-64. Loops over arrays, which the
//! passes may mark as vector loops, are made apart (see `loops`). All of it is also run for aarch64, where a machine of that kind can be emulated (see `arm`).

mod arm;
mod choices;
mod emulated;
mod guarded;
mod loops;
mod machine;
mod operators;
mod program;
mod streams;

use hotloop_mir::{Module, Phase};
use hotloop_passes::Optimiser;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_machine_does_what_the_interpreter_does(numbers in prop::collection::vec(any::<u32>(), 0..500)) {
        let module = program::module(&numbers);
        if let Err(message) = machine::compare(&module, &numbers) {
            return Err(TestCaseError::fail(format!("as made: {message}\n{}", text(&module))));
        }
        let optimised = optimised(&module);
        if let Err(message) = machine::compare(&optimised, &numbers) {
            return Err(TestCaseError::fail(format!("optimised: {message}\n{}", text(&optimised))));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 3000, ..ProptestConfig::default() })]

    #[test]
    fn vector_loops_do_what_the_interpreter_does(numbers in prop::collection::vec(any::<u32>(), 0..200)) {
        if let Err(message) = loops::compare(&numbers) {
            return Err(TestCaseError::fail(message));
        }
    }
}

#[test]
fn what_is_written_past_the_caches_is_the_same() {
    streams::compare();
}

/// The module after the passes; the functions that they inline stay callable.
fn optimised(module: &Module) -> Module {
    let lowered = |symbol: &str| module.functions.iter().find(|function| function.name == symbol);
    let mut functions = Vec::new();
    for function in &module.functions {
        let mut function = function.clone();
        function.phase = Phase::Lowered;
        functions.extend(Optimiser::new().with_callees(&lowered).run(function).module.functions);
    }
    Module { functions }
}

fn text(module: &Module) -> String {
    module.functions.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
