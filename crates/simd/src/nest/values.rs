//! Values where they are needed: in general registers, in all lanes, or as masks.

use super::{Lane, Reading, Selector, Turn};
use crate::code::{Class, Memory, Part};
use crate::opcodes;
use hotloop_mir::{Constant, IntCompare, MachineType, Value, VectorInput};
use iced_x86::Code;
use regalloc2::VReg;

impl Selector<'_> {
    /// What the entry reads.
    pub(super) fn read(&mut self, input: VectorInput, reading: Reading) -> VReg {
        if let Some(known) = self.read.get(&(input, reading)) {
            return *known;
        }
        let class = match reading {
            Reading::Single => Class::General,
            Reading::Splat | Reading::Packed => Class::Vector,
            Reading::Mask => Class::Mask,
        };
        let vreg = self.code.vreg(class);
        self.inputs.push(input);
        self.reads.push((vreg, self.inputs.len(), reading));
        self.read.insert((input, reading), vreg);
        vreg
    }

    /// The vector `first, first + step, ...`.
    pub(super) fn row(&mut self, first: i64, step: i64) -> VReg {
        if let Some(known) = self.rows.get(&(first, step)) {
            return *known;
        }
        let vreg = self.code.vreg(Class::Vector);
        self.row_reads.push((vreg, self.inputs.len() + 1));
        let numbers = (0..i64::from(self.lane_count())).map(|lane| first + lane * step);
        self.inputs.extend(numbers.map(|number| VectorInput::Bits(number as u64)));
        self.rows.insert((first, step), vreg);
        vreg
    }

    /// A value that is the same in all lanes, or that of the first one, in a general register.
    pub(super) fn single(&mut self, turn: &Turn, value: Value) -> Option<VReg> {
        let ty = self.function.value_type(value);
        match turn.lanes.get(&value) {
            Some(Lane::Single(vreg) | Lane::Step(vreg, _)) => return Some(*vreg),
            Some(Lane::Compare(op, a, b)) => return Some(self.truth_of(*op, *a, *b)),
            Some(Lane::Vectors(_) | Lane::Masks(_)) => return None,
            None => {}
        }
        match (self.function.constant(value), ty) {
            (Some(Constant::Int(_, number)), _) => {
                Some(self.read(VectorInput::Bits(number as u64), Reading::Single))
            }
            (None, MachineType::I64 | MachineType::Ptr) => {
                Some(self.read(VectorInput::Address(value), Reading::Single))
            }
            (None, MachineType::I1) => Some(self.read(VectorInput::Splat(value), Reading::Single)),
            _ => None,
        }
    }

    pub(super) fn truth_of(&mut self, op: IntCompare, a: VReg, b: VReg) -> VReg {
        let zero = self.read(VectorInput::Bits(0), Reading::Single);
        let one = self.read(VectorInput::Bits(1), Reading::Single);
        self.code.op(Code::Cmp_r64_rm64, vec![Part::Use(a), Part::Use(b)]);
        self.changed(move_if(op), zero, vec![Part::Use(one)])
    }

    /// Whether values of a type are lanes of the vectors, or in the low bits of them, or packed.
    pub(super) fn check_size(&self, ty: MachineType) -> Option<()> {
        let size = ty.size_bytes();
        (size <= self.plan.lane_bytes).then_some(())
    }

    /// Whether values of a type lie side by side in the lower half of a vector: floats that are half as wide as lanes.
    pub(super) fn is_packed(&self, ty: MachineType) -> bool {
        ty.is_float() && ty.size_bytes() < self.plan.lane_bytes
    }

    pub(super) fn vectors(&mut self, turn: &Turn, value: Value) -> Option<Vec<VReg>> {
        let ty = self.function.value_type(value);
        self.check_size(ty)?;
        let single = match turn.lanes.get(&value) {
            Some(Lane::Vectors(vregs)) => return Some(vregs.clone()),
            Some(Lane::Single(single)) => *single,
            Some(Lane::Step(first, step)) => return self.spread(turn, *first, *step),
            Some(Lane::Compare(..) | Lane::Masks(_)) => return None,
            None => {
                let input = match self.function.constant(value) {
                    Some(constant) => VectorInput::Bits(constant.bits()),
                    None => VectorInput::Splat(value),
                };
                let reading = if self.is_packed(ty) { Reading::Packed } else { Reading::Splat };
                return Some(vec![self.read(input, reading); turn.vectors]);
            }
        };
        Some(vec![self.splat(single)?; turn.vectors])
    }

    pub(super) fn splat(&mut self, single: VReg) -> Option<VReg> {
        let is_wide = self.plan.lane_bytes == 8;
        is_wide.then(|| self.vector(Code::EVEX_Vpbroadcastq_zmm_k1z_r64, vec![Part::Use(single)]))
    }

    /// A value that grows from lane to lane, in lanes.
    pub(super) fn spread(&mut self, turn: &Turn, first: VReg, step: i64) -> Option<Vec<VReg>> {
        let first = self.splat(first)?;
        let lanes = i64::from(self.lane_count());
        let vectors = (0..turn.vectors as i64).map(|number| {
            let row = self.row(number * lanes * step, step);
            self.vector(Code::EVEX_Vpaddq_zmm_k1z_zmm_zmmm512b64, vec![Part::Use(first), Part::Use(row)])
        });
        Some(vectors.collect())
    }

    pub(super) fn masks(&mut self, turn: &Turn, value: Value) -> Option<Vec<VReg>> {
        match turn.lanes.get(&value) {
            Some(Lane::Masks(masks)) => return Some(masks.clone()),
            Some(Lane::Vectors(_) | Lane::Step(..)) => return None,
            Some(Lane::Single(_) | Lane::Compare(..)) => {
                let truth = self.single(turn, value)?;
                let zero = self.read(VectorInput::Bits(0), Reading::Single);
                let bits = self.changed(Code::Sub_r64_rm64, zero, vec![Part::Use(truth)]);
                let mask = self.code.vreg(Class::Mask);
                self.code.op(Code::VEX_Kmovq_kr_r64, vec![Part::Def(mask), Part::Use(bits)]);
                let all = self.all;
                return Some(vec![self.mask(Code::VEX_Kandq_kr_kr_kr, mask, all); turn.vectors]);
            }
            None => {}
        }
        let input = match self.function.constant(value) {
            Some(constant) => VectorInput::Bits(if constant.bits() & 1 == 1 { u64::MAX } else { 0 }),
            None => VectorInput::Splat(value),
        };
        let mask = self.read(input, Reading::Mask);
        let all = self.all;
        Some(vec![self.mask(Code::VEX_Kandq_kr_kr_kr, mask, all); turn.vectors])
    }

    /// A register plus a constant; the flags stay as they are.
    pub(super) fn plus(&mut self, register: VReg, by: i32) -> VReg {
        let vreg = self.code.vreg(Class::General);
        let sum = Memory { base: register, index: None, scale: 1, displacement: by };
        self.code.op(Code::Lea_r64_m, vec![Part::Def(vreg), Part::Memory(sum)]);
        vreg
    }

    /// What an instruction makes of a general register and other operands.
    pub(super) fn changed(&mut self, code: Code, first: VReg, others: Vec<Part>) -> VReg {
        let vreg = self.code.vreg(Class::General);
        let parts = std::iter::once(Part::Change(first, vreg)).chain(others).collect();
        self.code.op(code, parts);
        vreg
    }

    pub(super) fn mask(&mut self, code: Code, a: VReg, b: VReg) -> VReg {
        let vreg = self.code.vreg(Class::Mask);
        self.code.op(code, vec![Part::Def(vreg), Part::Use(a), Part::Use(b)]);
        vreg
    }

    pub(super) fn vector(&mut self, code: Code, operands: Vec<Part>) -> VReg {
        let vreg = self.code.vreg(Class::Vector);
        let parts = std::iter::once(Part::Def(vreg)).chain(operands).collect();
        self.code.op(code, parts);
        vreg
    }

    /// `then` in the lanes that are set, `otherwise` in the others.
    pub(super) fn blend(&mut self, mask: VReg, then: VReg, otherwise: VReg) -> VReg {
        let vreg = self.code.vreg(Class::Vector);
        let parts = vec![Part::Def(vreg), Part::Use(otherwise), Part::Use(then)];
        self.code.masked(opcodes::blend(self.plan.lane_bytes), parts, Some(mask), false);
        vreg
    }
}

fn move_if(op: IntCompare) -> Code {
    match op {
        IntCompare::Eq => Code::Cmove_r64_rm64,
        IntCompare::Ne => Code::Cmovne_r64_rm64,
        IntCompare::Slt => Code::Cmovl_r64_rm64,
        IntCompare::Sle => Code::Cmovle_r64_rm64,
        IntCompare::Sgt => Code::Cmovg_r64_rm64,
        IntCompare::Sge => Code::Cmovge_r64_rm64,
        IntCompare::Ult => Code::Cmovb_r64_rm64,
        IntCompare::Ule => Code::Cmovbe_r64_rm64,
        IntCompare::Ugt => Code::Cmova_r64_rm64,
        IntCompare::Uge => Code::Cmovae_r64_rm64,
    }
}
