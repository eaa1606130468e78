//! Lets one turn of a loop do several iterations: unrolling.
//!
//! Before: `loop (i while i < n) { body(i) }`
//! After:  `loop (i while i < n - 3) { body(i); body(i + 1); body(i + 2); body(i + 3) }   loop (i while i < n) { body(i) }`
//! Before: `while c { body; safepoint }`    After: `while c { body; if not c: break; body; safepoint }`
//!
//! A short iteration is counted, tested and jumped back from in a good part of its time; now it is four times less of it, and neighbours share an address. What one iteration passes to the
//! next is no parameter any more, so it takes no move. A loop that counts is written once more in front of itself; it does the rest of the iterations, or all where they are few. In
//! any other loop each iteration keeps its tests, but one safepoint does for a turn. Only innermost loops without calls, which do not run in vectors, and only by cost: [`turn`] says how many iterations
//! a turn has. A loop that waits for what the iteration before computed gains nothing and stays. All checks stand where they stood, in the order of the iterations, so that errors and what
//! is in memory then are the same.
//! One walk over the innermost loops, one over the function for what is used behind them. Does not preserve the control-flow graph.

use crate::analysis::{CountedLoop, ExitTest, LoopData, LoopForest};
use crate::edit::{NewBlocks, jumps_mut};
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, Constant, ControlFlow, ConvertOp, Dominators, Function, Inst,
    InstKind, IntCompare, MachineType, Terminator, UnaryOp, Value,
};
use rustc_hash::FxHashMap;

/// A turn of more blocks than that in each iteration is not written.
const MOST_BLOCKS: usize = 5;
/// So many loops of a function are unrolled.
const MOST_LOOPS: usize = 32;
/// Operations that a processor begins at once.
const ISSUED: u32 = 4;
/// What counting, the test and the jump back cost, in operations.
const OVERHEAD: u32 = 2;

/// What a remark of this pass says behind the number.
const A_TURN: &str = " iterations of this loop a turn";

/// How many iterations of its loop this pass says are a turn, if the remark is one of this pass.
pub fn turn_of(remark: &Remark) -> Option<usize> {
    remark.message.strip_suffix(A_TURN)?.parse().ok()
}

/// Lets one turn of a loop do several iterations. The head of its file says how.
pub struct UnrollLoops;

impl MirPass for UnrollLoops {
    fn name(&self) -> &'static str {
        "unroll-loops"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        if !function.layout.iter().any(|block| may_end_loop(function, *block)) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let loops = forest.unmarked_innermost(function).into_iter();
        let plan = |data: &LoopData| Plan::find(function, &control_flow, data);
        let mut plans: Vec<Plan> = loops.filter_map(plan).take(MOST_LOOPS).collect();
        if plans.is_empty() {
            return;
        }
        note_used_behind(function, &control_flow, &dominators, &mut plans);
        plans.retain(|plan| plan.is_possible);
        let mut new_blocks = NewBlocks::default();
        let mut behind = FxHashMap::default();
        let mut home = home_of_blocks(function, &plans);
        for (number, plan) in plans.iter().enumerate() {
            let message = format!("{}{A_TURN}", plan.turn);
            context.remarks.push(Remark { pass: self.name(), span: plan.span, message, cause: None });
            plan.pass_behind(function, number, &mut behind);
            let first = function.blocks.len();
            let writer = Writer::new(function, plan);
            match plan.counted {
                Some((preheader, counted)) => writer.write(function, &mut new_blocks, preheader, &counted),
                None => writer.write_in_place(function, &mut new_blocks),
            }
            function.blocks.ids().skip(first).for_each(|copy| home[copy] = Some(number));
        }
        new_blocks.place(function);
        replace_behind(function, &home, &behind);
    }
}

/// Whether a block may be the end of a loop that tests there.
fn may_end_loop(function: &Function, block: Block) -> bool {
    matches!(function.blocks[block].terminator, Terminator::Branch { .. })
}

/// A loop that is to be unrolled.
struct Plan {
    header: Block,
    /// The block that goes back to the header.
    latch: Block,
    /// In reverse postorder: the header is the first.
    blocks: Vec<Block>,
    /// How it counts, if it does without being asked to stop, and the block in front of it.
    counted: Option<(Block, CountedLoop)>,
    turn: i64,
    /// The comparison that nothing but the loop's own test needs.
    test: Option<Inst>,
    /// The jumps out of it.
    exits: Vec<(Block, Block)>,
    /// The loop's values that are used behind it other than as arguments of its exits.
    used_behind: Vec<Value>,
    is_possible: bool,
    span: Span,
}

impl Plan {
    fn find(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Option<Self> {
        let &[latch] = data.latches.as_slice() else { return None };
        let blocks = data.blocks.in_reverse_postorder(control_flow);
        let is_plain = blocks.len() <= MOST_BLOCKS
            && blocks.iter().all(|block| is_copyable(function, *block))
            && unwinds_to_one(function, &blocks)
            && function.blocks[latch]
                .terminator
                .targets()
                .iter()
                .filter(|target| **target == data.header)
                .count()
                == 1;
        if !is_plain {
            return None;
        }
        let is_asked = blocks
            .iter()
            .flat_map(|block| &function.blocks[*block].insts)
            .any(|inst| matches!(function.insts[*inst].kind, InstKind::Safepoint));
        let counted = CountedLoop::counting(function, control_flow, data)
            .filter(|counted| counted.test == ExitTest::Bottom && !is_asked);
        let turn = turn(function, &blocks, counted.as_ref())?;
        let is_short = counted.and_then(|counted| counted.most_iterations(function));
        if is_short.is_some_and(|count| count < 2 * turn) {
            return None;
        }
        let ways = blocks.iter().flat_map(|block| {
            let targets = function.blocks[*block].terminator.targets().into_iter();
            targets.map(move |target| (*block, target))
        });
        Some(Self {
            header: data.header,
            latch,
            counted: counted.and_then(|counted| Some((data.preheader(function, control_flow)?, counted))),
            turn,
            test: counted.and_then(|_| only_tested(function, &blocks, latch)),
            exits: ways.filter(|(_, target)| !data.blocks.contains(*target)).collect(),
            used_behind: Vec::new(),
            is_possible: true,
            span: data.span(function),
            blocks,
        })
    }

    /// Whether the loop's exits can pass a value of that block to another one: all of them lead to one block, which nothing else leads to, and know the value.
    fn can_pass(&self, control_flow: &ControlFlow, dominators: &Dominators, from: Block, to: Block) -> bool {
        let Some((_, behind)) = self.exits.first().copied() else { return false };
        self.exits.iter().all(|(end, target)| *target == behind && dominators.dominates(from, *end))
            && control_flow.predecessors(behind).iter().all(|block| self.blocks.contains(block))
            && dominators.dominates(behind, to)
    }

    /// Lets the exits pass on what is used behind the loop: there are to be several copies of it.
    fn pass_behind(
        &self,
        function: &mut Function,
        number: usize,
        behind: &mut FxHashMap<Value, (usize, Value)>,
    ) {
        let Some((_, target)) = self.exits.first().copied() else { return };
        for value in &self.used_behind {
            let parameter = function.add_parameter(target, function.value_type(*value));
            behind.insert(*value, (number, parameter));
        }
        for block in &self.blocks {
            let calls = jumps_mut(&mut function.blocks[*block].terminator).into_iter();
            for call in calls.filter(|call| !self.used_behind.is_empty() && call.block == target) {
                call.arguments.extend(&self.used_behind);
            }
        }
    }
}

/// Whether a block does nothing that should stand once: calls, and what only loops in vectors have.
fn is_copyable(function: &Function, block: Block) -> bool {
    let data = &function.blocks[block];
    let is_plain = |inst: &Inst| match &function.insts[*inst].kind {
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
        | InstKind::CheckBounds { .. }
        | InstKind::Check { .. }
        | InstKind::Safepoint => true,
        InstKind::When { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::FunctionAddress(_)
        | InstKind::Call { .. }
        | InstKind::CallRuntime { .. }
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => false,
    };
    let goes_on = matches!(data.terminator, Terminator::Jump(_) | Terminator::Branch { .. });
    goes_on && data.insts.iter().all(is_plain)
}

/// Whether errors of all blocks go to one place, outside of them.
fn unwinds_to_one(function: &Function, blocks: &[Block]) -> bool {
    let unwind = function.blocks[blocks[0]].unwind;
    blocks.iter().all(|block| function.blocks[*block].unwind == unwind)
        && unwind.is_none_or(|unwind| !blocks.contains(&unwind))
}

/// The instruction of the condition at the end of a block, if that alone uses it.
fn only_tested(function: &Function, blocks: &[Block], end: Block) -> Option<Inst> {
    let Terminator::Branch { condition, .. } = function.blocks[end].terminator else { return None };
    let mut uses = 0;
    let mut note = |value: Value| uses += u32::from(value == condition);
    for block in blocks {
        let data = &function.blocks[*block];
        data.insts.iter().for_each(|inst| function.insts[*inst].kind.for_each_operand(&mut note));
        data.terminator.for_each_operand(&mut note);
    }
    function.defining_inst(condition).filter(|_| uses == 1)
}

/// How many iterations a turn should have, if more than one: as many as let it be some tens of operations, unless an iteration waits longer for the one before than its operations take.
fn turn(function: &Function, blocks: &[Block], counted: Option<&CountedLoop>) -> Option<i64> {
    let mut work = 0;
    for block in blocks {
        let data = &function.blocks[*block];
        let is_own = |inst: &&Inst| {
            counted.is_none_or(|counted| !function.insts[**inst].results.contains(&counted.next))
        };
        work += data.insts.iter().filter(is_own).map(|inst| operations(function, *inst)).sum::<u32>();
        work += u32::from(matches!(data.terminator, Terminator::Branch { .. }));
    }
    // The test of a count and its branch are part of the overhead, as is what counts.
    let work = if counted.is_some() { work.saturating_sub(2) } else { work };
    let turn = match work {
        0..=9 => 4,
        10..=14 => 2,
        _ => return None,
    };
    (longest_wait(function, blocks, counted) * ISSUED < work + OVERHEAD).then_some(turn)
}

/// How many operations of the processor an instruction is: addresses and what loads widen are parts of others.
fn operations(function: &Function, inst: Inst) -> u32 {
    match &function.insts[inst].kind {
        InstKind::Const(_) | InstKind::PtrAdd { .. } => 0,
        InstKind::Binary(BinaryOp::Shl, _, count) if function.constant(*count).is_some() => 0,
        InstKind::Convert(ConvertOp::SignExtend | ConvertOp::ZeroExtend | ConvertOp::Truncate, ..) => 0,
        InstKind::Select { .. }
        | InstKind::Binary(BinaryOp::Smin | BinaryOp::Smax | BinaryOp::Umin | BinaryOp::Umax, ..) => 2,
        InstKind::Safepoint => 3,
        kind => latency(function, kind).saturating_sub(5).max(1),
    }
}

/// How long iterations wait for what those before computed, in cycles for each: the mean along the slowest circle of values that are passed on (the maximal cycle mean, by walks of up to as many steps
/// as there are values).
fn longest_wait(function: &Function, blocks: &[Block], counted: Option<&CountedLoop>) -> u32 {
    let parameters = function.blocks[blocks[0]].parameters.iter().copied();
    let is_carried = |parameter: &Value| counted.is_none_or(|counted| *parameter != counted.variable);
    let carried: Vec<Value> = parameters.filter(is_carried).collect();
    let steps: Vec<Vec<Option<u32>>> =
        carried.iter().map(|from| waits(function, blocks, &carried, *from)).collect();
    let mut walks = steps.clone();
    let mut longest = 0;
    for length in 1..=carried.len() as u32 {
        let circles = walks.iter().enumerate().filter_map(|(from, to)| to[from]);
        longest = circles.map(|circle| circle.div_ceil(length)).fold(longest, u32::max);
        let further = |walk: &Vec<Option<u32>>| {
            let last = |to: usize| {
                let ways = walk.iter().zip(&steps).filter_map(|(before, step)| Some((*before)? + step[to]?));
                ways.max()
            };
            (0..carried.len()).map(last).collect()
        };
        walks = walks.iter().map(further).collect();
    }
    longest
}

/// How long after one of the carried values the next of each is there, if it depends on that one; all else is ready.
fn waits(function: &Function, blocks: &[Block], carried: &[Value], from: Value) -> Vec<Option<u32>> {
    let mut times: FxHashMap<Value, u32> = FxHashMap::from_iter([(from, 0)]);
    let header = blocks[0];
    let mut next = vec![None; carried.len()];
    for block in blocks {
        for inst in &function.blocks[*block].insts {
            let data = &function.insts[*inst];
            let mut start = None;
            data.kind.for_each_operand(|operand| start = start.max(times.get(&operand).copied()));
            let end = start.map(|start| start + latency(function, &data.kind));
            times.extend(
                end.into_iter().flat_map(|end| data.results.iter().map(move |result| (*result, end))),
            );
        }
        for call in function.blocks[*block].terminator.jumps() {
            let arguments: Vec<Option<u32>> =
                call.arguments.iter().map(|value| times.get(value).copied()).collect();
            let passed = function.blocks[call.block].parameters.iter().zip(arguments);
            if call.block == header {
                for (parameter, time) in passed {
                    if let Some(position) = carried.iter().position(|value| value == parameter) {
                        next[position] = time.max(next[position]);
                    }
                }
            } else if blocks.contains(&call.block) {
                for (parameter, time) in passed {
                    let time = time.max(times.get(parameter).copied());
                    times.extend(time.map(|time| (*parameter, time)));
                }
            }
        }
    }
    next
}

/// How many cycles after its operands a result is there, about.
fn latency(function: &Function, kind: &InstKind) -> u32 {
    match kind {
        InstKind::Const(_) | InstKind::CheckBounds { .. } | InstKind::Check { .. } => 0,
        InstKind::Load { .. } => 5,
        InstKind::Unary(UnaryOp::Fsqrt, _) | InstKind::Binary(BinaryOp::Fdiv, ..) => 15,
        InstKind::Binary(BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem, ..) => {
            18
        }
        InstKind::Binary(BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul, ..)
        | InstKind::Ternary(..)
        | InstKind::FloatCompare(..)
        | InstKind::Convert(
            ConvertOp::SignedToFloat
            | ConvertOp::UnsignedToFloat
            | ConvertOp::FloatToSigned
            | ConvertOp::FloatToUnsigned
            | ConvertOp::Promote
            | ConvertOp::Demote,
            ..,
        ) => 4,
        // With a constant it is a sum of shifts, often an address.
        InstKind::Binary(BinaryOp::Imul, a, b)
            if function.constant(*a).is_none() && function.constant(*b).is_none() =>
        {
            3
        }
        // A comparison and a selection.
        InstKind::Binary(BinaryOp::Smin | BinaryOp::Smax | BinaryOp::Umin | BinaryOp::Umax, ..) => 2,
        InstKind::Unary(
            UnaryOp::Ineg
            | UnaryOp::Inot
            | UnaryOp::Fneg
            | UnaryOp::Fabs
            | UnaryOp::Ffloor
            | UnaryOp::Fceil
            | UnaryOp::Ftrunc
            | UnaryOp::Fnearest,
            _,
        )
        | InstKind::Binary(
            BinaryOp::Iadd
            | BinaryOp::Isub
            | BinaryOp::Imul
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Shl
            | BinaryOp::Sshr
            | BinaryOp::Ushr
            | BinaryOp::Fcopysign,
            ..,
        )
        | InstKind::Convert(
            ConvertOp::SignExtend | ConvertOp::ZeroExtend | ConvertOp::Truncate | ConvertOp::Bitcast,
            ..,
        )
        | InstKind::IntCompare(..)
        | InstKind::Select { .. }
        | InstKind::PtrAdd { .. }
        | InstKind::Store { .. }
        | InstKind::When { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::FunctionAddress(_)
        | InstKind::Call { .. }
        | InstKind::CallRuntime { .. }
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => 1,
    }
}

/// Finds what is used behind the loops, and whether their exits can pass it on.
fn note_used_behind(
    function: &Function,
    control_flow: &ControlFlow,
    dominators: &Dominators,
    plans: &mut [Plan],
) {
    let home = home_of_blocks(function, plans);
    // By value, the plan of its loop, and its block.
    let mut owner: SideMap<Value, Option<(usize, Block)>> = SideMap::with_len(None, function.values.len());
    for (number, plan) in plans.iter().enumerate() {
        for block in &plan.blocks {
            let data = &function.blocks[*block];
            let results = data.insts.iter().flat_map(|inst| function.insts[*inst].results.iter());
            for value in data.parameters.iter().chain(results) {
                owner[*value] = Some((number, *block));
            }
        }
    }
    for block in &function.layout {
        let mut note = |value: Value| {
            let Some((number, from)) = owner[value].filter(|(number, _)| home[*block] != Some(*number))
            else {
                return;
            };
            let plan = &mut plans[number];
            plan.is_possible = plan.is_possible && plan.can_pass(control_flow, dominators, from, *block);
            if !plan.used_behind.contains(&value) {
                plan.used_behind.push(value);
            }
            plan.test = plan.test.filter(|test| !function.insts[*test].results.contains(&value));
        };
        let data = &function.blocks[*block];
        for inst in &data.insts {
            function.insts[*inst].kind.for_each_operand(&mut note);
        }
        data.terminator.for_each_operand(&mut note);
        if let Some(vector) = &data.vector {
            vector.for_each_value(note);
        }
    }
}

/// By block, the number of the plan whose loop it belongs to, if it is one.
fn home_of_blocks(function: &Function, plans: &[Plan]) -> SideMap<Block, Option<usize>> {
    let mut home = SideMap::with_len(None, function.blocks.len());
    for (number, plan) in plans.iter().enumerate() {
        for block in &plan.blocks {
            home[*block] = Some(number);
        }
    }
    home
}

/// Lets what stands behind the loops use the parameters that it got.
fn replace_behind(
    function: &mut Function,
    home: &SideMap<Block, Option<usize>>,
    behind: &FxHashMap<Value, (usize, Value)>,
) {
    if behind.is_empty() {
        return;
    }
    for block in function.layout.clone() {
        let own = home[block];
        let replace = |value: &mut Value| {
            if let Some((_, parameter)) = behind.get(value).filter(|(number, _)| own != Some(*number)) {
                *value = *parameter;
            }
        };
        let data = &mut function.blocks[block];
        for inst in &data.insts {
            function.insts[*inst].kind.for_each_operand_mut(replace);
        }
        data.terminator.for_each_operand_mut(replace);
        if let Some(vector) = &mut data.vector {
            vector.for_each_value_mut(replace);
        }
    }
}

/// Writes the iterations of a turn.
struct Writer<'p> {
    plan: &'p Plan,
    /// What the loop's blocks do.
    body: Vec<Vec<Inst>>,
    /// How the loop's last block ended.
    end_of_iteration: Terminator,
    /// Whether the iteration that is written asks whether to stop.
    keeps_safepoints: bool,
    /// What stands for the loop's values in the iteration that is written.
    copies: FxHashMap<Value, Value>,
    /// Sums with constants among what was written, by what they are sums of.
    sums: FxHashMap<Value, (Value, i64)>,
    /// Constants that were written.
    constants: FxHashMap<Inst, Value>,
    /// The blocks of this iteration.
    blocks: FxHashMap<Block, Block>,
    /// The header of the new loop.
    first: Block,
    /// The block that is written to.
    current: Block,
}

impl<'p> Writer<'p> {
    fn new(function: &Function, plan: &'p Plan) -> Self {
        Self {
            plan,
            body: plan.blocks.iter().map(|block| function.blocks[*block].insts.clone()).collect(),
            end_of_iteration: function.blocks[plan.latch].terminator.clone(),
            keeps_safepoints: false,
            copies: FxHashMap::default(),
            sums: FxHashMap::default(),
            constants: FxHashMap::default(),
            blocks: FxHashMap::default(),
            first: plan.header,
            current: plan.header,
        }
    }

    /// Writes the loop of turns in front of the loop as it stands.
    fn write(
        mut self,
        function: &mut Function,
        new_blocks: &mut NewBlocks,
        preheader: Block,
        counted: &CountedLoop,
    ) {
        let plan = self.plan;
        let parameters = function.blocks[plan.header].parameters.clone();
        let (header, mut passed) = new_blocks.add_in_front(function, plan.header, &parameters);
        let limit = self.enter(function, header, preheader, counted);
        (self.first, self.current) = (header, header);
        function.blocks[header].unwind = function.blocks[plan.header].unwind;
        for _ in 0..plan.turn {
            self.copies.extend(parameters.iter().copied().zip(passed));
            self.write_iteration(function, new_blocks);
            passed = self.jump_back().arguments;
        }
        self.end(function, new_blocks, BlockCall::new(header, passed), limit, counted);
    }

    /// Writes further iterations behind the one that stands there. The last one goes back to the first.
    fn write_in_place(mut self, function: &mut Function, new_blocks: &mut NewBlocks) {
        let plan = self.plan;
        let parameters = function.blocks[plan.header].parameters.clone();
        self.current = plan.latch;
        for inst in self.body.iter().flatten() {
            let data = &function.insts[*inst];
            if let Some(sum) = self.sum(function, &data.kind) {
                self.sums.insert(data.results[0], sum);
            }
        }
        for iteration in 2..=plan.turn {
            let passed = self.jump_back().arguments;
            let (header, _) = new_blocks.add_in_front(function, plan.header, &[]);
            function.blocks[header].unwind = function.blocks[plan.header].unwind;
            for call in jumps_mut(&mut function.blocks[self.current].terminator) {
                if call.block == plan.header {
                    *call = BlockCall::new(header, Vec::new());
                }
            }
            self.copies.extend(parameters.iter().copied().zip(passed));
            self.keeps_safepoints = iteration == plan.turn;
            self.current = header;
            self.write_iteration(function, new_blocks);
        }
        for block in &plan.blocks {
            let mut insts = std::mem::take(&mut function.blocks[*block].insts);
            insts.retain(|inst| !matches!(function.insts[*inst].kind, InstKind::Safepoint));
            function.blocks[*block].insts = insts;
        }
    }

    /// Lets the preheader ask whether there are as many iterations as a turn has. Gives what the variable has to be short of, so that another turn may follow.
    fn enter(
        &self,
        function: &mut Function,
        header: Block,
        preheader: Block,
        counted: &CountedLoop,
    ) -> Value {
        let Plan { turn, span, .. } = *self.plan;
        let mut builder = Builder::at(function, preheader);
        builder.set_span(span);
        let (op, from, to) = match counted.step {
            1 => (BinaryOp::Isub, counted.limit, counted.initial),
            _ => (BinaryOp::Iadd, counted.initial, counted.limit),
        };
        // The first iteration runs whatever the limit is. Where that is above, the difference is a number without a sign.
        let is_before = builder.compare(IntCompare::Slt, to, from);
        let count = builder.binary(BinaryOp::Isub, from, to);
        let least = builder.int(MachineType::I64, turn);
        let has_turn = builder.compare(IntCompare::Uge, count, least);
        let condition = builder.binary(BinaryOp::And, is_before, has_turn);
        let others = builder.int(MachineType::I64, turn - 1);
        let limit = builder.binary(op, counted.limit, others);
        let single = function.blocks[preheader].terminator.jumps()[0].clone();
        let then = BlockCall::new(header, single.arguments.clone());
        function.blocks[preheader].terminator = Terminator::Branch { condition, then, otherwise: single };
        limit
    }

    /// Writes all that an iteration does, from the current block on, with the jump back to the loop as it stands.
    fn write_iteration(&mut self, function: &mut Function, new_blocks: &mut NewBlocks) {
        let plan = self.plan;
        self.blocks.clear();
        self.blocks.insert(plan.header, self.current);
        for block in &plan.blocks[1..] {
            let parameters = function.blocks[*block].parameters.clone();
            let (copy, own) = new_blocks.add_in_front(function, plan.header, &parameters);
            function.blocks[copy].unwind = function.blocks[*block].unwind;
            self.copies.extend(parameters.into_iter().zip(own));
            self.blocks.insert(*block, copy);
        }
        for (block, insts) in plan.blocks.iter().zip(self.body.clone()) {
            self.current = self.blocks[block];
            for inst in insts.into_iter().filter(|inst| Some(*inst) != plan.test) {
                self.write_inst(function, inst);
            }
            let data = &function.blocks[*block];
            let span = data.terminator_span;
            let end = if *block == plan.latch { &self.end_of_iteration } else { &data.terminator };
            let mut terminator = end.clone().map_operands(|value| self.get(value));
            for call in jumps_mut(&mut terminator).into_iter().filter(|call| call.block != plan.header) {
                call.block = *self.blocks.get(&call.block).unwrap_or(&call.block);
            }
            function.blocks[self.current].terminator = terminator;
            function.blocks[self.current].terminator_span = span;
        }
        self.current = self.blocks[&plan.latch];
    }

    fn write_inst(&mut self, function: &mut Function, inst: Inst) {
        let data = function.insts[inst].clone();
        if matches!(data.kind, InstKind::Safepoint) && !self.keeps_safepoints {
            return;
        }
        if let InstKind::Const(_) = data.kind {
            // One constant does for all iterations, where they begin.
            let own = *self.constants.entry(inst).or_insert_with(|| {
                let new = function.append_inst(self.first, data.kind.clone(), data.span);
                function.insts[new].results[0]
            });
            self.copies.insert(data.results[0], own);
            return;
        }
        let mut kind = data.kind.map_operands(|operand| self.get(operand));
        let sum = self.sum(function, &kind);
        if let Some((base, constant)) = sum.filter(|(base, _)| !kind.operands().contains(base)) {
            let constant = Constant::Int(MachineType::I64, constant);
            let constant = function.append_inst(self.current, InstKind::Const(constant), data.span);
            kind = InstKind::Binary(BinaryOp::Iadd, base, function.insts[constant].results[0]);
        }
        let new = function.append_inst(self.current, kind, data.span);
        let results = function.insts[new].results.clone();
        self.sums.extend(sum.map(|sum| (results[0], sum)));
        self.copies.extend(data.results.iter().copied().zip(results.iter().copied()));
    }

    /// A sum with a constant, of something that is no such sum itself: so the variables of all iterations are sums of the first one's.
    fn sum(&self, function: &Function, kind: &InstKind) -> Option<(Value, i64)> {
        let number = |value: Value| match function.constant(value) {
            Some(Constant::Int(MachineType::I64, number)) => Some(number),
            _ => None,
        };
        let (base, constant) = match *kind {
            InstKind::Binary(BinaryOp::Iadd, a, b) => match (number(a), number(b)) {
                (None, Some(constant)) => (a, constant),
                (Some(constant), None) => (b, constant),
                _ => return None,
            },
            InstKind::Binary(BinaryOp::Isub, a, b) => (a, number(b)?.checked_neg()?),
            _ => return None,
        };
        let (base, inner) = self.sums.get(&base).copied().unwrap_or((base, 0));
        Some((base, constant.wrapping_add(inner)))
    }

    /// The jump back to the loop, as the iteration that was written makes it.
    fn jump_back(&self) -> BlockCall {
        let mut jumps = self.end_of_iteration.jumps().into_iter();
        let back = jumps.find(|call| call.block == self.plan.header).expect("a latch goes back");
        BlockCall::new(back.block, back.arguments.iter().map(|value| self.get(*value)).collect())
    }

    /// The jump out of the loop at its end, as the iteration that was written makes it.
    fn jump_out(&self) -> BlockCall {
        let mut jumps = self.end_of_iteration.jumps().into_iter();
        let out = jumps.find(|call| call.block != self.plan.header).expect("a counted loop ends");
        BlockCall::new(out.block, out.arguments.iter().map(|value| self.get(*value)).collect())
    }

    /// Ends the turn: goes back for another one, or on with the loop as it stands, or behind it.
    fn end(
        &self,
        function: &mut Function,
        new_blocks: &mut NewBlocks,
        again: BlockCall,
        limit: Value,
        counted: &CountedLoop,
    ) {
        let Plan { header, span, .. } = *self.plan;
        let (between, _) = new_blocks.add_in_front(function, header, &[]);
        let order = if counted.step > 0 { IntCompare::Slt } else { IntCompare::Sgt };
        let next = self.get(counted.next);
        let on = BlockCall::new(between, Vec::new());
        let tests =
            [(self.current, limit, again, on), (between, counted.limit, self.jump_back(), self.jump_out())];
        for (block, limit, then, otherwise) in tests {
            let mut builder = Builder::at(function, block);
            builder.set_span(span);
            let condition = builder.compare(order, next, limit);
            builder.terminate(Terminator::Branch { condition, then, otherwise });
        }
    }

    fn get(&self, value: Value) -> Value {
        self.copies.get(&value).copied().unwrap_or(value)
    }
}
