//! Counting: the values of a range, how many there are, and the counters of a loop over them.
//!
//! A loop that counts up or down by one needs one counter, which cannot overflow: it stays on the near side of the stop. Any other step could run past
//! the largest integer, so there the trip count is computed in advance and counted too.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::values::Operand;
use hotloop_abi::ExceptionClass;
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_mir::{BinaryOp, IntCompare, Value};

/// The values of a range, all `i64`.
pub(crate) struct RangeValues {
    start: Value,
    stop: Value,
    step: Value,
    /// The step, where it is known and not 0.
    known_step: Option<i64>,
}

/// How a loop over a range counts.
pub(crate) enum Counter {
    /// By 1: goes on while the index is below the stop.
    Up {
        /// Where the index begins.
        start: Value,
        /// Where it ends.
        stop: Value,
    },
    /// By -1: goes on while the index is above the stop.
    Down {
        /// Where the index begins.
        start: Value,
        /// Where it ends.
        stop: Value,
    },
    /// By any step: goes on for that many iterations.
    Count {
        /// Where the index begins.
        start: Value,
        /// The step.
        step: Value,
        /// How many iterations there are.
        count: Value,
    },
}

impl Counter {
    /// What the counters begin with: the index, then the number of the iteration if that is counted.
    pub(crate) fn initial(&self, code: &mut Code) -> Vec<Value> {
        match self {
            Self::Up { start, .. } | Self::Down { start, .. } => vec![*start],
            Self::Count { start, .. } => vec![*start, code.int64(0)],
        }
    }

    /// The index.
    pub(crate) fn index(&self, counters: &[Value]) -> Value {
        counters[0]
    }

    /// Whether there is another iteration.
    pub(crate) fn test(&self, code: &mut Code, counters: &[Value]) -> Value {
        match self {
            Self::Up { stop, .. } => code.compare(IntCompare::Slt, counters[0], *stop),
            Self::Down { stop, .. } => code.compare(IntCompare::Sgt, counters[0], *stop),
            Self::Count { count, .. } => code.compare(IntCompare::Slt, counters[1], *count),
        }
    }

    /// The counters of the next iteration.
    pub(crate) fn advance(&self, code: &mut Code, counters: &[Value]) -> Vec<Value> {
        match self {
            Self::Up { .. } => vec![code.binary_const(BinaryOp::Iadd, counters[0], 1)],
            Self::Down { .. } => vec![code.binary_const(BinaryOp::Iadd, counters[0], -1)],
            Self::Count { step, .. } => {
                let index = code.binary(BinaryOp::Iadd, counters[0], *step);
                vec![index, code.binary_const(BinaryOp::Iadd, counters[1], 1)]
            }
        }
    }
}

impl RangeValues {
    /// Start, stop and step.
    pub(crate) fn parts(&self) -> [Value; 3] {
        [self.start, self.stop, self.step]
    }
}

impl Lowering<'_> {
    /// The values of a `range` object, whose step was checked when it was made.
    pub(crate) fn range_of(&mut self, range: &Operand) -> RangeValues {
        let [start, stop, step] = [0, 1, 2].map(|part: usize| range.items()[part].scalar());
        RangeValues { start, stop, step, known_step: self.code.known_int(step).filter(|step| *step != 0) }
    }

    /// Evaluates start, stop and step, in this order; raises for a step of 0.
    pub(crate) fn range_values(&mut self, [start, stop, step]: [&Expr; 3]) -> RangeValues {
        let known = &step.kind;
        let (start, stop, step) = (self.scalar(start), self.scalar(stop), self.scalar(step));
        let known_step = match *known {
            ExprKind::Constant(Constant::Int(step)) if step != 0 => Some(step),
            _ => {
                let moves = self.code.compare_const(IntCompare::Ne, step, 0);
                self.code.check(moves, ExceptionClass::ValueError, "range() arg 3 must not be zero");
                None
            }
        };
        RangeValues { start, stop, step, known_step }
    }

    /// How a loop over these values counts.
    pub(crate) fn counter(&mut self, range: &RangeValues) -> Counter {
        let RangeValues { start, stop, step, known_step } = *range;
        match known_step {
            Some(1) => Counter::Up { start, stop },
            Some(-1) => Counter::Down { start, stop },
            _ => Counter::Count { start, step, count: self.trip_count(range) },
        }
    }

    /// How many iterations a parallel loop has; a negative number is none.
    pub(crate) fn parallel_count(&mut self, range: &RangeValues) -> Value {
        let counts_from_zero = range.known_step == Some(1) && self.code.known_int(range.start) == Some(0);
        if counts_from_zero { range.stop } else { self.trip_count(range) }
    }

    /// The value of a range in the iteration of that number.
    pub(crate) fn value_at(&mut self, range: &RangeValues, number: Value) -> Value {
        let offset = match range.known_step {
            Some(1) => number,
            _ => self.code.binary(BinaryOp::Imul, number, range.step),
        };
        match self.code.known_int(range.start) {
            Some(0) => offset,
            _ => self.code.binary(BinaryOp::Iadd, range.start, offset),
        }
    }

    /// How many values there are: `max(0, ceil((stop - start) / step))`, at most the largest `i64`.
    pub(crate) fn trip_count(&mut self, range: &RangeValues) -> Value {
        let code = &mut self.code;
        let (low, high, stride) = match range.known_step {
            Some(step) if step > 0 => (range.start, range.stop, range.step),
            Some(step) => (range.stop, range.start, code.int64(step.wrapping_neg())),
            None => {
                let upwards = code.compare_const(IntCompare::Sgt, range.step, 0);
                let zero = code.int64(0);
                let negated = code.binary(BinaryOp::Isub, zero, range.step);
                let low = code.select(upwards, range.start, range.stop);
                let high = code.select(upwards, range.stop, range.start);
                (low, high, code.select(upwards, range.step, negated))
            }
        };
        let distance = code.binary(BinaryOp::Isub, high, low);
        let count = match range.known_step {
            Some(1 | -1) => code.binary_const(BinaryOp::Umin, distance, i64::MAX),
            _ => steps(code, distance, stride),
        };
        let any = code.compare(IntCompare::Slt, low, high);
        let zero = code.int64(0);
        code.select(any, count, zero)
    }
}

/// `ceil(distance / stride)` of a distance above 0, unsigned, at most the largest `i64`.
fn steps(code: &mut Code, distance: Value, stride: Value) -> Value {
    let below = code.binary_const(BinaryOp::Iadd, distance, -1);
    let whole = code.binary(BinaryOp::Udiv, below, stride);
    let capped = code.binary_const(BinaryOp::Umin, whole, i64::MAX - 1);
    code.binary_const(BinaryOp::Iadd, capped, 1)
}
