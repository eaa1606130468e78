//! Chooses the instructions for a vector loop.
//!
//! The function runs the main loop, `unroll` vectors a turn, while as many iterations are left, then the rest a vector at a time: with AVX-512 the last vector
//! under a mask, with AVX2 there is no part of a vector (the caller sees to it). All that stays the same is read once, at the start, from
//! the words that the caller passes; elements are at `base + index * size`.
//!
//! A vector holds as many iterations as it has elements of the largest size. Smaller elements lie in the lower part of their vector: instructions
//! work on the whole of it, and what is above does not matter; loads, stores and conversions know how much counts.
//!
//! A long loop that writes an array without reading it has a second main loop, whose stores pass the caches by: the first of its iterations, under a mask, bring it to where
//! a vector is aligned.
//!
//! Where a loop has checks, the stores of a turn stand behind all of its checks, and a turn in which one fails stores nothing and ends the function.

mod arithmetic;
mod fusions;
mod instructions;
mod sizes;
mod totals;

use crate::Level;
use crate::code::{Body, Class, Machine, Memory, Part};
use crate::opcodes;
use fusions::Fusions;
use hotloop_mir::{
    BinaryOp, Constant, Function, Inst, InstKind, MachineType, Region, RegionKind, Value, VectorInput,
    VectorPlan,
};
use iced_x86::Code;
use regalloc2::{Block, VReg};
use rustc_hash::FxHashMap;

/// A function on virtual registers, and what it takes.
pub(crate) struct Selected {
    pub(crate) code: Body,
    pub(crate) inputs: Vec<VectorInput>,
}

/// The code of a loop; `None` if the level has no instruction for something in it.
pub(crate) fn select(
    level: Level,
    function: &Function,
    plan: &VectorPlan<'_>,
    unroll: usize,
) -> Option<Selected> {
    // Constants that instructions ask for on the way are read where they are needed. The second time they are known, and are read at the start.
    let mut wanted = Vec::new();
    loop {
        let mut selector = Selector::new(level, function, plan);
        selector.function(unroll, &wanted)?;
        if selector.late_bits.is_empty() {
            return Some(Selected { code: selector.code, inputs: selector.inputs });
        }
        wanted.append(&mut selector.late_bits);
    }
}

struct Selector<'a> {
    level: Level,
    function: &'a Function,
    plan: &'a VectorPlan<'a>,
    code: Body,
    inputs: Vec<VectorInput>,
    /// The address of the words.
    words: VReg,
    /// The registers of the inputs.
    known: FxHashMap<VectorInput, VReg>,
    /// Constants that were asked for behind the start.
    late_bits: Vec<u64>,
    has_begun: bool,
    /// What becomes part of other instructions.
    fusions: Fusions,
    /// Where bits are set, it is in doubt which of two zeros is the least or greatest.
    doubt: Option<VReg>,
    /// The bytes of the lanes of truth values, with AVX2; those that are the same in all lanes have none.
    truth_bytes: FxHashMap<Value, u32>,
    /// The numbers of the first iterations in lanes, and those of the iterations from an index.
    first_numbers: VReg,
    numbers: FxHashMap<VReg, VReg>,
    /// The store that passes the caches by, in the loop that is for that.
    streaming: Option<Inst>,
}

/// Where a vector's iterations are: the index of the first of its turn, how many are before them in the turn, and which lanes are there.
#[derive(Clone, Copy)]
struct Turn {
    index: VReg,
    before: i32,
    mask: Option<VReg>,
}

/// What is known in the lanes of a vector.
type Lanes = FxHashMap<Value, VReg>;

/// What is left to do behind a turn's checks.
#[derive(Default)]
struct Work {
    /// Values that are stored.
    stores: Vec<(Turn, Inst, VReg)>,
    /// Truth values that have to hold.
    checks: Vec<VReg>,
}

/// The blocks, in the order of the code. Where there are no checks, the stores are part of the block before; where nothing streams, its blocks are that before.
struct Blocks {
    entry: usize,
    align: usize,
    to_stream: usize,
    stream: usize,
    behind_stream: usize,
    skip_stream: usize,
    decide: usize,
    to_main: usize,
    main: usize,
    store_main: usize,
    behind_main: usize,
    skip_main: usize,
    head_of_rest: usize,
    to_rest: usize,
    rest: usize,
    store_rest: usize,
    behind_rest: usize,
    exit: usize,
    again_main: usize,
    again_rest: usize,
    skip_rest: usize,
    fail_main: usize,
    fail_rest: usize,
    again_stream: usize,
    count: usize,
}

impl Blocks {
    fn new(has_checks: bool, streams: bool) -> Self {
        let mut count = 0;
        let mut next = |is_there: bool| {
            count += usize::from(is_there);
            count - 1
        };
        Self {
            entry: next(true),
            align: next(streams),
            to_stream: next(streams),
            stream: next(streams),
            behind_stream: next(streams),
            skip_stream: next(streams),
            decide: next(streams),
            to_main: next(true),
            main: next(true),
            store_main: next(has_checks),
            behind_main: next(true),
            skip_main: next(true),
            head_of_rest: next(true),
            to_rest: next(true),
            rest: next(true),
            store_rest: next(has_checks),
            behind_rest: next(true),
            exit: next(true),
            again_main: next(true),
            again_rest: next(true),
            skip_rest: next(true),
            fail_main: next(has_checks),
            fail_rest: next(has_checks),
            again_stream: next(streams),
            count,
        }
    }
}

impl<'a> Selector<'a> {
    fn new(level: Level, function: &'a Function, plan: &'a VectorPlan<'a>) -> Self {
        Self {
            level,
            function,
            plan,
            code: Body::default(),
            inputs: Vec::new(),
            words: VReg::invalid(),
            known: FxHashMap::default(),
            late_bits: Vec::new(),
            has_begun: false,
            fusions: Fusions::default(),
            doubt: None,
            truth_bytes: FxHashMap::default(),
            first_numbers: VReg::invalid(),
            numbers: FxHashMap::default(),
            streaming: None,
        }
    }

    /// The iterations of a vector.
    fn lane_count(&self) -> u32 {
        self.level.vector_bytes() / self.plan.lane_bytes
    }

    fn function(&mut self, unroll: usize, wanted: &[u64]) -> Option<()> {
        let lanes = self.lane_count() as i32;
        let turn = lanes * unroll as i32;
        if self.plan.has_checks && self.plan.has_float_extremes() {
            return None;
        }
        let stream = self.stream_candidate();
        let blocks = Blocks::new(self.plan.has_checks, stream.is_some());
        self.code.create_blocks(blocks.count);
        self.find_fusions();
        let vectors: Vec<Class> = vec![Class::Vector; self.plan.vector.accumulators.len()];
        let many: Vec<Class> = vectors.iter().copied().cycle().take(vectors.len() * unroll).collect();

        // Everything that stays the same, and whether the main loop runs at all.
        self.begin(blocks.entry);
        self.words = self.code.argument();
        let count = self.load_word(0);
        let zero = self.constant(0);
        let ones = (self.level == Level::Avx512).then(|| self.constant(-1));
        self.load_inputs()?;
        for bits in wanted {
            self.bits(*bits);
        }
        let identities = self.identities()?;
        let last = self.offset(count, -turn);
        let streams = stream.map(|store| {
            let (variable, limit) = (self.plan.vector.variable, self.plan.whole_limit(self.function));
            let number = self.input(VectorInput::Streams { store, variable, limit });
            self.load_word(number)
        });
        self.has_begun = true;
        let mut again_stream = None;
        if let Some((store, streams)) = stream.zip(streams) {
            self.code.op(Code::Test_rm64_r64, vec![Part::Use(streams), Part::Use(streams)]);
            self.branch(blocks.entry, Code::Jne_rel32_64, blocks.align, blocks.decide);
            again_stream = Some(self.stream_loop(&blocks, store, last, unroll)?);
            self.begin(blocks.decide);
        }
        self.code.op(Code::Cmp_rm64_imm32, vec![Part::Use(count), Part::Immediate(turn)]);
        self.branch(blocks.decide, Code::Jl_rel32_64, blocks.skip_main, blocks.to_main);
        self.begin(blocks.to_main);
        let starts: Vec<VReg> = identities.iter().copied().cycle().take(many.len()).collect();
        self.jump(blocks.to_main, blocks.main, zero, &starts);

        self.begin(blocks.main);
        let (main_index, main_before) = self.parameters(blocks.main, &many);
        let mut collected = Vec::new();
        let mut work = Work::default();
        for number in 0..unroll {
            let turn = Turn { index: main_index, before: lanes * number as i32, mask: None };
            let mine = &main_before[number * vectors.len()..(number + 1) * vectors.len()];
            collected.extend(self.iterations(turn, mine, &mut work)?);
        }
        if self.plan.has_checks {
            let fails = self.test_checks(&work.checks, None)?;
            self.branch(blocks.main, fails, blocks.fail_main, blocks.store_main);
            self.begin(blocks.store_main);
        }
        self.stores(&work)?;
        let next = self.offset(main_index, turn);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(last)]);
        self.branch(blocks.store_main, Code::Jle_rel32_64, blocks.again_main, blocks.behind_main);
        self.begin(blocks.behind_main);
        let mut combined = self.combine_vectors(&collected, vectors.len())?;
        combined.extend(self.doubt);
        self.jump(blocks.behind_main, blocks.head_of_rest, next, &combined);
        self.begin(blocks.skip_main);
        let mut skipped = identities.clone();
        if self.doubt.is_some() {
            skipped.push(self.bits(0));
        }
        self.jump(blocks.skip_main, blocks.head_of_rest, zero, &skipped);

        self.begin(blocks.head_of_rest);
        let (reached, accumulators) = self.parameters(blocks.head_of_rest, &vectors);
        if self.doubt.is_some() {
            self.doubt = self.parameter_list(blocks.head_of_rest, &[Class::Vector]).pop();
        }
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(reached), Part::Use(count)]);
        self.branch(blocks.head_of_rest, Code::Jge_rel32_64, blocks.skip_rest, blocks.to_rest);
        self.begin(blocks.to_rest);
        self.jump(blocks.to_rest, blocks.rest, reached, &accumulators);

        self.begin(blocks.rest);
        let (index, before) = self.parameters(blocks.rest, &vectors);
        let mask = ones.map(|ones| self.mask_of_rest(ones, count, index));
        let mut work = Work::default();
        let rest = self.iterations(Turn { index, before: 0, mask }, &before, &mut work)?;
        let rest = self.merged(mask, &before, rest);
        if self.plan.has_checks {
            let fails = self.test_checks(&work.checks, mask)?;
            self.branch(blocks.rest, fails, blocks.fail_rest, blocks.store_rest);
            self.begin(blocks.store_rest);
        }
        self.stores(&work)?;
        let index_behind = self.offset(index, lanes);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(index_behind), Part::Use(count)]);
        self.branch(blocks.store_rest, Code::Jl_rel32_64, blocks.again_rest, blocks.behind_rest);
        self.begin(blocks.behind_rest);
        self.leave(&blocks, blocks.behind_rest, count, &rest);

        self.begin(blocks.exit);
        let done = self.plan.has_checks.then(|| self.parameter_list(blocks.exit, &[Class::General])[0]);
        let totals = self.parameter_list(blocks.exit, &vectors);
        self.store_totals(&totals)?;
        let done = match done {
            None if self.plan.has_float_extremes() => Some(self.none_in_doubt(count, zero)),
            done => done,
        };
        if let Some(done) = done {
            let word = self.word(0);
            self.code.op(Code::Mov_rm64_r64, vec![word, Part::Use(done)]);
        }
        self.code.end(Block::new(blocks.exit), Machine::Return, Vec::new());

        self.begin(blocks.again_main);
        self.jump(blocks.again_main, blocks.main, next, &collected);
        self.begin(blocks.again_rest);
        self.jump(blocks.again_rest, blocks.rest, index_behind, &rest);
        self.begin(blocks.skip_rest);
        self.leave(&blocks, blocks.skip_rest, count, &accumulators);
        if self.plan.has_checks {
            self.begin(blocks.fail_main);
            let combined = self.combine_vectors(&main_before, vectors.len())?;
            self.leave(&blocks, blocks.fail_main, main_index, &combined);
            self.begin(blocks.fail_rest);
            self.leave(&blocks, blocks.fail_rest, index, &before);
        }
        if let Some(next) = again_stream {
            self.begin(blocks.again_stream);
            self.jump(blocks.again_stream, blocks.stream, next, &[]);
        }
        Some(())
    }

    // Stores that pass the caches by.

    /// A store whose elements the loop does not read, in an array that has been there before, if that is all that the loop does.
    fn stream_candidate(&self) -> Option<Inst> {
        let is_long = self.plan.whole_limit(self.function) != self.plan.vector.limit;
        let collects = !self.plan.vector.accumulators.is_empty();
        if self.level != Level::Avx512 || !is_long || collects || self.plan.has_checks {
            return None;
        }
        let kinds = self.plan.lanes.iter().map(|inst| (*inst, &self.function.insts[*inst].kind));
        let is_read = |wanted: Region| {
            kinds.clone().any(|(_, kind)| matches!(kind, InstKind::Load { region, .. } if *region == wanted))
        };
        let mut stores = kinds.clone().filter_map(|(inst, kind)| match kind {
            InstKind::Store { value, region, .. } => Some((inst, *value, *region)),
            _ => None,
        });
        let streams = |(_, value, region): &(Inst, Value, Region)| {
            let is_argument = matches!(self.function.regions[*region].kind, RegionKind::Argument(_));
            let size_bytes = self.function.value_type(*value).size_bytes();
            is_argument && !is_read(*region) && size_bytes == self.plan.lane_bytes
        };
        stores.find(streams).map(|(inst, ..)| inst)
    }

    /// The loop for a store that passes the caches by; gives the index behind a turn.
    fn stream_loop(&mut self, blocks: &Blocks, store: Inst, last: VReg, unroll: usize) -> Option<VReg> {
        let lanes = self.lane_count() as i32;
        self.begin(blocks.align);
        let (zero, ones) = (self.constant(0), self.constant(-1));
        let before = self.before_alignment(store)?;
        let mask = self.mask_of_rest(ones, before, zero);
        let mut work = Work::default();
        self.iterations(Turn { index: zero, before: 0, mask: Some(mask) }, &[], &mut work)?;
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(before), Part::Use(last)]);
        self.branch(blocks.align, Code::Jg_rel32_64, blocks.skip_stream, blocks.to_stream);
        self.begin(blocks.to_stream);
        self.jump(blocks.to_stream, blocks.stream, before, &[]);

        self.begin(blocks.stream);
        let (index, _) = self.parameters(blocks.stream, &[]);
        self.streaming = Some(store);
        for number in 0..unroll {
            let turn = Turn { index, before: lanes * number as i32, mask: None };
            self.iterations(turn, &[], &mut work)?;
        }
        self.streaming = None;
        let next = self.offset(index, lanes * unroll as i32);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(last)]);
        self.branch(blocks.stream, Code::Jle_rel32_64, blocks.again_stream, blocks.behind_stream);
        self.begin(blocks.behind_stream);
        self.code.op(Code::Sfence, Vec::new());
        self.jump(blocks.behind_stream, blocks.head_of_rest, next, &[]);
        self.begin(blocks.skip_stream);
        self.jump(blocks.skip_stream, blocks.head_of_rest, before, &[]);
        Some(next)
    }

    /// How many iterations there are before one whose element is aligned to a vector.
    fn before_alignment(&mut self, store: Inst) -> Option<VReg> {
        let InstKind::Store { address, offset, .. } = self.function.insts[store].kind else { return None };
        let shift = self.plan.lane_bytes.trailing_zeros() as u8;
        let first = self.offset(self.known[&VectorInput::Address(address)], offset);
        let [back, whole, before] = [(); 3].map(|()| self.code.vreg(Class::General));
        self.code.op(Code::Neg_rm64, vec![Part::Change(first, back)]);
        self.code.op(Code::Shr_rm64_imm8, vec![Part::Change(back, whole), Part::Byte(shift)]);
        let lanes = self.lane_count() as i32;
        self.code.op(Code::And_rm64_imm32, vec![Part::Change(whole, before), Part::Immediate(lanes - 1)]);
        Some(before)
    }

    // Blocks and general registers.

    fn begin(&mut self, block: usize) {
        self.code.begin(Block::new(block));
    }

    fn branch(&mut self, block: usize, code: Code, then: usize, otherwise: usize) {
        let last = Machine::Branch { code, then: Block::new(then), otherwise: Block::new(otherwise) };
        self.code.end(Block::new(block), last, Vec::new());
    }

    fn jump(&mut self, block: usize, to: usize, index: VReg, accumulators: &[VReg]) {
        let arguments = std::iter::once(index).chain(accumulators.iter().copied()).collect();
        self.end(block, to, arguments);
    }

    /// Goes to the exit, with so many iterations done.
    fn leave(&mut self, blocks: &Blocks, block: usize, done: VReg, accumulators: &[VReg]) {
        let done = self.plan.has_checks.then_some(done);
        let arguments = done.into_iter().chain(accumulators.iter().copied()).collect();
        self.end(block, blocks.exit, arguments);
    }

    fn end(&mut self, block: usize, to: usize, arguments: Vec<VReg>) {
        self.code.end(Block::new(block), Machine::Jump(Block::new(to)), arguments);
    }

    /// The index and the accumulators, as parameters of a block.
    fn parameters(&mut self, block: usize, accumulators: &[Class]) -> (VReg, Vec<VReg>) {
        let index = self.parameter_list(block, &[Class::General])[0];
        (index, self.parameter_list(block, accumulators))
    }

    fn parameter_list(&mut self, block: usize, classes: &[Class]) -> Vec<VReg> {
        let vregs: Vec<VReg> = classes.iter().map(|class| self.code.vreg(*class)).collect();
        self.code.blocks[block].parameters.extend(&vregs);
        vregs
    }

    fn constant(&mut self, value: i32) -> VReg {
        let vreg = self.code.vreg(Class::General);
        self.code.op(Code::Mov_rm64_imm32, vec![Part::Def(vreg), Part::Immediate(value)]);
        vreg
    }

    /// A register plus a constant; the flags stay as they are.
    fn offset(&mut self, register: VReg, by: i32) -> VReg {
        let vreg = self.code.vreg(Class::General);
        let address = Memory { base: register, index: None, scale: 1, displacement: by };
        self.code.op(Code::Lea_r64_m, vec![Part::Def(vreg), Part::Memory(address)]);
        vreg
    }

    fn word(&self, number: usize) -> Part {
        Part::Memory(Memory { base: self.words, index: None, scale: 1, displacement: 8 * number as i32 })
    }

    fn load_word(&mut self, number: usize) -> VReg {
        let vreg = self.code.vreg(Class::General);
        let word = self.word(number);
        self.code.op(Code::Mov_r64_rm64, vec![Part::Def(vreg), word]);
        vreg
    }

    /// The lanes that are left: the low bits of as many ones, up to the lanes of a vector. Fewer than 256 are left.
    fn mask_of_rest(&mut self, ones: VReg, count: VReg, index: VReg) -> VReg {
        let [left, bits] = [(); 2].map(|()| self.code.vreg(Class::General));
        self.code.op(Code::Sub_r64_rm64, vec![Part::Change(count, left), Part::Use(index)]);
        let parts = vec![Part::Def(bits), Part::Use(ones), Part::Use(left)];
        self.code.op(Code::VEX_Bzhi_r64_rm64_r64, parts);
        let mask = self.code.vreg(Class::Mask);
        let code = opcodes::mask_of_general(self.lane_count());
        let bits = if self.lane_count() == 64 { Part::Use(bits) } else { Part::UseOf(bits, 4) };
        self.code.op(code, vec![Part::Def(mask), bits]);
        mask
    }

    // Inputs.

    /// Reads all that stays the same into registers.
    fn load_inputs(&mut self) -> Option<()> {
        for inst in &self.plan.lanes {
            if self.plan.uniform_loads.contains(inst) {
                self.splat(self.function.insts[*inst].results[0])?;
                continue;
            }
            if let InstKind::Load { address, .. } | InstKind::Store { address, .. } =
                self.function.insts[*inst].kind
            {
                self.address(address);
            }
        }
        for value in &self.plan.splats {
            self.splat(*value)?;
        }
        if self.plan.counts_in_lanes {
            self.count_in_lanes()?;
        }
        Some(())
    }

    /// The number of the word of a new input. The first word is the count.
    fn input(&mut self, input: VectorInput) -> usize {
        self.inputs.push(input);
        self.inputs.len()
    }

    fn address(&mut self, value: Value) -> VReg {
        let input = VectorInput::Address(value);
        if let Some(known) = self.known.get(&input) {
            return *known;
        }
        let number = self.input(input);
        let vreg = self.load_word(number);
        self.known.insert(input, vreg);
        vreg
    }

    fn splat(&mut self, value: Value) -> Option<VReg> {
        let ty = self.function.value_type(value);
        if let Some(constant) = self.function.constant(value).filter(|_| ty != MachineType::I1) {
            return Some(self.repeated(bits_of(constant), ty.size_bytes()));
        }
        let input = VectorInput::Splat(value);
        if let Some(known) = self.known.get(&input) {
            return Some(*known);
        }
        let number = self.input(input);
        let vreg = match (ty, self.level) {
            (MachineType::I1, Level::Avx512) => {
                let vreg = self.code.vreg(Class::Mask);
                let word = self.word(number);
                self.code.op(Code::VEX_Kmovq_kr_km64, vec![Part::Def(vreg), word]);
                vreg
            }
            // All bits or none.
            (MachineType::I1, Level::Avx2) => self.broadcast(number, 8),
            _ => self.broadcast(number, ty.size_bytes()),
        };
        self.known.insert(input, vreg);
        Some(vreg)
    }

    /// A word, or its low bytes, in all lanes.
    fn broadcast(&mut self, number: usize, size_bytes: u32) -> VReg {
        let word = self.word(number);
        self.vector(opcodes::broadcast(self.level, size_bytes), vec![word])
    }

    /// A constant in all lanes of its size.
    fn repeated(&mut self, bits: u64, size_bytes: u32) -> VReg {
        let width = 8 * size_bytes;
        let low = if width == 64 { bits } else { bits & ((1 << width) - 1) };
        self.bits((0..64).step_by(width as usize).fold(0, |all, at| all | low << at))
    }

    /// 64 bits over and over.
    fn bits(&mut self, bits: u64) -> VReg {
        let input = VectorInput::Bits(bits);
        if let Some(known) = self.known.get(&input) {
            return *known;
        }
        if self.has_begun {
            self.late_bits.push(bits);
        }
        let number = self.input(input);
        let vreg = self.broadcast(number, 8);
        // What is read on the way is known there alone.
        if !self.has_begun {
            self.known.insert(input, vreg);
        }
        vreg
    }

    /// Puts the numbers of the first iterations into lanes.
    fn count_in_lanes(&mut self) -> Option<()> {
        let variable = self.plan.vector.variable;
        let number = self.input(VectorInput::Splat(variable));
        let start = self.broadcast(number, 8);
        let number = self.input(VectorInput::Bits(0x0706_0504_0302_0100));
        let (code, _) = opcodes::widen(self.level, false, 1, 8, self.level.vector_bytes())?;
        let word = self.word(number);
        let steps = self.vector(code, vec![word]);
        let add = opcodes::binary(self.level, BinaryOp::Iadd, MachineType::I64)?;
        self.first_numbers = self.vector(add, vec![Part::Use(start), Part::Use(steps)]);
        Some(())
    }

    /// The numbers of a vector's iterations.
    fn numbers_of(&mut self, turn: Turn) -> Option<VReg> {
        let add = opcodes::binary(self.level, BinaryOp::Iadd, MachineType::I64)?;
        let first = match self.numbers.get(&turn.index) {
            Some(known) => *known,
            None => {
                let index = self.in_all_lanes(turn.index);
                let first = self.vector(add, vec![Part::Use(index), Part::Use(self.first_numbers)]);
                self.numbers.insert(turn.index, first);
                first
            }
        };
        if turn.before == 0 {
            return Some(first);
        }
        let before = self.bits(turn.before as u64);
        Some(self.vector(add, vec![Part::Use(first), Part::Use(before)]))
    }

    /// A general register in all lanes of 64 bits.
    fn in_all_lanes(&mut self, general: VReg) -> VReg {
        match self.level {
            Level::Avx512 => self.vector(Code::EVEX_Vpbroadcastq_zmm_k1z_r64, vec![Part::Use(general)]),
            Level::Avx2 => {
                let low = self.code.vreg(Class::Vector);
                self.code.op(Code::VEX_Vmovq_xmm_rm64, vec![Part::DefOf(low, 16), Part::Use(general)]);
                self.vector(Code::VEX_Vpbroadcastq_ymm_xmmm64, vec![Part::UseOf(low, 16)])
            }
        }
    }

    // Registers that instructions make.

    /// A vector that an instruction makes of these operands.
    fn vector(&mut self, code: Code, operands: Vec<Part>) -> VReg {
        self.made(Class::Vector, code, operands)
    }

    /// The lower part of a vector, of so many bytes, that an instruction makes of these operands.
    fn part(&mut self, bytes: u32, code: Code, operands: Vec<Part>) -> VReg {
        let vreg = self.code.vreg(Class::Vector);
        let parts = std::iter::once(Part::DefOf(vreg, bytes.max(16))).chain(operands).collect();
        self.code.op(code, parts);
        vreg
    }

    /// A truth value in lanes that an instruction makes of these operands.
    fn truth(&mut self, code: Code, operands: Vec<Part>) -> VReg {
        self.made(self.class_of_truth(), code, operands)
    }

    fn class_of_truth(&self) -> Class {
        if self.level == Level::Avx512 { Class::Mask } else { Class::Vector }
    }

    fn made(&mut self, class: Class, code: Code, operands: Vec<Part>) -> VReg {
        let vreg = self.code.vreg(class);
        let parts = std::iter::once(Part::Def(vreg)).chain(operands).collect();
        self.code.op(code, parts);
        vreg
    }

    /// Bit by bit, on vectors of anything.
    fn bitwise(&mut self, op: BinaryOp, x: VReg, y: VReg) -> Option<VReg> {
        let code = opcodes::bits(self.level, op)?;
        Some(self.vector(code, vec![Part::Use(x), Part::Use(y)]))
    }

    /// An operation that is one instruction.
    fn simple(&mut self, op: BinaryOp, ty: MachineType, x: VReg, y: VReg) -> Option<VReg> {
        let code = opcodes::binary(self.level, op, ty)?;
        Some(self.vector(code, vec![Part::Use(x), Part::Use(y)]))
    }

    /// A shift by a constant that is one instruction.
    fn shifted(&mut self, op: BinaryOp, ty: MachineType, x: VReg, count: u8) -> Option<VReg> {
        let code = opcodes::shift(self.level, op, ty)?;
        Some(self.vector(code, vec![Part::Use(x), Part::Byte(count)]))
    }
}

fn is_shift(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr)
}

fn bits_of(constant: Constant) -> u64 {
    match constant {
        Constant::Int(_, value) => value as u64,
        Constant::F32(bits) => u64::from(bits),
        Constant::F64(bits) => bits,
    }
}
