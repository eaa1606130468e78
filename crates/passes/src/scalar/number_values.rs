//! Replaces an instruction by an earlier one that computes the same.
//!
//! Before: `v3 = iadd v1, v2; v4 = iadd v2, v1`    After: `v3 = iadd v1, v2`
//!
//! Value numbering over the dominator tree: pure instructions, and checks (a check that an equal one dominates cannot fail), are looked up by
//! operation and numbered operands; operands of commutative operations are sorted. Loads from descriptors, which nobody writes, are numbered likewise;
//! other loads are reused within a block and the blocks that only it leads to, until something may write their region,
//! and what was stored is not loaded; so many of them at most that a function of any length takes time in proportion. Two hash look-ups an instruction. Preserves the control-flow graph.

use crate::analysis::MemoryWrites;
use crate::{MirPass, PassContext};
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Block, ControlFlow, Dominators, FloatCompare, Function, Inst, InstKind, IntCompare, RegionKind,
    Value,
};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// So much is known of memory at most when something more is stored, or another block begins.
const MOST_LOADS: usize = 32;

/// Replaces an instruction by an earlier one that computes the same. The head of its file says how.
pub struct NumberValues;

impl MirPass for NumberValues {
    fn name(&self) -> &'static str {
        "number-values"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let mut numbering = Numbering {
            control_flow: &control_flow,
            dominators: &dominators,
            loads: FxHashMap::default(),
            known: FxHashMap::default(),
            leader: SideMap::with_len(None, function.values.len()),
        };
        for block in dominators.tree_preorder() {
            numbering.walk(function, block);
        }
        let leader = numbering.leader;
        function.replace_uses(|value| leader[value].unwrap_or(value));
    }
}

/// The loads whose results memory still holds; a store counts as a load of what it stores.
type Loads = FxHashMap<InstKind, Value>;

struct Numbering<'a> {
    control_flow: &'a ControlFlow,
    dominators: &'a Dominators,
    /// At the end of each block that others follow, with the number of those that are still to come.
    loads: FxHashMap<Block, (usize, Loads)>,
    /// For every operation the last instruction seen to do it, with its block. Blocks come in preorder of the dominator tree, so if that block does not
    /// dominate the current one, no earlier entry's does for the rest of the walk, or it is worth little.
    known: FxHashMap<InstKind, (Block, Inst)>,
    leader: SideMap<Value, Option<Value>>,
}

impl Numbering<'_> {
    fn walk(&mut self, function: &mut Function, block: Block) {
        let mut loads = self.loads_before(block);
        let mut kept = Vec::with_capacity(function.blocks[block].insts.len());
        for inst in std::mem::take(&mut function.blocks[block].insts) {
            let kind = self.canonical(function, inst);
            function.insts[inst].kind.clone_from(&kind);
            let is_known = match class_of(function, &kind) {
                Class::Anywhere => match self.earlier_in_dominator(kind, block, inst) {
                    Some(earlier) => {
                        self.replace(function, inst, earlier);
                        true
                    }
                    None => false,
                },
                Class::WithinBlock => {
                    let result = function.insts[inst].results[0];
                    let known = *loads.entry(kind).or_insert(result);
                    if known != result {
                        self.leader[result] = Some(known);
                    }
                    known != result
                }
                Class::Effect => {
                    forget_written(function, &kind, &mut loads);
                    note_stored(function, kind, &mut loads);
                    false
                }
                Class::Other => false,
            };
            if !is_known {
                kept.push(inst);
            }
        }
        function.blocks[block].insts = kept;
        let followers = self.followers(block);
        if followers > 0 && !loads.is_empty() && loads.len() <= MOST_LOADS {
            self.loads.insert(block, (followers, loads));
        }
    }

    /// The loads that are known where a block begins: those at the end of the only block that leads there.
    fn loads_before(&mut self, block: Block) -> Loads {
        let [only] = self.control_flow.predecessors(block) else { return Loads::default() };
        let Entry::Occupied(mut found) = self.loads.entry(*only) else { return Loads::default() };
        let (followers, loads) = found.get_mut();
        *followers -= 1;
        // The last one takes them, so that no more is kept than the way to here needs.
        let loads = if *followers == 0 { found.remove().1 } else { loads.clone() };
        if self.control_flow.forgets_memory(block) { Loads::default() } else { loads }
    }

    /// How many blocks only follow this one.
    fn followers(&self, block: Block) -> usize {
        let successors = self.control_flow.successors(block).iter();
        successors.filter(|next| self.control_flow.predecessors(**next).len() == 1).count()
    }

    /// The instruction on the leaders of its operands, sorted where the order does not matter.
    fn canonical(&self, function: &Function, inst: Inst) -> InstKind {
        let mut kind = function.insts[inst].kind.clone();
        kind.for_each_operand_mut(|value| {
            if let Some(leader) = self.leader[*value] {
                *value = leader;
            }
        });
        sort_operands(kind)
    }

    fn earlier_in_dominator(&mut self, kind: InstKind, block: Block, inst: Inst) -> Option<Inst> {
        match self.known.entry(kind) {
            Entry::Occupied(mut found) => {
                let (at, earlier) = *found.get();
                if self.dominators.dominates(at, block) {
                    return Some(earlier);
                }
                found.insert((block, inst));
                None
            }
            Entry::Vacant(free) => {
                free.insert((block, inst));
                None
            }
        }
    }

    fn replace(&mut self, function: &Function, inst: Inst, earlier: Inst) {
        let (old, new) = (&function.insts[inst].results, &function.insts[earlier].results);
        for (old, new) in old.iter().zip(new) {
            self.leader[*old] = Some(*new);
        }
    }
}

/// Where an equal earlier instruction may stand in for one.
enum Class {
    /// In any dominating block.
    Anywhere,
    /// In the same block, if memory was not written in between.
    WithinBlock,
    /// Nowhere, and it may write memory.
    Effect,
    /// Nowhere.
    Other,
}

fn class_of(function: &Function, kind: &InstKind) -> Class {
    match kind {
        InstKind::CheckBounds { .. } | InstKind::Check { .. } => Class::Anywhere,
        InstKind::Load { region, .. } if function.regions[*region].kind == RegionKind::Descriptor => {
            Class::Anywhere
        }
        InstKind::Load { .. } => Class::WithinBlock,
        InstKind::Store { .. } | InstKind::When { .. } | InstKind::Call { .. } => Class::Effect,
        InstKind::CallRuntime { .. } if !kind.is_pure() => Class::Effect,
        InstKind::Safepoint | InstKind::CheckStack | InstKind::ErrorIs(_) | InstKind::Catch => Class::Other,
        InstKind::Const(_)
        | InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Convert(..)
        | InstKind::PtrAdd { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::CallRuntime { .. }
        | InstKind::FunctionAddress(_) => Class::Anywhere,
    }
}

/// Drops the loads whose memory `kind` may have written.
fn forget_written(function: &Function, kind: &InstKind, loads: &mut Loads) {
    let mut writes = MemoryWrites::default();
    writes.add(function, kind);
    loads.retain(|load, _| match load {
        InstKind::Load { region, .. } => !writes.may_write(function, *region),
        _ => false,
    });
}

/// A load of what was just stored gives that.
fn note_stored(function: &Function, kind: InstKind, loads: &mut Loads) {
    if let InstKind::Store { value, address, offset, region } = kind
        && loads.len() < MOST_LOADS
    {
        let ty = function.value_type(value);
        loads.insert(InstKind::Load { ty, address, offset, region }, value);
    }
}

/// Puts the operands of commutative operations in order, and comparisons in the form of "less".
fn sort_operands(kind: InstKind) -> InstKind {
    match kind {
        InstKind::Binary(op, a, b) if is_commutative(op) && a > b => InstKind::Binary(op, b, a),
        InstKind::IntCompare(op @ (IntCompare::Eq | IntCompare::Ne), a, b) if a > b => {
            InstKind::IntCompare(op, b, a)
        }
        InstKind::IntCompare(IntCompare::Sgt, a, b) => InstKind::IntCompare(IntCompare::Slt, b, a),
        InstKind::IntCompare(IntCompare::Sge, a, b) => InstKind::IntCompare(IntCompare::Sle, b, a),
        InstKind::IntCompare(IntCompare::Ugt, a, b) => InstKind::IntCompare(IntCompare::Ult, b, a),
        InstKind::IntCompare(IntCompare::Uge, a, b) => InstKind::IntCompare(IntCompare::Ule, b, a),
        InstKind::FloatCompare(FloatCompare::Gt, a, b) => InstKind::FloatCompare(FloatCompare::Lt, b, a),
        InstKind::FloatCompare(FloatCompare::Ge, a, b) => InstKind::FloatCompare(FloatCompare::Le, b, a),
        other => other,
    }
}

/// Whether the operands may be swapped. Float sums and products may not: of two nans the first one's payload goes on, and the bits are promised.
fn is_commutative(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Iadd
        | BinaryOp::Imul
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Xor
        | BinaryOp::Smin
        | BinaryOp::Smax
        | BinaryOp::Umin
        | BinaryOp::Umax => true,
        BinaryOp::Fadd
        | BinaryOp::Fmul
        | BinaryOp::Isub
        | BinaryOp::SdivFloor
        | BinaryOp::SmodFloor
        | BinaryOp::Udiv
        | BinaryOp::Urem
        | BinaryOp::Shl
        | BinaryOp::Sshr
        | BinaryOp::Ushr
        | BinaryOp::Fsub
        | BinaryOp::Fdiv
        | BinaryOp::Fcopysign => false,
    }
}
