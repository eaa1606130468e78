//! Operations on whole arrays, element by element, by NumPy's rules (NEP 50).
//!
//! An operator between arrays becomes one computation for all elements. Where an operand is such a computation itself, its body becomes part of the new
//! one, so that a whole expression is a single loop nest without a temporary.

use crate::conditions::scalar_compare;
use crate::constants::integer_constant;
use crate::conversion::{convert, convert_constant, to_dtype};
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::spread::let_all;
use hotloop_ast as ast;
use hotloop_ast::UnaryOp as AstUnary;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{
    BinaryOp, Broadcast, CompareOp, Constant, Elementwise, Expr, ExprKind, Places, UnaryOp, Version,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, Type, numpy_promote, numpy_promote_weak};

static OUT_OF_BOUNDS: Code = Code::new("HL0280", "a Python integer does not fit an array's dtype");

/// What an operation on elements is made of, so far.
#[derive(Default)]
pub(crate) struct Elements {
    operands: Vec<(Version, Expr)>,
    /// The shapes of the operands.
    shapes: Vec<Broadcast>,
    ndim: u8,
    /// Whether an array of two or more dimensions is in Fortran order, and whether one is not.
    has_fortran: bool,
    has_other: bool,
}

/// An element of an operand, or a scalar operand itself.
#[derive(Clone)]
pub(crate) struct Element {
    pub(crate) value: Expr,
    pub(crate) dtype: Dtype,
    /// Whether it is a Python number, which adapts to the arrays.
    pub(crate) is_weak: bool,
}

impl Elements {
    /// The whole operation as an expression: an array, but of arrays without dimensions a number, as in NumPy.
    pub(crate) fn finish(self, body: Expr, span: Span) -> Expr {
        if self.ndim == 0 {
            return let_all(self.operands, as_elements(body));
        }
        let Type::Scalar(dtype) = body.ty else { unreachable!("elements are numbers") };
        let layout = if self.has_fortran && !self.has_other { Layout::F } else { Layout::C };
        let ty = Type::Array(ArrayType::new(dtype, self.ndim, layout));
        let operation = Elementwise { operands: self.operands, broadcast: together(self.shapes), body };
        Expr::new(ExprKind::Elementwise(Box::new(operation)), ty, span)
    }

    /// The operation with what its body gives in another dtype, for an array that exists.
    pub(crate) fn into_array(self, body: Expr, dtype: Dtype) -> Elementwise {
        let body = to_dtype(body, dtype);
        Elementwise { operands: self.operands, broadcast: together(self.shapes), body }
    }

    /// Adds the elements of an array, or positions, for which the version stands.
    pub(crate) fn add_elements(&mut self, version: Version, operand: Expr) {
        let Type::Array(array) = operand.ty else { unreachable!("only an array has elements") };
        self.count(array);
        self.shapes.push(Broadcast::Of(version));
        self.operands.push((version, operand));
    }

    /// Adds a scalar.
    pub(crate) fn add_scalar(&mut self, version: Version, value: Expr) {
        self.operands.push((version, value));
    }

    /// Adds an array as a whole, which the body and the operands behind it can name.
    pub(crate) fn add_whole(&mut self, version: Version, array: Expr) {
        self.operands.push((version, array));
    }

    /// What was added since there were so many shapes are arrays of indices, whose shapes have to fit by themselves.
    pub(crate) fn join_indices(&mut self, from: usize) {
        let parts = self.shapes.split_off(from);
        if let [_, _, ..] = parts[..] {
            self.shapes.push(Broadcast::Indices(parts));
        } else {
            self.shapes.extend(parts);
        }
    }

    /// The places that versions of these operands choose.
    pub(crate) fn into_places(self, indices: Vec<Version>, is_masked: bool) -> Places {
        Places { operands: self.operands, broadcast: together(self.shapes), indices, is_masked }
    }

    /// How many shapes were added so far.
    pub(crate) fn shape_count(&self) -> usize {
        self.shapes.len()
    }

    pub(crate) fn ndim(&self) -> u8 {
        self.ndim
    }

    fn count(&mut self, array: ArrayType) {
        self.ndim = self.ndim.max(array.ndim);
        if array.ndim > 1 {
            self.has_fortran |= array.layout == Layout::F;
            self.has_other |= array.layout != Layout::F;
        }
    }
}

/// A number that is computed as elements are: a division by zero raises nothing.
fn as_elements(body: Expr) -> Expr {
    if !divides(&body) {
        return body;
    }
    let (ty, span) = (body.ty.clone(), body.span);
    Expr::new(ExprKind::AsElements(Box::new(body)), ty, span)
}

/// Whether something in it is computed in another way as an element.
fn divides(value: &Expr) -> bool {
    use BinaryOp::{Div, FloorDiv, Mod, Pow};
    let mut found = matches!(value.kind, ExprKind::Binary { op: Div | FloorDiv | Mod | Pow, .. });
    value.for_each_operand(&mut |part| found = found || divides(part));
    found
}

fn together(mut shapes: Vec<Broadcast>) -> Broadcast {
    match shapes.len() {
        1 => shapes.remove(0),
        _ => Broadcast::Together(shapes),
    }
}

impl Element {
    /// What has a dtype of its own.
    pub(crate) fn strong(value: Expr) -> Self {
        let Type::Scalar(dtype) = value.ty else { unreachable!("an element is a number") };
        Self { value, dtype, is_weak: false }
    }
}

impl Inference<'_> {
    /// The elements of operands, in their order; `None` if one has none.
    ///
    /// A computation that becomes part of the new one runs when all operands are there. One behind which a call may still write to its arrays is computed
    /// where it stands.
    pub(crate) fn elements_of(&mut self, operands: Vec<Expr>) -> Option<(Elements, Vec<Element>)> {
        let mut elements = Elements::default();
        let last_writing = operands.iter().rposition(Expr::may_write).unwrap_or(0);
        // Numbers alone need no names of their own, as far as reading them again is the same.
        let are_numbers =
            operands.iter().all(|operand| self.is_simple(operand) && operand.ty.as_scalar().is_some());
        if are_numbers {
            let of_number = |operand: Expr| match operand.kind {
                ExprKind::Constant(_) => self.element_of(operand, true, &mut elements),
                _ => Some(Element::strong(operand)),
            };
            let found: Option<Vec<Element>> = operands.into_iter().map(of_number).collect();
            return Some((elements, found?));
        }
        let found: Option<Vec<Element>> = operands
            .into_iter()
            .enumerate()
            .map(|(position, operand)| self.element_of(operand, position >= last_writing, &mut elements))
            .collect();
        Some((elements, found?))
    }

    /// Two operands; beside an array, a list or a tuple of numbers is made an array.
    pub(crate) fn arrays_of_lists(&mut self, left: Value, right: Value) -> Typed<(Value, Value)> {
        let is_array = |value: &Value| matches!(value, Value::Expr(Expr { ty: Type::Array(_), .. }));
        let made = |this: &mut Self, value: Value| match value {
            Value::Expr(value) => this.array_of_list(value).map(Value::Expr),
            other => Ok(other),
        };
        Ok(match (is_array(&left), is_array(&right)) {
            (true, false) => (left, made(self, right)?),
            (false, true) => (made(self, left)?, right),
            (true, true) | (false, false) => (left, right),
        })
    }

    /// The array of the items, where a value is a list or a tuple; any other value as it is.
    pub(crate) fn array_of_list(&mut self, value: Expr) -> Typed {
        let has_numbers = match &value.ty {
            Type::List(item) => holds_numbers(item),
            Type::Tuple(items) => {
                !items.is_empty() && items.class().is_none() && items.iter().all(holds_numbers)
            }
            _ => false,
        };
        let span = value.span;
        if has_numbers { self.library_call("numpy.asarray", vec![value], span) } else { Ok(value) }
    }

    fn pair_of(&mut self, left: Expr, right: Expr) -> Option<(Elements, Element, Element)> {
        let (elements, found) = self.elements_of(vec![left, right])?;
        let [left, right] = <[Element; 2]>::try_from(found).ok()?;
        Some((elements, left, right))
    }

    /// The element of an operand; `None` if it has none. `joins`: where it is a computation itself, that becomes part of the new one.
    pub(crate) fn element_of(
        &mut self,
        operand: Expr,
        joins: bool,
        elements: &mut Elements,
    ) -> Option<Element> {
        let span = operand.span;
        match (operand.kind, operand.ty) {
            (ExprKind::Elementwise(operation), Type::Array(array)) if joins => {
                elements.count(array);
                elements.operands.extend(operation.operands);
                elements.shapes.push(operation.broadcast);
                Some(Element { value: operation.body, dtype: array.dtype, is_weak: false })
            }
            (kind, Type::Array(array)) if array.ndim == 0 => {
                let array_of_one = Box::new(Expr::new(kind, Type::Array(array), span));
                let ty = Type::Scalar(array.dtype);
                let held = self.new_temporary("scalar", ty.clone(), span);
                let element = ExprKind::Element { array: array_of_one, indices: Vec::new() };
                elements.add_scalar(held, Expr::new(element, ty, span));
                Some(Element { value: self.version(held, span), dtype: array.dtype, is_weak: false })
            }
            (kind, Type::Array(array)) => {
                let element = self.new_temporary("element", Type::Scalar(array.dtype), span);
                elements.add_elements(element, Expr::new(kind, Type::Array(array), span));
                Some(Element { value: self.version(element, span), dtype: array.dtype, is_weak: false })
            }
            (ExprKind::Constant(value), Type::Scalar(dtype)) => {
                let is_weak = matches!(dtype, Dtype::Int64 | Dtype::Float64 | Dtype::Complex128);
                Some(Element { value: constant(value, Type::Scalar(dtype), span), dtype, is_weak })
            }
            (kind, Type::Scalar(dtype)) => {
                let held = self.new_temporary("scalar", Type::Scalar(dtype), span);
                elements.add_scalar(held, Expr::new(kind, Type::Scalar(dtype), span));
                Some(Element { value: self.version(held, span), dtype, is_weak: false })
            }
            _ => None,
        }
    }

    /// `left op right` where one of both is an array; `None` where the operator does not accept them.
    pub(crate) fn array_binary(
        &mut self,
        op: ast::BinaryOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        if op == ast::BinaryOp::MatMul {
            let are_arrays = [&left, &right].iter().all(|side| matches!(side.ty, Type::Array(_)));
            return match are_arrays {
                true => self.library_call("numpy.matmul", vec![left, right], span).map(Some),
                false => Ok(None),
            };
        }
        let Some((elements, left, right)) = self.pair_of(left, right) else { return Ok(None) };
        let body = self.element_binary(op, left, right, span)?;
        Ok(body.map(|body| elements.finish(body, span)))
    }

    /// A comparison where one of both is an array.
    pub(crate) fn array_compare(
        &mut self,
        op: CompareOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let Some((elements, left, right)) = self.pair_of(left, right) else { return Ok(None) };
        let common = common_dtype(&left, &right);
        let both_are_integers = left.dtype.is_integral() && right.dtype.is_integral();
        let (left, right) = if both_are_integers {
            (left.value, right.value)
        } else {
            (to_dtype(left.value, common), to_dtype(right.value, common))
        };
        if common.is_complex() && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let body = self.complex_order(op, left, right, span)?;
            return Ok(Some(elements.finish(body, span)));
        }
        Ok(scalar_compare(op, left, right, span).map(|body| elements.finish(body, span)))
    }

    /// The order that NumPy gives to complex numbers: by their real parts, of equal ones by the imaginary parts; false with a nan among those that decide.
    pub(crate) fn complex_order(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Typed {
        let strict = match op {
            CompareOp::Lt | CompareOp::Le => CompareOp::Lt,
            _ => CompareOp::Gt,
        };
        self.with_let(left, "left", span, |this, left| {
            this.with_let(right, "right", span, |_, right| {
                let part = |value: &Expr, intrinsic| {
                    let dtype = value.ty.as_scalar().expect("it is a number").part();
                    crate::intrinsic_call::apply(intrinsic, vec![value.clone()], dtype, span)
                };
                let is = |op, a: Expr, b: Expr| scalar_compare(op, a, b, span).expect("parts have an order");
                let both = |op, intrinsic| is(op, part(&left, intrinsic), part(&right, intrinsic));
                let no_nan =
                    |value| is(CompareOp::Eq, part(value, Intrinsic::Imag), part(value, Intrinsic::Imag));
                let and = |a, b| binary(BinaryOp::BitAnd, a, b, Dtype::Bool, span);
                let decided = and(and(both(strict, Intrinsic::Real), no_nan(&left)), no_nan(&right));
                let tied = and(both(CompareOp::Eq, Intrinsic::Real), both(op, Intrinsic::Imag));
                Ok(binary(BinaryOp::BitOr, decided, tied, Dtype::Bool, span))
            })
        })
    }

    /// `op operand` of an array; `None` where the operator does not accept it.
    pub(crate) fn array_unary(&mut self, op: AstUnary, operand: Expr, span: Span) -> Option<Expr> {
        let mut elements = Elements::default();
        let element = self.element_of(operand, true, &mut elements)?;
        let apply = |op, value: Expr| {
            let ty = value.ty.clone();
            Expr::new(ExprKind::Unary(op, Box::new(value)), ty, span)
        };
        let body = match (op, element.dtype.kind()) {
            (AstUnary::Not, _) => return None,
            (AstUnary::Pos | AstUnary::Neg, DtypeKind::Bool) => return None,
            (AstUnary::Pos, _) => element.value,
            (AstUnary::Neg, _) => apply(UnaryOp::Neg, element.value),
            (AstUnary::Invert, DtypeKind::Float | DtypeKind::Complex) => return None,
            (AstUnary::Invert, _) => apply(UnaryOp::Invert, element.value),
        };
        Some(elements.finish(body, span))
    }

    /// An operation on two elements, as NumPy's ufunc of that operator computes it; `None` where there is no such.
    fn element_binary(
        &mut self,
        op: ast::BinaryOp,
        left: Element,
        right: Element,
        span: Span,
    ) -> Typed<Option<Expr>> {
        if op == ast::BinaryOp::Pow {
            return self.element_power(left, right, span);
        }
        let common = common_dtype(&left, &right);
        let Some((op, dtype)) = ufunc_of(op, common) else { return Ok(None) };
        let left = self.adapted(left, dtype)?;
        let right = self.adapted(right, dtype)?;
        let right = match op {
            // A count that is negative or too large shifts everything out.
            BinaryOp::LShift | BinaryOp::RShift => to_dtype(right, unsigned_of(dtype)),
            _ => right,
        };
        Ok(Some(binary(op, left, right, dtype, span)))
    }

    /// `**`: NumPy computes powers of floats by the written exponents 2, 1, 0.5, 0 and -1 in other ways.
    fn element_power(&mut self, left: Element, right: Element, span: Span) -> Typed<Option<Expr>> {
        let common = common_dtype(&left, &right);
        let dtype = if common == Dtype::Bool { Dtype::Int8 } else { common };
        let exponent = weak_exponent(&right);
        if exponent == Some(2.0) {
            let base = self.adapted(left, dtype)?;
            return Ok(Some(binary(BinaryOp::Pow, base, int64(2, span), dtype, span)));
        }
        if dtype.is_integral() {
            let is_negative = integer_constant(&right.value).is_some_and(|exponent| exponent < 0);
            let base = self.adapted(left, dtype)?;
            let keeps = is_negative && dtype.kind() == DtypeKind::Signed;
            let exponent = if keeps { right.value } else { self.adapted(right, dtype)? };
            return Ok(Some(binary(BinaryOp::Pow, base, exponent, dtype, span)));
        }
        let of_floats = left.dtype == dtype && !dtype.is_complex();
        let base = self.adapted(left, dtype)?;
        let power = match exponent.filter(|_| of_floats) {
            Some(1.0) => base,
            Some(-1.0) => {
                let one = convert(constant(Constant::Float(1.0), Type::FLOAT64, span), &base.ty);
                binary(BinaryOp::Div, one, base, dtype, span)
            }
            Some(0.5) => crate::intrinsic_call::apply(Intrinsic::Sqrt, vec![base], dtype, span),
            _ => {
                let exponent = self.adapted(right, dtype)?;
                power_of_elements(base, exponent, dtype, span)
            }
        };
        Ok(Some(power))
    }

    /// An element in the dtype of an operation. A Python integer has to fit it.
    pub(crate) fn adapted(&mut self, element: Element, dtype: Dtype) -> Typed {
        if element.is_weak { self.fitting(element.value, dtype) } else { Ok(to_dtype(element.value, dtype)) }
    }

    /// A number in a dtype. An integer that the source writes down has to fit it.
    pub(crate) fn fitting(&mut self, value: Expr, dtype: Dtype) -> Typed {
        self.check_fit(&value, dtype)?;
        Ok(to_dtype(value, dtype))
    }

    /// Reports an integer that the source writes down and that does not fit a dtype.
    pub(crate) fn check_fit(&mut self, value: &Expr, dtype: Dtype) -> Typed<()> {
        match integer_constant(value) {
            Some(number)
                if dtype.is_integral()
                    && convert_constant(Constant::Int(number), Dtype::Int64, dtype).is_none() =>
            {
                Err(self.report_out_of_bounds(number, dtype, value.span))
            }
            _ => Ok(()),
        }
    }

    fn report_out_of_bounds(&mut self, number: i64, dtype: Dtype, span: Span) -> Reported {
        let message = format!("the integer {number} does not fit {dtype}, the dtype of the array");
        let help = format!(
            "use a number that fits {dtype}, or an array of larger numbers, as in `x.astype(np.int64)`"
        );
        self.report(Diagnostic::error(&OUT_OF_BOUNDS, message, span).with_help(help))
    }
}

/// Whether a value is a number, or holds numbers only.
fn holds_numbers(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) => true,
        Type::List(item) => holds_numbers(item),
        Type::Tuple(items) => items.class().is_none() && items.iter().all(holds_numbers),
        _ => false,
    }
}

/// The dtype that two operands are converted to.
pub(crate) fn common_dtype(left: &Element, right: &Element) -> Dtype {
    match (left.is_weak, right.is_weak) {
        (false, true) => numpy_promote_weak(left.dtype, right.dtype),
        (true, false) => numpy_promote_weak(right.dtype, left.dtype),
        (false, false) | (true, true) => numpy_promote(left.dtype, right.dtype),
    }
}

/// The values of elements, Python numbers adapted to the others, and what is to become floats in NumPy's dtype for that.
pub(crate) fn adapted_float(elements: Vec<Element>, takes_floats: bool) -> Vec<Expr> {
    let common = elements.iter().cloned().reduce(|a, b| {
        let dtype = common_dtype(&a, &b);
        Element { dtype, is_weak: a.is_weak && b.is_weak, ..a }
    });
    let Some(common) = common else { return Vec::new() };
    let strong = || elements.iter().filter(|element| !element.is_weak).map(|element| element.dtype);
    let dtype = match common.dtype {
        dtype if !takes_floats || !dtype.is_integral() => dtype,
        // A Python number beside truth values alone counts as int64.
        Dtype::Int64 if strong().all(|dtype| dtype == Dtype::Bool) => Dtype::Float64,
        _ if strong().all(|dtype| dtype.size_bytes() <= 2) => Dtype::Float32,
        _ => Dtype::Float64,
    };
    let adapts = |element: &Element| takes_floats || element.is_weak;
    elements
        .into_iter()
        .map(|element| if adapts(&element) { to_dtype(element.value, dtype) } else { element.value })
        .collect()
}

/// What computes an operator, and in which dtype.
fn ufunc_of(op: ast::BinaryOp, common: Dtype) -> Option<(BinaryOp, Dtype)> {
    let is_bool = common == Dtype::Bool;
    let number = if is_bool { Dtype::Int8 } else { common };
    Some(match op {
        ast::BinaryOp::Add if is_bool => (BinaryOp::BitOr, common),
        ast::BinaryOp::Mul if is_bool => (BinaryOp::BitAnd, common),
        ast::BinaryOp::Sub if is_bool => return None,
        ast::BinaryOp::Add => (BinaryOp::Add, common),
        ast::BinaryOp::Sub => (BinaryOp::Sub, common),
        ast::BinaryOp::Mul => (BinaryOp::Mul, common),
        ast::BinaryOp::Div if common.is_integral() => (BinaryOp::Div, Dtype::Float64),
        ast::BinaryOp::Div => (BinaryOp::Div, common),
        ast::BinaryOp::FloorDiv | ast::BinaryOp::Mod if common.is_complex() => return None,
        ast::BinaryOp::FloorDiv => (BinaryOp::FloorDiv, number),
        ast::BinaryOp::Mod => (BinaryOp::Mod, number),
        ast::BinaryOp::LShift if common.is_integral() => (BinaryOp::LShift, number),
        ast::BinaryOp::RShift if common.is_integral() => (BinaryOp::RShift, number),
        ast::BinaryOp::BitAnd if common.is_integral() => (BinaryOp::BitAnd, common),
        ast::BinaryOp::BitOr if common.is_integral() => (BinaryOp::BitOr, common),
        ast::BinaryOp::BitXor if common.is_integral() => (BinaryOp::BitXor, common),
        ast::BinaryOp::LShift
        | ast::BinaryOp::RShift
        | ast::BinaryOp::BitAnd
        | ast::BinaryOp::BitOr
        | ast::BinaryOp::BitXor
        | ast::BinaryOp::MatMul
        | ast::BinaryOp::Pow => return None,
    })
}

fn unsigned_of(dtype: Dtype) -> Dtype {
    match dtype.size_bytes() {
        1 => Dtype::UInt8,
        2 => Dtype::UInt16,
        4 => Dtype::UInt32,
        _ => Dtype::UInt64,
    }
}

/// The exponent that was written as a Python number.
fn weak_exponent(exponent: &Element) -> Option<f64> {
    match exponent.value.kind {
        ExprKind::Constant(Constant::Int(value)) if exponent.is_weak => Some(value as f64),
        ExprKind::Constant(Constant::Float(value)) if exponent.is_weak => Some(value),
        _ => None,
    }
}

fn int64(value: i64, span: Span) -> Expr {
    constant(Constant::Int(value), Type::INT64, span)
}

/// An operation on two numbers of a dtype, or elements.
pub(crate) fn binary(op: BinaryOp, left: Expr, right: Expr, dtype: Dtype, span: Span) -> Expr {
    Expr::new(
        ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) },
        Type::Scalar(dtype),
        span,
    )
}

/// The power of two elements of a dtype that is not integral.
pub(crate) fn power_of_elements(base: Expr, exponent: Expr, dtype: Dtype, span: Span) -> Expr {
    match dtype.is_complex() {
        true => binary(BinaryOp::Pow, base, exponent, dtype, span),
        false => crate::intrinsic_call::apply(Intrinsic::OwnPow, vec![base, exponent], dtype, span),
    }
}
