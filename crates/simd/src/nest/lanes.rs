//! Instructions whose results differ from lane to lane.

use super::{LEVEL, Lane, Reading, Selector, Turn};
use crate::code::{Class, Part};
use crate::opcodes;
use hotloop_mir::{BinaryOp, Constant, ConvertOp, InstKind, MachineType, UnaryOp, Value, VectorInput};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    /// What differs from lane to lane.
    pub(super) fn in_lanes(&mut self, turn: &Turn, kind: &InstKind) -> Option<Lane> {
        let ty = |value: Value| self.function.value_type(value);
        match kind {
            InstKind::Unary(UnaryOp::Inot, value) if ty(*value) == MachineType::I1 => {
                let all = self.all;
                let masks = self.masks(turn, *value)?;
                let inverted = masks.into_iter().map(|mask| self.mask(Code::VEX_Kandnq_kr_kr_kr, mask, all));
                Some(Lane::Masks(inverted.collect()))
            }
            InstKind::Unary(op, value) => {
                let ty = self.whole(ty(*value))?;
                let vectors = self.vectors(turn, *value)?;
                self.each(vectors, |selector, x| selector.unary(*op, ty, x))
            }
            InstKind::Binary(op, a, b) if ty(*a) == MachineType::I1 => {
                let code = opcodes::mask_bits(*op)?;
                let (a, b) = (self.masks(turn, *a)?, self.masks(turn, *b)?);
                Some(Lane::Masks(a.into_iter().zip(b).map(|(a, b)| self.mask(code, a, b)).collect()))
            }
            InstKind::Binary(op @ (BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr), a, b) => {
                let ty = self.whole(ty(*a))?;
                let count = self.function.constant(*b).and_then(Constant::as_int)?;
                let code = opcodes::shift(LEVEL, *op, ty)?;
                if !(0..8 * i64::from(self.plan.lane_bytes)).contains(&count) {
                    return None;
                }
                let vectors = self.vectors(turn, *a)?;
                self.each(vectors, |selector, x| {
                    Some(selector.vector(code, vec![Part::Use(x), Part::Byte(count as u8)]))
                })
            }
            InstKind::Binary(BinaryOp::Fcopysign, a, b) if !self.is_packed(ty(*a)) => {
                let sign = 1_u64 << (8 * self.plan.lane_bytes - 1);
                let [sign, rest] =
                    [sign, !sign].map(|bits| self.read(VectorInput::Bits(bits), Reading::Splat));
                let (a, b) = (self.vectors(turn, *a)?, self.vectors(turn, *b)?);
                self.both(a, b, |selector, x, y| {
                    let magnitude = selector.bits(BinaryOp::And, x, rest)?;
                    let sign = selector.bits(BinaryOp::And, y, sign)?;
                    selector.bits(BinaryOp::Or, magnitude, sign)
                })
            }
            InstKind::Binary(op, a, b) => {
                // The low bits of these do not depend on what stands above them.
                let is_low = matches!(
                    op,
                    BinaryOp::Iadd
                        | BinaryOp::Isub
                        | BinaryOp::Imul
                        | BinaryOp::And
                        | BinaryOp::Or
                        | BinaryOp::Xor
                );
                let ty = if is_low { self.lane_type(ty(*a)) } else { self.whole(ty(*a))? };
                let code = opcodes::binary(LEVEL, *op, ty)?;
                let (a, b) = (self.vectors(turn, *a)?, self.vectors(turn, *b)?);
                self.both(a, b, |selector, x, y| {
                    Some(selector.vector(code, vec![Part::Use(x), Part::Use(y)]))
                })
            }
            InstKind::Ternary(op, a, b, c) => {
                let code = opcodes::fused(LEVEL, *op, self.whole(ty(*a))?)?;
                let [a, b, c] = [*a, *b, *c].map(|value| self.vectors(turn, value));
                let factors: Vec<(VReg, VReg)> = a?.into_iter().zip(b?).collect();
                let made = factors.into_iter().zip(c?).map(|((x, y), third)| {
                    let vreg = self.code.vreg(Class::Vector);
                    self.code.op(code, vec![Part::Change(x, vreg), Part::Use(y), Part::Use(third)]);
                    vreg
                });
                Some(Lane::Vectors(made.collect()))
            }
            InstKind::IntCompare(op, a, b) => {
                let ty = self.whole(ty(*a))?;
                let (code, how) = opcodes::int_compare(*op, ty)?;
                self.compare(turn, code, how, *a, *b)
            }
            InstKind::FloatCompare(op, a, b) => {
                let (code, how) = opcodes::float_compare(LEVEL, *op, self.whole(ty(*a))?)?;
                self.compare(turn, code, how, *a, *b)
            }
            InstKind::Select { condition, then, otherwise } => {
                let masks = self.masks(turn, *condition)?;
                if ty(*then) == MachineType::I1 || self.is_packed(ty(*then)) {
                    return None;
                }
                let (then, otherwise) = (self.vectors(turn, *then)?, self.vectors(turn, *otherwise)?);
                let triples = masks.into_iter().zip(then).zip(otherwise);
                Some(Lane::Vectors(triples.map(|((mask, x), y)| self.blend(mask, x, y)).collect()))
            }
            InstKind::Convert(op, value, to) => self.convert(turn, *op, *value, *to),
            _ => None,
        }
    }

    /// A type, if its values fill the lanes.
    pub(super) fn whole(&self, ty: MachineType) -> Option<MachineType> {
        let ty = if ty == MachineType::Ptr { MachineType::I64 } else { ty };
        (ty.size_bytes() == self.plan.lane_bytes).then_some(ty)
    }

    /// The integer type of a lane, or the float's.
    pub(super) fn lane_type(&self, ty: MachineType) -> MachineType {
        match (ty.is_float(), self.plan.lane_bytes) {
            (true, _) => ty,
            (false, 4) => MachineType::I32,
            (false, _) => MachineType::I64,
        }
    }

    pub(super) fn each(
        &mut self,
        vectors: Vec<VReg>,
        make: impl Fn(&mut Self, VReg) -> Option<VReg>,
    ) -> Option<Lane> {
        let made: Option<Vec<VReg>> = vectors.into_iter().map(|x| make(self, x)).collect();
        made.map(Lane::Vectors)
    }

    pub(super) fn both(
        &mut self,
        a: Vec<VReg>,
        b: Vec<VReg>,
        make: impl Fn(&mut Self, VReg, VReg) -> Option<VReg>,
    ) -> Option<Lane> {
        let made: Option<Vec<VReg>> = a.into_iter().zip(b).map(|(x, y)| make(self, x, y)).collect();
        made.map(Lane::Vectors)
    }

    pub(super) fn compare(&mut self, turn: &Turn, code: Code, how: u8, a: Value, b: Value) -> Option<Lane> {
        let (a, b) = (self.vectors(turn, a)?, self.vectors(turn, b)?);
        let mut masks = Vec::new();
        for (x, y) in a.into_iter().zip(b) {
            let mask = self.code.vreg(Class::Mask);
            self.code.op(code, vec![Part::Def(mask), Part::Use(x), Part::Use(y), Part::Byte(how)]);
            masks.push(mask);
        }
        Some(Lane::Masks(masks))
    }

    pub(super) fn bits(&mut self, op: BinaryOp, x: VReg, y: VReg) -> Option<VReg> {
        let code = opcodes::bits(LEVEL, op)?;
        Some(self.vector(code, vec![Part::Use(x), Part::Use(y)]))
    }

    pub(super) fn unary(&mut self, op: UnaryOp, ty: MachineType, x: VReg) -> Option<VReg> {
        let sign = 1_u64 << (8 * self.plan.lane_bytes - 1);
        let splat = |selector: &mut Self, bits: u64| selector.read(VectorInput::Bits(bits), Reading::Splat);
        match op {
            UnaryOp::Ineg => {
                let zero = splat(self, 0);
                let code = opcodes::binary(LEVEL, BinaryOp::Isub, ty)?;
                Some(self.vector(code, vec![Part::Use(zero), Part::Use(x)]))
            }
            UnaryOp::Inot => {
                let ones = splat(self, u64::MAX);
                self.bits(BinaryOp::Xor, x, ones)
            }
            UnaryOp::Fneg => {
                let sign = splat(self, sign);
                self.bits(BinaryOp::Xor, x, sign)
            }
            UnaryOp::Fabs => {
                let rest = splat(self, !sign);
                self.bits(BinaryOp::And, x, rest)
            }
            UnaryOp::Fsqrt | UnaryOp::Ffloor | UnaryOp::Fceil | UnaryOp::Ftrunc | UnaryOp::Fnearest => {
                let (code, how) = opcodes::unary(LEVEL, op, ty)?;
                let operands = std::iter::once(Part::Use(x)).chain(how.map(Part::Byte)).collect();
                Some(self.vector(code, operands))
            }
        }
    }

    pub(super) fn convert(
        &mut self,
        turn: &Turn,
        op: ConvertOp,
        value: Value,
        to: MachineType,
    ) -> Option<Lane> {
        let from = self.function.value_type(value);
        if from == MachineType::I1 {
            let set = match op {
                ConvertOp::SignExtend => u64::MAX,
                ConvertOp::ZeroExtend => 1,
                ConvertOp::UnsignedToFloat if to == MachineType::F64 => 1.0_f64.to_bits(),
                ConvertOp::UnsignedToFloat if to == MachineType::F32 => u64::from(1.0_f32.to_bits()),
                _ => return None,
            };
            self.check_size(to)?;
            let (set, zero) = (
                self.read(VectorInput::Bits(set), Reading::Splat),
                self.read(VectorInput::Bits(0), Reading::Splat),
            );
            let masks = self.masks(turn, value)?;
            return Some(Lane::Vectors(masks.into_iter().map(|mask| self.blend(mask, set, zero)).collect()));
        }
        self.check_size(to)?;
        let vectors = self.vectors(turn, value)?;
        let extended = 8 * (self.plan.lane_bytes - from.size_bytes().min(self.plan.lane_bytes)) as u8;
        let code = match (op, from, to) {
            (ConvertOp::Truncate, _, MachineType::I1) => return None,
            (ConvertOp::Truncate, ..) => return Some(Lane::Vectors(vectors)),
            (ConvertOp::Bitcast, ..) if !self.is_packed(from) && !self.is_packed(to) => {
                return Some(Lane::Vectors(vectors));
            }
            (ConvertOp::SignExtend | ConvertOp::ZeroExtend, ..)
                if to.size_bytes() == self.plan.lane_bytes =>
            {
                let down = if op == ConvertOp::SignExtend { BinaryOp::Sshr } else { BinaryOp::Ushr };
                return self.each(vectors, |selector, x| selector.extended(x, down, extended));
            }
            (ConvertOp::SignedToFloat, MachineType::I64, MachineType::F64) => {
                Code::EVEX_Vcvtqq2pd_zmm_k1z_zmmm512b64_er
            }
            (ConvertOp::UnsignedToFloat, MachineType::I64, MachineType::F64) => {
                Code::EVEX_Vcvtuqq2pd_zmm_k1z_zmmm512b64_er
            }
            // In lanes of eight bytes the integers are not side by side.
            (ConvertOp::SignedToFloat, MachineType::I32, MachineType::F32) if self.plan.lane_bytes == 4 => {
                Code::EVEX_Vcvtdq2ps_zmm_k1z_zmmm512b32_er
            }
            (ConvertOp::Promote, ..) if self.is_packed(from) => {
                let code = Code::EVEX_Vcvtps2pd_zmm_k1z_ymmm256b32_sae;
                return self
                    .each(vectors, |selector, x| Some(selector.vector(code, vec![Part::UseOf(x, 32)])));
            }
            (ConvertOp::Demote, ..) if self.is_packed(to) => {
                let code = Code::EVEX_Vcvtpd2ps_ymm_k1z_zmmm512b64_er;
                return self.each(vectors, |selector, x| {
                    let vreg = selector.code.vreg(Class::Vector);
                    selector.code.op(code, vec![Part::DefOf(vreg, 32), Part::Use(x)]);
                    Some(vreg)
                });
            }
            (ConvertOp::FloatToSigned, MachineType::F64, MachineType::I64) => {
                Code::EVEX_Vcvttpd2qq_zmm_k1z_zmmm512b64_sae
            }
            _ => return None,
        };
        self.each(vectors, |selector, x| Some(selector.vector(code, vec![Part::Use(x)])))
    }

    /// A narrower integer of the low bits of a lane, in the whole lane.
    pub(super) fn extended(&mut self, x: VReg, down: BinaryOp, bits: u8) -> Option<VReg> {
        let ty = self.lane_type(MachineType::I64);
        let up = self.vector(opcodes::shift(LEVEL, BinaryOp::Shl, ty)?, vec![Part::Use(x), Part::Byte(bits)]);
        Some(self.vector(opcodes::shift(LEVEL, down, ty)?, vec![Part::Use(up), Part::Byte(bits)]))
    }
}
