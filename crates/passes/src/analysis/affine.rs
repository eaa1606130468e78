//! What values of a loop, or of a nest of loops, are as sums: `invariants + constant + (constant + invariants) * variable + ...`, with a variable for each loop, modulo 2^64.

use hotloop_mir::{BinaryOp, Block, Constant, Function, Inst, InstKind, MachineType, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A sum of values that do not change in the loop, each with a factor, and a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linear {
    /// The values with their factors, none of them 0, in the order of the values.
    pub terms: Vec<(Value, i64)>,
    /// What is added.
    pub constant: i64,
}

impl Linear {
    fn constant(constant: i64) -> Self {
        Self { terms: Vec::new(), constant }
    }

    fn value(value: Value) -> Self {
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

    fn times(self, factor: i64) -> Self {
        Self::default().plus(&self, factor)
    }
}

/// A value as a sum with the variables of some loops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affine {
    /// What it is where all variables are 0.
    pub start: Linear,
    /// By what it grows where a variable grows by 1; in the order of the variables.
    pub steps: Vec<Linear>,
}

impl Affine {
    /// The sum with a multiple of another, of the same loops.
    pub(crate) fn plus(self, other: &Self, factor: i64) -> Self {
        let steps = self.steps.into_iter().zip(&other.steps).map(|(a, b)| a.plus(b, factor)).collect();
        Self { start: self.start.plus(&other.start, factor), steps }
    }

    /// A multiple of it.
    pub(crate) fn times(self, factor: i64) -> Self {
        Self {
            start: self.start.times(factor),
            steps: self.steps.into_iter().map(|step| step.times(factor)).collect(),
        }
    }

    /// The product with a value that does not change, if it is a sum of variables and constants alone.
    fn times_value(&self, factor: Value) -> Option<Self> {
        let is_plain = self.start.terms.is_empty() && self.steps.iter().all(|step| step.terms.is_empty());
        let scaled = |linear: &Linear| Linear::value(factor).times(linear.constant);
        is_plain.then(|| Self { start: scaled(&self.start), steps: self.steps.iter().map(scaled).collect() })
    }

    /// Whether it is the same in all iterations of all loops.
    pub fn is_invariant(&self) -> bool {
        self.steps.iter().all(Linear::is_zero)
    }

    /// The constant that it is, if it is one.
    fn as_constant(&self) -> Option<i64> {
        (self.is_invariant() && self.start.terms.is_empty()).then_some(self.start.constant)
    }
}

/// What some blocks define.
#[derive(Debug, Default)]
pub struct Inside {
    parameters: FxHashSet<Value>,
    insts: FxHashSet<Inst>,
}

impl Inside {
    /// Of these blocks.
    pub fn new(function: &Function, blocks: impl IntoIterator<Item = Block>) -> Self {
        let mut inside = Self::default();
        for block in blocks {
            inside.parameters.extend(function.blocks[block].parameters.iter().copied());
            inside.insts.extend(function.blocks[block].insts.iter().copied());
        }
        inside
    }

    /// Whether an instruction stands there.
    pub fn contains(&self, inst: Inst) -> bool {
        self.insts.contains(&inst)
    }
}

impl FromIterator<Inst> for Inside {
    fn from_iter<I: IntoIterator<Item = Inst>>(insts: I) -> Self {
        Self { parameters: FxHashSet::default(), insts: insts.into_iter().collect() }
    }
}

/// The integers and addresses of some loops as such sums. A checked index counts as the index: so it is where the check succeeds and the index
/// is not negative, which is for whoever relies on it to make sure of. What is computed in the loops, but is the same in every iteration, is a term like what
/// comes from outside where it is no sum itself. Found when asked for.
pub struct AffineValues<'a> {
    function: &'a Function,
    inside: Rc<Inside>,
    variables: Vec<Value>,
    known: FxHashMap<Value, Option<Affine>>,
    has_wrapped: bool,
}

impl<'a> AffineValues<'a> {
    /// Of what is inside, where these variables grow.
    pub fn new(function: &'a Function, inside: Rc<Inside>, variables: Vec<Value>) -> Self {
        Self { function, inside, variables, known: FxHashMap::default(), has_wrapped: false }
    }

    /// Of one block, in which `variable` is the one that grows.
    pub fn of_block(function: &'a Function, block: Block, variable: Value) -> Self {
        Self::new(function, Rc::new(Inside::new(function, [block])), vec![variable])
    }

    /// Takes a parameter for `initial + factor * (variable - first)`, where `variable` is the only one; `None` if those are no sums.
    pub fn follow(&mut self, parameter: Value, initial: Value, factor: i64, first: Value) -> Option<()> {
        let (initial, first) = (self.of(initial)?, self.of(first)?);
        let mut sum = initial.plus(&first, factor.wrapping_neg());
        sum.steps = vec![Linear::constant(factor)];
        self.known.insert(parameter, Some(sum));
        Some(())
    }

    /// The value as a sum; `None` if it is none.
    pub fn of(&mut self, value: Value) -> Option<Affine> {
        // No recursion: a chain of sums may be as long as a program.
        let mut waiting = vec![value];
        while let Some(next) = waiting.last().copied() {
            let unknown = match self.kind_inside(next) {
                Some(kind) if !self.known.contains_key(&next) && may_be_sum(kind) => {
                    let operands = kind.operands().into_iter();
                    operands.filter(|operand| !self.known.contains_key(operand)).collect()
                }
                Some(_) | None => Vec::new(),
            };
            if unknown.is_empty() {
                waiting.pop();
                if !self.known.contains_key(&next) {
                    let found = self.find(next);
                    self.known.insert(next, found);
                }
            } else {
                waiting.extend(unknown);
            }
        }
        self.known[&value].clone()
    }

    /// The instruction inside that computes a value, if one does.
    pub fn inst_inside(&self, value: Value) -> Option<Inst> {
        self.function.defining_inst(value).filter(|inst| self.inside.contains(*inst))
    }

    /// What that instruction is.
    pub fn kind_inside(&self, value: Value) -> Option<&'a InstKind> {
        self.inst_inside(value).map(|inst| &self.function.insts[inst].kind)
    }

    /// Whether a value is the same in every iteration because it is defined elsewhere.
    pub fn is_from_outside(&self, value: Value) -> bool {
        !self.inside.parameters.contains(&value) && self.inst_inside(value).is_none()
    }

    /// Whether one of the sums is that of an index which may count from the end: then it is one where it does not.
    pub fn has_wrapped(&self) -> bool {
        self.has_wrapped
    }

    fn invariant(&self, start: Linear) -> Affine {
        Affine { start, steps: vec![Linear::default(); self.variables.len()] }
    }

    /// A value as a sum, whose operands are known.
    fn find(&mut self, value: Value) -> Option<Affine> {
        if let Some(Constant::Int(_, constant)) = self.function.constant(value) {
            return Some(self.invariant(Linear::constant(constant)));
        }
        if let Some(number) = self.variables.iter().position(|variable| *variable == value) {
            let mut sum = self.invariant(Linear::default());
            sum.steps[number] = Linear::constant(1);
            return Some(sum);
        }
        if self.inside.parameters.contains(&value) {
            return None;
        }
        let Some(kind) = self.kind_inside(value) else {
            // Behind a check of an index that does not count from the end, it is the index.
            return Some(match self.checked_index(value) {
                Some(index) => match self.function.constant(index).and_then(Constant::as_int) {
                    Some(constant) => self.invariant(Linear::constant(constant)),
                    None => self.invariant(Linear::value(index)),
                },
                None => self.invariant(Linear::value(value)),
            });
        };
        self.has_wrapped |= matches!(kind.access(), InstKind::CheckBounds { wrap: true, .. });
        self.of_inst(kind).or_else(|| self.is_same_in_all(kind).then(|| self.invariant(Linear::value(value))))
    }

    /// The index that a value is after it was checked, once or several times.
    fn checked_index(&self, mut value: Value) -> Option<Value> {
        let mut index = None;
        while let Some(inst) = self.function.defining_inst(value)
            && let InstKind::CheckBounds { index: checked, wrap: false, .. } = self.function.insts[inst].kind
        {
            (value, index) = (checked, Some(checked));
        }
        index
    }

    fn known(&self, value: Value) -> Option<Affine> {
        self.known.get(&value).cloned().flatten()
    }

    /// Whether an instruction has the same result in every iteration, and could as well be computed in front of the loops.
    fn is_same_in_all(&self, kind: &InstKind) -> bool {
        let mut is_same = may_be_sum(kind);
        kind.for_each_operand(|value| is_same &= self.known(value).is_some_and(|sum| sum.is_invariant()));
        is_same
    }

    fn of_inst(&self, kind: &InstKind) -> Option<Affine> {
        let of = |value: Value| self.known(value);
        let is_wide = |value: Value| self.function.value_type(value) == MachineType::I64;
        match kind.access() {
            InstKind::PtrAdd { base, offset } => Some(of(*base)?.plus(&of(*offset)?, 1)),
            InstKind::Binary(BinaryOp::Iadd, a, b) if is_wide(*a) => Some(of(*a)?.plus(&of(*b)?, 1)),
            InstKind::Binary(BinaryOp::Isub, a, b) if is_wide(*a) => Some(of(*a)?.plus(&of(*b)?, -1)),
            InstKind::Binary(BinaryOp::Imul, a, b) if is_wide(*a) => {
                let (x, y) = (of(*a)?, of(*b)?);
                match (x.as_constant(), y.as_constant()) {
                    (_, Some(factor)) => Some(x.times(factor)),
                    (Some(factor), None) => Some(y.times(factor)),
                    (None, None) if self.is_from_outside(*b) => x.times_value(*b),
                    (None, None) if self.is_from_outside(*a) => y.times_value(*a),
                    (None, None) => None,
                }
            }
            InstKind::Binary(BinaryOp::Shl, a, b) if is_wide(*a) => {
                let count = of(*b)?.as_constant().filter(|count| (0..63).contains(count))?;
                Some(of(*a)?.times(1 << count))
            }
            InstKind::CheckBounds { index, .. } => of(*index),
            _ => None,
        }
    }
}

/// Whether an instruction computes a sum, or something else that does not depend on when it is computed.
fn may_be_sum(kind: &InstKind) -> bool {
    match kind.access() {
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
    }
}
