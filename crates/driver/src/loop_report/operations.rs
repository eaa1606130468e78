//! What instructions are called in reports: by the operators of Python, and the types that they work on.

use hotloop_mir::{BinaryOp, Function, Inst, InstKind, MachineType, UnaryOp, Value};

/// An instruction in words that go on from "vectors cannot do".
pub(super) fn in_words(function: &Function, inst: Inst) -> String {
    let of = |value: Value| type_in_words(function.value_type(value));
    match &function.insts[inst].kind {
        InstKind::Unary(op, value) => format!("`{}` of {}", unary(*op), of(*value)),
        InstKind::Binary(op, a, _) => format!("`{}` of {}", binary(*op), of(*a)),
        InstKind::Ternary(_, a, _, _) => format!("a product and a sum of {} in one", of(*a)),
        InstKind::IntCompare(_, a, _) | InstKind::FloatCompare(_, a, _) => {
            format!("comparisons of {}", of(*a))
        }
        InstKind::Select { then, .. } => format!("a choice between {}", of(*then)),
        InstKind::Convert(_, value, to) => {
            format!("the conversion of {} to {}", of(*value), type_in_words(*to))
        }
        InstKind::Load { ty, .. } => format!("reading {}", type_in_words(*ty)),
        InstKind::Store { value, .. } => format!("storing {}", of(*value)),
        InstKind::When { access, .. } => match &**access {
            InstKind::Load { ty, .. } => format!("reading {} under a condition", type_in_words(*ty)),
            InstKind::Store { value, .. } => format!("storing {} under a condition", of(*value)),
            _ => "a check under a condition".to_owned(),
        },
        InstKind::CallRuntime { function, .. } => format!("a call of `{}`", function.symbol()),
        InstKind::Call { .. } => "a call".to_owned(),
        InstKind::Check { .. } | InstKind::CheckBounds { .. } => "a check".to_owned(),
        InstKind::Const(_) => "a constant".to_owned(),
        InstKind::PtrAdd { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::FunctionAddress(_) => "an address".to_owned(),
        InstKind::Safepoint | InstKind::CheckStack | InstKind::ErrorIs(_) | InstKind::Catch => {
            "an interruption".to_owned()
        }
    }
}

/// The machine's types know no signs.
fn type_in_words(ty: MachineType) -> String {
    match ty {
        MachineType::I1 => "truth values".to_owned(),
        MachineType::I8 | MachineType::I16 | MachineType::I32 | MachineType::I64 => {
            format!("integers of {} bits", ty.bits())
        }
        MachineType::F32 => "float32".to_owned(),
        MachineType::F64 => "float64".to_owned(),
        MachineType::Ptr => "addresses".to_owned(),
    }
}

const fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Ineg | UnaryOp::Fneg => "-",
        UnaryOp::Inot => "~",
        UnaryOp::Fabs => "abs",
        UnaryOp::Fsqrt => "sqrt",
        UnaryOp::Ffloor => "floor",
        UnaryOp::Fceil => "ceil",
        UnaryOp::Ftrunc => "trunc",
        UnaryOp::Fnearest => "round",
    }
}

const fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Iadd | BinaryOp::Fadd => "+",
        BinaryOp::Isub | BinaryOp::Fsub => "-",
        BinaryOp::Imul | BinaryOp::Fmul => "*",
        BinaryOp::Fdiv => "/",
        BinaryOp::SdivFloor | BinaryOp::Udiv => "//",
        BinaryOp::SmodFloor | BinaryOp::Urem => "%",
        BinaryOp::And => "&",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::Shl => "<<",
        BinaryOp::Sshr | BinaryOp::Ushr => ">>",
        BinaryOp::Smin | BinaryOp::Umin => "min",
        BinaryOp::Smax | BinaryOp::Umax => "max",
        BinaryOp::Fcopysign => "copysign",
    }
}
