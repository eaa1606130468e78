//! Turns of a vector loop in vectors of 128 bits.
//!
//! A turn works on up to four vectors, one after the other, with accumulators of their own.

use super::super::{ELEMENT, Translator};
use super::lanes::Lanes;
use crate::error::ModuleResult;
use crate::object::Vectors;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, BlockArg, InstBuilder, types};
use hotloop_mir::VectorPlan;

/// The bytes of a vector.
const VECTOR_BYTES: u32 = 16;
/// Vectors that are worked on in one turn at most.
const MOST_VECTORS: usize = 4;
/// Above so many instructions in lanes fewer vectors are worked on in one turn.
const MANY_INSTS: usize = 24;

/// What a turn is.
pub(super) struct Turns {
    /// The elements in a vector.
    lane_count: usize,
    /// The vectors that are worked on.
    unroll: usize,
}

impl Turns {
    pub(super) fn new(plan: &VectorPlan<'_>) -> Self {
        let unroll = if plan.lanes.len() > MANY_INSTS { MOST_VECTORS / 2 } else { MOST_VECTORS };
        // A turn takes 32 elements at most, so that short loops have some.
        let unroll = unroll.min((2 * plan.lane_bytes) as usize);
        Self { lane_count: (VECTOR_BYTES / plan.lane_bytes) as usize, unroll }
    }

    /// What is told of them.
    pub(super) fn vectors(&self, checks: u32) -> Vectors {
        let (lanes, unroll) = (self.lane_count as u32, self.unroll as u32);
        Vectors { vector_bytes: VECTOR_BYTES, lanes, unroll, checks }
    }

    /// The iterations of one turn.
    pub(super) fn iterations(&self) -> i64 {
        (self.lane_count * self.unroll) as i64
    }
}

impl Translator<'_, '_> {
    /// Builds the turns, which leave at least so many iterations, and behind them gives the variable and the accumulators the values that they have there.
    pub(super) fn build_turns(
        &mut self,
        plan: &VectorPlan<'_>,
        turns: &Turns,
        left: i64,
    ) -> ModuleResult<()> {
        let mut lanes = Lanes::default();
        self.prepare(plan, &mut lanes)?;
        let limit = self.operand(plan.vector.limit);
        let turn = self.int(types::I64, turns.iterations() + left);
        let last = self.ins().isub(limit, turn);
        let start = self.operand(plan.vector.variable);
        let identities: Vec<ir::Value> = self.identities(plan, turns.unroll);

        let work = self.builder.create_block();
        let arguments = std::iter::once(start).chain(identities.iter().copied());
        let arguments: Vec<BlockArg> = arguments.map(Into::into).collect();
        self.ins().jump(work, &arguments);
        self.go_on_in(work);
        let variable = self.builder.append_block_param(work, types::I64);
        let accumulators: Vec<ir::Value> = identities
            .iter()
            .map(|identity| {
                let ty = self.value_type(*identity);
                self.builder.append_block_param(work, ty)
            })
            .collect();
        self.values[plan.vector.variable] = variable.into();
        let collected = self.build_turn(plan, turns, &mut lanes, &accumulators)?;
        let done = self.builder.create_block();
        if let Some(hold) = self.checks_hold(&lanes) {
            self.store_behind_checks(&lanes, hold, done, variable, &accumulators);
        }
        let turn = self.int(types::I64, turns.iterations());
        let next = self.ins().iadd(variable, turn);
        let goes_on = self.ins().icmp(IntCC::SignedLessThanOrEqual, next, last);
        let arguments = std::iter::once(next).chain(collected.iter().copied());
        let arguments: Vec<BlockArg> = arguments.map(Into::into).collect();
        self.ins().brif(goes_on, work, &arguments, done, &arguments);
        let next = self.builder.append_block_param(done, types::I64);
        let totals: Vec<ir::Value> = collected
            .iter()
            .map(|value| {
                let ty = self.value_type(*value);
                self.builder.append_block_param(done, ty)
            })
            .collect();
        self.go_on_in(done);
        self.finish(plan, turns, next, &totals);
        Ok(())
    }

    /// Stores what a turn computed where its checks hold; else the turns end before this one.
    fn store_behind_checks(
        &mut self,
        lanes: &Lanes,
        hold: ir::Value,
        done: ir::Block,
        variable: ir::Value,
        accumulators: &[ir::Value],
    ) {
        let store = self.builder.create_block();
        let before = std::iter::once(variable).chain(accumulators.iter().copied());
        let before: Vec<BlockArg> = before.map(Into::into).collect();
        self.ins().brif(hold, store, &[], done, &before);
        self.go_on_in(store);
        for (stored, address, offset) in &lanes.stores {
            self.ins().store(ELEMENT, *stored, *address, *offset);
        }
    }

    /// In front of the turns: the addresses that stay, and all that is the same in every lane.
    fn prepare(&mut self, plan: &VectorPlan<'_>, lanes: &mut Lanes) -> ModuleResult<()> {
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

    /// All vectors of a turn, one after the other; returns what the accumulators are behind it.
    fn build_turn(
        &mut self,
        plan: &VectorPlan<'_>,
        turns: &Turns,
        lanes: &mut Lanes,
        accumulators: &[ir::Value],
    ) -> ModuleResult<Vec<ir::Value>> {
        for inst in plan.scalars.iter().filter(|inst| plan.moves(self.mir, **inst)) {
            self.translate_once(*inst)?;
        }
        let count = plan.vector.accumulators.len();
        let mut collected = Vec::with_capacity(accumulators.len());
        for number in 0..turns.unroll {
            lanes.values.clear();
            for (accumulator, value) in plan.vector.accumulators.iter().zip(&accumulators[number * count..]) {
                lanes.values.insert(accumulator.parameter, *value);
            }
            if plan.counts_in_lanes {
                let numbers = self.numbers_in_lanes(plan, number);
                lanes.values.insert(plan.vector.variable, numbers);
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

    /// Behind the turns: combines the accumulators.
    fn finish(&mut self, plan: &VectorPlan<'_>, turns: &Turns, next: ir::Value, collected: &[ir::Value]) {
        let count = plan.vector.accumulators.len();
        for (position, accumulator) in plan.vector.accumulators.iter().enumerate() {
            let vectors = collected.iter().skip(position).step_by(count).copied();
            let ty = self.mir.value_type(accumulator.parameter);
            let all =
                vectors.reduce(|a, b| self.combined(accumulator.op, ty, a, b)).expect("a turn has vectors");
            let before = self.operand(accumulator.parameter);
            let total = self.combined_lanes(turns.lane_count, accumulator.op, ty, before, all);
            self.values[accumulator.parameter] = total.into();
        }
        self.values[plan.vector.variable] = next.into();
    }
}
