//! What of a marked loop that holds other loops is computed once for all iterations that run at once, and what for each.
//!
//! Integers and addresses that are the same in all of the iterations are computed once, and so are those that grow from one to the next by a constant number: of
//! them the first iteration's. All else is in lanes. A branch that depends on what is in lanes may only leave inner loops: lanes that have left wait until all have.

use crate::{
    BinaryOp, Block, BlockCall, ControlFlow, Function, Inst, InstKind, MachineType, Terminator, Value,
    VectorLoop,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// How iterations of a marked loop with loops in it run at once.
#[derive(Clone, Debug)]
pub struct NestPlan<'a> {
    /// The mark.
    pub vector: &'a VectorLoop,
    /// The blocks of the loop, each before its successors but for ways back, and those of a loop in it side by side: the header first, the block that goes back there last.
    pub blocks: Vec<Block>,
    /// The inner loops that lanes leave one by one.
    pub divergent: Vec<DivergentLoop>,
    /// The blocks that lie in a loop within the loop.
    pub looped: FxHashSet<Block>,
    /// The instructions that something with an effect needs.
    pub needed: FxHashSet<Inst>,
    /// The values that something with an effect needs, parameters of blocks among them.
    pub needed_values: FxHashSet<Value>,
    /// Where control goes behind the last iteration, if nothing that the loop computes is needed there.
    pub exit: Option<BlockCall>,
    /// The bytes of the widest value in lanes.
    pub lane_bytes: u32,
    shapes: FxHashMap<Value, Shape>,
    owner: FxHashMap<Value, Block>,
}

/// How the value that each of the iterations that run at once has differs from those of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An integer of 64 bits, an address or a truth value, the same in all.
    Same,
    /// An integer of 64 bits or an address that is larger by so much in the next one.
    Step(i64),
    /// Whatever it is.
    Lanes,
}

/// An inner loop, with all loops in it, that some iterations leave earlier than others.
#[derive(Clone, Debug)]
pub struct DivergentLoop {
    /// The block through which it is entered.
    pub header: Block,
    /// Its blocks.
    pub blocks: FxHashSet<Block>,
    /// Where all that leave it go.
    pub exit: Block,
    /// What it computes and is used behind it, in the order of the values: a lane has what it had when it left.
    pub kept: Vec<Value>,
}

impl<'a> NestPlan<'a> {
    /// The plan for a marked block that is the header of a loop of several blocks; `None` if its iterations cannot run at once by these rules.
    pub fn new(function: &'a Function, control_flow: &ControlFlow, header: Block) -> Option<Self> {
        Self::find(function, control_flow, header).ok()
    }

    /// The same with the rule that the loop does not keep to, in words that say so.
    ///
    /// # Errors
    /// Its iterations cannot run at once.
    pub fn find(
        function: &'a Function,
        control_flow: &ControlFlow,
        header: Block,
    ) -> Result<Self, &'static str> {
        let vector = function.blocks[header].vector.as_ref().ok_or("it is not marked")?;
        let blocks = natural_loop(control_flow, header).ok_or("it goes on from several places")?;
        let mut planner = Planner::new(function, control_flow, vector, blocks);
        planner.check_order()?;
        planner.check_parameters()?;
        planner.find_shapes()?;
        let (needed, needed_values) = planner.needed();
        planner.find_kept(&needed, &needed_values);
        let lane_bytes = planner.lane_bytes(&needed);
        let exit = planner.exit();
        let Planner { blocks, divergent, shapes, inner, owner, .. } = planner;
        let looped = inner.into_iter().flat_map(|(_, blocks)| blocks).collect();
        Ok(Self { looped, vector, blocks, divergent, needed, needed_values, exit, lane_bytes, shapes, owner })
    }

    /// The header, whose parameter the variable is.
    pub fn header(&self) -> Block {
        self.blocks[0]
    }

    /// The block that goes back to the header.
    pub fn latch(&self) -> Block {
        self.blocks[self.blocks.len() - 1]
    }

    /// Whether a block is one of the loop's.
    pub fn contains(&self, block: Block) -> bool {
        self.blocks.contains(&block)
    }

    /// How a value differs from lane to lane. One from outside is the same in all of them.
    pub fn shape(&self, function: &Function, value: Value) -> Shape {
        shape(&self.shapes, function, value)
    }

    /// How a value differs from lane to lane where a block uses it: lanes have left the loop that computes it at different times.
    pub fn shape_in(&self, function: &Function, value: Value, block: Block) -> Shape {
        match comes_out(&self.divergent, &self.owner, value, block) {
            true => Shape::Lanes,
            false => self.shape(function, value),
        }
    }

    /// The loop that lanes leave one by one in which a block lies.
    pub fn divergent_loop(&self, block: Block) -> Option<&DivergentLoop> {
        self.divergent.iter().find(|data| data.blocks.contains(&block))
    }
}

/// Whether a block uses a value behind the loop that lanes left one by one.
fn comes_out(
    divergent: &[DivergentLoop],
    owner: &FxHashMap<Value, Block>,
    value: Value,
    block: Block,
) -> bool {
    let Some(owner) = owner.get(&value) else { return false };
    divergent.iter().any(|data| data.blocks.contains(owner) && !data.blocks.contains(&block))
}

fn shape(shapes: &FxHashMap<Value, Shape>, function: &Function, value: Value) -> Shape {
    let of_outside = if is_single(function.value_type(value)) { Shape::Same } else { Shape::Lanes };
    shapes.get(&value).copied().unwrap_or(of_outside)
}

/// Whether values of a type are computed once where they are the same in all lanes.
fn is_single(ty: MachineType) -> bool {
    matches!(ty, MachineType::I64 | MachineType::Ptr | MachineType::I1)
}

/// The blocks of the loop with that header in reverse postorder, if exactly one of them goes back to it; that one is put last.
fn natural_loop(control_flow: &ControlFlow, header: Block) -> Option<Vec<Block>> {
    let start = control_flow.position(header)?;
    let is_behind = |block: &Block| control_flow.position(*block).is_some_and(|at| at >= start);
    let mut latches = control_flow.predecessors(header).iter().copied().filter(is_behind);
    let (latch, None) = (latches.next()?, latches.next()) else { return None };
    let mut seen: FxHashSet<Block> = [header].into_iter().collect();
    let mut work = vec![latch];
    while let Some(block) = work.pop() {
        if !is_behind(&block) {
            return None;
        }
        if seen.insert(block) {
            work.extend(control_flow.predecessors(block));
        }
    }
    let mut blocks: Vec<Block> = seen.into_iter().collect();
    blocks.sort_unstable_by_key(|block| control_flow.position(*block));
    let last = blocks.iter().position(|block| *block == latch)?;
    blocks.remove(last);
    blocks.push(latch);
    (blocks.len() > 1).then_some(blocks)
}

struct Planner<'a> {
    function: &'a Function,
    vector: &'a VectorLoop,
    blocks: Vec<Block>,
    /// The inner loops by their headers, outer ones first.
    inner: Vec<(Block, FxHashSet<Block>)>,
    /// For each block the blocks that go there, with the number of their jump.
    incoming: FxHashMap<Block, Vec<(Block, usize)>>,
    owner: FxHashMap<Value, Block>,
    shapes: FxHashMap<Value, Shape>,
    divergent: Vec<DivergentLoop>,
}

impl<'a> Planner<'a> {
    fn new(
        function: &'a Function,
        control_flow: &ControlFlow,
        vector: &'a VectorLoop,
        blocks: Vec<Block>,
    ) -> Self {
        let mut incoming: FxHashMap<Block, Vec<(Block, usize)>> = FxHashMap::default();
        let mut owner = FxHashMap::default();
        for block in &blocks {
            let data = &function.blocks[*block];
            for (number, call) in data.terminator.jumps().into_iter().enumerate() {
                incoming.entry(call.block).or_default().push((*block, number));
            }
            owner.extend(data.parameters.iter().map(|value| (*value, *block)));
            for inst in &data.insts {
                owner.extend(function.insts[*inst].results.iter().map(|value| (*value, *block)));
            }
        }
        let of_header = |header: &Block| {
            let blocks = natural_loop_within(control_flow, &blocks, *header);
            blocks.map(|blocks| (*header, blocks))
        };
        let inner: Vec<(Block, FxHashSet<Block>)> = blocks[1..].iter().filter_map(of_header).collect();
        let blocks = with_loops_together(blocks, &inner);
        let (shapes, divergent) = (FxHashMap::default(), Vec::new());
        Self { function, vector, blocks, inner, incoming, owner, shapes, divergent }
    }

    /// An iteration stores when nothing can stop it any more, and not in a loop.
    fn check_order(&self) -> Result<(), &'static str> {
        let mut has_stored = false;
        for block in &self.blocks {
            let data = &self.function.blocks[*block];
            let is_in_loop = self.inner.iter().any(|(_, blocks)| blocks.contains(block));
            if is_in_loop && has_stored {
                return Err("it stores in front of a loop in it");
            }
            for inst in &data.insts {
                match &self.function.insts[*inst].kind {
                    InstKind::Store { .. } if is_in_loop => return Err("it stores in a loop in it"),
                    InstKind::Store { .. } => has_stored = true,
                    InstKind::Check { .. } | InstKind::CheckBounds { .. } if has_stored => {
                        return Err("it may raise an error when it has stored");
                    }
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
                    | InstKind::Check { .. }
                    | InstKind::CheckBounds { .. }
                    | InstKind::Safepoint => {}
                    InstKind::Call { .. } | InstKind::CallRuntime { .. } => {
                        return Err("it calls a function");
                    }
                    InstKind::When { .. } => return Err("it loads or stores under a condition"),
                    InstKind::SlotAddress(_) | InstKind::Data(_) | InstKind::FunctionAddress(_) => {
                        return Err("it takes an address");
                    }
                    InstKind::CheckStack | InstKind::ErrorIs(_) | InstKind::Catch => {
                        return Err("it may be interrupted");
                    }
                }
            }
            if data.terminator.jumps().is_empty() {
                return Err("it shares out iterations among threads, or ends the function");
            }
        }
        Ok(())
    }

    /// Nothing but the variable changes from one iteration to the next, and only the last block leaves the loop.
    fn check_parameters(&self) -> Result<(), &'static str> {
        let (header, latch) = (self.blocks[0], self.blocks[self.blocks.len() - 1]);
        for block in &self.blocks {
            for call in self.function.blocks[*block].terminator.jumps() {
                if *block != latch && !self.blocks.contains(&call.block) {
                    return Err("it may be left before its end");
                }
            }
        }
        let Terminator::Branch { then, otherwise, .. } = &self.function.blocks[latch].terminator else {
            return Err("it does not test at its end whether it goes on");
        };
        let back = if then.block == header { then } else { otherwise };
        let parameters = &self.function.blocks[header].parameters;
        let stays =
            |(parameter, next): (&Value, &Value)| *parameter == self.vector.variable || parameter == next;
        match self.vector.accumulators.is_empty() && parameters.iter().zip(&back.arguments).all(stays) {
            true => Ok(()),
            false => Err("an iteration needs what the one before computed"),
        }
    }

    /// Finds how values differ, and which loops diverge; each makes more of the other.
    fn find_shapes(&mut self) -> Result<(), &'static str> {
        self.shapes.insert(self.vector.variable, Shape::Step(1));
        loop {
            while self.refine() {}
            if !self.find_divergent()? {
                return self.check_divergent();
            }
        }
    }

    fn shape(&self, value: Value, block: Block) -> Shape {
        match comes_out(&self.divergent, &self.owner, value, block) {
            true => Shape::Lanes,
            false => shape(&self.shapes, self.function, value),
        }
    }

    /// One walk over all instructions, from the guess that all is the same in all lanes; whether something was found to be less alike.
    fn refine(&mut self) -> bool {
        let mut has_changed = false;
        for block in self.blocks.clone() {
            for (position, parameter) in self.function.blocks[block].parameters.iter().enumerate() {
                if block != self.blocks[0] {
                    let shape = self.of_parameter(block, position);
                    has_changed |= self.shapes.insert(*parameter, shape) != Some(shape);
                }
            }
            for inst in &self.function.blocks[block].insts {
                let data = &self.function.insts[*inst];
                for result in data.results.iter() {
                    let shape = self.of_inst(&data.kind, self.function.value_type(*result), block);
                    has_changed |= self.shapes.insert(*result, shape) != Some(shape);
                }
            }
        }
        has_changed
    }

    fn of_parameter(&self, block: Block, position: usize) -> Shape {
        let parameter = self.function.blocks[block].parameters[position];
        if self.divergent.iter().any(|data| data.exit == block)
            || !is_single(self.function.value_type(parameter))
        {
            return Shape::Lanes;
        }
        let is_same = self.incoming.get(&block).into_iter().flatten().all(|(from, number)| {
            let calls = self.function.blocks[*from].terminator.jumps();
            self.shape(calls[*number].arguments[position], *from) == Shape::Same
        });
        if is_same { Shape::Same } else { Shape::Lanes }
    }

    fn of_inst(&self, kind: &InstKind, ty: MachineType, block: Block) -> Shape {
        if matches!(kind, InstKind::Const(_)) {
            return if is_single(ty) { Shape::Same } else { Shape::Lanes };
        }
        let mut all_same = is_single(ty);
        kind.for_each_operand(|value| {
            all_same &= self.shape(value, block) == Shape::Same && is_single(self.function.value_type(value));
        });
        let is_done_once = match kind {
            InstKind::Binary(op, ..) => is_done_once(*op, ty),
            InstKind::IntCompare(..)
            | InstKind::PtrAdd { .. }
            | InstKind::Load { .. }
            | InstKind::CheckBounds { .. } => true,
            InstKind::Select { .. } => ty != MachineType::I1,
            _ => false,
        };
        if all_same && is_done_once && ty != MachineType::I1 {
            return Shape::Same;
        }
        if all_same && matches!(kind, InstKind::IntCompare(..)) {
            return Shape::Same;
        }
        self.step(kind, block).map_or(Shape::Lanes, Shape::Step)
    }

    /// By how much what an instruction computes grows from lane to lane, if by the same number everywhere.
    fn step(&self, kind: &InstKind, block: Block) -> Option<i64> {
        let of = |value: Value| match self.shape(value, block) {
            Shape::Same if is_single(self.function.value_type(value)) => Some(0),
            Shape::Step(step) => Some(step),
            Shape::Same | Shape::Lanes => None,
        };
        let constant = |value: Value| self.function.constant(value).and_then(crate::Constant::as_int);
        let step = match kind {
            InstKind::PtrAdd { base, offset } => of(*base)?.checked_add(of(*offset)?),
            InstKind::Binary(BinaryOp::Iadd, a, b) => of(*a)?.checked_add(of(*b)?),
            InstKind::Binary(BinaryOp::Isub, a, b) => of(*a)?.checked_sub(of(*b)?),
            InstKind::Binary(BinaryOp::Imul, a, b) => match (constant(*a), constant(*b)) {
                (_, Some(factor)) => of(*a)?.checked_mul(factor),
                (Some(factor), None) => of(*b)?.checked_mul(factor),
                (None, None) => None,
            },
            InstKind::Binary(BinaryOp::Shl, a, b) => {
                let count = constant(*b).filter(|count| (0..32).contains(count))?;
                of(*a)?.checked_mul(1 << count)
            }
            InstKind::CheckBounds { index, .. } => of(*index),
            _ => None,
        };
        step.filter(|step| *step != 0 && step.unsigned_abs() < 1 << 20)
    }

    /// Finds loops that a branch on lanes leaves; whether there are new ones.
    fn find_divergent(&mut self) -> Result<bool, &'static str> {
        let latch = self.blocks[self.blocks.len() - 1];
        for block in &self.blocks {
            let Terminator::Branch { condition, then, otherwise } = &self.function.blocks[*block].terminator
            else {
                continue;
            };
            if *block == latch || self.shape(*condition, *block) == Shape::Same {
                continue;
            }
            // The outermost loop that one of the ways leaves.
            let left = self.inner.iter().find(|(_, blocks)| {
                blocks.contains(block) && [then, otherwise].iter().any(|call| !blocks.contains(&call.block))
            });
            let (header, blocks) = left.ok_or("it branches on what is another in each iteration")?;
            if self.divergent.iter().any(|data| data.header == *header) {
                continue;
            }
            let exits: FxHashSet<Block> =
                blocks.iter().flat_map(|from| self.leaving(*from, blocks)).collect();
            let mut exits = exits.into_iter();
            let (Some(exit), None) = (exits.next(), exits.next()) else {
                return Err("a loop in it goes on to several places");
            };
            let is_apart = self.divergent.iter().all(|data| data.blocks.is_disjoint(blocks));
            let ends_in_loop = self.inner.iter().any(|(header, _)| *header == exit);
            if !is_apart || ends_in_loop {
                return Err("loops in it that iterations leave at different times lie in each other");
            }
            let kept = Vec::new();
            self.divergent.push(DivergentLoop { header: *header, blocks: blocks.clone(), exit, kept });
            return Ok(true);
        }
        Ok(false)
    }

    /// Where a block leaves a loop to. Blocks that do nothing but jump are passed over.
    fn leaving(&self, from: Block, blocks: &FxHashSet<Block>) -> Vec<Block> {
        let calls = self.function.blocks[from].terminator.jumps();
        let outside = calls.iter().map(|call| call.block).filter(|to| !blocks.contains(to));
        let end = |mut to: Block| {
            while self.only_jumps(to)
                && let Terminator::Jump(call) = &self.function.blocks[to].terminator
                && call.block != to
            {
                to = call.block;
            }
            to
        };
        outside.map(end).collect()
    }

    /// Whether a block in the loop does nothing but jump.
    fn only_jumps(&self, block: Block) -> bool {
        let data = &self.function.blocks[block];
        data.insts.is_empty()
            && matches!(data.terminator, Terminator::Jump(_))
            && self.blocks[1..].contains(&block)
    }

    /// In a loop that lanes leave one by one, ways come together at headers only.
    fn check_divergent(&self) -> Result<(), &'static str> {
        let come_together = |block: &Block| {
            let is_header = self.inner.iter().any(|(header, _)| header == block);
            !is_header && self.incoming.get(block).map_or(0, Vec::len) != 1
        };
        let mut blocks = self.divergent.iter().flat_map(|data| &data.blocks);
        match blocks.any(come_together) {
            true => Err("it branches in a loop that iterations leave at different times"),
            false => Ok(()),
        }
    }

    /// Finds what is used behind the loops that lanes leave one by one.
    fn find_kept(&mut self, needed: &FxHashSet<Inst>, needed_values: &FxHashSet<Value>) {
        for data in &mut self.divergent {
            let is_from_within =
                |value: Value| self.owner.get(&value).is_some_and(|owner| data.blocks.contains(owner));
            let mut kept: FxHashSet<Value> = FxHashSet::default();
            let mut note = |value: Value| {
                if is_from_within(value) && needed_values.contains(&value) {
                    kept.insert(value);
                }
            };
            for block in self.blocks.iter().filter(|block| !data.blocks.contains(block)) {
                for inst in self.function.blocks[*block].insts.iter().filter(|inst| needed.contains(inst)) {
                    self.function.insts[*inst].kind.for_each_operand(&mut note);
                }
                self.function.blocks[*block].terminator.for_each_operand(&mut note);
            }
            data.kept = kept.into_iter().collect();
            data.kept.sort_unstable();
        }
    }

    /// What is needed for stores, checks and branches; the test at the end of the loop is not.
    fn needed(&self) -> (FxHashSet<Inst>, FxHashSet<Value>) {
        let latch = self.blocks[self.blocks.len() - 1];
        let mut needed = FxHashSet::default();
        let mut seen: FxHashSet<Value> = FxHashSet::default();
        let mut work: Vec<Value> = Vec::new();
        for block in &self.blocks {
            let data = &self.function.blocks[*block];
            for inst in &data.insts {
                let kind = &self.function.insts[*inst].kind;
                let has_effect = matches!(
                    kind,
                    InstKind::Store { .. }
                        | InstKind::Check { .. }
                        | InstKind::CheckBounds { .. }
                        | InstKind::Safepoint
                );
                if has_effect {
                    needed.insert(*inst);
                    kind.for_each_operand(|value| work.push(value));
                }
            }
            if let Terminator::Branch { condition, .. } = &data.terminator
                && *block != latch
            {
                work.push(*condition);
            }
        }
        while let Some(value) = work.pop() {
            let Some(block) = self.owner.get(&value).filter(|_| seen.insert(value)) else { continue };
            match self.function.defining_inst(value) {
                Some(inst) => {
                    needed.insert(inst);
                    self.function.insts[inst].kind.for_each_operand(|value| work.push(value));
                }
                None if *block != self.blocks[0] => {
                    let parameters = &self.function.blocks[*block].parameters;
                    let position = parameters.iter().position(|other| *other == value).unwrap_or_default();
                    for (from, number) in self.incoming.get(block).into_iter().flatten() {
                        let calls = self.function.blocks[*from].terminator.jumps();
                        work.push(calls[*number].arguments[position]);
                    }
                }
                None => {}
            }
        }
        (needed, seen)
    }

    fn lane_bytes(&self, needed: &FxHashSet<Inst>) -> u32 {
        let results = needed.iter().flat_map(|inst| self.function.insts[*inst].results.iter().copied());
        let parameters = self.blocks.iter().flat_map(|block| self.function.blocks[*block].parameters.clone());
        let is_in_lanes = |value: &Value| shape(&self.shapes, self.function, *value) == Shape::Lanes;
        let in_lanes = results.chain(parameters).filter(is_in_lanes);
        let types = in_lanes.map(|value| self.function.value_type(value));
        let sizes = types.filter(|ty| *ty != MachineType::I1).map(MachineType::size_bytes);
        sizes.max().unwrap_or(8)
    }

    /// The way out, if all that is passed there, or used behind it, was known before.
    fn exit(&self) -> Option<BlockCall> {
        let (header, latch) = (self.blocks[0], self.blocks[self.blocks.len() - 1]);
        let Terminator::Branch { then, otherwise, .. } = &self.function.blocks[latch].terminator else {
            return None;
        };
        let exit = if then.block == header { otherwise } else { then };
        let is_outside = |value: &Value| !self.owner.contains_key(value);
        let mut is_needed = !exit.arguments.iter().all(is_outside);
        let inside: FxHashSet<Block> = self.blocks.iter().copied().collect();
        for block in self.function.layout.iter().filter(|block| !inside.contains(block)) {
            let data = &self.function.blocks[*block];
            let mut note = |value: Value| is_needed |= !is_outside(&value);
            for inst in &data.insts {
                self.function.insts[*inst].kind.for_each_operand(&mut note);
            }
            data.terminator.for_each_operand(&mut note);
            if let Some(vector) = &data.vector {
                vector.for_each_value(&mut note);
            }
        }
        (!is_needed).then(|| exit.clone())
    }
}

/// Whether an operation on what is the same in all lanes is done once.
fn is_done_once(op: BinaryOp, ty: MachineType) -> bool {
    use BinaryOp::{And, Iadd, Imul, Isub, Or, Shl, Smax, Smin, Sshr, Ushr, Xor};
    ty == MachineType::I64
        && matches!(op, Iadd | Isub | Imul | And | Or | Xor | Shl | Sshr | Ushr | Smin | Smax)
}

/// The blocks of an inner loop, if the block is the header of one.
fn natural_loop_within(
    control_flow: &ControlFlow,
    blocks: &[Block],
    header: Block,
) -> Option<FxHashSet<Block>> {
    let start = control_flow.position(header)?;
    let is_latch = |block: &&Block| {
        control_flow.position(**block).is_some_and(|at| at >= start) && blocks.contains(block)
    };
    let mut work: Vec<Block> = control_flow.predecessors(header).iter().filter(is_latch).copied().collect();
    if work.is_empty() {
        return None;
    }
    let mut seen: FxHashSet<Block> = [header].into_iter().collect();
    while let Some(block) = work.pop() {
        if seen.insert(block) {
            work.extend(control_flow.predecessors(block));
        }
    }
    Some(seen)
}

/// The blocks in an order in which those of an inner loop are side by side: a loop stands where its header does.
fn with_loops_together(blocks: Vec<Block>, inner: &[(Block, FxHashSet<Block>)]) -> Vec<Block> {
    let place: FxHashMap<Block, usize> = blocks.iter().enumerate().map(|(at, block)| (*block, at)).collect();
    let key = |block: &Block| {
        let around = inner.iter().filter(|(_, blocks)| blocks.contains(block));
        let mut key: Vec<usize> = around.map(|(header, _)| place[header]).collect();
        key.push(place[block]);
        key
    };
    let mut ordered = blocks.clone();
    ordered.sort_by_cached_key(key);
    ordered
}
