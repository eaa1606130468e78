//! Gives every loop a preheader and one latch, and moves a test at its top to its bottom.
//!
//! Before:
//! `bb0: jump bb1(v0)   bb1(v1): v2 = icmp.slt v1, v9; branch v2, bb2, bb3   bb2: ...; jump bb1(v4)   bb3: ...v1...`
//! After:
//! `bb0: v5 = icmp.slt v0, v9; branch v5, bb4, bb6(v0)   bb4: jump bb2(v0)   bb2(v1'): ...; v6 = icmp.slt v4, v9; branch v6, bb2(v4), bb6(v4)
//! bb6(v7): ...v7...`
//!
//! A preheader is a block that only the loop follows: passes put there what runs once, and after the rotation it runs only if the loop does. One latch makes
//! the values of the next iteration the arguments of one jump. The rotation copies the header's instructions (pure ones and at most
//! [`MAX_COPIED`]) to the ways in; values of the header that are used behind the loop become parameters of the exit. A loop whose test is not in its header, or raises, or
//! whose values are used behind another exit, stays as it is. Loops of one depth are disjoint and changed together, inner ones first; the graph is
//! computed anew for each kind of change at a depth, so the time grows with the function's size and its deepest nest. Does not preserve the
//! control-flow graph.

use crate::analysis::{Loop, LoopData, LoopForest};
use crate::edit::{NewBlocks, jumps_mut, redirect};
use crate::{MirPass, PassContext};
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{
    Block, BlockCall, ControlFlow, Dominators, Function, Inst, InstKind, RegionKind, Terminator, Value,
};
use rustc_hash::FxHashMap;

/// The most instructions of a header that a rotation copies to the ways in.
pub(crate) const MAX_COPIED: usize = 8;

/// Gives every loop a preheader and one latch, and moves a test at its top to its bottom. The head of its file says how.
pub struct CanonicalizeLoops;

impl MirPass for CanonicalizeLoops {
    fn name(&self) -> &'static str {
        "canonicalize-loops"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        for headers in headers_by_depth(function).into_iter().rev() {
            add_preheaders(function, &headers);
            join_latches(function, &headers);
            separate_protected_bodies(function, &headers);
            let new_headers = rotate(function, &headers);
            add_preheaders(function, &new_headers);
        }
    }
}

/// The headers of the outermost loops, those of the loops in them, and so on; within a depth the later ones first.
fn headers_by_depth(function: &Function) -> Vec<Vec<Block>> {
    let forest = Shape::of(function).forest;
    let mut depths: SideMap<Loop, usize> = SideMap::new(0);
    let mut headers: Vec<Vec<Block>> = Vec::new();
    for (id, data) in forest.loops.iter() {
        let depth = data.parent.map_or(0, |parent| depths[parent] + 1);
        depths[id] = depth;
        headers.resize_with(headers.len().max(depth + 1), Vec::new);
        headers[depth].push(data.header);
    }
    headers.iter_mut().for_each(|headers| headers.reverse());
    headers
}

/// The graph of a function with its loops.
struct Shape {
    control_flow: ControlFlow,
    dominators: Dominators,
    forest: LoopForest,
}

impl Shape {
    fn of(function: &Function) -> Self {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        Self { control_flow, dominators, forest }
    }

    /// The loops with these headers, in their order, without those that run in parallel.
    fn loops_at(&self, headers: &[Block]) -> Vec<&LoopData> {
        let serial = self.forest.loops.values().filter(|data| !data.is_parallel);
        let by_header: FxHashMap<Block, &LoopData> = serial.map(|data| (data.header, data)).collect();
        headers.iter().filter_map(|header| by_header.get(header).copied()).collect()
    }
}

/// Puts an empty block in front of each loop, unless there is one.
fn add_preheaders(function: &mut Function, headers: &[Block]) {
    if headers.is_empty() {
        return;
    }
    let shape = Shape::of(function);
    let mut new_blocks = NewBlocks::default();
    for data in shape.loops_at(headers) {
        if data.preheader(function, &shape.control_flow).is_some() {
            continue;
        }
        let outside = outside_jumps(function, &shape, data);
        match outside.as_slice() {
            [] => {}
            [only] if jump_count(function, *only, data.header) == 1 => {
                add_preheader_on_edge(function, &mut new_blocks, data.header, *only);
            }
            _ => add_joining_preheader(function, &mut new_blocks, data.header, &outside),
        }
    }
    new_blocks.place(function);
}

/// Puts a preheader on the only way in: it passes the arguments on as they are, so that the loop's first values stay visible.
fn add_preheader_on_edge(function: &mut Function, new_blocks: &mut NewBlocks, header: Block, from: Block) {
    let (preheader, _) = new_blocks.add_in_front(function, header, &[]);
    for call in jumps_mut(&mut function.blocks[from].terminator) {
        if call.block == header {
            let into = std::mem::replace(call, BlockCall::new(preheader, Vec::new()));
            function.blocks[preheader].terminator = Terminator::Jump(into);
            return;
        }
    }
}

/// Joins several ways in.
fn add_joining_preheader(
    function: &mut Function,
    new_blocks: &mut NewBlocks,
    header: Block,
    outside: &[Block],
) {
    let parameters = function.blocks[header].parameters.clone();
    let (preheader, arguments) = new_blocks.add_in_front(function, header, &parameters);
    function.blocks[preheader].terminator = Terminator::Jump(BlockCall::new(header, arguments));
    for block in outside {
        redirect(function, *block, header, preheader);
    }
}

fn jump_count(function: &Function, from: Block, to: Block) -> usize {
    function.blocks[from].terminator.jumps().iter().filter(|call| call.block == to).count()
}

/// The blocks outside a loop that jump to its header.
fn outside_jumps(function: &Function, shape: &Shape, data: &LoopData) -> Vec<Block> {
    let leads_here =
        |block: &Block| !data.blocks.contains(*block) && jump_count(function, *block, data.header) > 0;
    shape.control_flow.predecessors(data.header).iter().copied().filter(leads_here).collect()
}

/// Sends all ways back to the header of each loop through one block.
fn join_latches(function: &mut Function, headers: &[Block]) {
    let shape = Shape::of(function);
    let mut new_blocks = NewBlocks::default();
    for data in shape.loops_at(headers) {
        let [.., last] = data.latches[..] else { continue };
        if data.latches.len() < 2 {
            continue;
        }
        let header = data.header;
        let parameters = function.blocks[header].parameters.clone();
        // Behind the last of the blocks it joins.
        let (latch, arguments) = new_blocks.add_behind(function, last, &parameters);
        function.blocks[latch].terminator = Terminator::Jump(BlockCall::new(header, arguments));
        for block in &data.latches {
            redirect(function, *block, header, latch);
        }
    }
    new_blocks.place(function);
}

/// Puts an unprotected block in front of a protected body: the body gets the header's values as parameters, and an unwind target can use only
/// what is defined before the block it protects.
fn separate_protected_bodies(function: &mut Function, headers: &[Block]) {
    let shape = Shape::of(function);
    let mut new_blocks = NewBlocks::default();
    for data in shape.loops_at(headers) {
        let targets = function.blocks[data.header].terminator.jumps();
        let is_protected_body = |block: &Block| {
            let body = &function.blocks[*block];
            data.blocks.contains(*block) && body.unwind.is_some() && body.parameters.is_empty()
        };
        let Some(body) = targets.iter().map(|call| call.block).find(is_protected_body) else { continue };
        let (between, _) = new_blocks.add_in_front(function, body, &[]);
        function.blocks[between].terminator = Terminator::Jump(BlockCall::new(body, Vec::new()));
        redirect(function, data.header, body, between);
    }
    new_blocks.place(function);
}

/// Moves the tests in the headers of loops to their bottoms, where that can be done. Gives the new headers.
fn rotate(function: &mut Function, headers: &[Block]) -> Vec<Block> {
    let shape = Shape::of(function);
    let mut plans: Vec<Plan<'_>> =
        shape.loops_at(headers).into_iter().filter_map(|data| Plan::make(function, &shape, data)).collect();
    find_uses(function, &shape, &mut plans);
    plans.retain(|plan| plan.works);
    let mut moved = FxHashMap::default();
    let mut new_blocks = NewBlocks::default();
    for (position, plan) in plans.iter().enumerate() {
        plan.rotate(function, &mut new_blocks, position, &mut moved);
    }
    new_blocks.place(function);
    let gone: IdSet<Block> = plans.iter().map(|plan| plan.header).collect();
    function.layout.retain(|block| !gone.contains(*block));
    follow_moved(function, &plans, &moved);
    plans.iter().map(|plan| plan.body).collect()
}

/// Finds where the values of the headers are used. A plan fails if one is used outside the loop where the exit to come does not dominate.
fn find_uses(function: &Function, shape: &Shape, plans: &mut [Plan<'_>]) {
    let mut owners: FxHashMap<Value, usize> = FxHashMap::default();
    for (position, plan) in plans.iter().enumerate() {
        owners.extend(values_of(function, plan.header).map(|value| (value, position)));
    }
    let (mut inside, mut outside) = (IdSet::new(), IdSet::new());
    for block in shape.control_flow.reverse_postorder() {
        let mut note = |value: Value| {
            let Some(plan) = owners.get(&value).map(|position| &mut plans[*position]) else { return };
            if plan.header == *block {
                return;
            }
            if plan.data.blocks.contains(*block) {
                if inside.insert(value) {
                    plan.used_inside.push(value);
                }
            } else {
                if outside.insert(value) {
                    plan.used_outside.push(value);
                }
                plan.works &= plan.exits_alone && shape.dominators.dominates(plan.exit, *block);
            }
        };
        for inst in &function.blocks[*block].insts {
            function.insts[*inst].kind.for_each_operand(&mut note);
        }
        function.blocks[*block].terminator.for_each_operand(note);
    }
}

/// The parameters of a block and the results of its instructions.
fn values_of(function: &Function, block: Block) -> impl Iterator<Item = Value> {
    let data = &function.blocks[block];
    let results = data.insts.iter().flat_map(|inst| &function.insts[*inst].results);
    data.parameters.iter().chain(results).copied()
}

/// What stands for a header's value once the header is gone.
struct Moved {
    /// Whose header, by the position of its plan.
    plan: usize,
    /// In the loop: a parameter of the body.
    inside: Option<Value>,
    /// Behind the loop: a parameter of the exit.
    outside: Option<Value>,
}

/// Replaces the uses of the headers' values.
fn follow_moved(function: &mut Function, plans: &[Plan<'_>], moved: &FxHashMap<Value, Moved>) {
    if moved.is_empty() {
        return;
    }
    for block in &function.layout {
        let replace = |value: &mut Value| {
            let Some(moved) = moved.get(value) else { return };
            let is_inside = plans[moved.plan].data.blocks.contains(*block);
            *value = if is_inside { moved.inside } else { moved.outside }.unwrap_or(*value);
        };
        let data = &mut function.blocks[*block];
        for inst in &data.insts {
            function.insts[*inst].kind.for_each_operand_mut(replace);
        }
        data.terminator.for_each_operand_mut(replace);
    }
}

/// What a rotation needs to know.
struct Plan<'s> {
    data: &'s LoopData,
    header: Block,
    /// The ways to the header: the preheader and the latch.
    entries: [Block; 2],
    /// Where the header goes to stay in the loop: a block that only it goes to, without parameters.
    body: Block,
    /// Where the header goes to leave the loop.
    exit: Block,
    /// Whether nothing else goes to the exit.
    exits_alone: bool,
    /// The header's values that are used outside the loop.
    used_outside: Vec<Value>,
    /// The header's values that are used inside the loop but outside the header.
    used_inside: Vec<Value>,
    /// Whether all those uses can be followed.
    works: bool,
}

impl<'s> Plan<'s> {
    fn make(function: &Function, shape: &Shape, data: &'s LoopData) -> Option<Self> {
        let header = data.header;
        let preheader = data.preheader(function, &shape.control_flow)?;
        let &[latch] = data.latches.as_slice() else { return None };
        let Terminator::Branch { then, otherwise, .. } = &function.blocks[header].terminator else {
            return None;
        };
        let (body, exit) = match (data.blocks.contains(then.block), data.blocks.contains(otherwise.block)) {
            (true, false) => (then.block, otherwise.block),
            (false, true) => (otherwise.block, then.block),
            (true, true) | (false, false) => return None,
        };
        let is_simple = latch != header
            && body != header
            && function.blocks[body].parameters.is_empty()
            && shape.control_flow.predecessors(body) == [header]
            && matches!(function.blocks[latch].terminator, Terminator::Jump(_))
            && is_copyable(function, header);
        let exits_alone = shape.control_flow.predecessors(exit).iter().all(|from| *from == header);
        is_simple.then(|| Self {
            data,
            header,
            entries: [preheader, latch],
            body,
            exit,
            exits_alone,
            used_outside: Vec::new(),
            used_inside: Vec::new(),
            works: true,
        })
    }

    /// Makes the body the header: it gets the header's values as parameters, and the ways in test at their ends. The uses of those values are
    /// left as they are; what will stand for them is added to `moved`.
    fn rotate(
        &self,
        function: &mut Function,
        new_blocks: &mut NewBlocks,
        position: usize,
        moved: &mut FxHashMap<Value, Moved>,
    ) {
        let exit = self.split_exit(function, new_blocks, position, moved);
        for value in &self.used_inside {
            let ty = function.value_type(*value);
            let parameter = function.add_parameter(self.body, ty);
            entry_of(moved, *value, position).inside = Some(parameter);
        }
        for entry in self.entries {
            self.copy_test(function, entry, exit);
        }
    }

    /// Puts a block between the header and the exit, whose parameters are the header's values that are used outside.
    fn split_exit(
        &self,
        function: &mut Function,
        new_blocks: &mut NewBlocks,
        position: usize,
        moved: &mut FxHashMap<Value, Moved>,
    ) -> Block {
        let (between, parameters) = new_blocks.add_in_front(function, self.exit, &self.used_outside);
        let mut substitute: FxHashMap<Value, Value> = FxHashMap::default();
        for (value, parameter) in self.used_outside.iter().zip(parameters) {
            entry_of(moved, *value, position).outside = Some(parameter);
            substitute.insert(*value, parameter);
        }
        let mut onward = self.exit_call(function).clone();
        let mut passed = self.used_outside.clone();
        // What is used in the jump's arguments alone is passed, too.
        for argument in &mut onward.arguments {
            if !values_of(function, self.header).any(|value| value == *argument) {
                continue;
            }
            *argument = *substitute.entry(*argument).or_insert_with(|| {
                passed.push(*argument);
                let ty = function.value_type(*argument);
                function.add_parameter(between, ty)
            });
        }
        function.blocks[between].terminator = Terminator::Jump(onward);
        for call in jumps_mut(&mut function.blocks[self.header].terminator) {
            if call.block == self.exit {
                *call = BlockCall::new(between, passed.clone());
            }
        }
        between
    }

    fn exit_call<'a>(&self, function: &'a Function) -> &'a BlockCall {
        function.blocks[self.header]
            .terminator
            .jumps()
            .into_iter()
            .find(|call| call.block == self.exit)
            .expect("the header goes to the exit")
    }

    /// Replaces the jump from `entry` to the header by the header's own instructions and branch.
    fn copy_test(&self, function: &mut Function, entry: Block, exit: Block) {
        let Terminator::Jump(call) = function.blocks[entry].terminator.clone() else {
            unreachable!("the preheader and the latch jump to the header")
        };
        let header = function.blocks[self.header].clone();
        let mut copies: FxHashMap<Value, Value> = header.parameters.into_iter().zip(call.arguments).collect();
        for inst in header.insts {
            copy_inst(function, inst, entry, &mut copies);
        }
        let copied = |value: Value| *copies.get(&value).unwrap_or(&value);
        let mut terminator = header.terminator.map_operands(copied);
        for target in jumps_mut(&mut terminator) {
            if target.block == self.body {
                target.arguments = self.used_inside.iter().copied().map(copied).collect();
            } else {
                debug_assert_eq!(target.block, exit, "a rotated header has two targets");
            }
        }
        let data = &mut function.blocks[entry];
        data.terminator = terminator;
        data.terminator_span = header.terminator_span;
    }
}

fn entry_of(moved: &mut FxHashMap<Value, Moved>, value: Value, plan: usize) -> &mut Moved {
    moved.entry(value).or_insert(Moved { plan, inside: None, outside: None })
}

/// Whether the header's instructions can run a further time and are few.
fn is_copyable(function: &Function, header: Block) -> bool {
    let insts = &function.blocks[header].insts;
    insts.len() <= MAX_COPIED
        && insts.iter().all(|inst| {
            let kind = &function.insts[*inst].kind;
            let is_descriptor_load = matches!(kind, InstKind::Load { region, .. }
                if function.regions[*region].kind == RegionKind::Descriptor);
            is_descriptor_load || kind.is_speculatable(function)
        })
}

/// Appends a copy of an instruction, on copied operands.
fn copy_inst(function: &mut Function, inst: Inst, to: Block, copies: &mut FxHashMap<Value, Value>) {
    let data = function.insts[inst].clone();
    let kind = data.kind.map_operands(|value| *copies.get(&value).unwrap_or(&value));
    let copy = function.append_inst(to, kind, data.span);
    let results = function.insts[copy].results.clone();
    copies.extend(data.results.iter().copied().zip(results.iter().copied()));
}
