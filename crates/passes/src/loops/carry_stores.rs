//! Carries what an iteration stores to the load of the next one in a value.
//!
//! Before: `bb1(i): v1 = load a[i]; v2 = ...v1...; store v2, a[i + 1]; ...`
//! After:  `bb0: v0 = load a[initial]   bb1(i, v1): v2 = ...v1...; store v2, a[i + 1]; branch .., bb1(i', v2)`
//!
//! In a loop of one block a load is left out if what it reads was stored by the iteration before, or is, for an address that stays the same, what the
//! last iteration stored there: the addresses are sums with the loop's variable (see `AffineValues`), and no other store may have come between. The first iteration's load moves to the
//! preheader. Where checks stand before it, it is made there only if none of them fails in the first iteration; if one does, that iteration raises before the value would be needed.
//! All stores stay. A load of what was just stored waits for the store, some five cycles, in every iteration. One walk over the loads of each loop, each
//! compared with the stores, [`MOST_STORES`] at most. Does not preserve the control-flow graph.

use crate::analysis::{Affine, AffineValues, CountedLoop, LoopForest};
use crate::edit::jumps_mut;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, Constant, ControlFlow, Definition, Dominators, Function, Inst,
    InstKind, IntCompare, MachineType, RegionKind, Terminator, Value,
};
use rustc_hash::FxHashMap;

/// A loop with more stores is not looked at: each load is compared with each.
const MOST_STORES: usize = 8;
/// Checks in front of a load that are asked for the first iteration.
const MOST_CHECKS: usize = 4;
/// Loads of a loop that are left out: each takes a register.
const MOST_CARRIED: usize = 4;

/// Carries what an iteration stores to the load of the next one in a value. The head of its file says how.
pub struct CarryStores;

impl MirPass for CarryStores {
    fn name(&self) -> &'static str {
        "carry-stores"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let has_loop_with_store = |block: &Block| {
            let is_store = |inst: &Inst| matches!(function.insts[*inst].kind, InstKind::Store { .. });
            goes_back(function, *block) && function.blocks[*block].insts.iter().any(is_store)
        };
        if !function.layout.iter().any(has_loop_with_store) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        for data in forest.plain_innermost() {
            if data.latches != [data.header] {
                continue;
            }
            let Some(counted) = CountedLoop::counting(function, &control_flow, data) else { continue };
            let preheader = data.preheader(function, &control_flow).expect("a counted loop has one");
            let mut carrier = Carrier { block: data.header, preheader, counted };
            for span in carrier.run(function) {
                let message = "what the iteration before stored is not loaded".to_owned();
                context.remarks.push(Remark { pass: self.name(), span, message, cause: None });
            }
        }
    }
}

/// Whether a block is a loop by itself.
fn goes_back(function: &Function, block: Block) -> bool {
    let mut goes_back = false;
    function.blocks[block].terminator.for_each_target(|target| goes_back |= target == block);
    goes_back
}

struct Carrier {
    block: Block,
    preheader: Block,
    counted: CountedLoop,
}

/// A load or store of the loop.
struct Access {
    /// The position in the block.
    at: usize,
    inst: Inst,
    /// What is stored.
    stored: Option<Value>,
    ty: MachineType,
    region: RegionKind,
    address: Option<Affine>,
}

impl Carrier {
    /// Leaves out what loads it can; gives their places.
    fn run(&mut self, function: &mut Function) -> Vec<Span> {
        let mut spans = Vec::new();
        for (load, store) in self.find(function).into_iter().take(MOST_CARRIED) {
            if let Some(first) = self.first_value(function, load) {
                self.carry(function, load, first, store);
                spans.push(function.insts[load].span);
            }
        }
        spans
    }

    /// The loads that read what the iteration before stored, each with that store.
    fn find(&self, function: &Function) -> Vec<(Inst, Inst)> {
        let insts = &function.blocks[self.block].insts;
        if insts.iter().any(|inst| is_opaque(&function.insts[*inst].kind)) {
            return Vec::new();
        }
        let mut values = AffineValues::of_block(function, self.block, self.counted.variable);
        let access = |(at, inst): (usize, &Inst)| Access::of(function, &mut values, at, *inst);
        let accesses: Vec<Access> = insts.iter().enumerate().filter_map(access).collect();
        let (stores, loads): (Vec<Access>, Vec<Access>) =
            accesses.into_iter().partition(|access| access.stored.is_some());
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

    /// Whether the store of an iteration writes what the load of the next one reads.
    fn is_stored_before(&self, load: &Access, store: &Access) -> bool {
        let (Some(read), Some(written)) = (&load.address, &store.address) else { return false };
        load.ty == store.ty
            && read.steps == written.steps
            && read.start.clone().plus(&read.steps[0], self.counted.step) == written.start
    }

    /// What the load gives in the first iteration, computed in front of the loop; the block that leads to the loop may be another one then.
    fn first_value(&mut self, function: &mut Function, load: Inst) -> Option<Value> {
        let insts = &function.blocks[self.block].insts;
        let at = insts.iter().position(|inst| *inst == load).expect("the load stands in the loop");
        let is_check = |inst: &&Inst| {
            let kind = &function.insts[**inst].kind;
            kind.may_raise() && !matches!(kind, InstKind::Safepoint)
        };
        let checks: Vec<Inst> = insts[..at].iter().filter(is_check).copied().collect();
        let InstKind::Load { ty, address, offset, region } = function.insts[load].kind else {
            unreachable!("a load is carried")
        };
        let mut first = FirstIteration::new(function, self.block, self.preheader);
        let is_known = checks.len() <= MOST_CHECKS
            && checks.iter().all(|check| first.can_ask(function, *check))
            && first.can_compute(function, address);
        if !is_known {
            return None;
        }
        let mut builder = Builder::at(function, self.preheader);
        builder.set_span(builder.function.insts[load].span);
        let conditions: Vec<Value> = checks.iter().map(|check| first.ask(&mut builder, *check)).collect();
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
        let parameter = function.add_parameter(self.block, function.value_type(result));
        for (from, argument) in [(self.preheader, first), (self.block, stored)] {
            for call in jumps_mut(&mut function.blocks[from].terminator) {
                if call.block == self.block {
                    call.arguments.push(argument);
                }
            }
        }
        function.blocks[self.block].insts.retain(|inst| *inst != load);
        function.replace_uses(|value| if value == result { parameter } else { value });
    }
}

/// Whether another store does not come between the store of one iteration and the load of the next.
fn leaves_alone(other: &Access, load: &Access, store: &Access) -> bool {
    let is_behind = other.at > store.at;
    let is_before = other.at < load.at;
    (!is_behind || other.is_apart_from(store)) && (!is_before || other.is_apart_from(load))
}

impl Access {
    fn of(function: &Function, values: &mut AffineValues<'_>, at: usize, inst: Inst) -> Option<Self> {
        let (stored, ty, address, offset, region) = match function.insts[inst].kind {
            InstKind::Load { ty, address, offset, region } => (None, ty, address, offset, region),
            InstKind::Store { value, address, offset, region } => {
                (Some(value), function.value_type(value), address, offset, region)
            }
            _ => return None,
        };
        let address = values.of(address).map(|mut address| {
            address.start.constant = address.start.constant.wrapping_add(i64::from(offset));
            address
        });
        Some(Self { at, inst, stored, ty, region: function.regions[region].kind, address })
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
    block: Block,
    /// The loop's values that are known there, the parameters to begin with.
    known: FxHashMap<Value, Value>,
}

impl FirstIteration {
    fn new(function: &Function, block: Block, preheader: Block) -> Self {
        let Terminator::Jump(call) = &function.blocks[preheader].terminator else {
            unreachable!("a preheader jumps to its loop")
        };
        let parameters = function.blocks[block].parameters.iter().copied();
        Self { block, known: parameters.zip(call.arguments.iter().copied()).collect() }
    }

    /// The instruction of the loop that computes a value not known yet.
    fn own_inst(&self, function: &Function, value: Value) -> Option<Inst> {
        if self.known.contains_key(&value) {
            return None;
        }
        match function.values[value].definition {
            Definition::Result(inst, _) => function.blocks[self.block].insts.contains(&inst).then_some(inst),
            Definition::Parameter(..) => None,
        }
    }

    fn can_compute(&self, function: &Function, value: Value) -> bool {
        let Some(inst) = self.own_inst(function, value) else { return true };
        let kind = &function.insts[inst].kind;
        let mut is_possible = kind.is_speculatable(function) || matches!(kind, InstKind::CheckBounds { .. });
        is_possible &= !matches!(kind, InstKind::CallRuntime { .. });
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
