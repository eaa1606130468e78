//! Changes of the control-flow graph that several passes make.

use hotloop_mir::{Block, BlockCall, Function, Terminator, Value};
use rustc_hash::FxHashMap;

/// Sends every jump of `block` to `from` to `to` instead, with the same arguments. A parallel loop is not changed.
pub(crate) fn redirect(function: &mut Function, block: Block, from: Block, to: Block) {
    for call in jumps_mut(&mut function.blocks[block].terminator) {
        if call.block == from {
            call.block = to;
        }
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

/// Blocks that are made in front of others or behind them, and take their places in the layout all together: one at a time, each would move
/// all that stand behind it. Until then they are not in the layout.
#[derive(Default)]
pub(crate) struct NewBlocks {
    in_front: FxHashMap<Block, Vec<Block>>,
    behind: FxHashMap<Block, Vec<Block>>,
}

impl NewBlocks {
    /// A new block to stand in front of `next`, behind those that were made for there before, with parameters of the types of these values.
    pub(crate) fn add_in_front(
        &mut self,
        function: &mut Function,
        next: Block,
        like: &[Value],
    ) -> (Block, Vec<Value>) {
        let (block, parameters) = unplaced_block(function, like);
        self.in_front.entry(next).or_default().push(block);
        (block, parameters)
    }

    /// A new block to stand behind `previous`, with parameters of the types of these values.
    pub(crate) fn add_behind(
        &mut self,
        function: &mut Function,
        previous: Block,
        like: &[Value],
    ) -> (Block, Vec<Value>) {
        let (block, parameters) = unplaced_block(function, like);
        self.behind.entry(previous).or_default().push(block);
        (block, parameters)
    }

    /// Puts the blocks into the layout.
    pub(crate) fn place(mut self, function: &mut Function) {
        if self.in_front.is_empty() && self.behind.is_empty() {
            return;
        }
        let old = std::mem::take(&mut function.layout);
        for block in old {
            self.list(block, &mut function.layout);
        }
    }

    /// Lists a block with those that belong to it, which may in turn have others.
    fn list(&mut self, block: Block, layout: &mut Vec<Block>) {
        for new in self.in_front.remove(&block).unwrap_or_default() {
            self.list(new, layout);
        }
        layout.push(block);
        for new in self.behind.remove(&block).unwrap_or_default() {
            self.list(new, layout);
        }
    }
}

/// A new block that is not in the layout.
fn unplaced_block(function: &mut Function, like: &[Value]) -> (Block, Vec<Value>) {
    let block = function.add_block();
    function.layout.pop();
    let types: Vec<_> = like.iter().map(|value| function.value_type(*value)).collect();
    (block, types.into_iter().map(|ty| function.add_parameter(block, ty)).collect())
}

/// A new block, placed before `before` in the layout, with parameters of the types of these values.
pub(crate) fn add_block_before(
    function: &mut Function,
    before: Block,
    like: &[Value],
) -> (Block, Vec<Value>) {
    let (block, parameters) = unplaced_block(function, like);
    let at = function.layout.iter().position(|other| *other == before).expect("the block is in the layout");
    function.layout.insert(at, block);
    (block, parameters)
}
