//! Which instructions Cranelift has vectors of 128 bits for.

use crate::object::Obstacle;
use hotloop_mir::{
    BinaryOp, Constant, ConvertOp, Function, Inst, InstKind, IntCompare, MachineType, ReductionOp, UnaryOp,
    Value, VectorPlan,
};

/// Whether all of a loop can be done in lanes.
pub(super) fn is_able(function: &Function, plan: &VectorPlan<'_>) -> bool {
    obstacle(function, plan).is_none()
}

/// What of a loop cannot be done in lanes.
pub(super) fn obstacle(function: &Function, plan: &VectorPlan<'_>) -> Option<Obstacle> {
    let combines = |accumulator: &hotloop_mir::Accumulator| {
        combines(accumulator.op, function.value_type(accumulator.parameter))
    };
    if !plan.is_of_one_size {
        Some(Obstacle::Sizes)
    } else if !plan.vector.strides.is_empty() {
        Some(Obstacle::Strides)
    } else if plan.vector.goes_down {
        Some(Obstacle::GoesDown)
    } else if !plan.vector.accumulators.iter().all(combines) {
        Some(Obstacle::Accumulator)
    } else {
        plan.lanes.iter().find(|inst| !can_do(function, **inst)).map(|inst| Obstacle::Inst(*inst))
    }
}

fn can_do(function: &Function, inst: Inst) -> bool {
    let ty = |value: Value| function.value_type(value);
    match &function.insts[inst].kind {
        InstKind::When { access, .. } => matches!(**access, InstKind::CheckBounds { .. }),
        InstKind::Unary(op, value) => unary(*op, ty(*value)),
        InstKind::Binary(op, a, b) => binary(*op, ty(*a), function.constant(*b)),
        InstKind::IntCompare(op, a, _) => compare(*op, ty(*a)),
        InstKind::Ternary(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Check { .. }
        | InstKind::CheckBounds { .. } => true,
        InstKind::Store { value, .. } => ty(*value) != MachineType::I1,
        InstKind::Load { ty, .. } => *ty != MachineType::I1,
        InstKind::Convert(op, value, to) => convert(*op, ty(*value), *to),
        _ => false,
    }
}

fn unary(op: UnaryOp, ty: MachineType) -> bool {
    match op {
        UnaryOp::Ineg => true,
        UnaryOp::Inot => true,
        UnaryOp::Fneg
        | UnaryOp::Fabs
        | UnaryOp::Fsqrt
        | UnaryOp::Ffloor
        | UnaryOp::Fceil
        | UnaryOp::Ftrunc
        | UnaryOp::Fnearest => ty.is_float(),
    }
}

fn binary(op: BinaryOp, ty: MachineType, second: Option<Constant>) -> bool {
    let is_truth = ty == MachineType::I1;
    match op {
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => true,
        BinaryOp::Iadd | BinaryOp::Isub => !is_truth,
        BinaryOp::Imul => !is_truth && ty != MachineType::I8,
        BinaryOp::Smin | BinaryOp::Smax => !is_truth,
        BinaryOp::Umin | BinaryOp::Umax => !is_truth && ty != MachineType::I64,
        BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr => {
            let count = second.and_then(Constant::as_int);
            count.is_some_and(|count| (0..8 * i64::from(ty.size_bytes())).contains(&count))
        }
        BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fdiv | BinaryOp::Fcopysign => true,
        BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem => false,
    }
}

fn compare(op: IntCompare, ty: MachineType) -> bool {
    match op {
        IntCompare::Eq
        | IntCompare::Ne
        | IntCompare::Slt
        | IntCompare::Sle
        | IntCompare::Sgt
        | IntCompare::Sge => ty != MachineType::I1,
        IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge => {
            matches!(ty, MachineType::I8 | MachineType::I16 | MachineType::I32)
        }
    }
}

/// Conversions between types of one size.
fn convert(op: ConvertOp, from: MachineType, to: MachineType) -> bool {
    match op {
        ConvertOp::SignExtend | ConvertOp::ZeroExtend => from == MachineType::I1,
        ConvertOp::UnsignedToFloat => from == MachineType::I1,
        ConvertOp::SignedToFloat => match from {
            MachineType::I32 => to == MachineType::F32,
            other => other == MachineType::I64 && to == MachineType::F64,
        },
        ConvertOp::Bitcast => from != MachineType::I1,
        ConvertOp::Truncate
        | ConvertOp::FloatToSigned
        | ConvertOp::FloatToUnsigned
        | ConvertOp::Promote
        | ConvertOp::Demote => false,
    }
}

/// Whether vectors of accumulators can be combined so.
fn combines(op: ReductionOp, ty: MachineType) -> bool {
    match op {
        ReductionOp::Iadd
        | ReductionOp::Fadd
        | ReductionOp::Fmul
        | ReductionOp::And
        | ReductionOp::Or
        | ReductionOp::Xor
        | ReductionOp::Smin
        | ReductionOp::Smax => ty != MachineType::I1,
        ReductionOp::Imul => !matches!(ty, MachineType::I1 | MachineType::I8),
        ReductionOp::Umin | ReductionOp::Umax => {
            matches!(ty, MachineType::I8 | MachineType::I16 | MachineType::I32)
        }
        ReductionOp::Fmin | ReductionOp::Fmax => false,
    }
}
