//! Arrays in another arrangement: their axes in another order, added or gone, parts of their elements, other shapes.

use crate::call::Arguments;
use crate::conditions::scalar_compare;
use crate::constants::integer_constant;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed, counted};
use crate::iteration::integer;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::Identifier;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{
    ArrayAttribute, Axis, CompareOp, Constant, Exception, ExceptionArgument, Expr, ExprKind, Fill,
    Rearrangement, StmtKind, view_type,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, Type};

static AXIS: Code = Code::new("HL0327", "an axis that an array does not have, or that is not known");
static ARRANGEMENT: Code = Code::new("HL0328", "an arrangement of an array that a kernel cannot make");

/// As a function of NumPy, with the names of its parameters and how many are required; as a method, without the first.
fn parameters(intrinsic: Intrinsic) -> (&'static [&'static str], usize) {
    match intrinsic {
        Intrinsic::Transpose => (&["a", "axes"], 1),
        Intrinsic::SwapAxes => (&["a", "axis1", "axis2"], 3),
        Intrinsic::MoveAxis => (&["a", "source", "destination"], 3),
        Intrinsic::ExpandDims | Intrinsic::Squeeze => (&["a", "axis"], 2),
        Intrinsic::Reshape => (&["a", "shape", "order"], 2),
        Intrinsic::BroadcastTo => (&["array", "shape"], 2),
        Intrinsic::Flip => (&["m", "axis"], 1),
        Intrinsic::Ravel => (&["a", "order"], 1),
        _ => (&["a"], 1),
    }
}

impl Inference<'_> {
    /// A function of NumPy that arranges an array anew.
    pub(crate) fn arrangement(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (parameters, required) = parameters(intrinsic);
        let placed = self.place_arguments(name, parameters, required, arguments, span)?;
        let array = self.value(placed[0].expect("it is required"))?;
        let array = crate::conditions::unwrapped(array);
        let array = match array.ty {
            Type::Scalar(_) | Type::Tuple(_) | Type::List(_) => {
                let made = self.library_call("numpy.asarray", vec![array], span)?;
                self.kept(made, "array")
            }
            _ => array,
        };
        let Type::Array(ty) = array.ty else {
            let short = name.replacen("numpy.", "np.", 1);
            let note = match parameters {
                [_] => format!("The argument to {short} must be array-like"),
                [first, ..] => format!("The first argument \"{first}\" must be array-like"),
                [] => unreachable!("each of them has a parameter"),
            };
            return Err(self.report_argument_noted(name, &array, "an array", note));
        };
        let attribute = match intrinsic {
            Intrinsic::ShapeOf => "shape",
            Intrinsic::SizeOf => "size",
            Intrinsic::NdimOf => "ndim",
            _ => return self.arranged(intrinsic, name, (array, ty), &placed[1..], span),
        };
        let attribute = Identifier { name: attribute.into(), span };
        let value = self.attribute_of(Value::Expr(array), &attribute, span)?;
        self.run_time_value(value)
    }

    /// A method of an array that arranges it anew.
    pub(crate) fn arrangement_method(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        (array, ty): (Expr, ArrayType),
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (parameters, required) = parameters(intrinsic);
        if arguments.positional.len() > 1 && matches!(intrinsic, Intrinsic::Transpose | Intrinsic::Reshape) {
            let values =
                arguments.positional.iter().map(|value| self.expression(value)).collect::<Typed<Vec<_>>>()?;
            let together = crate::iteration::tuple_of(values, span);
            let together = self.stand_in(Value::from(together));
            let several = Arguments { positional: vec![&together], ..arguments.clone() };
            let placed = self.place_arguments(name, &parameters[1..], required - 1, &several, span)?;
            return self.arranged(intrinsic, name, (array, ty), &placed, span);
        }
        let placed = self.place_arguments(name, &parameters[1..], required - 1, arguments, span)?;
        self.arranged(intrinsic, name, (array, ty), &placed, span)
    }

    fn arranged(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        (array, ty): (Expr, ArrayType),
        placed: &[Option<&ast::Expr>],
        span: Span,
    ) -> Typed {
        let ndim = usize::from(ty.ndim);
        let given = |position: usize| placed.get(position).copied().flatten();
        match intrinsic {
            Intrinsic::Transpose => {
                let order = match given(0) {
                    Some(axes) => self.axes(name, axes, ndim)?,
                    None => None,
                };
                let order = order.unwrap_or_else(|| (0..ndim).rev().collect());
                self.check_order(&order, ndim, span)?;
                Ok(in_order(array, ty, &order, span))
            }
            Intrinsic::SwapAxes => {
                let first = self.axis(name, given(0).expect("it is required"), ndim)?;
                let second = self.axis(name, given(1).expect("it is required"), ndim)?;
                let mut order: Vec<usize> = (0..ndim).collect();
                order.swap(first, second);
                Ok(in_order(array, ty, &order, span))
            }
            Intrinsic::MoveAxis => {
                let sources = self.known_axes(name, given(0).expect("it is required"), ndim)?;
                let destinations = self.known_axes(name, given(1).expect("it is required"), ndim)?;
                let order = self.moved_axes(&sources, &destinations, ndim, span)?;
                Ok(in_order(array, ty, &order, span))
            }
            Intrinsic::ExpandDims => {
                let argument = given(0).expect("it is required");
                let count = self.count_of_axes(argument)?;
                let axes = self.known_axes(name, argument, ndim + count)?;
                self.check_distinct(&axes, argument.span)?;
                let mut kinds = vec![Axis::Whole; ndim + count];
                axes.iter().for_each(|axis| kinds[*axis] = Axis::New);
                Ok(view(array, ty, kinds, span))
            }
            Intrinsic::Squeeze => {
                let argument = given(0).expect("it is required");
                let axes = self.known_axes(name, argument, ndim)?;
                self.check_distinct(&axes, argument.span)?;
                self.squeezed(array, ty, &axes, span)
            }
            Intrinsic::Flip => {
                let axes = match given(0) {
                    Some(axes) => self.axes(name, axes, ndim)?,
                    None => None,
                };
                Ok(flipped(array, ty, &axes.unwrap_or_else(|| (0..ndim).collect()), span))
            }
            Intrinsic::FlipUd | Intrinsic::FlipLr => {
                let axis = usize::from(intrinsic == Intrinsic::FlipLr);
                if ndim <= axis {
                    let message = format!(
                        "`{name}` needs {}, and the array has {}",
                        counted(axis + 1, "dimension"),
                        counted(ndim, "dimension")
                    );
                    let diagnostic = Diagnostic::error(&AXIS, message, span)
                        .with_label(array.span, format!("this is {}", array.ty))
                        .with_help("use `np.flip` with an axis that the array has");
                    return Err(self.report(diagnostic));
                }
                Ok(flipped(array, ty, &[axis], span))
            }
            Intrinsic::Reshape => {
                let shape = self.expression(given(0).expect("it is required"))?;
                let is_fortran = self.is_fortran_order(name, given(1))?;
                let array = if is_fortran { reversed(array, ty, span) } else { array };
                let array = self.writable_if_copied(array, span)?;
                self.with_lengths(shape, span, |_, lengths| {
                    Ok(if is_fortran {
                        let lengths = lengths.into_iter().rev().collect();
                        let (shaped, ty) = typed(shaped(array, lengths, span));
                        reversed(shaped, ty, span)
                    } else {
                        shaped(array, lengths, span)
                    })
                })
            }
            Intrinsic::Ravel => {
                let array =
                    if self.is_fortran_order(name, given(0))? { reversed(array, ty, span) } else { array };
                let array = self.writable_if_copied(array, span)?;
                self.flat(array, span)
            }
            _ => {
                let shape = self.expression(given(0).expect("it is required"))?;
                self.with_lengths(shape, span, |this, lengths| {
                    if lengths.len() < ndim {
                        return Err(this.report_fewer_axes(&array, ty, lengths.len(), span));
                    }
                    Ok(rearranged(array, ty.dtype, Rearrangement::Broadcast(lengths), span))
                })
            }
        }
    }

    /// An array whose elements are put in another shape: one that cannot be written and is not known to lie in the order of C is copied, so that what becomes of it can be written.
    fn writable_if_copied(&mut self, array: Expr, span: Span) -> Typed {
        match array.ty {
            Type::Array(ty) if ty.readonly && ty.layout != Layout::C => self.copied(array, span),
            _ => Ok(array),
        }
    }

    /// All elements in one dimension, without a copy if they lie so.
    pub(crate) fn flat(&mut self, array: Expr, span: Span) -> Typed {
        self.with_let(array, "array", span, |_, array| {
            let size = ExprKind::ArrayAttribute(Box::new(array.clone()), ArrayAttribute::Size);
            Ok(shaped(array, vec![Expr::new(size, Type::INT64, span)], span))
        })
    }

    /// `array.T`
    pub(crate) fn transposed(&mut self, array: Expr, ty: ArrayType, span: Span) -> Expr {
        reversed(array, ty, span)
    }

    /// `array.real` and `array.imag`
    pub(crate) fn part_of_array(&mut self, array: Expr, ty: ArrayType, is_imag: bool, span: Span) -> Typed {
        if ty.dtype.is_complex() {
            let part = ty.dtype.part();
            let offset = if is_imag { part.size_bytes() } else { 0 };
            return Ok(rearranged(array, part, Rearrangement::Parts(offset), span));
        }
        if !is_imag {
            return Ok(array);
        }
        // As in NumPy, zeros that cannot be written.
        self.with_let(array, "array", span, |_, array| {
            let lengths = (0..usize::from(ty.ndim)).map(|axis| crate::arrays::length(&array, ty, axis, span));
            let new = ArrayType::new(ty.dtype, ty.ndim, Layout::C);
            let kind = ExprKind::NewArray { fill: Fill::Zeros, shape: lengths.collect() };
            let zeros = Expr::new(kind, Type::Array(new), span);
            let readonly = Type::Array(ArrayType { readonly: true, ..new });
            Ok(Expr::new(ExprKind::Convert(Box::new(zeros)), readonly, span))
        })
    }

    /// `array.view(dtype)`
    pub(crate) fn viewed_as(&mut self, array: Expr, ty: ArrayType, dtype: Dtype, span: Span) -> Typed {
        let is_possible = ty.dtype.size_bytes() == dtype.size_bytes()
            && (dtype.kind() != DtypeKind::Bool || ty.dtype == dtype);
        if is_possible {
            return Ok(rearranged(array, dtype, Rearrangement::Parts(0), span));
        }
        if ty.layout == Layout::C && ty.ndim > 0 && dtype.kind() != DtypeKind::Bool {
            return Ok(rearranged(array, dtype, Rearrangement::Resized, span));
        }
        let message = format!("an array of {} cannot be viewed as one of {dtype} in a kernel", ty.dtype);
        let diagnostic = Diagnostic::error(&ARRANGEMENT, message, span)
            .with_label(array.span, format!("this is {}", array.ty))
            .with_help("view it as numbers of the same size, make it contiguous with `copy`, or convert it with `astype`");
        Err(self.report(diagnostic))
    }

    fn squeezed(&mut self, array: Expr, ty: ArrayType, axes: &[usize], span: Span) -> Typed {
        self.in_block(span, |this| {
            let array = this.kept(array.clone(), "array");
            for axis in axes {
                let length = crate::arrays::length(&array, ty, *axis, span);
                let is_wrong = scalar_compare(CompareOp::Ne, length, integer(1, span), span);
                let message = "cannot select an axis to squeeze out which has size not equal to one";
                this.raise_if(
                    is_wrong.expect("both are integers"),
                    ExceptionClass::ValueError,
                    message,
                    span,
                );
            }
            let kinds = (0..usize::from(ty.ndim))
                .map(|axis| if axes.contains(&axis) { Axis::Index(integer(0, span)) } else { Axis::Whole });
            Ok(view(array, ty, kinds.collect(), span))
        })
    }

    /// Raises where a condition holds.
    pub(crate) fn raise_if(&mut self, condition: Expr, class: ExceptionClass, message: &str, span: Span) {
        let exception =
            Exception { class: class.into(), arguments: vec![ExceptionArgument::Str(message.to_owned())] };
        let raise = hir::Stmt { kind: StmtKind::Raise { exception }, span };
        self.emit_choice(condition, vec![raise], span);
    }

    /// Whether `order` asks for Fortran order.
    fn is_fortran_order(&mut self, name: &str, order: Option<&ast::Expr>) -> Typed<bool> {
        let Some(order) = order else { return Ok(false) };
        let value = self.operand(order)?;
        match &value {
            Value::Str(text, _) if &**text == "C" => Ok(false),
            Value::Str(text, _) if &**text == "F" => Ok(true),
            _ => {
                let message = format!("`{name}` in a kernel knows the orders \"C\" and \"F\"");
                let diagnostic = Diagnostic::error(&ARRANGEMENT, message, order.span)
                    .with_help("leave `order` out for the order of rows, C");
                Err(self.report(diagnostic))
            }
        }
    }

    /// An axis, counted from the start.
    pub(crate) fn axis(&mut self, name: &str, argument: &ast::Expr, ndim: usize) -> Typed<usize> {
        let value = self.expression(argument)?;
        self.axis_of_value(name, &value, ndim)
    }

    fn axis_of_value(&mut self, name: &str, value: &Expr, ndim: usize) -> Typed<usize> {
        let Some(axis) = integer_constant(value) else {
            let message = format!("the axis of `{name}` has to be known when the kernel is compiled");
            let diagnostic = Diagnostic::error(&AXIS, message, value.span)
                .with_primary(format!("this is {}", value.ty))
                .with_help("write the number, or take it from a global variable or a default");
            return Err(self.report(diagnostic));
        };
        let from_start = if axis < 0 { axis.wrapping_add(ndim as i64) } else { axis };
        if (0..ndim as i64).contains(&from_start) {
            return Ok(from_start as usize);
        }
        let message =
            format!("axis {axis} is out of bounds for an array with {}", counted(ndim, "dimension"));
        let diagnostic = Diagnostic::error(&AXIS, message, value.span)
            .with_help("axes are counted from 0, or from the end by negative numbers");
        Err(self.report(diagnostic))
    }

    /// The axes that an integer, or a tuple of integers, names; `None` for `None`.
    pub(crate) fn axes(
        &mut self,
        name: &str,
        argument: &ast::Expr,
        ndim: usize,
    ) -> Typed<Option<Vec<usize>>> {
        let value = self.expression(argument)?;
        match value.ty.clone() {
            Type::None => Ok(None),
            Type::Tuple(items) => {
                let items: Vec<Expr> = crate::tuples::items(&value, &items).collect();
                items.iter().map(|item| self.axis_of_value(name, item, ndim)).collect::<Typed<_>>().map(Some)
            }
            _ => Ok(Some(vec![self.axis_of_value(name, &value, ndim)?])),
        }
    }

    fn known_axes(&mut self, name: &str, argument: &ast::Expr, ndim: usize) -> Typed<Vec<usize>> {
        match self.axes(name, argument, ndim)? {
            Some(axes) => Ok(axes),
            None => {
                let message = format!("`{name}` in a kernel has to be told the axes");
                let diagnostic = Diagnostic::error(&AXIS, message, argument.span)
                    .with_help("name each axis: how many dimensions are left is part of the type");
                Err(self.report(diagnostic))
            }
        }
    }

    fn count_of_axes(&mut self, argument: &ast::Expr) -> Typed<usize> {
        Ok(match self.expression(argument)?.ty {
            Type::Tuple(items) => items.len(),
            _ => 1,
        })
    }

    fn check_order(&mut self, order: &[usize], ndim: usize, span: Span) -> Typed<()> {
        if order.len() != ndim {
            let message = format!(
                "{} named for an array with {}",
                if order.len() == 1 { "1 axis is".to_owned() } else { format!("{} axes are", order.len()) },
                counted(ndim, "dimension")
            );
            let diagnostic =
                Diagnostic::error(&AXIS, message, span).with_help("name each axis of the array once");
            return Err(self.report(diagnostic));
        }
        self.check_distinct(order, span)
    }

    fn check_distinct(&mut self, axes: &[usize], span: Span) -> Typed<()> {
        let repeated = axes.iter().enumerate().find(|(position, axis)| axes[..*position].contains(axis));
        let Some((_, axis)) = repeated else { return Ok(()) };
        let message = format!("axis {axis} is named twice");
        Err(self.report(Diagnostic::error(&AXIS, message, span).with_help("name each axis once")))
    }

    fn moved_axes(
        &mut self,
        sources: &[usize],
        destinations: &[usize],
        ndim: usize,
        span: Span,
    ) -> Typed<Vec<usize>> {
        if sources.len() != destinations.len() {
            let message = "as many places as axes have to be named";
            let help = "name a destination for each source";
            return Err(self.report(Diagnostic::error(&AXIS, message, span).with_help(help)));
        }
        self.check_distinct(sources, span)?;
        self.check_distinct(destinations, span)?;
        let mut order: Vec<usize> = (0..ndim).filter(|axis| !sources.contains(axis)).collect();
        let mut moves: Vec<(usize, usize)> =
            destinations.iter().copied().zip(sources.iter().copied()).collect();
        moves.sort_unstable();
        for (destination, source) in moves {
            order.insert(destination, source);
        }
        Ok(order)
    }

    fn report_fewer_axes(&mut self, array: &Expr, ty: ArrayType, given: usize, span: Span) -> Reported {
        let message = format!(
            "an array with {} cannot be broadcast to {}",
            counted(usize::from(ty.ndim), "dimension"),
            counted(given, "dimension")
        );
        let diagnostic = Diagnostic::error(&ARRANGEMENT, message, span)
            .with_label(array.span, format!("this is {}", array.ty))
            .with_help("broadcasting adds axes in front, and takes none away");
        self.report(diagnostic)
    }
}

/// The array with all axes in the opposite order.
pub(crate) fn reversed(array: Expr, ty: ArrayType, span: Span) -> Expr {
    let order: Vec<usize> = (0..usize::from(ty.ndim)).rev().collect();
    in_order(array, ty, &order, span)
}

fn in_order(array: Expr, ty: ArrayType, order: &[usize], span: Span) -> Expr {
    if order.is_sorted() {
        return array;
    }
    let order = order.iter().map(|axis| *axis as u8).collect();
    rearranged(array, ty.dtype, Rearrangement::Axes(order), span)
}

/// The array in another shape.
pub(crate) fn shaped(array: Expr, lengths: Vec<Expr>, span: Span) -> Expr {
    let (array, ty) = typed(array);
    rearranged(array, ty.dtype, Rearrangement::Shape(lengths), span)
}

fn typed(array: Expr) -> (Expr, ArrayType) {
    let Type::Array(ty) = array.ty else { unreachable!("only an array is arranged anew") };
    (array, ty)
}

fn flipped(array: Expr, ty: ArrayType, axes: &[usize], span: Span) -> Expr {
    let kinds = (0..usize::from(ty.ndim)).map(|axis| {
        let step = Some(integer(-1, span));
        if axes.contains(&axis) { Axis::Slice { start: None, stop: None, step } } else { Axis::Whole }
    });
    view(array, ty, kinds.collect(), span)
}

/// A view of an array by its axes.
pub(crate) fn view(array: Expr, ty: ArrayType, axes: Vec<Axis>, span: Span) -> Expr {
    let view = view_type(ty, &axes).expect("there are as many axes as dimensions");
    Expr::new(ExprKind::View { array: Box::new(array), axes }, Type::Array(view), span)
}

/// An array in another arrangement.
pub(crate) fn rearranged(array: Expr, dtype: Dtype, how: Rearrangement, span: Span) -> Expr {
    let (array, from) = typed(array);
    let ty = how.type_of(from, dtype).expect("the arrangement was checked");
    Expr::new(ExprKind::Rearranged { array: Box::new(array), how }, Type::Array(ty), span)
}

/// A bool that is known.
pub(crate) fn known_bool(value: bool, span: Span) -> Expr {
    constant(Constant::Bool(value), Type::BOOL, span)
}
