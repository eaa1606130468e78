//! Computes both ways of a small branch, and selects.
//!
//! Before: `bb0: branch c, bb1, bb2(v1)   bb1: v3 = iadd v1, v2; jump bb2(v3)   bb2(v4): ...`
//! After:  `bb0: v3 = iadd v1, v2; v5 = select c, v3, v1; jump bb2(v5)   bb2(v4): ...`
//!
//! A way is a block that only the branch leads to and that goes on where the other way does (or is no block at all). What it does must be harmless on any
//! operands and cheap: [`MOST_COST`] at most, or [`MOST_COST_IN_LOOP`] in an innermost loop that has one exit and calls nothing, since without branches it may run in vectors. Where both ways load from or store to the
//! same places in the same order, that is done once, and what is stored is selected. Two branches behind one another that lead to one place with the same arguments become one, on
//! both conditions; not where one of them leaves its loop, which has to stay a test of its counter. A
//! branch guessed wrong costs as much as some twenty instructions; a long way that is seldom gone is not worth computing. One walk a round over the blocks, until
//! nothing changes, [`MOST_ROUNDS`] times at most. Does not preserve the control-flow graph, but
//! keeps the preheaders of loops.

use crate::analysis::{Loop, LoopData, LoopForest};
use crate::scalar::simplify_control_flow::join_what_follows;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_index::IdSet;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, ControlFlow, ConvertOp, Dominators, Function, Inst, InstKind, MachineType,
    Terminator, UnaryOp, Value,
};
use rustc_hash::FxHashMap;

/// What both ways of a branch may cost to be computed always.
const MOST_COST: u32 = 4;
/// The same in an innermost loop.
const MOST_COST_IN_LOOP: u32 = 12;
/// Branches within branches that are converted.
const MOST_ROUNDS: usize = 6;

/// Computes both ways of a small branch, and selects. The head of its file says how.
pub struct ConvertBranches;

impl MirPass for ConvertBranches {
    fn name(&self) -> &'static str {
        "convert-branches"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        // A way is one block, and so is a loop without branches.
        join_what_follows(function);
        for _ in 0..MOST_ROUNDS {
            let converted = convert_all(function);
            if converted.is_empty() {
                return;
            }
            let remark = |(span, message): (Span, &str)| Remark {
                pass: self.name(),
                span,
                message: message.to_owned(),
                cause: None,
            };
            context.remarks.extend(converted.into_iter().map(remark));
            join_what_follows(function);
        }
    }
}

/// Converts every branch that can be as the function stands, inner ones first; gives their places, and what became of them.
fn convert_all(function: &mut Function) -> Vec<(Span, &'static str)> {
    let mut all = Vec::new();
    if !has_branches(function) {
        return all;
    }
    let control_flow = ControlFlow::new(function);
    let dominators = Dominators::new(function, &control_flow);
    let forest = LoopForest::new(function, &control_flow, &dominators);
    let shape = Shape::new(function, &control_flow, &forest);
    // A converted branch leaves its ways behind, unreachable; no other branch leads there.
    for block in control_flow.reverse_postorder().iter().rev().copied() {
        let span = function.blocks[block].terminator_span;
        if let Some(diamond) = Diamond::find(function, &shape, block) {
            diamond.convert(function, block);
            all.push((span, "both ways of this branch are computed, and one is selected"));
        } else if let Some(joined) = JoinedConditions::find(function, &shape, block) {
            joined.apply(function, block);
            all.push((span, "this branch and the one behind it are one, on both conditions"));
        }
    }
    all
}

fn has_branches(function: &Function) -> bool {
    let is_branch = |block: &Block| matches!(function.blocks[*block].terminator, Terminator::Branch { .. });
    function.layout.iter().any(is_branch)
}

/// The graph of a function, before the walk changed anything.
struct Shape<'a> {
    control_flow: &'a ControlFlow,
    forest: &'a LoopForest,
    /// The loops that may run in vectors once they have no branches.
    plain: IdSet<Loop>,
}

impl<'a> Shape<'a> {
    fn new(function: &Function, control_flow: &'a ControlFlow, forest: &'a LoopForest) -> Self {
        let loops = forest.loops.iter().filter(|(_, data)| is_plain(function, data));
        Self { control_flow, forest, plain: loops.map(|(id, _)| id).collect() }
    }

    fn innermost(&self, block: Block) -> Option<Loop> {
        self.forest.innermost(block)
    }

    fn most_cost(&self, block: Block) -> u32 {
        let is_plain = self.innermost(block).is_some_and(|id| self.plain.contains(id));
        if is_plain { MOST_COST_IN_LOOP } else { MOST_COST }
    }

    /// Whether only `from` leads to `block`, by a branch that has it as one of two targets.
    fn is_only_reached_from(&self, function: &Function, block: Block, from: Block) -> bool {
        block != from
            && self.control_flow.predecessors(block) == [from]
            && !self.control_flow.forgets_memory(block)
            && function.blocks[block].parameters.is_empty()
    }
}

/// Whether a loop holds no other, has one exit, and calls and tests nothing but indices.
fn is_plain(function: &Function, data: &LoopData) -> bool {
    let exits = |block: Block| {
        let targets = function.blocks[block].terminator.jumps();
        targets.iter().filter(|call| !data.blocks.contains(call.block)).count()
    };
    let is_allowed = |inst: &Inst| {
        !matches!(
            function.insts[*inst].kind,
            InstKind::Call { .. } | InstKind::CallRuntime { .. } | InstKind::CheckStack
        )
    };
    data.is_innermost
        && !data.is_parallel
        && !data.is_cold
        && data.blocks.iter().map(exits).sum::<usize>() == 1
        && data.blocks.iter().all(|block| function.blocks[block].insts.iter().all(is_allowed))
}

/// A branch whose two ways meet again at once.
struct Diamond {
    condition: Value,
    /// Where the condition holds.
    then: Way,
    /// Where it does not.
    otherwise: Way,
    join: Block,
}

/// One of the ways to the join.
struct Way {
    /// The block on the way, if there is one.
    block: Option<Block>,
    /// What the join gets.
    arguments: Vec<Value>,
}

impl Diamond {
    fn find(function: &Function, shape: &Shape<'_>, block: Block) -> Option<Self> {
        let Terminator::Branch { condition, then, otherwise } = &function.blocks[block].terminator else {
            return None;
        };
        let onward = |call: &BlockCall| {
            let goes_on = shape.is_only_reached_from(function, call.block, block);
            match &function.blocks[call.block].terminator {
                Terminator::Jump(onward) if goes_on && onward.block != call.block => Some(onward.clone()),
                _ => None,
            }
        };
        let passed = |call: &BlockCall, onward: &BlockCall| Way {
            block: Some(call.block),
            arguments: onward.arguments.clone(),
        };
        let direct = |call: &BlockCall| Way { block: None, arguments: call.arguments.clone() };
        let (then, otherwise, join) = if then.block == otherwise.block {
            (direct(then), direct(otherwise), then.block)
        } else {
            match (onward(then), onward(otherwise)) {
                (Some(a), Some(b)) if a.block == b.block => {
                    (passed(then, &a), passed(otherwise, &b), a.block)
                }
                (Some(a), _) if a.block == otherwise.block => (passed(then, &a), direct(otherwise), a.block),
                (_, Some(b)) if b.block == then.block => (direct(then), passed(otherwise, &b), b.block),
                _ => return None,
            }
        };
        let diamond = Self { condition: *condition, then, otherwise, join };
        (diamond.cost(function)? <= shape.most_cost(block)).then_some(diamond)
    }

    /// What it costs to compute both ways; `None` if they do something that only one of them may do.
    fn cost(&self, function: &Function) -> Option<u32> {
        let (then, otherwise) = (self.then.insts(function), self.otherwise.insts(function));
        if then.len().max(otherwise.len()) > MOST_COST_IN_LOOP as usize * 2 {
            return None;
        }
        let mut merge = Merge::default();
        let mut cost = 0;
        for step in steps(function, then, otherwise)? {
            match step {
                Step::Pure(inst) => cost += cost_of(function, inst)?,
                Step::Both(first, second) => cost += u32::from(merge.is_selected(function, first, second)?),
            }
        }
        let arguments = self.then.arguments.iter().zip(&self.otherwise.arguments);
        Some(cost + arguments.filter(|(a, b)| a != b).count() as u32)
    }

    fn convert(self, function: &mut Function, block: Block) {
        let then = self.then.insts(function).to_vec();
        let otherwise = self.otherwise.insts(function).to_vec();
        let steps = steps(function, &then, &otherwise).expect("its cost was found");
        let mut merge = Merge::default();
        for step in steps {
            match step {
                Step::Pure(inst) => merge.add_pure(function, block, inst),
                Step::Both(first, second) => {
                    merge.add_both(function, block, self.condition, first, second);
                }
            }
        }
        let span = function.blocks[block].terminator_span;
        let mut arguments = Vec::new();
        for (then, otherwise) in self.then.arguments.into_iter().zip(self.otherwise.arguments) {
            let (then, otherwise) = (merge.resolve(then), merge.resolve(otherwise));
            arguments.push(select(function, block, self.condition, then, otherwise, span));
        }
        function.blocks[block].terminator = Terminator::Jump(BlockCall::new(self.join, arguments));
    }
}

impl Way {
    fn insts<'f>(&self, function: &'f Function) -> &'f [Inst] {
        self.block.map_or(&[], |block| &function.blocks[block].insts)
    }
}

/// `then` where the condition holds, else `otherwise`.
fn select(
    function: &mut Function,
    block: Block,
    condition: Value,
    then: Value,
    otherwise: Value,
    span: Span,
) -> Value {
    if then == otherwise {
        return then;
    }
    let inst = function.append_inst(block, InstKind::Select { condition, then, otherwise }, span);
    function.insts[inst].results[0]
}

/// One thing that is done in place of two ways.
enum Step {
    /// An instruction of one way, which does no harm on the other.
    Pure(Inst),
    /// An access to memory that both ways make, by the first way's instruction and the second's.
    Both(Inst, Inst),
}

/// The instructions of two ways in one order; `None` if their accesses to memory do not match one another.
fn steps(function: &Function, first: &[Inst], second: &[Inst]) -> Option<Vec<Step>> {
    let is_access =
        |inst: &Inst| matches!(function.insts[*inst].kind, InstKind::Load { .. } | InstKind::Store { .. });
    let mut steps = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.iter(), second.iter());
    loop {
        // Up to the next access of each way.
        let accesses = [&mut first, &mut second].map(|way| {
            for inst in way.by_ref() {
                if is_access(inst) {
                    return Some(*inst);
                }
                steps.push(Step::Pure(*inst));
            }
            None
        });
        match accesses {
            [Some(a), Some(b)] => steps.push(Step::Both(a, b)),
            [None, None] => return Some(steps),
            [Some(_), None] | [None, Some(_)] => return None,
        }
    }
}

/// Two ways that become one: what is computed on both is computed once.
#[derive(Default)]
struct Merge {
    /// The results of instructions that are left out, and what stands for them.
    replaced: FxHashMap<Value, Value>,
    known: FxHashMap<InstKind, Value>,
}

impl Merge {
    fn resolve(&self, value: Value) -> Value {
        self.replaced.get(&value).copied().unwrap_or(value)
    }

    fn resolved(&self, function: &Function, inst: Inst) -> InstKind {
        function.insts[inst].kind.clone().map_operands(|value| self.resolve(value))
    }

    /// Adds a pure instruction to the block, or finds it there.
    fn add_pure(&mut self, function: &mut Function, block: Block, inst: Inst) {
        let kind = self.resolved(function, inst);
        if let Some(known) = self.note(function, inst, &kind) {
            self.replaced.insert(function.insts[inst].results[0], known);
        } else {
            function.insts[inst].kind = kind;
            function.blocks[block].insts.push(inst);
        }
    }

    /// What computes the same, or `None` and the instruction is known from now on.
    fn note(&mut self, function: &Function, inst: Inst, kind: &InstKind) -> Option<Value> {
        let &result = function.insts[inst].results.first()?;
        let known = *self.known.entry(kind.clone()).or_insert(result);
        (known != result).then_some(known)
    }

    /// Whether what is stored differs; `None` if the two accesses are not to one place.
    fn is_selected(&mut self, function: &Function, first: Inst, second: Inst) -> Option<bool> {
        match (self.traced(function, first), self.traced(function, second)) {
            (a @ InstKind::Load { .. }, b @ InstKind::Load { .. }) => (a == b).then_some(false),
            (
                InstKind::Store { value: v, address: a, offset: o, region: r },
                InstKind::Store { value, address, offset, region },
            ) => {
                let is_alike = (a, o, r) == (address, offset, region)
                    && function.value_type(v) == function.value_type(value);
                is_alike.then_some(v != value)
            }
            _ => None,
        }
    }

    /// An access on operands that were looked for in both ways, which are not merged yet.
    fn traced(&mut self, function: &Function, inst: Inst) -> InstKind {
        let mut kind = function.insts[inst].kind.clone();
        kind.for_each_operand_mut(|value| *value = self.trace(function, *value, MOST_COST_IN_LOOP));
        kind
    }

    /// The first value that computes the same as this one, as far as it is known.
    fn trace(&mut self, function: &Function, value: Value, depth: u32) -> Value {
        if let Some(known) = self.replaced.get(&value) {
            return *known;
        }
        let Some(inst) = function.defining_inst(value).filter(|_| depth > 0) else { return value };
        let mut kind = function.insts[inst].kind.clone();
        if !kind.is_pure() && !matches!(kind, InstKind::Load { .. }) {
            return value;
        }
        kind.for_each_operand_mut(|operand| *operand = self.trace(function, *operand, depth - 1));
        let known = match kind {
            // Two loads of one place need not give the same.
            InstKind::Load { .. } => value,
            kind => *self.known.entry(kind).or_insert(value),
        };
        self.replaced.insert(value, known);
        known
    }

    fn add_both(
        &mut self,
        function: &mut Function,
        block: Block,
        condition: Value,
        first: Inst,
        second: Inst,
    ) {
        let mut kind = self.resolved(function, first);
        let other = self.resolved(function, second);
        if let (InstKind::Store { value, .. }, InstKind::Store { value: otherwise, .. }) = (&mut kind, other)
        {
            let span = function.insts[first].span;
            *value = select(function, block, condition, *value, otherwise, span);
        } else {
            self.replaced.insert(function.insts[second].results[0], function.insts[first].results[0]);
        }
        function.insts[first].kind = kind;
        function.blocks[block].insts.push(first);
    }
}

/// `branch a, M, E` with `branch b, T, E` at the end of the block M, which only the first leads to and which is harmless and cheap: `branch a and b, T, E`.
struct JoinedConditions {
    first: Value,
    /// Whether the way to the second branch is that where the first condition holds.
    first_leads_on: bool,
    middle: Block,
    second: Value,
    /// Whether both go to `shared` where the second condition holds.
    second_leads_to_shared: bool,
    shared: BlockCall,
    other: BlockCall,
}

impl JoinedConditions {
    fn find(function: &Function, shape: &Shape<'_>, block: Block) -> Option<Self> {
        let Terminator::Branch { condition, then, otherwise } = &function.blocks[block].terminator else {
            return None;
        };
        let is_middle = |call: &BlockCall| {
            shape.is_only_reached_from(function, call.block, block)
                && matches!(function.blocks[call.block].terminator, Terminator::Branch { .. })
        };
        let (first_leads_on, middle, shared) = match (is_middle(then), is_middle(otherwise)) {
            (true, false) => (true, then.block, otherwise),
            (false, true) => (false, otherwise.block, then),
            (true, true) | (false, false) => return None,
        };
        let first = *condition;
        let Terminator::Branch { condition, then, otherwise } = &function.blocks[middle].terminator else {
            return None;
        };
        let (second_leads_to_shared, other) = match (then == shared, otherwise == shared) {
            (true, false) => (true, otherwise),
            (false, true) => (false, then),
            (true, true) | (false, false) => return None,
        };
        let own = shape.innermost(block);
        let header = own.map(|id| shape.forest.loops[id].header);
        let stays = |to: Block| shape.innermost(to) == own && Some(to) != header;
        let is_within = stays(middle) && stays(shared.block) && stays(other.block);
        let mut cost = 0;
        for inst in &function.blocks[middle].insts {
            cost += cost_of(function, *inst)?;
        }
        (is_within && cost <= MOST_COST).then(|| Self {
            first,
            first_leads_on,
            middle,
            second: *condition,
            second_leads_to_shared,
            shared: shared.clone(),
            other: other.clone(),
        })
    }

    fn apply(self, function: &mut Function, block: Block) {
        let insts = std::mem::take(&mut function.blocks[self.middle].insts);
        function.blocks[block].insts.extend(insts);
        let span = function.blocks[block].terminator_span;
        let mut value = |kind: InstKind| {
            let inst = function.append_inst(block, kind, span);
            function.insts[inst].results[0]
        };
        let mut inverted = |value_of: Value, is_inverted: bool| match is_inverted {
            true => value(InstKind::Unary(UnaryOp::Inot, value_of)),
            false => value_of,
        };
        // Where the first does not lead on, or the second leads there, the way is the shared one.
        let first = inverted(self.first, self.first_leads_on);
        let second = inverted(self.second, !self.second_leads_to_shared);
        let condition = value(InstKind::Binary(BinaryOp::Or, first, second));
        function.blocks[block].terminator =
            Terminator::Branch { condition, then: self.shared, otherwise: self.other };
    }
}

/// What an instruction costs, in cheap ones; `None` if it may not be computed where the program would not.
fn cost_of(function: &Function, inst: Inst) -> Option<u32> {
    let kind = &function.insts[inst].kind;
    if !kind.is_speculatable(function) {
        return None;
    }
    match kind {
        InstKind::Const(_) => Some(0),
        InstKind::Unary(op, _) => match op {
            UnaryOp::Ineg | UnaryOp::Inot | UnaryOp::Fneg | UnaryOp::Fabs => Some(1),
            UnaryOp::Ffloor | UnaryOp::Fceil | UnaryOp::Ftrunc | UnaryOp::Fnearest => Some(3),
            UnaryOp::Fsqrt => None,
        },
        InstKind::Binary(op, ..) => match op {
            BinaryOp::Iadd
            | BinaryOp::Isub
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Shl
            | BinaryOp::Sshr
            | BinaryOp::Ushr
            | BinaryOp::Smin
            | BinaryOp::Smax
            | BinaryOp::Umin
            | BinaryOp::Umax => Some(1),
            BinaryOp::Imul | BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fcopysign => {
                Some(2)
            }
            BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem => Some(8),
            BinaryOp::Fdiv => None,
        },
        InstKind::Ternary(..) => Some(2),
        InstKind::Convert(op, value, to) => match op {
            ConvertOp::SignExtend | ConvertOp::ZeroExtend | ConvertOp::Truncate | ConvertOp::Bitcast => {
                Some(u32::from(*to != MachineType::I1 && function.value_type(*value) != MachineType::I1))
            }
            ConvertOp::SignedToFloat | ConvertOp::Promote | ConvertOp::Demote => Some(2),
            ConvertOp::UnsignedToFloat | ConvertOp::FloatToSigned | ConvertOp::FloatToUnsigned => Some(4),
        },
        InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::PtrAdd { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::FunctionAddress(_) => Some(1),
        InstKind::Load { .. }
        | InstKind::Store { .. }
        | InstKind::When { .. }
        | InstKind::CheckBounds { .. }
        | InstKind::Check { .. }
        | InstKind::Call { .. }
        | InstKind::CallRuntime { .. }
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => None,
    }
}
