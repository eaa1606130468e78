//! Expressions.

use crate::complex::is_complex;
use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::speculation::{MAX_COST_OF_CONDITION, MAX_COST_OF_SELECT, cost};
use crate::values::{Lifetime, Operand, flat_types, machine_type, scalar_dtype};
use hotloop_hir::{Constant, Expr, ExprKind, Stmt, UnaryOp, Version};
use hotloop_mir as mir;
use hotloop_mir::{BinaryOp, Block, ExceptionClass, IntCompare, Value};
use hotloop_types::Type;

impl Lowering<'_> {
    /// The value of an expression that is a number or truth value.
    pub(crate) fn scalar(&mut self, expr: &Expr) -> Value {
        self.expr(expr).scalar()
    }

    /// The values of expressions, from left to right.
    pub(crate) fn exprs(&mut self, exprs: &[Expr]) -> Vec<Operand> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// The value of an expression.
    pub(crate) fn expr(&mut self, expr: &Expr) -> Operand {
        self.code.set_span(expr.span);
        match &expr.kind {
            ExprKind::Constant(constant) => self.constant(*constant, expr),
            ExprKind::Version(version) => self.read_version(*version),
            ExprKind::Unary(op, value) => self.unary(expr, *op, value),
            ExprKind::Binary { op, left, right } if is_complex(&expr.ty) => {
                self.complex_binary(expr, *op, left, right)
            }
            ExprKind::Binary { op, left, right } => Operand::Scalar(self.binary(expr, *op, left, right)),
            ExprKind::Compare { op, left, right } if is_complex(&left.ty) => {
                Operand::Scalar(self.complex_compare(expr, *op, left, right))
            }
            ExprKind::Compare { op, left, right } => Operand::Scalar(self.compare(expr, *op, left, right)),
            ExprKind::And(left, right) => Operand::Scalar(self.logical(expr, left, right, true)),
            ExprKind::Or(left, right) => Operand::Scalar(self.logical(expr, left, right, false)),
            ExprKind::Conditional { condition, then, otherwise } => {
                self.conditional(expr, condition, then, otherwise)
            }
            ExprKind::Let { target, value, body } => self.let_in(*target, value, body),
            ExprKind::Block { statements, value } => self.block_in(statements, value),
            ExprKind::Assign { target, value } => {
                let operand = self.expr(value);
                let operand = self.keep(&operand, Holder::Version(*target));
                self.assign(*target, operand.clone());
                operand
            }
            ExprKind::IsNone(value) => {
                let operand = self.expr(value);
                self.code.set_span(expr.span);
                let is_none = self.code.unary(mir::UnaryOp::Inot, operand.optional().0);
                self.drop_temporary(&operand);
                Operand::Scalar(is_none)
            }
            ExprKind::Unwrap(value) => {
                let operand = self.expr(value);
                self.code.set_span(expr.span);
                let (is_present, value) = operand.optional();
                let message = format!("expected {}, got None", by_numbas_name(&expr.ty));
                self.code.check(is_present, ExceptionClass::TypeError, &message);
                value.clone()
            }
            ExprKind::Range { start, stop, step } => {
                let range = self.range_values([start, stop, step]);
                Operand::tuple(range.parts().map(Operand::Scalar))
            }
            ExprKind::RangeLength(range) => {
                let range = self.expr(range);
                self.code.set_span(expr.span);
                let range = self.range_of(&range);
                Operand::Scalar(self.trip_count(&range))
            }
            ExprKind::RangeElement { range, index } => {
                let range = self.expr(range);
                let index = self.scalar(index);
                self.code.set_span(expr.span);
                let range = self.range_of(&range);
                let count = self.trip_count(&range);
                let position = self.checked_position(index, count, "range object index out of range");
                Operand::Scalar(self.value_at(&range, position))
            }
            ExprKind::Convert(value) => {
                let operand = self.expr(value);
                self.code.set_span(expr.span);
                self.converted(&operand, &value.ty, &expr.ty)
            }
            ExprKind::Tuple(items) => Operand::tuple(self.exprs(items)),
            ExprKind::TupleItem(tuple, position) => self.tuple_item(tuple, *position),
            ExprKind::TupleElement { tuple, index } => self.tuple_element(expr, tuple, index),
            ExprKind::ConstantArray(array) => self.constant_array(expr, array),
            ExprKind::Element { array, indices } => self.element(expr, array, indices),
            ExprKind::View { array, axes } => self.view(expr, array, axes),
            ExprKind::Rearranged { array, how } => self.rearranged(expr, array, how),
            ExprKind::Elementwise(operation) => self.elementwise(expr, operation),
            ExprKind::AsElements(value) => self.as_elements(value),
            ExprKind::Positions { .. } => panic!("HIR: positions are an operand of elements"),
            ExprKind::Selected { array, mask } => self.selected(expr, array, mask),
            ExprKind::TruePositions { lengths, first_axis, mask } => {
                self.true_positions(expr, lengths, *first_axis, mask)
            }
            ExprKind::ArrayAttribute(array, attribute) => self.array_attribute(expr, array, *attribute),
            ExprKind::Intrinsic { intrinsic, arguments } => self.intrinsic(expr, *intrinsic, arguments),
            ExprKind::Random { stream, draw, arguments } => self.random(expr, *stream, *draw, arguments),
            ExprKind::Generator { request, arguments } => self.of_generator(expr, *request, arguments),
            ExprKind::Call { callee, arguments } => self.call(expr, *callee, arguments),
            ExprKind::Resume { callee, generator, condition } => {
                self.resume(expr, *callee, generator, condition.as_deref())
            }
            ExprKind::NewArray { fill, shape } => self.new_array(expr, fill, shape),
            ExprKind::Object(object) => self.object(expr, object),
        }
    }

    fn constant(&mut self, constant: Constant, expr: &Expr) -> Operand {
        let ty = || machine_type(scalar_dtype(&expr.ty));
        Operand::Scalar(match constant {
            Constant::Bool(value) => self.code.boolean(value),
            Constant::Int(value) => self.code.int(ty(), value),
            Constant::Float(value) => self.code.float(ty(), value),
            Constant::Complex(real, imag) => return self.code.complex_constant(ty(), real, imag),
            Constant::None | Constant::Dtype => return Operand::Nothing,
        })
    }

    fn unary(&mut self, expr: &Expr, op: UnaryOp, value: &Expr) -> Operand {
        let value = self.expr(value);
        self.code.set_span(expr.span);
        if let Operand::Complex(parts) = value {
            return self.complex_unary(op, parts);
        }
        let value = value.scalar();
        let op = match op {
            UnaryOp::Neg if self.code.ty(value).is_float() => mir::UnaryOp::Fneg,
            UnaryOp::Neg => mir::UnaryOp::Ineg,
            UnaryOp::Invert | UnaryOp::Not => mir::UnaryOp::Inot,
        };
        Operand::Scalar(self.code.unary(op, value))
    }

    /// `and`, `or`. Where the right side is cheap and harmless it is computed in any case.
    fn logical(&mut self, expr: &Expr, left: &Expr, right: &Expr, is_and: bool) -> Value {
        let op = if is_and { BinaryOp::And } else { BinaryOp::Or };
        let left = self.scalar(left);
        if cost(self.source, right).is_some_and(|cost| cost <= MAX_COST_OF_CONDITION) {
            let right = self.scalar(right);
            self.code.set_span(expr.span);
            return self.code.binary(op, left, right);
        }
        let (more, end) = (self.code.new_block(), self.code.new_block());
        let result = self.code.add_parameter(end, mir::MachineType::I1);
        if is_and {
            self.code.branch_with(left, more, Vec::new(), end, vec![left]);
        } else {
            self.code.branch_with(left, end, vec![left], more, Vec::new());
        }
        self.code.start(more);
        let right = self.scalar(right);
        self.code.set_span(expr.span);
        self.code.jump(end, vec![right]);
        self.code.start(end);
        result
    }

    /// Goes to one of two blocks by a condition, without making a value of it where it is made of `and`, `or`, `not`.
    pub(crate) fn branch_on(&mut self, condition: &Expr, then: Block, otherwise: Block) {
        match &condition.kind {
            ExprKind::Unary(UnaryOp::Not, value) => self.branch_on(value, otherwise, then),
            ExprKind::And(left, right) if self.is_costly(right) => {
                let more = self.code.new_block();
                self.branch_on(left, more, otherwise);
                self.code.start(more);
                self.branch_on(right, then, otherwise);
            }
            ExprKind::Or(left, right) if self.is_costly(right) => {
                let more = self.code.new_block();
                self.branch_on(left, then, more);
                self.code.start(more);
                self.branch_on(right, then, otherwise);
            }
            _ => {
                let value = self.scalar(condition);
                self.code.set_span(condition.span);
                self.code.branch(value, then, otherwise);
            }
        }
    }

    fn is_costly(&self, condition: &Expr) -> bool {
        cost(self.source, condition).is_none_or(|cost| cost > MAX_COST_OF_CONDITION)
    }

    fn conditional(&mut self, expr: &Expr, condition: &Expr, then: &Expr, otherwise: &Expr) -> Operand {
        let both = cost(self.source, then).zip(cost(self.source, otherwise));
        if both.is_some_and(|(then, otherwise)| then + otherwise <= MAX_COST_OF_SELECT) {
            let condition = self.scalar(condition);
            let (then, otherwise) = (self.expr(then), self.expr(otherwise));
            self.code.set_span(expr.span);
            return self.code.select_number(condition, &then, &otherwise);
        }
        let (then_block, otherwise_block) = (self.code.new_block(), self.code.new_block());
        self.branch_on(condition, then_block, otherwise_block);
        let holdings = self.code.holdings.clone();
        self.code.start(then_block);
        let then = self.expr(then);
        let then_end = self.code.point();
        self.code.holdings = holdings.clone();
        self.code.start(otherwise_block);
        let otherwise = self.expr(otherwise);
        self.code.set_span(expr.span);

        let end = self.code.new_block();
        let is_borrowed = then.is_kept_by_caller() && otherwise.is_kept_by_caller();
        self.leave_arm(&otherwise, is_borrowed, end);
        self.code.resume(then_end);
        self.leave_arm(&then, is_borrowed, end);
        let mut types = Vec::new();
        flat_types(&expr.ty, &mut types);
        let values: Vec<Value> = types.into_iter().map(|ty| self.code.add_parameter(end, ty)).collect();
        self.code.holdings = holdings;
        self.code.start(end);
        if is_borrowed {
            return self.code.unflatten(&expr.ty, &mut values.into_iter(), Lifetime::Caller);
        }
        self.temporary(&expr.ty, values)
    }

    /// From the end of an arm to where both meet: each array goes with a reference, unless the caller keeps all of them.
    fn leave_arm(&mut self, operand: &Operand, is_borrowed: bool, end: Block) {
        if !is_borrowed {
            self.give_references(operand);
        }
        let mut values = Vec::new();
        operand.flatten(&mut values);
        self.code.jump(end, values);
    }

    /// Makes a reference for each object of an operand that goes elsewhere; those of temporaries go along.
    pub(crate) fn give_references(&mut self, operand: &Operand) {
        operand.for_each_owner(&mut |owner, lifetime| match lifetime {
            Lifetime::Caller | Lifetime::Borrowed => self.code.retain(owner),
            Lifetime::Temporary => {
                self.code.holdings.forget_one(owner, Some(Holder::Temporary));
            }
        });
    }

    /// A value that came in the current block as machine values, each array with a reference.
    pub(crate) fn temporary(&mut self, ty: &hotloop_types::Type, values: Vec<Value>) -> Operand {
        let operand = self.code.unflatten(ty, &mut values.into_iter(), Lifetime::Temporary);
        operand.for_each_owner(&mut |owner, _| self.code.hold(owner, Holder::Temporary));
        operand
    }

    fn let_in(&mut self, target: Version, value: &Expr, body: &Expr) -> Operand {
        let operand = self.expr(value);
        let holder = Holder::Version(target);
        let operand = self.keep(&operand, holder);
        self.assign(target, operand);
        let result = self.expr(body);
        if !self.code.holdings.is_held_by(holder) {
            return result;
        }
        let result = self.with_own_references(&result);
        self.code.release_where(|each| each == holder);
        result
    }

    /// Statements within an expression. What their versions hold goes behind them, but for what the value needs.
    fn block_in(&mut self, statements: &[Stmt], value: &Expr) -> Operand {
        let outside = self.code.holdings.versions();
        self.statements(statements);
        let result = self.expr(value);
        let result = self.with_own_references(&result);
        self.code.release_where(|holder| match holder {
            Holder::Version(version) => !outside.contains(&version),
            Holder::Caught(_) | Holder::Temporary => false,
        });
        result
    }

    /// The value with references of its own, so that it outlives the version that it was borrowed from.
    fn with_own_references(&mut self, operand: &Operand) -> Operand {
        operand.map_lifetimes(&mut |owner, lifetime| {
            if lifetime != Lifetime::Borrowed {
                return lifetime;
            }
            self.code.retain(owner);
            self.code.hold(owner, Holder::Temporary);
            Lifetime::Temporary
        })
    }

    fn tuple_item(&mut self, tuple: &Expr, position: u32) -> Operand {
        let tuple = self.expr(tuple);
        let items = tuple.items();
        for (other, item) in items.iter().enumerate() {
            if other != position as usize {
                self.drop_temporary(item);
            }
        }
        items[position as usize].clone()
    }

    /// The item of a number known at run time only: a chain of selections.
    fn tuple_element(&mut self, expr: &Expr, tuple: &Expr, index: &Expr) -> Operand {
        let tuple = self.expr(tuple);
        let index = self.scalar(index);
        self.code.set_span(expr.span);
        let items = tuple.items();
        let length = self.code.int64(items.len() as i64);
        let position = self.checked_position(index, length, "tuple index out of range");
        let parts = |item: &Operand| {
            let mut values = Vec::new();
            item.flatten(&mut values);
            values
        };
        let mut chosen = parts(&items[0]);
        for (number, item) in items.iter().enumerate().skip(1) {
            let is_it = self.code.compare_const(IntCompare::Eq, position, number as i64);
            for (value, part) in chosen.iter_mut().zip(parts(item)) {
                *value = self.code.select(is_it, part, *value);
            }
        }
        let result = self.temporary(&expr.ty, chosen);
        result.for_each_owner(&mut |owner, _| self.code.retain(owner));
        self.drop_temporary(&tuple);
        result
    }

    /// The position, counted from the start; raises as CPython does.
    fn checked_position(&mut self, index: Value, length: Value, message: &str) -> Value {
        let from_end = self.code.binary(BinaryOp::Iadd, index, length);
        let is_negative = self.code.compare_const(IntCompare::Slt, index, 0);
        let position = self.code.select(is_negative, from_end, index);
        let fits = self.code.compare(IntCompare::Ult, position, length);
        self.code.check(fits, ExceptionClass::IndexError, message);
        position
    }
}

/// A type by the name that programs for Numba look for in messages: of an array `array(float64, 1d, C)`.
fn by_numbas_name(ty: &Type) -> String {
    let Type::Array(array) = ty else { return ty.to_string() };
    let readonly = if array.readonly { "readonly " } else { "" };
    format!("{readonly}array({}, {}d, {:?})", array.dtype, array.ndim, array.layout)
}
