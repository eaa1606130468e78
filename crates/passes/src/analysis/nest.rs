//! What values of a nest of loops are as sums: `invariants + constant + (constant + invariants) * variable + ...`, with a variable for each loop, modulo 2^64.

use crate::analysis::Linear;
use hotloop_mir::{BinaryOp, Block, Constant, Function, Inst, InstKind, MachineType, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// A value as a sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NestSum {
    /// What it is where all variables are 0.
    pub start: Linear,
    /// By what it grows where a variable grows by 1; in the order of the variables.
    pub steps: Vec<Linear>,
}

impl NestSum {
    fn plus(self, other: &Self, factor: i64) -> Self {
        let steps = self.steps.into_iter().zip(&other.steps).map(|(a, b)| a.plus(b, factor)).collect();
        Self { start: self.start.plus(&other.start, factor), steps }
    }

    fn times(self, factor: i64) -> Self {
        Self {
            start: self.start.times(factor),
            steps: self.steps.into_iter().map(|step| step.times(factor)).collect(),
        }
    }

    /// Whether it is the same in all iterations of all loops.
    pub fn is_invariant(&self) -> bool {
        self.steps.iter().all(Linear::is_zero)
    }

    fn as_constant(&self) -> Option<i64> {
        (self.is_invariant() && self.start.terms.is_empty()).then_some(self.start.constant)
    }
}

/// The integers and addresses of a nest as such sums. A checked index counts as the index: so it is where the check succeeds and the index is not negative. What is computed
/// in the nest, but is the same in every iteration, is a term like what comes from outside where it is no sum itself.
pub struct NestValues<'a> {
    function: &'a Function,
    variables: Vec<Value>,
    parameters: FxHashSet<Value>,
    insts: FxHashSet<Inst>,
    known: FxHashMap<Value, Option<NestSum>>,
    has_wrapped: bool,
}

impl<'a> NestValues<'a> {
    /// Of these blocks, in which these variables grow.
    pub fn new(
        function: &'a Function,
        blocks: impl IntoIterator<Item = Block>,
        variables: Vec<Value>,
    ) -> Self {
        let (mut parameters, mut insts) = (FxHashSet::default(), FxHashSet::default());
        for block in blocks {
            parameters.extend(function.blocks[block].parameters.iter().copied());
            insts.extend(function.blocks[block].insts.iter().copied());
        }
        Self { function, variables, parameters, insts, known: FxHashMap::default(), has_wrapped: false }
    }

    /// The value as a sum; `None` if it is none.
    pub fn of(&mut self, value: Value) -> Option<NestSum> {
        if let Some(known) = self.known.get(&value) {
            return known.clone();
        }
        let found = self.find(value);
        self.known.insert(value, found.clone());
        found
    }

    /// The instruction of the nest that computes a value, if one does.
    pub fn inside(&self, value: Value) -> Option<InstKind> {
        let inst = self.function.defining_inst(value).filter(|inst| self.insts.contains(inst))?;
        Some(self.function.insts[inst].kind.clone())
    }

    /// Whether one of the sums is that of an index which may count from the end: then it is one where it does not.
    pub fn has_wrapped(&self) -> bool {
        self.has_wrapped
    }

    /// Whether a value is a constant.
    pub fn is_constant(&self, value: Value) -> bool {
        self.function.constant(value).is_some()
    }

    fn invariant(&self, start: Linear) -> NestSum {
        NestSum { start, steps: vec![Linear::default(); self.variables.len()] }
    }

    fn find(&mut self, value: Value) -> Option<NestSum> {
        if let Some(Constant::Int(_, constant)) = self.function.constant(value) {
            return Some(self.invariant(Linear::constant(constant)));
        }
        if let Some(number) = self.variables.iter().position(|variable| *variable == value) {
            let mut sum = self.invariant(Linear::default());
            sum.steps[number] = Linear::constant(1);
            return Some(sum);
        }
        if self.parameters.contains(&value) {
            return None;
        }
        let Some(kind) = self.inside(value) else { return Some(self.invariant(Linear::value(value))) };
        self.of_inst(&kind)
            .or_else(|| self.is_same_in_all(&kind).then(|| self.invariant(Linear::value(value))))
    }

    /// Whether an instruction has the same result in every iteration, and could as well be computed in front of the nest.
    fn is_same_in_all(&mut self, kind: &InstKind) -> bool {
        use BinaryOp::{SdivFloor, SmodFloor, Udiv, Urem};
        let is_harmless = match kind {
            InstKind::Binary(op, ..) => !matches!(op, SdivFloor | SmodFloor | Udiv | Urem),
            InstKind::Unary(..)
            | InstKind::IntCompare(..)
            | InstKind::Select { .. }
            | InstKind::Convert(..)
            | InstKind::PtrAdd { .. }
            | InstKind::CheckBounds { .. } => true,
            _ => false,
        };
        let mut is_same = is_harmless;
        for operand in kind.operands() {
            is_same &= self.of(operand).is_some_and(|sum| sum.is_invariant());
        }
        is_same
    }

    fn of_inst(&mut self, kind: &InstKind) -> Option<NestSum> {
        let is_wide = |value: Value| self.function.value_type(value) == MachineType::I64;
        match kind {
            InstKind::PtrAdd { base, offset } => Some(self.of(*base)?.plus(&self.of(*offset)?, 1)),
            InstKind::Binary(BinaryOp::Iadd, a, b) if is_wide(*a) => {
                Some(self.of(*a)?.plus(&self.of(*b)?, 1))
            }
            InstKind::Binary(BinaryOp::Isub, a, b) if is_wide(*a) => {
                Some(self.of(*a)?.plus(&self.of(*b)?, -1))
            }
            InstKind::Binary(BinaryOp::Imul, a, b) if is_wide(*a) => self.product(*a, *b),
            InstKind::Binary(BinaryOp::Shl, a, b) if is_wide(*a) => {
                let count = self.of(*b)?.as_constant().filter(|count| (0..63).contains(count))?;
                Some(self.of(*a)?.times(1 << count))
            }
            InstKind::CheckBounds { index, wrap, .. } => {
                self.has_wrapped |= wrap;
                self.of(*index)
            }
            _ => None,
        }
    }

    /// A product with a constant, or of variables with a value that does not change.
    fn product(&mut self, a: Value, b: Value) -> Option<NestSum> {
        let (x, y) = (self.of(a)?, self.of(b)?);
        match (x.as_constant(), y.as_constant()) {
            (_, Some(factor)) => Some(x.times(factor)),
            (Some(factor), None) => Some(y.times(factor)),
            (None, None) if self.inside(b).is_none() && y.is_invariant() => scaled(&x, b),
            (None, None) if self.inside(a).is_none() && x.is_invariant() => scaled(&y, a),
            (None, None) => None,
        }
    }
}

/// The product with a value that does not change, if the sum is one of variables and constants alone, and not the same everywhere.
fn scaled(sum: &NestSum, factor: Value) -> Option<NestSum> {
    let is_plain = sum.start.terms.is_empty() && sum.steps.iter().all(|step| step.terms.is_empty());
    let scale = |linear: &Linear| Linear::value(factor).times(linear.constant);
    (is_plain && !sum.is_invariant())
        .then(|| NestSum { start: scale(&sum.start), steps: sum.steps.iter().map(scale).collect() })
}
