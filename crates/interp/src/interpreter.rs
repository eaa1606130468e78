//! Calls functions and executes their blocks and instructions.

use crate::frame::{Frame, takes};
use crate::memory::Memory;
use crate::options::{IterationOrder, Options};
use crate::outcome::{Exception, Outcome, Stop, TrapKind};
use crate::program::Program;
use crate::{RuntimeMath, Scalar, StdMath, evaluate};
use hotloop_diagnostics::Span;
use hotloop_mir::verify::verify;
use hotloop_mir::{
    Block, BlockCall, DataBytes, ExceptionClass, Function, Inst, InstKind, Terminator, bounds_message,
};
use hotloop_races::{Conflict, Tracker};
use hotloop_random::{Generator, Streams};
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// Runs the functions of a program; see the [crate documentation](crate).
pub struct Interpreter<'p> {
    program: &'p dyn Program,
    pub(crate) math: &'p dyn RuntimeMath,
    pub(crate) memory: Memory,
    pub(crate) options: Options,
    fuel: u64,
    depth: usize,
    /// The functions that were found and verified.
    known: HashMap<String, &'p Function>,
    /// The functions whose address was taken.
    pub(crate) addressed: Vec<String>,
    /// The errors that were caught by the functions that run.
    caught: Vec<Exception>,
    /// The constant bytes that were placed.
    constants: HashMap<DataBytes, u64>,
    /// What random numbers are drawn from.
    pub(crate) streams: Streams,
    /// What was printed.
    pub(crate) output: String,
    /// The strings that the error takes along which is raised next.
    pub(crate) texts: Vec<String>,
    /// What the iterations of parallel loops use, as the program tells.
    pub(crate) races: Tracker,
    /// The state of the generator that shuffles.
    pub(crate) random: u64,
}

/// Stack for one nested call. Generous, since builds without optimisation use several kilobytes.
const STACK_BYTES_PER_CALL: usize = 16 << 10;

/// The addresses of caught errors: outside of all memory.
const ERRORS_START: u64 = 0xE000_0000_0000_0000;
const ERROR_STEP: u64 = 8;

/// How much deeper than `max_depth` calls may be nested by functions that do not check the stack.
const UNCHECKED_DEPTH: usize = 100;

/// How a run of blocks ended.
pub(crate) enum End {
    Returned(Vec<Scalar>),
    Yielded(Vec<Scalar>),
}

enum Next {
    Block(Block),
    End(End),
}

impl<'p> Interpreter<'p> {
    /// An interpreter of these functions, with empty memory and the default options.
    pub fn new(program: &'p dyn Program) -> Self {
        Self::with_options(program, Options::default())
    }

    /// An interpreter with these options.
    pub fn with_options(program: &'p dyn Program, options: Options) -> Self {
        Self {
            program,
            math: &StdMath,
            memory: Memory::new(),
            options,
            fuel: 0,
            depth: 0,
            known: HashMap::new(),
            addressed: Vec::new(),
            caught: Vec::new(),
            constants: HashMap::new(),
            streams: Streams::new(Generator::seeded(0), Generator::of_word(0)),
            output: String::new(),
            texts: Vec::new(),
            races: Tracker::default(),
            random: 0,
        }
    }

    /// Takes another implementation of scalar mathematics than [`StdMath`].
    #[must_use]
    pub fn with_math(mut self, math: &'p dyn RuntimeMath) -> Self {
        self.math = math;
        self
    }

    /// Takes this memory.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// The memory, to read results.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The memory, to place arguments.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// The generators of random numbers, which were seeded with 0: to give the program other ones, and to take them back.
    pub fn streams_mut(&mut self) -> &mut Streams {
        &mut self.streams
    }

    /// What the calls so far have printed since it was taken last.
    pub fn take_output(&mut self) -> String {
        std::mem::take(&mut self.output)
    }

    /// Where iterations of a parallel loop have used the same memory, in a program that was lowered to tell of it.
    pub fn take_races(&mut self) -> Vec<Conflict> {
        self.races.take_conflicts()
    }

    /// Calls a function; an array argument is the address of its descriptor. Every function is verified before it runs first.
    ///
    /// # Panics
    /// Panics when the system refuses a thread: deep recursion needs a larger stack than the caller's.
    pub fn call(&mut self, symbol: &str, arguments: &[Scalar]) -> Result<Vec<Scalar>, Outcome> {
        self.fuel = self.options.fuel.unwrap_or(u64::MAX);
        self.depth = 0;
        if let IterationOrder::Shuffled(seed) = self.options.order {
            self.random = seed;
        }
        let stack_bytes = (self.options.max_depth + UNCHECKED_DEPTH) * STACK_BYTES_PER_CALL + (1 << 20);
        std::thread::scope(|scope| {
            let run = || self.invoke(symbol, arguments);
            let thread = std::thread::Builder::new().stack_size(stack_bytes).spawn_scoped(scope, run);
            match thread.expect("a thread to run in").join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
        .map_err(|stop| stop.at("", || format!("call @{symbol}"), Span::NONE))
    }

    /// Calls a function in a new frame.
    pub(crate) fn invoke(&mut self, symbol: &str, arguments: &[Scalar]) -> Result<Vec<Scalar>, Stop> {
        let function = self.function(symbol)?;
        if !takes(function, arguments) {
            return Err(Stop::Trap(TrapKind::BadArguments));
        }
        if self.depth >= self.options.max_depth + UNCHECKED_DEPTH {
            return Err(Stop::Trap(TrapKind::StackExhausted));
        }
        let mut frame = Frame::new(function);
        frame.enter(function.entry(), arguments.iter().copied());
        let caught = self.caught.len();
        self.depth += 1;
        let end = self.run(&mut frame, function.entry());
        self.depth -= 1;
        self.caught.truncate(caught);
        frame.leave(&mut self.memory);
        match end? {
            End::Returned(results) => Ok(results),
            End::Yielded(_) => unreachable!("V21: a body ends in `par_yield`, a function does not"),
        }
    }

    /// A function of the program, verified.
    pub(crate) fn function(&mut self, symbol: &str) -> Result<&'p Function, Stop> {
        if let Some(function) = self.known.get(symbol) {
            return Ok(function);
        }
        let program = self.program;
        let found = program.function(symbol).ok_or_else(|| TrapKind::NoFunction(symbol.to_owned()));
        let function = found.map_err(Stop::Trap)?;
        verify(function).map_err(|violations| Stop::Trap(TrapKind::Invalid(violations)))?;
        self.known.insert(symbol.to_owned(), function);
        Ok(function)
    }

    /// Runs from a block whose parameters are set to the end of the function or of an iteration. An error goes to the unwind target of the
    /// block that raised it, or ends the run.
    pub(crate) fn run(&mut self, frame: &mut Frame<'p>, start: Block) -> Result<End, Outcome> {
        let mut block = start;
        let outside = frame.in_flight.take();
        let end = self.run_blocks(frame, &mut block);
        frame.in_flight = outside;
        end
    }

    fn run_blocks(&mut self, frame: &mut Frame<'p>, block: &mut Block) -> Result<End, Outcome> {
        loop {
            match self.block(frame, *block) {
                Ok(Next::Block(next)) => *block = next,
                Ok(Next::End(end)) => return Ok(end),
                Err(Outcome::Raised(exception)) => match frame.function.blocks[*block].unwind {
                    Some(target) => {
                        frame.in_flight = Some(exception);
                        *block = target;
                    }
                    None => return Err(Outcome::Raised(exception)),
                },
                Err(other) => return Err(other),
            }
        }
    }

    fn block(&mut self, frame: &mut Frame<'p>, block: Block) -> Result<Next, Outcome> {
        let function = frame.function;
        let data = &function.blocks[block];
        self.vector_iterations(frame, block)?;
        for inst in &data.insts {
            let data = &function.insts[*inst];
            self.burn_fuel()?;
            self.inst(frame, *inst, &data.kind)
                .map_err(|stop| stop.at(&function.name, || data.kind.to_string(), data.span))?;
        }
        self.burn_fuel()?;
        if let (Terminator::Reraise, Some(exception)) = (&data.terminator, &frame.in_flight) {
            return Err(Outcome::Raised(exception.clone()));
        }
        let inst = || data.terminator.to_string();
        self.terminator(frame, block, &data.terminator)
            .map_err(|stop| stop.at(&function.name, inst, data.terminator_span))
    }

    pub(crate) fn burn_fuel(&mut self) -> Result<(), Outcome> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Outcome::OutOfFuel)?;
        Ok(())
    }

    fn terminator(
        &mut self,
        frame: &mut Frame<'p>,
        block: Block,
        terminator: &'p Terminator,
    ) -> Result<Next, Stop> {
        match terminator {
            Terminator::Jump(call) => jump(frame, call),
            Terminator::Branch { condition, then, otherwise } => {
                let holds = frame.int(*condition)? != 0;
                jump(frame, if holds { then } else { otherwise })
            }
            Terminator::Return(values) => Ok(Next::End(End::Returned(frame.get_all(values)?))),
            Terminator::Raise { error, payload } => {
                let data = &frame.function.errors[*error];
                let payload: Result<Vec<i64>, Stop> = payload.iter().map(|value| frame.int(*value)).collect();
                let texts = std::mem::take(&mut self.texts);
                Err(Stop::raise_error(data, &payload?, &texts))
            }
            Terminator::Reraise => Err(Stop::Trap(TrapKind::NoErrorInFlight(block))),
            Terminator::RaiseAgain(error) => Err(self.raise_again(frame.address(*error)?)),
            Terminator::ParFor(region) => {
                let results = self.parallel_loop(frame, region)?;
                frame.enter(region.exit, results);
                Ok(Next::Block(region.exit))
            }
            Terminator::ParYield(values) => Ok(Next::End(End::Yielded(frame.get_all(values)?))),
            Terminator::Unreachable => Err(Stop::Trap(TrapKind::Unreachable)),
        }
    }

    /// Executes an instruction and sets its results.
    pub(crate) fn inst(&mut self, frame: &mut Frame<'p>, inst: Inst, kind: &'p InstKind) -> Result<(), Stop> {
        match kind {
            InstKind::Call { callee, arguments } => {
                let callee = &frame.function.callees[*callee];
                let results = self.invoke(&callee.symbol, &frame.get_all(arguments)?)?;
                if results.iter().map(|result| result.ty()).ne(callee.results.iter().copied()) {
                    return Err(Stop::Trap(TrapKind::BadArguments));
                }
                for (result, scalar) in frame.function.insts[inst].results.iter().zip(results) {
                    frame.set(*result, scalar);
                }
            }
            InstKind::CallRuntime { function, arguments } => {
                let arguments = frame.get_all(arguments)?;
                let result = self.call_runtime(*function, &arguments)?;
                set_result(frame, inst, result);
            }
            InstKind::Load { .. }
            | InstKind::Store { .. }
            | InstKind::SlotAddress(_)
            | InstKind::Data(_)
            | InstKind::FunctionAddress(_) => {
                let result = self.memory_inst(frame, kind)?;
                set_result(frame, inst, result);
            }
            InstKind::CheckBounds { .. } | InstKind::Check { .. } => {
                let result = check(frame, kind)?;
                set_result(frame, inst, result);
            }
            InstKind::When { condition, access } => {
                if frame.int(*condition)? != 0 {
                    return self.inst(frame, inst, access);
                }
                set_result(frame, inst, left_out(frame, access)?);
            }
            InstKind::Safepoint => self.safepoint()?,
            InstKind::CheckStack => self.check_stack()?,
            InstKind::ErrorIs(error) => {
                let base = &frame.function.errors[*error].class;
                let exception = frame.in_flight.as_ref().ok_or(Stop::Trap(TrapKind::NoErrorToCatch))?;
                let result = Scalar::bool(exception.class.is_subclass_of(base));
                set_result(frame, inst, Some(result));
            }
            InstKind::Catch => {
                let exception = frame.in_flight.take().ok_or(Stop::Trap(TrapKind::NoErrorToCatch))?;
                let address = ERRORS_START + ERROR_STEP * self.caught.len() as u64;
                self.caught.push(*exception);
                set_result(frame, inst, Some(Scalar::ptr(address)));
            }
            InstKind::Const(_)
            | InstKind::Unary(..)
            | InstKind::Binary(..)
            | InstKind::Ternary(..)
            | InstKind::IntCompare(..)
            | InstKind::FloatCompare(..)
            | InstKind::Select { .. }
            | InstKind::Convert(..)
            | InstKind::PtrAdd { .. } => {
                let result = pure(frame, kind)?;
                set_result(frame, inst, Some(result));
            }
        }
        Ok(())
    }

    fn memory_inst(&mut self, frame: &mut Frame<'p>, kind: &InstKind) -> Result<Option<Scalar>, Stop> {
        match kind {
            InstKind::Load { ty, address, offset, region } => {
                let address = frame.address(*address)?.wrapping_add_signed(i64::from(*offset));
                frame.access(address, *region, false)?;
                Ok(Some(self.memory.load(address, *ty)?))
            }
            InstKind::Store { value, address, offset, region } => {
                let address = frame.address(*address)?.wrapping_add_signed(i64::from(*offset));
                frame.access(address, *region, true)?;
                self.memory.store(address, frame.get(*value)?)?;
                Ok(None)
            }
            InstKind::Data(bytes) => Ok(Some(Scalar::ptr(self.constant_data(bytes)))),
            InstKind::SlotAddress(slot) => Ok(Some(Scalar::ptr(frame.slot(*slot, &mut self.memory)))),
            InstKind::FunctionAddress(callee) => {
                let symbol = &frame.function.callees[*callee].symbol;
                Ok(Some(Scalar::ptr(self.address_of(symbol))))
            }
            other => unreachable!("{other:?} uses no memory"),
        }
    }

    /// Where constant bytes lie: equal ones in one place.
    fn constant_data(&mut self, bytes: &DataBytes) -> u64 {
        if let Some(address) = self.constants.get(bytes) {
            return *address;
        }
        let address = self.memory.place_read_only(bytes);
        self.constants.insert(bytes.clone(), address);
        address
    }

    pub(crate) fn safepoint(&mut self) -> Result<(), Stop> {
        let is_interrupted =
            self.options.interrupt.as_ref().is_some_and(|flag| flag.swap(false, Ordering::Relaxed));
        if is_interrupted { Err(Stop::raise(ExceptionClass::KeyboardInterrupt, "", &[])) } else { Ok(()) }
    }

    /// The error that a `catch` gave this address.
    pub(crate) fn caught_at(&self, address: u64) -> Result<&Exception, Stop> {
        let number = (address.wrapping_sub(ERRORS_START) / ERROR_STEP) as usize;
        self.caught.get(number).ok_or(Stop::Trap(TrapKind::NoErrorToCatch))
    }

    fn raise_again(&self, address: u64) -> Stop {
        match self.caught_at(address) {
            Ok(exception) => Stop::Outcome(Outcome::Raised(Box::new(exception.clone()))),
            Err(stop) => stop,
        }
    }

    fn check_stack(&self) -> Result<(), Stop> {
        if self.depth <= self.options.max_depth {
            return Ok(());
        }
        Err(Stop::raise(ExceptionClass::RecursionError, "maximum recursion depth exceeded", &[]))
    }
}

/// Sets the parameters of a jump's target, all at once: an argument may be a parameter of the same block.
fn jump(frame: &mut Frame<'_>, call: &BlockCall) -> Result<Next, Stop> {
    let arguments = frame.get_all(&call.arguments)?;
    frame.enter(call.block, arguments);
    Ok(Next::Block(call.block))
}

fn set_result(frame: &mut Frame<'_>, inst: Inst, result: Option<Scalar>) {
    if let (Some(value), Some(scalar)) = (frame.function.insts[inst].results.first(), result) {
        frame.set(*value, scalar);
    }
}

/// What an access gives that is not done.
fn left_out(frame: &Frame<'_>, access: &InstKind) -> Result<Option<Scalar>, Stop> {
    match access {
        InstKind::Load { ty, .. } => Ok(Some(Scalar::zero(*ty))),
        InstKind::CheckBounds { index, .. } => Ok(Some(frame.get(*index)?)),
        _ => Ok(None),
    }
}

/// An instruction that only computes.
fn pure(frame: &Frame<'_>, kind: &InstKind) -> Result<Scalar, Stop> {
    Ok(match kind {
        InstKind::Const(constant) => *constant,
        InstKind::Unary(op, value) => evaluate::unary(*op, frame.get(*value)?),
        InstKind::Binary(op, a, b) => evaluate::binary(*op, frame.get(*a)?, frame.get(*b)?)
            .ok_or(Stop::Trap(TrapKind::DivisionByZero))?,
        InstKind::Ternary(op, a, b, c) => {
            evaluate::ternary(*op, [frame.get(*a)?, frame.get(*b)?, frame.get(*c)?])
        }
        InstKind::IntCompare(op, a, b) => {
            Scalar::bool(evaluate::int_compare(*op, frame.get(*a)?, frame.get(*b)?))
        }
        InstKind::FloatCompare(op, a, b) => {
            Scalar::bool(evaluate::float_compare(*op, frame.get(*a)?, frame.get(*b)?))
        }
        InstKind::Select { condition, then, otherwise } => {
            let chosen = if frame.int(*condition)? != 0 { then } else { otherwise };
            frame.get(*chosen)?
        }
        InstKind::Convert(op, value, to) => evaluate::convert(*op, frame.get(*value)?, *to),
        InstKind::PtrAdd { base, offset } => {
            Scalar::ptr(frame.address(*base)?.wrapping_add_signed(frame.int(*offset)?))
        }
        other => unreachable!("{other:?} does not only compute"),
    })
}

/// A check, with the wrapped index if it gives one.
fn check(frame: &Frame<'_>, kind: &InstKind) -> Result<Option<Scalar>, Stop> {
    match kind {
        InstKind::CheckBounds { index, length, axis, wrap } => {
            let (index, length) = (frame.int(*index)?, frame.int(*length)?);
            let wrapped = if *wrap && index < 0 { index.wrapping_add(length) } else { index };
            if (0..length).contains(&wrapped) {
                return Ok(Some(Scalar::i64(wrapped)));
            }
            Err(Stop::raise(
                ExceptionClass::IndexError,
                bounds_message(*axis),
                &[index, i64::from(*axis), length],
            ))
        }
        InstKind::Check { condition, error } => {
            let data = &frame.function.errors[*error];
            if frame.int(*condition)? != 0 {
                return Ok(None);
            }
            Err(Stop::raise_error(data, &[], &[]))
        }
        other => unreachable!("{other:?} checks nothing"),
    }
}
