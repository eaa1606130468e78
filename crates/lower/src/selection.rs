//! Parts of arrays that masks and arrays of indices choose.
//!
//! ```text
//! a[mask]          count what is true; allocate; for each position where it is true: copy the part, and go on by one
//! a[rows] = v      check all of `rows`; then for each of it: store
//! ```
//!
//! Reading by indices is a computation of elements like any other, see `elementwise.rs`.

use crate::elementwise::{Nest, Producer, Sources, Walk};
use crate::lowering::Lowering;
use crate::shape::{Certainty, Message};
use crate::values::{ArrayOperand, Operand, array_type, scalar_dtype};
use hotloop_abi::ExceptionClass;
use hotloop_hir::{Elementwise, Expr, Places, Version};
use hotloop_mir::{BinaryOp, ConvertOp, IntCompare, MachineType, Value};
use hotloop_types::{ArrayType, Layout};
use std::rc::Rc;

impl Lowering<'_> {
    /// The shape of a mask, once it is checked that it is that of the axes from the first on.
    pub(crate) fn mask_shape(
        &mut self,
        mask: &Elementwise,
        sources: &Sources,
        lengths: &[Value],
        first_axis: usize,
    ) -> Vec<Value> {
        let shape = self.shape_of(&mask.broadcast, sources);
        self.check_reads(&mask.body, sources);
        for (axis, (own, wanted)) in shape.iter().zip(lengths).enumerate() {
            if own == wanted {
                continue;
            }
            let fits = self.code.compare(IntCompare::Eq, *own, *wanted);
            let text = "boolean index did not match indexed array";
            let message =
                Message::new(text).text(&format!(" along axis {}; size of axis is ", first_axis + axis));
            let message = self.with_number(message, *wanted);
            let message = message.text(" but size of corresponding boolean axis is ");
            let message = self.with_number(message, *own);
            self.check_shape(fits, ExceptionClass::IndexError, message, text);
        }
        shape
    }

    /// The parts of an array where a mask is true.
    pub(crate) fn selected(&mut self, expr: &Expr, array: &Expr, mask: &Elementwise) -> Operand {
        let operand = self.expr(array);
        let sources = self.sources(&mask.operands);
        self.code.set_span(expr.span);
        let (from_ty, ty) = (array_type(&array.ty), array_type(&expr.ty));
        let from = operand.array().clone();
        let shape = self.mask_shape(mask, &sources, &from.shape, 0);
        let condition = self.condition(mask, &sources, &shape);
        let nest = Nest::in_order(shape);
        let count = self.count_true(&nest, &condition);
        let rest = from.shape[nest.shape.len()..].to_vec();
        let target = self.allocate(ty, std::iter::once(count).chain(rest.iter().copied()).collect());
        let part = Nest::in_order(rest);
        let from_walk = Walk::of_array(from_ty, &from);
        let masked = nest.shape.len();
        let part_walks = |this: &mut Self, at: Value, position: Value| {
            let offset = this.code.scaled_index(position, target.strides[0]);
            let to = this.code.add_bytes(target.data, offset);
            let from = Walk { start: at, strides: from.strides[masked..].to_vec(), ..from_walk.clone() };
            let to = Walk { start: to, strides: target.strides[1..].to_vec(), ..Walk::of_array(ty, &target) };
            [from, to]
        };
        let leading = Walk { strides: from.strides[..masked].to_vec(), ..from_walk.clone() };
        self.for_each_true(&nest, &condition, &[leading], &mut |this, at, position| {
            let walks = part_walks(this, at[0], position);
            this.nest(&part, &walks, Vec::new(), &mut |this, at, carried| {
                let element = this.code.load_number(from_ty.dtype, at[0], from.region);
                this.code.store_number(&element, at[1], target.region);
                carried
            });
        });
        self.drop_temporary(&operand);
        self.drop_sources(&sources);
        Operand::Array(target)
    }

    /// Where a mask is true: a row for each of its axes.
    pub(crate) fn true_positions(
        &mut self,
        expr: &Expr,
        lengths: &[Expr],
        first_axis: u8,
        mask: &Elementwise,
    ) -> Operand {
        let lengths: Vec<Value> = lengths.iter().map(|length| self.scalar(length)).collect();
        let sources = self.sources(&mask.operands);
        self.code.set_span(expr.span);
        let shape = self.mask_shape(mask, &sources, &lengths, usize::from(first_axis));
        let condition = self.condition(mask, &sources, &shape);
        let nest = Nest::in_order(shape);
        let count = self.count_true(&nest, &condition);
        let rows = self.code.int64(nest.shape.len() as i64);
        let target = self.allocate(array_type(&expr.ty), vec![rows, count]);
        let (zero, one) = (self.code.int64(0), self.code.int64(1));
        let positions: Vec<Walk> = (0..nest.shape.len())
            .map(|axis| {
                let mut strides = vec![zero; nest.shape.len()];
                strides[axis] = one;
                Walk { start: zero, strides, array: None }
            })
            .collect();
        self.for_each_true(&nest, &condition, &positions, &mut |this, at, position| {
            let offset = this.code.scaled_index(position, target.strides[1]);
            let mut address = this.code.add_bytes(target.data, offset);
            for (row, value) in at.iter().enumerate() {
                if row > 0 {
                    address = this.code.add_bytes(address, target.strides[0]);
                }
                this.code.store(*value, address, 0, target.region);
            }
        });
        self.drop_sources(&sources);
        Operand::Array(target)
    }

    fn condition<'e>(&mut self, mask: &'e Elementwise, sources: &Sources, shape: &[Value]) -> Producer<'e> {
        let is_broadcast = self.all_have(shape, sources) != Certainty::Always;
        self.producer(mask, sources, shape, is_broadcast)
    }

    fn count_true(&mut self, nest: &Nest, condition: &Producer<'_>) -> Value {
        let zero = self.code.int64(0);
        let counted = self.nest(nest, &condition.walks, vec![zero], &mut |this, at, carried| {
            let holds = this.produced(condition, at).scalar();
            let one = this.code.convert(ConvertOp::ZeroExtend, holds, MachineType::I64);
            vec![this.code.binary(BinaryOp::Iadd, carried[0], one)]
        });
        self.lengths.insert(counted[0]);
        counted[0]
    }

    /// Does something at each position where the condition holds, with how many there were before.
    fn for_each_true(
        &mut self,
        nest: &Nest,
        condition: &Producer<'_>,
        walks: &[Walk],
        work: &mut dyn FnMut(&mut Self, &[Value], Value),
    ) {
        let all: Vec<Walk> = condition.walks.iter().chain(walks).cloned().collect();
        let zero = self.code.int64(0);
        self.nest(nest, &all, vec![zero], &mut |this, at, carried| {
            let (masked, at) = at.split_at(condition.walks.len());
            let holds = this.produced(condition, masked).scalar();
            let [inside, end] = [(); 2].map(|()| this.code.new_block());
            let next = this.code.add_parameter(end, MachineType::I64);
            this.code.branch_with(holds, inside, Vec::new(), end, carried.clone());
            this.code.start(inside);
            work(this, at, carried[0]);
            let another = this.code.binary_const(BinaryOp::Iadd, carried[0], 1);
            this.code.jump(end, vec![another]);
            this.code.start(end);
            vec![next]
        });
    }

    /// Writes to chosen elements of an array.
    pub(crate) fn store_at(&mut self, array: &Expr, places: &Places, value: &Elementwise) {
        let statement_span = self.code.span();
        let values = self.sources(&value.operands);
        let operand = self.expr(array);
        let chosen = self.sources(&places.operands);
        self.code.set_span(statement_span);
        let (ty, target) = (array_type(&array.ty), operand.array().clone());
        let shape = self.shape_of(&places.broadcast, &chosen);
        self.check_values(value, &values, &shape, places.is_masked);
        self.check_places(&places.indices, &chosen, &target);
        let plain_values = self.all_have(&shape, &values);
        let plain_places = self.all_have(&shape, &chosen);
        let mut fits = self.both(plain_values, plain_places);
        fits = self.without_overlap(fits, (ty, &target), &values, false);
        fits = self.without_overlap(fits, (ty, &target), &chosen, false);
        if self.may_raise(&value.body) {
            fits = Certainty::Never;
        }
        let nest = Nest::in_order(shape);
        self.in_two_ways(
            fits,
            |this| {
                let value = this.producer(value, &values, &nest.shape, false);
                this.scatter(&nest, &value, (&places.indices, &chosen, false), (ty, &target));
            },
            |this| {
                let fresh = ArrayType::new(ty.dtype, nest.shape.len() as u8, Layout::C);
                let computed = this.allocate(fresh, nest.shape.clone());
                this.compute(&nest, value, &values, (fresh, &computed), true);
                let copies = this.copies_of(&chosen, &target);
                let value = Producer::of_array(fresh, &computed);
                this.scatter(&nest, &value, (&places.indices, &copies, true), (ty, &target));
                this.drop_copies(&copies, &chosen);
                this.drop_temporary(&Operand::Array(computed));
            },
        );
        self.drop_sources(&chosen);
        self.drop_temporary(&operand);
        self.drop_sources(&values);
    }

    /// Checks that values can be broadcast to what is chosen.
    fn check_values(&mut self, value: &Elementwise, sources: &Sources, chosen: &[Value], is_masked: bool) {
        let shape = self.shape_of(&value.broadcast, sources);
        self.check_reads(&value.body, sources);
        let Certainty::If(fits) = self.fits_into(&shape, chosen) else { return };
        let message = match (is_masked, &shape[..], chosen) {
            (true, [given], [wanted]) => {
                let message = Message::new("NumPy boolean array indexing assignment cannot assign ");
                let message = self.with_number(message, *given).text(" input values to the ");
                self.with_number(message, *wanted).text(" output values where the mask is true")
            }
            _ => {
                let message = Message::new("shape mismatch: value array of shape ");
                let message = self.with_shape(message, &shape);
                let message = message.text(" could not be broadcast to indexing result of shape ");
                self.with_shape(message, chosen)
            }
        };
        let short = "shape mismatch: value array could not be broadcast to indexing result";
        self.check_shape(fits, ExceptionClass::ValueError, message, short);
    }

    /// Checks all indices, each a version of an operand.
    pub(crate) fn check_places(&mut self, indices: &[Version], chosen: &Sources, target: &ArrayOperand) {
        if !self.source.options.boundscheck {
            return;
        }
        for (axis, version) in indices.iter().enumerate() {
            let length = target.shape[axis];
            let dtype = scalar_dtype(self.version_type(*version));
            let source = chosen.elements.iter().find(|source| source.version == *version);
            let Some(source) = source else {
                let index = self.binding(*version).operand.scalar();
                self.wrapped_index(index, dtype, length, axis);
                continue;
            };
            let Some((ty, operand)) = source.array() else { continue };
            let array = operand.array().clone();
            let nest = Nest::in_order(array.shape.clone());
            self.nest(&nest, &[Walk::of_array(ty, &array)], Vec::new(), &mut |this, at, carried| {
                let index = this.code.load_number(ty.dtype, at[0], array.region).scalar();
                this.wrapped_index(index, dtype, length, axis);
                carried
            });
        }
    }

    /// The index arrays, those copied that may share memory with what is written.
    fn copies_of(&mut self, chosen: &Sources, target: &ArrayOperand) -> Sources {
        let elements = chosen.elements.iter().map(|source| match source.array() {
            Some((ty, operand)) if self.may_be_one_memory(operand.array(), target) => {
                let array = operand.array().clone();
                let fresh = ArrayType::new(ty.dtype, ty.ndim, Layout::C);
                let copy = self.allocate(fresh, array.shape.clone());
                let nest = Nest::in_order(array.shape.clone());
                self.write(&nest, &Producer::of_array(ty, &array), None, (fresh, &copy));
                source.over(fresh, Operand::Array(copy))
            }
            _ => source.clone(),
        });
        Sources { elements: elements.collect(), wholes: Vec::new() }
    }

    fn drop_copies(&mut self, copies: &Sources, chosen: &Sources) {
        for (copy, source) in copies.elements.iter().zip(&chosen.elements) {
            if let (Some((_, copy)), Some((_, source))) = (copy.array(), source.array())
                && !Rc::ptr_eq(copy.array(), source.array())
            {
                self.drop_temporary(copy);
            }
        }
    }

    /// Stores a value at each place; the indices were checked.
    fn scatter(
        &mut self,
        nest: &Nest,
        value: &Producer<'_>,
        (indices, chosen, is_broadcast): (&[Version], &Sources, bool),
        (_, target): (ArrayType, &Rc<ArrayOperand>),
    ) {
        let places: Vec<Walk> =
            chosen.elements.iter().map(|source| self.walk(source, &nest.shape, is_broadcast)).collect();
        let walks: Vec<Walk> = places.iter().chain(&value.walks).cloned().collect();
        self.nest(nest, &walks, Vec::new(), &mut |this, at, carried| {
            let (places_at, values_at) = at.split_at(places.len());
            for ((source, walk), at) in chosen.elements.iter().zip(&places).zip(places_at) {
                let index = match &walk.array {
                    Some((ty, array)) => this.code.load_number(ty.dtype, *at, array.region),
                    None => Operand::Scalar(*at),
                };
                this.assign(source.version, index);
            }
            let result = this.produced(value, values_at);
            let mut address = target.data;
            for (axis, version) in indices.iter().enumerate() {
                let dtype = scalar_dtype(this.version_type(*version));
                let index = this.binding(*version).operand.scalar();
                let index = this.index_from_start(index, dtype, target.shape[axis]);
                let offset = this.code.scaled_index(index, target.strides[axis]);
                address = this.code.add_bytes(address, offset);
            }
            this.code.store_number(&result, address, target.region);
            carried
        });
    }
}
