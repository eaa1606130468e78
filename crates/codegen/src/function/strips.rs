//! Registers for what a loop only reads.
//!
//! Before: `work: safepoint; jump loop   loop: load base + i ...`    After: `work: safepoint; base' = base; jump loop   loop: load base' + i ...`
//!
//! A value that lives across a call, such as the allocation in front of the loop or the one off the path of a safepoint, lies in memory, and the register
//! allocator loads it at each of its uses, in each iteration. So in the block in front of a strip (see `thin-safepoints`), behind its safepoint,
//! such values are copied, and the strip uses the copies: they live in the strip alone, where nothing is called. The copy is an operation that
//! Cranelift does not see through. It costs one instruction for thousands of iterations. A strip that is built in vectors, too, has its copies where the loop as it stands begins.

use super::Translator;
use cranelift_codegen::ir::{self, InstBuilder};
use hotloop_mir::{Block, Definition, InstKind, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The copies that strips use, by the strip's header.
#[derive(Default)]
pub(super) struct Strips {
    copies: FxHashMap<Block, Vec<(Value, ir::Value)>>,
}

impl Translator<'_, '_> {
    /// Makes the copies, if the current block stands in front of a strip. To be called when all but its jump is built.
    pub(super) fn copy_for_strip(&mut self) {
        if let Some(header) = self.strip_behind(self.block).filter(|header| !self.is_planned(*header)) {
            self.copy_for(header);
        }
    }

    /// Makes the copies of a strip of one block where it begins, if it is one.
    pub(super) fn copy_at_start(&mut self, header: Block) {
        let way_in = self.loops.way_in(header);
        if way_in.is_some_and(|way_in| self.strip_behind(way_in) == Some(header)) {
            self.copy_for(header);
            self.swap_copies(header);
        }
    }

    fn copy_for(&mut self, header: Block) {
        let values = self.read_in(header);
        let copies = values.into_iter().map(|(value, known)| (value, self.ins().bor(known, known)));
        let copies: Vec<_> = copies.collect();
        self.strips.copies.insert(header, copies);
    }

    /// Lets a block of a strip use the copies, or, when it is built, all others the values again.
    pub(super) fn swap_copies(&mut self, block: Block) {
        let Some(copies) = self.loops.innermost(block).and_then(|header| self.strips.copies.get_mut(&header))
        else {
            return;
        };
        for (value, other) in copies {
            let now = self.values[*value].expand().expect("a value with a copy is known");
            self.values[*value] = (*other).into();
            *other = now;
        }
    }

    /// The header of the strip that a block leads into; the unrolled one of two (see `unroll-loops`).
    fn strip_behind(&self, block: Block) -> Option<Block> {
        let data = &self.mir.blocks[block];
        let has_safepoint =
            data.insts.iter().any(|inst| matches!(self.mir.insts[*inst].kind, InstKind::Safepoint));
        let mut targets = data.terminator.targets().into_iter();
        targets.find(|target| has_safepoint && self.loops.way_in(*target) == Some(block))
    }

    /// What is known before a loop and used in it, without constants and what the current block made. Nothing if the loop calls.
    fn read_in(&self, header: Block) -> Vec<(Value, ir::Value)> {
        let mut seen = FxHashSet::default();
        let mut read = Vec::new();
        let mut note = |value: Value| {
            if let Some(known) = self.values[value].expand()
                && self.is_made_before(value, header)
                && seen.insert(value)
            {
                read.push((value, known));
            }
        };
        for block in self.loops.blocks(header) {
            let data = &self.mir.blocks[*block];
            for inst in &data.insts {
                let kind = &self.mir.insts[*inst].kind;
                if calls(kind) {
                    return Vec::new();
                }
                kind.for_each_operand(&mut note);
            }
            data.terminator.for_each_operand(&mut note);
        }
        read
    }

    /// Whether a value that is known comes from before the current block, which stands in front of the loop.
    fn is_made_before(&self, value: Value, header: Block) -> bool {
        match self.mir.values[value].definition {
            Definition::Parameter(owner, _) => {
                owner != self.block && self.loops.innermost(owner) != Some(header)
            }
            Definition::Result(inst, _) => !self.is_of_this_block(inst) && self.mir.constant(value).is_none(),
        }
    }
}

/// Whether an instruction leaves compiled code, so that few registers outlast it.
fn calls(kind: &InstKind) -> bool {
    match kind {
        InstKind::Call { .. }
        | InstKind::CallRuntime { .. }
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => true,
        InstKind::Const(_)
        | InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Convert(..)
        | InstKind::PtrAdd { .. }
        | InstKind::Load { .. }
        | InstKind::Store { .. }
        | InstKind::When { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::CheckBounds { .. }
        | InstKind::Check { .. }
        | InstKind::FunctionAddress(_) => false,
    }
}
