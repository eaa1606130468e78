//! Loops that run in order.
//!
//! ```text
//! jump head(counters, joins)
//! head(counters, joins):  branch test, body, exit
//! body:                   ..  safepoint; jump head(next counters, joins)     one back edge; `continue` goes to a block before it
//! exit:                   the `else` block; what follows the loop, behind a join where there are `break`s
//! ```

use crate::code::Code;
use crate::edges::Join;
use crate::liveness::{LiveSet, without};
use crate::lowering::Lowering;
use crate::ownership::{Holder, Holdings};
use crate::range::Counter;
use crate::values::Operand;
use hotloop_hir::{
    Constant, Edge, Expr, ExprKind, Iteration, Loop, Move, RangeLoop, Reduction, Stmt, Version,
};
use hotloop_mir::{BinaryOp, Block, IntCompare, Value};
use hotloop_types::Type;

/// What all serial loops are made of.
pub(crate) struct LoopParts<'a> {
    joins: Vec<Version>,
    entry: Edge,
    body: &'a [Stmt],
    back: Option<&'a Edge>,
    otherwise: &'a [Stmt],
    exits: Vec<Version>,
    exit: Option<Edge>,
}

impl<'a> From<&'a Loop> for LoopParts<'a> {
    fn from(repeated: &'a Loop) -> Self {
        Self {
            joins: repeated.joins.clone(),
            entry: repeated.entry.clone(),
            body: &repeated.body,
            back: repeated.back.as_ref(),
            otherwise: &repeated.otherwise,
            exits: repeated.exits.clone(),
            exit: repeated.exit.clone(),
        }
    }
}

/// A loop around the current point.
pub(crate) struct LoopFrame {
    pub(crate) kind: FrameKind,
    /// What is joined where the next iteration begins; of a parallel loop, the accumulators.
    pub(crate) joins: Vec<Version>,
    exits: Vec<Version>,
    /// How many bodies of `try` lie around the loop.
    tries: usize,
    /// How many handlers lie around the loop.
    caught: usize,
    live_at_head: LiveSet,
    live_at_exit: LiveSet,
    /// Where `continue` goes, if there is one, and what is held there.
    latch: Option<(Join, Holdings)>,
    /// Where `break` goes, if there is one, and what is held there.
    after: Option<(Join, Holdings)>,
}

/// The kinds of loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Serial,
    Parallel,
}

impl LoopFrame {
    /// The frame of a parallel loop: control leaves its iterations at their end and by `continue` only.
    pub(crate) fn parallel(accumulators: Vec<Version>, caught: usize) -> Self {
        Self {
            kind: FrameKind::Parallel,
            joins: accumulators,
            exits: Vec::new(),
            tries: 0,
            caught,
            live_at_head: LiveSet::new(),
            live_at_exit: LiveSet::new(),
            latch: None,
            after: None,
        }
    }
}

/// What decides whether a loop goes on.
enum Control<'a> {
    /// A condition, or none for `while True`.
    While(Option<&'a Expr>),
    /// A counter, and the version that has its value.
    Range(Counter, Version),
    /// A count from 0 to a stop that is evaluated before each iteration, or while that holds, and the version that has its value.
    Live(&'a Expr, Version),
}

impl Lowering<'_> {
    /// `while`.
    pub(crate) fn while_loop(&mut self, statement: &Stmt, condition: &Expr, parts: LoopParts<'_>) {
        let endless = matches!(condition.kind, ExprKind::Constant(Constant::Bool(true)));
        self.serial_loop(statement, Control::While((!endless).then_some(condition)), parts);
    }

    /// `for` over a range.
    pub(crate) fn range_loop(&mut self, statement: &Stmt, range: &RangeLoop, parts: LoopParts<'_>) {
        if range.is_live() {
            return self.serial_loop(statement, Control::Live(&range.stop, range.target), parts);
        }
        let values = self.range_values([&range.start, &range.stop, &range.step]);
        self.code.set_span(statement.span);
        let counter = self.counter(&values);
        self.serial_loop(statement, Control::Range(counter, range.target), parts);
    }

    /// A `prange` that runs in order: the accumulators are joined at the head.
    pub(crate) fn serial_reductions(
        &mut self,
        statement: &Stmt,
        range: &RangeLoop,
        body: &[Stmt],
        back: Option<&Edge>,
        reductions: &[Reduction],
    ) {
        let edge = |from: fn(&Reduction) -> Version, to: fn(&Reduction) -> Version| {
            let moves = reductions.iter().map(|each| Move { target: to(each), source: Some(from(each)) });
            Edge { moves: moves.collect() }
        };
        let parts = LoopParts {
            joins: reductions.iter().map(|each| each.accumulator).collect(),
            entry: edge(|each| each.initial, |each| each.accumulator),
            body,
            back,
            otherwise: &[],
            exits: reductions.iter().map(|each| each.result).collect(),
            exit: Some(edge(|each| each.accumulator, |each| each.result)),
        };
        self.range_loop(statement, range, parts);
    }

    fn serial_loop(&mut self, statement: &Stmt, control: Control<'_>, parts: LoopParts<'_>) {
        let live_at_exit = self.live_at(statement, &parts.exits);
        let live_at_head = self.live_at_head(statement, &parts.joins);
        let (head, counters) = self.enter_loop(&control, &parts, &live_at_head);
        let needed_outside = std::mem::replace(&mut self.needed_again, live_at_head.clone());
        self.loops.push(LoopFrame {
            kind: FrameKind::Serial,
            joins: parts.joins,
            exits: parts.exits,
            tries: self.code.tries.len(),
            caught: self.caught.len(),
            live_at_head,
            live_at_exit,
            latch: None,
            after: None,
        });
        let exit = self.test(&control, &counters);
        let holdings = self.code.holdings.clone();
        match &control {
            Control::While(_) => {}
            Control::Range(counter, target) => {
                let index = counter.index(&counters);
                if self.is_in_chunks(statement) {
                    self.tell_iteration(index, statement);
                }
                self.assign(*target, Operand::Scalar(index));
            }
            Control::Live(..) => {}
        }
        self.statements(parts.body);
        self.code.set_span(statement.span);
        self.close_loop(&control, parts.back, head, &counters);
        let frame = self.loops.pop().expect("the loop's own frame");
        self.needed_again = needed_outside;
        if let Some(exit) = exit {
            self.code.holdings = holdings;
            self.code.start(exit);
            self.statements(parts.otherwise);
        }
        self.leave_loop(parts.exit.as_ref(), frame);
    }

    fn live_at_head(&self, statement: &Stmt, joins: &[Version]) -> LiveSet {
        if self.liveness.is_trivial() {
            return LiveSet::new();
        }
        let mut live = without(&self.liveness.at_head(statement), joins);
        live.union_with(&self.needed_again);
        live
    }

    /// Jumps to the head; returns it with its counters.
    fn enter_loop(
        &mut self,
        control: &Control<'_>,
        parts: &LoopParts<'_>,
        live_at_head: &LiveSet,
    ) -> (Block, Vec<Value>) {
        let head = self.code.new_block();
        let mut arguments = match control {
            Control::While(_) => Vec::new(),
            Control::Range(counter, _) => counter.initial(&mut self.code),
            Control::Live(..) => vec![self.code.int64(0)],
        };
        let types: Vec<_> = arguments.iter().map(|value| self.code.ty(*value)).collect();
        let counters = types.into_iter().map(|ty| self.code.add_parameter(head, ty)).collect();
        let join = self.join_at(head, &parts.joins);
        arguments.extend(self.edge_arguments(Some(&parts.entry), live_at_head, &parts.joins));
        self.code.jump(head, arguments);
        self.start_join(join);
        (head, counters)
    }

    /// Goes on in the body where the loop goes on; returns the block where it does not.
    fn test(&mut self, control: &Control<'_>, counters: &[Value]) -> Option<Block> {
        let (body, exit) = match control {
            Control::While(None) => return None,
            Control::While(Some(_)) | Control::Range(..) | Control::Live(..) => {
                (self.code.new_block(), self.code.new_block())
            }
        };
        match control {
            Control::While(None) => {}
            Control::While(Some(condition)) => self.branch_on(condition, body, exit),
            Control::Live(stop, target) => {
                self.assign(*target, Operand::Scalar(counters[0]));
                if stop.ty == Type::BOOL {
                    self.branch_on(stop, body, exit);
                    self.code.start(body);
                    return Some(exit);
                }
                let stop = self.scalar(stop);
                let goes_on = self.code.compare(IntCompare::Slt, counters[0], stop);
                self.code.branch(goes_on, body, exit);
            }
            Control::Range(counter, _) => {
                let goes_on = counter.test(&mut self.code, counters);
                self.code.branch(goes_on, body, exit);
            }
        }
        self.code.start(body);
        Some(exit)
    }

    /// The way from the end of the body, and from every `continue`, to the head.
    fn close_loop(&mut self, control: &Control<'_>, back: Option<&Edge>, head: Block, counters: &[Value]) {
        let frame = self.loops.last_mut().expect("the loop's own frame");
        let (latch, joins) = (frame.latch.take(), std::mem::take(&mut frame.joins));
        let live = std::mem::take(&mut frame.live_at_head);
        let falls_through = self.code.is_reachable();
        match latch {
            None if falls_through => {
                let mut arguments = next_iteration(&mut self.code, control, counters);
                arguments.extend(self.edge_arguments(back, &live, &joins));
                self.code.jump(head, arguments);
            }
            None => {}
            Some((latch, holdings)) => {
                if falls_through {
                    self.jump_to_join(back, &live, &latch);
                }
                self.code.holdings = holdings;
                self.code.start(latch.block);
                self.forward(control, &latch, head, counters);
            }
        }
    }

    /// In the block where the ends of iterations meet: on to the head with what came in.
    fn forward(&mut self, control: &Control<'_>, latch: &Join, head: Block, counters: &[Value]) {
        let outside = self.code.holdings.clone();
        for (version, binding) in self.join_bindings(latch).into_iter().enumerate() {
            let version = latch.versions[version];
            let local = self.source.versions[version].local;
            self.code.holdings.set_current(local, Some((version, &binding)), latch.block);
            binding.operand.for_each_owner(&mut |owner, _| self.code.hold(owner, Holder::Temporary));
        }
        let mut arguments = next_iteration(&mut self.code, control, counters);
        arguments.extend(&latch.parameters);
        self.code.holdings = outside;
        self.code.jump(head, arguments);
    }

    /// Goes on behind the loop.
    fn leave_loop(&mut self, exit: Option<&Edge>, frame: LoopFrame) {
        let ends_by_itself = self.code.is_reachable();
        match frame.after {
            None if ends_by_itself => self.bind_edge(exit, &frame.live_at_exit, &frame.exits),
            None => {}
            Some((after, holdings)) => {
                if ends_by_itself {
                    self.jump_to_join(exit, &frame.live_at_exit, &after);
                }
                self.code.holdings = holdings;
                self.start_join(after);
            }
        }
    }

    /// A loop that is written out, iteration by iteration.
    pub(crate) fn unrolled_loop(
        &mut self,
        statement: &Stmt,
        iterations: &[Iteration],
        otherwise: &[Stmt],
        exits: &[Version],
        exit: Option<&Edge>,
    ) {
        let live_at_exit = self.live_at(statement, exits);
        let mut after = None;
        for (number, iteration) in iterations.iter().enumerate() {
            let live = self.live_behind(statement, number, &iteration.joins);
            self.loops.push(LoopFrame {
                kind: FrameKind::Serial,
                joins: iteration.joins.clone(),
                exits: exits.to_vec(),
                tries: self.code.tries.len(),
                caught: self.caught.len(),
                live_at_head: live,
                live_at_exit: live_at_exit.clone(),
                latch: None,
                after,
            });
            self.statements(&iteration.body);
            self.code.set_span(statement.span);
            let mut frame = self.loops.pop().expect("the iteration's own frame");
            after = frame.after.take();
            self.end_copy(iteration, frame);
        }
        if self.code.is_reachable() {
            self.statements(otherwise);
        }
        let frame = LoopFrame {
            after,
            exits: exits.to_vec(),
            live_at_exit,
            ..LoopFrame::parallel(Vec::new(), self.caught.len())
        };
        self.leave_loop(exit, frame);
    }

    fn live_behind(&self, statement: &Stmt, iteration: usize, joins: &[Version]) -> LiveSet {
        if self.liveness.is_trivial() {
            return LiveSet::new();
        }
        let mut live = without(&self.liveness.behind_iteration(statement, iteration), joins);
        live.union_with(&self.needed_again);
        live
    }

    /// From an iteration that is written out, and from every `continue` in it, to the next.
    fn end_copy(&mut self, iteration: &Iteration, frame: LoopFrame) {
        let falls_through = self.code.is_reachable();
        match frame.latch {
            None if falls_through => {
                self.bind_edge(iteration.back.as_ref(), &frame.live_at_head, &iteration.joins);
            }
            None => {}
            Some((latch, holdings)) => {
                if falls_through {
                    self.jump_to_join(iteration.back.as_ref(), &frame.live_at_head, &latch);
                }
                self.code.holdings = holdings;
                self.start_join(latch);
            }
        }
    }

    /// `break`.
    pub(crate) fn break_loop(&mut self, edge: &Edge) {
        let mut frame = self.loops.pop().expect("HIR: a break lies in a loop");
        assert_eq!(frame.kind, FrameKind::Serial, "HIR: nothing breaks out of a parallel loop");
        let join = frame.after.take().map_or_else(|| self.new_join(&frame.exits), |(join, _)| join);
        self.code.holdings.leave_tries(frame.tries);
        self.leave_handlers(frame.caught);
        self.jump_to_join(Some(edge), &frame.live_at_exit, &join);
        frame.after = Some((join, self.code.holdings.clone()));
        self.loops.push(frame);
    }

    /// `continue`.
    pub(crate) fn continue_loop(&mut self, edge: &Edge) {
        let mut frame = self.loops.pop().expect("HIR: a continue lies in a loop");
        self.leave_handlers(frame.caught);
        match frame.kind {
            FrameKind::Serial => {
                let join = frame.latch.take().map_or_else(|| self.new_join(&frame.joins), |(join, _)| join);
                self.code.holdings.leave_tries(frame.tries);
                self.jump_to_join(Some(edge), &frame.live_at_head, &join);
                frame.latch = Some((join, self.code.holdings.clone()));
            }
            FrameKind::Parallel => self.end_iteration(Some(edge), &frame.joins),
        }
        self.loops.push(frame);
    }
}

/// A safepoint, and the counters of the next iteration.
fn next_iteration(code: &mut Code, control: &Control<'_>, counters: &[Value]) -> Vec<Value> {
    code.safepoint();
    match control {
        Control::While(_) => Vec::new(),
        Control::Range(counter, _) => counter.advance(code, counters),
        Control::Live(..) => vec![code.binary_const(BinaryOp::Iadd, counters[0], 1)],
    }
}
