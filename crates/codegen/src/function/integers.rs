//! Integer arithmetic. Cranelift's own operations are used where they mean the same; shifts and divisions do not.

use super::Translator;
use super::magic::Magic;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder, Type, types};
use hotloop_mir::{BinaryOp, Constant, InstKind, IntCompare, MachineType, UnaryOp, Value};

/// Quotient and remainder of a floor division: what does not get used costs nothing.
#[derive(Clone, Copy)]
pub(super) struct Division {
    operands: (Value, Value),
    quotient: ir::Value,
    remainder: ir::Value,
}

/// Cranelift's name of a comparison.
pub(super) fn condition(op: IntCompare) -> IntCC {
    match op {
        IntCompare::Eq => IntCC::Equal,
        IntCompare::Ne => IntCC::NotEqual,
        IntCompare::Slt => IntCC::SignedLessThan,
        IntCompare::Sle => IntCC::SignedLessThanOrEqual,
        IntCompare::Sgt => IntCC::SignedGreaterThan,
        IntCompare::Sge => IntCC::SignedGreaterThanOrEqual,
        IntCompare::Ult => IntCC::UnsignedLessThan,
        IntCompare::Ule => IntCC::UnsignedLessThanOrEqual,
        IntCompare::Ugt => IntCC::UnsignedGreaterThan,
        IntCompare::Uge => IntCC::UnsignedGreaterThanOrEqual,
    }
}

impl Translator<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, value: Value) -> ir::Value {
        let is_truth = self.mir.value_type(value) == MachineType::I1;
        let x = self.operand(value);
        match op {
            UnaryOp::Ineg => self.ins().ineg(x),
            UnaryOp::Inot if is_truth => {
                let one = self.int(types::I8, 1);
                self.ins().bxor(x, one)
            }
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

    pub(super) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> ir::Value {
        match op {
            BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem
                if self.constant_int(b) == Some(0) =>
            {
                // Nobody gets here: the check in front of it fails always.
                self.constant(Constant::Int(self.mir.value_type(a), 0))
            }
            BinaryOp::SdivFloor => self.floor_division(a, b).quotient,
            BinaryOp::SmodFloor => self.floor_remainder(a, b),
            BinaryOp::Udiv | BinaryOp::Urem => self.unsigned_division(op, a, b),
            BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr => self.shift(op, a, b),
            BinaryOp::Imul => self.product(a, b),
            BinaryOp::Iadd
            | BinaryOp::Isub
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Smin
            | BinaryOp::Smax
            | BinaryOp::Umin
            | BinaryOp::Umax
            | BinaryOp::Fadd
            | BinaryOp::Fsub
            | BinaryOp::Fmul
            | BinaryOp::Fdiv
            | BinaryOp::Fcopysign => self.plain_binary(op, a, b),
        }
    }

    fn plain_binary(&mut self, op: BinaryOp, a: Value, b: Value) -> ir::Value {
        // x86 takes a constant as its second operand only, and a float's from memory.
        let is_commutative = matches!(
            op,
            BinaryOp::Fadd | BinaryOp::Fmul | BinaryOp::Iadd | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor
        );
        let (a, b) = if is_commutative && self.mir.constant(a).is_some() { (b, a) } else { (a, b) };
        let [x, y] = [a, b].map(|value| self.operand(value));
        let ins = self.ins();
        match op {
            BinaryOp::Iadd => ins.iadd(x, y),
            BinaryOp::Isub => ins.isub(x, y),
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
            BinaryOp::Fcopysign => ins.fcopysign(x, y),
            BinaryOp::Imul
            | BinaryOp::SdivFloor
            | BinaryOp::SmodFloor
            | BinaryOp::Udiv
            | BinaryOp::Urem
            | BinaryOp::Shl
            | BinaryOp::Sshr
            | BinaryOp::Ushr => unreachable!("`binary` takes it apart"),
        }
    }

    /// A product with a power of two is a shift, which addresses can absorb; with 3, 5 or 9 a sum with one, which is an address and takes a third of the time.
    fn product(&mut self, a: Value, b: Value) -> ir::Value {
        let [x, y] = [a, b].map(|value| self.operand(value));
        let ty = self.value_type(x);
        let is_address = |factor: u64| ty.bits() >= 32 && matches!(factor, 3 | 5 | 9);
        let is_easy = |factor: &u64| factor.is_power_of_two() || is_address(*factor);
        let easy = |value: Value| self.constant_count(value, ty).filter(is_easy);
        let (other, factor) = match (easy(a), easy(b)) {
            (_, Some(factor)) => (x, factor),
            (Some(factor), None) => (y, factor),
            (None, None) => return self.ins().imul(x, y),
        };
        if factor.is_power_of_two() {
            let count = self.int(ty, i64::from(factor.trailing_zeros()));
            return self.ins().ishl(other, count);
        }
        let count = self.int(ty, i64::from((factor - 1).trailing_zeros()));
        let multiple = self.ins().ishl(other, count);
        self.ins().iadd(other, multiple)
    }

    pub(super) fn int_compare(&mut self, op: IntCompare, a: Value, b: Value) -> ir::Value {
        let [x, y] = [a, b].map(|value| self.operand(value));
        self.ins().icmp(condition(op), x, y)
    }

    /// A shift; the processor takes the count modulo the width, MIR does not.
    fn shift(&mut self, op: BinaryOp, a: Value, b: Value) -> ir::Value {
        let x = self.operand(a);
        let ty = self.value_type(x);
        let width = i64::from(ty.bits());
        if let Some(count) = self.constant_count(b, ty) {
            return self.constant_shift(op, x, count);
        }
        let count = self.operand(b);
        if self.is_below(b, width) {
            return self.processor_shift(op, x, count);
        }
        if op == BinaryOp::Sshr {
            let most = self.int(ty, width - 1);
            let count = self.ins().umin(count, most);
            return self.ins().sshr(x, count);
        }
        let shifted = self.processor_shift(op, x, count);
        let (width, zero) = (self.int(ty, width), self.int(ty, 0));
        let is_small = self.ins().icmp(IntCC::UnsignedLessThan, count, width);
        self.ins().select(is_small, shifted, zero)
    }

    fn constant_shift(&mut self, op: BinaryOp, x: ir::Value, count: u64) -> ir::Value {
        let ty = self.value_type(x);
        let most = u64::from(ty.bits()) - 1;
        if count > most && op != BinaryOp::Sshr {
            return self.int(ty, 0);
        }
        let count = self.int(ty, count.min(most) as i64);
        self.processor_shift(op, x, count)
    }

    fn processor_shift(&mut self, op: BinaryOp, x: ir::Value, count: ir::Value) -> ir::Value {
        match op {
            BinaryOp::Shl => self.ins().ishl(x, count),
            BinaryOp::Sshr => self.ins().sshr(x, count),
            _ => self.ins().ushr(x, count),
        }
    }

    pub(super) fn constant_int(&self, value: Value) -> Option<i64> {
        match self.mir.constant(value)? {
            Constant::Int(_, value) => Some(value),
            Constant::F32(_) | Constant::F64(_) => None,
        }
    }

    /// The constant as an unsigned number of that type.
    fn constant_count(&self, value: Value, ty: Type) -> Option<u64> {
        Some(self.constant_int(value)? as u64 & (u64::MAX >> (64 - ty.bits())))
    }

    /// Whether a value is masked to less than `limit`, a power of two.
    fn is_below(&self, value: Value, limit: i64) -> bool {
        let Some(inst) = self.mir.defining_inst(value) else { return false };
        let InstKind::Binary(BinaryOp::And, a, b) = self.mir.insts[inst].kind else { return false };
        [a, b].into_iter().any(|mask| self.constant_int(mask).is_some_and(|mask| (0..limit).contains(&mask)))
    }

    /// A narrow division costs the same at 32 bits; by a constant it is a product.
    fn unsigned_division(&mut self, op: BinaryOp, a: Value, b: Value) -> ir::Value {
        let [x, y] = [a, b].map(|value| self.operand(value));
        let ty = self.value_type(x);
        if let Some(divisor) = self.constant_count(b, ty) {
            let quotient = self.unsigned_constant_division(x, divisor);
            return if op == BinaryOp::Udiv { quotient } else { self.remainder(x, y, quotient) };
        }
        let [x, y] =
            [x, y].map(|value| if ty.bits() < 32 { self.ins().uextend(types::I32, value) } else { value });
        let result = if op == BinaryOp::Udiv { self.ins().udiv(x, y) } else { self.ins().urem(x, y) };
        self.narrowed(result, ty)
    }

    fn unsigned_constant_division(&mut self, x: ir::Value, divisor: u64) -> ir::Value {
        let ty = self.value_type(x);
        if divisor.is_power_of_two() {
            let count = self.int(ty, i64::from(divisor.trailing_zeros()));
            return self.ins().ushr(x, count);
        }
        if ty != types::I64 {
            let wide = self.ins().uextend(types::I64, x);
            let quotient = self.divided_by_constant(wide, divisor);
            return self.ins().ireduce(ty, quotient);
        }
        let magic = Magic::for_all(divisor);
        let multiplier = self.int(ty, magic.multiplier as i64);
        let high = self.ins().umulhi(x, multiplier);
        let one = self.int(ty, 1);
        let rest = self.ins().isub(x, high);
        let half = self.ins().ushr(rest, one);
        let sum = self.ins().iadd(half, high);
        let count = self.int(ty, i64::from(magic.shift));
        self.ins().ushr(sum, count)
    }

    /// An `i64` that is not negative, divided by a constant that is no power of two.
    fn divided_by_constant(&mut self, x: ir::Value, divisor: u64) -> ir::Value {
        let magic = Magic::for_positive(divisor);
        let multiplier = self.int(types::I64, magic.multiplier as i64);
        let high = self.ins().umulhi(x, multiplier);
        let count = self.int(types::I64, i64::from(magic.shift));
        self.ins().ushr(high, count)
    }

    fn remainder(&mut self, x: ir::Value, y: ir::Value, quotient: ir::Value) -> ir::Value {
        let product = self.ins().imul(quotient, y);
        self.ins().isub(x, product)
    }

    /// The remainder alone, unless the quotient of the same operands is wanted in this block too.
    fn floor_remainder(&mut self, a: Value, b: Value) -> ir::Value {
        let wants_quotient = |inst: &hotloop_mir::Inst| {
            self.mir.insts[*inst].kind == InstKind::Binary(BinaryOp::SdivFloor, a, b)
        };
        let is_constant = self.constant_int(b).is_some();
        if is_constant || self.mir.blocks[self.block].insts.iter().any(wants_quotient) {
            return self.floor_division(a, b).remainder;
        }
        let [x, y] = [a, b].map(|value| self.operand(value));
        let ty = self.value_type(x);
        let [x, y] = [x, y].map(|value| self.widened(value));
        let remainder = self.ins().srem(x, y); // By -1 it is 0: Cranelift looks.
        let is_off = self.is_off(remainder, y);
        let zero = self.int(self.value_type(x), 0);
        let correction = self.ins().select(is_off, y, zero);
        let remainder = self.ins().iadd(remainder, correction);
        self.narrowed(remainder, ty)
    }

    /// Quotient and remainder, rounded towards minus infinity.
    fn floor_division(&mut self, a: Value, b: Value) -> Division {
        if let Some(known) = self.block_divisions.iter().find(|known| known.operands == (a, b)) {
            return *known;
        }
        let [x, y] = [a, b].map(|value| self.operand(value));
        let ty = self.value_type(x);
        let (quotient, remainder) = match self.constant_int(b) {
            Some(divisor) if divisor > 0 => self.positive_constant_division(x, y, divisor as u64),
            Some(-1) => (self.ins().ineg(x), self.int(ty, 0)),
            Some(_) | None => {
                let [wide_x, wide_y] = [x, y].map(|value| self.widened(value));
                let (quotient, remainder) = match self.constant_int(b) {
                    Some(_) => self.divided(wide_x, wide_y),
                    None => self.guarded_division(wide_x, wide_y, ty),
                };
                (self.narrowed(quotient, ty), self.narrowed(remainder, ty))
            }
        };
        let division = Division { operands: (a, b), quotient, remainder };
        self.block_divisions.push(division);
        division
    }

    /// A power of two shifts. Otherwise, for a negative `x`, `floor(x / y)` is `!(!x / y)`, and `!x` is not negative.
    fn positive_constant_division(
        &mut self,
        x: ir::Value,
        y: ir::Value,
        divisor: u64,
    ) -> (ir::Value, ir::Value) {
        let ty = self.value_type(x);
        if divisor.is_power_of_two() {
            let count = self.int(ty, i64::from(divisor.trailing_zeros()));
            let mask = self.int(ty, divisor as i64 - 1);
            return (self.ins().sshr(x, count), self.ins().band(x, mask));
        }
        let wide = if ty == types::I64 { x } else { self.ins().sextend(types::I64, x) };
        let most = self.int(types::I64, 63);
        let sign = self.ins().sshr(wide, most);
        let magnitude = self.ins().bxor(wide, sign);
        let quotient = self.divided_by_constant(magnitude, divisor);
        let quotient = self.ins().bxor(quotient, sign);
        let quotient = self.narrowed(quotient, ty);
        (quotient, self.remainder(x, y, quotient))
    }

    /// The processor faults on the minimum by -1; a divisor of -1 is rare, so it gets a branch. Below 32 bits nothing overflows.
    fn guarded_division(&mut self, x: ir::Value, y: ir::Value, original: Type) -> (ir::Value, ir::Value) {
        if original.bits() < 32 {
            return self.divided(x, y);
        }
        let ty = self.value_type(x);
        let minus_one = self.int(ty, -1);
        let is_minus_one = self.ins().icmp(IntCC::Equal, y, minus_one);
        let [negate, divide, join] = std::array::from_fn(|_| self.builder.create_block());
        self.builder.set_cold_block(negate);
        let [quotient, remainder] = std::array::from_fn(|_| self.builder.append_block_param(join, ty));
        self.ins().brif(is_minus_one, negate, &[], divide, &[]);
        self.builder.switch_to_block(negate);
        let negated = self.ins().ineg(x);
        let zero = self.int(ty, 0);
        self.ins().jump(join, &[negated.into(), zero.into()]);
        self.builder.switch_to_block(divide);
        let (divided, left) = self.divided(x, y);
        self.ins().jump(join, &[divided.into(), left.into()]);
        self.go_on_in(join);
        (quotient, remainder)
    }

    /// Divides with the processor's rounding towards zero and corrects by one where that is not the floor.
    fn divided(&mut self, x: ir::Value, y: ir::Value) -> (ir::Value, ir::Value) {
        let ty = self.value_type(x);
        let quotient = self.ins().sdiv(x, y);
        let remainder = self.remainder(x, y, quotient);
        let is_off = self.is_off(remainder, y);
        let one_if_off = if ty == types::I8 { is_off } else { self.ins().uextend(ty, is_off) };
        let zero = self.int(ty, 0);
        let correction = self.ins().select(is_off, y, zero);
        let quotient = self.ins().isub(quotient, one_if_off);
        (quotient, self.ins().iadd(remainder, correction))
    }

    /// Whether a remainder has the wrong sign: it is not 0, and the divisor's sign is the other one.
    fn is_off(&mut self, remainder: ir::Value, divisor: ir::Value) -> ir::Value {
        let zero = self.int(self.value_type(remainder), 0);
        let differing = self.ins().bxor(remainder, divisor);
        let differs = self.ins().icmp(IntCC::SignedLessThan, differing, zero);
        let is_left = self.ins().icmp(IntCC::NotEqual, remainder, zero);
        self.ins().band(differs, is_left)
    }

    fn widened(&mut self, value: ir::Value) -> ir::Value {
        if self.value_type(value).bits() < 32 { self.ins().sextend(types::I32, value) } else { value }
    }

    fn narrowed(&mut self, value: ir::Value, ty: Type) -> ir::Value {
        if self.value_type(value) == ty { value } else { self.ins().ireduce(ty, value) }
    }
}
