//! The rules of expressions: H02, H03.

use super::{Outcome, Verifier, Violation, broken};
use crate::{
    ArrayAttribute, Axis, BinaryOp, Broadcast, Callee, CompareOp, Constant, ConstantArray, Draw, Elementwise,
    Expr, ExprKind, Fill, GeneratorRequest, Places, Rearrangement, Stream, UnaryOp, Version, view_type,
};
use hotloop_intrinsics::Typing;
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, Type};

/// Whether there is a conversion from one type to the other.
pub(super) fn converts(from: &Type, to: &Type) -> bool {
    match (from, to) {
        // A complex number does not lose its imaginary part without being asked to.
        (Type::Scalar(from), Type::Scalar(to)) => !from.is_complex() || to.is_complex() || *to == Dtype::Bool,
        (Type::Array(from), Type::Array(to)) => from.fits(*to),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.class() == to.class()
                && from.len() == to.len()
                && from.iter().zip(to.iter()).all(|(from, to)| converts(from, to))
        }
        (Type::None, Type::Optional(_)) => true,
        (Type::Optional(from), Type::Optional(to)) => converts(from, to),
        (from, Type::Optional(to)) => converts(from, to),
        (
            Type::Scalar(_)
            | Type::Array(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined,
            _,
        ) => from == to,
    }
}

pub(super) fn mistyped<T>(expr: &Expr, why: impl std::fmt::Display) -> Result<T, Violation> {
    broken("H03", format!("an expression of type {} is mistyped: {why}", expr.ty))
}

fn is_integer(ty: &Type) -> bool {
    ty.as_scalar().is_some_and(Dtype::is_integer)
}

impl<'a> Verifier<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Outcome {
        match &expr.kind {
            ExprKind::Constant(value) => constant(expr, *value),
            ExprKind::Version(version) => {
                self.read(*version)?;
                self.same(expr, self.ty(*version))
            }
            ExprKind::Unary(op, operand) => {
                self.expr(operand)?;
                self.same(expr, &operand.ty)?;
                unary(expr, *op)
            }
            ExprKind::Binary { op, left, right } => {
                self.all([&**left, right])?;
                binary(expr, *op, left, right)
            }
            ExprKind::Compare { op, left, right } => {
                self.all([&**left, right])?;
                self.same(expr, &Type::BOOL)?;
                comparable(expr, *op, &left.ty, &right.ty)
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.typed([&**left, right], &Type::BOOL)?;
                self.same(expr, &Type::BOOL)
            }
            ExprKind::Conditional { condition, then, otherwise } => {
                self.typed([&**condition], &Type::BOOL)?;
                self.typed([&**then, otherwise], &expr.ty)
            }
            ExprKind::Let { target, value, body } => {
                self.typed([&**value], self.ty(*target))?;
                self.assign(*target)?;
                self.typed([&**body], &expr.ty)?;
                self.defined.remove(*target);
                Ok(())
            }
            ExprKind::Block { statements, value } => {
                let before = self.defined.clone();
                // Nothing in it may jump to loops around.
                let loops = std::mem::take(&mut self.loops);
                self.block(statements)?;
                self.loops = loops;
                if !self.reachable {
                    return mistyped(expr, "its statements never fall through");
                }
                self.typed([&**value], &expr.ty)?;
                self.defined = before;
                Ok(())
            }
            ExprKind::Assign { target, value } => {
                self.typed([&**value], self.ty(*target))?;
                self.same(expr, &value.ty)?;
                self.assign(*target)
            }
            ExprKind::IsNone(value) => {
                self.expr(value)?;
                self.same(expr, &Type::BOOL)?;
                optional(value).map(|_| ())
            }
            ExprKind::Unwrap(value) => {
                self.expr(value)?;
                self.same(expr, optional(value)?)
            }
            ExprKind::Range { start, stop, step } => {
                self.typed([&**start, stop, step], &Type::INT64)?;
                self.same(expr, &Type::Range)
            }
            ExprKind::RangeElement { range, index } => {
                self.typed([&**range], &Type::Range)?;
                self.typed([&**index], &Type::INT64)?;
                self.same(expr, &Type::INT64)
            }
            ExprKind::Random { stream, draw, arguments } => self.random(expr, *stream, *draw, arguments),
            ExprKind::Generator { request, arguments } => self.generator(expr, *request, arguments),
            ExprKind::RangeLength(range) => {
                self.typed([&**range], &Type::Range)?;
                self.same(expr, &Type::INT64)
            }
            ExprKind::Convert(value) => {
                self.expr(value)?;
                if converts(&value.ty, &expr.ty) {
                    Ok(())
                } else {
                    mistyped(expr, format!("converted from {}", value.ty))
                }
            }
            ExprKind::Tuple(items) => {
                self.all(items)?;
                let is_made_of_items = || items.iter().map(|item| &item.ty).eq(expr.ty.parts());
                match expr.ty {
                    Type::Tuple(_) | Type::Function(_) | Type::Enum(_) if is_made_of_items() => Ok(()),
                    _ => mistyped(expr, "its parts have other types"),
                }
            }
            ExprKind::TupleItem(tuple, position) => self.tuple_item(expr, tuple, *position),
            ExprKind::TupleElement { tuple, index } => self.tuple_element(expr, tuple, index),
            ExprKind::ConstantArray(array) => constant_array(expr, array),
            ExprKind::Element { array, indices } => {
                let element = self.element(array, indices)?;
                self.same(expr, &element)
            }
            ExprKind::View { array, axes } => self.view(expr, array, axes),
            ExprKind::Rearranged { array, how } => self.rearranged(expr, array, how),
            ExprKind::Elementwise(operation) => self.elementwise(expr, operation),
            ExprKind::AsElements(value) => {
                self.expr(value)?;
                self.same(expr, &value.ty)
            }
            ExprKind::Positions { .. } => mistyped(expr, "positions are no operand of elements"),
            ExprKind::Selected { array, mask } => self.selected(expr, array, mask),
            ExprKind::TruePositions { lengths, mask, .. } => self.true_positions(expr, lengths, mask),
            ExprKind::ArrayAttribute(array, attribute) => self.attribute(expr, array, *attribute),
            ExprKind::NewArray { fill, shape } => self.new_array(expr, fill, shape),
            ExprKind::Object(object) => self.object(expr, object),
            ExprKind::Intrinsic { intrinsic, arguments } if intrinsic.typing() == Typing::WholeArrays => {
                self.all(arguments)?;
                self.same(expr, &Type::None)
            }
            ExprKind::Intrinsic { arguments, .. } => self.intrinsic(expr, arguments),
            ExprKind::Call { callee, arguments } => self.call(expr, *callee, arguments),
            ExprKind::Resume { callee, generator, condition } => {
                if let Some(condition) = condition {
                    self.expr(condition)?;
                    self.same(condition, &Type::BOOL)?;
                }
                self.call(expr, *callee, std::slice::from_ref(&**generator))
            }
        }
    }

    pub(super) fn all(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) -> Outcome {
        exprs.into_iter().try_for_each(|expr| self.expr(expr))
    }

    /// Checks expressions that all have to be of one type.
    fn typed(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, ty: &Type) -> Outcome {
        exprs.into_iter().try_for_each(|expr| {
            self.expr(expr)?;
            self.same(expr, ty)
        })
    }

    fn tuple_item(&mut self, expr: &Expr, tuple: &'a Expr, position: u32) -> Outcome {
        self.expr(tuple)?;
        match &tuple.ty {
            Type::Tuple(_) | Type::Function(_) | Type::Enum(_)
                if tuple.ty.parts().get(position as usize) == Some(&expr.ty) =>
            {
                Ok(())
            }
            Type::Range if position < 3 => self.same(expr, &Type::INT64),
            _ => mistyped(expr, format!("item {position} of {}", tuple.ty)),
        }
    }

    fn tuple_element(&mut self, expr: &Expr, tuple: &'a Expr, index: &'a Expr) -> Outcome {
        self.expr(tuple)?;
        self.typed([index], &Type::INT64)?;
        match &tuple.ty {
            Type::Tuple(items) if items.iter().all(|item| *item == expr.ty) => Ok(()),
            _ => mistyped(expr, format!("an element of {}", tuple.ty)),
        }
    }

    fn attribute(&mut self, expr: &Expr, array: &'a Expr, attribute: ArrayAttribute) -> Outcome {
        self.expr(array)?;
        let Type::Array(ty) = array.ty else {
            return mistyped(expr, format!("an attribute of {}", array.ty));
        };
        match attribute {
            ArrayAttribute::Shape | ArrayAttribute::Strides => {
                self.same(expr, &Type::tuple(std::iter::repeat_n(Type::INT64, usize::from(ty.ndim))))
            }
            ArrayAttribute::Size => self.same(expr, &Type::INT64),
            ArrayAttribute::IsContiguous(_) => self.same(expr, &Type::BOOL),
        }
    }

    fn random(&mut self, expr: &Expr, stream: Stream, draw: Draw, arguments: &'a [Expr]) -> Outcome {
        self.all(arguments)?;
        let uint64 = Type::Scalar(hotloop_types::Dtype::UInt64);
        let (parameters, result) = match draw {
            Draw::Float => (Vec::new(), Type::FLOAT64),
            Draw::Bits => (vec![Type::INT64], uint64),
            Draw::Below => (vec![Type::INT64], Type::INT64),
            Draw::Distribution(distribution) if distribution.stream() != stream => {
                return mistyped(expr, format!("{distribution:?} belongs to another stream"));
            }
            Draw::Distribution(distribution) => {
                (vec![Type::FLOAT64; distribution.parameters()], Type::FLOAT64)
            }
            Draw::Seed => (vec![uint64], Type::None),
            Draw::SeedAnew => (Vec::new(), Type::None),
            Draw::Shuffle => (arguments.iter().map(|argument| argument.ty.clone()).collect(), Type::None),
        };
        if !arguments.iter().map(|argument| &argument.ty).eq(&parameters) {
            return mistyped(expr, format!("{draw:?} takes other arguments"));
        }
        self.same(expr, &result)
    }

    fn generator(&mut self, expr: &Expr, request: GeneratorRequest, arguments: &'a [Expr]) -> Outcome {
        let uint64 = Type::Scalar(Dtype::UInt64);
        let (result, parameters) = match request {
            GeneratorRequest::New => (Type::RandomGenerator, vec![uint64]),
            GeneratorRequest::NewAnew => (Type::RandomGenerator, Vec::new()),
            GeneratorRequest::Word => (uint64, vec![Type::RandomGenerator]),
            GeneratorRequest::HalfWord => (Type::Scalar(Dtype::UInt32), vec![Type::RandomGenerator]),
            GeneratorRequest::Float | GeneratorRequest::Ziggurat(_) => {
                (Type::FLOAT64, vec![Type::RandomGenerator])
            }
        };
        self.all(arguments)?;
        if !arguments.iter().map(|argument| &argument.ty).eq(&parameters) {
            return mistyped(expr, format!("{request:?} takes other arguments"));
        }
        self.same(expr, &result)
    }

    fn intrinsic(&mut self, expr: &Expr, arguments: &'a [Expr]) -> Outcome {
        self.all(arguments)?;
        let is_number = |expr: &Expr| expr.ty.as_scalar().is_some();
        if arguments.iter().all(is_number) && is_number(expr) {
            return Ok(());
        }
        mistyped(expr, "an intrinsic takes numbers and gives one")
    }

    fn call(&mut self, expr: &Expr, callee: Callee, arguments: &'a [Expr]) -> Outcome {
        self.all(arguments)?;
        let callee = &self.function.callees[callee];
        if !arguments.iter().map(|argument| &argument.ty).eq(&callee.parameters) {
            return mistyped(expr, format!("a call of `{}` with other types", callee.name));
        }
        self.same(expr, &callee.result)
    }

    pub(super) fn same(&self, expr: &Expr, ty: &Type) -> Outcome {
        if expr.ty == *ty { Ok(()) } else { mistyped(expr, format!("it should be {ty}")) }
    }

    /// The type of an element that is read or written.
    pub(super) fn element(&mut self, array: &'a Expr, indices: &'a [Expr]) -> Result<Type, Violation> {
        self.indexed(array, indices)?;
        match array.ty {
            Type::Array(ty) if usize::from(ty.ndim) == indices.len() => Ok(Type::Scalar(ty.dtype)),
            _ => mistyped(array, format!("it has {} indices", indices.len())),
        }
    }

    fn view(&mut self, expr: &Expr, array: &'a Expr, axes: &'a [Axis]) -> Outcome {
        self.expr(array)?;
        for axis in axes {
            match axis {
                Axis::Index(index) => self.index(index)?,
                Axis::Slice { .. } => self.typed(axis.operands(), &Type::INT64)?,
                Axis::Whole | Axis::New => {}
            }
        }
        match array.ty {
            Type::Array(ty) if view_type(ty, axes).is_some_and(|view| Type::Array(view) == expr.ty) => Ok(()),
            _ => mistyped(expr, format!("a view of {} by {} axes", array.ty, axes.len())),
        }
    }

    fn elementwise(&mut self, expr: &Expr, operation: &'a Elementwise) -> Outcome {
        let (element, ndim) = self.elements(operation)?;
        match expr.ty {
            Type::Array(ty)
                if Type::Scalar(ty.dtype) == element
                    && ty.ndim == ndim
                    && ty.layout != Layout::A
                    && !ty.readonly =>
            {
                Ok(())
            }
            _ => mistyped(expr, format!("its elements are {element}, its operands have {ndim} dimensions")),
        }
    }

    fn rearranged(&mut self, expr: &Expr, array: &'a Expr, how: &'a Rearrangement) -> Outcome {
        self.expr(array)?;
        self.typed(how.operands(), &Type::INT64)?;
        match (&array.ty, &expr.ty) {
            (Type::Array(from), Type::Array(to)) if how.type_of(*from, to.dtype) == Some(*to) => Ok(()),
            _ => mistyped(expr, format!("another arrangement of {}", array.ty)),
        }
    }

    fn selected(&mut self, expr: &Expr, array: &'a Expr, mask: &'a Elementwise) -> Outcome {
        self.expr(array)?;
        let ndim = self.mask(mask)?;
        match (&array.ty, &expr.ty) {
            (Type::Array(from), Type::Array(to))
                if from.ndim >= ndim
                    && ndim > 0
                    && *to == ArrayType::new(from.dtype, from.ndim - ndim + 1, Layout::C) =>
            {
                Ok(())
            }
            _ => mistyped(expr, format!("a part of {} by a mask of {ndim} dimensions", array.ty)),
        }
    }

    fn true_positions(&mut self, expr: &Expr, lengths: &'a [Expr], mask: &'a Elementwise) -> Outcome {
        self.typed(lengths, &Type::INT64)?;
        let ndim = self.mask(mask)?;
        if lengths.len() != usize::from(ndim) {
            return mistyped(expr, format!("a mask of {ndim} dimensions for {} lengths", lengths.len()));
        }
        self.same(expr, &Type::Array(ArrayType::new(Dtype::Int64, 2, Layout::C)))
    }

    fn mask(&mut self, mask: &'a Elementwise) -> Result<u8, Violation> {
        let (element, ndim) = self.elements(mask)?;
        if element == Type::BOOL { Ok(ndim) } else { mistyped(&mask.body, "a mask is made of bools") }
    }

    pub(super) fn store_elements(
        &mut self,
        array: &'a Expr,
        value: &'a Elementwise,
        mask: Option<&'a Elementwise>,
    ) -> Outcome {
        let (element, ndim) = self.elements(value)?;
        self.expr(array)?;
        let masked = mask.map_or(Ok(0), |mask| self.mask(mask))?;
        match array.ty {
            Type::Array(ty)
                if Type::Scalar(ty.dtype) == element
                    && ndim <= ty.ndim
                    && masked <= ty.ndim
                    && !ty.readonly =>
            {
                Ok(())
            }
            _ => mistyped(array, format!("elements of {element} in {ndim} dimensions are written to it")),
        }
    }

    pub(super) fn store_at(
        &mut self,
        array: &'a Expr,
        places: &'a Places,
        value: &'a Elementwise,
    ) -> Outcome {
        let (element, ndim) = self.elements(value)?;
        self.expr(array)?;
        let placed = self.operands(&places.operands)?;
        for index in &places.indices {
            if !is_integer(self.ty(*index)) || !places.operands.iter().any(|(operand, _)| operand == index) {
                return mistyped(array, format!("{index} is no index of it"));
            }
        }
        self.shapes(array, &places.broadcast)?;
        self.forget(&places.operands);
        match array.ty {
            Type::Array(ty)
                if Type::Scalar(ty.dtype) == element
                    && ndim <= placed
                    && usize::from(ty.ndim) == places.indices.len()
                    && !ty.readonly =>
            {
                Ok(())
            }
            _ => mistyped(array, format!("elements of {element} in {ndim} dimensions are written to it")),
        }
    }

    /// The type of the elements of a result, and the number of its dimensions.
    fn elements(&mut self, operation: &'a Elementwise) -> Result<(Type, u8), Violation> {
        let ndim = self.operands(&operation.operands)?;
        self.expr(&operation.body)?;
        self.shapes(&operation.body, &operation.broadcast)?;
        self.forget(&operation.operands);
        Ok((operation.body.ty.clone(), ndim))
    }

    /// Checks operands, and gives the number of dimensions that they have together.
    fn operands(&mut self, operands: &'a [(Version, Expr)]) -> Result<u8, Violation> {
        let mut ndim = 0;
        for (version, operand) in operands {
            match &operand.kind {
                ExprKind::Positions { length, axes } => {
                    self.typed([&**length], &Type::INT64)?;
                    let ty = ArrayType::new(Dtype::Int64, *axes, Layout::C);
                    self.same(operand, &Type::Array(ty))?;
                }
                _ => self.expr(operand)?,
            }
            let is_its = match (&operand.ty, self.ty(*version)) {
                (Type::Array(_), whole @ Type::Array(_)) => *whole == operand.ty,
                (Type::Array(array), Type::Scalar(dtype)) => {
                    ndim = ndim.max(array.ndim);
                    array.dtype == *dtype
                }
                (operand, ty) => operand == ty && ty.as_scalar().is_some(),
            };
            if !is_its {
                return mistyped(operand, format!("{version} stands for its elements"));
            }
            self.assign(*version)?;
        }
        Ok(ndim)
    }

    /// Checks that what is broadcast is there.
    fn shapes(&self, body: &Expr, broadcast: &Broadcast) -> Outcome {
        match broadcast {
            Broadcast::Of(version) if self.defined.contains(*version) => Ok(()),
            Broadcast::Of(version) => mistyped(body, format!("the shape of {version} is not known")),
            Broadcast::At(inner, _) => self.shapes(body, inner),
            Broadcast::Together(parts) | Broadcast::Indices(parts) => {
                parts.iter().try_for_each(|part| self.shapes(body, part))
            }
        }
    }

    fn forget(&mut self, operands: &[(Version, Expr)]) {
        for (version, _) in operands {
            self.defined.remove(*version);
        }
    }

    fn indexed(&mut self, array: &'a Expr, indices: &'a [Expr]) -> Outcome {
        self.expr(array)?;
        indices.iter().try_for_each(|index| self.index(index))
    }

    fn index(&mut self, index: &'a Expr) -> Outcome {
        self.expr(index)?;
        if is_integer(&index.ty) { Ok(()) } else { mistyped(index, "an index is an integer") }
    }

    fn new_array(&mut self, expr: &'a Expr, fill: &'a Fill, shape: &'a [Expr]) -> Outcome {
        for length in shape {
            self.expr(length)?;
            self.same(length, &Type::INT64)?;
        }
        let Type::Array(ty) = expr.ty else { return mistyped(expr, "a new array") };
        if let Fill::Value(value) = fill {
            self.expr(value)?;
            self.same(value, &Type::Scalar(ty.dtype))?;
        }
        let fits = usize::from(ty.ndim) == shape.len() && ty.layout != Layout::A && !ty.readonly;
        if fits {
            Ok(())
        } else {
            mistyped(expr, "a new array is contiguous, writable and of its shape's dimensions")
        }
    }
}

fn constant_array(expr: &Expr, array: &ConstantArray) -> Outcome {
    let Type::Array(ty) = expr.ty else { return mistyped(expr, "a constant array") };
    let length = array.shape.iter().product::<i64>() * i64::from(ty.dtype.size_bytes());
    let fits = usize::from(ty.ndim) == array.shape.len() && array.bytes.len() as i64 == length;
    if fits && ty.readonly && ty.layout != Layout::A {
        Ok(())
    } else {
        mistyped(expr, "a constant array is contiguous, read-only and as large as its shape says")
    }
}

/// The type of the value that an optional may have.
fn optional(expr: &Expr) -> Result<&Type, Violation> {
    match &expr.ty {
        Type::Optional(value) => Ok(value),
        _ => mistyped(expr, "it should be optional"),
    }
}

fn constant(expr: &Expr, value: Constant) -> Outcome {
    let fits = match (value, &expr.ty) {
        (Constant::Bool(_), ty) => *ty == Type::BOOL,
        (Constant::Int(value), Type::Scalar(dtype)) => integer_fits(value, *dtype),
        (Constant::Float(_), Type::Scalar(Dtype::Float64)) => true,
        (Constant::Float(value), Type::Scalar(Dtype::Float32)) => is_single(value),
        (Constant::Complex(..), Type::Scalar(Dtype::Complex128)) => true,
        (Constant::Complex(real, imag), Type::Scalar(Dtype::Complex64)) => is_single(real) && is_single(imag),
        (Constant::None, ty) => *ty == Type::None,
        (Constant::Dtype, ty) => matches!(ty, Type::Dtype(_)),
        (Constant::Int(_) | Constant::Float(_) | Constant::Complex(..), _) => false,
    };
    if fits { Ok(()) } else { mistyped(expr, format!("the constant {value:?}")) }
}

fn is_single(value: f64) -> bool {
    value.is_nan() || f64::from(value as f32) == value
}

fn integer_fits(value: i64, dtype: Dtype) -> bool {
    let bits = dtype.size_bytes() * 8;
    match dtype.kind() {
        _ if bits == 64 => dtype.is_integer(),
        DtypeKind::Unsigned => (0..1 << bits).contains(&value),
        DtypeKind::Signed => (-(1 << (bits - 1))..1 << (bits - 1)).contains(&value),
        DtypeKind::Bool | DtypeKind::Float | DtypeKind::Complex => false,
    }
}

fn unary(expr: &Expr, op: UnaryOp) -> Outcome {
    let kind = expr.ty.as_scalar().map(Dtype::kind);
    let fits = match op {
        UnaryOp::Not => kind == Some(DtypeKind::Bool),
        UnaryOp::Neg => kind.is_some_and(|kind| kind != DtypeKind::Bool),
        UnaryOp::Invert => expr.ty.as_scalar().is_some_and(Dtype::is_integral),
    };
    if fits { Ok(()) } else { mistyped(expr, format!("{op:?}")) }
}

fn binary(expr: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Outcome {
    let Some(kind) = expr.ty.as_scalar().map(Dtype::kind) else {
        return mistyped(expr, "arithmetic on no number");
    };
    let same = left.ty == expr.ty && right.ty == expr.ty;
    let is_number = kind != DtypeKind::Bool;
    let fits = match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => same && is_number,
        BinaryOp::FloorDiv | BinaryOp::Mod => same && is_number && kind != DtypeKind::Complex,
        BinaryOp::Div => same && matches!(kind, DtypeKind::Float | DtypeKind::Complex),
        BinaryOp::Pow => {
            let literal =
                matches!(right.kind, ExprKind::Constant(Constant::Int(_))) && right.ty == Type::INT64;
            let of_integers = is_integer(&expr.ty) && is_integer(&right.ty);
            is_number && left.ty == expr.ty && (same || literal || of_integers)
        }
        BinaryOp::LShift | BinaryOp::RShift => {
            is_integer(&expr.ty) && left.ty == expr.ty && is_integer(&right.ty)
        }
        BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => {
            same && !matches!(kind, DtypeKind::Float | DtypeKind::Complex)
        }
    };
    if fits { Ok(()) } else { mistyped(expr, format!("{op:?} of {} and {}", left.ty, right.ty)) }
}

fn comparable(expr: &Expr, op: CompareOp, left: &Type, right: &Type) -> Outcome {
    let unsigned = Type::Scalar(Dtype::UInt64);
    let mixed = (*left == Type::INT64 && *right == unsigned) || (*left == unsigned && *right == Type::INT64);
    let is_ordered = matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge);
    let has_order = left.as_scalar().is_some_and(|dtype| !dtype.is_complex());
    if (left == right && left.as_scalar().is_some() && (has_order || !is_ordered)) || mixed {
        return Ok(());
    }
    mistyped(expr, format!("a comparison of {left} with {right}"))
}
