//! Says selections as what they are: minima and maxima, truth values as numbers, and sums to which something is added or not.
//!
//! Before: `v3 = icmp slt v1, v2; v4 = select v3, v1, v2; v7 = iadd v5, v6; v8 = select v3, v7, v5`
//! After:  `v3 = icmp slt v1, v2; v4 = smin v1, v2; v9 = select v3, v6, 0; v8 = iadd v5, v9`
//!
//! A minimum or maximum of integers may be formed in any order, which a comparison and a selection do not show. `select c, x op y, x` becomes `x op (select c, y, identity)` where `x`
//! is a block's parameter: what a loop carries then passes through one operation, and a reduction is seen. The identity of a float sum is -0.0, of a product 1.0; they leave every value as it is.
//! `select c, 1, 0` is the truth value as a number; selections among truth values are `and` and `or`. One walk over the selections. Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_mir::{
    BinaryOp, Block, Constant, ConvertOp, Definition, Function, Inst, InstKind, IntCompare, MachineType,
    ReductionOp, UnaryOp, Value,
};

/// Says selections as what they are. The head of its file says how.
pub struct SimplifySelects;

impl MirPass for SimplifySelects {
    fn name(&self) -> &'static str {
        "simplify-selects"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        for block in function.layout.clone() {
            let is_select = |inst: &Inst| matches!(function.insts[*inst].kind, InstKind::Select { .. });
            if function.blocks[block].insts.iter().any(is_select) {
                simplify_block(function, block);
            }
        }
    }
}

/// Says the selections of one block as what they are.
pub(crate) fn simplify_block(function: &mut Function, block: Block) {
    for inst in std::mem::take(&mut function.blocks[block].insts) {
        if let InstKind::Select { condition, then, otherwise } = function.insts[inst].kind {
            let select = Select { condition, then, otherwise };
            if let Some(better) = select.better(function, block, inst) {
                function.insts[inst].kind = better;
            }
        }
        function.blocks[block].insts.push(inst);
    }
}

#[derive(Clone, Copy)]
struct Select {
    condition: Value,
    then: Value,
    otherwise: Value,
}

impl Select {
    /// What it is better written as; what that needs is appended to the block.
    fn better(self, function: &mut Function, block: Block, inst: Inst) -> Option<InstKind> {
        if let Some(extreme) = self.extreme(function) {
            return Some(extreme);
        }
        if let Some(logic) = self.logic(function) {
            return Some(logic);
        }
        self.truth_as_number(function, block, inst).or_else(|| self.conditional_step(function, block, inst))
    }

    /// A minimum or maximum.
    fn extreme(self, function: &Function) -> Option<InstKind> {
        let InstKind::IntCompare(op, a, b) = function.insts[function.defining_inst(self.condition)?].kind
        else {
            return None;
        };
        if function.value_type(a) == MachineType::Ptr || function.value_type(a) == MachineType::I1 {
            return None;
        }
        // Whether the first operand of the comparison is selected where it holds.
        let takes_first = match (self.then == a, self.then == b) {
            (true, false) if self.otherwise == b => true,
            (false, true) if self.otherwise == a => false,
            _ => return None,
        };
        let op = match (op, takes_first) {
            (IntCompare::Slt | IntCompare::Sle, true) | (IntCompare::Sgt | IntCompare::Sge, false) => {
                BinaryOp::Smin
            }
            (IntCompare::Sgt | IntCompare::Sge, true) | (IntCompare::Slt | IntCompare::Sle, false) => {
                BinaryOp::Smax
            }
            (IntCompare::Ult | IntCompare::Ule, true) | (IntCompare::Ugt | IntCompare::Uge, false) => {
                BinaryOp::Umin
            }
            (IntCompare::Ugt | IntCompare::Uge, true) | (IntCompare::Ult | IntCompare::Ule, false) => {
                BinaryOp::Umax
            }
            (IntCompare::Eq | IntCompare::Ne, _) => return None,
        };
        Some(InstKind::Binary(op, a, b))
    }

    /// A selection among truth values one of which is known.
    fn logic(self, function: &Function) -> Option<InstKind> {
        if function.value_type(self.then) != MachineType::I1 {
            return None;
        }
        match (integer(function, self.then), integer(function, self.otherwise)) {
            (Some(0), Some(1)) => Some(InstKind::Unary(UnaryOp::Inot, self.condition)),
            (Some(1), None) => Some(InstKind::Binary(BinaryOp::Or, self.condition, self.otherwise)),
            (None, Some(0)) => Some(InstKind::Binary(BinaryOp::And, self.condition, self.then)),
            _ => None,
        }
    }

    /// 1 or 0.
    fn truth_as_number(self, function: &mut Function, block: Block, inst: Inst) -> Option<InstKind> {
        let ty = function.value_type(self.then);
        let is_inverted = match (integer(function, self.then)?, integer(function, self.otherwise)?) {
            (1, 0) => false,
            (0, 1) => true,
            _ => return None,
        };
        if ty == MachineType::I1 || ty == MachineType::Ptr {
            return None;
        }
        let condition = match is_inverted {
            true => append(function, block, inst, InstKind::Unary(UnaryOp::Inot, self.condition)),
            false => self.condition,
        };
        Some(InstKind::Convert(ConvertOp::ZeroExtend, condition, ty))
    }

    /// A parameter, combined with something or not.
    fn conditional_step(self, function: &mut Function, block: Block, inst: Inst) -> Option<InstKind> {
        let Self { condition, then, otherwise } = self;
        let (is_where_it_holds, op, carried, other) = match Self::step(function, then, otherwise) {
            Some((op, other)) => (true, op, otherwise, other),
            None => {
                let (op, other) = Self::step(function, otherwise, then)?;
                (false, op, then, other)
            }
        };
        let identity = identity(op)?.identity(function.value_type(carried));
        let nothing = append(function, block, inst, InstKind::Const(identity));
        let (then, otherwise) = if is_where_it_holds { (other, nothing) } else { (nothing, other) };
        let choice = Self { condition, then, otherwise };
        let kind = choice.truth_as_number(function, block, inst).unwrap_or(InstKind::Select {
            condition,
            then,
            otherwise,
        });
        let step = append(function, block, inst, kind);
        Some(InstKind::Binary(op, carried, step))
    }

    /// By what operation `changed` comes from the parameter `carried`, and its other operand.
    fn step(function: &Function, changed: Value, carried: Value) -> Option<(BinaryOp, Value)> {
        let Definition::Parameter(..) = function.values[carried].definition else { return None };
        let InstKind::Binary(op, a, b) = function.insts[function.defining_inst(changed)?].kind else {
            return None;
        };
        let is_float = function.value_type(carried).is_float();
        match (a == carried, b == carried) {
            (true, false) => Some((op, b)),
            // Of two nans the first operand's payload goes on.
            (false, true) if op != BinaryOp::Isub && op != BinaryOp::Fsub && !is_float => Some((op, a)),
            _ => None,
        }
    }
}

/// The reduction whose identity an operation leaves its first operand alone with.
fn identity(op: BinaryOp) -> Option<ReductionOp> {
    match op {
        BinaryOp::Isub => Some(ReductionOp::Iadd),
        _ => ReductionOp::ALL.iter().copied().find(|reduction| reduction.binary() == Some(op)),
    }
}

fn integer(function: &Function, value: Value) -> Option<i64> {
    function.constant(value).and_then(Constant::as_int)
}

fn append(function: &mut Function, block: Block, near: Inst, kind: InstKind) -> Value {
    let span = function.insts[near].span;
    let inst = function.append_inst(block, kind, span);
    function.insts[inst].results[0]
}
