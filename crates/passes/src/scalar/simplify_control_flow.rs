//! Removes unreachable blocks, folds branches with constant conditions, and joins blocks that only follow one another.
//!
//! Before: `bb0: branch v1 (true), bb1, bb2   bb1: jump bb3`    After: `bb0: ...the instructions of bb3`
//!
//! A block is joined to its only predecessor when that only goes there and both unwind alike (or the added part cannot raise, or the block in
//! front cannot). A block without instructions that only jumps is skipped by those that go to it. A parameter that gets the same value from
//! everywhere is replaced by it. Repeats until nothing changes; each round is a walk over the blocks. Does not preserve the control-flow graph.

use crate::edit::jumps_mut;
use crate::{MirPass, PassContext};
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{Block, BlockCall, Constant, ControlFlow, Definition, Function, Terminator, Value};

/// Removes unreachable blocks, folds branches with constant conditions, and joins blocks that only follow one another. The head of its file says how.
pub struct SimplifyControlFlow;

impl MirPass for SimplifyControlFlow {
    fn name(&self) -> &'static str {
        "simplify-control-flow"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        loop {
            let mut changed = fold_branches(function);
            changed |= remove_unreachable(function);
            changed |= skip_empty_blocks(function);
            changed |= remove_constant_parameters(function);
            changed |= join_blocks(function);
            if !changed {
                break;
            }
        }
    }
}

/// Removes unreachable blocks, and joins those that only follow one another: what other passes leave behind that changed branches. Every loop keeps its
/// preheader.
pub(crate) fn join_what_follows(function: &mut Function) {
    // Where nothing raises any more an unwind target is left behind, which is found in the next round.
    while remove_unreachable(function) {}
    join_blocks(function);
}

fn fold_branches(function: &mut Function) -> bool {
    let mut changed = false;
    for block in function.layout.clone() {
        let Terminator::Branch { condition, then, otherwise } = &function.blocks[block].terminator else {
            continue;
        };
        let taken = match function.constant(*condition) {
            Some(Constant::Int(_, value)) => Some(if value != 0 { then } else { otherwise }),
            Some(Constant::F32(_) | Constant::F64(_)) | None => (then == otherwise).then_some(then),
        };
        if let Some(taken) = taken.cloned() {
            function.blocks[block].terminator = Terminator::Jump(taken);
            changed = true;
        }
    }
    changed
}

fn remove_unreachable(function: &mut Function) -> bool {
    let control_flow = ControlFlow::new(function);
    let before = function.layout.len();
    function.layout.retain(|block| control_flow.is_reachable(*block));
    // An unwind target is reachable only if something that unwinds there is: drop what cannot raise.
    let mut changed = function.layout.len() != before;
    for block in function.layout.clone() {
        if function.blocks[block].unwind.is_some() && !may_raise(function, block) {
            function.blocks[block].unwind = None;
            changed = true;
        }
    }
    changed
}

/// Whether control can leave a block by an error.
fn may_raise(function: &Function, block: Block) -> bool {
    let data = &function.blocks[block];
    let terminator_raises = match data.terminator {
        Terminator::Raise { .. }
        | Terminator::Reraise
        | Terminator::RaiseAgain(_)
        | Terminator::ParFor(_) => true,
        Terminator::Jump(_)
        | Terminator::Branch { .. }
        | Terminator::Return(_)
        | Terminator::ParYield(_)
        | Terminator::Unreachable => false,
    };
    terminator_raises || data.insts.iter().any(|inst| function.insts[*inst].kind.may_raise())
}

/// Sends jumps to an empty block that only jumps on to where it leads. Loop headers that are entered with parameters stay, since their
/// parameters are used elsewhere.
fn skip_empty_blocks(function: &mut Function) -> bool {
    let onward = ways_onward(function);
    let mut changed = false;
    for block in function.layout.clone() {
        let mut terminator = function.blocks[block].terminator.clone();
        for call in jumps_mut(&mut terminator) {
            if let Some(onward) = &onward[call.block] {
                *call = compose(function, call, onward);
                changed = true;
            }
        }
        function.blocks[block].terminator = terminator;
    }
    changed
}

/// Where each block that can be skipped leads in the end, past others like it.
fn ways_onward(function: &Function) -> SideMap<Block, Option<BlockCall>> {
    let fixed = fixed_blocks(function);
    let uses_outside = parameters_used_outside(function);
    let next = |block: Block| match &function.blocks[block].terminator {
        Terminator::Jump(onward) => {
            let data = &function.blocks[block];
            let is_skippable = data.insts.is_empty()
                && !fixed.contains(block)
                && data.parameters.iter().all(|parameter| !uses_outside.contains(*parameter));
            is_skippable.then_some(onward)
        }
        _ => None,
    };
    let mut onward: SideMap<Block, Option<BlockCall>> = SideMap::new(None);
    let mut seen: IdSet<Block> = IdSet::new();
    for block in &function.layout {
        let mut path = Vec::new();
        let mut at = *block;
        // Blocks that only jump round in a circle end the path where it closes.
        while seen.insert(at)
            && let Some(call) = next(at)
        {
            path.push((at, call));
            at = call.block;
        }
        for (skipped, call) in path.into_iter().rev() {
            let call = match &onward[call.block] {
                Some(rest) => compose(function, call, rest),
                None => call.clone(),
            };
            onward[skipped] = (call.block != skipped).then_some(call);
        }
    }
    onward
}

/// The jump that `call` and then `onward`, from the block where the call leads, amount to.
fn compose(function: &Function, call: &BlockCall, onward: &BlockCall) -> BlockCall {
    let substitute = |value: &Value| match function.values[*value].definition {
        Definition::Parameter(owner, position) if owner == call.block => call.arguments[position as usize],
        Definition::Parameter(..) | Definition::Result(..) => *value,
    };
    BlockCall::new(onward.block, onward.arguments.iter().map(substitute).collect())
}

/// The blocks that must stay as they are: the entry, the parts of parallel loops, and unwind targets.
fn fixed_blocks(function: &Function) -> IdSet<Block> {
    let mut fixed = IdSet::new();
    fixed.insert(function.entry());
    for block in &function.layout {
        let data = &function.blocks[*block];
        data.unwind.into_iter().for_each(|target| {
            fixed.insert(target);
        });
        if let Terminator::ParFor(region) = &data.terminator {
            fixed.insert(region.body);
            fixed.insert(region.exit);
        }
    }
    fixed
}

/// The block parameters that are used by anything but the arguments of their own block's jump.
fn parameters_used_outside(function: &Function) -> IdSet<Value> {
    let mut used = IdSet::new();
    let mut note = |value: Value, block: Block, is_argument: bool| match function.values[value].definition {
        Definition::Parameter(owner, _) if !(is_argument && owner == block) => {
            used.insert(value);
        }
        Definition::Parameter(..) | Definition::Result(..) => {}
    };
    for block in &function.layout {
        let data = &function.blocks[*block];
        for inst in &data.insts {
            function.insts[*inst].kind.for_each_operand(|value| note(value, *block, false));
        }
        let is_jump = matches!(data.terminator, Terminator::Jump(_));
        data.terminator.for_each_operand(|value| note(value, *block, is_jump));
    }
    used
}

/// Replaces a parameter that gets one and the same value on every way in (or itself, on a way back).
fn remove_constant_parameters(function: &mut Function) -> bool {
    let fixed = fixed_blocks(function);
    let mut incoming: SideMap<Block, Vec<&[Value]>> = SideMap::new(Vec::new());
    for block in &function.layout {
        for call in function.blocks[*block].terminator.jumps() {
            incoming[call.block].push(&call.arguments);
        }
    }
    let mut replacement: SideMap<Value, Option<Value>> = SideMap::new(None);
    let mut removed: IdSet<Value> = IdSet::new();
    for block in &function.layout {
        if fixed.contains(*block) || incoming[*block].is_empty() {
            continue;
        }
        for (position, parameter) in function.blocks[*block].parameters.iter().enumerate() {
            let mut sources =
                incoming[*block].iter().map(|arguments| resolve(&replacement, arguments[position]));
            let mut only = None;
            let is_single =
                sources.all(|source| source == *parameter || *only.get_or_insert(source) == source);
            if let (true, Some(only)) = (is_single, only) {
                replacement[*parameter] = Some(only);
                removed.insert(*parameter);
            }
        }
    }
    let changed = !removed.is_empty();
    if changed {
        function.remove_parameters(&removed);
        function.replace_uses(|value| resolve(&replacement, value));
    }
    changed
}

fn resolve(replacement: &SideMap<Value, Option<Value>>, mut value: Value) -> Value {
    while let Some(next) = replacement[value] {
        value = next;
    }
    value
}

/// Appends to a block the one that only follows it.
fn join_blocks(function: &mut Function) -> bool {
    let control_flow = ControlFlow::new(function);
    let fixed = fixed_blocks(function);
    let mut changed = false;
    let mut replacement: SideMap<Value, Option<Value>> = SideMap::new(None);
    let mut gone: IdSet<Block> = IdSet::new();
    for block in function.layout.clone() {
        if gone.contains(block) {
            continue;
        }
        while let Terminator::Jump(call) = function.blocks[block].terminator.clone() {
            let next = call.block;
            let is_joinable = next != block
                && !fixed.contains(next)
                && control_flow.predecessors(next).len() == 1
                && can_share_unwind(function, block, next, &fixed);
            if !is_joinable {
                break;
            }
            for (parameter, argument) in
                function.blocks[next].parameters.clone().into_iter().zip(call.arguments)
            {
                replacement[parameter] = Some(resolve(&replacement, argument));
            }
            append(function, block, next);
            gone.insert(next);
            changed = true;
        }
    }
    if changed {
        function.layout.retain(|block| !gone.contains(*block));
        function.replace_uses(|value| resolve(&replacement, value));
    }
    changed
}

/// Whether one unwind target can serve both: they are the same, or one block cannot raise. An unwind target must use only what is
/// defined before its block, so the second block's target serves the first only if it uses nothing that the first defines.
fn can_share_unwind(function: &Function, first: Block, second: Block, fixed: &IdSet<Block>) -> bool {
    function.blocks[first].unwind == function.blocks[second].unwind
        || !may_raise(function, second)
        || (!may_raise(function, first)
            && !fixed.contains(first)
            && function.blocks[second].unwind.is_some_and(|target| uses_nothing_of(function, target, first)))
}

/// Whether an unwind target ends there, and uses nothing that a block defines.
fn uses_nothing_of(function: &Function, target: Block, block: Block) -> bool {
    let (data, defining) = (&function.blocks[target], &function.blocks[block]);
    let defined = |value: Value| match function.values[value].definition {
        Definition::Parameter(owner, _) => owner == block,
        Definition::Result(inst, _) => defining.insts.contains(&inst),
    };
    let mut uses = false;
    for inst in &data.insts {
        function.insts[*inst].kind.for_each_operand(|value| uses |= defined(value));
    }
    let defines_nothing = defining.insts.is_empty() && defining.parameters.is_empty();
    defines_nothing || (!uses && matches!(data.terminator, Terminator::Reraise) && data.unwind.is_none())
}

fn append(function: &mut Function, first: Block, second: Block) {
    let unwind = if may_raise(function, second) {
        function.blocks[second].unwind
    } else {
        function.blocks[first].unwind
    };
    let second = function.blocks[second].clone();
    let data = &mut function.blocks[first];
    data.insts.extend(second.insts);
    data.terminator = second.terminator;
    data.terminator_span = second.terminator_span;
    data.unwind = unwind;
}
