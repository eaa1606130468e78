//! Numbers: operators, conversions and built-in operations.

mod build;
mod machine;

use build::*;
use hotloop_hir::{BinaryOp, CompareOp, Constant, ErrorModel, Expr, ExprKind, UnaryOp};
use hotloop_interp::Scalar;
use hotloop_intrinsics::{Intrinsic, Typing};
use hotloop_mir::MachineType;
use machine::{Argument, Machine};

/// A function that returns an expression of its parameters.
fn of(parameters: &[&str], result: &str, body: impl FnOnce(&[Expr]) -> Expr) -> Build {
    let mut f = Build::new("test", result);
    let versions: Vec<_> = parameters.iter().map(|of| f.parameter("x", of)).collect();
    let reads: Vec<Expr> = versions.iter().map(|version| f.read(*version)).collect();
    f.push(give(body(&reads)));
    f
}

/// `a op b` of two parameters of one type.
fn operator(op: BinaryOp, ty: &str) -> Build {
    of(&[ty, ty], ty, |x| binary(op, x[0].clone(), x[1].clone()))
}

fn numpy(mut build: Build) -> Build {
    build.function.options.error_model = ErrorModel::Numpy;
    build
}

fn ints(op: BinaryOp, a: i64, b: i64) -> i64 {
    Machine::new(&[&operator(op, "int64")]).int(&[a.into(), b.into()])
}

fn floats(op: BinaryOp, a: f64, b: f64) -> f64 {
    Machine::new(&[&operator(op, "float64")]).float(&[a.into(), b.into()])
}

/// The bits of a float, one nan like another.
fn bits(text: &str) -> u64 {
    if text == "nan" { f64::NAN.to_bits() } else { u64::from_str_radix(text, 16).unwrap() }
}

fn canonical(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

#[test]
fn integers_wrap_and_floor() {
    assert_eq!(ints(BinaryOp::Add, i64::MAX, 1), i64::MIN);
    assert_eq!(ints(BinaryOp::FloorDiv, -7, 2), -4);
    assert_eq!(ints(BinaryOp::Mod, -7, 2), 1);
    assert_eq!(ints(BinaryOp::Mod, 7, -2), -1);
    assert_eq!(ints(BinaryOp::FloorDiv, i64::MIN, -1), i64::MIN);
    assert_eq!(ints(BinaryOp::Mod, i64::MIN, -1), 0);
    let unsigned = Machine::new(&[&operator(BinaryOp::FloorDiv, "uint64")]);
    assert_eq!(unsigned.int(&[(-2_i64).into(), 2.into()]), i64::MAX);
}

#[test]
fn float_division_gives_the_bits_of_cpython() {
    let floor = Machine::new(&[&operator(BinaryOp::FloorDiv, "float64")]);
    let modulo = Machine::new(&[&operator(BinaryOp::Mod, "float64")]);
    for line in include_str!("float_division.txt").lines().skip(1) {
        let [a, b, quotient, remainder] = line.split(' ').map(bits).collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let arguments: Vec<Argument> = vec![f64::from_bits(a).into(), f64::from_bits(b).into()];
        assert_eq!(canonical(floor.float(&arguments)), quotient, "// of {line}");
        assert_eq!(canonical(modulo.float(&arguments)), remainder, "% of {line}");
    }
}

#[test]
fn division_by_zero_raises_what_cpython_does() {
    for (op, ty, message) in [
        (BinaryOp::Div, "float64", "float division by zero"),
        (BinaryOp::FloorDiv, "float64", "float floor division by zero"),
        (BinaryOp::Mod, "float64", "float modulo by zero"),
        (BinaryOp::FloorDiv, "int64", "integer division or modulo by zero"),
        (BinaryOp::Mod, "int64", "integer modulo by zero"),
        (BinaryOp::Mod, "uint32", "integer modulo by zero"),
    ] {
        let arguments: Vec<Argument> = match ty {
            "float64" => vec![1.0.into(), (-0.0).into()],
            "int64" => vec![1.into(), 0.into()],
            _ => vec![Scalar::Int(MachineType::I32, 1).into(), Scalar::Int(MachineType::I32, 0).into()],
        };
        let error = Machine::new(&[&operator(op, ty)]).error(&arguments);
        assert_eq!(error, format!("ZeroDivisionError: {message}"), "{op:?} of {ty}");
    }
    let of_integers = of(&["int64", "int64"], "float64", |x| {
        binary(BinaryOp::Div, convert(x[0].clone(), "float64"), convert(x[1].clone(), "float64"))
    });
    let error = Machine::new(&[&of_integers]).error(&[1.into(), 0.into()]);
    assert_eq!(error, "ZeroDivisionError: division by zero");
}

#[test]
fn division_by_zero_under_the_error_model_of_numpy() {
    let run = |op, ty| Machine::new(&[&numpy(operator(op, ty))]);
    assert_eq!(run(BinaryOp::Div, "float64").float(&[1.0.into(), (-0.0).into()]), f64::NEG_INFINITY);
    assert_eq!(run(BinaryOp::FloorDiv, "float64").float(&[3.0.into(), 0.0.into()]), f64::INFINITY);
    assert!(run(BinaryOp::Mod, "float64").float(&[3.0.into(), 0.0.into()]).is_nan());
    assert_eq!(run(BinaryOp::FloorDiv, "int64").int(&[3.into(), 0.into()]), 0);
    assert_eq!(run(BinaryOp::Mod, "int64").int(&[3.into(), 0.into()]), 0);
    assert_eq!(run(BinaryOp::Mod, "int64").int(&[(-3).into(), 2.into()]), 1);
}

#[test]
fn shifts_take_any_count_that_is_not_negative() {
    assert_eq!(ints(BinaryOp::LShift, 1, 63), i64::MIN);
    assert_eq!(ints(BinaryOp::LShift, 1, 64), 0);
    assert_eq!(ints(BinaryOp::RShift, -8, 1), -4);
    assert_eq!(ints(BinaryOp::RShift, -8, i64::MAX), -1);
    let machine = Machine::new(&[&operator(BinaryOp::LShift, "int64")]);
    assert_eq!(machine.error(&[1.into(), (-1).into()]), "ValueError: negative shift count");
    let by_constant = |count| of(&["int64"], "int64", |x| binary(BinaryOp::RShift, x[0].clone(), int(count)));
    assert_eq!(Machine::new(&[&by_constant(2)]).int(&[9.into()]), 2);
    assert_eq!(Machine::new(&[&by_constant(-2)]).error(&[9.into()]), "ValueError: negative shift count");
    // The count is uint64 and above all signed numbers; the shifted one is a byte.
    let mixed = of(&["int64", "uint64"], "int64", |x| binary(BinaryOp::RShift, x[0].clone(), x[1].clone()));
    assert_eq!(Machine::new(&[&mixed]).int(&[(-5).into(), (-1).into()]), -1);
    let narrow = of(&["uint8", "int64"], "uint8", |x| binary(BinaryOp::LShift, x[0].clone(), x[1].clone()));
    let byte = |value| Argument::from(Scalar::Int(MachineType::I8, value));
    let narrow = Machine::new(&[&narrow]);
    assert_eq!(narrow.scalar(&[byte(3), 256.into()]), Scalar::Int(MachineType::I8, 0));
    assert_eq!(narrow.scalar(&[byte(3), 7.into()]), Scalar::Int(MachineType::I8, -128));
}

#[test]
fn powers() {
    let constant = |ty: &str, exponent| of(&[ty], ty, |x| binary(BinaryOp::Pow, x[0].clone(), int(exponent)));
    let float = |x: f64, exponent| Machine::new(&[&constant("float64", exponent)]).float(&[x.into()]);
    let x = 1.1_f64;
    assert_eq!(float(x, 0), 1.0);
    assert_eq!(float(x, 1), x);
    assert_eq!(float(x, 3).to_bits(), (x * (x * x)).to_bits());
    let fourth = (x * x) * (x * x);
    assert_eq!(float(x, 7).to_bits(), ((x * (x * x)) * fourth).to_bits());
    assert_eq!(float(x, -2).to_bits(), (1.0 / (x * x)).to_bits());
    assert_eq!(float(x, 100_000).to_bits(), x.powf(100_000.0).to_bits());
    let error = Machine::new(&[&constant("float64", -1)]).error(&[0.0.into()]);
    assert_eq!(error, "ZeroDivisionError: 0.0 cannot be raised to a negative power");
    let underflow = Machine::new(&[&constant("float64", -2)]).error(&[1e-310.into()]);
    assert!(underflow.starts_with("ZeroDivisionError"), "{underflow}");
    assert_eq!(Machine::new(&[&numpy(constant("float64", -1))]).float(&[(-0.0).into()]), f64::NEG_INFINITY);
    assert!(floats(BinaryOp::Pow, -8.0, 0.5).is_nan());

    assert_eq!(Machine::new(&[&constant("int64", 5)]).int(&[(-3).into()]), -243);
    for (base, exponent, power) in
        [(3, 0, 1), (3, 4, 81), (-2, 63, i64::MIN), (7, 40, 7_i64.wrapping_pow(40)), (0, 0, 1)]
    {
        assert_eq!(ints(BinaryOp::Pow, base, exponent), power);
    }
    let error = Machine::new(&[&operator(BinaryOp::Pow, "int64")]).error(&[2.into(), (-1).into()]);
    assert_eq!(error, "ValueError: Integers to negative integer powers are not allowed.");
}

#[test]
fn comparisons_are_by_value() {
    let operators =
        [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];
    let holds = |op, order: Option<std::cmp::Ordering>| match op {
        CompareOp::Eq => order.is_some_and(|order| order.is_eq()),
        CompareOp::Ne => order.is_none_or(|order| order.is_ne()),
        CompareOp::Lt => order.is_some_and(|order| order.is_lt()),
        CompareOp::Le => order.is_some_and(|order| order.is_le()),
        CompareOp::Gt => order.is_some_and(|order| order.is_gt()),
        CompareOp::Ge => order.is_some_and(|order| order.is_ge()),
    };
    let values = [0, 1, -1, 5, i64::MAX, i64::MIN];
    for op in operators {
        let run = |a: &str, b: &str| {
            Machine::new(&[&of(&[a, b], "bool", |x| compare(op, x[0].clone(), x[1].clone()))])
        };
        let machines =
            [run("int64", "int64"), run("int64", "uint64"), run("uint64", "int64"), run("uint64", "uint64")];
        for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (*a, *b))) {
            let wide =
                |value: i64, is_signed| if is_signed { i128::from(value) } else { i128::from(value as u64) };
            for (number, machine) in machines.iter().enumerate() {
                let order = wide(a, number < 2).cmp(&wide(b, number % 2 == 0));
                let expected = Scalar::Int(MachineType::I1, i64::from(holds(op, Some(order))));
                assert_eq!(machine.scalar(&[a.into(), b.into()]), expected, "{op:?} {a} {b} {number}");
            }
        }
        let machine = run("float64", "float64");
        for (a, b) in [(0.0, -0.0), (1.0, 2.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0)] {
            let expected = Scalar::Int(MachineType::I1, i64::from(holds(op, f64::partial_cmp(&a, &b))));
            assert_eq!(machine.scalar(&[a.into(), b.into()]), expected, "{op:?} {a} {b}");
        }
    }
}

#[test]
fn conversions() {
    let run = |from: &str, to: &str, value: Argument| {
        Machine::new(&[&of(&[from], to, |x| convert(x[0].clone(), to))]).scalar(&[value])
    };
    let int = Scalar::Int;
    assert_eq!(run("float64", "int64", (-2.9).into()), int(MachineType::I64, -2));
    assert_eq!(run("float64", "int64", f64::NAN.into()), int(MachineType::I64, i64::MIN));
    assert_eq!(run("float64", "uint64", 1.8e19.into()), int(MachineType::I64, 1.8e19 as u64 as i64));
    assert_eq!(run("float64", "uint8", 300.7.into()), int(MachineType::I8, 44));
    assert_eq!(run("float64", "bool", f64::NAN.into()), int(MachineType::I1, 1));
    assert_eq!(run("int64", "bool", 256.into()), int(MachineType::I1, 1));
    assert_eq!(run("bool", "float64", int(MachineType::I1, 1).into()), Scalar::f64(1.0));
    assert_eq!(run("bool", "int16", int(MachineType::I1, 1).into()), int(MachineType::I16, 1));
    assert_eq!(run("int8", "int64", int(MachineType::I8, -3).into()), int(MachineType::I64, -3));
    assert_eq!(run("uint8", "int64", int(MachineType::I8, -3).into()), int(MachineType::I64, 253));
    assert_eq!(run("uint64", "float64", (-1).into()), Scalar::f64(18446744073709551615.0));
    assert_eq!(run("int64", "int8", 300.into()), int(MachineType::I8, 44));
    assert_eq!(run("int64", "float32", 16777217.into()), Scalar::F32(16777216.0_f32.to_bits()));
    assert_eq!(run("float64", "float32", 0.1.into()), Scalar::F32(0.1_f32.to_bits()));
}

#[test]
fn constants_are_in_canonical_form() {
    let constant = |value, ty: &str| {
        let build = of(&[], ty, |_| Expr::constant(value, build::ty(ty)));
        Machine::new(&[&build]).scalar(&[])
    };
    assert_eq!(constant(Constant::Int(200), "uint8"), Scalar::Int(MachineType::I8, -56));
    assert_eq!(constant(Constant::Float(0.1_f32.into()), "float32"), Scalar::F32(0.1_f32.to_bits()));
    assert_eq!(constant(Constant::Bool(true), "bool"), Scalar::Int(MachineType::I1, 1));
}

fn of_float(operation: Intrinsic, result: &str, x: f64) -> Scalar {
    let build = of(&["float64"], result, |arguments| intrinsic(operation, arguments.to_vec(), result));
    Machine::new(&[&build]).scalar(&[x.into()])
}

fn of_ints(operation: Intrinsic, a: i64, b: i64) -> i64 {
    let build = of(&["int64", "int64"], "int64", |x| intrinsic(operation, x.to_vec(), "int64"));
    Machine::new(&[&build]).int(&[a.into(), b.into()])
}

#[test]
fn rounding() {
    for (x, expected) in [(2.5, 2), (3.5, 4), (-0.5, 0), (1e300, i64::MIN)] {
        assert_eq!(of_float(Intrinsic::Round, "int64", x), Scalar::i64(expected));
    }
    assert_eq!(of_float(Intrinsic::MathFloor, "int64", -1.5), Scalar::i64(-2));
    assert_eq!(of_float(Intrinsic::MathCeil, "int64", -1.5), Scalar::i64(-1));
    assert_eq!(of_float(Intrinsic::MathTrunc, "int64", -1.5), Scalar::i64(-1));
    assert_eq!(of_float(Intrinsic::Floor, "float64", -1.5), Scalar::f64(-2.0));
    assert_eq!(of_float(Intrinsic::Rint, "float64", 2.5), Scalar::f64(2.0));
    let digits =
        of(&["float64"], "float64", |x| intrinsic(Intrinsic::Round, vec![x[0].clone(), int(2)], "float64"));
    assert_eq!(Machine::new(&[&digits]).float(&[2.675.into()]), 2.67);
}

#[test]
fn extremes_take_the_first_of_equal_ones_as_python() {
    let build = |operation| {
        of(&["float64", "float64", "float64"], "float64", |x| intrinsic(operation, x.to_vec(), "float64"))
    };
    let (min, max) = (Machine::new(&[&build(Intrinsic::Min)]), Machine::new(&[&build(Intrinsic::Max)]));
    let call = |machine: &Machine, x: [f64; 3]| machine.float(&x.map(Argument::from));
    assert_eq!(call(&min, [2.0, 1.0, 3.0]), 1.0);
    assert_eq!(call(&max, [2.0, 1.0, 3.0]), 3.0);
    assert_eq!(call(&min, [0.0, -0.0, 0.0]).to_bits(), 0.0_f64.to_bits());
    assert!(call(&min, [f64::NAN, 1.0, 2.0]).is_nan());
    assert_eq!(call(&max, [1.0, f64::NAN, 2.0]), 2.0);
    assert_eq!(of_ints(Intrinsic::Min, -3, 4), -3);
    assert_eq!(of_ints(Intrinsic::Max, -3, 4), 4);
}

#[test]
fn absolute_values_and_divisors() {
    let absolute = of(&["int64"], "int64", |x| intrinsic(Intrinsic::Abs, x.to_vec(), "int64"));
    let absolute = Machine::new(&[&absolute]);
    assert_eq!(absolute.int(&[(-5).into()]), 5);
    assert_eq!(absolute.int(&[i64::MIN.into()]), i64::MIN);
    assert_eq!(of_float(Intrinsic::Abs, "float64", -0.0), Scalar::f64(0.0));
    for (a, b, divisor) in [(12, 18, 6), (-12, 18, 6), (0, 0, 0), (0, -7, 7), (i64::MIN, 6, 2)] {
        assert_eq!(of_ints(Intrinsic::Gcd, a, b), divisor);
    }
}

#[test]
fn classification_and_angles() {
    let truth = |value| Scalar::Int(MachineType::I1, i64::from(value));
    for x in [0.0, -1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX] {
        assert_eq!(of_float(Intrinsic::IsNan, "bool", x), truth(x.is_nan()));
        assert_eq!(of_float(Intrinsic::IsInf, "bool", x), truth(x.is_infinite()));
        assert_eq!(of_float(Intrinsic::IsFinite, "bool", x), truth(x.is_finite()));
    }
    assert_eq!(of_float(Intrinsic::Degrees, "float64", 1.0), Scalar::f64(180.0 / std::f64::consts::PI));
    assert_eq!(
        of_float(Intrinsic::Radians, "float64", 90.0),
        Scalar::f64(90.0 * (std::f64::consts::PI / 180.0))
    );
    assert_eq!(of_float(Intrinsic::Sqrt, "float64", 2.0), Scalar::f64(2.0_f64.sqrt()));
}

#[test]
fn math_functions_of_float32() {
    let run = |operation, x: f32| {
        let build =
            of(&["float32"], "float32", |arguments| intrinsic(operation, arguments.to_vec(), "float32"));
        Machine::new(&[&build]).scalar(&[Scalar::F32(x.to_bits()).into()])
    };
    // There is a `sinf`; the tangent goes by way of float64.
    assert_eq!(run(Intrinsic::Sin, 1.0), Scalar::F32(1.0_f32.sin().to_bits()));
    assert_eq!(run(Intrinsic::Tan, 1.0), Scalar::F32((1.0_f64.tan() as f32).to_bits()));
    let power = of(&["float32"], "float32", |x| binary(BinaryOp::Pow, x[0].clone(), int(2)));
    let argument = Scalar::F32(1.1_f32.to_bits());
    assert_eq!(
        Machine::new(&[&power]).scalar(&[argument.into()]),
        Scalar::F32((1.1_f32 * 1.1_f32).to_bits())
    );
}

#[test]
fn a_logarithm_to_a_base_is_a_quotient() {
    let build =
        || of(&["float64", "float64"], "float64", |x| intrinsic(Intrinsic::LogBase, x.to_vec(), "float64"));
    let machine = Machine::new(&[&build()]);
    assert_eq!(machine.float(&[8.0.into(), 2.0.into()]), 8.0_f64.ln() / 2.0_f64.ln());
    assert_eq!(machine.error(&[8.0.into(), 1.0.into()]), "ZeroDivisionError: float division by zero");
    assert_eq!(Machine::new(&[&numpy(build())]).float(&[8.0.into(), 1.0.into()]), f64::INFINITY);
}

#[test]
fn divmod_gives_both() {
    let build = |ty: &str| {
        let mut f = Build::new("test", ty);
        let (a, b) = (f.parameter("a", ty), f.parameter("b", ty));
        let tuple = format!("Tuple({ty}, {ty})");
        let both = f.version("both", &tuple);
        let pair = intrinsic(Intrinsic::Divmod, vec![f.read(a), f.read(b)], &tuple);
        f.push(assign(both, pair));
        let item = |number| expr(ExprKind::TupleItem(Box::new(f.read(both)), number), build::ty(ty));
        let product = binary(BinaryOp::Mul, item(0), f.read(b));
        let sum = binary(BinaryOp::Add, product, item(1));
        f.push(give(sum));
        f
    };
    assert_eq!(Machine::new(&[&build("int64")]).int(&[(-17).into(), 5.into()]), -17);
    let floats = Machine::new(&[&build("float64")]);
    assert_eq!(floats.float(&[(-17.0).into(), 5.0.into()]), -17.0);
    assert_eq!(floats.error(&[1.0.into(), 0.0.into()]), "ZeroDivisionError: float divmod()");
}

#[test]
fn unary_operators() {
    let run = |op, ty: &str, value: Argument| {
        let build = of(&[ty], ty, |x| expr(ExprKind::Unary(op, Box::new(x[0].clone())), build::ty(ty)));
        Machine::new(&[&build]).scalar(&[value])
    };
    assert_eq!(run(UnaryOp::Neg, "int64", i64::MIN.into()), Scalar::i64(i64::MIN));
    assert_eq!(run(UnaryOp::Neg, "float64", 0.0.into()), Scalar::f64(-0.0));
    assert_eq!(run(UnaryOp::Invert, "int64", 5.into()), Scalar::i64(-6));
    assert_eq!(
        run(UnaryOp::Not, "bool", Scalar::Int(MachineType::I1, 1).into()),
        Scalar::Int(MachineType::I1, 0)
    );
}

/// `and`, `or` and conditional expressions, whose right sides raise where they must not be evaluated.
#[test]
fn what_is_not_needed_is_not_evaluated() {
    let reciprocal = |x: &Expr| binary(BinaryOp::Div, float(1.0), x.clone());
    let is_large = |x: &Expr| compare(CompareOp::Gt, reciprocal(x), float(1.0));
    let is_nonzero = |x: &Expr| compare(CompareOp::Ne, x.clone(), float(0.0));
    let both = of(&["float64"], "bool", |x| {
        expr(ExprKind::And(Box::new(is_nonzero(&x[0])), Box::new(is_large(&x[0]))), build::ty("bool"))
    });
    let either = of(&["float64"], "bool", |x| {
        let is_zero = expr(ExprKind::Unary(UnaryOp::Not, Box::new(is_nonzero(&x[0]))), build::ty("bool"));
        expr(ExprKind::Or(Box::new(is_zero), Box::new(is_large(&x[0]))), build::ty("bool"))
    });
    let choice =
        of(&["float64"], "float64", |x| conditional(is_nonzero(&x[0]), reciprocal(&x[0]), float(-1.0)));
    let truth = |value: bool| Scalar::Int(MachineType::I1, i64::from(value));
    let (both, either) = (Machine::new(&[&both]), Machine::new(&[&either]));
    for (x, large) in [(0.0, None), (0.5, Some(true)), (2.0, Some(false))] {
        assert_eq!(both.scalar(&[x.into()]), truth(large == Some(true)));
        assert_eq!(either.scalar(&[x.into()]), truth(large != Some(false)));
    }
    let choice = Machine::new(&[&choice]);
    assert_eq!(choice.float(&[0.0.into()]), -1.0);
    assert_eq!(choice.float(&[4.0.into()]), 0.25);
}

#[test]
fn a_cheap_choice_is_a_selection() {
    let build = of(&["int64"], "int64", |x| {
        let is_even = compare(CompareOp::Eq, binary(BinaryOp::Mod, x[0].clone(), int(2)), int(0));
        let tripled = binary(BinaryOp::Add, binary(BinaryOp::Mul, int(3), x[0].clone()), int(1));
        conditional(is_even, binary(BinaryOp::FloorDiv, x[0].clone(), int(2)), tripled)
    });
    assert_eq!(machine::lower(&build).layout.len(), 1);
    assert_eq!(Machine::new(&[&build]).int(&[7.into()]), 22);
    assert_eq!(Machine::new(&[&build]).int(&[(-7 - 1).into()]), -4);
}

#[test]
fn a_deep_expression_needs_little_stack() {
    let build = of(&["float64"], "float64", |x| {
        (0..900).fold(x[0].clone(), |sum, _| binary(BinaryOp::Add, sum, float(1.0)))
    });
    assert_eq!(Machine::new(&[&build]).float(&[0.5.into()]), 900.5);
}

/// A new row of the table must not wait for a program that uses it.
#[test]
fn every_operation_of_the_table_is_known() {
    for operation in Intrinsic::ALL {
        let (parameters, result): (&[&str], &str) = match operation.typing() {
            Typing::Float | Typing::Integral | Typing::Absolute => (&["float64"], "float64"),
            Typing::FloatFloat | Typing::Power | Typing::LogBase => (&["float64", "float64"], "float64"),
            Typing::FloatToInt | Typing::Round => (&["float64"], "int64"),
            Typing::FloatToBool => (&["float64"], "bool"),
            Typing::Extremum | Typing::Gcd => (&["int64", "int64"], "int64"),
            Typing::Divmod => (&["int64", "int64"], "Tuple(int64, int64)"),
            Typing::Length => (&["float64[:]"], "int64"),
            Typing::Ldexp => (&["float64", "int64"], "float64"),
            Typing::OfComplex | Typing::ComplexLog => (&["complex128"], "complex128"),
            Typing::ComplexRect => (&["float64", "float64"], "complex128"),
            Typing::ComplexPhase => (&["complex128"], "float64"),
            Typing::ComplexToBool => (&["complex128"], "bool"),
            Typing::ComplexIsClose => (&["complex128", "complex128", "float64", "float64"], "bool"),
            Typing::ComplexPolar => continue,
            Typing::OfIntegers => (&["int64", "int64"], "int64"),
            Typing::PowModulo => (&["int64", "int64", "int64"], "int64"),
            Typing::Hash => (&["float64"], "int64"),
            Typing::Double => (&["float64"], "float64"),
            Typing::FloatFloatFloat => (&["float64", "float64", "float64"], "float64"),
            Typing::IsClose => (&["float64", "float64", "float64", "float64"], "bool"),
            Typing::Hypot => (&["float64", "float64"], "float64"),
            // Made of other operations by inference.
            Typing::Random
            | Typing::WholeArrays
            | Typing::Threads
            | Typing::SplitFloat
            | Typing::OfTuple
            | Typing::OfItems
            | Typing::Operator
            | Typing::Reduction => {
                continue;
            }
            Typing::OfInteger => (&["int64"], "int64"),
            Typing::Complex => match operation {
                Intrinsic::Complex => (&["float64", "float64"], "complex128"),
                Intrinsic::Conjugate => (&["complex128"], "complex128"),
                _ => (&["complex128"], "float64"),
            },
            Typing::Counting
            | Typing::LoopHead
            | Typing::TupleItems
            | Typing::TypeTest
            | Typing::TypeFact
            | Typing::TypeOf
            | Typing::Class
            | Typing::NewArray(_)
            | Typing::Arrangement
            | Typing::NewArrayLike(_)
            | Typing::Elements
            | Typing::ElementPair
            | Typing::Object => continue,
        };
        machine::lower(&of(parameters, result, |x| intrinsic(*operation, x.to_vec(), result)));
    }
}
