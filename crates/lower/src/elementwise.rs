//! One computation for all elements of arrays: a loop nest without temporaries.
//!
//! ```text
//! fits?   all shapes are that of the result, and what is written overlaps nothing that is read
//! yes:    for i, for j:  store body(load a[i, j], load b[i, j])
//! no:     the same into the new array over strides of 0 where a length is 1; or, into an array that exists, into a new one that is then copied
//! ```
//!
//! What is known when the loops are built, as for one array and a new result, has no second nest. Indices are checked before the loops. A body that may
//! raise, for a power, writes nothing to an array that exists before all of it is computed.

use crate::lowering::Lowering;
use crate::shape::{Certainty, Message, along};
use crate::values::{ArrayOperand, Lifetime, Operand, array_type};
use hotloop_abi::ExceptionClass;
use hotloop_hir::{BinaryOp as HirBinary, Elementwise, ErrorModel, Expr, ExprKind, ParallelPart, Version};
use hotloop_mir::{BinaryOp, IntCompare, MachineType, Value};
use hotloop_types::{ArrayType, Dtype, Layout, Type};
use std::rc::Rc;

/// The evaluated operands of a computation.
pub(crate) struct Sources {
    /// What is walked over.
    pub(crate) elements: Vec<Source>,
    /// Arrays that the body reads at places of its own.
    pub(crate) wholes: Vec<(Version, ArrayType, Operand)>,
}

/// Something whose elements the body reads.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) version: Version,
    kind: SourceKind,
}

#[derive(Clone)]
enum SourceKind {
    Array(ArrayType, Operand),
    /// The numbers along the first of so many axes.
    Positions(Value, usize),
}

/// Something as a loop nest walks it: where it starts, and one stride for each axis of the nest.
#[derive(Clone)]
pub(crate) struct Walk {
    pub(crate) start: Value,
    pub(crate) strides: Vec<Value>,
    /// The type and region of an array; absent where the walk itself is the number.
    pub(crate) array: Option<(ArrayType, Rc<ArrayOperand>)>,
}

/// Axes and lengths, the outermost loop first.
pub(crate) struct Nest {
    pub(crate) axes: Vec<usize>,
    pub(crate) shape: Vec<Value>,
}

/// What gives a value for each position of a nest.
pub(crate) struct Producer<'e> {
    pub(crate) walks: Vec<Walk>,
    /// The versions that stand for what is walked over, and what is computed of them; without it the only element itself.
    body: Option<(Vec<Version>, &'e Expr)>,
}

/// The body of a nest: what it does with the addresses of the walks, and what it carries to the next iteration.
pub(crate) type Body<'b, 'l> = dyn FnMut(&mut Lowering<'l>, &[Value], Vec<Value>) -> Vec<Value> + 'b;

impl Nest {
    /// All axes in C order.
    pub(crate) fn in_order(shape: Vec<Value>) -> Self {
        Self { axes: (0..shape.len()).collect(), shape }
    }
}

impl<'l> Lowering<'l> {
    /// A new array with the results.
    pub(crate) fn elementwise(&mut self, expr: &Expr, operation: &Elementwise) -> Operand {
        let sources = self.sources(&operation.operands);
        self.code.set_span(expr.span);
        let ty = array_type(&expr.ty);
        let shape = self.shape_of(&operation.broadcast, &sources);
        self.check_reads(&operation.body, &sources);
        let fits = self.all_have(&shape, &sources);
        let target = self.allocate(ty, shape.clone());
        let nest = Nest { axes: loop_order(ty, &sources), shape };
        self.in_two_ways(
            fits,
            |this| this.compute(&nest, operation, &sources, (ty, &target), false),
            |this| this.compute(&nest, operation, &sources, (ty, &target), true),
        );
        self.drop_sources(&sources);
        Operand::Array(target)
    }

    /// Writes the results to the elements of an array, where the mask is true.
    pub(crate) fn store_elements(
        &mut self,
        array: &Expr,
        operation: &Elementwise,
        mask: Option<&Elementwise>,
    ) {
        let statement_span = self.code.span();
        let sources = self.sources(&operation.operands);
        let operand = self.expr(array);
        let is_in_place = operation.operands.iter().any(|(_, operand)| operand.kind == array.kind);
        let part = if is_in_place { ParallelPart::InplaceBinop } else { ParallelPart::Setitem };
        let outer_part = std::mem::replace(&mut self.part, part);
        let masking = mask.map(|mask| (mask, self.sources(&mask.operands)));
        self.code.set_span(statement_span);
        let (ty, target) = (array_type(&array.ty), operand.array().clone());
        let mut fits = self.broadcast_into(&target.shape, operation, &sources);
        fits = self.without_overlap(fits, (ty, &target), &sources, true);
        if self.may_raise(&operation.body) {
            fits = Certainty::Never;
        }
        let mut mask_shape = Vec::new();
        if let Some((mask, sources)) = &masking {
            mask_shape = self.mask_shape(mask, sources, &target.shape, 0);
            let is_plain = self.all_have(&mask_shape, sources);
            fits = self.both(fits, is_plain);
            let is_whole = mask_shape.len() == target.shape.len();
            fits = self.without_overlap(fits, (ty, &target), sources, is_whole);
            if self.may_raise(&mask.body) {
                fits = Certainty::Never;
            }
        }
        let nest = Nest { axes: loop_order(ty, &sources), shape: target.shape.clone() };
        self.in_two_ways(
            fits,
            |this| {
                let value = this.producer(operation, &sources, &nest.shape, false);
                let mask = masking.as_ref().map(|(mask, sources)| {
                    this.leading_producer(mask, sources, &mask_shape, nest.shape.len(), false)
                });
                this.write(&nest, &value, mask.as_ref(), (ty, &target));
            },
            |this| {
                let kept_mask = masking.as_ref().map(|(mask, sources)| {
                    let ty = ArrayType::new(Dtype::Bool, mask_shape.len() as u8, Layout::C);
                    let array = this.allocate(ty, mask_shape.clone());
                    let nest = Nest::in_order(mask_shape.clone());
                    this.compute(&nest, mask, sources, (ty, &array), true);
                    (ty, array)
                });
                let mask = kept_mask.as_ref().map(|(ty, array)| {
                    let mut mask = Producer::of_array(*ty, array);
                    this.lengthen(&mut mask.walks, nest.shape.len());
                    mask
                });
                let fresh = ArrayType::new(ty.dtype, ty.ndim, Layout::C);
                let computed = this.allocate(fresh, target.shape.clone());
                let value = this.producer(operation, &sources, &nest.shape, true);
                this.write(&nest, &value, mask.as_ref(), (fresh, &computed));
                this.write(&nest, &Producer::of_array(fresh, &computed), mask.as_ref(), (ty, &target));
                this.drop_temporary(&Operand::Array(computed));
                if let Some((_, array)) = kept_mask {
                    this.drop_temporary(&Operand::Array(array));
                }
            },
        );
        self.part = outer_part;
        if let Some((_, sources)) = &masking {
            self.drop_sources(sources);
        }
        self.drop_temporary(&operand);
        self.drop_sources(&sources);
    }

    /// Evaluates operands: scalars and whole arrays are bound for the body, other arrays are what it walks over.
    pub(crate) fn sources(&mut self, operands: &[(Version, Expr)]) -> Sources {
        let mut sources = Sources { elements: Vec::new(), wholes: Vec::new() };
        for (version, operand) in operands {
            if let ExprKind::Positions { length, axes } = &operand.kind {
                let kind = SourceKind::Positions(self.scalar(length), usize::from(*axes));
                sources.elements.push(Source { version: *version, kind });
                continue;
            }
            let value = self.expr(operand);
            match (&operand.ty, self.version_type(*version)) {
                (Type::Array(ty), Type::Array(_)) => {
                    self.assign(*version, value.with_lifetime(Lifetime::Borrowed));
                    sources.wholes.push((*version, *ty, value));
                }
                (Type::Array(ty), _) => {
                    let kind = SourceKind::Array(*ty, value);
                    sources.elements.push(Source { version: *version, kind });
                }
                _ => self.assign(*version, value),
            }
        }
        sources
    }

    pub(crate) fn drop_sources(&mut self, sources: &Sources) {
        for (_, operand) in sources.arrays() {
            self.drop_temporary(operand);
        }
    }

    /// The shape of what is walked over.
    pub(crate) fn source_shape(&mut self, source: &Source) -> Vec<Value> {
        match &source.kind {
            SourceKind::Array(_, operand) => operand.array().shape.clone(),
            SourceKind::Positions(length, axes) => {
                let one = self.code.int64(1);
                std::iter::once(*length).chain(std::iter::repeat_n(one, axes - 1)).collect()
            }
        }
    }

    /// Checks that a computation can be broadcast to a shape that exists; whether all its operands have it.
    fn broadcast_into(&mut self, target: &[Value], operation: &Elementwise, sources: &Sources) -> Certainty {
        let shape = self.shape_of(&operation.broadcast, sources);
        self.check_reads(&operation.body, sources);
        if let Certainty::If(fits) = self.fits_into(&shape, target) {
            let text = "could not broadcast input array";
            let message = self.with_shape(Message::new(text).text(" from shape "), &shape);
            let message = self.with_shape(message.text(" into shape "), target);
            self.check_shape(fits, ExceptionClass::ValueError, message, text);
        }
        self.all_have(target, sources)
    }

    /// Whether all operands have these lengths in all axes they have at all, but for those that are known to be broadcast.
    pub(crate) fn all_have(&mut self, shape: &[Value], sources: &Sources) -> Certainty {
        let mut all = Certainty::Always;
        for source in &sources.elements {
            let own = self.source_shape(source);
            for (axis, wanted) in shape.iter().enumerate() {
                let Some(length) = along(&own, axis, shape.len()).filter(|length| length != wanted) else {
                    continue;
                };
                if self.code.known_int(length) == Some(1) && self.is_still(source, axis, shape.len()) {
                    continue;
                }
                let is_same = self.code.compare(IntCompare::Eq, length, *wanted);
                all = self.both(all, Certainty::If(is_same));
            }
        }
        all
    }

    /// Whether walking along an axis is known to stay at one element.
    fn is_still(&self, source: &Source, axis: usize, ndim: usize) -> bool {
        match &source.kind {
            SourceKind::Array(_, operand) => {
                let stride = along(&operand.array().strides, axis, ndim);
                stride.is_none_or(|stride| self.code.known_int(stride) == Some(0))
            }
            SourceKind::Positions(_, axes) => axis != ndim - axes,
        }
    }

    /// `fits`, and nothing that is read overlaps the target, but, where both are walked in the same way, by being the same.
    pub(crate) fn without_overlap(
        &mut self,
        mut fits: Certainty,
        (ty, target): (ArrayType, &Rc<ArrayOperand>),
        sources: &Sources,
        in_step: bool,
    ) -> Certainty {
        let may_overlap: Vec<(ArrayType, Rc<ArrayOperand>, bool)> = sources
            .arrays()
            .enumerate()
            .filter(|(_, (_, operand))| self.may_be_one_memory(operand.array(), target))
            .map(|(number, (ty, operand))| {
                (ty, operand.array().clone(), in_step && number >= sources.wholes.len())
            })
            .collect();
        if may_overlap.is_empty() {
            return fits;
        }
        let written = self.extent(ty, target);
        for (source_ty, array, in_step) in may_overlap {
            let read = self.extent(source_ty, &array);
            let code = &mut self.code;
            let ends_before = code.compare(IntCompare::Ule, read[1], written[0]);
            let starts_behind = code.compare(IntCompare::Ule, written[1], read[0]);
            let mut is_safe = code.binary(BinaryOp::Or, ends_before, starts_behind);
            if in_step
                && array.shape.len() == target.shape.len()
                && source_ty.dtype.size_bytes() == ty.dtype.size_bytes()
            {
                let mut is_same = code.compare(IntCompare::Eq, array.data, target.data);
                for (a, b) in array.strides.iter().zip(&target.strides).filter(|(a, b)| a != b) {
                    let equal = code.compare(IntCompare::Eq, *a, *b);
                    is_same = code.binary(BinaryOp::And, is_same, equal);
                }
                is_safe = code.binary(BinaryOp::Or, is_safe, is_same);
            }
            fits = self.both(fits, Certainty::If(is_safe));
        }
        fits
    }

    /// Whether two arrays may lie in one block, as far as their regions tell.
    pub(crate) fn may_be_one_memory(&self, a: &ArrayOperand, b: &ArrayOperand) -> bool {
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

    /// Checks the indices by which a body reads whole arrays, all of them before the first element is computed.
    pub(crate) fn check_reads(&mut self, body: &Expr, sources: &Sources) {
        body.for_each_operand(&mut |part| self.check_reads(part, sources));
        let ExprKind::Element { array, indices } = &body.kind else { return };
        let ExprKind::Version(version) = array.kind else { return };
        let whole = sources.wholes.iter().find(|(whole, ..)| *whole == version);
        let Some((_, _, operand)) = whole else { return };
        let mut versions = Vec::with_capacity(indices.len());
        for index in indices {
            let ExprKind::Version(index) = index.kind else { return };
            versions.push(index);
        }
        let operand = operand.array().clone();
        self.check_places(&versions, sources, &operand);
        self.checked.insert(version);
    }

    /// Whether the indices of an array have been checked.
    pub(crate) fn is_checked(&self, array: &Expr) -> bool {
        matches!(array.kind, ExprKind::Version(version) if self.checked.contains(version))
    }

    /// Whether evaluating the body of a computation may raise.
    pub(crate) fn may_raise(&self, body: &Expr) -> bool {
        let mut found = match &body.kind {
            ExprKind::Element { array, .. } => self.source.options.boundscheck && !self.is_checked(array),
            ExprKind::Binary { op: HirBinary::Pow, right, .. } => {
                body.ty.as_scalar().is_some_and(Dtype::is_integral)
                    && !matches!(right.kind, ExprKind::Constant(_))
            }
            _ => false,
        };
        body.for_each_operand(&mut |part| found = found || self.may_raise(part));
        found
    }

    /// The first where the condition holds, the second where it does not.
    pub(crate) fn in_two_ways(
        &mut self,
        condition: Certainty,
        first: impl FnOnce(&mut Self),
        second: impl FnOnce(&mut Self),
    ) {
        let condition = match condition {
            Certainty::Always => return first(self),
            Certainty::Never => return second(self),
            Certainty::If(condition) => condition,
        };
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
    pub(crate) fn compute(
        &mut self,
        nest: &Nest,
        operation: &Elementwise,
        sources: &Sources,
        target: (ArrayType, &Rc<ArrayOperand>),
        is_broadcast: bool,
    ) {
        let value = self.producer(operation, sources, &nest.shape, is_broadcast);
        self.write(nest, &value, None, target);
    }

    /// Writes a value to each element of an array, where the mask gives true.
    pub(crate) fn write(
        &mut self,
        nest: &Nest,
        value: &Producer<'_>,
        mask: Option<&Producer<'_>>,
        (ty, target): (ArrayType, &Rc<ArrayOperand>),
    ) {
        let masks = mask.map_or(&[][..], |mask| &mask.walks);
        let to = Walk::of_array(ty, target);
        let walks: Vec<Walk> = masks.iter().chain(&value.walks).chain([&to]).cloned().collect();
        self.each_position(nest, &walks, &mut |this, at| {
            let (masked, at) = at.split_at(masks.len());
            let (address, values) = at.split_last().expect("the target is walked last");
            let mut store = |this: &mut Self| {
                let result = this.produced(value, values);
                this.code.store_number(&result, *address, target.region);
            };
            match mask {
                None => store(this),
                Some(mask) => {
                    let is_chosen = this.produced(mask, masked).scalar();
                    this.on_condition(is_chosen, &mut store);
                }
            }
        });
    }

    /// Writes a number to all elements of a new array.
    pub(crate) fn fill_in_any_order(&mut self, ty: ArrayType, target: &Rc<ArrayOperand>, value: &Operand) {
        let sources = Sources { elements: Vec::new(), wholes: Vec::new() };
        let nest = Nest { axes: loop_order(ty, &sources), shape: target.shape.clone() };
        let to = Walk::of_array(ty, target);
        self.each_position(&nest, &[to], &mut |this, at| {
            this.code.store_number(value, at[0], target.region);
        });
    }

    /// Does something where a condition holds.
    fn on_condition(&mut self, condition: Value, work: &mut dyn FnMut(&mut Self)) {
        let [inside, end] = [(); 2].map(|()| self.code.new_block());
        self.code.branch(condition, inside, end);
        self.code.start(inside);
        work(self);
        self.code.jump(end, Vec::new());
        self.code.start(end);
    }

    /// A computation as what a nest of that shape runs.
    pub(crate) fn producer<'e>(
        &mut self,
        operation: &'e Elementwise,
        sources: &Sources,
        shape: &[Value],
        is_broadcast: bool,
    ) -> Producer<'e> {
        let walks = sources.elements.iter().map(|source| self.walk(source, shape, is_broadcast)).collect();
        let versions = sources.elements.iter().map(|source| source.version).collect();
        Producer { walks, body: Some((versions, &operation.body)) }
    }

    /// A computation over the first axes of a nest of so many.
    pub(crate) fn leading_producer<'e>(
        &mut self,
        operation: &'e Elementwise,
        sources: &Sources,
        shape: &[Value],
        ndim: usize,
        is_broadcast: bool,
    ) -> Producer<'e> {
        let mut producer = self.producer(operation, sources, shape, is_broadcast);
        self.lengthen(&mut producer.walks, ndim);
        producer
    }

    /// Makes walks stay where they are along axes behind their own.
    pub(crate) fn lengthen(&mut self, walks: &mut [Walk], ndim: usize) {
        let still = self.code.int64(0);
        walks.iter_mut().for_each(|walk| walk.strides.resize(ndim, still));
    }

    /// The value at a position.
    pub(crate) fn produced(&mut self, producer: &Producer<'_>, at: &[Value]) -> Operand {
        let mut elements: Vec<Operand> = (producer.walks.iter().zip(at))
            .map(|(walk, at)| match &walk.array {
                Some((ty, array)) => self.code.load_number(ty.dtype, *at, array.region),
                None => Operand::Scalar(*at),
            })
            .collect();
        let Some((versions, body)) = &producer.body else {
            return elements.pop().expect("an array is walked over");
        };
        for (version, element) in versions.iter().zip(elements) {
            self.assign(*version, element);
        }
        self.as_elements(body)
    }

    /// The value of an expression of elements, whose divisions by zero raise nothing.
    pub(crate) fn as_elements(&mut self, body: &Expr) -> Operand {
        let error_model = std::mem::replace(&mut self.error_model, ErrorModel::Numpy);
        let span = self.code.span();
        let result = self.expr(body);
        self.code.set_span(span);
        self.error_model = error_model;
        result
    }

    /// How the nest walks over a source: with a stride of 0 along axes that it does not have, or has but with a length of 1.
    pub(crate) fn walk(&mut self, source: &Source, shape: &[Value], is_broadcast: bool) -> Walk {
        let zero = self.code.int64(0);
        let (start, strides, array) = match &source.kind {
            SourceKind::Array(ty, operand) => {
                let array = operand.array();
                (array.data, array.strides.clone(), Some((*ty, array.clone())))
            }
            SourceKind::Positions(_, axes) => {
                let mut strides = vec![zero; *axes];
                strides[0] = self.code.int64(1);
                (zero, strides, None)
            }
        };
        let own = self.source_shape(source);
        let strides = (0..shape.len()).map(|axis| {
            let Some(stride) = along(&strides, axis, shape.len()) else { return zero };
            let length = along(&own, axis, shape.len()).expect("it has the axis");
            if !is_broadcast || length == shape[axis] || self.code.known_int(stride) == Some(0) {
                return stride;
            }
            let is_one = self.code.compare_const(IntCompare::Eq, length, 1);
            self.code.select(is_one, zero, stride)
        });
        Walk { start, strides: strides.collect(), array }
    }

    /// Loops over all axes, in any order: where the function runs in parallel, along the outermost axis at once.
    fn each_position(&mut self, nest: &Nest, walks: &[Walk], body: &mut dyn FnMut(&mut Self, &[Value])) {
        let mut body = |this: &mut Self, at: &[Value], carried: Vec<Value>| {
            body(this, at);
            carried
        };
        match nest.axes.split_first() {
            Some((axis, inner)) if self.shares_work() => {
                self.parallel_each(nest.shape[*axis], |this, position| {
                    let at = this.walked(walks, walks.iter().map(|walk| walk.start), position, *axis);
                    this.nested_loop(inner, nest, walks, at, Vec::new(), &mut body);
                });
            }
            Some(_) | None => {
                self.nest(nest, walks, Vec::new(), &mut body);
            }
        }
    }

    /// Loops over all axes, the walks moving along. What the body gives is carried to its next run; what the last one gave is the result.
    pub(crate) fn nest(
        &mut self,
        nest: &Nest,
        walks: &[Walk],
        carried: Vec<Value>,
        body: &mut Body<'_, 'l>,
    ) -> Vec<Value> {
        let start: Vec<Value> = walks.iter().map(|walk| walk.start).collect();
        self.nested_loop(&nest.axes, nest, walks, start, carried, body)
    }

    fn nested_loop(
        &mut self,
        axes: &[usize],
        nest: &Nest,
        walks: &[Walk],
        at: Vec<Value>,
        carried: Vec<Value>,
        body: &mut Body<'_, 'l>,
    ) -> Vec<Value> {
        let Some((axis, inner)) = axes.split_first() else { return body(self, &at, carried) };
        let [head, inside, end] = [(); 3].map(|()| self.code.new_block());
        let position = self.code.add_parameter(head, MachineType::I64);
        let at_head: Vec<Value> = carried
            .iter()
            .map(|value| {
                let ty = self.code.ty(*value);
                self.code.add_parameter(head, ty)
            })
            .collect();
        let start = self.code.int64(0);
        self.code.jump(head, std::iter::once(start).chain(carried).collect());
        self.code.start(head);
        let goes_on = self.code.compare(IntCompare::Slt, position, nest.shape[*axis]);
        self.code.branch(goes_on, inside, end);
        self.code.start(inside);
        let moved = self.walked(walks, at.into_iter(), position, *axis);
        let carried = self.nested_loop(inner, nest, walks, moved, at_head.clone(), body);
        self.code.safepoint();
        let next = self.code.binary_const(BinaryOp::Iadd, position, 1);
        self.code.jump(head, std::iter::once(next).chain(carried).collect());
        self.code.start(end);
        at_head
    }

    /// Where the walks are at a position along an axis, from where they stand at its start.
    fn walked(
        &mut self,
        walks: &[Walk],
        at: impl Iterator<Item = Value>,
        position: Value,
        axis: usize,
    ) -> Vec<Value> {
        walks
            .iter()
            .zip(at)
            .map(|(walk, at)| self.moved_along(walk, at, position, walk.strides[axis]))
            .collect()
    }

    fn moved_along(&mut self, walk: &Walk, at: Value, position: Value, stride: Value) -> Value {
        if self.code.known_int(stride) == Some(0) {
            return at;
        }
        let offset = self.code.scaled_index(position, stride);
        match walk.array {
            Some(_) => self.code.add_bytes(at, offset),
            None if self.code.known_int(at) == Some(0) => offset,
            None => self.code.binary(BinaryOp::Iadd, at, offset),
        }
    }
}

impl Producer<'_> {
    /// The elements of an array of the nest's shape.
    pub(crate) fn of_array(ty: ArrayType, array: &Rc<ArrayOperand>) -> Self {
        Self { walks: vec![Walk::of_array(ty, array)], body: None }
    }
}

impl Walk {
    /// Over an array of the nest's shape.
    pub(crate) fn of_array(ty: ArrayType, array: &Rc<ArrayOperand>) -> Self {
        Self { start: array.data, strides: array.strides.clone(), array: Some((ty, array.clone())) }
    }
}

impl Sources {
    /// All arrays that are read, whole ones first.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = (ArrayType, &Operand)> {
        let walked = self.elements.iter().filter_map(|source| match &source.kind {
            SourceKind::Array(ty, operand) => Some((*ty, operand)),
            SourceKind::Positions(..) => None,
        });
        self.wholes.iter().map(|(_, ty, operand)| (*ty, operand)).chain(walked)
    }
}

impl Source {
    /// The array that is walked over.
    pub(crate) fn array(&self) -> Option<(ArrayType, &Operand)> {
        match &self.kind {
            SourceKind::Array(ty, operand) => Some((*ty, operand)),
            SourceKind::Positions(..) => None,
        }
    }

    /// The same source over another array.
    pub(crate) fn over(&self, ty: ArrayType, array: Operand) -> Self {
        Self { version: self.version, kind: SourceKind::Array(ty, array) }
    }
}

/// The axes from the outermost loop to the innermost: as the elements lie in memory, where arrays agree on that.
fn loop_order(target: ArrayType, sources: &Sources) -> Vec<usize> {
    let ndim = usize::from(target.ndim);
    let mut layouts = sources
        .elements
        .iter()
        .filter_map(Source::array)
        .filter(|(ty, _)| ty.ndim > 1)
        .map(|(ty, _)| ty.layout)
        .chain([target.layout]);
    let is_fortran = ndim > 1
        && layouts.clone().any(|layout| layout == Layout::F)
        && layouts.all(|layout| layout != Layout::C);
    if is_fortran { (0..ndim).rev().collect() } else { (0..ndim).collect() }
}
