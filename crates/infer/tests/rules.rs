//! The types of operations on scalars, as Numba 0.68.1 answers.
//!
//! Rows and columns are bool, int8 to int64, uint8 to uint64, float32, float64; `-` marks what is refused. Where Hotloop differs on purpose,
//! a test says so.

mod world;

use world::World;

const DTYPES: [&str; 11] =
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"];

/// The short form of a result.
fn short(ty: &str) -> String {
    let names = [
        ("bool", "b"),
        ("uint8", "u1"),
        ("uint16", "u2"),
        ("uint32", "u4"),
        ("uint64", "u8"),
        ("int8", "i1"),
        ("int16", "i2"),
        ("int32", "i4"),
        ("int64", "i8"),
        ("float32", "f4"),
        ("float64", "f8"),
    ];
    names.iter().find(|(long, _)| *long == ty).map_or(ty, |(_, short)| *short).to_owned()
}

fn result(world: &World, types: &str) -> String {
    world.infer("f", types).map_or_else(|_| "-".to_owned(), |function| short(&function.result.to_string()))
}

fn binary(expression: &str, table: &str) {
    let world = World::new(&format!("def f(x, y):\n    return {expression}\n"));
    let rows: Vec<Vec<&str>> = table.trim().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), DTYPES.len());
    for (row, x) in rows.iter().zip(DTYPES) {
        for (cell, y) in row.iter().zip(DTYPES) {
            assert_eq!(result(&world, &format!("({x}, {y})")), *cell, "{expression} of {x}, {y}");
        }
    }
}

fn unary(expression: &str, row: &str) {
    let world = World::new(&format!("def f(x):\n    return {expression}\n"));
    let found: Vec<String> = DTYPES.iter().map(|x| result(&world, &format!("({x},)"))).collect();
    assert_eq!(found.join(" "), row.split_whitespace().collect::<Vec<_>>().join(" "), "{expression}");
}

const ARITHMETIC: &str = "
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f8  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f8  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f4  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8
    f4  f4  f4  f8  f8  f4  f8  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8";

const DIVISION: &str = "
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f4  f4  f4  f8  f8  f4  f8  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8";

/// Numba says float32 for bool ** int32, by accident; Hotloop int64.
const POWER: &str = "
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f4  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f8  f8
    i8  i8  i8  i8  i8  i8  i8  i8  i8  f8  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f4  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8
    i8  i8  i8  i8  i8  u8  u8  u8  u8  f8  f8
    f4  f4  f4  f4  f4  f4  f4  f4  f4  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8";

const SHIFT: &str = "
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    u8  u8  u8  u8  u8  u8  u8  u8  u8  -   -
    u8  u8  u8  u8  u8  u8  u8  u8  u8  -   -
    u8  u8  u8  u8  u8  u8  u8  u8  u8  -   -
    u8  u8  u8  u8  u8  u8  u8  u8  u8  -   -
    -   -   -   -   -   -   -   -   -   -   -
    -   -   -   -   -   -   -   -   -   -   -";

const BITS: &str = "
    b   i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  i8  i8  i8  i8  -   -
    i8  i8  i8  i8  i8  u8  u8  u8  u8  -   -
    i8  i8  i8  i8  i8  u8  u8  u8  u8  -   -
    i8  i8  i8  i8  i8  u8  u8  u8  u8  -   -
    i8  i8  i8  i8  i8  u8  u8  u8  u8  -   -
    -   -   -   -   -   -   -   -   -   -   -
    -   -   -   -   -   -   -   -   -   -   -";

const JOIN: &str = "
    b   i1  i2  i4  i8  u1  u2  u4  u8  f4  f8
    i1  i1  i2  i4  i8  i2  i4  i8  f8  f4  f8
    i2  i2  i2  i4  i8  i2  i4  i8  f8  f4  f8
    i4  i4  i4  i4  i8  i4  i4  i8  f8  f8  f8
    i8  i8  i8  i8  i8  i8  i8  i8  f8  f8  f8
    u1  i2  i2  i4  i8  u1  u2  u4  u8  f4  f8
    u2  i4  i4  i4  i8  u2  u2  u4  u8  f4  f8
    u4  i8  i8  i8  i8  u4  u4  u4  u8  f8  f8
    u8  f8  f8  f8  f8  u8  u8  u8  u8  f8  f8
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8";

const NUMPY_FLOAT: &str = "
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8
    f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f8
    f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8";

#[test]
fn operators() {
    for operator in ["+", "-", "*", "//", "%"] {
        binary(&format!("x {operator} y"), ARITHMETIC);
    }
    binary("x / y", DIVISION);
    binary("x ** y", POWER);
    binary("pow(x, y)", POWER);
    for operator in ["<<", ">>"] {
        binary(&format!("x {operator} y"), SHIFT);
    }
    for operator in ["&", "|", "^"] {
        binary(&format!("x {operator} y"), BITS);
    }
    for operator in ["<", "<=", "==", "!=", ">", ">="] {
        binary(&format!("x {operator} y"), &format!("{}\n", ["b"; 11].join(" ")).repeat(11));
    }
}

#[test]
fn joins_and_extrema() {
    for expression in ["x if x > y else y", "min(x, y)", "max(y, x)", "x or y", "y and x"] {
        binary(expression, JOIN);
    }
}

#[test]
fn functions_of_two_numbers() {
    for function in ["atan2", "hypot", "copysign", "nextafter", "fmod"] {
        binary(&format!("math.{function}(x, y)"), DIVISION);
    }
    for function in ["arctan2", "hypot", "copysign", "nextafter"] {
        binary(&format!("np.{function}(x, y)"), NUMPY_FLOAT);
    }
}

#[test]
fn unary_operators_and_functions() {
    unary("-x", "i8 i8 i8 i8 i8 u8 u8 u8 u8 f4 f8");
    unary("+x", "i8 i8 i8 i8 i8 u8 u8 u8 u8 f4 f8");
    unary("~x", "b i8 i8 i8 i8 u8 u8 u8 u8 - -");
    unary("not x", "b b b b b b b b b b b");
    // Numba says int8 for abs(bool) and refuses float(bool).
    unary("abs(x)", "i8 i1 i2 i4 i8 u1 u2 u4 u8 f4 f8");
    unary("float(x)", "f8 f8 f8 f8 f8 f8 f8 f8 f8 f4 f8");
    unary("np.abs(x)", "b i1 i2 i4 i8 u1 u2 u4 u8 f4 f8");
    unary("round(x)", "i8 i8 i8 i8 i8 i8 i8 i8 i8 i8 i8");
    unary("int(x)", "i8 i1 i2 i4 i8 u1 u2 u4 u8 i8 i8");
    unary("bool(x)", "b b b b b b b b b b b");
    unary("np.float32(x)", "f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4");
    unary("np.uint8(x)", "u1 u1 u1 u1 u1 u1 u1 u1 u1 u1 u1");
    for function in ["sqrt", "exp", "sin", "fabs", "gamma", "log", "degrees", "exp2"] {
        unary(&format!("math.{function}(x)"), "f8 f8 f8 f8 f8 f8 f8 f8 f8 f4 f8");
    }
    for function in ["sqrt", "exp", "rint", "fabs", "log", "cbrt"] {
        unary(&format!("np.{function}(x)"), "f4 f4 f4 f8 f8 f4 f4 f8 f8 f4 f8");
    }
    for function in ["floor", "ceil", "trunc"] {
        unary(&format!("math.{function}(x)"), "i8 i8 i8 i8 i8 u8 u8 u8 u8 i8 i8");
        unary(&format!("np.{function}(x)"), "b i1 i2 i4 i8 u1 u2 u4 u8 f4 f8");
    }
    for function in ["isnan", "isinf", "isfinite"] {
        unary(&format!("math.{function}(x)"), "b b b b b b b b b b b");
    }
}

#[test]
fn literals_are_int64_and_float64() {
    unary("x + 1", "i8 i8 i8 i8 i8 i8 i8 i8 i8 f8 f8");
    unary("x * 2.0", "f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8");
    unary("x << 1", "i8 i8 i8 i8 i8 u8 u8 u8 u8 - -");
    unary("x ** 2", "i8 i8 i8 i8 i8 i8 i8 i8 i8 f4 f8");
    // Of an integer, Numba gives 0; Python a float.
    unary("x ** -2", "f8 f8 f8 f8 f8 f8 f8 f8 f8 f4 f8");
    unary("18446744073709551615", "u8 u8 u8 u8 u8 u8 u8 u8 u8 u8 u8");
    unary("-9223372036854775808", "i8 i8 i8 i8 i8 i8 i8 i8 i8 i8 i8");
}
