//! What strings, bytes and lists have in common: items, lengths, slices, comparisons, and the way to their methods.

use crate::bytes::{METHODS as BYTES_METHODS, as_bytes, as_text};
use crate::call::Arguments;
use crate::conditions::{choose, scalar_compare, short_circuit};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::formatting::Line;
use crate::function::{Inference, Reported, Typed};
use crate::iteration::Iterable;
use crate::operators::negated;
use crate::strings::{constant_str, int64, str_constant};
use crate::subscript::way_out;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp as AstCompare, ExprKind as AstExpr, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{CompareOp, Constant, Expr, ExprKind, ObjectExpr, StmtKind};
use hotloop_objects::{Operation, STR_METHODS};
use hotloop_types::{Dtype, Type};

static STEP: Code = Code::new("HL0250", "the step of a slice is not supported in a kernel");
static METHOD: Code = Code::new("HL0340", "a method of a string or list is not supported in a kernel yet");

/// The methods of lists.
const LIST_METHODS: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
/// The methods of strings that stand in no table of operations.
const OTHER_STR_METHODS: &[&str] =
    &["strip", "lstrip", "rstrip", "split", "rsplit", "join", "encode", "format", "partition", "rpartition"];

/// The names of the methods that a string, bytes or a list have in a kernel.
fn methods_of(sequence: &Type) -> Vec<&'static str> {
    match sequence {
        Type::List(_) => LIST_METHODS.to_vec(),
        Type::Str => {
            STR_METHODS.iter().map(|method| method.name).chain(OTHER_STR_METHODS.iter().copied()).collect()
        }
        _ => BYTES_METHODS.to_vec(),
    }
}

/// The number of characters or items.
pub(crate) fn length_of(sequence: Expr, span: Span) -> Expr {
    match constant_str(&sequence) {
        Some(text) => int64(text.chars().count() as i64, span),
        None => Expr::object(ObjectExpr::Length(sequence), Type::INT64, span),
    }
}

/// The item at an index that is an int64.
pub(crate) fn sequence_item(sequence: Expr, index: Expr, span: Span) -> Expr {
    let ty = match &sequence.ty {
        Type::List(item) => (**item).clone(),
        Type::Bytes => Type::INT64,
        other => other.clone(),
    };
    Expr::object(ObjectExpr::Item { sequence, index }, ty, span)
}

/// The bounds of a slice, as far as they are given.
struct Bounds {
    start: Option<Expr>,
    stop: Option<Expr>,
    step: i64,
}

impl Inference<'_> {
    /// The string, bytes or list that an operand is.
    pub(crate) fn sequence_of(&self, value: &Value) -> Option<Expr> {
        match value {
            Value::Str(text, span) => Some(str_constant(text.clone(), *span)),
            Value::Expr(value) if matches!(value.ty, Type::Str | Type::Bytes | Type::List(_)) => {
                Some(value.clone())
            }
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) => None,
        }
    }

    /// `sequence.name(arguments)`.
    pub(crate) fn method_call(
        &mut self,
        sequence: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if let Type::List(_) = sequence.ty {
            return self.list_method(sequence, name, arguments, span);
        }
        if sequence.ty == Type::Str {
            return self.str_method(sequence, name, arguments, span);
        }
        self.bytes_method(sequence, name, arguments, span)
    }

    pub(crate) fn report_method(&mut self, sequence: &Expr, name: &Identifier) -> Reported {
        let message =
            format!("the method `{}` of {} is not supported in a kernel yet", name.name, sequence.ty);
        let diagnostic = Diagnostic::error(&METHOD, message, name.span)
            .with_label(sequence.span, format!("this is {}", sequence.ty))
            .with_help(way_out(&name.name, methods_of(&sequence.ty).into_iter()));
        self.report(diagnostic)
    }

    /// `sequence[index]`, `sequence[start:stop:step]`.
    pub(crate) fn sequence_subscript(&mut self, sequence: Expr, index: &ast::Expr, span: Span) -> Typed {
        if let AstExpr::Slice { lower, upper, step } = &index.kind {
            if sequence.ty.is_undefined() {
                return Err(Reported);
            }
            let parts = [lower.as_deref(), upper.as_deref(), step.as_deref()];
            if let (Type::List(_), Some(_)) = (&sequence.ty, step) {
                let ty = sequence.ty.clone();
                return self.in_block(span, |this| {
                    let sequence = this.kept(sequence.clone(), "list");
                    let [start, stop, step] = this.stepped_bounds(parts, span)?;
                    Ok(perform(Operation::ListPart, vec![sequence, start, stop, step], ty.clone(), span))
                });
            }
            let bounds = self.bounds(parts, index.span)?;
            return Ok(slice_of(sequence, bounds, span));
        }
        let index = self.expression(index)?;
        let index = to_dtype(self.integer_index(index)?, Dtype::Int64);
        if matches!(&sequence.ty, Type::List(item) if **item == Type::Undefined) {
            return Err(Reported);
        }
        Ok(sequence_item(sequence, index, span))
    }

    fn bounds(&mut self, [start, stop, step]: [Option<&ast::Expr>; 3], span: Span) -> Typed<Bounds> {
        let (start, stop) = (self.bound(start)?, self.bound(stop)?);
        let step = match self.bound(step)? {
            None => 1,
            Some(step) => match crate::constants::integer_constant(&step) {
                Some(step) if step != 0 && step != i64::MIN => step,
                _ => {
                    let message =
                        "the step of a slice of a string is a constant that is not zero in a kernel";
                    let diagnostic = Diagnostic::error(&STEP, message, span)
                        .with_help("write the step as a number, or build the string in a loop");
                    return Err(self.report(diagnostic));
                }
            },
        };
        Ok(Bounds { start, stop, step })
    }

    /// The bounds of a slice of a list, of which those left out depend on the step; a step of 0 raises. Emits what evaluates them.
    pub(crate) fn stepped_bounds(
        &mut self,
        [start, stop, step]: [Option<&ast::Expr>; 3],
        span: Span,
    ) -> Typed<[Expr; 3]> {
        let mut bounds = [self.bound(start)?, self.bound(stop)?, None];
        for bound in &mut bounds {
            *bound = bound.take().map(|bound| self.kept(bound, "bound"));
        }
        let step = self.bound(step)?.unwrap_or_else(|| int64(1, span));
        let step = self.kept(step, "step");
        let zero = int64(0, span);
        let is = |op| scalar_compare(op, step.clone(), zero.clone(), span).expect("both are integers");
        if crate::constants::integer_constant(&step).is_none_or(|step| step == 0) {
            let message = "slice step cannot be zero";
            let error = (ExceptionClass::ValueError, message);
            let checked = ObjectExpr::Checked { condition: is(CompareOp::Ne), error, value: zero.clone() };
            let checked = Expr::object(checked, Type::INT64, span);
            self.emit(StmtKind::Expr(checked), span);
        }
        let default = |up, down| choose(is(CompareOp::Gt), int64(up, span), int64(down, span), span);
        let [start, stop, _] = bounds;
        let start = start.unwrap_or_else(|| default(0, i64::MAX));
        let stop = stop.unwrap_or_else(|| default(i64::MAX, i64::MIN));
        Ok([start, stop, step])
    }

    /// A bound of a slice as an int64; `None` where it is left out or `None`.
    pub(crate) fn bound(&mut self, bound: Option<&ast::Expr>) -> Typed<Option<Expr>> {
        let Some(bound) = bound else { return Ok(None) };
        let value = self.expression(bound)?;
        if value.ty == Type::None {
            return Ok(None);
        }
        Ok(Some(to_dtype(self.integer_index(value)?, Dtype::Int64)))
    }

    /// An operator on strings.
    pub(crate) fn sequence_binary(
        &mut self,
        op: ast::BinaryOp,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Typed<Option<Expr>> {
        if let (Value::Str(left, _), Value::Str(right, _)) = (left, right)
            && op == ast::BinaryOp::Add
        {
            return Ok(Some(str_constant(format!("{left}{right}"), span)));
        }
        if let Some(list) = self.list_binary(op, left.clone(), right.clone(), span)? {
            return Ok(Some(list));
        }
        let (first, second) = (self.sequence_of(left), self.sequence_of(right));
        if let (ast::BinaryOp::Mod, Some(text)) = (op, first.as_ref().filter(|text| text.ty == Type::Str)) {
            return self.percent_format(text, right, span).map(Some);
        }
        let number = |value: &Value| match value {
            Value::Expr(value) if value.ty.as_scalar().is_some_and(Dtype::is_integral) => {
                Some(to_dtype(value.clone(), Dtype::Int64))
            }
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) | Value::Str(..) => None,
        };
        let is_str = |side: &Option<Expr>| side.as_ref().is_some_and(|side| side.ty == Type::Str);
        Ok(match (op, first, second) {
            (ast::BinaryOp::Add, Some(first), Some(second))
                if first.ty == Type::Str && second.ty == Type::Str =>
            {
                Some(Line::joined(first, second, span))
            }
            (ast::BinaryOp::Add, Some(first), Some(second))
                if first.ty == Type::Bytes && second.ty == Type::Bytes =>
            {
                let texts = vec![as_text(first, span), as_text(second, span)];
                Some(as_bytes(perform(Operation::Concat, texts, Type::Str, span), span))
            }
            (ast::BinaryOp::Mul, Some(bytes), None) if bytes.ty == Type::Bytes => {
                number(right).map(|count| {
                    let repeated =
                        perform(Operation::Repeat, vec![as_text(bytes, span), count], Type::Str, span);
                    as_bytes(repeated, span)
                })
            }
            (ast::BinaryOp::Mul, text @ Some(_), None) if is_str(&text) => number(right).map(|count| {
                perform(Operation::Repeat, vec![text.expect("it is a string"), count], Type::Str, span)
            }),
            (ast::BinaryOp::Mul, None, text @ Some(_)) if is_str(&text) => match number(left) {
                Some(count) => Some(self.with_let(count, "count", span, |_, count| {
                    Ok(perform(
                        Operation::Repeat,
                        vec![text.expect("it is a string"), count],
                        Type::Str,
                        span,
                    ))
                })?),
                None => None,
            },
            _ => None,
        })
    }

    /// A comparison in which a string takes part.
    pub(crate) fn compare_sequences(
        &mut self,
        op: AstCompare,
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Typed<Option<Expr>> {
        if let (Value::Str(left, _), Value::Str(right, _)) = (left, right)
            && let Some(decided) = decided(op, left, right)
        {
            return Ok(Some(constant(Constant::Bool(decided), Type::BOOL, span)));
        }
        match op {
            AstCompare::In => self.contains(left, right, span),
            AstCompare::NotIn => Ok(self.contains(left, right, span)?.map(|found| negated(found, span))),
            AstCompare::Is | AstCompare::IsNot => Ok(None),
            AstCompare::Eq => self.ordered_sequences((op, CompareOp::Eq), left, right, span),
            AstCompare::Ne => self.ordered_sequences((op, CompareOp::Ne), left, right, span),
            AstCompare::Lt => self.ordered_sequences((op, CompareOp::Lt), left, right, span),
            AstCompare::Le => self.ordered_sequences((op, CompareOp::Le), left, right, span),
            AstCompare::Gt => self.ordered_sequences((op, CompareOp::Gt), left, right, span),
            AstCompare::Ge => self.ordered_sequences((op, CompareOp::Ge), left, right, span),
        }
    }

    fn ordered_sequences(
        &mut self,
        (op, operator): (AstCompare, CompareOp),
        left: &Value,
        right: &Value,
        span: Span,
    ) -> Typed<Option<Expr>> {
        match (self.sequence_of(left), self.sequence_of(right)) {
            (Some(left), Some(right)) if matches!((&left.ty, &right.ty), (Type::List(_), Type::List(_))) => {
                self.ordered_lists(op, left, right, span).map(Some)
            }
            (Some(left), Some(right)) if left.ty == right.ty => {
                Ok(Some(ordered_texts(operator, left, right, span)))
            }
            // A string is equal to nothing but strings.
            (Some(text), None) | (None, Some(text))
                if matches!(operator, CompareOp::Eq | CompareOp::Ne)
                    && matches!(text.ty, Type::Str | Type::Bytes) =>
            {
                let other = if self.sequence_of(left).is_some() { right } else { left };
                let Value::Expr(other) = other else { return Ok(None) };
                if !matches!(other.ty, Type::Scalar(_) | Type::Tuple(_)) {
                    return Ok(None);
                }
                let answer = constant(Constant::Bool(operator == CompareOp::Ne), Type::BOOL, span);
                let other = other.clone();
                let result = self.with_let(text, "text", span, |this, _| {
                    this.with_let(other, "other", span, |_, _| Ok(answer))
                })?;
                Ok(Some(result))
            }
            _ => Ok(None),
        }
    }

    /// `left in right`.
    fn contains(&mut self, left: &Value, right: &Value, span: Span) -> Typed<Option<Expr>> {
        if let (Some(list), Value::Expr(_) | Value::Str(..)) = (self.sequence_of(right), left)
            && let Type::List(item) = &list.ty
        {
            if item.is_undefined() {
                return Err(Reported);
            }
            let value = self.run_time_value(left.clone())?;
            return self.in_list(value, list, span).map(Some);
        }
        if let Value::Expr(array) = right
            && let Type::Array(ty) = array.ty
            && ty.ndim == 1
        {
            let array = Iterable::Array(array.clone(), ty);
            let value = self.run_time_value(left.clone())?;
            return self.in_items(value, &array, span).map(Some);
        }
        if let Value::Expr(Expr { ty: Type::Generator(_), .. }) = right {
            let value = self.run_time_value(left.clone())?;
            let generator = self.stand_in(right.clone());
            return self.in_iterator(value, &generator, span).map(Some);
        }
        let Some(value) = self.sequence_of(left) else {
            return self.byte_membership(left, right, span);
        };
        if let Some(text) = self.sequence_of(right) {
            let (value, text) = match (&value.ty, &text.ty) {
                (Type::Str, Type::Str) => (value, text),
                (Type::Bytes, Type::Bytes) => (as_text(value, span), as_text(text, span)),
                _ => return Ok(None),
            };
            let found = self.with_let(value, "part", span, |_, part| {
                Ok(perform(Operation::Contains, vec![text, part], Type::BOOL, span))
            })?;
            return Ok(Some(found));
        }
        let Value::Expr(within) = right else { return Ok(None) };
        let Type::Tuple(types) = within.ty.clone() else { return Ok(None) };
        if types.iter().any(|ty| *ty != value.ty && !matches!(ty, Type::Scalar(_))) {
            return Ok(None);
        }
        self.with_let(value, "value", span, |this, value| {
            this.with_let(within.clone(), "within", span, |_, within| {
                let mut result = constant(Constant::Bool(false), Type::BOOL, span);
                for (position, ty) in types.iter().enumerate().filter(|(_, ty)| **ty == value.ty) {
                    let item = crate::conditions::item(&within, position, ty);
                    let found = ordered_texts(CompareOp::Eq, value.clone(), item, span);
                    result = short_circuit(BoolOp::Or, result, found);
                }
                Ok(result)
            })
        })
        .map(Some)
    }

    /// `number in bytes`, byte by byte where the bytes are known.
    fn byte_membership(&mut self, left: &Value, right: &Value, span: Span) -> Typed<Option<Expr>> {
        let (Value::Expr(number), Value::Expr(bytes)) = (left, right) else { return Ok(None) };
        let ExprKind::Object(object) = &bytes.kind else { return Ok(None) };
        let ObjectExpr::Bytes(bytes) = &**object else { return Ok(None) };
        if number.ty.as_scalar().is_none_or(|dtype| !dtype.is_integer()) {
            return Ok(None);
        }
        let number = to_dtype(number.clone(), Dtype::Int64);
        self.with_let(number, "byte", span, |_, number| {
            let mut result = constant(Constant::Bool(false), Type::BOOL, span);
            for byte in bytes.iter() {
                let byte = int64(i64::from(*byte), span);
                let found = scalar_compare(CompareOp::Eq, number.clone(), byte, span);
                result = short_circuit(BoolOp::Or, result, found.expect("both are integers"));
            }
            Ok(result)
        })
        .map(Some)
    }
}

/// An operation of the table.
pub(crate) fn perform(operation: Operation, arguments: Vec<Expr>, ty: Type, span: Span) -> Expr {
    Expr::object(ObjectExpr::Perform { operation, arguments }, ty, span)
}

/// `left op right` of strings or bytes.
fn ordered_texts(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    let order = Expr::object(ObjectExpr::Order(left, right), Type::INT64, span);
    scalar_compare(op, order, int64(0, span), span).expect("both are integers")
}

fn slice_of(text: Expr, Bounds { start, stop, step }: Bounds, span: Span) -> Expr {
    let ty = text.ty.clone();
    let is_list = matches!(ty, Type::List(_));
    if step == 1 && !is_list {
        let start = start.unwrap_or_else(|| int64(0, span));
        return Expr::object(ObjectExpr::Part { text, start, stop }, ty, span);
    }
    let (first, last) = if step > 0 { (0, i64::MAX) } else { (i64::MAX, i64::MIN) };
    let start = start.unwrap_or_else(|| int64(first, span));
    let stop = stop.unwrap_or_else(|| int64(last, span));
    let operation = if is_list { Operation::ListPart } else { Operation::Stride };
    perform(operation, vec![text, start, stop, int64(step, span)], ty, span)
}

fn decided(op: AstCompare, left: &str, right: &str) -> Option<bool> {
    Some(match op {
        AstCompare::Eq => left == right,
        AstCompare::Ne => left != right,
        // Bytes of UTF-8 are ordered as the code points are.
        AstCompare::Lt => left < right,
        AstCompare::Le => left <= right,
        AstCompare::Gt => left > right,
        AstCompare::Ge => left >= right,
        AstCompare::In => right.contains(left),
        AstCompare::NotIn => !right.contains(left),
        AstCompare::Is | AstCompare::IsNot => return None,
    })
}
