//! Takes safepoints out of innermost loops: drops them from short ones, and runs long ones in strips.
//!
//! Before: `loop (i while i < n) { ...; safepoint }`
//! After:  `loop { safepoint; limit = min(n, i + 2^14); loop (i while i < limit) { ... } while i < n }`
//!
//! A loop whose trip count is a small constant needs none. A counted loop with its test at the bottom is cut into strips of [`STRIP`] iterations; only between them is there a
//! safepoint. The outer loop passes the same values as the inner. Any other loop keeps its safepoint: a load and a branch. One walk over the innermost loops.
//! Does not preserve the control-flow graph.

use crate::analysis::{CountedLoop, ExitTest, LoopData, LoopForest};
use crate::edit::{NewBlocks, jumps_mut};
use crate::{MirPass, PassContext};
use hotloop_diagnostics::Span;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, ControlFlow, Dominators, Effects, Function, Inst, InstKind,
    IntCompare, MachineType, Terminator, Value,
};

/// Iterations between two safepoints: even at 60 ns each below 1 ms.
const STRIP: i64 = 1 << 14;
/// A loop of at most so many iterations needs no safepoint.
const SHORT: i64 = 1 << 12;

/// Takes safepoints out of innermost loops: drops them from short ones, and runs long ones in strips. The head of its file says how.
pub struct ThinSafepoints;

impl MirPass for ThinSafepoints {
    fn name(&self) -> &'static str {
        "thin-safepoints"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut new_blocks = NewBlocks::default();
        for data in forest.plain_innermost() {
            let Some(counted) = CountedLoop::find(function, &control_flow, data) else { continue };
            if calls_others(function, data) {
                continue;
            }
            match counted.constant_iterations(function) {
                Some(count) if count <= SHORT => drop_safepoints(function, data),
                _ => {
                    let preheader = data.preheader(function, &control_flow).expect("a counted loop has one");
                    strip_mine(function, &mut new_blocks, data, preheader, &counted);
                }
            }
        }
        new_blocks.place(function);
    }
}

/// Whether an iteration may take long: it calls other compiled functions.
fn calls_others(function: &Function, data: &LoopData) -> bool {
    let mut insts = data.blocks.iter().flat_map(|block| &function.blocks[block].insts);
    insts.any(|inst| match &function.insts[*inst].kind {
        InstKind::Call { .. } => true,
        InstKind::CallRuntime { function, .. } => function.effects() == Effects::Any,
        _ => false,
    })
}

fn drop_safepoints(function: &mut Function, data: &LoopData) {
    for block in data.blocks.iter() {
        let mut insts = std::mem::take(&mut function.blocks[block].insts);
        insts.retain(|inst| !matches!(function.insts[*inst].kind, InstKind::Safepoint));
        function.blocks[block].insts = insts;
    }
}

/// Cuts a loop with its test in the latch into strips.
fn strip_mine(
    function: &mut Function,
    new_blocks: &mut NewBlocks,
    data: &LoopData,
    preheader: Block,
    counted: &CountedLoop,
) {
    let Some((span, unwind)) = find_safepoint(function, data) else { return };
    if counted.test != ExitTest::Bottom || !is_usable_outside(function, data, unwind) {
        return;
    }
    drop_safepoints(function, data);
    let header = data.header;
    let parameters = function.blocks[header].parameters.clone();

    // The strip's head: takes the loop's values, asks for a break, and computes how far the strip goes.
    let (head, values) = new_blocks.add_in_front(function, header, &parameters);
    let (work, _) = new_blocks.add_in_front(function, header, &[]);
    function.blocks[head].terminator = Terminator::Jump(BlockCall::new(work, Vec::new()));
    function.blocks[work].unwind = unwind;
    let position =
        parameters.iter().position(|value| *value == counted.variable).expect("a parameter of the header");
    let mut builder = Builder::at(function, work);
    builder.set_span(span);
    builder.effect(InstKind::Safepoint);
    let limit = strip_limit(&mut builder, values[position], counted);
    builder.jump(header, &values);
    for call in jumps_mut(&mut function.blocks[preheader].terminator) {
        if call.block == header {
            call.block = head;
        }
    }
    let (between, _) = new_blocks.add_behind(function, counted.test_block, &[]);
    test_strip(function, data, counted, limit, [head, between]);
}

/// `min(limit, i + STRIP)`, or with a step of -1 `max(limit, i - STRIP)`, where a sum that would wrap counts as beyond the limit.
fn strip_limit(builder: &mut Builder<'_>, variable: Value, counted: &CountedLoop) -> Value {
    let strip = builder.int(MachineType::I64, STRIP);
    let (op, nearer, order) = if counted.step > 0 {
        (BinaryOp::Iadd, BinaryOp::Smin, IntCompare::Slt)
    } else {
        (BinaryOp::Isub, BinaryOp::Smax, IntCompare::Sgt)
    };
    let end = builder.binary(op, variable, strip);
    let near = builder.binary(nearer, end, counted.limit);
    let fits = builder.compare(order, variable, end);
    builder.value(InstKind::Select { condition: fits, then: near, otherwise: counted.limit })
}

/// Lets the latch test against the strip's limit, and `between` the strips against the loop's own.
fn test_strip(
    function: &mut Function,
    data: &LoopData,
    counted: &CountedLoop,
    limit: Value,
    [head, between]: [Block; 2],
) {
    let latch = counted.test_block;
    let terminator = function.blocks[latch].terminator.clone();
    let Terminator::Branch { then, otherwise, .. } = terminator else {
        unreachable!("the latch ends in the test")
    };
    let (stay, leave) = if data.blocks.contains(then.block) { (then, otherwise) } else { (otherwise, then) };
    let again = BlockCall::new(head, stay.arguments.clone());
    test(function, between, counted, counted.limit, again, leave);
    test(function, latch, counted, limit, stay, BlockCall::new(between, Vec::new()));
}

/// Ends a block in the loop's test, of the next value against `limit`.
fn test(
    function: &mut Function,
    block: Block,
    counted: &CountedLoop,
    limit: Value,
    then: BlockCall,
    otherwise: BlockCall,
) {
    let span = function.blocks[counted.test_block].terminator_span;
    let mut builder = Builder::at(function, block);
    builder.set_span(span);
    let order = if counted.step > 0 { IntCompare::Slt } else { IntCompare::Sgt };
    let condition = builder.compare(order, counted.next, limit);
    builder.terminate(Terminator::Branch { condition, then, otherwise });
}

/// The place of the loop's safepoint, and where it unwinds; `None` if the loop has no safepoint.
fn find_safepoint(function: &Function, data: &LoopData) -> Option<(Span, Option<Block>)> {
    let is_safepoint = |inst: &&Inst| matches!(function.insts[**inst].kind, InstKind::Safepoint);
    data.blocks.iter().find_map(|block| {
        let block = &function.blocks[block];
        let safepoint = block.insts.iter().find(is_safepoint)?;
        Some((function.insts[*safepoint].span, block.unwind))
    })
}

/// Whether an unwind target uses nothing that the loop defines, so that a block in front of the loop may unwind there.
fn is_usable_outside(function: &Function, data: &LoopData, unwind: Option<Block>) -> bool {
    let Some(target) = unwind else { return true };
    let mut usable = true;
    let mut note = |value: Value| {
        usable &= !data.blocks.iter().any(|block| match function.values[value].definition {
            hotloop_mir::Definition::Parameter(owner, _) => owner == block,
            hotloop_mir::Definition::Result(inst, _) => function.blocks[block].insts.contains(&inst),
        });
    };
    for inst in &function.blocks[target].insts {
        function.insts[*inst].kind.for_each_operand(&mut note);
    }
    function.blocks[target].terminator.for_each_operand(note);
    usable && matches!(function.blocks[target].terminator, Terminator::Reraise)
}
