//! Elements and attributes of arrays.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::values::{ArrayOperand, Operand, array_type, machine_type, scalar_dtype};
use hotloop_hir::{ArrayAttribute, Expr};
use hotloop_mir::{BinaryOp, InstKind, IntCompare, MachineType, Region, Value};
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout};

impl Lowering<'_> {
    /// Reads an element.
    pub(crate) fn element(&mut self, expr: &Expr, array: &Expr, indices: &[Expr]) -> Operand {
        let ty = array_type(&array.ty);
        let operand = self.expr(array);
        let indices = self.indices(indices);
        self.code.set_span(expr.span);
        let is_checked = self.is_checked(array);
        let address = self.element_address(ty, operand.array(), &indices, is_checked);
        let value = self.code.load_number(ty.dtype, address, operand.array().region);
        self.drop_temporary(&operand);
        value
    }

    /// Writes an element.
    pub(crate) fn store_element(&mut self, array: &Expr, indices: &[Expr], value: &Expr) {
        let statement_span = self.code.span();
        let ty = array_type(&array.ty);
        let value = self.expr(value);
        let operand = self.expr(array);
        let indices = self.indices(indices);
        self.code.set_span(statement_span);
        let address = self.element_address(ty, operand.array(), &indices, false);
        self.code.store_number(&value, address, operand.array().region);
        self.drop_temporary(&operand);
    }

    /// What is known of an array.
    pub(crate) fn array_attribute(
        &mut self,
        expr: &Expr,
        array: &Expr,
        attribute: ArrayAttribute,
    ) -> Operand {
        let ty = array_type(&array.ty);
        let operand = self.expr(array);
        self.code.set_span(expr.span);
        let array = operand.array().clone();
        let scalars = |values: &[Value]| Operand::tuple(values.iter().copied().map(Operand::Scalar));
        let result = match attribute {
            ArrayAttribute::Shape => scalars(&array.shape),
            ArrayAttribute::Strides => scalars(&array.strides),
            ArrayAttribute::Size => Operand::Scalar(self.code.product(&array.shape)),
            ArrayAttribute::IsContiguous(Layout::F) => {
                Operand::Scalar(self.is_dense(ty, &array, 0..array.shape.len()))
            }
            ArrayAttribute::IsContiguous(Layout::C | Layout::A) => {
                Operand::Scalar(self.is_contiguous(ty, &array))
            }
        };
        self.drop_temporary(&operand);
        result
    }

    fn indices(&mut self, indices: &[Expr]) -> Vec<(Value, Dtype)> {
        indices.iter().map(|index| (self.scalar(index), scalar_dtype(&index.ty))).collect()
    }

    /// The address of an element; all indices are checked, unless they have been. The axis with the smallest stride comes last, so that the address of the row can be
    /// shared and hoisted.
    fn element_address(
        &mut self,
        ty: ArrayType,
        array: &ArrayOperand,
        indices: &[(Value, Dtype)],
        is_checked: bool,
    ) -> Value {
        let wrapped: Vec<Value> = (indices.iter().enumerate())
            .map(|(axis, (index, dtype))| match is_checked {
                true => self.index_from_start(*index, *dtype, array.shape[axis]),
                false => self.wrapped_index(*index, *dtype, array.shape[axis], axis),
            })
            .collect();
        let mut address = array.data;
        let mut step = |axis: usize| {
            let offset = self.code.scaled_index(wrapped[axis], array.strides[axis]);
            address = self.code.add_bytes(address, offset);
        };
        match ty.layout {
            Layout::C | Layout::A => (0..indices.len()).for_each(&mut step),
            Layout::F => (0..indices.len()).rev().for_each(&mut step),
        }
        address
    }

    /// The index counted from the start, as an `i64`; checked unless the function's options say otherwise.
    pub(crate) fn wrapped_index(&mut self, index: Value, dtype: Dtype, length: Value, axis: usize) -> Value {
        if !self.source.options.boundscheck {
            return self.index_from_start(index, dtype, length);
        }
        let wrap = self.may_be_negative(index, dtype);
        let index = self.code.resize(index, dtype, MachineType::I64);
        self.code.value(InstKind::CheckBounds { index, length, axis: axis as u32, wrap })
    }

    /// The index, which is known to be within the bounds, counted from the start, as an `i64`.
    pub(crate) fn index_from_start(&mut self, index: Value, dtype: Dtype, length: Value) -> Value {
        let may_be_negative = self.may_be_negative(index, dtype);
        let index = self.code.resize(index, dtype, MachineType::I64);
        if !may_be_negative {
            return index;
        }
        let from_end = self.code.binary(BinaryOp::Iadd, index, length);
        let is_negative = self.code.compare_const(IntCompare::Slt, index, 0);
        self.code.select(is_negative, from_end, index)
    }

    fn may_be_negative(&self, index: Value, dtype: Dtype) -> bool {
        dtype.kind() == DtypeKind::Signed && self.code.known_int(index).is_none_or(|index| index < 0)
    }
}

impl Code {
    /// Reads a number of that dtype.
    pub(crate) fn load_number(&mut self, dtype: Dtype, address: Value, region: Region) -> Operand {
        let machine = machine_type(dtype);
        if dtype.is_complex() {
            let imag_offset = machine.size_bytes() as i32;
            return Operand::Complex(
                [0, imag_offset].map(|offset| self.load(machine, address, offset, region)),
            );
        }
        Operand::Scalar(self.load(machine, address, 0, region))
    }

    /// Writes a number.
    pub(crate) fn store_number(&mut self, number: &Operand, address: Value, region: Region) {
        if let Operand::Complex([real, imag]) = number {
            let imag_offset = self.ty(*imag).size_bytes() as i32;
            self.store(*real, address, 0, region);
            self.store(*imag, address, imag_offset, region);
            return;
        }
        self.store(number.scalar(), address, 0, region);
    }

    /// `index * stride`; by a shift where the stride is a known power of two, so that it can become part of an address.
    pub(crate) fn scaled_index(&mut self, index: Value, stride: Value) -> Value {
        match self.known_int(stride) {
            Some(1) => index,
            Some(stride) if stride > 0 && stride & (stride - 1) == 0 => {
                self.binary_const(BinaryOp::Shl, index, i64::from(stride.trailing_zeros()))
            }
            _ => self.binary(BinaryOp::Imul, index, stride),
        }
    }

    /// The product of `i64`s; 1 without factors.
    pub(crate) fn product(&mut self, factors: &[Value]) -> Value {
        match factors {
            [] => self.int64(1),
            [first, others @ ..] => {
                others.iter().fold(*first, |product, factor| self.binary(BinaryOp::Imul, product, *factor))
            }
        }
    }
}
