//! A function's machine code outside an object, to be added to one or more.

use crate::CodegenError;
use crate::error::object_error;
use crate::object::check_relocations;
use cranelift_codegen::Context;
use cranelift_codegen::isa::TargetIsa;
use cranelift_module::{FuncId, Module as _, ModuleReloc};
use cranelift_object::ObjectModule;

/// Machine code with its relocations. An object has no unwind information for it: Cranelift gives none for code that is added as bytes.
pub(crate) struct MachineCode {
    alignment: u64,
    bytes: Vec<u8>,
    relocations: Vec<ModuleReloc>,
}

impl MachineCode {
    /// Compiles the context's function, which is `id` in its object.
    pub(crate) fn compile(context: &mut Context, id: FuncId, isa: &dyn TargetIsa) -> Result<Self, String> {
        context.compile(isa, &mut Default::default()).map_err(|failure| format!("{:?}", failure.inner))?;
        check_relocations(context)?;
        let buffer = &context.compiled_code().expect("it was compiled").buffer;
        let relocations = buffer.relocs().iter();
        Ok(Self {
            alignment: u64::from(buffer.alignment),
            bytes: buffer.data().to_vec(),
            relocations: relocations
                .map(|relocation| ModuleReloc::from_mach_reloc(relocation, &context.func, id))
                .collect(),
        })
    }

    /// Adds the code to an object as the function `id`.
    pub(crate) fn define(&self, id: FuncId, module: &mut ObjectModule) -> Result<(), CodegenError> {
        module.define_function_bytes(id, self.alignment, &self.bytes, &self.relocations).map_err(object_error)
    }
}
