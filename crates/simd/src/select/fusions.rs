//! Instructions that become part of others: loads of the one that uses the value, comparisons of the selection that is a minimum or maximum, and roots that are divided by.

use super::Selector;
use super::quotients::Quotient;
use crate::opcodes;
use hotloop_mir::{
    BinaryOp, Function, Inst, InstKind, MachineType, ReductionOp, Value, VectorPlan, float_extreme,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What becomes part of what.
#[derive(Default)]
pub(super) struct Fusions {
    /// Loads that are part of the instruction that uses them, where no lane is missing.
    pub(super) loads: FxHashSet<Inst>,
    /// Comparisons and roots that no instruction is needed for.
    pub(super) gone: FxHashSet<Inst>,
    /// Selections that are a minimum or maximum of two values.
    pub(super) extremes: FxHashMap<Inst, (ReductionOp, Value, Value)>,
    /// Quotients that are products with approximated reciprocals.
    pub(super) quotients: FxHashMap<Inst, Quotient>,
    /// Values that are used once in lanes: their registers are free behind that.
    pub(super) used_once: FxHashSet<Value>,
}

/// How often values are used in lanes.
pub(super) struct Uses(FxHashMap<Value, usize>);

impl Uses {
    fn of(function: &Function, plan: &VectorPlan<'_>) -> Self {
        let mut uses: FxHashMap<Value, usize> = FxHashMap::default();
        let mut note = |value: Value| *uses.entry(value).or_default() += 1;
        for inst in &plan.lanes {
            function.insts[*inst].kind.for_each_operand(&mut note);
        }
        plan.collected.iter().copied().for_each(note);
        Self(uses)
    }

    pub(super) fn is_one(&self, value: Value) -> bool {
        self.0.get(&value) == Some(&1)
    }
}

impl Selector<'_> {
    pub(super) fn find_fusions(&mut self) {
        let uses = Uses::of(self.function, self.plan);
        for inst in &self.plan.lanes {
            self.find_extreme(&uses, *inst);
            self.find_quotient(&uses, *inst);
        }
        self.find_loads(&uses);
        self.fusions.used_once =
            uses.0.into_iter().filter(|(_, count)| *count == 1).map(|(value, _)| value).collect();
    }

    fn find_extreme(&mut self, uses: &Uses, inst: Inst) {
        let Some(found) = float_extreme(self.function, inst) else { return };
        let InstKind::Select { condition, .. } = self.function.insts[inst].kind else { return };
        self.fusions.extremes.insert(inst, found);
        if uses.is_one(condition) {
            self.fusions.gone.extend(self.function.defining_inst(condition));
        }
    }

    /// Finds loads whose value is needed once, by an instruction that takes it from memory, with no store between.
    fn find_loads(&mut self, uses: &Uses) {
        let mut waiting: FxHashMap<Value, Inst> = FxHashMap::default();
        for inst in &self.plan.lanes {
            if self.fusions.gone.contains(inst) {
                continue;
            }
            let kind = &self.function.insts[*inst].kind;
            let waits = |value: Value| waiting.get(&value).filter(|_| uses.is_one(value));
            let candidate = match kind {
                // The second operand may be in memory, or the first where they can change places; one of them.
                InstKind::Binary(..) if self.fusions.quotients.contains_key(inst) => None,
                InstKind::Binary(op, a, b) if self.takes_memory(*op, *a) => {
                    waits(*b).or_else(|| waits(*a).filter(|_| is_commutative(*op)))
                }
                InstKind::Ternary(.., third) if self.is_whole(*third) => waits(*third),
                InstKind::Convert(op, value, to) if self.converts_memory(*op, *value, *to) => waits(*value),
                _ => None,
            };
            self.fusions.loads.extend(candidate);
            match kind {
                InstKind::Load { ty, .. }
                    if !self.plan.uniform_loads.contains(inst)
                        && !self.groups.contains(*inst)
                        && *ty != MachineType::I1 =>
                {
                    waiting.insert(self.function.insts[*inst].results[0], *inst);
                }
                other if matches!(other.access(), InstKind::Store { .. }) => waiting.clear(),
                _ => {}
            }
        }
    }

    /// Whether a vector is full of values like that.
    fn is_whole(&self, value: Value) -> bool {
        self.function.value_type(value).size_bytes() == self.plan.lane_bytes
    }

    /// Whether an operation is one instruction that takes an operand from memory.
    fn takes_memory(&self, op: BinaryOp, a: Value) -> bool {
        let ty = self.function.value_type(a);
        self.is_whole(a) && !super::is_shift(op) && opcodes::binary(self.level, op, ty).is_some()
    }
}

fn is_commutative(op: BinaryOp) -> bool {
    !matches!(op, BinaryOp::Isub | BinaryOp::Fsub | BinaryOp::Fdiv)
}
