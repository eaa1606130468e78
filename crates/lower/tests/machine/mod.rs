//! Runs what was lowered in the interpreter, and counts the arrays that are left.
#![allow(dead_code)] // Each test file uses a part of it.

use crate::build::Build;
use hotloop_interp::{
    ArrayDescriptor, Interpreter, IterationOrder, Options, Outcome, Scalar, contiguous_strides, evaluate,
};
use hotloop_mir::{ExceptionClass, Function, MachineType};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A program, its first function to be called.
pub(crate) struct Machine {
    functions: Vec<Function>,
    order: IterationOrder,
    is_interrupted: bool,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Scalar(Scalar),
    /// A vector of float64.
    Floats(Vec<f64>),
    /// A matrix of float64, in this layout.
    Matrix {
        rows: i64,
        columns: i64,
        is_f: bool,
        items: Vec<f64>,
    },
    /// A vector of bytes.
    Bytes(Vec<u8>),
}

/// What a call gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) result: Result<Vec<Scalar>, (ExceptionClass, String)>,
    /// The elements of the array results, for functions whose only result is a vector of float64.
    pub(crate) floats: Vec<f64>,
    /// The elements of the float64 arguments afterwards.
    pub(crate) arguments: Vec<Vec<f64>>,
    /// How many arrays were left when the result was released.
    pub(crate) leaked: usize,
}

impl From<f64> for Argument {
    fn from(value: f64) -> Self {
        Self::Scalar(Scalar::f64(value))
    }
}

impl From<i64> for Argument {
    fn from(value: i64) -> Self {
        Self::Scalar(Scalar::i64(value))
    }
}

impl From<Scalar> for Argument {
    fn from(value: Scalar) -> Self {
        Self::Scalar(value)
    }
}

impl From<Vec<f64>> for Argument {
    fn from(items: Vec<f64>) -> Self {
        Self::Floats(items)
    }
}

/// Lowers a function, and checks that what came out keeps the rules of MIR.
pub(crate) fn lower(build: &Build) -> Function {
    let lowered = hotloop_lower::lower(&build.function);
    if let Err(violations) = hotloop_mir::verify::verify(&lowered) {
        panic!("{violations:?}\n{lowered}");
    }
    lowered
}

impl Machine {
    pub(crate) fn new(builds: &[&Build]) -> Self {
        let functions = builds.iter().map(|build| lower(build)).collect();
        Self { functions, order: IterationOrder::Ascending, is_interrupted: false }
    }

    pub(crate) fn shuffled(self, seed: u64) -> Self {
        Self { order: IterationOrder::Shuffled(seed), ..self }
    }

    /// The same program, interrupted at its first safepoint.
    pub(crate) fn interrupted(self) -> Self {
        Self { is_interrupted: true, ..self }
    }

    /// Calls the first function.
    pub(crate) fn run(&self, arguments: &[Argument]) -> Ran {
        let interrupt = self.is_interrupted.then(|| Arc::new(AtomicBool::new(true)));
        let options = Options { fuel: Some(1_000_000), order: self.order, interrupt, ..Options::default() };
        let mut interpreter = Interpreter::with_options(&self.functions, options);
        let mut arrays = Vec::new();
        let scalars: Vec<Scalar> =
            arguments.iter().map(|argument| place(&mut interpreter, argument, &mut arrays)).collect();
        let outcome = interpreter.call(&self.functions[0].name, &scalars);
        let result = outcome.map_err(|outcome| match outcome {
            Outcome::Raised(exception) => {
                (exception.class.builtin().expect("a built-in class"), exception.message())
            }
            Outcome::Trap(_) | Outcome::OutOfFuel => panic!("{outcome}\n{}", self.functions[0]),
        });
        let read = |interpreter: &Interpreter<'_>, array: &ArrayDescriptor| -> Vec<f64> {
            let scalars =
                array.read_scalars(interpreter.memory(), MachineType::F64).expect("readable elements");
            scalars.into_iter().map(|scalar| f64::from_bits(evaluate::bits(scalar))).collect()
        };
        let mut floats = Vec::new();
        if let Ok(results) = &result {
            let owners =
                release(&mut interpreter, results, |interpreter, array| floats = read(interpreter, array));
            assert!(owners <= 1, "at most one array result");
        }
        let arguments = arrays.iter().map(|array| read(&interpreter, array)).collect();
        for owner in arrays.iter().map(|array| array.owner).filter(|owner| *owner != 0) {
            interpreter.memory_mut().release(owner).expect("the caller's own reference");
        }
        Ran { result, floats, arguments, leaked: interpreter.memory().live_blocks() }
    }

    /// The one result of a call that does not raise.
    pub(crate) fn scalar(&self, arguments: &[Argument]) -> Scalar {
        let ran = self.run(arguments);
        assert_eq!(ran.leaked, 0);
        let results = ran.result.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(results.len(), 1);
        results[0]
    }

    /// The one result, a float.
    pub(crate) fn float(&self, arguments: &[Argument]) -> f64 {
        match self.scalar(arguments) {
            Scalar::F64(bits) => f64::from_bits(bits),
            other => panic!("{other:?} is no float64"),
        }
    }

    /// The one result, an int64.
    pub(crate) fn int(&self, arguments: &[Argument]) -> i64 {
        match self.scalar(arguments) {
            Scalar::Int(MachineType::I64, value) => value,
            other => panic!("{other:?} is no int64"),
        }
    }

    /// What a call raises that leaves no array behind.
    pub(crate) fn error(&self, arguments: &[Argument]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.leaked, 0, "an error leaks\n{}", self.functions[0]);
        let (class, message) = ran.result.expect_err("it raises");
        format!("{}: {message}", class.python_name())
    }

    /// The elements of the vector that a call returns.
    pub(crate) fn vector(&self, arguments: &[Argument]) -> Vec<f64> {
        let ran = self.run(arguments);
        ran.result.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(ran.leaked, 0, "a call leaks\n{}", self.functions[0]);
        ran.floats
    }
}

fn place(
    interpreter: &mut Interpreter<'_>,
    argument: &Argument,
    arrays: &mut Vec<ArrayDescriptor>,
) -> Scalar {
    let memory = interpreter.memory_mut();
    let bytes = |items: &[f64]| items.iter().flat_map(|item| item.to_le_bytes()).collect::<Vec<u8>>();
    let array = match argument {
        Argument::Scalar(scalar) => return *scalar,
        Argument::Bytes(items) => {
            let array = ArrayDescriptor::place(memory, items, &[items.len() as i64], 1);
            return array.place_words(memory);
        }
        Argument::Floats(items) => {
            // Counted like any other, so that a reference too many or too few shows.
            let placed = ArrayDescriptor::place_owned(memory, &bytes(items), &[items.len() as i64], 8);
            placed.expect("memory for a small array")
        }
        Argument::Matrix { rows, columns, is_f, items } => {
            let shape = [*rows, *columns];
            let placed = ArrayDescriptor::place(memory, &bytes(items), &shape, 8);
            let strides = if *is_f { vec![8, 8 * rows] } else { contiguous_strides(&shape, 8) };
            ArrayDescriptor { strides, ..placed }
        }
    };
    arrays.push(array.clone());
    array.place_words(memory)
}

/// Releases the array results, which begin with a pointer each and are vectors; tells how many there were.
fn release(
    interpreter: &mut Interpreter<'_>,
    results: &[Scalar],
    mut visit: impl FnMut(&Interpreter<'_>, &ArrayDescriptor),
) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < results.len() {
        if results[at].ty() != MachineType::Ptr {
            at += 1;
            continue;
        }
        let array = ArrayDescriptor::from_results(&results[at..at + 4]);
        visit(interpreter, &array);
        if array.owner != 0 {
            interpreter.memory_mut().release(array.owner).expect("a result holds a reference");
        }
        count += 1;
        at += 4;
    }
    count
}
