//! Accumulators: where they start, and how those of several vectors, and of the lanes of one, become one.

use super::Selector;
use crate::Level;
use crate::code::{Class, Memory, Part};
use crate::opcodes;
use hotloop_mir::{BinaryOp, FloatCompare, MachineType};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn identities(&mut self) -> Option<Vec<VReg>> {
        let types = self.accumulator_types();
        let accumulators = self.plan.vector.accumulators.iter().zip(types);
        accumulators
            .map(|(accumulator, ty)| {
                (ty != MachineType::I1)
                    .then(|| self.repeated(accumulator.op.identity(ty).bits(), ty.size_bytes()))
            })
            .collect()
    }

    fn accumulator_types(&self) -> Vec<MachineType> {
        let accumulators = self.plan.vector.accumulators.iter();
        accumulators.map(|accumulator| self.function.value_type(accumulator.parameter)).collect()
    }

    /// The accumulators of the vectors of a turn, one vector for each.
    pub(super) fn combine_vectors(&mut self, collected: &[VReg], count: usize) -> Option<Vec<VReg>> {
        (0..count)
            .map(|position| {
                let mut vectors = collected.iter().copied().skip(position).step_by(count);
                let first = vectors.next()?;
                vectors.try_fold(first, |a, b| self.combine(position, a, b))
            })
            .collect()
    }

    fn combine(&mut self, position: usize, a: VReg, b: VReg) -> Option<VReg> {
        let accumulator = &self.plan.vector.accumulators[position];
        let ty = self.function.value_type(accumulator.parameter);
        if accumulator.op.is_float_extreme() {
            self.doubt_zeros(ty, a, b)?;
            return self.extreme(accumulator.op, ty, b, a);
        }
        self.combined(accumulator.op.binary()?, ty, a, b)
    }

    /// Notes where two accumulators are zeros of different sign: equal, but not the same.
    fn doubt_zeros(&mut self, ty: MachineType, a: VReg, b: VReg) -> Option<()> {
        let (code, how) = opcodes::float_compare(self.level, FloatCompare::Eq, ty)?;
        let are_equal = self.truth(code, vec![Part::Use(a), Part::Use(b), Part::Byte(how)]);
        let differ = self.bitwise(BinaryOp::Xor, a, b)?;
        let zero = self.bits(0);
        let here = self.blend(ty.size_bytes(), are_equal, differ, zero);
        self.doubt = match self.doubt {
            Some(known) => Some(self.bitwise(BinaryOp::Or, known, here)?),
            None => Some(here),
        };
        Some(())
    }

    /// So many iterations, or none if it is in doubt which zeros come first.
    pub(super) fn none_in_doubt(&mut self, count: VReg, zero: VReg) -> VReg {
        let Some(doubt) = self.doubt else { return count };
        let parts = vec![Part::Use(doubt), Part::Use(doubt)];
        match self.level {
            Level::Avx512 => {
                let is_set = self.truth(Code::EVEX_Vptestmq_kr_k1_zmm_zmmm512b64, parts);
                self.code.op(Code::VEX_Kortestb_kr_kr, vec![Part::Use(is_set), Part::Use(is_set)]);
            }
            Level::Avx2 => self.code.op(Code::VEX_Vptest_ymm_ymmm256, parts),
        }
        let done = self.code.vreg(Class::General);
        self.code.op(Code::Cmovne_r64_rm64, vec![Part::Change(count, done), Part::Use(zero)]);
        done
    }

    /// The accumulators where lanes are there, what they were elsewhere.
    pub(super) fn merged(&mut self, mask: Option<VReg>, before: &[VReg], behind: Vec<VReg>) -> Vec<VReg> {
        let Some(mask) = mask else { return behind };
        let types = self.accumulator_types();
        let pairs = types.iter().zip(before.iter().zip(behind));
        pairs.map(|(ty, (before, behind))| self.blend(ty.size_bytes(), mask, behind, *before)).collect()
    }

    /// Combines the lanes of each accumulator, and stores the vectors behind the inputs: what counts is the first lane.
    pub(super) fn store_totals(&mut self, totals: &[VReg]) -> Option<()> {
        let types = self.accumulator_types();
        for (position, (total, ty)) in totals.iter().zip(types).enumerate() {
            let mut total = *total;
            let mut distance = self.part_bytes(ty.size_bytes()) / 2;
            while distance >= ty.size_bytes() {
                let moved = self.moved_down(total, distance)?;
                total = self.combine(position, total, moved)?;
                distance /= 2;
            }
            let vector_bytes = self.level.vector_bytes();
            let displacement = 8 * (1 + self.inputs.len() as i32) + vector_bytes as i32 * position as i32;
            let memory = Memory { base: self.words, index: None, scale: 1, displacement };
            let store = opcodes::store(self.level, 8, vector_bytes, false);
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
