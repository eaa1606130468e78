//! Removes instructions and block parameters that nothing needs.
//!
//! Before: `bb1(v1: i64, v2: i64): v3 = iadd v1, v1; jump bb1(v1, v3)`    After: `bb1(v1: i64): jump bb1(v1)`
//!
//! A store to a slot of the frame that is never read, nor its address given away, has no effect. What has an effect is needed; what a needed instruction, a terminator or a needed block parameter's argument reads is needed. So a cycle of
//! parameters that only feed each other goes away. One walk from the effects. Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_index::IdSet;
use hotloop_mir::{Block, Definition, Function, InstKind, Slot, Terminator, Value};
use rustc_hash::FxHashMap;

/// Removes instructions and block parameters that nothing needs. The head of its file says how.
pub struct RemoveDeadCode;

impl MirPass for RemoveDeadCode {
    fn name(&self) -> &'static str {
        "remove-dead-code"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let Needed { values: needed, written_only, .. } = Needed::of(function);
        for block in function.layout.clone() {
            remove_insts(function, block, &needed, &written_only);
        }
        function.remove_parameters(&unneeded_parameters(function, &needed));
    }
}

/// The values that something with an effect needs.
struct Needed<'a> {
    function: &'a Function,
    /// For every block the jumps to it, as (from, position among the jumps of its terminator).
    incoming: FxHashMap<Block, Vec<(Block, usize)>>,
    /// Addresses of slots that are only stored to.
    written_only: IdSet<Value>,
    values: IdSet<Value>,
    work: Vec<Value>,
}

impl<'a> Needed<'a> {
    fn of(function: &'a Function) -> Self {
        let written_only = written_only(function);
        let (incoming, values, work) = (FxHashMap::default(), IdSet::new(), Vec::new());
        let mut needed = Self { function, incoming, written_only, values, work };
        for block in &function.layout {
            needed.add_roots(*block);
        }
        while let Some(value) = needed.work.pop() {
            needed.add_sources(value);
        }
        needed
    }

    fn add(&mut self, value: Value) {
        if self.values.insert(value) {
            self.work.push(value);
        }
    }

    fn add_roots(&mut self, block: Block) {
        let data = &self.function.blocks[block];
        for (position, call) in data.terminator.jumps().into_iter().enumerate() {
            self.incoming.entry(call.block).or_default().push((block, position));
        }
        for inst in &data.insts {
            let kind = &self.function.insts[*inst].kind;
            if has_effect(kind, &self.written_only) {
                kind.for_each_operand(|value| self.add(value));
            }
        }
        if let Some(vector) = &data.vector {
            vector.for_each_value(|value| self.add(value));
        }
        match &data.terminator {
            // A jump's arguments are needed when the parameter is.
            Terminator::Jump(_) => {}
            Terminator::Branch { condition, .. } => self.add(*condition),
            Terminator::Return(_)
            | Terminator::Raise { .. }
            | Terminator::Reraise
            | Terminator::RaiseAgain(_)
            | Terminator::ParFor(_)
            | Terminator::ParYield(_)
            | Terminator::Unreachable => data.terminator.for_each_operand(|value| self.add(value)),
        }
    }

    fn add_sources(&mut self, value: Value) {
        match self.function.values[value].definition {
            Definition::Result(inst, _) => {
                self.function.insts[inst].kind.for_each_operand(|operand| self.add(operand));
            }
            Definition::Parameter(block, position) => {
                for (from, jump) in self.incoming.get(&block).cloned().unwrap_or_default() {
                    let argument =
                        self.function.blocks[from].terminator.jumps()[jump].arguments[position as usize];
                    self.add(argument);
                }
            }
        }
    }
}

/// Whether an instruction does something besides defining its results. A load does not: what is not read need not be loaded.
fn has_effect(kind: &InstKind, written_only: &IdSet<Value>) -> bool {
    match kind {
        InstKind::Load { .. } => false,
        InstKind::Store { address, .. } => !written_only.contains(*address),
        other => !other.is_pure(),
    }
}

/// The addresses of slots whose every use is the address of a store.
fn written_only(function: &Function) -> IdSet<Value> {
    let insts = || function.layout.iter().flat_map(|block| &function.blocks[*block].insts);
    let slot_of = |value: Value| match function.insts[function.defining_inst(value)?].kind {
        InstKind::SlotAddress(slot) => Some(slot),
        _ => None,
    };
    let mut read: IdSet<Slot> = IdSet::new();
    let mut note = |value: Value| {
        slot_of(value).into_iter().for_each(|slot| {
            read.insert(slot);
        });
    };
    for inst in insts() {
        match &function.insts[*inst].kind {
            InstKind::Store { value, .. } => note(*value),
            other => other.for_each_operand(&mut note),
        }
    }
    for block in &function.layout {
        function.blocks[*block].terminator.for_each_operand(&mut note);
    }
    let addresses = insts().filter_map(|inst| match function.insts[*inst].kind {
        InstKind::SlotAddress(slot) if !read.contains(slot) => Some(function.insts[*inst].results[0]),
        _ => None,
    });
    addresses.collect()
}

fn remove_insts(function: &mut Function, block: Block, needed: &IdSet<Value>, written_only: &IdSet<Value>) {
    let mut insts = std::mem::take(&mut function.blocks[block].insts);
    insts.retain(|inst| {
        let data = &function.insts[*inst];
        has_effect(&data.kind, written_only) || data.results.iter().any(|result| needed.contains(*result))
    });
    function.blocks[block].insts = insts;
}

/// The parameters that nothing needs. The entry's are the function's, those of a parallel loop's body and exit belong to the loop, and
/// both stay.
fn unneeded_parameters(function: &Function, needed: &IdSet<Value>) -> IdSet<Value> {
    let mut fixed: IdSet<Block> = IdSet::new();
    fixed.insert(function.entry());
    for block in &function.layout {
        if let Terminator::ParFor(region) = &function.blocks[*block].terminator {
            fixed.insert(region.body);
            fixed.insert(region.exit);
        }
    }
    let free = function.layout.iter().filter(|block| !fixed.contains(**block));
    let parameters = free.flat_map(|block| &function.blocks[*block].parameters);
    parameters.copied().filter(|parameter| !needed.contains(*parameter)).collect()
}
