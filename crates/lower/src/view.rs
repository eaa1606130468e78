//! Views: what a subscript with slices leaves of an array.

use crate::lowering::Lowering;
use crate::values::{ArrayOperand, Operand, scalar_dtype};
use hotloop_abi::ExceptionClass;
use hotloop_hir::{Axis, Expr};
use hotloop_mir::{BinaryOp, IntCompare, Value};
use hotloop_types::Dtype;
use std::rc::Rc;

/// What becomes of an axis, its values computed.
enum AxisValues {
    Index(Value, Dtype),
    /// Start, stop and step.
    Slice([Option<Value>; 3]),
    Whole,
    New,
}

/// The positions of an axis that a slice leaves.
struct Slice {
    first: Value,
    count: Value,
    /// 1 where it is absent.
    step: Option<Value>,
}

/// The way that a slice goes.
enum Direction {
    Up,
    Down,
    /// Known at run time only: an `i1`, whether it goes down.
    Either(Value),
}

impl Lowering<'_> {
    /// A view; it shares the array's reference.
    pub(crate) fn view(&mut self, expr: &Expr, array: &Expr, axes: &[Axis]) -> Operand {
        let operand = self.expr(array);
        let axes: Vec<AxisValues> = axes.iter().map(|axis| self.axis_values(axis)).collect();
        self.code.set_span(expr.span);
        let whole = operand.array();
        let (mut data, mut shape, mut strides) = (whole.data, Vec::new(), Vec::new());
        let mut lengths = whole.shape.iter().copied().zip(whole.strides.iter().copied()).enumerate();
        let mut next = || lengths.next().expect("HIR: a view has as many axes as its array");
        for axis in axes {
            match axis {
                AxisValues::Index(index, dtype) => {
                    let (number, (length, stride)) = next();
                    let index = self.wrapped_index(index, dtype, length, number);
                    data = self.moved(data, index, stride);
                }
                AxisValues::Slice(parts) => {
                    let (_, (length, stride)) = next();
                    let slice = self.slice(parts, length);
                    data = self.moved(data, slice.first, stride);
                    shape.push(slice.count);
                    strides.push(slice.step.map_or(stride, |step| self.code.scaled_index(step, stride)));
                }
                AxisValues::Whole => {
                    let (_, (length, stride)) = next();
                    shape.push(length);
                    strides.push(stride);
                }
                AxisValues::New => {
                    shape.push(self.code.int64(1));
                    strides.push(self.code.int64(0));
                }
            }
        }
        Operand::Array(Rc::new(ArrayOperand { data, shape, strides, descriptor: None, ..(**whole).clone() }))
    }

    fn axis_values(&mut self, axis: &Axis) -> AxisValues {
        match axis {
            Axis::Index(index) => AxisValues::Index(self.scalar(index), scalar_dtype(&index.ty)),
            Axis::Slice { start, stop, step } => {
                AxisValues::Slice([start, stop, step].map(|part| part.as_ref().map(|part| self.scalar(part))))
            }
            Axis::Whole => AxisValues::Whole,
            Axis::New => AxisValues::New,
        }
    }

    /// The address `index` elements of that stride further.
    fn moved(&mut self, data: Value, index: Value, stride: Value) -> Value {
        if self.code.known_int(index) == Some(0) {
            return data;
        }
        let offset = self.code.scaled_index(index, stride);
        self.code.add_bytes(data, offset)
    }

    /// The positions that a slice leaves of an axis, as CPython's `PySlice_AdjustIndices` counts them.
    fn slice(&mut self, [start, stop, step]: [Option<Value>; 3], length: Value) -> Slice {
        let direction = self.direction(step);
        let code = &mut self.code;
        let (zero, minus_one) = (code.int64(0), code.int64(-1));
        let (low, high) = match direction {
            Direction::Up => (zero, length),
            Direction::Down => (minus_one, code.binary_const(BinaryOp::Iadd, length, -1)),
            Direction::Either(down) => {
                let last = code.binary_const(BinaryOp::Iadd, length, -1);
                (code.select(down, minus_one, zero), code.select(down, last, length))
            }
        };
        let (from, to) = match direction {
            Direction::Up => (low, high),
            Direction::Down => (high, low),
            Direction::Either(down) => (code.select(down, high, low), code.select(down, low, high)),
        };
        let first = start.map_or(from, |start| self.position(start, length, low, high));
        let end = stop.map_or(to, |stop| self.position(stop, length, low, high));
        let span = match direction {
            Direction::Up => self.distance(first, end),
            Direction::Down => self.distance(end, first),
            Direction::Either(down) => {
                let (up, downward) = (self.distance(first, end), self.distance(end, first));
                self.code.select(down, downward, up)
            }
        };
        let count = step.map_or(span, |step| self.steps(span, step, &direction));
        self.lengths.insert(count);
        Slice { first, count, step }
    }

    /// Raises for a step of 0.
    fn direction(&mut self, step: Option<Value>) -> Direction {
        let Some(step) = step else { return Direction::Up };
        match self.code.known_int(step) {
            Some(1..) => Direction::Up,
            Some(..=-1) => Direction::Down,
            _ => {
                let moves = self.code.compare_const(IntCompare::Ne, step, 0);
                self.code.check(moves, ExceptionClass::ValueError, "slice step cannot be zero");
                Direction::Either(self.code.compare_const(IntCompare::Slt, step, 0))
            }
        }
    }

    /// A bound of a slice, counted from the start and cut to what there is.
    fn position(&mut self, bound: Value, length: Value, low: Value, high: Value) -> Value {
        let known = self.code.known_int(bound);
        let code = &mut self.code;
        let bound = match known {
            Some(0..) => bound,
            Some(_) => code.binary(BinaryOp::Iadd, bound, length),
            None => {
                let from_end = code.binary(BinaryOp::Iadd, bound, length);
                let is_negative = code.compare_const(IntCompare::Slt, bound, 0);
                code.select(is_negative, from_end, bound)
            }
        };
        let is_above_low = known.is_some_and(|bound| bound >= 0);
        let bound = if is_above_low { bound } else { code.binary(BinaryOp::Smax, bound, low) };
        // A length is never negative, so 0 is below all that lies behind the last position but where that is -1.
        if known == Some(0) && code.known_int(low) == Some(0) {
            return bound;
        }
        code.binary(BinaryOp::Smin, bound, high)
    }

    /// How far it is from one position up to another; 0 if that lies below.
    fn distance(&mut self, from: Value, to: Value) -> Value {
        if self.code.known_int(from) == Some(0) && self.lengths.contains(to) {
            return to;
        }
        let difference = match self.code.known_int(from) {
            Some(0) => to,
            _ => self.code.binary(BinaryOp::Isub, to, from),
        };
        let zero = self.code.int64(0);
        self.code.binary(BinaryOp::Smax, difference, zero)
    }

    /// How many steps there are in a distance: it divided by the magnitude of the step, upwards.
    fn steps(&mut self, span: Value, step: Value, direction: &Direction) -> Value {
        let code = &mut self.code;
        let magnitude = match (direction, code.known_int(step)) {
            (_, Some(1 | -1)) => return span,
            (_, Some(known)) => code.int64(known.wrapping_abs()),
            (Direction::Up, None) => step,
            (Direction::Down | Direction::Either(_), None) => {
                let zero = code.int64(0);
                let negated = code.binary(BinaryOp::Isub, zero, step);
                let is_negative = code.compare_const(IntCompare::Slt, step, 0);
                code.select(is_negative, negated, step)
            }
        };
        let before = code.binary_const(BinaryOp::Isub, span, 1);
        let whole = code.binary(BinaryOp::Udiv, before, magnitude);
        let count = code.binary_const(BinaryOp::Iadd, whole, 1);
        let is_empty = code.compare_const(IntCompare::Eq, span, 0);
        let zero = code.int64(0);
        code.select(is_empty, zero, count)
    }
}
