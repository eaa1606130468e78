//! Vector loops in vectors: of 128 bits, which is what Cranelift has, or wider ones, where the target says who makes code for them.
//!
//! Before: `loop(i): c[i] = a[i] + b[i]`
//! After:  `entry(i): if it pays { turn(i): c[i..i+8] = a[i..i+8] + b[i..i+8]; i += 8, while more than 8 are left } loop(i): ...`
//!
//! Whoever goes to a marked block from elsewhere goes to its entry. The block itself is built as it stands, behind: it runs the iterations that are left, and all of
//! them where the mark's condition does not hold; where none is left, the way leads past it. What nobody can do in lanes leaves the loop as it is.

mod able;
mod behind;
mod lanes;
mod narrow;
mod nest;
mod wide;

use super::Translator;
use super::signatures::clif_type;
use crate::Target;
use crate::error::ModuleResult;
use crate::object::{BuiltLoop, Obstacle, Vectors};
use behind::{Behind, UsedBehind};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, BlockArg, InstBuilder, types};
use cranelift_module::FuncId;
use hotloop_mir::{
    Block, ControlFlow, Function, Inst, InstKind, NestPlan, RegionKind, Value, VectorCode, VectorLoop,
    VectorPlan,
};
use narrow::Turns;
use nest::PlannedNest;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The vector loops of a function that are built as such, by their blocks.
#[derive(Default)]
pub(super) struct VectorLoops<'a> {
    planned: FxHashMap<Block, Rc<Planned<'a>>>,
    nests: FxHashMap<Block, Rc<PlannedNest<'a>>>,
    used_behind: UsedBehind,
    /// Kinds of memory that are stored to, with the headers of the innermost loops that do.
    stored: FxHashSet<(Block, RegionKind)>,
}

/// A loop that is built in vectors.
struct Planned<'a> {
    plan: VectorPlan<'a>,
    entry: ir::Block,
    way: Way,
    behind: Option<Behind>,
}

/// How.
enum Way {
    /// In vectors of 128 bits.
    Narrow(Turns),
    /// By a call of code that somebody else has made.
    Wide(VectorCode, FuncId),
}

impl Way {
    /// So many iterations have to be there.
    fn least(&self) -> i64 {
        match self {
            Self::Narrow(turns) => turns.iterations(),
            Self::Wide(code, _) => code.least,
        }
    }

    /// Whether it does all iterations that it is asked for.
    fn leaves_none(&self) -> bool {
        match self {
            Self::Narrow(_) => false,
            Self::Wide(code, _) => code.multiple == 1 && !code.may_stop,
        }
    }

    /// Whether the last iteration has to be left to the loop as it stands.
    fn leaves_one(&self) -> bool {
        match self {
            Self::Narrow(_) => false,
            Self::Wide(code, _) => code.leaves_one,
        }
    }

    /// The same for people.
    fn vectors(&self, function: &Function, plan: &VectorPlan<'_>) -> Vectors {
        let is_check = |inst: &&Inst| {
            let kind = function.insts[**inst].kind.access();
            matches!(kind, InstKind::Check { .. } | InstKind::CheckBounds { .. })
        };
        let checks = plan.lanes.iter().filter(is_check).count() as u32;
        match self {
            Self::Narrow(turns) => turns.vectors(checks),
            Self::Wide(code, _) => vectors_of(code, checks),
        }
    }
}

/// What of a marked loop without others in it nobody has vectors for, if there is something.
pub(crate) fn obstacle(function: &Function, header: Block, target: &Target) -> Option<Obstacle> {
    let plan = VectorPlan::new(function, header)?;
    let wide = target.wide_vectors().and_then(|wide| wide.missing(function, &plan));
    wide.map(Obstacle::Inst).or_else(|| able::obstacle(function, &plan))
}

/// What is told of code in wide vectors.
fn vectors_of(code: &VectorCode, checks: u32) -> Vectors {
    let VectorCode { vector_bytes, lanes, unroll, .. } = *code;
    Vectors { vector_bytes, lanes, unroll, checks }
}

impl<'a> Translator<'a, '_> {
    /// Plans the blocks that are marked.
    pub(super) fn plan_all_vectors(&mut self, control_flow: &ControlFlow) -> ModuleResult<()> {
        let is_marked = |block: &&Block| self.mir.blocks[**block].vector.is_some();
        let marked: Vec<Block> = control_flow.reverse_postorder().iter().filter(is_marked).copied().collect();
        if !marked.is_empty() {
            self.vectors.used_behind = UsedBehind::new(self.mir);
            self.vectors.stored = self.stored_in_loops();
        }
        marked.into_iter().try_for_each(|block| self.plan_vectors(block, control_flow))
    }

    /// Plans a block that is marked, and creates its entry.
    fn plan_vectors(&mut self, block: Block, control_flow: &ControlFlow) -> ModuleResult<()> {
        if let Some(plan) = NestPlan::new(self.mir, control_flow, block) {
            let code = self.unit.wide_nest(self.mir, &plan)?;
            self.note_loop(block, code.as_ref().map(|(code, _)| vectors_of(code, 0)));
            if let Some(code) = code {
                let entry = self.create_entry(block);
                self.vectors.nests.insert(block, Rc::new(PlannedNest::new(plan, entry, code)));
            }
            return Ok(());
        }
        let planned = match VectorPlan::new(self.mir, block) {
            Some(mut plan) => {
                plan.loads_recent = self.loads_recent(block, &plan);
                self.way(&plan)?.map(|way| (plan, way))
            }
            None => None,
        };
        self.note_loop(block, planned.as_ref().map(|(plan, way)| way.vectors(self.mir, plan)));
        let Some((plan, way)) = planned else { return Ok(()) };
        let entry = self.create_entry(block);
        let behind = self.find_behind(block, &plan);
        self.vectors.planned.insert(block, Rc::new(Planned { plan, entry, way, behind }));
        Ok(())
    }

    /// How a planned block is built in vectors, if somebody has instructions for all of it.
    fn way(&mut self, plan: &VectorPlan<'_>) -> ModuleResult<Option<Way>> {
        Ok(match self.unit.wide_code(self.mir, plan)? {
            Some((code, function)) => Some(Way::Wide(code, function)),
            None if able::is_able(self.mir, plan) => Some(Way::Narrow(Turns::new(plan))),
            None => None,
        })
    }

    /// Whether a loop collects what was stored in the iteration before of the loop around it, or of the one around that where it is a strip.
    fn loads_recent(&self, block: Block, plan: &VectorPlan<'_>) -> bool {
        if plan.vector.accumulators.is_empty() {
            return false;
        }
        let around = std::iter::successors(self.loops.around(block), |header| self.loops.around(*header));
        let around: Vec<Block> = around.take(2).collect();
        let mut stored = self.vectors.stored.iter().filter(|(header, _)| around.contains(header));
        let loaded = plan.lanes.iter().filter_map(|inst| match self.mir.insts[*inst].kind.access() {
            InstKind::Load { region, .. } => Some(self.mir.regions[*region].kind),
            _ => None,
        });
        let loaded: Vec<RegionKind> = loaded.collect();
        stored.any(|(_, stored)| loaded.iter().any(|loaded| stored.may_alias(*loaded)))
    }

    /// The kinds of memory that are stored to, with the headers of the innermost loops that do.
    fn stored_in_loops(&self) -> FxHashSet<(Block, RegionKind)> {
        let in_loops = self.mir.layout.iter().filter(|block| !self.mir.blocks[**block].is_cold);
        let in_loops = in_loops.filter_map(|block| Some((self.loops.innermost(*block)?, *block)));
        let stores = in_loops.flat_map(|(header, block)| {
            let insts = self.mir.blocks[block].insts.iter();
            insts.filter_map(move |inst| match self.mir.insts[*inst].kind {
                InstKind::Store { region, .. } => Some((header, self.mir.regions[region].kind)),
                _ => None,
            })
        });
        stores.collect()
    }

    /// Notes what becomes of a marked loop.
    fn note_loop(&mut self, header: Block, vectors: Option<Vectors>) {
        self.unit.loops.push(BuiltLoop { function: self.mir.name.clone(), header, vectors });
    }

    /// A block with the parameters of another one, to stand in front of it.
    fn create_entry(&mut self, block: Block) -> ir::Block {
        let entry = self.builder.create_block();
        for value in &self.mir.blocks[block].parameters {
            self.builder.append_block_param(entry, clif_type(self.mir.value_type(*value)));
        }
        entry
    }

    /// Where a jump of the current block to `block` goes.
    pub(super) fn entry_of(&self, block: Block) -> ir::Block {
        if let Some(nest) = self.vectors.nests.get(&block).filter(|nest| !nest.contains(self.block)) {
            return nest.entry;
        }
        match self.vectors.planned.get(&block) {
            Some(planned) if block != self.block => planned.entry,
            Some(_) | None => self.clif_block(block),
        }
    }

    /// Builds the entry of a block and its turns, if it is planned; leaves the builder at the block itself.
    pub(super) fn translate_in_lanes(&mut self, block: Block) -> ModuleResult<()> {
        if let Some(nest) = self.vectors.nests.get(&block).cloned() {
            return self.build_nest(&nest, block);
        }
        let Some(planned) = self.vectors.planned.get(&block).cloned() else { return Ok(()) };
        let Planned { plan, entry, way, behind } = &*planned;
        let header = self.clif_block(block);
        self.go_on_in(*entry);
        let entered = self.builder.block_params(*entry).to_vec();
        let parameters = self.mir.blocks[block].parameters.clone();
        for (value, given) in parameters.iter().zip(&entered) {
            self.values[*value] = (*given).into();
        }
        // Where nothing leads past the loop, the last iteration is left to it.
        let left = i64::from(behind.is_none() || way.leaves_one());
        let front = self.create_entry(block);
        let rest = self.decide(plan.vector, way.least() + left, front, &entered);
        match way {
            Way::Narrow(turns) => self.build_turns(plan, turns, left)?,
            Way::Wide(code, function) => self.call_wide(plan, code, *function, rest, left)?,
        }
        let arguments: Vec<BlockArg> = parameters.iter().map(|value| self.operand(*value).into()).collect();
        match behind {
            Some(behind) => {
                let passed = self.finals(behind, plan);
                if way.leaves_none() {
                    self.ins().jump(behind.block, &passed);
                } else {
                    let [next, limit] = [plan.vector.variable, plan.vector.limit].map(|it| self.operand(it));
                    let is_left = self.ins().icmp(IntCC::NotEqual, next, limit);
                    self.ins().brif(is_left, front, &arguments, behind.block, &passed);
                }
            }
            None => {
                self.ins().jump(front, &arguments);
            }
        }
        self.forget_block(block, header);
        self.go_on_in(front);
        self.copy_at_start(block);
        let arguments: Vec<BlockArg> =
            self.builder.block_params(front).iter().map(|given| (*given).into()).collect();
        self.ins().jump(header, &arguments);
        self.go_on_in(header);
        Ok(())
    }

    /// Whether a block is built in vectors, too.
    pub(super) fn is_planned(&self, block: Block) -> bool {
        self.vectors.planned.contains_key(&block)
    }

    /// In the entry: goes on in a new block if there are enough iterations and the condition holds, else to the loop as it stands. Gives the number of iterations.
    fn decide(
        &mut self,
        vector: &VectorLoop,
        least: i64,
        header: ir::Block,
        entered: &[ir::Value],
    ) -> ir::Value {
        let [variable, limit] = [vector.variable, vector.limit].map(|value| self.operand(value));
        let (low, high) = if vector.goes_down { (limit, variable) } else { (variable, limit) };
        let is_below = self.ins().icmp(IntCC::SignedLessThan, low, high);
        let rest = self.ins().isub(high, low);
        let least = self.int(types::I64, least);
        let are_enough = self.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, rest, least);
        let mut pays = self.ins().band(is_below, are_enough);
        if let Some(condition) = vector.condition {
            let condition = self.operand(condition);
            pays = self.ins().band(pays, condition);
        }
        let prepared = self.builder.create_block();
        let arguments: Vec<BlockArg> = entered.iter().map(|value| (*value).into()).collect();
        self.ins().brif(pays, prepared, &[], header, &arguments);
        self.go_on_in(prepared);
        rest
    }

    /// Builds an instruction that computes an address. An index that is checked is in bounds where vectors are used.
    fn translate_once(&mut self, inst: Inst) -> ModuleResult<()> {
        let data = &self.mir.insts[inst];
        let InstKind::CheckBounds { index, .. } = data.kind.access() else {
            return self.translate_inst(inst);
        };
        let index = self.operand(*index);
        self.define(data.results[0], index);
        Ok(())
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

/// Whether an instruction reads or writes an element.
fn element(kind: &InstKind) -> Option<(Value, i32)> {
    match kind {
        InstKind::Load { address, offset, .. } | InstKind::Store { address, offset, .. } => {
            Some((*address, *offset))
        }
        _ => None,
    }
}
