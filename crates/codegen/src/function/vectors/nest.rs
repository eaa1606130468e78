//! Loops with loops in them, by a call of code that somebody else has made.
//!
//! Before: `loop(j): for k in range(m): ...; c[j] = s`
//! After:  `entry(j): if it pays { done = call; j += done; if j == n goto behind } loop(j): ...`

use super::super::Translator;
use crate::error::ModuleResult;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, BlockArg, InstBuilder, types};
use cranelift_module::FuncId;
use hotloop_mir::{Block, NestPlan, VectorCode};

/// A loop with loops in it that is done in lanes.
pub(super) struct PlannedNest<'a> {
    plan: NestPlan<'a>,
    pub(super) entry: ir::Block,
    code: VectorCode,
    function: FuncId,
}

impl<'a> PlannedNest<'a> {
    pub(super) fn new(plan: NestPlan<'a>, entry: ir::Block, (code, function): (VectorCode, FuncId)) -> Self {
        Self { plan, entry, code, function }
    }

    pub(super) fn contains(&self, block: Block) -> bool {
        self.plan.contains(block)
    }
}

impl Translator<'_, '_> {
    /// Builds the entry; leaves the builder at the block itself.
    pub(super) fn build_nest(&mut self, nest: &PlannedNest<'_>, block: Block) -> ModuleResult<()> {
        let header = self.clif_block(block);
        self.go_on_in(nest.entry);
        let entered = self.builder.block_params(nest.entry).to_vec();
        let parameters = self.mir.blocks[block].parameters.clone();
        for (value, given) in parameters.iter().zip(&entered) {
            self.values[*value] = (*given).into();
        }
        let vector = nest.plan.vector;
        let rest = self.decide(vector, nest.code.least + 1, header, &entered);
        let words = self.call_with_words(&nest.code, nest.function, rest, 0)?;
        let done = self.ins().load(types::I64, super::super::WORD, words, 0);
        let start = self.operand(vector.variable);
        let next = self.ins().iadd(start, done);
        self.values[vector.variable] = next.into();
        let arguments: Vec<BlockArg> = parameters.iter().map(|value| self.operand(*value).into()).collect();
        match &nest.plan.exit {
            Some(exit) => {
                let limit = self.operand(vector.limit);
                let is_left = self.ins().icmp(IntCC::SignedLessThan, next, limit);
                let passed: Vec<BlockArg> =
                    exit.arguments.iter().map(|value| self.operand(*value).into()).collect();
                let behind = self.entry_of(exit.block);
                self.ins().brif(is_left, header, &arguments, behind, &passed);
            }
            None => {
                self.ins().jump(header, &arguments);
            }
        }
        self.forget_block(block, header);
        self.go_on_in(header);
        Ok(())
    }
}
