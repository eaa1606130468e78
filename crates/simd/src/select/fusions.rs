//! Instructions that become part of others: loads of the one that uses the value, comparisons of the selection that is a minimum or maximum, and, where the function's
//! float flags allow it, products of the sum that takes them.

use super::Selector;
use crate::opcodes::{self, Fused};
use hotloop_mir::{
    BinaryOp, FloatFlags, Function, Inst, InstKind, MachineType, ReductionOp, Value, VectorPlan,
    float_extreme,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What becomes part of what.
#[derive(Default)]
pub(super) struct Fusions {
    /// Loads that are part of the instruction that uses them, where no lane is missing.
    pub(super) loads: FxHashSet<Inst>,
    /// Comparisons and products that no instruction is needed for.
    pub(super) gone: FxHashSet<Inst>,
    /// Selections that are a minimum or maximum of two values.
    pub(super) extremes: FxHashMap<Inst, (ReductionOp, Value, Value)>,
    /// Sums with a product: how, the factors, and the third number.
    pub(super) products: FxHashMap<Inst, Product>,
}

/// A sum with a product.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub(super) how: Fused,
    pub(super) factors: [Value; 2],
    pub(super) third: Value,
}

/// How often values are used in lanes.
struct Uses(FxHashMap<Value, usize>);

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

    fn is_one(&self, value: Value) -> bool {
        self.0.get(&value) == Some(&1)
    }
}

impl Selector<'_> {
    pub(super) fn find_fusions(&mut self) {
        let uses = Uses::of(self.function, self.plan);
        for inst in &self.plan.lanes {
            self.find_extreme(&uses, *inst);
            if self.function.float_flags.contains(FloatFlags::CONTRACT) {
                self.find_product(&uses, *inst);
            }
        }
        self.find_loads(&uses);
    }

    fn find_extreme(&mut self, uses: &Uses, inst: Inst) {
        let Some(found) = float_extreme(self.function, inst) else { return };
        let InstKind::Select { condition, .. } = self.function.insts[inst].kind else { return };
        self.fusions.extremes.insert(inst, found);
        if uses.is_one(condition) {
            self.fusions.gone.extend(self.function.defining_inst(condition));
        }
    }

    /// A sum that takes a product which nothing else needs, and is not an accumulator's: that would wait longer for each turn.
    fn find_product(&mut self, uses: &Uses, inst: Inst) {
        let InstKind::Binary(op @ (BinaryOp::Fadd | BinaryOp::Fsub), a, b) = self.function.insts[inst].kind
        else {
            return;
        };
        let accumulators = &self.plan.vector.accumulators;
        let is_accumulator = |value| accumulators.iter().any(|accumulator| accumulator.parameter == value);
        if is_accumulator(a) || is_accumulator(b) {
            return;
        }
        let factors = |value: Value| {
            let inst = self.function.defining_inst(value)?;
            let is_lane = self.plan.moving.contains(&value) && uses.is_one(value);
            match self.function.insts[inst].kind {
                InstKind::Binary(BinaryOp::Fmul, x, y) if is_lane => Some((inst, [x, y])),
                _ => None,
            }
        };
        let (how, third, (product, factors)) = match (op, factors(a), factors(b)) {
            (BinaryOp::Fadd, Some(found), _) => (Fused::Sum, b, found),
            (BinaryOp::Fadd, None, Some(found)) => (Fused::Sum, a, found),
            (_, Some(found), _) => (Fused::Difference, b, found),
            (_, None, Some(found)) => (Fused::Rest, a, found),
            (_, None, None) => return,
        };
        // The register of the first factor becomes that of the result: one that is not needed any more.
        let factors = if uses.is_one(factors[0]) { factors } else { [factors[1], factors[0]] };
        self.fusions.gone.insert(product);
        self.fusions.products.insert(inst, Product { how, factors, third });
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
                InstKind::Binary(op, a, b) => match self.fusions.products.get(inst) {
                    Some(Product { third, .. }) if self.is_whole(*third) => waits(*third),
                    Some(_) => None,
                    None if self.takes_memory(*op, *a) => {
                        waits(*b).or_else(|| waits(*a).filter(|_| is_commutative(*op)))
                    }
                    None => None,
                },
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
