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

/// The dominator tree: block `a` dominates `b` when every way from the entry to `b` leads through `a`.
///
/// The method is that of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm"); intervals of a walk over the
/// tree then answer [`dominates`](Self::dominates) in constant time.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// The reachable blocks in reverse postorder.
    order: Vec<Block>,
    immediate: SideMap<Block, Option<Block>>,
    /// When a walk over the tree enters and leaves a block; `(0, 0)` for unreachable ones.
    interval: SideMap<Block, (u32, u32)>,
    children: Adjacency,
}

impl Dominators {
    /// The dominators of a function whose graph is `control_flow`.
    pub fn new(function: &Function, control_flow: &ControlFlow) -> Self {
        let positions = immediate_positions(control_flow);
        let order = control_flow.reverse_postorder().to_vec();
        let count = function.blocks.len();
        let mut immediate = SideMap::with_len(None, count);
        for (at, block) in order.iter().enumerate().skip(1) {
            immediate[*block] = Some(order[positions[at] as usize]);
        }
        let tree_edges = order.iter().filter_map(|block| Some((immediate[*block]?, *block)));
        let children = Adjacency::new(count, tree_edges);
        let interval = tree_intervals(&order, &children, count);
        Self { order, immediate, interval, children }
    }

    /// The closest block that dominates this one, besides itself; none for the entry and for unreachable blocks.
    pub fn immediate(&self, block: Block) -> Option<Block> {
        self.immediate[block]
    }

    /// Whether `a` dominates `b`; a reachable block dominates itself. No block dominates an unreachable one, nor is dominated by one.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let ((enter_a, leave_a), (enter_b, leave_b)) = (self.interval[a], self.interval[b]);
        enter_b != 0 && enter_a != 0 && enter_a <= enter_b && leave_b <= leave_a
    }

    /// Whether `a` dominates `b` and is another block.
    pub fn strictly_dominates(&self, a: Block, b: Block) -> bool {
        a != b && self.dominates(a, b)
    }

    /// The blocks whose immediate dominator this block is, in reverse postorder.
    pub fn children(&self, block: Block) -> &[Block] {
        self.children.of(block)
    }

    /// The reachable blocks, each behind its dominators: reverse postorder.
    pub fn order(&self) -> &[Block] {
        &self.order
    }

    /// The reachable blocks, each behind its immediate dominator and all of one subtree together: for scoped tables.
    pub fn tree_preorder(&self) -> Vec<Block> {
        let mut preorder = self.order.clone();
        preorder.sort_by_key(|block| self.interval[*block].0);
        preorder
    }
}

/// The immediate dominator of each reachable block, both by position in reverse postorder; the entry's is itself.
fn immediate_positions(control_flow: &ControlFlow) -> Vec<u32> {
    let order = control_flow.reverse_postorder();
    let mut immediate = vec![UNREACHABLE; order.len()];
    if let Some(entry) = immediate.first_mut() {
        *entry = 0;
    }
    let mut changed = true;
    while changed {
        changed = false;
        for (at, block) in order.iter().enumerate().skip(1) {
            let mut new = UNREACHABLE;
            for predecessor in control_flow.predecessors(*block) {
                let position = control_flow.position[*predecessor];
                if position != UNREACHABLE && immediate[position as usize] != UNREACHABLE {
                    new = if new == UNREACHABLE { position } else { common(&immediate, position, new) };
                }
            }
            changed |= immediate[at] != new;
            immediate[at] = new;
        }
    }
    immediate
}

/// The closest common dominator of two blocks.
fn common(immediate: &[u32], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        if a > b {
            a = immediate[a as usize];
        } else {
            b = immediate[b as usize];
        }
    }
    a
}

fn tree_intervals(order: &[Block], children: &Adjacency, count: usize) -> SideMap<Block, (u32, u32)> {
    let mut interval = SideMap::with_len((0, 0), count);
    let Some(entry) = order.first().copied() else { return interval };
    let mut clock = 1;
    interval[entry].0 = clock;
    let mut stack = vec![(entry, 0)];
    while let Some((block, next)) = stack.last_mut() {
        clock += 1;
        if let Some(child) = children.of(*block).get(*next).copied() {
            *next += 1;
            interval[child].0 = clock;
            stack.push((child, 0));
        } else {
            interval[*block].1 = clock;
            stack.pop();
        }
    }
    interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockCall, Builder, MachineType, ParFor, Value};

    /// A function whose blocks jump as listed; a second target makes it a branch on the parameter.
    fn graph(edges: &[&[usize]]) -> Function {
        let mut function = Function::new("graph", &[MachineType::I1], &[]);
        for _ in 1..edges.len() {
            function.add_block();
        }
        let condition = function.parameters()[0];
        for (from, targets) in edges.iter().enumerate() {
            function.blocks[Block::new(from)].terminator = match targets {
                [] => Terminator::Return(Vec::new()),
                [to] => Terminator::Jump(BlockCall::new(Block::new(*to), Vec::new())),
                [then, otherwise, ..] => Terminator::Branch {
                    condition,
                    then: BlockCall::new(Block::new(*then), Vec::new()),
                    otherwise: BlockCall::new(Block::new(*otherwise), Vec::new()),
                },
            };
        }
        function
    }

    fn blocks(numbers: &[usize]) -> Vec<Block> {
        numbers.iter().copied().map(Block::new).collect()
    }

    #[test]
    fn a_loop_is_walked_before_its_exit_and_dominated_by_its_header() {
        let function = graph(&[&[1], &[2, 3], &[1], &[], &[3]]);
        let control_flow = ControlFlow::new(&function);
        assert_eq!(control_flow.reverse_postorder(), blocks(&[0, 1, 2, 3]));
        assert_eq!(control_flow.predecessors(Block::new(1)), blocks(&[0, 2]));
        assert_eq!(control_flow.predecessors(Block::new(3)), blocks(&[1, 4]));
        assert!(!control_flow.is_reachable(Block::new(4)));

        let dominators = Dominators::new(&function, &control_flow);
        assert_eq!(dominators.immediate(Block::new(3)), Some(Block::new(1)));
        assert!(dominators.dominates(Block::new(1), Block::new(1)));
        assert!(!dominators.strictly_dominates(Block::new(1), Block::new(1)));
        assert!(!dominators.dominates(Block::new(2), Block::new(3)));
        assert!(!dominators.dominates(Block::new(4), Block::new(3)));
        assert!(!dominators.dominates(Block::new(0), Block::new(4)));
        assert_eq!(dominators.tree_preorder(), blocks(&[0, 1, 2, 3]));
    }

    #[test]
    fn an_unwind_edge_leaves_the_predecessors_of_the_protected_block() {
        let mut function = graph(&[&[1], &[2], &[], &[], &[]]);
        function.blocks[Block::new(1)].unwind = Some(Block::new(3));
        function.blocks[Block::new(3)].unwind = Some(Block::new(4));
        let control_flow = ControlFlow::new(&function);
        assert_eq!(control_flow.successors(Block::new(0)), blocks(&[1, 3, 4]));
        assert_eq!(control_flow.successors(Block::new(1)), blocks(&[2]));
        assert!(control_flow.forgets_memory(Block::new(3)) && !control_flow.forgets_memory(Block::new(2)));
    }

    #[test]
    fn an_iteration_goes_back_to_its_own_loops_body() {
        let mut function = Function::new("nested", &[MachineType::I64], &[]);
        let count: Value = function.parameters()[0];
        let mut builder = Builder::at_entry(&mut function);
        let [outer, inner, inner_exit, exit] = [(); 4].map(|()| builder.add_block());
        let par_for = |body, exit| Terminator::ParFor(ParFor { count, body, reductions: Vec::new(), exit });
        builder.terminate(par_for(outer, exit));
        builder.switch_to(outer);
        builder.terminate(par_for(inner, inner_exit));
        for block in [inner, inner_exit] {
            builder.switch_to(block);
            builder.terminate(Terminator::ParYield(Vec::new()));
        }
        builder.switch_to(exit);
        builder.terminate(Terminator::Return(Vec::new()));

        let control_flow = ControlFlow::new(&function);
        let entry = function.entry();
        assert_eq!(control_flow.successors(inner), [inner]);
        assert_eq!(control_flow.successors(inner_exit), [outer]);
        assert_eq!(control_flow.parallel_loop(inner), Some(outer));
        assert_eq!(control_flow.parallel_loop(outer), Some(entry));
        assert_eq!(control_flow.parallel_loop(inner_exit), Some(entry));
        assert_eq!(control_flow.parallel_loop(exit), None);
        assert!(control_flow.forgets_memory(exit) && !control_flow.forgets_memory(outer));
        assert_eq!(Dominators::new(&function, &control_flow).immediate(exit), Some(entry));
    }

    /// The definition itself: `a` dominates `b` when `b` cannot be reached without passing through `a`.
    fn dominates_by_definition(control_flow: &ControlFlow, entry: Block, a: Block, b: Block) -> bool {
        let mut seen = IdSet::new();
        let mut work = vec![entry];
        while let Some(block) = work.pop() {
            if block != a && seen.insert(block) {
                work.extend(control_flow.successors(block));
            }
        }
        control_flow.is_reachable(b) && control_flow.is_reachable(a) && !seen.contains(b)
    }

    proptest::proptest! {
        #[test]
        fn dominators_are_as_defined(edges in proptest::collection::vec(proptest::collection::vec(0..10_usize, 0..3), 10)) {
            let function = graph(&edges.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let control_flow = ControlFlow::new(&function);
            let dominators = Dominators::new(&function, &control_flow);
            for a in function.blocks.ids() {
                for b in function.blocks.ids() {
                    let expected = dominates_by_definition(&control_flow, function.entry(), a, b);
                    proptest::prop_assert_eq!(dominators.dominates(a, b), expected, "{} {}", a, b);
                }
            }
        }
    }
}
