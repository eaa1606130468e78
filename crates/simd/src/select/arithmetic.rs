//! Arithmetic, comparisons and selections in lanes. What a level has no instruction for is made of several.

use super::{Lanes, Selector, Turn};
use crate::Level;
use crate::code::{Class, Part};
use crate::opcodes;
use hotloop_mir::{BinaryOp, IntCompare, MachineType, ReductionOp, TernaryOp, UnaryOp, Value};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, ty: MachineType, x: VReg) -> Option<VReg> {
        match op {
            UnaryOp::Inot if ty == MachineType::I1 && self.level == Level::Avx512 => {
                Some(self.truth(Code::VEX_Knotq_kr_kr, vec![Part::Use(x)]))
            }
            UnaryOp::Inot => {
                let ones = self.bits(u64::MAX);
                self.bitwise(BinaryOp::Xor, x, ones)
            }
            UnaryOp::Ineg => {
                let zero = self.bits(0);
                self.simple(BinaryOp::Isub, ty, zero, x)
            }
            UnaryOp::Fneg => {
                let sign = self.sign(ty);
                self.bitwise(BinaryOp::Xor, x, sign)
            }
            UnaryOp::Fabs => {
                let rest = self.all_but_sign(ty);
                self.bitwise(BinaryOp::And, x, rest)
            }
            UnaryOp::Fsqrt | UnaryOp::Ffloor | UnaryOp::Fceil | UnaryOp::Ftrunc | UnaryOp::Fnearest => {
                let (code, how) = opcodes::unary(self.level, op, ty)?;
                let operands = std::iter::once(Part::Use(x)).chain(how.map(Part::Byte)).collect();
                Some(self.vector(code, operands))
            }
        }
    }

    /// The sign bits of elements.
    fn sign(&mut self, ty: MachineType) -> VReg {
        self.repeated(1 << (8 * ty.size_bytes() - 1), ty.size_bytes())
    }

    fn all_but_sign(&mut self, ty: MachineType) -> VReg {
        self.repeated(!(1 << (8 * ty.size_bytes() - 1)), ty.size_bytes())
    }

    pub(super) fn binary(
        &mut self,
        turn: Turn,
        lanes: &Lanes,
        op: BinaryOp,
        [a, b]: [Value; 2],
    ) -> Option<VReg> {
        let ty = self.function.value_type(a);
        let Some(code) = opcodes::binary(self.level, op, ty) else {
            let (x, y) = (self.lane(lanes, a)?, self.lane(lanes, b)?);
            return self.several(op, ty, x, y);
        };
        let (first, second) = match (self.in_memory(turn, a), self.in_memory(turn, b)) {
            (_, Some(memory)) => (self.lane(lanes, a)?, memory),
            (Some(memory), None) => (self.lane(lanes, b)?, memory),
            (None, None) => (self.lane(lanes, a)?, Part::Use(self.lane(lanes, b)?)),
        };
        Some(self.vector(code, vec![Part::Use(first), second]))
    }

    /// A product and a third value, rounded once.
    pub(super) fn with_product(
        &mut self,
        turn: Turn,
        lanes: &Lanes,
        op: TernaryOp,
        [a, b, third]: [Value; 3],
    ) -> Option<VReg> {
        let code = opcodes::fused(self.level, op, self.function.value_type(a))?;
        // The register of the first factor becomes that of the result: one that is not needed any more.
        let (a, b) = if self.fusions.used_once.contains(&a) { (a, b) } else { (b, a) };
        let (x, y) = (self.lane(lanes, a)?, self.lane(lanes, b)?);
        let third = match self.in_memory(turn, third) {
            Some(memory) => memory,
            None => Part::Use(self.lane(lanes, third)?),
        };
        let vreg = self.code.vreg(Class::Vector);
        self.code.op(code, vec![Part::Change(x, vreg), Part::Use(y), third]);
        Some(vreg)
    }

    /// The first of two floats if it is less, or greater, else the second.
    pub(super) fn extreme(
        &mut self,
        op: ReductionOp,
        ty: MachineType,
        first: VReg,
        second: VReg,
    ) -> Option<VReg> {
        let code = opcodes::extreme(self.level, op, ty)?;
        Some(self.vector(code, vec![Part::Use(first), Part::Use(second)]))
    }

    /// An operation of two vectors that is one instruction, or several.
    pub(super) fn combined(&mut self, op: BinaryOp, ty: MachineType, x: VReg, y: VReg) -> Option<VReg> {
        match opcodes::binary(self.level, op, ty) {
            Some(_) => self.simple(op, ty, x, y),
            None => self.several(op, ty, x, y),
        }
    }

    /// An operation for which the level has no instruction, if it can be made of others.
    fn several(&mut self, op: BinaryOp, ty: MachineType, x: VReg, y: VReg) -> Option<VReg> {
        match (op, ty) {
            (BinaryOp::Fcopysign, _) => self.copy_sign(ty, x, y),
            (BinaryOp::Imul, MachineType::I64) => self.product_of_words(x, y),
            (BinaryOp::Imul, MachineType::I8) => self.product_of_bytes(x, y),
            (BinaryOp::Smin, MachineType::I64) => self.chosen(IntCompare::Slt, x, y),
            (BinaryOp::Smax, MachineType::I64) => self.chosen(IntCompare::Sgt, x, y),
            (BinaryOp::Umin, MachineType::I64) => self.chosen(IntCompare::Ult, x, y),
            (BinaryOp::Umax, MachineType::I64) => self.chosen(IntCompare::Ugt, x, y),
            _ => None,
        }
    }

    /// The magnitude of `x` with the sign of `y`.
    fn copy_sign(&mut self, ty: MachineType, x: VReg, y: VReg) -> Option<VReg> {
        let (sign, rest) = (self.sign(ty), self.all_but_sign(ty));
        let magnitude = self.bitwise(BinaryOp::And, x, rest)?;
        let sign = self.bitwise(BinaryOp::And, y, sign)?;
        self.bitwise(BinaryOp::Or, magnitude, sign)
    }

    /// The product of integers of 64 bits, from products of their halves.
    fn product_of_words(&mut self, x: VReg, y: VReg) -> Option<VReg> {
        const HALVES: Code = Code::VEX_Vpmuludq_ymm_ymm_ymmm256;
        let high_x = self.shifted(BinaryOp::Ushr, MachineType::I64, x, 32)?;
        let high_y = self.shifted(BinaryOp::Ushr, MachineType::I64, y, 32)?;
        let low = self.vector(HALVES, vec![Part::Use(x), Part::Use(y)]);
        let one = self.vector(HALVES, vec![Part::Use(high_x), Part::Use(y)]);
        let other = self.vector(HALVES, vec![Part::Use(x), Part::Use(high_y)]);
        let high = self.simple(BinaryOp::Iadd, MachineType::I64, one, other)?;
        let high = self.shifted(BinaryOp::Shl, MachineType::I64, high, 32)?;
        self.simple(BinaryOp::Iadd, MachineType::I64, low, high)
    }

    /// The product of bytes, from products of pairs of bytes.
    fn product_of_bytes(&mut self, x: VReg, y: VReg) -> Option<VReg> {
        let even = self.simple(BinaryOp::Imul, MachineType::I16, x, y)?;
        let low = self.bits(0x00ff_00ff_00ff_00ff);
        let even = self.bitwise(BinaryOp::And, even, low)?;
        let x = self.shifted(BinaryOp::Ushr, MachineType::I16, x, 8)?;
        let y = self.shifted(BinaryOp::Ushr, MachineType::I16, y, 8)?;
        let odd = self.simple(BinaryOp::Imul, MachineType::I16, x, y)?;
        let odd = self.shifted(BinaryOp::Shl, MachineType::I16, odd, 8)?;
        self.bitwise(BinaryOp::Or, even, odd)
    }

    /// The first of two integers of 64 bits where they compare so, else the second.
    fn chosen(&mut self, op: IntCompare, x: VReg, y: VReg) -> Option<VReg> {
        let mask = self.int_compare(op, MachineType::I64, x, y)?;
        Some(self.blend(8, mask, x, y))
    }

    /// A shift by a constant.
    pub(super) fn shift(&mut self, op: BinaryOp, ty: MachineType, x: VReg, count: i64) -> Option<VReg> {
        let width = 8 * i64::from(ty.size_bytes());
        // As in MIR: by more than there are bits, the sign stays of a number with a sign, nothing of another.
        if !(0..width).contains(&count) {
            if op == BinaryOp::Sshr {
                return self.shift(op, ty, x, width - 1);
            }
            return Some(self.bits(0));
        }
        let count = count as u8;
        if opcodes::shift(self.level, op, ty).is_some() {
            return self.shifted(op, ty, x, count);
        }
        match (op, ty) {
            (BinaryOp::Shl | BinaryOp::Ushr, MachineType::I8) => {
                let moved = self.shifted(op, MachineType::I16, x, count)?;
                let kept = if op == BinaryOp::Shl { 0xff_u8 << count } else { 0xff_u8 >> count };
                let kept = self.repeated(u64::from(kept), 1);
                self.bitwise(BinaryOp::And, moved, kept)
            }
            (BinaryOp::Sshr, _) => {
                // The sign bit, where it has been moved to: what is above becomes like it.
                let moved = self.shift(BinaryOp::Ushr, ty, x, i64::from(count))?;
                let sign = self.repeated(1 << (width - 1 - i64::from(count)), ty.size_bytes());
                let turned = self.bitwise(BinaryOp::Xor, moved, sign)?;
                self.simple(BinaryOp::Isub, ty, turned, sign)
            }
            _ => None,
        }
    }

    pub(super) fn truth_bits(&mut self, op: BinaryOp, x: VReg, y: VReg) -> Option<VReg> {
        let code = match self.level {
            Level::Avx512 => opcodes::mask_bits(op)?,
            Level::Avx2 => opcodes::bits(self.level, op)?,
        };
        Some(self.truth(code, vec![Part::Use(x), Part::Use(y)]))
    }

    /// Two truth values compared, as 0 and 1.
    pub(super) fn truth_compare(&mut self, op: IntCompare, x: VReg, y: VReg) -> Option<VReg> {
        let differ = match op {
            IntCompare::Eq | IntCompare::Ne => self.truth_bits(BinaryOp::Xor, x, y)?,
            _ => return None,
        };
        if op == IntCompare::Ne { Some(differ) } else { self.unary(UnaryOp::Inot, MachineType::I1, differ) }
    }

    pub(super) fn int_compare(
        &mut self,
        op: IntCompare,
        ty: MachineType,
        mut x: VReg,
        mut y: VReg,
    ) -> Option<VReg> {
        if self.level == Level::Avx512 {
            let (code, how) = opcodes::int_compare(op, ty)?;
            return Some(self.truth(code, vec![Part::Use(x), Part::Use(y), Part::Byte(how)]));
        }
        let [equal, greater] = opcodes::equal_and_greater(ty)?;
        // Without signs they compare as with signs once the upper bits are turned.
        if matches!(op, IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge) {
            let sign = self.sign(ty);
            x = self.bitwise(BinaryOp::Xor, x, sign)?;
            y = self.bitwise(BinaryOp::Xor, y, sign)?;
        }
        let (code, x, y, is_opposite) = match op {
            IntCompare::Eq => (equal, x, y, false),
            IntCompare::Ne => (equal, x, y, true),
            IntCompare::Sgt | IntCompare::Ugt => (greater, x, y, false),
            IntCompare::Sle | IntCompare::Ule => (greater, x, y, true),
            IntCompare::Slt | IntCompare::Ult => (greater, y, x, false),
            IntCompare::Sge | IntCompare::Uge => (greater, y, x, true),
        };
        let found = self.truth(code, vec![Part::Use(x), Part::Use(y)]);
        if is_opposite { self.unary(UnaryOp::Inot, MachineType::I1, found) } else { Some(found) }
    }

    /// `then` in the lanes that are set, `otherwise` in the others, of so many bytes.
    pub(super) fn blend(&mut self, lane_bytes: u32, mask: VReg, then: VReg, otherwise: VReg) -> VReg {
        let vreg = self.code.vreg(Class::Vector);
        let mut parts = vec![Part::Def(vreg), Part::Use(otherwise), Part::Use(then)];
        if self.level == Level::Avx512 {
            self.code.masked(opcodes::blend(lane_bytes), parts, Some(mask), false);
        } else {
            parts.push(Part::Use(mask));
            self.code.op(Code::VEX_Vpblendvb_ymm_ymm_ymmm256_ymm, parts);
        }
        vreg
    }

    pub(super) fn select_truth(&mut self, mask: VReg, then: VReg, otherwise: VReg) -> VReg {
        if self.level == Level::Avx2 {
            return self.blend(1, mask, then, otherwise);
        }
        let then = self.truth(Code::VEX_Kandq_kr_kr_kr, vec![Part::Use(mask), Part::Use(then)]);
        // The complement of the first, and the second.
        let otherwise = self.truth(Code::VEX_Kandnq_kr_kr_kr, vec![Part::Use(mask), Part::Use(otherwise)]);
        self.truth(Code::VEX_Korq_kr_kr_kr, vec![Part::Use(then), Part::Use(otherwise)])
    }
}
