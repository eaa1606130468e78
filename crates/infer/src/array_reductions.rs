//! Arrays that the iterations of a parallel loop update together: each chunk of iterations has a part of its own, and the parts are combined behind the loop, in order.
//!
//! ```text
//! for i in prange(n): x[f(i)] += e       becomes        parts = a zero for each element of x, for each of at most 16 chunks
//!                                                       for c in prange(chunks):
//!                                                           part = parts[c]
//!                                                           for i in range(of chunk c): part[f(i)] += e
//!                                                       for c in range(chunks): x += parts[c]
//! ```
//!
//! How the iterations are cut into chunks is said in `chunks.rs`.

use crate::arrays::{length, new_array};
use crate::bindings::Binding;
use crate::chunks::int64;
use crate::expression::constant;
use crate::function::{Inference, Typed};
use crate::intrinsic_call::extremum_of;
use crate::iteration::integer;
use crate::loops::LoopSource;
use crate::reductions::Usages;
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{
    Axis, BinaryOp, Constant, Expr, ExprKind, Fill, Local, Loop, RangeLoop, ReductionOp, StmtKind, Version,
};
use hotloop_index::Id;
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{ArrayType, DtypeKind, Layout, Type};

static LATER_EXTREME: Code =
    Code::new("HL0284", "extremes of floats in elements of an array depend on the order of iterations");

/// At least so much is between two parts: a line of the cache, and those behind it that processors fetch ahead where memory is read in order.
const BYTES_BETWEEN_PARTS: i64 = 1024;

/// An array that iterations update together.
#[derive(Clone, Debug)]
pub(crate) struct ArrayReduction {
    pub(crate) local: Local,
    op: ReductionOp,
    span: Span,
    pub(crate) ty: ArrayType,
    /// The array itself.
    pub(crate) whole: Version,
    /// What stands for it in the body.
    pub(crate) part: Version,
    /// Whether what is no number stays depends on what comes next.
    depends_on_order: bool,
    /// Whether it always stays.
    keeps_nan: bool,
}

/// The parts of an array.
pub(crate) struct Parts {
    /// All of them, and what is between them.
    all: Expr,
    /// Their first length, if they have an axis.
    length: Option<Expr>,
}

impl ArrayReduction {
    pub(crate) fn part_type(&self) -> ArrayType {
        ArrayType::new(self.ty.dtype, self.ty.ndim, Layout::C)
    }

    /// What combining with changes nothing.
    fn identity(&self) -> Expr {
        let bits = 8 * self.ty.dtype.size_bytes();
        let largest_signed = || i64::MAX >> (64 - bits);
        let largest_unsigned = || (u64::MAX >> (64 - bits)) as i64;
        let value = match (self.op, self.ty.dtype.kind()) {
            (ReductionOp::Mul, DtypeKind::Float) => Constant::Float(1.0),
            (ReductionOp::Mul, DtypeKind::Complex) => Constant::Complex(1.0, 0.0),
            (ReductionOp::Mul | ReductionOp::And | ReductionOp::Min, DtypeKind::Bool) => Constant::Bool(true),
            (ReductionOp::Mul, _) => Constant::Int(1),
            (ReductionOp::And | ReductionOp::Min, DtypeKind::Unsigned) => Constant::Int(largest_unsigned()),
            (ReductionOp::And, _) => Constant::Int(-1),
            (ReductionOp::Min, DtypeKind::Float) => Constant::Float(f64::INFINITY),
            (ReductionOp::Max, DtypeKind::Float) => Constant::Float(f64::NEG_INFINITY),
            (ReductionOp::Min, DtypeKind::Signed) => Constant::Int(largest_signed()),
            (ReductionOp::Max, DtypeKind::Signed) => Constant::Int(!largest_signed()),
            (_, DtypeKind::Float) => Constant::Float(-0.0),
            (_, DtypeKind::Complex) => Constant::Complex(-0.0, -0.0),
            (_, DtypeKind::Bool) => Constant::Bool(false),
            (_, DtypeKind::Signed | DtypeKind::Unsigned) => Constant::Int(0),
        };
        constant(value, Type::Scalar(self.ty.dtype), self.span)
    }
}

impl Inference<'_> {
    /// The arrays from outside that all iterations update in one way, at places that the counter alone does not tell apart, and use in no other.
    pub(crate) fn array_reductions_of(
        &mut self,
        source: LoopSource<'_>,
        targets: &[Local],
    ) -> Vec<ArrayReduction> {
        // No variable has the empty name.
        let counter = match targets {
            [only] => self.locals.names()[only.index()].clone(),
            _ => "".into(),
        };
        let mut counting = Usages::of(&counter, self);
        counting.block(source.body);
        let counts = counting.usage.assigned.is_none() && counting.usage.updates.is_empty();
        let around = self.liveness.around(source.statement);
        let mut found = Vec::new();
        for local in around.exposed.iter().filter(|local| !targets.contains(local)) {
            let Binding::Version(whole) = self.bindings.get(local) else { continue };
            let Type::Array(ty) = self.function.versions[whole].ty else { continue };
            let name = self.locals.names()[local.index()].clone();
            let mut usages = Usages::of_array(&name, &counter, self);
            usages.block(source.body);
            let usage = usages.usage;
            let keeps_nan = usage.numpy_extremes > 0;
            let has_identity = |_: &ReductionOp| !(keeps_nan && ty.dtype.is_complex());
            let shared = usage.operator().filter(|_| !(counts && usage.is_apart()));
            if let Some(op) = shared.filter(has_identity) {
                let span = usage.updates[0].1;
                let depends_on_order = usage.prefers_later && ty.dtype.is_float();
                let part = whole;
                let array = ArrayReduction { local, op, span, ty, whole, part, depends_on_order, keeps_nan };
                found.push(array);
            }
        }
        found
    }

    /// Whether a parallel loop is better done in order: within another one, parts of arrays would be made and combined for each of its iterations, and other threads have work already.
    pub(crate) fn stays_in_order(&mut self, source: LoopSource<'_>, targets: &[Local]) -> bool {
        self.loops.iter().any(|frame| frame.is_parallel)
            && (!self.array_reductions_of(source, targets).is_empty() || self.has_extremes(source, targets))
    }

    /// The parts of an array do not tell whether something in them was not a number.
    pub(crate) fn check_reduced_array(&mut self, array: &ArrayReduction) {
        if !array.depends_on_order {
            return;
        }
        let (name, span) = (self.locals.names()[array.local.index()].clone(), array.span);
        let message = format!(
            "the least or largest of floats in elements of `{name}` depends on the order in which iterations run"
        );
        self.report(
            Diagnostic::error(&LATER_EXTREME, message, span)
                .with_primary("an element that is not a number is replaced by the next one")
                .with_help(format!(
                    "write the element first, as in `{name}[i] = min({name}[i], e)`; or use `range`"
                )),
        );
    }

    /// The parts of an array, one behind the other, with some bytes in between: threads that write to one line of a cache take it away from each other all the time.
    pub(crate) fn parts(&mut self, array: &ArrayReduction, chunks: &Expr, span: Span) -> Parts {
        let whole = self.version(array.whole, span);
        let lengths = (0..usize::from(array.ty.ndim)).map(|axis| length(&whole, array.ty, axis, span));
        let mut shape: Vec<Expr> = std::iter::once(chunks.clone()).chain(lengths).collect();
        let first = (array.ty.ndim > 0).then(|| self.kept(shape[1].clone(), "length"));
        if let Some(first) = &first {
            let size = integer(array.ty.dtype.size_bytes() as i64, span);
            let row_bytes = shape[2..].iter().cloned().fold(size, |product, length| {
                let length = extremum_of(Intrinsic::Max, vec![length, integer(1, span)], span);
                int64(BinaryOp::Mul, product, length)
            });
            let rows = int64(BinaryOp::FloorDiv, integer(BYTES_BETWEEN_PARTS - 1, span), row_bytes);
            let between = int64(BinaryOp::Add, rows, integer(1, span));
            shape[1] = int64(BinaryOp::Add, first.clone(), between);
        }
        let fill = Fill::Value(Box::new(array.identity()));
        let parts = new_array(shape, fill, array.ty.dtype, Layout::C, span);
        Parts { all: self.kept(parts, "parts"), length: first }
    }

    /// `x op= part`, one part after the other.
    pub(crate) fn combine_arrays(
        &mut self,
        arrays: &[ArrayReduction],
        parts: &[Parts],
        chunks: &Expr,
        span: Span,
    ) {
        let target = self.new_temporary("chunk", Type::INT64, span);
        let number = self.version(target, span);
        let outer = std::mem::take(&mut self.out);
        for (array, parts) in arrays.iter().zip(parts) {
            let whole = self.version(array.whole, array.span);
            let part = part_of(parts, &number, array, span);
            // What cannot be written to was reported.
            let _reported = match spelled(array.op, array.keeps_nan) {
                Spelled::Operator(op) => self.augmented_array(op, whole, part, array.span, array.span),
                Spelled::Function(extremum) => self.extreme_elements(extremum, whole, part, array.span),
            };
        }
        let body = std::mem::replace(&mut self.out, outer);
        let range =
            RangeLoop { target, start: integer(0, span), stop: chunks.clone(), step: integer(1, span) };
        self.emit(StmtKind::ForRange { range, repeated: Loop::of(body) }, span);
    }

    /// `whole[...] = min(whole, part)`, or by `np.minimum`, element by element.
    fn extreme_elements(&mut self, extremum: Intrinsic, whole: Expr, part: Expr, span: Span) -> Typed<()> {
        let (elements, pair) =
            self.elements_of(vec![whole.clone(), part]).expect("both are arrays of numbers");
        let chosen = match extremum {
            Intrinsic::Minimum | Intrinsic::Maximum => {
                let [whole, part] = <[_; 2]>::try_from(pair).unwrap_or_else(|_| unreachable!("two arrays"));
                self.extreme(extremum, whole, part, span)?.expect("they are real numbers")
            }
            _ => extremum_of(extremum, pair.into_iter().map(|element| element.value).collect(), span),
        };
        let result = elements.finish(chosen, span);
        self.store_in_view(whole, result, span, span)
    }
}

/// One part of an array.
pub(crate) fn part_of(parts: &Parts, number: &Expr, array: &ArrayReduction, span: Span) -> Expr {
    let mut axes = vec![Axis::Index(number.clone())];
    axes.extend(parts.length.iter().map(|length| Axis::Slice {
        start: None,
        stop: Some(length.clone()),
        step: None,
    }));
    axes.extend((1..array.ty.ndim).map(|_| Axis::Whole));
    let view = ExprKind::View { array: Box::new(parts.all.clone()), axes };
    Expr::new(view, Type::Array(array.part_type()), span)
}

/// How a reduction is written between two arrays.
enum Spelled {
    Operator(ast::BinaryOp),
    Function(Intrinsic),
}

fn spelled(op: ReductionOp, keeps_nan: bool) -> Spelled {
    match op {
        ReductionOp::Add => Spelled::Operator(ast::BinaryOp::Add),
        ReductionOp::Mul => Spelled::Operator(ast::BinaryOp::Mul),
        ReductionOp::And => Spelled::Operator(ast::BinaryOp::BitAnd),
        ReductionOp::Or => Spelled::Operator(ast::BinaryOp::BitOr),
        ReductionOp::Xor => Spelled::Operator(ast::BinaryOp::BitXor),
        ReductionOp::Min if keeps_nan => Spelled::Function(Intrinsic::Minimum),
        ReductionOp::Max if keeps_nan => Spelled::Function(Intrinsic::Maximum),
        ReductionOp::Min => Spelled::Function(Intrinsic::Min),
        ReductionOp::Max => Spelled::Function(Intrinsic::Max),
    }
}
