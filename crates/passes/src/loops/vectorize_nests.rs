//! Marks loops with loops in them whose iterations may run several at once.
//!
//! Before: `bb1(j): jump bb2(0, 0.0)  bb2(k, s): s' = s + a[k] * b[k, j]; ... branch k' < m, bb2(k', s'), bb3(s')  bb3(s): store s, c[j]; ... branch j' < n, bb1(j'), bb4`
//! After: the same, `bb1(j) vector j below n when ...:`
//!
//! That pays where the inner loop cannot run in vectors itself: it adds up floats in order, or is left one day or another, as an escape loop. The iterations of the outer loop must load and store memory one element behind
//! the other, or what is the same for all of them, store where nothing can stop them any more, and pass nothing on. What they store must lie apart from all
//! else that the nest reads and stores: compared by ranges of addresses at run time, in the preheader, which is the mark's condition. Which shapes of loops can be done: see
//! `hotloop_mir::NestPlan`. In front of the pass that cuts inner loops into strips, so that their limits are still known. Preserves the control-flow graph.

use crate::analysis::{CountedLoop, ExitTest, Linear, LoopData, LoopForest, NestSum, NestValues};
use crate::{MirPass, PassContext};
use hotloop_diagnostics::Remark;
use hotloop_mir::{
    BinaryOp, Block, Builder, Constant, ControlFlow, Dominators, FloatFlags, Function, InstKind, IntCompare,
    MachineType, NestPlan, RegionKind, Shape, Terminator, Value, VectorLoop,
};
use rustc_hash::FxHashMap;

/// A nest with more loads and stores is not looked at: each is compared with each.
const MOST_ACCESSES: usize = 32;
/// So many loops of a function are looked at.
const MOST_LOOPS: usize = 200;
/// A nest has so many blocks at most.
const MOST_BLOCKS: usize = 24;
/// Numbers of iterations and strides lie between `-FAR` and `FAR`, and constant factors are smaller than `SMALL`, so that no sum overflows.
const FAR: i64 = 1 << 30;
const SMALL: i64 = 1 << 20;

/// Marks loops with loops in them whose iterations may run several at once. The head of its file says how.
pub struct VectorizeNests;

impl MirPass for VectorizeNests {
    fn name(&self) -> &'static str {
        "vectorize-nests"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let loops: Vec<&LoopData> = forest.loops.values().collect();
        // Inner loops come behind the loops that hold them.
        for data in loops.into_iter().rev().filter(|data| !data.is_innermost).take(MOST_LOOPS) {
            let span = data.span(function);
            let message = match consider(function, &control_flow, &forest, data) {
                Ok(()) => "several iterations of this loop, with the loops in it, may run at once".to_owned(),
                Err(reason) => {
                    format!("{NEST_ONE_BY_ONE}{reason}")
                }
            };
            context.remarks.push(Remark { pass: self.name(), span, message, cause: None });
        }
    }
}

/// How the remark about a loop with loops in it that is not marked begins; the reason follows.
pub const NEST_ONE_BY_ONE: &str = "the iterations of this loop, with the loops in it, run one by one: ";

/// Why a loop is not marked.
type Reason = &'static str;

/// Marks the loop if it can be.
fn consider(
    function: &mut Function,
    control_flow: &ControlFlow,
    forest: &LoopForest,
    data: &LoopData,
) -> Result<(), Reason> {
    let preheader = data.preheader(function, control_flow).ok_or("it is entered in several ways")?;
    if data.is_parallel || data.blocks.iter().count() > MOST_BLOCKS {
        return Err("it is large");
    }
    if data.blocks.iter().any(|block| function.blocks[block].vector.is_some()) {
        return Err("a loop in it is done so");
    }
    let counted = CountedLoop::counting(function, control_flow, data)
        .filter(|counted| counted.step == 1 && counted.test == ExitTest::Bottom)
        .ok_or("it does not count up by one to a limit")?;
    let mark = VectorLoop {
        variable: counted.variable,
        limit: counted.limit,
        condition: None,
        accumulators: Vec::new(),
    };
    function.blocks[data.header].vector = Some(mark);
    let ranges = Nest::find(function, control_flow, forest, data, &counted);
    function.blocks[data.header].vector = None;
    let (apart, loops, copied) = ranges?;
    let mut front = Front::new(function, preheader, &copied);
    let condition = front.conditions(&apart, &loops);
    let mark =
        VectorLoop { variable: counted.variable, limit: counted.limit, condition, accumulators: Vec::new() };
    function.blocks[data.header].vector = Some(mark);
    Ok(())
}

/// A load or store of the nest.
#[derive(Clone, Debug, PartialEq)]
struct Access {
    is_store: bool,
    region: RegionKind,
    size_bytes: i64,
    address: NestSum,
}

/// The limits of a loop's variable.
#[derive(Clone, Copy, Debug)]
struct Limits {
    initial: Value,
    limit: Value,
}

/// What must lie apart, the limits of the loops, and what the nest computes alike in every iteration.
type Found = (Vec<[Access; 2]>, Vec<Limits>, FxHashMap<Value, InstKind>);

/// A nest that is looked at.
struct Nest<'a> {
    function: &'a Function,
    plan: NestPlan<'a>,
    values: NestValues<'a>,
}

impl<'a> Nest<'a> {
    fn find(
        function: &'a Function,
        control_flow: &ControlFlow,
        forest: &LoopForest,
        data: &LoopData,
        counted: &CountedLoop,
    ) -> Result<Found, Reason> {
        let plan = NestPlan::new(function, control_flow, data.header)
            .ok_or("it has a shape that is not done in vectors")?;
        let is_inside = |inner: &&LoopData| inner.header != data.header && data.blocks.contains(inner.header);
        let inner: Vec<&LoopData> = forest.loops.values().filter(is_inside).collect();
        if !inner.iter().all(|inner| is_worth_it(function, &plan, inner)) {
            return Err("a loop in it may do better alone");
        }
        let mut variables = vec![counted.variable];
        let mut limits = vec![Limits { initial: counted.initial, limit: counted.limit }];
        for inner in inner {
            if let Some(found) = CountedLoop::find(function, control_flow, inner)
                && found.step == 1
            {
                variables.push(found.variable);
                limits.push(Limits { initial: found.initial, limit: found.limit });
            }
        }
        let values = NestValues::new(function, &plan.blocks, variables);
        let mut nest = Self { function, plan, values };
        let accesses = nest.accesses()?;
        let apart = nest.apart(&accesses)?;
        let mut copied = FxHashMap::default();
        let sums = apart.iter().flatten().flat_map(|access| {
            std::iter::once(&access.address.start).chain(&access.address.steps).cloned().collect::<Vec<_>>()
        });
        let named: Vec<Value> =
            sums.flat_map(|sum: Linear| sum.terms.into_iter().map(|(value, _)| value)).collect();
        let named = named.into_iter().chain(limits.iter().flat_map(|limits| [limits.initial, limits.limit]));
        for value in named.collect::<Vec<_>>() {
            nest.note_copied(value, &mut copied)?;
        }
        Ok((apart, limits, copied))
    }

    /// The loads and stores, in order.
    fn accesses(&mut self) -> Result<Vec<Access>, Reason> {
        let mut accesses = Vec::new();
        for block in self.plan.blocks.clone() {
            for inst in &self.function.blocks[block].insts {
                let (is_store, ty, address, offset, region) = match self.function.insts[*inst].kind {
                    InstKind::Load { ty, address, offset, region } => (false, ty, address, offset, region),
                    InstKind::Store { value, address, offset, region } => {
                        (true, self.function.value_type(value), address, offset, region)
                    }
                    _ => continue,
                };
                let size_bytes = i64::from(ty.size_bytes());
                match self.plan.shape(self.function, address) {
                    Shape::Same if !is_store => {}
                    Shape::Step(step) if step == size_bytes => {}
                    Shape::Same | Shape::Step(_) | Shape::Lanes => {
                        return Err("it does not go through memory one element behind the other");
                    }
                }
                let mut sum = self.values.of(address).ok_or("an address in it is no sum")?;
                sum.start.constant = sum.start.constant.wrapping_add(i64::from(offset));
                let region = self.function.regions[region].kind;
                accesses.push(Access { is_store, region, size_bytes, address: sum });
            }
        }
        if accesses.len() > MOST_ACCESSES {
            return Err("it has too many loads and stores");
        }
        Ok(accesses)
    }

    /// The pairs that must lie apart: a store and all else that may be the same memory, but for what has the same address in every iteration.
    fn apart(&self, accesses: &[Access]) -> Result<Vec<[Access; 2]>, Reason> {
        let mut apart: Vec<[Access; 2]> = Vec::new();
        for (number, store) in accesses.iter().enumerate().filter(|(_, access)| access.is_store) {
            for (other_number, other) in accesses.iter().enumerate() {
                let is_pair = number != other_number && (!other.is_store || other_number < number);
                let is_same = store.address == other.address && store.size_bytes == other.size_bytes;
                if !is_pair || is_same || !store.region.may_alias(other.region) {
                    continue;
                }
                let pair = [store.clone(), other.clone()];
                if !pair.iter().all(|access| self.has_range(access)) {
                    return Err("whether its arrays overlap cannot be asked");
                }
                if !apart.contains(&pair) {
                    apart.push(pair);
                }
            }
        }
        Ok(apart)
    }

    /// Whether the ends of what an access touches can be computed without overflow.
    fn has_range(&self, access: &Access) -> bool {
        let is_small = |number: i64| number.unsigned_abs() < SMALL as u64;
        let is_address = |value: Value| self.function.value_type(value) == MachineType::Ptr;
        let bases = access.address.start.terms.iter().filter(|(value, _)| is_address(*value));
        let steps_fit = access.address.steps.iter().all(|step| match step.terms.as_slice() {
            [] => is_small(step.constant),
            [(value, factor)] => step.constant == 0 && *factor == 1 && !is_address(*value),
            _ => false,
        });
        bases.map(|(_, factor)| *factor).eq([1]) && steps_fit
    }

    /// Notes how a value that is the same in all iterations is computed, with all that it is computed from.
    fn note_copied(&mut self, value: Value, copied: &mut FxHashMap<Value, InstKind>) -> Result<(), Reason> {
        const REASON: Reason = "what it needs is not known in front of it";
        if self.function.constant(value).is_some() || copied.contains_key(&value) {
            return Ok(());
        }
        let sum = self.values.of(value).ok_or(REASON)?;
        if !sum.is_invariant() {
            return Err(REASON);
        }
        if let Some(inst) = self.values.inside(value) {
            let kind = self.function.insts[inst].kind.clone();
            if matches!(kind, InstKind::Load { .. }) {
                return Err(REASON);
            }
            for operand in kind.operands() {
                self.note_copied(operand, copied)?;
            }
            copied.insert(value, kind);
        }
        Ok(())
    }
}

/// Whether a loop in the nest cannot run in vectors itself: floats are added up in order, or lanes leave it one by one.
fn is_worth_it(function: &Function, plan: &NestPlan<'_>, inner: &LoopData) -> bool {
    let is_divergent = plan.divergent_loop(inner.header).is_some();
    let in_order = !function.float_flags.contains(FloatFlags::REASSOC);
    let is_float = |value: &Value| function.value_type(*value).is_float();
    let carries_floats = function.blocks[inner.header].parameters.iter().any(is_float);
    is_divergent || !inner.is_innermost || in_order && carries_floats
}

/// The end of the preheader, where the condition of a mark is computed.
struct Front<'f> {
    builder: Builder<'f>,
    /// How what the nest computes alike in every iteration is computed.
    kinds: &'f FxHashMap<Value, InstKind>,
    /// What was computed here in its place.
    copies: FxHashMap<Value, Value>,
}

impl<'f> Front<'f> {
    fn new(function: &'f mut Function, preheader: Block, kinds: &'f FxHashMap<Value, InstKind>) -> Self {
        let span = match &function.blocks[preheader].terminator {
            Terminator::Jump(call) => function.blocks[call.block].terminator_span,
            _ => function.blocks[preheader].terminator_span,
        };
        let mut builder = Builder::at(function, preheader);
        builder.set_span(span);
        Self { builder, kinds, copies: FxHashMap::default() }
    }

    /// That all pairs lie apart; `None` if there is nothing to ask.
    fn conditions(&mut self, apart: &[[Access; 2]], loops: &[Limits]) -> Option<Value> {
        let mut conditions = Vec::new();
        let mut far = Vec::new();
        for pair in apart {
            for access in pair {
                for (step, limits) in access.address.steps.iter().zip(loops) {
                    if !step.is_zero() {
                        far.extend([limits.initial, limits.limit]);
                        far.extend(step.terms.iter().map(|(value, _)| *value));
                    }
                }
            }
        }
        far.sort_unstable();
        far.dedup();
        for value in far {
            let value = self.value(value);
            if self.builder.function.constant(value).is_some_and(is_near) {
                continue;
            }
            let (far, twice) =
                (self.builder.int(MachineType::I64, FAR), self.builder.int(MachineType::I64, 2 * FAR));
            let shifted = self.builder.binary(BinaryOp::Iadd, value, far);
            conditions.push(self.builder.compare(IntCompare::Ult, shifted, twice));
        }
        for [first, second] in apart {
            let (first, second) = (self.range(first, loops), self.range(second, loops));
            let before = self.builder.compare(IntCompare::Ule, first[1], second[0]);
            let behind = self.builder.compare(IntCompare::Uge, first[0], second[1]);
            conditions.push(self.builder.binary(BinaryOp::Or, before, behind));
        }
        conditions.into_iter().reduce(|all, condition| self.builder.binary(BinaryOp::And, all, condition))
    }

    /// Where what an access touches begins and ends.
    fn range(&mut self, access: &Access, loops: &[Limits]) -> [Value; 2] {
        let mut ends = [access.address.start.constant, access.address.start.constant + access.size_bytes]
            .map(|constant| self.builder.int(MachineType::I64, constant));
        let mut base = None;
        for (value, factor) in &access.address.start.terms {
            if self.builder.function.value_type(*value) == MachineType::Ptr {
                base = Some(*value);
                continue;
            }
            let term = self.multiple(*value, *factor);
            ends = ends.map(|end| self.builder.binary(BinaryOp::Iadd, end, term));
        }
        for (step, limits) in access.address.steps.iter().zip(loops).filter(|(step, _)| !step.is_zero()) {
            let factor = match step.terms.as_slice() {
                [(value, _)] => self.value(*value),
                _ => self.builder.int(MachineType::I64, step.constant),
            };
            let minus_one = self.builder.int(MachineType::I64, -1);
            let limit = self.value(limits.limit);
            let last = self.builder.binary(BinaryOp::Iadd, limit, minus_one);
            let initial = self.value(limits.initial);
            let [first, last] =
                [initial, last].map(|number| self.builder.binary(BinaryOp::Imul, number, factor));
            let low = self.builder.binary(BinaryOp::Smin, first, last);
            let high = self.builder.binary(BinaryOp::Smax, first, last);
            ends = [
                self.builder.binary(BinaryOp::Iadd, ends[0], low),
                self.builder.binary(BinaryOp::Iadd, ends[1], high),
            ];
        }
        let base = base.expect("an access with a range has a base");
        let base = self.value(base);
        ends.map(|offset| self.builder.value(InstKind::PtrAdd { base, offset }))
    }

    fn multiple(&mut self, value: Value, factor: i64) -> Value {
        let value = self.value(value);
        if factor == 1 {
            return value;
        }
        let factor = self.builder.int(MachineType::I64, factor);
        self.builder.binary(BinaryOp::Imul, value, factor)
    }

    /// A value that is the same in every iteration: computed here once more if the nest computes it. A checked index is the index: the nest makes sure of the check
    /// before it stores anything.
    fn value(&mut self, value: Value) -> Value {
        if let Some(copy) = self.copies.get(&value) {
            return *copy;
        }
        let copy = match (self.builder.function.constant(value), self.kinds.get(&value).cloned()) {
            (Some(constant), _) => self.builder.value(InstKind::Const(constant)),
            (None, Some(InstKind::CheckBounds { index, .. })) => self.value(index),
            (None, Some(kind)) => {
                let kind = kind.map_operands(|operand| self.value(operand));
                self.builder.value(kind)
            }
            (None, None) => value,
        };
        self.copies.insert(value, copy);
        copy
    }
}

fn is_near(constant: Constant) -> bool {
    constant.as_int().is_some_and(|number| (-FAR..FAR).contains(&number))
}
