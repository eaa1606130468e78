//! What stays the same in the loop, read from the words that the caller passes: addresses, values in all lanes, constants; and the numbers of the iterations.

use super::{Selector, Turn};
use crate::Level;
use crate::code::{Class, Part, bits_of};
use crate::opcodes;
use hotloop_mir::{BinaryOp, InstKind, MachineType, Value, VectorInput};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    /// Reads all that stays the same into registers.
    pub(super) fn load_inputs(&mut self) -> Option<()> {
        for inst in &self.plan.lanes {
            if self.plan.uniform_loads.contains(inst) {
                self.splat(self.function.insts[*inst].results[0])?;
                continue;
            }
            if let InstKind::Load { address, .. } | InstKind::Store { address, .. } =
                *self.function.insts[*inst].kind.access()
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
    pub(super) fn input(&mut self, input: VectorInput) -> usize {
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

    pub(super) fn splat(&mut self, value: Value) -> Option<VReg> {
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
    pub(super) fn repeated(&mut self, bits: u64, size_bytes: u32) -> VReg {
        let width = 8 * size_bytes;
        let low = if width == 64 { bits } else { bits & ((1 << width) - 1) };
        self.bits((0..64).step_by(width as usize).fold(0, |all, at| all | low << at))
    }

    /// 64 bits over and over.
    pub(super) fn bits(&mut self, bits: u64) -> VReg {
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
    pub(super) fn numbers_of(&mut self, turn: Turn) -> Option<VReg> {
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
}
