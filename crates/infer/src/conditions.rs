//! Comparisons, truth values, `and`, `or`, and conditional expressions.

use crate::conversion::{convert, to_dtype};
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::mixed_lists::is_mixed;
use crate::never::Chosen;
use crate::operators::negated;
use crate::sequences::length_of;
use crate::statement::constant_truth;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp as AstCompare, ExprKind as AstExpr, UnaryOp};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{CompareOp, Constant, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::Item;
use hotloop_types::{Dtype, DtypeKind, Type, promote, unify};
use std::sync::Arc;

static TRUTH: Code = Code::new("HL0214", "a value has no truth value in a kernel");
static COMPARED: Code = Code::new("HL0223", "values of these types cannot be compared in a kernel");
static CHOICE: Code = Code::new("HL0224", "the values of a choice have nothing in common");

impl Inference<'_> {
    /// Whether an expression holds: a bool, which is constant where that is known now.
    pub(crate) fn condition(&mut self, expression: &ast::Expr) -> Typed {
        match &expression.kind {
            AstExpr::BoolChain { op, operands } => self.condition_chain(*op, operands),
            AstExpr::Unary { op: UnaryOp::Not, operand } => {
                let span = expression.span;
                let condition = self.nested(expression.span, |this| this.condition(operand))?;
                Ok(negated(condition, span))
            }
            _ => {
                let value = self.value(expression)?;
                self.truth_of(value)
            }
        }
    }

    /// `a and b and c` where only the truth matters.
    fn condition_chain(&mut self, op: BoolOp, operands: &[ast::Expr]) -> Typed {
        let mut result: Option<Expr> = None;
        for operand in operands {
            if let Some(decided) = result.as_ref().and_then(constant_truth) {
                if decided == (op == BoolOp::Or) {
                    break;
                }
                result = None;
            }
            self.count_link(operand.span)?;
            let next = self.nested(operand.span, |this| match result {
                Some(_) => this.conditionally(|this| this.condition(operand)),
                None => this.condition(operand),
            })?;
            result = Some(match result {
                None => next,
                Some(left) => short_circuit(op, left, next),
            });
        }
        Ok(result.expect("a chain has operands"))
    }

    pub(crate) fn truth_of(&mut self, value: Expr) -> Typed {
        let span = value.span;
        let decided = |truth| Ok(constant(Constant::Bool(truth), Type::BOOL, span));
        match &value.ty {
            Type::Scalar(_) => Ok(match &value.kind {
                ExprKind::Constant(Constant::Int(number)) => return decided(*number != 0),
                ExprKind::Constant(Constant::Float(number)) => return decided(*number != 0.0),
                ExprKind::Constant(Constant::Complex(real, imag)) => {
                    return decided(*real != 0.0 || *imag != 0.0);
                }
                _ => to_dtype(value, Dtype::Bool),
            }),
            Type::Array(ty) if ty.ndim == 0 => {
                let element = crate::iteration::array_item(value.clone(), *ty, Vec::new(), span);
                Ok(to_dtype(element, Dtype::Bool))
            }
            Type::None if self.is_pure(&value) => decided(false),
            Type::None => {
                let truth = constant(Constant::Bool(false), Type::BOOL, span);
                self.with_let(value, "nothing", span, |_, _| Ok(truth))
            }
            Type::Enum(class) if class.is_integer => {
                let number = self.as_number(value);
                self.truth_of(number)
            }
            Type::Enum(_) if self.is_pure(&value) => decided(true),
            Type::Enum(_) => {
                let truth = constant(Constant::Bool(true), Type::BOOL, span);
                self.with_let(value, "value", span, |_, _| Ok(truth))
            }
            Type::Str | Type::Bytes | Type::List(_) => Ok(to_dtype(length_of(value, span), Dtype::Bool)),
            Type::Function(_) if self.is_simple(&value) => decided(true),
            Type::Tuple(items) if self.is_pure(&value) => decided(!items.is_empty()),
            Type::Optional(_) => self.with_let(value, "value", span, |this, value| {
                let present = negated(is_none(value.clone(), span), span);
                let held = this.truth_of(unwrapped(value))?;
                Ok(short_circuit(BoolOp::And, present, held))
            }),
            Type::Range => {
                let length = Expr::new(ExprKind::RangeLength(Box::new(value)), Type::INT64, span);
                Ok(to_dtype(length, Dtype::Bool))
            }
            Type::Generator(_) | Type::RandomGenerator if self.is_simple(&value) => decided(true),
            Type::Tuple(items) => {
                let truth = constant(Constant::Bool(!items.is_empty()), Type::BOOL, span);
                self.with_let(value, "value", span, |_, _| Ok(truth))
            }
            Type::Array(_)
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Undefined => Err(self.report_truth(&value)),
        }
    }

    pub(crate) fn report_truth(&mut self, value: &Expr) -> Reported {
        let message = format!("a value of type {} has no truth value in a kernel", value.ty);
        let help = match value.ty {
            Type::Array(_) => {
                "use `any(...)` or `all(...)`, or compare one element; its `size` tells whether it is empty"
            }
            _ => "compare a number with 0",
        };
        self.report(Diagnostic::error(&TRUTH, message, value.span).with_help(help))
    }

    fn report_array_chain(&mut self, value: &Expr) -> Reported {
        let message = "a chain of comparisons asks for one truth value, which an array of them has not";
        let diagnostic = Diagnostic::error(&TRUTH, message, value.span)
            .with_primary(format!("this is {}", value.ty))
            .with_help("compare twice and join the results, as in `(0 < x) & (x < 1)`");
        self.report(diagnostic)
    }

    /// `a and b and c` as a value: of bools a bool, otherwise the operand that decides.
    pub(crate) fn bool_chain(&mut self, op: BoolOp, operands: &[ast::Expr], span: Span) -> Typed {
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands {
            self.count_link(operand.span)?;
            let value = match values.is_empty() {
                true => self.value(operand),
                false => self.conditionally(|this| this.value(operand)),
            };
            let value = match value {
                Ok(value) => value,
                // In a round without the result of a recursive call, the other operands tell what there is to know.
                Err(Reported) if self.awaited.is_some() && !values.is_empty() => break,
                Err(Reported) => return Err(Reported),
            };
            let decided = self.known_truth(&value);
            values.push(value);
            // What stands behind an operand that decides is dead.
            if decided == Some(op == BoolOp::Or) {
                break;
            }
        }
        let mut result = values.pop().expect("a chain has operands");
        while let Some(left) = values.pop() {
            result = self.bool_value(op, left, result, span)?;
        }
        Ok(result)
    }

    fn bool_value(&mut self, op: BoolOp, left: Expr, right: Expr, span: Span) -> Typed {
        if left.ty == Type::BOOL && right.ty == Type::BOOL {
            return Ok(short_circuit(op, left, right));
        }
        match self.known_truth(&left) {
            Some(truth) if truth == (op == BoolOp::Or) => return Ok(left),
            Some(_) if self.is_simple(&left) => return Ok(right),
            Some(_) | None => {}
        }
        let (left, right) = self.of_one_type(left, right)?;
        let common = self.common_type(&left, &right, span)?;
        self.with_let(left, "left", span, |this, left| {
            let condition = this.truth_of(left.clone())?;
            let (left, right) = (convert(left, &common), convert(right, &common));
            let (then, otherwise) = if op == BoolOp::And { (right, left) } else { (left, right) };
            Ok(choose(condition, then, otherwise, span))
        })
    }

    /// The truth value of what is the same on every way, as far as that can be seen without evaluating it.
    fn known_truth(&self, value: &Expr) -> Option<bool> {
        match (&value.kind, &value.ty) {
            (ExprKind::Constant(Constant::Bool(truth)), _) => Some(*truth),
            (ExprKind::Constant(Constant::Int(number)), _) => Some(*number != 0),
            (ExprKind::Constant(Constant::Float(number)), _) => Some(*number != 0.0),
            (_, Type::None) => Some(false),
            (_, Type::Tuple(items)) => Some(!items.is_empty()),
            _ => None,
        }
    }

    /// The type of a value that may be either.
    pub(crate) fn common_type(&mut self, left: &Expr, right: &Expr, span: Span) -> Typed<Type> {
        if let Some(common) = unify(&left.ty, &right.ty) {
            return Ok(common);
        }
        let message = format!("the value may be {} or {}, which no type holds", left.ty, right.ty);
        let diagnostic = Diagnostic::error(&CHOICE, message, span)
            .with_label(left.span, format!("this is {}", left.ty))
            .with_label(right.span, format!("this is {}", right.ty))
            .with_help("choose between values of one type");
        Err(self.report(diagnostic))
    }

    /// Binds a value that is used more than once, unless evaluating it again is the same.
    pub(crate) fn with_let(
        &mut self,
        value: Expr,
        purpose: &str,
        span: Span,
        body: impl FnOnce(&mut Self, Expr) -> Typed,
    ) -> Typed {
        if self.is_simple(&value) {
            return body(self, value);
        }
        let target = self.new_temporary(purpose, value.ty.clone(), value.span);
        let sites = self.lists.sites_of(&value);
        self.lists.set_sites(target, sites);
        let bound = self.version(target, value.span);
        let body = body(self, bound)?;
        let ty = body.ty.clone();
        Ok(Expr::new(ExprKind::Let { target, value: Box::new(value), body: Box::new(body) }, ty, span))
    }

    pub(crate) fn conditional(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
    ) -> Typed {
        let condition = self.condition(condition)?;
        match constant_truth(&condition) {
            Some(true) => return self.value(then),
            Some(false) => return self.value(otherwise),
            None => {}
        }
        let then = self.chosen_value(then);
        let (then, otherwise) = match (then, self.chosen_value(otherwise)) {
            (Ok(then), Ok(otherwise)) => (then, otherwise),
            // In a round without the result of a recursive call, the other way tells what there is to know.
            (Ok(Chosen::Value(only)), Err(Reported)) | (Err(Reported), Ok(Chosen::Value(only)))
                if self.awaited.is_some() =>
            {
                return Ok(only);
            }
            (Err(Reported), _) | (_, Err(Reported)) => return Err(Reported),
        };
        let is_never = matches!((&then, &otherwise), (Chosen::Never(_), Chosen::Never(_)));
        let (then, otherwise) = self.both_chosen(then, otherwise, span)?;
        if is_never {
            let call = choose(condition, then, otherwise, span);
            return self.endless_call(call);
        }
        let common = self.common_type(&then, &otherwise, span)?;
        Ok(choose(condition, convert(then, &common), convert(otherwise, &common), span))
    }

    /// `a < b <= c`: each operand is evaluated once, and not at all behind a comparison that fails.
    pub(crate) fn compare_chain(
        &mut self,
        first: &ast::Expr,
        rest: &[(AstCompare, ast::Expr)],
        span: Span,
    ) -> Typed {
        if let Some(found) = self.in_new_iterator(first, rest, span)? {
            return Ok(found);
        }
        if let [(op, right)] = rest {
            let (left, right) = (self.operand(first)?, self.operand(right)?);
            return self.compare(*op, left, right, span);
        }
        let left = self.value(first)?;
        self.compare_rest(left, rest, span)
    }

    /// `value in iterator`, where the iterator is made for it.
    fn in_new_iterator(
        &mut self,
        first: &ast::Expr,
        rest: &[(AstCompare, ast::Expr)],
        span: Span,
    ) -> Typed<Option<Expr>> {
        let [(op @ (AstCompare::In | AstCompare::NotIn), right)] = rest else { return Ok(None) };
        if !self.is_iterator(right)? {
            return Ok(None);
        }
        let value = self.value(first)?;
        let found = self.in_iterator(value, right, span)?;
        Ok(Some(if *op == AstCompare::In { found } else { negated(found, span) }))
    }

    /// Types what is evaluated on some ways through the statement only.
    pub(crate) fn conditionally<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.conditional_depth += 1;
        let result = work(self);
        self.conditional_depth -= 1;
        result
    }

    fn compare_rest(&mut self, left: Expr, rest: &[(AstCompare, ast::Expr)], span: Span) -> Typed {
        let ((op, right), rest) = rest.split_first().expect("a chain has comparisons");
        self.count_link(right.span)?;
        let part = left.span.to(right.span);
        let right = self.value(right)?;
        if rest.is_empty() {
            return self.compare(*op, left.into(), right.into(), part);
        }
        // The left operand is evaluated before the right one, which is bound.
        self.with_let(left, "left", span, |this, left| {
            this.with_let(right, "middle", span, |this, right| {
                let here = this.compare(*op, left.into(), right.clone().into(), part)?;
                // What is no truth value, such as an array of them, has to be one for the rest to be asked.
                if matches!(here.ty, Type::Array(ty) if ty.ndim > 0) {
                    return Err(this.report_array_chain(&here));
                }
                let here = this.truth_of(here)?;
                if constant_truth(&here) == Some(false) {
                    return Ok(here);
                }
                let behind = this
                    .nested(span, |this| this.conditionally(|this| this.compare_rest(right, rest, span)))?;
                this.bool_value(BoolOp::And, here, behind, span)
            })
        })
    }

    pub(crate) fn compare(&mut self, op: AstCompare, left: Value, right: Value, span: Span) -> Typed {
        let (left, right) = match elementwise_compare(op) {
            Some(_) => self.arrays_of_lists(left, right)?,
            None => (left, right),
        };
        let left = self.beside_optional(left, &right)?;
        let right = self.beside_optional(right, &left)?;
        if let (Value::Str(..), Value::Expr(Expr { ty: Type::None, .. }))
        | (Value::Expr(Expr { ty: Type::None, .. }), Value::Str(..)) = (&left, &right)
            && matches!(op, AstCompare::Is | AstCompare::IsNot | AstCompare::Eq | AstCompare::Ne)
        {
            let decided = matches!(op, AstCompare::IsNot | AstCompare::Ne);
            return Ok(constant(Constant::Bool(decided), Type::BOOL, span));
        }
        if let Some(result) = self.compare_sequences(op, &left, &right, span)? {
            return Ok(result);
        }
        if let (
            AstCompare::In | AstCompare::NotIn,
            Value::Global(Global::EnumClass(class), _),
            Value::Expr(value),
        ) = (op, &right, &left)
            && value.ty == Type::Enum(Arc::clone(class))
        {
            let found = constant(Constant::Bool(op == AstCompare::In), Type::BOOL, span);
            return self.with_let(value.clone(), "member", span, |_, _| Ok(found));
        }
        let described = (left.describe(), right.describe());
        let places = (left.span(), right.span());
        let with_complex = left.is_complex() || right.is_complex();
        if let (Value::Expr(left), Value::Expr(right)) = (dtype_value(left), dtype_value(right)) {
            let of_arrays = [&left, &right].into_iter().any(|side| matches!(side.ty, Type::Array(_)));
            let with_none = left.ty == Type::None || right.ty == Type::None;
            if let (Some(elementwise), true, false) = (elementwise_compare(op), of_arrays, with_none) {
                if let Some(result) =
                    self.array_compare(elementwise, unwrapped(left), unwrapped(right), span)?
                {
                    return Ok(result);
                }
            } else if let Some(result) = self.compare_values(op, left, right, span)? {
                return Ok(result);
            }
        }
        let message = format!("`{}` cannot compare {} with {}", op.spelling(), described.0, described.1);
        let diagnostic = Diagnostic::error(&COMPARED, message, span)
            .with_label(places.0, format!("this is {}", described.0))
            .with_label(places.1, format!("this is {}", described.1))
            .with_help(match op {
                AstCompare::Is | AstCompare::IsNot => {
                    "use `==` or `!=`; `is` compares with `None`, truth values, integers of one type, lists and members of enumerations"
                }
                AstCompare::In | AstCompare::NotIn => "look for a number in a tuple, or write a loop",
                AstCompare::Lt | AstCompare::Le | AstCompare::Gt | AstCompare::Ge if with_complex => {
                    "complex numbers have no order; compare their parts or `abs` of them"
                }
                _ => "compare numbers, or tuples of numbers for equality",
            });
        Err(self.report(diagnostic))
    }

    /// A text that is known, as a value where it is compared with one that may be `None`.
    fn beside_optional(&mut self, text: Value, other: &Value) -> Typed<Value> {
        match other {
            Value::Expr(Expr { ty: Type::Optional(_), .. }) if matches!(text, Value::Str(..)) => {
                self.run_time_value(text).map(Value::Expr)
            }
            _ => Ok(text),
        }
    }

    pub(crate) fn compare_values(
        &mut self,
        op: AstCompare,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let equality = match op {
            AstCompare::Eq | AstCompare::Is => Some(true),
            AstCompare::Ne | AstCompare::IsNot => Some(false),
            _ => None,
        };
        if let (Some(positive), true) = (equality, left.ty == Type::None || right.ty == Type::None) {
            let other = if left.ty == Type::None { right } else { left };
            if let Type::Optional(_) = other.ty {
                let is_none = is_none(other, span);
                return Ok(Some(if positive { is_none } else { negated(is_none, span) }));
            }
            let decided = constant(Constant::Bool((other.ty == Type::None) == positive), Type::BOOL, span);
            if self.is_pure(&other) {
                return Ok(Some(decided));
            }
            return self.with_let(other, "value", span, |_, _| Ok(decided)).map(Some);
        }
        if let (Some(positive), true) = (equality, are_never_equal(&left.ty, &right.ty)) {
            let decided = constant(Constant::Bool(!positive), Type::BOOL, span);
            return self
                .with_let(left, "left", span, |this, _| {
                    this.with_let(right, "right", span, |_, _| Ok(decided))
                })
                .map(Some);
        }
        if let (Type::Optional(_), _) | (_, Type::Optional(_)) = (&left.ty, &right.ty) {
            return self.compare_optionals(op, equality, left, right, span);
        }
        let is_membership = matches!(op, AstCompare::In | AstCompare::NotIn);
        if !is_membership && matches!((&left.ty, &right.ty), (Type::Enum(_), _) | (_, Type::Enum(_))) {
            return self.compare_members(op, left, right, span);
        }
        if let (Some(positive), Type::Dtype(a), Type::Dtype(b)) = (equality, &left.ty, &right.ty) {
            return Ok(Some(constant(Constant::Bool((a == b) == positive), Type::BOOL, span)));
        }
        match op {
            AstCompare::Is | AstCompare::IsNot => {
                if let (ExprKind::Version(a), ExprKind::Version(b)) = (&left.kind, &right.kind)
                    && a == b
                    && self.is_simple(&left)
                {
                    let same = op == AstCompare::Is;
                    return Ok(Some(constant(Constant::Bool(same), Type::BOOL, span)));
                }
                if let (Type::List(_), Type::List(_)) = (&left.ty, &right.ty) {
                    return self.same_lists(op == AstCompare::Is, left, right, span).map(Some);
                }
                // What is one object in Python depends on its cache of integers: as in Numba those are one that are equal.
                let are_whole = left.ty == right.ty && left.ty.as_scalar().is_some_and(Dtype::is_integral);
                let op = if op == AstCompare::Is { CompareOp::Eq } else { CompareOp::Ne };
                Ok(are_whole.then(|| scalar_compare(op, left, right, span)).flatten())
            }
            AstCompare::In => self.membership(left, right, span),
            AstCompare::NotIn => Ok(self.membership(left, right, span)?.map(|found| negated(found, span))),
            AstCompare::Ne if matches!((&left.ty, &right.ty), (Type::Tuple(_), Type::Tuple(_))) => {
                let equal = self.compare_tuples(AstCompare::Eq, left, right, span)?;
                Ok(equal.map(|equal| negated(equal, span)))
            }
            _ if matches!((&left.ty, &right.ty), (Type::Tuple(_), Type::Tuple(_))) => {
                self.compare_tuples(op, left, right, span)
            }
            AstCompare::Eq => Ok(scalar_compare(CompareOp::Eq, left, right, span)),
            AstCompare::Ne => Ok(scalar_compare(CompareOp::Ne, left, right, span)),
            AstCompare::Lt => Ok(scalar_compare(CompareOp::Lt, left, right, span)),
            AstCompare::Le => Ok(scalar_compare(CompareOp::Le, left, right, span)),
            AstCompare::Gt => Ok(scalar_compare(CompareOp::Gt, left, right, span)),
            AstCompare::Ge => Ok(scalar_compare(CompareOp::Ge, left, right, span)),
        }
    }

    /// `==` and `!=` of optionals take `None` for a value like any other; all else raises for it.
    fn compare_optionals(
        &mut self,
        op: AstCompare,
        equality: Option<bool>,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let Some(positive) = equality else {
            let (left, right) = (unwrapped(left), unwrapped(right));
            return self.compare(op, left.into(), right.into(), span).map(Some);
        };
        let mut is_comparable = true;
        let equal = self.with_let(left, "left", span, |this, left| {
            this.with_let(right, "right", span, |this, right| {
                let values = (unwrapped(left.clone()), unwrapped(right.clone()));
                let op = match op {
                    AstCompare::Is | AstCompare::IsNot => AstCompare::Is,
                    _ => AstCompare::Eq,
                };
                let sides = (values.0.clone().into(), values.1.clone().into());
                let equal = match this.compare_sequences(op, &sides.0, &sides.1, span)? {
                    Some(equal) => Some(equal),
                    None => this.compare_values(op, values.0, values.1, span)?,
                };
                let Some(equal) = equal else {
                    is_comparable = false;
                    return Ok(left);
                };
                let none = [left, right].map(|side| match side.ty {
                    Type::Optional(_) => is_none(side, span),
                    _ => constant(Constant::Bool(false), Type::BOOL, span),
                });
                let [left, right] = none.clone().map(|none| negated(none, span));
                let present = short_circuit(BoolOp::And, left, right);
                let [left, right] = none;
                let both_none = short_circuit(BoolOp::And, left, right);
                Ok(short_circuit(BoolOp::Or, both_none, short_circuit(BoolOp::And, present, equal)))
            })
        })?;
        Ok(is_comparable.then(|| if positive { equal } else { negated(equal, span) }))
    }

    /// `left is right` of lists.
    fn same_lists(&mut self, positive: bool, left: Expr, right: Expr, span: Span) -> Typed {
        if self.meet_list_values(&left, &right) {
            return Err(Reported);
        }
        let same = if left.ty == right.ty {
            Expr::object(ObjectExpr::Same(left, right), Type::BOOL, span)
        } else {
            let never = constant(Constant::Bool(false), Type::BOOL, span);
            self.with_let(left, "left", span, |this, _| {
                this.with_let(right, "right", span, |_, _| Ok(never))
            })?
        };
        Ok(if positive { same } else { negated(same, span) })
    }

    fn membership(&mut self, value: Expr, within: Expr, span: Span) -> Typed<Option<Expr>> {
        match within.ty.clone() {
            Type::Tuple(types) => self.tuple_membership(value, within, &types, span),
            Type::Range if self.as_number(value.clone()).ty.as_scalar().is_some_and(Dtype::is_integral) => {
                let value = self.as_number(value);
                self.range_membership(value, within, span).map(Some)
            }
            Type::Array(ty) if ty.ndim > 0 && value.ty.as_scalar().is_some() => {
                self.array_membership(value, within, span).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Runs `work` one level deeper.
    pub(crate) fn nested<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Typed<T>) -> Typed<T> {
        self.depth += 1;
        let result = if self.depth > crate::expression::MAX_DEPTH {
            Err(self.report_too_deep(span))
        } else {
            work(self)
        };
        self.depth -= 1;
        result
    }
}

/// The comparison of elements that an operator is between arrays.
pub(crate) fn elementwise_compare(op: AstCompare) -> Option<CompareOp> {
    match op {
        AstCompare::Eq => Some(CompareOp::Eq),
        AstCompare::Ne => Some(CompareOp::Ne),
        AstCompare::Lt => Some(CompareOp::Lt),
        AstCompare::Le => Some(CompareOp::Le),
        AstCompare::Gt => Some(CompareOp::Gt),
        AstCompare::Ge => Some(CompareOp::Ge),
        AstCompare::Is | AstCompare::IsNot | AstCompare::In | AstCompare::NotIn => None,
    }
}

/// A name of a dtype as the dtype itself, so that it can be compared.
fn dtype_value(value: Value) -> Value {
    match value {
        Value::Global(Global::Item(Item::Dtype(dtype) | Item::PythonType(dtype)), span) => {
            constant(Constant::Dtype, Type::Dtype(dtype), span).into()
        }
        Value::Expr(_) | Value::Global(..) | Value::Caught(..) | Value::Str(..) => value,
    }
}

/// Whether values of these types are different things altogether: a number and a tuple, say.
fn are_never_equal(left: &Type, right: &Type) -> bool {
    let kind = |ty: &Type| match ty {
        Type::Scalar(_) => Some(0),
        Type::Tuple(items) if is_mixed(items) => Some(5),
        Type::Tuple(_) => Some(1),
        Type::Range => Some(2),
        Type::Str => Some(3),
        Type::Bytes => Some(4),
        Type::List(_) => Some(5),
        Type::Array(_)
        | Type::None
        | Type::Optional(_)
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => None,
    };
    kind(left).zip(kind(right)).is_some_and(|(left, right)| left != right)
}

/// Whether an optional is `None`.
pub(crate) fn is_none(value: Expr, span: Span) -> Expr {
    Expr::new(ExprKind::IsNone(Box::new(value)), Type::BOOL, span)
}

/// The value of an optional; any other value as it is.
pub(crate) fn unwrapped(value: Expr) -> Expr {
    match value.ty.clone() {
        Type::Optional(inner) => convert(value, &inner),
        Type::Scalar(_)
        | Type::Array(_)
        | Type::Tuple(_)
        | Type::None
        | Type::Range
        | Type::Dtype(_)
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined
        | Type::Function(_) => value,
    }
}

/// An item of a tuple that is cheap to name again.
pub(crate) fn item(tuple: &Expr, position: usize, ty: &Type) -> Expr {
    if let ExprKind::Tuple(items) = &tuple.kind {
        return items[position].clone();
    }
    Expr::new(ExprKind::TupleItem(Box::new(tuple.clone()), position as u32), ty.clone(), tuple.span)
}

/// `left and right` or `left or right` of bools; constants are taken out.
pub(crate) fn short_circuit(op: BoolOp, left: Expr, right: Expr) -> Expr {
    let span = if left.span.file == right.span.file { left.span.to(right.span) } else { left.span };
    match (op, constant_truth(&left)) {
        (BoolOp::And, Some(true)) | (BoolOp::Or, Some(false)) => right,
        (BoolOp::And, Some(false)) | (BoolOp::Or, Some(true)) => left,
        (BoolOp::And, None) => Expr::new(ExprKind::And(Box::new(left), Box::new(right)), Type::BOOL, span),
        (BoolOp::Or, None) => Expr::new(ExprKind::Or(Box::new(left), Box::new(right)), Type::BOOL, span),
    }
}

pub(crate) fn choose(condition: Expr, then: Expr, otherwise: Expr, span: Span) -> Expr {
    match constant_truth(&condition) {
        Some(true) => return then,
        Some(false) => return otherwise,
        None => {}
    }
    let ty = then.ty.clone();
    let kind = ExprKind::Conditional {
        condition: Box::new(condition),
        then: Box::new(then),
        otherwise: Box::new(otherwise),
    };
    Expr::new(kind, ty, span)
}

/// A comparison of two scalars: in a type that holds both, and of int64 with uint64 by value.
pub(crate) fn scalar_compare(op: CompareOp, left: Expr, right: Expr, span: Span) -> Option<Expr> {
    let (a, b) = (left.ty.as_scalar()?, right.ty.as_scalar()?);
    if let Some(decided) = decided_comparison(op, &left, &right) {
        return Some(constant(Constant::Bool(decided), Type::BOOL, span));
    }
    let (left, right) = match (a.kind(), b.kind()) {
        (DtypeKind::Complex, _) | (_, DtypeKind::Complex) if !matches!(op, CompareOp::Eq | CompareOp::Ne) => {
            return None;
        }
        (DtypeKind::Float | DtypeKind::Complex, _) | (_, DtypeKind::Float | DtypeKind::Complex) => {
            let common = promote(a, b);
            (to_dtype(left, common), to_dtype(right, common))
        }
        _ => compared_integers((left, a), (right, b)),
    };
    let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
    Some(Expr::new(kind, Type::BOOL, span))
}

fn compared_integers((left, a): (Expr, Dtype), (right, b): (Expr, Dtype)) -> (Expr, Expr) {
    let Some(Type::Scalar(common)) = unify(&left.ty, &right.ty) else {
        unreachable!("integers have a common type")
    };
    if common.is_float() {
        let widen =
            |side, dtype: Dtype| if dtype == Dtype::UInt64 { side } else { to_dtype(side, Dtype::Int64) };
        return (widen(left, a), widen(right, b));
    }
    (to_dtype(left, common), to_dtype(right, common))
}

/// The result of comparing two constants of one type.
fn decided_comparison(op: CompareOp, left: &Expr, right: &Expr) -> Option<bool> {
    let (ExprKind::Constant(a), ExprKind::Constant(b)) = (&left.kind, &right.kind) else { return None };
    let order = match (a, b) {
        (Constant::Int(a), Constant::Int(b))
            if left.ty == right.ty && left.ty != Type::Scalar(Dtype::UInt64) =>
        {
            Some(a.cmp(b))
        }
        (Constant::Bool(a), Constant::Bool(b)) => Some(a.cmp(b)),
        (Constant::Float(a), Constant::Float(b)) => a.partial_cmp(b),
        _ => return None,
    };
    Some(match op {
        CompareOp::Eq => order.is_some_and(std::cmp::Ordering::is_eq),
        CompareOp::Ne => order.is_none_or(std::cmp::Ordering::is_ne),
        CompareOp::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
        CompareOp::Le => order.is_some_and(std::cmp::Ordering::is_le),
        CompareOp::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
        CompareOp::Ge => order.is_some_and(std::cmp::Ordering::is_ge),
    })
}
