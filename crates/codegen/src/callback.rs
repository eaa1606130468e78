//! Functions with a signature of C that hand their arguments to one function of the host, in words of eight bytes each as a `HostEntry` takes them.

use crate::function::clif_type;
use crate::object::Unit;
use crate::{CodegenError, Target};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{self, AbiParam, InstBuilder, MemFlagsData, Signature, UserFuncName, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use hotloop_mir::{MachineType, Module};

/// What a callback is made of.
#[derive(Clone, Debug)]
pub struct CallbackForm<'a> {
    /// Its symbol.
    pub name: &'a str,
    /// The types of its parameters.
    pub parameters: &'a [MachineType],
    /// The types that its result has in registers: none, one, or the two parts of a complex number.
    pub results: &'a [MachineType],
    /// The address of `extern "C" fn(data: *const u8, arguments: *const u64, results: *mut u64)`.
    pub handler: usize,
    /// What the handler is called with.
    pub data: usize,
}

/// The object with a callback, a C function for the target. It holds addresses of this process, so it is not to be kept.
///
/// # Errors
/// Cranelift refuses it, which is a mistake of ours.
pub fn callback(form: &CallbackForm<'_>, target: &Target) -> Result<Vec<u8>, CodegenError> {
    let mut unit = Unit::new(&Module { functions: Vec::new() }, target)?;
    let mut context = Context::new();
    build(form, &mut context.func, target);
    unit.define_alone(form.name, &mut context)?;
    Ok(unit.finish()?.bytes)
}

fn build(form: &CallbackForm<'_>, clif: &mut ir::Function, target: &Target) {
    let in_registers = |types: &[MachineType]| types.iter().map(|ty| AbiParam::new(clif_type(*ty))).collect();
    clif.name = UserFuncName::user(0, 0);
    clif.signature = Signature::new(target.isa().default_call_conv());
    clif.signature.params = in_registers(form.parameters);
    clif.signature.returns = in_registers(form.results);
    let mut scratch = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(clif, &mut scratch);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    let [arguments, results] = [form.parameters.len(), form.results.len()].map(|count| {
        let size_bytes = 8 * count.max(1) as u32;
        builder.create_sized_stack_slot(ir::StackSlotData::new(
            ir::StackSlotKind::ExplicitSlot,
            size_bytes,
            3,
        ))
    });
    for (position, value) in builder.block_params(block).to_vec().into_iter().enumerate() {
        builder.ins().stack_store(types::I64, value, arguments, 8 * position as i32);
    }
    let [arguments, results] = [arguments, results].map(|slot| builder.ins().stack_addr(types::I64, slot, 0));
    let [handler, data] =
        [form.handler, form.data].map(|address| builder.ins().iconst(types::I64, address as i64));
    let mut signature = Signature::new(target.isa().default_call_conv());
    signature.params = vec![AbiParam::new(types::I64); 3];
    let signature = builder.import_signature(signature);
    builder.ins().call_indirect(signature, handler, &[data, arguments, results]);
    let loaded: Vec<ir::Value> = (form.results.iter().enumerate())
        .map(|(position, ty)| {
            builder.ins().load(clif_type(*ty), MemFlagsData::trusted(), results, 8 * position as i32)
        })
        .collect();
    builder.ins().return_(&loaded);
    builder.seal_all_blocks();
    builder.finalize(target.isa().frontend_config());
}
