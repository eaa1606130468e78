//! Integer instructions on all widths, with operands at the edges, as variables and as constants.

use crate::harness::{Machine, function, machines, mask};
use hotloop_mir::{BinaryOp, Constant, ExceptionClass, InstKind, IntCompare, MachineType, UnaryOp};

const TYPES: [MachineType; 4] = [MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];

/// The type's interesting values as signed numbers.
fn edges(ty: MachineType) -> Vec<i64> {
    let (minimum, maximum) = (signed(1 << (ty.bits() - 1), ty), signed(mask(ty) >> 1, ty));
    let width = i64::from(ty.bits());
    let mut values = vec![minimum, minimum + 1, maximum, maximum - 1, minimum / 2, maximum / 2];
    values.extend([-100, -17, -16, -10, -8, -7, -3, -2, -1, 0, 1, 2, 3, 5, 7, 8, 10, 16, 17, 64, 100]);
    values.extend([width - 1, width, width + 1]);
    values.iter().map(|value| signed(*value as u64 & mask(ty), ty)).collect()
}

fn signed(bits: u64, ty: MachineType) -> i64 {
    let unused = 64 - ty.bits();
    ((bits << unused) as i64) >> unused
}

/// What an operation gives; `None` where a divisor is 0, which MIR forbids.
fn expected(op: BinaryOp, a: i64, b: i64, ty: MachineType) -> Option<u64> {
    let (ua, ub) = (a as u64 & mask(ty), b as u64 & mask(ty));
    let is_division =
        matches!(op, BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem);
    if is_division && b == 0 {
        return None;
    }
    let width = u64::from(ty.bits());
    let result = match op {
        BinaryOp::Iadd => a.wrapping_add(b) as u64,
        BinaryOp::Isub => a.wrapping_sub(b) as u64,
        BinaryOp::Imul => a.wrapping_mul(b) as u64,
        BinaryOp::SdivFloor => i128::from(a).div_euclid_floor(i128::from(b)) as u64,
        BinaryOp::SmodFloor => {
            let (a, b) = (i128::from(a), i128::from(b));
            (a - a.div_euclid_floor(b) * b) as u64
        }
        BinaryOp::Udiv => ua / ub,
        BinaryOp::Urem => ua % ub,
        BinaryOp::And => ua & ub,
        BinaryOp::Or => ua | ub,
        BinaryOp::Xor => ua ^ ub,
        BinaryOp::Shl => {
            if ub < width {
                ua << ub
            } else {
                0
            }
        }
        BinaryOp::Sshr => (a >> ub.min(63)) as u64,
        BinaryOp::Ushr => {
            if ub < width {
                ua >> ub
            } else {
                0
            }
        }
        BinaryOp::Smin => a.min(b) as u64,
        BinaryOp::Smax => a.max(b) as u64,
        BinaryOp::Umin => ua.min(ub),
        BinaryOp::Umax => ua.max(ub),
        BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fdiv | BinaryOp::Fcopysign => {
            return None;
        }
    };
    Some(result & mask(ty))
}

trait DivFloor {
    fn div_euclid_floor(self, divisor: Self) -> Self;
}

impl DivFloor for i128 {
    fn div_euclid_floor(self, divisor: Self) -> Self {
        let quotient = self / divisor;
        if self % divisor != 0 && (self < 0) != (divisor < 0) { quotient - 1 } else { quotient }
    }
}

const OPS: [BinaryOp; 17] = [
    BinaryOp::Iadd,
    BinaryOp::Isub,
    BinaryOp::Imul,
    BinaryOp::SdivFloor,
    BinaryOp::SmodFloor,
    BinaryOp::Udiv,
    BinaryOp::Urem,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Shl,
    BinaryOp::Sshr,
    BinaryOp::Ushr,
    BinaryOp::Smin,
    BinaryOp::Smax,
    BinaryOp::Umin,
    BinaryOp::Umax,
];

fn check(machine: &Machine, op: BinaryOp, a: i64, b: i64, ty: MachineType, arguments: &[u64]) {
    let Some(expected) = expected(op, a, b, ty) else { return };
    let result = machine.value(arguments);
    assert_eq!(result, expected, "{op:?} {ty} of {a} and {b}: {result:#x}, expected {expected:#x}");
}

#[test]
fn binary_operations_on_variables() {
    for ty in TYPES {
        for op in OPS {
            for machine in
                machines(function(&[ty, ty], &[ty], |builder, v| vec![builder.binary(op, v[0], v[1])]))
            {
                for a in edges(ty) {
                    for b in edges(ty) {
                        check(&machine, op, a, b, ty, &[a as u64, b as u64]);
                    }
                }
            }
        }
    }
}

#[test]
fn binary_operations_with_a_constant() {
    let ops = [
        BinaryOp::SdivFloor,
        BinaryOp::SmodFloor,
        BinaryOp::Udiv,
        BinaryOp::Urem,
        BinaryOp::Shl,
        BinaryOp::Sshr,
        BinaryOp::Ushr,
    ];
    for ty in TYPES {
        for op in ops {
            for b in edges(ty) {
                if expected(op, 1, b, ty).is_none() {
                    continue;
                }
                let built = function(&[ty], &[ty], |builder, v| {
                    let b = builder.int(ty, b);
                    vec![builder.binary(op, v[0], b)]
                });
                let machine = machines(built).swap_remove(0);
                for a in edges(ty) {
                    check(&machine, op, a, b, ty, &[a as u64]);
                }
            }
        }
    }
}

#[test]
fn quotient_and_remainder_together() {
    for ty in TYPES {
        let built = function(&[ty, ty], &[ty, ty], |builder, v| {
            let remainder = builder.binary(BinaryOp::SmodFloor, v[0], v[1]);
            let quotient = builder.binary(BinaryOp::SdivFloor, v[0], v[1]);
            vec![quotient, remainder]
        });
        for machine in machines(built) {
            for a in edges(ty) {
                for b in edges(ty).into_iter().filter(|b| *b != 0) {
                    let results = machine.call(&[a as u64, b as u64]).unwrap();
                    let quotient = expected(BinaryOp::SdivFloor, a, b, ty).unwrap();
                    let remainder = expected(BinaryOp::SmodFloor, a, b, ty).unwrap();
                    assert_eq!(results, [quotient, remainder], "{a} by {b} as {ty}");
                }
            }
        }
    }
}

/// Folding leaves such divisions behind checks that always fail.
#[test]
fn a_division_by_constant_zero_is_compiled_where_nobody_gets() {
    for op in [BinaryOp::SdivFloor, BinaryOp::SmodFloor, BinaryOp::Udiv, BinaryOp::Urem] {
        for ty in TYPES {
            let built = function(&[ty], &[ty], |builder, v| {
                let (zero, no) = (builder.int(ty, 0), builder.int(MachineType::I1, 0));
                let error = builder.function.error(ExceptionClass::ZeroDivisionError, "division by zero");
                builder.effect(InstKind::Check { condition: no, error });
                vec![builder.binary(op, v[0], zero)]
            });
            let error = machines(built)[0].call(&[5]).unwrap_err();
            assert_eq!(error.class, ExceptionClass::ZeroDivisionError as u32);
        }
    }
}

#[test]
fn masked_shifts() {
    for op in [BinaryOp::Shl, BinaryOp::Sshr, BinaryOp::Ushr] {
        let ty = MachineType::I64;
        let built = function(&[ty, ty], &[ty], |builder, v| {
            let mask = builder.int(ty, 63);
            let count = builder.binary(BinaryOp::And, v[1], mask);
            vec![builder.binary(op, v[0], count)]
        });
        for machine in machines(built) {
            for a in edges(ty) {
                for count in [0, 1, 63, 64, 65, -1] {
                    check(&machine, op, a, count & 63, ty, &[a as u64, count as u64]);
                }
            }
        }
    }
}

#[test]
fn unary_operations() {
    for ty in TYPES {
        for op in [UnaryOp::Ineg, UnaryOp::Inot] {
            for machine in
                machines(function(&[ty], &[ty], |builder, v| vec![builder.value(InstKind::Unary(op, v[0]))]))
            {
                for a in edges(ty) {
                    let expected = if op == UnaryOp::Ineg { a.wrapping_neg() } else { !a };
                    assert_eq!(machine.value(&[a as u64]), expected as u64 & mask(ty), "{op:?} {ty} {a}");
                }
            }
        }
    }
}

#[test]
fn comparisons() {
    type Holds = fn(i64, i64, u64, u64) -> bool;
    let table: [(IntCompare, Holds); 10] = [
        (IntCompare::Eq, |a, b, _, _| a == b),
        (IntCompare::Ne, |a, b, _, _| a != b),
        (IntCompare::Slt, |a, b, _, _| a < b),
        (IntCompare::Sle, |a, b, _, _| a <= b),
        (IntCompare::Sgt, |a, b, _, _| a > b),
        (IntCompare::Sge, |a, b, _, _| a >= b),
        (IntCompare::Ult, |_, _, a, b| a < b),
        (IntCompare::Ule, |_, _, a, b| a <= b),
        (IntCompare::Ugt, |_, _, a, b| a > b),
        (IntCompare::Uge, |_, _, a, b| a >= b),
    ];
    for ty in TYPES {
        for (op, holds) in table {
            let built =
                function(&[ty, ty], &[MachineType::I1], |builder, v| vec![builder.compare(op, v[0], v[1])]);
            let machine = machines(built).swap_remove(0);
            for a in edges(ty) {
                for b in edges(ty) {
                    let expected = holds(a, b, a as u64 & mask(ty), b as u64 & mask(ty));
                    assert_eq!(
                        machine.value(&[a as u64, b as u64]),
                        u64::from(expected),
                        "{op:?} {ty} {a} {b}"
                    );
                }
            }
        }
    }
}

#[test]
fn truth_values_stay_zero_or_one() {
    let ty = MachineType::I1;
    for op in [BinaryOp::And, BinaryOp::Or, BinaryOp::Xor] {
        for machine in machines(function(&[ty, ty], &[ty], |builder, v| vec![builder.binary(op, v[0], v[1])]))
        {
            for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let expected = expected(op, signed(a, ty), signed(b, ty), ty).unwrap();
                assert_eq!(machine.value(&[a, b]), expected, "{op:?} of {a} and {b}");
            }
        }
    }
    for machine in machines(function(&[ty], &[ty], |builder, v| {
        vec![builder.value(InstKind::Unary(UnaryOp::Inot, v[0]))]
    })) {
        assert_eq!([machine.value(&[0]), machine.value(&[1])], [1, 0]);
    }
    for op in [IntCompare::Eq, IntCompare::Ne, IntCompare::Ult, IntCompare::Uge] {
        for machine in
            machines(function(&[ty, ty], &[ty], |builder, v| vec![builder.compare(op, v[0], v[1])]))
        {
            for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let holds = match op {
                    IntCompare::Eq => a == b,
                    IntCompare::Ne => a != b,
                    IntCompare::Ult => a < b,
                    _ => a >= b,
                };
                assert_eq!(machine.value(&[a, b]), u64::from(holds), "{op:?} of {a} and {b}");
            }
        }
    }
}

#[test]
fn constants_of_every_type() {
    for ty in TYPES {
        for value in edges(ty) {
            let built = function(&[], &[ty], |builder, _| vec![builder.int(ty, value)]);
            assert_eq!(machines(built)[0].value(&[]), value as u64 & mask(ty));
        }
    }
    let built = function(&[], &[MachineType::F32, MachineType::Ptr, MachineType::I1], |builder, _| {
        vec![
            builder.value(InstKind::Const(Constant::F32(0x7fc0_1234))),
            builder.int(MachineType::Ptr, 0),
            builder.int(MachineType::I1, 1),
        ]
    });
    assert_eq!(machines(built)[0].call(&[]).unwrap(), [0x7fc0_1234, 0, 1]);
}

#[test]
fn select_takes_the_side_that_holds() {
    for ty in MachineType::ALL {
        let built = function(&[MachineType::I1, *ty, *ty], &[*ty], |builder, v| {
            vec![builder.value(InstKind::Select { condition: v[0], then: v[1], otherwise: v[2] })]
        });
        for machine in machines(built) {
            assert_eq!([machine.value(&[1, 1, 0]), machine.value(&[0, 1, 0])], [1, 0], "{ty}");
        }
    }
}
