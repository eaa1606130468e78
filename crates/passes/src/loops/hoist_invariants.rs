//! Moves loop-invariant instructions to the loop's preheader.
//!
//! Before: `loop { x = imul a, b; y = iadd y, x }`    After: `x = imul a, b; loop { y = iadd y, x }`
//!
//! An instruction moves when its operands are defined outside the loop and it can neither trap nor write. A load moves when nothing in the loop may write its alias region and
//! it is executed whenever the loop is entered; a check, when besides nothing that anyone could see happens before it in the first iteration. The last two hold for the
//! instructions at the start of the header, up to the first effect; not in a parallel loop, whose body may never run. One walk a loop, inner loops first, so that what leaves an inner loop can leave the outer one,
//! too. Preserves the control-flow graph.

use crate::analysis::{LoopData, LoopForest, MemoryWrites};
use crate::{MirPass, PassContext};
use hotloop_mir::{Block, ControlFlow, Dominators, Function, Inst, InstKind, RegionKind, Value};
use rustc_hash::FxHashSet;

/// Moves loop-invariant instructions to the loop's preheader. The head of its file says how.
pub struct HoistInvariants;

impl MirPass for HoistInvariants {
    fn name(&self) -> &'static str {
        "hoist-invariants"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        for data in forest.loops.values().rev() {
            if let Some(preheader) = data.preheader(function, &control_flow) {
                Hoister::new(function, data, preheader).run(function, &control_flow);
            }
        }
    }
}

struct Hoister<'a> {
    data: &'a LoopData,
    preheader: Block,
    writes: MemoryWrites,
    /// The values defined in the loop.
    variant: FxHashSet<Value>,
}

impl<'a> Hoister<'a> {
    fn new(function: &Function, data: &'a LoopData, preheader: Block) -> Self {
        let writes = MemoryWrites::of_blocks(function, data.blocks.iter());
        let mut variant = FxHashSet::default();
        for block in data.blocks.iter() {
            let block = &function.blocks[block];
            let results = block.insts.iter().flat_map(|inst| &function.insts[*inst].results);
            for value in block.parameters.iter().chain(results) {
                variant.insert(*value);
            }
        }
        Self { data, preheader, writes, variant }
    }

    fn run(mut self, function: &mut Function, control_flow: &ControlFlow) {
        for block in self.data.blocks.in_reverse_postorder(control_flow) {
            self.hoist_from(function, block);
        }
    }

    fn hoist_from(&mut self, function: &mut Function, block: Block) {
        let mut is_reached = block == self.data.header && !self.data.is_parallel;
        let insts = std::mem::take(&mut function.blocks[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        for inst in insts {
            if self.can_hoist(function, block, inst, is_reached) {
                for result in &function.insts[inst].results {
                    self.variant.remove(result);
                }
                function.blocks[self.preheader].insts.push(inst);
            } else {
                is_reached &= !ends_prefix(&function.insts[inst].kind);
                kept.push(inst);
            }
        }
        function.blocks[block].insts = kept;
    }

    /// `is_reached`: entering the loop surely leads to this instruction, and nothing has happened in the loop before.
    fn can_hoist(&self, function: &Function, block: Block, inst: Inst, is_reached: bool) -> bool {
        let kind = &function.insts[inst].kind;
        let mut is_invariant = true;
        kind.for_each_operand(|value| is_invariant &= !self.variant.contains(&value));
        is_invariant && self.is_movable(function, block, kind, is_reached)
    }

    fn is_movable(&self, function: &Function, block: Block, kind: &InstKind, is_reached: bool) -> bool {
        match kind {
            InstKind::Load { region, .. } if function.regions[*region].kind == RegionKind::Descriptor => true,
            InstKind::Load { region, .. } => is_reached && !self.writes.may_write(function, *region),
            InstKind::CheckBounds { .. } | InstKind::Check { .. } => {
                is_reached && self.unwinds_alike(function, block)
            }
            // Every thread has slots of its own: one from outside would be shared by all iterations.
            InstKind::SlotAddress(_) => !self.data.is_parallel,
            InstKind::Const(_)
            | InstKind::Unary(..)
            | InstKind::Binary(..)
            | InstKind::Ternary(..)
            | InstKind::IntCompare(..)
            | InstKind::FloatCompare(..)
            | InstKind::Select { .. }
            | InstKind::Convert(..)
            | InstKind::PtrAdd { .. }
            | InstKind::Data(_)
            | InstKind::CallRuntime { .. }
            | InstKind::FunctionAddress(_) => kind.is_speculatable(function),
            InstKind::Store { .. }
            | InstKind::When { .. }
            | InstKind::Call { .. }
            | InstKind::Safepoint
            | InstKind::CheckStack
            | InstKind::ErrorIs(_)
            | InstKind::Catch => false,
        }
    }

    /// Whether an error raised in the preheader goes where one raised in `block` goes.
    fn unwinds_alike(&self, function: &Function, block: Block) -> bool {
        function.blocks[block].unwind == function.blocks[self.preheader].unwind
    }
}

/// Whether something behind this instruction may not run, or would run after something visible. An interrupt may come at any time, so a safepoint does not count.
fn ends_prefix(kind: &InstKind) -> bool {
    match kind {
        InstKind::Safepoint => false,
        InstKind::Store { .. } | InstKind::Call { .. } => true,
        other => other.may_raise() || (!other.is_pure() && !matches!(other, InstKind::Load { .. })),
    }
}
