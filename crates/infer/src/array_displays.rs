//! `np.array([a, b])` and `np.array([f(i) for i in range(n)])`: items that are written, or counted, become elements without a list.
//!
//! The dtype of a comprehension's elements is found as that of a list's items: the expression is typed again until no value is of a wider one.

use crate::call::Arguments;
use crate::comprehensions::{Carried, ORDERED};
use crate::conditions::{item, scalar_compare};
use crate::conversion::to_dtype;
use crate::function::{Inference, Reported, Typed};
use crate::iteration::{Iterable, Way, integer};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{Comprehension, ExprKind as AstExpr};
use hotloop_diagnostics::{Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{
    CompareOp, ConstantArray, Exception, ExceptionArgument, Expr, ExprKind, Fill, Local, ParallelPart,
    StmtKind,
};
use hotloop_types::{ArrayType, Dtype, Layout, Type, numpy_promote};
use std::sync::Arc;

/// The number under which the type of the elements is kept.
const ELEMENTS: usize = usize::MAX - 1;
/// How many elements are written one by one; more, if all are constants, are copied from one place.
const MOST_STORES: usize = 8;
/// How deep displays may nest.
const MAX_NDIM: usize = 32;

/// The message of NumPy about rows of different lengths.
const RAGGED: &str =
    "setting an array element with a sequence. The requested array has an inhomogeneous shape.";

/// Whether a function makes a new array of items.
pub(crate) fn makes_arrays(path: &str) -> bool {
    matches!(path, "numpy.array" | "numpy.asarray" | "numpy.asanyarray")
}

/// An array on its way.
struct Making {
    span: Span,
    dtype: Dtype,
    /// Whether the dtype was given.
    is_given: bool,
    /// Whether the items turned out to be no numbers, or of unknown number.
    is_other: bool,
}

/// What stands for each item of a comprehension.
enum Row<'s> {
    Number(&'s ast::Expr),
    Numbers(&'s [ast::Expr]),
    Each(&'s ast::Expr, &'s Comprehension),
}

impl<'i> Inference<'i> {
    /// A new array of items that are written as a display or a comprehension; `None` where they are not, or are no numbers.
    pub(crate) fn array_of_items(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed<Option<Expr>> {
        let Some(items) = arguments.positional.first() else { return Ok(None) };
        let dtype = match (&arguments.positional[1..], &arguments.keywords[..]) {
            ([], []) => None,
            ([dtype], []) => Some(*dtype),
            ([], [(name, dtype)]) if &*name.name == "dtype" => Some(*dtype),
            _ => return Ok(None),
        };
        match &items.kind {
            AstExpr::List(_) | AstExpr::Tuple(_) => {
                let mut shape = Vec::new();
                let mut leaves = Vec::new();
                if !flatten(items, 0, &mut shape, &mut leaves) {
                    return Ok(None);
                }
                self.array_display(&shape, &leaves, dtype, span)
            }
            AstExpr::ListComprehension { element, clauses } => match &clauses[..] {
                [clause] if is_plain(clause) => self.array_comprehension(element, clause, dtype, span),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn array_display(
        &mut self,
        shape: &[usize],
        leaves: &[&ast::Expr],
        dtype: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let snapshot = self.snapshot();
        let values = leaves.iter().map(|leaf| self.value(leaf)).collect::<Typed<Vec<Expr>>>()?;
        let dtypes: Option<Vec<Dtype>> = values.iter().map(|value| value.ty.as_scalar()).collect();
        let Some(dtypes) = dtypes else {
            self.roll_back(&snapshot);
            return Ok(None);
        };
        let promoted = dtypes.into_iter().reduce(numpy_promote).unwrap_or(Dtype::Float64);
        let dtype = self.dtype_argument(dtype, promoted)?;
        let ty = ArrayType::new(dtype, shape.len() as u8, Layout::C);
        let values =
            values.into_iter().map(|value| self.stored_value(value, ty)).collect::<Typed<Vec<Expr>>>()?;
        if values.len() > MOST_STORES
            && let Some(bytes) = bytes_of(&values, dtype)
        {
            let shape = shape.iter().map(|length| *length as i64).collect();
            let elements = ConstantArray { shape, bytes: bytes.into() };
            let ty = Type::Array(ArrayType { readonly: true, ..ty });
            let elements = Expr::new(ExprKind::ConstantArray(Arc::new(elements)), ty, span);
            return self.copied(elements, span).map(Some);
        }
        let lengths: Vec<Expr> = shape.iter().map(|length| integer(*length as i64, span)).collect();
        let block = self.in_block(span, |this| {
            let made = new_array(lengths.clone(), ty, span);
            let array = this.kept(made, "array");
            for (number, value) in values.iter().enumerate() {
                let indices = indices_of(number, shape).into_iter().map(|index| integer(index, span));
                let store = StmtKind::StoreElement {
                    array: array.clone(),
                    indices: indices.collect(),
                    value: value.clone(),
                };
                this.emit(store, span);
            }
            Ok(array)
        });
        block.map(Some)
    }

    fn array_comprehension(
        &mut self,
        element: &ast::Expr,
        clause: &Comprehension,
        dtype: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let row = match &element.kind {
            AstExpr::ListComprehension { element, clauses } => match &clauses[..] {
                [inner] if is_plain(inner) && !is_sequence(element) => Row::Each(element, inner),
                _ => return Ok(None),
            },
            AstExpr::List(items) | AstExpr::Tuple(items) => {
                if items.is_empty() || items.iter().any(is_sequence) {
                    return Ok(None);
                }
                Row::Numbers(items)
            }
            _ => Row::Number(element),
        };
        let given = match dtype {
            Some(_) => Some(self.dtype_argument(dtype, Dtype::Float64)?),
            None => None,
        };
        let snapshot = self.snapshot();
        let mut making = Making { span, dtype: Dtype::Bool, is_given: given.is_some(), is_other: false };
        let made = self.in_block(span, |this| {
            let known = this.loop_memo.carried(this.carried_key(span, ELEMENTS));
            let known = known.and_then(Type::as_scalar);
            making.dtype = given.or(known).unwrap_or(Dtype::Bool);
            this.fill_rows(&row, clause, &mut making)
        });
        if making.is_other {
            self.roll_back(&snapshot);
            return Ok(None);
        }
        made.map(Some)
    }

    fn fill_rows(&mut self, row: &Row<'_>, clause: &Comprehension, making: &mut Making) -> Typed {
        let span = making.span;
        let (count, rows) = self.counted_rows(clause, making)?;
        let outside = self.open_scope([&clause.target]);
        let filled = match row {
            Row::Number(element) => {
                let made = new_array(vec![count], making.array_type(1), span);
                let array = self.kept(made, "array");
                self.each_place(&rows, clause, &[], making, &mut |this, place, making| {
                    this.store_number(&array, vec![place], element, making)
                })
                .map(|()| array.clone())
            }
            Row::Numbers(items) => {
                let lengths = vec![count, integer(items.len() as i64, span)];
                let made = new_array(lengths, making.array_type(2), span);
                let array = self.kept(made, "array");
                self.each_place(&rows, clause, &[], making, &mut |this, place, making| {
                    items.iter().enumerate().try_for_each(|(column, element)| {
                        let indices = vec![place.clone(), integer(column as i64, span)];
                        this.store_number(&array, indices, element, making)
                    })
                })
                .map(|()| array.clone())
            }
            Row::Each(element, inner) => {
                let none = vec![integer(0, span), integer(0, span)];
                let local = self.new_carried("array", new_array(none, making.array_type(2), span));
                if self.is_shared(clause)? {
                    return Err(self.report_shared_rows(clause));
                }
                self.each_place(&rows, clause, &[local], making, &mut |this, place, making| {
                    this.fill_row(local, (place, &count), element, inner, making)
                })
                .map(|()| self.carried_value(local, span))
            }
        };
        self.scopes.truncate(outside);
        filled
    }

    /// Fills a row by a comprehension of its own. The first row tells how long all of them are.
    fn fill_row(
        &mut self,
        local: Local,
        (row, rows): (Expr, &Expr),
        element: &ast::Expr,
        clause: &Comprehension,
        making: &mut Making,
    ) -> Typed<()> {
        let span = making.span;
        let ty = making.array_type(2);
        let (count, columns) = self.counted_rows(clause, making)?;
        let is_first = scalar_compare(CompareOp::Eq, row.clone(), integer(0, span), span);
        let carried = Carried { span, locals: &[local], stop: None };
        self.choose_way(
            is_first.expect("both are integers"),
            carried,
            span,
            &mut |this| {
                this.set_carried(local, new_array(vec![rows.clone(), count.clone()], ty, span));
                Ok(())
            },
            &mut |_| Ok(()),
        )?;
        let array = self.carried_value(local, span);
        let length = crate::arrays::length(&array, ty, 1, span);
        let differs = scalar_compare(CompareOp::Ne, length, count, span).expect("both are integers");
        self.raise_value_error_if(differs, RAGGED, span);
        let outside = self.open_scope([&clause.target]);
        let filled = self.each_place(&columns, clause, &[], making, &mut |this, column, making| {
            this.store_number(&array, vec![row.clone(), column], element, making)
        });
        self.scopes.truncate(outside);
        filled
    }

    /// What a clause iterates, and how many items that gives.
    fn counted_rows(&mut self, clause: &Comprehension, making: &mut Making) -> Typed<(Expr, Iterable)> {
        let iterable = match self.range_call(&clause.iterable)? {
            Some((true, arguments)) => Iterable::Range(self.range_bounds(arguments, clause.iterable.span)?),
            Some((false, _)) | None => self.clause_iterable(clause)?,
        };
        let span = making.span;
        let count = match iterable.way(span) {
            Some(Way::Counted(count)) if iterable.is_complete() => {
                let none = integer(0, span);
                crate::intrinsic_call::extremum_of(
                    hotloop_intrinsics::Intrinsic::Max,
                    vec![count, none],
                    span,
                )
            }
            Some(Way::WrittenOut(count)) if iterable.is_complete() => integer(count as i64, span),
            _ => {
                making.is_other = true;
                return Err(Reported);
            }
        };
        Ok((self.kept(count, "count"), iterable))
    }

    /// Whether the items of a clause are to be computed at the same time.
    fn is_shared(&mut self, clause: &Comprehension) -> Typed<bool> {
        let counts = self.range_call(&clause.iterable)?;
        Ok(matches!(counts, Some((true, _))) && self.shares(ParallelPart::Prange))
    }

    fn report_shared_rows(&mut self, clause: &Comprehension) -> Reported {
        let message = "`prange` counts rows that are comprehensions of their own";
        self.report(
            Diagnostic::error(&ORDERED, message, clause.iterable.span)
                .with_primary("the first row tells how long all are")
                .with_help("make the array with `np.empty` and fill its rows in a loop over `prange`; or count the columns by `prange`; or use `range`"),
        )
    }

    /// Takes the items one by one, each with its number; or several at once, where nothing is carried on.
    fn each_place(
        &mut self,
        iterable: &Iterable,
        clause: &Comprehension,
        carried: &[Local],
        making: &mut Making,
        work: &mut dyn FnMut(&mut Self, Expr, &mut Making) -> Typed<()>,
    ) -> Typed<()> {
        let target = &clause.target;
        let is_shared = self.is_shared(clause)?;
        // Rows within rows are loops of their own.
        let span = if carried.is_empty() { target.span } else { making.span };
        let numbered = Iterable::Enumerate(Box::new(iterable.clone()), integer(0, span));
        let mut each = |this: &mut Inference<'i>, pair: Expr| {
            let Type::Tuple(types) = pair.ty.clone() else { unreachable!("enumerating gives pairs") };
            let pair = match pair.kind {
                ExprKind::Tuple(_) => pair,
                _ => this.kept(pair, "pair"),
            };
            let place = this.kept(item(&pair, 0, &types[0]), "place");
            this.assign_to(target, item(&pair, 1, &types[1]), target.span)?;
            work(this, place, making)
        };
        match numbered.way(span) {
            Some(Way::Counted(count)) if carried.is_empty() => {
                let bounds = [integer(0, span), count, integer(1, span)];
                self.counted_at_once(bounds, is_shared, span, &mut |this, position| {
                    let item = this.item_at(&numbered, &position, span)?;
                    each(this, item)
                })
            }
            _ => {
                let carried = Carried { span, locals: carried, stop: None };
                self.item_loop(&numbered, carried, span, &mut each)
            }
        }
    }

    fn store_number(
        &mut self,
        array: &Expr,
        indices: Vec<Expr>,
        element: &ast::Expr,
        making: &mut Making,
    ) -> Typed<()> {
        let value = self.value(element)?;
        let span = making.span;
        let Some(dtype) = value.ty.as_scalar() else {
            making.is_other |= !value.ty.is_undefined();
            return Err(Reported);
        };
        let key = self.carried_key(span, ELEMENTS);
        let is_first = !making.is_given && self.loop_memo.carried(key).is_none();
        let wider = if is_first { dtype } else { numpy_promote(making.dtype, dtype) };
        if !making.is_given && (is_first || wider != making.dtype) {
            // The value is stored in the next attempt.
            self.note_carried(key, Type::Scalar(wider));
            return Ok(());
        }
        let ty = making.array_type(indices.len() as u8);
        let value = self.stored_value(value, ty)?;
        let value = to_dtype(value, making.dtype);
        self.emit(StmtKind::StoreElement { array: array.clone(), indices, value }, span);
        Ok(())
    }

    fn raise_value_error_if(&mut self, condition: Expr, message: &str, span: Span) {
        let exception = Exception {
            class: ExceptionClass::ValueError.into(),
            arguments: vec![ExceptionArgument::Str(message.to_owned())],
        };
        let raise = hir::Stmt { kind: StmtKind::Raise { exception }, span };
        self.emit(StmtKind::leave_if(condition, vec![raise]), span);
    }
}

impl Making {
    fn array_type(&self, ndim: u8) -> ArrayType {
        ArrayType::new(self.dtype, ndim, Layout::C)
    }
}

fn is_plain(clause: &Comprehension) -> bool {
    clause.conditions.is_empty() && !clause.is_async
}

/// Whether an item is written as several.
fn is_sequence(item: &ast::Expr) -> bool {
    matches!(
        item.kind,
        AstExpr::List(_) | AstExpr::Tuple(_) | AstExpr::ListComprehension { .. } | AstExpr::Starred(_)
    )
}

/// Finds the shape of nested displays, and what stands in them in order; false where they are not of one shape.
fn flatten<'s>(
    items: &'s ast::Expr,
    depth: usize,
    shape: &mut Vec<usize>,
    leaves: &mut Vec<&'s ast::Expr>,
) -> bool {
    let (AstExpr::List(parts) | AstExpr::Tuple(parts)) = &items.kind else {
        let is_leaf = shape.len() == depth && !is_sequence(items);
        leaves.push(items);
        return is_leaf;
    };
    match shape.get(depth) {
        Some(length) if *length != parts.len() => return false,
        Some(_) => {}
        None if !leaves.is_empty() || depth >= MAX_NDIM => return false,
        None => shape.push(parts.len()),
    }
    parts.iter().all(|part| flatten(part, depth + 1, shape, leaves))
}

/// The indices of the element of that number in C order.
fn indices_of(mut number: usize, shape: &[usize]) -> Vec<i64> {
    let mut indices: Vec<i64> = shape
        .iter()
        .rev()
        .map(|length| {
            let index = number % length;
            number /= length;
            index as i64
        })
        .collect();
    indices.reverse();
    indices
}

fn new_array(shape: Vec<Expr>, ty: ArrayType, span: Span) -> Expr {
    Expr::new(ExprKind::NewArray { fill: Fill::Empty, shape }, Type::Array(ty), span)
}

/// The elements as they lie in memory, if all are constants of that dtype.
fn bytes_of(values: &[Expr], dtype: Dtype) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for value in values {
        let ExprKind::Constant(value) = value.kind else { return None };
        crate::constant_arrays::write_constant(dtype, value, &mut bytes)?;
    }
    Some(bytes)
}
