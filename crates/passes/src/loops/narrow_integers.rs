//! Computes with as few bits as count.
//!
//! Before: `loop { v3 = zero_extend.i64 v2; v5 = imul v3, v4; v7 = sshr v5, v6; v8 = truncate.i8 v7; v9 = icmp slt v3, v10 }`
//! After:  `loop { v11 = zero_extend.i16 v2; v12 = imul v11, 77; v13 = ushr v12, 8; v8 = truncate.i8 v13; v9 = icmp ult v2, 100 }`
//!
//! Python's integers have 64 bits, so that small elements are extended, computed with, and cut off again; a vector would then hold eight of them instead of 64. The low bits of sums, products and
//! bits are those of the operands' low bits, and those of a shift to the right the ones above them; beyond that, shifts, minima and comparisons need all that the value has, which an interval says. What is cut off or
//! compared is built once more with fewer bits where each value in between is used for nothing else. Values from outside are cut off in front of the loop; one that is compared may be any number, so that the nearest
//! of the small ones is taken, and what that says wrongly is put right by another comparison in front of the loop. One walk over each innermost loop of one block, where vectors are made of it.
//! Preserves the control-flow graph.

use crate::analysis::LoopForest;
use crate::loops::vectorize_loops::why_one_by_one;
use crate::{MirPass, PassContext};
use hotloop_mir::{
    BinaryOp, Block, Constant, ControlFlow, ConvertOp, Dominators, Function, Inst, InstKind, IntCompare,
    MachineType, UnaryOp, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is built anew goes through so many instructions one behind the other at most.
const MOST_DEPTH: usize = 12;

/// The types with fewer bits than 64.
const NARROW: [MachineType; 3] = [MachineType::I8, MachineType::I16, MachineType::I32];

/// Computes with as few bits as count. The head of its file says how.
pub struct NarrowIntegers;

impl MirPass for NarrowIntegers {
    fn name(&self) -> &'static str {
        "narrow-integers"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        // A nest that is marked is chosen for the types that it has.
        for data in forest.unmarked_innermost(function) {
            if data.blocks.iter().count() == 1
                && let Some(preheader) = data.preheader(function, &control_flow)
            {
                let compares = compares_with_outside(function, data.header);
                let is_for_vectors = compares && why_one_by_one(function, &control_flow, data).is_none();
                Narrowing::new(function, data.header, preheader, is_for_vectors).run();
            }
        }
    }
}

/// Whether a block compares integers with others than constants.
fn compares_with_outside(function: &Function, block: Block) -> bool {
    function.blocks[block].insts.iter().any(|inst| match function.insts[*inst].kind {
        InstKind::IntCompare(_, a, b) => function.constant(a).or(function.constant(b)).is_none(),
        _ => false,
    })
}

/// The least and the greatest number, of those with a sign, that a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    low: i128,
    high: i128,
}

impl Interval {
    fn of_type(ty: MachineType) -> Self {
        let half = 1_i128 << (ty.bits() - 1);
        Self { low: -half, high: half - 1 }
    }

    fn new(bounds: impl IntoIterator<Item = i128> + Clone) -> Option<Self> {
        let low = bounds.clone().into_iter().min()?;
        Some(Self { low, high: bounds.into_iter().max()? })
    }

    fn is_in(self, other: Self) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    fn is_unsigned(self) -> bool {
        self.low >= 0
    }

    /// Whether all of it are numbers without a sign of so many bits.
    fn is_unsigned_of(self, ty: MachineType) -> bool {
        self.is_unsigned() && self.high < 1 << ty.bits()
    }

    fn is_signed_of(self, ty: MachineType) -> bool {
        self.is_in(Self::of_type(ty))
    }
}

/// A type with fewer bits, and how many of the low ones have to be right.
#[derive(Clone, Copy)]
struct Bits {
    ty: MachineType,
    low: u32,
}

impl Bits {
    fn all(ty: MachineType) -> Self {
        Self { ty, low: ty.bits() }
    }
}

/// A shift by a constant, and what has to be right of its operand.
struct Shift {
    op: BinaryOp,
    count: i64,
    of: Bits,
}

struct Narrowing<'f> {
    function: &'f mut Function,
    block: Block,
    preheader: Block,
    /// Whether the loop is to run in vectors: then more instructions on smaller numbers pay.
    is_for_vectors: bool,
    intervals: FxHashMap<Value, Interval>,
    /// How often values are used in the block.
    uses: FxHashMap<Value, usize>,
    /// The instructions of the block that have been walked over, and those that were built in it.
    walked: FxHashSet<Inst>,
    /// What was built, by value and type.
    built: FxHashMap<(Value, MachineType), Value>,
}

impl<'f> Narrowing<'f> {
    fn new(function: &'f mut Function, block: Block, preheader: Block, is_for_vectors: bool) -> Self {
        let (intervals, walked, built) = Default::default();
        let mut uses = FxHashMap::default();
        let data = &function.blocks[block];
        let mut note = |value: Value| *uses.entry(value).or_default() += 1;
        data.insts.iter().for_each(|inst| function.insts[*inst].kind.for_each_operand(&mut note));
        data.terminator.for_each_operand(&mut note);
        Self { function, block, preheader, is_for_vectors, intervals, uses, walked, built }
    }

    fn run(&mut self) {
        let insts = &self.function.blocks[self.block].insts;
        let is_extension = |inst: &Inst| self.is_extension(*inst);
        if !insts.iter().any(is_extension) {
            return;
        }
        for inst in std::mem::take(&mut self.function.blocks[self.block].insts) {
            match self.function.insts[inst].kind.clone() {
                InstKind::Convert(ConvertOp::Truncate, value, to) if to != MachineType::I1 => {
                    self.narrow_truncation(inst, value, to);
                }
                InstKind::IntCompare(op, a, b) => self.narrow_comparison(inst, op, a, b),
                _ => {}
            }
            self.note_interval(inst);
            self.function.blocks[self.block].insts.push(inst);
        }
    }

    fn is_extension(&self, inst: Inst) -> bool {
        matches!(
            self.function.insts[inst].kind,
            InstKind::Convert(ConvertOp::SignExtend | ConvertOp::ZeroExtend, ..)
        )
    }

    fn narrow_truncation(&mut self, inst: Inst, value: Value, to: MachineType) {
        let from = self.function.value_type(value);
        let is_leaf = self.here(value).is_none_or(|origin| self.is_extension(origin));
        let candidates = NARROW.into_iter().filter(|ty| to.bits() <= ty.bits() && ty.bits() < from.bits());
        let Some(ty) = candidates
            .into_iter()
            .find(|ty| !is_leaf && self.can(value, Bits { ty: *ty, low: to.bits() }, MOST_DEPTH))
        else {
            return;
        };
        let built = self.build(inst, value, Bits { ty, low: to.bits() });
        if ty == to {
            // What has that type already: the last instruction takes the place of the truncation.
            self.take_place(inst, built);
        } else {
            self.function.insts[inst].kind = InstKind::Convert(ConvertOp::Truncate, built, to);
        }
    }

    /// Lets an instruction give a value that was built.
    fn take_place(&mut self, inst: Inst, built: Value) {
        let last = self.function.defining_inst(built).map(|last| self.function.insts[last].kind.clone());
        self.function.insts[inst].kind = match last {
            Some(kind @ (InstKind::Binary(..) | InstKind::Unary(..) | InstKind::Select { .. })) => kind,
            Some(_) | None => InstKind::Binary(BinaryOp::Or, built, built),
        };
    }

    fn narrow_comparison(&mut self, inst: Inst, op: IntCompare, a: Value, b: Value) {
        let from = self.function.value_type(a);
        if from == MachineType::I1 || from == MachineType::Ptr {
            return;
        }
        let (x, y) = (self.interval(a), self.interval(b));
        let is_unsigned = x.is_unsigned() && y.is_unsigned();
        let fits = |ty: MachineType| match is_unsigned {
            true => x.is_unsigned_of(ty) && y.is_unsigned_of(ty),
            false => x.is_signed_of(ty) && y.is_signed_of(ty) && !has_no_sign(op),
        };
        let candidates = NARROW.into_iter().filter(|ty| ty.bits() < from.bits() && fits(*ty));
        let can = |value: Value, ty: MachineType| self.can(value, Bits::all(ty), MOST_DEPTH);
        let Some(ty) = candidates.into_iter().find(|ty| can(a, *ty) && can(b, *ty)) else {
            if self.is_for_vectors && !has_no_sign(op) {
                self.compare_with_any(inst, op, a, b);
            }
            return;
        };
        let (a, b) = (self.build(inst, a, Bits::all(ty)), self.build(inst, b, Bits::all(ty)));
        let op = if is_unsigned { without_sign(op) } else { op };
        self.function.insts[inst].kind = InstKind::IntCompare(op, a, b);
    }

    /// Compares a small number with one from outside, which may be any: with the nearest one that is small enough, and what that says wrongly is put right by what is known in front of the loop.
    fn compare_with_any(&mut self, inst: Inst, op: IntCompare, a: Value, b: Value) {
        let (op, small, any) = match (self.is_from_outside(a), self.is_from_outside(b)) {
            (false, true) => (op, a, b),
            (true, false) => (op.swapped(), b, a),
            (true, true) | (false, false) => return,
        };
        let (from, all) = (self.function.value_type(any), self.interval(small));
        let is_unsigned = all.is_unsigned();
        let fits = |ty: MachineType| if is_unsigned { all.is_unsigned_of(ty) } else { all.is_signed_of(ty) };
        let candidates = NARROW.into_iter().filter(|ty| ty.bits() < from.bits() && fits(*ty));
        let can = |ty: &MachineType| self.can(small, Bits::all(*ty), MOST_DEPTH);
        let Some(ty) = candidates.into_iter().find(can) else { return };
        let [low, high] = [all.low, all.high].map(|end| self.number_in_front(inst, from, end as i64));
        let least = self.in_front(inst, InstKind::Binary(BinaryOp::Smax, any, low));
        let nearest = self.in_front(inst, InstKind::Binary(BinaryOp::Smin, least, high));
        let near = self.in_front(inst, InstKind::Convert(ConvertOp::Truncate, nearest, ty));
        let small = self.build(inst, small, Bits::all(ty));
        let narrow = if is_unsigned { without_sign(op) } else { op };
        let found = self.append(self.block, inst, InstKind::IntCompare(narrow, small, near));
        let holds = |op: IntCompare, end: Value| InstKind::IntCompare(op, any, end);
        // Where the other number is none of the small ones, the answer is the same for all of them.
        let (how, known) = match op {
            IntCompare::Sgt => (BinaryOp::Or, self.in_front(inst, holds(IntCompare::Slt, low))),
            IntCompare::Slt => (BinaryOp::Or, self.in_front(inst, holds(IntCompare::Sgt, high))),
            IntCompare::Sge => (BinaryOp::And, self.in_front(inst, holds(IntCompare::Sle, high))),
            IntCompare::Sle => (BinaryOp::And, self.in_front(inst, holds(IntCompare::Sge, low))),
            IntCompare::Ne => {
                (BinaryOp::Or, self.in_front(inst, InstKind::IntCompare(IntCompare::Ne, any, nearest)))
            }
            IntCompare::Eq => {
                (BinaryOp::And, self.in_front(inst, InstKind::IntCompare(IntCompare::Eq, any, nearest)))
            }
            IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge => {
                unreachable!("comparisons without a sign are not asked for")
            }
        };
        self.function.insts[inst].kind = InstKind::Binary(how, found, known);
    }

    /// Whether a value that is no constant comes from in front of the loop.
    fn is_from_outside(&self, value: Value) -> bool {
        let is_parameter = self.function.blocks[self.block].parameters.contains(&value);
        !is_parameter && self.function.constant(value).is_none() && self.here(value).is_none()
    }

    fn in_front(&mut self, near: Inst, kind: InstKind) -> Value {
        self.append(self.preheader, near, kind)
    }

    fn number_in_front(&mut self, near: Inst, ty: MachineType, number: i64) -> Value {
        self.in_front(near, InstKind::Const(Constant::int(ty, number)))
    }

    /// The instruction of the block that a value comes from; constants come from nowhere.
    fn here(&self, value: Value) -> Option<Inst> {
        let inst = self.function.defining_inst(value)?;
        let is_known = self.function.constant(value).is_some();
        (!is_known && self.walked.contains(&inst)).then_some(inst)
    }

    /// Whether the low bits of a value can be computed with so few.
    fn can(&self, value: Value, bits: Bits, depth: usize) -> bool {
        let ty = bits.ty;
        if self.function.constant(value).is_some() {
            return true;
        }
        let Some(inst) = self.here(value) else {
            // What is known in front of the loop is cut off there.
            return !self.function.blocks[self.block].parameters.contains(&value);
        };
        let kind = &self.function.insts[inst].kind;
        if let InstKind::Convert(ConvertOp::SignExtend | ConvertOp::ZeroExtend, origin, _) = kind {
            return self.function.value_type(*origin).bits() <= ty.bits();
        }
        if depth == 0 || self.uses.get(&value) != Some(&1) {
            return false;
        }
        let can = |value: &Value| self.can(*value, bits, depth - 1);
        let can_all = |value: &Value| self.can(*value, Bits::all(ty), depth - 1);
        let is_byte = ty == MachineType::I8;
        match kind {
            // No processor multiplies or shifts vectors of bytes.
            InstKind::Binary(BinaryOp::Imul, a, b) => !is_byte && can(a) && can(b),
            InstKind::Binary(op @ (BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr), a, count) => {
                let shift = self.shifts(*op, *a, *count, bits);
                !is_byte && shift.is_some_and(|shift| self.can(*a, shift.of, depth - 1))
            }
            InstKind::Binary(op, a, b) if is_bit_by_bit(*op) => can(a) && can(b),
            InstKind::Binary(op, a, b) => {
                self.narrowed(*op, *a, *b, ty).is_some() && can_all(a) && can_all(b)
            }
            InstKind::Unary(UnaryOp::Ineg | UnaryOp::Inot, a) => can(a),
            InstKind::Select { then, otherwise, .. } => can(then) && can(otherwise),
            InstKind::Convert(ConvertOp::Truncate, a, _) => can(a),
            _ => false,
        }
    }

    /// The operation on so few bits, if its result is right.
    fn narrowed(&self, op: BinaryOp, a: Value, b: Value, ty: MachineType) -> Option<BinaryOp> {
        let both = |fits: fn(Interval, MachineType) -> bool| {
            fits(self.interval(a), ty) && fits(self.interval(b), ty)
        };
        let (without_sign, with_sign) = (both(Interval::is_unsigned_of), both(Interval::is_signed_of));
        match op {
            BinaryOp::Iadd | BinaryOp::Isub | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => Some(op),
            BinaryOp::Smin | BinaryOp::Umin if without_sign => Some(BinaryOp::Umin),
            BinaryOp::Smax | BinaryOp::Umax if without_sign => Some(BinaryOp::Umax),
            BinaryOp::Smin | BinaryOp::Smax if with_sign => Some(op),
            _ => None,
        }
    }

    /// A shift of a value with so few bits, if those that count are right.
    fn shifts(&self, op: BinaryOp, a: Value, count: Value, bits: Bits) -> Option<Shift> {
        let ty = bits.ty;
        let count = self.function.constant(count)?.as_int()?;
        if !(0..i64::from(ty.bits())).contains(&count) {
            return None;
        }
        let x = self.interval(a);
        let above = bits.low + count as u32;
        let op = match op {
            BinaryOp::Shl => return Some(Shift { op, count, of: bits }),
            // What is shifted in does not count.
            BinaryOp::Sshr | BinaryOp::Ushr if x.is_unsigned_of(ty) || above <= ty.bits() => BinaryOp::Ushr,
            BinaryOp::Sshr if x.is_signed_of(ty) => op,
            _ => return None,
        };
        Some(Shift { op, count, of: Bits { ty, low: above.min(ty.bits()) } })
    }

    /// Builds a value with so few bits.
    fn build(&mut self, near: Inst, value: Value, bits: Bits) -> Value {
        if let Some(built) = self.built.get(&(value, bits.ty)) {
            return *built;
        }
        let built = self.build_new(near, value, bits);
        self.built.insert((value, bits.ty), built);
        built
    }

    fn build_new(&mut self, near: Inst, value: Value, bits: Bits) -> Value {
        let ty = bits.ty;
        if let Some(Constant::Int(_, number)) = self.function.constant(value) {
            return self.append(self.block, near, InstKind::Const(Constant::int(ty, number)));
        }
        let Some(inst) = self.here(value) else {
            let cut = InstKind::Convert(ConvertOp::Truncate, value, ty);
            return self.append(self.preheader, near, cut);
        };
        let kind = match self.function.insts[inst].kind.clone() {
            InstKind::Convert(op @ (ConvertOp::SignExtend | ConvertOp::ZeroExtend), origin, _) => {
                if self.function.value_type(origin) == ty {
                    return origin;
                }
                InstKind::Convert(op, origin, ty)
            }
            InstKind::Convert(ConvertOp::Truncate, origin, _) => return self.build(near, origin, bits),
            InstKind::Binary(op @ (BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr), a, count) => {
                let Shift { op, count, of } = self.shifts(op, a, count, bits).expect("it was asked before");
                let count = self.append(self.block, near, InstKind::Const(Constant::int(ty, count)));
                InstKind::Binary(op, self.build(near, a, of), count)
            }
            InstKind::Binary(op, a, b) => {
                let of = if is_bit_by_bit(op) { bits } else { Bits::all(ty) };
                let op = self.narrowed(op, a, b, ty).unwrap_or(op);
                InstKind::Binary(op, self.build(near, a, of), self.build(near, b, of))
            }
            InstKind::Select { condition, then, otherwise } => {
                let (then, otherwise) = (self.build(near, then, bits), self.build(near, otherwise, bits));
                InstKind::Select { condition, then, otherwise }
            }
            InstKind::Unary(op, a) => InstKind::Unary(op, self.build(near, a, bits)),
            other => unreachable!("`{other}` is not built with fewer bits"),
        };
        self.append(self.block, near, kind)
    }

    fn append(&mut self, block: Block, near: Inst, kind: InstKind) -> Value {
        let span = self.function.insts[near].span;
        let inst = self.function.append_inst(block, kind, span);
        if block == self.block {
            self.note_interval(inst);
        }
        self.function.insts[inst].results[0]
    }

    // Intervals.

    fn interval(&self, value: Value) -> Interval {
        if let Some(Constant::Int(_, number)) = self.function.constant(value) {
            return Interval { low: number.into(), high: number.into() };
        }
        let known = self.intervals.get(&value).copied();
        known.unwrap_or_else(|| Interval::of_type(self.function.value_type(value)))
    }

    fn note_interval(&mut self, inst: Inst) {
        self.walked.insert(inst);
        let Some(result) = self.function.insts[inst].results.first().copied() else { return };
        let ty = self.function.value_type(result);
        if ty.is_float() || ty == MachineType::Ptr {
            return;
        }
        let all = Interval::of_type(ty);
        let found = self.interval_of(&self.function.insts[inst].kind, ty);
        self.intervals.insert(result, found.filter(|interval| interval.is_in(all)).unwrap_or(all));
    }

    fn interval_of(&self, kind: &InstKind, ty: MachineType) -> Option<Interval> {
        match kind {
            InstKind::Convert(ConvertOp::ZeroExtend, value, _) => {
                let (from, known) = (self.function.value_type(*value), self.interval(*value));
                let all = Interval { low: 0, high: (1 << from.bits()) - 1 };
                Some(if known.is_unsigned() { known } else { all })
            }
            InstKind::Convert(ConvertOp::SignExtend | ConvertOp::Truncate, value, _) => {
                Some(self.interval(*value))
            }
            InstKind::Select { then, otherwise, .. } => {
                let (x, y) = (self.interval(*then), self.interval(*otherwise));
                Interval::new([x.low, x.high, y.low, y.high])
            }
            InstKind::Binary(op, a, b) => {
                self.interval_of_binary(*op, self.interval(*a), self.interval(*b), ty)
            }
            _ => None,
        }
    }

    fn interval_of_binary(
        &self,
        op: BinaryOp,
        x: Interval,
        y: Interval,
        ty: MachineType,
    ) -> Option<Interval> {
        let are_unsigned = x.is_unsigned() && y.is_unsigned();
        let count = (y.low == y.high && (0..i128::from(ty.bits())).contains(&y.low)).then_some(y.low);
        match op {
            BinaryOp::Iadd => Some(Interval { low: x.low + y.low, high: x.high + y.high }),
            BinaryOp::Isub => Some(Interval { low: x.low - y.high, high: x.high - y.low }),
            BinaryOp::Imul => Interval::new([x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high]),
            BinaryOp::And if x.is_unsigned() || y.is_unsigned() => {
                let bounds = [x, y].into_iter().filter(|bound| bound.is_unsigned());
                Some(Interval { low: 0, high: bounds.map(|bound| bound.high).min()? })
            }
            BinaryOp::Or | BinaryOp::Xor if are_unsigned => {
                let high = (x.high.max(y.high) as u128 + 1).next_power_of_two() as i128 - 1;
                Some(Interval { low: 0, high })
            }
            BinaryOp::Shl => count.map(|count| Interval { low: x.low << count, high: x.high << count }),
            BinaryOp::Sshr => count.map(|count| Interval { low: x.low >> count, high: x.high >> count }),
            BinaryOp::Ushr if x.is_unsigned() => {
                count.map(|count| Interval { low: x.low >> count, high: x.high >> count })
            }
            BinaryOp::Smin => Some(Interval { low: x.low.min(y.low), high: x.high.min(y.high) }),
            BinaryOp::Smax => Some(Interval { low: x.low.max(y.low), high: x.high.max(y.high) }),
            BinaryOp::Umin if are_unsigned => {
                Some(Interval { low: x.low.min(y.low), high: x.high.min(y.high) })
            }
            BinaryOp::Umax if are_unsigned => {
                Some(Interval { low: x.low.max(y.low), high: x.high.max(y.high) })
            }
            _ => None,
        }
    }
}

/// Whether the low bits of a result are made of those of the operands, as many.
fn is_bit_by_bit(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Iadd | BinaryOp::Isub | BinaryOp::Imul | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor
    )
}

fn has_no_sign(op: IntCompare) -> bool {
    matches!(op, IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge)
}

fn without_sign(op: IntCompare) -> IntCompare {
    match op {
        IntCompare::Slt => IntCompare::Ult,
        IntCompare::Sle => IntCompare::Ule,
        IntCompare::Sgt => IntCompare::Ugt,
        IntCompare::Sge => IntCompare::Uge,
        IntCompare::Eq
        | IntCompare::Ne
        | IntCompare::Ult
        | IntCompare::Ule
        | IntCompare::Ugt
        | IntCompare::Uge => op,
    }
}
