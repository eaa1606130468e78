//! Instructions: memory, checks, and what is computed once for all lanes.

use super::{LEVEL, Lane, Selector, Turn};
use crate::code::{Class, Memory, Part};
use crate::opcodes;
use hotloop_mir::{BinaryOp, Block as MirBlock, Constant, Inst, InstKind, MachineType, Shape, Value};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn inst(&mut self, turn: &mut Turn, block: MirBlock, inst: Inst) -> Option<()> {
        let data = &self.function.insts[inst];
        self.code.place = data.span;
        let kind = &data.kind;
        let lane = match kind {
            InstKind::Const(_) => return Some(()),
            InstKind::Safepoint => {
                // The end of a turn asks, too.
                if self.plan.looped.contains(&block) {
                    self.poll(turn.index);
                }
                return Some(());
            }
            InstKind::Check { condition, .. } => return self.check(turn, block, *condition),
            InstKind::CheckBounds { index, length, .. } => self.check_bounds(turn, block, *index, *length)?,
            InstKind::Load { .. } => self.load(turn, block, inst)?,
            InstKind::Store { .. } => {
                return self.store(turn, block, inst);
            }
            _ => match self.plan.shape(self.function, data.results[0]) {
                Shape::Lanes => self.in_lanes(turn, kind)?,
                Shape::Same => self.once(turn, kind)?,
                Shape::Step(step) => match self.once(turn, kind)? {
                    Lane::Single(first) => Lane::Step(first, step),
                    other => other,
                },
            },
        };
        turn.lanes.insert(data.results[0], lane);
        Some(())
    }

    /// Leaves the function unless the condition holds in all lanes.
    pub(super) fn check(&mut self, turn: &mut Turn, block: MirBlock, condition: Value) -> Option<()> {
        if self.plan.shape_in(self.function, condition, block) == Shape::Same {
            let truth = self.single(turn, condition)?;
            self.code.op(Code::Test_rm64_r64, vec![Part::Use(truth), Part::Use(truth)]);
            self.leave_if(Code::Je_rel32_64, turn.index);
            return Some(());
        }
        let there = self.there(turn, block);
        let truth = self.masks(turn, condition)?;
        let mut failed: Option<VReg> = None;
        for (truth, there) in truth.into_iter().zip(there) {
            let fails = self.mask(Code::VEX_Kandnq_kr_kr_kr, truth, there);
            failed = Some(match failed {
                Some(others) => self.mask(Code::VEX_Korq_kr_kr_kr, others, fails),
                None => fails,
            });
        }
        let failed = failed?;
        self.code.op(Code::VEX_Kortestq_kr_kr, vec![Part::Use(failed), Part::Use(failed)]);
        self.leave_if(Code::Jne_rel32_64, turn.index);
        Some(())
    }

    /// The lanes for which a block runs.
    pub(super) fn there(&self, turn: &Turn, block: MirBlock) -> Vec<VReg> {
        match turn.states.get(&block).filter(|_| self.plan.divergent_loop(block).is_some()) {
            Some(state) => state.alive.clone(),
            None => vec![turn.mask.unwrap_or(self.all); turn.vectors],
        }
    }

    /// Leaves the function unless the index of the first lane and that of the last are in bounds. One that counts from the end is not.
    pub(super) fn check_bounds(
        &mut self,
        turn: &mut Turn,
        block: MirBlock,
        index: Value,
        length: Value,
    ) -> Option<Lane> {
        let shape = self.plan.shape_in(self.function, index, block);
        let (first, length) = (self.single(turn, index)?, self.single(turn, length)?);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(first), Part::Use(length)]);
        self.leave_if(Code::Jae_rel32_64, turn.index);
        let Shape::Step(step) = shape else { return Some(Lane::Single(first)) };
        let last = match turn.last {
            Some(lanes) => {
                let distance = self.code.vreg(Class::General);
                let by = i32::try_from(step).ok()?;
                let parts = vec![Part::Def(distance), Part::Use(lanes), Part::Immediate(by)];
                self.code.op(Code::Imul_r64_rm64_imm32, parts);
                let sum = Memory { base: first, index: Some(distance), scale: 1, displacement: 0 };
                let last = self.code.vreg(Class::General);
                self.code.op(Code::Lea_r64_m, vec![Part::Def(last), Part::Memory(sum)]);
                last
            }
            None => {
                let lanes = i64::from(self.lane_count()) * turn.vectors as i64;
                self.plus(first, i32::try_from(step * (lanes - 1)).ok()?)
            }
        };
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(last), Part::Use(length)]);
        self.leave_if(Code::Jae_rel32_64, turn.index);
        Some(Lane::Step(first, step))
    }

    pub(super) fn load(&mut self, turn: &mut Turn, block: MirBlock, inst: Inst) -> Option<Lane> {
        let InstKind::Load { ty, address, offset, .. } = self.function.insts[inst].kind else { return None };
        let shape = self.plan.shape_in(self.function, address, block);
        let base = self.single(turn, address)?;
        let memory = |displacement: i32| Part::Memory(Memory { base, index: None, scale: 1, displacement });
        if self.plan.shape(self.function, self.function.insts[inst].results[0]) == Shape::Same {
            if ty == MachineType::I1 {
                return None;
            }
            let vreg = self.code.vreg(Class::General);
            self.code.op(Code::Mov_r64_rm64, vec![Part::Def(vreg), memory(offset)]);
            return Some(Lane::Single(vreg));
        }
        if ty == MachineType::I1 {
            return None;
        }
        self.check_size(ty)?;
        let size = ty.size_bytes() as i32;
        if shape == Shape::Same {
            let code = opcodes::broadcast(LEVEL, ty.size_bytes());
            return Some(Lane::Vectors(vec![self.vector(code, vec![memory(offset)]); turn.vectors]));
        }
        if shape != Shape::Step(i64::from(size)) {
            return None;
        }
        let is_packed = self.is_packed(ty);
        let code = match is_packed {
            true => opcodes::load(LEVEL, 4, 32, true),
            false => loading(self.plan.lane_bytes, ty)?,
        };
        let is_masked = turn.mask.is_some() || self.plan.divergent_loop(block).is_some();
        let masks = self.there(turn, block);
        let mut vectors = Vec::new();
        for (number, mask) in masks.into_iter().enumerate() {
            let vreg = self.code.vreg(Class::Vector);
            let displacement = offset.checked_add(number as i32 * self.lane_count() * size)?;
            let into = if is_packed { Part::DefOf(vreg, 32) } else { Part::Def(vreg) };
            let parts = vec![into, memory(displacement)];
            self.code.masked(code, parts, is_masked.then_some(mask), true);
            vectors.push(vreg);
        }
        Some(Lane::Vectors(vectors))
    }

    pub(super) fn store(&mut self, turn: &mut Turn, block: MirBlock, inst: Inst) -> Option<()> {
        let InstKind::Store { value, address, offset, .. } = self.function.insts[inst].kind else {
            return None;
        };
        let ty = self.function.value_type(value);
        let size = ty.size_bytes() as i32;
        if ty == MachineType::I1
            || self.plan.shape_in(self.function, address, block) != Shape::Step(i64::from(size))
        {
            return None;
        }
        let base = self.single(turn, address)?;
        let vectors = self.vectors(turn, value)?;
        let is_packed = self.is_packed(ty);
        let code = match is_packed {
            true => opcodes::store(LEVEL, 4, 32, true),
            false => storing(self.plan.lane_bytes, ty)?,
        };
        for (number, vreg) in vectors.into_iter().enumerate() {
            let displacement = offset.checked_add(number as i32 * self.lane_count() * size)?;
            let memory = Part::Memory(Memory { base, index: None, scale: 1, displacement });
            let from = if is_packed { Part::UseOf(vreg, 32) } else { Part::Use(vreg) };
            self.code.masked(code, vec![memory, from], turn.mask, false);
        }
        Some(())
    }

    /// What is the same in all lanes, or grows by a constant: that of the first one.
    pub(super) fn once(&mut self, turn: &Turn, kind: &InstKind) -> Option<Lane> {
        let vreg = match kind {
            InstKind::PtrAdd { base: a, offset: b } | InstKind::Binary(BinaryOp::Iadd, a, b) => {
                if let Some(by) = self.small(*b) {
                    let first = self.single(turn, *a)?;
                    self.plus(first, by)
                } else if let Some(by) = self.small(*a) {
                    let second = self.single(turn, *b)?;
                    self.plus(second, by)
                } else {
                    let (a, b) = (self.single(turn, *a)?, self.single(turn, *b)?);
                    let vreg = self.code.vreg(Class::General);
                    let sum = Memory { base: a, index: Some(b), scale: 1, displacement: 0 };
                    self.code.op(Code::Lea_r64_m, vec![Part::Def(vreg), Part::Memory(sum)]);
                    vreg
                }
            }
            InstKind::Binary(op @ (BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr), a, b) => {
                let count = self.function.constant(*b).and_then(Constant::as_int)?;
                let code = match op {
                    BinaryOp::Shl => Code::Shl_rm64_imm8,
                    BinaryOp::Sshr => Code::Sar_rm64_imm8,
                    _ => Code::Shr_rm64_imm8,
                };
                if !(0..64).contains(&count) {
                    return None;
                }
                let a = self.single(turn, *a)?;
                self.changed(code, a, vec![Part::Byte(count as u8)])
            }
            InstKind::Binary(op, a, b) => {
                let (a, b) = (self.single(turn, *a)?, self.single(turn, *b)?);
                let code = match op {
                    BinaryOp::Isub => Code::Sub_r64_rm64,
                    BinaryOp::Imul => Code::Imul_r64_rm64,
                    BinaryOp::And => Code::And_r64_rm64,
                    BinaryOp::Or => Code::Or_r64_rm64,
                    BinaryOp::Xor => Code::Xor_r64_rm64,
                    BinaryOp::Smin | BinaryOp::Smax => {
                        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(b), Part::Use(a)]);
                        if *op == BinaryOp::Smin { Code::Cmovl_r64_rm64 } else { Code::Cmovg_r64_rm64 }
                    }
                    _ => return None,
                };
                self.changed(code, a, vec![Part::Use(b)])
            }
            InstKind::IntCompare(op, a, b) => {
                return Some(Lane::Compare(*op, self.single(turn, *a)?, self.single(turn, *b)?));
            }
            InstKind::Select { condition, then, otherwise } => {
                let truth = self.single(turn, *condition)?;
                let (then, otherwise) = (self.single(turn, *then)?, self.single(turn, *otherwise)?);
                self.code.op(Code::Test_rm64_r64, vec![Part::Use(truth), Part::Use(truth)]);
                self.changed(Code::Cmovne_r64_rm64, otherwise, vec![Part::Use(then)])
            }
            _ => return None,
        };
        Some(Lane::Single(vreg))
    }

    pub(super) fn small(&self, value: Value) -> Option<i32> {
        i32::try_from(self.function.constant(value)?.as_int()?).ok()
    }
}

/// `destination, memory`: elements of a type into lanes of that size.
fn loading(lane_bytes: u32, ty: MachineType) -> Option<Code> {
    match (lane_bytes, ty.size_bytes()) {
        (lane, size) if lane == size => Some(opcodes::load(LEVEL, lane_bytes, LEVEL.vector_bytes(), true)),
        (8, 4) => Some(Code::EVEX_Vpmovsxdq_zmm_k1z_ymmm256),
        (8, 2) => Some(Code::EVEX_Vpmovsxwq_zmm_k1z_xmmm128),
        (8, 1) => Some(Code::EVEX_Vpmovsxbq_zmm_k1z_xmmm64),
        (4, 2) => Some(Code::EVEX_Vpmovsxwd_zmm_k1z_ymmm256),
        (4, 1) => Some(Code::EVEX_Vpmovsxbd_zmm_k1z_xmmm128),
        _ => None,
    }
}

/// `memory, source`: the low bits of lanes of that size as elements of a type.
fn storing(lane_bytes: u32, ty: MachineType) -> Option<Code> {
    match (lane_bytes, ty.size_bytes()) {
        (lane, size) if lane == size => Some(opcodes::store(LEVEL, lane_bytes, LEVEL.vector_bytes(), true)),
        (8, 4) => Some(Code::EVEX_Vpmovqd_ymmm256_k1z_zmm),
        (8, 2) => Some(Code::EVEX_Vpmovqw_xmmm128_k1z_zmm),
        (8, 1) => Some(Code::EVEX_Vpmovqb_xmmm64_k1z_zmm),
        (4, 2) => Some(Code::EVEX_Vpmovdw_ymmm256_k1z_zmm),
        (4, 1) => Some(Code::EVEX_Vpmovdb_xmmm128_k1z_zmm),
        _ => None,
    }
}
