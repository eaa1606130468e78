//! Loads that widen what they read.
//!
//! Before: `v1 = load.i32 a; v2 = sign_extend.i64 v1`    After: `v2 = sload32 a`
//!
//! Processors load a small integer and widen it in one instruction. Where a loaded integer is used in its block alone, and for nothing but one conversion or the same one
//! again, the load makes the wide value. One walk over the function, in which each use of a candidate is looked up.

use super::{ELEMENT, Translator, clif_type};
use cranelift_codegen::ir::{self, InstBuilder};
use hotloop_mir::{Block, ConvertOp, Function, InstKind, MachineType, Value};
use rustc_hash::FxHashMap;

/// What becomes of the small integers that are loaded.
#[derive(Default)]
pub(super) struct Widened {
    /// By the loaded value, how it is widened.
    conversions: FxHashMap<Value, (ConvertOp, MachineType)>,
    /// The wide values that were made.
    made: FxHashMap<Value, ir::Value>,
}

impl Widened {
    /// Finds the loads that may widen.
    pub(super) fn new(function: &Function) -> Self {
        let mut uses = Uses::default();
        for block in &function.layout {
            let data = &function.blocks[*block];
            for inst in &data.insts {
                let inst = &function.insts[*inst];
                match inst.kind {
                    InstKind::Load { ty, .. } if is_small(ty) => {
                        uses.of.insert(inst.results[0], (*block, None));
                    }
                    InstKind::Convert(op @ (ConvertOp::SignExtend | ConvertOp::ZeroExtend), value, to) => {
                        uses.note_conversion(*block, value, (op, to));
                        continue;
                    }
                    _ => {}
                }
                inst.kind.for_each_operand(|value| uses.note_other(value));
            }
            data.terminator.for_each_operand(|value| uses.note_other(value));
        }
        let only = |(value, (_, conversion)): (Value, (Block, Option<(ConvertOp, MachineType)>))| {
            conversion.map(|conversion| (value, conversion))
        };
        Self { conversions: uses.of.into_iter().filter_map(only).collect(), made: FxHashMap::default() }
    }
}

/// How the loaded values that were met so far are used.
#[derive(Default)]
struct Uses {
    /// The block of the load, and the conversion, if one was met; a value with another use is not in here.
    of: FxHashMap<Value, (Block, Option<(ConvertOp, MachineType)>)>,
}

impl Uses {
    fn note_conversion(&mut self, block: Block, value: Value, conversion: (ConvertOp, MachineType)) {
        let Some((home, known)) = self.of.get_mut(&value) else { return };
        if *home == block && known.is_none_or(|known| known == conversion) {
            *known = Some(conversion);
        } else {
            self.of.remove(&value);
        }
    }

    fn note_other(&mut self, value: Value) {
        if !self.of.is_empty() {
            self.of.remove(&value);
        }
    }
}

fn is_small(ty: MachineType) -> bool {
    matches!(ty, MachineType::I8 | MachineType::I16 | MachineType::I32)
}

impl Translator<'_, '_> {
    /// Builds a load that widens, if it is one; then nobody asks for what it loads as it is.
    pub(super) fn load_widened(&mut self, loaded: Value, address: Value, offset: i32) -> bool {
        let Some((op, to)) = self.widened.conversions.get(&loaded).copied() else { return false };
        let (address, offset) = self.address(address, offset);
        let (from, to) = (self.mir.value_type(loaded), clif_type(to));
        let is_signed = op == ConvertOp::SignExtend;
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
        true
    }

    /// The wide value, if its load has made it.
    pub(super) fn loaded_wide(&self, loaded: Value) -> Option<ir::Value> {
        self.widened.made.get(&loaded).copied()
    }
}
