//! Which memory loads and stores of loops touch, from the first iteration to the last, and whether such ranges lie apart: computed in front of the loops.

use crate::analysis::{NestSum, NestValues};
use hotloop_mir::{
    BinaryOp, Block, Builder, Constant, Function, InstKind, IntCompare, MachineType, Terminator, Value,
};
use rustc_hash::FxHashMap;

/// Numbers of iterations and strides lie between `-FAR` and `FAR`, and constant factors are smaller than `SMALL`, so that no sum overflows.
const FAR: i64 = 1 << 30;
const SMALL: i64 = 1 << 20;

/// What an access touches in all iterations of some loops.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// The address in each.
    pub(super) address: NestSum,
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

/// How values that loops compute alike in every iteration are computed.
pub(super) type Copied = FxHashMap<Value, InstKind>;

/// How all is computed that the ends of ranges are made of; `None` if something is not known in front of the loops.
pub(super) fn copied(values: &mut NestValues<'_>, apart: &[[Range; 2]], loops: &[Limits]) -> Option<Copied> {
    let mut named: Vec<Value> = loops.iter().flat_map(|limits| [limits.initial, limits.limit]).collect();
    for range in apart.iter().flatten() {
        let sums = std::iter::once(&range.address.start).chain(&range.address.steps);
        named.extend(sums.flat_map(|sum| sum.terms.iter().map(|(value, _)| *value)));
    }
    let mut copied = Copied::default();
    for value in named {
        note_copied(values, value, &mut copied)?;
    }
    Some(copied)
}

/// Notes how a value that is the same in all iterations is computed, with all that it is computed from.
fn note_copied(values: &mut NestValues<'_>, value: Value, copied: &mut Copied) -> Option<()> {
    if values.is_constant(value) || copied.contains_key(&value) {
        return Some(());
    }
    if !values.of(value)?.is_invariant() {
        return None;
    }
    if let Some(kind) = values.inside(value) {
        if matches!(kind, InstKind::Load { .. }) {
            return None;
        }
        for operand in kind.operands() {
            note_copied(values, operand, copied)?;
        }
        copied.insert(value, kind);
    }
    Some(())
}

/// The end of a preheader, where conditions of marks are computed.
pub(super) struct Front<'f> {
    builder: Builder<'f>,
    /// How what the nest computes alike in every iteration is computed.
    kinds: &'f Copied,
    /// What was computed here in its place.
    copies: FxHashMap<Value, Value>,
    /// The ends of ranges that are known.
    known: Vec<(Range, [Value; 2])>,
}

impl<'f> Front<'f> {
    pub(super) fn new(function: &'f mut Function, preheader: Block, kinds: &'f Copied) -> Self {
        let span = match &function.blocks[preheader].terminator {
            Terminator::Jump(call) => function.blocks[call.block].terminator_span,
            _ => function.blocks[preheader].terminator_span,
        };
        let mut builder = Builder::at(function, preheader);
        builder.set_span(span);
        Self { builder, kinds, copies: FxHashMap::default(), known: Vec::new() }
    }

    /// That all pairs lie apart; `None` if there is nothing to ask.
    pub(super) fn all_apart(&mut self, apart: &[[Range; 2]], loops: &[Limits]) -> Option<Value> {
        let mut conditions = Vec::new();
        let mut far = Vec::new();
        for pair in apart {
            for range in pair {
                for (step, limits) in range.address.steps.iter().zip(loops) {
                    if !step.is_zero() {
                        far.extend([limits.initial, limits.limit]);
                        far.extend(step.terms.iter().map(|(value, _)| *value));
                    }
                }
            }
        }
        far.sort_unstable();
        far.dedup();
        for value in far {
            let value = self.value(value);
            if self.builder.function.constant(value).is_some_and(is_near) {
                continue;
            }
            let (far, twice) =
                (self.builder.int(MachineType::I64, FAR), self.builder.int(MachineType::I64, 2 * FAR));
            let shifted = self.builder.binary(BinaryOp::Iadd, value, far);
            conditions.push(self.builder.compare(IntCompare::Ult, shifted, twice));
        }
        for [first, second] in apart {
            let (first, second) = (self.ends(first, loops), self.ends(second, loops));
            let before = self.builder.compare(IntCompare::Ule, first[1], second[0]);
            let behind = self.builder.compare(IntCompare::Uge, first[0], second[1]);
            conditions.push(self.builder.binary(BinaryOp::Or, before, behind));
        }
        conditions.into_iter().reduce(|all, condition| self.builder.binary(BinaryOp::And, all, condition))
    }

    /// Where a range begins and ends.
    fn ends(&mut self, range: &Range, loops: &[Limits]) -> [Value; 2] {
        if let Some((_, ends)) = self.known.iter().find(|(known, _)| known == range) {
            return *ends;
        }
        let ends = self.compute_ends(range, loops);
        self.known.push((range.clone(), ends));
        ends
    }

    fn compute_ends(&mut self, range: &Range, loops: &[Limits]) -> [Value; 2] {
        let mut ends = [range.address.start.constant, range.address.start.constant + range.size_bytes]
            .map(|constant| self.builder.int(MachineType::I64, constant));
        let mut base = None;
        for (value, factor) in &range.address.start.terms {
            if self.builder.function.value_type(*value) == MachineType::Ptr {
                base = Some(*value);
                continue;
            }
            let term = self.multiple(*value, *factor);
            ends = ends.map(|end| self.builder.binary(BinaryOp::Iadd, end, term));
        }
        for (step, limits) in range.address.steps.iter().zip(loops).filter(|(step, _)| !step.is_zero()) {
            let factor = match step.terms.as_slice() {
                [(value, _)] => self.value(*value),
                _ => self.builder.int(MachineType::I64, step.constant),
            };
            let minus_one = self.builder.int(MachineType::I64, -1);
            let limit = self.value(limits.limit);
            let last = self.builder.binary(BinaryOp::Iadd, limit, minus_one);
            let initial = self.value(limits.initial);
            let [first, last] =
                [initial, last].map(|number| self.builder.binary(BinaryOp::Imul, number, factor));
            let low = self.builder.binary(BinaryOp::Smin, first, last);
            let high = self.builder.binary(BinaryOp::Smax, first, last);
            ends = [
                self.builder.binary(BinaryOp::Iadd, ends[0], low),
                self.builder.binary(BinaryOp::Iadd, ends[1], high),
            ];
        }
        let base = base.expect("an access with a range has a base");
        let base = self.value(base);
        ends.map(|offset| self.builder.value(InstKind::PtrAdd { base, offset }))
    }

    fn multiple(&mut self, value: Value, factor: i64) -> Value {
        let value = self.value(value);
        if factor == 1 {
            return value;
        }
        let factor = self.builder.int(MachineType::I64, factor);
        self.builder.binary(BinaryOp::Imul, value, factor)
    }

    /// A value that is the same in every iteration: computed here once more if the nest computes it. A checked index is the index: the nest makes sure of the check
    /// before it stores anything.
    fn value(&mut self, value: Value) -> Value {
        if let Some(copy) = self.copies.get(&value) {
            return *copy;
        }
        let copy = match (self.builder.function.constant(value), self.kinds.get(&value).cloned()) {
            (Some(constant), _) => self.builder.value(InstKind::Const(constant)),
            (None, Some(InstKind::CheckBounds { index, .. })) => self.value(index),
            (None, Some(kind)) => {
                let kind = kind.map_operands(|operand| self.value(operand));
                self.builder.value(kind)
            }
            (None, None) => value,
        };
        self.copies.insert(value, copy);
        copy
    }
}

fn is_near(constant: Constant) -> bool {
    constant.as_int().is_some_and(|number| (-FAR..FAR).contains(&number))
}
