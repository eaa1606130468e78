//! Marks loops with loops in them whose iterations may run several at once.
//!
//! Before: `bb1(j): jump bb2(0, 0.0)  bb2(k, s): s' = s + a[k] * b[k, j]; ... branch k' < m, bb2(k', s'), bb3(s')  bb3(s): store s, c[j]; ... branch j' < n, bb1(j'), bb4`
//! After: the same, `bb1(j) vector j below n when ...:`
//!
//! That pays where the inner loop cannot run in vectors itself: it adds up floats in order, or is left one day or another, as an escape loop. The iterations of the outer loop must load and store memory one element behind
//! the other, or what is the same for all of them, store where nothing can stop them any more, and pass nothing on. What they store must lie apart from all
//! else that the nest reads and stores: compared by ranges of addresses at run time, in the preheader, which is the mark's condition. Which shapes of loops can be done: see
//! `hotloop_mir::NestPlan`. In front of the pass that cuts inner loops into strips, so that their limits are still known. Preserves the control-flow graph.

use crate::analysis::{AffineValues, CountedLoop, ExitTest, Inside, LoopData, LoopForest};
use crate::loops::front::Front;
use crate::loops::ranges::{Demands, Limits, Range, all_hold, are_known_in_front};
use crate::{MirPass, PassContext};
use hotloop_diagnostics::Remark;
use hotloop_mir::{
    Block, ControlFlow, Dominators, FloatFlags, Function, InstKind, NestPlan, RegionKind, Shape, Value,
    VectorLoop,
};
use std::rc::Rc;

/// A nest with more loads and stores is not looked at: each is compared with each.
const MOST_ACCESSES: usize = 32;
/// So many loops of a function are looked at.
const MOST_LOOPS: usize = 200;
/// A nest has so many blocks at most.
const MOST_BLOCKS: usize = 24;

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
        for data in
            loops.into_iter().rev().filter(|data| !data.is_innermost && !data.is_cold).take(MOST_LOOPS)
        {
            let span = data.span(function);
            let message = match consider(function, &control_flow, &forest, data) {
                Ok(false) => NEST_AT_ONCE.to_owned(),
                Ok(true) => format!("{NEST_AT_ONCE}, if its arrays do not overlap"),
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

/// How the remark about a loop with loops in it that is marked begins; what has to hold follows, if that is asked each time.
pub const NEST_AT_ONCE: &str = "several iterations of this loop, with the loops in it, may run at once";

/// Why a loop is not marked.
type Reason = &'static str;

/// Marks the loop if it can be; gives whether something is asked in front of it.
fn consider(
    function: &mut Function,
    control_flow: &ControlFlow,
    forest: &LoopForest,
    data: &LoopData,
) -> Result<bool, Reason> {
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
        goes_down: false,
        limit: counted.limit,
        condition: None,
        accumulators: Vec::new(),
        strides: Vec::new(),
    };
    // The plan is that of a mark, so the mark comes first.
    function.blocks[data.header].vector = Some(mark);
    let found = Nest::find(function, control_flow, forest, data, &counted);
    let condition = found.map(|found| found.condition(function, data, preheader));
    let mark = &mut function.blocks[data.header].vector;
    match condition {
        Ok(condition) => {
            if let Some(mark) = mark {
                mark.condition = condition;
            }
            Ok(condition.is_some())
        }
        Err(reason) => {
            *mark = None;
            Err(reason)
        }
    }
}

/// A load or store of the nest.
#[derive(Clone, Debug, PartialEq)]
struct Access {
    is_store: bool,
    region: RegionKind,
    range: Range,
}

/// What a nest needs.
struct Found {
    /// What must lie apart.
    apart: Vec<[Range; 2]>,
    /// The limits of its loops.
    limits: Vec<Limits>,
    /// What it defines.
    inside: Rc<Inside>,
}

impl Found {
    /// The mark's condition, computed in the preheader.
    fn condition(&self, function: &mut Function, data: &LoopData, preheader: Block) -> Option<Value> {
        let span = function.blocks[data.header].terminator_span;
        let mut front = Front::new(function, preheader, span, self.inside.clone());
        let demands = Demands { apart: self.apart.clone(), ..Demands::default() };
        all_hold(&mut front, &demands, &self.limits)
    }
}

/// A nest that is looked at.
struct Nest<'a> {
    function: &'a Function,
    plan: NestPlan<'a>,
    values: AffineValues<'a>,
}

impl<'a> Nest<'a> {
    fn find(
        function: &'a Function,
        control_flow: &ControlFlow,
        forest: &LoopForest,
        data: &LoopData,
        counted: &CountedLoop,
    ) -> Result<Found, Reason> {
        let plan = NestPlan::find(function, control_flow, data.header)?;
        let is_inside = |inner: &&LoopData| inner.header != data.header && data.blocks.contains(inner.header);
        let inner: Vec<&LoopData> = forest.loops.values().filter(is_inside).collect();
        let mut variables = vec![counted.variable];
        let mut limits = vec![Limits { initial: counted.initial, limit: counted.limit }];
        let mut numbers = Vec::new();
        for inner in &inner {
            let found = CountedLoop::find(function, control_flow, inner).filter(|found| found.step == 1);
            numbers.push(found.map(|_| variables.len()));
            if let Some(found) = found {
                variables.push(found.variable);
                limits.push(Limits { initial: found.initial, limit: found.limit });
            }
        }
        let inside = Rc::new(Inside::new(function, plan.blocks.iter().copied()));
        let values = AffineValues::new(function, inside.clone(), variables);
        let mut nest = Self { function, plan, values };
        if !inner.iter().zip(numbers).all(|(inner, number)| nest.is_worth_it(inner, number)) {
            return Err("a loop in it may do better alone");
        }
        let accesses = nest.accesses()?;
        let apart = nest.apart(&accesses)?;
        let ranges: Vec<&Range> = apart.iter().flatten().collect();
        if !are_known_in_front(&mut nest.values, &ranges, &[], &limits) {
            return Err("what it needs is not known in front of it");
        }
        Ok(Found { apart, limits, inside })
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
                accesses.push(Access { is_store, region, range: Range { size_bytes, address: sum } });
            }
        }
        if accesses.len() > MOST_ACCESSES {
            return Err("it has too many loads and stores");
        }
        Ok(accesses)
    }

    /// The pairs that must lie apart: a store and all else that may be the same memory, but for what has the same address in every iteration.
    fn apart(&self, accesses: &[Access]) -> Result<Vec<[Range; 2]>, Reason> {
        let mut apart: Vec<[Range; 2]> = Vec::new();
        for (number, store) in accesses.iter().enumerate().filter(|(_, access)| access.is_store) {
            for (other_number, other) in accesses.iter().enumerate() {
                let is_pair = number != other_number && (!other.is_store || other_number < number);
                let is_same = store.range == other.range;
                if !is_pair || is_same || !store.region.may_alias(other.region) {
                    continue;
                }
                let pair = [store.range.clone(), other.range.clone()];
                if !pair.iter().all(|range| range.is_computable(self.function)) {
                    return Err("whether its arrays overlap cannot be asked");
                }
                if !apart.contains(&pair) {
                    apart.push(pair);
                }
            }
        }
        Ok(apart)
    }

    /// Whether a loop in the nest, whose variable has that number, cannot run in vectors itself: lanes leave it one by one, floats are added up in order, or it does not go through memory one
    /// element behind the other.
    fn is_worth_it(&mut self, inner: &LoopData, number: Option<usize>) -> bool {
        let function = self.function;
        let is_divergent = self.plan.divergent_loop(inner.header).is_some();
        let is_float = |value: &Value| function.value_type(*value).is_float();
        let carries_floats = function.blocks[inner.header].parameters.iter().any(is_float);
        let in_order = !function.float_flags.contains(FloatFlags::REASSOC);
        if is_divergent || !inner.is_innermost || in_order && carries_floats {
            return true;
        }
        let Some(number) = number else { return false };
        let blocks: Vec<Block> = inner.blocks.iter().collect();
        let insts = blocks.iter().flat_map(|block| &function.blocks[*block].insts);
        insts.into_iter().any(|inst| match function.insts[*inst].kind {
            InstKind::Load { ty, address, .. } => self.values.of(address).is_none_or(|sum| {
                let step = &sum.steps[number];
                let is_next = step.terms.is_empty() && step.constant == i64::from(ty.size_bytes());
                !step.is_zero() && !is_next
            }),
            _ => false,
        })
    }
}
