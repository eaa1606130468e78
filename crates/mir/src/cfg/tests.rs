//! Edges, orders and dominators of small graphs, and dominators of random ones by their definition.

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
    let par_for =
        |body, exit| Terminator::ParFor(ParFor { count, body, chunks: None, reductions: Vec::new(), exit });
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
