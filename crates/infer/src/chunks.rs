//! Parallel loops over chunks of iterations, each of which runs in order: for what is more than one number that an operator combines.
//!
//! ```text
//! for i in prange(n): body      becomes        (memory for what chunks find)
//!                                              for c in prange(chunks):
//!                                                  for i in range(of chunk c): body
//!                                                  (keep what the chunk has found)
//!                                              (put together what the chunks have found, in order)
//! ```
//!
//! The number of chunks depends on the trip count, the size of the arrays that are updated and whether an iteration is short, so that sums of floats have the
//! same bits on any number of threads.

use crate::array_reductions::{ArrayReduction, part_of};
use crate::elementwise::binary;
use crate::extremes::Extreme;
use crate::function::Inference;
use crate::intrinsic_call::extremum_of;
use crate::iteration::integer;
use hotloop_diagnostics::Span;
use hotloop_hir as hir;
use hotloop_hir::{
    ArrayAttribute, BinaryOp, Edge, Expr, ExprKind, Loop, Move, RangeLoop, Reduction, Stmt, StmtKind,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{Dtype, Type};

/// Extremes are found in so many chunks at most.
const MOST_CHUNKS: i64 = 64;
/// So many short iterations share a chunk.
const SHORT_ITERATIONS_A_CHUNK: i64 = 256;
/// More parts of arrays would cost more than they help.
const MOST_PARTS: i64 = 8;
/// All parts of an array together take no more than that, if it is not larger itself.
const MOST_BYTES: i64 = 64 << 20;

/// A parallel loop whose body is typed. Its head joins the accumulators of the reductions, and behind them the members of the extremes.
pub(crate) struct ParallelLoop {
    pub(crate) range: RangeLoop,
    pub(crate) body: Vec<Stmt>,
    pub(crate) back: Option<Edge>,
    pub(crate) reductions: Vec<Reduction>,
    pub(crate) arrays: Vec<ArrayReduction>,
    pub(crate) extremes: Vec<Extreme>,
    pub(crate) span: Span,
}

impl Inference<'_> {
    /// Emits a parallel loop, with what its arrays and extremes need around it.
    pub(crate) fn emit_parallel(&mut self, parallel: ParallelLoop) {
        let ParallelLoop { range, mut body, back, reductions, arrays, extremes, span } = parallel;
        if arrays.is_empty() && extremes.is_empty() {
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
        let is_short = body.iter().all(Stmt::is_short);
        let chunks = self.chunks(&count, &arrays, is_short, span);
        let parts: Vec<Expr> = arrays.iter().map(|array| self.parts(array, &chunks, span)).collect();
        let found: Vec<_> = extremes.iter().map(|extreme| self.places_for(extreme, &chunks, span)).collect();

        let chunk = self.new_temporary("chunk", Type::INT64, span);
        let number = self.version(chunk, span);
        let outside = std::mem::take(&mut self.out);
        for (array, parts) in arrays.iter().zip(&parts) {
            let value = part_of(parts, &number, array, span);
            self.emit(StmtKind::Assign { target: array.part, value }, span);
        }
        for (extreme, found) in extremes.iter().zip(&found) {
            self.mark_updates(extreme, found, &number, &mut body);
        }
        let bounds = bounds_of_chunk([&start, &stop, &step], [&count, &chunks, &number], span);
        let range = RangeLoop { target, start: bounds[0].clone(), stop: bounds[1].clone(), step };
        let mut inner = Loop { back, exit: Some(Edge::default()), ..Loop::of(body) };
        let over = self.carry_reductions(reductions, &mut inner, span);
        let last: Vec<_> =
            extremes.iter().map(|extreme| self.carry_extreme(extreme, &mut inner, span)).collect();
        self.emit(StmtKind::ForRange { range, repeated: inner }, span);
        for (last, found) in last.into_iter().zip(&found) {
            self.keep_found(last, found, &number, span);
        }
        let body = std::mem::replace(&mut self.out, outside);
        let range = RangeLoop {
            target: chunk,
            start: integer(0, span),
            stop: chunks.clone(),
            step: integer(1, span),
        };
        let kind = StmtKind::ParallelFor { range, body, back: Some(over.back), reductions: over.reductions };
        self.emit(kind, span);
        self.combine_arrays(&arrays, &parts, &chunks, span);
        for (extreme, found) in extremes.iter().zip(&found) {
            self.combine_found(extreme, found, &chunks, span);
        }
    }

    /// Into how many chunks the loop is cut: not more than iterations, nor than memory allows.
    fn chunks(&mut self, count: &Expr, arrays: &[ArrayReduction], is_short: bool, span: Span) -> Expr {
        let mut limits = vec![count.clone()];
        if arrays.is_empty() {
            limits.push(integer(MOST_CHUNKS, span));
            if is_short {
                let whole = int64(BinaryOp::FloorDiv, count.clone(), integer(SHORT_ITERATIONS_A_CHUNK, span));
                limits.push(extremum_of(Intrinsic::Max, vec![whole, integer(1, span)], span));
            }
        } else {
            limits.push(integer(MOST_PARTS, span));
        }
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

    /// Lets the loop over a chunk's iterations go on with the accumulators; gives what the loop over chunks makes of them.
    fn carry_reductions(&mut self, reductions: Vec<Reduction>, inner: &mut Loop, span: Span) -> OverChunks {
        let mut over = OverChunks { reductions: Vec::new(), back: Edge::default() };
        for reduction in reductions {
            let accumulator = reduction.accumulator;
            let data = self.function.versions[accumulator].clone();
            let before = self.new_version(data.local, data.ty.clone(), span);
            let behind = self.carry(accumulator, before, inner, span);
            over.back.moves.push(Move { target: before, source: Some(behind) });
            over.reductions.push(Reduction { accumulator: before, ..reduction });
        }
        over
    }

    /// Lets a loop that only falls through carry a version on from `before`; gives what it is behind the loop.
    pub(crate) fn carry(
        &mut self,
        at_head: hir::Version,
        before: hir::Version,
        repeated: &mut Loop,
        span: Span,
    ) -> hir::Version {
        let data = self.function.versions[at_head].clone();
        let behind = self.new_version(data.local, data.ty, span);
        repeated.joins.push(at_head);
        repeated.entry.moves.push(Move { target: at_head, source: Some(before) });
        repeated.exits.push(behind);
        let exit = repeated.exit.as_mut().expect("the loop ends by itself");
        exit.moves.push(Move { target: behind, source: Some(at_head) });
        behind
    }
}

/// What the loop over chunks has of the reductions.
struct OverChunks {
    reductions: Vec<Reduction>,
    back: Edge,
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
