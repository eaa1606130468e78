//! What values of a loop are as sums: `invariants + constant + (constant + invariants) * variable`, modulo 2^64.

use hotloop_mir::{BinaryOp, Block, Constant, Function, InstKind, Value};
use rustc_hash::FxHashMap;

/// A sum of values that do not change in the loop, each with a factor, and a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linear {
    /// The values with their factors, none of them 0, in the order of the values.
    pub terms: Vec<(Value, i64)>,
    /// What is added.
    pub constant: i64,
}

impl Linear {
    /// A constant.
    pub(crate) fn constant(constant: i64) -> Self {
        Self { terms: Vec::new(), constant }
    }

    /// A value.
    pub(crate) fn value(value: Value) -> Self {
        Self { terms: vec![(value, 1)], constant: 0 }
    }

    /// Whether it is 0 whatever the values are.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty() && self.constant == 0
    }

    /// The sum with a multiple of another.
    pub(crate) fn plus(mut self, other: &Self, factor: i64) -> Self {
        for (value, times) in &other.terms {
            let times = times.wrapping_mul(factor);
            match self.terms.binary_search_by_key(value, |(known, _)| *known) {
                Ok(at) => self.terms[at].1 = self.terms[at].1.wrapping_add(times),
                Err(at) => self.terms.insert(at, (*value, times)),
            }
        }
        self.terms.retain(|(_, times)| *times != 0);
        self.constant = self.constant.wrapping_add(other.constant.wrapping_mul(factor));
        self
    }

    /// The product with a constant.
    pub(crate) fn times(self, factor: i64) -> Self {
        Self::default().plus(&self, factor)
    }
}

/// A value as `start + step * variable`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affine {
    /// What it is where the variable is 0.
    pub start: Linear,
    /// By what it grows where the variable grows by 1.
    pub step: Linear,
}

impl Affine {
    fn invariant(start: Linear) -> Self {
        Self { start, step: Linear::default() }
    }

    fn plus(self, other: &Self, factor: i64) -> Self {
        Self { start: self.start.plus(&other.start, factor), step: self.step.plus(&other.step, factor) }
    }

    fn times(self, factor: i64) -> Self {
        Self { start: self.start.times(factor), step: self.step.times(factor) }
    }

    /// The product with a value that does not change, if it is the variable and a constant alone.
    fn times_value(&self, factor: Value) -> Option<Self> {
        let is_plain = self.start.terms.is_empty() && self.step.terms.is_empty();
        let scaled = |linear: &Linear| Linear::value(factor).times(linear.constant);
        is_plain.then(|| Self { start: scaled(&self.start), step: scaled(&self.step) })
    }

    /// The constant that it is, if it is one.
    fn as_constant(&self) -> Option<i64> {
        (self.step.is_zero() && self.start.terms.is_empty()).then_some(self.start.constant)
    }
}

/// The integers and addresses of a loop of one block as such sums. A checked index counts as the index: so it is where the check succeeds and the index
/// is not negative, which is for whoever relies on it to make sure of. What is computed in the block, but is the same in every iteration, is a term like what
/// comes from outside where it is no sum itself.
pub struct AffineValues {
    known: FxHashMap<Value, Option<Affine>>,
}

impl AffineValues {
    /// Of the block, in which `variable` is the one that grows.
    pub fn of_block(function: &Function, block: Block, variable: Value) -> Self {
        let mut values = Self { known: FxHashMap::default() };
        let data = &function.blocks[block];
        for parameter in &data.parameters {
            values.known.insert(*parameter, None);
        }
        let step = Linear::constant(1);
        values.known.insert(variable, Some(Affine { start: Linear::default(), step }));
        for inst in &data.insts {
            let inst = &function.insts[*inst];
            let own = || values.is_same_in_all(&inst.kind).then(|| inst.results.first().copied()).flatten();
            let affine = values
                .of_inst(function, &inst.kind)
                .or_else(|| own().map(|value| Affine::invariant(Linear::value(value))));
            for result in inst.results.iter() {
                values.known.insert(*result, affine.clone());
            }
        }
        values
    }

    /// The value as a sum; `None` if it is none. One that is defined elsewhere is a term of its own.
    pub fn of(&self, function: &Function, value: Value) -> Option<Affine> {
        if let Some(Constant::Int(_, constant)) = function.constant(value) {
            return Some(Affine::invariant(Linear::constant(constant)));
        }
        match self.known.get(&value) {
            Some(known) => known.clone(),
            None => Some(Affine::invariant(Linear::value(value))),
        }
    }

    /// Whether a value is the same in every iteration because it is defined outside of the block.
    pub fn is_from_outside(&self, value: Value) -> bool {
        !self.known.contains_key(&value)
    }

    /// Whether an instruction has the same result in every iteration, and could as well be computed in front of the loop.
    fn is_same_in_all(&self, kind: &InstKind) -> bool {
        let is_harmless = match kind {
            InstKind::Binary(op, ..) => {
                !matches!(op, BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem)
            }
            InstKind::Unary(..)
            | InstKind::IntCompare(..)
            | InstKind::FloatCompare(..)
            | InstKind::Select { .. }
            | InstKind::Convert(..)
            | InstKind::PtrAdd { .. }
            | InstKind::CheckBounds { .. } => true,
            _ => false,
        };
        let mut is_same = is_harmless;
        kind.for_each_operand(|value| {
            is_same &= self
                .known
                .get(&value)
                .is_none_or(|known| known.as_ref().is_some_and(|affine| affine.step.is_zero()));
        });
        is_same
    }

    fn of_inst(&self, function: &Function, kind: &InstKind) -> Option<Affine> {
        let of = |value: Value| self.of(function, value);
        match kind {
            InstKind::PtrAdd { base, offset } => Some(of(*base)?.plus(&of(*offset)?, 1)),
            InstKind::Binary(BinaryOp::Iadd, a, b) if is_wide(function, *a) => {
                Some(of(*a)?.plus(&of(*b)?, 1))
            }
            InstKind::Binary(BinaryOp::Isub, a, b) if is_wide(function, *a) => {
                Some(of(*a)?.plus(&of(*b)?, -1))
            }
            InstKind::Binary(BinaryOp::Imul, a, b) if is_wide(function, *a) => {
                let (x, y) = (of(*a)?, of(*b)?);
                match (x.as_constant(), y.as_constant()) {
                    (_, Some(factor)) => Some(x.times(factor)),
                    (Some(factor), None) => Some(y.times(factor)),
                    (None, None) if self.is_from_outside(*b) => x.times_value(*b),
                    (None, None) if self.is_from_outside(*a) => y.times_value(*a),
                    (None, None) => None,
                }
            }
            InstKind::Binary(BinaryOp::Shl, a, b) if is_wide(function, *a) => {
                let count = of(*b)?.as_constant().filter(|count| (0..63).contains(count))?;
                Some(of(*a)?.times(1 << count))
            }
            InstKind::CheckBounds { index, .. } => of(*index),
            _ => None,
        }
    }
}

fn is_wide(function: &Function, value: Value) -> bool {
    function.value_type(value) == hotloop_mir::MachineType::I64
}
