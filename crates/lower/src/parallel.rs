//! Loops that run in parallel: one terminator, whose body is a part of the same graph.
//!
//! An iteration sees what is held outside as borrowed, and holds what it makes itself: errors within it release only that, and what is held outside is
//! released by the unwind target of the block that ends in the loop.

use crate::liveness::LiveSet;
use crate::loops::{FrameKind, LoopFrame};
use crate::lowering::Lowering;
use crate::races::has_chunks;
use crate::range::RangeValues;
use crate::values::{Lifetime, Operand, flat_types, scalar_dtype};
use hotloop_abi::MAX_CHUNKS;
use hotloop_hir::{Edge, RangeLoop, Reduction, ReductionOp, Stmt, Version};
use hotloop_mir as mir;
use hotloop_mir::{BinaryOp, Block, MachineType, ParFor, Terminator, Value};

use hotloop_types::{Dtype, DtypeKind};

/// Starting a chunk of a reduction takes as long as a few iterations that only compute.
const SHORT_ITERATIONS_A_CHUNK: i64 = 1024;

impl Lowering<'_> {
    /// `for` over `prange`.
    pub(crate) fn parallel_loop(
        &mut self,
        statement: &Stmt,
        range: &RangeLoop,
        body: &[Stmt],
        back: Option<&Edge>,
        reductions: &[Reduction],
    ) {
        let values = self.range_values([&range.start, &range.stop, &range.step]);
        self.code.set_span(statement.span);
        let count = self.parallel_count(&values);
        let initial = self.reductions(reductions);
        let chunks = (!initial.is_empty()).then(|| self.chunks(count, body));
        self.code.set_span(statement.span);
        let exit = self.region(count, (chunks, initial), |this, body_block| {
            this.iteration(body_block, &values, statement, (range.target, reductions));
            let has_chunks = has_chunks(statement.span, body);
            if has_chunks {
                let number = this.code.function.blocks[body_block].parameters[0];
                this.code.chunk_numbers.push(number);
            }
            let outside = std::mem::replace(&mut this.parallel_place, has_chunks.then_some(statement.span));
            this.statements(body);
            this.parallel_place = outside;
            this.code.set_span(statement.span);
            let accumulators: Vec<Version> = reductions.iter().map(|each| each.accumulator).collect();
            this.loops.pop();
            if this.code.is_reachable() {
                this.end_iteration(back, &accumulators);
            }
        });
        self.results(exit, reductions);
    }

    /// Whether what can be done in any order is done in parallel here: where the function asks for it, and the iterations of no other loop already do.
    pub(crate) fn shares_work(&self) -> bool {
        self.source.options.shares(self.part)
            && self.loops.iter().all(|frame| frame.kind != FrameKind::Parallel)
    }

    /// Runs something for `0..count` in parallel, without a result.
    pub(crate) fn parallel_each(&mut self, count: Value, each: impl FnOnce(&mut Self, Value)) {
        let exit = self.region(count, (None, Vec::new()), |this, body| {
            let number = this.code.add_parameter(body, MachineType::I64);
            this.code.start(body);
            this.loops.push(LoopFrame::parallel(Vec::new(), this.caught.len()));
            each(this, number);
            this.loops.pop();
            this.code.safepoint();
            this.code.terminate(Terminator::ParYield(Vec::new()));
        });
        self.code.start(exit);
    }

    /// Into how many chunks a loop with reductions is cut: one for so many short iterations, one for each that takes long, [`MAX_CHUNKS`] at most.
    fn chunks(&mut self, count: Value, body: &[Stmt]) -> Value {
        let code = &mut self.code;
        let [zero, one, most] = [0, 1, MAX_CHUNKS].map(|number| code.int64(number));
        let by_length = if body.iter().all(Stmt::is_short) {
            let shift = code.int64(SHORT_ITERATIONS_A_CHUNK.ilog2().into());
            let whole = code.binary(BinaryOp::Sshr, count, shift);
            code.binary(BinaryOp::Smax, whole, one)
        } else {
            count
        };
        let at_most = code.binary(BinaryOp::Smin, by_length, most);
        let iterations = code.binary(BinaryOp::Smax, count, zero);
        code.binary(BinaryOp::Smin, at_most, iterations)
    }

    /// A parallel loop, whose iteration starts in the block that `iteration` is given; returns the block behind the loop.
    fn region(
        &mut self,
        count: Value,
        (chunks, reductions): (Option<Value>, Vec<mir::Reduction>),
        iteration: impl FnOnce(&mut Self, Block),
    ) -> Block {
        let (body, exit) = (self.code.new_block(), self.code.new_block());
        self.code.terminate(Terminator::ParFor(ParFor { count, body, chunks, reductions, exit }));
        let outside = (std::mem::take(&mut self.code.holdings), self.code.unwind_blocks.enter());
        let tries = std::mem::take(&mut self.code.tries);
        iteration(self, body);
        self.code.tries = tries;
        self.code.holdings = outside.0;
        self.code.unwind_blocks.leave(outside.1);
        exit
    }

    /// Starts the body.
    fn iteration(
        &mut self,
        body: Block,
        range: &RangeValues,
        statement: &Stmt,
        (target, reductions): (Version, &[Reduction]),
    ) {
        let number = self.code.add_parameter(body, MachineType::I64);
        let accumulators: Vec<Version> = reductions.iter().map(|each| each.accumulator).collect();
        let join = self.join_at(body, &accumulators);
        self.start_join(join);
        let index = self.value_at(range, number);
        self.tell_iteration(index, statement);
        self.assign(target, Operand::Scalar(index));
        self.loops.push(LoopFrame::parallel(accumulators, self.caught.len()));
    }

    /// Ends an iteration, by its last statement or by `continue`.
    pub(crate) fn end_iteration(&mut self, edge: Option<&Edge>, accumulators: &[Version]) {
        self.code.safepoint();
        let values = self.edge_arguments(edge, &LiveSet::new(), accumulators);
        self.code.terminate(Terminator::ParYield(values));
    }

    fn reductions(&mut self, reductions: &[Reduction]) -> Vec<mir::Reduction> {
        reductions
            .iter()
            .flat_map(|each| {
                self.code.set_span(each.span);
                let ty = self.version_type(each.accumulator);
                let value = self.read_version(each.initial);
                let mut initial = Vec::new();
                self.converted(&value, self.version_type(each.initial), ty).flatten(&mut initial);
                let op = reduction_op(each.op, scalar_dtype(ty));
                // A complex sum is a sum of each part.
                initial.into_iter().map(move |initial| mir::Reduction { op, initial })
            })
            .collect()
    }

    /// Goes on behind the loop.
    fn results(&mut self, exit: Block, reductions: &[Reduction]) {
        let mut types = Vec::new();
        for each in reductions {
            flat_types(self.version_type(each.accumulator), &mut types);
        }
        let parameters: Vec<Value> =
            types.into_iter().map(|machine| self.code.add_parameter(exit, machine)).collect();
        self.code.start(exit);
        let mut parameters = parameters.into_iter();
        for each in reductions {
            let (from, to) = (self.version_type(each.accumulator), self.version_type(each.result));
            let value = self.code.unflatten(from, &mut parameters, Lifetime::Caller);
            let result = self.converted(&value, from, to);
            self.assign(each.result, result);
        }
    }
}

/// The reduction of values of that dtype.
fn reduction_op(op: ReductionOp, dtype: Dtype) -> mir::ReductionOp {
    use DtypeKind::{Bool, Complex, Float, Signed, Unsigned};
    match (op, dtype.kind()) {
        (ReductionOp::Add, Float | Complex) => mir::ReductionOp::Fadd,
        (ReductionOp::Add, Bool | Signed | Unsigned) => mir::ReductionOp::Iadd,
        (ReductionOp::Mul, Float) => mir::ReductionOp::Fmul,
        (ReductionOp::Mul, Bool | Signed | Unsigned) => mir::ReductionOp::Imul,
        (ReductionOp::Min, Float) => mir::ReductionOp::Fmin,
        (ReductionOp::Min, Signed) => mir::ReductionOp::Smin,
        (ReductionOp::Min, Unsigned) => mir::ReductionOp::Umin,
        (ReductionOp::Max, Float) => mir::ReductionOp::Fmax,
        (ReductionOp::Max, Signed) => mir::ReductionOp::Smax,
        (ReductionOp::Max, Unsigned) => mir::ReductionOp::Umax,
        (ReductionOp::And, _) | (ReductionOp::Min, Bool) => mir::ReductionOp::And,
        (ReductionOp::Or, _) | (ReductionOp::Max, Bool) => mir::ReductionOp::Or,
        (ReductionOp::Xor, _) => mir::ReductionOp::Xor,
        (ReductionOp::Mul | ReductionOp::Min | ReductionOp::Max, Complex) => {
            panic!("HIR: {op:?} of complex numbers in a parallel loop")
        }
    }
}
