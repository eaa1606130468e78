//! Chooses the instructions for a vector loop.
//!
//! The function runs the main loop, `unroll` vectors a turn, while as many iterations are left, then the rest a vector at a time: with AVX-512 the last vector
//! under a mask, with AVX2 there is no part of a vector (the caller sees to it). All that stays the same is put into registers once, at the start, from
//! arguments and words that the caller passes and from constants behind the code; elements are at `base + index * size`.
//!
//! A vector holds as many iterations as it has elements of the largest size. Smaller elements lie in the lower part of their vector: instructions
//! work on the whole of it, and what is above does not matter; loads, stores and conversions know how much counts.
//!
//! A long loop that writes an array without reading it has a second main loop, whose stores pass the caches by: the first of its iterations, under a mask, bring it to where
//! a vector is aligned.
//!
//! Where a loop has checks, the stores of a turn stand behind all of its checks, and a turn in which one fails stores nothing and ends the function.

mod arithmetic;
mod calls;
mod fusions;
mod inputs;
mod instructions;
mod quotients;
mod sizes;
mod streams;
mod strides;
mod totals;

use crate::Level;
use crate::code::{Body, Class, Machine, Memory, Part};
use crate::opcodes;
use fusions::Fusions;
use hotloop_mir::{BinaryOp, Function, Inst, MachineType, Value, VectorArgument, VectorInput, VectorPlan};
use iced_x86::Code;
use regalloc2::{Block, VReg};
use rustc_hash::FxHashMap;
use strides::Groups;

/// A function on virtual registers, and what it takes.
pub(crate) struct Selected {
    pub(crate) code: Body,
    /// What arrives in registers.
    pub(crate) arguments: Vec<VectorArgument>,
    /// What is read from words.
    pub(crate) inputs: Vec<VectorInput>,
    /// Whether the last iteration has to be done by somebody else.
    pub(crate) leaves_one: bool,
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
        if selector.late.is_empty() {
            let leaves_one = level == Level::Avx2 && selector.groups.have_gaps();
            let Selector { code, arguments, inputs, .. } = selector;
            return Some(Selected { code, arguments, inputs, leaves_one });
        }
        wanted.append(&mut selector.late);
    }
}

/// The first instruction that the level has nothing for, if it is for one that there is no code.
pub(crate) fn missing(level: Level, function: &Function, plan: &VectorPlan<'_>) -> Option<Inst> {
    let mut selector = Selector::new(level, function, plan);
    match selector.function(1, &[]) {
        Some(()) => None,
        None => selector.selected,
    }
}

struct Selector<'a> {
    level: Level,
    function: &'a Function,
    plan: &'a VectorPlan<'a>,
    code: Body,
    arguments: Vec<VectorArgument>,
    inputs: Vec<VectorInput>,
    /// The address of the words, if there are some.
    words: VReg,
    /// The registers of the inputs.
    known: FxHashMap<VectorInput, VReg>,
    /// The registers of other constants.
    known_constants: FxHashMap<Steady, VReg>,
    /// Constants that were asked for behind the start.
    late: Vec<Steady>,
    has_begun: bool,
    /// Which loads and stores are done together.
    groups: Groups,
    /// Values of a group of stores that wait for the others.
    pending: Vec<(Inst, VReg)>,
    /// Multiples of indices.
    multiples: FxHashMap<(VReg, i32), VReg>,
    /// The masks of parts of groups, by the index of their turn, the stride, their number, whether they lie backwards, and the gap.
    part_masks: FxHashMap<(VReg, u32, usize, bool, i32), VReg>,
    /// All bits, where there are masks.
    ones: Option<VReg>,
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
    /// The instruction for which something is chosen.
    selected: Option<Inst>,
}

/// Where a vector's iterations are: the index of the first of its turn, how many are before them in the turn, which lanes are there, and how many.
#[derive(Clone, Copy)]
struct Turn {
    index: VReg,
    before: i32,
    mask: Option<VReg>,
    left: Option<VReg>,
}

/// A constant in a register.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Steady {
    /// 64 bits over and over.
    Bits(u64),
    /// A number for each lane of so many bytes; bytes are 16, over and over.
    Numbers(Vec<u8>, u32),
    /// A mask.
    Mask(u64),
}

/// What is known at the start.
struct Start {
    /// The iterations that are asked for.
    count: VReg,
    zero: VReg,
    /// All bits, where there are masks.
    ones: Option<VReg>,
    /// The last index at which a turn of a main loop may begin.
    last: VReg,
    identities: Vec<VReg>,
}

/// A loop: the index and the accumulators of a turn, and behind it.
struct Loop {
    index: VReg,
    before: Vec<VReg>,
    behind: Vec<VReg>,
    next: VReg,
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

/// The blocks, in the order of the code. Where there are no checks, the stores are part of the block before; where nothing streams, neither is there a block to decide.
struct Blocks {
    entry: usize,
    is_short: usize,
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
    fail_main: usize,
    fail_rest: usize,
    skip_rest: usize,
    is_aligned: usize,
    not_aligned: usize,
    align: usize,
    to_stream: usize,
    stream: usize,
    behind_stream: usize,
    skip_stream: usize,
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
            is_short: next(streams),
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
            fail_main: next(has_checks),
            fail_rest: next(has_checks),
            skip_rest: next(true),
            is_aligned: next(streams),
            not_aligned: next(streams),
            align: next(streams),
            to_stream: next(streams),
            stream: next(streams),
            behind_stream: next(streams),
            skip_stream: next(streams),
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
            arguments: Vec::new(),
            inputs: Vec::new(),
            words: VReg::invalid(),
            known: FxHashMap::default(),
            known_constants: FxHashMap::default(),
            late: Vec::new(),
            has_begun: false,
            groups: Groups::default(),
            pending: Vec::new(),
            multiples: FxHashMap::default(),
            part_masks: FxHashMap::default(),
            ones: None,
            fusions: Fusions::default(),
            doubt: None,
            truth_bytes: FxHashMap::default(),
            first_numbers: VReg::invalid(),
            numbers: FxHashMap::default(),
            streaming: None,
            selected: None,
        }
    }

    /// The iterations of a vector.
    fn lane_count(&self) -> u32 {
        self.level.vector_bytes() / self.plan.lane_bytes
    }

    fn function(&mut self, unroll: usize, wanted: &[Steady]) -> Option<()> {
        if self.plan.has_checks && self.plan.has_float_extremes() {
            return None;
        }
        let stream = self.stream_candidate();
        let blocks = Blocks::new(self.plan.has_checks, stream.is_some());
        self.code.create_blocks(blocks.count);
        self.groups = Groups::find(self.function, self.plan)?;
        self.find_fusions();
        let start = self.entry(&blocks, stream, unroll, wanted)?;
        let main = self.main_loop(&blocks, &start, unroll)?;
        let (reached, rest) = self.rest(&blocks, &start)?;
        self.exit(&blocks, &start)?;
        self.edges(&blocks, &start, &main, &rest)?;
        self.begin(blocks.skip_rest);
        self.leave(&blocks, blocks.skip_rest, start.count, &reached);
        match stream {
            Some(store) => self.stream_loop(&blocks, &start, store, unroll),
            None => Some(()),
        }
    }

    /// Everything that stays the same, and which main loop runs, if one does.
    fn entry(
        &mut self,
        blocks: &Blocks,
        stream: Option<Inst>,
        unroll: usize,
        wanted: &[Steady],
    ) -> Option<Start> {
        // Where the last iteration has to be done under a mask, a whole turn ends before it.
        let turn = self.lane_count() as i32 * unroll as i32 + i32::from(self.ends_in_mask());
        self.begin(blocks.entry);
        let (count, left) = self.arguments(stream)?;
        let zero = self.constant(0);
        let ones = (self.level == Level::Avx512).then(|| self.constant(-1));
        self.ones = ones;
        self.load_inputs()?;
        for constant in wanted {
            self.steady(constant)?;
        }
        let identities = self.identities()?;
        let last = self.offset(count, -turn);
        self.has_begun = true;
        if let Some((store, left)) = stream.zip(left) {
            self.compare_with_long(left, store);
            self.branch(blocks.entry, Code::Jg_rel32_64, blocks.is_aligned, blocks.is_short);
            self.begin(blocks.is_short);
            self.end(blocks.is_short, blocks.decide, Vec::new());
            self.begin(blocks.decide);
        }
        self.code.op(Code::Cmp_rm64_imm32, vec![Part::Use(count), Part::Immediate(turn)]);
        self.branch(blocks.decide, Code::Jl_rel32_64, blocks.skip_main, blocks.to_main);
        self.begin(blocks.to_main);
        let starts: Vec<VReg> = identities.iter().copied().cycle().take(identities.len() * unroll).collect();
        self.jump(blocks.to_main, blocks.main, zero, &starts);
        Some(Start { count, zero, ones, last, identities })
    }

    /// Several vectors a turn.
    fn main_loop(&mut self, blocks: &Blocks, start: &Start, unroll: usize) -> Option<Loop> {
        let lanes = self.lane_count() as i32;
        let count = start.identities.len();
        self.begin(blocks.main);
        let (index, before) = self.parameters(blocks.main, &vec![Class::Vector; count * unroll]);
        let mut behind = Vec::new();
        let mut work = Work::default();
        for number in 0..unroll {
            let turn = Turn { index, before: lanes * number as i32, mask: None, left: None };
            let mine = &before[number * count..(number + 1) * count];
            behind.extend(self.iterations(turn, mine, &mut work)?);
        }
        if self.plan.has_checks {
            let fails = self.test_checks(&work.checks, None)?;
            self.branch(blocks.main, fails, blocks.fail_main, blocks.store_main);
            self.begin(blocks.store_main);
        }
        self.stores(&work)?;
        let next = self.offset(index, lanes * unroll as i32);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(start.last)]);
        self.branch(blocks.store_main, Code::Jle_rel32_64, blocks.again_main, blocks.behind_main);
        self.begin(blocks.behind_main);
        let mut combined = self.combine_vectors(&behind, count)?;
        combined.extend(self.doubt);
        self.jump(blocks.behind_main, blocks.head_of_rest, next, &combined);
        self.begin(blocks.skip_main);
        let mut skipped = start.identities.clone();
        if self.doubt.is_some() {
            skipped.push(self.bits(0));
        }
        self.jump(blocks.skip_main, blocks.head_of_rest, start.zero, &skipped);
        Some(Loop { index, before, behind, next })
    }

    /// One vector a turn: what the main loop has left. Gives also the accumulators in front of it.
    fn rest(&mut self, blocks: &Blocks, start: &Start) -> Option<(Vec<VReg>, Loop)> {
        let vectors = vec![Class::Vector; start.identities.len()];
        self.begin(blocks.head_of_rest);
        let (reached, accumulators) = self.parameters(blocks.head_of_rest, &vectors);
        if self.doubt.is_some() {
            self.doubt = self.parameter_list(blocks.head_of_rest, &[Class::Vector]).pop();
        }
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(reached), Part::Use(start.count)]);
        self.branch(blocks.head_of_rest, Code::Jge_rel32_64, blocks.skip_rest, blocks.to_rest);
        self.begin(blocks.to_rest);
        self.jump(blocks.to_rest, blocks.rest, reached, &accumulators);

        self.begin(blocks.rest);
        let (index, before) = self.parameters(blocks.rest, &vectors);
        let left = start.ones.map(|_| self.left(start.count, index));
        let mask = start.ones.zip(left).map(|(ones, left)| self.mask_of_left(ones, left));
        let mut work = Work::default();
        let behind = self.iterations(Turn { index, before: 0, mask, left }, &before, &mut work)?;
        let behind = self.merged(mask, &before, behind);
        if self.plan.has_checks {
            let fails = self.test_checks(&work.checks, mask)?;
            self.branch(blocks.rest, fails, blocks.fail_rest, blocks.store_rest);
            self.begin(blocks.store_rest);
        }
        self.stores(&work)?;
        let next = self.offset(index, self.lane_count() as i32);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(start.count)]);
        self.branch(blocks.store_rest, Code::Jl_rel32_64, blocks.again_rest, blocks.behind_rest);
        self.begin(blocks.behind_rest);
        self.leave(blocks, blocks.behind_rest, start.count, &behind);
        Some((accumulators, Loop { index, before, behind, next }))
    }

    /// Leaves the totals, and how many iterations were done, in the words.
    fn exit(&mut self, blocks: &Blocks, start: &Start) -> Option<()> {
        self.begin(blocks.exit);
        let done = self.plan.has_checks.then(|| self.parameter_list(blocks.exit, &[Class::General])[0]);
        let totals = self.parameter_list(blocks.exit, &vec![Class::Vector; start.identities.len()]);
        self.store_totals(&totals)?;
        let done = match done {
            None if self.plan.has_float_extremes() => Some(self.none_in_doubt(start.count, start.zero)),
            done => done,
        };
        if let Some(done) = done {
            let word = self.word(0);
            self.code.op(Code::Mov_rm64_r64, vec![word, Part::Use(done)]);
        }
        self.code.end(Block::new(blocks.exit), Machine::Return, Vec::new());
        Some(())
    }

    /// The blocks that do nothing but go somewhere.
    fn edges(&mut self, blocks: &Blocks, start: &Start, main: &Loop, rest: &Loop) -> Option<()> {
        self.begin(blocks.again_main);
        self.jump(blocks.again_main, blocks.main, main.next, &main.behind);
        self.begin(blocks.again_rest);
        self.jump(blocks.again_rest, blocks.rest, rest.next, &rest.behind);
        if self.plan.has_checks {
            self.begin(blocks.fail_main);
            let combined = self.combine_vectors(&main.before, start.identities.len())?;
            self.leave(blocks, blocks.fail_main, main.index, &combined);
            self.begin(blocks.fail_rest);
            self.leave(blocks, blocks.fail_rest, rest.index, &rest.before);
        }
        Some(())
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

    /// Whether the last iteration has to be done under a mask.
    fn ends_in_mask(&self) -> bool {
        self.level == Level::Avx512 && self.groups.have_gaps()
    }

    /// The iterations that are left: fewer than 256, or as many where the last one has to be done under a mask.
    fn left(&mut self, count: VReg, index: VReg) -> VReg {
        let left = self.code.vreg(Class::General);
        self.code.op(Code::Sub_r64_rm64, vec![Part::Change(count, left), Part::Use(index)]);
        left
    }

    /// The lanes that are left: the low bits of as many ones, up to the lanes of a vector; where lanes are mirrored, the high ones.
    fn mask_of_left(&mut self, ones: VReg, left: VReg) -> VReg {
        let bits = self.code.vreg(Class::General);
        let is_mirrored = self.groups.is_mirrored;
        let lanes = self.lane_count() as i32;
        let count = match is_mirrored {
            true => self.missing_lanes(left),
            false if self.ends_in_mask() => self.limited(left, lanes),
            false => left,
        };
        self.code.op(Code::VEX_Bzhi_r64_rm64_r64, vec![Part::Def(bits), Part::Use(ones), Part::Use(count)]);
        self.mask_of_low_bits(bits, is_mirrored)
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
