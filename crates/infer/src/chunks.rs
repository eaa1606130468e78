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
//! same bits on any number of threads. Where the whole work is little the loop runs in order, as it is written: memory for what chunks find costs more.

use crate::array_reductions::{ArrayReduction, Parts, part_of};
use crate::elementwise::binary;
use crate::extremes::Extreme;
use crate::function::Inference;
use crate::intrinsic_call::extremum_of;
use crate::iteration::integer;
use hotloop_diagnostics::Span;
use hotloop_hir as hir;
use hotloop_hir::{
    Arm, ArrayAttribute, BinaryOp, Edge, Expr, ExprKind, Loop, Move, RangeLoop, Reduction, Stmt, StmtKind,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{Dtype, Type};

/// Extremes are found in so many chunks at most.
const MOST_CHUNKS: i64 = 64;
/// So many short iterations share a chunk.
const SHORT_ITERATIONS_A_CHUNK: i64 = 1024;
/// With less work than that a loop of short iterations that finds extremes runs in order, in operations: they take some microseconds.
const LITTLE_WORK: i64 = 1 << 15;
/// With less work than that so does one that updates arrays: parts are filled and combined, and others are woken for them.
const LITTLE_WORK_ON_ARRAYS: i64 = 1 << 19;
/// A function of mathematics counts as so many operations.
const OPERATIONS_OF_A_FUNCTION: i64 = 10;
/// A part of an array is worth its price, which is to fill it and to combine it, for so many short iterations an element.
const SHORT_ITERATIONS_AN_ELEMENT: i64 = 4;
/// So it is for so many iterations that update the whole array.
const WHOLE_ITERATIONS_A_PART: i64 = 8;
/// More parts of arrays would cost more than they help.
const MOST_PARTS: i64 = 16;
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

/// What an iteration of a loop over chunks does, as far as that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    /// It computes, stores, tests and raises.
    Short,
    /// Beside that it updates whole arrays, which the loop reduces.
    WholeArrays,
    /// It loops or calls.
    Unknown,
}

impl ParallelLoop {
    fn is_in_chunks(&self) -> bool {
        !(self.arrays.is_empty() && self.extremes.is_empty())
    }

    fn effort(&self) -> Effort {
        let updates_whole = |statement: &Stmt| matches!(statement.kind, StmtKind::StoreElements { .. });
        if self.body.iter().all(Stmt::is_short) {
            Effort::Short
        } else if !self.arrays.is_empty()
            && self.body.iter().all(|statement| statement.is_short() || updates_whole(statement))
        {
            Effort::WholeArrays
        } else {
            Effort::Unknown
        }
    }
}

impl Inference<'_> {
    /// The condition that a loop over chunks has too few iterations for that; `None` where nothing says how much it is that they do, and for other loops.
    pub(crate) fn has_few_iterations(&mut self, parallel: &mut ParallelLoop) -> Option<Expr> {
        let effort = parallel.effort();
        if !parallel.is_in_chunks() || effort == Effort::Unknown || self.function.options.shares_few {
            return None;
        }
        let span = parallel.span;
        let count = self.kept_count(&mut parallel.range, span);
        let limit = if effort == Effort::Short {
            let little = if parallel.arrays.is_empty() { LITTLE_WORK } else { LITTLE_WORK_ON_ARRAYS };
            let operations = parallel.body.iter().map(operations_of).sum::<i64>();
            let mut limits = vec![integer(little / operations.max(1), span)];
            for array in &parallel.arrays {
                let size = self.size_of(array, span);
                let two_parts = integer(2 * SHORT_ITERATIONS_AN_ELEMENT, span);
                limits.push(int64(BinaryOp::Mul, size, two_parts));
            }
            extremum_of(Intrinsic::Max, limits, span)
        } else {
            integer(2 * WHOLE_ITERATIONS_A_PART, span)
        };
        let has_few = crate::conditions::scalar_compare(hir::CompareOp::Lt, count, limit, span);
        Some(has_few.expect("both are integers"))
    }

    /// Emits a parallel loop, with what its arrays and extremes need around it.
    pub(crate) fn emit_parallel(&mut self, mut parallel: ParallelLoop) {
        let span = parallel.span;
        if !parallel.is_in_chunks() {
            let ParallelLoop { range, body, back, reductions, .. } = parallel;
            return self.emit(StmtKind::ParallelFor { range, body, back, reductions }, span);
        }
        let effort = parallel.effort();
        let count = self.kept_count(&mut parallel.range, span);
        let ParallelLoop { range, mut body, back, reductions, arrays, extremes, .. } = parallel;
        let RangeLoop { target, start, stop, step } = range;
        let chunks = self.chunks(&count, &arrays, effort, span);
        let parts: Vec<Parts> = arrays.iter().map(|array| self.parts(array, &chunks, span)).collect();
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

    /// Evaluates the bounds of a range before the loop; gives the number of its iterations.
    fn kept_count(&mut self, range: &mut RangeLoop, span: Span) -> Expr {
        for (bound, purpose) in
            [(&mut range.start, "start"), (&mut range.stop, "stop"), (&mut range.step, "step")]
        {
            *bound = self.kept(bound.clone(), purpose);
        }
        let whole = ExprKind::Range {
            start: Box::new(range.start.clone()),
            stop: Box::new(range.stop.clone()),
            step: Box::new(range.step.clone()),
        };
        let count = ExprKind::RangeLength(Box::new(Expr::new(whole, Type::Range, span)));
        self.kept(Expr::new(count, Type::INT64, span), "count")
    }

    /// How many elements an array has that the loop updates.
    fn size_of(&mut self, array: &ArrayReduction, span: Span) -> Expr {
        let whole = self.version(array.whole, span);
        Expr::new(ExprKind::ArrayAttribute(Box::new(whole), ArrayAttribute::Size), Type::INT64, span)
    }

    /// Into how many chunks the loop is cut: not more than iterations, nor than memory allows, nor than pays.
    fn chunks(&mut self, count: &Expr, arrays: &[ArrayReduction], effort: Effort, span: Span) -> Expr {
        let mut limits = vec![count.clone()];
        let at_least_one = |chunks: Expr| extremum_of(Intrinsic::Max, vec![chunks, integer(1, span)], span);
        if arrays.is_empty() {
            limits.push(integer(MOST_CHUNKS, span));
            if effort == Effort::Short {
                let whole = int64(BinaryOp::FloorDiv, count.clone(), integer(SHORT_ITERATIONS_A_CHUNK, span));
                limits.push(at_least_one(whole));
            }
        } else {
            limits.push(integer(MOST_PARTS, span));
        }
        for array in arrays {
            let size = self.size_of(array, span);
            let most = integer(MOST_BYTES / i64::from(array.ty.dtype.size_bytes()), span);
            let plus_one = int64(BinaryOp::Add, size, integer(1, span));
            limits.push(at_least_one(int64(BinaryOp::FloorDiv, most, plus_one.clone())));
            let iterations_a_part = match effort {
                Effort::Short => int64(BinaryOp::Mul, plus_one, integer(SHORT_ITERATIONS_AN_ELEMENT, span)),
                Effort::WholeArrays => integer(WHOLE_ITERATIONS_A_PART, span),
                Effort::Unknown => continue,
            };
            limits.push(at_least_one(int64(BinaryOp::FloorDiv, count.clone(), iterations_a_part)));
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

/// How much a short statement does, in operations.
fn operations_of(statement: &Stmt) -> i64 {
    let all = |statements: &[Stmt]| statements.iter().map(operations_of).sum::<i64>();
    match &statement.kind {
        StmtKind::Assign { value, .. } | StmtKind::Expr(value) => operations_in(value),
        StmtKind::StoreElement { array, indices, value } => {
            1 + [array, value].into_iter().chain(indices).map(operations_in).sum::<i64>()
        }
        StmtKind::If { arms, otherwise, .. } => {
            let arm = |arm: &Arm| operations_in(&arm.condition) + all(&arm.before) + all(&arm.body);
            arms.iter().map(arm).sum::<i64>() + all(otherwise)
        }
        StmtKind::Assert { condition, .. } => operations_in(condition),
        StmtKind::StoreElements { .. }
        | StmtKind::StoreAt { .. }
        | StmtKind::While { .. }
        | StmtKind::ForRange { .. }
        | StmtKind::Unrolled { .. }
        | StmtKind::ParallelFor { .. }
        | StmtKind::Break(_)
        | StmtKind::Continue(_)
        | StmtKind::Return(_)
        | StmtKind::Yield(_)
        | StmtKind::Delete(_)
        | StmtKind::Raise { .. }
        | StmtKind::Try(_)
        | StmtKind::Outside { .. }
        | StmtKind::RaiseAgain(_) => 1,
    }
}

fn operations_in(value: &Expr) -> i64 {
    let mut operations = match &value.kind {
        ExprKind::Constant(_) | ExprKind::Version(_) => 0,
        ExprKind::Intrinsic { .. } => OPERATIONS_OF_A_FUNCTION,
        _ => 1,
    };
    value.for_each_operand(&mut |part| operations += operations_in(part));
    operations
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
pub(crate) fn int64(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span;
    binary(op, left, right, Dtype::Int64, span)
}
