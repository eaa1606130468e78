//! The way past a loop whose iterations were all done in vectors.
//!
//! Before: `entry(i): work; jump loop   loop(i): ...; branch i' < n, loop(i'), exit(i')`
//! After:  `entry(i): work; branch done, behind(n), loop   loop(i): ...; branch i' < n, loop(i'), behind(i')   behind(i'): jump exit(i')`
//!
//! What a loop computes and is needed behind it has to be known from two sides then. Of the counter that is the limit, of accumulators the totals, and of parameters that
//! no iteration changes what they were; a loop of which anything else is needed has no way past it, and does its last iteration as it stands.

use super::super::Translator;
use super::super::signatures::clif_type;
use cranelift_codegen::ir::{self, BlockArg, InstBuilder, types};
use hotloop_mir::{Block, BlockCall, Definition, Function, Inst, Terminator, Value, VectorPlan};
use rustc_hash::{FxHashMap, FxHashSet};

/// What marked blocks define and others use.
#[derive(Default)]
pub(super) struct UsedBehind {
    by_block: FxHashMap<Block, FxHashSet<Value>>,
}

impl UsedBehind {
    /// Looks through a whole function, once.
    pub(super) fn new(function: &Function) -> Self {
        let is_marked = |block: &&Block| function.blocks[**block].vector.is_some();
        let marked = function.layout.iter().filter(is_marked);
        let makers: FxHashMap<Inst, Block> = marked
            .flat_map(|block| function.blocks[*block].insts.iter().map(move |inst| (*inst, *block)))
            .collect();
        let mut by_block: FxHashMap<Block, FxHashSet<Value>> = FxHashMap::default();
        for user in &function.layout {
            let mut note = |value: Value| {
                let maker = match function.values[value].definition {
                    Definition::Parameter(block, _) => Some(block),
                    Definition::Result(inst, _) => makers.get(&inst).copied(),
                };
                if let Some(maker) = maker.filter(|maker| maker != user) {
                    by_block.entry(maker).or_default().insert(value);
                }
            };
            let data = &function.blocks[*user];
            for inst in &data.insts {
                function.insts[*inst].kind.for_each_operand(&mut note);
            }
            data.terminator.for_each_operand(&mut note);
            if let Some(vector) = &data.vector {
                vector.for_each_value(&mut note);
            }
        }
        Self { by_block }
    }

    fn of(&self, block: Block) -> impl Iterator<Item = Value> + '_ {
        self.by_block.get(&block).into_iter().flatten().copied()
    }
}

/// The way past a loop.
pub(super) struct Behind {
    /// Where both ways meet.
    pub(super) block: ir::Block,
    exit: BlockCall,
    /// What the loop computes and is needed from there on, in the order of the values.
    needed: Vec<(Value, Final)>,
}

/// What a value is behind the last iteration.
#[derive(Clone, Copy)]
enum Final {
    /// The limit.
    Limit,
    /// One less, or more on the way down: the variable of the last iteration.
    BeforeLimit,
    /// What a parameter is behind the vectors.
    Parameter(Value),
}

impl Translator<'_, '_> {
    /// The way past a planned loop, if all that is needed behind it is known without its last iteration.
    pub(super) fn find_behind(&mut self, block: Block, plan: &VectorPlan<'_>) -> Option<Behind> {
        let data = &self.mir.blocks[block];
        let Terminator::Branch { then, otherwise, .. } = &data.terminator else { return None };
        let (back, exit) = if then.block == block { (then, otherwise) } else { (otherwise, then) };
        let finals = finals(self.mir, block, back, plan)?;
        let used = &self.vectors.used_behind;
        // What only an error leads to is not behind the last iteration.
        if exit.block == block || data.unwind.is_some() && used.of(block).next().is_some() {
            return None;
        }
        let here: FxHashSet<Inst> = data.insts.iter().copied().collect();
        let is_made_here = |value: &Value| match self.mir.values[*value].definition {
            Definition::Parameter(owner, _) => owner == block,
            Definition::Result(inst, _) => here.contains(&inst),
        };
        let passed = exit.arguments.iter().copied().filter(is_made_here);
        let is_constant = |value: &Value| self.mir.constant(*value).is_some();
        let mut needed: Vec<Value> =
            used.of(block).chain(passed).filter(|value| !is_constant(value)).collect();
        needed.sort_unstable();
        needed.dedup();
        let needed = needed.into_iter().map(|value| Some((value, *finals.get(&value)?)));
        let needed: Vec<(Value, Final)> = needed.collect::<Option<_>>()?;
        let created = self.builder.create_block();
        Some(Behind { block: created, exit: exit.clone(), needed })
    }

    /// Behind the vectors: what the way past the loop takes.
    pub(super) fn finals(&mut self, behind: &Behind, plan: &VectorPlan<'_>) -> Vec<BlockArg> {
        let mut arguments = Vec::with_capacity(behind.needed.len());
        for (_, known) in &behind.needed {
            let value = match known {
                Final::Limit => self.operand(plan.vector.limit),
                Final::BeforeLimit => {
                    let limit = self.operand(plan.vector.limit);
                    let step = self.int(types::I64, plan.vector.step());
                    self.ins().isub(limit, step)
                }
                Final::Parameter(parameter) => self.operand(*parameter),
            };
            arguments.push(value.into());
        }
        arguments
    }

    /// Where a jump of the current block out of its loop goes, with what it passes, if there is a way past the loop.
    pub(in crate::function) fn way_behind(&mut self, call: &BlockCall) -> Option<(ir::Block, Vec<BlockArg>)> {
        if call.block == self.block {
            return None;
        }
        let planned = self.vectors.planned.get(&self.block)?.clone();
        let behind = planned.behind.as_ref()?;
        let arguments = behind.needed.iter().map(|(value, _)| self.operand(*value).into()).collect();
        Some((behind.block, arguments))
    }

    /// Builds the block where both ways meet. From there on, what the loop computed is what arrives there.
    pub(in crate::function) fn build_behind(&mut self, block: Block) {
        let Some(planned) = self.vectors.planned.get(&block).cloned() else { return };
        let Some(behind) = &planned.behind else { return };
        self.go_on_in(behind.block);
        for (value, _) in &behind.needed {
            let ty = clif_type(self.mir.value_type(*value));
            self.values[*value] = self.builder.append_block_param(behind.block, ty).into();
        }
        let arguments: Vec<BlockArg> =
            behind.exit.arguments.iter().map(|value| self.operand(*value).into()).collect();
        let exit = self.entry_of(behind.exit.block);
        self.ins().jump(exit, &arguments);
    }
}

/// What is known of a loop's values behind its last iteration; `None` if a parameter is none that a mark allows.
fn finals(
    function: &Function,
    block: Block,
    back: &BlockCall,
    plan: &VectorPlan<'_>,
) -> Option<FxHashMap<Value, Final>> {
    let mut finals = FxHashMap::default();
    for (parameter, next) in function.blocks[block].parameters.iter().zip(&back.arguments) {
        let is_collected = plan.vector.accumulators.iter().any(|it| it.parameter == *parameter);
        if *parameter == plan.vector.variable {
            finals.insert(*next, Final::Limit);
            finals.insert(*parameter, Final::BeforeLimit);
        } else if is_collected || next == parameter {
            finals.insert(*next, Final::Parameter(*parameter));
        } else {
            return None;
        }
    }
    Some(finals)
}
