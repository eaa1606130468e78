//! Runs a function in the interpreter instead of compiled code: the oracle for tests, and a way out where machine code cannot be made.
//!
//! The interpreter has memory of its own, so arrays are copied in, and what may be written is copied out behind the call. Arguments
//! that overlap in memory are copied apart: a kernel that writes one and reads another needs compiled code.

use crate::argument::{Argument, ArrayView, Number, Value, text_bytes, unfit};
use crate::exception::Place;
use crate::list::{Load, bytes_of, list_words, str_codes};
use crate::{Array, Exception, Failure, Kernel, RandomGenerator};
use hotloop_abi::array_words;
use hotloop_diagnostics::Span;
use hotloop_interp::{ArrayDescriptor, Interpreter, Memory, Outcome, RuntimeMath, Scalar, evaluate};
use hotloop_mir::{self as mir, MachineType, RuntimeFunction};
use hotloop_objects::Element;
use hotloop_runtime::{MathValue, call_math, with_streams, write_output};
use hotloop_types::{GeneratorType, Type};
use std::sync::Arc;

/// A specialisation and all it calls, before the passes.
pub(crate) struct Lowered {
    /// The types of its parameters.
    pub(crate) parameters: Vec<Type>,
    /// The type of its result.
    pub(crate) result: Type,
    /// Itself, then what it calls.
    pub(crate) functions: Vec<mir::Function>,
}

impl Kernel {
    /// Calls it in the interpreter: no machine code is made, nothing is cached, and every call compiles anew. For tests, and for
    /// comparing with [`call`](Self::call); 100 to 1000 times slower.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn interpret(&self, arguments: &[Argument<'_>]) -> Result<Value, Failure> {
        let handle = self.handle()?;
        let arguments = self.arranged(arguments)?;
        let types: Vec<Type> = arguments.iter().map(Argument::ty).collect();
        let lowered = self.engine().lowered(handle, &types)?;
        let root = &lowered.functions[0];
        if lowered.parameters.len() != arguments.len() {
            let message =
                format!("the function takes {} arguments, not {}", lowered.parameters.len(), arguments.len());
            return Err(Failure::Arguments(message));
        }
        let mut interpreter = Interpreter::new(&lowered.functions).with_math(&PlatformMath);
        let mut placed = Placed::default();
        for (argument, parameter) in arguments.iter().zip(&lowered.parameters) {
            placed.add(interpreter.memory_mut(), argument, parameter)?;
        }
        let exchange = |interpreter: &mut Interpreter<'_>| {
            with_streams(|own| std::mem::swap(own, interpreter.streams_mut()));
        };
        // The program draws from this thread's generator, as compiled code does.
        exchange(&mut interpreter);
        let outcome = interpreter.call(&root.name, &placed.scalars(root));
        exchange(&mut interpreter);
        let outcome =
            outcome.map_err(|outcome| self.failure(outcome)).and_then(|results| match &lowered.result {
                Type::Generator(generator) => self.run_generator(&mut interpreter, generator, results[0]),
                result => unpack(result, &mut results.into_iter(), interpreter.memory()),
            });
        placed.copy_out(interpreter.memory());
        self.engine().refuse_conflicts(&interpreter.take_races())?;
        let is_written = write_output(&interpreter.take_output(), false).is_ok();
        if is_written || outcome.is_err() { outcome } else { Err(Failure::Raised(Exception::of_output())) }
    }

    /// Runs a generator to its end: a list of its items.
    fn run_generator(
        &self,
        interpreter: &mut Interpreter<'_>,
        generator: &GeneratorType,
        frame: Scalar,
    ) -> Result<Value, Failure> {
        let resume = GeneratorType::resume_symbol(&generator.symbol);
        let mut items = Vec::new();
        loop {
            let results = interpreter.call(&resume, &[frame]).map_err(|outcome| self.failure(outcome))?;
            let mut results = results.into_iter();
            if word(&mut results) & 1 == 0 {
                return Ok(Value::List(items));
            }
            items.push(unpack(&generator.items, &mut results, interpreter.memory())?);
        }
    }

    fn failure(&self, outcome: Outcome) -> Failure {
        match outcome {
            Outcome::Raised(raised) => Failure::Raised(self.exception(*raised)),
            Outcome::Trap(trap) => Failure::Internal(trap.to_string()),
            Outcome::OutOfFuel => unreachable!("no limit was set"),
        }
    }

    fn exception(&self, raised: hotloop_interp::Exception) -> Exception {
        let hotloop_interp::Exception { class, arguments, payload, function, span } = raised;
        let place = self.place(span, &function);
        Exception { class, arguments, place, payload: payload.into(), ticket: 0 }
    }

    fn place(&self, span: Span, symbol: &str) -> Option<Place> {
        if span == Span::NONE {
            return None;
        }
        let state = self.engine().state();
        let sources = &state.program.sources;
        let location = sources.location(span);
        // A symbol is the function's name and a part of its key.
        let function = symbol.rsplit_once('.').map_or(symbol, |(name, _)| name).to_owned();
        let file = sources.file(span.file).name().to_owned();
        Some(Place { file, line: location.line, column: location.column, function })
    }
}

/// The arguments in the interpreter's memory.
#[derive(Default)]
struct Placed<'a> {
    words: Vec<u64>,
    /// Arrays with the address of their copies.
    arrays: Vec<(&'a ArrayView<'a>, u64)>,
    /// Generators of random numbers with the address of their states.
    generators: Vec<(&'a RandomGenerator, u64)>,
}

impl<'a> Placed<'a> {
    fn add(
        &mut self,
        memory: &mut Memory,
        argument: &'a Argument<'a>,
        parameter: &Type,
    ) -> Result<(), Failure> {
        match (argument, parameter) {
            (Argument::Number(number), Type::Scalar(dtype)) => self.words.extend(number.words(*dtype)),
            (Argument::Array(view), Type::Array(ty)) if view.ty().fits(*ty) => self.add_array(memory, view),
            (Argument::Named(class, _), Type::Tuple(types)) if types.class() != Some(class) => {
                return Err(unfit(argument, parameter));
            }
            (Argument::Member(class, position), Type::Enum(expected)) if class == expected => {
                self.words.push(*position as u64);
            }
            (Argument::Tuple(items) | Argument::Named(_, items), Type::Tuple(types))
                if items.len() == types.len() =>
            {
                for (item, ty) in items.iter().zip(types.iter()) {
                    self.add(memory, item, ty)?;
                }
            }
            (Argument::Str(text), Type::Str) => {
                self.add_text(memory, &text_bytes(text), text.chars().count());
            }
            (Argument::Bytes(bytes), Type::Bytes) => self.add_text(memory, bytes, bytes.len()),
            (Argument::RandomGenerator(generator), Type::RandomGenerator) => {
                self.add_generator(memory, generator);
            }
            (Argument::None, Type::None) => {}
            (Argument::None, Type::Optional(ty)) => {
                self.words.push(0);
                self.add_nothing(memory, ty);
            }
            (argument, Type::Optional(ty)) => {
                self.words.push(1);
                self.add(memory, argument, ty)?;
            }
            (
                Argument::Number(_)
                | Argument::Array(_)
                | Argument::Tuple(_)
                | Argument::Named(..)
                | Argument::Member(..)
                | Argument::Str(_)
                | Argument::Bytes(_)
                | Argument::RandomGenerator(_)
                | Argument::None,
                _,
            ) => return Err(unfit(argument, parameter)),
        }
        Ok(())
    }

    /// The words of an optional that is `None`: zeros, and descriptors of zeros.
    fn add_nothing(&mut self, memory: &mut Memory, ty: &Type) {
        match ty {
            Type::Scalar(_) => {
                self.words.extend((0..crate::argument::result_words(ty)).map(|_| 0));
            }
            Type::Array(array) => {
                let axes = vec![0; usize::from(array.ndim)];
                let empty = ArrayDescriptor { owner: 0, data: 0, shape: axes.clone(), strides: axes };
                self.words.push(address_of(empty.place_words(memory)));
            }
            Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
                ty.parts().iter().for_each(|part| self.add_nothing(memory, part));
            }
            Type::Optional(value) => {
                self.words.push(0);
                self.add_nothing(memory, value);
            }
            Type::Range | Type::Str | Type::Bytes => self.words.extend([0; 3]),
            Type::List(_) | Type::Generator(_) => self.words.push(0),
            Type::RandomGenerator => self.words.extend([0; 2]),
            Type::None | Type::Dtype(_) | Type::Undefined => {}
        }
    }

    fn add_text(&mut self, memory: &mut Memory, bytes: &[u8], length: usize) {
        self.words.extend([0, memory.place_read_only(bytes), length as u64]);
    }

    fn add_generator(&mut self, memory: &mut Memory, generator: &'a RandomGenerator) {
        let known = self.generators.iter().find(|(known, _)| std::ptr::eq(*known, generator));
        let address = known.map(|(_, address)| *address).unwrap_or_else(|| {
            let bytes: Vec<u8> = generator.state().into_iter().flat_map(u64::to_le_bytes).collect();
            let address = memory.place(&bytes);
            self.generators.push((generator, address));
            address
        });
        self.words.extend([0, address]);
    }

    fn add_array(&mut self, memory: &mut Memory, view: &'a ArrayView<'a>) {
        let (bytes, first) = view.extent();
        let copy = memory.place(&bytes);
        let descriptor = ArrayDescriptor {
            owner: 0,
            data: copy + first as u64,
            shape: view.shape().to_vec(),
            strides: view.strides().to_vec(),
        };
        self.words.push(address_of(descriptor.place_words(memory)));
        self.arrays.push((view, copy));
    }

    /// The words as the function's parameters take them.
    fn scalars(&self, function: &mir::Function) -> Vec<Scalar> {
        let types = function.parameters().iter().map(|value| function.value_type(*value));
        let scalar = |(word, ty): (&u64, MachineType)| match ty {
            MachineType::F32 => Scalar::F32(*word as u32),
            MachineType::F64 => Scalar::F64(*word),
            MachineType::I1
            | MachineType::I8
            | MachineType::I16
            | MachineType::I32
            | MachineType::I64
            | MachineType::Ptr => Scalar::int(ty, *word as i64),
        };
        self.words.iter().zip(types).map(scalar).collect()
    }

    fn copy_out(&self, memory: &Memory) {
        for (view, copy) in &self.arrays {
            let size_bytes = view.extent().0.len() as u64;
            view.set_extent(memory.bytes(*copy, size_bytes).expect("the copy is still there"));
        }
        for (generator, address) in &self.generators {
            generator.move_on(state_at(*address, memory).expect("the state is still there"));
        }
    }
}

/// The state of a generator of random numbers in the interpreter's memory.
fn state_at(address: u64, memory: &Memory) -> Result<[u64; 5], hotloop_interp::Fault> {
    let bytes = memory.bytes(address, 40)?;
    let words = bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
    Ok(std::array::from_fn(|at| words.clone().nth(at).expect("five words were read")))
}

fn address_of(scalar: Scalar) -> u64 {
    let Scalar::Int(_, address) = scalar else { unreachable!("an address") };
    address as u64
}

fn word(results: &mut impl Iterator<Item = Scalar>) -> u64 {
    evaluate::bits(results.next().expect("a scalar for every part of the result"))
}

/// The result that these scalars are.
fn unpack(ty: &Type, results: &mut impl Iterator<Item = Scalar>, memory: &Memory) -> Result<Value, Failure> {
    Ok(match ty {
        Type::None | Type::Dtype(_) | Type::Undefined => Value::None,
        Type::Optional(value) => {
            let is_present = word(results) & 1 == 1;
            if !is_present {
                results.by_ref().take(crate::argument::result_words(value)).for_each(drop);
                return Ok(Value::None);
            }
            unpack(value, results, memory)?
        }
        Type::Range => Value::Range([(); 3].map(|()| word(results) as i64)),
        Type::Scalar(dtype) => {
            Value::Number(Number::from_words(*dtype, &mut results.by_ref().map(evaluate::bits)))
        }
        Type::Array(array) => {
            let words: Vec<Scalar> = results.by_ref().take(array_words(usize::from(array.ndim))).collect();
            let descriptor = ArrayDescriptor::from_results(&words);
            let bytes = descriptor.read(memory, u64::from(array.dtype.size_bytes()));
            let bytes =
                bytes.map_err(|fault| Failure::Internal(format!("the result cannot be read: {fault}")))?;
            Value::Array(Array::from_parts(array.dtype, &descriptor.shape, &bytes))
        }
        Type::Enum(class) => Value::Member(Arc::clone(class), word(results) as usize),
        Type::Tuple(_) | Type::Function(_) => {
            let items = ty.parts().iter().map(|item| unpack(item, results, memory));
            Value::tuple(ty, items.collect::<Result<_, _>>()?)
        }
        Type::Str => {
            let (_, address, length) = (word(results), word(results), word(results));
            let codes = reading(memory, |load| str_codes(address, length, load))?;
            Value::Str(hotloop_objects::text::to_string(&codes))
        }
        Type::Bytes => {
            let (_, address, length) = (word(results), word(results), word(results));
            Value::Bytes(reading(memory, |load| bytes_of(address, length, load))?)
        }
        Type::List(item) => {
            let list = word(results);
            let items = reading(memory, |load| list_words(item, list, load))?;
            let item = |words: Vec<u64>| {
                let words: Vec<Scalar> = words.into_iter().map(|word| Scalar::i64(word as i64)).collect();
                unpack(item, &mut words.into_iter(), memory)
            };
            Value::List(items.into_iter().map(item).collect::<Result<_, _>>()?)
        }
        Type::Generator(_) => unreachable!("a generator is run to its end, and is a part of no result"),
        Type::RandomGenerator => {
            let (_, address) = (word(results), word(results));
            let state = state_at(address, memory);
            let state =
                state.map_err(|fault| Failure::Internal(format!("the result cannot be read: {fault}")))?;
            Value::RandomGenerator(RandomGenerator::from_state(state))
        }
    })
}

/// Reads objects in the interpreter's memory.
fn reading<T>(memory: &Memory, read: impl FnOnce(&mut Load<'_>) -> T) -> Result<T, Failure> {
    let mut fault = None;
    let result = read(&mut |address, size_bytes| {
        let mut word = [0; 8];
        match memory.bytes(address, u64::from(size_bytes)) {
            Ok(bytes) => word[..bytes.len()].copy_from_slice(bytes),
            Err(found) => fault = Some(found),
        }
        u64::from_le_bytes(word)
    });
    match fault {
        None => Ok(result),
        Some(fault) => Err(Failure::Internal(format!("the result cannot be read: {fault}"))),
    }
}

/// The functions that compiled code calls.
struct PlatformMath;

impl RuntimeMath for PlatformMath {
    fn multiply(&self, element: Element, sizes: [usize; 3], left: &[u8], right: &[u8]) -> Option<Vec<u8>> {
        Some(hotloop_runtime::multiply(element, sizes, left, right))
    }

    fn call(&self, function: RuntimeFunction, arguments: &[Scalar]) -> Option<Scalar> {
        let value = |scalar: &Scalar| match *scalar {
            Scalar::Int(_, value) => MathValue::I64(value),
            Scalar::F32(bits) => MathValue::F32(f32::from_bits(bits)),
            Scalar::F64(bits) => MathValue::F64(f64::from_bits(bits)),
        };
        let values: Vec<MathValue> = arguments.iter().map(value).collect();
        Some(match call_math(function, &values)? {
            MathValue::I64(value) => Scalar::i64(value),
            MathValue::F32(value) => Scalar::f32(value),
            MathValue::F64(value) => Scalar::f64(value),
        })
    }
}
