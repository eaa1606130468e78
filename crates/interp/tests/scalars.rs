//! Every instruction on scalars against a table of results, edge values included.

use hotloop_interp::{Interpreter, Outcome, Scalar, TrapKind};
use hotloop_mir::MachineType::{self, I1, I8, I16, I32, I64, Ptr};
use hotloop_mir::{BinaryOp, ConvertOp, UnaryOp, parse_module};

/// Runs one instruction, written with `$0`, `$1` and `$2` for its operands, on these scalars.
fn run(inst: &str, result: MachineType, operands: &[Scalar]) -> Result<Scalar, Outcome> {
    let parameters: Vec<String> =
        operands.iter().enumerate().map(|(at, operand)| format!("v{at}: {}", operand.ty())).collect();
    let text = format!(
        "fn @f({}) -> {result} {{ bb0: v9 = {} return v9 }}",
        parameters.join(", "),
        inst.replace('$', "v")
    );
    let module = parse_module(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    Ok(Interpreter::new(&module).call("f", operands)?[0])
}

#[track_caller]
fn gives(inst: &str, operands: &[Scalar], expected: Scalar) {
    let found = run(inst, expected.ty(), operands).unwrap_or_else(|outcome| panic!("{inst}: {outcome}"));
    let both_nan =
        matches!((found.as_f64(), expected.as_f64()), (Some(a), Some(b)) if a.is_nan() && b.is_nan());
    assert!(found == expected || both_nan, "{inst} on {operands:?}: {found:?} instead of {expected:?}");
}

fn int(ty: MachineType, value: i64) -> Scalar {
    let scalar = Scalar::Int(ty, value);
    assert!(scalar.is_canonical(), "{scalar:?} in a table");
    scalar
}

const MIN: i64 = i64::MIN;
const MAX: i64 = i64::MAX;

#[test]
fn constants() {
    for constant in ["iconst -5", "iconst.i8 -128", "iconst.i1 1", "iconst.ptr 4096"] {
        let value = constant.rsplit(' ').next().unwrap().parse().unwrap();
        let ty = [(I8, ".i8"), (I1, ".i1"), (Ptr, ".ptr")]
            .into_iter()
            .find(|(_, suffix)| constant.contains(suffix));
        gives(constant, &[], int(ty.map_or(I64, |(ty, _)| ty), value));
    }
    gives("fconst -0.0", &[], Scalar::f64(-0.0));
    gives("fconst.f32 0.1", &[], Scalar::f32(0.1));
    gives("fconst nan 0x7ff8000000000001", &[], Scalar::F64(0x7ff8_0000_0000_0001));
}

#[test]
fn integer_arithmetic_wraps() {
    #[rustfmt::skip]
    let table = [
        ("iadd", I64, MAX, 1, MIN), ("iadd", I8, 127, 1, -128), ("iadd", I16, -32768, -1, 32767), ("iadd", I32, 2, 3, 5),
        ("isub", I64, MIN, 1, MAX), ("isub", I8, -128, 1, 127), ("isub", I32, 0, -2147483648, -2147483648),
        ("imul", I64, MIN, -1, MIN), ("imul", I8, 16, 16, 0), ("imul", I16, 255, 255, -511), ("imul", I32, 65536, 32768, -2147483648),
    ];
    for (op, ty, a, b, expected) in table {
        gives(&format!("{op} $0, $1"), &[int(ty, a), int(ty, b)], int(ty, expected));
    }
}

#[test]
fn division_floors_and_wraps() {
    #[rustfmt::skip]
    let table = [
        // a, b, quotient and remainder: the remainder has the sign of the divisor.
        (I64, 7, 2, 3, 1), (I64, -7, 2, -4, 1), (I64, 7, -2, -4, -1), (I64, -7, -2, 3, -1),
        (I64, 6, 3, 2, 0), (I64, -6, 3, -2, 0), (I64, 0, -5, 0, 0), (I64, 1, MIN, -1, MIN + 1),
        (I64, MIN, -1, MIN, 0), (I64, MIN, 1, MIN, 0), (I64, MIN, MAX, -2, MAX - 1), (I64, MAX, MIN, -1, -1),
        (I8, -128, -1, -128, 0), (I8, -128, 127, -2, 126), (I8, 127, -128, -1, -1),
        (I16, -32768, -1, -32768, 0), (I32, -2147483648, -1, -2147483648, 0), (I32, -1, 2147483647, -1, 2147483646),
    ];
    for (ty, a, b, quotient, remainder) in table {
        gives("sdiv_floor $0, $1", &[int(ty, a), int(ty, b)], int(ty, quotient));
        gives("smod_floor $0, $1", &[int(ty, a), int(ty, b)], int(ty, remainder));
    }
    #[rustfmt::skip]
    let unsigned = [
        (I64, -1, 2, MAX, 1), (I64, -1, -1, 1, 0), (I64, 5, -1, 0, 5), (I8, -1, 16, 15, 15), (I8, -128, -1, 0, -128),
        (I16, -2, 3, 21844, 2), (I32, -1, 65536, 65535, 65535),
    ];
    for (ty, a, b, quotient, remainder) in unsigned {
        gives("udiv $0, $1", &[int(ty, a), int(ty, b)], int(ty, quotient));
        gives("urem $0, $1", &[int(ty, a), int(ty, b)], int(ty, remainder));
    }
}

#[test]
fn a_division_by_zero_is_a_trap() {
    for op in ["sdiv_floor", "smod_floor", "udiv", "urem"] {
        for ty in [I8, I16, I32, I64] {
            let outcome = run(&format!("{op} $0, $1"), ty, &[int(ty, 1), int(ty, 0)]);
            let Err(Outcome::Trap(trap)) = outcome else { panic!("{op}: {outcome:?}") };
            assert_eq!(trap.kind, TrapKind::DivisionByZero);
            assert_eq!((trap.function.as_str(), trap.inst), ("f", format!("{op} v0, v1")));
        }
    }
}

#[test]
fn bits_and_shifts() {
    #[rustfmt::skip]
    let table = [
        ("and", I8, 12, 10, 8), ("or", I8, 12, 10, 14), ("xor", I8, 12, -10, -6), ("and", I1, 1, 1, 1), ("xor", I1, 1, 1, 0), ("or", I1, 0, 1, 1),
        ("shl", I64, 1, 63, MIN), ("shl", I64, 1, 64, 0), ("shl", I64, 1, -1, 0), ("shl", I64, 3, 1, 6), ("shl", I8, 1, 7, -128), ("shl", I8, 1, 8, 0), ("shl", I32, 1, 32, 0),
        ("sshr", I64, -8, 1, -4), ("sshr", I64, -8, 64, -1), ("sshr", I64, 8, 64, 0), ("sshr", I64, -1, -1, -1), ("sshr", I8, -128, 8, -1), ("sshr", I8, 64, 6, 1), ("sshr", I16, -2, 16, -1),
        ("ushr", I64, -1, 63, 1), ("ushr", I64, -1, 64, 0), ("ushr", I64, -1, -1, 0), ("ushr", I8, -1, 4, 15), ("ushr", I8, -1, 8, 0), ("ushr", I32, -2147483648, 31, 1),
        ("smin", I8, -1, 1, -1), ("smax", I8, -1, 1, 1), ("umin", I8, -1, 1, 1), ("umax", I8, -1, 1, -1), ("smin", I64, MIN, MAX, MIN), ("umax", I64, MIN, MAX, MIN),
    ];
    for (op, ty, a, b, expected) in table {
        gives(&format!("{op} $0, $1"), &[int(ty, a), int(ty, b)], int(ty, expected));
    }
    #[rustfmt::skip]
    let unary = [
        ("ineg", I64, MIN, MIN), ("ineg", I64, 5, -5), ("ineg", I8, -128, -128), ("inot", I64, 0, -1), ("inot", I8, -128, 127), ("inot", I1, 1, 0), ("inot", I1, 0, 1),
    ];
    for (op, ty, a, expected) in unary {
        gives(&format!("{op} $0"), &[int(ty, a)], int(ty, expected));
    }
}

#[test]
fn float_arithmetic_is_ieee() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    #[rustfmt::skip]
    let table = [
        ("fadd", 0.1, 0.2, 0.30000000000000004), ("fadd", INF, -INF, NAN), ("fadd", -0.0, 0.0, 0.0), ("fadd", -0.0, -0.0, -0.0),
        ("fsub", 0.0, 0.0, 0.0), ("fsub", 1.0, NAN, NAN), ("fmul", -0.0, 5.0, -0.0), ("fmul", INF, 0.0, NAN), ("fmul", 1e200, 1e200, INF),
        ("fdiv", 1.0, 0.0, INF), ("fdiv", -1.0, 0.0, -INF), ("fdiv", 1.0, -0.0, -INF), ("fdiv", 0.0, 0.0, NAN), ("fdiv", 1.0, 3.0, 1.0 / 3.0),
        ("fcopysign", 3.0, -0.0, -3.0), ("fcopysign", -INF, 1.0, INF), ("fcopysign", 0.0, -NAN, -0.0),
    ];
    for (op, a, b, expected) in table {
        gives(&format!("{op} $0, $1"), &[Scalar::f64(a), Scalar::f64(b)], Scalar::f64(expected));
    }
    #[rustfmt::skip]
    let unary = [
        ("fneg", 0.0, -0.0), ("fneg", -INF, INF), ("fabs", -0.0, 0.0), ("fabs", -2.5, 2.5), ("fsqrt", 2.0, 2.0_f64.sqrt()), ("fsqrt", -0.0, -0.0), ("fsqrt", -1.0, NAN),
        ("ffloor", -0.5, -1.0), ("ffloor", 2.9, 2.0), ("fceil", -0.5, -0.0), ("fceil", 2.1, 3.0), ("ftrunc", -2.9, -2.0), ("ftrunc", -0.5, -0.0),
        ("fnearest", 0.5, 0.0), ("fnearest", 1.5, 2.0), ("fnearest", 2.5, 2.0), ("fnearest", -0.5, -0.0), ("fnearest", -2.5, -2.0), ("fnearest", 0.49999999999999994, 0.0), ("fnearest", INF, INF),
    ];
    for (op, a, expected) in unary {
        gives(&format!("{op} $0"), &[Scalar::f64(a)], Scalar::f64(expected));
    }
    // The sign of a nan is a bit like any other.
    gives("fneg $0", &[Scalar::F64(0x7ff8_0000_0000_0001)], Scalar::F64(0xfff8_0000_0000_0001));
    gives("fabs $0", &[Scalar::F64(0xfff8_0000_0000_0001)], Scalar::F64(0x7ff8_0000_0000_0001));
    gives("fcopysign $0, $1", &[Scalar::F32(0x7fc0_0001), Scalar::f32(-1.0)], Scalar::F32(0xffc0_0001));
}

#[test]
fn narrow_floats_round_once() {
    let (a, b) = (16_777_216.0_f32, 1.0_f32);
    gives("fadd $0, $1", &[Scalar::f32(a), Scalar::f32(b)], Scalar::f32(16_777_216.0));
    gives(
        "fmul $0, $1",
        &[Scalar::f32(1.000_000_1), Scalar::f32(1.000_000_1)],
        Scalar::f32(1.000_000_1 * 1.000_000_1),
    );
    gives("fdiv $0, $1", &[Scalar::f32(1.0), Scalar::f32(3.0)], Scalar::f32(1.0 / 3.0));
    gives("fsub $0, $1", &[Scalar::f32(1.0), Scalar::f32(1e-9)], Scalar::f32(1.0));
    gives("fsqrt $0", &[Scalar::f32(2.0)], Scalar::f32(2.0_f32.sqrt()));
    gives("fsqrt $0", &[Scalar::f32(1e-45)], Scalar::f32(1e-45_f32.sqrt()));
    gives("ffloor $0", &[Scalar::f32(-1.5)], Scalar::f32(-2.0));
    gives("fneg $0", &[Scalar::f32(0.0)], Scalar::f32(-0.0));
    gives("fabs $0", &[Scalar::f32(-0.0)], Scalar::f32(0.0));
}

#[test]
fn comparisons() {
    #[rustfmt::skip]
    let table = [
        ("eq", I8, -1, -1, true), ("ne", I8, -1, 1, true), ("slt", I64, MIN, MAX, true), ("sle", I64, 3, 3, true), ("sgt", I8, -1, 1, false), ("sge", I16, 1, -1, true),
        ("ult", I64, MIN, MAX, false), ("ule", I8, -1, 1, false), ("ugt", I8, -1, 1, true), ("uge", I32, -1, -1, true), ("ult", I1, 0, 1, true), ("ugt", Ptr, -1, 1, true), ("eq", Ptr, 0, 0, true),
    ];
    for (op, ty, a, b, expected) in table {
        gives(&format!("icmp {op} $0, $1"), &[int(ty, a), int(ty, b)], Scalar::bool(expected));
    }
    let (one, two, nan) = (Scalar::f64(1.0), Scalar::f64(2.0), Scalar::f64(f64::NAN));
    for (op, below, equal, above, with_nan) in [
        ("eq", false, true, false, false),
        ("ne", true, false, true, true),
        ("lt", true, false, false, false),
        ("le", true, true, false, false),
        ("gt", false, false, true, false),
        ("ge", false, true, true, false),
    ] {
        let inst = format!("fcmp {op} $0, $1");
        gives(&inst, &[one, two], Scalar::bool(below));
        gives(&inst, &[one, one], Scalar::bool(equal));
        gives(&inst, &[two, one], Scalar::bool(above));
        gives(&inst, &[Scalar::f64(0.0), Scalar::f64(-0.0)], Scalar::bool(equal));
        for (a, b) in [(one, nan), (nan, one), (nan, nan)] {
            gives(&inst, &[a, b], Scalar::bool(with_nan));
        }
        gives(&inst, &[Scalar::f32(1.0), Scalar::f32(f32::NAN)], Scalar::bool(with_nan));
    }
    gives("select $0, $1, $2", &[Scalar::bool(true), one, two], one);
    gives("select $0, $1, $2", &[Scalar::bool(false), one, two], two);
}

#[test]
fn conversions_between_integers() {
    #[rustfmt::skip]
    let table = [
        ("sign_extend", I8, -1, I64, -1), ("sign_extend", I32, -2147483648, I64, -2147483648), ("sign_extend", I1, 1, I8, -1), ("sign_extend", I1, 0, I8, 0),
        ("zero_extend", I8, -1, I64, 255), ("zero_extend", I8, -1, I16, 255), ("zero_extend", I32, -1, I64, 4294967295), ("zero_extend", I1, 1, I64, 1),
        ("truncate", I64, 255, I8, -1), ("truncate", I64, 256, I8, 0), ("truncate", I64, MIN, I32, 0), ("truncate", I64, 3, I1, 1), ("truncate", I8, -2, I1, 0),
        ("bitcast", I64, -1, Ptr, -1), ("bitcast", Ptr, 64, I64, 64), ("bitcast", I8, -3, I8, -3),
    ];
    for (op, from, value, to, expected) in table {
        gives(&format!("{op}.{to} $0"), &[int(from, value)], int(to, expected));
    }
}

#[test]
fn conversions_with_floats() {
    let to_signed = [
        (0.9, 0),
        (-0.9, 0),
        (-2.9, -2),
        (9.223372036854775e18, 9_223_372_036_854_774_784),
        (9.223372036854776e18, MIN),
        (-9.223372036854776e18, MIN),
        (1e300, MIN),
        (-1e300, MIN),
        (f64::INFINITY, MIN),
        (f64::NAN, MIN),
    ];
    for (value, expected) in to_signed {
        gives("float_to_signed.i64 $0", &[Scalar::f64(value)], int(I64, expected));
    }
    let to_unsigned = [
        (3.9, 3),
        (-1.0, -1),
        (9.223372036854776e18, MIN),
        (1.844_674_407_370_955e19, -2048),
        (1.8446744073709552e19, 0),
        (f64::NAN, MIN),
        (f64::INFINITY, 0),
        (f64::NEG_INFINITY, MIN),
    ];
    for (value, expected) in to_unsigned {
        gives("float_to_unsigned.i64 $0", &[Scalar::f64(value)], int(I64, expected));
    }
    gives("float_to_signed.i64 $0", &[Scalar::f32(-2.5)], int(I64, -2));
    gives("float_to_signed.i64 $0", &[Scalar::f32(1e20)], int(I64, MIN));
    gives("signed_to_float.f64 $0", &[int(I64, MIN)], Scalar::f64(-9.223372036854776e18));
    gives("signed_to_float.f64 $0", &[int(I64, 9_007_199_254_740_993)], Scalar::f64(9_007_199_254_740_992.0));
    gives("signed_to_float.f64 $0", &[int(I8, -1)], Scalar::f64(-1.0));
    // By way of f64 this would round twice, to 2^54.
    gives(
        "signed_to_float.f32 $0",
        &[int(I64, (1 << 54) + (1 << 30) + 1)],
        Scalar::f32(18_014_400_656_965_632.0),
    );
    gives("unsigned_to_float.f64 $0", &[int(I64, -1)], Scalar::f64(1.8446744073709552e19));
    gives("unsigned_to_float.f64 $0", &[int(I8, -1)], Scalar::f64(255.0));
    gives("unsigned_to_float.f32 $0", &[int(I32, -1)], Scalar::f32(4_294_967_296.0));
    gives("unsigned_to_float.f64 $0", &[int(I1, 1)], Scalar::f64(1.0));
    gives("promote.f64 $0", &[Scalar::f32(0.1)], Scalar::f64(0.10000000149011612));
    gives("demote.f32 $0", &[Scalar::f64(0.1)], Scalar::f32(0.1));
    gives("demote.f32 $0", &[Scalar::f64(1e300)], Scalar::f32(f32::INFINITY));
    gives("bitcast.i64 $0", &[Scalar::f64(-0.0)], int(I64, MIN));
    gives("bitcast.f64 $0", &[int(I64, 1)], Scalar::f64(5e-324));
    gives("bitcast.i32 $0", &[Scalar::f32(-1.0)], int(I32, -1_082_130_432));
    gives("bitcast.f32 $0", &[int(I32, -1)], Scalar::F32(u32::MAX));
}

#[test]
fn addresses_are_numbers() {
    gives("ptr_add $0, $1", &[int(Ptr, 100), int(I64, -4)], int(Ptr, 96));
    gives("ptr_add $0, $1", &[int(Ptr, -1), int(I64, 1)], int(Ptr, 0));
}

#[test]
fn every_operation_stands_in_a_table() {
    let tables = include_str!("scalars.rs");
    let names = UnaryOp::ALL.iter().map(|op| op.name());
    let names = names.chain(BinaryOp::ALL.iter().map(|op| op.name()));
    for name in names.chain(ConvertOp::ALL.iter().map(|op| op.name())) {
        assert!(tables.contains(&format!("\"{name}")), "{name} is tested nowhere");
    }
}

/// All pairs of bytes, against arithmetic in a wider type.
#[test]
fn bytes_exhaustively() {
    use hotloop_interp::evaluate::binary;
    for a in i8::MIN..=i8::MAX {
        for b in i8::MIN..=i8::MAX {
            let (wide_a, wide_b) = (i64::from(a), i64::from(b));
            let byte = |op| binary(op, int(I8, wide_a), int(I8, wide_b)).and_then(Scalar::as_int);
            assert_eq!(byte(BinaryOp::Iadd), Some(i64::from(a.wrapping_add(b))));
            assert_eq!(byte(BinaryOp::Imul), Some(i64::from(a.wrapping_mul(b))));
            assert_eq!(byte(BinaryOp::Shl), Some(if (0..8).contains(&b) { i64::from(a << b) } else { 0 }));
            if b == 0 {
                assert_eq!(byte(BinaryOp::SdivFloor), None);
                continue;
            }
            let floor = (wide_a as f64 / wide_b as f64).floor() as i64;
            assert_eq!(byte(BinaryOp::SdivFloor), Some(i64::from(floor as i8)), "{a} // {b}");
            assert_eq!(byte(BinaryOp::SmodFloor), Some(wide_a - floor * wide_b), "{a} % {b}");
            assert_eq!(byte(BinaryOp::Udiv), Some(i64::from((a as u8 / b as u8) as i8)));
            assert_eq!(byte(BinaryOp::Urem), Some(i64::from((a as u8 % b as u8) as i8)));
        }
    }
}

#[test]
fn conversions_of_f32_take_the_f32() {
    gives(
        "float_to_unsigned.i64 $0",
        &[Scalar::f32(1.5e19)],
        int(I64, 15_000_000_520_515_485_696_u64 as i64),
    );
}
