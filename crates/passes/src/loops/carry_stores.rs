//! Carries what an iteration stores to the load of the next one in a value.
//!
//! Before: `bb1(i): v1 = load a[i]; v2 = ...v1...; store v2, a[i + 1]; ...`
//! After:  `bb0: v0 = load a[initial]   bb1(i, v1): v2 = ...v1...; store v2, a[i + 1]; branch .., bb1(i', v2)`
//!
//! In a loop of a few blocks a load is left out if what it reads was stored by the iteration before, or is, for an address that stays the same, what the
//! last iteration stored there: the addresses are sums with the loop's variable (see `AffineValues`), the store is made in every iteration, and no other store may have come between. Two ways that both end in a store to
//! one place count as one store behind them, and then become it. The first iteration's load moves to the
//! preheader. Where checks or a branch stand before it, it is made there only if none of them fails in the first iteration and it goes that way; if not, that iteration raises before the value would be needed, or does not need it.
//! All stores stay. A load of what was just stored waits for the store, some five cycles, in every iteration. One walk over the loads of each loop, each
//! compared with the stores, [`MOST_STORES`] at most. Does not preserve the control-flow graph.

use crate::analysis::{Affine, AffineValues, CountedLoop, Inside, LoopData, LoopForest};
use crate::edit::jumps_mut;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, Constant, ControlFlow, Definition, Dominators, Function, Inst,
    InstKind, IntCompare, MachineType, RegionKind, Terminator, UnaryOp, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A loop with more stores is not looked at: each load is compared with each.
const MOST_STORES: usize = 8;
/// Checks in front of a load that are asked for the first iteration.
const MOST_CHECKS: usize = 4;
/// A loop of more blocks is not looked at.
const MOST_BLOCKS: usize = 6;
/// Loads of a loop that are left out: each takes a register.
const MOST_CARRIED: usize = 4;

/// Carries what an iteration stores to the load of the next one in a value. The head of its file says how.
pub struct CarryStores;

impl MirPass for CarryStores {
    fn name(&self) -> &'static str {
        "carry-stores"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let is_store = |inst: &Inst| matches!(function.insts[*inst].kind, InstKind::Store { .. });
        let may_end_loop =
            |block: &Block| matches!(function.blocks[*block].terminator, Terminator::Branch { .. });
        let stores = |block: &Block| function.blocks[*block].insts.iter().any(is_store);
        if !function.layout.iter().any(may_end_loop) || !function.layout.iter().any(stores) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        for data in forest.plain_innermost() {
            let Some(mut carrier) = Carrier::new(function, &control_flow, &dominators, data) else {
                continue;
            };
            for span in carrier.run(function) {
                let message = "what the iteration before stored is not loaded".to_owned();
                context.remarks.push(Remark { pass: self.name(), span, message, cause: None });
            }
        }
    }
}

struct Carrier {
    /// The loop's blocks in reverse postorder: the header is the first.
    blocks: Vec<Block>,
    /// For each of them, whether every iteration comes through it.
    always: Vec<bool>,
    latch: Block,
    /// The block to which alone the header goes under its condition, if it does, and whether the condition holds then.
    ways: Vec<(Block, bool)>,
    preheader: Block,
    counted: CountedLoop,
    /// Two stores to one place at the end of two ways, and the block in which the ways meet.
    pairs: Vec<Pair>,
    /// What became of such pairs, by their first stores.
    joined: FxHashMap<Inst, Inst>,
}

#[derive(Clone, Copy)]
struct Pair {
    ends: [Block; 2],
    stores: [Inst; 2],
    meeting: Block,
}

/// A load or store of the loop.
struct Access {
    /// The position in the loop.
    at: usize,
    inst: Inst,
    is_store: bool,
    /// Whether it is made in every iteration.
    is_always: bool,
    ty: MachineType,
    region: RegionKind,
    address: Option<Affine>,
}

impl Carrier {
    fn new(
        function: &Function,
        control_flow: &ControlFlow,
        dominators: &Dominators,
        data: &LoopData,
    ) -> Option<Self> {
        let &[latch] = data.latches.as_slice() else { return None };
        let blocks = data.blocks.in_reverse_postorder(control_flow);
        if blocks.len() > MOST_BLOCKS {
            return None;
        }
        let counted = CountedLoop::counting(function, control_flow, data)?;
        if counted.test_block != latch {
            return None;
        }
        let preheader = data.preheader(function, control_flow)?;
        let always = blocks.iter().map(|block| dominators.dominates(*block, latch)).collect();
        let ways = match &function.blocks[data.header].terminator {
            Terminator::Branch { then, otherwise, .. } if then.block != otherwise.block => {
                let ways = [(then.block, true), (otherwise.block, false)].into_iter();
                ways.filter(|(block, _)| control_flow.predecessors(*block) == [data.header]).collect()
            }
            _ => Vec::new(),
        };
        let pair = |meeting: &Block| Pair::find(function, control_flow, *meeting);
        let pairs = blocks[1..].iter().filter_map(pair).collect();
        let joined = FxHashMap::default();
        Some(Self { blocks, always, latch, ways, preheader, counted, pairs, joined })
    }

    /// Leaves out what loads it can; gives their places.
    fn run(&mut self, function: &mut Function) -> Vec<Span> {
        let mut spans = Vec::new();
        for (load, store) in self.find(function).into_iter().take(MOST_CARRIED) {
            if let Some(first) = self.first_value(function, load) {
                let store = self.one_store(function, store);
                self.carry(function, load, first, store);
                spans.push(function.insts[load].span);
            }
        }
        spans
    }

    /// The loads that read what the iteration before stored, each with that store.
    fn find(&self, function: &Function) -> Vec<(Inst, Inst)> {
        let insts = || self.blocks.iter().flat_map(|block| &function.blocks[*block].insts);
        if insts().any(|inst| is_opaque(&function.insts[*inst].kind)) {
            return Vec::new();
        }
        let inside = Rc::new(Inside::new(function, self.blocks.iter().copied()));
        let mut values = AffineValues::new(function, inside, vec![self.counted.variable]);
        let (mut stores, mut loads, mut at) = (Vec::new(), Vec::new(), 0);
        for (block, always) in self.blocks.iter().zip(&self.always) {
            let meets = self.pairs.iter().find(|pair| pair.meeting == *block).map(|pair| &pair.stores[0]);
            for inst in meets.into_iter().chain(&function.blocks[*block].insts) {
                at += 1;
                let is_of_pair = self.pairs.iter().any(|pair| pair.stores.contains(inst));
                if is_of_pair && meets != Some(inst) {
                    continue;
                }
                match Access::of(function, &mut values, at, *inst, *always) {
                    Some(access) if access.is_store => stores.push(access),
                    Some(access) => loads.push(access),
                    None => {}
                }
            }
        }
        if stores.is_empty() || stores.len() > MOST_STORES {
            return Vec::new();
        }
        let source = |load: &Access| {
            let store = stores.iter().rev().find(|store| self.is_stored_before(load, store))?;
            let is_undisturbed = stores.iter().all(|other| leaves_alone(other, load, store));
            is_undisturbed.then_some((load.inst, store.inst))
        };
        loads.iter().filter_map(source).collect()
    }

    /// Makes one store of two at the end of two ways, where they meet.
    fn one_store(&mut self, function: &mut Function, store: Inst) -> Inst {
        if let Some(one) = self.joined.get(&store) {
            return *one;
        }
        let Some(at) = self.pairs.iter().position(|pair| pair.stores[0] == store) else { return store };
        let Pair { ends, stores, meeting } = self.pairs.swap_remove(at);
        let span = function.insts[store].span;
        let mut kind = function.insts[store].kind.clone();
        for (end, own) in ends.into_iter().zip(stores) {
            let InstKind::Store { value, .. } = function.insts[own].kind else {
                unreachable!("a pair of stores")
            };
            function.blocks[end].insts.retain(|inst| *inst != own);
            jumps_mut(&mut function.blocks[end].terminator)[0].arguments.push(value);
        }
        if let InstKind::Store { value, .. } = &mut kind {
            *value = function.add_parameter(meeting, function.value_type(*value));
        }
        let one = function.create_inst(kind, span);
        function.blocks[meeting].insts.insert(0, one);
        self.joined.insert(store, one);
        one
    }

    /// Whether the store of an iteration writes what the load of the next one reads.
    fn is_stored_before(&self, load: &Access, store: &Access) -> bool {
        let (Some(read), Some(written)) = (&load.address, &store.address) else { return false };
        store.is_always
            && load.ty == store.ty
            && read.steps == written.steps
            && read.start.clone().plus(&read.steps[0], self.counted.step) == written.start
    }

    /// What the load gives in the first iteration, computed in front of the loop; the block that leads to the loop may be another one then.
    fn first_value(&mut self, function: &mut Function, load: Inst) -> Option<Value> {
        let header = self.blocks[0];
        let home = self.blocks.iter().copied().find(|block| function.blocks[*block].insts.contains(&load))?;
        let mut insts = function.blocks[header].insts.clone();
        let mut way = None;
        if home != header {
            let (_, holds) = *self.ways.iter().find(|(block, _)| *block == home)?;
            let Terminator::Branch { condition, .. } = function.blocks[header].terminator else {
                return None;
            };
            way = Some((condition, holds));
            insts.extend(&function.blocks[home].insts);
        }
        let at = insts.iter().position(|inst| *inst == load).expect("the load stands in the loop");
        let is_check = |inst: &&Inst| {
            let kind = &function.insts[**inst].kind;
            kind.may_raise() && !matches!(kind, InstKind::Safepoint)
        };
        let checks: Vec<Inst> = insts[..at].iter().filter(is_check).copied().collect();
        let InstKind::Load { ty, address, offset, region } = function.insts[load].kind else {
            unreachable!("a load is carried")
        };
        let mut first = FirstIteration::new(function, &self.blocks, self.preheader);
        let is_known = checks.len() <= MOST_CHECKS
            && checks.iter().all(|check| first.can_ask(function, *check))
            && way.is_none_or(|(condition, _)| first.can_compute(function, condition))
            && first.can_compute(function, address);
        if !is_known {
            return None;
        }
        let mut builder = Builder::at(function, self.preheader);
        builder.set_span(builder.function.insts[load].span);
        let mut conditions: Vec<Value> = checks.iter().map(|check| first.ask(&mut builder, *check)).collect();
        if let Some((condition, holds)) = way {
            let condition = first.compute(&mut builder, condition);
            let inverted = InstKind::Unary(UnaryOp::Inot, condition);
            conditions.push(if holds { condition } else { builder.value(inverted) });
        }
        let address = first.compute(&mut builder, address);
        let kind = InstKind::Load { ty, address, offset, region };
        let mut and = |all, condition| builder.binary(BinaryOp::And, all, condition);
        match conditions.into_iter().reduce(&mut and) {
            None => Some(builder.value(kind)),
            Some(condition) => Some(self.load_if(function, condition, kind, ty)),
        }
    }

    /// Loads in front of the loop where the condition holds; the value is not used where it does not.
    fn load_if(
        &mut self,
        function: &mut Function,
        condition: Value,
        kind: InstKind,
        ty: MachineType,
    ) -> Value {
        let before = self.preheader;
        let span = function.blocks[before].terminator_span;
        let (loading, _) = new_block_behind(function, before, None);
        let (behind, parameter) = new_block_behind(function, loading, Some(ty));
        let onward = std::mem::replace(&mut function.blocks[before].terminator, Terminator::Unreachable);
        let mut builder = Builder::at(function, before);
        builder.set_span(span);
        let nothing = builder.value(InstKind::Const(zero(ty)));
        builder.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(loading, Vec::new()),
            otherwise: BlockCall::new(behind, vec![nothing]),
        });
        builder.switch_to(loading);
        let loaded = builder.value(kind);
        builder.jump(behind, &[loaded]);
        builder.switch_to(behind);
        builder.terminate(onward);
        self.preheader = behind;
        parameter.expect("a block with a parameter")
    }

    /// Makes the load's result a parameter: `first` in the first iteration, what is stored in the others.
    fn carry(&self, function: &mut Function, load: Inst, first: Value, store: Inst) {
        let result = function.insts[load].results[0];
        let InstKind::Store { value: stored, .. } = function.insts[store].kind else {
            unreachable!("a store is carried")
        };
        let header = self.blocks[0];
        let parameter = function.add_parameter(header, function.value_type(result));
        for (from, argument) in [(self.preheader, first), (self.latch, stored)] {
            for call in jumps_mut(&mut function.blocks[from].terminator) {
                if call.block == header {
                    call.arguments.push(argument);
                }
            }
        }
        for block in &self.blocks {
            function.blocks[*block].insts.retain(|inst| *inst != load);
        }
        function.replace_uses(|value| if value == result { parameter } else { value });
    }
}

impl Pair {
    /// The stores in front of a block where two ways meet, if both are to one place and the last that is done there.
    fn find(function: &Function, control_flow: &ControlFlow, meeting: Block) -> Option<Self> {
        let &[one, other] = control_flow.predecessors(meeting) else { return None };
        let ends = [one, other];
        let last = |end: Block| {
            let data = &function.blocks[end];
            let goes_on = matches!(&data.terminator, Terminator::Jump(call) if call.block == meeting);
            data.insts.last().copied().filter(|_| goes_on)
        };
        let stores = [last(one)?, last(other)?];
        let place = |store: Inst| match function.insts[store].kind {
            InstKind::Store { value, address, offset, region } => {
                Some((function.value_type(value), address, offset, region))
            }
            _ => None,
        };
        (place(stores[0])? == place(stores[1])?).then_some(Self { ends, stores, meeting })
    }
}

/// Whether another store does not come between the store of one iteration and the load of the next.
fn leaves_alone(other: &Access, load: &Access, store: &Access) -> bool {
    let is_behind = other.at > store.at;
    let is_before = other.at < load.at;
    (!is_behind || other.is_apart_from(store)) && (!is_before || other.is_apart_from(load))
}

impl Access {
    fn of(
        function: &Function,
        values: &mut AffineValues<'_>,
        at: usize,
        inst: Inst,
        is_always: bool,
    ) -> Option<Self> {
        let (is_store, ty, address, offset, region) = match function.insts[inst].kind {
            InstKind::Load { ty, address, offset, region } => (false, ty, address, offset, region),
            InstKind::Store { value, address, offset, region } => {
                (true, function.value_type(value), address, offset, region)
            }
            _ => return None,
        };
        let address = values.of(address).map(|mut address| {
            address.start.constant = address.start.constant.wrapping_add(i64::from(offset));
            address
        });
        Some(Self { at, inst, is_store, is_always, ty, region: function.regions[region].kind, address })
    }

    /// Whether two accesses of one iteration touch different bytes for sure.
    fn is_apart_from(&self, other: &Self) -> bool {
        if !self.region.may_alias(other.region) {
            return true;
        }
        let (Some(a), Some(b)) = (&self.address, &other.address) else { return false };
        let distance = a.start.constant.wrapping_sub(b.start.constant);
        let sizes = [self.ty, other.ty].map(|ty| i64::from(ty.size_bytes()));
        a.steps == b.steps
            && a.start.terms == b.start.terms
            && (distance >= sizes[1] || distance <= -sizes[0])
    }
}

/// Whether an instruction may write memory by other means than a store, or makes an index something else than a sum.
fn is_opaque(kind: &InstKind) -> bool {
    match kind {
        InstKind::Call { .. } | InstKind::When { .. } => true,
        InstKind::CallRuntime { .. } => !kind.is_pure(),
        InstKind::CheckBounds { wrap, .. } => *wrap,
        InstKind::Const(_)
        | InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Convert(..)
        | InstKind::PtrAdd { .. }
        | InstKind::Load { .. }
        | InstKind::Store { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::Check { .. }
        | InstKind::FunctionAddress(_)
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => false,
    }
}

/// What the values of a loop are in its first iteration, computed in front of it.
struct FirstIteration {
    insts: FxHashSet<Inst>,
    /// The loads that are made first of all: in front of the loop they give the same.
    early: FxHashSet<Inst>,
    /// The loop's values that are known there, the parameters to begin with.
    known: FxHashMap<Value, Value>,
}

impl FirstIteration {
    fn new(function: &Function, blocks: &[Block], preheader: Block) -> Self {
        let Terminator::Jump(call) = &function.blocks[preheader].terminator else {
            unreachable!("a preheader jumps to its loop")
        };
        let header = &function.blocks[blocks[0]];
        let is_first = |inst: &&Inst| {
            let kind = &function.insts[**inst].kind;
            !kind.may_raise() && !matches!(kind, InstKind::Store { .. })
        };
        let is_load = |inst: &&Inst| matches!(function.insts[**inst].kind, InstKind::Load { .. });
        Self {
            insts: blocks.iter().flat_map(|block| &function.blocks[*block].insts).copied().collect(),
            early: header.insts.iter().take_while(is_first).filter(is_load).copied().collect(),
            known: header.parameters.iter().copied().zip(call.arguments.iter().copied()).collect(),
        }
    }

    /// The instruction of the loop that computes a value not known yet.
    fn own_inst(&self, function: &Function, value: Value) -> Option<Inst> {
        if self.known.contains_key(&value) {
            return None;
        }
        match function.values[value].definition {
            Definition::Result(inst, _) => self.insts.contains(&inst).then_some(inst),
            Definition::Parameter(..) => None,
        }
    }

    fn can_compute(&self, function: &Function, value: Value) -> bool {
        let Some(inst) = self.own_inst(function, value) else { return true };
        let kind = &function.insts[inst].kind;
        let mut is_possible = kind.is_speculatable(function) || matches!(kind, InstKind::CheckBounds { .. });
        is_possible &= !matches!(kind, InstKind::CallRuntime { .. });
        is_possible |= self.early.contains(&inst);
        kind.for_each_operand(|operand| is_possible = is_possible && self.can_compute(function, operand));
        is_possible
    }

    /// Whether it can be asked if a check passes.
    fn can_ask(&self, function: &Function, check: Inst) -> bool {
        match function.insts[check].kind {
            InstKind::CheckBounds { index, length, wrap: false, .. } => {
                self.can_compute(function, index) && self.can_compute(function, length)
            }
            InstKind::Check { condition, .. } => self.can_compute(function, condition),
            _ => false,
        }
    }

    fn compute(&mut self, builder: &mut Builder<'_>, value: Value) -> Value {
        let Some(inst) = self.own_inst(builder.function, value) else {
            return self.known.get(&value).copied().unwrap_or(value);
        };
        let computed = match builder.function.insts[inst].kind.clone() {
            // A check that passes gives its index.
            InstKind::CheckBounds { index, .. } => self.compute(builder, index),
            kind => {
                let kind = kind.map_operands(|operand| self.compute(builder, operand));
                builder.value(kind)
            }
        };
        self.known.insert(value, computed);
        computed
    }

    fn ask(&mut self, builder: &mut Builder<'_>, check: Inst) -> Value {
        match builder.function.insts[check].kind {
            InstKind::CheckBounds { index, length, .. } => {
                let (index, length) = (self.compute(builder, index), self.compute(builder, length));
                builder.compare(IntCompare::Ult, index, length)
            }
            InstKind::Check { condition, .. } => self.compute(builder, condition),
            _ => unreachable!("only checks are asked"),
        }
    }
}

/// A new block behind another one in the layout, perhaps with a parameter.
fn new_block_behind(
    function: &mut Function,
    before: Block,
    ty: Option<MachineType>,
) -> (Block, Option<Value>) {
    let block = function.add_block();
    function.layout.pop();
    let at = function.layout.iter().position(|other| *other == before).expect("the block is in the layout");
    function.layout.insert(at + 1, block);
    (block, ty.map(|ty| function.add_parameter(block, ty)))
}

fn zero(ty: MachineType) -> Constant {
    match ty {
        MachineType::F32 => Constant::f32(0.0),
        MachineType::F64 => Constant::f64(0.0),
        MachineType::I1
        | MachineType::I8
        | MachineType::I16
        | MachineType::I32
        | MachineType::I64
        | MachineType::Ptr => Constant::int(ty, 0),
    }
}
