//! Float instructions and conversions, with nans, infinities, zeros of both signs, and the edges of integers.

use crate::harness::{function, machines, mask};
use hotloop_mir::{BinaryOp, ConvertOp, FloatCompare, InstKind, MachineType, UnaryOp};

const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;

fn edges() -> Vec<f64> {
    let mut values =
        vec![0.0, 0.5, 1.0, 1.5, 2.5, 3.7, 1e-310, f64::MIN_POSITIVE, 1e10, 1e300, f64::MAX, f64::INFINITY];
    values.extend([
        4_503_599_627_370_495.5,
        9_007_199_254_740_993.0,
        TOO_LARGE,
        TOO_LARGE - 1024.0,
        2.0 * TOO_LARGE,
    ]);
    values.extend([
        127.5,
        32768.0,
        2_147_483_648.0,
        4_294_967_296.0,
        1.8e19,
        0.1,
        f64::from(f32::MAX),
        1e-46,
    ]);
    let negative: Vec<f64> = values.iter().map(|value| -value).collect();
    values.extend(negative);
    values.extend([f64::NAN, -f64::NAN, f64::from_bits(0x7ff8_0000_dead_beef)]);
    values
}

/// Nans may differ in their bits after arithmetic, nothing else may.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn same32(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn unary_operations() {
    type Pair = (fn(f64) -> f64, fn(f32) -> f32);
    let table: [(UnaryOp, Pair); 7] = [
        (UnaryOp::Fneg, (|x| -x, |x| -x)),
        (UnaryOp::Fabs, (f64::abs, f32::abs)),
        (UnaryOp::Fsqrt, (f64::sqrt, f32::sqrt)),
        (UnaryOp::Ffloor, (f64::floor, f32::floor)),
        (UnaryOp::Fceil, (f64::ceil, f32::ceil)),
        (UnaryOp::Ftrunc, (f64::trunc, f32::trunc)),
        (UnaryOp::Fnearest, (f64::round_ties_even, f32::round_ties_even)),
    ];
    for (op, (double, single)) in table {
        let build = |ty| function(&[ty], &[ty], |builder, v| vec![builder.value(InstKind::Unary(op, v[0]))]);
        for machine in machines(build(MachineType::F64)) {
            for x in edges() {
                let result = f64::from_bits(machine.value(&[x.to_bits()]));
                assert!(same(result, double(x)), "{op:?} {x}: {result}");
            }
        }
        for machine in machines(build(MachineType::F32)) {
            for x in edges() {
                let x = x as f32;
                let result = machine.value(&[u64::from(x.to_bits())]);
                assert_eq!(result >> 32, 0);
                assert!(same32(f32::from_bits(result as u32), single(x)), "{op:?} {x}: {result:#x}");
            }
        }
    }
}

#[test]
fn signs_of_nans_are_plain_bits() {
    let nan = 0x7ff8_0000_dead_beef_u64;
    let top = 1_u64 << 63;
    for (op, expected) in [(UnaryOp::Fneg, nan | top), (UnaryOp::Fabs, nan)] {
        let ty = MachineType::F64;
        for machine in
            machines(function(&[ty], &[ty], |builder, v| vec![builder.value(InstKind::Unary(op, v[0]))]))
        {
            assert_eq!(machine.value(&[nan]), expected);
        }
    }
}

#[test]
fn binary_operations() {
    type Pair = (fn(f64, f64) -> f64, fn(f32, f32) -> f32);
    let table: [(BinaryOp, Pair); 5] = [
        (BinaryOp::Fadd, (|a, b| a + b, |a, b| a + b)),
        (BinaryOp::Fsub, (|a, b| a - b, |a, b| a - b)),
        (BinaryOp::Fmul, (|a, b| a * b, |a, b| a * b)),
        (BinaryOp::Fdiv, (|a, b| a / b, |a, b| a / b)),
        (BinaryOp::Fcopysign, (f64::copysign, f32::copysign)),
    ];
    for (op, (double, single)) in table {
        let build = |ty| function(&[ty, ty], &[ty], |builder, v| vec![builder.binary(op, v[0], v[1])]);
        for machine in machines(build(MachineType::F64)) {
            for a in edges() {
                for b in edges() {
                    let result = f64::from_bits(machine.value(&[a.to_bits(), b.to_bits()]));
                    assert!(same(result, double(a, b)), "{op:?} {a} {b}: {result}");
                }
            }
        }
        for machine in machines(build(MachineType::F32)) {
            for a in edges() {
                for b in edges() {
                    let (a, b) = (a as f32, b as f32);
                    let result = machine.value(&[u64::from(a.to_bits()), u64::from(b.to_bits())]);
                    assert!(
                        same32(f32::from_bits(result as u32), single(a, b)),
                        "{op:?} {a} {b}: {result:#x}"
                    );
                }
            }
        }
    }
}

#[test]
fn comparisons() {
    type Holds = fn(f64, f64) -> bool;
    let table: [(FloatCompare, Holds); 6] = [
        (FloatCompare::Eq, |a, b| a == b),
        (FloatCompare::Ne, |a, b| a != b),
        (FloatCompare::Lt, |a, b| a < b),
        (FloatCompare::Le, |a, b| a <= b),
        (FloatCompare::Gt, |a, b| a > b),
        (FloatCompare::Ge, |a, b| a >= b),
    ];
    for (op, holds) in table {
        let ty = MachineType::F64;
        let built = function(&[ty, ty], &[MachineType::I1, ty], |builder, v| {
            let holds = builder.value(InstKind::FloatCompare(op, v[0], v[1]));
            let chosen = builder.value(InstKind::Select { condition: holds, then: v[0], otherwise: v[1] });
            vec![holds, chosen]
        });
        for machine in machines(built) {
            for a in edges() {
                for b in edges() {
                    let chosen = if holds(a, b) { a } else { b };
                    let results = machine.call(&[a.to_bits(), b.to_bits()]).unwrap();
                    assert_eq!(results, [u64::from(holds(a, b)), chosen.to_bits()], "{op:?} {a} {b}");
                }
            }
        }
    }
}

/// MIR's meaning: x86's.
fn to_signed(x: f64) -> i64 {
    if (-TOO_LARGE..TOO_LARGE).contains(&x) { x as i64 } else { i64::MIN }
}

fn to_unsigned(x: f64) -> u64 {
    if x >= TOO_LARGE { to_signed(x - TOO_LARGE) as u64 ^ 1 << 63 } else { to_signed(x) as u64 }
}

#[test]
fn floats_to_integers() {
    let build = |op, from| {
        function(&[from], &[MachineType::I64], |builder, v| {
            vec![builder.value(InstKind::Convert(op, v[0], MachineType::I64))]
        })
    };
    for machine in machines(build(ConvertOp::FloatToSigned, MachineType::F64)) {
        for x in edges() {
            assert_eq!(machine.value(&[x.to_bits()]) as i64, to_signed(x), "{x}");
        }
    }
    for machine in machines(build(ConvertOp::FloatToUnsigned, MachineType::F64)) {
        for x in edges() {
            assert_eq!(machine.value(&[x.to_bits()]), to_unsigned(x), "{x}");
        }
    }
    for machine in machines(build(ConvertOp::FloatToSigned, MachineType::F32)) {
        for x in edges() {
            let x = x as f32;
            assert_eq!(machine.value(&[u64::from(x.to_bits())]) as i64, to_signed(f64::from(x)), "{x}");
        }
    }
    for machine in machines(build(ConvertOp::FloatToUnsigned, MachineType::F32)) {
        for x in edges() {
            let x = x as f32;
            assert_eq!(machine.value(&[u64::from(x.to_bits())]), to_unsigned(f64::from(x)), "{x}");
        }
    }
}

#[test]
fn integers_to_floats() {
    let integers = [MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
    let values = [
        0,
        1,
        2,
        127,
        128,
        255,
        32767,
        32768,
        65535,
        (1 << 24) + 1,
        i64::MAX,
        i64::MIN,
        -1,
        -128,
        (1 << 53) + 1,
        0x7fff_ffff,
        0x8000_0000,
    ];
    for from in integers {
        for to in [MachineType::F32, MachineType::F64] {
            for op in [ConvertOp::SignedToFloat, ConvertOp::UnsignedToFloat] {
                let built = function(&[from], &[to], |builder, v| {
                    vec![builder.value(InstKind::Convert(op, v[0], to))]
                });
                for machine in machines(built) {
                    for value in values {
                        let unused = 64 - from.bits();
                        let signed = (value << unused) >> unused;
                        let unsigned = value as u64 & mask(from);
                        let expected = match (op == ConvertOp::SignedToFloat, to == MachineType::F32) {
                            (true, true) => u64::from((signed as f32).to_bits()),
                            (true, false) => (signed as f64).to_bits(),
                            (false, true) => u64::from((unsigned as f32).to_bits()),
                            (false, false) => (unsigned as f64).to_bits(),
                        };
                        assert_eq!(machine.value(&[value as u64]), expected, "{op:?} {from} {value} to {to}");
                    }
                }
            }
        }
    }
}

#[test]
fn widths_change() {
    let integers = [MachineType::I1, MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
    for (position, narrow) in integers.iter().enumerate() {
        for wide in &integers[position + 1..] {
            for (op, from, to) in [
                (ConvertOp::SignExtend, *narrow, *wide),
                (ConvertOp::ZeroExtend, *narrow, *wide),
                (ConvertOp::Truncate, *wide, *narrow),
            ] {
                let built = function(&[from], &[to], |builder, v| {
                    vec![builder.value(InstKind::Convert(op, v[0], to))]
                });
                let machine = machines(built).swap_remove(0);
                for value in [0_u64, 1, 0x7f, 0x80, 0x8000, 0x8000_0000, u64::MAX, 0x1234_5678_9abc_def0] {
                    let value = value & mask(from);
                    let unused = 64 - from.bits();
                    let expected = match op {
                        ConvertOp::SignExtend => (((value << unused) as i64) >> unused) as u64 & mask(to),
                        _ => value & mask(to),
                    };
                    assert_eq!(machine.value(&[value]), expected, "{op:?} {from} to {to} of {value:#x}");
                }
            }
        }
    }
}

#[test]
fn float_widths_and_bits() {
    let build = |op, from, to| {
        function(&[from], &[to], |builder, v| vec![builder.value(InstKind::Convert(op, v[0], to))])
    };
    for machine in machines(build(ConvertOp::Promote, MachineType::F32, MachineType::F64)) {
        for x in edges() {
            let x = x as f32;
            let result = f64::from_bits(machine.value(&[u64::from(x.to_bits())]));
            assert!(same(result, f64::from(x)), "{x}");
        }
    }
    for machine in machines(build(ConvertOp::Demote, MachineType::F64, MachineType::F32)) {
        for x in edges() {
            assert!(same32(f32::from_bits(machine.value(&[x.to_bits()]) as u32), x as f32), "{x}");
        }
    }
    let casts = [
        (MachineType::F64, MachineType::I64),
        (MachineType::I64, MachineType::F64),
        (MachineType::F32, MachineType::I32),
        (MachineType::I32, MachineType::F32),
        (MachineType::I64, MachineType::Ptr),
        (MachineType::Ptr, MachineType::I64),
    ];
    for (from, to) in casts {
        for machine in machines(build(ConvertOp::Bitcast, from, to)) {
            for bits in [0, 1, 0xfff8_0000_dead_beef, 0x7fc0_1234] {
                assert_eq!(machine.value(&[bits]), bits & mask(from), "{from} to {to}");
            }
        }
    }
}
