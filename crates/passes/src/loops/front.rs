//! The end of a preheader, where what has to hold for a loop is computed: each value once.

use crate::analysis::Inside;
use hotloop_diagnostics::Span;
use hotloop_mir::{BinaryOp, Block, Builder, Constant, Function, InstKind, IntCompare, MachineType, Value};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Computes at the end of a block.
pub(super) struct Front<'f> {
    builder: Builder<'f>,
    /// What the loop defines.
    inside: Rc<Inside>,
    /// What was computed.
    made: FxHashMap<InstKind, Value>,
    /// What the loop computes alike in every iteration, and what stands for it here.
    copies: FxHashMap<Value, Value>,
}

impl<'f> Front<'f> {
    /// At the end of `block`, in front of what defines all that is `inside`.
    pub(super) fn new(function: &'f mut Function, block: Block, span: Span, inside: Rc<Inside>) -> Self {
        let mut builder = Builder::at(function, block);
        builder.set_span(span);
        Self { builder, inside, made: FxHashMap::default(), copies: FxHashMap::default() }
    }

    pub(super) fn function(&self) -> &Function {
        self.builder.function
    }

    pub(super) fn value(&mut self, kind: InstKind) -> Value {
        *self.made.entry(kind.clone()).or_insert_with(|| self.builder.value(kind))
    }

    pub(super) fn int(&mut self, number: i64) -> Value {
        self.value(InstKind::Const(Constant::Int(MachineType::I64, number)))
    }

    pub(super) fn truth(&mut self, truth: bool) -> Value {
        self.value(InstKind::Const(Constant::Int(MachineType::I1, i64::from(truth))))
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.value(InstKind::Binary(op, a, b))
    }

    pub(super) fn compare(&mut self, op: IntCompare, a: Value, b: Value) -> Value {
        self.value(InstKind::IntCompare(op, a, b))
    }

    /// Whether all hold; `None` if there are none.
    pub(super) fn all(&mut self, conditions: Vec<Value>) -> Option<Value> {
        conditions.into_iter().reduce(|all, condition| self.binary(BinaryOp::And, all, condition))
    }

    /// The sum of a constant and values with factors; `None` if it is 0.
    pub(super) fn sum(&mut self, mut constant: i64, terms: &[(Value, i64)]) -> Option<Value> {
        let mut total = None;
        for (value, factor) in terms.iter().filter(|(_, factor)| *factor != 0) {
            if let Some(Constant::Int(_, known)) = self.function().constant(*value) {
                constant = constant.wrapping_add(known.wrapping_mul(*factor));
                continue;
            }
            let mut term = self.copy(*value);
            if *factor != 1 {
                let factor = self.int(*factor);
                term = self.binary(BinaryOp::Imul, term, factor);
            }
            total = Some(self.plus(total, term));
        }
        if constant == 0 {
            return total;
        }
        let constant = self.int(constant);
        Some(self.plus(total, constant))
    }

    /// A sum, or 0, and another value.
    pub(super) fn plus(&mut self, total: Option<Value>, term: Value) -> Value {
        total.map_or(term, |total| self.binary(BinaryOp::Iadd, total, term))
    }

    /// The address so many bytes behind a base.
    pub(super) fn address(&mut self, base: Value, offset: Option<Value>) -> Value {
        offset.map_or(base, |offset| self.value(InstKind::PtrAdd { base, offset }))
    }

    /// A value that is the same in every iteration: computed here once more if the loop computes it. A checked index is the index: that it is in bounds is for the loop, or for
    /// another condition, to make sure of.
    pub(super) fn copy(&mut self, value: Value) -> Value {
        let mut copies = std::mem::take(&mut self.copies);
        let copy = self.copy_at(&mut copies, value);
        self.copies = copies;
        copy
    }

    /// The same, where some values of the loop are known to be others.
    pub(super) fn copy_at(&mut self, known: &mut FxHashMap<Value, Value>, value: Value) -> Value {
        if let Some(copy) = known.get(&value) {
            return *copy;
        }
        let inst = self.function().defining_inst(value).filter(|inst| self.inside.contains(*inst));
        let Some(inst) = inst else { return value };
        let copy = match self.function().insts[inst].kind.clone() {
            InstKind::When { access, .. } => match *access {
                InstKind::CheckBounds { index, .. } => self.copy_at(known, index),
                other => unreachable!("`{other}` under a condition is not the same in every iteration"),
            },
            InstKind::CheckBounds { index, .. } => self.copy_at(known, index),
            kind => {
                let kind = kind.map_operands(|operand| self.copy_at(known, operand));
                self.value(kind)
            }
        };
        known.insert(value, copy);
        copy
    }
}
