//! The runtime's functions, and the addresses of functions.

use crate::Scalar;
use crate::evaluate::{bits, signed};
use crate::interpreter::Interpreter;
use crate::memory::BLOCK_HEADER_BYTES;
use crate::outcome::{Stop, TrapKind};
use hotloop_abi::{CaughtQuestion, caught_text};
use hotloop_mir::{Effects, ExceptionClass, MachineType, RuntimeFunction};
use hotloop_objects::{
    Element, Operation, Stop as ObjectStop, Template, grow, new_frame, new_list, new_string, order_elements,
    perform, shuffle, sort_elements, strings_of, text, written,
};
use hotloop_races::{Access, Place};
use hotloop_random::{Distribution, Pcg64, Stream, Ziggurat};

/// The addresses of functions: outside of all memory, sixteen bytes apart.
const CODE_START: u64 = 0xC0DE_0000_0000_0000;
const CODE_STEP: u64 = 16;

/// How an operation on lists or strings ends that does not give a result.
fn object_stop(stop: ObjectStop<crate::Fault>) -> Stop {
    match stop {
        ObjectStop::OutOfMemory(size_bytes) => {
            Stop::raise(ExceptionClass::MemoryError, "Unable to allocate {0} bytes", &[size_bytes as i64])
        }
        ObjectStop::Fault(fault) => fault.into(),
    }
}

impl Interpreter<'_> {
    fn note_for_races(&mut self, function: RuntimeFunction, arguments: &[Scalar]) {
        let words: Vec<i64> = arguments.iter().map(|argument| signed(*argument)).collect();
        match (function, words.as_slice()) {
            (RuntimeFunction::RaceIteration, &[index, file, range]) => {
                self.races.begin_iteration(index, Place::from_words([file, range]));
            }
            (RuntimeFunction::RaceCall, &[file, range]) => self.races.call(Place::from_words([file, range])),
            (_, &[address, size_bytes, how, file, range, ..]) => {
                let place = Place::from_words([file, range]);
                let (address, size_bytes) = (address as u64, size_bytes.max(0) as u64);
                let access = Access { address, size_bytes, is_write: how & 1 != 0, place };
                self.races.access(access, &words[5..][..(how >> 1) as usize]);
            }
            _ => unreachable!("V12: a call passes as many arguments as its function takes"),
        }
    }

    pub(crate) fn call_runtime(
        &mut self,
        function: RuntimeFunction,
        arguments: &[Scalar],
    ) -> Result<Option<Scalar>, Stop> {
        match function {
            RuntimeFunction::Allocate => self.allocate(arguments[0], false).map(Some),
            RuntimeFunction::AllocateZeroed => self.allocate(arguments[0], true).map(Some),
            RuntimeFunction::Retain => {
                self.memory.retain(bits(arguments[0]))?;
                Ok(None)
            }
            RuntimeFunction::Release => {
                self.memory.release(bits(arguments[0]))?;
                Ok(None)
            }
            RuntimeFunction::Safepoint => {
                self.safepoint()?;
                Ok(None)
            }
            RuntimeFunction::ParallelFor => {
                self.outlined_loop(arguments)?;
                Ok(None)
            }
            // One thread, with the number 0.
            RuntimeFunction::Threads => {
                let question = signed(arguments[0]);
                Ok(Some(Scalar::i64(if question == 3 { 0 } else { question.min(1) })))
            }
            RuntimeFunction::SetThreads | RuntimeFunction::SetChunkSize => Ok(None),
            RuntimeFunction::RaceIteration | RuntimeFunction::RaceCall | RuntimeFunction::RaceAccess => {
                self.note_for_races(function, arguments);
                Ok(None)
            }
            RuntimeFunction::ErrorIs => {
                let class = |argument: Scalar| ExceptionClass::by_number(signed(argument) as u32);
                let derives = class(arguments[0])
                    .zip(class(arguments[1]))
                    .is_some_and(|(class, base)| class.is_subclass_of(base));
                Ok(Some(Scalar::i64(i64::from(derives))))
            }
            RuntimeFunction::TextOrder => self.text_order(arguments).map(Some),
            RuntimeFunction::Object => self.object(arguments).map(Some),
            // Errors hold their strings themselves here, so a caught one has no list of them.
            RuntimeFunction::KeepTexts => {
                let list = bits(arguments[0]);
                self.texts = strings_of(&self.memory, list)?;
                self.memory.release(list)?;
                Ok(None)
            }
            RuntimeFunction::CaughtTexts => Ok(Some(Scalar::ptr(0))),
            RuntimeFunction::CaughtWord => {
                let question = CaughtQuestion::by_number(signed(arguments[1]));
                let question = question.ok_or(Stop::Trap(TrapKind::BadArguments))?;
                let caught = self.caught_at(bits(arguments[0]))?;
                let answer = question.answer(&caught.class, &caught.arguments, signed(arguments[2]));
                Ok(Some(Scalar::i64(answer)))
            }
            RuntimeFunction::CaughtText => {
                let caught = self.caught_at(bits(arguments[0]))?;
                let text = caught_text(&caught.class, &caught.arguments, signed(arguments[1]));
                new_string(&mut self.memory, &text).map(|text| Some(Scalar::ptr(text))).map_err(object_stop)
            }
            RuntimeFunction::Print => {
                self.print(arguments)?;
                Ok(None)
            }
            RuntimeFunction::RandomFloat
            | RuntimeFunction::RandomBits
            | RuntimeFunction::RandomBelow
            | RuntimeFunction::RandomSeed
            | RuntimeFunction::RandomDraw
            | RuntimeFunction::RandomShuffle => self.random(function, arguments),
            RuntimeFunction::NewGenerator => self.new_generator(arguments).map(Some),
            RuntimeFunction::GeneratorWord => {
                self.with_generator(arguments, |generator| Some(Scalar::i64(generator.word() as i64)))
            }
            RuntimeFunction::GeneratorHalfWord => self.with_generator(arguments, |generator| {
                Some(Scalar::int(MachineType::I32, i64::from(generator.half_word() as i32)))
            }),
            RuntimeFunction::GeneratorFloat => {
                self.with_generator(arguments, |generator| Some(Scalar::f64(generator.float())))
            }
            RuntimeFunction::GeneratorZiggurat => self.with_generator(arguments, |generator| {
                let which = Ziggurat::by_number(bits(arguments[1]))?;
                Some(Scalar::f64(which.draw(generator)))
            }),
            RuntimeFunction::SortElements | RuntimeFunction::OrderElements => {
                self.sort(function, arguments)?;
                Ok(None)
            }
            RuntimeFunction::MultiplyMatrices => {
                self.multiply(arguments)?;
                Ok(None)
            }
            RuntimeFunction::NewList => {
                let [item_bytes, owners, capacity] = [0, 1, 2].map(|at| signed(arguments[at]).max(0) as u64);
                let made = new_list(&mut self.memory, item_bytes, owners, capacity);
                made.map(|list| Some(Scalar::ptr(list))).map_err(object_stop)
            }
            RuntimeFunction::NewFrame => {
                let made = new_frame(&mut self.memory, bits(arguments[0]));
                made.map(|frame| Some(Scalar::ptr(frame))).map_err(object_stop)
            }
            RuntimeFunction::GrowList => {
                let grown = grow(&mut self.memory, bits(arguments[0]), bits(arguments[1]));
                grown.map(|()| None).map_err(object_stop)
            }
            mathematics => {
                debug_assert_eq!(mathematics.effects(), Effects::Pure, "all other rows are mathematics");
                let result = self.math.call(mathematics, arguments);
                result.map(Some).ok_or(Stop::Trap(TrapKind::NoMathematics(mathematics.symbol())))
            }
        }
    }

    fn text_order(&self, arguments: &[Scalar]) -> Result<Scalar, Stop> {
        let width = bits(arguments[4]) as usize;
        let characters = |at: usize| -> Result<Vec<u32>, Stop> {
            let length = bits(arguments[at + 1]);
            if length == 0 {
                return Ok(Vec::new());
            }
            let bytes = self.memory.bytes(bits(arguments[at]), length * width as u64)?;
            let code = |bytes: &[u8]| bytes.iter().rev().fold(0, |code, byte| code << 8 | u32::from(*byte));
            Ok(bytes.chunks_exact(width).map(code).collect())
        };
        Ok(Scalar::i64(characters(0)?.cmp(&characters(2)?) as i64))
    }

    fn multiply(&mut self, arguments: &[Scalar]) -> Result<(), Stop> {
        let word = |at: usize| bits(arguments[at]);
        let bad = || Stop::Trap(TrapKind::BadArguments);
        let element = Element::by_number(word(10)).ok_or_else(bad)?;
        let [rows, inner, columns] = [7, 8, 9].map(word);
        let matrix = |at: usize, rows: u64, columns: u64| -> Result<Vec<u8>, Stop> {
            let mut elements = Vec::new();
            for row in 0..rows {
                for column in 0..columns {
                    let [row_bytes, column_bytes] = [row, column].map(|number| number as i64);
                    let offset = row_bytes.wrapping_mul(word(at + 1) as i64)
                        + column_bytes.wrapping_mul(word(at + 2) as i64);
                    let place = word(at).wrapping_add(offset as u64);
                    elements.extend_from_slice(self.memory.bytes(place, element.size_bytes())?);
                }
            }
            Ok(elements)
        };
        let (left, right) = (matrix(0, rows, inner)?, matrix(3, inner, columns)?);
        let sizes = [rows, inner, columns].map(|size| size as usize);
        let product = self
            .math
            .multiply(element, sizes, &left, &right)
            .ok_or_else(|| Stop::Trap(TrapKind::NoMathematics(RuntimeFunction::MultiplyMatrices.symbol())))?;
        if !product.is_empty() {
            self.memory.write(word(6), &product)?;
        }
        Ok(())
    }

    fn sort(&mut self, function: RuntimeFunction, arguments: &[Scalar]) -> Result<(), Stop> {
        let word = |at: usize| bits(arguments[at]);
        let element = Element::by_number(word(2)).ok_or(Stop::Trap(TrapKind::BadArguments))?;
        if function == RuntimeFunction::SortElements {
            return Ok(sort_elements(&mut self.memory, word(0), word(1), element)?);
        }
        Ok(order_elements(&mut self.memory, (word(0), word(3)), word(1), element)?)
    }

    /// What a generator is asked for.
    fn random(&mut self, function: RuntimeFunction, arguments: &[Scalar]) -> Result<Option<Scalar>, Stop> {
        let bad = || Stop::Trap(TrapKind::BadArguments);
        let word = |at: usize| bits(arguments[at]);
        let streams = &mut self.streams;
        if function == RuntimeFunction::RandomDraw {
            let distribution = Distribution::by_number(word(0)).ok_or_else(bad)?;
            let parameters = [1, 2, 3].map(|at| f64::from_bits(word(at)));
            return Ok(Some(Scalar::f64(streams.draw(distribution, parameters))));
        }
        let stream = Stream::by_number(word(0)).ok_or_else(bad)?;
        Ok(match function {
            RuntimeFunction::RandomFloat => Some(Scalar::f64(streams.of(stream).float())),
            RuntimeFunction::RandomBits => {
                let count = u32::try_from(word(1)).ok().filter(|count| *count <= 64).ok_or_else(bad)?;
                Some(Scalar::i64(streams.of(stream).bits(count) as i64))
            }
            RuntimeFunction::RandomBelow => Some(Scalar::i64(streams.below(stream, word(1)) as i64)),
            RuntimeFunction::RandomShuffle => {
                let shape = (signed(arguments[3]), signed(arguments[4]));
                shuffle(&mut self.memory, word(1), word(2), shape, |limit| streams.below(stream, limit))?;
                None
            }
            _ => {
                // The host knows what there is to begin with; here each begins with a number drawn before.
                let magnitude = if word(2) == 0 { streams.of(stream).bits(64) } else { word(1) };
                streams.seed(stream, magnitude);
                None
            }
        })
    }

    /// A new generator, whose state is all that its block holds.
    fn new_generator(&mut self, arguments: &[Scalar]) -> Result<Scalar, Stop> {
        // The host knows what there is to begin with; here it begins with a number drawn before.
        let seed = match bits(arguments[1]) {
            0 => self.streams.of(Stream::Numpy).bits(64),
            _ => bits(arguments[0]),
        };
        let size = Scalar::i64(8 * Pcg64::STATE_WORDS as i64);
        let block = self.allocate(size, false)?;
        self.set_generator(bits(block) + BLOCK_HEADER_BYTES, &Pcg64::seeded(seed))?;
        Ok(block)
    }

    fn set_generator(&mut self, address: u64, generator: &Pcg64) -> Result<(), Stop> {
        let bytes: Vec<u8> = generator.state().into_iter().flat_map(u64::to_le_bytes).collect();
        Ok(self.memory.write(address, &bytes)?)
    }

    /// Draws from the generator whose address is the first argument.
    fn with_generator(
        &mut self,
        arguments: &[Scalar],
        draw: impl FnOnce(&mut Pcg64) -> Option<Scalar>,
    ) -> Result<Option<Scalar>, Stop> {
        let address = bits(arguments[0]);
        let mut state = [0; Pcg64::STATE_WORDS];
        for (word, at) in state.iter_mut().zip(0..) {
            *word = bits(self.memory.load(address + 8 * at, MachineType::I64)?);
        }
        let mut generator = Pcg64::from_state(state);
        let drawn = draw(&mut generator).ok_or(Stop::Trap(TrapKind::BadArguments))?;
        self.set_generator(address, &generator)?;
        Ok(Some(drawn))
    }

    fn print(&mut self, arguments: &[Scalar]) -> Result<(), Stop> {
        let template = self.template(bits(arguments[0]), bits(arguments[1]))?;
        let words = self.words(bits(arguments[2]), Template::word_count(&template))?;
        let printed = written(&mut self.memory, &template, &words).map_err(object_stop)?;
        self.output.push_str(&text::to_string(&printed));
        Ok(())
    }

    fn template(&self, address: u64, length: u64) -> Result<Vec<u32>, Stop> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let codes = self.memory.bytes(address, 4 * length)?.as_chunks().0.iter();
        Ok(codes.map(|code| u32::from_le_bytes(*code)).collect())
    }

    /// Words that lie behind one another.
    fn words(&self, address: u64, count: usize) -> Result<Vec<u64>, Stop> {
        let word = |at: u64| Ok(bits(self.memory.load(address + 8 * at, MachineType::I64)?));
        (0..count as u64).map(word).collect()
    }

    fn object(&mut self, arguments: &[Scalar]) -> Result<Scalar, Stop> {
        let operation = Operation::by_number(bits(arguments[0])).ok_or(Stop::Trap(TrapKind::BadArguments))?;
        let words = self.words(bits(arguments[1]), bits(arguments[2]) as usize)?;
        let more = match operation {
            Operation::Text if words.len() >= 2 => Template::word_count(&self.template(words[0], words[1])?),
            _ => 0,
        };
        if words.len() != operation.word_count() + more {
            return Err(Stop::Trap(TrapKind::BadArguments));
        }
        let outcome = perform(&mut self.memory, operation, &words);
        outcome.map(|word| Scalar::i64(word as i64)).map_err(object_stop)
    }

    fn allocate(&mut self, size_bytes: Scalar, is_zeroed: bool) -> Result<Scalar, Stop> {
        let size_bytes = signed(size_bytes);
        let Ok(size) = u64::try_from(size_bytes) else {
            let message = "negative dimensions are not allowed";
            return Err(Stop::raise(ExceptionClass::ValueError, message, &[size_bytes]));
        };
        match self.memory.allocate(size, is_zeroed) {
            Ok(block) => Ok(Scalar::ptr(block)),
            Err(_) => {
                Err(Stop::raise(ExceptionClass::MemoryError, "Unable to allocate {0} bytes", &[size_bytes]))
            }
        }
    }

    /// The address of a function; the same at any time.
    pub(crate) fn address_of(&mut self, symbol: &str) -> u64 {
        let known = self.addressed.iter().position(|known| known == symbol);
        let number = known.unwrap_or_else(|| {
            self.addressed.push(symbol.to_owned());
            self.addressed.len() - 1
        });
        CODE_START + CODE_STEP * number as u64
    }

    /// The function at an address.
    pub(crate) fn symbol_at(&self, address: u64) -> Result<String, Stop> {
        let offset = address.wrapping_sub(CODE_START);
        let found =
            self.addressed.get((offset / CODE_STEP) as usize).filter(|_| offset.is_multiple_of(CODE_STEP));
        found.cloned().ok_or(Stop::Trap(TrapKind::NotABody(address)))
    }
}
