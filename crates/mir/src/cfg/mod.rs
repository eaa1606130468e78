//! The control-flow graph of a function: edges both ways, an order to walk in, and dominators.
//!
//! Three kinds of edges follow no written jump; passes and verifier share the rules through this module:
//! - **Unwinding.** The target of a protected block may use what is defined *before* that block begins, so the edge leaves
//!   the block's predecessors (those by unwinding included), not the block itself.
//! - **Parallel loops.** The block that ends in `ParFor` goes to the body and to the exit.
//! - **Iterations.** `ParYield` goes to its loop's body, so that the body is a natural loop with that header.
//!
//! The second and third mean that a fact about *memory* must not be carried along edges alone: between a predecessor and
//! an unwind target the protected block ran in part, and between a parallel loop and its exit the body ran.
//! [`ControlFlow::forgets_memory`] names those blocks.
//!
//! All tables are dense. Building them is one walk over the terminators and, where blocks unwind, a worklist over those.

mod dominators;
#[cfg(test)]
mod tests;

pub use dominators::Dominators;

use crate::{Block, Function, Terminator};
use hotloop_index::{Id, IdSet, SideMap};
use rustc_hash::FxHashSet;

/// The edges between the blocks of a function. Blocks outside the layout have none.
#[derive(Clone, Debug)]
pub struct ControlFlow {
    successors: Adjacency,
    predecessors: Adjacency,
    reverse_postorder: Vec<Block>,
    /// The position in reverse postorder; [`UNREACHABLE`] without one.
    position: SideMap<Block, u32>,
    parallel_loop: SideMap<Block, Option<Block>>,
    forgets_memory: IdSet<Block>,
}

const UNREACHABLE: u32 = u32::MAX;

impl ControlFlow {
    /// The graph of a function as it stands. Targets that do not exist are left out: the verifier reports them.
    pub fn new(function: &Function) -> Self {
        let parallel_loop = parallel_loops(function);
        let mut edges = terminator_edges(function, &parallel_loop);
        add_unwind_edges(function, &mut edges);
        let count = function.blocks.len();
        let successors = Adjacency::new(count, edges.iter().copied());
        let predecessors = Adjacency::new(count, edges.iter().map(|(from, to)| (*to, *from)));
        let reverse_postorder = reverse_postorder(function, &successors);
        let mut position = SideMap::with_len(UNREACHABLE, count);
        for (at, block) in reverse_postorder.iter().enumerate() {
            position[*block] = at as u32;
        }
        let forgets_memory = blocks_without_memory_facts(function);
        Self { successors, predecessors, reverse_postorder, position, parallel_loop, forgets_memory }
    }

    /// Where control may go after a block: each block once, in the order of the terminator, unwind targets last.
    pub fn successors(&self, block: Block) -> &[Block] {
        self.successors.of(block)
    }

    /// From where control may come, unreachable blocks of the layout included: each block once.
    pub fn predecessors(&self, block: Block) -> &[Block] {
        self.predecessors.of(block)
    }

    /// The reachable blocks, each before its successors but for back edges; the entry is the first.
    pub fn reverse_postorder(&self) -> &[Block] {
        &self.reverse_postorder
    }

    /// The position of a block in [`reverse_postorder`](Self::reverse_postorder), if it is reachable.
    pub fn position(&self, block: Block) -> Option<usize> {
        let position = self.position[block];
        (position != UNREACHABLE).then_some(position as usize)
    }

    /// Whether control can get to a block.
    pub fn is_reachable(&self, block: Block) -> bool {
        self.position[block] != UNREACHABLE
    }

    /// The innermost parallel loop whose body holds this block, named by the block that ends in its `ParFor`.
    pub fn parallel_loop(&self, block: Block) -> Option<Block> {
        self.parallel_loop[block]
    }

    /// Whether what is known about memory at the end of the predecessors may be wrong where this block begins: it is an
    /// unwind target, or the exit of a parallel loop.
    pub fn forgets_memory(&self, block: Block) -> bool {
        self.forgets_memory.contains(block)
    }
}

/// For every block its neighbours in one direction, in one vector.
#[derive(Clone, Debug)]
struct Adjacency {
    /// The neighbours of block `n` are `neighbours[starts[n]..starts[n + 1]]`.
    starts: Vec<u32>,
    neighbours: Vec<Block>,
}

impl Adjacency {
    /// Sorts the edges by their first block; the order of one block's edges stays.
    fn new(block_count: usize, edges: impl Iterator<Item = (Block, Block)> + Clone) -> Self {
        let mut starts = vec![0_u32; block_count + 1];
        let mut edge_count = 0;
        for (from, _) in edges.clone() {
            starts[from.index() + 1] += 1;
            edge_count += 1;
        }
        for at in 0..block_count {
            starts[at + 1] += starts[at];
        }
        let mut free = starts.clone();
        let mut neighbours = vec![Block::new(0); edge_count];
        for (from, to) in edges {
            let slot = &mut free[from.index()];
            neighbours[*slot as usize] = to;
            *slot += 1;
        }
        Self { starts, neighbours }
    }

    fn of(&self, block: Block) -> &[Block] {
        match (self.starts.get(block.index()), self.starts.get(block.index() + 1)) {
            (Some(start), Some(end)) => &self.neighbours[*start as usize..*end as usize],
            _ => &[],
        }
    }
}

/// For every block the innermost parallel loop that holds it.
fn parallel_loops(function: &Function) -> SideMap<Block, Option<Block>> {
    let mut innermost = SideMap::new(None);
    for block in &function.layout {
        if let Terminator::ParFor(region) = &function.blocks[*block].terminator {
            mark_body(function, *block, region.body, &mut innermost);
        }
    }
    innermost
}

/// Marks what is reached from `body` without entering a loop nested in it: those mark their own.
fn mark_body(function: &Function, owner: Block, body: Block, innermost: &mut SideMap<Block, Option<Block>>) {
    let mut work = vec![body];
    while let Some(block) = work.pop() {
        let Some(data) = function.blocks.get(block) else { continue };
        if innermost[block].is_some() {
            continue;
        }
        innermost[block] = Some(owner);
        work.extend(data.unwind);
        match &data.terminator {
            Terminator::ParFor(nested) => work.push(nested.exit),
            other => other.for_each_target(|target| work.push(target)),
        }
    }
}

/// The edges of terminators, in the order of the layout, each once.
fn terminator_edges(
    function: &Function,
    parallel_loop: &SideMap<Block, Option<Block>>,
) -> Vec<(Block, Block)> {
    let mut edges = Vec::with_capacity(2 * function.layout.len());
    for from in &function.layout {
        let first = edges.len();
        let mut add = |to: Block| {
            if to.index() < function.blocks.len() && !edges[first..].contains(&(*from, to)) {
                edges.push((*from, to));
            }
        };
        let terminator = &function.blocks[*from].terminator;
        terminator.for_each_target(&mut add);
        if let (Terminator::ParYield(_), Some(owner)) = (terminator, parallel_loop[*from])
            && let Terminator::ParFor(region) = &function.blocks[owner].terminator
        {
            add(region.body);
        }
    }
    edges
}

/// Adds an edge from every predecessor of a protected block to its unwind target, until nothing is new: an unwind
/// target may itself be protected.
fn add_unwind_edges(function: &Function, edges: &mut Vec<(Block, Block)>) {
    if function.layout.iter().all(|block| function.blocks[*block].unwind.is_none()) {
        return;
    }
    let mut known: FxHashSet<(Block, Block)> = edges.iter().copied().collect();
    let mut at = 0;
    while let Some((from, to)) = edges.get(at).copied() {
        at += 1;
        if let Some(target) = function.blocks[to].unwind
            && target.index() < function.blocks.len()
            && known.insert((from, target))
        {
            edges.push((from, target));
        }
    }
}

fn blocks_without_memory_facts(function: &Function) -> IdSet<Block> {
    let mut blocks = IdSet::new();
    for block in &function.layout {
        let data = &function.blocks[*block];
        if let Some(target) = data.unwind {
            blocks.insert(target);
        }
        if let Terminator::ParFor(region) = &data.terminator {
            blocks.insert(region.exit);
        }
    }
    blocks
}

fn reverse_postorder(function: &Function, successors: &Adjacency) -> Vec<Block> {
    let mut order = Vec::with_capacity(function.layout.len());
    let Some(entry) = function.layout.first().copied() else { return order };
    let mut seen = IdSet::new();
    seen.insert(entry);
    // The last successor first, so that in the result a loop's body stands before what follows the loop.
    let mut stack = vec![(entry, successors.of(entry).len())];
    while let Some((block, left)) = stack.last_mut() {
        let Some(next) = left.checked_sub(1) else {
            order.push(*block);
            stack.pop();
            continue;
        };
        *left = next;
        let successor = successors.of(*block)[next];
        if seen.insert(successor) {
            stack.push((successor, successors.of(successor).len()));
        }
    }
    order.reverse();
    order
}
