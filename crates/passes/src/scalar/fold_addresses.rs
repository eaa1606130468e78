//! Moves constants from indices into the displacement of loads and stores.
//!
//! Before: `v3 = isub v1, 1; v4 = shl v3, 3; v5 = ptr_add v2, v4; v6 = load.f64 v5`
//! After:  `v7 = shl v1, 3; v8 = ptr_add v2, v7; v6 = load.f64 v8 - 8`
//!
//! Neighbours in an array then share one address, and the machine adds the displacement for nothing. The sum of an address wraps like any other, so it is
//! the same; a displacement that does not fit 32 bits stays where it is. One walk over the memory operations; equal addresses are merged by `number-values` behind.
//! Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_mir::{BinaryOp, Block, Constant, Function, Inst, InstKind, MachineType, Value};

/// Moves constants from indices into the displacement of loads and stores. The head of its file says how.
pub struct FoldAddresses;

impl MirPass for FoldAddresses {
    fn name(&self) -> &'static str {
        "fold-addresses"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        for block in function.layout.clone() {
            fold_block(function, block);
        }
    }
}

fn fold_block(function: &mut Function, block: Block) {
    let insts = std::mem::take(&mut function.blocks[block].insts);
    for inst in insts {
        if let Some(folded) = Folded::find(function, inst) {
            folded.apply(function, block, inst);
        }
        function.blocks[block].insts.push(inst);
    }
}

/// An address as `base + (index << shift) + displacement`.
struct Folded {
    base: Value,
    index: Value,
    shift: Option<Value>,
    displacement: i32,
}

impl Folded {
    /// How the address of a load or store is better written, if it is.
    fn find(function: &Function, inst: Inst) -> Option<Self> {
        let (address, offset) = match function.insts[inst].kind {
            InstKind::Load { address, offset, .. } | InstKind::Store { address, offset, .. } => {
                (address, offset)
            }
            _ => return None,
        };
        let InstKind::PtrAdd { base, offset: bytes } = *defining(function, address)? else { return None };
        let (index, shift, constant) = match *defining(function, bytes)? {
            InstKind::Binary(BinaryOp::Shl, shifted, count) => {
                let (index, constant) = added_constant(function, shifted)?;
                let places = small(function, count).filter(|places| (0..=16).contains(places))?;
                (index, Some(count), constant.checked_mul(1 << places)?)
            }
            _ => {
                let (index, constant) = added_constant(function, bytes)?;
                (index, None, constant)
            }
        };
        let displacement = i32::try_from(constant.checked_add(i64::from(offset))?).ok()?;
        Some(Self { base, index, shift, displacement })
    }

    fn apply(&self, function: &mut Function, block: Block, inst: Inst) {
        let span = function.insts[inst].span;
        let mut result = |kind: InstKind| {
            let new = function.append_inst(block, kind, span);
            function.insts[new].results[0]
        };
        let bytes = match self.shift {
            Some(count) => result(InstKind::Binary(BinaryOp::Shl, self.index, count)),
            None => self.index,
        };
        let new_address = result(InstKind::PtrAdd { base: self.base, offset: bytes });
        match &mut function.insts[inst].kind {
            InstKind::Load { address, offset, .. } | InstKind::Store { address, offset, .. } => {
                *address = new_address;
                *offset = self.displacement;
            }
            _ => unreachable!("only loads and stores are folded"),
        }
    }
}

fn defining(function: &Function, value: Value) -> Option<&InstKind> {
    function.defining_inst(value).map(|inst| &function.insts[inst].kind)
}

/// `value` as a sum with a constant of 64 bits.
fn added_constant(function: &Function, value: Value) -> Option<(Value, i64)> {
    if function.value_type(value) != MachineType::I64 {
        return None;
    }
    match *defining(function, value)? {
        InstKind::Binary(BinaryOp::Iadd, a, b) => small(function, b)
            .map(|constant| (a, constant))
            .or_else(|| small(function, a).map(|constant| (b, constant))),
        InstKind::Binary(BinaryOp::Isub, a, b) => small(function, b).map(|constant| (a, -constant)),
        _ => None,
    }
}

/// A constant that is small enough for a displacement.
fn small(function: &Function, value: Value) -> Option<i64> {
    match function.constant(value)? {
        Constant::Int(_, number) => i32::try_from(number).ok().map(i64::from),
        Constant::F32(_) | Constant::F64(_) => None,
    }
}
