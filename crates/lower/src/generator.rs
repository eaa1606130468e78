//! Generators: a function with `yield` becomes two, one that makes a generator and one that goes on with it.
//!
//! ```text
//! def count(n):                fn @count(n) -> ptr            makes a frame with n in it
//!     for i in range(n):       fn @count$resume(frame) -> (i1, i64)
//!         yield i                  runs to the next `yield`; (false, 0) when there is none
//! ```
//!
//! The second is lowered as any function, its parameters read from the frame. A `yield` ends a block, and for the time being jumps to the block behind
//! it. When all is built, what is alive across such a jump gets a word of the frame: it is stored where it is defined, and loaded in each block
//! that uses it and does not define it, but for constants, which are made again. Then each `yield` returns instead, and the entry goes where the
//! frame's state says: the block behind the last `yield`. While it runs, and when it has ended, the state is negative.
//!
//! A frame is a counted block. The references that are held at a `yield` are stored in it, so that who drops the frame releases them (see
//! `hotloop_objects::layout`); those of the parameters stay there as long as it lives.

use crate::lowering::Lowering;
use crate::values::{Lifetime, Operand, flat_types};
use hotloop_hir::Expr;
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{
    Block, BlockCall, BlockData, Constant, ControlFlow, Definition, Function, Inst, InstKind, IntCompare,
    MachineType, Region, RegionKind, RuntimeFunction, Terminator, Value,
};
use hotloop_objects::layout::{FRAME_OWNER_COUNT, FRAME_OWNERS, FRAME_STATE, FRAME_WORDS, HEADER_BYTES};
use hotloop_types::Type;
use rustc_hash::FxHashMap;

/// The frame of a generator under construction.
pub(crate) struct Frame {
    /// Its address in the function that goes on.
    address: Value,
    /// The machine types of the parameters' words, which come first.
    parameters: Vec<MachineType>,
    /// How many references the parameters hold.
    parameter_owners: usize,
    /// How many others are held at a `yield`, at most.
    most_owners: usize,
    /// The blocks that end in a `yield`, each with the one behind it.
    yields: Vec<(Block, Block)>,
}

/// Where a value is found again that is alive across a `yield`.
#[derive(Clone, Debug)]
enum Home {
    /// It is made again.
    Made(InstKind),
    /// In the frame, so many bytes behind its start.
    Word(i32),
}

impl Frame {
    /// The frame of a function whose parameters have these types.
    pub(crate) fn new<'a>(address: Value, parameters: impl Iterator<Item = &'a Type>) -> Self {
        let mut types = Vec::new();
        parameters.for_each(|ty| flat_types(ty, &mut types));
        Self { address, parameters: types, parameter_owners: 0, most_owners: 0, yields: Vec::new() }
    }

    /// Where the references begin.
    fn owners_at(&self) -> i32 {
        FRAME_WORDS as i32 + 8 * self.parameters.len() as i32
    }

    /// Where the values begin that are alive across a `yield`.
    fn saved_at(&self) -> i32 {
        self.owners_at() + 8 * (self.parameter_owners + self.most_owners) as i32
    }

    fn holds_references(&self) -> bool {
        self.parameter_owners + self.most_owners > 0
    }
}

/// The region of a word of the frame.
fn word_region(function: &mut Function, offset: i32) -> Region {
    function.region(RegionKind::Frame(offset as u32 / 8))
}

impl<'a> Lowering<'a> {
    /// Both functions of a generator: the one that makes it, and the one that goes on.
    pub(crate) fn generator(source: &'a hotloop_hir::Function, items: &'a Type) -> Vec<Function> {
        let (function, frame, size_bytes) = Self::resuming(source, items).split();
        let mut making = Self::new(source);
        making.make_frame(&frame, size_bytes);
        vec![making.code.finish(making.source.races), function]
    }

    /// Reads the parameters from the frame.
    pub(crate) fn bind_parameters_of_frame(&mut self) {
        let mut offset = FRAME_WORDS as i32;
        for version in &self.source.parameters {
            let ty = self.version_type(*version);
            let mut types = Vec::new();
            flat_types(ty, &mut types);
            let address = self.frame().address;
            let words: Vec<Value> = types
                .into_iter()
                .map(|machine| {
                    let region = word_region(&mut self.code.function, offset);
                    offset += 8;
                    self.code.load(machine, address, offset - 8, region)
                })
                .collect();
            let operand = self.code.unflatten(ty, &mut words.into_iter(), Lifetime::Caller);
            let mut owners = 0;
            operand.for_each_owner(&mut |_, _| owners += 1);
            self.frame().parameter_owners += owners;
            self.assign(*version, operand);
        }
    }

    fn frame(&mut self) -> &mut Frame {
        self.generator.as_mut().expect("HIR: only a generator yields")
    }

    /// `yield`: the value goes with a reference of its own to each object, and those held here go to the frame.
    pub(crate) fn yield_item(&mut self, value: &Expr) {
        let operand = self.expr(value);
        self.code.set_span(value.span);
        self.give_references(&operand);
        let owners = self.code.holdings.owners();
        let frame = self.frame();
        frame.most_owners = frame.most_owners.max(owners.len());
        let (address, before, start) = (frame.address, frame.parameter_owners, frame.owners_at());
        let state = frame.yields.len() as i64 + 1;
        let count = (before + owners.len()) as i64;
        for (position, owner) in owners.iter().enumerate() {
            self.store_word(*owner, address, start + 8 * (before + position) as i32);
        }
        if !owners.is_empty() {
            let count = self.code.int64(count);
            self.store_word(count, address, FRAME_OWNER_COUNT as i32);
        }
        let state = self.code.int64(state);
        self.store_word(state, address, FRAME_STATE as i32);
        let mut results = vec![self.code.boolean(true)];
        operand.flatten(&mut results);
        self.suspend(results);
    }

    fn store_word(&mut self, value: Value, address: Value, offset: i32) {
        let region = word_region(&mut self.code.function, offset);
        self.code.store(value, address, offset, region);
    }

    /// Ends the block, for the time being with a jump that passes what is to be returned.
    fn suspend(&mut self, results: Vec<Value>) {
        let (block, resumed) = (self.code.block(), self.code.new_block());
        for result in &results {
            self.code.add_parameter(resumed, self.code.ty(*result));
        }
        self.code.jump(resumed, results);
        self.code.start(resumed);
        self.frame().yields.push((block, resumed));
    }

    /// There are no more items.
    pub(crate) fn end_generator(&mut self) {
        self.code.holdings.leave_tries(0);
        self.code.release_where(|_| true);
        let types = self.code.function.results.clone();
        let results = types.into_iter().map(|ty| self.code.zero(ty)).collect();
        self.code.terminate(Terminator::Return(results));
    }

    /// The body of the function that makes a generator.
    fn make_frame(&mut self, frame: &Frame, size_bytes: i64) {
        self.bind_parameters();
        let size = self.code.int64(size_bytes);
        let address = self.code.call_runtime(RuntimeFunction::NewFrame, vec![size]);
        let (mut words, mut owners) = (Vec::new(), Vec::new());
        for version in &self.source.parameters {
            let operand = self.binding(*version).operand.clone();
            operand.flatten(&mut words);
            operand.for_each_owner(&mut |owner, _| owners.push(owner));
        }
        for (position, word) in words.into_iter().enumerate() {
            self.store_word(word, address, FRAME_WORDS as i32 + 8 * position as i32);
        }
        for (position, owner) in owners.iter().enumerate() {
            self.code.retain(*owner);
            self.store_word(*owner, address, frame.owners_at() + 8 * position as i32);
        }
        if frame.holds_references() {
            let (start, count) =
                (self.code.int64(i64::from(frame.owners_at())), self.code.int64(owners.len() as i64));
            self.store_word(start, address, FRAME_OWNERS as i32);
            self.store_word(count, address, FRAME_OWNER_COUNT as i32);
        }
        self.code.terminate(Terminator::Return(vec![address]));
    }

    /// Lowers the body, up to the jumps that stand for `yield`.
    fn resuming(source: &'a hotloop_hir::Function, items: &'a Type) -> Self {
        let mut lowering = Self::new(source);
        let mut results = Vec::new();
        flat_types(&hotloop_types::GeneratorType::resumed(items), &mut results);
        let name = hotloop_types::GeneratorType::resume_symbol(&source.symbol);
        let mut function = Function::new(name, &[MachineType::Ptr], &results);
        (function.float_flags, function.span) = (lowering.code.function.float_flags, source.span);
        let parameters = source.parameters.iter().map(|version| &source.versions[*version].ty);
        lowering.generator = Some(Frame::new(function.parameters()[0], parameters));
        lowering.code = crate::code::Code::new(function);
        lowering.bind_parameters_of_frame();
        lowering.statements(&source.body);
        if lowering.code.is_reachable() {
            lowering.end_generator();
        }
        lowering
    }

    /// Makes returns of the jumps; gives the function, its frame, and how many bytes that takes behind its header.
    fn split(self) -> (Function, Frame, i64) {
        let frame = self.generator.expect("a generator has a frame");
        let mut function = self.code.finish(self.source.races);
        let alive = alive_across(&function, &frame);
        let (homes, end) = homes(&function, &frame, &alive);
        for (block, resumed) in &frame.yields {
            let Terminator::Jump(BlockCall { arguments, .. }) = &function.blocks[*block].terminator else {
                unreachable!("it was ended by a jump")
            };
            function.blocks[*block].terminator = Terminator::Return(arguments.clone());
            function.blocks[*resumed].parameters.clear();
        }
        for block in function.layout.clone() {
            reload(&mut function, block, frame.address, &homes);
        }
        add_entry(&mut function, &frame, self.source.is_recursive);
        (function, frame, i64::from(end) - HEADER_BYTES as i64)
    }
}

/// The values that are used behind a `yield` and defined before it.
fn alive_across(function: &Function, frame: &Frame) -> IdSet<Value> {
    let control_flow = ControlFlow::new(function);
    let mut alive: SideMap<Block, IdSet<Value>> = SideMap::with_len(IdSet::new(), function.blocks.len());
    let behind = |alive: &SideMap<Block, IdSet<Value>>, block: Block| {
        let mut all = IdSet::new();
        for next in control_flow.successors(block) {
            all.union_with(&alive[*next]);
        }
        all
    };
    loop {
        let mut has_changed = false;
        for block in control_flow.reverse_postorder().iter().rev() {
            let before = alive_before(function, *block, behind(&alive, *block));
            has_changed |= alive[*block].union_with(&before);
        }
        if !has_changed {
            break;
        }
    }
    let mut across = IdSet::new();
    for (block, _) in frame.yields.iter().filter(|(block, _)| control_flow.is_reachable(*block)) {
        across.union_with(&behind(&alive, *block));
    }
    across.remove(frame.address);
    across
}

/// What a block needs, if that is what is needed behind it.
fn alive_before(function: &Function, block: Block, mut alive: IdSet<Value>) -> IdSet<Value> {
    let data = &function.blocks[block];
    data.terminator.for_each_operand(|value| {
        alive.insert(value);
    });
    for inst in data.insts.iter().rev() {
        let inst = &function.insts[*inst];
        for result in &inst.results {
            alive.remove(*result);
        }
        inst.kind.for_each_operand(|value| {
            alive.insert(value);
        });
    }
    for parameter in &data.parameters {
        alive.remove(*parameter);
    }
    alive
}

/// Where each of the values is found again, and where the frame ends.
fn homes(function: &Function, frame: &Frame, alive: &IdSet<Value>) -> (FxHashMap<Value, Home>, i32) {
    let mut end = frame.saved_at();
    let mut homes = FxHashMap::default();
    for value in alive.iter() {
        let definition = function.defining_inst(value).map(|inst| &function.insts[inst].kind);
        let home = match definition {
            Some(kind @ (InstKind::Const(_) | InstKind::Data(_) | InstKind::FunctionAddress(_))) => {
                Home::Made(kind.clone())
            }
            Some(InstKind::SlotAddress(_)) => panic!("{value} is in a slot, which a yield ends"),
            _ => match parameter_word(function, frame, value) {
                Some(offset) => Home::Word(offset),
                None => {
                    end += 8;
                    Home::Word(end - 8)
                }
            },
        };
        homes.insert(value, home);
    }
    (homes, end)
}

/// Where a value stands in the frame already, if it is a word of a parameter.
fn parameter_word(function: &Function, frame: &Frame, value: Value) -> Option<i32> {
    match &function.insts[function.defining_inst(value)?].kind {
        InstKind::Load { address, offset, .. } if *address == frame.address => Some(*offset),
        _ => None,
    }
}

/// Stores the values that a block defines, and loads those that it uses.
fn reload(function: &mut Function, block: Block, address: Value, homes: &FxHashMap<Value, Home>) {
    let mut body = Body { function, address, homes, insts: Vec::new(), known: FxHashMap::default() };
    for parameter in body.function.blocks[block].parameters.clone() {
        body.define(parameter);
    }
    for inst in std::mem::take(&mut body.function.blocks[block].insts) {
        let mut kind = body.function.insts[inst].kind.clone();
        kind.for_each_operand_mut(|value| *value = body.used(*value));
        let is_parameter = matches!(kind, InstKind::Load { address: from, .. } if from == address);
        body.function.insts[inst].kind = kind;
        body.insts.push(inst);
        let results = body.function.insts[inst].results.clone();
        for result in &results {
            if is_parameter {
                body.known.insert(*result, *result);
            } else {
                body.define(*result);
            }
        }
    }
    let mut terminator = body.function.blocks[block].terminator.clone();
    terminator.for_each_operand_mut(|value| *value = body.used(*value));
    let insts = body.insts;
    function.blocks[block].terminator = terminator;
    function.blocks[block].insts = insts;
}

/// A block whose uses of values that live in the frame are seen to.
struct Body<'f> {
    function: &'f mut Function,
    address: Value,
    homes: &'f FxHashMap<Value, Home>,
    insts: Vec<Inst>,
    /// What stands for each of these values here.
    known: FxHashMap<Value, Value>,
}

impl Body<'_> {
    fn push(&mut self, kind: InstKind) -> Inst {
        let span = self.insts.last().map_or(self.function.span, |inst| self.function.insts[*inst].span);
        let inst = self.function.create_inst(kind, span);
        self.insts.push(inst);
        inst
    }

    /// A value is defined here: what is alive across a `yield` goes to the frame.
    fn define(&mut self, value: Value) {
        let Some(home) = self.homes.get(&value) else { return };
        self.known.insert(value, value);
        if let Home::Word(offset) = *home {
            let region = word_region(self.function, offset);
            self.push(InstKind::Store { value, address: self.address, offset, region });
        }
    }

    /// What stands for a value that is used here.
    fn used(&mut self, value: Value) -> Value {
        let Some(home) = self.homes.get(&value) else { return value };
        if let Some(known) = self.known.get(&value) {
            return *known;
        }
        let kind = match home {
            Home::Made(kind) => kind.clone(),
            Home::Word(offset) => {
                let region = word_region(self.function, *offset);
                let ty = self.function.value_type(value);
                InstKind::Load { ty, address: self.address, offset: *offset, region }
            }
        };
        let inst = self.push(kind);
        let found = self.function.insts[inst].results[0];
        self.known.insert(value, found);
        found
    }
}

/// Puts a new entry before all: it notes that the generator runs, and goes where it waits.
fn add_entry(function: &mut Function, frame: &Frame, is_recursive: bool) {
    let start = function.entry();
    let entry = new_block(function);
    function.layout.rotate_right(1);
    function.blocks[start].parameters.clear();
    function.blocks[entry].parameters.push(frame.address);
    function.values[frame.address].definition = Definition::Parameter(entry, 0);
    let span = function.span;
    let region = word_region(function, FRAME_STATE as i32);
    let offset = FRAME_STATE as i32;
    let load = InstKind::Load { ty: MachineType::I64, address: frame.address, offset, region };
    let state = result(function, entry, load);
    let running = integer(function, entry, -1);
    function.append_inst(
        entry,
        InstKind::Store { value: running, address: frame.address, offset, region },
        span,
    );
    if frame.most_owners > 0 {
        let offset = FRAME_OWNER_COUNT as i32;
        let region = word_region(function, offset);
        let value = integer(function, entry, frame.parameter_owners as i64);
        function.append_inst(entry, InstKind::Store { value, address: frame.address, offset, region }, span);
    }
    if is_recursive {
        function.append_inst(entry, InstKind::CheckStack, span);
        // A recursion without loops can run for hours, too.
        function.append_inst(entry, InstKind::Safepoint, span);
    }
    let ended = new_block(function);
    let zeros: Vec<Value> = function
        .results
        .clone()
        .into_iter()
        .map(|ty| {
            let zero = match ty {
                MachineType::F32 => Constant::F32(0),
                MachineType::F64 => Constant::F64(0),
                _ => Constant::Int(ty, 0),
            };
            result(function, ended, InstKind::Const(zero))
        })
        .collect();
    function.blocks[ended].terminator = Terminator::Return(zeros);
    let targets: Vec<Block> =
        [ended, start].into_iter().chain(frame.yields.iter().map(|(_, resumed)| *resumed)).collect();
    dispatch(function, entry, state, -1, &targets);
}

/// Ends a block with the way to one of the targets: the first for the number `first`, and so on.
fn dispatch(function: &mut Function, block: Block, state: Value, first: i64, targets: &[Block]) {
    let span = function.span;
    function.blocks[block].terminator_span = span;
    if let [only] = targets {
        function.blocks[block].terminator = Terminator::Jump(BlockCall::new(*only, Vec::new()));
        return;
    }
    let half = targets.len() / 2;
    let middle = first + half as i64;
    let bound = integer(function, block, middle);
    let condition = result(function, block, InstKind::IntCompare(IntCompare::Slt, state, bound));
    let [then, otherwise] = [(first, &targets[..half]), (middle, &targets[half..])].map(|(first, part)| {
        let next = new_block(function);
        dispatch(function, next, state, first, part);
        BlockCall::new(next, Vec::new())
    });
    function.blocks[block].terminator = Terminator::Branch { condition, then, otherwise };
}

fn new_block(function: &mut Function) -> Block {
    let span = function.span;
    let block = function.blocks.push(BlockData {
        parameters: Vec::new(),
        insts: Vec::new(),
        terminator: Terminator::Unreachable,
        terminator_span: span,
        unwind: None,
        is_cold: false,
        vector: None,
    });
    function.layout.push(block);
    block
}

fn result(function: &mut Function, block: Block, kind: InstKind) -> Value {
    let inst = function.append_inst(block, kind, function.span);
    function.insts[inst].results[0]
}

fn integer(function: &mut Function, block: Block, value: i64) -> Value {
    result(function, block, InstKind::Const(Constant::Int(MachineType::I64, value)))
}

impl Lowering<'_> {
    /// Goes on with a generator, if the condition holds; the result holds references to its objects.
    pub(crate) fn resume(
        &mut self,
        expr: &Expr,
        callee: hotloop_hir::Callee,
        generator: &Expr,
        condition: Option<&Expr>,
    ) -> Operand {
        let Some(condition) = condition else {
            let results = self.resumed(expr, callee, generator);
            return self.temporary(&expr.ty, results);
        };
        let (more, ended, end) = (self.code.new_block(), self.code.new_block(), self.code.new_block());
        self.branch_on(condition, more, ended);
        let holdings = self.code.holdings.clone();
        let callee_of = self.mir_callee(callee);
        let types = self.code.function.callees[callee_of].results.clone();
        self.code.start(ended);
        let zeros = types.iter().map(|ty| self.code.zero(*ty)).collect();
        self.code.jump(end, zeros);
        self.code.holdings = holdings.clone();
        self.code.start(more);
        let results = self.resumed(expr, callee, generator);
        self.code.jump(end, results);
        let parameters = types.into_iter().map(|ty| self.code.add_parameter(end, ty)).collect();
        self.code.holdings = holdings;
        self.code.start(end);
        self.temporary(&expr.ty, parameters)
    }

    fn resumed(&mut self, expr: &Expr, callee: hotloop_hir::Callee, generator: &Expr) -> Vec<Value> {
        let operand = self.expr(generator);
        self.code.set_span(expr.span);
        let callee = self.mir_callee(callee);
        let results = self.code.push(InstKind::Call { callee, arguments: vec![operand.list().owner] });
        self.drop_temporary(&operand);
        results
    }
}
