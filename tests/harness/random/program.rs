//! Random MIR programs that verify and end.
//!
//! A program is a module of two functions, `kernel` and the `helper` that it calls, in the shape that lowering gives:
//! variables become parameters of joins, indices are checked, owned blocks are released by unwind targets. The kernel
//! takes an array of integers and one of floats, two integers and a float, and returns three integers and two floats.
//!
//! Decisions come from a tape of random numbers; behind its end every decision is the plainest, so a shorter tape is a
//! smaller program, and a failing one shrinks well.

use hotloop_diagnostics::{FileId, Span};
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, Callee, CalleeData, Constant, ConvertOp, ErrorId, ExceptionClass,
    FloatCompare, Function, InstKind, IntCompare, MachineType, Module, ParFor, Reduction, ReductionOp,
    Region, RegionKind, RuntimeFunction, Terminator, UnaryOp, Value,
};

/// The types of the parameters of both functions: two descriptors of arrays of one dimension, then scalars.
pub(crate) const PARAMETERS: [MachineType; 5] =
    [MachineType::Ptr, MachineType::Ptr, MachineType::I64, MachineType::I64, MachineType::F64];

/// The types of the results of both functions.
pub(crate) const RESULTS: [MachineType; 5] =
    [MachineType::I64, MachineType::I64, MachineType::I64, MachineType::F64, MachineType::F64];

/// The program that a tape decides.
pub(crate) fn module(tape: Vec<u64>) -> Module {
    let mut choices = Choices { tape: tape.into_iter() };
    let kernel = function("kernel", true, &mut choices);
    let helper = function("helper", false, &mut choices);
    Module { functions: vec![kernel, helper] }
}

fn function(name: &str, calls: bool, choices: &mut Choices) -> Function {
    let mut function = Function::new(name, &PARAMETERS, &RESULTS);
    let mut generator = Generator::new(&mut function, calls, choices);
    generator.statements(4);
    generator.finish();
    function
}

/// Decisions taken from a tape; behind its end every number is 0.
struct Choices {
    tape: std::vec::IntoIter<u64>,
}

impl Choices {
    fn below(&mut self, limit: u64) -> u64 {
        self.tape.next().unwrap_or(0) % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// The variables of the program, as values at one point.
#[derive(Clone, Copy)]
struct Variables {
    ints: [Value; 3],
    floats: [Value; 2],
}

impl Variables {
    fn values(&self) -> Vec<Value> {
        self.ints.iter().chain(&self.floats).copied().collect()
    }

    fn from_values(values: &[Value]) -> Self {
        let &[a, b, c, x, y] = values else { unreachable!("five variables") };
        Self { ints: [a, b, c], floats: [x, y] }
    }
}

/// A flattened array of one dimension.
#[derive(Clone, Copy)]
struct Array {
    element: MachineType,
    data: Value,
    length: Value,
    stride: Value,
    region: Region,
}

struct Generator<'a> {
    builder: Builder<'a>,
    choices: &'a mut Choices,
    variables: Variables,
    arrays: [Array; 2],
    helper: Option<Callee>,
    division_by_zero: ErrorId,
    /// Where errors go at this point.
    unwind: Option<Block>,
    /// Blocks of memory that are owned at this point, and given back before a return.
    owned: Vec<Value>,
    /// The exits of the loops around this point, inside of the innermost parallel loop.
    exits: Vec<Block>,
    /// The index of the outermost parallel loop: loads and stores go to that element only, so that no iteration sees
    /// another's.
    parallel_index: Option<Value>,
    /// Whether this point is in a parallel loop within another one: there nothing is stored.
    is_nested_parallel: bool,
    /// Whether errors are caught around this point. Then no parallel loop may raise: what iterations behind the failing one did is not specified.
    is_guarded: bool,
    /// How many nested statements may still be opened, so that programs stay small.
    depth_left: u32,
    next_span: u32,
}

impl<'a> Generator<'a> {
    fn new(function: &'a mut Function, calls: bool, choices: &'a mut Choices) -> Self {
        let parameters = function.parameters().to_vec();
        let descriptor = function.region(RegionKind::Descriptor);
        let regions = [0, 1].map(|number| function.region(RegionKind::Argument(number)));
        let division_by_zero = function.error(ExceptionClass::ZeroDivisionError, "division by zero");
        let callee = CalleeData {
            symbol: "helper".into(),
            parameters: PARAMETERS.into(),
            results: RESULTS.into(),
            is_placeless: false,
        };
        let helper = calls.then(|| function.callee(callee));
        let mut builder = Builder::at_entry(function);
        let mut array = |number: usize, element| {
            let mut field = |ty, offset| {
                builder.value(InstKind::Load { ty, address: parameters[number], offset, region: descriptor })
            };
            let (data, length, stride) =
                (field(MachineType::Ptr, 8), field(MachineType::I64, 16), field(MachineType::I64, 24));
            Array { element, data, length, stride, region: regions[number] }
        };
        let arrays = [array(0, MachineType::I64), array(1, MachineType::F64)];
        let zero = builder.int(MachineType::I64, 0);
        let half = builder.float(0.5);
        let variables =
            Variables { ints: [parameters[2], parameters[3], zero], floats: [parameters[4], half] };
        let mut generator = Self {
            builder,
            choices,
            variables,
            arrays,
            helper,
            division_by_zero,
            unwind: None,
            owned: Vec::new(),
            exits: Vec::new(),
            parallel_index: None,
            is_nested_parallel: false,
            is_guarded: false,
            depth_left: 3,
            next_span: 1,
        };
        let start = generator.block();
        generator.builder.jump(start, &[]);
        generator.builder.switch_to(start);
        generator
    }

    fn finish(&mut self) {
        let results = self.variables.values();
        self.builder.terminate(Terminator::Return(results));
    }

    /// A new block that unwinds as this point does.
    fn block(&mut self) -> Block {
        let block = self.builder.add_block();
        self.builder.function.blocks[block].unwind = self.unwind;
        block
    }

    /// A new block with parameters for the variables, and these.
    fn join(&mut self) -> (Block, Variables) {
        let block = self.block();
        let types = RESULTS.iter();
        let values: Vec<Value> = types.map(|ty| self.builder.function.add_parameter(block, *ty)).collect();
        (block, Variables::from_values(&values))
    }

    fn jump_to_join(&mut self, block: Block) {
        let values = self.variables.values();
        self.builder.jump(block, &values);
    }

    fn go_on(&mut self, block: Block, variables: Variables) {
        self.builder.switch_to(block);
        self.variables = variables;
    }

    fn next_place(&mut self) {
        self.next_span += 1;
        self.builder.set_span(Span::new(FileId::from_number(0), self.next_span, self.next_span + 1));
    }

    fn statements(&mut self, most: u64) {
        for _ in 0..=self.choices.below(most) {
            self.statement();
        }
    }

    fn statement(&mut self) {
        self.next_place();
        match self.choices.below(14) {
            0 | 1 => {
                let at = self.choices.below(3) as usize;
                self.variables.ints[at] = self.int(3);
            }
            2 | 3 => {
                let at = self.choices.below(2) as usize;
                self.variables.floats[at] = self.float(3);
            }
            4 => self.store(0),
            5 => self.store(1),
            6 => self.call_helper(),
            7 => self.raise_if(),
            8 => self.leave_if(),
            _ if self.depth_left == 0 => {}
            9 => self.nested(Self::branch),
            10 => self.nested(Self::counted_loop),
            11 if self.is_guarded => {}
            11 => self.nested(Self::parallel_loop),
            12 => self.nested(Self::guarded),
            _ => self.nested(Self::owned_block),
        }
    }

    fn nested(&mut self, statement: impl FnOnce(&mut Self)) {
        self.depth_left -= 1;
        statement(self);
        self.depth_left += 1;
    }
}

// Statements.
impl Generator<'_> {
    fn branch(&mut self) {
        let condition = self.condition();
        let (then, otherwise) = (self.block(), self.block());
        let (join, joined) = self.join();
        self.builder.branch(condition, then, otherwise);
        let before = self.variables;
        self.builder.switch_to(then);
        self.statements(3);
        self.jump_to_join(join);
        self.go_on(otherwise, before);
        self.statements(3);
        self.jump_to_join(join);
        self.go_on(join, joined);
    }

    /// `for i in range(start, stop, step)`, with at most a few iterations.
    fn counted_loop(&mut self) {
        let start = self.choices.one_of(&[0, 1, -2, 5]);
        let step = self.choices.one_of(&[1, 2, -1, 3]);
        let start = self.int_constant(start);
        let trips = self.small_int(7);
        let distance = self.int_constant(step);
        let distance = self.builder.binary(BinaryOp::Imul, trips, distance);
        let stop = self.builder.binary(BinaryOp::Iadd, start, distance);

        let (header, in_header) = self.join();
        let index = self.builder.function.add_parameter(header, MachineType::I64);
        let body = self.block();
        let (exit, after) = self.join();
        let enter: Vec<Value> = self.variables.values().into_iter().chain([start]).collect();
        self.builder.jump(header, &enter);

        self.go_on(header, in_header);
        let compare = if step > 0 { IntCompare::Slt } else { IntCompare::Sgt };
        let runs = self.builder.compare(compare, index, stop);
        self.builder.terminate(Terminator::Branch {
            condition: runs,
            then: BlockCall::new(body, Vec::new()),
            otherwise: BlockCall::new(exit, in_header.values()),
        });

        self.builder.switch_to(body);
        self.builder.effect(InstKind::Safepoint);
        self.exits.push(exit);
        let kept = self.variables.ints[2];
        if self.choices.below(2) == 0 {
            self.variables.ints[2] = index;
        }
        self.statements(4);
        self.exits.pop();
        if self.choices.below(2) == 0 {
            self.variables.ints[2] = kept;
        }
        let step = self.int_constant(step);
        let next = self.builder.binary(BinaryOp::Iadd, index, step);
        let again: Vec<Value> = self.variables.values().into_iter().chain([next]).collect();
        self.builder.jump(header, &again);
        self.go_on(exit, after);
    }

    /// A parallel loop that reduces some of the variables; what its body does to the others is forgotten.
    fn parallel_loop(&mut self) {
        let before = self.variables;
        let mut reductions = Vec::new();
        let mut reduced: Vec<usize> = Vec::new();
        for at in 0..5 {
            if self.choices.below(3) == 1 {
                let ints = [
                    ReductionOp::Iadd,
                    ReductionOp::Imul,
                    ReductionOp::Smin,
                    ReductionOp::Umax,
                    ReductionOp::Xor,
                ];
                let floats = [ReductionOp::Fadd, ReductionOp::Fmul, ReductionOp::Fmin, ReductionOp::Fmax];
                let op = if at < 3 { self.choices.one_of(&ints) } else { self.choices.one_of(&floats) };
                reductions.push(Reduction { op, initial: before.values()[at] });
                reduced.push(at);
            }
        }
        let count = self.small_int(if self.parallel_index.is_some() { 4 } else { 100 });
        let chunks = (!reductions.is_empty()).then(|| self.chunks_of(count));
        let outer_unwind = self.unwind.take();
        let body = self.block();
        let index = self.builder.function.add_parameter(body, MachineType::I64);
        let inside = self.with_reduced(body, before, &reduced);
        self.unwind = outer_unwind;
        let exit = self.block();
        let after = self.with_reduced(exit, before, &reduced);
        self.builder.terminate(Terminator::ParFor(ParFor { count, body, chunks, reductions, exit }));

        self.go_on(body, inside);
        self.parallel_body(index, &reduced);
        self.go_on(exit, after);
    }

    /// Some number of chunks for that many iterations.
    fn chunks_of(&mut self, count: Value) -> Value {
        let most = self.choices.one_of(&[1, 3, 64]);
        let [zero, most] = [0, most].map(|number| self.builder.int(MachineType::I64, number));
        let iterations = self.builder.binary(BinaryOp::Smax, count, zero);
        self.builder.binary(BinaryOp::Smin, iterations, most)
    }

    fn parallel_body(&mut self, index: Value, reduced: &[usize]) {
        let unwind = self.unwind.take();
        let (owned, exits) = (std::mem::take(&mut self.owned), std::mem::take(&mut self.exits));
        let (outer_index, is_outer_nested) = (self.parallel_index, self.is_nested_parallel);
        self.parallel_index = outer_index.or(Some(index));
        self.is_nested_parallel = outer_index.is_some();
        self.statements(4);
        let values = self.variables.values();
        let accumulators = reduced.iter().map(|at| values[*at]).collect();
        self.builder.terminate(Terminator::ParYield(accumulators));
        (self.unwind, self.owned, self.exits) = (unwind, owned, exits);
        (self.parallel_index, self.is_nested_parallel) = (outer_index, is_outer_nested);
    }

    /// The variables where the reduced ones are parameters of `block`.
    fn with_reduced(&mut self, block: Block, variables: Variables, reduced: &[usize]) -> Variables {
        let mut values = variables.values();
        for at in reduced {
            values[*at] = self.builder.function.add_parameter(block, RESULTS[*at]);
        }
        Variables::from_values(&values)
    }

    /// Statements whose errors are caught, all or those of a class; some are raised again.
    fn guarded(&mut self) {
        let before = self.variables;
        let (after, joined) = self.join();
        let landing = self.block();
        let outer_unwind = self.unwind.replace(landing);
        let protected = self.block();
        self.builder.jump(protected, &[]);
        self.builder.switch_to(protected);
        let is_outer_guarded = std::mem::replace(&mut self.is_guarded, true);
        self.statements(4);
        self.is_guarded = is_outer_guarded;
        self.unwind = outer_unwind;
        self.jump_to_join(after);

        self.go_on(landing, before);
        if self.choices.below(2) == 0 {
            self.catch_only();
        }
        let caught = self.builder.value(InstKind::Catch);
        self.statements(2);
        if self.choices.below(3) == 0 {
            let condition = self.condition();
            self.leave(condition, |generator| generator.builder.terminate(Terminator::RaiseAgain(caught)));
        }
        self.jump_to_join(after);
        self.go_on(after, joined);
    }

    /// Errors of other classes go on.
    fn catch_only(&mut self) {
        let class = self.choices.one_of(&[
            ExceptionClass::ArithmeticError,
            ExceptionClass::LookupError,
            ExceptionClass::ValueError,
        ]);
        let error = self.builder.function.error(class, "");
        let is_it = self.builder.value(InstKind::ErrorIs(error));
        let (caught, other) = (self.block(), self.block());
        self.builder.branch(is_it, caught, other);
        self.builder.switch_to(other);
        self.builder.terminate(Terminator::Reraise);
        self.builder.switch_to(caught);
    }

    /// Allocates a block, uses it as an array, and gives it back, also when an error comes between.
    fn owned_block(&mut self) {
        let size = self.int_constant(64);
        let function = self.choices.one_of(&[RuntimeFunction::AllocateZeroed, RuntimeFunction::Allocate]);
        let owner = self.builder.value(InstKind::CallRuntime { function, arguments: vec![size] });
        let cleanup = self.block();
        let outer_unwind = self.unwind.replace(cleanup);
        let protected = self.block();
        self.builder.jump(protected, &[]);
        let here = protected;
        self.builder.switch_to(cleanup);
        self.release(owner);
        self.builder.terminate(Terminator::Reraise);
        self.builder.switch_to(here);

        self.owned.push(owner);
        let array = self.fresh_array(owner);
        let borrowed = std::mem::replace(&mut self.arrays[0], array);
        self.statements(4);
        self.arrays[0] = borrowed;
        self.owned.pop();
        self.unwind = outer_unwind;
        let after = self.block();
        self.builder.jump(after, &[]);
        self.builder.switch_to(after);
        self.release(owner);
    }

    /// Eight integers in a block, set to numbers.
    fn fresh_array(&mut self, owner: Value) -> Array {
        let number = self.builder.function.regions.len() as u32;
        let region = self.builder.function.region(RegionKind::Allocation(number));
        let header = self.int_constant(64);
        let data = self.builder.value(InstKind::PtrAdd { base: owner, offset: header });
        for at in 0..8 {
            let value = self.int_constant(i64::from(at) * 3 - 5);
            self.builder.effect(InstKind::Store { value, address: data, offset: 8 * at, region });
        }
        let (length, stride) = (self.int_constant(8), self.int_constant(8));
        Array { element: MachineType::I64, data, length, stride, region }
    }

    fn release(&mut self, owner: Value) {
        let release = InstKind::CallRuntime { function: RuntimeFunction::Release, arguments: vec![owner] };
        self.builder.effect(release);
    }

    fn store(&mut self, number: usize) {
        if self.is_nested_parallel {
            return;
        }
        let array = self.arrays[number];
        let value = if array.element == MachineType::I64 { self.int(2) } else { self.float(2) };
        let index = match self.parallel_index {
            Some(index) => index,
            None => self.index(),
        };
        let address = self.element(array, index);
        self.builder.effect(InstKind::Store { value, address, offset: 0, region: array.region });
    }

    /// Calls the helper. In a parallel loop it would write what other iterations read.
    fn call_helper(&mut self) {
        let is_usable = self.parallel_index.is_none() && !self.is_guarded;
        let Some(callee) = self.helper.filter(|_| is_usable) else { return };
        let parameters = self.builder.function.parameters().to_vec();
        let arguments = vec![parameters[0], parameters[1], self.int(1), self.int(1), self.float(1)];
        let results = self.builder.push(InstKind::Call { callee, arguments });
        self.variables = Variables::from_values(&results);
    }

    fn raise_if(&mut self) {
        let condition = self.condition();
        if self.choices.below(2) == 0 {
            let error = self.builder.function.error(ExceptionClass::AssertionError, "it does not hold");
            let holds = self.builder.value(InstKind::Unary(UnaryOp::Inot, condition));
            self.builder.effect(InstKind::Check { condition: holds, error });
            return;
        }
        let payload = vec![self.variables.ints[0], self.variables.ints[1]];
        let error = self.builder.function.error(ExceptionClass::ValueError, "{0} and {1}");
        self.leave(condition, |generator| generator.builder.terminate(Terminator::Raise { error, payload }));
    }

    /// Leaves a loop or the function.
    fn leave_if(&mut self) {
        let exit = self.exits.last().copied();
        let may_return = self.owned.is_empty() && self.parallel_index.is_none();
        // A loop around the allocation of an owned block is not left from inside of the block's life.
        match exit.filter(|exit| self.builder.function.blocks[*exit].unwind == self.unwind) {
            Some(exit) => {
                let condition = self.condition();
                self.leave(condition, |generator| generator.jump_to_join(exit));
            }
            None if may_return => {
                let condition = self.condition();
                self.leave(condition, Self::finish);
            }
            None => {}
        }
    }

    fn leave(&mut self, condition: Value, end: impl FnOnce(&mut Self)) {
        let (leaving, staying) = (self.block(), self.block());
        self.builder.branch(condition, leaving, staying);
        self.builder.switch_to(leaving);
        end(self);
        self.builder.switch_to(staying);
    }
}

// Expressions.
impl Generator<'_> {
    fn int_constant(&mut self, value: i64) -> Value {
        self.builder.int(MachineType::I64, value)
    }

    /// An integer from 0 to `most`, or so.
    fn small_int(&mut self, most: i64) -> Value {
        match self.choices.below(3) {
            0 => {
                let value = self.choices.below(most as u64 + 1) as i64;
                self.int_constant(value)
            }
            1 => {
                let variable = self.choices.one_of(&self.variables.ints);
                let bound = self.int_constant(most);
                self.builder.binary(BinaryOp::Smin, variable, bound)
            }
            _ => self.arrays[self.choices.below(2) as usize].length,
        }
    }

    /// An index that is mostly in range.
    fn index(&mut self) -> Value {
        let base = self.choices.one_of(&self.variables.ints);
        let offset = self.choices.one_of(&[0, 1, -1, 3]);
        match self.choices.below(4) {
            0 => self.int_constant(offset),
            1 => {
                let mask = self.int_constant(3);
                self.builder.binary(BinaryOp::And, base, mask)
            }
            _ => {
                let offset = self.int_constant(offset);
                self.builder.binary(BinaryOp::Iadd, base, offset)
            }
        }
    }

    /// The address of an element, checked.
    fn element(&mut self, array: Array, index: Value) -> Value {
        let wrap = self.choices.below(4) != 3;
        let index = self.builder.value(InstKind::CheckBounds { index, length: array.length, axis: 0, wrap });
        let offset = self.builder.binary(BinaryOp::Imul, index, array.stride);
        self.builder.value(InstKind::PtrAdd { base: array.data, offset })
    }

    /// An element; in a parallel loop of an array that is written, its own.
    fn load(&mut self, number: usize) -> Value {
        let array = self.arrays[number];
        let index = match self.parallel_index {
            Some(index) => index,
            None => self.index(),
        };
        let address = self.element(array, index);
        self.builder.value(InstKind::Load { ty: array.element, address, offset: 0, region: array.region })
    }

    fn int(&mut self, depth: u32) -> Value {
        let choice = if depth == 0 { self.choices.below(2) } else { self.choices.below(9) };
        match choice {
            0 => self.choices.one_of(&self.variables.ints),
            1 => {
                let value = self.choices.one_of(&[0, 1, 2, -1, 7, 64, 255, i64::MAX, i64::MIN]);
                self.int_constant(value)
            }
            2 => self.load(0),
            3 => self.divide(depth),
            4 => self.narrowed(depth),
            5 => {
                let value = self.float(depth - 1);
                self.builder.value(InstKind::Convert(ConvertOp::FloatToSigned, value, MachineType::I64))
            }
            6 => {
                let (condition, then, otherwise) =
                    (self.condition(), self.int(depth - 1), self.int(depth - 1));
                self.builder.value(InstKind::Select { condition, then, otherwise })
            }
            7 => {
                let op = self.choices.one_of(&[UnaryOp::Ineg, UnaryOp::Inot]);
                let value = self.int(depth - 1);
                self.builder.value(InstKind::Unary(op, value))
            }
            _ => {
                use BinaryOp::{And, Iadd, Imul, Isub, Or, Shl, Smax, Smin, Sshr, Umax, Umin, Ushr, Xor};
                let all = [Iadd, Isub, Imul, And, Or, Xor, Shl, Sshr, Ushr, Smin, Smax, Umin, Umax];
                let (op, a, b) = (self.choices.one_of(&all), self.int(depth - 1), self.int(depth - 1));
                self.builder.binary(op, a, b)
            }
        }
    }

    fn divide(&mut self, depth: u32) -> Value {
        let (a, b) = (self.int(depth - 1), self.int(depth - 1));
        let zero = self.int_constant(0);
        let condition = self.builder.compare(IntCompare::Ne, b, zero);
        self.builder.effect(InstKind::Check { condition, error: self.division_by_zero });
        let all = [BinaryOp::SdivFloor, BinaryOp::SmodFloor, BinaryOp::Udiv, BinaryOp::Urem];
        self.builder.binary(self.choices.one_of(&all), a, b)
    }

    /// By way of a narrower integer.
    fn narrowed(&mut self, depth: u32) -> Value {
        let ty = self.choices.one_of(&[MachineType::I8, MachineType::I16, MachineType::I32]);
        let (a, b) = (self.int(depth - 1), self.int(depth - 1));
        let mut narrow = |value| self.builder.value(InstKind::Convert(ConvertOp::Truncate, value, ty));
        let (a, b) = (narrow(a), narrow(b));
        let op = self.choices.one_of(&[
            BinaryOp::Iadd,
            BinaryOp::Imul,
            BinaryOp::Shl,
            BinaryOp::Ushr,
            BinaryOp::Smin,
        ]);
        let result = self.builder.binary(op, a, b);
        let extend = self.choices.one_of(&[ConvertOp::SignExtend, ConvertOp::ZeroExtend]);
        self.builder.value(InstKind::Convert(extend, result, MachineType::I64))
    }

    fn float(&mut self, depth: u32) -> Value {
        let choice = if depth == 0 { self.choices.below(2) } else { self.choices.below(7) };
        match choice {
            0 => self.choices.one_of(&self.variables.floats),
            1 => {
                let value = self.choices.one_of(&[0.0, 1.0, -0.0, 0.1, -2.5, 1e300, f64::INFINITY, f64::NAN]);
                self.builder.value(InstKind::Const(Constant::f64(value)))
            }
            2 => self.load(1),
            3 => {
                let value = self.int(depth - 1);
                let op = self.choices.one_of(&[ConvertOp::SignedToFloat, ConvertOp::UnsignedToFloat]);
                self.builder.value(InstKind::Convert(op, value, MachineType::F64))
            }
            4 => {
                use UnaryOp::{Fabs, Fceil, Ffloor, Fnearest, Fneg, Fsqrt, Ftrunc};
                let op = self.choices.one_of(&[Fneg, Fabs, Fsqrt, Ffloor, Fceil, Ftrunc, Fnearest]);
                let value = self.float(depth - 1);
                self.builder.value(InstKind::Unary(op, value))
            }
            5 => {
                let (condition, then, otherwise) =
                    (self.condition(), self.float(depth - 1), self.float(depth - 1));
                self.builder.value(InstKind::Select { condition, then, otherwise })
            }
            _ => {
                let all =
                    [BinaryOp::Fadd, BinaryOp::Fsub, BinaryOp::Fmul, BinaryOp::Fdiv, BinaryOp::Fcopysign];
                let (op, a, b) = (self.choices.one_of(&all), self.float(depth - 1), self.float(depth - 1));
                self.builder.binary(op, a, b)
            }
        }
    }

    fn condition(&mut self) -> Value {
        match self.choices.below(4) {
            0 | 1 => {
                let (op, a, b) = (self.choices.one_of(IntCompare::ALL), self.int(1), self.int(1));
                self.builder.compare(op, a, b)
            }
            2 => {
                let (op, a, b) = (self.choices.one_of(FloatCompare::ALL), self.float(1), self.float(1));
                self.builder.value(InstKind::FloatCompare(op, a, b))
            }
            _ => {
                let (a, b) = (self.condition_leaf(), self.condition_leaf());
                let op = self.choices.one_of(&[BinaryOp::And, BinaryOp::Or, BinaryOp::Xor]);
                self.builder.binary(op, a, b)
            }
        }
    }

    fn condition_leaf(&mut self) -> Value {
        let a = self.choices.one_of(&self.variables.ints);
        let b = self.int_constant(2);
        self.builder.compare(self.choices.one_of(IntCompare::ALL), a, b)
    }
}
