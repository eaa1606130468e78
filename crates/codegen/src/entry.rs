//! The `HostEntry` of a function: loads the arguments from a buffer of eight bytes each and calls it.

use crate::Target;
use crate::function::{clif_type, new_signature};
use cranelift_codegen::ir::{self, FuncRef, InstBuilder, MemFlagsData, Signature, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use hotloop_mir::{Function, MachineType};

/// `status fn(context, arguments, results)`.
pub(crate) fn signature(target: &Target) -> Signature {
    new_signature(target, &[MachineType::Ptr; 3])
}

/// Builds the entry of `mir`, which is `callee` in `clif`.
pub(crate) fn build(
    mir: &Function,
    callee: FuncRef,
    clif: &mut ir::Function,
    scratch: &mut FunctionBuilderContext,
    target: &Target,
) {
    let mut builder = FunctionBuilder::new(clif, scratch);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    let &[context, arguments, results] = builder.block_params(block) else {
        unreachable!("an entry has three parameters")
    };
    let mut passed = vec![context];
    for (position, parameter) in mir.parameters().iter().enumerate() {
        let ty = clif_type(mir.value_type(*parameter));
        passed.push(builder.ins().load(ty, MemFlagsData::trusted(), arguments, 8 * position as i32));
    }
    passed.push(results);
    let call = builder.ins().call(callee, &passed);
    let status = builder.inst_results(call)[0];
    debug_assert_eq!(builder.func.dfg.value_type(status), types::I32);
    builder.ins().return_(&[status]);
    builder.seal_all_blocks();
    builder.finalize(target.isa().frontend_config());
}
