//! Vector loops in vectors of 128 bits, which is what Cranelift has.
//!
//! Before: `loop(i): c[i] = a[i] + b[i]`
//! After:  `entry(i): if it pays { turn(i): c[i..i+8] = a[i..i+8] + b[i..i+8]; i += 8, while more than 8 are left } loop(i): ...`
//!
//! Whoever goes to a marked block from elsewhere goes to its entry. The block itself is built as it stands, behind: it runs the last iterations, and all of
//! them where the mark's condition does not hold. A turn works on up to four vectors, one after the other, with accumulators of their own. What the plan does not
//! know to do in lanes leaves the loop as it is.

mod lanes;
mod plan;

use super::Translator;
use super::signatures::clif_type;
use crate::error::ModuleResult;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, BlockArg, InstBuilder, types};
use hotloop_mir::{Block, Inst, InstKind, Value};
use plan::Plan;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The vector loops of a function that are built as such, by their blocks.
#[derive(Default)]
pub(super) struct VectorLoops<'a> {
    planned: FxHashMap<Block, (Rc<Plan<'a>>, ir::Block)>,
}

/// What is known in lanes.
#[derive(Default)]
struct Lanes {
    /// What is the same for all vectors of a turn.
    splats: FxHashMap<Value, ir::Value>,
    /// What belongs to the vector that is worked on.
    values: FxHashMap<Value, ir::Value>,
    /// The addresses of the first vector, by their loads and stores.
    addresses: FxHashMap<Inst, (ir::Value, i32)>,
}

impl<'a> Translator<'a, '_> {
    /// Plans a block that is marked, and creates its entry.
    pub(super) fn plan_vectors(&mut self, block: Block) {
        let Some(plan) = Plan::new(self.mir, block) else { return };
        let entry = self.builder.create_block();
        for value in &self.mir.blocks[block].parameters {
            self.builder.append_block_param(entry, clif_type(self.mir.value_type(*value)));
        }
        self.vectors.planned.insert(block, (Rc::new(plan), entry));
    }

    /// Where a jump of the current block to `block` goes.
    pub(super) fn entry_of(&self, block: Block) -> ir::Block {
        match self.vectors.planned.get(&block) {
            Some((_, entry)) if block != self.block => *entry,
            Some(_) | None => self.clif_block(block),
        }
    }

    /// Builds the entry of a block and its turns, if it is planned; leaves the builder at the block itself.
    pub(super) fn translate_in_lanes(&mut self, block: Block) -> ModuleResult<()> {
        let Some((plan, entry)) = self.vectors.planned.get(&block).cloned() else { return Ok(()) };
        let header = self.clif_block(block);
        self.go_on_in(entry);
        let entered = self.builder.block_params(entry).to_vec();
        let parameters = self.mir.blocks[block].parameters.clone();
        for (value, given) in parameters.iter().zip(&entered) {
            self.values[*value] = (*given).into();
        }
        self.decide(&plan, header, &entered);
        self.build_turns(&plan, header, &parameters)?;
        self.forget_block(block, header);
        self.go_on_in(header);
        Ok(())
    }

    /// In the entry: goes on in a new block if there are enough iterations and the condition holds, else to the loop as it stands.
    fn decide(&mut self, plan: &Plan<'_>, header: ir::Block, entered: &[ir::Value]) {
        let [variable, limit] = [plan.vector.variable, plan.vector.limit].map(|value| self.operand(value));
        let is_below = self.ins().icmp(IntCC::SignedLessThan, variable, limit);
        let rest = self.ins().isub(limit, variable);
        let turn = self.int(types::I64, plan.turn());
        let are_enough = self.ins().icmp(IntCC::UnsignedGreaterThan, rest, turn);
        let mut pays = self.ins().band(is_below, are_enough);
        if let Some(condition) = plan.vector.condition {
            let condition = self.operand(condition);
            pays = self.ins().band(pays, condition);
        }
        let prepared = self.builder.create_block();
        let arguments: Vec<BlockArg> = entered.iter().map(|value| (*value).into()).collect();
        self.ins().brif(pays, prepared, &[], header, &arguments);
        self.go_on_in(prepared);
    }

    fn build_turns(&mut self, plan: &Plan<'_>, header: ir::Block, parameters: &[Value]) -> ModuleResult<()> {
        let mut lanes = Lanes::default();
        self.prepare(plan, &mut lanes)?;
        let limit = self.operand(plan.vector.limit);
        let turn = self.int(types::I64, plan.turn());
        let last = self.ins().isub(limit, turn);
        let start = self.operand(plan.vector.variable);
        let identities: Vec<ir::Value> = self.identities(plan);

        let turns = self.builder.create_block();
        let arguments = std::iter::once(start).chain(identities.iter().copied());
        let arguments: Vec<BlockArg> = arguments.map(Into::into).collect();
        self.ins().jump(turns, &arguments);
        self.go_on_in(turns);
        let variable = self.builder.append_block_param(turns, types::I64);
        let accumulators: Vec<ir::Value> = identities
            .iter()
            .map(|identity| {
                let ty = self.value_type(*identity);
                self.builder.append_block_param(turns, ty)
            })
            .collect();
        self.values[plan.vector.variable] = variable.into();
        let collected = self.build_turn(plan, &mut lanes, &accumulators)?;
        let turn = self.int(types::I64, plan.turn());
        let next = self.ins().iadd(variable, turn);
        let goes_on = self.ins().icmp(IntCC::SignedLessThan, next, last);
        let done = self.builder.create_block();
        let arguments = std::iter::once(next).chain(collected.iter().copied());
        let arguments: Vec<BlockArg> = arguments.map(Into::into).collect();
        self.ins().brif(goes_on, turns, &arguments, done, &[]);
        self.go_on_in(done);
        self.finish(plan, header, parameters, next, &collected);
        Ok(())
    }

    /// In front of the turns: the addresses that stay, and all that is the same in every lane.
    fn prepare(&mut self, plan: &Plan<'_>, lanes: &mut Lanes) -> ModuleResult<()> {
        for inst in plan.scalars.iter().filter(|inst| !plan.moves(self.mir, **inst)) {
            self.translate_once(*inst)?;
        }
        for value in &plan.splats {
            let made = self.splat(*value, plan.lane_bytes);
            lanes.splats.insert(*value, made);
        }
        for inst in plan.lanes.iter().filter(|inst| plan.uniform_loads.contains(inst)) {
            self.translate_inst(*inst)?;
            let value = self.mir.insts[*inst].results[0];
            let made = self.splat(value, plan.lane_bytes);
            lanes.splats.insert(value, made);
        }
        Ok(())
    }

    /// Builds an instruction that computes an address. An index that is checked is in bounds where vectors are used.
    fn translate_once(&mut self, inst: Inst) -> ModuleResult<()> {
        let data = &self.mir.insts[inst];
        let InstKind::CheckBounds { index, .. } = data.kind else { return self.translate_inst(inst) };
        let index = self.operand(index);
        self.define(data.results[0], index);
        Ok(())
    }

    /// All vectors of a turn, one after the other; returns what the accumulators are behind it.
    fn build_turn(
        &mut self,
        plan: &Plan<'_>,
        lanes: &mut Lanes,
        accumulators: &[ir::Value],
    ) -> ModuleResult<Vec<ir::Value>> {
        for inst in plan.scalars.iter().filter(|inst| plan.moves(self.mir, **inst)) {
            self.translate_once(*inst)?;
        }
        let count = plan.vector.accumulators.len();
        let mut collected = Vec::with_capacity(accumulators.len());
        for number in 0..plan.unroll {
            lanes.values.clear();
            for (accumulator, value) in plan.vector.accumulators.iter().zip(&accumulators[number * count..]) {
                lanes.values.insert(accumulator.parameter, *value);
            }
            for inst in plan.lanes.iter().filter(|inst| !plan.uniform_loads.contains(inst)) {
                self.inst_in_lanes(plan, lanes, *inst, number);
            }
            for value in &plan.collected {
                collected.push(lanes.get(*value));
            }
        }
        self.waiting_sums.clear();
        Ok(collected)
    }

    /// Behind the turns: combines the accumulators, and goes to the loop as it stands.
    fn finish(
        &mut self,
        plan: &Plan<'_>,
        header: ir::Block,
        parameters: &[Value],
        next: ir::Value,
        collected: &[ir::Value],
    ) {
        let count = plan.vector.accumulators.len();
        for (position, accumulator) in plan.vector.accumulators.iter().enumerate() {
            let vectors = collected.iter().skip(position).step_by(count).copied();
            let ty = self.mir.value_type(accumulator.parameter);
            let all =
                vectors.reduce(|a, b| self.combined(accumulator.op, ty, a, b)).expect("a turn has vectors");
            let before = self.operand(accumulator.parameter);
            let total = self.combined_lanes(plan, accumulator.op, ty, before, all);
            self.values[accumulator.parameter] = total.into();
        }
        self.values[plan.vector.variable] = next.into();
        let arguments: Vec<BlockArg> = parameters.iter().map(|value| self.operand(*value).into()).collect();
        self.ins().jump(header, &arguments);
    }

    /// Forgets what was built for the turns, and gives the block's parameters their own values.
    fn forget_block(&mut self, block: Block, header: ir::Block) {
        let given = self.builder.block_params(header).to_vec();
        for (value, parameter) in self.mir.blocks[block].parameters.iter().zip(given) {
            self.values[*value] = parameter.into();
        }
        for inst in &self.mir.blocks[block].insts {
            self.built_in[*inst] = None;
            for result in self.mir.insts[*inst].results.iter() {
                self.values[*result] = None.into();
            }
        }
        self.waiting_sums.clear();
        self.block_divisions.clear();
    }
}

impl Lanes {
    fn get(&self, value: Value) -> ir::Value {
        let known = self.values.get(&value).or_else(|| self.splats.get(&value));
        *known.expect("the plan knows what is needed in lanes")
    }
}

impl Plan<'_> {
    /// Whether an instruction that computes an address gives another result in every iteration.
    fn moves(&self, function: &hotloop_mir::Function, inst: Inst) -> bool {
        function.insts[inst].results.iter().any(|value| self.moving.contains(value))
    }
}

/// Whether an instruction reads or writes an element.
fn element(kind: &InstKind) -> Option<(Value, i32)> {
    match kind {
        InstKind::Load { address, offset, .. } | InstKind::Store { address, offset, .. } => {
            Some((*address, *offset))
        }
        _ => None,
    }
}
