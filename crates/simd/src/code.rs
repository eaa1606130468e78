//! Code before registers are allocated: blocks of machine instructions on virtual registers.

use crate::allocate::FREE;
use hotloop_diagnostics::Span;
use iced_x86::Code;
use regalloc2::{
    Block, Inst, InstRange, Operand, OperandConstraint, OperandKind, OperandPos, PReg, PRegSet, RegClass,
    VReg,
};

/// The general registers in which arguments arrive, by their numbers: rdi, rsi, rdx, rcx, r8, r9.
pub(crate) const ARGUMENTS: [usize; 6] = [7, 6, 2, 1, 8, 9];
/// As many vector registers have arguments in their lower parts, from the first one on.
pub(crate) const FLOAT_ARGUMENTS: usize = 8;

/// Where the results of calls are put together, from the frame.
const CALL_RESULT: PReg = PReg::new(0, RegClass::Float);

/// The registers that System V lets a function change, but that of the result. Those that a processor lacks do no harm.
fn changed_by_calls() -> PRegSet {
    let general = FREE.into_iter().map(|number| PReg::new(number, RegClass::Int));
    let vectors = (1..32).map(|number| PReg::new(number, RegClass::Float));
    let masks = (1..8).map(|number| PReg::new(number, RegClass::Vector));
    general.chain(vectors).chain(masks).fold(PRegSet::empty(), PRegSet::with)
}

/// A register in general, a vector, or a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A register of 64 bits.
    General,
    /// A vector register.
    Vector,
    /// A mask register of AVX-512.
    Mask,
}

impl Class {
    /// The allocator's name of it.
    pub(crate) const fn of_allocator(self) -> RegClass {
        match self {
            Self::General => RegClass::Int,
            Self::Vector => RegClass::Float,
            Self::Mask => RegClass::Vector,
        }
    }
}

/// An operand of a machine instruction, in the order in which the encoder takes them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// A register that is written.
    Def(VReg),
    /// A register that is read.
    Use(VReg),
    /// The lower part of a register, of so many bytes, that is written.
    DefOf(VReg, u32),
    /// The lower part of a register, of so many bytes, that is read.
    UseOf(VReg, u32),
    /// A register that is read and then written with another value: the first is what is read.
    Change(VReg, VReg),
    /// Memory.
    Memory(Memory),
    /// Memory behind the code, with constants from that one on.
    Constant(usize),
    /// A constant of 32 bits, with its sign.
    Immediate(i32),
    /// A constant of 8 bits, which says what the instruction does.
    Byte(u8),
}

/// An address: `base + index * scale + displacement`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) base: VReg,
    pub(crate) index: Option<VReg>,
    pub(crate) scale: u32,
    pub(crate) displacement: i32,
}

/// A machine instruction, or the end of a block.
#[derive(Clone, Debug)]
pub(crate) enum Machine {
    /// Where the arguments arrive. No code.
    Entry,
    /// An instruction. Where a mask is given, only its lanes are read from memory, as zeros where it is not set, or written to memory.
    Op { code: Code, parts: Vec<Part>, mask: Option<VReg>, is_zeroing: bool },
    /// Calls a function for each lane.
    Call(Call),
    /// Goes to the first block if the flags say so, else to the second.
    Branch { code: Code, then: Block, otherwise: Block },
    /// Goes to a block.
    Jump(Block),
    /// Returns.
    Return,
}

/// Calls of one function with the floats in the lanes of vectors, lane by lane.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its address.
    pub(crate) callee: VReg,
    /// A vector for each parameter.
    pub(crate) arguments: Vec<VReg>,
    /// What it returned.
    pub(crate) result: VReg,
    /// The bytes of a float.
    pub(crate) size_bytes: u32,
    /// How many lanes a vector has.
    pub(crate) lanes: u32,
    /// How many lanes are there, if that are not all; may be more than a vector has.
    pub(crate) left: Option<VReg>,
}

/// A block: a run of instructions, of which the last is a branch, jump or return.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockCode {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) parameters: Vec<VReg>,
    pub(crate) successors: Vec<Block>,
    pub(crate) predecessors: Vec<Block>,
    /// What a jump at its end passes.
    pub(crate) arguments: Vec<VReg>,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) insts: Vec<Machine>,
    pub(crate) operands: Vec<Vec<Operand>>,
    pub(crate) blocks: Vec<BlockCode>,
    pub(crate) vreg_count: usize,
    /// Constants of 64 bits, which stand behind the code.
    pub(crate) constants: Vec<u64>,
    /// Where the instructions that are appended next come from.
    pub(crate) place: Span,
    /// Where each instruction comes from.
    pub(crate) places: Vec<Span>,
}

impl Default for Body {
    /// A function without blocks.
    fn default() -> Self {
        let (insts, operands, blocks, constants, places) = Default::default();
        Self { insts, operands, blocks, vreg_count: 0, constants, place: Span::NONE, places }
    }
}

impl Body {
    /// A new virtual register.
    pub(crate) fn vreg(&mut self, class: Class) -> VReg {
        let vreg = VReg::new(self.vreg_count, class.of_allocator());
        self.vreg_count += 1;
        vreg
    }

    /// The memory of constants, one behind the other.
    pub(crate) fn constants(&mut self, words: &[u64]) -> Part {
        let known = self.constants.windows(words.len()).position(|known| known == words);
        Part::Constant(known.unwrap_or_else(|| {
            self.constants.extend(words);
            self.constants.len() - words.len()
        }))
    }

    /// Makes blocks; they are filled in order.
    pub(crate) fn create_blocks(&mut self, count: usize) {
        self.blocks = vec![BlockCode::default(); count];
    }

    /// Begins a block.
    pub(crate) fn begin(&mut self, block: Block) {
        self.blocks[block.index()].start = self.insts.len();
    }

    /// Lets the function's arguments be in these registers: general ones, and vectors whose lower parts are floats.
    pub(crate) fn arguments(&mut self, vregs: &[VReg]) {
        let mut general = ARGUMENTS.into_iter();
        let mut vectors = 0..FLOAT_ARGUMENTS;
        let arrive = |vreg: &VReg| {
            let class = vreg.class();
            let number = if class == RegClass::Int { general.next() } else { vectors.next() };
            Operand::reg_fixed_def(*vreg, PReg::new(number.expect("few enough arguments"), class))
        };
        let operands = vregs.iter().map(arrive).collect();
        self.push(Machine::Entry, operands);
    }

    /// Appends an instruction.
    pub(crate) fn op(&mut self, code: Code, parts: Vec<Part>) {
        self.masked(code, parts, None, false);
    }

    /// Appends an instruction that works on some lanes.
    pub(crate) fn masked(&mut self, code: Code, parts: Vec<Part>, mask: Option<VReg>, is_zeroing: bool) {
        let mut operands = Vec::new();
        for part in &parts {
            match part {
                Part::Def(vreg) | Part::DefOf(vreg, _) => operands.push(Operand::reg_def(*vreg)),
                Part::Use(vreg) | Part::UseOf(vreg, _) => operands.push(Operand::reg_use(*vreg)),
                Part::Change(read, written) => {
                    let at = operands.len();
                    operands.push(Operand::reg_use(*read));
                    operands.push(Operand::reg_reuse_def(*written, at));
                }
                Part::Memory(memory) => {
                    operands.push(Operand::reg_use(memory.base));
                    operands.extend(memory.index.map(Operand::reg_use));
                }
                Part::Constant(_) | Part::Immediate(_) | Part::Byte(_) => {}
            }
        }
        operands.extend(mask.map(Operand::reg_use));
        self.push(Machine::Op { code, parts, mask, is_zeroing }, operands);
    }

    /// Appends calls.
    pub(crate) fn call(&mut self, call: Call) {
        // What is needed until the last call is in none of the registers that they change.
        let throughout =
            |vreg| Operand::new(vreg, OperandConstraint::Reg, OperandKind::Use, OperandPos::Late);
        let mut operands = vec![throughout(call.callee)];
        operands.extend(call.left.map(throughout));
        operands.extend(call.arguments.iter().copied().map(Operand::reg_use));
        operands.push(Operand::reg_fixed_def(call.result, CALL_RESULT));
        self.push(Machine::Call(call), operands);
    }

    /// Whether functions are called in it.
    pub(crate) fn calls(&self) -> bool {
        self.insts.iter().any(|inst| matches!(inst, Machine::Call(_)))
    }

    /// Ends a block.
    pub(crate) fn end(&mut self, block: Block, last: Machine, arguments: Vec<VReg>) {
        let successors = match last {
            Machine::Branch { then, otherwise, .. } => vec![then, otherwise],
            Machine::Jump(to) => vec![to],
            Machine::Return | Machine::Op { .. } | Machine::Call(_) | Machine::Entry => Vec::new(),
        };
        for successor in &successors {
            self.blocks[successor.index()].predecessors.push(block);
        }
        self.push(last, Vec::new());
        let data = &mut self.blocks[block.index()];
        data.end = self.insts.len();
        (data.successors, data.arguments) = (successors, arguments);
    }

    fn push(&mut self, inst: Machine, operands: Vec<Operand>) {
        self.insts.push(inst);
        self.places.push(self.place);
        self.operands.push(operands);
    }
}

impl regalloc2::Function for Body {
    fn num_insts(&self) -> usize {
        self.insts.len()
    }

    fn num_blocks(&self) -> usize {
        self.blocks.len()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    fn block_insns(&self, block: Block) -> InstRange {
        let data = &self.blocks[block.index()];
        InstRange::new(Inst::new(data.start), Inst::new(data.end))
    }

    fn block_succs(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].successors
    }

    fn block_preds(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].predecessors
    }

    fn block_params(&self, block: Block) -> &[VReg] {
        &self.blocks[block.index()].parameters
    }

    fn is_ret(&self, inst: Inst) -> bool {
        matches!(self.insts[inst.index()], Machine::Return)
    }

    fn is_branch(&self, inst: Inst) -> bool {
        matches!(self.insts[inst.index()], Machine::Branch { .. } | Machine::Jump(_))
    }

    fn branch_blockparams(&self, block: Block, _inst: Inst, _successor: usize) -> &[VReg] {
        &self.blocks[block.index()].arguments
    }

    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        &self.operands[inst.index()]
    }

    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        match self.insts[inst.index()] {
            Machine::Call(_) => changed_by_calls(),
            Machine::Entry
            | Machine::Op { .. }
            | Machine::Branch { .. }
            | Machine::Jump(_)
            | Machine::Return => PRegSet::empty(),
        }
    }

    fn num_vregs(&self) -> usize {
        self.vreg_count
    }

    /// In words of eight bytes.
    fn spillslot_size(&self, class: RegClass) -> usize {
        match class {
            RegClass::Int | RegClass::Vector => 1,
            RegClass::Float => 8,
        }
    }
}
