//! Parts of arrays that masks and arrays of indices choose.
//!
//! Reading by arrays of indices is a computation of elements like any other: its operands are the array as a whole, the arrays of indices, and positions
//! along the axes that are left as they are; its body reads an element. So `a[rows] * 2 + b` is one loop. What a mask chooses is counted first.

use crate::conditions::unwrapped;
use crate::elementwise::Elements;
use crate::function::{Inference, Typed, counted};
use crate::iteration::integer;
use crate::rearranged::view;
use crate::views::GivenAxis;
use hotloop_ast as ast;
use hotloop_diagnostics::Span;
use hotloop_hir::{Axis, Broadcast, Elementwise, Expr, ExprKind, StmtKind, Version};
use hotloop_types::{ArrayType, Dtype, Layout, Type};

/// A part of an array: what stands for each of its axes.
#[derive(Clone)]
pub(crate) struct Chosen {
    /// The array, cut by slices.
    array: Expr,
    ty: ArrayType,
    axes: Vec<Chooser>,
    /// Whether one mask for all axes chooses elements.
    is_masked: bool,
}

/// What stands for an axis of the array, or of the result alone.
#[derive(Clone)]
enum Chooser {
    /// All of an axis.
    Free,
    /// A new axis of length 1.
    New,
    /// `...` that stands for no axis: what stands on both sides of it is apart all the same.
    Gap,
    /// One index.
    Index(Expr),
    /// An array of indices.
    Indices(Expr, ArrayType),
    /// A mask for as many axes as it has.
    Mask(Expr, ArrayType),
}

/// The parts at the places of the first axes where a mask is true.
#[derive(Clone)]
pub(crate) struct Masked {
    pub(crate) array: Expr,
    ty: ArrayType,
    mask: Expr,
    mask_ty: ArrayType,
}

/// What chosen elements are addressed by, as versions of operands: one an axis.
struct Addressed {
    elements: Elements,
    indices: Vec<Version>,
}

impl Chosen {
    /// What the axes of a subscript choose, of which one at least is an array; the rest stands as whole axes.
    pub(crate) fn new(array: Expr, ty: ArrayType, given: Vec<GivenAxis>, span: Span) -> Self {
        let mut slices = Vec::with_capacity(given.len());
        let mut axes = Vec::with_capacity(given.len());
        for each in given {
            match each {
                GivenAxis::Axis(Axis::New) => axes.push(Chooser::New),
                GivenAxis::Gap => axes.push(Chooser::Gap),
                GivenAxis::Axis(Axis::Index(index)) => {
                    slices.push(Axis::Whole);
                    axes.push(Chooser::Index(index));
                }
                GivenAxis::Axis(slice @ (Axis::Slice { .. } | Axis::Whole)) => {
                    slices.push(slice);
                    axes.push(Chooser::Free);
                }
                GivenAxis::Indices(indices, own) => {
                    slices.push(Axis::Whole);
                    axes.push(Chooser::Indices(indices, own));
                }
                GivenAxis::Mask(mask, own) => {
                    slices.extend((0..own.ndim).map(|_| Axis::Whole));
                    axes.push(Chooser::Mask(mask, own));
                }
            }
        }
        let is_masked = matches!(&axes[..], [Chooser::Mask(_, own)] if own.ndim == ty.ndim);
        if slices.iter().all(|axis| matches!(axis, Axis::Whole)) {
            return Self { array, ty, axes, is_masked };
        }
        let array = view(array, ty, slices, span);
        let Type::Array(ty) = array.ty else { unreachable!("a view is an array") };
        Self { array, ty, axes, is_masked }
    }

    /// The same as parts where a mask is true, if a mask stands before whole axes.
    pub(crate) fn as_masked(&self) -> Option<Masked> {
        let (Chooser::Mask(mask, mask_ty), rest) = self.axes.split_first()? else { return None };
        let is_leading = rest.iter().all(|axis| matches!(axis, Chooser::Free | Chooser::Gap));
        is_leading.then(|| Masked {
            array: self.array.clone(),
            ty: self.ty,
            mask: mask.clone(),
            mask_ty: *mask_ty,
        })
    }

    /// How many axes of the result stand before those of the indices, and how many behind them: none before if these are apart.
    fn places(&self) -> (usize, usize) {
        let is_advanced = |axis: &Chooser| matches!(axis, Chooser::Index(_) | Chooser::Indices(..));
        let first = self.axes.iter().position(is_advanced).expect("there are indices");
        let last = self.axes.iter().rposition(is_advanced).expect("there are indices");
        let is_free = |axis: &&Chooser| matches!(axis, Chooser::Free | Chooser::New);
        let free = self.axes.iter().filter(is_free).count();
        let before = self.axes[..first].iter().filter(is_free).count();
        let is_together = self.axes[first..=last].iter().all(is_advanced);
        if is_together { (before, free - before) } else { (0, free) }
    }
}

impl Masked {
    /// The mask as a computation.
    fn computation(&self, inference: &mut Inference<'_>) -> Elementwise {
        let span = self.mask.span;
        match &self.mask.kind {
            ExprKind::Elementwise(operation) => (**operation).clone(),
            _ => {
                let version = inference.new_temporary("mask", Type::BOOL, span);
                let body = inference.version(version, span);
                let operands = vec![(version, self.mask.clone())];
                Elementwise { operands, broadcast: Broadcast::Of(version), body }
            }
        }
    }
}

impl Inference<'_> {
    /// The elements that are chosen, as a new array.
    pub(crate) fn read_chosen(&mut self, chosen: Chosen, span: Span) -> Typed {
        if let Some(masked) = chosen.as_masked() {
            let mask = Box::new(masked.computation(self));
            let ndim = masked.ty.ndim - masked.mask_ty.ndim + 1;
            let ty = ArrayType::new(masked.ty.dtype, ndim, Layout::C);
            let array = Box::new(masked.array);
            return Ok(Expr::new(ExprKind::Selected { array, mask }, Type::Array(ty), span));
        }
        if chosen.axes.iter().any(|axis| matches!(axis, Chooser::Mask(..))) {
            let Chosen { array, ty, axes, is_masked } = chosen;
            return self.with_let(array, "array", span, |this, array| {
                this.read_by_positions(Chosen { array, ty, axes, is_masked }, span)
            });
        }
        let Chosen { array, ty, .. } = chosen.clone();
        let whole = self.new_temporary("array", array.ty.clone(), span);
        let named = self.version(whole, span);
        let mut elements = Elements::default();
        elements.add_whole(whole, array);
        let addressed = self.addressed(&chosen, &named, elements, span);
        let indices = addressed.indices.iter().map(|index| self.version(*index, span)).collect();
        let element = ExprKind::Element { array: Box::new(named), indices };
        Ok(addressed.elements.finish(Expr::new(element, Type::Scalar(ty.dtype), span), span))
    }

    /// The elements that are chosen of an array that has a name, where masks are among what chooses.
    fn read_by_positions(&mut self, mut chosen: Chosen, span: Span) -> Typed {
        let Some(place) = chosen.axes.iter().position(|axis| matches!(axis, Chooser::Mask(..))) else {
            return self.read_chosen(chosen, span);
        };
        let (positions, ndim) = self.positions_of_mask(&chosen, place, span);
        self.with_let(positions, "positions", span, |this, positions| {
            chosen.put_rows(place, &positions, ndim, span);
            this.read_by_positions(chosen, span)
        })
    }

    /// The positions where a mask among the axes is true, and how many rows they are.
    fn positions_of_mask(&mut self, chosen: &Chosen, place: usize, span: Span) -> (Expr, u8) {
        let takes = |axis: &Chooser| match axis {
            Chooser::New | Chooser::Gap => 0,
            Chooser::Free | Chooser::Index(_) | Chooser::Indices(..) => 1,
            Chooser::Mask(_, own) => usize::from(own.ndim),
        };
        let first_axis: usize = chosen.axes[..place].iter().map(takes).sum();
        let Chooser::Mask(mask, mask_ty) = &chosen.axes[place] else { unreachable!("a mask stands there") };
        let masked =
            Masked { array: chosen.array.clone(), ty: chosen.ty, mask: mask.clone(), mask_ty: *mask_ty };
        let lengths = (first_axis..first_axis + usize::from(mask_ty.ndim))
            .map(|axis| crate::arrays::length(&chosen.array, chosen.ty, axis, span))
            .collect();
        let mask = Box::new(masked.computation(self));
        let kind = ExprKind::TruePositions { lengths, first_axis: first_axis as u8, mask };
        let ty = Type::Array(ArrayType::new(Dtype::Int64, 2, Layout::C));
        (Expr::new(kind, ty, span), mask_ty.ndim)
    }

    /// Adds operands that say for each axis of the array, which has this name, where its elements are.
    fn addressed(&mut self, chosen: &Chosen, array: &Expr, mut elements: Elements, span: Span) -> Addressed {
        let (before, behind) = chosen.places();
        let broadcast = chosen.axes.iter().filter_map(|axis| match axis {
            Chooser::Indices(_, own) => Some(usize::from(own.ndim)),
            Chooser::Free | Chooser::New | Chooser::Gap | Chooser::Index(_) | Chooser::Mask(..) => None,
        });
        let ndim = before + broadcast.max().unwrap_or(0) + behind;
        let mut versions = vec![None; chosen.axes.len()];
        let first_shape = elements.shape_count();
        for (place, axis) in chosen.axes.iter().enumerate() {
            match axis {
                Chooser::Index(index) => {
                    let version = self.new_temporary("index", index.ty.clone(), index.span);
                    elements.add_scalar(version, index.clone());
                    versions[place] = Some(version);
                }
                Chooser::Indices(indices, own) => {
                    let version = self.new_temporary("index", Type::Scalar(own.dtype), indices.span);
                    elements.add_elements(version, followed_by_axes(indices.clone(), *own, behind, span));
                    versions[place] = Some(version);
                }
                Chooser::Free | Chooser::New | Chooser::Gap => {}
                Chooser::Mask(..) => unreachable!("masks have become positions"),
            }
        }
        elements.join_indices(first_shape);
        let (mut free, mut array_axis) = (0, 0);
        for (place, axis) in chosen.axes.iter().enumerate() {
            let length = match axis {
                Chooser::Free => crate::arrays::length(array, chosen.ty, array_axis, span),
                Chooser::New => integer(1, span),
                Chooser::Gap => continue,
                Chooser::Index(_) | Chooser::Indices(..) | Chooser::Mask(..) => {
                    array_axis += 1;
                    continue;
                }
            };
            let result_axis = if free < before { free } else { ndim - behind + (free - before) };
            free += 1;
            let axes = (ndim - result_axis) as u8;
            let version = self.new_temporary("position", Type::INT64, span);
            let ty = Type::Array(ArrayType::new(Dtype::Int64, axes, Layout::C));
            let positions = ExprKind::Positions { length: Box::new(length), axes };
            elements.add_elements(version, Expr::new(positions, ty, span));
            if matches!(axis, Chooser::Free) {
                array_axis += 1;
                versions[place] = Some(version);
            }
        }
        Addressed { elements, indices: versions.into_iter().flatten().collect() }
    }

    /// What is chosen, with all it is made of in temporaries, and masks as positions.
    pub(crate) fn kept_chosen(&mut self, chosen: Chosen, span: Span) -> Chosen {
        let Chosen { array, ty, axes, is_masked } = chosen;
        let array = self.kept(array, "array");
        let axes = axes
            .into_iter()
            .map(|axis| match axis {
                Chooser::Index(index) => Chooser::Index(self.kept(index, "index")),
                Chooser::Indices(indices, own) => Chooser::Indices(self.kept(indices, "indices"), own),
                other @ (Chooser::Free | Chooser::New | Chooser::Gap | Chooser::Mask(..)) => other,
            })
            .collect();
        let mut chosen = Chosen { array, ty, axes, is_masked };
        while let Some(place) = chosen.axes.iter().position(|axis| matches!(axis, Chooser::Mask(..))) {
            let (positions, ndim) = self.positions_of_mask(&chosen, place, span);
            let positions = self.kept(positions, "positions");
            chosen.put_rows(place, &positions, ndim, span);
        }
        chosen
    }

    /// `array[...] = value` where arrays choose.
    pub(crate) fn store_chosen(
        &mut self,
        chosen: Chosen,
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let ty = self.writable(&chosen.array, target_span)?;
        let value = unwrapped(value);
        let is_scalar = match value.ty {
            Type::Array(own) => own.ndim == 0,
            _ => true,
        };
        if let Some(masked) = chosen.as_masked().filter(|_| is_scalar) {
            let mask = masked.computation(self);
            return self.store_elements((masked.array, Some(mask)), value, target_span, span);
        }
        let may_write = chosen.may_write();
        let value = if may_write || chosen.has_mask() { self.kept(value, "value") } else { value };
        let (element, elements, value_span) = self.stored_element(value, ty, true)?;
        let chosen = self.kept_chosen(chosen, span);
        let addressed = self.addressed(&chosen, &chosen.array.clone(), Elements::default(), span);
        self.check_stored_ndim(elements.ndim(), addressed.elements.ndim(), value_span, target_span)?;
        let value = elements.into_array(element.value, ty.dtype);
        let places = addressed.elements.into_places(addressed.indices, chosen.is_masked);
        self.emit(StmtKind::StoreAt { array: chosen.array, places, value }, span);
        Ok(())
    }

    /// `array[...] op= value` where arrays choose.
    pub(crate) fn augmented_chosen(
        &mut self,
        op: ast::BinaryOp,
        chosen: Chosen,
        value: &ast::Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let ty = self.writable(&chosen.array, target_span)?;
        if let Some(mut masked) = chosen.as_masked() {
            masked.array = self.kept(masked.array, "array");
            let value = self.expression(value)?;
            if value.ty.as_scalar().is_some() && !value.may_write() {
                let mask = masked.computation(self);
                let result = self.in_place(op, masked.array.clone(), ty, value, target_span, span)?;
                return self.store_elements((masked.array, Some(mask)), result, target_span, span);
            }
            let chosen = self.kept_chosen(Chosen { array: masked.array, ..chosen }, span);
            return self.augmented_places(op, chosen, ty, value, target_span, span);
        }
        let chosen = self.kept_chosen(chosen, span);
        let value = self.expression(value)?;
        self.augmented_places(op, chosen, ty, value, target_span, span)
    }

    fn augmented_places(
        &mut self,
        op: ast::BinaryOp,
        chosen: Chosen,
        ty: ArrayType,
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let mut elements = self.read_chosen(chosen.clone(), span)?;
        if value.may_write() {
            elements = self.kept(elements, "elements");
        }
        let result = self.in_place(op, elements, ty, value, target_span, span)?;
        self.store_chosen(chosen, result, target_span, span)
    }

    pub(crate) fn check_stored_ndim(
        &mut self,
        given: u8,
        wanted: u8,
        value_span: Span,
        target_span: Span,
    ) -> Typed<()> {
        if given <= wanted {
            return Ok(());
        }
        let place = format!("this has {}", counted(usize::from(wanted), "dimension"));
        Err(self.report_stored_ndim(given, wanted, value_span, (target_span, place)))
    }
}

impl Chosen {
    /// Puts the rows of positions in the place of a mask.
    fn put_rows(&mut self, place: usize, positions: &Expr, ndim: u8, span: Span) {
        let Type::Array(ty) = positions.ty else { unreachable!("positions are an array") };
        let rows = (0..ndim).map(|row| {
            let axes = vec![Axis::Index(integer(i64::from(row), span)), Axis::Whole];
            let row = view(positions.clone(), ty, axes, span);
            let Type::Array(own) = row.ty else { unreachable!("a row is an array") };
            Chooser::Indices(row, own)
        });
        self.axes.splice(place..=place, rows.collect::<Vec<_>>());
    }

    fn has_mask(&self) -> bool {
        self.axes.iter().any(|axis| matches!(axis, Chooser::Mask(..)))
    }

    fn may_write(&self) -> bool {
        self.array.may_write()
            || self.axes.iter().any(|axis| match axis {
                Chooser::Free | Chooser::New | Chooser::Gap => false,
                Chooser::Index(index) => index.may_write(),
                Chooser::Indices(array, _) | Chooser::Mask(array, _) => array.may_write(),
            })
    }
}

/// The array with so many new axes behind its own.
fn followed_by_axes(array: Expr, ty: ArrayType, count: usize, span: Span) -> Expr {
    if count == 0 {
        return array;
    }
    let own = (0..ty.ndim).map(|_| Axis::Whole);
    view(array, ty, own.chain((0..count).map(|_| Axis::New)).collect(), span)
}
