//! Instructions in lanes: each on one vector.
//!
//! A truth value in lanes is a mask: all bits of a lane are set or none, and the lane is as wide as what was compared.

use super::super::{ELEMENT, Translator, floats, integers};
use super::element;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder, MemFlagsData, Type, types};
use hotloop_mir::{
    BinaryOp, Constant, ConvertOp, Inst, InstKind, MachineType, ReductionOp, UnaryOp, Value, VectorPlan,
};
use rustc_hash::FxHashMap;

/// What is known in lanes.
#[derive(Default)]
pub(super) struct Lanes {
    /// What is the same for all vectors of a turn.
    pub(super) splats: FxHashMap<Value, ir::Value>,
    /// What belongs to the vector that is worked on.
    pub(super) values: FxHashMap<Value, ir::Value>,
    /// The addresses of the first vector, by their loads and stores.
    addresses: FxHashMap<Inst, (ir::Value, i32)>,
    /// What has to hold in all lanes before anything of the turn is stored.
    pub(super) checks: Vec<ir::Value>,
    /// What is stored then.
    pub(super) stores: Vec<(ir::Value, ir::Value, i32)>,
}

impl Lanes {
    pub(super) fn get(&self, value: Value) -> ir::Value {
        let known = self.values.get(&value).or_else(|| self.splats.get(&value));
        *known.expect("the plan knows what is needed in lanes")
    }
}

/// The vector of so many bytes a lane that holds integers, and masks.
fn int_vector(lane_bytes: u32) -> Type {
    match lane_bytes {
        1 => types::I8X16,
        2 => types::I16X8,
        4 => types::I32X4,
        8 => types::I64X2,
        other => unreachable!("no machine type has {other} bytes"),
    }
}

/// The vector of elements of a type; masks for truth values.
fn vector_type(ty: MachineType, lane_bytes: u32) -> Type {
    match ty {
        MachineType::F32 => types::F32X4,
        MachineType::F64 => types::F64X2,
        MachineType::I1
        | MachineType::I8
        | MachineType::I16
        | MachineType::I32
        | MachineType::I64
        | MachineType::Ptr => int_vector(lane_bytes),
    }
}

impl Translator<'_, '_> {
    /// A value that stays the same, in all lanes.
    pub(super) fn splat(&mut self, value: Value, lane_bytes: u32) -> ir::Value {
        let scalar = self.operand(value);
        let ty = self.mir.value_type(value);
        let vector = vector_type(ty, lane_bytes);
        if ty != MachineType::I1 {
            return self.ins().splat(vector, scalar);
        }
        let lane = vector.lane_type();
        let wide = if lane == types::I8 { scalar } else { self.ins().uextend(lane, scalar) };
        let mask = self.ins().ineg(wide);
        self.ins().splat(vector, mask)
    }

    /// The identities from which the accumulators of a turn start: all of the first vector, then those of the next.
    pub(super) fn identities(&mut self, plan: &VectorPlan<'_>, unroll: usize) -> Vec<ir::Value> {
        let mut made = Vec::new();
        for _ in 0..unroll {
            for accumulator in &plan.vector.accumulators {
                let ty = self.mir.value_type(accumulator.parameter);
                let identity = self.constant(accumulator.op.identity(ty));
                made.push(self.ins().splat(vector_type(ty, plan.lane_bytes), identity));
            }
        }
        made
    }

    /// Builds an instruction for vector `number` of a turn.
    pub(super) fn inst_in_lanes(
        &mut self,
        plan: &VectorPlan<'_>,
        lanes: &mut Lanes,
        inst: Inst,
        number: usize,
    ) {
        let data = &self.mir.insts[inst];
        let ty = |translator: &Self, value: Value| translator.mir.value_type(value);
        let result = match data.kind.access() {
            InstKind::Load { ty, .. } => {
                let (address, offset) = self.element_address(lanes, inst, number);
                self.load_vector(vector_type(*ty, plan.lane_bytes), address, offset)
            }
            InstKind::Store { value, .. } => {
                let (address, offset) = self.element_address(lanes, inst, number);
                let stored = lanes.get(*value);
                if plan.has_checks {
                    lanes.stores.push((stored, address, offset));
                } else {
                    self.ins().store(ELEMENT, stored, address, offset);
                }
                return;
            }
            InstKind::Check { condition, .. } => {
                lanes.checks.push(lanes.get(*condition));
                return;
            }
            InstKind::CheckBounds { index, .. } => lanes.get(*index),
            InstKind::Unary(op, value) => self.unary_in_lanes(*op, lanes.get(*value)),
            InstKind::Binary(op @ (BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr), a, b) => {
                let count = self.constant_int(*b).expect("the plan knows shifts by constants alone");
                let (x, count) = (lanes.get(*a), self.int(types::I32, count));
                match op {
                    BinaryOp::Shl => self.ins().ishl(x, count),
                    BinaryOp::Sshr => self.ins().sshr(x, count),
                    _ => self.ins().ushr(x, count),
                }
            }
            InstKind::Binary(op, a, b) => {
                let ty = ty(self, *a);
                self.binary_in_lanes(*op, ty, lanes.get(*a), lanes.get(*b))
            }
            InstKind::Ternary(op, a, b, c) => {
                self.with_product(*op, [*a, *b, *c].map(|value| lanes.get(value)))
            }
            InstKind::IntCompare(op, a, b) => {
                self.ins().icmp(integers::condition(*op), lanes.get(*a), lanes.get(*b))
            }
            InstKind::FloatCompare(op, a, b) => {
                self.ins().fcmp(floats::condition(*op), lanes.get(*a), lanes.get(*b))
            }
            InstKind::Select { condition, then, otherwise } => match self.mir.written_out(inst) {
                Some(written) => {
                    if written.is_conditional(self.mir) {
                        lanes.checks.push(lanes.get(written.condition));
                    }
                    lanes.get(written.value)
                }
                None => {
                    let (then, otherwise) = (lanes.get(*then), lanes.get(*otherwise));
                    let mask = self.seen_as(self.value_type(then), lanes.get(*condition));
                    self.ins().bitselect(mask, then, otherwise)
                }
            },
            InstKind::Convert(op, value, to) => {
                let from = ty(self, *value);
                self.convert_in_lanes(*op, from, lanes.get(*value), vector_type(*to, plan.lane_bytes))
            }
            other => unreachable!("the plan does not put `{other}` into lanes"),
        };
        lanes.values.insert(data.results[0], result);
    }

    /// Loads a vector. What sees the bits as another type hides from Cranelift that they come from memory.
    fn load_vector(&mut self, ty: Type, address: ir::Value, offset: i32) -> ir::Value {
        if self.unit.target.takes_unaligned_vectors() {
            return self.ins().load(ty, ELEMENT, address, offset);
        }
        let other = match ty {
            types::F64X2 => types::I64X2,
            types::F32X4 => types::I32X4,
            types::I64X2 => types::F64X2,
            types::I32X4 => types::F32X4,
            types::I16X8 => types::F64X2,
            _ => types::F32X4,
        };
        let loaded = self.ins().load(other, ELEMENT, address, offset);
        let flags = MemFlagsData::new().with_endianness(ir::Endianness::Little);
        self.ins().bitcast(ty, flags, loaded)
    }

    /// The address of the elements of vector `number`: those of the first and a constant.
    fn element_address(&mut self, lanes: &mut Lanes, inst: Inst, number: usize) -> (ir::Value, i32) {
        let first = lanes.addresses.get(&inst).copied().filter(|_| number > 0);
        let (address, offset) = first.unwrap_or_else(|| {
            let (address, offset) = element(&self.mir.insts[inst].kind).expect("a load or store");
            self.address(address, offset)
        });
        lanes.addresses.insert(inst, (address, offset));
        let behind = 16 * number as i32;
        match offset.checked_add(behind) {
            Some(offset) => (address, offset),
            None => {
                let behind = self.int(types::I64, i64::from(behind));
                (self.ins().iadd(address, behind), offset)
            }
        }
    }

    /// The numbers of the iterations of vector `number`, in lanes.
    pub(super) fn numbers_in_lanes(&mut self, plan: &VectorPlan<'_>, number: usize) -> ir::Value {
        let variable = self.operand(plan.vector.variable);
        let [low, high] = [0, 1].map(|lane| {
            let before = self.int(types::I64, 2 * number as i64 + lane);
            self.ins().iadd(variable, before)
        });
        let both = self.ins().splat(types::I64X2, low);
        self.ins().insertlane(both, high, 1)
    }

    /// Whether all checks of a turn hold.
    pub(super) fn checks_hold(&mut self, lanes: &Lanes) -> Option<ir::Value> {
        let all = lanes.checks.iter().copied().reduce(|all, check| self.ins().band(all, check))?;
        Some(self.ins().vall_true(all))
    }

    fn unary_in_lanes(&mut self, op: UnaryOp, x: ir::Value) -> ir::Value {
        match op {
            UnaryOp::Ineg => self.ins().ineg(x),
            UnaryOp::Inot => self.ins().bnot(x),
            UnaryOp::Fneg => self.ins().fneg(x),
            UnaryOp::Fabs => self.ins().fabs(x),
            UnaryOp::Fsqrt => self.ins().sqrt(x),
            UnaryOp::Ffloor => self.ins().floor(x),
            UnaryOp::Fceil => self.ins().ceil(x),
            UnaryOp::Ftrunc => self.ins().trunc(x),
            UnaryOp::Fnearest => self.ins().nearest(x),
        }
    }

    fn binary_in_lanes(&mut self, op: BinaryOp, ty: MachineType, x: ir::Value, y: ir::Value) -> ir::Value {
        // No processor has the minimum of vectors of 64-bit integers before AVX-512.
        if ty == MachineType::I64 && matches!(op, BinaryOp::Smin | BinaryOp::Smax) {
            let order = if op == BinaryOp::Smin { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
            let is_first = self.ins().icmp(order, x, y);
            return self.ins().bitselect(is_first, x, y);
        }
        if op == BinaryOp::Fcopysign {
            return self.sign_in_lanes(ty, x, y);
        }
        let ins = self.ins();
        match op {
            BinaryOp::Iadd => ins.iadd(x, y),
            BinaryOp::Isub => ins.isub(x, y),
            BinaryOp::Imul => ins.imul(x, y),
            BinaryOp::And => ins.band(x, y),
            BinaryOp::Or => ins.bor(x, y),
            BinaryOp::Xor => ins.bxor(x, y),
            BinaryOp::Smin => ins.smin(x, y),
            BinaryOp::Smax => ins.smax(x, y),
            BinaryOp::Umin => ins.umin(x, y),
            BinaryOp::Umax => ins.umax(x, y),
            BinaryOp::Fadd => ins.fadd(x, y),
            BinaryOp::Fsub => ins.fsub(x, y),
            BinaryOp::Fmul => ins.fmul(x, y),
            BinaryOp::Fdiv => ins.fdiv(x, y),
            BinaryOp::Fcopysign
            | BinaryOp::SdivFloor
            | BinaryOp::SmodFloor
            | BinaryOp::Udiv
            | BinaryOp::Urem
            | BinaryOp::Shl
            | BinaryOp::Sshr
            | BinaryOp::Ushr => unreachable!("the plan does not put `{op}` of two vectors into lanes"),
        }
    }

    /// The magnitude of `x` with the sign of `y`.
    fn sign_in_lanes(&mut self, ty: MachineType, x: ir::Value, y: ir::Value) -> ir::Value {
        let sign = if ty == MachineType::F32 { Constant::f32(-0.0) } else { Constant::f64(-0.0) };
        let sign = self.constant(sign);
        let sign = self.ins().splat(vector_type(ty, ty.size_bytes()), sign);
        self.ins().bitselect(sign, y, x)
    }

    fn convert_in_lanes(&mut self, op: ConvertOp, from: MachineType, x: ir::Value, to: Type) -> ir::Value {
        match (op, from) {
            (ConvertOp::SignExtend, MachineType::I1) => x,
            (ConvertOp::ZeroExtend, MachineType::I1) => {
                let one = self.int(to.lane_type(), 1);
                let ones = self.ins().splat(to, one);
                self.ins().band(x, ones)
            }
            (ConvertOp::UnsignedToFloat, MachineType::I1) => {
                let one = if to == types::F32X4 { Constant::f32(1.0) } else { Constant::f64(1.0) };
                let one = self.constant(one);
                let ones = self.ins().splat(to, one);
                let mask = self.seen_as(to, x);
                self.ins().band(mask, ones)
            }
            (ConvertOp::SignedToFloat, MachineType::I32) => self.ins().fcvt_from_sint(to, x),
            (ConvertOp::SignedToFloat, MachineType::I64) => self.words_to_double(x),
            (ConvertOp::Bitcast, _) => self.seen_as(to, x),
            _ => unreachable!("the plan does not put this conversion into lanes"),
        }
    }

    /// Integers of 64 bits as floats: the halves become floats by what their bits mean behind those of a power of two (2^52, and 2^84 with the
    /// sign's 2^63, which is taken off again); the sum of the two is rounded once.
    fn words_to_double(&mut self, x: ir::Value) -> ir::Value {
        let all_lanes = |translator: &mut Self, bits: u64| {
            let bits = translator.int(types::I64, bits as i64);
            translator.ins().splat(types::I64X2, bits)
        };
        let low_bits = all_lanes(self, 0xffff_ffff);
        let low_power = all_lanes(self, 0x4330_0000_0000_0000);
        let high_power = all_lanes(self, 0x4530_0000_8000_0000);
        let both = all_lanes(self, 0x4530_0000_8010_0000);
        let low = self.ins().band(x, low_bits);
        let low = self.ins().bor(low, low_power);
        let count = self.int(types::I32, 32);
        let high = self.ins().ushr(x, count);
        let high = self.ins().bxor(high, high_power);
        let [low, high, both] = [low, high, both].map(|bits| self.seen_as(types::F64X2, bits));
        let high = self.ins().fsub(high, both);
        self.ins().fadd(high, low)
    }

    /// The bits of a vector as another type of as many lanes.
    fn seen_as(&mut self, to: Type, x: ir::Value) -> ir::Value {
        if self.value_type(x) == to { x } else { self.ins().bitcast(to, MemFlagsData::new(), x) }
    }

    /// Two accumulators in one.
    pub(super) fn combined(
        &mut self,
        op: ReductionOp,
        ty: MachineType,
        a: ir::Value,
        b: ir::Value,
    ) -> ir::Value {
        self.binary_in_lanes(op.binary().expect("the plan knows those that are one operation"), ty, a, b)
    }

    /// All lanes of an accumulator and the value from before the loop in one.
    pub(super) fn combined_lanes(
        &mut self,
        lane_count: usize,
        op: ReductionOp,
        ty: MachineType,
        before: ir::Value,
        vector: ir::Value,
    ) -> ir::Value {
        let op = op.binary().expect("the plan knows those that are one operation");
        (0..lane_count).fold(before, |total, lane| {
            let x = self.ins().extractlane(vector, lane as u8);
            self.scalar_binary(op, ty, total, x)
        })
    }

    pub(super) fn scalar_binary(
        &mut self,
        op: BinaryOp,
        ty: MachineType,
        x: ir::Value,
        y: ir::Value,
    ) -> ir::Value {
        let is_vector_only = ty == MachineType::I64 && matches!(op, BinaryOp::Smin | BinaryOp::Smax);
        if is_vector_only {
            return if op == BinaryOp::Smin { self.ins().smin(x, y) } else { self.ins().smax(x, y) };
        }
        self.binary_in_lanes(op, ty, x, y)
    }
}
