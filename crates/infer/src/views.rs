//! Subscripts of arrays: elements, and views by slices, `...` and new axes.

use crate::assign::STORED;
use crate::conditions::unwrapped;
use crate::conversion::convert;
use crate::elementwise::Elements;
use crate::function::{Inference, Reported, Typed, counted};
use crate::subscript::INDEX;
use hotloop_ast as ast;
use hotloop_ast::ExprKind as AstExpr;
use hotloop_diagnostics::{Diagnostic, Span};
use hotloop_hir::{Axis, Expr, ExprKind, StmtKind, view_type};
use hotloop_types::{ArrayType, Dtype, DtypeKind, Type};

/// A subscript as it stands.
#[derive(Default)]
struct Given {
    axes: Vec<Axis>,
    /// Before which of them `...` stands, for all axes that no index takes.
    rest: Option<usize>,
}

/// What a subscript of an array means.
pub(crate) enum Place {
    /// One element, by as many integers as there are dimensions.
    Element(Expr, Vec<Expr>),
    /// A view.
    View(Expr),
}

impl Place {
    /// Its value.
    pub(crate) fn read(self, span: Span) -> Expr {
        match self {
            Self::Element(array, indices) => {
                let Type::Array(ty) = array.ty else { unreachable!("only an array has elements") };
                Expr::new(ExprKind::Element { array: Box::new(array), indices }, Type::Scalar(ty.dtype), span)
            }
            Self::View(view) => view,
        }
    }
}

impl Inference<'_> {
    /// What `base[index]` means.
    pub(crate) fn array_place(
        &mut self,
        base: Expr,
        ty: ArrayType,
        index: &ast::Expr,
        span: Span,
    ) -> Typed<Place> {
        let Given { mut axes, rest } = self.given_axes(index)?;
        let taken = axes.iter().filter(|axis| !matches!(axis, Axis::New)).count();
        let Some(missing) = usize::from(ty.ndim).checked_sub(taken) else {
            return Err(self.report_too_many(&base, ty, taken, span));
        };
        let only_integers = rest.is_none() && axes.iter().all(|axis| matches!(axis, Axis::Index(_)));
        let rest = rest.unwrap_or(axes.len());
        axes.splice(rest..rest, (0..missing).map(|_| Axis::Whole));
        if only_integers && missing == 0 {
            let indices = axes.into_iter().map(|axis| match axis {
                Axis::Index(index) => index,
                Axis::Slice { .. } | Axis::Whole | Axis::New => unreachable!("all are integers"),
            });
            return Ok(Place::Element(base, indices.collect()));
        }
        let view = view_type(ty, &axes).expect("the axes were counted");
        let kind = ExprKind::View { array: Box::new(base), axes };
        Ok(Place::View(Expr::new(kind, Type::Array(view), span)))
    }

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
        let value = self.value(index)?;
        let Type::Tuple(items) = value.ty.clone() else {
            given.axes.push(self.axis_of(unwrapped(value))?);
            return Ok(given);
        };
        if !self.is_simple(&value) {
            let diagnostic = Diagnostic::error(&INDEX, "a computed tuple cannot be an index yet", value.span)
                .with_help("assign the tuple to a variable first");
            return Err(self.report(diagnostic));
        }
        for (position, ty) in items.iter().enumerate() {
            let item = crate::conditions::item(&value, position, ty);
            given.axes.push(self.axis_of(item)?);
        }
        Ok(given)
    }

    fn given_axis(&mut self, index: &ast::Expr, given: &mut Given) -> Typed<()> {
        let axis = match &index.kind {
            AstExpr::Ellipsis if given.rest.is_some() => {
                let message = "an index can only have a single ellipsis";
                let help = "write `:` for each axis that the other one stands for";
                return Err(self.report(Diagnostic::error(&INDEX, message, index.span).with_help(help)));
            }
            AstExpr::Ellipsis => {
                given.rest = Some(given.axes.len());
                return Ok(());
            }
            AstExpr::Slice { lower, upper, step } => {
                match self.slice_parts([lower, upper, step].map(|part| part.as_deref()))? {
                    [None, None, None] => Axis::Whole,
                    [start, stop, step] => Axis::Slice { start, stop, step },
                }
            }
            _ => {
                let value = self.value(index)?;
                self.axis_of(unwrapped(value))?
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

    /// A value as an index of one axis.
    fn axis_of(&mut self, value: Expr) -> Typed<Axis> {
        let value = self.as_number(value);
        if value.ty == Type::None { Ok(Axis::New) } else { self.integer_index(value).map(Axis::Index) }
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
        let ty = self.writable(&view, target_span)?;
        let value = unwrapped(value);
        let mut elements = Elements::default();
        let described = value.ty.to_string();
        let value_span = value.span;
        // The value comes first, and what chooses the place may write to what it is computed from.
        let Some(element) = self.element_of(value, !view.may_write(), &mut elements) else {
            return Err(self.report_stored(&described, ty.dtype, value_span, "store a number or an array"));
        };
        if element.dtype.is_complex() && !ty.dtype.is_complex() {
            let help = "store its `.real` part";
            return Err(self.report_stored(&described, ty.dtype, value_span, help));
        }
        if elements.ndim() > ty.ndim {
            let message = format!(
                "an array with {} cannot be stored in one with {}",
                counted(usize::from(elements.ndim()), "dimension"),
                counted(usize::from(ty.ndim), "dimension")
            );
            let diagnostic = Diagnostic::error(&STORED, message, value_span)
                .with_label(target_span, format!("this is {}", Type::Array(ty)))
                .with_help("index the value, so that its dimensions fit");
            return Err(self.report(diagnostic));
        }
        let value = elements.into_array(element.value, ty.dtype);
        self.emit(StmtKind::StoreElements { array: view, value, mask: None }, span);
        Ok(())
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
        let described = (array.ty.to_string(), value.ty.to_string());
        let (target, value_span) = (array.clone(), value.span);
        let Some(result) = self.array_binary(op, array, value, span)? else {
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
                .with_label(target_span, format!("this is {}", Type::Array(ty)))
                .with_label(value_span, format!("this is {}", described.1))
                .with_help("write `x = x + y` for a new array, or convert the value first");
            return Err(self.report(diagnostic));
        }
        self.store_in_view(target, result, target_span, span)
    }
}

/// Whether NumPy converts one dtype to the other in an assignment by an operator: `casting="same_kind"`.
fn is_same_kind(from: Dtype, to: Dtype) -> bool {
    let rank = |dtype: Dtype| match dtype.kind() {
        DtypeKind::Bool => 0,
        DtypeKind::Unsigned => 1,
        DtypeKind::Signed => 2,
        DtypeKind::Float => 3,
        DtypeKind::Complex => 4,
    };
    rank(from) <= rank(to)
}
