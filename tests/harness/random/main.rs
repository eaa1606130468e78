//! Random programs mean the same before and after the passes, after each of them, and with parallel iterations in any order.

mod program;

use hotloop_interp::{ArrayDescriptor, Interpreter, IterationOrder, Options, Outcome, Program, Scalar};
use hotloop_mir::verify::{verify, verify_module};
use hotloop_mir::{Function, Module};
use hotloop_passes::{Optimiser, PIPELINE};
use proptest::prelude::*;
use std::cell::RefCell;

/// How many instructions a program may execute, so that the tests end soon.
const FUEL: u64 = 20_000;

/// And what the passes make of it: an outlined body is entered anew for every chunk.
const OPTIMISED_FUEL: u64 = 100 * FUEL;

/// How many iterations of a marked loop run at once.
const LANES: usize = 3;

/// What a run leaves behind.
#[derive(Clone, Debug, PartialEq)]
struct Effect {
    /// The results as bits with every nan alike, or the exception.
    end: Result<Vec<u64>, (String, String, u32)>,
    /// The elements of both arrays, likewise.
    elements: Vec<u64>,
    live_blocks: usize,
}

/// The bits of a value; which nan it is does not matter.
fn bits(scalar: Scalar) -> u64 {
    match scalar.as_f64() {
        Some(float) if float.is_nan() => f64::NAN.to_bits(),
        _ => hotloop_interp::evaluate::bits(scalar),
    }
}

/// Runs the kernel; `None` if it takes too long.
fn run(program: &dyn Program, inputs: &Inputs, order: IterationOrder, fuel: u64) -> Option<Effect> {
    // Loops that no pass has marked run one by one in any case.
    let options = Options { fuel: Some(fuel), order, vector_lanes: LANES, ..Options::default() };
    let mut interpreter = Interpreter::with_options(program, options);
    let memory = interpreter.memory_mut();
    let arrays = [inputs.ints.as_slice(), inputs.floats.as_slice()]
        .map(|bytes| ArrayDescriptor::place(memory, bytes, &[bytes.len() as i64 / 8], 8));
    let [a, b] = arrays.each_ref().map(|array| array.place_words(memory));
    let arguments =
        [a, b, Scalar::i64(inputs.scalars.0), Scalar::i64(inputs.scalars.1), Scalar::f64(inputs.scalars.2)];
    let end = match interpreter.call("kernel", &arguments) {
        Ok(results) => Ok(results.into_iter().map(bits).collect()),
        Err(Outcome::Raised(exception)) => {
            Err((exception.class.name().to_owned(), exception.message(), exception.span.start))
        }
        Err(Outcome::OutOfFuel) => return None,
        Err(Outcome::Trap(trap)) => panic!("{trap}"),
    };
    let memory = interpreter.memory();
    let types = [hotloop_mir::MachineType::I64, hotloop_mir::MachineType::F64];
    let elements =
        arrays.iter().zip(types).flat_map(|(array, ty)| array.read_scalars(memory, ty).expect("the arrays"));
    Some(Effect { end, elements: elements.map(bits).collect(), live_blocks: memory.live_blocks() })
}

#[derive(Clone, Debug)]
struct Inputs {
    ints: Vec<u8>,
    floats: Vec<u8>,
    scalars: (i64, i64, f64),
}

fn inputs() -> impl Strategy<Value = Inputs> {
    let int = prop_oneof![4 => -3..12_i64, 1 => any::<i64>()];
    let float = prop_oneof![4 => -4.0..4.0_f64, 1 => any::<f64>()];
    let ints = proptest::collection::vec(int.clone(), 0..10);
    let floats = proptest::collection::vec(float.clone(), 1..120);
    (ints, floats, (int.clone(), int, float)).prop_map(|(ints, floats, scalars)| Inputs {
        ints: ints.into_iter().flat_map(i64::to_le_bytes).collect(),
        floats: floats.into_iter().flat_map(f64::to_le_bytes).collect(),
        scalars,
    })
}

/// The functions of the kernel after each pass, with the pass's name.
fn stages(module: &Module) -> Vec<(&'static str, Vec<Function>)> {
    let stages: RefCell<Vec<(&'static str, Vec<Function>)>> = RefCell::new(Vec::new());
    let observer = |pass: &'static str, function: &Function| {
        let mut stages = stages.borrow_mut();
        if function.name == "kernel" {
            stages.push((pass, Vec::new()));
        }
        stages.last_mut().expect("the kernel comes first").1.push(function.clone());
    };
    let callee_body = |symbol: &str| module.functions.iter().find(|function| function.name == symbol);
    let optimiser = Optimiser::new().with_callees(&callee_body).with_observer(&observer);
    let optimised = optimiser.run(module.functions[0].clone());
    let mut stages = stages.into_inner();
    assert_eq!(stages.len(), PIPELINE.len());
    stages.push(("the whole pipeline", optimised.module.functions));
    for (_, functions) in &mut stages {
        functions.push(module.functions[1].clone());
    }
    stages
}

/// How many programs are tried: `HOTLOOP_CASES` for a longer search.
fn cases() -> u32 {
    std::env::var("HOTLOOP_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

fn tape() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(any::<u64>(), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_verify_and_release_what_they_own(tape in tape(), inputs in inputs()) {
        let module = program::module(tape);
        verify_module(&module).map_err(|violations| TestCaseError::fail(format!("{violations:#?}\n{module}")))?;
        if let Some(effect) = run(&module, &inputs, IterationOrder::Ascending, FUEL) {
            prop_assert_eq!(effect.live_blocks, 0, "{}", module);
        }
    }

    #[test]
    fn each_pass_keeps_the_meaning(tape in tape(), inputs in inputs()) {
        let module = program::module(tape);
        let Some(expected) = run(&module, &inputs, IterationOrder::Ascending, FUEL) else { return Ok(()) };
        let mut before = module.clone();
        for (position, (pass, functions)) in stages(&module).into_iter().enumerate() {
            for function in &functions {
                verify(function).map_err(|violations| {
                    TestCaseError::fail(format!("{position} {pass}: {violations:#?}\n{function}"))
                })?;
            }
            let found = run(&functions, &inputs, IterationOrder::Ascending, OPTIMISED_FUEL);
            prop_assert!(
                found.as_ref() == Some(&expected),
                "{} {}: {:?} became {:?}\n{}\n-- before --\n{}",
                position, pass, expected, found, Module { functions }, before
            );
            before = Module { functions };
        }
    }

    #[test]
    fn parallel_iterations_may_come_in_any_order(tape in tape(), inputs in inputs(), seed: u64) {
        let module = program::module(tape);
        let Some(expected) = run(&module, &inputs, IterationOrder::Ascending, FUEL) else { return Ok(()) };
        let Some(found) = run(&module, &inputs, IterationOrder::Shuffled(seed), OPTIMISED_FUEL) else { return Ok(()) };
        prop_assert_eq!(&found.end, &expected.end, "{}", &module);
        if expected.end.is_ok() {
            prop_assert_eq!(&found.elements, &expected.elements, "{}", &module);
        }
    }
}
