//! Adds something or nothing to a sum of floats, in place of a branch around the addition.
//!
//! Before: `branch c, bb2, bb3(v1)   bb2: v2 = load p; v3 = fadd v1, v2; jump bb3(v3)`
//! After:  `q = select c, p, address of -0.0; v2 = load q; v3 = fadd v1, v2; jump bb3(v3)`
//!
//! A sum that keeps its order waits for each addition, whether a branch stands around it or not; a branch that is guessed wrong costs five times that. What is added is the identity where the condition does not
//! hold: -0.0 to a sum, 0.0 from a difference, 1.0 to a product, which leave every value as it is. Nothing is read that the program does not read, but the constant, and checks are done under the
//! condition. Only in innermost loops whose branches stay (see `mask-branches`); with `reassoc`, sums run in vectors. One walk over the branches. Does not preserve the control-flow graph, but keeps the
//! preheaders of loops.

use crate::analysis::{LoopData, LoopForest};
use crate::scalar::simplify_control_flow::join_what_follows;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Constant, ControlFlow, ConvertOp, Definition, Dominators, FloatFlags,
    Function, Inst, InstKind, MachineType, ReductionOp, RegionKind, Terminator, UnaryOp, Value,
};
use rustc_hash::FxHashMap;

/// What may stand on the way at most: instructions that only compute, loads, checks of indices, and additions.
const MOST_PURE: usize = 10;
const MOST_LOADS: usize = 2;
const MOST_CHECKS: usize = 4;
const MOST_SUMS: usize = 2;

/// Adds something or nothing to a sum of floats. The head of its file says how.
pub struct SelectSums;

impl MirPass for SelectSums {
    fn name(&self) -> &'static str {
        "select-sums"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        if function.float_flags.contains(FloatFlags::REASSOC) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let loops = forest.unmarked_innermost(function).into_iter();
        let blocks = loops.flat_map(|data| data.blocks.iter().map(move |block| (data, block)));
        let found: Vec<(Block, Step)> = blocks
            .filter_map(|(data, block)| Some((block, Step::find(function, &control_flow, data, block)?)))
            .collect();
        let has_found = !found.is_empty();
        for (block, step) in found {
            let span = function.blocks[block].terminator_span;
            step.convert(function, block);
            let message =
                "something or nothing is added, in place of a branch around the addition".to_owned();
            context.remarks.push(Remark { pass: self.name(), span, message, cause: None });
        }
        if has_found {
            join_what_follows(function);
        }
    }
}

/// A branch around additions.
struct Step {
    condition: Value,
    /// Whether they are done where the condition holds.
    holds: bool,
    way: Block,
    join: Block,
    /// What goes on where nothing is added.
    unchanged: Vec<Value>,
    sums: Vec<Sum>,
}

/// One of the additions.
#[derive(Clone, Copy)]
struct Sum {
    inst: Inst,
    op: BinaryOp,
    carried: Value,
    added: Value,
}

impl Step {
    fn find(function: &Function, control_flow: &ControlFlow, data: &LoopData, block: Block) -> Option<Self> {
        let Terminator::Branch { condition, then, otherwise } = &function.blocks[block].terminator else {
            return None;
        };
        let is_way = |call: &BlockCall, other: &BlockCall| {
            let way = &function.blocks[call.block];
            let is_alone = control_flow.predecessors(call.block) == [block]
                && !control_flow.forgets_memory(call.block)
                && way.unwind == function.blocks[block].unwind;
            let goes_on = matches!(&way.terminator, Terminator::Jump(on) if on.block == other.block);
            call.block != block && is_alone && goes_on
        };
        let (holds, way, other) = match (is_way(then, otherwise), is_way(otherwise, then)) {
            (true, false) => (true, then.block, otherwise),
            (false, true) => (false, otherwise.block, then),
            (true, true) | (false, false) => return None,
        };
        let stays = |block: Block| data.blocks.contains(block) && block != data.header;
        let Terminator::Jump(on) = &function.blocks[way].terminator else { return None };
        if !stays(way) || !stays(other.block) {
            return None;
        }
        let insts = &function.blocks[way].insts;
        if !is_small(function, insts) {
            return None;
        }
        let mut sums = Vec::new();
        for (changed, carried) in on.arguments.iter().zip(&other.arguments) {
            if changed != carried {
                sums.push(Sum::find(function, data, insts, *changed, *carried)?);
            }
        }
        (1..=MOST_SUMS).contains(&sums.len()).then(|| Self {
            condition: *condition,
            holds,
            way,
            join: other.block,
            unchanged: other.arguments.clone(),
            sums,
        })
    }

    /// Moves the way in front of the branch, which goes away.
    fn convert(self, function: &mut Function, block: Block) {
        let data = std::mem::take(&mut function.blocks[self.way].insts);
        let mut uses: FxHashMap<Value, usize> = FxHashMap::default();
        for inst in &data {
            function.insts[*inst].kind.for_each_operand(|value| *uses.entry(value).or_default() += 1);
        }
        let mut maker = Maker { function, block, condition: self.condition, span: Span::NONE };
        maker.span = maker.function.blocks[block].terminator_span;
        if !self.holds {
            maker.condition = maker.value(InstKind::Unary(UnaryOp::Inot, self.condition));
        }
        let is_loaded = |function: &Function, value: Value| {
            let inst = function.defining_inst(value).filter(|inst| data.contains(inst));
            inst.is_some_and(|inst| matches!(function.insts[inst].kind, InstKind::Load { .. }))
        };
        // What is loaded to be added alone is loaded from a constant where nothing is added.
        let direct: FxHashMap<Value, BinaryOp> = self
            .sums
            .iter()
            .filter(|sum| uses.get(&sum.added) == Some(&1) && is_loaded(maker.function, sum.added))
            .map(|sum| (sum.added, sum.op))
            .collect();
        for inst in &data {
            maker.span = maker.function.insts[*inst].span;
            let sum = self.sums.iter().find(|sum| sum.inst == *inst);
            match (maker.function.insts[*inst].kind.clone(), sum) {
                (InstKind::Load { ty, address, offset, .. }, _) => {
                    let result = maker.function.insts[*inst].results[0];
                    let nothing = match direct.get(&result) {
                        Some(op) => identity(*op, ty),
                        None => Constant::zero(ty),
                    };
                    maker.load(*inst, ty, (address, offset), nothing);
                }
                (kind @ InstKind::CheckBounds { .. }, _) => {
                    let condition = maker.condition;
                    maker.function.insts[*inst].kind = InstKind::When { condition, access: Box::new(kind) };
                }
                (_, Some(sum)) if !direct.contains_key(&sum.added) => {
                    let added = maker.choose(sum.added, sum.op);
                    maker.function.insts[*inst].kind = InstKind::Binary(sum.op, sum.carried, added);
                }
                _ => {}
            }
            maker.function.blocks[block].insts.push(*inst);
        }
        let changed = |carried: &Value| {
            let sum = self.sums.iter().find(|sum| sum.carried == *carried);
            sum.map_or(*carried, |sum| function.insts[sum.inst].results[0])
        };
        let arguments = self.unchanged.iter().map(changed).collect();
        function.blocks[block].terminator = Terminator::Jump(BlockCall::new(self.join, arguments));
    }
}

impl Sum {
    /// The addition that makes one value of the other, which an iteration is given.
    fn find(
        function: &Function,
        data: &LoopData,
        insts: &[Inst],
        changed: Value,
        carried: Value,
    ) -> Option<Self> {
        let inst = function.defining_inst(changed).filter(|inst| insts.contains(inst))?;
        let InstKind::Binary(op, a, b) = function.insts[inst].kind else { return None };
        let is_given = match function.values[carried].definition {
            Definition::Parameter(owner, _) => data.blocks.contains(owner),
            Definition::Result(..) => false,
        };
        let is_sum = matches!(op, BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul);
        // Of two nans the first operand's payload goes on.
        let is_first = a == carried && b != carried;
        (is_given && is_sum && is_first).then_some(Self { inst, op, carried, added: b })
    }
}

/// Whether all on a way may be done in front of it, and is little.
fn is_small(function: &Function, insts: &[Inst]) -> bool {
    if insts.len() > MOST_PURE + MOST_LOADS + MOST_CHECKS {
        return false;
    }
    let (mut pure, mut loads, mut checks) = (0, 0, 0);
    for inst in insts {
        let kind = &function.insts[*inst].kind;
        match kind {
            InstKind::Load { region, .. } if is_of_arrays(function.regions[*region].kind) => loads += 1,
            InstKind::CheckBounds { .. } => checks += 1,
            InstKind::Binary(BinaryOp::Fdiv, ..) | InstKind::CallRuntime { .. } => return false,
            kind if kind.is_speculatable(function) => pure += 1,
            _ => return false,
        }
    }
    pure <= MOST_PURE && loads <= MOST_LOADS && checks <= MOST_CHECKS
}

/// Whether memory of any array may be accessed in place of a region.
fn is_of_arrays(kind: RegionKind) -> bool {
    matches!(kind, RegionKind::Argument(_) | RegionKind::Allocation(_) | RegionKind::Unknown)
}

/// What an operation leaves its first operand alone with.
fn identity(op: BinaryOp, ty: MachineType) -> Constant {
    match op {
        BinaryOp::Fsub => Constant::zero(ty),
        BinaryOp::Fmul => ReductionOp::Fmul.identity(ty),
        _ => ReductionOp::Fadd.identity(ty),
    }
}

/// Appends to the block in front of the way.
struct Maker<'f> {
    function: &'f mut Function,
    block: Block,
    condition: Value,
    span: Span,
}

impl Maker<'_> {
    fn value(&mut self, kind: InstKind) -> Value {
        let inst = self.function.append_inst(self.block, kind, self.span);
        self.function.insts[inst].results[0]
    }

    fn select(&mut self, then: Value, otherwise: Value) -> Value {
        self.value(InstKind::Select { condition: self.condition, then, otherwise })
    }

    /// Lets a load be of a constant where the condition does not hold.
    fn load(&mut self, inst: Inst, ty: MachineType, (address, offset): (Value, i32), nothing: Constant) {
        let bytes = nothing.bits().to_le_bytes();
        let elsewhere = self.value(InstKind::Data(bytes[..].into()));
        let place = match offset {
            0 => address,
            _ => {
                let offset = self.value(InstKind::Const(Constant::i64(i64::from(offset))));
                self.value(InstKind::PtrAdd { base: address, offset })
            }
        };
        let address = self.select(place, elsewhere);
        let region = self.function.region(RegionKind::Unknown);
        self.function.insts[inst].kind = InstKind::Load { ty, address, offset: 0, region };
    }

    /// A float, or what an operation does nothing with, selected by its bits: a processor selects floats by jumps.
    fn choose(&mut self, added: Value, op: BinaryOp) -> Value {
        let ty = self.function.value_type(added);
        let integer = if ty == MachineType::F32 { MachineType::I32 } else { MachineType::I64 };
        let nothing = Constant::int(integer, identity(op, ty).bits() as i64);
        let added = self.value(InstKind::Convert(ConvertOp::Bitcast, added, integer));
        let nothing = self.value(InstKind::Const(nothing));
        let chosen = self.select(added, nothing);
        self.value(InstKind::Convert(ConvertOp::Bitcast, chosen, ty))
    }
}
