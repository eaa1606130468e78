//! Makes one block of a loop with branches, in which loads, stores and checks are done under conditions, if it may then run in vectors.
//!
//! Before: `bb1(i): ...; branch c, bb2, bb3   bb2: store x, p; jump bb3   bb3: i' = i + 1; branch i' < n, bb1(i'), bb4`
//! After:  `bb1(i): ...; store x, p when c; i' = i + 1; branch i' < n, bb1(i'), bb4`
//!
//! What `convert-branches` left: ways of any shape that meet again before the loop's test, with loads, stores and checks of their own. Each block has a mask: the conditions of the branches on the ways to it.
//! What only computes is done always, what touches memory or may raise an error, where the mask holds; what a block is passed is selected. Stores to one place on ways that exclude each other become one of a
//! selection, and such loads one load. All loops are tried; where `vectorize-loops` would not mark the result, the branches stay, since a jump costs less than many selections. One walk
//! over the blocks of each innermost loop, [`MOST_BLOCKS`] at most. Does not preserve the control-flow graph, but keeps the preheaders of loops.

use crate::analysis::{CountedLoop, ExitTest, LoopData, LoopForest};
use crate::loops::masks::Mask;
use crate::loops::vectorize_loops::{BRANCHES_KEPT, BRANCHES_STAY, left_early, why_one_by_one};
use crate::scalar::simplify_selects::simplify_block;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    BinaryOp, Block, BlockData, ControlFlow, Dominators, Function, Inst, InstKind, RegionKind, Terminator,
    UnaryOp, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// A loop has no more blocks.
const MOST_BLOCKS: usize = 32;
/// So many instructions at most stand under conditions.
const MOST_INSTS: usize = 96;
/// So many accesses to memory are looked at for one that does the same.
const MOST_ACCESSES: usize = 16;
/// So many loops of a function are tried.
const MOST_LOOPS: usize = 200;

/// Makes one block of a loop with branches. The head of its file says how.
pub struct MaskBranches;

impl MirPass for MaskBranches {
    fn name(&self) -> &'static str {
        "mask-branches"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut masked: Vec<Masked> = Vec::new();
        for (span, tried) in candidates(function, &control_flow, &forest) {
            match tried.and_then(|shape| Masking::new(function, shape).run()) {
                Ok(done) => masked.push(done),
                Err((reason, cause)) => {
                    let message = format!("{BRANCHES_KEPT}{reason}");
                    let cause = cause.filter(|cause| *cause != Span::NONE);
                    context.remarks.push(Remark { pass: self.name(), span, message, cause });
                }
            }
        }
        let reasons = reasons(function, &masked);
        let mut replaced: FxHashMap<Value, Value> = FxHashMap::default();
        let mut gone: FxHashSet<Block> = FxHashSet::default();
        for (masked, reason) in masked.drain(..).zip(reasons) {
            let (message, cause) = match reason {
                Some((reason, cause)) => {
                    masked.undo(function);
                    (format!("{BRANCHES_STAY}{reason}"), cause)
                }
                None => {
                    gone.extend(masked.blocks_gone());
                    replaced.extend(masked.replaced);
                    ("the branches of this loop are conditions of what stood behind them".to_owned(), None)
                }
            };
            context.remarks.push(Remark { pass: self.name(), span: masked.span, message, cause });
        }
        if gone.is_empty() {
            return;
        }
        function.layout.retain(|block| !gone.contains(block));
        let final_value = |mut value: Value| {
            while let Some(known) = replaced.get(&value) {
                value = *known;
            }
            value
        };
        function.replace_uses(final_value);
    }
}

/// Why the loops would run one by one all the same.
fn reasons(function: &Function, masked: &[Masked]) -> Vec<Option<(&'static str, Option<Span>)>> {
    let control_flow = ControlFlow::new(function);
    let dominators = Dominators::new(function, &control_flow);
    let forest = LoopForest::new(function, &control_flow, &dominators);
    let loops: FxHashMap<Block, &LoopData> = forest.loops.values().map(|data| (data.header, data)).collect();
    let reason = |masked: &Masked| match loops.get(&masked.header) {
        Some(data) => why_one_by_one(function, &control_flow, data),
        None => Some(("it is not reached", None)),
    };
    masked.iter().map(reason).collect()
}

/// A loop that may be tried.
struct Shape {
    /// Its blocks, the header first, each behind those that lead to it.
    order: Vec<Block>,
    latch: Block,
    span: Span,
}

/// Why the branches of a loop have to stay, and what is to blame.
type Obstacle = (&'static str, Option<Span>);

/// The loops with branches, by their places; of those that are not tried the reason.
fn candidates(
    function: &Function,
    control_flow: &ControlFlow,
    forest: &LoopForest,
) -> Vec<(Span, Result<Shape, Obstacle>)> {
    let loops = forest.unmarked_innermost(function).into_iter();
    let with_branches = loops.filter(|data| !data.is_parallel && data.blocks.iter().count() > 1);
    let mut tried = 0;
    let mut found = Vec::new();
    for data in with_branches {
        let shape = Shape::of(function, control_flow, data);
        tried += usize::from(shape.is_ok());
        if tried > MOST_LOOPS {
            break;
        }
        found.push((data.span(function), shape));
    }
    found
}

impl Shape {
    fn of(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Result<Self, Obstacle> {
        let [latch] = data.latches[..] else { return Err(("it goes on from several places", None)) };
        if data.blocks.iter().count() > MOST_BLOCKS {
            return Err(("it has too many branches", None));
        }
        if let Some((reason, span)) = left_early(function, data) {
            return Err((reason, Some(span)));
        }
        let unwind = function.blocks[data.header].unwind;
        for block in data.blocks.iter() {
            let data_of_block = &function.blocks[block];
            if data_of_block.unwind != unwind {
                return Err(("errors of a part of it are caught", Some(data_of_block.terminator_span)));
            }
            if control_flow.forgets_memory(block) {
                return Err(("it may be interrupted", Some(data_of_block.terminator_span)));
            }
            let is_way = match &data_of_block.terminator {
                Terminator::Jump(_) => true,
                Terminator::Branch { then, otherwise, .. } => block == latch || then.block != otherwise.block,
                _ => false,
            };
            if !is_way {
                return Err(("its ways are not those of conditions", Some(data_of_block.terminator_span)));
            }
        }
        let counted = CountedLoop::counting(function, control_flow, data);
        if latch == data.header
            || counted.is_none_or(|counted| counted.step != 1 || counted.test != ExitTest::Bottom)
        {
            return Err(("it does not count up by one to a limit", None));
        }
        Ok(Self { order: data.blocks.in_reverse_postorder(control_flow), latch, span: data.span(function) })
    }
}

/// A loop that was made one block, with all that is needed to take that back.
struct Masked {
    header: Block,
    span: Span,
    blocks: Vec<(Block, BlockData)>,
    insts: Vec<(Inst, InstKind)>,
    /// What stands for values that are gone.
    replaced: FxHashMap<Value, Value>,
}

impl Masked {
    fn undo(&self, function: &mut Function) {
        for (block, data) in &self.blocks {
            function.blocks[*block] = data.clone();
        }
        for (inst, kind) in &self.insts {
            function.insts[*inst].kind = kind.clone();
        }
    }

    fn blocks_gone(&self) -> impl Iterator<Item = Block> {
        self.blocks.iter().map(|(block, _)| *block).filter(|block| *block != self.header)
    }
}

/// A load, store or check that was done before.
struct Access {
    inst: Inst,
    mask: Mask,
}

struct Masking<'f> {
    function: &'f mut Function,
    shape: Shape,
    masked: Masked,
    /// The masks of the jumps to each block, with what they pass.
    incoming: FxHashMap<Block, Vec<(Mask, Vec<Value>)>>,
    /// What computes what, in the header.
    known: FxHashMap<InstKind, Value>,
    accesses: Vec<Access>,
    /// The instructions that stood under no condition.
    unconditional: FxHashSet<Inst>,
    /// How many instructions stood under conditions.
    moved: usize,
}

impl<'f> Masking<'f> {
    fn new(function: &'f mut Function, shape: Shape) -> Self {
        let blocks: Vec<_> =
            shape.order.iter().map(|block| (*block, function.blocks[*block].clone())).collect();
        let insts = blocks.iter().flat_map(|(_, data)| &data.insts);
        let insts = insts.map(|inst| (*inst, function.insts[*inst].kind.clone())).collect();
        let masked = Masked {
            header: shape.order[0],
            span: shape.span,
            blocks,
            insts,
            replaced: FxHashMap::default(),
        };
        let (incoming, known, accesses, unconditional) = Default::default();
        Self { function, shape, masked, incoming, known, accesses, unconditional, moved: 0 }
    }

    /// Makes one block of the loop; leaves it as it is where something in it cannot be under a condition.
    fn run(mut self) -> Result<Masked, Obstacle> {
        let header = self.masked.header;
        for block in &self.shape.order {
            let data = &mut self.function.blocks[*block];
            data.insts.clear();
            data.terminator = Terminator::Unreachable;
        }
        for (position, block) in self.shape.order.clone().into_iter().enumerate() {
            let data = self.masked.blocks[position].1.clone();
            let done = match self.mask_of(block) {
                Some(mask) if mask.is_never() && block == self.shape.latch => Err(("it never goes on", None)),
                Some(mask) if mask.is_never() => Ok(()),
                Some(mask) => self.block(block, &data, &mask),
                None => Err(("what stands behind its branches depends on too many conditions", None)),
            };
            if let Err(obstacle) = done {
                self.masked.undo(self.function);
                return Err(obstacle);
            }
        }
        simplify_block(self.function, header);
        self.remove_dead();
        Ok(self.masked)
    }

    /// Where a block runs, from the jumps that lead to it.
    fn mask_of(&self, block: Block) -> Option<Mask> {
        if block == self.masked.header {
            return Some(Mask::always());
        }
        let incoming = self.incoming.get(&block).into_iter().flatten();
        incoming.into_iter().try_fold(Mask::never(), |all, (mask, _)| all.or(mask))
    }

    fn block(&mut self, block: Block, data: &BlockData, mask: &Mask) -> Result<(), Obstacle> {
        let header = self.masked.header;
        if block != header {
            self.parameters(block, data);
        }
        for inst in &data.insts {
            self.inst(*inst, mask)?;
        }
        let mut terminator = data.terminator.clone();
        terminator.for_each_operand_mut(|value| *value = self.resolve(*value));
        if block == self.shape.latch {
            let target = &mut self.function.blocks[header];
            (target.terminator, target.terminator_span) = (terminator, data.terminator_span);
            return Ok(());
        }
        let jumps = match terminator {
            Terminator::Jump(call) => vec![(mask.clone(), call)],
            Terminator::Branch { condition, then, otherwise } => {
                let (condition, holds) = self.plain(condition);
                vec![(mask.and(condition, holds), then), (mask.and(condition, !holds), otherwise)]
            }
            _ => return Err(("its ways are not those of conditions", Some(data.terminator_span))),
        };
        for (mask, call) in jumps.into_iter().filter(|(mask, _)| !mask.is_never()) {
            self.incoming.entry(call.block).or_default().push((mask, call.arguments));
        }
        Ok(())
    }

    /// A condition without the inversions around it, and whether it has to hold.
    fn plain(&self, condition: Value) -> (Value, bool) {
        let inst = self.function.defining_inst(condition);
        match inst.map(|inst| &self.function.insts[inst].kind) {
            Some(InstKind::Unary(UnaryOp::Inot, value)) => (*value, false),
            _ => (condition, true),
        }
    }

    /// What stands for a value.
    fn resolve(&self, value: Value) -> Value {
        self.masked.replaced.get(&value).copied().unwrap_or(value)
    }

    /// Selects what a block is passed.
    fn parameters(&mut self, block: Block, data: &BlockData) {
        let incoming = self.incoming.remove(&block).unwrap_or_default();
        for (position, parameter) in data.parameters.iter().enumerate() {
            // What several jumps pass is selected once.
            let mut passed: Vec<(Mask, Value)> = Vec::new();
            for (mask, arguments) in incoming.iter().rev() {
                let value = arguments[position];
                match passed.iter_mut().find(|(known, other)| *other == value && known.or(mask).is_some()) {
                    Some((known, _)) => *known = known.or(mask).expect("it was found"),
                    None => passed.push((mask.clone(), value)),
                }
            }
            let mut passed = passed.into_iter();
            let Some((mut all, mut value)) = passed.next() else { continue };
            for (mask, other) in passed {
                value = self.choose((&mask, other), (&all, value), data.terminator_span);
                all = all.or(&mask).unwrap_or(all);
            }
            self.masked.replaced.insert(*parameter, value);
        }
    }

    /// Removes what nothing needs any more: of what stood under conditions, and of what was made here. The rest may be used behind the loop.
    fn remove_dead(&mut self) {
        let header = &self.function.blocks[self.masked.header];
        let mut needed: FxHashSet<Value> = self.masked.replaced.values().copied().collect();
        header.terminator.for_each_operand(|value| {
            needed.insert(value);
        });
        let mut kept = Vec::with_capacity(header.insts.len());
        for inst in header.insts.iter().rev() {
            let data = &self.function.insts[*inst];
            let has_effect = !data.kind.is_pure() && !matches!(data.kind.access(), InstKind::Load { .. });
            let is_needed = data.results.iter().any(|value| needed.contains(value));
            if has_effect || is_needed || self.unconditional.contains(inst) {
                data.kind.for_each_operand(|value| {
                    needed.insert(value);
                });
                kept.push(*inst);
            }
        }
        kept.reverse();
        self.function.blocks[self.masked.header].insts = kept;
    }

    /// The first value where its mask holds, the second where its does; they exclude each other.
    fn choose(&mut self, first: (&Mask, Value), second: (&Mask, Value), span: Span) -> Value {
        if first.1 == second.1 {
            return first.1;
        }
        let masks = first.0.apart(second.0);
        let by = |mask: &Mask| mask.single();
        let (condition, then, otherwise) = match (by(&masks[0]), by(&masks[1])) {
            (Some((condition, true)), _) => (condition, first.1, second.1),
            (_, Some((condition, true))) => (condition, second.1, first.1),
            (Some((condition, false)), _) => (condition, second.1, first.1),
            (_, Some((condition, false))) => (condition, first.1, second.1),
            (None, None) if masks[1].alternatives().len() < masks[0].alternatives().len() => {
                (self.condition(&masks[1], span), second.1, first.1)
            }
            (None, None) => (self.condition(&masks[0], span), first.1, second.1),
        };
        self.value(InstKind::Select { condition, then, otherwise }, span)
    }

    /// A mask that does not always hold, as a value.
    fn condition(&mut self, mask: &Mask, span: Span) -> Value {
        let mut any = None;
        for alternative in mask.alternatives() {
            let mut all = None;
            for (condition, holds) in alternative {
                let literal = match holds {
                    true => *condition,
                    false => self.value(InstKind::Unary(UnaryOp::Inot, *condition), span),
                };
                all = Some(self.combined(BinaryOp::And, all, literal, span));
            }
            let all = all.expect("it does not always hold");
            any = Some(self.combined(BinaryOp::Or, any, all, span));
        }
        any.expect("a block that is reached has a mask")
    }

    fn combined(&mut self, op: BinaryOp, known: Option<Value>, other: Value, span: Span) -> Value {
        known.map_or(other, |known| self.value(InstKind::Binary(op, known, other), span))
    }

    /// Computes something in the header, once.
    fn value(&mut self, kind: InstKind, span: Span) -> Value {
        if let Some(known) = self.known.get(&kind) {
            return *known;
        }
        let inst = self.function.append_inst(self.masked.header, kind.clone(), span);
        let value = self.function.insts[inst].results[0];
        self.known.insert(kind, value);
        value
    }

    /// Moves an instruction to the header, if it can be done there.
    fn inst(&mut self, inst: Inst, mask: &Mask) -> Result<(), Obstacle> {
        let kind = self.function.insts[inst].kind.clone().map_operands(|value| self.resolve(value));
        match mask.is_always() {
            true => drop(self.unconditional.insert(inst)),
            false => self.moved += 1,
        }
        let here = Some(self.function.insts[inst].span);
        if self.moved > MOST_INSTS {
            return Err(("too much stands behind its branches", here));
        }
        if kind.is_speculatable(self.function) {
            self.pure(inst, kind);
            return Ok(());
        }
        match kind {
            InstKind::Load { .. } => self.load(inst, kind, mask),
            InstKind::Store { .. } => self.store(inst, kind, mask),
            InstKind::CheckBounds { index, wrap, .. } => {
                if !wrap {
                    // So that addresses behind checks on different ways are the same.
                    self.masked.replaced.insert(self.function.insts[inst].results[0], index);
                }
                self.access(inst, kind, mask.clone());
            }
            InstKind::Check { condition, error } => {
                let condition = match mask.is_always() {
                    true => condition,
                    false => {
                        let span = self.function.insts[inst].span;
                        let runs = self.condition(mask, span);
                        let never = self.value(InstKind::Unary(UnaryOp::Inot, runs), span);
                        self.value(InstKind::Binary(BinaryOp::Or, condition, never), span)
                    }
                };
                self.push(inst, InstKind::Check { condition, error }, mask.clone());
            }
            InstKind::Call { .. } | InstKind::CallRuntime { .. } => {
                return Err(("it calls a function that cannot be called where it is not wanted", here));
            }
            _ => return Err(("it does something that cannot be done where it is not wanted", here)),
        }
        Ok(())
    }

    fn pure(&mut self, inst: Inst, kind: InstKind) {
        let result = self.function.insts[inst].results[0];
        if let Some(known) = self.known.get(&kind) {
            self.masked.replaced.insert(result, *known);
            return;
        }
        self.known.insert(kind.clone(), result);
        self.function.insts[inst].kind = kind;
        self.function.blocks[self.masked.header].insts.push(inst);
    }

    /// An access where the mask holds.
    fn access(&mut self, inst: Inst, kind: InstKind, mask: Mask) {
        let kind = self.under(kind, &mask, self.function.insts[inst].span);
        self.push(inst, kind, mask);
    }

    fn under(&mut self, kind: InstKind, mask: &Mask, span: Span) -> InstKind {
        match mask.is_always() {
            true => kind,
            false => InstKind::When { condition: self.condition(mask, span), access: Box::new(kind) },
        }
    }

    fn push(&mut self, inst: Inst, kind: InstKind, mask: Mask) {
        self.function.insts[inst].kind = kind;
        self.function.blocks[self.masked.header].insts.push(inst);
        self.accesses.push(Access { inst, mask });
    }

    /// A load; the earlier one if there was one of the same place, perhaps on a way that excludes this one.
    fn load(&mut self, inst: Inst, kind: InstKind, mask: &Mask) {
        let InstKind::Load { region, .. } = kind else { return };
        let region = self.function.regions[region].kind;
        let mut found = None;
        // A load does not go in front of a check that may keep it from being done.
        let mut is_checked = false;
        for (number, access) in self.accesses.iter().enumerate().rev().take(MOST_ACCESSES) {
            let before = self.function.insts[access.inst].kind.access();
            if *before == kind {
                let both = access.mask.or(mask).filter(|both| both.is_always() && !is_checked);
                if mask.implies(&access.mask) || both.is_some() {
                    found = Some((number, both.is_some()));
                }
                break;
            }
            let is_alone = access.mask.excludes(mask);
            if may_write(self.function, before, region) && !is_alone {
                break;
            }
            is_checked |= before.may_raise() && !is_alone;
        }
        let Some((number, becomes_always)) = found else {
            self.access(inst, kind, mask.clone());
            return;
        };
        let earlier = self.accesses[number].inst;
        if becomes_always {
            self.function.insts[earlier].kind = kind;
            self.accesses[number].mask = Mask::always();
        }
        let [result, known] = [inst, earlier].map(|inst| self.function.insts[inst].results[0]);
        self.masked.replaced.insert(result, known);
    }

    /// A store; of a selection if there was one to the same place on a way that excludes this one.
    fn store(&mut self, inst: Inst, kind: InstKind, mask: &Mask) {
        let Some(number) = self.other_store(&kind, mask) else {
            self.access(inst, kind, mask.clone());
            return;
        };
        let InstKind::Store { value, address, offset, region } = kind else { return };
        let Access { inst: earlier, mask: others } = self.accesses.remove(number);
        let InstKind::Store { value: other, .. } = *self.function.insts[earlier].kind.access() else {
            return;
        };
        self.function.blocks[self.masked.header].insts.retain(|inst| *inst != earlier);
        let span = self.function.insts[inst].span;
        let value = self.choose((&others, other), (mask, value), span);
        let both = others.or(mask).expect("it was found before");
        self.access(inst, InstKind::Store { value, address, offset, region }, both);
    }

    /// An earlier store to the same place that is never done where this one is, nor where anything between is done.
    fn other_store(&self, kind: &InstKind, mask: &Mask) -> Option<usize> {
        let place = |kind: &InstKind| match *kind {
            InstKind::Store { value, address, offset, region } => {
                Some((self.function.value_type(value), address, offset, region))
            }
            _ => None,
        };
        let wanted = place(kind);
        let recent = self.accesses.iter().enumerate().rev().take(MOST_ACCESSES);
        let (number, access) = recent
            .clone()
            .find(|(_, access)| place(self.function.insts[access.inst].kind.access()) == wanted)?;
        let moves = self.accesses[number + 1..].iter().all(|between| access.mask.excludes(&between.mask));
        let is_possible = moves && access.mask.excludes(mask) && access.mask.or(mask).is_some();
        is_possible.then_some(number)
    }
}

/// Whether an access may write to a region.
fn may_write(function: &Function, access: &InstKind, kind: RegionKind) -> bool {
    matches!(access, InstKind::Store { region, .. } if function.regions[*region].kind.may_alias(kind))
}
