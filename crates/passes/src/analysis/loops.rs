//! The natural loops of a function, as a forest.

use hotloop_diagnostics::Span;
use hotloop_index::{IdMap, IdSet, SideMap, define_id};
use hotloop_mir::{Block, ControlFlow, Definition, Dominators, Function, Terminator, Value};

define_id! {
    /// A loop of a function.
    pub struct Loop("loop");
}

/// A natural loop: the blocks from which its header is reached again without leaving it.
#[derive(Clone, Debug)]
pub struct LoopData {
    /// The block through which the loop is entered.
    pub header: Block,
    /// The blocks that go back to the header, in reverse postorder.
    pub latches: Vec<Block>,
    /// All its blocks, inner loops included.
    pub blocks: LoopBlocks,
    /// The loop around it.
    pub parent: Option<Loop>,
    /// Whether it is the body of a parallel loop.
    pub is_parallel: bool,
    /// Whether it holds no other loop.
    pub is_innermost: bool,
    /// Whether it hardly ever runs, so that nothing is to be gained by making it faster.
    pub is_cold: bool,
}

/// The blocks of a loop: as large as the loop, not as the function.
#[derive(Clone, Debug)]
pub struct LoopBlocks {
    /// In the order of their numbers.
    sorted: Vec<Block>,
}

impl LoopBlocks {
    /// Whether a block belongs to the loop.
    pub fn contains(&self, block: Block) -> bool {
        self.sorted.binary_search(&block).is_ok()
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = Block> + '_ {
        self.sorted.iter().copied()
    }

    /// All of them, each before its successors but for back edges.
    pub fn in_reverse_postorder(&self, control_flow: &ControlFlow) -> Vec<Block> {
        let mut blocks = self.sorted.clone();
        blocks.sort_unstable_by_key(|block| control_flow.position(*block));
        blocks
    }
}

/// All loops of a function.
#[derive(Clone, Debug)]
pub struct LoopForest {
    /// The loops, outer before inner ones.
    pub loops: IdMap<Loop, LoopData>,
    innermost: SideMap<Block, Option<Loop>>,
}

impl LoopForest {
    /// The loops of a function with that graph and those dominators.
    pub fn new(function: &Function, control_flow: &ControlFlow, dominators: &Dominators) -> Self {
        let mut forest = Self { loops: IdMap::new(), innermost: SideMap::new(None) };
        let mut seen = IdSet::new();
        for header in control_flow.reverse_postorder() {
            let mut latches: Vec<Block> = control_flow
                .predecessors(*header)
                .iter()
                .copied()
                .filter(|latch| dominators.dominates(*header, *latch))
                .collect();
            if !latches.is_empty() {
                latches.sort_by_key(|latch| control_flow.position(*latch));
                let blocks = natural_loop(control_flow, *header, &latches, &mut seen);
                forest.add(function, *header, latches, blocks);
            }
        }
        forest
    }

    /// The innermost loop that holds a block.
    pub fn innermost(&self, block: Block) -> Option<Loop> {
        self.innermost[block]
    }

    /// The loops without others in them that are worth a pass: neither parallel ones, nor such as hardly ever run.
    pub fn plain_innermost(&self) -> impl Iterator<Item = &LoopData> {
        self.loops.values().filter(|data| data.is_innermost && !data.is_parallel && !data.is_cold)
    }

    /// The same without those that may run in vectors, by themselves or in a nest.
    pub fn unmarked_innermost(&self, function: &Function) -> Vec<&LoopData> {
        self.plain_innermost().filter(|data| !self.is_marked(function, data)).collect()
    }

    /// Whether a loop, or one around it, may run in vectors.
    pub fn is_marked(&self, function: &Function, data: &LoopData) -> bool {
        let around = std::iter::successors(Some(data), |data| data.parent.map(|parent| &self.loops[parent]));
        around.into_iter().any(|data| function.blocks[data.header].vector.is_some())
    }

    fn add(&mut self, function: &Function, header: Block, latches: Vec<Block>, blocks: LoopBlocks) {
        let is_parallel =
            latches.iter().all(|latch| matches!(function.blocks[*latch].terminator, Terminator::ParYield(_)));
        let parent = self.innermost[header];
        if let Some(parent) = parent {
            self.loops[parent].is_innermost = false;
        }
        let id = self.loops.next_id();
        // Headers come in reverse postorder, so an inner loop comes after its outer one and overwrites it here.
        for block in blocks.iter() {
            self.innermost[block] = Some(id);
        }
        let is_cold = function.blocks[header].is_cold;
        self.loops.push(LoopData {
            header,
            latches,
            blocks,
            parent,
            is_parallel,
            is_innermost: true,
            is_cold,
        });
    }
}

/// `seen` is empty, and is left so: one set serves all loops.
fn natural_loop(
    control_flow: &ControlFlow,
    header: Block,
    latches: &[Block],
    seen: &mut IdSet<Block>,
) -> LoopBlocks {
    seen.insert(header);
    let mut sorted = vec![header];
    let mut work: Vec<Block> = latches.to_vec();
    while let Some(block) = work.pop() {
        if control_flow.is_reachable(block) && seen.insert(block) {
            sorted.push(block);
            work.extend(control_flow.predecessors(block));
        }
    }
    for block in &sorted {
        seen.remove(*block);
    }
    sorted.sort_unstable();
    LoopBlocks { sorted }
}

impl LoopData {
    /// Whether a value is the same in all iterations: a constant, or defined outside of the loop.
    pub fn is_outside(&self, function: &Function, value: Value) -> bool {
        match function.values[value].definition {
            Definition::Parameter(block, _) => !self.blocks.contains(block),
            Definition::Result(inst, _) => {
                function.constant(value).is_some()
                    || !self.blocks.iter().any(|block| function.blocks[block].insts.contains(&inst))
            }
        }
    }

    /// The place of its statement: that of the jump back to its header.
    pub fn span(&self, function: &Function) -> Span {
        function.blocks[self.latches[self.latches.len() - 1]].terminator_span
    }

    /// The only block outside the loop that goes to the header.
    pub fn way_in(&self, control_flow: &ControlFlow) -> Option<Block> {
        let mut outside =
            control_flow.predecessors(self.header).iter().filter(|block| !self.blocks.contains(**block));
        let (only, others) = (outside.next().copied()?, outside.next());
        others.is_none().then_some(only)
    }

    /// The only block outside the loop that goes to the header, if it does nothing else than that: code put at its end runs once a time the
    /// loop is entered. For a parallel loop it is the block that ends in `ParFor`, whose body may not run at all.
    pub fn preheader(&self, function: &Function, control_flow: &ControlFlow) -> Option<Block> {
        let only = self.way_in(control_flow)?;
        let leads_here = match &function.blocks[only].terminator {
            Terminator::Jump(call) => call.block == self.header,
            Terminator::ParFor(region) => region.body == self.header,
            Terminator::Branch { .. }
            | Terminator::Return(_)
            | Terminator::Raise { .. }
            | Terminator::Reraise
            | Terminator::RaiseAgain(_)
            | Terminator::ParYield(_)
            | Terminator::Unreachable => false,
        };
        leads_here.then_some(only)
    }
}
