//! Random loops over arrays that may overlap: the same in order, several iterations at once, and on the machine.
//!
//! All arrays lie in one piece of memory, of which every byte is compared; on the machine, parts of it lie between pages that nobody may touch, and some arrays end with their part. So what a loop reads of what an earlier iteration wrote matters, and nothing
//! may be written beside the arrays. Arrays of integers may overlap with each other, those of floats and of truth values with arrays of their own type: which nan
//! an operation gives is nobody's business, and a truth value is 0 or 1. Some loops have loops in them (see `nests`).

mod nests;

use crate::arm::Arm;
use crate::choices::Choices;
use crate::emulated::{MEMORY, Way};
use crate::guarded::{Guarded, PAGE_BYTES};
use crate::machine::{Machine, is_nan, targets};
use crate::program::constant;
use hotloop_abi::ExceptionClass;
use hotloop_interp::{Interpreter, Options, Outcome, Scalar, evaluate};
use hotloop_mir::{
    BinaryOp, Block, Builder, ConvertOp, FloatCompare, Function, InstKind, IntCompare, MachineType, Module,
    Region, RegionKind, RuntimeFunction, Terminator, UnaryOp, Value,
};
use hotloop_passes::Optimiser;
use std::path::Path;

const TYPES: [MachineType; 6] = [
    MachineType::F64,
    MachineType::I64,
    MachineType::F32,
    MachineType::I32,
    MachineType::I16,
    MachineType::I8,
];

/// The bytes in which the arrays lie: a part for integers, each type of floats, and truth values.
const PART_BYTES: usize = PAGE_BYTES;
const PARTS: usize = 4;
const MEMORY_BYTES: usize = PARTS * PART_BYTES;

/// The part of memory in which arrays of a type lie.
fn part_of(ty: MachineType) -> usize {
    match ty {
        MachineType::F64 => 1,
        MachineType::F32 => 2,
        MachineType::I1 => 3,
        MachineType::I8 | MachineType::I16 | MachineType::I32 | MachineType::I64 | MachineType::Ptr => 0,
    }
}

/// Compares a loop on a few placements of its arrays, in the interpreter and on this machine.
pub(crate) fn compare(numbers: &[u32]) -> Result<(), String> {
    let mut choices = Choices::new(numbers);
    let kernel = Kernel::make(&mut choices);
    let (module, optimised) = kernel.modules();
    let fail = |message: String| in_full(&message, &module, &optimised);
    let machines: Result<Vec<Machine>, String> =
        targets().iter().map(|target| Machine::new(&optimised, target)).collect();
    let machines = machines.map_err(fail)?;
    for _ in 0..6 {
        let call = kernel.arguments(&mut choices);
        let expected = call.interpret(&module, 1).map_err(fail)?;
        for lanes in [1, 2, 8, 32] {
            let found = call.interpret(&optimised, lanes).map_err(fail)?;
            if !found.is_like(&expected) {
                return Err(fail(format!("{} lanes: {}", lanes, call.difference(&expected, &found))));
            }
        }
        for (machine, target) in machines.iter().zip(targets()) {
            let found = call.run(machine);
            if !found.is_like(&expected) {
                return Err(fail(format!("{target:?}: {}", call.difference(&expected, &found))));
            }
        }
    }
    Ok(())
}

/// Compares a loop on an emulated machine with the interpreter; gives how many loops run in vectors there.
pub(crate) fn compare_emulated(numbers: &[u32], guest: &Path) -> Result<usize, String> {
    let mut choices = Choices::new(numbers);
    let kernel = Kernel::make(&mut choices);
    let (module, optimised) = kernel.modules();
    let fail = |message: String| in_full(&message, &module, &optimised);
    let machine = Arm::new(&optimised, guest).map_err(fail)?;
    for round in 0..6 {
        let call = kernel.arguments(&mut choices);
        let expected = call.interpret(&module, 1).map_err(fail)?;
        let way = Way { is_interrupted: round % 2 == 1, ..Way::default() };
        let found = call.run_emulated(&machine, way).map_err(fail)?;
        if !found.is_like(&expected) {
            return Err(fail(call.difference(&expected, &found)));
        }
    }
    Ok(machine.loops().iter().filter(|built| built.vectors.is_some()).count())
}

/// A message with the functions that it is about.
fn in_full(message: &str, module: &Module, optimised: &Module) -> String {
    format!("{message}\n{}\n{}", module.functions[0], optimised.functions[0])
}

/// A loop: `for i in start..limit`, over arrays of one type each.
struct Kernel {
    function: Function,
    arrays: Vec<MachineType>,
    scalar: MachineType,
    /// Whether indices are checked, so that they may be anything.
    is_checked: bool,
    /// Whether there is a loop in the loop.
    has_inner: bool,
    /// The elements between those of one iteration and the next, at most.
    stride: i64,
}

/// Where the arrays lie, and the other arguments.
struct Call {
    memory: Vec<u8>,
    /// Offsets in bytes and lengths.
    arrays: Vec<(usize, usize)>,
    start: i64,
    limit: i64,
    scalar: Scalar,
    result_count: usize,
}

/// What can be seen of a call: the result's bits, and the memory.
struct Seen {
    result: Result<Vec<u64>, String>,
    memory: Vec<u8>,
}

impl Seen {
    /// Whether they are the same; which nan it is does not matter.
    fn is_like(&self, other: &Self) -> bool {
        let results = match (&self.result, &other.result) {
            (Ok(a), Ok(b)) => a == b,
            (Err(a), Err(b)) => a == b,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        };
        results && (self.memory == other.memory || differ_by_nans(&self.memory, &other.memory))
    }
}

/// Whether memory differs in nothing but in which nans it holds.
fn differ_by_nans(a: &[u8], b: &[u8]) -> bool {
    let bits = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let part = |ty| PART_BYTES * part_of(ty)..PART_BYTES * (part_of(ty) + 1);
    let is_like = |ty: MachineType| {
        let size = ty.size_bytes() as usize;
        let pairs = a[part(ty)].chunks(size).zip(b[part(ty)].chunks(size));
        pairs.into_iter().all(|(a, b)| a == b || (is_nan(ty, bits(a)) && is_nan(ty, bits(b))))
    };
    let is_equal = |ty: MachineType| a[part(ty)] == b[part(ty)];
    is_like(MachineType::F64)
        && is_like(MachineType::F32)
        && is_equal(MachineType::I64)
        && is_equal(MachineType::I1)
}

impl Kernel {
    fn make(choices: &mut Choices<'_>) -> Self {
        let main = choices.of(&TYPES);
        let count = 2 + choices.below(3);
        // Half of the loops are of one type.
        let has_inner = choices.once_in(3);
        let is_mixed = choices.once_in(2) && (!has_inner || choices.once_in(3));
        let other =
            |choices: &mut Choices<'_>| if choices.once_in(7) { MachineType::I1 } else { choices.of(&TYPES) };
        let arrays: Vec<MachineType> =
            (0..count).map(|_| if is_mixed && choices.once_in(2) { other(choices) } else { main }).collect();
        let is_checked = choices.once_in(3);
        let mut parameters = vec![MachineType::Ptr; count];
        parameters.extend([MachineType::I64, MachineType::I64, main]);
        // Of floats, the least or greatest is a result that lanes find; then nothing is stored.
        let has_result = !has_inner && (!main.is_float() || choices.once_in(3));
        let results = if has_result { vec![main] } else { vec![] };
        let function = Function::new("kernel", &parameters, &results);
        let mut maker = Maker::new(function, choices, arrays.clone(), main, is_checked);
        maker.has_inner = has_inner;
        maker.branches = maker.choices.once_in(2) && (!has_inner || maker.choices.once_in(3));
        if !has_inner && maker.choices.once_in(2) {
            maker.stride = maker.choices.of(&[1, 2, 3, 4]);
            maker.goes_down = maker.choices.once_in(3);
            maker.turns_round = maker.choices.of(&[2, 3, 100]);
        }
        maker.build(has_result);
        let stride = maker.stride;
        Self { function: maker.function, arrays, scalar: main, is_checked, has_inner, stride }
    }

    /// As it was made, and after the passes.
    fn modules(&self) -> (Module, Module) {
        let module = Module { functions: vec![self.function.clone()] };
        (module, Optimiser::new().run(self.function.clone()).module)
    }

    fn arguments(&self, choices: &mut Choices<'_>) -> Call {
        let sizes = self.arrays.iter().map(|ty| ty.size_bytes() as usize);
        let most = (PART_BYTES - 256) / sizes.max().unwrap_or(8);
        let length = if self.stride > 1 {
            choices.of(&[40, 99, 300, 150, 1000])
        } else {
            choices.of(&[40, 5, 17, 63, 100])
        };
        let length = length.min(most);
        let mut places = [64; PARTS];
        let arrays = self.arrays.iter().map(|ty| {
            let size = ty.size_bytes() as usize;
            let at = &mut places[part_of(*ty)];
            // Behind the array before, or over it by some elements.
            let start = match choices.below(if self.has_inner { 4 } else { 5 }) {
                0 => *at,
                // At the end of the memory that may be touched.
                3 => PART_BYTES - length * size,
                1 => 64 + size * choices.below(6),
                2 => 64,
                // At its beginning.
                _ => 0,
            };
            *at = (*at + length * size + 8).min(PART_BYTES - 64 - length * size - 8 * size);
            // In a part of floats, elements lie where its words are.
            let start = start.min(PART_BYTES - length * size);
            let start = if ty.is_float() { start / size * size } else { start };
            (PART_BYTES * part_of(*ty) + start, length)
        });
        let arrays: Vec<(usize, usize)> = arrays.collect();
        let (start, limit) = if self.is_checked && choices.once_in(2) {
            (choices.below(8) as i64 - 4, length as i64 / self.stride + choices.below(6) as i64 - 3)
        } else {
            // In a loop in the loop the index is larger by its counter.
            let margin = if self.has_inner { 9 } else { 2 };
            let limit = if self.stride > 1 { length as i64 / self.stride } else { length as i64 - margin };
            (2 + choices.below(2) as i64, limit)
        };
        let truths = PART_BYTES * part_of(MachineType::I1);
        let memory = (0..MEMORY_BYTES).map(|byte| match byte {
            _ if byte >= truths => (byte * 37 % 251) as u8 & 1,
            _ if byte % 8 == 7 => (byte * 37 % 251) as u8 & 0x3f,
            _ => (byte * 37 % 251) as u8,
        });
        let result_count = self.function.results.len();
        Call {
            memory: memory.collect(),
            arrays,
            start,
            limit,
            scalar: constant(choices, self.scalar),
            result_count,
        }
    }
}

impl Call {
    /// In words, what the two have seen.
    fn difference(&self, expected: &Seen, found: &Seen) -> String {
        let Self { arrays, start, limit, scalar, .. } = self;
        let bytes = expected.memory.iter().zip(&found.memory).enumerate();
        let differing: Vec<_> = bytes.filter(|(_, (a, b))| a != b).take(20).collect();
        let results = (&expected.result, &found.result);
        format!("arrays {arrays:?}, {start}..{limit}, {scalar:?}: results {results:?}, bytes {differing:?}")
    }

    fn interpret(&self, module: &Module, lanes: usize) -> Result<Seen, String> {
        let options = Options { vector_lanes: lanes, ..Options::default() };
        let mut interpreter = Interpreter::with_options(module, options);
        let memory = interpreter.memory_mut();
        let base = memory.place(&self.memory);
        let mut arguments: Vec<Scalar> = Vec::new();
        for words in self.descriptors(|offset| base + offset as u64) {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            arguments.push(Scalar::ptr(memory.place(&bytes)));
        }
        arguments.extend([Scalar::i64(self.start), Scalar::i64(self.limit), self.scalar]);
        let result = match interpreter.call("kernel", &arguments) {
            Ok(results) => Ok(results.iter().map(|result| evaluate::bits(*result)).collect()),
            Err(Outcome::Raised(raised)) => {
                Err(format!("{} {:?} {} {:?}", raised.class, raised.message(), raised.function, raised.span))
            }
            Err(other) => return Err(format!("the interpreter ended with {other}")),
        };
        let memory =
            interpreter.memory().bytes(base, MEMORY_BYTES as u64).map_err(|fault| fault.to_string())?;
        Ok(Seen { result, memory: memory.to_vec() })
    }

    fn run(&self, machine: &Machine) -> Seen {
        let memory = Guarded::new(&self.memory);
        let descriptors = self.descriptors(|offset| memory.address(offset));
        let mut words: Vec<u64> = descriptors.iter().map(|words| words.as_ptr() as u64).collect();
        words.extend([self.start as u64, self.limit as u64, evaluate::bits(self.scalar)]);
        let result = machine.call(&words, self.result_count);
        Seen { result, memory: memory.bytes() }
    }

    fn run_emulated(&self, machine: &Arm, way: Way) -> Result<Seen, String> {
        // The descriptors have a page, then parts and pages that may not be touched take turns.
        let page = PAGE_BYTES as u64;
        let address = |part: usize| MEMORY + (2 * part as u64 + 2) * page;
        let descriptors =
            self.descriptors(|offset| address(offset / PART_BYTES) + (offset % PART_BYTES) as u64);
        let descriptor_bytes: Vec<u8> =
            descriptors.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        let mut words: Vec<u64> = (0..descriptors.len() as u64).map(|number| MEMORY + 32 * number).collect();
        words.extend([self.start as u64, self.limit as u64, evaluate::bits(self.scalar)]);
        let mut pieces = vec![(MEMORY, descriptor_bytes.as_slice())];
        pieces.extend(self.memory.chunks(PART_BYTES).enumerate().map(|(part, bytes)| (address(part), bytes)));
        let (result, contents) = machine.call(way, &words, self.result_count, &pieces)?;
        Ok(Seen { result, memory: contents[1..].concat() })
    }

    fn descriptors(&self, address: impl Fn(usize) -> u64) -> Vec<[u64; 4]> {
        self.arrays.iter().map(|(offset, length)| [0, address(*offset), *length as u64, 8]).collect()
    }
}

struct Maker<'c, 'n> {
    function: Function,
    choices: &'c mut Choices<'n>,
    arrays: Vec<MachineType>,
    main: MachineType,
    is_checked: bool,
    /// The start and the length of each array, and its region.
    places: Vec<(Value, Value, Region)>,
    block: Block,
    index: Value,
    start: Value,
    /// The counter of the inner loop that is being built.
    counter: Option<Value>,
    /// The values in the loop.
    values: Vec<Value>,
    /// The truth values in the loop.
    truths: Vec<Value>,
    /// Whether nothing is stored and nothing checked.
    is_pure: bool,
    /// Whether there is a loop in the loop.
    has_inner: bool,
    /// Whether there are branches, and how many of them stand around what is built.
    branches: bool,
    depth: usize,
    /// The elements between those of one iteration and the next, at most.
    stride: i64,
    /// Whether the loop counts down.
    goes_down: bool,
    /// One of so many indices counts from the end of its array.
    turns_round: usize,
    /// The index times the stride, where it is carried from one iteration to the next.
    follower: Option<Value>,
}

impl<'c, 'n> Maker<'c, 'n> {
    fn new(
        function: Function,
        choices: &'c mut Choices<'n>,
        arrays: Vec<MachineType>,
        main: MachineType,
        is_checked: bool,
    ) -> Self {
        let (block, index) = (function.entry(), function.parameters()[0]);
        let (places, values, truths) = Default::default();
        let start = function.parameters()[arrays.len()];
        Self {
            function,
            choices,
            arrays,
            main,
            is_checked,
            places,
            block,
            index,
            start,
            counter: None,
            values,
            truths,
            is_pure: false,
            has_inner: false,
            branches: false,
            depth: 0,
            stride: 1,
            goes_down: false,
            turns_round: 0,
            follower: None,
        }
    }

    fn value(&mut self, kind: InstKind) -> Value {
        Builder::at(&mut self.function, self.block).value(kind)
    }

    /// The whole function. With a result, it is what the values are combined to.
    fn build(&mut self, has_result: bool) {
        let descriptor = self.function.region(RegionKind::Descriptor);
        let parameters = self.function.parameters().to_vec();
        for (position, address) in parameters.iter().copied().enumerate().take(self.arrays.len()) {
            let region = self.function.region(RegionKind::Argument(position as u32));
            let load = |ty, offset| InstKind::Load { ty, address, offset, region: descriptor };
            let (data, length) =
                (self.value(load(MachineType::Ptr, 8)), self.value(load(MachineType::I64, 16)));
            self.places.push((data, length, region));
        }
        let [start, limit, scalar] = [0, 1, 2].map(|number| parameters[self.arrays.len() + number]);
        let zero = self.value(InstKind::Const(constant(&mut Choices::new(&[]), self.main)));
        let entry = self.block;
        let body = self.function.add_block();
        let exit = self.function.add_block();
        let end = self.function.add_block();
        let index = self.function.add_parameter(body, MachineType::I64);
        let total = has_result.then(|| self.function.add_parameter(body, self.main));
        if self.stride > 1 && self.choices.once_in(2) {
            self.follower = Some(self.function.add_parameter(body, MachineType::I64));
        }
        let result = has_result.then(|| self.function.add_parameter(end, self.main));
        let mut builder = Builder::at(&mut self.function, entry);
        let is_entered = builder.compare(IntCompare::Slt, start, limit);
        builder.branch(is_entered, exit, end);
        let totals: Vec<Value> = if has_result { vec![zero] } else { vec![] };
        let call = |block, arguments: Vec<Value>| hotloop_mir::BlockCall::new(block, arguments);
        builder.function.blocks[entry].terminator = Terminator::Branch {
            condition: is_entered,
            then: call(exit, vec![]),
            otherwise: call(end, totals.clone()),
        };
        let mut builder = Builder::at(&mut self.function, exit);
        let one = builder.int(MachineType::I64, 1);
        let [first, bound] = match self.goes_down {
            true => [limit, start].map(|number| builder.binary(BinaryOp::Isub, number, one)),
            false => [start, limit],
        };
        let mut arguments = vec![first];
        arguments.extend(&totals);
        if self.follower.is_some() {
            let stride = builder.int(MachineType::I64, self.stride);
            arguments.push(builder.binary(BinaryOp::Imul, first, stride));
        }
        builder.jump(body, &arguments);
        (self.block, self.index) = (body, index);
        self.values.push(scalar);
        self.is_pure = has_result && self.main.is_float();
        for _ in 0..2 + self.choices.below(8) {
            self.step();
        }
        if self.has_inner {
            self.inner_loop();
            for _ in 0..self.choices.below(4) {
                self.step();
            }
        }
        let last = *self.values.last().expect("the scalar is there");
        if !self.is_pure {
            self.store(last);
        }
        let next_total = total.map(|total| {
            if self.is_pure {
                return self.extreme(total);
            }
            let ops = [
                BinaryOp::Iadd,
                BinaryOp::Xor,
                BinaryOp::Smax,
                BinaryOp::Umin,
                BinaryOp::Imul,
                BinaryOp::Isub,
            ];
            let op = self.choices.of(&ops);
            if self.branches && self.choices.once_in(2) {
                return self.branch(|maker, holds| match holds {
                    true => {
                        let value = maker.pick();
                        maker.value(InstKind::Binary(op, total, value))
                    }
                    false => total,
                });
            }
            let value = self.pick();
            self.value(InstKind::Binary(op, total, value))
        });
        let mut builder = Builder::at(&mut self.function, self.block);
        let (step, order) = if self.goes_down { (-1, IntCompare::Sgt) } else { (1, IntCompare::Slt) };
        let step = builder.int(MachineType::I64, step);
        let next = builder.binary(BinaryOp::Iadd, index, step);
        let goes_on = builder.compare(order, next, bound);
        let mut again = vec![next];
        again.extend(next_total);
        if let Some(follower) = self.follower {
            let step = builder.int(MachineType::I64, if self.goes_down { -self.stride } else { self.stride });
            again.push(builder.binary(BinaryOp::Iadd, follower, step));
        }
        builder.terminate(Terminator::Branch {
            condition: goes_on,
            then: call(body, again),
            otherwise: call(end, next_total.into_iter().collect()),
        });
        Builder::at(&mut self.function, end).terminate(Terminator::Return(result.into_iter().collect()));
    }

    /// A load, a store, a check, or an operation.
    fn step(&mut self) {
        if self.branches && self.depth < 3 && self.choices.once_in(4) {
            let value = self.branch(|maker, _| maker.pick());
            return self.values.push(value);
        }
        let value = match self.choices.below(13) {
            0..=2 => self.load(),
            // Stores in inner loops, and in front of them, are rarely what lanes can do.
            3 if !self.is_pure && self.stride > 1 && self.choices.once_in(2) => return self.store_all(),
            3 if !self.is_pure && (!self.has_inner || self.choices.once_in(8)) => {
                let value = self.pick();
                return self.store(value);
            }
            4 if !self.is_pure && self.choices.once_in(3) => return self.check(),
            4 => self.unary(),
            5 => {
                let condition = self.truth();
                let [then, otherwise] = [(); 2].map(|()| self.pick());
                self.value(InstKind::Select { condition, then, otherwise })
            }
            6 => {
                let truth = self.truth();
                self.as_type(truth, self.main)
            }
            7 if !self.main.is_float() => self.shift(),
            8 => self.as_type(self.index, self.main),
            9 if !self.main.is_float() && self.choices.once_in(2) => self.with_more_bits(),
            9 => {
                // By way of another type and back.
                let ty = self.choices.of(&TYPES);
                let value = self.pick();
                let other = self.as_type(value, ty);
                self.as_type(other, self.main)
            }
            10 => self.bits(),
            _ => self.binary(),
        };
        self.values.push(value);
    }

    /// A branch, whose ways give something of the main type. Sometimes there is a second condition for the first way, sometimes nothing is done on the second.
    fn branch(&mut self, mut given: impl FnMut(&mut Self, bool) -> Value) -> Value {
        self.depth += 1;
        let [then, otherwise, join] = [(); 3].map(|()| self.function.add_block());
        let result = self.function.add_parameter(join, self.main);
        let known = (self.values.len(), self.truths.len());
        let condition = self.truth();
        self.branch_to(condition, then, otherwise);
        self.block = then;
        if self.choices.once_in(4) {
            self.step();
            let condition = self.truth();
            let both = self.function.add_block();
            self.branch_to(condition, both, otherwise);
            self.block = both;
        }
        for (way, holds) in [(then, true), (otherwise, false)] {
            if !holds {
                self.block = way;
            }
            if holds || self.choices.once_in(2) {
                for _ in 0..1 + self.choices.below(3) {
                    self.step();
                }
            }
            let value = given(self, holds);
            Builder::at(&mut self.function, self.block).jump(join, &[value]);
            self.values.truncate(known.0);
            self.truths.truncate(known.1);
        }
        self.block = join;
        self.depth -= 1;
        result
    }

    fn branch_to(&mut self, condition: Value, then: Block, otherwise: Block) {
        Builder::at(&mut self.function, self.block).branch(condition, then, otherwise);
    }

    /// The total or a value, whichever is less or greater. Many values are zeros of one sign or the other.
    fn extreme(&mut self, total: Value) -> Value {
        let [mut value, factor] = [(); 2].map(|()| self.pick());
        if self.choices.once_in(2) {
            let truth = self.truth();
            let truth = self.as_type(truth, self.main);
            value = self.value(InstKind::Binary(BinaryOp::Fmul, truth, factor));
        }
        let kinds = [
            (FloatCompare::Lt, value, total),
            (FloatCompare::Gt, value, total),
            (FloatCompare::Lt, total, value),
        ];
        let (op, a, b) = self.choices.of(&kinds);
        let condition = self.value(InstKind::FloatCompare(op, a, b));
        self.value(InstKind::Select { condition, then: value, otherwise: total })
    }

    fn unary(&mut self) -> Value {
        let floats = [
            UnaryOp::Fneg,
            UnaryOp::Fabs,
            UnaryOp::Fsqrt,
            UnaryOp::Ffloor,
            UnaryOp::Fceil,
            UnaryOp::Ftrunc,
            UnaryOp::Fnearest,
        ];
        if self.main.is_float() && self.choices.once_in(4) {
            return self.call();
        }
        let ops = if self.main.is_float() { &floats[..] } else { &[UnaryOp::Ineg, UnaryOp::Inot][..] };
        let op = self.choices.of(ops);
        let value = self.pick();
        self.value(InstKind::Unary(op, value))
    }

    /// A function of the platform, of one float or two. There has to be something to do beside calls, or lanes do none.
    fn call(&mut self) -> Value {
        let doubles =
            [RuntimeFunction::Exp, RuntimeFunction::Sin, RuntimeFunction::Log1p, RuntimeFunction::Atan2];
        let singles = [RuntimeFunction::FloatExp, RuntimeFunction::FloatSin, RuntimeFunction::FloatPow];
        let function =
            if self.main == MachineType::F64 { self.choices.of(&doubles) } else { self.choices.of(&singles) };
        let mut arguments: Vec<Value> = function.parameters().iter().map(|_| self.pick()).collect();
        for _ in 0..self.choices.below(3) {
            let other = self.pick();
            arguments[0] = self.value(InstKind::Binary(BinaryOp::Fdiv, arguments[0], other));
        }
        self.value(InstKind::CallRuntime { function, arguments })
    }

    fn binary(&mut self) -> Value {
        let floats = [BinaryOp::Fadd, BinaryOp::Fmul, BinaryOp::Fsub, BinaryOp::Fdiv, BinaryOp::Fcopysign];
        let integers = [
            BinaryOp::Iadd,
            BinaryOp::Imul,
            BinaryOp::Isub,
            BinaryOp::And,
            BinaryOp::Or,
            BinaryOp::Xor,
            BinaryOp::Smin,
            BinaryOp::Smax,
            BinaryOp::Umin,
            BinaryOp::Umax,
        ];
        let op = if self.main.is_float() { self.choices.of(&floats) } else { self.choices.of(&integers) };
        let [a, b] = [(); 2].map(|()| self.pick());
        self.value(InstKind::Binary(op, a, b))
    }

    /// By a constant, sometimes too large, or seldom by another value.
    fn shift(&mut self) -> Value {
        let op = self.choices.of(&[BinaryOp::Shl, BinaryOp::Sshr, BinaryOp::Ushr]);
        let value = self.pick();
        let count = if self.choices.once_in(4) {
            self.pick()
        } else {
            let most = self.main.bits() as usize + if self.choices.once_in(6) { 3 } else { 0 };
            let count = self.choices.below(most) as i64;
            self.value(InstKind::Const(hotloop_mir::Constant::int(self.main, count)))
        };
        self.value(InstKind::Binary(op, value, count))
    }

    /// The bits of a number as one of the other kind, changed, and back. The bits of a nan are not looked at.
    fn bits(&mut self) -> Value {
        let other = match self.main {
            MachineType::F64 => MachineType::I64,
            MachineType::F32 => MachineType::I32,
            MachineType::I64 => MachineType::F64,
            MachineType::I32 => MachineType::F32,
            _ => return self.binary(),
        };
        let value = self.pick();
        if other.is_float() {
            let float = self.value(InstKind::Convert(ConvertOp::Bitcast, value, other));
            let float = self.value(InstKind::Unary(UnaryOp::Fabs, float));
            let number = self.value(InstKind::FloatCompare(FloatCompare::Eq, float, float));
            return self.as_type(number, self.main);
        }
        let is_number = self.value(InstKind::FloatCompare(FloatCompare::Eq, value, value));
        let bits = self.value(InstKind::Convert(ConvertOp::Bitcast, value, other));
        let one = self.value(InstKind::Const(hotloop_mir::Constant::int(other, 1)));
        let bits = self.value(InstKind::Binary(BinaryOp::Xor, bits, one));
        let bits = self.value(InstKind::Select { condition: is_number, then: bits, otherwise: one });
        self.value(InstKind::Convert(ConvertOp::Bitcast, bits, self.main))
    }

    /// Integers are extended, computed with, and cut off again.
    fn with_more_bits(&mut self) -> Value {
        let ty = self.choices.of(&[MachineType::I64, MachineType::I32, MachineType::I16]);
        if ty.bits() <= self.main.bits() {
            return self.binary();
        }
        let mut value = self.pick();
        value = self.as_type(value, ty);
        for _ in 0..1 + self.choices.below(3) {
            let ops = [
                BinaryOp::Iadd,
                BinaryOp::Isub,
                BinaryOp::Imul,
                BinaryOp::And,
                BinaryOp::Or,
                BinaryOp::Smin,
                BinaryOp::Smax,
                BinaryOp::Umax,
            ];
            let op = self.choices.of(&ops);
            let other = if self.choices.once_in(2) {
                let number = self.choices.of(&[1, 3, 77, 255, -1, 256, 30000]);
                self.value(InstKind::Const(hotloop_mir::Constant::int(ty, number)))
            } else {
                let other = self.pick();
                self.as_type(other, ty)
            };
            value = self.value(InstKind::Binary(op, value, other));
            if self.choices.once_in(3) {
                let op = self.choices.of(&[BinaryOp::Shl, BinaryOp::Sshr, BinaryOp::Ushr]);
                let count = self.choices.of(&[1, 3, 8, 9]);
                let count = self.value(InstKind::Const(hotloop_mir::Constant::int(ty, count)));
                value = self.value(InstKind::Binary(op, value, count));
            }
        }
        self.as_type(value, self.main)
    }

    /// A truth value: a comparison, or several put together.
    fn truth(&mut self) -> Value {
        let [mut a, mut b] = [(); 2].map(|()| self.pick());
        if !self.main.is_float() && self.choices.once_in(4) {
            (a, b) = (self.as_type(a, MachineType::I64), self.as_type(b, MachineType::I64));
        }
        let kind = self.compare(a, b);
        let mut truth = self.value(kind);
        if self.choices.once_in(3) && !self.truths.is_empty() {
            let other = self.truths[self.choices.below(self.truths.len())];
            let kind = match self.choices.below(6) {
                0 => InstKind::Unary(UnaryOp::Inot, other),
                1 => InstKind::Select { condition: truth, then: other, otherwise: truth },
                2 => InstKind::IntCompare(self.choices.of(&[IntCompare::Eq, IntCompare::Ne]), truth, other),
                _ => {
                    let op = self.choices.of(&[BinaryOp::And, BinaryOp::Or, BinaryOp::Xor]);
                    InstKind::Binary(op, truth, other)
                }
            };
            truth = self.value(kind);
        }
        self.truths.push(truth);
        truth
    }

    /// A check that holds for most numbers.
    fn check(&mut self) {
        let value = self.pick();
        let limit = hotloop_mir::Constant::int(MachineType::I64, self.choices.below(40) as i64);
        let limit = self.value(InstKind::Const(limit));
        let kind = if self.choices.once_in(3) {
            InstKind::IntCompare(IntCompare::Ne, self.index, limit)
        } else {
            let limit = self.as_type(limit, self.main);
            match self.main.is_float() {
                true => InstKind::FloatCompare(FloatCompare::Ne, value, limit),
                false => InstKind::IntCompare(IntCompare::Ne, value, limit),
            }
        };
        let condition = self.value(kind);
        let error = self.function.error(ExceptionClass::ZeroDivisionError, "it is that number");
        Builder::at(&mut self.function, self.block).effect(InstKind::Check { condition, error });
    }

    fn compare(&mut self, a: Value, b: Value) -> InstKind {
        if self.main.is_float() {
            InstKind::FloatCompare(self.choices.of(FloatCompare::ALL), a, b)
        } else {
            InstKind::IntCompare(self.choices.of(IntCompare::ALL), a, b)
        }
    }

    /// A value of the main type.
    fn pick(&mut self) -> Value {
        let at = self.choices.below(self.values.len());
        self.values[self.values.len() - 1 - at]
    }

    /// An element of an array, as the main type if it can be.
    fn load(&mut self) -> Value {
        let (address, ty, region) = self.element();
        let loaded = self.value(InstKind::Load { ty, address, offset: 0, region });
        self.as_type(loaded, self.main)
    }

    /// Stores all elements of an array that belong to the iteration.
    fn store_all(&mut self) {
        let array = self.choices.below(self.arrays.len());
        let turns_round = self.turns_round > 0 && self.choices.once_in(self.turns_round);
        for element in 0..self.stride {
            let value = self.pick();
            let (address, ty, region) = self.element_at(array, self.stride, element, turns_round);
            self.store_to(address, ty, region, value);
        }
    }

    fn store(&mut self, value: Value) {
        let (address, ty, region) = self.element();
        self.store_to(address, ty, region, value);
    }

    fn store_to(&mut self, address: Value, ty: MachineType, region: Region, value: Value) {
        let value = self.as_type(value, ty);
        Builder::at(&mut self.function, self.block).effect(InstKind::Store {
            value,
            address,
            offset: 0,
            region,
        });
    }

    /// The value as another type: by its low bits, or a number as a float.
    fn as_type(&mut self, value: Value, to: MachineType) -> Value {
        let from = self.function.value_type(value);
        let is_signed = !self.choices.once_in(3);
        let op = match (from, to) {
            _ if from == to => return value,
            (_, MachineType::I1) => {
                let zero = self.value(InstKind::Const(constant(&mut Choices::new(&[]), from)));
                return self.value(match from.is_float() {
                    true => InstKind::FloatCompare(FloatCompare::Gt, value, zero),
                    false => InstKind::IntCompare(IntCompare::Ne, value, zero),
                });
            }
            (MachineType::F32, MachineType::F64) => ConvertOp::Promote,
            (MachineType::F64, MachineType::F32) => ConvertOp::Demote,
            _ if from.is_float() && to != MachineType::I64 => {
                let wide = self.as_type(value, MachineType::I64);
                return self.as_type(wide, to);
            }
            _ if from.is_float() && is_signed => ConvertOp::FloatToSigned,
            _ if from.is_float() => ConvertOp::FloatToUnsigned,
            _ if to.is_float() && is_signed && from != MachineType::I1 => ConvertOp::SignedToFloat,
            _ if to.is_float() => ConvertOp::UnsignedToFloat,
            _ if from.bits() > to.bits() => ConvertOp::Truncate,
            _ if is_signed => ConvertOp::SignExtend,
            _ => ConvertOp::ZeroExtend,
        };
        self.value(InstKind::Convert(op, value, to))
    }

    /// The address of an element at the index or beside it.
    fn element(&mut self) -> (Value, MachineType, Region) {
        let array = self.choices.below(self.arrays.len());
        let turns_round = self.turns_round > 0 && self.choices.once_in(self.turns_round);
        if self.stride > 1 && !self.choices.once_in(4) {
            let element = self.choices.below(self.stride as usize) as i64;
            return self.element_at(array, self.stride, element, turns_round);
        }
        let beside = self.choices.of(&[0, 0, 0, 1, -1, 2]);
        self.element_at(array, 1, beside, turns_round)
    }

    /// The address of the element at a multiple of the index, and so many further; or as many from the end.
    fn element_at(
        &mut self,
        array: usize,
        stride: i64,
        beside: i64,
        turns_round: bool,
    ) -> (Value, MachineType, Region) {
        let ((data, length, region), ty) = (self.places[array], self.arrays[array]);
        let beside = self.value(InstKind::Const(Scalar::i64(beside)));
        // Seldom the element is the same in every iteration.
        let index = if self.choices.once_in(8) { self.start } else { self.index };
        let mut index = match self.counter {
            Some(counter) if self.choices.once_in(3) => counter,
            Some(counter) if self.choices.once_in(2) => {
                self.value(InstKind::Binary(BinaryOp::Iadd, index, counter))
            }
            _ => index,
        };
        let follower = self.follower.filter(|_| stride == self.stride && index == self.index);
        if let Some(follower) = follower {
            index = follower;
        } else if stride != 1 {
            let stride = self.value(InstKind::Const(Scalar::i64(stride)));
            index = self.value(InstKind::Binary(BinaryOp::Imul, index, stride));
        }
        let mut index = self.value(InstKind::Binary(BinaryOp::Iadd, index, beside));
        if turns_round {
            let one = self.value(InstKind::Const(Scalar::i64(1)));
            let last = self.value(InstKind::Binary(BinaryOp::Isub, length, one));
            index = self.value(InstKind::Binary(BinaryOp::Isub, last, index));
        }
        if self.is_checked {
            let wrap = self.choices.once_in(2);
            index = self.value(InstKind::CheckBounds { index, length, axis: 0, wrap });
        }
        let size = self.value(InstKind::Const(Scalar::i64(i64::from(ty.size_bytes()))));
        let offset = self.value(InstKind::Binary(BinaryOp::Imul, index, size));
        (self.value(InstKind::PtrAdd { base: data, offset }), ty, region)
    }
}
