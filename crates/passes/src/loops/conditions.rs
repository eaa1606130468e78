//! What branches and the ways round loops tell about integers.
//!
//! Where `i < n` has led, and nothing else has, `i` is below `n`. A loop's variable is below `n` in its body if that was asked of its first value in front and of each next one at the end. What only goes up
//! is at least what it was at first. One walk over the branches, one over the loops; of each value so many facts as [`MOST_FACTS`].

use crate::analysis::{LoopData, LoopForest};
use hotloop_mir::{
    BinaryOp, Block, Constant, ControlFlow, Definition, Dominators, Function, InstKind, IntCompare,
    MachineType, Terminator, Value,
};
use rustc_hash::FxHashMap;

/// Of one value, in one direction.
const MOST_FACTS: usize = 8;
/// What a variable goes up or down by in an iteration. From below 2^62 it does not get to 2^63 in years.
const SMALL_STEP: i64 = 16;
/// A way back through joins is followed so far.
const MOST_STEPS: u32 = 6;

/// What is known of values where a block begins, and in all blocks that it dominates.
#[derive(Default)]
pub(super) struct Conditions {
    /// The value is at least the other plus 0 or 1.
    at_least: FxHashMap<Value, Vec<Fact>>,
    /// The value is at most the other minus 0 or 1.
    at_most: FxHashMap<Value, Vec<Fact>>,
    /// What never gets less, with its first value.
    rising: FxHashMap<Value, Value>,
    /// What never gets more, with its first value.
    falling: FxHashMap<Value, Value>,
}

/// How a value compares to another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    /// Where this holds.
    block: Block,
    /// The other value.
    pub(super) other: Value,
    /// 1 if they are not equal either.
    pub(super) distance: i64,
}

/// `small + distance <= large`.
#[derive(Clone, Copy, Debug)]
struct Order {
    small: Value,
    large: Value,
    distance: i64,
}

impl Order {
    /// Whether another one follows from it.
    fn implies(self, other: Self) -> bool {
        (self.small, self.large) == (other.small, other.large) && self.distance >= other.distance
    }
}

impl Conditions {
    /// What is known in a function.
    pub(super) fn new(function: &Function, control_flow: &ControlFlow, forest: &LoopForest) -> Self {
        let mut known = Self::default();
        for block in control_flow.reverse_postorder() {
            if let &[from] = control_flow.predecessors(*block) {
                for order in orders_on_edge(function, from, *block) {
                    known.add(*block, order);
                }
            }
        }
        for data in forest.loops.values().filter(|data| !data.is_parallel) {
            known.add_loop(function, control_flow, data);
        }
        known
    }

    /// What the value is at least, where a block begins.
    pub(super) fn below<'a>(
        &'a self,
        value: Value,
        block: Block,
        dominators: &'a Dominators,
    ) -> impl Iterator<Item = Fact> + 'a {
        facts_at(&self.at_least, value, block, dominators)
    }

    /// What the value is at most, where a block begins.
    pub(super) fn above<'a>(
        &'a self,
        value: Value,
        block: Block,
        dominators: &'a Dominators,
    ) -> impl Iterator<Item = Fact> + 'a {
        facts_at(&self.at_most, value, block, dominators)
    }

    /// The first value of a variable that never gets less, unless it wraps around.
    pub(super) fn rises_from(&self, value: Value) -> Option<Value> {
        self.rising.get(&value).copied()
    }

    /// The first value of a variable that never gets more, unless it wraps around.
    pub(super) fn falls_from(&self, value: Value) -> Option<Value> {
        self.falling.get(&value).copied()
    }

    fn add(&mut self, block: Block, Order { small, large, distance }: Order) {
        let note = |facts: &mut FxHashMap<Value, Vec<Fact>>, value: Value, other: Value| {
            let facts = facts.entry(value).or_default();
            if facts.len() < MOST_FACTS {
                facts.push(Fact { block, other, distance });
            }
        };
        note(&mut self.at_least, large, small);
        note(&mut self.at_most, small, large);
    }

    /// What is known of the parameters of a loop's header.
    fn add_loop(&mut self, function: &Function, control_flow: &ControlFlow, data: &LoopData) {
        let (Some(preheader), &[latch]) = (data.preheader(function, control_flow), data.latches.as_slice())
        else {
            return;
        };
        let passed = |from: Block| {
            let jumps = function.blocks[from].terminator.jumps();
            let mut here = jumps.into_iter().filter(|call| call.block == data.header);
            here.next().filter(|_| here.next().is_none()).map(|call| call.arguments.clone())
        };
        let (Some(first), Some(next)) = (passed(preheader), passed(latch)) else { return };
        let at_start = orders_above(function, control_flow, preheader);
        let at_end = orders_on_edge(function, latch, data.header);
        for (position, parameter) in function.blocks[data.header].parameters.iter().enumerate() {
            if function.value_type(*parameter) != MachineType::I64 {
                continue;
            }
            let (first, next) = (first[position], next[position]);
            for order in &at_end {
                let replaced = |by: Value| Order {
                    small: if order.small == next { by } else { order.small },
                    large: if order.large == next { by } else { order.large },
                    ..*order
                };
                let is_about_it = (order.small == next) != (order.large == next);
                let other = if order.small == next { order.large } else { order.small };
                let holds_first = || {
                    let order = replaced(first);
                    at_start.iter().any(|known| known.implies(order)) || is_known(function, order)
                };
                if is_about_it && data.is_outside(function, other) && holds_first() {
                    self.add(data.header, replaced(*parameter));
                }
            }
            let moves = |is_upward: bool| {
                moves_one_way(function, control_flow, data, *parameter, next, is_upward, MOST_STEPS)
            };
            if next != *parameter {
                if moves(true) {
                    self.rising.insert(*parameter, first);
                }
                if moves(false) {
                    self.falling.insert(*parameter, first);
                }
            }
        }
    }
}

fn facts_at<'a>(
    facts: &'a FxHashMap<Value, Vec<Fact>>,
    value: Value,
    block: Block,
    dominators: &'a Dominators,
) -> impl Iterator<Item = Fact> + 'a {
    let facts = facts.get(&value).into_iter().flatten().copied();
    facts.filter(move |fact| dominators.dominates(fact.block, block))
}

/// Whether constants compare so.
fn is_known(function: &Function, order: Order) -> bool {
    let number = |value: Value| function.constant(value).and_then(Constant::as_int);
    match (number(order.small), number(order.large)) {
        (Some(small), Some(large)) => small.checked_add(order.distance).is_some_and(|small| small <= large),
        _ => false,
    }
}

/// What a branch tells where it leads to a block.
fn orders_on_edge(function: &Function, from: Block, to: Block) -> Vec<Order> {
    let mut orders = Vec::new();
    if let Terminator::Branch { condition, then, otherwise } = &function.blocks[from].terminator
        && (then.block == to) != (otherwise.block == to)
    {
        add_orders(function, *condition, then.block == to, MOST_STEPS, &mut orders);
    }
    orders
}

/// What branches tell that lead to the end of a block, and only there.
fn orders_above(function: &Function, control_flow: &ControlFlow, block: Block) -> Vec<Order> {
    let (mut orders, mut at) = (Vec::new(), block);
    for _ in 0..MOST_STEPS {
        let &[from] = control_flow.predecessors(at) else { break };
        orders.extend(orders_on_edge(function, from, at));
        at = from;
    }
    orders
}

/// What a condition tells that has turned out so.
fn add_orders(function: &Function, condition: Value, holds: bool, steps: u32, orders: &mut Vec<Order>) {
    let (Some(steps), Some(inst)) = (steps.checked_sub(1), function.defining_inst(condition)) else { return };
    match function.insts[inst].kind {
        InstKind::Binary(op, a, b) if op == (if holds { BinaryOp::And } else { BinaryOp::Or }) => {
            add_orders(function, a, holds, steps, orders);
            add_orders(function, b, holds, steps, orders);
        }
        InstKind::IntCompare(op, a, b) if function.value_type(a) == MachineType::I64 => {
            let order = |small: Value, large: Value, distance: i64| Order { small, large, distance };
            match (op, holds) {
                (IntCompare::Slt, true) | (IntCompare::Sge, false) => orders.push(order(a, b, 1)),
                (IntCompare::Sle, true) | (IntCompare::Sgt, false) => orders.push(order(a, b, 0)),
                (IntCompare::Sgt, true) | (IntCompare::Sle, false) => orders.push(order(b, a, 1)),
                (IntCompare::Sge, true) | (IntCompare::Slt, false) => orders.push(order(b, a, 0)),
                (IntCompare::Eq, true) | (IntCompare::Ne, false) => {
                    orders.extend([order(a, b, 0), order(b, a, 0)]);
                }
                (IntCompare::Eq, false)
                | (IntCompare::Ne, true)
                | (IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge, _) => {}
            }
        }
        _ => {}
    }
}

/// Whether a value that a loop passes on for a parameter is the parameter plus (minus) nothing or little, whichever way the iteration took.
fn moves_one_way(
    function: &Function,
    control_flow: &ControlFlow,
    data: &LoopData,
    parameter: Value,
    next: Value,
    is_upward: bool,
    steps: u32,
) -> bool {
    if next == parameter {
        return true;
    }
    let Some(steps) = steps.checked_sub(1) else { return false };
    let moves =
        |value: Value| moves_one_way(function, control_flow, data, parameter, value, is_upward, steps);
    match function.values[next].definition {
        Definition::Result(inst, _) => {
            let number = |value: Value| function.constant(value).and_then(Constant::as_int);
            let is_step = |value: Value, sign: i64| {
                let step = number(value).and_then(|step| step.checked_mul(sign));
                step.is_some_and(|step| (0..=SMALL_STEP).contains(&if is_upward { step } else { -step }))
            };
            match function.insts[inst].kind {
                InstKind::Binary(BinaryOp::Iadd, a, b) => {
                    (is_step(b, 1) && moves(a)) || (is_step(a, 1) && moves(b))
                }
                InstKind::Binary(BinaryOp::Isub, a, b) => is_step(b, -1) && moves(a),
                InstKind::Select { then, otherwise, .. } => moves(then) && moves(otherwise),
                _ => false,
            }
        }
        Definition::Parameter(block, position) => {
            if block == data.header || !data.blocks.contains(block) {
                return false;
            }
            let from = control_flow.predecessors(block);
            from.len() <= 4
                && from.iter().all(|from| {
                    let jumps = function.blocks[*from].terminator.jumps();
                    let mut here = jumps.into_iter().filter(|call| call.block == block).peekable();
                    here.peek().is_some() && here.all(|call| moves(call.arguments[position as usize]))
                })
        }
    }
}
