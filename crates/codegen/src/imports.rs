//! The import table: one object in `.data` with the address of everything outside this object, eight bytes each.
//!
//! A slot is an absolute relocation to an undefined symbol. The loader fills the table once, before any code runs; so code
//! reads it as memory that never changes, and such loads leave loops.

use crate::error::ModuleResult;
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::CallConv;
use cranelift_module::{DataDescription, DataId, Linkage, Module};
use cranelift_object::ObjectModule;
use rustc_hash::FxHashMap;

/// The symbol of the table; local to the object.
const TABLE: &str = "hl_imports";

/// The symbol that stands for the address by which the loader names this image.
pub(crate) const SELF_SYMBOL: &str = "hl_self";

/// The slots in use so far.
#[derive(Default)]
pub(crate) struct ImportTable {
    table: Option<DataId>,
    symbols: Vec<String>,
    slots: FxHashMap<String, usize>,
}

impl ImportTable {
    /// The table's symbol, declared when first asked for.
    pub(crate) fn table(&mut self, module: &mut ObjectModule) -> ModuleResult<DataId> {
        if let Some(table) = self.table {
            return Ok(table);
        }
        let table = module.declare_data(TABLE, Linkage::Local, true, false)?;
        self.table = Some(table);
        Ok(table)
    }

    /// The offset in bytes of a symbol's slot.
    pub(crate) fn offset_bytes(&mut self, symbol: &str) -> i32 {
        let slot = match self.slots.get(symbol) {
            Some(slot) => *slot,
            None => {
                let slot = self.symbols.len();
                self.symbols.push(symbol.to_owned());
                self.slots.insert(symbol.to_owned(), slot);
                slot
            }
        };
        8 * slot as i32
    }

    /// The symbols so far, in the order of their slots.
    pub(crate) fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// Writes the table into the object; returns the symbols, in the order of their slots.
    pub(crate) fn define(self, module: &mut ObjectModule) -> ModuleResult<Vec<String>> {
        let Some(table) = self.table else { return Ok(Vec::new()) };
        let mut data = DataDescription::new();
        data.set_align(8);
        data.define(vec![0; 8 * self.symbols.len()].into_boxed_slice());
        for (slot, symbol) in self.symbols.iter().enumerate() {
            let import =
                module.declare_function(symbol, Linkage::Import, &Signature::new(CallConv::SystemV))?;
            let import = module.declare_func_in_data(import, &mut data);
            data.write_function_addr(8 * slot as u32, import);
        }
        module.define_data(table, &data)?;
        Ok(self.symbols)
    }
}
