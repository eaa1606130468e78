//! Arrays that the iterations of a parallel loop update together: each chunk of iterations has a part of its own, and the parts are combined behind the loop, in order.
//!
//! ```text
//! for i in prange(n): x[f(i)] += e       becomes        parts = a zero for each element of x, for each of at most 8 chunks
//!                                                       for c in prange(chunks):
//!                                                           part = parts[c]
//!                                                           for i in range(of chunk c): part[f(i)] += e
//!                                                       for c in range(chunks): x += parts[c]
//! ```
//!
//! The number of chunks depends on the trip count and the size of the arrays, so that sums of floats have the same bits on any number of threads.

use crate::arrays::{length, new_array};
use crate::bindings::Binding;
use crate::elementwise::binary;
use crate::expression::constant;
use crate::function::Inference;
use crate::intrinsic_call::extremum_of;
use crate::iteration::integer;
use crate::loops::LoopSource;
use crate::reductions::Usages;
use hotloop_ast as ast;
use hotloop_diagnostics::Span;
use hotloop_hir as hir;
use hotloop_hir::{
    ArrayAttribute, Axis, BinaryOp, Constant, Edge, Expr, ExprKind, Fill, Local, Loop, Move, RangeLoop,
    Reduction, ReductionOp, StmtKind, Version,
};
use hotloop_index::Id;
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, Type};

/// More parts would cost more than they help.
const MOST_CHUNKS: i64 = 8;
/// All parts of an array together take no more than that, if it is not larger itself.
const MOST_BYTES: i64 = 64 << 20;

/// An array that iterations update together.
#[derive(Clone, Debug)]
pub(crate) struct ArrayReduction {
    pub(crate) local: Local,
    op: ReductionOp,
    span: Span,
    ty: ArrayType,
    /// The array itself.
    pub(crate) whole: Version,
    /// What stands for it in the body.
    pub(crate) part: Version,
}

impl ArrayReduction {
    pub(crate) fn part_type(&self) -> ArrayType {
        ArrayType::new(self.ty.dtype, self.ty.ndim, Layout::C)
    }

    /// What combining with changes nothing.
    fn identity(&self) -> Expr {
        let value = match (self.op, self.ty.dtype.kind()) {
            (ReductionOp::Mul, DtypeKind::Float) => Constant::Float(1.0),
            (ReductionOp::Mul, DtypeKind::Complex) => Constant::Complex(1.0, 0.0),
            (ReductionOp::Mul | ReductionOp::And, DtypeKind::Bool) => Constant::Bool(true),
            (ReductionOp::Mul, _) => Constant::Int(1),
            (ReductionOp::And, DtypeKind::Unsigned) => {
                Constant::Int((u64::MAX >> (64 - 8 * self.ty.dtype.size_bytes())) as i64)
            }
            (ReductionOp::And, _) => Constant::Int(-1),
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
        target: Local,
    ) -> Vec<ArrayReduction> {
        let counter = self.locals.names()[target.index()].clone();
        let mut counting = Usages::of(&counter, self);
        counting.block(source.body);
        let counts = counting.usage.assigned.is_none() && counting.usage.updates.is_empty();
        let around = self.liveness.around(source.statement);
        let mut found = Vec::new();
        for local in around.exposed.iter().filter(|local| *local != target) {
            let Binding::Version(whole) = self.bindings.get(local) else { continue };
            let Type::Array(ty) = self.function.versions[whole].ty else { continue };
            let name = self.locals.names()[local.index()].clone();
            let mut usages = Usages::of_array(&name, &counter, self);
            usages.block(source.body);
            let usage = usages.usage;
            let is_numeric = !matches!(usage.operator(), Some(ReductionOp::Min | ReductionOp::Max));
            if let Some(op) = usage.operator().filter(|_| is_numeric && !(counts && usage.is_apart())) {
                let span = usage.updates[0].1;
                found.push(ArrayReduction { local, op, span, ty, whole, part: whole });
            }
        }
        found
    }

    /// Whether a parallel loop is better done in order: within another one, parts of arrays would be made and combined for each of its iterations, and other threads have work already.
    pub(crate) fn stays_in_order(&mut self, source: LoopSource<'_>, target: Local) -> bool {
        self.loops.iter().any(|frame| frame.is_parallel)
            && !self.array_reductions_of(source, target).is_empty()
    }

    /// Emits a parallel loop, with what its arrays need around it.
    pub(crate) fn emit_with_arrays(&mut self, parallel: hir::Stmt, arrays: &[ArrayReduction]) {
        let hir::Stmt { kind: StmtKind::ParallelFor { range, body, back, reductions }, span } = parallel
        else {
            unreachable!("it is a parallel loop")
        };
        if arrays.is_empty() {
            return self.emit(StmtKind::ParallelFor { range, body, back, reductions }, span);
        }
        let RangeLoop { target, start, stop, step } = range;
        let [start, stop, step] =
            [(start, "start"), (stop, "stop"), (step, "step")].map(|(value, name)| self.kept(value, name));
        let whole = ExprKind::Range {
            start: Box::new(start.clone()),
            stop: Box::new(stop.clone()),
            step: Box::new(step.clone()),
        };
        let count = ExprKind::RangeLength(Box::new(Expr::new(whole, Type::Range, span)));
        let count = self.kept(Expr::new(count, Type::INT64, span), "count");
        let chunks = self.chunks(&count, arrays, span);
        let parts: Vec<Expr> = arrays.iter().map(|array| self.parts(array, &chunks, span)).collect();

        let chunk = self.new_temporary("chunk", Type::INT64, span);
        let number = self.version(chunk, span);
        let mut outer_body: Vec<hir::Stmt> = Vec::new();
        for (array, parts) in arrays.iter().zip(&parts) {
            let value = part_of(parts, &number, array, span);
            outer_body.push(hir::Stmt { kind: StmtKind::Assign { target: array.part, value }, span });
        }
        let bounds = bounds_of_chunk([&start, &stop, &step], [&count, &chunks, &number], span);
        let range = RangeLoop { target, start: bounds[0].clone(), stop: bounds[1].clone(), step };
        let (outer, inner) = self.in_chunks(reductions, body, back, span);
        outer_body.push(hir::Stmt { kind: StmtKind::ForRange { range, repeated: inner }, span });
        let range = RangeLoop {
            target: chunk,
            start: integer(0, span),
            stop: chunks.clone(),
            step: integer(1, span),
        };
        self.emit(
            StmtKind::ParallelFor {
                range,
                body: outer_body,
                back: Some(outer.back),
                reductions: outer.reductions,
            },
            span,
        );
        self.combine(arrays, &parts, &chunks, span);
    }

    /// Into how many chunks the loop is cut: not more than iterations, nor than memory allows.
    fn chunks(&mut self, count: &Expr, arrays: &[ArrayReduction], span: Span) -> Expr {
        let mut limits = vec![integer(MOST_CHUNKS, span), count.clone()];
        for array in arrays {
            let whole = self.version(array.whole, span);
            let size =
                Expr::new(ExprKind::ArrayAttribute(Box::new(whole), ArrayAttribute::Size), Type::INT64, span);
            let most = integer(MOST_BYTES / i64::from(array.ty.dtype.size_bytes()), span);
            let plus_one = int64(BinaryOp::Add, size, integer(1, span));
            let parts = int64(BinaryOp::FloorDiv, most, plus_one);
            limits.push(extremum_of(Intrinsic::Max, vec![parts, integer(1, span)], span));
        }
        let chunks = extremum_of(Intrinsic::Min, limits, span);
        self.kept(chunks, "chunks")
    }

    /// The parts of an array, one behind the other.
    fn parts(&mut self, array: &ArrayReduction, chunks: &Expr, span: Span) -> Expr {
        let whole = self.version(array.whole, span);
        let own = (0..usize::from(array.ty.ndim)).map(|axis| length(&whole, array.ty, axis, span));
        let shape = std::iter::once(chunks.clone()).chain(own).collect();
        let fill = Fill::Value(Box::new(array.identity()));
        let parts = new_array(shape, fill, array.ty.dtype, Layout::C, span);
        self.kept(parts, "parts")
    }

    /// The loop over a chunk's iterations, which goes on with the accumulators, and what the loop over chunks makes of them.
    fn in_chunks(
        &mut self,
        reductions: Vec<Reduction>,
        body: Vec<hir::Stmt>,
        back: Option<Edge>,
        span: Span,
    ) -> (OverChunks, Loop) {
        let mut over = OverChunks { reductions: Vec::new(), back: Edge::default() };
        let mut inner = Loop {
            joins: Vec::new(),
            entry: Edge::default(),
            body,
            back,
            otherwise: Vec::new(),
            exits: Vec::new(),
            exit: None,
        };
        let mut exit = Edge::default();
        for reduction in reductions {
            let accumulator = reduction.accumulator;
            let data = self.function.versions[accumulator].clone();
            let [before, behind] = [(); 2].map(|()| self.new_version(data.local, data.ty.clone(), span));
            let edge = |target, source| Move { target, source: Some(source) };
            inner.joins.push(accumulator);
            inner.entry.moves.push(edge(accumulator, before));
            inner.exits.push(behind);
            exit.moves.push(edge(behind, accumulator));
            over.back.moves.push(edge(before, behind));
            over.reductions.push(Reduction { accumulator: before, ..reduction });
        }
        inner.exit = Some(exit);
        (over, inner)
    }

    /// `x op= part`, one part after the other.
    fn combine(&mut self, arrays: &[ArrayReduction], parts: &[Expr], chunks: &Expr, span: Span) {
        let target = self.new_temporary("chunk", Type::INT64, span);
        let number = self.version(target, span);
        let outer = std::mem::take(&mut self.out);
        for (array, parts) in arrays.iter().zip(parts) {
            let whole = self.version(array.whole, array.span);
            let part = part_of(parts, &number, array, span);
            // What cannot be written to was reported.
            let _reported = self.augmented_array(spelled(array.op), whole, part, array.span, array.span);
        }
        let body = std::mem::replace(&mut self.out, outer);
        let range =
            RangeLoop { target, start: integer(0, span), stop: chunks.clone(), step: integer(1, span) };
        let repeated = Loop {
            joins: Vec::new(),
            entry: Edge::default(),
            body,
            back: Some(Edge::default()),
            otherwise: Vec::new(),
            exits: Vec::new(),
            exit: Some(Edge::default()),
        };
        self.emit(StmtKind::ForRange { range, repeated }, span);
    }
}

/// What the loop over chunks has of the reductions.
struct OverChunks {
    reductions: Vec<Reduction>,
    back: Edge,
}

/// One part of an array.
fn part_of(parts: &Expr, number: &Expr, array: &ArrayReduction, span: Span) -> Expr {
    let mut axes = vec![Axis::Index(number.clone())];
    axes.extend((0..array.ty.ndim).map(|_| Axis::Whole));
    let view = ExprKind::View { array: Box::new(parts.clone()), axes };
    Expr::new(view, Type::Array(array.part_type()), span)
}

/// The first counter of a chunk, and the one behind its last: chunks differ in length by one at most.
fn bounds_of_chunk(
    [start, stop, step]: [&Expr; 3],
    [count, chunks, number]: [&Expr; 3],
    span: Span,
) -> [Expr; 2] {
    let length = || int64(BinaryOp::FloorDiv, count.clone(), chunks.clone());
    let longer = || int64(BinaryOp::Mod, count.clone(), chunks.clone());
    let first_of = |number: Expr| {
        let by_length = int64(BinaryOp::Mul, number.clone(), length());
        let first =
            int64(BinaryOp::Add, by_length, extremum_of(Intrinsic::Min, vec![number, longer()], span));
        int64(BinaryOp::Add, start.clone(), int64(BinaryOp::Mul, first, step.clone()))
    };
    let next = int64(BinaryOp::Add, number.clone(), integer(1, span));
    // What lies one step behind the last counter may not be an int64.
    let is_last = crate::conditions::scalar_compare(hir::CompareOp::Eq, next.clone(), chunks.clone(), span);
    let end = ExprKind::Conditional {
        condition: Box::new(is_last.expect("both are integers")),
        then: Box::new(stop.clone()),
        otherwise: Box::new(first_of(next)),
    };
    [first_of(number.clone()), Expr::new(end, Type::INT64, span)]
}

/// An operation on two int64.
fn int64(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span;
    binary(op, left, right, Dtype::Int64, span)
}

/// How a reduction is written between two arrays.
fn spelled(op: ReductionOp) -> ast::BinaryOp {
    match op {
        ReductionOp::Add => ast::BinaryOp::Add,
        ReductionOp::Mul => ast::BinaryOp::Mul,
        ReductionOp::And => ast::BinaryOp::BitAnd,
        ReductionOp::Or => ast::BinaryOp::BitOr,
        ReductionOp::Xor => ast::BinaryOp::BitXor,
        ReductionOp::Min | ReductionOp::Max => unreachable!("arrays are updated by operators"),
    }
}
