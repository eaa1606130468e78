//! Loops that run in parallel: one terminator, whose body is a part of the same graph.
//!
//! An iteration sees what is held outside as borrowed, and holds what it makes itself: errors within it release only that, and what is held outside is
//! released by the unwind target of the block that ends in the loop.

use crate::liveness::LiveSet;
use crate::loops::LoopFrame;
use crate::lowering::Lowering;
use crate::range::RangeValues;
use crate::values::{Lifetime, Operand, flat_types, scalar_dtype};
use hotloop_hir::{Edge, RangeLoop, Reduction, ReductionOp, Stmt, Version};
use hotloop_mir as mir;
use hotloop_mir::{Block, MachineType, ParFor, Terminator, Value};
use hotloop_types::{Dtype, DtypeKind};

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
        self.code.set_span(statement.span);
        let (body_block, exit) = (self.code.new_block(), self.code.new_block());
        let region = ParFor { count, body: body_block, reductions: initial, exit };
        self.code.terminate(Terminator::ParFor(region));
        let outside = (std::mem::take(&mut self.code.holdings), self.code.unwind_blocks.enter());
        let tries = std::mem::take(&mut self.code.tries);
        self.iteration(body_block, &values, range.target, reductions);
        self.statements(body);
        self.code.set_span(statement.span);
        let accumulators: Vec<Version> = reductions.iter().map(|each| each.accumulator).collect();
        self.loops.pop();
        if self.code.is_reachable() {
            self.end_iteration(back, &accumulators);
        }
        self.code.tries = tries;
        self.code.holdings = outside.0;
        self.code.unwind_blocks.leave(outside.1);
        self.results(exit, reductions);
    }

    /// Starts the body.
    fn iteration(&mut self, body: Block, range: &RangeValues, target: Version, reductions: &[Reduction]) {
        let number = self.code.add_parameter(body, MachineType::I64);
        let accumulators: Vec<Version> = reductions.iter().map(|each| each.accumulator).collect();
        let join = self.join_at(body, &accumulators);
        self.start_join(join);
        let index = self.value_at(range, number);
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
