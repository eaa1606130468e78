//! Shortens what an iteration has to wait for: chains of integer operations from a value of the iteration before to the next one.
//!
//! Before: `bb1(p): v1 = iadd p, x; v2 = iadd v1, y; ..., bb1(v2)`    After: `bb1(p): v3 = iadd x, y; v2 = iadd p, v3; ..., bb1(v2)`
//!
//! Sums, products, bits, minima and maxima of integers may be formed in any order: what comes from the iteration before is combined last, so that the rest is ready when it comes, and a
//! reduction of several terms is one of their sum. Only loops of one block; one walk over each. Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{BinaryOp, Block, Function, Inst, InstKind, ReductionOp, Value};

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
        let loops: Vec<Block> = function.layout.iter().copied().filter(goes_back).collect();
        if loops.is_empty() {
            return;
        }
        let mut uses = use_counts(function);
        for block in loops {
            Chains { block, uses: &mut uses }.shorten(function);
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
    uses: &'u mut SideMap<Value, u32>,
}

impl Chains<'_> {
    fn shorten(&mut self, function: &mut Function) {
        for position in 0..function.blocks[self.block].parameters.len() {
            let carried = function.blocks[self.block].parameters[position];
            if function.value_type(carried).is_float() {
                continue;
            }
            let Some(next) = self.argument(function, self.block, position) else { continue };
            let dependent = dependents(function, self.block, carried);
            self.reorder(function, next, &dependent);
        }
    }

    /// What a block passes for the loop's parameter of that number.
    fn argument(&self, function: &Function, from: Block, position: usize) -> Option<Value> {
        let jumps = function.blocks[from].terminator.jumps();
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
            self.uses[total] = 1;
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

    fn position(&self, function: &Function, inst: Inst) -> usize {
        let insts = &function.blocks[self.block].insts;
        insts.iter().position(|other| *other == inst).expect("an instruction of the loop")
    }
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
