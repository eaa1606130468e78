//! Changes of the control-flow graph that several passes make.

use hotloop_mir::{Block, BlockCall, Function, Terminator, Value};

/// Sends every jump of `block` to `from` to `to` instead, with the same arguments. A parallel loop is not changed.
pub(crate) fn redirect(function: &mut Function, block: Block, from: Block, to: Block) {
    for call in jumps_mut(&mut function.blocks[block].terminator) {
        if call.block == from {
            call.block = to;
        }
    }
}

/// The jumps of a terminator, without those of parallel loops.
pub(crate) fn jumps(terminator: &Terminator) -> Vec<&BlockCall> {
    match terminator {
        Terminator::Jump(call) => vec![call],
        Terminator::Branch { then, otherwise, .. } => vec![then, otherwise],
        Terminator::Return(_)
        | Terminator::Raise { .. }
        | Terminator::Reraise
        | Terminator::RaiseAgain(_)
        | Terminator::ParFor(_)
        | Terminator::ParYield(_)
        | Terminator::Unreachable => Vec::new(),
    }
}

/// The jumps of a terminator, to be changed.
pub(crate) fn jumps_mut(terminator: &mut Terminator) -> Vec<&mut BlockCall> {
    match terminator {
        Terminator::Jump(call) => vec![call],
        Terminator::Branch { then, otherwise, .. } => vec![then, otherwise],
        Terminator::Return(_)
        | Terminator::Raise { .. }
        | Terminator::Reraise
        | Terminator::RaiseAgain(_)
        | Terminator::ParFor(_)
        | Terminator::ParYield(_)
        | Terminator::Unreachable => Vec::new(),
    }
}

/// A new block, placed before `before` in the layout, with parameters of the types of these values.
pub(crate) fn add_block_before(
    function: &mut Function,
    before: Block,
    like: &[Value],
) -> (Block, Vec<Value>) {
    let block = function.add_block();
    function.layout.pop();
    let at = function.layout.iter().position(|other| *other == before).expect("the block is in the layout");
    function.layout.insert(at, block);
    let parameters = like
        .iter()
        .map(|value| {
            let ty = function.value_type(*value);
            function.add_parameter(block, ty)
        })
        .collect();
    (block, parameters)
}
