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
//! whose values are used behind another exit, stays as it is. One walk over the loops, inner ones first; the graph is computed anew for each change.
//! Does not preserve the control-flow graph.

use crate::analysis::{LoopData, LoopForest};
use crate::edit::{add_block_before, jumps_mut, redirect};
use crate::{MirPass, PassContext};
use hotloop_mir::{
    Block, BlockCall, ControlFlow, Definition, Dominators, Function, Inst, InstKind, RegionKind, Terminator,
    Value,
};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

/// The most instructions of a header that a rotation copies to the ways in.
pub(crate) const MAX_COPIED: usize = 8;

/// Gives every loop a preheader and one latch, and moves a test at its top to its bottom. The head of its file says how.
pub struct CanonicalizeLoops;

impl MirPass for CanonicalizeLoops {
    fn name(&self) -> &'static str {
        "canonicalize-loops"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let headers: Vec<Block> = Shape::of(function).forest.loops.values().map(|data| data.header).collect();
        for header in headers.into_iter().rev() {
            add_preheader(function, header);
            join_latches(function, header);
            if let Some(new_header) = rotate(function, header) {
                add_preheader(function, new_header);
            }
        }
    }
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

    fn loop_at(&self, header: Block) -> Option<&LoopData> {
        self.forest.loops.values().find(|data| data.header == header && !data.is_parallel)
    }
}

/// Puts an empty block in front of a loop, unless there is one.
fn add_preheader(function: &mut Function, header: Block) {
    let shape = Shape::of(function);
    let Some(data) = shape.loop_at(header) else { return };
    if data.preheader(function, &shape.control_flow).is_some() {
        return;
    }
    let outside: Vec<Block> = outside_jumps(function, data);
    if outside.is_empty() {
        return;
    }
    match outside.as_slice() {
        [only] if jump_count(function, *only, header) == 1 => add_preheader_on_edge(function, header, *only),
        _ => add_joining_preheader(function, header, &outside),
    }
}

/// Puts a preheader on the only way in: it passes the arguments on as they are, so that the loop's first values stay visible.
fn add_preheader_on_edge(function: &mut Function, header: Block, from: Block) {
    let (preheader, _) = add_block_before(function, header, &[]);
    for call in jumps_mut(&mut function.blocks[from].terminator) {
        if call.block == header {
            let into = std::mem::replace(call, BlockCall::new(preheader, Vec::new()));
            function.blocks[preheader].terminator = Terminator::Jump(into);
            return;
        }
    }
}

/// Joins several ways in.
fn add_joining_preheader(function: &mut Function, header: Block, outside: &[Block]) {
    let parameters = function.blocks[header].parameters.clone();
    let (preheader, arguments) = add_block_before(function, header, &parameters);
    function.blocks[preheader].terminator = Terminator::Jump(BlockCall::new(header, arguments));
    for block in outside {
        redirect(function, *block, header, preheader);
    }
}

fn jump_count(function: &Function, from: Block, to: Block) -> usize {
    crate::edit::jumps(&function.blocks[from].terminator).iter().filter(|call| call.block == to).count()
}

/// The blocks outside a loop that jump to its header.
fn outside_jumps(function: &Function, data: &LoopData) -> Vec<Block> {
    let leads_here = |block: &Block| {
        !data.blocks.contains(*block)
            && crate::edit::jumps(&function.blocks[*block].terminator)
                .iter()
                .any(|call| call.block == data.header)
    };
    function.layout.iter().copied().filter(leads_here).collect()
}

/// Sends all ways back to the header through one block.
fn join_latches(function: &mut Function, header: Block) {
    let shape = Shape::of(function);
    let Some(data) = shape.loop_at(header) else { return };
    let latches = data.latches.clone();
    if latches.len() < 2 {
        return;
    }
    let parameters = function.blocks[header].parameters.clone();
    let last = latches[latches.len() - 1];
    let (latch, arguments) = add_block_before(function, last, &parameters);
    // Behind the last of the blocks it joins.
    let at = function.layout.iter().position(|block| *block == latch).expect("just added");
    function.layout.swap(at, at + 1);
    function.blocks[latch].terminator = Terminator::Jump(BlockCall::new(header, arguments));
    for block in latches {
        redirect(function, block, header, latch);
    }
}

/// Moves the test in a loop's header to its bottom. Gives the new header.
fn rotate(function: &mut Function, header: Block) -> Option<Block> {
    separate_protected_body(function, header);
    let shape = Shape::of(function);
    let data = shape.loop_at(header)?;
    let plan = Plan::make(function, &shape, data)?;
    let exit = plan.split_exit(function);
    plan.copy_test_to_entries(function, exit);
    Some(plan.body)
}

/// Puts an unprotected block in front of a protected body: the body gets the header's values as parameters, and an unwind target can use only
/// what is defined before the block it protects.
fn separate_protected_body(function: &mut Function, header: Block) {
    let shape = Shape::of(function);
    let Some(data) = shape.loop_at(header) else { return };
    let targets = crate::edit::jumps(&function.blocks[header].terminator);
    let is_protected_body = |block: &Block| {
        let body = &function.blocks[*block];
        data.blocks.contains(*block) && body.unwind.is_some() && body.parameters.is_empty()
    };
    let Some(body) = targets.iter().map(|call| call.block).find(is_protected_body) else { return };
    let (between, _) = add_block_before(function, body, &[]);
    function.blocks[between].terminator = Terminator::Jump(BlockCall::new(body, Vec::new()));
    redirect(function, header, body, between);
}

/// What a rotation needs to know.
struct Plan {
    header: Block,
    /// The ways to the header: the preheader and the latch.
    entries: [Block; 2],
    /// Where the header goes to stay in the loop: a block that only it goes to, without parameters.
    body: Block,
    /// Where the header goes to leave the loop.
    exit: Block,
    /// The header's values that are used outside the loop.
    used_outside: Vec<Value>,
    /// The header's values that are used inside the loop but outside the header.
    used_inside: Vec<Value>,
}

impl Plan {
    fn make(function: &Function, shape: &Shape, data: &LoopData) -> Option<Self> {
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
        let mut plan = Self {
            header,
            entries: [preheader, latch],
            body,
            exit,
            used_outside: Vec::new(),
            used_inside: Vec::new(),
        };
        (is_simple && plan.find_uses(function, shape, data)).then_some(plan)
    }

    /// Finds where the header's values are used. Fails if one is used outside the loop where the exit to come does not dominate.
    fn find_uses(&mut self, function: &Function, shape: &Shape, data: &LoopData) -> bool {
        let exits_alone = shape.control_flow.predecessors(self.exit).iter().all(|from| *from == self.header);
        let mut works = true;
        for block in shape.control_flow.reverse_postorder() {
            if *block == self.header {
                continue;
            }
            let is_inside = data.blocks.contains(*block);
            let mut note = |value: Value| {
                if defining_block(function, value, self.header) {
                    let list = if is_inside { &mut self.used_inside } else { &mut self.used_outside };
                    if !list.contains(&value) {
                        list.push(value);
                    }
                    works &= is_inside || (exits_alone && shape.dominators.dominates(self.exit, *block));
                }
            };
            for inst in &function.blocks[*block].insts {
                function.insts[*inst].kind.for_each_operand(&mut note);
            }
            function.blocks[*block].terminator.for_each_operand(note);
        }
        works
    }

    /// Puts a block between the header and the exit, whose parameters are the header's values that are used outside.
    fn split_exit(&self, function: &mut Function) -> Block {
        let (between, parameters) = add_block_before(function, self.exit, &self.used_outside);
        let mut onward = self.exit_call(function).clone();
        let substitute: FxHashMap<Value, Value> = self.used_outside.iter().copied().zip(parameters).collect();
        // What is used in the jump's arguments alone is passed, too.
        let extra: Vec<Value> = onward
            .arguments
            .iter()
            .copied()
            .filter(|value| defining_block(function, *value, self.header) && !substitute.contains_key(value))
            .collect();
        let mut passed = self.used_outside.clone();
        let mut substitute = substitute;
        for value in extra {
            if let Entry::Vacant(entry) = substitute.entry(value) {
                let ty = function.value_type(value);
                entry.insert(function.add_parameter(between, ty));
                passed.push(value);
            }
        }
        let inside = self.loop_blocks(function);
        for block in function.layout.clone() {
            if !inside.contains(&block) && block != between {
                replace_in_block(function, block, &substitute);
            }
        }
        onward.arguments.iter_mut().for_each(|value| *value = *substitute.get(value).unwrap_or(value));
        function.blocks[between].terminator = Terminator::Jump(onward);
        let header = self.header;
        for call in jumps_mut(&mut function.blocks[header].terminator) {
            if call.block == self.exit {
                *call = BlockCall::new(between, passed.clone());
            }
        }
        between
    }

    fn exit_call<'a>(&self, function: &'a Function) -> &'a BlockCall {
        crate::edit::jumps(&function.blocks[self.header].terminator)
            .into_iter()
            .find(|call| call.block == self.exit)
            .expect("the header goes to the exit")
    }

    fn loop_blocks(&self, function: &Function) -> Vec<Block> {
        let shape = Shape::of(function);
        let data = shape.loop_at(self.header).expect("the loop is still there");
        data.blocks.iter().collect()
    }

    /// Makes the body the header: gives it the header's values as parameters, and tests at the end of the ways in.
    fn copy_test_to_entries(&self, function: &mut Function, exit: Block) {
        let inside = self.loop_blocks(function);
        let mut substitute = FxHashMap::default();
        for value in &self.used_inside {
            let ty = function.value_type(*value);
            substitute.insert(*value, function.add_parameter(self.body, ty));
        }
        for block in inside.into_iter().filter(|block| *block != self.header) {
            replace_in_block(function, block, &substitute);
        }
        for entry in self.entries {
            self.copy_test(function, entry, exit);
        }
        let header = self.header;
        function.layout.retain(|block| *block != header);
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

/// Whether `block` defines the value.
fn defining_block(function: &Function, value: Value, block: Block) -> bool {
    match function.values[value].definition {
        Definition::Parameter(owner, _) => owner == block,
        Definition::Result(inst, _) => function.blocks[block].insts.contains(&inst),
    }
}

fn replace_in_block(function: &mut Function, block: Block, substitute: &FxHashMap<Value, Value>) {
    if substitute.is_empty() {
        return;
    }
    let replace = |value: &mut Value| *value = *substitute.get(value).unwrap_or(value);
    for inst in function.blocks[block].insts.clone() {
        function.insts[inst].kind.for_each_operand_mut(replace);
    }
    function.blocks[block].terminator.for_each_operand_mut(replace);
}

/// Appends a copy of an instruction, on copied operands.
fn copy_inst(function: &mut Function, inst: Inst, to: Block, copies: &mut FxHashMap<Value, Value>) {
    let data = function.insts[inst].clone();
    let kind = data.kind.map_operands(|value| *copies.get(&value).unwrap_or(&value));
    let copy = function.append_inst(to, kind, data.span);
    let results = function.insts[copy].results.clone();
    copies.extend(data.results.into_iter().zip(results));
}
