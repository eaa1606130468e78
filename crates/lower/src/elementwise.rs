//! One computation for all elements of arrays: a loop nest without temporaries.
//!
//! ```text
//! fits?   all shapes are that of the result, and what is written overlaps nothing that is read
//! yes:    for i, for j:  store body(load a[i, j], load b[i, j])
//! no:     the same into the new array over strides of 0 where a length is 1; or, into an array that exists, into a new one that is then copied
//! ```
//!
//! What is known when the loops are built, as for one array and a new result, has no second nest.

use crate::lowering::Lowering;
use crate::values::{ArrayOperand, Operand, array_type};
use hotloop_abi::ExceptionClass;
use hotloop_hir::{Elementwise, ErrorModel, Expr, Version};
use hotloop_mir::{BinaryOp, IntCompare, MachineType, Value};
use hotloop_types::{ArrayType, Layout, Type};
use std::rc::Rc;

/// An array whose elements the body reads.
struct Source {
    version: Version,
    ty: ArrayType,
    operand: Operand,
}

/// An array as a loop nest walks it: one stride for each axis of the result.
struct Walk {
    ty: ArrayType,
    array: Rc<ArrayOperand>,
    strides: Vec<Value>,
}

/// Axes and lengths, the outermost loop first.
struct Nest {
    axes: Vec<usize>,
    shape: Vec<Value>,
}

impl Lowering<'_> {
    /// A new array with the results.
    pub(crate) fn elementwise(&mut self, expr: &Expr, operation: &Elementwise) -> Operand {
        let sources = self.sources(operation);
        self.code.set_span(expr.span);
        let ty = array_type(&expr.ty);
        let (shape, fits) = self.broadcast(usize::from(ty.ndim), &sources);
        let target = self.allocate(ty, shape.clone());
        let nest = Nest { axes: loop_order(ty, &sources), shape };
        self.in_two_ways(
            fits,
            |this| this.compute(&nest, operation, &sources, ty, &target, false),
            |this| this.compute(&nest, operation, &sources, ty, &target, true),
        );
        self.drop_sources(&sources);
        Operand::Array(target)
    }

    /// Writes the results to the elements of an array.
    pub(crate) fn store_elements(&mut self, array: &Expr, operation: &Elementwise) {
        let statement_span = self.code.span();
        let sources = self.sources(operation);
        let operand = self.expr(array);
        self.code.set_span(statement_span);
        let (ty, target) = (array_type(&array.ty), operand.array().clone());
        let fits = self.broadcast_into(&target, &sources);
        let fits = self.without_overlap(fits, ty, &target, &sources);
        let nest = Nest { axes: loop_order(ty, &sources), shape: target.shape.clone() };
        self.in_two_ways(
            fits,
            |this| this.compute(&nest, operation, &sources, ty, &target, false),
            |this| {
                let fresh = ArrayType::new(ty.dtype, ty.ndim, Layout::C);
                let computed = this.allocate(fresh, target.shape.clone());
                this.compute(&nest, operation, &sources, fresh, &computed, true);
                this.copy(&nest, (fresh, &computed), (ty, &target));
                this.drop_temporary(&Operand::Array(computed));
            },
        );
        self.drop_temporary(&operand);
        self.drop_sources(&sources);
    }

    /// Evaluates the operands: scalars are bound for the body, arrays are what it walks over.
    fn sources(&mut self, operation: &Elementwise) -> Vec<Source> {
        let mut sources = Vec::new();
        for (version, operand) in &operation.operands {
            let value = self.expr(operand);
            match operand.ty {
                Type::Array(ty) => sources.push(Source { version: *version, ty, operand: value }),
                _ => self.assign(*version, value),
            }
        }
        sources
    }

    fn drop_sources(&mut self, sources: &[Source]) {
        for source in sources {
            self.drop_temporary(&source.operand);
        }
    }

    /// The shape of the result, and whether all arrays have it: `None` where that is certain.
    fn broadcast(&mut self, ndim: usize, sources: &[Source]) -> (Vec<Value>, Option<Value>) {
        let mut shape = Vec::with_capacity(ndim);
        for axis in 0..ndim {
            let lengths: Vec<Value> = sources.iter().filter_map(|source| source.length(axis, ndim)).collect();
            let (first, others) = lengths.split_first().expect("some array has the dimensions of the result");
            let length = others.iter().fold(*first, |length, other| self.broadcast_length(length, *other));
            self.lengths.insert(length);
            shape.push(length);
        }
        let fits = self.all_have(&shape, sources);
        (shape, fits)
    }

    /// The length that two broadcast to.
    fn broadcast_length(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return a;
        }
        let code = &mut self.code;
        let is_same = code.compare(IntCompare::Eq, a, b);
        let [a_is_one, b_is_one] = [a, b].map(|length| code.compare_const(IntCompare::Eq, length, 1));
        let one_is_one = code.binary(BinaryOp::Or, a_is_one, b_is_one);
        let fits = code.binary(BinaryOp::Or, is_same, one_is_one);
        code.check(fits, ExceptionClass::ValueError, "operands could not be broadcast together");
        code.select(a_is_one, b, a)
    }

    /// Checks that arrays can be broadcast to the shape of one that exists; whether they have it, as in [`broadcast`](Self::broadcast).
    fn broadcast_into(&mut self, target: &ArrayOperand, sources: &[Source]) -> Option<Value> {
        let ndim = target.shape.len();
        for source in sources {
            for axis in 0..ndim {
                let Some(length) = source.length(axis, ndim).filter(|length| *length != target.shape[axis])
                else {
                    continue;
                };
                let code = &mut self.code;
                let is_same = code.compare(IntCompare::Eq, length, target.shape[axis]);
                let is_one = code.compare_const(IntCompare::Eq, length, 1);
                let fits = code.binary(BinaryOp::Or, is_same, is_one);
                let message = "could not broadcast input array into the shape of what is assigned";
                code.check(fits, ExceptionClass::ValueError, message);
            }
        }
        self.all_have(&target.shape, sources)
    }

    /// Whether the arrays have these lengths in all axes they have at all; `None` where that is certain.
    fn all_have(&mut self, shape: &[Value], sources: &[Source]) -> Option<Value> {
        let mut all = None;
        for source in sources {
            for (axis, wanted) in shape.iter().enumerate() {
                if let Some(length) = source.length(axis, shape.len()).filter(|length| length != wanted) {
                    let is_same = self.code.compare(IntCompare::Eq, length, *wanted);
                    all = Some(self.both(all, is_same));
                }
            }
        }
        all
    }

    /// `fits`, and none of the arrays overlaps the target but by being the same.
    fn without_overlap(
        &mut self,
        mut fits: Option<Value>,
        ty: ArrayType,
        target: &ArrayOperand,
        sources: &[Source],
    ) -> Option<Value> {
        let may_overlap: Vec<&Source> =
            sources.iter().filter(|source| self.may_be_one_memory(source.operand.array(), target)).collect();
        if may_overlap.is_empty() {
            return fits;
        }
        let written = self.extent(ty, target);
        for source in may_overlap {
            let array = source.operand.array().clone();
            let read = self.extent(source.ty, &array);
            let code = &mut self.code;
            let ends_before = code.compare(IntCompare::Ule, read[1], written[0]);
            let starts_behind = code.compare(IntCompare::Ule, written[1], read[0]);
            let mut is_safe = code.binary(BinaryOp::Or, ends_before, starts_behind);
            if array.shape.len() == target.shape.len()
                && source.ty.dtype.size_bytes() == ty.dtype.size_bytes()
            {
                let mut is_same = code.compare(IntCompare::Eq, array.data, target.data);
                for (a, b) in array.strides.iter().zip(&target.strides).filter(|(a, b)| a != b) {
                    let equal = code.compare(IntCompare::Eq, *a, *b);
                    is_same = code.binary(BinaryOp::And, is_same, equal);
                }
                is_safe = code.binary(BinaryOp::Or, is_safe, is_same);
            }
            fits = Some(self.both(fits, is_safe));
        }
        fits
    }

    /// Whether two arrays may lie in one block, as far as their regions tell.
    fn may_be_one_memory(&self, a: &ArrayOperand, b: &ArrayOperand) -> bool {
        let [a, b] = [a, b].map(|array| self.code.function.regions[array.region].kind);
        a.may_alias(b)
    }

    /// The addresses of the first byte of an array and of the one behind its last, whatever the signs of its strides.
    fn extent(&mut self, ty: ArrayType, array: &ArrayOperand) -> [Value; 2] {
        let zero = self.code.int64(0);
        let (mut low, mut high) = (array.data, array.data);
        for (length, stride) in array.shape.iter().zip(&array.strides) {
            let last = self.code.binary_const(BinaryOp::Iadd, *length, -1);
            let reach = self.code.scaled_index(last, *stride);
            let (below, above) = match self.code.known_int(*stride) {
                Some(0..) => (zero, reach),
                _ => (
                    self.code.binary(BinaryOp::Smin, reach, zero),
                    self.code.binary(BinaryOp::Smax, reach, zero),
                ),
            };
            if below != zero {
                low = self.code.add_bytes(low, below);
            }
            high = self.code.add_bytes(high, above);
        }
        let item_size = self.code.int64(i64::from(ty.dtype.size_bytes()));
        [low, self.code.add_bytes(high, item_size)]
    }

    fn both(&mut self, known: Option<Value>, other: Value) -> Value {
        known.map_or(other, |known| self.code.binary(BinaryOp::And, known, other))
    }

    /// The first where the condition holds, the second where it does not; only the first without a condition.
    fn in_two_ways(
        &mut self,
        condition: Option<Value>,
        first: impl FnOnce(&mut Self),
        second: impl FnOnce(&mut Self),
    ) {
        let Some(condition) = condition else { return first(self) };
        let [then, otherwise, end] = [(); 3].map(|()| self.code.new_block());
        self.code.branch(condition, then, otherwise);
        let holdings = self.code.holdings.clone();
        self.code.start(then);
        first(self);
        self.code.jump(end, Vec::new());
        self.code.holdings = holdings.clone();
        self.code.start(otherwise);
        second(self);
        self.code.jump(end, Vec::new());
        self.code.holdings = holdings;
        self.code.start(end);
    }

    /// The loop nest: `is_broadcast` says that lengths of 1 may stand for more.
    fn compute(
        &mut self,
        nest: &Nest,
        operation: &Elementwise,
        sources: &[Source],
        ty: ArrayType,
        target: &Rc<ArrayOperand>,
        is_broadcast: bool,
    ) {
        let mut walks: Vec<Walk> =
            sources.iter().map(|source| self.walk(source, &nest.shape, is_broadcast)).collect();
        walks.push(Walk { ty, array: target.clone(), strides: target.strides.clone() });
        let error_model = std::mem::replace(&mut self.error_model, ErrorModel::Numpy);
        self.nest(nest, &walks, &mut |this, addresses| {
            for ((source, walk), address) in sources.iter().zip(&walks).zip(addresses) {
                let element = this.code.load_number(walk.ty.dtype, *address, walk.array.region);
                this.assign(source.version, element);
            }
            let span = this.code.span();
            let result = this.expr(&operation.body);
            this.code.set_span(span);
            let address = *addresses.last().expect("the target is walked last");
            this.code.store_number(&result, address, target.region);
        });
        self.error_model = error_model;
    }

    /// Copies all elements to another array of the same shape and dtype.
    fn copy(
        &mut self,
        nest: &Nest,
        (from_ty, from): (ArrayType, &Rc<ArrayOperand>),
        (to_ty, to): (ArrayType, &Rc<ArrayOperand>),
    ) {
        let walk =
            |ty, array: &Rc<ArrayOperand>| Walk { ty, array: array.clone(), strides: array.strides.clone() };
        self.nest(nest, &[walk(from_ty, from), walk(to_ty, to)], &mut |this, addresses| {
            let element = this.code.load_number(from_ty.dtype, addresses[0], from.region);
            this.code.store_number(&element, addresses[1], to.region);
        });
    }

    /// How the nest walks over an array: with a stride of 0 along axes that it does not have, or has but with a length of 1.
    fn walk(&mut self, source: &Source, shape: &[Value], is_broadcast: bool) -> Walk {
        let array = source.operand.array().clone();
        let missing = shape.len() - array.shape.len();
        let zero = self.code.int64(0);
        let strides = (0..shape.len()).map(|axis| {
            let Some(own) = axis.checked_sub(missing) else { return zero };
            if !is_broadcast || array.shape[own] == shape[axis] {
                return array.strides[own];
            }
            let is_one = self.code.compare_const(IntCompare::Eq, array.shape[own], 1);
            self.code.select(is_one, zero, array.strides[own])
        });
        Walk { ty: source.ty, strides: strides.collect(), array }
    }

    /// Loops over all axes, the addresses of the elements moving along.
    fn nest(&mut self, nest: &Nest, walks: &[Walk], body: &mut dyn FnMut(&mut Self, &[Value])) {
        let start: Vec<Value> = walks.iter().map(|walk| walk.array.data).collect();
        self.nested_loop(&nest.axes, nest, walks, start, body);
    }

    fn nested_loop(
        &mut self,
        axes: &[usize],
        nest: &Nest,
        walks: &[Walk],
        addresses: Vec<Value>,
        body: &mut dyn FnMut(&mut Self, &[Value]),
    ) {
        let Some((axis, inner)) = axes.split_first() else { return body(self, &addresses) };
        let [head, inside, end] = [(); 3].map(|()| self.code.new_block());
        let position = self.code.add_parameter(head, MachineType::I64);
        let start = self.code.int64(0);
        self.code.jump(head, vec![start]);
        self.code.start(head);
        let goes_on = self.code.compare(IntCompare::Slt, position, nest.shape[*axis]);
        self.code.branch(goes_on, inside, end);
        self.code.start(inside);
        let moved: Vec<Value> = walks
            .iter()
            .zip(addresses)
            .map(|(walk, address)| match self.code.known_int(walk.strides[*axis]) {
                Some(0) => address,
                _ => {
                    let offset = self.code.scaled_index(position, walk.strides[*axis]);
                    self.code.add_bytes(address, offset)
                }
            })
            .collect();
        self.nested_loop(inner, nest, walks, moved, body);
        self.code.safepoint();
        let next = self.code.binary_const(BinaryOp::Iadd, position, 1);
        self.code.jump(head, vec![next]);
        self.code.start(end);
    }
}

impl Source {
    /// Its length along an axis of a result with so many dimensions, if it has that axis.
    fn length(&self, axis: usize, ndim: usize) -> Option<Value> {
        let shape = &self.operand.array().shape;
        axis.checked_sub(ndim - shape.len()).map(|axis| shape[axis])
    }
}

/// The axes from the outermost loop to the innermost: as the elements lie in memory, where arrays agree on that.
fn loop_order(target: ArrayType, sources: &[Source]) -> Vec<usize> {
    let ndim = usize::from(target.ndim);
    let mut layouts = sources
        .iter()
        .filter(|source| source.ty.ndim > 1)
        .map(|source| source.ty.layout)
        .chain([target.layout]);
    let is_fortran = ndim > 1
        && layouts.clone().any(|layout| layout == Layout::F)
        && layouts.all(|layout| layout != Layout::C);
    if is_fortran { (0..ndim).rev().collect() } else { (0..ndim).collect() }
}
