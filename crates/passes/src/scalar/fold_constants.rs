//! Computes what is known, and simplifies what is half known.
//!
//! Before: `v1 = iconst.i64 2; v2 = iconst.i64 3; v3 = imul v1, v2; v5 = iadd v4, v6 (0)`    After: `v3 = iconst.i64 6`, uses of `v5` become `v4`
//!
//! Integer operations on constants are computed as the interpreter would; identities (`x + 0`, `x * 1`, `x & x`, `select c, x, x`) give the
//! operand. Floats are folded where the result is the same bits at any time: sums, products and the like are IEEE, but nothing that would need a fast-math flag is
//! dropped (`x + 0.0` is not `x` for -0.0); `x * 2.0` becomes `x + x`, and an unsigned number without a sign bit is converted as a signed one. A check whose condition is true is dropped. One walk in reverse postorder. Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Constant, ControlFlow, ConvertOp, FloatCompare, Function, Inst, InstKind, IntCompare,
    MachineType, UnaryOp, Value,
};

/// Computes what is known, and simplifies what is half known. The head of its file says how.
pub struct FoldConstants;

impl MirPass for FoldConstants {
    fn name(&self) -> &'static str {
        "fold-constants"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        let mut replacement: SideMap<Value, Option<Value>> = SideMap::with_len(None, function.values.len());
        for block in ControlFlow::new(function).reverse_postorder() {
            let mut insts = std::mem::take(&mut function.blocks[*block].insts);
            insts.retain(|inst| {
                let outcome = fold(function, *inst, &replacement);
                apply(function, *inst, outcome, &mut replacement)
            });
            function.blocks[*block].insts = insts;
        }
        function.replace_uses(|value| replacement[value].unwrap_or(value));
    }
}

/// What an instruction turned out to be.
enum Outcome {
    /// Nothing better.
    Same,
    /// A constant.
    Constant(Constant),
    /// One of its operands.
    Operand(Value),
    /// Nothing: it had no result and no effect.
    Nothing,
    /// Another instruction.
    Other(InstKind),
}

/// Carries the outcome out; tells whether the instruction stays.
fn apply(
    function: &mut Function,
    inst: Inst,
    outcome: Outcome,
    replacement: &mut SideMap<Value, Option<Value>>,
) -> bool {
    match outcome {
        Outcome::Same => true,
        Outcome::Constant(constant) => {
            function.insts[inst].kind = InstKind::Const(constant);
            true
        }
        Outcome::Other(kind) => {
            function.insts[inst].kind = kind;
            true
        }
        Outcome::Operand(value) => {
            let result = function.insts[inst].results[0];
            replacement[result] = Some(value);
            false
        }
        Outcome::Nothing => false,
    }
}

fn fold(function: &mut Function, inst: Inst, replacement: &SideMap<Value, Option<Value>>) -> Outcome {
    let mut kind = function.insts[inst].kind.clone();
    kind.for_each_operand_mut(|value| *value = replacement[*value].unwrap_or(*value));
    function.insts[inst].kind.clone_from(&kind);
    let constant = |value: Value| function.constant(value);
    match kind {
        InstKind::Unary(op, a) => {
            constant(a).and_then(|a| unary(op, a)).map_or(Outcome::Same, Outcome::Constant)
        }
        InstKind::Binary(op, a, b) => fold_binary(function, op, a, b),
        InstKind::IntCompare(op, a, b) => match (constant(a), constant(b)) {
            (Some(Constant::Int(ty, a)), Some(Constant::Int(_, b))) => truth(compare_integers(op, ty, a, b)),
            _ if a == b => truth(compare_integers(op, MachineType::I64, 0, 0)), // Equal, whatever they are.
            _ => Outcome::Same,
        },
        InstKind::FloatCompare(op, a, b) => {
            match (constant(a).and_then(as_f64), constant(b).and_then(as_f64)) {
                (Some(a), Some(b)) => truth(compare_floats(op, a, b)),
                // A root is zero where the number is, and nan where it is not zero either.
                (None, Some(0.0)) if matches!(op, FloatCompare::Eq | FloatCompare::Ne) => {
                    match function.defining_inst(a).map(|inst| &function.insts[inst].kind) {
                        Some(InstKind::Unary(UnaryOp::Fsqrt, number)) => {
                            Outcome::Other(InstKind::FloatCompare(op, *number, b))
                        }
                        _ => Outcome::Same,
                    }
                }
                _ => Outcome::Same,
            }
        }
        InstKind::Select { condition, then, otherwise } => match constant(condition) {
            Some(Constant::Int(_, value)) => Outcome::Operand(if value != 0 { then } else { otherwise }),
            _ if then == otherwise => Outcome::Operand(then),
            _ => Outcome::Same,
        },
        InstKind::Convert(op, value, to) => match constant(value).and_then(|value| convert(op, value, to)) {
            Some(constant) => Outcome::Constant(constant),
            None if op == ConvertOp::UnsignedToFloat && has_no_sign(function, value) => {
                Outcome::Other(InstKind::Convert(ConvertOp::SignedToFloat, value, to))
            }
            None => Outcome::Same,
        },
        InstKind::PtrAdd { base, offset } => match constant(offset) {
            Some(Constant::Int(_, 0)) => Outcome::Operand(base),
            _ => Outcome::Same,
        },
        InstKind::Check { condition, .. } => match constant(condition) {
            Some(Constant::Int(_, value)) if value != 0 => Outcome::Nothing,
            _ => Outcome::Same,
        },
        InstKind::CheckBounds { index, length, wrap, .. } => match (constant(index), constant(length)) {
            (Some(Constant::Int(_, index)), Some(Constant::Int(_, length))) => {
                fold_check(index, length, wrap)
            }
            _ => Outcome::Same,
        },
        InstKind::Const(_)
        | InstKind::Ternary(..)
        | InstKind::Load { .. }
        | InstKind::Store { .. }
        | InstKind::When { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::Call { .. }
        | InstKind::CallRuntime { .. }
        | InstKind::FunctionAddress(_)
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => Outcome::Same,
    }
}

fn truth(value: bool) -> Outcome {
    Outcome::Constant(Constant::Int(MachineType::I1, i64::from(value)))
}

/// A check of a constant index against a constant length; one that fails stays.
fn fold_check(index: i64, length: i64, wrap: bool) -> Outcome {
    let wrapped = if wrap && index < 0 { index + length } else { index };
    if (0..length).contains(&wrapped) {
        Outcome::Constant(Constant::Int(MachineType::I64, wrapped))
    } else {
        Outcome::Same
    }
}

fn fold_binary(function: &Function, op: BinaryOp, a: Value, b: Value) -> Outcome {
    let ty = function.value_type(a);
    match (function.constant(a), function.constant(b)) {
        (Some(Constant::Int(_, a)), Some(Constant::Int(_, b))) => {
            binary(op, ty, a, b).map_or(Outcome::Same, Outcome::Constant)
        }
        (Some(Constant::F64(a)), Some(Constant::F64(b))) => {
            float_binary(op, f64::from_bits(a), f64::from_bits(b))
                .map_or(Outcome::Same, |value| Outcome::Constant(Constant::F64(value.to_bits())))
        }
        (_, Some(Constant::Int(_, constant))) => with_right(op, ty, a, b, constant),
        (Some(Constant::Int(_, constant)), _) => with_left(op, ty, a, b, constant),
        (_, Some(constant)) if op == BinaryOp::Fmul && is_two(constant) => {
            Outcome::Other(InstKind::Binary(BinaryOp::Fadd, a, a))
        }
        (Some(constant), _) if op == BinaryOp::Fmul && is_two(constant) => {
            Outcome::Other(InstKind::Binary(BinaryOp::Fadd, b, b))
        }
        _ if a == b => with_itself(op, ty, a),
        _ => Outcome::Same,
    }
}

/// Whether a float is 2: a sum takes less time than a product, and is the same.
fn is_two(constant: Constant) -> bool {
    matches!(constant, Constant::F64(_) | Constant::F32(_)) && as_f64(constant) == Some(2.0)
}

/// Whether the sign bit of an integer is surely clear, so that it is one number as signed and as unsigned.
fn has_no_sign(function: &Function, value: Value) -> bool {
    let number = |value: Value| function.constant(value).and_then(Constant::as_int);
    let Some(inst) = function.defining_inst(value) else { return false };
    match function.insts[inst].kind {
        InstKind::Binary(BinaryOp::Ushr, shifted, count) => {
            number(count).is_some_and(|count| count > 0 && function.value_type(shifted) != MachineType::I1)
        }
        InstKind::Binary(BinaryOp::And, a, b) => {
            let is_positive = |value| number(value).is_some_and(|number| number >= 0);
            function.value_type(a) != MachineType::I1 && (is_positive(a) || is_positive(b))
        }
        InstKind::Convert(ConvertOp::ZeroExtend, ..) => true,
        _ => false,
    }
}

/// `a op constant`.
fn with_right(op: BinaryOp, ty: MachineType, a: Value, b: Value, constant: i64) -> Outcome {
    use BinaryOp::{And, Iadd, Imul, Isub, Or, SdivFloor, Shl, SmodFloor, Sshr, Udiv, Urem, Ushr, Xor};
    match (op, constant) {
        (Iadd | Isub | Or | Xor | Shl | Sshr | Ushr, 0) | (Imul | SdivFloor | Udiv, 1) => Outcome::Operand(a),
        (And, value) if value == all_ones(ty) => Outcome::Operand(a),
        (Imul | And, 0) => Outcome::Operand(b),
        (SmodFloor | Urem, 1) => Outcome::Constant(Constant::Int(ty, 0)),
        _ => Outcome::Same,
    }
}

/// `constant op b`.
fn with_left(op: BinaryOp, ty: MachineType, a: Value, b: Value, constant: i64) -> Outcome {
    use BinaryOp::{And, Iadd, Imul, Isub, Or, Shl, Sshr, Ushr, Xor};
    match (op, constant) {
        (Iadd | Or | Xor, 0) | (Imul, 1) => Outcome::Operand(b),
        (And, value) if value == all_ones(ty) => Outcome::Operand(b),
        (Imul | And | Shl | Sshr | Ushr, 0) => Outcome::Operand(a),
        (Isub, 0) => Outcome::Other(InstKind::Unary(UnaryOp::Ineg, b)),
        _ => Outcome::Same,
    }
}

/// `a op a`.
fn with_itself(op: BinaryOp, ty: MachineType, a: Value) -> Outcome {
    use BinaryOp::{And, Isub, Or, Smax, Smin, Umax, Umin, Xor};
    match op {
        And | Or | Smin | Smax | Umin | Umax => Outcome::Operand(a),
        Isub | Xor => Outcome::Constant(Constant::Int(ty, 0)),
        _ => Outcome::Same,
    }
}

/// All bits set, in canonical form.
fn all_ones(ty: MachineType) -> i64 {
    if ty == MachineType::I1 { 1 } else { -1 }
}

/// The canonical form of the low bits of a number: sign-extended, but zero-extended for `i1`.
fn canonical(ty: MachineType, value: i64) -> Constant {
    let shift = 64 - ty.bits();
    let value = match ty {
        MachineType::I1 => value & 1,
        MachineType::Ptr | MachineType::I64 => value,
        MachineType::I8 | MachineType::I16 | MachineType::I32 => value << shift >> shift,
        MachineType::F32 | MachineType::F64 => unreachable!("an integer type"),
    };
    Constant::Int(ty, value)
}

/// A canonical number as its unsigned value.
fn unsigned(ty: MachineType, value: i64) -> u64 {
    value as u64 & (u64::MAX >> (64 - ty.bits()))
}

fn binary(op: BinaryOp, ty: MachineType, a: i64, b: i64) -> Option<Constant> {
    let (ua, ub) = (unsigned(ty, a), unsigned(ty, b));
    let in_width = ub < u64::from(ty.bits());
    Some(canonical(
        ty,
        match op {
            BinaryOp::Iadd => a.wrapping_add(b),
            BinaryOp::Isub => a.wrapping_sub(b),
            BinaryOp::Imul => a.wrapping_mul(b),
            BinaryOp::SdivFloor if b != 0 => floor_division(a, b),
            BinaryOp::SmodFloor if b != 0 => a.wrapping_sub(floor_division(a, b).wrapping_mul(b)),
            BinaryOp::Udiv if ub != 0 => (ua / ub) as i64,
            BinaryOp::Urem if ub != 0 => (ua % ub) as i64,
            BinaryOp::And => a & b,
            BinaryOp::Or => a | b,
            BinaryOp::Xor => a ^ b,
            BinaryOp::Shl => {
                if in_width {
                    a << ub
                } else {
                    0
                }
            }
            BinaryOp::Sshr => {
                if in_width {
                    a >> ub
                } else {
                    a >> 63
                }
            }
            BinaryOp::Ushr => {
                if in_width {
                    (ua >> ub) as i64
                } else {
                    0
                }
            }
            BinaryOp::Smin => a.min(b),
            BinaryOp::Smax => a.max(b),
            BinaryOp::Umin => ua.min(ub) as i64,
            BinaryOp::Umax => ua.max(ub) as i64,
            BinaryOp::SdivFloor
            | BinaryOp::SmodFloor
            | BinaryOp::Udiv
            | BinaryOp::Urem
            | BinaryOp::Fadd
            | BinaryOp::Fsub
            | BinaryOp::Fmul
            | BinaryOp::Fdiv
            | BinaryOp::Fcopysign => return None,
        },
    ))
}

fn floor_division(a: i64, b: i64) -> i64 {
    let quotient = a.wrapping_div(b);
    let is_inexact = a.wrapping_rem(b) != 0;
    if is_inexact && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// A float operation on constants; one that gives a nan stays, for the sign of a new nan differs between processors.
fn float_binary(op: BinaryOp, a: f64, b: f64) -> Option<f64> {
    let value = match op {
        BinaryOp::Fadd => a + b,
        BinaryOp::Fsub => a - b,
        BinaryOp::Fmul => a * b,
        BinaryOp::Fdiv => a / b,
        _ => return None,
    };
    (!value.is_nan()).then_some(value)
}

fn unary(op: UnaryOp, value: Constant) -> Option<Constant> {
    match (op, value) {
        (UnaryOp::Ineg, Constant::Int(ty, value)) => Some(canonical(ty, value.wrapping_neg())),
        (UnaryOp::Inot, Constant::Int(ty, value)) => Some(canonical(ty, !value)),
        (UnaryOp::Fneg, Constant::F64(bits)) => Some(Constant::F64(bits ^ 1 << 63)),
        (UnaryOp::Fneg, Constant::F32(bits)) => Some(Constant::F32(bits ^ 1 << 31)),
        (UnaryOp::Fabs, Constant::F64(bits)) => Some(Constant::F64(bits & !(1 << 63))),
        (UnaryOp::Fabs, Constant::F32(bits)) => Some(Constant::F32(bits & !(1 << 31))),
        _ => None,
    }
}

fn as_f64(constant: Constant) -> Option<f64> {
    match constant {
        Constant::F64(bits) => Some(f64::from_bits(bits)),
        Constant::F32(bits) => Some(f64::from(f32::from_bits(bits))),
        Constant::Int(..) => None,
    }
}

fn compare_integers(op: IntCompare, ty: MachineType, a: i64, b: i64) -> bool {
    let (ua, ub) = (unsigned(ty, a), unsigned(ty, b));
    match op {
        IntCompare::Eq => a == b,
        IntCompare::Ne => a != b,
        IntCompare::Slt => a < b,
        IntCompare::Sle => a <= b,
        IntCompare::Sgt => a > b,
        IntCompare::Sge => a >= b,
        IntCompare::Ult => ua < ub,
        IntCompare::Ule => ua <= ub,
        IntCompare::Ugt => ua > ub,
        IntCompare::Uge => ua >= ub,
    }
}

fn compare_floats(op: FloatCompare, a: f64, b: f64) -> bool {
    match op {
        FloatCompare::Eq => a == b,
        FloatCompare::Ne => a != b,
        FloatCompare::Lt => a < b,
        FloatCompare::Le => a <= b,
        FloatCompare::Gt => a > b,
        FloatCompare::Ge => a >= b,
    }
}

fn convert(op: ConvertOp, value: Constant, to: MachineType) -> Option<Constant> {
    let float = |value: f64| match to {
        MachineType::F32 => Constant::F32((value as f32).to_bits()),
        _ => Constant::F64(value.to_bits()),
    };
    match (op, value) {
        (ConvertOp::SignExtend | ConvertOp::Truncate, Constant::Int(from, value)) => {
            // The canonical form of `i1` is 0 or 1; as a signed number it is 0 or -1.
            let value = if op == ConvertOp::SignExtend && from == MachineType::I1 { -value } else { value };
            Some(canonical(to, value))
        }
        (ConvertOp::ZeroExtend, Constant::Int(from, value)) => {
            Some(canonical(to, unsigned(from, value) as i64))
        }
        (ConvertOp::SignedToFloat, Constant::Int(from, value)) if from != MachineType::I1 => Some(match to {
            MachineType::F32 => Constant::F32((value as f32).to_bits()),
            _ => float(value as f64),
        }),
        (ConvertOp::UnsignedToFloat, Constant::Int(from, value)) => Some(match to {
            MachineType::F32 => Constant::F32((unsigned(from, value) as f32).to_bits()),
            _ => float(unsigned(from, value) as f64),
        }),
        (ConvertOp::Promote, Constant::F32(bits)) if !f32::from_bits(bits).is_nan() => {
            Some(float(f64::from(f32::from_bits(bits))))
        }
        (ConvertOp::Demote, Constant::F64(bits)) if !f64::from_bits(bits).is_nan() => {
            Some(float(f64::from_bits(bits)))
        }
        _ => None,
    }
}
