//! Chooses the instructions for a vector loop with loops in it, with AVX-512.
//!
//! The control flow is that of the loop, once for several vectors a turn, and once for one vector under a mask, which does the rest. What is the same in all lanes, or grows from lane to lane by a constant,
//! is in general registers; all else is in vectors. Where lanes leave a loop one by one, a mask says which are still in it, and what they hand on at the exit is
//! kept in vectors of its own; the loop ends when the mask is empty. A failed check, or somebody who wants to interrupt, ends the function: what it leaves in the first word is
//! the number of iterations of all turns before, since a turn stores at its end.

mod flow;
mod insts;
mod lanes;
mod values;

use crate::Level;
use crate::code::{Body, Class, Machine, Memory, Part};
use crate::opcodes;
use crate::select::Selected;
use hotloop_mir::{
    Block as MirBlock, Function, IntCompare, MachineType, NestPlan, Shape, Value, VectorArgument, VectorInput,
};
use iced_x86::Code;
use regalloc2::{Block, VReg};
use rustc_hash::{FxHashMap, FxHashSet};

const LEVEL: Level = Level::Avx512;

/// The code of a nest; `None` if something in it is not done.
pub(crate) fn select(function: &Function, plan: &NestPlan<'_>, unroll: usize) -> Option<Selected> {
    if !matches!(plan.lane_bytes, 4 | 8) {
        return None;
    }
    let mut selector = Selector::new(function, plan);
    selector.function(unroll)?;
    let arguments = vec![VectorArgument::Words];
    Some(Selected { code: selector.assembled(), arguments, inputs: selector.inputs, leaves_one: false })
}

/// A value while code is made.
#[derive(Clone, Debug)]
enum Lane {
    /// The same in all lanes.
    Single(VReg),
    /// That of the first lane, and by how much the next one's is larger.
    Step(VReg, i64),
    /// A comparison of what is the same in all lanes, to be made where it is needed.
    Compare(IntCompare, VReg, VReg),
    /// One register for each vector.
    Vectors(Vec<VReg>),
    /// Truth values, one register for each vector.
    Masks(Vec<VReg>),
}

/// Which lanes are still in a loop that they leave one by one, and what the others hand on: for each parameter of its exit, and each value that is kept.
#[derive(Clone, Debug)]
struct State {
    alive: Vec<VReg>,
    handed: Vec<Vec<VReg>>,
}

/// A way to read an input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Reading {
    Single,
    Splat,
    /// A float that is half as wide as a lane.
    Packed,
    Mask,
}

/// One copy of the loop's code: several vectors, or one under a mask.
struct Turn {
    vectors: usize,
    /// The iterations before.
    index: VReg,
    /// The lanes that are there, if not all.
    mask: Option<VReg>,
    /// The number of lanes that are there, less one.
    last: Option<VReg>,
    labels: FxHashMap<MirBlock, Block>,
    lanes: FxHashMap<Value, Lane>,
    states: FxHashMap<MirBlock, State>,
    /// What loops that lanes leave one by one hand on to their exits beside the parameters of those.
    kept: FxHashMap<MirBlock, Vec<(Value, Vec<VReg>)>>,
}

struct Selector<'a> {
    function: &'a Function,
    plan: &'a NestPlan<'a>,
    code: Body,
    /// The blocks in the order of the code, but for the entry.
    order: Vec<Block>,
    /// Those that come behind them.
    rare: Vec<Block>,
    current: Block,
    exit: Block,
    words: VReg,
    inputs: Vec<VectorInput>,
    /// What the entry reads, by its number and how.
    read: FxHashMap<(VectorInput, Reading), VReg>,
    reads: Vec<(VReg, usize, Reading)>,
    /// Vectors of the numbers by which lanes differ, by the first and the step, and where they lie.
    rows: FxHashMap<(i64, i64), VReg>,
    row_reads: Vec<(VReg, usize)>,
    headers: FxHashSet<MirBlock>,
    /// All lanes of a vector.
    all: VReg,
}

impl<'a> Selector<'a> {
    pub(super) fn new(function: &'a Function, plan: &'a NestPlan<'a>) -> Self {
        let mut code = Body::default();
        let words = code.vreg(Class::General);
        let all = code.vreg(Class::Mask);
        let mut headers = FxHashSet::default();
        for (at, block) in plan.blocks.iter().enumerate() {
            for target in function.blocks[*block].terminator.targets() {
                if plan.blocks[..=at].contains(&target) {
                    headers.insert(target);
                }
            }
        }
        let nowhere = Block::new(0);
        Self {
            function,
            plan,
            code,
            order: Vec::new(),
            rare: Vec::new(),
            current: nowhere,
            exit: nowhere,
            words,
            inputs: Vec::new(),
            read: FxHashMap::default(),
            reads: Vec::new(),
            rows: FxHashMap::default(),
            row_reads: Vec::new(),
            headers,
            all,
        }
    }

    pub(super) fn lane_count(&self) -> i32 {
        (LEVEL.vector_bytes() / self.plan.lane_bytes) as i32
    }

    /// The frame of the function: turns of several vectors, then of one, then the exit; the entry last, when all that it has to read is known.
    pub(super) fn function(&mut self, unroll: usize) -> Option<()> {
        let lanes = self.lane_count();
        let turn = lanes * unroll as i32;
        let [entry, to_main, main, main_again, behind, rest, rest_again, done, exit] =
            [(); 9].map(|()| self.label());
        self.exit = exit;
        let count = self.code.vreg(Class::General);
        let (zero, last) = (self.code.vreg(Class::General), self.code.vreg(Class::General));

        self.begin(to_main);
        self.jump(main, vec![zero]);
        let index = self.general_parameter(main);
        self.begin(main);
        let next = self.turn(Turn::new(unroll, index, None, None), turn)?;
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(last)]);
        self.branch(Code::Jle_rel32_64, main_again, behind);
        self.begin(main_again);
        self.jump(main, vec![next]);

        self.begin(behind);
        // Whether anything is left.
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(count)]);
        let [to_rest, none_left, all_done] = [(); 3].map(|()| self.label());
        self.branch(Code::Jge_rel32_64, none_left, to_rest);
        self.begin(none_left);
        self.jump(done, Vec::new());
        self.begin(to_rest);
        let rest_index = self.general_parameter(rest);
        self.jump(rest, vec![next]);

        self.begin(rest);
        let (mask, last_lane) = self.rest(count, rest_index, lanes);
        let rest_next = self.turn(Turn::new(1, rest_index, Some(mask), Some(last_lane)), lanes)?;
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(rest_next), Part::Use(count)]);
        self.branch(Code::Jl_rel32_64, rest_again, all_done);
        self.begin(all_done);
        self.jump(done, Vec::new());
        self.begin(rest_again);
        self.jump(rest, vec![rest_next]);
        self.begin(done);
        self.jump(exit, vec![count]);
        let exit_done = self.general_parameter(exit);
        self.begin(exit);
        let word = Part::Memory(Memory { base: self.words, index: None, scale: 1, displacement: 0 });
        self.code.op(Code::Mov_rm64_r64, vec![word, Part::Use(exit_done)]);
        self.code.end(exit, Machine::Return, Vec::new());

        self.entry(entry, [count, zero, last], turn);
        let skip = self.label();
        self.code.op(Code::Cmp_rm64_imm32, vec![Part::Use(count), Part::Immediate(turn)]);
        self.code.end(
            entry,
            Machine::Branch { code: Code::Jl_rel32_64, then: skip, otherwise: to_main },
            Vec::new(),
        );
        self.begin(skip);
        self.jump(rest, vec![zero]);
        Some(())
    }

    /// Reads all that stays the same.
    pub(super) fn entry(&mut self, entry: Block, [count, zero, last]: [VReg; 3], turn: i32) {
        self.code.begin(entry);
        self.code.arguments(&[self.words]);
        let word = |number: usize, words: VReg| {
            Part::Memory(Memory { base: words, index: None, scale: 1, displacement: 8 * number as i32 })
        };
        let words = self.words;
        self.code.op(Code::Mov_r64_rm64, vec![Part::Def(count), word(0, words)]);
        self.code.op(Code::Mov_rm64_imm32, vec![Part::Def(zero), Part::Immediate(0)]);
        let behind = Memory { base: count, index: None, scale: 1, displacement: -turn };
        self.code.op(Code::Lea_r64_m, vec![Part::Def(last), Part::Memory(behind)]);
        let ones = self.code.vreg(Class::General);
        let lanes = (1_i32 << self.lane_count()) - 1;
        self.code.op(Code::Mov_rm64_imm32, vec![Part::Def(ones), Part::Immediate(lanes)]);
        self.code.op(Code::VEX_Kmovq_kr_r64, vec![Part::Def(self.all), Part::Use(ones)]);
        for (vreg, number, reading) in self.reads.clone() {
            let code = match reading {
                Reading::Single => Code::Mov_r64_rm64,
                Reading::Splat => opcodes::broadcast(LEVEL, self.plan.lane_bytes),
                Reading::Packed => opcodes::broadcast(LEVEL, 4),
                Reading::Mask => Code::VEX_Kmovq_kr_km64,
            };
            self.code.op(code, vec![Part::Def(vreg), word(number, words)]);
        }
        for (vreg, number) in self.row_reads.clone() {
            let code = opcodes::load(LEVEL, self.plan.lane_bytes, LEVEL.vector_bytes(), true);
            self.code.op(code, vec![Part::Def(vreg), word(number, words)]);
        }
    }

    /// The lanes of the last vector that are there, and their number less one.
    pub(super) fn rest(&mut self, count: VReg, index: VReg, lanes: i32) -> (VReg, VReg) {
        let [left, bits, mask_of_all] = [(); 3].map(|()| self.code.vreg(Class::General));
        self.code.op(Code::Sub_r64_rm64, vec![Part::Change(count, left), Part::Use(index)]);
        self.code.op(Code::Mov_rm64_imm32, vec![Part::Def(mask_of_all), Part::Immediate(-1)]);
        let parts = vec![Part::Def(bits), Part::Use(mask_of_all), Part::Use(left)];
        self.code.op(Code::VEX_Bzhi_r64_rm64_r64, parts);
        let some = self.code.vreg(Class::Mask);
        self.code.op(Code::VEX_Kmovq_kr_r64, vec![Part::Def(some), Part::Use(bits)]);
        let all = self.all;
        let mask = self.mask(Code::VEX_Kandq_kr_kr_kr, some, all);
        let most = self.code.vreg(Class::General);
        self.code.op(Code::Mov_rm64_imm32, vec![Part::Def(most), Part::Immediate(lanes)]);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(left), Part::Use(most)]);
        let there = self.code.vreg(Class::General);
        self.code.op(Code::Cmovl_r64_rm64, vec![Part::Change(most, there), Part::Use(left)]);
        (mask, self.plus(there, -1))
    }

    /// All blocks of the loop for the vectors of a turn; gives the number of iterations behind it.
    pub(super) fn turn(&mut self, mut turn: Turn, iterations: i32) -> Option<VReg> {
        let behind = self.label();
        let variable = self.plan.vector.variable;
        let start = self.read(VectorInput::Address(variable), Reading::Single);
        let first = self.code.vreg(Class::General);
        let sum = Memory { base: start, index: Some(turn.index), scale: 1, displacement: 0 };
        self.code.op(Code::Lea_r64_m, vec![Part::Def(first), Part::Memory(sum)]);
        turn.lanes.insert(variable, Lane::Step(first, 1));
        for block in &self.plan.blocks[1..] {
            self.open(&mut turn, *block)?;
        }
        for (at, block) in self.plan.blocks.iter().enumerate() {
            if at > 0 {
                self.begin(turn.labels[block]);
            }
            for (value, kept) in turn.kept.remove(block).unwrap_or_default() {
                turn.lanes.insert(value, Lane::Vectors(kept));
            }
            for inst in &self.function.blocks[*block].insts {
                if self.plan.needed.contains(inst) {
                    self.inst(&mut turn, *block, *inst)?;
                }
            }
            if *block == self.plan.latch() {
                self.jump(behind, Vec::new());
            } else {
                self.terminator(&mut turn, *block)?;
            }
        }
        self.begin(behind);
        let next = self.plus(turn.index, iterations);
        // The last vectors may be fewer lanes than that, and nothing is left behind them.
        if turn.mask.is_none() {
            self.poll(next);
        }
        Some(next)
    }

    /// Makes the label of a block and the registers of its parameters.
    pub(super) fn open(&mut self, turn: &mut Turn, block: MirBlock) -> Option<()> {
        let label = self.label();
        turn.labels.insert(block, label);
        let mut registers = Vec::new();
        for parameter in self.parameters(block) {
            let lane = match self.plan.shape(self.function, parameter) {
                Shape::Same => Lane::Single(self.code.vreg(Class::General)),
                Shape::Step(_) => return None,
                Shape::Lanes if self.function.value_type(parameter) == MachineType::I1 => return None,
                Shape::Lanes if self.is_packed(self.function.value_type(parameter)) => return None,
                Shape::Lanes => {
                    self.check_size(self.function.value_type(parameter))?;
                    Lane::Vectors((0..turn.vectors).map(|_| self.code.vreg(Class::Vector)).collect())
                }
            };
            match &lane {
                Lane::Single(vreg) => registers.push(*vreg),
                Lane::Vectors(vregs) => registers.extend(vregs),
                Lane::Step(..) | Lane::Compare(..) | Lane::Masks(_) => {}
            }
            turn.lanes.insert(parameter, lane);
        }
        if let Some(divergent) = self.plan.divergent_loop(block)
            && self.headers.contains(&block)
        {
            let handed = self.parameters(divergent.exit).len() + divergent.kept.len();
            let alive: Vec<VReg> = (0..turn.vectors).map(|_| self.code.vreg(Class::Mask)).collect();
            let handed: Vec<Vec<VReg>> = (0..handed)
                .map(|_| (0..turn.vectors).map(|_| self.code.vreg(Class::Vector)).collect())
                .collect();
            registers.extend(&alive);
            registers.extend(handed.iter().flatten());
            turn.states.insert(block, State { alive, handed });
        }
        let exits = self.plan.divergent.iter().filter(|divergent| divergent.exit == block);
        for value in exits.flat_map(|divergent| divergent.kept.clone()) {
            let ty = self.function.value_type(value);
            self.check_size(ty).filter(|()| ty != MachineType::I1 && !self.is_packed(ty))?;
            let kept: Vec<VReg> = (0..turn.vectors).map(|_| self.code.vreg(Class::Vector)).collect();
            registers.extend(&kept);
            turn.kept.entry(block).or_default().push((value, kept));
        }
        self.code.blocks[label.index()].parameters = registers;
        Some(())
    }

    /// The parameters of a block that something needs.
    pub(super) fn parameters(&self, block: MirBlock) -> Vec<Value> {
        let parameters = self.function.blocks[block].parameters.iter().copied();
        parameters.filter(|value| self.plan.needed_values.contains(value)).collect()
    }

    /// The code with its blocks in order, the entry first.
    pub(super) fn assembled(&mut self) -> Body {
        let body = std::mem::take(&mut self.code);
        let entry = Block::new(0);
        let order: Vec<Block> =
            std::iter::once(&entry).chain(&self.order).chain(&self.rare).copied().collect();
        let place: FxHashMap<Block, Block> =
            order.iter().enumerate().map(|(at, block)| (*block, Block::new(at))).collect();
        let mut new =
            Body { vreg_count: body.vreg_count, constants: body.constants.clone(), ..Body::default() };
        for block in &order {
            let mut data = body.blocks[block.index()].clone();
            let range = data.start..data.end;
            data.start = new.insts.len();
            for at in range {
                let mut inst = body.insts[at].clone();
                match &mut inst {
                    Machine::Branch { then, otherwise, .. } => {
                        (*then, *otherwise) = (place[then], place[otherwise]);
                    }
                    Machine::Jump(to) => *to = place[to],
                    Machine::Entry | Machine::Op { .. } | Machine::Call(_) | Machine::Return => {}
                }
                new.insts.push(inst);
                new.operands.push(body.operands[at].clone());
                new.places.push(body.places[at]);
            }
            data.end = new.insts.len();
            for neighbour in data.successors.iter_mut().chain(&mut data.predecessors) {
                *neighbour = place[neighbour];
            }
            new.blocks.push(data);
        }
        new
    }
}

impl Turn {
    fn new(vectors: usize, index: VReg, mask: Option<VReg>, last: Option<VReg>) -> Self {
        let (labels, lanes, states, kept) = Default::default();
        Self { vectors, index, mask, last, labels, lanes, states, kept }
    }
}
