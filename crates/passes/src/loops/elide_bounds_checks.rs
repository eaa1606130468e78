//! Removes bounds checks that cannot fail.
//!
//! Before: `loop (i from 0 while i < n) { v1 = check_bounds i, n, axis 0, wrap; ... }`    After: `loop { ...i... }`
//!
//! Within a counted loop the induction variable is at least its first value and below its limit (see `CountedLoop`), and so is a variable that goes up by another step in a loop that counts
//! the iterations; in a parallel loop the index is in `0..count`. A check goes away when both ends are proved. The lower: constants, what has no sign bit, checked indices, remainders by a
//! length, variables whose first value is not negative, maxima with such values, and their sums with what cannot take them below zero. The upper: a
//! limit that is the length, plus or minus a constant, or another variable that is proved itself (triangular loops), a minimum with such a value, a remainder by the length, or a check
//! against the same length of the same value plus a larger constant on every way here. Where only the lower end is proved, the check loses its wrap-around. So does an index
//! without a check, which is written as a selection: `select(i < 0, i + n, i)` is `i`. Branches tell more ([`Conditions`]): what was compared on every way here, and that what only goes up
//! is at least what it was at first. Comparisons with constants that this decides become constants, but for those that branches ask: the step of a `range` that cannot be negative or 0. One walk over the checks, comparisons and
//! selections, each proof of [`MOST_STEPS`] steps at most. Preserves the control-flow graph.

use crate::analysis::{CountedLoop, ExitTest, LoopData, LoopForest};
use crate::loops::conditions::Conditions;
use crate::{MirPass, PassContext};
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{
    BinaryOp, Block, Constant, ControlFlow, ConvertOp, Dominators, Function, Inst, InstKind, IntCompare,
    MachineType, RegionKind, Terminator, Value,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// Removes bounds checks that a counted loop cannot fail. The head of its file says how.
pub struct ElideBoundsChecks;

impl MirPass for ElideBoundsChecks {
    fn name(&self) -> &'static str {
        "elide-bounds-checks"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let may_wrap = |inst: &Inst| {
            matches!(function.insts[*inst].kind, InstKind::CheckBounds { .. } | InstKind::Select { .. })
        };
        if !function.layout.iter().any(|block| function.blocks[*block].insts.iter().any(may_wrap)) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let of_loop = |data: &LoopData| Range::of_loop(function, &control_flow, data);
        let ranges = forest.loops.values().flat_map(of_loop).collect();
        let conditions = Conditions::new(function, &control_flow, &forest);
        let (passed, decided) = (FxHashMap::default(), Vec::new());
        let (block, fuel) = (function.entry(), Cell::new(0));
        let mut facts = Facts { dominators: &dominators, ranges, passed, conditions, decided, block, fuel };
        let mut replacement: SideMap<Value, Option<Value>> = SideMap::new(None);
        for block in control_flow.reverse_postorder() {
            let mut insts = std::mem::take(&mut function.blocks[*block].insts);
            insts.retain(|inst| !facts.elide(function, *block, *inst, &mut replacement));
            function.blocks[*block].insts = insts;
        }
        function.replace_uses(|value| replacement[value].unwrap_or(value));
        // What a branch asks stays: it is how loops are seen to be entered only if they run.
        let mut asked = IdSet::new();
        for block in &function.layout {
            if let Terminator::Branch { condition, .. } = function.blocks[*block].terminator {
                asked.insert(condition);
            }
        }
        facts.decided.retain(|(inst, _)| !asked.contains(function.insts[*inst].results[0]));
        for (inst, holds) in facts.decided {
            function.insts[inst].kind = InstKind::Const(Constant::int(MachineType::I1, holds.into()));
        }
    }
}

/// A proof is no longer.
const MOST_STEPS: u32 = 8;
/// Nor does it ask more questions, on all of its ways.
const MOST_QUESTIONS: u32 = 200;
/// Sums of lengths, which are at most 2^60, and constants up to this do not wrap.
const SMALL: i64 = 1 << 32;

/// What is known of an induction variable wherever it is defined and its loop's test has passed: `low <= variable`, `variable < high`.
pub(super) struct Range {
    pub(super) low: Bound,
    pub(super) high: Bound,
    /// Whether the variable goes up, so that one more than it is at most the limit.
    is_upward: bool,
}

/// A value plus a constant, or a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) value: Option<Value>,
    pub(super) offset: i64,
}

impl Bound {
    /// The value in the form of another plus a constant, as far as that is certain not to wrap: a sum of a length and a small constant.
    fn of(function: &Function, value: Value) -> Self {
        if let Some(Constant::Int(_, offset)) = function.constant(value) {
            return Self { value: None, offset };
        }
        match added_constant(function, value) {
            Some((base, offset)) => Self { value: Some(base), offset },
            None => Self { value: Some(value), offset: 0 },
        }
    }
}

/// `value` as `base + constant`, of a small constant.
pub(super) fn added_constant(function: &Function, value: Value) -> Option<(Value, i64)> {
    let constant = |value| match function.constant(value) {
        Some(Constant::Int(_, number)) if (-SMALL..=SMALL).contains(&number) => Some(number),
        _ => None,
    };
    match function.insts[function.defining_inst(value)?].kind {
        InstKind::Binary(BinaryOp::Iadd, base, offset) => constant(offset)
            .map(|offset| (base, offset))
            .or_else(|| constant(base).map(|number| (offset, number))),
        InstKind::Binary(BinaryOp::Isub, base, offset) => constant(offset).map(|offset| (base, -offset)),
        _ => None,
    }
}

impl Range {
    /// The induction variables of a loop, with what is known of them.
    pub(super) fn of_loop(
        function: &Function,
        control_flow: &ControlFlow,
        data: &LoopData,
    ) -> Vec<(Value, Self)> {
        if data.is_parallel {
            return Self::of_parallel(function, control_flow, data).into_iter().collect();
        }
        let counted = CountedLoop::find(function, control_flow, data);
        // With the test at the top the header sees the variable before the test: only a rotated loop tells something everywhere.
        let Some(counted) = counted.filter(|counted| counted.test == ExitTest::Bottom) else {
            return Vec::new();
        };
        let mut ranges = Self::of_strides(function, control_flow, data, &counted);
        let (initial, limit) = (Bound::of(function, counted.initial), Bound::of(function, counted.limit));
        let after = |bound: Bound| Some(Bound { offset: bound.offset.checked_add(1)?, ..bound });
        if counted.step > 0 {
            ranges.push((counted.variable, Self { low: initial, high: limit, is_upward: true }));
        } else if let (Some(low), Some(high)) = (after(limit), after(initial)) {
            ranges.push((counted.variable, Self { low, high, is_upward: false }));
        }
        ranges
    }

    /// Whether it ends so early that the variable plus a small constant is not too large for an integer: at a constant, or the length of an array, of which there is none above 2^60.
    fn ends_early(&self, function: &Function) -> bool {
        let Some(end) = self.high.value else { return self.high.offset <= 1 << 62 };
        let is_length = |value: Value| match kind_of(function, value) {
            Some(InstKind::Load { region, .. }) => function.regions[*region].kind == RegionKind::Descriptor,
            _ => false,
        };
        match kind_of(function, end) {
            // A minimum may be far below zero, and what is less than that wrap around.
            Some(InstKind::Binary(BinaryOp::Smin, a, b)) => {
                self.is_upward && self.high.offset >= 0 && (is_length(*a) || is_length(*b))
            }
            _ => is_length(end),
        }
    }

    fn of_parallel(
        function: &Function,
        control_flow: &ControlFlow,
        data: &LoopData,
    ) -> Option<(Value, Self)> {
        let preheader = data.preheader(function, control_flow)?;
        let Terminator::ParFor(region) = &function.blocks[preheader].terminator else { return None };
        let variable = function.blocks[data.header].parameters[0];
        let low = Bound { value: None, offset: 0 };
        Some((variable, Self { low, high: Bound { value: Some(region.count), offset: 0 }, is_upward: true }))
    }

    /// The variables that go up by a constant while the loop counts iterations from 0: below the end from which their number was computed.
    fn of_strides(
        function: &Function,
        control_flow: &ControlFlow,
        data: &LoopData,
        counted: &CountedLoop,
    ) -> Vec<(Value, Self)> {
        let Some(trips) = Trips::of(function, counted.limit) else { return Vec::new() };
        let starts_at_zero = function.constant(counted.initial).and_then(Constant::as_int) == Some(0);
        let (Some(preheader), [latch], 1) =
            (data.preheader(function, control_flow), data.latches.as_slice(), counted.step)
        else {
            return Vec::new();
        };
        let passed = |from: Block, position: usize| {
            let jumps = function.blocks[from].terminator.jumps();
            let call = jumps.into_iter().find(|call| call.block == data.header)?;
            call.arguments.get(position).copied()
        };
        let number = |value: Value| function.constant(value).and_then(Constant::as_int);
        let is_same = |value: Value| {
            value == trips.step || number(value).is_some_and(|value| number(trips.step) == Some(value))
        };
        let parameters = function.blocks[data.header].parameters.iter().enumerate();
        let strided = parameters.filter(|(position, variable)| {
            let next = passed(*latch, *position).and_then(|next| kind_of(function, next));
            let goes_on = match next {
                Some(InstKind::Binary(BinaryOp::Iadd, a, b)) => {
                    (*a == **variable && is_same(*b)) || (*b == **variable && is_same(*a))
                }
                _ => false,
            };
            passed(preheader, *position) == Some(trips.start) && goes_on
        });
        let range = || Self {
            low: Bound::of(function, trips.start),
            high: Bound::of(function, trips.stop),
            is_upward: true,
        };
        let found = strided.map(|(_, variable)| (*variable, range()));
        found.filter(|_| starts_at_zero).collect()
    }
}

/// The number of iterations of `range(start, stop, step)`, as lowering computes it: `(stop - start - 1) / step + 1` where `start < stop`, else 0.
struct Trips {
    start: Value,
    stop: Value,
    step: Value,
}

impl Trips {
    fn of(function: &Function, count: Value) -> Option<Self> {
        let kind = |value: Value| kind_of(function, value);
        let number = |value: Value| function.constant(value).and_then(Constant::as_int);
        let &InstKind::Select { condition, then, otherwise } = kind(count)? else { return None };
        let &InstKind::IntCompare(IntCompare::Slt, start, stop) = kind(condition)? else { return None };
        let (most, 1) = added_constant(function, then)? else { return None };
        let &InstKind::Binary(BinaryOp::Umin, a, b) = kind(most)? else { return None };
        let quotient = if number(a).is_some() { b } else { a };
        let &InstKind::Binary(BinaryOp::Udiv, distance, step) = kind(quotient)? else { return None };
        let is_distance = Self::is_distance(function, distance, start, stop);
        (number(otherwise) == Some(0) && is_distance).then_some(Self { start, stop, step })
    }

    /// Whether a value is `stop - start - 1`.
    fn is_distance(function: &Function, value: Value, start: Value, stop: Value) -> bool {
        let mut terms: FxHashMap<Value, i64> = FxHashMap::default();
        let mut total = 1;
        for (value, factor) in [(value, 1), (stop, -1), (start, 1)] {
            add_terms(function, value, factor, MOST_STEPS, &mut terms, &mut total);
        }
        total == 0 && terms.values().all(|factor| *factor == 0)
    }
}

/// Adds a value times a factor to a sum, modulo 2^64.
fn add_terms(
    function: &Function,
    value: Value,
    factor: i64,
    steps: u32,
    terms: &mut FxHashMap<Value, i64>,
    total: &mut i64,
) {
    if let Some(Constant::Int(_, number)) = function.constant(value) {
        *total = total.wrapping_add(number.wrapping_mul(factor));
        return;
    }
    let kind = kind_of(function, value);
    let (a, b, sign) = match kind {
        Some(InstKind::Binary(BinaryOp::Iadd, a, b)) if steps > 0 => (*a, *b, 1),
        Some(InstKind::Binary(BinaryOp::Isub, a, b)) if steps > 0 => (*a, *b, -1),
        _ => {
            let known = terms.entry(value).or_insert(0);
            *known = known.wrapping_add(factor);
            return;
        }
    };
    add_terms(function, a, factor, steps - 1, terms, total);
    add_terms(function, b, factor * sign, steps - 1, terms, total);
}

/// What is known where the walk stands.
struct Facts<'a> {
    dominators: &'a Dominators,
    ranges: FxHashMap<Value, Range>,
    /// Checks that have passed: of a value plus the constant, against a length, by the block in which they stand.
    passed: FxHashMap<(Value, Value), Vec<(Block, i64)>>,
    /// What branches tell.
    conditions: Conditions,
    /// Comparisons that come out the same each time.
    decided: Vec<(Inst, bool)>,
    /// Where the walk stands.
    block: Block,
    /// How many questions the proof of this check or comparison may still ask.
    fuel: Cell<u32>,
}

impl Facts<'_> {
    /// Removes a check that cannot fail; tells whether it did.
    fn elide(
        &mut self,
        function: &mut Function,
        block: Block,
        inst: Inst,
        replacement: &mut SideMap<Value, Option<Value>>,
    ) -> bool {
        self.block = block;
        self.fuel.set(MOST_QUESTIONS);
        if let Some(holds) = self.outcome(function, inst) {
            self.decided.push((inst, holds));
            return false;
        }
        if let Some(index) = wrapped_index(function, inst) {
            let index = replacement[index].unwrap_or(index);
            let stays = self.is_at_least(function, index, 0, MOST_STEPS);
            if stays {
                replacement[function.insts[inst].results[0]] = Some(index);
            }
            return stays;
        }
        let InstKind::CheckBounds { index, length, axis, wrap } = function.insts[inst].kind else {
            return false;
        };
        let index = replacement[index].unwrap_or(index);
        let (base, offset) = added_constant(function, index).unwrap_or((index, 0));
        // A sum that overflows is none that is below a length.
        let lowest = self.is_at_least(function, base, -offset.min(0), MOST_STEPS)
            || (offset == 0 && is_remainder_by(function, index, length));
        let is_below = |sum: (Value, i64)| self.is_below(function, block, sum, length, MOST_STEPS);
        if lowest && (is_below((base, offset)) || (base != index && is_below((index, 0)))) {
            replacement[function.insts[inst].results[0]] = Some(index);
            return true;
        }
        // A sum that overflows at the top is negative and out of range of any array, with or without wrap-around.
        if wrap && lowest {
            function.insts[inst].kind = InstKind::CheckBounds { index, length, axis, wrap: false };
        }
        if lowest || !wrap {
            self.passed.entry((base, length)).or_default().push((block, offset));
        }
        false
    }

    /// One step less, if there are steps and questions left.
    fn step(&self, steps: u32) -> Option<u32> {
        self.fuel.set(self.fuel.get().checked_sub(1)?);
        steps.checked_sub(1)
    }

    /// Whether `value >= least`, for a `least` that is not negative or of a sum that does not wrap.
    fn is_at_least(&self, function: &Function, value: Value, least: i64, steps: u32) -> bool {
        if let Some(Constant::Int(_, number)) = function.constant(value) {
            return number >= least;
        }
        let Some(steps) = self.step(steps) else { return false };
        let is_at_least = |value: Value, least: i64| self.is_at_least(function, value, least, steps);
        if let Some(range) = self.ranges.get(&value) {
            let is_proved = match range.low.value {
                None => range.low.offset >= least,
                Some(low) => {
                    let least = least.checked_sub(range.low.offset);
                    least.is_some_and(|least| {
                        is_at_least(low, least.max(0)) && self.is_short_sum(function, low, range.low.offset)
                    })
                }
            };
            if is_proved {
                return true;
            }
        }
        let number = |value: Value| function.constant(value).and_then(Constant::as_int);
        let mut below = self.conditions.below(value, self.block, self.dominators);
        // What is more than another value is at least one more.
        let is_proved = below.any(|fact| match number(fact.other) {
            Some(other) => other.saturating_add(fact.distance) >= least,
            None => is_at_least(fact.other, (least - fact.distance).max(0)),
        });
        if is_proved {
            return true;
        }
        if let Some(first) = self.conditions.rises_from(value)
            && is_at_least(first, least)
            && self.is_moderate(function, first, steps)
        {
            return true;
        }
        if let Some((base, offset)) = added_constant(function, value) {
            let least = least.checked_sub(offset).map(|least| least.max(0));
            return least.is_some_and(|least| is_at_least(base, least))
                && self.is_short_sum(function, base, offset);
        }
        let Some(inst) = function.defining_inst(value) else { return false };
        match function.insts[inst].kind {
            InstKind::Binary(BinaryOp::Smax, a, b) => is_at_least(a, least) || is_at_least(b, least),
            InstKind::Binary(BinaryOp::Smin, a, b) => is_at_least(a, least) && is_at_least(b, least),
            InstKind::Select { then, otherwise, .. } => {
                is_at_least(then, least) && is_at_least(otherwise, least)
            }
            InstKind::Convert(ConvertOp::ZeroExtend, ..) | InstKind::CheckBounds { .. } => least <= 0,
            InstKind::Binary(BinaryOp::And, a, b) => {
                least <= 0 && [a, b].into_iter().any(|side| number(side).is_some_and(|mask| mask >= 0))
            }
            InstKind::Binary(BinaryOp::Ushr, _, count) => {
                least <= 0 && number(count).is_some_and(|count| count > 0)
            }
            // The remainder has the sign of the divisor.
            InstKind::Binary(BinaryOp::SmodFloor, _, divisor) => least <= 0 && is_at_least(divisor, 1),
            InstKind::Binary(BinaryOp::SdivFloor, a, divisor) => {
                least <= 0 && is_at_least(a, 0) && number(divisor).is_some_and(|divisor| divisor > 0)
            }
            _ => false,
        }
    }

    /// What a comparison with a constant gives, if that is certain.
    fn outcome(&self, function: &Function, inst: Inst) -> Option<bool> {
        let InstKind::IntCompare(op, a, b) = function.insts[inst].kind else { return None };
        let (op, a, b) = if function.constant(a).is_some() { (op.swapped(), b, a) } else { (op, a, b) };
        let number = function.constant(b).and_then(Constant::as_int)?;
        if function.value_type(a) != MachineType::I64 || function.constant(a).is_some() || number < 0 {
            return None;
        }
        let more = number.checked_add(1)?;
        let is_above = || self.is_at_least(function, a, more, MOST_STEPS);
        match op {
            IntCompare::Sge | IntCompare::Slt => {
                self.is_at_least(function, a, number, MOST_STEPS).then_some(op == IntCompare::Sge)
            }
            IntCompare::Sgt | IntCompare::Ne => is_above().then_some(true),
            IntCompare::Sle | IntCompare::Eq => is_above().then_some(false),
            IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge => None,
        }
    }

    /// Whether a value is so far from the largest that little more than it does not wrap.
    fn is_moderate(&self, function: &Function, value: Value, steps: u32) -> bool {
        if let Some(Constant::Int(_, number)) = function.constant(value) {
            return number <= 1 << 62;
        }
        let Some(steps) = self.step(steps) else { return false };
        if let Some(range) = self.ranges.get(&value) {
            return range.ends_early(function);
        }
        if let Some((base, _)) = added_constant(function, value) {
            return self.is_moderate(function, base, steps);
        }
        match kind_of(function, value) {
            Some(InstKind::CheckBounds { .. } | InstKind::Convert(ConvertOp::ZeroExtend, ..)) => true,
            Some(InstKind::Load { region, .. }) => function.regions[*region].kind == RegionKind::Descriptor,
            Some(InstKind::Binary(BinaryOp::Smin, a, b)) => {
                self.is_moderate(function, *a, steps) || self.is_moderate(function, *b, steps)
            }
            _ => false,
        }
    }

    /// Whether the sum of a value that is not negative and a constant surely does not wrap: a variable is below its limit, so that one more fits; further
    /// than that only what is below a length.
    fn is_short_sum(&self, function: &Function, value: Value, offset: i64) -> bool {
        let is_checked = || matches!(kind_of(function, value), Some(InstKind::CheckBounds { .. }));
        let is_below_limit = |range: &Range| (offset == 1 && range.is_upward) || range.ends_early(function);
        offset <= 0 || self.ranges.get(&value).is_some_and(is_below_limit) || is_checked()
    }

    /// Whether a value, not negative, plus a constant is below a length, which is not negative.
    fn is_below(
        &self,
        function: &Function,
        block: Block,
        (value, offset): (Value, i64),
        length: Value,
        steps: u32,
    ) -> bool {
        let Some(steps) = self.step(steps) else { return false };
        if let Some(Constant::Int(_, number)) = function.constant(value) {
            let known = function.constant(length).and_then(Constant::as_int);
            return number.checked_add(offset).zip(known).is_some_and(|(index, length)| index < length);
        }
        let passed = self.passed.get(&(value, length)).into_iter().flatten();
        if passed.into_iter().any(|(at, larger)| *larger >= offset && self.dominators.dominates(*at, block)) {
            return true;
        }
        if let Some(range) = self.ranges.get(&value) {
            let Some(total) = range.high.offset.checked_add(offset) else { return false };
            // A limit that wrapped to the bottom ends the loop before it begins; to the top only what is below zero wraps.
            let is_sum = range.high.value.is_none_or(|high| {
                high == length
                    || (range.is_upward && range.high.offset >= 0)
                    || self.is_at_least(function, high, 0, steps)
            });
            if is_sum && self.is_at_most(function, block, (range.high.value, total), length, steps) {
                return true;
            }
        }
        let mut above = self.conditions.above(value, block, self.dominators);
        // Not above another value: below one more than that.
        let is_proved = above.any(|fact| {
            let total = offset.checked_add(1 - fact.distance);
            total.is_some_and(|total| {
                self.is_at_most(function, block, (Some(fact.other), total), length, steps)
            })
        });
        if is_proved {
            return true;
        }
        if let Some(first) = self.conditions.falls_from(value)
            && self.is_at_least(function, first, 0, steps)
            && self.is_below(function, block, (first, offset), length, steps)
        {
            return true;
        }
        let is_below = |value: Value| self.is_below(function, block, (value, offset), length, steps);
        let Some(inst) = function.defining_inst(value) else { return false };
        match function.insts[inst].kind {
            InstKind::CheckBounds { length: checked, .. } => checked == length && offset <= 0,
            InstKind::Binary(BinaryOp::SmodFloor, _, divisor) => divisor == length && offset <= 0,
            InstKind::Binary(BinaryOp::Smin, a, b) => is_below(a) || is_below(b),
            InstKind::Binary(BinaryOp::Smax, a, b) => is_below(a) && is_below(b),
            _ => false,
        }
    }

    /// Whether a value (or nothing) plus a constant is at most a length.
    fn is_at_most(
        &self,
        function: &Function,
        block: Block,
        (value, offset): (Option<Value>, i64),
        length: Value,
        steps: u32,
    ) -> bool {
        let known = function.constant(length).and_then(Constant::as_int);
        let Some(value) = value else { return offset <= known.unwrap_or(0) };
        if value == length {
            return offset <= 0;
        }
        let Some(steps) = self.step(steps) else { return false };
        let number = |value: Value| function.constant(value).and_then(Constant::as_int);
        if let Some(number) = number(value) {
            return number.checked_add(offset).is_some_and(|end| end <= known.unwrap_or(0));
        }
        let inst = kind_of(function, value);
        if let Some(InstKind::Binary(BinaryOp::Smin, a, b)) = inst {
            let is_at_most =
                |value: Value| self.is_at_most(function, block, (Some(value), offset), length, steps);
            return offset <= 0 && (is_at_most(*a) || is_at_most(*b));
        }
        // The limit is itself a variable: one less is below the length.
        let is_variable = self.ranges.contains_key(&value) && self.is_at_least(function, value, 0, steps);
        is_variable && offset <= 1 && self.is_below(function, block, (value, offset - 1), length, steps)
    }
}

/// The index of `select(index < 0, index + length, index)`.
fn wrapped_index(function: &Function, inst: Inst) -> Option<Value> {
    let InstKind::Select { condition, then, otherwise } = function.insts[inst].kind else { return None };
    let Some(InstKind::IntCompare(IntCompare::Slt, index, zero)) = kind_of(function, condition) else {
        return None;
    };
    let is_sum = match kind_of(function, then) {
        Some(InstKind::Binary(BinaryOp::Iadd, a, b)) => [a, b].contains(&index),
        _ => false,
    };
    let is_zero = matches!(function.constant(*zero), Some(Constant::Int(_, 0)));
    (*index == otherwise && is_sum && is_zero).then_some(*index)
}

/// What computes a value, if an instruction does.
fn kind_of(function: &Function, value: Value) -> Option<&InstKind> {
    function.defining_inst(value).map(|inst| &function.insts[inst].kind)
}

/// Whether a value is a remainder by a length, which is not negative.
fn is_remainder_by(function: &Function, value: Value, length: Value) -> bool {
    let kind = kind_of(function, value);
    matches!(kind, Some(InstKind::Binary(BinaryOp::SmodFloor, _, divisor)) if *divisor == length)
}
