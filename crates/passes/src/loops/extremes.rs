//! The least and the greatest that an integer can be while a nest of loops runs, as sums of what does not change in it.
//!
//! In `for i in range(n): for j in range(i)` the variable `j` is at least 0 and at most `(n - 1) - 1`. In `for k in range(m): for i in range(n - k)` the sum `i + k` is at most `n - 1`: in a
//! sum of variables each is replaced by its limit, those of inner loops first, so that what the limit takes away is taken away from the sum. A bound may be wider than what the program does, never narrower. No sum here, and none
//! in the loops that it speaks of, wraps around, as long as every value that is no length of an array lies between `-NEAR` and `NEAR`: that is for the user to make sure of.

use crate::loops::elide_bounds_checks::{Bound, Range};
use crate::loops::front::Front;
use hotloop_index::IdSet;
use hotloop_mir::{BinaryOp, Constant, ConvertOp, Function, InstKind, IntCompare, MachineType, Value};
use rustc_hash::FxHashMap;

/// What a value other than a length may be, in both directions.
const NEAR: i64 = 1 << 40;
/// No array is longer.
const LONGEST: i128 = 1 << 60;
/// Sums reach no further.
const FARTHEST: i128 = 1 << 62;
/// A bound is found in so many steps, or not at all.
const MOST_STEPS: u32 = 12;
/// A sum of variables has no more of them.
const MOST_VARIABLES: usize = 6;

/// A sum of values that do not change, each with a factor, and a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sum {
    /// In the order of the leaves. A factor may be 0: such a leaf is still one that no sum on the way here may be too large for.
    pub(super) terms: Vec<(Leaf, i64)>,
    pub(super) constant: i64,
}

/// What a sum is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leaf {
    Value(Value),
    Least(Box<[Sum; 2]>),
    Greatest(Box<[Sum; 2]>),
}

impl Sum {
    fn constant(constant: i64) -> Self {
        Self { terms: Vec::new(), constant }
    }

    fn leaf(leaf: Leaf) -> Self {
        Self { terms: vec![(leaf, 1)], constant: 0 }
    }

    /// The sum with a multiple of another; `None` if that may reach too far.
    fn plus(&self, other: &Self, factor: i64, lengths: &IdSet<Value>) -> Option<Self> {
        let mut sum = self.clone();
        for (leaf, times) in &other.terms {
            let times = times.checked_mul(factor)?;
            match sum.terms.binary_search_by(|(known, _)| known.cmp(leaf)) {
                Ok(at) => sum.terms[at].1 = sum.terms[at].1.checked_add(times)?,
                Err(at) => sum.terms.insert(at, (leaf.clone(), times)),
            }
        }
        sum.constant = sum.constant.checked_add(other.constant.checked_mul(factor)?)?;
        (sum.reach(lengths) < FARTHEST).then_some(sum)
    }

    fn add(&self, constant: i64, lengths: &IdSet<Value>) -> Option<Self> {
        self.plus(&Self::constant(constant), 1, lengths)
    }

    /// How far from 0 it can be.
    fn reach(&self, lengths: &IdSet<Value>) -> i128 {
        let terms =
            self.terms.iter().map(|(leaf, factor)| leaf.reach(lengths) * i128::from(factor.unsigned_abs()));
        terms.sum::<i128>() + i128::from(self.constant.unsigned_abs())
    }

    /// What it is, if that does not depend on anything.
    pub(super) fn known(&self) -> Option<i64> {
        self.terms.iter().all(|(_, factor)| *factor == 0).then_some(self.constant)
    }

    /// Whether it is never negative: lengths are not.
    pub(super) fn is_never_negative(&self, lengths: &IdSet<Value>) -> bool {
        let is_length = |leaf: &Leaf| matches!(leaf, Leaf::Value(value) if lengths.contains(*value));
        self.constant >= 0 && self.terms.iter().all(|(leaf, factor)| *factor >= 0 && is_length(leaf))
    }

    /// Whether something is taken away in it that nothing is known of, or more than there may be: a first index that is likely to be negative, which counts from the end.
    pub(super) fn is_likely_negative(&self, lengths: &IdSet<Value>) -> bool {
        let is_length = |leaf: &Leaf| matches!(leaf, Leaf::Value(value) if lengths.contains(*value));
        let mut less = self.terms.iter().filter(|(_, factor)| *factor < 0);
        let has_length = self.terms.iter().any(|(leaf, factor)| *factor > 0 && is_length(leaf));
        self.known().is_some_and(|known| known < 0) || less.any(|(leaf, _)| !is_length(leaf) || !has_length)
    }

    /// Adds the values that it is made of, those that are no lengths.
    pub(super) fn note_values(&self, lengths: &IdSet<Value>, values: &mut Vec<Value>) {
        for (leaf, _) in &self.terms {
            match leaf {
                Leaf::Value(value) if lengths.contains(*value) => {}
                Leaf::Value(value) => values.push(*value),
                Leaf::Least(both) | Leaf::Greatest(both) => {
                    both.iter().for_each(|sum| sum.note_values(lengths, values));
                }
            }
        }
    }

    /// Computes it in front of the loops.
    pub(super) fn write(&self, front: &mut Front<'_>) -> Value {
        let terms: Vec<(Value, i64)> =
            self.terms.iter().map(|(leaf, factor)| (leaf.write(front), *factor)).collect();
        front.sum(self.constant, &terms).unwrap_or_else(|| front.int(0))
    }
}

impl Leaf {
    fn reach(&self, lengths: &IdSet<Value>) -> i128 {
        match self {
            Self::Value(value) if lengths.contains(*value) => LONGEST,
            Self::Value(_) => i128::from(NEAR),
            Self::Least(both) | Self::Greatest(both) => both[0].reach(lengths).max(both[1].reach(lengths)),
        }
    }

    fn write(&self, front: &mut Front<'_>) -> Value {
        let (op, both) = match self {
            Self::Value(value) => return *value,
            Self::Least(both) => (BinaryOp::Smin, both),
            Self::Greatest(both) => (BinaryOp::Smax, both),
        };
        let (a, b) = (both[0].write(front), both[1].write(front));
        front.binary(op, a, b)
    }
}

/// That a value lies between `-NEAR` and `NEAR`.
pub(super) fn is_near(front: &mut Front<'_>, value: Value) -> Value {
    let (near, twice) = (front.int(NEAR), front.int(2 * NEAR));
    let shifted = front.binary(BinaryOp::Iadd, value, near);
    front.compare(IntCompare::Ult, shifted, twice)
}

/// The least and the greatest of a value.
#[derive(Clone, Debug)]
pub(super) struct Extremes {
    pub(super) least: Sum,
    pub(super) greatest: Sum,
}

/// Finds extremes of values in one nest.
pub(super) struct Finder<'a> {
    pub(super) function: &'a Function,
    /// The variables of counted loops.
    pub(super) ranges: &'a FxHashMap<Value, Range>,
    /// The lengths of arrays: what indices are checked against.
    pub(super) lengths: &'a IdSet<Value>,
    /// Whether a value changes in the nest.
    pub(super) is_inside: &'a dyn Fn(Value) -> bool,
    /// The lengths and the variables, which may be as large.
    far: IdSet<Value>,
    known: FxHashMap<Value, Option<Extremes>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        function: &'a Function,
        ranges: &'a FxHashMap<Value, Range>,
        lengths: &'a IdSet<Value>,
        is_inside: &'a dyn Fn(Value) -> bool,
    ) -> Self {
        let mut far = lengths.clone();
        far.extend(ranges.keys().copied());
        Self { function, ranges, lengths, is_inside, far, known: FxHashMap::default() }
    }

    /// The least and the greatest of an `i64` wherever it is defined in the nest.
    pub(super) fn of(&mut self, value: Value) -> Option<Extremes> {
        self.of_variables(value).or_else(|| self.within(value, MOST_STEPS))
    }

    /// The same of a sum of several variables, none of which is taken by itself.
    fn of_variables(&self, value: Value) -> Option<Extremes> {
        let sum = self.sum_of(value, MOST_STEPS)?;
        (self.variables(&sum).count() > 1).then_some(())?;
        Some(Extremes {
            least: self.without_variables(sum.clone(), false)?,
            greatest: self.without_variables(sum, true)?,
        })
    }

    fn variables<'s>(&'s self, sum: &'s Sum) -> impl Iterator<Item = (Value, i64)> + 's {
        sum.terms.iter().filter_map(|(leaf, factor)| match leaf {
            Leaf::Value(value) if (self.is_inside)(*value) => Some((*value, *factor)),
            Leaf::Value(_) | Leaf::Least(_) | Leaf::Greatest(_) => None,
        })
    }

    /// A value as a sum of variables and of what does not change in the nest.
    fn sum_of(&self, value: Value, steps: u32) -> Option<Sum> {
        let steps = steps.checked_sub(1)?;
        if let Some(number) = self.number(value) {
            return (i128::from(number).abs() < FARTHEST).then(|| Sum::constant(number));
        }
        if !(self.is_inside)(value) || self.ranges.contains_key(&value) {
            return Some(Sum::leaf(Leaf::Value(value)));
        }
        let far = &self.far;
        match self.function.insts[self.function.defining_inst(value)?].kind {
            InstKind::Binary(BinaryOp::Iadd, a, b) => {
                self.sum_of(a, steps)?.plus(&self.sum_of(b, steps)?, 1, far)
            }
            InstKind::Binary(BinaryOp::Isub, a, b) => {
                self.sum_of(a, steps)?.plus(&self.sum_of(b, steps)?, -1, far)
            }
            InstKind::Binary(BinaryOp::Imul, a, b) => {
                let (factor, other) =
                    self.number(a).map(|a| (a, b)).or_else(|| Some((self.number(b)?, a)))?;
                Sum::default().plus(&self.sum_of(other, steps)?, factor, far)
            }
            _ => None,
        }
    }

    /// The sum with each variable at its end, where it makes the sum the greatest or the least.
    fn without_variables(&self, mut sum: Sum, is_greatest: bool) -> Option<Sum> {
        for _ in 0..MOST_VARIABLES {
            let variables: Vec<(Value, i64)> = self.variables(&sum).collect();
            let mut ends = Vec::with_capacity(variables.len());
            for (variable, _) in &variables {
                let range = &self.ranges[variable];
                ends.push([
                    self.sum_of_bound(range.low)?,
                    self.sum_of_bound(range.high)?.add(-1, &self.far)?,
                ]);
            }
            if variables.is_empty() {
                return Some(sum);
            }
            // A variable whose limit is made of others stands in an inner loop.
            let is_limit_of_another = |variable: Value| {
                ends.iter()
                    .flatten()
                    .any(|end| end.terms.iter().any(|(leaf, _)| *leaf == Leaf::Value(variable)))
            };
            let at = variables.iter().position(|(variable, _)| !is_limit_of_another(*variable))?;
            let (variable, factor) = variables[at];
            sum.terms.retain(|(leaf, _)| *leaf != Leaf::Value(variable));
            let [low, high] = &ends[at];
            let (end, other) = if (factor > 0) == is_greatest { (high, low) } else { (low, high) };
            // What the other end is made of must not be too large either.
            sum = sum.plus(end, factor, &self.far)?.plus(other, 0, &self.far)?;
        }
        None
    }

    fn sum_of_bound(&self, bound: Bound) -> Option<Sum> {
        match bound.value {
            None => Some(Sum::constant(bound.offset)),
            Some(value) => self.sum_of(value, MOST_STEPS)?.add(bound.offset, &self.far),
        }
    }

    /// One less than the length minus the greatest: not negative where all indices are below the length.
    pub(super) fn room_below(&self, length: Value, greatest: &Sum) -> Option<Sum> {
        let length = match self.number(length) {
            Some(number) => Sum::constant(number),
            None if !(self.is_inside)(length) => Sum::leaf(Leaf::Value(length)),
            None => return None,
        };
        length.add(-1, self.lengths)?.plus(greatest, -1, self.lengths)
    }

    fn within(&mut self, value: Value, steps: u32) -> Option<Extremes> {
        if let Some(known) = self.known.get(&value) {
            return known.clone();
        }
        let found = self.find(value, steps.checked_sub(1)?);
        self.known.insert(value, found.clone());
        found
    }

    fn number(&self, value: Value) -> Option<i64> {
        self.function.constant(value).and_then(Constant::as_int)
    }

    fn find(&mut self, value: Value, steps: u32) -> Option<Extremes> {
        if self.function.value_type(value) != MachineType::I64 {
            return None;
        }
        if let Some(number) = self.number(value) {
            return (i128::from(number).abs() < FARTHEST).then(|| Extremes::of_constants(number, number));
        }
        if !(self.is_inside)(value) {
            let leaf = Sum::leaf(Leaf::Value(value));
            return Some(Extremes { least: leaf.clone(), greatest: leaf });
        }
        if let Some(range) = self.ranges.get(&value) {
            let (low, high) = (range.low, range.high);
            let least = self.of_bound(low, steps)?.least;
            let greatest = self.of_bound(high, steps)?.greatest.add(-1, self.lengths)?;
            return Some(Extremes { least, greatest });
        }
        let inst = self.function.defining_inst(value)?;
        self.of_inst(&self.function.insts[inst].kind, steps)
    }

    fn of_bound(&mut self, bound: Bound, steps: u32) -> Option<Extremes> {
        match bound.value {
            None => Some(Extremes::of_constants(bound.offset, bound.offset)),
            Some(value) => {
                let Extremes { least, greatest } = self.within(value, steps)?;
                let lengths = self.lengths;
                let (least, greatest) =
                    (least.add(bound.offset, lengths)?, greatest.add(bound.offset, lengths)?);
                Some(Extremes { least, greatest })
            }
        }
    }

    fn of_inst(&mut self, kind: &InstKind, steps: u32) -> Option<Extremes> {
        match *kind {
            InstKind::Binary(op, a, b) => self.of_binary(op, a, b, steps),
            InstKind::Select { then, otherwise, .. } => {
                let (a, b) = (self.within(then, steps)?, self.within(otherwise, steps)?);
                Some(Extremes {
                    least: self.least(a.least, b.least)?,
                    greatest: self.greatest(a.greatest, b.greatest)?,
                })
            }
            InstKind::Convert(ConvertOp::ZeroExtend, from, _) => {
                let bits = self.function.value_type(from).size_bytes() * 8;
                (bits <= 32).then(|| Extremes::of_constants(0, (1 << bits) - 1))
            }
            // What was in bounds once is in bounds; the length may change in the nest.
            InstKind::CheckBounds { index, length, .. } => match self.within(length, steps) {
                Some(length) => Some(Extremes {
                    least: Sum::constant(0),
                    greatest: length.greatest.add(-1, self.lengths)?,
                }),
                None => self.within(index, steps),
            },
            _ => None,
        }
    }

    fn of_binary(&mut self, op: BinaryOp, a: Value, b: Value, steps: u32) -> Option<Extremes> {
        let lengths = self.lengths;
        match op {
            BinaryOp::Iadd => {
                let (a, b) = (self.within(a, steps)?, self.within(b, steps)?);
                Some(Extremes {
                    least: a.least.plus(&b.least, 1, lengths)?,
                    greatest: a.greatest.plus(&b.greatest, 1, lengths)?,
                })
            }
            BinaryOp::Isub => {
                let (a, b) = (self.within(a, steps)?, self.within(b, steps)?);
                Some(Extremes {
                    least: a.least.plus(&b.greatest, -1, lengths)?,
                    greatest: a.greatest.plus(&b.least, -1, lengths)?,
                })
            }
            BinaryOp::Imul => match (self.number(a), self.number(b)) {
                (Some(factor), _) => self.within(b, steps)?.times(factor, lengths),
                (None, Some(factor)) => self.within(a, steps)?.times(factor, lengths),
                (None, None) => None,
            },
            BinaryOp::Shl => {
                let places = self.number(b).filter(|places| (0..40).contains(places))?;
                self.within(a, steps)?.times(1 << places, lengths)
            }
            BinaryOp::Smin => {
                let (a, b) = (self.within(a, steps)?, self.within(b, steps)?);
                Some(Extremes {
                    least: self.least(a.least, b.least)?,
                    greatest: self.least(a.greatest, b.greatest)?,
                })
            }
            BinaryOp::Smax => {
                let (a, b) = (self.within(a, steps)?, self.within(b, steps)?);
                Some(Extremes {
                    least: self.greatest(a.least, b.least)?,
                    greatest: self.greatest(a.greatest, b.greatest)?,
                })
            }
            BinaryOp::And => {
                let mask = self.number(a).or_else(|| self.number(b))?;
                (mask >= 0).then(|| Extremes::of_constants(0, mask))
            }
            BinaryOp::Ushr => {
                let places = self.number(b).filter(|places| (2..64).contains(places))?;
                Some(Extremes::of_constants(0, (u64::MAX >> places) as i64))
            }
            BinaryOp::SmodFloor => {
                let divisor = self.number(b).filter(|divisor| *divisor > 0)?;
                Some(Extremes::of_constants(0, divisor - 1))
            }
            BinaryOp::SdivFloor => {
                self.number(b).filter(|divisor| *divisor > 0)?;
                let Extremes { least, greatest } = self.within(a, steps)?;
                let least = match least.is_never_negative(lengths) {
                    true => Sum::constant(0),
                    false => self.least(least, Sum::constant(0))?,
                };
                Some(Extremes { least, greatest: self.greatest(greatest, Sum::constant(0))? })
            }
            BinaryOp::Udiv
            | BinaryOp::Urem
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Sshr
            | BinaryOp::Umin
            | BinaryOp::Umax
            | BinaryOp::Fadd
            | BinaryOp::Fsub
            | BinaryOp::Fmul
            | BinaryOp::Fdiv
            | BinaryOp::Fcopysign => None,
        }
    }

    /// The smaller of two sums.
    fn least(&self, a: Sum, b: Sum) -> Option<Sum> {
        match a.plus(&b, -1, self.lengths)?.known() {
            Some(difference) if difference <= 0 => a.plus(&b, 0, self.lengths),
            Some(_) => b.plus(&a, 0, self.lengths),
            None => Some(Sum::leaf(Leaf::Least(Box::new([a, b])))),
        }
    }

    /// The larger of two sums.
    fn greatest(&self, a: Sum, b: Sum) -> Option<Sum> {
        match a.plus(&b, -1, self.lengths)?.known() {
            Some(difference) if difference >= 0 => a.plus(&b, 0, self.lengths),
            Some(_) => b.plus(&a, 0, self.lengths),
            None => Some(Sum::leaf(Leaf::Greatest(Box::new([a, b])))),
        }
    }
}

impl Extremes {
    fn of_constants(least: i64, greatest: i64) -> Self {
        Self { least: Sum::constant(least), greatest: Sum::constant(greatest) }
    }

    fn times(&self, factor: i64, lengths: &IdSet<Value>) -> Option<Self> {
        let (least, greatest) =
            if factor >= 0 { (&self.least, &self.greatest) } else { (&self.greatest, &self.least) };
        let times = |sum: &Sum| Sum::default().plus(sum, factor, lengths);
        Some(Self { least: times(least)?, greatest: times(greatest)? })
    }
}
