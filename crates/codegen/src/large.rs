//! Prepares large functions for the quick register allocator.
//!
//! Before: `brif fails, cold, [], hot, []`    After: `brif not_fails, hot, [], cold, []`
//!
//! Cranelift numbers blocks in reverse postorder, in which the first successor of a branch comes late: all ways into errors stand behind
//! the whole function. That is good for the allocator of small functions, whose loops then hold no cold code. The quick allocator walks the
//! blocks backwards and looks at every value alive at the head of each, so values that errors show (indices, lengths) would be alive in all
//! the blocks between, and its time would grow with the square of the function. With the cold way as the second, it stands right
//! behind its branch. Where the code lies in memory does not change: cold blocks go last in any case.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::{CondCode as _, IntCC};
use cranelift_codegen::ir::{
    BlockArg, BlockCall, Function, Inst, InstBuilder, InstructionData, Value, ValueListPool,
};

/// Makes the cold way of every branch its second.
pub(crate) fn put_cold_ways_second(function: &mut Function) {
    let blocks: Vec<_> = function.layout.blocks().collect();
    for block in blocks {
        let Some(last) = function.layout.last_inst(block) else { continue };
        let InstructionData::Brif { arg, blocks: [first, second], .. } = function.dfg.insts[last] else {
            continue;
        };
        let is_cold = |way: BlockCall| function.layout.is_cold(way.block(&function.dfg.value_lists));
        if is_cold(first) && !is_cold(second) {
            swap(function, last, arg, first, second);
        }
    }
}

fn swap(function: &mut Function, branch: Inst, condition: Value, first: BlockCall, second: BlockCall) {
    let pool = &function.dfg.value_lists;
    let [(cold, cold_arguments), (hot, hot_arguments)] =
        [first, second].map(|way| (way.block(pool), arguments(way, pool)));
    let definition = function.dfg.value_def(condition).inst().map(|inst| function.dfg.insts[inst]);
    let mut cursor = FuncCursor::new(function).at_inst(branch);
    let opposite = match definition {
        Some(InstructionData::IntCompare { args: [a, b], cond, .. }) => {
            cursor.ins().icmp(cond.complement(), a, b)
        }
        _ => {
            let ty = cursor.func.dfg.value_type(condition);
            let zero = cursor.ins().iconst(ty, 0);
            cursor.ins().icmp(IntCC::Equal, condition, zero)
        }
    };
    cursor.use_srcloc(branch);
    cursor.ins().brif(opposite, hot, &hot_arguments, cold, &cold_arguments);
    function.layout.remove_inst(branch);
}

fn arguments(way: BlockCall, pool: &ValueListPool) -> Vec<BlockArg> {
    way.args(pool).collect()
}
