//! New arrays.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::values::{ArrayOperand, Lifetime, Operand, array_type};
use hotloop_abi::{ExceptionClass, RuntimeFunction};
use hotloop_hir::{Constant, ConstantArray, Expr, ExprKind, Fill};
use hotloop_mir::{
    BinaryOp, ConvertOp, FloatCompare, InstKind, IntCompare, MachineType, Region, RegionKind, Value,
};
use hotloop_types::{ArrayType, Layout};
use std::rc::Rc;
use std::sync::Arc;

/// Where the elements start behind the block that holds them.
const ELEMENTS_OFFSET_BYTES: i64 = 64;

/// What NumPy says where the size in bytes does not fit an int64.
const TOO_BIG: &str =
    "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";

impl Lowering<'_> {
    /// A new array; the value holds its reference.
    pub(crate) fn new_array(&mut self, expr: &Expr, fill: &Fill, shape: &[Expr]) -> Operand {
        let ty = array_type(&expr.ty);
        let shape: Vec<Value> = shape.iter().map(|length| self.scalar(length)).collect();
        let value = match fill {
            Fill::Value(value) if !is_positive_zero(value) => Some(self.expr(value)),
            Fill::Value(_) | Fill::Empty | Fill::Zeros => None,
        };
        self.code.set_span(expr.span);
        let allocate = match fill {
            Fill::Value(_) if value.is_some() => RuntimeFunction::Allocate,
            Fill::Value(_) | Fill::Zeros => RuntimeFunction::AllocateZeroed,
            Fill::Empty => RuntimeFunction::Allocate,
        };
        let (array, size_bytes) = self.allocated(ty, shape, allocate);
        if let Some(value) = value {
            let array = Rc::new(array);
            if self.shares_work() {
                self.fill_in_any_order(ty, &array, &value);
            } else {
                let item_size = i64::from(ty.dtype.size_bytes());
                self.code.fill(array.data, size_bytes, item_size, &value, array.region);
            }
            return Operand::Array(array);
        }
        Operand::Array(Rc::new(array))
    }

    /// A new array whose elements are not set.
    pub(crate) fn allocate(&mut self, ty: ArrayType, shape: Vec<Value>) -> Rc<ArrayOperand> {
        Rc::new(self.allocated(ty, shape, RuntimeFunction::Allocate).0)
    }

    /// A new array, and its size in bytes.
    fn allocated(
        &mut self,
        ty: ArrayType,
        shape: Vec<Value>,
        allocate: RuntimeFunction,
    ) -> (ArrayOperand, Value) {
        let size_bytes = self.checked_size(ty, &shape);
        let owner = self.code.call_runtime(allocate, vec![size_bytes]);
        self.code.hold(owner, Holder::Temporary);
        let offset = self.code.int64(ELEMENTS_OFFSET_BYTES);
        let data = self.code.add_bytes(owner, offset);
        let region = self.code.region(RegionKind::Allocation(self.allocation_count));
        self.allocation_count += 1;
        let strides = self.code.contiguous_strides(ty, &shape);
        let lifetime = Lifetime::Temporary;
        let array = ArrayOperand { owner, data, shape, strides, region, lifetime, descriptor: None };
        (array, size_bytes)
    }

    /// An array whose elements are part of the code. Nobody owns them, and nobody writes them.
    pub(crate) fn constant_array(&mut self, expr: &Expr, array: &ConstantArray) -> Operand {
        let ty = array_type(&expr.ty);
        self.code.set_span(expr.span);
        let owner = self.code.int(MachineType::Ptr, 0);
        let data = self.code.value(InstKind::Data(Arc::clone(&array.bytes).into()));
        let shape: Vec<Value> = array.shape.iter().map(|length| self.code.int64(*length)).collect();
        let strides = self.code.contiguous_strides(ty, &shape);
        // Another function may have the same array from an argument, so no region of its own.
        let region = self.code.region(RegionKind::Unknown);
        let lifetime = Lifetime::Caller;
        let descriptor = None;
        Operand::Array(Rc::new(ArrayOperand { owner, data, shape, strides, region, lifetime, descriptor }))
    }

    /// The size in bytes; raises where a length is negative or the size does not fit.
    fn checked_size(&mut self, ty: ArrayType, shape: &[Value]) -> Value {
        for length in shape {
            let is_known = self.code.known_int(*length).is_some_and(|length| length >= 0);
            if !is_known && self.lengths.insert(*length) {
                let fits = self.code.compare_const(IntCompare::Sge, *length, 0);
                self.code.check(fits, ExceptionClass::ValueError, "negative dimensions are not allowed");
            }
        }
        let item_size = i64::from(ty.dtype.size_bytes());
        self.code.check_size(shape, item_size);
        let count = self.code.product(shape);
        if item_size == 1 { count } else { self.code.binary_const(BinaryOp::Imul, count, item_size) }
    }
}

/// Whether it is a constant of zero bits.
fn is_positive_zero(value: &Expr) -> bool {
    match value.kind {
        ExprKind::Constant(Constant::Bool(value)) => !value,
        ExprKind::Constant(Constant::Int(value)) => value == 0,
        ExprKind::Constant(Constant::Float(value)) => value.to_bits() == 0,
        _ => false,
    }
}

/// Whether the size in bytes of an array of these lengths fits.
fn has_size(lengths: &[i64], item_size: i64) -> bool {
    lengths.iter().try_fold(item_size, |size, length| size.checked_mul(*length)).is_some()
}

impl Code {
    /// Raises where the product of the lengths, none of them negative, and the item size does not fit.
    fn check_size(&mut self, shape: &[Value], item_size: i64) {
        let known: Option<Vec<i64>> = shape.iter().map(|length| self.known_int(*length)).collect();
        let fits = match shape {
            _ if known.is_some_and(|known| has_size(&known, item_size)) => return,
            [length] => self.compare_const(IntCompare::Sle, *length, i64::MAX / item_size),
            _ => self.is_product_small(shape, item_size),
        };
        self.check(fits, ExceptionClass::ValueError, TOO_BIG);
    }

    /// Whether a product is below 2^62, computed in floats, which do not overflow. No memory is so large that the rounding matters.
    pub(crate) fn is_product_small(&mut self, factors: &[Value], last: i64) -> Value {
        let mut product = self.float(MachineType::F64, last as f64);
        for factor in factors {
            let factor = self.convert(ConvertOp::SignedToFloat, *factor, MachineType::F64);
            product = self.binary(BinaryOp::Fmul, product, factor);
        }
        self.compare_float_const(FloatCompare::Lt, product, (1_u64 << 62) as f64)
    }

    /// The strides of a new array.
    pub(crate) fn contiguous_strides(&mut self, ty: ArrayType, shape: &[Value]) -> Vec<Value> {
        let mut stride = self.int64(i64::from(ty.dtype.size_bytes()));
        let mut strides = vec![stride; shape.len()];
        let ndim = shape.len();
        for step in 1..ndim {
            let (before, axis) = match ty.layout {
                Layout::C => (ndim - step, ndim - step - 1),
                Layout::F => (step - 1, step),
                Layout::A => panic!("HIR: a new array is contiguous"),
            };
            stride = self.binary(BinaryOp::Imul, stride, shape[before]);
            strides[axis] = stride;
        }
        strides
    }

    /// Writes a value to all elements, which lie without gaps.
    fn fill(&mut self, data: Value, size_bytes: Value, item_size: i64, value: &Operand, region: Region) {
        let (head, body, end) = (self.new_block(), self.new_block(), self.new_block());
        let offset = self.add_parameter(head, MachineType::I64);
        let start = self.int64(0);
        self.jump(head, vec![start]);
        self.start(head);
        let goes_on = self.compare(IntCompare::Slt, offset, size_bytes);
        self.branch(goes_on, body, end);
        self.start(body);
        let address = self.add_bytes(data, offset);
        self.store_number(value, address, region);
        self.safepoint();
        let next = self.binary_const(BinaryOp::Iadd, offset, item_size);
        self.jump(head, vec![next]);
        self.start(end);
    }
}
