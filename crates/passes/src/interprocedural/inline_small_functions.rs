//! Replaces calls of small functions by their bodies.
//!
//! Before: `v3 = call @square(v1)`    After: `v3 = fmul v1, v1`
//!
//! A callee is copied when its body is known, has at most [`MAX_CALLEE`] instructions, assumes the same of floats, and holds no parallel loop; the caller grows to at most
//! [`MAX_CALLER`]. The block of the call is split; the callee's blocks stand between, unwind where the call did unless they unwind themselves, and `return` becomes a jump. An
//! array argument is a descriptor in a slot of the caller: the callee's loads from it become the values that the caller stored there, so no trace of the slot is left. Calls in copied
//! bodies are looked at, too. One walk over the blocks. Does not preserve the control-flow graph.

use crate::edit::add_block_before;
use crate::transfer::Transfer;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    Block, BlockCall, Function, Inst, InstKind, RegionKind, Results, Slot, Terminator, Value, ValueData,
};
use rustc_hash::FxHashMap;

/// The most instructions of a function that is copied.
const MAX_CALLEE: usize = 60;
/// The most instructions of a function that others are copied into.
const MAX_CALLER: usize = 1000;

/// Replaces calls of small functions by their bodies. The head of its file says how.
pub struct InlineSmallFunctions;

impl MirPass for InlineSmallFunctions {
    fn name(&self) -> &'static str {
        "inline-small-functions"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let mut size = count_insts(function);
        let mut at = 0;
        while let Some(block) = function.layout.get(at).copied() {
            at += 1;
            let Some(site) = CallSite::find(function, block, context.callee_body) else { continue };
            let callee_size = count_insts(site.body);
            if size + callee_size > MAX_CALLER {
                continue;
            }
            size += callee_size;
            let span = function.insts[site.inst].span;
            let message = format!("copied `{}` in place of the call", site.body.name);
            context.remarks.push(Remark { pass: self.name(), span, message, cause: None });
            inline(function, &site);
        }
    }
}

fn count_insts(function: &Function) -> usize {
    function.layout.iter().map(|block| function.blocks[*block].insts.len() + 1).sum()
}

/// The first call in a block whose callee is to be copied.
struct CallSite<'a> {
    block: Block,
    /// The call's position in the block.
    position: usize,
    inst: Inst,
    arguments: Vec<Value>,
    body: &'a Function,
    /// What the callee's loads from descriptors give, by load.
    forwarded: FxHashMap<Inst, Value>,
}

impl<'a> CallSite<'a> {
    fn find(
        function: &Function,
        block: Block,
        callee_body: &dyn Fn(&str) -> Option<&'a Function>,
    ) -> Option<Self> {
        let insts = &function.blocks[block].insts;
        insts.iter().enumerate().find_map(|(position, inst)| {
            let InstKind::Call { callee, arguments } = &function.insts[*inst].kind else { return None };
            let body = callee_body(&function.callees[*callee].symbol)?;
            let arguments = arguments.clone();
            let forwarded = is_small_enough(function, body)
                .then(|| forward_descriptors(function, &insts[..position], &arguments, body))??;
            Some(Self { block, position, inst: *inst, arguments, body, forwarded })
        })
    }
}

/// Whether a function, in the phase `Lowered`, is one that callers may copy.
pub fn is_copied(function: &Function) -> bool {
    let is_parallel = |block: &Block| matches!(function.blocks[*block].terminator, Terminator::ParFor(_));
    count_insts(function) <= MAX_CALLEE && !function.layout.iter().any(is_parallel)
}

fn is_small_enough(caller: &Function, body: &Function) -> bool {
    body.name != caller.name && body.float_flags == caller.float_flags && is_copied(body)
}

/// The values that the callee's loads from descriptors give: what the caller stored into the slot, in the block of the call. `None` if one
/// is not found.
fn forward_descriptors(
    caller: &Function,
    before: &[Inst],
    arguments: &[Value],
    body: &Function,
) -> Option<FxHashMap<Inst, Value>> {
    let mut forwarded = FxHashMap::default();
    for inst in body.layout.iter().flat_map(|block| &body.blocks[*block].insts) {
        let InstKind::Load { address, offset, region, .. } = body.insts[*inst].kind else { continue };
        if body.regions[region].kind != RegionKind::Descriptor {
            continue;
        }
        let position = body.parameters().iter().position(|parameter| *parameter == address)?;
        let argument = arguments[position];
        if slot_of(caller, argument).is_some() {
            forwarded.insert(*inst, stored_value(caller, before, argument, offset)?);
        }
    }
    Some(forwarded)
}

fn slot_of(function: &Function, value: Value) -> Option<Slot> {
    match function.insts[function.defining_inst(value)?].kind {
        InstKind::SlotAddress(slot) => Some(slot),
        _ => None,
    }
}

/// What was stored last at that place before the call.
fn stored_value(function: &Function, before: &[Inst], slot_address: Value, at: i32) -> Option<Value> {
    let slot = slot_of(function, slot_address)?;
    before.iter().rev().find_map(|inst| match function.insts[*inst].kind {
        InstKind::Store { value, address, offset, .. }
            if offset == at && slot_of(function, address) == Some(slot) =>
        {
            Some(value)
        }
        _ => None,
    })
}

fn inline(function: &mut Function, site: &CallSite<'_>) {
    let continuation = split(function, site);
    let mut copier = Copier::new(function, site);
    copier.copy_blocks(continuation);
    let entry = copier.blocks[&site.body.entry()];
    let call = BlockCall::new(entry, Vec::new());
    let data = &mut function.blocks[site.block];
    data.terminator = Terminator::Jump(call);
}

/// Moves what follows the call to a block of its own, whose parameters are the call's results.
fn split(function: &mut Function, site: &CallSite<'_>) -> Block {
    let results = function.insts[site.inst].results.clone();
    let (continuation, parameters) = add_block_before(function, site.block, &results);
    function.layout.retain(|block| *block != continuation);
    let at = function.layout.iter().position(|block| *block == site.block).expect("in the layout");
    function.layout.insert(at + 1, continuation);

    let data = &mut function.blocks[site.block];
    let mut rest = data.insts.split_off(site.position);
    rest.remove(0);
    let unwind = data.unwind;
    let span = data.terminator_span;
    let terminator = std::mem::replace(&mut data.terminator, Terminator::Unreachable);
    let data = &mut function.blocks[continuation];
    data.insts = rest;
    data.unwind = unwind;
    data.terminator = terminator;
    data.terminator_span = span;
    let renamed: FxHashMap<Value, Value> = results.iter().copied().zip(parameters).collect();
    function.replace_uses(|value| *renamed.get(&value).unwrap_or(&value));
    continuation
}

/// Copies the callee's blocks into the caller, behind the block of the call.
struct Copier<'a, 'b> {
    function: &'a mut Function,
    site: &'a CallSite<'b>,
    values: FxHashMap<Value, Value>,
    blocks: FxHashMap<Block, Block>,
    transfer: Transfer<'a>,
}

impl<'a, 'b> Copier<'a, 'b> {
    fn new(function: &'a mut Function, site: &'a CallSite<'b>) -> Self {
        let body = site.body;
        let mut next_allocation = function
            .regions
            .values()
            .filter_map(|data| allocation_number(data.kind))
            .max()
            .map_or(0, |most| most + 1);
        let mut regions = FxHashMap::default();
        for (region, data) in body.regions.iter() {
            let kind = match data.kind {
                RegionKind::Argument(_) => RegionKind::Unknown,
                RegionKind::Allocation(_) => {
                    next_allocation += 1;
                    RegionKind::Allocation(next_allocation - 1)
                }
                kind @ (RegionKind::Descriptor
                | RegionKind::Stack
                | RegionKind::Unknown
                | RegionKind::Text
                | RegionKind::List
                | RegionKind::Items
                | RegionKind::Frame(_)) => kind,
            };
            regions.insert(region, function.region(kind));
        }
        let values = body.parameters().iter().copied().zip(site.arguments.iter().copied()).collect();
        let transfer = Transfer::new(body, regions);
        Self { function, site, values, blocks: FxHashMap::default(), transfer }
    }

    fn copy_blocks(&mut self, continuation: Block) {
        let body = self.site.body;
        for block in &body.layout {
            let (copy, _) = add_block_before(self.function, continuation, &[]);
            self.blocks.insert(*block, copy);
            if *block != body.entry() {
                for parameter in &body.blocks[*block].parameters {
                    let new = self.function.add_parameter(copy, body.value_type(*parameter));
                    self.values.insert(*parameter, new);
                }
            }
        }
        // Results first: a use may stand in an earlier block of the layout.
        let copies: Vec<Vec<Inst>> = body.layout.iter().map(|block| self.copy_results(*block)).collect();
        for (block, insts) in body.layout.iter().zip(copies) {
            self.finish_block(*block, insts, continuation);
        }
    }

    /// Copies a block's instructions on the callee's operands, with new results.
    fn copy_results(&mut self, block: Block) -> Vec<Inst> {
        let body = self.site.body;
        let mut copies = Vec::new();
        for inst in &body.blocks[block].insts {
            let data = &body.insts[*inst];
            if let Some(value) = self.site.forwarded.get(inst) {
                self.values.insert(data.results[0], *value);
                continue;
            }
            let copy = self.function.insts.next_id();
            let results: Results = data
                .results
                .iter()
                .enumerate()
                .map(|(position, result)| {
                    let definition = hotloop_mir::Definition::Result(copy, position as u32);
                    self.function.values.push(ValueData { ty: body.value_type(*result), definition })
                })
                .collect();
            self.values.extend(data.results.iter().copied().zip(results.iter().copied()));
            let kind = self.transfer.inst(self.function, data.kind.clone());
            let span = self.place(data.span);
            self.function.insts.push(hotloop_mir::InstData { kind, results, span });
            copies.push(copy);
        }
        copies
    }

    /// Where a copy stands: what has no place of its own is done where it is called.
    fn place(&self, span: Span) -> Span {
        if span == Span::NONE { self.function.insts[self.site.inst].span } else { span }
    }

    fn finish_block(&mut self, block: Block, insts: Vec<Inst>, continuation: Block) {
        let source = &self.site.body.blocks[block];
        for inst in &insts {
            self.function.insts[*inst].kind.for_each_operand_mut(|value| *value = self.values[value]);
        }
        let mut terminator = match source.terminator.clone() {
            Terminator::Return(values) => Terminator::Jump(BlockCall::new(continuation, values)),
            other => self.transfer.terminator(self.function, other),
        };
        terminator.for_each_operand_mut(|value| *value = self.values[value]);
        if !matches!(source.terminator, Terminator::Return(_)) {
            terminator.for_each_target_mut(|target| *target = self.blocks[target]);
        }
        let outer = self.function.blocks[self.site.block].unwind;
        let unwind = source.unwind.map(|target| self.blocks[&target]).or(outer);
        let span = self.place(source.terminator_span);
        let data = &mut self.function.blocks[self.blocks[&block]];
        data.insts = insts;
        data.terminator = terminator;
        data.terminator_span = span;
        data.unwind = unwind;
    }
}

fn allocation_number(kind: RegionKind) -> Option<u32> {
    match kind {
        RegionKind::Allocation(number) => Some(number),
        RegionKind::Descriptor
        | RegionKind::Argument(_)
        | RegionKind::Stack
        | RegionKind::Unknown
        | RegionKind::Text
        | RegionKind::List
        | RegionKind::Items
        | RegionKind::Frame(_) => None,
    }
}
