//! Loops that count: an induction variable that moves by a constant, and a test that ends the loop.

use crate::analysis::LoopData;
use hotloop_mir::{
    BinaryOp, Block, Constant, ControlFlow, Function, InstKind, IntCompare, MachineType, Terminator, Value,
};

/// A loop with one latch in which an `i64` moves by 1 or -1 an iteration until it reaches an invariant limit.
///
/// Within the loop's body the induction variable lies in `initial..limit` (counting up) or `limit+1..=initial` (counting down). With the
/// test at the bottom that holds only if the loop is entered under the same test; [`CountedLoop::find`] makes sure of it.
#[derive(Clone, Copy, Debug)]
pub struct CountedLoop {
    /// The induction variable: a parameter of the header.
    pub variable: Value,
    /// Its value in the first iteration.
    pub initial: Value,
    /// Its value in the next iteration.
    pub next: Value,
    /// 1 or -1.
    pub step: i64,
    /// The loop runs while the variable is below it, or above it for a step of -1.
    pub limit: Value,
    /// Where the test stands.
    pub test: ExitTest,
    /// The block that ends in the test.
    pub test_block: Block,
}

/// Sums of floats over so many iterations at most do not pay in vectors if several of them wait for each other side by side: reaching vectors, and adding up their lanes, takes as long.
pub const FEW_ITERATIONS: i64 = 12;

/// A parameter of a loop of one block that moves by a constant beside the variable that is counted, as in `range(0, n, 2)`.
#[derive(Clone, Copy, Debug)]
pub struct Follower {
    /// The parameter.
    pub parameter: Value,
    /// Its value in the first iteration.
    pub initial: Value,
    /// By what it grows where the loop's variable grows by 1.
    pub factor: i64,
}

/// Where a loop's test stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitTest {
    /// In the header, on the variable.
    Top,
    /// In the latch, on the next value.
    Bottom,
}

impl CountedLoop {
    /// How the loop counts, if it does.
    pub fn find(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Option<Self> {
        data.preheader(function, control_flow)?;
        Self::find_entered(function, control_flow, data)
    }

    /// The same of a loop that is entered in one way, which may be one side of a branch.
    pub fn find_entered(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Option<Self> {
        let from = data.way_in(control_flow)?;
        let is_within = |counted: &Self| {
            counted.test == ExitTest::Top || counted.is_guarded(function, control_flow, from, data.header)
        };
        Self::all(function, data, from).find(is_within)
    }

    /// How the loop counts, if it does; if its test stands at the bottom, the first iteration runs whatever the limit is.
    pub fn counting(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Option<Self> {
        Self::all(function, data, data.preheader(function, control_flow)?).next()
    }

    /// How many iterations it has, if that is a constant.
    pub fn constant_iterations(&self, function: &Function) -> Option<i64> {
        let number = |value: Value| function.constant(value).and_then(Constant::as_int);
        let distance = number(self.limit)?.checked_sub(number(self.initial)?)?;
        distance.checked_mul(self.step).map(|count| count.max(0))
    }

    /// How many iterations it has at most, if that is a constant: where it counts up, its limit may be the smaller of another value and of one that lies a constant behind the first.
    pub fn most_iterations(&self, function: &Function) -> Option<i64> {
        let is_near = |limit: Value| {
            let initial = self.initial;
            let near = Self { limit, ..*self }.constant_iterations(function);
            near.or_else(|| constant_step(function, initial, limit))
        };
        let limit = function.defining_inst(self.limit).map(|inst| &function.insts[inst].kind);
        match limit {
            Some(InstKind::Binary(BinaryOp::Smin, a, b)) if self.step == 1 => {
                [*a, *b].into_iter().filter_map(is_near).min()
            }
            _ => self.constant_iterations(function),
        }
    }

    /// What moves beside the variable, by constants of 64 bits.
    pub fn followers(&self, function: &Function, preheader: Block) -> Vec<Follower> {
        let block = self.test_block;
        let find = |(position, parameter): (usize, &Value)| {
            let next = argument(function, block, block, position)?;
            let initial = argument(function, preheader, block, position)?;
            let step = constant_step(function, *parameter, next)?;
            let is_other = *parameter != self.variable;
            let is_wide = function.value_type(*parameter) == MachineType::I64;
            (is_other && is_wide).then_some(Follower {
                parameter: *parameter,
                initial,
                factor: step.checked_mul(self.step)?,
            })
        };
        function.blocks[block].parameters.iter().enumerate().filter_map(find).collect()
    }

    /// What the loop counts by, without a look at the way to it.
    fn all(function: &Function, data: &LoopData, preheader: Block) -> impl Iterator<Item = Self> {
        let parameters = &function.blocks[data.header].parameters;
        let latch = match data.latches.as_slice() {
            [latch] => Some(*latch),
            _ => None,
        };
        parameters.iter().enumerate().filter_map(move |(position, variable)| {
            let (variable, latch) = (*variable, latch?);
            let initial = argument(function, preheader, data.header, position)?;
            let next = argument(function, latch, data.header, position)?;
            let step = step_of(function, variable, next)?;
            let bottom = || Self::with_test(function, data, latch, next, step);
            let (limit, test, test_block) = match Self::with_test(function, data, data.header, variable, step)
            {
                Some(limit) => (limit, ExitTest::Top, data.header),
                None => (bottom()?, ExitTest::Bottom, latch),
            };
            Some(Self { variable, initial, next, step, limit, test, test_block })
        })
    }

    /// The limit, if `block` ends in a test of `tested` that leaves the loop.
    fn with_test(
        function: &Function,
        data: &LoopData,
        block: Block,
        tested: Value,
        step: i64,
    ) -> Option<Value> {
        let Terminator::Branch { condition, then, otherwise } = &function.blocks[block].terminator else {
            return None;
        };
        let stays = (data.blocks.contains(then.block), data.blocks.contains(otherwise.block));
        let stays_when = match stays {
            (true, false) => true,
            (false, true) => false,
            (true, true) | (false, false) => return None,
        };
        let limit = limit_of(function, *condition, stays_when, tested, step)?;
        data.is_outside(function, limit).then_some(limit)
    }

    /// Whether the way from outside to the header leads through the same test of the first value.
    fn is_guarded(
        &self,
        function: &Function,
        control_flow: &ControlFlow,
        from: Block,
        header: Block,
    ) -> bool {
        if let (Some(Constant::Int(_, initial)), Some(Constant::Int(_, limit))) =
            (function.constant(self.initial), function.constant(self.limit))
        {
            return if self.step > 0 { initial < limit } else { initial > limit };
        }
        let (mut from, mut block) = (from, header);
        loop {
            if let Terminator::Branch { condition, then, otherwise } = &function.blocks[from].terminator
                && then.block != otherwise.block
            {
                let holds = then.block == block;
                if limit_of(function, *condition, holds, self.initial, self.step) == Some(self.limit) {
                    return true;
                }
            }
            block = from;
            match control_flow.predecessors(block) {
                &[predecessor] if block != function.entry() => from = predecessor,
                _ => return false,
            }
        }
    }
}

/// What `from` passes for a parameter of `to`, if it goes there by one jump.
fn argument(function: &Function, from: Block, to: Block, position: usize) -> Option<Value> {
    let mut found = function.blocks[from].terminator.jumps().into_iter().filter(|call| call.block == to);
    let call = found.next()?;
    found.next().is_none().then(|| call.arguments[position])
}

/// 1 or -1 if `next` is `variable` plus that.
fn step_of(function: &Function, variable: Value, next: Value) -> Option<i64> {
    constant_step(function, variable, next).filter(|step| matches!(step, 1 | -1))
}

/// The constant, if `next` is `variable` plus that.
fn constant_step(function: &Function, variable: Value, next: Value) -> Option<i64> {
    let InstKind::Binary(op, a, b) = function.insts[function.defining_inst(next)?].kind else { return None };
    let constant = |value| match function.constant(value) {
        Some(Constant::Int(_, number)) => Some(number),
        Some(Constant::F32(_) | Constant::F64(_)) | None => None,
    };
    let step = match op {
        BinaryOp::Iadd if a == variable => constant(b)?,
        BinaryOp::Iadd if b == variable => constant(a)?,
        BinaryOp::Isub if a == variable => constant(b)?.checked_neg()?,
        _ => return None,
    };
    Some(step)
}

/// The value that `tested` is below (above, for a step of -1) when the condition has the value `holds`.
fn limit_of(function: &Function, condition: Value, holds: bool, tested: Value, step: i64) -> Option<Value> {
    let InstKind::IntCompare(op, a, b) = function.insts[function.defining_inst(condition)?].kind else {
        return None;
    };
    let op = if holds { op } else { op.negated() };
    match (op, step) {
        (IntCompare::Slt, 1) | (IntCompare::Sgt, -1) if a == tested => Some(b),
        (IntCompare::Sgt, 1) | (IntCompare::Slt, -1) if b == tested => Some(a),
        _ => None,
    }
}
