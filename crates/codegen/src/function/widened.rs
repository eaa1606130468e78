//! Loads that widen what they read.
//!
//! Before: `v1 = load.i32 a; v2 = sign_extend.i64 v1`    After: `v2 = sload32 a; v1 = ireduce v2`
//!
//! Processors load a small integer and widen it in one instruction. Where a loaded integer is widened in its block, the load makes the wide value; the integer itself is its low
//! bits, which take no instruction. One walk over the function.

use super::{ELEMENT, Translator, clif_type};
use cranelift_codegen::ir::{self, InstBuilder};
use hotloop_mir::{Block, ConvertOp, Function, InstKind, MachineType, Value};
use rustc_hash::FxHashMap;

/// What becomes of the small integers that are loaded.
#[derive(Default)]
pub(super) struct Widened {
    /// By the loaded value, how it is widened first.
    conversions: FxHashMap<Value, (ConvertOp, MachineType)>,
    /// The wide values that were made.
    made: FxHashMap<Value, ir::Value>,
}

impl Widened {
    /// Finds the loads that may widen.
    pub(super) fn new(function: &Function) -> Self {
        let mut widened = Self::default();
        // The loaded integers, and where.
        let mut loaded: FxHashMap<Value, Block> = FxHashMap::default();
        for block in &function.layout {
            for inst in &function.blocks[*block].insts {
                let inst = &function.insts[*inst];
                match inst.kind {
                    InstKind::Load { ty: MachineType::I8 | MachineType::I16 | MachineType::I32, .. } => {
                        loaded.insert(inst.results[0], *block);
                    }
                    InstKind::Convert(op @ (ConvertOp::SignExtend | ConvertOp::ZeroExtend), value, to)
                        if loaded.get(&value) == Some(block) =>
                    {
                        widened.conversions.entry(value).or_insert((op, to));
                    }
                    _ => {}
                }
            }
        }
        widened
    }
}

impl Translator<'_, '_> {
    /// Builds a load that widens, if it is one. Gives what was loaded as it is.
    pub(super) fn load_widened(&mut self, loaded: Value, address: Value, offset: i32) -> Option<ir::Value> {
        let (op, to) = self.widened.conversions.get(&loaded).copied()?;
        let (address, offset) = self.address(address, offset);
        let from = self.mir.value_type(loaded);
        let (narrow, to, is_signed) = (clif_type(from), clif_type(to), op == ConvertOp::SignExtend);
        let ins = self.ins();
        let made = match (from, is_signed) {
            (MachineType::I8, true) => ins.sload8(to, ELEMENT, address, offset),
            (MachineType::I8, false) => ins.uload8(to, ELEMENT, address, offset),
            (MachineType::I16, true) => ins.sload16(to, ELEMENT, address, offset),
            (MachineType::I16, false) => ins.uload16(to, ELEMENT, address, offset),
            (_, true) => ins.sload32(ELEMENT, address, offset),
            (_, false) => ins.uload32(ELEMENT, address, offset),
        };
        self.widened.made.insert(loaded, made);
        Some(self.ins().ireduce(narrow, made))
    }

    /// The wide value, if the load has made it.
    pub(super) fn loaded_wide(&self, op: ConvertOp, loaded: Value, to: MachineType) -> Option<ir::Value> {
        let is_this = self.widened.conversions.get(&loaded) == Some(&(op, to));
        self.widened.made.get(&loaded).copied().filter(|_| is_this)
    }
}
