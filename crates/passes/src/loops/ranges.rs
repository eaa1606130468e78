//! What loops touch from the first iteration to the last, memory and indices, and whether such ranges lie apart and in bounds: computed in front of the loops.

use crate::analysis::{Affine, AffineValues};
use crate::loops::front::Front;
use hotloop_mir::{BinaryOp, Constant, Function, InstKind, IntCompare, MachineType, Value};
use rustc_hash::FxHashSet;

/// Numbers of iterations and strides lie between `-FAR` and `FAR`, and constant factors are smaller than `SMALL`, so that no sum overflows.
const FAR: i64 = 1 << 30;
const SMALL: i64 = 1 << 20;
/// An index is the sum of so many values at most.
const MOST_TERMS: usize = 8;

/// What an access, or an index, touches in all iterations of some loops.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// The address, or the index, in each.
    pub(super) address: Affine,
    /// The bytes of an element; how many indices there are one behind the other.
    pub(super) size_bytes: i64,
}

/// Indices, and the length that they have to be below.
#[derive(Clone, Debug)]
pub(super) struct Indices {
    /// The indices.
    pub(super) range: Range,
    /// The length.
    pub(super) length: Value,
}

/// What has to hold in all iterations of some loops.
#[derive(Clone, Debug, Default)]
pub(super) struct Demands {
    /// Memory that has to lie apart, pair by pair.
    pub(super) apart: Vec<[Range; 2]>,
    /// Indices that have to be in bounds.
    pub(super) indices: Vec<Indices>,
    /// Numbers that have to be equal to constants.
    pub(super) equal: Vec<(Value, i64)>,
}

impl Range {
    /// Whether its ends can be computed without overflow: those of memory.
    pub(super) fn is_computable(&self, function: &Function) -> bool {
        let bases = self.address.start.terms.iter().filter(|(value, _)| is_address(function, *value));
        bases.map(|(_, factor)| *factor).eq([1]) && self.steps_fit(function)
    }

    /// The same of indices.
    pub(super) fn is_countable(&self, function: &Function) -> bool {
        let start = &self.address.start;
        let is_small_sum = start.terms.len() <= MOST_TERMS
            && is_small(start.constant)
            && is_small(self.size_bytes)
            && start.terms.iter().all(|(_, factor)| is_small(*factor));
        let has_base = start.terms.iter().any(|(value, _)| is_address(function, *value));
        is_small_sum && !has_base && self.steps_fit(function)
    }

    fn steps_fit(&self, function: &Function) -> bool {
        self.address.steps.iter().all(|step| match step.terms.as_slice() {
            [] => is_small(step.constant),
            [(value, factor)] => step.constant == 0 && *factor == 1 && !is_address(function, *value),
            _ => false,
        })
    }

    /// The values that its ends are made of, without the limits of the loops.
    fn sources(&self) -> impl Iterator<Item = Value> + '_ {
        let sums = std::iter::once(&self.address.start).chain(&self.address.steps);
        sums.flat_map(|sum| sum.terms.iter().map(|(value, _)| *value))
    }
}

fn is_address(function: &Function, value: Value) -> bool {
    function.value_type(value) == MachineType::Ptr
}

fn is_small(number: i64) -> bool {
    number.unsigned_abs() < SMALL as u64
}

/// The limits of a loop's variable: from the first to before the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) initial: Value,
    pub(super) limit: Value,
}

/// Whether all that the ends of ranges are made of is the same in all iterations, and can be computed in front of the loops.
pub(super) fn are_known_in_front(
    values: &mut AffineValues<'_>,
    ranges: &[&Range],
    others: &[Value],
    loops: &[Limits],
) -> bool {
    let limits = loops.iter().flat_map(|limits| [limits.initial, limits.limit]);
    let sources = ranges.iter().flat_map(|range| range.sources());
    let mut waiting: Vec<Value> = limits.chain(sources).chain(others.iter().copied()).collect();
    let mut seen = FxHashSet::default();
    while let Some(value) = waiting.pop() {
        if !seen.insert(value) {
            continue;
        }
        let Some(kind) = values.kind_inside(value) else {
            if !values.is_from_outside(value) {
                return false;
            }
            continue;
        };
        let is_known = matches!(kind, InstKind::Const(_))
            || !matches!(kind, InstKind::Load { .. })
                && values.of(value).is_some_and(|sum| sum.is_invariant());
        if !is_known {
            return false;
        }
        waiting.extend(kind.operands());
    }
    true
}

/// That all that is demanded holds; `None` if there is nothing to ask.
pub(super) fn all_hold(front: &mut Front<'_>, demands: &Demands, loops: &[Limits]) -> Option<Value> {
    let mut conditions = demands.are_near(front, loops);
    for [first, second] in &demands.apart {
        let (first, second) = (first.ends(front, loops), second.ends(front, loops));
        let before = front.compare(IntCompare::Ule, first[1], second[0]);
        let behind = front.compare(IntCompare::Uge, first[0], second[1]);
        conditions.push(front.binary(BinaryOp::Or, before, behind));
    }
    for Indices { range, length } in &demands.indices {
        let [low, high] = range.offsets(front, loops);
        let (zero, length) = (front.int(0), front.copy(*length));
        if let Some(low) = low {
            conditions.push(front.compare(IntCompare::Sge, low, zero));
        }
        let high = high.unwrap_or(zero);
        conditions.push(front.compare(IntCompare::Sle, high, length));
    }
    for (value, number) in &demands.equal {
        let (value, number) = (front.copy(*value), front.int(*number));
        conditions.push(front.compare(IntCompare::Eq, value, number));
    }
    front.all(conditions)
}

impl Demands {
    /// Whether there is nothing to ask.
    pub(super) fn is_empty(&self) -> bool {
        self.apart.is_empty() && self.indices.is_empty() && self.equal.is_empty()
    }

    /// That no sum overflows.
    fn are_near(&self, front: &mut Front<'_>, loops: &[Limits]) -> Vec<Value> {
        let mut far = Vec::new();
        let indices = self.indices.iter().map(|indices| &indices.range);
        for range in self.apart.iter().flatten().chain(indices.clone()) {
            for (step, limits) in range.address.steps.iter().zip(loops).filter(|(step, _)| !step.is_zero()) {
                far.extend([limits.initial, limits.limit]);
                far.extend(step.terms.iter().map(|(value, _)| *value));
            }
        }
        far.extend(indices.flat_map(|range| range.address.start.terms.iter().map(|(value, _)| *value)));
        far.sort_unstable();
        far.dedup();
        let mut conditions = Vec::new();
        for value in far {
            if front.function().constant(value).is_some_and(is_near) {
                continue;
            }
            let value = front.copy(value);
            let (far, twice) = (front.int(FAR), front.int(2 * FAR));
            let shifted = front.binary(BinaryOp::Iadd, value, far);
            conditions.push(front.compare(IntCompare::Ult, shifted, twice));
        }
        conditions
    }
}

impl Range {
    /// Where memory begins and ends.
    fn ends(&self, front: &mut Front<'_>, loops: &[Limits]) -> [Value; 2] {
        let mut bases = self.address.start.terms.iter().map(|(value, _)| *value);
        let base = bases.find(|value| is_address(front.function(), *value)).expect("memory has a base");
        let base = front.copy(base);
        self.offsets(front, loops).map(|offset| front.address(base, offset))
    }

    /// Where it begins and ends, behind its base if it has one; `None` is 0.
    fn offsets(&self, front: &mut Front<'_>, loops: &[Limits]) -> [Option<Value>; 2] {
        let terms = self.address.start.terms.iter().copied();
        let terms: Vec<(Value, i64)> =
            terms.filter(|(value, _)| !is_address(front.function(), *value)).collect();
        let mut ends = [0, self.size_bytes]
            .map(|bytes| front.sum(self.address.start.constant.wrapping_add(bytes), &terms));
        for (step, limits) in self.address.steps.iter().zip(loops).filter(|(step, _)| !step.is_zero()) {
            let factor = front.sum(step.constant, &step.terms).expect("a step that is not 0");
            let initial = front.copy(limits.initial);
            let last = front.sum(-1, &[(limits.limit, 1)]).unwrap_or_else(|| front.int(0));
            let [first, last] = [initial, last].map(|number| front.binary(BinaryOp::Imul, number, factor));
            let extremes = [BinaryOp::Smin, BinaryOp::Smax].map(|op| front.binary(op, first, last));
            ends = [0, 1].map(|end| Some(front.plus(ends[end], extremes[end])));
        }
        ends
    }
}

fn is_near(constant: Constant) -> bool {
    constant.as_int().is_some_and(|number| (-FAR..FAR).contains(&number))
}
