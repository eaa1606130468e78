//! Which blocks form a loop, so that the code of a loop lies together.

use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{Block, ControlFlow, Function};
use rustc_hash::FxHashMap;

/// The loops of a function, each named by its header.
pub(super) struct Loops {
    innermost: SideMap<Block, Option<Block>>,
    /// By a loop's header, the loop around it.
    parent: SideMap<Block, Option<Block>>,
    /// By the header of a loop that holds no other, its blocks.
    blocks: FxHashMap<Block, Vec<Block>>,
    /// Those of them that are entered from one block outside, which is named, and through their headers alone.
    entries: FxHashMap<Block, Block>,
}

impl Loops {
    /// Finds the loops. Inner headers come later in reverse postorder than outer ones, so a block belongs to the first loop found for it.
    pub(super) fn new(function: &Function, control_flow: &ControlFlow) -> Self {
        let count = function.blocks.len();
        let (blocks, entries) = (FxHashMap::default(), FxHashMap::default());
        let (innermost, parent) = (SideMap::with_len(None, count), SideMap::with_len(None, count));
        let mut loops = Self { innermost, parent, blocks, entries };
        for header in control_flow.reverse_postorder().iter().rev() {
            loops.find(*header, control_flow);
        }
        loops.list_innermost(control_flow);
        loops
    }

    /// The header of the innermost loop that holds a block.
    pub(super) fn innermost(&self, block: Block) -> Option<Block> {
        self.innermost[block]
    }

    /// The blocks of a loop that holds no other; none of any other.
    pub(super) fn blocks(&self, header: Block) -> &[Block] {
        self.blocks.get(&header).map_or(&[], Vec::as_slice)
    }

    /// The block through which alone the loop of a header is entered, if it holds no other loop and there is one.
    pub(super) fn way_in(&self, header: Block) -> Option<Block> {
        self.entries.get(&header).copied()
    }

    fn list_innermost(&mut self, control_flow: &ControlFlow) {
        let mut with_inner: IdSet<Block> = IdSet::new();
        for block in control_flow.reverse_postorder() {
            if let Some(header) = self.innermost[*block] {
                with_inner.extend(self.parent[header]);
                self.blocks.entry(header).or_default().push(*block);
            }
        }
        self.blocks.retain(|header, _| !with_inner.contains(*header));
        for (header, blocks) in &self.blocks {
            let ways_in = blocks.iter().flat_map(|block| {
                let outside = |from: &&Block| self.innermost[**from] != Some(*header);
                control_flow.predecessors(*block).iter().filter(outside).map(move |from| (*from, *block))
            });
            let mut ways_in = ways_in.fuse();
            if let (Some((from, to)), None) = (ways_in.next(), ways_in.next())
                && to == *header
            {
                self.entries.insert(*header, from);
            }
        }
    }

    /// Whether a jump leaves the innermost loop that it is in.
    pub(super) fn leaves(&self, from: Block, to: Block) -> bool {
        let Some(left) = self.innermost[from] else { return false };
        let mut around = self.innermost[to];
        while let Some(header) = around {
            if header == left {
                return false;
            }
            around = self.parent[header];
        }
        true
    }

    /// The header of the loop around the loop of a header.
    pub(super) fn around(&self, header: Block) -> Option<Block> {
        self.parent[header]
    }

    /// Whether a jump leads back to the header of a loop that it is in.
    pub(super) fn goes_back(&self, from: Block, to: Block) -> bool {
        let mut around = self.innermost[from];
        while let Some(header) = around {
            if header == to {
                return true;
            }
            around = self.parent[header];
        }
        false
    }

    /// Walks back from the jumps to `header`, if there are any, to all blocks between.
    fn find(&mut self, header: Block, control_flow: &ControlFlow) {
        let is_back_edge = |from: &Block| control_flow.position(*from) >= control_flow.position(header);
        let mut waiting: Vec<Block> =
            control_flow.predecessors(header).iter().copied().filter(is_back_edge).collect();
        if waiting.is_empty() {
            return;
        }
        self.add(header, header);
        while let Some(block) = waiting.pop() {
            if control_flow.is_reachable(block) && self.add(block, header) {
                waiting.extend(control_flow.predecessors(block));
            }
        }
    }

    /// Adds a block, or the loop that it is in, to the loop of `header`; whether its predecessors are still to be looked at.
    fn add(&mut self, block: Block, header: Block) -> bool {
        let mut outermost = match self.innermost[block] {
            None => {
                self.innermost[block] = Some(header);
                return true;
            }
            Some(outermost) => outermost,
        };
        while let Some(around) = self.parent[outermost] {
            outermost = around;
        }
        if outermost == header {
            return false;
        }
        self.parent[outermost] = Some(header);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotloop_mir::{Builder, MachineType};

    /// A function whose block `n` goes to the blocks in `edges[n]`.
    fn graph(edges: &[&[usize]]) -> (Function, Vec<Block>) {
        let mut function = Function::new("graph", &[MachineType::I1], &[]);
        let condition = function.parameters()[0];
        let mut blocks = vec![function.entry()];
        blocks.extend((1..edges.len()).map(|_| function.add_block()));
        for (from, to) in edges.iter().enumerate() {
            let mut builder = Builder::at(&mut function, blocks[from]);
            match *to {
                [] => builder.terminate(hotloop_mir::Terminator::Return(Vec::new())),
                [only] => builder.jump(blocks[*only], &[]),
                [then, otherwise, ..] => builder.branch(condition, blocks[*then], blocks[*otherwise]),
            }
        }
        (function, blocks)
    }

    #[test]
    fn leaving_is_told_from_staying_in_nested_loops() {
        // 1 is the outer header, 2 the inner one with the body 3; 4 ends the outer loop, 5 is behind it, 6 breaks out of both.
        let (function, blocks) = graph(&[&[1], &[2, 5], &[3, 4], &[2, 6], &[1], &[], &[]]);
        let loops = Loops::new(&function, &ControlFlow::new(&function));
        let leaving: Vec<(usize, usize)> = [(0, 1), (1, 2), (1, 5), (2, 3), (2, 4), (3, 2), (3, 6), (4, 1)]
            .into_iter()
            .filter(|(from, to)| loops.leaves(blocks[*from], blocks[*to]))
            .collect();
        assert_eq!(leaving, [(1, 5), (2, 4), (3, 6)]);
        let back = |from: usize, to: usize| loops.goes_back(blocks[from], blocks[to]);
        assert!(back(3, 2) && back(4, 1) && back(3, 1) && back(1, 1));
        assert!(!back(1, 2) && !back(2, 3) && !back(4, 2) && !back(0, 1));
    }

    #[test]
    fn the_way_into_an_innermost_loop_is_known_if_there_is_one() {
        // 2 is a loop within that of 1, entered from 1; 4 one entered from 3 and 5.
        let (function, blocks) = graph(&[&[1], &[2, 3], &[2, 1], &[4, 5], &[4, 6], &[4], &[]]);
        let loops = Loops::new(&function, &ControlFlow::new(&function));
        let entered = |to: usize, from: usize| loops.way_in(blocks[to]) == Some(blocks[from]);
        assert!(entered(2, 1) && !entered(1, 0) && !entered(4, 3) && !entered(4, 5));
        assert_eq!((loops.blocks(blocks[2]), loops.blocks(blocks[1])), (&blocks[2..3], &[][..]));
    }

    #[test]
    fn a_block_may_be_its_own_loop() {
        let (function, blocks) = graph(&[&[1], &[1, 2], &[]]);
        let loops = Loops::new(&function, &ControlFlow::new(&function));
        assert!(loops.leaves(blocks[1], blocks[2]) && !loops.leaves(blocks[1], blocks[1]));
    }
}
