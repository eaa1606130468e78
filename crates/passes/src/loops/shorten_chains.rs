//! Shortens what an iteration has to wait for: chains of integer operations from a value of the iteration before to the next one.
//!
//! Before: `bb1(p): v1 = iadd p, x; v2 = iadd v1, y; ..., bb1(v2)`    After: `bb1(p): v3 = iadd x, y; v2 = iadd p, v3; ..., bb1(v2)`
//! Before: `bb1(p): v1 = iadd p, 1; v2 = smin v1, x; ..., bb1(v2)`
//! After:  `bb0: v3 = iadd p0, 1   bb1(q): v2 = smin q, x; v4 = icmp slt q, x; v5 = iadd q, 1; v6 = iadd x, 1; v7 = select v4, v5, v6; ..., bb1(v7)`
//!
//! Sums, products, bits, minima and maxima of integers may be formed in any order: what comes from the iteration before is combined last, so that the rest is ready when it comes, and a
//! reduction of several terms is one of their sum. A minimum or maximum with the carried value plus something invariant then carries the sum instead: it is formed at the same time
//! as the comparison, which costs an addition and a selection, and saves one cycle of three; only in loops of at most [`MOST_INSTS`] instructions, where nothing else takes longer. Sums wrap on both sides alike. Only
//! loops of one block; one walk over each. Preserves the control-flow graph.

use crate::analysis::{LoopData, LoopForest};
use crate::edit::jumps_mut;
use crate::{MirPass, PassContext};
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{
    BinaryOp, Block, ControlFlow, Definition, Dominators, Function, Inst, InstKind, IntCompare, ReductionOp,
    Value,
};

/// A larger loop takes longer than the chain that would be shortened.
const MOST_INSTS: usize = 28;
/// The most operands of one chain that are put in another order.
const MOST_OPERANDS: usize = 16;

/// Shortens what an iteration has to wait for. The head of its file says how.
pub struct ShortenChains;

impl MirPass for ShortenChains {
    fn name(&self) -> &'static str {
        "shorten-chains"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let goes_back = |block: &Block| {
            let mut goes_back = false;
            function.blocks[*block].terminator.for_each_target(|target| goes_back |= target == *block);
            goes_back
        };
        if !function.layout.iter().any(goes_back) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut uses = use_counts(function);
        for data in forest.loops.values() {
            if let Some(mut chains) = Chains::of_loop(function, &control_flow, data, &mut uses) {
                chains.shorten(function);
            }
        }
    }
}

/// How often each value is used.
fn use_counts(function: &Function) -> SideMap<Value, u32> {
    let mut counts: SideMap<Value, u32> = SideMap::with_len(0, function.values.len());
    for block in &function.layout {
        let data = &function.blocks[*block];
        for inst in &data.insts {
            function.insts[*inst].kind.for_each_operand(|value| counts[value] += 1);
        }
        data.terminator.for_each_operand(|value| counts[value] += 1);
    }
    counts
}

/// A loop of one block.
struct Chains<'u> {
    block: Block,
    preheader: Block,
    uses: &'u mut SideMap<Value, u32>,
}

impl<'u> Chains<'u> {
    fn of_loop(
        function: &Function,
        control_flow: &ControlFlow,
        data: &LoopData,
        uses: &'u mut SideMap<Value, u32>,
    ) -> Option<Self> {
        let is_one_block = data.is_innermost && !data.is_parallel && data.latches == [data.header];
        let preheader = data.preheader(function, control_flow).filter(|_| is_one_block)?;
        Some(Self { block: data.header, preheader, uses })
    }

    fn shorten(&mut self, function: &mut Function) {
        for position in 0..function.blocks[self.block].parameters.len() {
            let carried = function.blocks[self.block].parameters[position];
            if function.value_type(carried).is_float() {
                continue;
            }
            let Some(next) = self.argument(function, self.block, position) else { continue };
            let dependent = dependents(function, self.block, carried);
            self.reorder(function, next, &dependent);
            self.advance(function, position, next, &dependent);
        }
    }

    /// What a block passes for the loop's parameter of that number.
    fn argument(&self, function: &Function, from: Block, position: usize) -> Option<Value> {
        let jumps = crate::edit::jumps(&function.blocks[from].terminator);
        let mut here = jumps.into_iter().filter(|call| call.block == self.block);
        let call = here.next()?;
        here.next().is_none().then(|| call.arguments[position])
    }

    /// The instruction of the loop that gives a value.
    fn inst(&self, function: &Function, value: Value) -> Option<Inst> {
        let inst = function.defining_inst(value)?;
        function.blocks[self.block].insts.contains(&inst).then_some(inst)
    }

    /// Walks from the next value back to the carried one, and combines what comes from there last.
    fn reorder(&mut self, function: &mut Function, next: Value, dependent: &IdSet<Value>) {
        let mut value = next;
        while let Some(inst) = self.inst(function, value) {
            if let InstKind::Binary(op, ..) = function.insts[inst].kind
                && is_reorderable(function, op, value)
            {
                self.reorder_at(function, inst, op, dependent);
            }
            let mut on_the_way = Vec::new();
            function.insts[inst].kind.for_each_operand(|operand| {
                if dependent.contains(operand) {
                    on_the_way.push(operand);
                }
            });
            match on_the_way.as_slice() {
                [only] => value = *only,
                _ => return,
            }
        }
    }

    /// Puts the operands of `a op b op c ..` in another order, if one of them alone comes from the iteration before and is not the last.
    fn reorder_at(&mut self, function: &mut Function, root: Inst, op: BinaryOp, dependent: &IdSet<Value>) {
        let mut operands = Vec::new();
        self.collect(function, root, op, &mut operands);
        let (waiting, ready): (Vec<Value>, Vec<Value>) =
            operands.into_iter().partition(|operand| dependent.contains(*operand));
        let &[last] = waiting.as_slice() else { return };
        let InstKind::Binary(_, a, b) = function.insts[root].kind else { return };
        if ready.len() < 2 || ready.len() > MOST_OPERANDS || a == last || b == last {
            return;
        }
        let at = self.position(function, root);
        let span = function.insts[root].span;
        let mut total = ready[0];
        for (offset, operand) in ready[1..].iter().enumerate() {
            let inst = function.create_inst(InstKind::Binary(op, total, *operand), span);
            function.blocks[self.block].insts.insert(at + offset, inst);
            total = function.insts[inst].results[0];
            self.note_use(total, 1);
        }
        function.insts[root].kind = InstKind::Binary(op, total, last);
    }

    /// The operands of a chain of one operation, whose results inside are used for nothing else.
    fn collect(&self, function: &Function, inst: Inst, op: BinaryOp, operands: &mut Vec<Value>) {
        for operand in function.insts[inst].kind.operands() {
            let inner = self.inst(function, operand).filter(|inner| {
                let is_alike = matches!(function.insts[*inner].kind, InstKind::Binary(own, ..) if own == op);
                is_alike && self.uses[operand] == 1 && operands.len() < MOST_OPERANDS
            });
            match inner {
                Some(inner) => self.collect(function, inner, op, operands),
                None => operands.push(operand),
            }
        }
    }

    /// Carries `p + c` in place of `p`, if the next value is the minimum or maximum of that sum and something else.
    fn advance(&mut self, function: &mut Function, position: usize, next: Value, dependent: &IdSet<Value>) {
        let carried = function.blocks[self.block].parameters[position];
        let Some(step) = self.step(function, carried, next, dependent) else { return };
        let Some(initial) = self.argument(function, self.preheader, position) else { return };
        let span = function.insts[step.root].span;
        let add = |value| InstKind::Binary(BinaryOp::Iadd, value, step.constant);
        let first = function.append_inst(self.preheader, add(initial), span);
        let first = function.insts[first].results[0];
        let advanced = function.add_parameter(self.block, function.value_type(carried));
        function.insts[step.root].kind = InstKind::Binary(step.op, advanced, step.other);
        let mut at = self.position(function, step.root) + 1;
        let mut push = |function: &mut Function, kind: InstKind| {
            let inst = function.create_inst(kind, span);
            function.blocks[self.block].insts.insert(at, inst);
            at += 1;
            function.insts[inst].results[0]
        };
        let condition = push(function, InstKind::IntCompare(step.compare, advanced, step.other));
        let then = push(function, add(advanced));
        let otherwise = push(function, add(step.other));
        let following = push(function, InstKind::Select { condition, then, otherwise });
        for (from, argument) in [(self.preheader, first), (self.block, following)] {
            for call in jumps_mut(&mut function.blocks[from].terminator) {
                if call.block == self.block {
                    call.arguments.push(argument);
                }
            }
        }
        for value in [advanced, condition, then, otherwise, following] {
            self.note_use(value, 2);
        }
    }

    fn step(
        &self,
        function: &Function,
        carried: Value,
        next: Value,
        dependent: &IdSet<Value>,
    ) -> Option<Step> {
        let root = self.inst(function, next)?;
        let InstKind::Binary(op, a, b) = function.insts[root].kind else { return None };
        let compare = match op {
            BinaryOp::Smin => IntCompare::Slt,
            BinaryOp::Smax => IntCompare::Sgt,
            BinaryOp::Umin => IntCompare::Ult,
            BinaryOp::Umax => IntCompare::Ugt,
            _ => return None,
        };
        let (sum, other) = match (dependent.contains(a), dependent.contains(b)) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            (true, true) | (false, false) => return None,
        };
        let InstKind::Binary(BinaryOp::Iadd, x, y) = function.insts[self.inst(function, sum)?].kind else {
            return None;
        };
        let constant = match (x == carried, y == carried) {
            (true, false) => y,
            (false, true) => x,
            (true, true) | (false, false) => return None,
        };
        let is_alone = self.uses[sum] == 1 && self.uses[carried] == 1;
        let is_short = function.blocks[self.block].insts.len() <= MOST_INSTS;
        let is_invariant = self.is_from_outside(function, constant);
        (is_alone && is_short && is_invariant).then_some(Step { root, op, compare, other, constant })
    }

    fn is_from_outside(&self, function: &Function, value: Value) -> bool {
        match function.values[value].definition {
            Definition::Parameter(block, _) => block != self.block,
            Definition::Result(inst, _) => !function.blocks[self.block].insts.contains(&inst),
        }
    }

    fn position(&self, function: &Function, inst: Inst) -> usize {
        let insts = &function.blocks[self.block].insts;
        insts.iter().position(|other| *other == inst).expect("an instruction of the loop")
    }

    fn note_use(&mut self, value: Value, count: u32) {
        self.uses[value] = count;
    }
}

/// The next value as a minimum or maximum of a sum with the carried one.
struct Step {
    root: Inst,
    op: BinaryOp,
    /// What holds where the sum is the one.
    compare: IntCompare,
    other: Value,
    /// What is added to the carried value.
    constant: Value,
}

/// The values of a block that depend on one of its parameters, itself included.
fn dependents(function: &Function, block: Block, parameter: Value) -> IdSet<Value> {
    let mut dependent = IdSet::new();
    dependent.insert(parameter);
    for inst in &function.blocks[block].insts {
        let data = &function.insts[*inst];
        let mut depends = false;
        data.kind.for_each_operand(|operand| depends |= dependent.contains(operand));
        if depends {
            for result in &data.results {
                dependent.insert(*result);
            }
        }
    }
    dependent
}

/// Whether the operands of an operation may be combined in any order.
fn is_reorderable(function: &Function, op: BinaryOp, value: Value) -> bool {
    let is_reduction = ReductionOp::ALL.iter().any(|reduction| reduction.binary() == Some(op));
    is_reduction && !function.value_type(value).is_float()
}
