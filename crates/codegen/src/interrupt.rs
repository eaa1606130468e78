//! The way to `hl_safepoint`, for code in the middle of a loop.
//!
//! An ordinary call would make the loop keep its floats in memory, for the sake of a call that hardly ever happens. So each object
//! with a safepoint has one function that saves every register it touches, and calls the runtime in its name. Such a
//! function can return nothing: it writes the status where the caller says. Saving so much takes long to compile, so its code is kept with the target.

use crate::Target;
use crate::function::{WORD, runtime_signature, write_missing_place};
use crate::imports::SELF_SYMBOL;
use cranelift_codegen::ir::{self, AbiParam, GlobalValue, InstBuilder, Signature, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use hotloop_mir::RuntimeFunction;

/// Its symbol; local to the object.
pub(crate) const SYMBOL: &str = "hl_interrupt";

/// `fn(context, site, status)`, which leaves all registers alone.
pub(crate) fn signature() -> Signature {
    let mut signature = Signature::new(CallConv::PreserveAll);
    signature.params = [types::I64, types::I32, types::I64].map(AbiParam::new).to_vec();
    signature
}

/// What it needs of the import table, with the offsets in bytes.
pub(crate) const IMPORTS: [(&str, i32); 2] = [(SELF_SYMBOL, 0), (RuntimeFunction::Safepoint.symbol(), 8)];

/// Builds it.
pub(crate) fn build(
    table: GlobalValue,
    clif: &mut ir::Function,
    scratch: &mut FunctionBuilderContext,
    target: &Target,
) {
    let [(_, image), (_, safepoint)] = IMPORTS;
    let mut builder = FunctionBuilder::new(clif, scratch);
    let [block, blame, done] = std::array::from_fn(|_| builder.create_block());
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    let &[context, site, result] = builder.block_params(block) else {
        unreachable!("it has three parameters")
    };
    let signature = builder.import_signature(runtime_signature(RuntimeFunction::Safepoint, target));
    let table = builder.ins().symbol_value(types::I64, table);
    let safepoint = builder.ins().load(types::I64, WORD, table, safepoint);
    let call = builder.ins().call_indirect(signature, safepoint, &[context]);
    let status = builder.inst_results(call)[0];
    builder.ins().store(WORD, status, result, 0);
    builder.ins().brif(status, blame, &[], done, &[]);
    builder.switch_to_block(blame);
    let image = builder.ins().load(types::I64, WORD, table, image);
    write_missing_place(&mut builder, context, image, site);
    builder.ins().jump(done, &[]);
    builder.switch_to_block(done);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize(target.isa().frontend_config());
}
