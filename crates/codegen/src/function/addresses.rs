//! Addresses in the form that processors compute for nothing: base + index * size + constant.
//!
//! Before: `x = isub i, 1; o = imul x, 8; p = ptr_add base, o; load p`    After: `load base + i * 8 - 8`
//!
//! Neighbours of one element then share base and index. Only an address from the same block, or the same innermost loop, is taken apart: one that was
//! hoisted is a single value, and should stay one. All is modulo 2^64, so nothing can overflow differently.

use super::Translator;
use cranelift_codegen::ir::{self, InstBuilder, types};
use hotloop_mir::{BinaryOp, Inst, InstKind, Value};

/// `base + index * size + displacement`.
struct Parts {
    base: Value,
    index: Value,
    size: i64,
    displacement: i32,
}

impl Translator<'_, '_> {
    /// An address and the constant offset from it, for a load or store at `address + offset`.
    pub(super) fn address(&mut self, address: Value, offset: i32) -> (ir::Value, i32) {
        let Some(parts) = self.parts(address) else { return (self.operand(address), offset) };
        let Some(offset) = offset.checked_add(parts.displacement) else {
            return (self.operand(address), offset);
        };
        let [base, index] = [parts.base, parts.index].map(|value| self.operand(value));
        let count = self.int(types::I64, i64::from(parts.size.trailing_zeros()));
        let scaled = if parts.size == 1 { index } else { self.ins().ishl(index, count) };
        (self.ins().iadd(base, scaled), offset)
    }

    /// Takes an address apart if its index is a sum with a constant.
    fn parts(&self, address: Value) -> Option<Parts> {
        let inst = self.mir.defining_inst(address).filter(|inst| self.is_of_this_loop(*inst))?;
        let InstKind::PtrAdd { base, offset } = self.mir.insts[inst].kind else { return None };
        let (sum, size) = self.scaled(offset);
        let (index, constant) = self.sum_with_constant(sum)?;
        let displacement = i32::try_from(constant.checked_mul(size)?).ok()?;
        Some(Parts { base, index, size, displacement })
    }

    /// Whether an instruction was built in the current block, or in another one of the innermost loop around it, which holds no other.
    fn is_of_this_loop(&self, inst: Inst) -> bool {
        let Some(home) = self.built_in[inst] else { return false };
        let header = self.loops.innermost(home).filter(|header| !self.loops.blocks(*header).is_empty());
        home == self.block || (header.is_some() && header == self.loops.innermost(self.block))
    }

    /// A value as a product with a size that addresses can have.
    fn scaled(&self, value: Value) -> (Value, i64) {
        let size = |factor: Value| self.constant_int(factor).filter(|size| [1, 2, 4, 8].contains(size));
        let places = |count: Value| self.constant_int(count).filter(|count| (0..=3).contains(count));
        match self.mir.defining_inst(value).map(|inst| &self.mir.insts[inst].kind) {
            Some(InstKind::Binary(BinaryOp::Imul, a, b)) => match (size(*a), size(*b)) {
                (_, Some(size)) => (*a, size),
                (Some(size), None) => (*b, size),
                (None, None) => (value, 1),
            },
            Some(InstKind::Binary(BinaryOp::Shl, a, b)) => match places(*b) {
                Some(places) => (*a, 1 << places),
                None => (value, 1),
            },
            _ => (value, 1),
        }
    }

    fn sum_with_constant(&self, value: Value) -> Option<(Value, i64)> {
        match self.mir.insts[self.mir.defining_inst(value)?].kind {
            InstKind::Binary(BinaryOp::Iadd, a, b) => match (self.constant_int(a), self.constant_int(b)) {
                (None, Some(constant)) => Some((a, constant)),
                (Some(constant), None) => Some((b, constant)),
                (None, None) | (Some(_), Some(_)) => None,
            },
            InstKind::Binary(BinaryOp::Isub, a, b) => Some((a, self.constant_int(b)?.checked_neg()?)),
            _ => None,
        }
    }
}
