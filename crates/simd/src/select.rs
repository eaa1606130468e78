//! Chooses the instructions for a vector loop.
//!
//! The function runs the main loop, `unroll` vectors a turn, while as many iterations are left, then the rest a vector at a time: with AVX-512 the last vector
//! under a mask, with AVX2 there is no part of a vector (the caller sees to it). All that stays the same is read once, at the start, from
//! the words that the caller passes; elements are at `base + index * size`.
//!
//! A truth value is a mask register with AVX-512, and a vector whose lanes are all bits or none with AVX2.

use crate::Level;
use crate::code::{Body, Class, Machine, Memory, Part};
use crate::opcodes;
use hotloop_mir::{
    BinaryOp, Constant, ConvertOp, Function, Inst, InstKind, IntCompare, MachineType, UnaryOp, Value,
    VectorInput, VectorPlan,
};
use iced_x86::Code;
use regalloc2::{Block, VReg};
use rustc_hash::{FxHashMap, FxHashSet};

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
    let mut selector = Selector {
        level,
        function,
        plan,
        code: Body::default(),
        inputs: Vec::new(),
        words: VReg::invalid(),
        known: FxHashMap::default(),
        folded: FxHashSet::default(),
    };
    selector.function(unroll)?;
    Some(Selected { code: selector.code, inputs: selector.inputs })
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
    /// Loads that are part of the instruction that uses them, in the main loop.
    folded: FxHashSet<Inst>,
}

/// Where a turn works: the index of its first iteration, the bytes to its vector, and which lanes are there.
#[derive(Clone, Copy)]
struct Turn {
    index: VReg,
    bytes: i32,
    mask: Option<VReg>,
}

/// The blocks, in the order of the code.
const ENTRY: usize = 0;
const TO_MAIN: usize = 1;
const MAIN: usize = 2;
const BEHIND_MAIN: usize = 3;
const SKIP_MAIN: usize = 4;
const HEAD_OF_REST: usize = 5;
const TO_REST: usize = 6;
const REST: usize = 7;
const BEHIND_REST: usize = 8;
const EXIT: usize = 9;
const AGAIN_MAIN: usize = 10;
const AGAIN_REST: usize = 11;
const SKIP_REST: usize = 12;
const BLOCKS: usize = 13;

impl Selector<'_> {
    fn function(&mut self, unroll: usize) -> Option<()> {
        let lanes = self.level.vector_bytes() / self.plan.lane_bytes;
        let turn = lanes as i32 * unroll as i32;
        self.code.create_blocks(BLOCKS);
        self.find_folded();
        let vectors: Vec<Class> = vec![Class::Vector; self.plan.vector.accumulators.len()];
        let many: Vec<Class> = vectors.iter().copied().cycle().take(vectors.len() * unroll).collect();

        // Everything that stays the same, and whether the main loop runs at all.
        self.begin(ENTRY);
        self.words = self.code.argument();
        let count = self.load_word(0);
        let zero = self.constant(0);
        let ones = (self.level == Level::Avx512).then(|| self.constant(-1));
        self.load_inputs()?;
        let identities = self.identities()?;
        let last = self.offset(count, -turn);
        self.code.op(Code::Cmp_rm64_imm32, vec![Part::Use(count), Part::Immediate(turn)]);
        self.branch(ENTRY, Code::Jl_rel32_64, SKIP_MAIN, TO_MAIN);
        self.begin(TO_MAIN);
        let starts: Vec<VReg> = identities.iter().copied().cycle().take(many.len()).collect();
        self.jump(TO_MAIN, MAIN, zero, &starts);

        self.begin(MAIN);
        let (index, accumulators) = self.parameters(MAIN, &many);
        let mut collected = Vec::new();
        for number in 0..unroll {
            let bytes = self.level.vector_bytes() as i32 * number as i32;
            let mine = &accumulators[number * vectors.len()..(number + 1) * vectors.len()];
            collected.extend(self.iterations(Turn { index, bytes, mask: None }, mine)?);
        }
        let next = self.offset(index, turn);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(next), Part::Use(last)]);
        self.branch(MAIN, Code::Jle_rel32_64, AGAIN_MAIN, BEHIND_MAIN);
        self.begin(BEHIND_MAIN);
        let combined = self.combine_vectors(&collected, vectors.len())?;
        self.jump(BEHIND_MAIN, HEAD_OF_REST, next, &combined);
        self.begin(SKIP_MAIN);
        self.jump(SKIP_MAIN, HEAD_OF_REST, zero, &identities);

        self.begin(HEAD_OF_REST);
        let (reached, accumulators) = self.parameters(HEAD_OF_REST, &vectors);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(reached), Part::Use(count)]);
        self.branch(HEAD_OF_REST, Code::Jge_rel32_64, SKIP_REST, TO_REST);
        self.begin(TO_REST);
        self.jump(TO_REST, REST, reached, &accumulators);

        self.begin(REST);
        let (index, before) = self.parameters(REST, &vectors);
        let mask = ones.map(|ones| self.mask_of_rest(ones, count, index));
        let rest = self.iterations(Turn { index, bytes: 0, mask }, &before)?;
        let rest = self.merged(mask, &before, rest);
        let index_behind = self.offset(index, lanes as i32);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(index_behind), Part::Use(count)]);
        self.branch(REST, Code::Jl_rel32_64, AGAIN_REST, BEHIND_REST);
        self.begin(BEHIND_REST);
        self.end(BEHIND_REST, EXIT, rest.clone());

        self.begin(EXIT);
        let totals = self.parameter_list(EXIT, &vectors);
        self.store_totals(&totals)?;
        self.code.end(Block::new(EXIT), Machine::Return, Vec::new());

        self.begin(AGAIN_MAIN);
        self.jump(AGAIN_MAIN, MAIN, next, &collected);
        self.begin(AGAIN_REST);
        self.jump(AGAIN_REST, REST, index_behind, &rest);
        self.begin(SKIP_REST);
        self.end(SKIP_REST, EXIT, accumulators);
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

    /// The lanes that are left: the low bits of as many ones. Fewer than 256 are.
    fn mask_of_rest(&mut self, ones: VReg, count: VReg, index: VReg) -> VReg {
        let [left, bits] = [(); 2].map(|()| self.code.vreg(Class::General));
        self.code.op(Code::Sub_r64_rm64, vec![Part::Change(count, left), Part::Use(index)]);
        let parts = vec![Part::Def(bits), Part::Use(ones), Part::Use(left)];
        self.code.op(Code::VEX_Bzhi_r64_rm64_r64, parts);
        let mask = self.code.vreg(Class::Mask);
        self.code.op(Code::VEX_Kmovq_kr_r64, vec![Part::Def(mask), Part::Use(bits)]);
        mask
    }

    // Inputs.

    /// Reads all that stays the same into registers.
    fn load_inputs(&mut self) -> Option<()> {
        for inst in self.plan.lanes.clone() {
            if self.plan.uniform_loads.contains(&inst) {
                self.splat(self.function.insts[inst].results[0])?;
                continue;
            }
            if let InstKind::Load { address, .. } | InstKind::Store { address, .. } =
                self.function.insts[inst].kind
            {
                self.address(address);
            }
        }
        for value in self.plan.splats.clone() {
            self.splat(value)?;
        }
        // Constants that instructions need are asked for here, so that they are read once.
        for inst in self.plan.lanes.clone() {
            self.constants_of(inst);
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
        let input = VectorInput::Splat(value);
        if let Some(known) = self.known.get(&input) {
            return Some(*known);
        }
        let number = self.input(input);
        let is_mask = self.function.value_type(value) == MachineType::I1 && self.level == Level::Avx512;
        let vreg = if is_mask {
            let vreg = self.code.vreg(Class::Mask);
            let word = self.word(number);
            self.code.op(Code::VEX_Kmovq_kr_km64, vec![Part::Def(vreg), word]);
            vreg
        } else {
            self.broadcast(number)
        };
        self.known.insert(input, vreg);
        Some(vreg)
    }

    fn bits(&mut self, bits: u64) -> VReg {
        let input = VectorInput::Bits(bits);
        if let Some(known) = self.known.get(&input) {
            return *known;
        }
        let number = self.input(input);
        let vreg = self.broadcast(number);
        self.known.insert(input, vreg);
        vreg
    }

    fn broadcast(&mut self, number: usize) -> VReg {
        let vreg = self.code.vreg(Class::Vector);
        let word = self.word(number);
        let code = opcodes::broadcast(self.level, self.plan.lane_bytes);
        self.code.op(code, vec![Part::Def(vreg), word]);
        vreg
    }

    fn constants_of(&mut self, inst: Inst) {
        match &self.function.insts[inst].kind {
            InstKind::Unary(op, value) => {
                let constant = self.constant_of_unary(*op, self.function.value_type(*value));
                constant.map(|bits| self.bits(bits));
            }
            InstKind::Binary(BinaryOp::Fcopysign, ..) => {
                let sign = self.sign();
                self.bits(sign);
                self.bits(!sign);
            }
            InstKind::IntCompare(..) if self.level == Level::Avx2 => {
                self.bits(u64::MAX);
            }
            InstKind::Convert(_, _, to) if !matches!(to, MachineType::I1) => {
                self.bits(0);
                self.bits(u64::MAX);
                self.bits(one(*to));
            }
            _ => {}
        }
    }

    /// The sign bit of an element.
    fn sign(&self) -> u64 {
        1 << (8 * self.plan.lane_bytes - 1)
    }

    fn constant_of_unary(&self, op: UnaryOp, ty: MachineType) -> Option<u64> {
        match op {
            UnaryOp::Ineg => Some(0),
            UnaryOp::Inot if ty == MachineType::I1 && self.level == Level::Avx512 => None,
            UnaryOp::Inot => Some(u64::MAX),
            UnaryOp::Fneg => Some(self.sign()),
            UnaryOp::Fabs => Some(!self.sign()),
            UnaryOp::Fsqrt | UnaryOp::Ffloor | UnaryOp::Fceil | UnaryOp::Ftrunc | UnaryOp::Fnearest => None,
        }
    }

    fn identities(&mut self) -> Option<Vec<VReg>> {
        let mut identities = Vec::new();
        for accumulator in &self.plan.vector.accumulators {
            let ty = self.function.value_type(accumulator.parameter);
            // Whether the level can combine them is known before any code is there.
            opcodes::binary(self.level, accumulator.op.binary()?, ty)?;
            let bits = bits_of(accumulator.op.identity(ty));
            identities.push(self.bits(bits));
        }
        Some(identities)
    }

    // Iterations.

    /// Finds loads whose value is needed once, by an instruction that takes it from memory, with no store between.
    fn find_folded(&mut self) {
        let mut uses: FxHashMap<Value, usize> = FxHashMap::default();
        for inst in &self.plan.lanes {
            self.function.insts[*inst].kind.for_each_operand(|value| *uses.entry(value).or_default() += 1);
        }
        for value in &self.plan.collected {
            *uses.entry(*value).or_default() += 1;
        }
        let mut waiting: FxHashMap<Value, Inst> = FxHashMap::default();
        for inst in &self.plan.lanes {
            match &self.function.insts[*inst].kind {
                InstKind::Load { .. } if !self.plan.uniform_loads.contains(inst) => {
                    waiting.insert(self.function.insts[*inst].results[0], *inst);
                }
                InstKind::Store { .. } => waiting.clear(),
                InstKind::Binary(op, a, b) if *op != BinaryOp::Fcopysign && !is_shift(*op) => {
                    // The second operand may be in memory, or the first where they can change places; one of them.
                    let first = if is_commutative(*op) { waiting.get(a) } else { None };
                    let candidate =
                        waiting.get(b).filter(|_| uses[b] == 1).or(first.filter(|_| uses[a] == 1));
                    if let Some(load) = candidate {
                        self.folded.insert(*load);
                    }
                }
                _ => {}
            }
        }
    }

    /// One vector of iterations: gives what the accumulators are behind it.
    fn iterations(&mut self, turn: Turn, accumulators: &[VReg]) -> Option<Vec<VReg>> {
        let mut lanes: FxHashMap<Value, VReg> = FxHashMap::default();
        for (accumulator, vreg) in self.plan.vector.accumulators.iter().zip(accumulators) {
            lanes.insert(accumulator.parameter, *vreg);
        }
        for inst in self.plan.lanes.clone() {
            let is_folded = self.folded.contains(&inst) && turn.mask.is_none();
            if !self.plan.uniform_loads.contains(&inst) && !is_folded {
                self.inst(turn, &mut lanes, inst)?;
            }
        }
        self.plan.collected.clone().into_iter().map(|value| self.lane(&lanes, value)).collect()
    }

    fn lane(&mut self, lanes: &FxHashMap<Value, VReg>, value: Value) -> Option<VReg> {
        match lanes.get(&value) {
            Some(known) => Some(*known),
            None => self.known.get(&VectorInput::Splat(value)).copied(),
        }
    }

    fn inst(&mut self, turn: Turn, lanes: &mut FxHashMap<Value, VReg>, inst: Inst) -> Option<()> {
        let data = &self.function.insts[inst];
        let ty = |value: Value| self.function.value_type(value);
        let result = match &data.kind {
            InstKind::Load { ty: MachineType::I1, .. } => return None,
            InstKind::Load { .. } => {
                let vreg = self.code.vreg(Class::Vector);
                let (code, memory) =
                    (opcodes::load(self.level, self.plan.lane_bytes), self.element(turn, inst)?);
                self.code.masked(code, vec![Part::Def(vreg), memory], turn.mask, true);
                vreg
            }
            InstKind::Store { value, .. } => {
                let value = self.lane(lanes, *value)?;
                let (code, memory) =
                    (opcodes::store(self.level, self.plan.lane_bytes), self.element(turn, inst)?);
                self.code.masked(code, vec![memory, Part::Use(value)], turn.mask, false);
                return Some(());
            }
            InstKind::Unary(op, value) => {
                let (ty, x) = (ty(*value), self.lane(lanes, *value)?);
                self.unary(*op, ty, x)?
            }
            InstKind::Binary(op, a, b) if is_shift(*op) => {
                let count = self.function.constant(*b).and_then(Constant::as_int)?;
                let width = 8 * i64::from(self.plan.lane_bytes);
                let code = opcodes::shift(self.level, *op, ty(*a))?;
                let x = self.lane(lanes, *a)?;
                if !(0..width).contains(&count) {
                    return None;
                }
                self.vector(code, vec![Part::Use(x), Part::Byte(count as u8)])
            }
            InstKind::Binary(op, a, b) => {
                let ty = ty(*a);
                self.binary(turn, lanes, *op, ty, *a, *b)?
            }
            InstKind::IntCompare(op, a, b) => {
                let (ty, x, y) = (ty(*a), self.lane(lanes, *a)?, self.lane(lanes, *b)?);
                self.int_compare(*op, ty, x, y)?
            }
            InstKind::FloatCompare(op, a, b) => {
                let (code, how) = opcodes::float_compare(self.level, *op, ty(*a))?;
                let (x, y) = (self.lane(lanes, *a)?, self.lane(lanes, *b)?);
                self.truth(code, vec![Part::Use(x), Part::Use(y), Part::Byte(how)])
            }
            InstKind::Select { condition, then, otherwise } => {
                let is_truth = ty(*then) == MachineType::I1;
                let mask = self.lane(lanes, *condition)?;
                let (then, otherwise) = (self.lane(lanes, *then)?, self.lane(lanes, *otherwise)?);
                if is_truth {
                    self.select_truth(mask, then, otherwise)
                } else {
                    self.blend(mask, then, otherwise)
                }
            }
            InstKind::Convert(op, value, to) => {
                let (from, x) = (ty(*value), self.lane(lanes, *value)?);
                self.convert(*op, from, x, *to)?
            }
            _ => return None,
        };
        lanes.insert(data.results[0], result);
        Some(())
    }

    /// The memory of a load or store.
    fn element(&mut self, turn: Turn, inst: Inst) -> Option<Part> {
        let (InstKind::Load { address, offset, .. } | InstKind::Store { address, offset, .. }) =
            self.function.insts[inst].kind
        else {
            return None;
        };
        Some(Part::Memory(Memory {
            base: self.known[&VectorInput::Address(address)],
            index: Some(turn.index),
            scale: self.plan.lane_bytes,
            displacement: offset.checked_add(turn.bytes)?,
        }))
    }

    /// A vector that an instruction makes of these operands.
    fn vector(&mut self, code: Code, operands: Vec<Part>) -> VReg {
        self.made(Class::Vector, code, operands)
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

    fn unary(&mut self, op: UnaryOp, ty: MachineType, x: VReg) -> Option<VReg> {
        if op == UnaryOp::Inot && ty == MachineType::I1 && self.level == Level::Avx512 {
            return Some(self.truth(Code::VEX_Knotq_kr_kr, vec![Part::Use(x)]));
        }
        let constant = self.constant_of_unary(op, ty).map(|bits| self.known[&VectorInput::Bits(bits)]);
        let (code, first, second) = match (op, constant) {
            (UnaryOp::Ineg, Some(zero)) => (opcodes::binary(self.level, BinaryOp::Isub, ty)?, zero, x),
            (UnaryOp::Inot | UnaryOp::Fneg, Some(bits)) => {
                (opcodes::bits(self.level, BinaryOp::Xor)?, x, bits)
            }
            (UnaryOp::Fabs, Some(bits)) => (opcodes::bits(self.level, BinaryOp::And)?, x, bits),
            _ => {
                let (code, how) = opcodes::unary(self.level, op, ty)?;
                let operands = std::iter::once(Part::Use(x)).chain(how.map(Part::Byte)).collect();
                return Some(self.vector(code, operands));
            }
        };
        Some(self.vector(code, vec![Part::Use(first), Part::Use(second)]))
    }

    fn binary(
        &mut self,
        turn: Turn,
        lanes: &FxHashMap<Value, VReg>,
        op: BinaryOp,
        ty: MachineType,
        a: Value,
        b: Value,
    ) -> Option<VReg> {
        if op == BinaryOp::Fcopysign {
            let (x, y) = (self.lane(lanes, a)?, self.lane(lanes, b)?);
            return self.copy_sign(x, y);
        }
        if ty == MachineType::I1 {
            let (x, y) = (self.lane(lanes, a)?, self.lane(lanes, b)?);
            return self.truth_bits(op, x, y);
        }
        let code = opcodes::binary(self.level, op, ty)?;
        let (first, second) = match (self.in_memory(turn, a), self.in_memory(turn, b)) {
            (_, Some(memory)) => (self.lane(lanes, a)?, memory),
            (Some(memory), None) => (self.lane(lanes, b)?, memory),
            (None, None) => (self.lane(lanes, a)?, Part::Use(self.lane(lanes, b)?)),
        };
        Some(self.vector(code, vec![Part::Use(first), second]))
    }

    /// The memory of an operand that is taken from there.
    fn in_memory(&mut self, turn: Turn, value: Value) -> Option<Part> {
        let load = self.function.defining_inst(value)?;
        if self.folded.contains(&load) && turn.mask.is_none() { self.element(turn, load) } else { None }
    }

    fn truth_bits(&mut self, op: BinaryOp, x: VReg, y: VReg) -> Option<VReg> {
        let code = match self.level {
            Level::Avx512 => opcodes::mask_bits(op)?,
            Level::Avx2 => opcodes::bits(self.level, op)?,
        };
        Some(self.truth(code, vec![Part::Use(x), Part::Use(y)]))
    }

    /// The magnitude of `x` with the sign of `y`.
    fn copy_sign(&mut self, x: VReg, y: VReg) -> Option<VReg> {
        let sign = self.sign();
        let [sign, rest] = [sign, !sign].map(|bits| self.known[&VectorInput::Bits(bits)]);
        let and = opcodes::bits(self.level, BinaryOp::And)?;
        let magnitude = self.vector(and, vec![Part::Use(x), Part::Use(rest)]);
        let sign = self.vector(and, vec![Part::Use(y), Part::Use(sign)]);
        let or = opcodes::bits(self.level, BinaryOp::Or)?;
        Some(self.vector(or, vec![Part::Use(magnitude), Part::Use(sign)]))
    }

    fn int_compare(&mut self, op: IntCompare, ty: MachineType, x: VReg, y: VReg) -> Option<VReg> {
        if self.level == Level::Avx512 {
            let (code, how) = opcodes::int_compare(op, ty)?;
            return Some(self.truth(code, vec![Part::Use(x), Part::Use(y), Part::Byte(how)]));
        }
        let [equal, greater] = opcodes::equal_and_greater(ty)?;
        let (code, x, y, is_opposite) = match op {
            IntCompare::Eq => (equal, x, y, false),
            IntCompare::Ne => (equal, x, y, true),
            IntCompare::Sgt => (greater, x, y, false),
            IntCompare::Sle => (greater, x, y, true),
            IntCompare::Slt => (greater, y, x, false),
            IntCompare::Sge => (greater, y, x, true),
            IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge => return None,
        };
        let found = self.truth(code, vec![Part::Use(x), Part::Use(y)]);
        if !is_opposite {
            return Some(found);
        }
        let ones = self.known[&VectorInput::Bits(u64::MAX)];
        let xor = opcodes::bits(self.level, BinaryOp::Xor)?;
        Some(self.truth(xor, vec![Part::Use(found), Part::Use(ones)]))
    }

    /// `then` in the lanes that are set, `otherwise` in the others.
    fn blend(&mut self, mask: VReg, then: VReg, otherwise: VReg) -> VReg {
        let vreg = self.code.vreg(Class::Vector);
        let mut parts = vec![Part::Def(vreg), Part::Use(otherwise), Part::Use(then)];
        if self.level == Level::Avx512 {
            self.code.masked(opcodes::blend(self.plan.lane_bytes), parts, Some(mask), false);
        } else {
            parts.push(Part::Use(mask));
            self.code.op(Code::VEX_Vpblendvb_ymm_ymm_ymmm256_ymm, parts);
        }
        vreg
    }

    fn select_truth(&mut self, mask: VReg, then: VReg, otherwise: VReg) -> VReg {
        if self.level == Level::Avx2 {
            return self.blend(mask, then, otherwise);
        }
        let then = self.truth(Code::VEX_Kandq_kr_kr_kr, vec![Part::Use(mask), Part::Use(then)]);
        // The complement of the first, and the second.
        let otherwise = self.truth(Code::VEX_Kandnq_kr_kr_kr, vec![Part::Use(mask), Part::Use(otherwise)]);
        self.truth(Code::VEX_Korq_kr_kr_kr, vec![Part::Use(then), Part::Use(otherwise)])
    }

    fn convert(&mut self, op: ConvertOp, from: MachineType, x: VReg, to: MachineType) -> Option<VReg> {
        let constant = |selector: &Self, bits: u64| selector.known[&VectorInput::Bits(bits)];
        match (op, from) {
            (ConvertOp::SignExtend, MachineType::I1) => {
                let (ones, zero) = (constant(self, u64::MAX), constant(self, 0));
                Some(self.blend(x, ones, zero))
            }
            (ConvertOp::ZeroExtend | ConvertOp::UnsignedToFloat, MachineType::I1) => {
                let (one, zero) = (constant(self, one(to)), constant(self, 0));
                Some(self.blend(x, one, zero))
            }
            (ConvertOp::SignedToFloat, MachineType::I32) if to == MachineType::F32 => {
                Some(self.vector(opcodes::float_of_int(self.level), vec![Part::Use(x)]))
            }
            (ConvertOp::Bitcast, from) if from != MachineType::I1 => Some(x),
            _ => None,
        }
    }

    // Accumulators.

    /// The accumulators of the vectors of a turn, one vector for each.
    fn combine_vectors(&mut self, collected: &[VReg], count: usize) -> Option<Vec<VReg>> {
        (0..count)
            .map(|position| {
                let code = self.combining(position)?;
                let vectors = collected.iter().copied().skip(position).step_by(count);
                vectors.reduce(|a, b| self.vector(code, vec![Part::Use(a), Part::Use(b)]))
            })
            .collect()
    }

    fn combining(&self, position: usize) -> Option<Code> {
        let accumulator = &self.plan.vector.accumulators[position];
        let ty = self.function.value_type(accumulator.parameter);
        opcodes::binary(self.level, accumulator.op.binary()?, ty)
    }

    /// The accumulators where lanes are there, what they were elsewhere.
    fn merged(&mut self, mask: Option<VReg>, before: &[VReg], behind: Vec<VReg>) -> Vec<VReg> {
        let Some(mask) = mask else { return behind };
        let pairs = before.iter().zip(behind);
        pairs.map(|(before, behind)| self.blend(mask, behind, *before)).collect()
    }

    /// Combines the lanes of each accumulator, and stores the vectors behind the inputs: what counts is the first lane.
    fn store_totals(&mut self, totals: &[VReg]) -> Option<()> {
        for (position, total) in totals.iter().enumerate() {
            let code = self.combining(position)?;
            let mut total = *total;
            let mut distance = self.level.vector_bytes() / 2;
            while distance >= self.plan.lane_bytes {
                let moved = self.moved_down(total, distance)?;
                total = self.vector(code, vec![Part::Use(total), Part::Use(moved)]);
                distance /= 2;
            }
            let displacement =
                8 * (1 + self.inputs.len() as i32) + self.level.vector_bytes() as i32 * position as i32;
            let memory = Memory { base: self.words, index: None, scale: 1, displacement };
            let store = opcodes::store(self.level, self.plan.lane_bytes);
            self.code.op(store, vec![Part::Memory(memory), Part::Use(total)]);
        }
        Some(())
    }

    /// The bytes of a vector so many bytes further down.
    fn moved_down(&mut self, x: VReg, distance: u32) -> Option<VReg> {
        let is_wide = self.level == Level::Avx512;
        let (code, mut operands, how) = match (distance, is_wide) {
            // Parts of 128 bits, in another order.
            (32, true) => (Code::EVEX_Vshufi64x2_zmm_k1z_zmm_zmmm512b64_imm8, vec![x, x], 0b00_00_11_10),
            (16, true) => (Code::EVEX_Vshufi64x2_zmm_k1z_zmm_zmmm512b64_imm8, vec![x, x], 0b00_00_00_01),
            (16, false) => (Code::VEX_Vperm2i128_ymm_ymm_ymmm256_imm8, vec![x, x], 0x01),
            // Parts of 32 bits, within those of 128.
            (8, true) => (Code::EVEX_Vpshufd_zmm_k1z_zmmm512b32_imm8, vec![x], 0b00_00_11_10),
            (8, false) => (Code::VEX_Vpshufd_ymm_ymmm256_imm8, vec![x], 0b00_00_11_10),
            (4, true) => (Code::EVEX_Vpshufd_zmm_k1z_zmmm512b32_imm8, vec![x], 0b00_00_00_01),
            (4, false) => (Code::VEX_Vpshufd_ymm_ymmm256_imm8, vec![x], 0b00_00_00_01),
            // Bits, within parts of 32 or 16.
            (2, _) => (opcodes::shift(self.level, BinaryOp::Ushr, MachineType::I32)?, vec![x], 16),
            (1, _) => (opcodes::shift(self.level, BinaryOp::Ushr, MachineType::I16)?, vec![x], 8),
            _ => return None,
        };
        let mut parts: Vec<Part> = operands.drain(..).map(Part::Use).collect();
        parts.push(Part::Byte(how));
        Some(self.vector(code, parts))
    }
}

fn is_shift(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr)
}

fn is_commutative(op: BinaryOp) -> bool {
    !matches!(op, BinaryOp::Isub | BinaryOp::Fsub | BinaryOp::Fdiv)
}

/// The number 1 of a type, as bits.
fn one(ty: MachineType) -> u64 {
    match ty {
        MachineType::F64 => 1.0_f64.to_bits(),
        MachineType::F32 => u64::from(1.0_f32.to_bits()),
        _ => 1,
    }
}

fn bits_of(constant: Constant) -> u64 {
    match constant {
        Constant::Int(_, value) => value as u64,
        Constant::F32(bits) => u64::from(bits),
        Constant::F64(bits) => bits,
    }
}
