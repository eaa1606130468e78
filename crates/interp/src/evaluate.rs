//! The meaning of every operation on scalars.
//!
//! Integers are kept in canonical form, so signed work is done on the number as it stands and unsigned work on its low
//! bits; the result is cut to the type's width. Floats are Rust's, which are IEEE; which nan an operation gives is not specified.

use crate::Scalar;
use hotloop_mir::{
    BinaryOp, ConvertOp, FloatCompare, IntCompare, MachineType, ReductionOp, TernaryOp, UnaryOp,
};

/// The verifier gives an operation only operands of types that it takes.
const VERIFIED: &str = "operands of types that the verifier admits";

/// An operation on one value.
pub fn unary(op: UnaryOp, value: Scalar) -> Scalar {
    match value {
        Scalar::Int(ty, value) => Scalar::int(ty, unary_int(op, value)),
        Scalar::F32(bits) => match op {
            UnaryOp::Fneg => Scalar::F32(bits ^ 1 << 31),
            UnaryOp::Fabs => Scalar::F32(bits & !(1 << 31)),
            // Rounding to integral values and square roots of an f32 come out the same by way of f64: the first are exact, and the
            // second has more than twice the bits.
            _ => Scalar::f32(unary_float(op, f64::from(f32::from_bits(bits))) as f32),
        },
        Scalar::F64(bits) => match op {
            UnaryOp::Fneg => Scalar::F64(bits ^ 1 << 63),
            UnaryOp::Fabs => Scalar::F64(bits & !(1 << 63)),
            _ => Scalar::f64(unary_float(op, f64::from_bits(bits))),
        },
    }
}

fn unary_int(op: UnaryOp, value: i64) -> i64 {
    match op {
        UnaryOp::Ineg => value.wrapping_neg(),
        UnaryOp::Inot => !value,
        UnaryOp::Fneg
        | UnaryOp::Fabs
        | UnaryOp::Fsqrt
        | UnaryOp::Ffloor
        | UnaryOp::Fceil
        | UnaryOp::Ftrunc
        | UnaryOp::Fnearest => unreachable!("{VERIFIED}"),
    }
}

fn unary_float(op: UnaryOp, value: f64) -> f64 {
    match op {
        UnaryOp::Fsqrt => value.sqrt(),
        UnaryOp::Ffloor => value.floor(),
        UnaryOp::Fceil => value.ceil(),
        UnaryOp::Ftrunc => value.trunc(),
        UnaryOp::Fnearest => value.round_ties_even(),
        UnaryOp::Fneg | UnaryOp::Fabs | UnaryOp::Ineg | UnaryOp::Inot => unreachable!("{VERIFIED}"),
    }
}

/// An operation on two values of one type; `None` for an integer division by zero.
pub fn binary(op: BinaryOp, a: Scalar, b: Scalar) -> Option<Scalar> {
    match (a, b) {
        (Scalar::Int(ty, a), Scalar::Int(_, b)) => Some(Scalar::int(ty, binary_int(op, ty, a, b)?)),
        (Scalar::F32(a), Scalar::F32(b)) if op == BinaryOp::Fcopysign => {
            Some(Scalar::F32(a & !(1 << 31) | b & 1 << 31))
        }
        (Scalar::F64(a), Scalar::F64(b)) if op == BinaryOp::Fcopysign => {
            Some(Scalar::F64(a & !(1 << 63) | b & 1 << 63))
        }
        (Scalar::F32(a), Scalar::F32(b)) => {
            let (a, b) = (f32::from_bits(a), f32::from_bits(b));
            Some(Scalar::f32(match op {
                BinaryOp::Fadd => a + b,
                BinaryOp::Fsub => a - b,
                BinaryOp::Fmul => a * b,
                BinaryOp::Fdiv => a / b,
                _ => unreachable!("{VERIFIED}"),
            }))
        }
        (Scalar::F64(a), Scalar::F64(b)) => {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            Some(Scalar::f64(match op {
                BinaryOp::Fadd => a + b,
                BinaryOp::Fsub => a - b,
                BinaryOp::Fmul => a * b,
                BinaryOp::Fdiv => a / b,
                _ => unreachable!("{VERIFIED}"),
            }))
        }
        _ => unreachable!("{VERIFIED}"),
    }
}

/// An operation on three values: a product and a third value, rounded once.
pub fn ternary(op: TernaryOp, [a, b, c]: [Scalar; 3]) -> Scalar {
    match (a, b, c) {
        (Scalar::F32(a), Scalar::F32(b), Scalar::F32(c)) => {
            let [a, b, c] = [a, b, c].map(f32::from_bits);
            Scalar::f32(match op {
                TernaryOp::Fmadd => a.mul_add(b, c),
                TernaryOp::Fmsub => a.mul_add(b, -c),
                TernaryOp::Fnmadd => (-a).mul_add(b, c),
            })
        }
        (Scalar::F64(a), Scalar::F64(b), Scalar::F64(c)) => {
            let [a, b, c] = [a, b, c].map(f64::from_bits);
            Scalar::f64(match op {
                TernaryOp::Fmadd => a.mul_add(b, c),
                TernaryOp::Fmsub => a.mul_add(b, -c),
                TernaryOp::Fnmadd => (-a).mul_add(b, c),
            })
        }
        _ => unreachable!("{VERIFIED}"),
    }
}

fn binary_int(op: BinaryOp, ty: MachineType, a: i64, b: i64) -> Option<i64> {
    let (unsigned_a, unsigned_b) = (unsigned(ty, a), unsigned(ty, b));
    let bits = u64::from(ty.bits());
    Some(match op {
        BinaryOp::Iadd => a.wrapping_add(b),
        BinaryOp::Isub => a.wrapping_sub(b),
        BinaryOp::Imul => a.wrapping_mul(b),
        BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem if b == 0 => return None,
        BinaryOp::SdivFloor => floor_divide(a, b),
        BinaryOp::SmodFloor => floor_modulo(a, b),
        BinaryOp::Udiv => (unsigned_a / unsigned_b) as i64,
        BinaryOp::Urem => (unsigned_a % unsigned_b) as i64,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Shl | BinaryOp::Ushr if unsigned_b >= bits => 0,
        BinaryOp::Shl => a << unsigned_b,
        BinaryOp::Sshr => a >> unsigned_b.min(63),
        BinaryOp::Ushr => (unsigned_a >> unsigned_b) as i64,
        BinaryOp::Smin => a.min(b),
        BinaryOp::Smax => a.max(b),
        BinaryOp::Umin => unsigned_a.min(unsigned_b) as i64,
        BinaryOp::Umax => unsigned_a.max(unsigned_b) as i64,
        BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fdiv | BinaryOp::Fcopysign => {
            unreachable!("{VERIFIED}")
        }
    })
}

/// The number of an integer, truth value or address.
pub fn signed(value: Scalar) -> i64 {
    match value {
        Scalar::Int(_, value) => value,
        Scalar::F32(_) | Scalar::F64(_) => unreachable!("{VERIFIED}"),
    }
}

/// The low bits of a number as an unsigned one.
fn unsigned(ty: MachineType, value: i64) -> u64 {
    value as u64 & (u64::MAX >> (64 - ty.bits()))
}

fn floor_divide(a: i64, b: i64) -> i64 {
    let quotient = a.wrapping_div(b);
    let is_rounded_up = a.wrapping_rem(b) != 0 && (a < 0) != (b < 0);
    if is_rounded_up { quotient - 1 } else { quotient }
}

fn floor_modulo(a: i64, b: i64) -> i64 {
    let remainder = a.wrapping_rem(b);
    if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
}

/// A comparison of two integers or addresses of one type.
pub fn int_compare(op: IntCompare, a: Scalar, b: Scalar) -> bool {
    let (Scalar::Int(ty, a), Scalar::Int(_, b)) = (a, b) else { unreachable!("{VERIFIED}") };
    let (unsigned_a, unsigned_b) = (unsigned(ty, a), unsigned(ty, b));
    match op {
        IntCompare::Eq => a == b,
        IntCompare::Ne => a != b,
        IntCompare::Slt => a < b,
        IntCompare::Sle => a <= b,
        IntCompare::Sgt => a > b,
        IntCompare::Sge => a >= b,
        IntCompare::Ult => unsigned_a < unsigned_b,
        IntCompare::Ule => unsigned_a <= unsigned_b,
        IntCompare::Ugt => unsigned_a > unsigned_b,
        IntCompare::Uge => unsigned_a >= unsigned_b,
    }
}

/// A comparison of two floats of one type.
pub fn float_compare(op: FloatCompare, a: Scalar, b: Scalar) -> bool {
    let (a, b) = (widened(a), widened(b));
    match op {
        FloatCompare::Eq => a == b,
        FloatCompare::Ne => a != b,
        FloatCompare::Lt => a < b,
        FloatCompare::Le => a <= b,
        FloatCompare::Gt => a > b,
        FloatCompare::Ge => a >= b,
    }
}

/// A float of any type as an `f64`, which holds it exactly.
fn widened(value: Scalar) -> f64 {
    match value {
        Scalar::F32(bits) => f64::from(f32::from_bits(bits)),
        Scalar::F64(bits) => f64::from_bits(bits),
        Scalar::Int(..) => unreachable!("{VERIFIED}"),
    }
}

/// A conversion to another type.
pub fn convert(op: ConvertOp, value: Scalar, to: MachineType) -> Scalar {
    match (op, value) {
        (ConvertOp::SignExtend, Scalar::Int(MachineType::I1, value)) => Scalar::int(to, -value),
        (ConvertOp::SignExtend | ConvertOp::Truncate, Scalar::Int(_, value)) => Scalar::int(to, value),
        (ConvertOp::ZeroExtend, Scalar::Int(from, value)) => Scalar::int(to, unsigned(from, value) as i64),
        (ConvertOp::SignedToFloat, Scalar::Int(_, value)) => match to {
            MachineType::F32 => Scalar::f32(value as f32),
            _ => Scalar::f64(value as f64),
        },
        (ConvertOp::UnsignedToFloat, Scalar::Int(from, value)) => match to {
            MachineType::F32 => Scalar::f32(unsigned(from, value) as f32),
            _ => Scalar::f64(unsigned(from, value) as f64),
        },
        (ConvertOp::FloatToSigned, value) => Scalar::i64(float_to_signed(widened(value))),
        (ConvertOp::FloatToUnsigned, value) => Scalar::i64(float_to_unsigned(widened(value))),
        (ConvertOp::Promote, value) => Scalar::f64(widened(value)),
        (ConvertOp::Demote, value) => Scalar::f32(widened(value) as f32),
        (ConvertOp::Bitcast, value) => from_bits(to, bits(value)),
        _ => unreachable!("{VERIFIED}"),
    }
}

/// 2^63, the first value that does not fit an `i64`.
const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;

fn float_to_signed(value: f64) -> i64 {
    // Rust's conversion gives 0 for a nan and the maximum above.
    if value < TOO_LARGE { value as i64 } else { i64::MIN }
}

fn float_to_unsigned(value: f64) -> i64 {
    if value >= TOO_LARGE { float_to_signed(value - TOO_LARGE) ^ i64::MIN } else { float_to_signed(value) }
}

/// The bits of a value as memory holds them, in the low bytes.
pub fn bits(value: Scalar) -> u64 {
    match value {
        Scalar::Int(ty, value) => unsigned(ty, value),
        Scalar::F32(bits) => u64::from(bits),
        Scalar::F64(bits) => bits,
    }
}

/// The value of a type that memory holds as these bits.
pub fn from_bits(ty: MachineType, bits: u64) -> Scalar {
    match ty {
        MachineType::F32 => Scalar::F32(bits as u32),
        MachineType::F64 => Scalar::F64(bits),
        MachineType::I1
        | MachineType::I8
        | MachineType::I16
        | MachineType::I32
        | MachineType::I64
        | MachineType::Ptr => Scalar::int(ty, bits as i64),
    }
}

/// How a reduction combines what came before with what follows.
pub fn reduce(op: ReductionOp, a: Scalar, b: Scalar) -> Scalar {
    let with = |op| binary(op, a, b).expect("no reduction divides");
    match op {
        ReductionOp::Iadd => with(BinaryOp::Iadd),
        ReductionOp::Imul => with(BinaryOp::Imul),
        ReductionOp::Fadd => with(BinaryOp::Fadd),
        ReductionOp::Fmul => with(BinaryOp::Fmul),
        ReductionOp::Smin => with(BinaryOp::Smin),
        ReductionOp::Smax => with(BinaryOp::Smax),
        ReductionOp::Umin => with(BinaryOp::Umin),
        ReductionOp::Umax => with(BinaryOp::Umax),
        ReductionOp::Fmin => {
            if float_compare(FloatCompare::Lt, b, a) {
                b
            } else {
                a
            }
        }
        ReductionOp::Fmax => {
            if float_compare(FloatCompare::Gt, b, a) {
                b
            } else {
                a
            }
        }
        ReductionOp::And => with(BinaryOp::And),
        ReductionOp::Or => with(BinaryOp::Or),
        ReductionOp::Xor => with(BinaryOp::Xor),
    }
}
