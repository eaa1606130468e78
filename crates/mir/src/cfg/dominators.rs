//! Which blocks lie on every way to a block.

use super::{Adjacency, ControlFlow, UNREACHABLE};
use crate::{Block, Function};
use hotloop_index::SideMap;

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
    let mut known = Vec::new();
    let mut changed = true;
    while changed {
        changed = false;
        for (at, block) in order.iter().enumerate().skip(1) {
            known.clear();
            let positions =
                control_flow.predecessors(*block).iter().map(|block| control_flow.position[*block]);
            known.extend(positions.filter(|at| *at != UNREACHABLE && immediate[*at as usize] != UNREACHABLE));
            // Where the ways of a long chain meet, those that left it last come first: each then has one step to go to the one before.
            if known.len() > 2 {
                known.sort_unstable_by_key(|at| std::cmp::Reverse(immediate[*at as usize]));
            }
            let new = known.iter().copied().reduce(|new, position| common(&immediate, position, new));
            let new = new.unwrap_or(UNREACHABLE);
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
