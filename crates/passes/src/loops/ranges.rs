//! Which memory loads and stores of loops touch, from the first iteration to the last, and whether such ranges lie apart: computed in front of the loops.

use crate::analysis::{Affine, AffineValues};
use crate::loops::front::Front;
use hotloop_mir::{BinaryOp, Constant, Function, InstKind, IntCompare, MachineType, Value};
use rustc_hash::FxHashSet;

/// Numbers of iterations and strides lie between `-FAR` and `FAR`, and constant factors are smaller than `SMALL`, so that no sum overflows.
const FAR: i64 = 1 << 30;
const SMALL: i64 = 1 << 20;

/// What an access touches in all iterations of some loops.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// The address in each.
    pub(super) address: Affine,
    /// The bytes of an element.
    pub(super) size_bytes: i64,
}

impl Range {
    /// Whether its ends can be computed without overflow.
    pub(super) fn is_computable(&self, function: &Function) -> bool {
        let is_small = |number: i64| number.unsigned_abs() < SMALL as u64;
        let is_address = |value: Value| function.value_type(value) == MachineType::Ptr;
        let bases = self.address.start.terms.iter().filter(|(value, _)| is_address(*value));
        let steps_fit = self.address.steps.iter().all(|step| match step.terms.as_slice() {
            [] => is_small(step.constant),
            [(value, factor)] => step.constant == 0 && *factor == 1 && !is_address(*value),
            _ => false,
        });
        bases.map(|(_, factor)| *factor).eq([1]) && steps_fit
    }
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
    apart: &[[Range; 2]],
    loops: &[Limits],
) -> bool {
    let mut waiting: Vec<Value> = loops.iter().flat_map(|limits| [limits.initial, limits.limit]).collect();
    for range in apart.iter().flatten() {
        let sums = std::iter::once(&range.address.start).chain(&range.address.steps);
        waiting.extend(sums.flat_map(|sum| sum.terms.iter().map(|(value, _)| *value)));
    }
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

/// That all pairs lie apart; `None` if there is nothing to ask.
pub(super) fn all_apart(front: &mut Front<'_>, apart: &[[Range; 2]], loops: &[Limits]) -> Option<Value> {
    let mut conditions = Vec::new();
    let mut far = Vec::new();
    for range in apart.iter().flatten() {
        for (step, limits) in range.address.steps.iter().zip(loops).filter(|(step, _)| !step.is_zero()) {
            far.extend([limits.initial, limits.limit]);
            far.extend(step.terms.iter().map(|(value, _)| *value));
        }
    }
    far.sort_unstable();
    far.dedup();
    for value in far {
        if front.function().constant(value).is_some_and(is_near) {
            continue;
        }
        let value = front.copy(value);
        let (far, twice) = (front.int(FAR), front.int(2 * FAR));
        let shifted = front.binary(BinaryOp::Iadd, value, far);
        conditions.push(front.compare(IntCompare::Ult, shifted, twice));
    }
    for [first, second] in apart {
        let (first, second) = (first.ends(front, loops), second.ends(front, loops));
        let before = front.compare(IntCompare::Ule, first[1], second[0]);
        let behind = front.compare(IntCompare::Uge, first[0], second[1]);
        conditions.push(front.binary(BinaryOp::Or, before, behind));
    }
    front.all(conditions)
}

impl Range {
    /// Where it begins and ends.
    fn ends(&self, front: &mut Front<'_>, loops: &[Limits]) -> [Value; 2] {
        let is_address = |value: Value| front.function().value_type(value) == MachineType::Ptr;
        let (bases, terms): (Vec<_>, Vec<_>) =
            self.address.start.terms.iter().copied().partition(|(value, _)| is_address(*value));
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
        let (base, _) = bases[0];
        let base = front.copy(base);
        ends.map(|offset| front.address(base, offset))
    }
}

fn is_near(constant: Constant) -> bool {
    constant.as_int().is_some_and(|number| (-FAR..FAR).contains(&number))
}
