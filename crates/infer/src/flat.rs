//! All elements of an array in the order of C, whatever its dimensions: `.flat`, `.item()`, `np.ndindex`, `np.ndenumerate`, `np.nditer`, and `in`.
//!
//! Nothing is made for an iterator: an array whose elements lie in this order is seen as one of one dimension, and in any other the position is taken
//! apart into an index for each axis.

use crate::array_methods::item_dtype;
use crate::call::Arguments;
use crate::conditions::{choose, scalar_compare};
use crate::constants::integer_constant;
use crate::conversion::{convert, to_dtype};
use crate::environment::Global;
use crate::expression::Value;
use crate::function::{Inference, Typed};
use crate::iteration::{Iterable, arithmetic, array_item, integer, tuple_of};
use crate::rearranged::{reversed, view};
use crate::views::Place;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{Argument, ExprKind as AstExpr, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{ArrayAttribute, Axis, BinaryOp, CompareOp, Expr, ExprKind};
use hotloop_intrinsics::{Family, Intrinsic, Item};
use hotloop_types::{ArrayType, Dtype, Layout, Type};

static FLAT: Code =
    Code::new("HL0329", "all elements of an array are used in a way that a kernel does not know");

/// Whether an expression is `x.flat`.
pub(crate) fn is_flat(expression: &ast::Expr) -> bool {
    matches!(&expression.kind, AstExpr::Attribute { name, .. } if &*name.name == "flat")
}

/// What `x.flat` is.
enum Flat {
    /// All elements of this array.
    Elements(Expr, ArrayType),
    /// The attribute of something else.
    Other(Value),
}

impl Inference<'_> {
    /// `x.flat`, of which [`is_flat`] holds.
    fn flat_of(&mut self, expression: &ast::Expr) -> Typed<Flat> {
        let AstExpr::Attribute { value, name } = &expression.kind else { unreachable!("it was asked for") };
        match self.operand(value)?.present() {
            Value::Expr(Expr { kind, ty: Type::Array(ty), span }) => {
                Ok(Flat::Elements(Expr::new(kind, Type::Array(ty), span), ty))
            }
            owner => self.attribute_of(owner, name, expression.span).map(Flat::Other),
        }
    }

    /// `x.flat[index]`
    pub(crate) fn subscript_of_flat(&mut self, flat: &ast::Expr, index: &ast::Expr, span: Span) -> Typed {
        let (array, ty) = match self.flat_of(flat)? {
            Flat::Elements(array, ty) => (array, ty),
            Flat::Other(base) => return self.subscript_of(base, index, span),
        };
        if let Some((line, line_ty)) = self.as_line(array.clone(), ty, span) {
            let part = self.array_subscript(line, line_ty, index, span)?;
            return if matches!(part.kind, ExprKind::View { .. }) {
                self.copied(part, span)
            } else {
                Ok(part)
            };
        }
        let position = self.flat_position(index)?;
        self.in_block(span, |this| {
            let array = this.kept(array.clone(), "array");
            let indices = this.checked_position(&array, ty, position.clone(), span);
            Ok(array_item(array, ty, indices, span))
        })
    }

    /// `x.flat[index]` as what a statement writes.
    pub(crate) fn written_flat(&mut self, flat: &ast::Expr, index: &ast::Expr, span: Span) -> Typed<Place> {
        let (array, ty) = match self.flat_of(flat)? {
            Flat::Elements(array, ty) => (array, ty),
            Flat::Other(base) => {
                let base = self.run_time_value(base)?;
                return self.assigned_place(base, index, span);
            }
        };
        if let Some((line, line_ty)) = self.as_line(array.clone(), ty, span) {
            return self.written_array_place(line, line_ty, index, span);
        }
        let position = self.flat_position(index)?;
        let array = self.kept(array, "array");
        let indices = self.checked_position(&array, ty, position, span);
        Ok(Place::Element(array, indices))
    }

    /// An array as one of one dimension that shares its memory, if its type says that its elements lie in that order.
    fn as_line(&mut self, array: Expr, ty: ArrayType, span: Span) -> Option<(Expr, ArrayType)> {
        if ty.ndim == 1 {
            return Some((array, ty));
        }
        if ty.layout != Layout::C {
            return None;
        }
        let line = self.flat(array, span).ok()?;
        match line.ty {
            Type::Array(ty) => Some((line, ty)),
            _ => None,
        }
    }

    fn flat_position(&mut self, index: &ast::Expr) -> Typed {
        if let AstExpr::Slice { .. } | AstExpr::Tuple(_) | AstExpr::List(_) | AstExpr::Ellipsis = index.kind {
            let message = "only an integer is an index of all elements of an array that is not in C order";
            let diagnostic = Diagnostic::error(&FLAT, message, index.span)
                .with_help("use `x.ravel()` to read several, or index the array itself");
            return Err(self.report(diagnostic));
        }
        let index = self.expression(index)?;
        Ok(convert(self.integer_index(index)?, &Type::INT64))
    }

    /// The indices of the element at a position, which is checked.
    fn checked_position(&mut self, array: &Expr, ty: ArrayType, position: Expr, span: Span) -> Vec<Expr> {
        let size = self.kept(size_of(array, span), "size");
        let position = self.kept(position, "position");
        let is_below = |value: &Expr, bound: Expr| {
            scalar_compare(CompareOp::Lt, value.clone(), bound, span).expect("integers")
        };
        let from_end = arithmetic(BinaryOp::Add, position.clone(), size.clone(), span);
        let from_start = choose(is_below(&position, integer(0, span)), from_end, position, span);
        let from_start = self.kept(from_start, "position");
        let message = "index is out of bounds for the size of the array";
        self.raise_if(is_below(&from_start, integer(0, span)), ExceptionClass::IndexError, message, span);
        let is_inside = is_below(&from_start, size);
        let is_outside = crate::operators::negated(is_inside, span);
        self.raise_if(is_outside, ExceptionClass::IndexError, message, span);
        let lengths =
            (0..usize::from(ty.ndim)).map(|axis| crate::arrays::length(array, ty, axis, span)).collect();
        self.indices_at(&from_start, lengths, span)
    }

    /// The index for each axis of these lengths of the position, in C order.
    pub(crate) fn indices_at(&mut self, position: &Expr, lengths: Vec<Expr>, span: Span) -> Vec<Expr> {
        if let [_] = lengths[..] {
            return vec![position.clone()];
        }
        // Positions are not negative, and their division need not floor.
        let unsigned = |value: Expr| to_dtype(value, Dtype::UInt64);
        let divided = |op, left: Expr, right: Expr| {
            let (left, right) = (Box::new(left), Box::new(right));
            Expr::new(ExprKind::Binary { op, left, right }, Type::Scalar(Dtype::UInt64), span)
        };
        let mut rest = self.kept(unsigned(position.clone()), "rest");
        let mut indices = Vec::with_capacity(lengths.len());
        for (axis, length) in lengths.into_iter().enumerate().rev() {
            if axis == 0 {
                indices.push(to_dtype(rest.clone(), Dtype::Int64));
                break;
            }
            let length = self.kept(unsigned(length), "length");
            let index = divided(BinaryOp::Mod, rest.clone(), length.clone());
            indices.push(self.kept(to_dtype(index, Dtype::Int64), "index"));
            rest = self.kept(divided(BinaryOp::FloorDiv, rest, length), "rest");
        }
        indices.reverse();
        indices
    }

    /// What `x.flat` is in the head of a loop.
    pub(crate) fn flat_iterable(&mut self, flat: &ast::Expr) -> Typed<Iterable> {
        match self.flat_of(flat)? {
            Flat::Elements(array, ty) => {
                let array = self.kept(array, "array");
                Ok(match self.as_line(array.clone(), ty, flat.span) {
                    Some((line, ty)) => Iterable::Array(self.kept(line, "elements"), ty),
                    None => Iterable::Elements(array, ty),
                })
            }
            Flat::Other(value) => self.iterable_value(value, flat.span),
        }
    }

    /// `np.ndindex(...)`, `np.ndenumerate(x)` or `np.nditer(x)` in the head of a loop.
    pub(crate) fn walked_iterable(
        &mut self,
        intrinsic: Intrinsic,
        arguments: &[Argument],
        span: Span,
    ) -> Typed<Iterable> {
        let arguments = self.arguments(arguments)?;
        if let Intrinsic::NdIndex | Intrinsic::ParallelNdIndex = intrinsic {
            let name = if intrinsic == Intrinsic::NdIndex { "numpy.ndindex" } else { "hotloop.pndindex" };
            return self.index_iterable(name, &arguments, span);
        }
        let (name, parameter) = match intrinsic {
            Intrinsic::NdEnumerate => ("numpy.ndenumerate", "arr"),
            _ => ("numpy.nditer", "op"),
        };
        let placed = self.place_arguments(name, &[parameter], 1, &arguments, span)?;
        let value = self.value(placed[0].expect("it is required"))?;
        let array = crate::conditions::unwrapped(value);
        let Type::Array(ty) = array.ty else { return Err(self.report_argument(name, &array, "an array")) };
        let array = self.kept(array, "array");
        if intrinsic == Intrinsic::NdEnumerate {
            let lengths = (0..usize::from(ty.ndim)).map(|axis| crate::arrays::length(&array, ty, axis, span));
            let indices = Iterable::Indices(lengths.collect());
            let elements = match self.as_line(array.clone(), ty, span) {
                Some((line, ty)) => Iterable::Array(self.kept(line, "elements"), ty),
                None => Iterable::Elements(array, ty),
            };
            return Ok(Iterable::Zip(vec![indices, elements]));
        }
        // It goes as the elements lie in memory.
        let in_memory = match ty.layout {
            Layout::C => array,
            Layout::F => reversed(array, ty, span),
            Layout::A => {
                let message =
                    "`numpy.nditer` goes through an array as it lies in memory, which is not known here";
                let diagnostic = Diagnostic::error(&FLAT, message, array.span)
                    .with_primary(format!("this is {}", array.ty))
                    .with_help(
                        "loop over `x.flat` for the order of C, or over a copy, as in `np.nditer(x.copy())`",
                    );
                return Err(self.report(diagnostic));
            }
        };
        let line = self.flat(in_memory, span)?;
        let Type::Array(ty) = line.ty else { unreachable!("it is an array") };
        Ok(Iterable::Views(self.kept(line, "elements"), ty))
    }

    fn index_iterable(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed<Iterable> {
        if !arguments.keywords.is_empty() {
            let diagnostic = Diagnostic::error(&FLAT, format!("`{name}` takes lengths, or a shape"), span)
                .with_help("give them by position");
            return Err(self.report(diagnostic));
        }
        let values =
            arguments.positional.iter().map(|value| self.expression(value)).collect::<Typed<Vec<Expr>>>()?;
        let shape = match <[Expr; 1]>::try_from(values) {
            Ok([only]) => only,
            Err(several) => tuple_of(several, span),
        };
        let shape = self.kept(shape, "shape");
        let mut lengths = Vec::new();
        self.with_lengths(shape, span, |_, found| {
            lengths = found;
            Ok(integer(0, span))
        })?;
        let lengths = lengths.into_iter().map(|length| self.kept(length, "length")).collect::<Vec<_>>();
        for length in &lengths {
            let is_negative = scalar_compare(CompareOp::Lt, length.clone(), integer(0, span), span);
            let is_negative = is_negative.expect("both are integers");
            if integer_constant(length).is_none_or(|length| length < 0) {
                let message = "negative dimensions are not allowed";
                self.raise_if(is_negative, ExceptionClass::ValueError, message, span);
            }
        }
        Ok(Iterable::Indices(lengths))
    }

    /// The item of such an iterable at a position.
    pub(crate) fn walked_item(&mut self, iterable: &Iterable, position: &Expr, span: Span) -> Expr {
        match iterable {
            Iterable::Indices(lengths) => {
                let indices = self.indices_at(position, lengths.clone(), span);
                tuple_of(indices, span)
            }
            Iterable::Elements(array, ty) => {
                let lengths =
                    (0..usize::from(ty.ndim)).map(|axis| crate::arrays::length(array, *ty, axis, span));
                let indices = self.indices_at(position, lengths.collect(), span);
                array_item(array.clone(), *ty, indices, span)
            }
            Iterable::Views(array, ty) => {
                let element = view(array.clone(), *ty, vec![Axis::Index(position.clone())], span);
                let Type::Array(own) = element.ty else { unreachable!("a view is an array") };
                let readonly = Type::Array(ArrayType { readonly: true, ..own });
                convert(element, &readonly)
            }
            _ => unreachable!("the others have items of their own"),
        }
    }

    /// `array.item(...)`: a number of Python.
    pub(crate) fn item_method(
        &mut self,
        array: Expr,
        ty: ArrayType,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let names = ["i", "j", "k", "l", "m", "n", "o", "p"];
        let placed = self.place_arguments("item", &names, 0, arguments, span)?;
        let mut indices = Vec::new();
        for argument in placed.into_iter().flatten() {
            let index = self.expression(argument)?;
            indices.push(self.integer_index(index)?);
        }
        let to = item_dtype(ty.dtype);
        if indices.len() == usize::from(ty.ndim) {
            return Ok(to_dtype(array_item(array, ty, indices, span), to));
        }
        if indices.len() > 1 {
            let message =
                "as many indices as the array has dimensions, one for all, or none are given to `item`";
            let diagnostic = Diagnostic::error(&FLAT, message, span)
                .with_label(array.span, format!("this is {}", array.ty))
                .with_help("index the array itself for anything else");
            return Err(self.report(diagnostic));
        }
        self.in_block(span, |this| {
            let array = this.kept(array.clone(), "array");
            let indices = match indices.first() {
                Some(position) => {
                    this.checked_position(&array, ty, convert(position.clone(), &Type::INT64), span)
                }
                None => {
                    let one = integer(1, span);
                    let is_wrong = scalar_compare(CompareOp::Ne, size_of(&array, span), one, span);
                    let message = "item(): can only convert an array of size 1 to a Python scalar";
                    let class = ExceptionClass::ValueError;
                    this.raise_if(is_wrong.expect("both are integers"), class, message, span);
                    vec![integer(0, span); usize::from(ty.ndim)]
                }
            };
            Ok(to_dtype(array_item(array, ty, indices, span), to))
        })
    }

    /// `value in array`: whether an element is equal to it.
    pub(crate) fn array_membership(&mut self, value: Expr, array: Expr, span: Span) -> Typed {
        self.with_let(array, "array", span, |this, array| {
            this.with_let(value, "value", span, |this, value| {
                let name = |name: &str| ast::Expr::new(AstExpr::Name(name.into()), span);
                let target = name("an element");
                let (array, value) = (this.stand_in(array), this.stand_in(value));
                let flat = Identifier { name: "flat".into(), span };
                let flat = ast::Expr::new(AstExpr::Attribute { value: Box::new(array), name: flat }, span);
                let equal = AstExpr::Compare {
                    first: Box::new(target.clone()),
                    rest: vec![(ast::CompareOp::Eq, value)],
                };
                let clause = ast::Comprehension {
                    is_async: false,
                    target,
                    iterable: flat,
                    conditions: Vec::new(),
                    span,
                };
                let element = Box::new(ast::Expr::new(equal, span));
                let each = ast::Expr::new(AstExpr::Generator { element, clauses: vec![clause] }, span);
                let any = Global::Item(Item::Function(Intrinsic::Any, Family::Python));
                let any = Box::new(this.stand_in(Value::Global(any, span)));
                let arguments = vec![Argument::Positional(each)];
                this.value(&ast::Expr::new(AstExpr::Call { function: any, arguments }, span))
            })
        })
    }
}

/// How many elements an array has.
pub(crate) fn size_of(array: &Expr, span: Span) -> Expr {
    let kind = ExprKind::ArrayAttribute(Box::new(array.clone()), ArrayAttribute::Size);
    Expr::new(kind, Type::INT64, span)
}
