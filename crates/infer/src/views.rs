//! Subscripts of arrays: elements, views by slices, `...` and new axes, and what arrays choose.

use crate::assign::STORED;
use crate::chosen::Chosen;
use crate::conditions::unwrapped;
use crate::conversion::{convert, to_dtype};
use crate::elementwise::{Element, Elements};
use crate::function::{Inference, Reported, Typed, counted};
use crate::iteration::integer;
use crate::slices::{is_ellipsis, is_slice};
use crate::subscript::INDEX;
use hotloop_ast as ast;
use hotloop_ast::ExprKind as AstExpr;
use hotloop_diagnostics::{Diagnostic, Span};
use hotloop_hir::{Axis, Elementwise, Expr, ExprKind, Fill, StmtKind};
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, Type};

/// A subscript as it stands.
#[derive(Default)]
struct Given {
    axes: Vec<GivenAxis>,
    /// Before which of them `...` stands, for all axes that no index takes.
    rest: Option<usize>,
}

/// What stands for an axis in a subscript.
pub(crate) enum GivenAxis {
    /// What leaves a view, or an element.
    Axis(Axis),
    /// An array of indices.
    Indices(Expr, ArrayType),
    /// A mask, for as many axes as it has.
    Mask(Expr, ArrayType),
    /// `...` that stands for no axis, where arrays choose.
    Gap,
}

impl GivenAxis {
    /// How many axes of the array it stands for.
    fn takes(&self) -> usize {
        match self {
            Self::Axis(Axis::New) | Self::Gap => 0,
            Self::Axis(Axis::Index(_) | Axis::Slice { .. } | Axis::Whole) | Self::Indices(..) => 1,
            Self::Mask(_, own) => usize::from(own.ndim),
        }
    }
}

/// What a subscript of an array means.
pub(crate) enum Place {
    /// One element, by as many integers as there are dimensions.
    Element(Expr, Vec<Expr>),
    /// A view.
    View(Expr),
    /// What arrays choose.
    Chosen(Box<Chosen>),
}

impl Inference<'_> {
    /// The value at a place.
    pub(crate) fn read_place(&mut self, place: Place, span: Span) -> Typed {
        match place {
            Place::Element(array, indices) => {
                let Type::Array(ty) = array.ty else { unreachable!("only an array has elements") };
                let kind = ExprKind::Element { array: Box::new(array), indices };
                Ok(Expr::new(kind, Type::Scalar(ty.dtype), span))
            }
            Place::View(view) => Ok(view),
            Place::Chosen(chosen) => self.read_chosen(*chosen, span),
        }
    }

    /// `base[index]`. A computed tuple is bound to a name, and so is the array, which comes first.
    pub(crate) fn array_subscript(
        &mut self,
        base: Expr,
        ty: ArrayType,
        index: &ast::Expr,
        span: Span,
    ) -> Typed {
        if !may_be_computed_tuple(index) {
            let place = self.array_place(base, ty, index, span)?;
            return self.read_place(place, span);
        }
        let value = self.value(index)?;
        if !matches!(value.ty, Type::Tuple(_)) {
            let index = self.stand_in(value);
            let place = self.array_place(base, ty, &index, span)?;
            return self.read_place(place, span);
        }
        self.with_let(base, "array", span, |this, base| {
            this.with_let(value, "index", span, |this, value| {
                let index = this.stand_in(value);
                let place = this.array_place(base, ty, &index, span)?;
                this.read_place(place, span)
            })
        })
    }

    /// The place `base[index]` that a statement writes; a computed tuple is bound to a name before it.
    pub(crate) fn written_array_place(
        &mut self,
        base: Expr,
        ty: ArrayType,
        index: &ast::Expr,
        span: Span,
    ) -> Typed<Place> {
        if !may_be_computed_tuple(index) {
            return self.array_place(base, ty, index, span);
        }
        let value = self.value(index)?;
        let (base, value) = match value.ty {
            Type::Tuple(_) => (self.kept(base, "array"), self.kept(value, "index")),
            _ => (base, value),
        };
        let index = self.stand_in(value);
        self.array_place(base, ty, &index, span)
    }

    /// What `base[index]` means.
    pub(crate) fn array_place(
        &mut self,
        base: Expr,
        ty: ArrayType,
        index: &ast::Expr,
        span: Span,
    ) -> Typed<Place> {
        let Given { mut axes, rest } = self.given_axes(index)?;
        let taken = axes.iter().map(GivenAxis::takes).sum();
        let Some(missing) = usize::from(ty.ndim).checked_sub(taken) else {
            return Err(self.report_too_many(&base, ty, taken, span));
        };
        let is_index = |axis: &GivenAxis| matches!(axis, GivenAxis::Axis(Axis::Index(_)));
        let only_integers = rest.is_none() && axes.iter().all(is_index);
        let has_arrays = axes.iter().any(|axis| !matches!(axis, GivenAxis::Axis(_)));
        let is_gap = rest.is_some() && missing == 0 && has_arrays;
        let rest = rest.unwrap_or(axes.len());
        axes.splice(rest..rest, (0..missing).map(|_| GivenAxis::Axis(Axis::Whole)));
        if is_gap {
            axes.insert(rest, GivenAxis::Gap);
        }
        let mut plain = Vec::with_capacity(axes.len());
        let mut remaining = axes.into_iter();
        for axis in remaining.by_ref() {
            match axis {
                GivenAxis::Axis(axis) => plain.push(axis),
                array => {
                    let all = plain.into_iter().map(GivenAxis::Axis).chain([array]).chain(remaining);
                    let chosen = Chosen::new(base, ty, all.collect(), span);
                    return Ok(Place::Chosen(Box::new(chosen)));
                }
            }
        }
        if only_integers && missing == 0 {
            let indices = plain.into_iter().map(|axis| match axis {
                Axis::Index(index) => index,
                Axis::Slice { .. } | Axis::Whole | Axis::New => unreachable!("all are integers"),
            });
            return Ok(Place::Element(base, indices.collect()));
        }
        Ok(Place::View(crate::rearranged::view(base, ty, plain, span)))
    }

    /// The axes of a subscript; a computed tuple has been given a name.
    fn given_axes(&mut self, index: &ast::Expr) -> Typed<Given> {
        let mut given = Given::default();
        if let AstExpr::Tuple(items) = &index.kind {
            items.iter().try_for_each(|item| self.given_axis(item, &mut given))?;
            return Ok(given);
        }
        if let AstExpr::Slice { .. } | AstExpr::Ellipsis = index.kind {
            self.given_axis(index, &mut given)?;
            return Ok(given);
        }
        if let AstExpr::List(_) = index.kind {
            self.given_axis(index, &mut given)?;
            return Ok(given);
        }
        let value = self.value(index)?;
        let Type::Tuple(items) = value.ty.clone() else {
            self.take_axis(unwrapped(value), &mut given)?;
            return Ok(given);
        };
        if is_slice(&items) {
            self.take_axis(value, &mut given)?;
            return Ok(given);
        }
        debug_assert!(self.is_named(&value), "a tuple has a name before it is an index");
        for (position, ty) in items.iter().enumerate() {
            let item = crate::conditions::item(&value, position, ty);
            self.take_axis(item, &mut given)?;
        }
        Ok(given)
    }

    /// Whether a value can be asked for again: a variable that may be unassigned then raises what it would have raised before.
    fn is_named(&self, value: &Expr) -> bool {
        matches!(value.kind, ExprKind::Version(_)) || self.is_pure(value)
    }

    /// A value as part of an index.
    fn take_axis(&mut self, value: Expr, given: &mut Given) -> Typed<()> {
        if is_ellipsis(&value.ty) {
            return self.take_ellipsis(given, value.span);
        }
        if let Type::Tuple(types) = &value.ty
            && is_slice(types)
            && (self.is_named(&value) || matches!(value.kind, ExprKind::Tuple(_)))
        {
            let written = self.written_out(&value, types);
            return self.given_axis(&written, given);
        }
        given.axes.push(self.axis_of(value)?);
        Ok(())
    }

    fn take_ellipsis(&mut self, given: &mut Given, span: Span) -> Typed<()> {
        if given.rest.is_some() {
            let message = "an index can only have a single ellipsis";
            let help = "write `:` for each axis that the other one stands for";
            return Err(self.report(Diagnostic::error(&INDEX, message, span).with_help(help)));
        }
        given.rest = Some(given.axes.len());
        Ok(())
    }

    fn given_axis(&mut self, index: &ast::Expr, given: &mut Given) -> Typed<()> {
        let axis = match &index.kind {
            AstExpr::Ellipsis => return self.take_ellipsis(given, index.span),
            AstExpr::Slice { lower, upper, step } => {
                match self.slice_parts([lower, upper, step].map(|part| part.as_deref()))? {
                    [None, None, None] => GivenAxis::Axis(Axis::Whole),
                    [start, stop, step] => GivenAxis::Axis(Axis::Slice { start, stop, step }),
                }
            }
            AstExpr::List(items) => self.listed(items, index.span)?,
            AstExpr::Tuple(items) => self.listed(items, index.span)?,
            _ => {
                let value = self.value(index)?;
                return self.take_axis(unwrapped(value), given);
            }
        };
        given.axes.push(axis);
        Ok(())
    }

    /// Start, stop and step, int64 each; `None` is as good as leaving it out.
    fn slice_parts(&mut self, parts: [Option<&ast::Expr>; 3]) -> Typed<[Option<Expr>; 3]> {
        let mut values = [None, None, None];
        for (slot, part) in values.iter_mut().zip(parts) {
            let Some(part) = part else { continue };
            let value = self.value(part)?;
            if value.ty == Type::None {
                continue;
            }
            let bound = self.integer_index(unwrapped(value))?;
            *slot = Some(convert(bound, &Type::INT64));
        }
        Ok(values)
    }

    /// A value as what stands for an axis.
    fn axis_of(&mut self, value: Expr) -> Typed<GivenAxis> {
        let value = self.as_number(value);
        match value.ty {
            Type::None => Ok(GivenAxis::Axis(Axis::New)),
            Type::Array(own) if own.dtype == Dtype::Bool && own.ndim > 0 => Ok(GivenAxis::Mask(value, own)),
            Type::Array(own) if own.dtype.is_integer() && own.ndim > 0 => Ok(GivenAxis::Indices(value, own)),
            Type::Array(own) if own.dtype.is_integer() => {
                let element = ExprKind::Element { array: Box::new(value), indices: Vec::new() };
                let index = Expr::new(element, Type::Scalar(own.dtype), Span::NONE);
                Ok(GivenAxis::Axis(Axis::Index(index)))
            }
            _ => self.integer_index(value).map(|index| GivenAxis::Axis(Axis::Index(index))),
        }
    }

    /// `[...]` as an index: an array of integers or truth values.
    fn listed(&mut self, items: &[ast::Expr], span: Span) -> Typed<GivenAxis> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.expression(item)?);
        }
        let are_bools = !values.is_empty() && values.iter().all(|value| value.ty == Type::BOOL);
        let dtype = if are_bools { Dtype::Bool } else { Dtype::Int64 };
        if !are_bools {
            values =
                values.into_iter().map(|value| self.integer_index(value)).collect::<Typed<Vec<Expr>>>()?;
        }
        let ty = ArrayType::new(dtype, 1, Layout::C);
        let array = self.in_block(span, |this| {
            let shape = vec![integer(values.len() as i64, span)];
            let new = ExprKind::NewArray { fill: Fill::Empty, shape };
            let array = this.kept(Expr::new(new, Type::Array(ty), span), "indices");
            for (position, value) in values.iter().enumerate() {
                let value = to_dtype(value.clone(), dtype);
                let indices = vec![integer(position as i64, span)];
                this.emit(StmtKind::StoreElement { array: array.clone(), indices, value }, span);
            }
            Ok(array)
        })?;
        Ok(if are_bools { GivenAxis::Mask(array, ty) } else { GivenAxis::Indices(array, ty) })
    }

    fn report_too_many(&mut self, base: &Expr, ty: ArrayType, given: usize, span: Span) -> Reported {
        let wanted = usize::from(ty.ndim);
        let message = format!(
            "too many indices: the array has {}, and {given} are given",
            counted(wanted, "dimension")
        );
        let diagnostic = Diagnostic::error(&INDEX, message, span)
            .with_label(base.span, format!("this is {}", base.ty))
            .with_help(format!("give {}", counted(wanted, "index").replace("indexs", "indices")));
        self.report(diagnostic)
    }

    /// `view[...] = value`.
    pub(crate) fn store_in_view(
        &mut self,
        view: Expr,
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        self.store_elements((view, None), value, target_span, span)
    }

    /// Stores a value in all elements of an array, or where the mask is true.
    pub(crate) fn store_elements(
        &mut self,
        (view, mask): (Expr, Option<Elementwise>),
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let ty = self.writable(&view, target_span)?;
        // The value comes first, and what chooses the place may write to what it is computed from.
        let joins = !view.may_write() && !mask.as_ref().is_some_and(Elementwise::may_write);
        let (element, elements, value_span) = self.stored_element(value, ty, joins)?;
        if elements.ndim() > ty.ndim {
            let place = (target_span, format!("this is {}", Type::Array(ty)));
            return Err(self.report_stored_ndim(elements.ndim(), ty.ndim, value_span, place));
        }
        let value = elements.into_array(element.value, ty.dtype);
        self.emit(StmtKind::StoreElements { array: view, value, mask: mask.map(Box::new) }, span);
        Ok(())
    }

    /// The element of a value that is stored in an array of this type.
    pub(crate) fn stored_element(
        &mut self,
        value: Expr,
        ty: ArrayType,
        joins: bool,
    ) -> Typed<(Element, Elements, Span)> {
        let value = self.as_number(unwrapped(value));
        let mut elements = Elements::default();
        let described = value.ty.to_string();
        let value_span = value.span;
        self.check_fit(&value, ty.dtype)?;
        let Some(element) = self.element_of(value, joins, &mut elements) else {
            return Err(self.report_stored(&described, ty.dtype, value_span, "store a number or an array"));
        };
        if element.dtype.is_complex() && !ty.dtype.is_complex() {
            let help = "store its `.real` part";
            return Err(self.report_stored(&described, ty.dtype, value_span, help));
        }
        Ok((element, elements, value_span))
    }

    pub(crate) fn report_stored_ndim(
        &mut self,
        given: u8,
        wanted: u8,
        value_span: Span,
        (target_span, place): (Span, String),
    ) -> Reported {
        let message = format!(
            "an array with {} cannot be stored in one with {}",
            counted(usize::from(given), "dimension"),
            counted(usize::from(wanted), "dimension")
        );
        let diagnostic = Diagnostic::error(&STORED, message, value_span)
            .with_label(target_span, place)
            .with_help("index the value, so that its dimensions fit");
        self.report(diagnostic)
    }

    fn report_stored(&mut self, what: &str, dtype: Dtype, span: Span, help: &str) -> Reported {
        let message = format!("a value of type {what} cannot be stored in elements of type {dtype}");
        self.report(Diagnostic::error(&STORED, message, span).with_help(help))
    }

    /// `array op= value`, in the array's own memory.
    pub(crate) fn augmented_array(
        &mut self,
        op: ast::BinaryOp,
        array: Expr,
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let ty = self.writable(&array, target_span)?;
        let array = self.kept(array, "array");
        let result = self.in_place(op, array.clone(), ty, value, target_span, span)?;
        self.store_in_view(array, result, target_span, span)
    }

    /// What `elements op= value` stores in elements of an array of this type.
    pub(crate) fn in_place(
        &mut self,
        op: ast::BinaryOp,
        elements: Expr,
        ty: ArrayType,
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed {
        let value = self.array_of_list(value)?;
        let described = (elements.ty.to_string(), value.ty.to_string());
        let value_span = value.span;
        let Some(result) = self.array_binary(op, elements, value, span)? else {
            return Err(self.report_operands(op.spelling(), described, span, (target_span, value_span)));
        };
        let computed = match result.ty {
            Type::Array(computed) => computed.dtype,
            Type::Scalar(dtype) => dtype,
            _ => unreachable!("an operation on an array gives one, or a number"),
        };
        if !is_same_kind(computed, ty.dtype) {
            let message = format!(
                "`{}=` would store {computed} in an array of {}, which loses what makes it {computed}",
                op.spelling(),
                ty.dtype
            );
            let diagnostic = Diagnostic::error(&STORED, message, span)
                .with_label(target_span, format!("this is {}", described.0))
                .with_label(value_span, format!("this is {}", described.1))
                .with_help("write `x = x + y` for a new array, or convert the value first");
            return Err(self.report(diagnostic));
        }
        Ok(result)
    }
}

/// Whether an index may be a tuple that is not written as one, nor has a name.
fn may_be_computed_tuple(index: &ast::Expr) -> bool {
    matches!(
        index.kind,
        AstExpr::Call { .. }
            | AstExpr::Subscript { .. }
            | AstExpr::Conditional { .. }
            | AstExpr::Binary { .. }
            | AstExpr::BoolChain { .. }
            | AstExpr::Walrus { .. }
    )
}

/// Whether NumPy converts one dtype to the other in an assignment by an operator: `casting="same_kind"`.
pub(crate) fn is_same_kind(from: Dtype, to: Dtype) -> bool {
    let rank = |dtype: Dtype| match dtype.kind() {
        DtypeKind::Bool => 0,
        DtypeKind::Unsigned => 1,
        DtypeKind::Signed => 2,
        DtypeKind::Float => 3,
        DtypeKind::Complex => 4,
    };
    rank(from) <= rank(to)
}
