//! Removes bounds checks that a counted loop cannot fail.
//!
//! Before: `loop (i from 0 while i < n) { v1 = check_bounds i, n, axis 0, wrap; ... }`    After: `loop { ...i... }`
//!
//! Within a counted loop the induction variable is at least its first value and below its limit (see `CountedLoop`); in a parallel loop the index is in `0..count`. A check of
//! the variable, plus or minus a constant, goes away when both ends are proved: the lower from a first value that is not negative, the upper because the limit is
//! the length, plus or minus a constant, or the minimum of it and something. Where only the lower end is proved, the check loses its wrap-around. So does an index without a
//! check, which is written as a selection: `select(i < 0, i + n, i)` is `i`. One walk over the checks and selections of each loop. Preserves the control-flow graph.

use crate::analysis::{CountedLoop, LoopData, LoopForest};
use crate::{MirPass, PassContext};
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Constant, ControlFlow, Dominators, Function, Inst, InstKind, IntCompare, RegionKind,
    Terminator, Value,
};
use rustc_hash::FxHashMap;

/// Removes bounds checks that a counted loop cannot fail. The head of its file says how.
pub struct ElideBoundsChecks;

impl MirPass for ElideBoundsChecks {
    fn name(&self) -> &'static str {
        "elide-bounds-checks"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let of_loop = |data: &LoopData| Range::of_loop(function, &control_flow, data);
        let ranges: Ranges = forest.loops.values().filter_map(of_loop).collect();
        let mut replacement: SideMap<Value, Option<Value>> = SideMap::new(None);
        for block in control_flow.reverse_postorder() {
            if forest.innermost(*block).is_some() {
                let mut insts = std::mem::take(&mut function.blocks[*block].insts);
                insts.retain(|inst| !elide(function, *inst, &ranges, &mut replacement));
                function.blocks[*block].insts = insts;
            }
        }
        function.replace_uses(|value| replacement[value].unwrap_or(value));
    }
}

/// What is known of induction variables.
type Ranges = FxHashMap<Value, Range>;

/// What is known of an induction variable wherever it is defined and its loop's test has passed: `low <= variable`, `variable < high`.
struct Range {
    low: Bound,
    high: Bound,
}

/// A value plus a constant, or a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    value: Option<Value>,
    offset: i64,
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
fn added_constant(function: &Function, value: Value) -> Option<(Value, i64)> {
    const SMALL: i64 = 1 << 32;
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
    /// Whether the variable plus a constant is never negative, unless the sum is too large for an integer.
    fn is_not_negative(&self, offset: i64) -> bool {
        self.low.value.is_none()
            && self.low.offset >= 0
            && self.low.offset.checked_add(offset).is_some_and(|lowest| lowest >= 0)
    }

    /// Whether it ends so early that the variable plus a small constant is not too large for an integer: at a constant, or the length of an array, of which there is none above 2^60.
    fn ends_early(&self, function: &Function) -> bool {
        let Some(end) = self.high.value else { return true };
        let is_length = |value: Value| match function
            .defining_inst(value)
            .map(|inst| &function.insts[inst].kind)
        {
            Some(InstKind::Load { region, .. }) => function.regions[*region].kind == RegionKind::Descriptor,
            _ => false,
        };
        match function.defining_inst(end).map(|inst| &function.insts[inst].kind) {
            Some(InstKind::Binary(BinaryOp::Smin, a, b)) => is_length(*a) || is_length(*b),
            _ => is_length(end),
        }
    }

    /// The induction variable of a loop, with what is known of it.
    fn of_loop(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Option<(Value, Self)> {
        if data.is_parallel {
            let preheader = data.preheader(function, control_flow)?;
            let Terminator::ParFor(region) = &function.blocks[preheader].terminator else { return None };
            let variable = function.blocks[data.header].parameters[0];
            let low = Bound { value: None, offset: 0 };
            return Some((variable, Self { low, high: Bound { value: Some(region.count), offset: 0 } }));
        }
        let counted = CountedLoop::find(function, control_flow, data)?;
        let (initial, limit) = (Bound::of(function, counted.initial), Bound::of(function, counted.limit));
        let after = |bound: Bound| Some(Bound { offset: bound.offset.checked_add(1)?, ..bound });
        // With the test at the top the header sees the variable before the test: only a rotated loop tells something everywhere.
        let (low, high) = if counted.step > 0 { (initial, limit) } else { (after(limit)?, after(initial)?) };
        (counted.test == crate::analysis::ExitTest::Bottom).then_some((counted.variable, Self { low, high }))
    }
}

/// Removes a check that cannot fail; tells whether it did.
fn elide(
    function: &mut Function,
    inst: Inst,
    ranges: &Ranges,
    replacement: &mut SideMap<Value, Option<Value>>,
) -> bool {
    if let Some(index) = wrapped_index(function, inst) {
        let stays = range_of(function, index, ranges).is_some_and(|(range, offset)| {
            range.is_not_negative(offset) && (offset <= 0 || range.ends_early(function))
        });
        if stays {
            replacement[function.insts[inst].results[0]] = Some(index);
        }
        return stays;
    }
    let InstKind::CheckBounds { index, length, axis, wrap } = function.insts[inst].kind else { return false };
    let Some((range, offset)) = range_of(function, index, ranges) else { return false };
    if !range.is_not_negative(offset) {
        return false;
    }
    if is_below(function, range.high, offset, length) {
        let result = function.insts[inst].results[0];
        replacement[result] = Some(index);
        return true;
    }
    // A sum that overflows at the top is negative and out of range of any array, with or without wrap-around.
    if wrap {
        function.insts[inst].kind = InstKind::CheckBounds { index, length, axis, wrap: false };
    }
    false
}

/// The range of the induction variable that an index is, and the constant added to it.
fn range_of<'a>(function: &Function, index: Value, ranges: &'a Ranges) -> Option<(&'a Range, i64)> {
    let of_sum = || {
        let (base, offset) = added_constant(function, index)?;
        Some((ranges.get(&base)?, offset))
    };
    ranges.get(&index).map(|range| (range, 0)).or_else(of_sum)
}

/// The index of `select(index < 0, index + length, index)`.
fn wrapped_index(function: &Function, inst: Inst) -> Option<Value> {
    let InstKind::Select { condition, then, otherwise } = function.insts[inst].kind else { return None };
    let kind = |value: Value| function.defining_inst(value).map(|inst| &function.insts[inst].kind);
    let Some(InstKind::IntCompare(IntCompare::Slt, index, zero)) = kind(condition) else { return None };
    let is_sum = match kind(then) {
        Some(InstKind::Binary(BinaryOp::Iadd, a, b)) => [a, b].contains(&index),
        _ => false,
    };
    let is_zero = matches!(function.constant(*zero), Some(Constant::Int(_, 0)));
    (*index == otherwise && is_sum && is_zero).then_some(*index)
}

/// Whether a variable below `high`, plus `offset`, is below `length`, which is not negative.
fn is_below(function: &Function, high: Bound, offset: i64, length: Value) -> bool {
    let Some(total) = high.offset.checked_add(offset) else { return false };
    match (high.value, function.constant(length)) {
        (None, Some(Constant::Int(_, length))) => total <= length,
        (None, _) => total <= 0,
        (Some(value), _) => total <= 0 && is_at_most(function, value, length),
    }
}

/// Whether `value <= length` for sure: they are the same, or `value` is a minimum that has it as an operand.
fn is_at_most(function: &Function, value: Value, length: Value) -> bool {
    if value == length {
        return true;
    }
    match function.defining_inst(value).map(|inst| &function.insts[inst].kind) {
        Some(InstKind::Binary(BinaryOp::Smin, a, b)) => *a == length || *b == length,
        _ => false,
    }
}
