//! Bytes: instructions, and the moves that the allocator asks for, encoded one behind the other.
//!
//! Jumps have four bytes of distance, so that the length of everything is known once it was encoded; the second time the distances are right.
//!
//! Registers that the caller wants back are saved: with AVX-512 all that are changed. The vector registers that only AVX-512 has are nobody's; where no other was changed, neither has
//! anything to be cleared behind.

use crate::Level;
use crate::allocate::{FIRST_NEW, SAVED};
use crate::code::{Body, Call, Machine, Memory, Part};
use hotloop_diagnostics::Span;
use iced_x86::{Code, Encoder, Instruction, OpKind, Register};
use regalloc2::{Allocation, Block, Edit, InstOrEdit, OperandKind, Output, PReg, RegClass};
use rustc_hash::{FxHashMap, FxHashSet};

/// The code of a function.
pub(crate) struct Emitted {
    /// Instructions, and behind them constants.
    pub(crate) bytes: Vec<u8>,
    /// How many bytes are instructions.
    pub(crate) code_bytes: usize,
    /// Where runs of instructions begin, and the places in the source that they come from.
    pub(crate) places: Vec<(u32, Span)>,
}

/// The bytes of a function, and where they come from, run by run; `None` if the encoder refuses an instruction, which would be a mistake of the selection.
pub(crate) fn emit(level: Level, body: &Body, allocated: &Output) -> Option<Emitted> {
    let mut emitter = Emitter::new(level, body, allocated);
    emitter.run()?;
    emitter.run()?;
    Some(emitter.finished())
}

struct Emitter<'a> {
    level: Level,
    body: &'a Body,
    allocated: &'a Output,
    encoder: Encoder,
    at: u64,
    /// Where blocks begin: known from the first run.
    places: FxHashMap<Block, u64>,
    /// The general registers that have to be restored.
    saved: Vec<Register>,
    /// The vector registers whose lower parts have to be restored.
    saved_vectors: Vec<Register>,
    /// Whether vectors were changed of which other code uses the lower part.
    clears_vectors: bool,
    /// The bytes of the frame in which calls find their arguments and leave their results.
    call_bytes: i32,
    /// Where calls for fewer lanes end: known from the first run.
    ends_of_calls: FxHashMap<regalloc2::Inst, u64>,
    /// Where constants begin: known from the first run.
    constants_at: u64,
    /// Where runs of instructions begin that come from one place in the source.
    runs: Vec<(u32, Span)>,
}

impl<'a> Emitter<'a> {
    fn new(level: Level, body: &'a Body, allocated: &'a Output) -> Self {
        let changed = changed(body, allocated);
        let is_changed = |number: usize, class: RegClass| changed.contains(&PReg::new(number, class));
        let keeps_all = keeps_registers(level, body);
        let is_kept = |number: &usize| keeps_all || SAVED.contains(number);
        let saved = (0..16).filter(|number| is_changed(*number, RegClass::Int)).filter(is_kept);
        let vectors: Vec<usize> =
            (0..FIRST_NEW).filter(|number| is_changed(*number, RegClass::Float)).collect();
        let clears_vectors = !vectors.is_empty();
        let widths = body.insts.iter().map(|inst| match inst {
            Machine::Call(call) => call.arguments.len() as i32 * level.vector_bytes() as i32,
            _ => 0,
        });
        let saved_vectors = vectors.into_iter().filter(|_| keeps_all);
        Self {
            level,
            body,
            allocated,
            encoder: Encoder::new(64),
            at: 0,
            places: FxHashMap::default(),
            saved: saved.map(general).collect(),
            saved_vectors: saved_vectors.map(|number| Register::XMM0 + number as u32).collect(),
            clears_vectors,
            call_bytes: widths.max().unwrap_or(0),
            ends_of_calls: FxHashMap::default(),
            constants_at: 0,
            runs: Vec::new(),
        }
    }

    fn finished(mut self) -> Emitted {
        let mut bytes = self.encoder.take_buffer();
        let code_bytes = bytes.len();
        if !self.body.constants.is_empty() {
            bytes.resize(self.constants_at as usize, 0);
            bytes.extend(self.body.constants.iter().flat_map(|bits| bits.to_le_bytes()));
        }
        Emitted { bytes, code_bytes, places: self.runs }
    }

    fn run(&mut self) -> Option<()> {
        self.encoder = Encoder::new(64);
        self.at = 0;
        self.runs.clear();
        for register in self.saved.clone() {
            self.one(Code::Push_r64, &[register])?;
        }
        let frame = self.frame_bytes();
        if frame > 0 {
            self.add_to_stack(-frame)?;
        }
        self.vectors_on_stack(Code::VEX_Vmovups_xmmm128_xmm)?;
        let body = self.body;
        for number in 0..body.blocks.len() {
            let block = Block::new(number);
            self.places.insert(block, self.at);
            for step in self.allocated.block_insts_and_edits(body, block) {
                match step {
                    InstOrEdit::Edit(Edit::Move { from, to }) => self.move_value(*from, *to)?,
                    InstOrEdit::Inst(inst) => self.machine(block, inst)?,
                }
            }
        }
        self.constants_at = self.at.next_multiple_of(8);
        Some(())
    }

    fn frame_bytes(&self) -> i32 {
        let used = self.spilled_bytes() + 16 * self.saved_vectors.len() as i32 + self.call_bytes;
        if self.call_bytes == 0 {
            return used;
        }
        // With the address to return to and the registers that were pushed, calls find the stack aligned.
        let pushed = 8 * (1 + self.saved.len() as i32);
        used + (-(used + pushed)).rem_euclid(16)
    }

    fn spilled_bytes(&self) -> i32 {
        8 * self.allocated.num_spillslots as i32
    }

    /// Stores the lower parts of vector registers in the frame, behind what was spilled, or loads them.
    fn vectors_on_stack(&mut self, code: Code) -> Option<()> {
        for (number, register) in self.saved_vectors.clone().into_iter().enumerate() {
            let is_store = code == Code::VEX_Vmovups_xmmm128_xmm;
            self.with_stack(code, register, self.spilled_bytes() + 16 * number as i32, is_store)?;
        }
        Some(())
    }

    /// Stores a register in the frame, or loads it.
    fn with_stack(&mut self, code: Code, register: Register, at: i32, is_store: bool) -> Option<()> {
        let mut instruction = Instruction::default();
        instruction.set_code(code);
        set_register(&mut instruction, u32::from(is_store), register);
        set_stack(&mut instruction, u32::from(!is_store), at);
        self.encode(&instruction)
    }

    /// The loads and stores of whole vectors.
    fn vector_moves(&self) -> (Code, Code) {
        match self.level {
            Level::Avx2 => (Code::VEX_Vmovups_ymm_ymmm256, Code::VEX_Vmovups_ymmm256_ymm),
            Level::Avx512 => (Code::EVEX_Vmovups_zmm_k1z_zmmm512, Code::EVEX_Vmovups_zmmm512_k1z_zmm),
        }
    }

    fn machine(&mut self, block: Block, inst: regalloc2::Inst) -> Option<()> {
        let next = Block::new(block.index() + 1);
        let place = self.body.places[inst.index()];
        if self.runs.last().is_none_or(|(_, last)| *last != place) {
            self.runs.push((self.at as u32, place));
        }
        match &self.body.insts[inst.index()] {
            Machine::Entry => Some(()),
            Machine::Op { code, parts, mask, is_zeroing } => {
                let places = self.allocated.inst_allocs(inst);
                let mut instruction =
                    instruction(self.level, *code, parts, mask.is_some(), *is_zeroing, places)?;
                let constant = parts.iter().find_map(|part| match part {
                    Part::Constant(number) => Some(*number),
                    _ => None,
                });
                if let Some(number) = constant {
                    instruction.set_memory_displacement64(self.constants_at + 8 * number as u64);
                }
                self.encode(&instruction)
            }
            Machine::Call(call) => self.call(inst, call),
            Machine::Branch { code, then, otherwise } => {
                self.jump(*code, *then)?;
                if *otherwise == next { Some(()) } else { self.jump(Code::Jmp_rel32_64, *otherwise) }
            }
            Machine::Jump(to) if *to == next => Some(()),
            Machine::Jump(to) => self.jump(Code::Jmp_rel32_64, *to),
            Machine::Return => {
                if self.clears_vectors {
                    self.one(Code::VEX_Vzeroupper, &[])?;
                }
                self.vectors_on_stack(Code::VEX_Vmovups_xmm_xmmm128)?;
                let frame = self.frame_bytes();
                if frame > 0 {
                    self.add_to_stack(frame)?;
                }
                for register in self.saved.clone().into_iter().rev() {
                    self.one(Code::Pop_r64, &[register])?;
                }
                self.one(Code::Retnq, &[])
            }
        }
    }

    /// Where a jump to a block ends: a block that does nothing but jump is passed over.
    fn end_of_jump(&self, to: Block) -> Block {
        let mut steps = self.allocated.block_insts_and_edits(self.body, to);
        let work =
            steps.find(|step| !matches!(step, InstOrEdit::Edit(Edit::Move { from, to }) if from == to));
        match work {
            Some(InstOrEdit::Inst(inst)) => match self.body.insts[inst.index()] {
                Machine::Jump(next) => next,
                Machine::Entry
                | Machine::Op { .. }
                | Machine::Call(_)
                | Machine::Branch { .. }
                | Machine::Return => to,
            },
            Some(InstOrEdit::Edit(_)) | None => to,
        }
    }

    fn jump(&mut self, code: Code, to: Block) -> Option<()> {
        let to = self.end_of_jump(to);
        self.jump_to(code, self.places.get(&to).copied())
    }

    /// Jumps to a place that is known in the second run.
    fn jump_to(&mut self, code: Code, to: Option<u64>) -> Option<()> {
        let mut instruction = Instruction::default();
        instruction.set_code(code);
        instruction.set_op0_kind(OpKind::NearBranch64);
        instruction.set_near_branch64(to.unwrap_or(self.at));
        self.encode(&instruction)
    }

    /// Calls a function for each lane: arguments and results are in the frame.
    fn call(&mut self, inst: regalloc2::Inst, call: &Call) -> Option<()> {
        let mut places = self.allocated.inst_allocs(inst).iter();
        let mut next = || places.next()?.as_reg().map(|place| register(self.level, place));
        let callee = next()?;
        let left = if call.left.is_some() { Some(next()?) } else { None };
        let arguments: Option<Vec<Register>> = call.arguments.iter().map(|_| next()).collect();

        let base = self.spilled_bytes();
        let vector_bytes = self.level.vector_bytes() as i32;
        let (_, store_vector) = self.vector_moves();
        for (number, argument) in arguments?.into_iter().enumerate() {
            self.with_stack(store_vector, argument, base + vector_bytes * number as i32, true)?;
        }
        // Functions may use instructions that wait for the upper parts of vectors.
        self.one(Code::VEX_Vzeroupper, &[])?;
        let (load, store) = match call.size_bytes {
            4 => (Code::VEX_Vmovss_xmm_m32, Code::VEX_Vmovss_m32_xmm),
            _ => (Code::VEX_Vmovsd_xmm_m64, Code::VEX_Vmovsd_m64_xmm),
        };
        for lane in 0..call.lanes as i32 {
            if let Some(left) = left.filter(|_| lane > 0) {
                let mut compare = Instruction::default();
                compare.set_code(Code::Cmp_rm64_imm32);
                set_register(&mut compare, 0, left);
                compare.set_op1_kind(OpKind::Immediate32to64);
                compare.set_immediate32to64(i64::from(lane));
                self.encode(&compare)?;
                self.jump_to(Code::Jle_rel32_64, self.ends_of_calls.get(&inst).copied())?;
            }
            let at = base + lane * call.size_bytes as i32;
            for number in 0..call.arguments.len() as i32 {
                let register = Register::XMM0 + number as u32;
                self.with_stack(load, register, at + vector_bytes * number, false)?;
            }
            self.one(Code::Call_rm64, &[callee])?;
            self.with_stack(store, Register::XMM0, at, true)?;
        }
        self.ends_of_calls.insert(inst, self.at);
        self.gather_results(call, base)
    }

    /// Puts the results of calls together, each loaded by itself: a load of them all would wait until the last of their stores has left the processor.
    fn gather_results(&mut self, call: &Call, base: i32) -> Option<()> {
        let vector = |number: u32| Register::XMM0 + number;
        // Vectors of 16 bytes, each from its floats.
        let a_part = 16 / call.size_bytes;
        let parts = call.lanes.div_ceil(a_part);
        for part in 0..parts {
            let at = base + 16 * part as i32;
            let register = vector(part);
            match call.size_bytes {
                4 => {
                    self.with_stack(Code::VEX_Vmovss_xmm_m32, register, at, false)?;
                    for lane in 1..a_part.min(call.lanes) {
                        let at = at + 4 * lane as i32;
                        self.insert_from_stack(
                            Code::VEX_Vinsertps_xmm_xmm_xmmm32_imm8,
                            register,
                            at,
                            Some(16 * lane as u8),
                        )?;
                    }
                }
                _ => {
                    self.with_stack(Code::VEX_Vmovsd_xmm_m64, register, at, false)?;
                    self.insert_from_stack(Code::VEX_Vmovhpd_xmm_xmm_m64, register, at + 8, None)?;
                }
            }
        }
        // Two and two of them.
        for low in (0..parts.saturating_sub(1)).step_by(2) {
            let whole = Register::YMM0 + low;
            self.upper_part(Code::VEX_Vinsertf128_ymm_ymm_xmmm128_imm8, whole, vector(low + 1))?;
        }
        if parts > 2 {
            self.upper_part(
                Code::EVEX_Vinsertf64x4_zmm_k1z_zmm_ymmm256_imm8,
                Register::ZMM0,
                Register::YMM2,
            )?;
        }
        Some(())
    }

    /// Loads a part of a vector, and leaves the rest as it is.
    fn insert_from_stack(
        &mut self,
        code: Code,
        register: Register,
        at: i32,
        place: Option<u8>,
    ) -> Option<()> {
        let mut instruction = Instruction::default();
        instruction.set_code(code);
        set_register(&mut instruction, 0, register);
        set_register(&mut instruction, 1, register);
        set_stack(&mut instruction, 2, at);
        if let Some(place) = place {
            instruction.set_op3_kind(OpKind::Immediate8);
            instruction.set_immediate8(place);
        }
        self.encode(&instruction)
    }

    /// Makes a vector the upper half of another one.
    fn upper_part(&mut self, code: Code, whole: Register, upper: Register) -> Option<()> {
        let mut instruction = Instruction::default();
        instruction.set_code(code);
        set_register(&mut instruction, 0, whole);
        set_register(&mut instruction, 1, whole);
        set_register(&mut instruction, 2, upper);
        instruction.set_op3_kind(OpKind::Immediate8);
        instruction.set_immediate8(1);
        self.encode(&instruction)
    }

    fn add_to_stack(&mut self, bytes: i32) -> Option<()> {
        let mut instruction = Instruction::default();
        instruction.set_code(Code::Add_rm64_imm32);
        set_register(&mut instruction, 0, Register::RSP);
        instruction.set_op1_kind(OpKind::Immediate32to64);
        instruction.set_immediate32to64(i64::from(bytes));
        self.encode(&instruction)
    }

    fn move_value(&mut self, from: Allocation, to: Allocation) -> Option<()> {
        if from == to {
            return Some(());
        }
        let class = from.as_reg().or(to.as_reg()).map(|register| register.class())?;
        let (load, store) = match class {
            RegClass::Int => (Code::Mov_r64_rm64, Code::Mov_rm64_r64),
            RegClass::Float => self.vector_moves(),
            RegClass::Vector => (Code::VEX_Kmovq_kr_km64, Code::VEX_Kmovq_m64_kr),
        };
        let mut instruction = Instruction::default();
        match (from.as_reg(), to.as_reg()) {
            (Some(from), Some(to)) => {
                instruction.set_code(load);
                set_register(&mut instruction, 0, register(self.level, to));
                set_register(&mut instruction, 1, register(self.level, from));
            }
            (None, Some(to)) => {
                instruction.set_code(load);
                set_register(&mut instruction, 0, register(self.level, to));
                set_stack(&mut instruction, 1, slot_bytes(from));
            }
            (Some(from), None) => {
                instruction.set_code(store);
                set_stack(&mut instruction, 0, slot_bytes(to));
                set_register(&mut instruction, 1, register(self.level, from));
            }
            (None, None) => return None,
        }
        self.encode(&instruction)
    }

    fn one(&mut self, code: Code, registers: &[Register]) -> Option<()> {
        let mut instruction = Instruction::default();
        instruction.set_code(code);
        for (position, register) in registers.iter().enumerate() {
            set_register(&mut instruction, position as u32, *register);
        }
        self.encode(&instruction)
    }

    fn encode(&mut self, instruction: &Instruction) -> Option<()> {
        let length = self.encoder.encode(instruction, self.at);
        debug_assert!(length.is_ok(), "{:?}: {:?}", instruction.code(), length.err());
        self.at += length.ok()? as u64;
        Some(())
    }
}

/// An instruction with its operands in the places that the allocator gave them.
fn instruction(
    level: Level,
    code: Code,
    parts: &[Part],
    has_mask: bool,
    is_zeroing: bool,
    places: &[Allocation],
) -> Option<Instruction> {
    let mut instruction = Instruction::default();
    instruction.set_code(code);
    let mut places = places.iter().copied();
    let mut next = || places.next()?.as_reg().map(|place| register(level, place));
    for (position, part) in parts.iter().enumerate() {
        let position = position as u32;
        match part {
            Part::Def(_) | Part::Use(_) => set_register(&mut instruction, position, next()?),
            Part::DefOf(_, bytes) | Part::UseOf(_, bytes) => {
                set_register(&mut instruction, position, lower_part(level, next()?, *bytes));
            }
            Part::Change(..) => {
                next()?;
                set_register(&mut instruction, position, next()?);
            }
            Part::Memory(Memory { index, scale, displacement, .. }) => {
                instruction.try_set_op_kind(position, OpKind::Memory).ok()?;
                instruction.set_memory_base(next()?);
                if index.is_some() {
                    instruction.set_memory_index(next()?);
                    instruction.set_memory_index_scale(*scale);
                }
                set_displacement(&mut instruction, *displacement);
            }
            // The address is set by who knows where constants are.
            Part::Constant(_) => {
                instruction.try_set_op_kind(position, OpKind::Memory).ok()?;
                instruction.set_memory_base(Register::RIP);
                instruction.set_memory_displ_size(8);
            }
            Part::Immediate(value) => {
                instruction.try_set_op_kind(position, OpKind::Immediate32to64).ok()?;
                instruction.set_immediate32to64(i64::from(*value));
            }
            Part::Byte(value) => {
                instruction.try_set_op_kind(position, OpKind::Immediate8).ok()?;
                instruction.set_immediate8(*value);
            }
        }
    }
    if has_mask {
        instruction.set_op_mask(next()?);
        instruction.set_zeroing_masking(is_zeroing);
    }
    Some(instruction)
}

/// The name of the lower part of a register: of 4 bytes of a general one, of 16, 32 or 64 of a vector.
fn lower_part(level: Level, whole: Register, bytes: u32) -> Register {
    let first_vector = match level {
        Level::Avx2 => Register::YMM0,
        Level::Avx512 => Register::ZMM0,
    };
    match bytes {
        4 => Register::EAX + (whole as u32 - Register::RAX as u32),
        16 => Register::XMM0 + (whole as u32 - first_vector as u32),
        32 => Register::YMM0 + (whole as u32 - first_vector as u32),
        _ => whole,
    }
}

fn set_register(instruction: &mut Instruction, position: u32, register: Register) {
    instruction.set_op_kind(position, OpKind::Register);
    instruction.set_op_register(position, register);
}

fn set_stack(instruction: &mut Instruction, position: u32, at: i32) {
    instruction.set_op_kind(position, OpKind::Memory);
    instruction.set_memory_base(Register::RSP);
    set_displacement(instruction, at);
}

/// Where a value that was spilled is in the frame.
fn slot_bytes(place: Allocation) -> i32 {
    8 * place.as_stack().map_or(0, regalloc2::SpillSlot::index) as i32
}

/// Whether all registers are behind the code what they were before it: with AVX-512, unless something is called.
pub(crate) fn keeps_registers(level: Level, body: &Body) -> bool {
    level == Level::Avx512 && !body.calls()
}

/// The registers that are written. Where arguments arrive, nothing is.
fn changed(body: &Body, allocated: &Output) -> FxHashSet<PReg> {
    let moved = allocated.edits.iter().map(|(_, Edit::Move { to, .. })| *to);
    let is_entry = |number: &usize| matches!(body.insts[*number], Machine::Entry);
    let defined = (0..body.insts.len()).filter(|number| !is_entry(number)).flat_map(|number| {
        let operands = body.operands[number].iter();
        let places = allocated.inst_allocs(regalloc2::Inst::new(number)).iter();
        operands
            .zip(places)
            .filter(|(operand, _)| operand.kind() == OperandKind::Def)
            .map(|(_, place)| *place)
    });
    moved.chain(defined).filter_map(Allocation::as_reg).collect()
}

fn set_displacement(instruction: &mut Instruction, displacement: i32) {
    // The size 1 stands for the smallest that holds it.
    instruction.set_memory_displ_size(u32::from(displacement != 0));
    instruction.set_memory_displacement64(i64::from(displacement) as u64);
}

fn general(number: usize) -> Register {
    Register::RAX + number as u32
}

fn register(level: Level, place: PReg) -> Register {
    let number = place.hw_enc() as u32;
    match (place.class(), level) {
        (RegClass::Int, _) => Register::RAX + number,
        (RegClass::Float, Level::Avx2) => Register::YMM0 + number,
        (RegClass::Float, Level::Avx512) => Register::ZMM0 + number,
        (RegClass::Vector, _) => Register::K0 + number,
    }
}
