//! Arrays in another arrangement: axes in another order, parts of the elements, other shapes.

use crate::elementwise::{Nest, Producer};
use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::shape::{Certainty, Message, along};
use crate::values::{ArrayOperand, Lifetime, Operand, array_type};
use hotloop_abi::ExceptionClass;
use hotloop_hir::{Expr, Rearrangement};
use hotloop_mir::{BinaryOp, ConvertOp, IntCompare, MachineType, RegionKind, Value};
use hotloop_types::{ArrayType, Layout};
use std::rc::Rc;

impl Lowering<'_> {
    /// The array in another arrangement; where no element is copied, it shares the array's reference.
    pub(crate) fn rearranged(&mut self, expr: &Expr, array: &Expr, how: &Rearrangement) -> Operand {
        let operand = self.expr(array);
        let shape: Vec<Value> = how.operands().iter().map(|length| self.scalar(length)).collect();
        self.code.set_span(expr.span);
        let whole = operand.array().clone();
        let (shape, strides, data) = match how {
            Rearrangement::Axes(order) => {
                let ordered =
                    |values: &[Value]| order.iter().map(|axis| values[usize::from(*axis)]).collect();
                (ordered(&whole.shape), ordered(&whole.strides), whole.data)
            }
            Rearrangement::Parts(offset) => {
                let data = match offset {
                    0 => whole.data,
                    offset => {
                        let offset = self.code.int64(i64::from(*offset));
                        self.code.add_bytes(whole.data, offset)
                    }
                };
                (whole.shape.clone(), whole.strides.clone(), data)
            }
            Rearrangement::Resized => {
                let sizes = (array_type(&array.ty), array_type(&expr.ty));
                let [from, to] = [sizes.0, sizes.1].map(|ty| i64::from(ty.dtype.size_bytes()));
                let (mut shape, mut strides) = (whole.shape.clone(), whole.strides.clone());
                let last = shape.len() - 1;
                shape[last] = self.resized(shape[last], from, to);
                strides[last] = self.code.int64(to);
                (shape, strides, whole.data)
            }
            Rearrangement::Broadcast(_) => {
                let strides = self.broadcast_strides(&whole, &shape);
                (shape, strides, whole.data)
            }
            Rearrangement::Shape(_) => {
                let shape = self.completed_shape(&whole, shape);
                return self.reshaped(&operand, (array_type(&array.ty), array_type(&expr.ty)), shape);
            }
        };
        Operand::Array(Rc::new(ArrayOperand { data, shape, strides, descriptor: None, ..(*whole).clone() }))
    }

    /// How many elements of one size so many of another one make.
    fn resized(&mut self, length: Value, from_bytes: i64, to_bytes: i64) -> Value {
        if from_bytes > to_bytes {
            return self.code.binary_const(BinaryOp::Imul, length, from_bytes / to_bytes);
        }
        // Sizes are powers of two.
        let ratio = to_bytes / from_bytes;
        let rest = self.code.binary_const(BinaryOp::And, length, ratio - 1);
        let fits = self.code.compare_const(IntCompare::Eq, rest, 0);
        let message = "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the last axis of the array.";
        self.code.check(fits, ExceptionClass::ValueError, message);
        self.code.binary_const(BinaryOp::Sshr, length, i64::from(ratio.trailing_zeros()))
    }

    /// The strides of an array that is broadcast to a shape.
    fn broadcast_strides(&mut self, array: &ArrayOperand, shape: &[Value]) -> Vec<Value> {
        for length in shape {
            if self.lengths.insert(*length) {
                let fits = self.code.compare_const(IntCompare::Sge, *length, 0);
                let message = "all elements of broadcast shape must be non-negative";
                self.code.check(fits, ExceptionClass::ValueError, message);
            }
        }
        if let Certainty::If(fits) = self.fits_into(&array.shape, shape) {
            let text = "operands could not be broadcast together with remapped shapes [original->remapped]";
            let message = self.with_shape(Message::new(text).text(": "), &array.shape);
            let message = self.with_shape(message.text("  and requested shape "), shape);
            self.check_shape(fits, ExceptionClass::ValueError, message, text);
        }
        let zero = self.code.int64(0);
        let ndim = shape.len();
        (0..ndim)
            .map(|axis| match (along(&array.shape, axis, ndim), along(&array.strides, axis, ndim)) {
                (Some(length), Some(stride)) if length == shape[axis] => stride,
                (Some(length), Some(stride)) => {
                    let is_one = self.code.compare_const(IntCompare::Eq, length, 1);
                    self.code.select(is_one, zero, stride)
                }
                _ => zero,
            })
            .collect()
    }

    /// The lengths of another shape of the same size: one that is negative is computed from the others.
    fn completed_shape(&mut self, array: &ArrayOperand, shape: Vec<Value>) -> Vec<Value> {
        let size = self.code.product(&array.shape);
        let one = self.code.int64(1);
        let may_be_unknown: Vec<bool> = shape
            .iter()
            .map(|length| match self.code.known_int(*length) {
                Some(known) => known < 0,
                None => !self.lengths.contains(*length),
            })
            .collect();
        let mut unknown = Vec::with_capacity(shape.len());
        let mut known = Vec::with_capacity(shape.len());
        for (length, may_be_unknown) in shape.iter().zip(&may_be_unknown) {
            let is_unknown = may_be_unknown.then(|| self.code.compare_const(IntCompare::Slt, *length, 0));
            known.push(is_unknown.map_or(*length, |is_unknown| self.code.select(is_unknown, one, *length)));
            unknown.push(is_unknown);
        }
        let flags: Vec<Value> = unknown.iter().flatten().copied().collect();
        let mut lengths = shape.clone();
        let mut has_hole = None;
        if !flags.is_empty() {
            let mut count = self.code.int64(0);
            for flag in &flags {
                let flag = self.code.convert(ConvertOp::ZeroExtend, *flag, MachineType::I64);
                count = self.code.binary(BinaryOp::Iadd, count, flag);
            }
            if flags.len() > 1 {
                let fits = self.code.compare_const(IntCompare::Sle, count, 1);
                self.code.check(fits, ExceptionClass::ValueError, "can only specify one unknown dimension");
            }
            let others = self.code.product(&known);
            let is_zero = self.code.compare_const(IntCompare::Eq, others, 0);
            let divisor = self.code.select(is_zero, one, others);
            let quotient = self.code.binary(BinaryOp::Udiv, size, divisor);
            for (length, flag) in lengths.iter_mut().zip(&unknown) {
                if let Some(flag) = flag {
                    *length = self.code.select(*flag, quotient, *length);
                }
            }
            let is_missing = self.code.compare_const(IntCompare::Ne, count, 0);
            has_hole = Some(self.code.binary(BinaryOp::And, is_missing, is_zero));
        }
        let product = self.code.product(&lengths);
        let mut fits = self.code.compare(IntCompare::Eq, product, size);
        if lengths.len() > 1 && lengths != array.shape {
            let is_small = self.code.is_product_small(&lengths, 1);
            fits = self.code.binary(BinaryOp::And, fits, is_small);
        }
        if let Some(has_hole) = has_hole {
            let is_complete = self.code.unary(hotloop_mir::UnaryOp::Inot, has_hole);
            fits = self.code.binary(BinaryOp::And, fits, is_complete);
        }
        if lengths != array.shape && lengths != [size] {
            self.check_reshape(fits, size, &shape);
        }
        for length in &lengths {
            self.lengths.insert(*length);
        }
        lengths
    }

    fn check_reshape(&mut self, fits: Value, size: Value, shape: &[Value]) {
        let text = "cannot reshape array";
        let message = self.with_number(Message::new(text).text(" of size "), size).text(" into shape (");
        let mut message = message;
        for (axis, length) in shape.iter().enumerate() {
            let is_unknown = self.code.known_int(*length).is_some_and(|length| length < 0);
            // NumPy leaves out one that stands first.
            message = match (axis, is_unknown) {
                (0, true) => message,
                (1, _) if self.code.known_int(shape[0]).is_some_and(|first| first < 0) => {
                    self.with_number(message, *length)
                }
                (0, false) => self.with_number(message, *length),
                (_, true) => message.text(",newaxis"),
                (_, false) => self.with_number(message.text(","), *length),
            };
        }
        let is_alone = shape.len() == 1;
        let message = message.text(if is_alone { ",)" } else { ")" });
        self.check_shape(fits, ExceptionClass::ValueError, message, text);
    }

    /// The array in a shape of its size: the same elements if they lie in C order without gaps, else copies.
    fn reshaped(
        &mut self,
        operand: &Operand,
        (from, ty): (ArrayType, ArrayType),
        shape: Vec<Value>,
    ) -> Operand {
        let whole = operand.array().clone();
        let strides = self.code.contiguous_strides(ty, &shape);
        if from.layout == Layout::C {
            let array = ArrayOperand { shape, strides, descriptor: None, ..(*whole).clone() };
            return Operand::Array(Rc::new(array));
        }
        let is_contiguous = self.is_contiguous(from, &whole);
        let [view, copy, end] = [(); 3].map(|()| self.code.new_block());
        let owner = self.code.add_parameter(end, MachineType::Ptr);
        let data = self.code.add_parameter(end, MachineType::Ptr);
        self.code.branch(is_contiguous, view, copy);
        let holdings = self.code.holdings.clone();
        self.code.start(view);
        self.give_references(operand);
        self.code.jump(end, vec![whole.owner, whole.data]);
        let left = std::mem::replace(&mut self.code.holdings, holdings);
        self.code.start(copy);
        let fresh = ArrayType::new(from.dtype, from.ndim, Layout::C);
        let copied = self.allocate(fresh, whole.shape.clone());
        let nest = Nest::in_order(whole.shape.clone());
        self.write(&nest, &Producer::of_array(from, &whole), None, (fresh, &copied));
        self.drop_temporary(operand);
        self.give_references(&Operand::Array(copied.clone()));
        self.code.jump(end, vec![copied.owner, copied.data]);
        self.code.holdings = left;
        self.code.start(end);
        self.code.hold(owner, Holder::Temporary);
        let region = self.code.region(RegionKind::Unknown);
        let lifetime = Lifetime::Temporary;
        let descriptor = None;
        Operand::Array(Rc::new(ArrayOperand { owner, data, shape, strides, region, lifetime, descriptor }))
    }

    /// Whether the elements lie in C order without gaps.
    pub(crate) fn is_contiguous(&mut self, ty: ArrayType, array: &ArrayOperand) -> Value {
        self.is_dense(ty, array, (0..array.shape.len()).rev())
    }

    /// Whether the elements lie without gaps, the axes in this order from the one with the smallest stride on.
    pub(crate) fn is_dense(
        &mut self,
        ty: ArrayType,
        array: &ArrayOperand,
        axes: impl Iterator<Item = usize>,
    ) -> Value {
        let mut wanted = self.code.int64(i64::from(ty.dtype.size_bytes()));
        let mut is_dense = self.code.boolean(true);
        for axis in axes {
            let (length, stride) = (array.shape[axis], array.strides[axis]);
            let fits = self.code.compare(IntCompare::Eq, stride, wanted);
            let is_one = self.code.compare_const(IntCompare::Eq, length, 1);
            let is_right = self.code.binary(BinaryOp::Or, fits, is_one);
            is_dense = self.code.binary(BinaryOp::And, is_dense, is_right);
            wanted = self.code.binary(BinaryOp::Imul, wanted, length);
        }
        let is_empty = self.code.compare_const(IntCompare::Eq, wanted, 0);
        self.code.binary(BinaryOp::Or, is_dense, is_empty)
    }
}
