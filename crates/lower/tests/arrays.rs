//! Arrays: elements, attributes, new arrays, and calls that take and give them.

mod build;
mod machine;

use build::*;
use hotloop_diagnostics::{FileId, Span};
use hotloop_hir::{ArrayAttribute, BinaryOp, Constant, Expr, ExprKind, Fill, Stmt, StmtKind, Version};
use hotloop_interp::Scalar;
use hotloop_mir::{InstKind, MachineType};
use hotloop_types::Type;
use machine::{Argument, Machine, lower};

/// `x[i]` of a vector.
fn element(index: &str) -> Build {
    let mut f = Build::new("element", "float64");
    let (x, i) = (f.parameter("x", "float64[:]"), f.parameter("i", index));
    let index = f.read(i);
    f.push(give(f.element(x, vec![index])));
    f
}

#[test]
fn indices_wrap_and_are_checked() {
    let machine = Machine::new(&[&element("int64")]);
    let get = |i: i64| [vec![1.0, 2.0, 3.0].into(), i.into()];
    assert_eq!(machine.float(&get(2)), 3.0);
    assert_eq!(machine.float(&get(-3)), 1.0);
    for i in [3, -4, i64::MAX, i64::MIN] {
        let error = machine.error(&get(i));
        assert!(error.starts_with("IndexError"), "{error}");
    }
    let unsigned = Machine::new(&[&element("uint64")]);
    assert_eq!(unsigned.float(&get(2)), 3.0);
    assert!(unsigned.error(&get(-1)).starts_with("IndexError"));
    let byte = |i: i64| [vec![1.0, 2.0].into(), Scalar::Int(MachineType::I8, i).into()];
    assert_eq!(Machine::new(&[&element("int8")]).float(&byte(-2)), 1.0);
    assert!(Machine::new(&[&element("uint8")]).error(&byte(-2)).starts_with("IndexError"));
}

#[test]
fn unchecked_indices_wrap_too() {
    let mut build = element("int64");
    build.function.options.boundscheck = false;
    assert_eq!(Machine::new(&[&build]).float(&[vec![1.0, 2.0].into(), (-1).into()]), 2.0);
    assert!(!lower(&build).insts.values().any(|inst| matches!(inst.kind, InstKind::CheckBounds { .. })));
}

/// `m[i, j] = m[i, j] + 10; return m[j, i]`
fn matrix(layout: &str) -> Build {
    let mut f = Build::new("matrix", "float64");
    let m = f.parameter("m", layout);
    let (i, j) = (f.parameter("i", "int64"), f.parameter("j", "int64"));
    let here = || vec![f.read(i), f.read(j)];
    let value = binary(BinaryOp::Add, f.element(m, here()), float(10.0));
    let store = f.store(m, here(), value);
    let there = f.element(m, vec![f.read(j), f.read(i)]);
    f.push(store);
    f.push(give(there));
    f
}

#[test]
fn matrices_of_every_layout() {
    let items = vec![0.0, 1.0, 2.0, 3.0];
    for (layout, is_f) in [
        ("float64[:, :]", false),
        ("float64[:, ::1]", false),
        ("float64[::1, :]", true),
        ("float64[:, :]", true),
    ] {
        let argument = Argument::Matrix { rows: 2, columns: 2, is_f, items: items.clone() };
        let ran = Machine::new(&[&matrix(layout)]).run(&[argument, 0.into(), 1.into()]);
        let (other, changed) =
            if is_f { (1.0, vec![0.0, 12.0, 1.0, 3.0]) } else { (2.0, vec![0.0, 11.0, 2.0, 3.0]) };
        assert_eq!(ran.result, Ok(vec![Scalar::f64(other)]), "{layout}");
        assert_eq!(ran.arguments, vec![changed], "{layout}");
    }
    let argument = Argument::Matrix { rows: 2, columns: 2, is_f: false, items };
    let error = Machine::new(&[&matrix("float64[:, ::1]")]).error(&[argument, 1.into(), 2.into()]);
    assert!(error.starts_with("IndexError") && error.contains('1'), "{error}");
}

/// The inner address of a contiguous matrix is a row's address plus a shifted index.
#[test]
fn addresses_of_contiguous_arrays_are_shifts() {
    let text = lower(&matrix("float64[:, ::1]")).to_string();
    assert_eq!(text.matches("= shl ").count(), 3, "{text}");
    assert_eq!(text.matches("= imul ").count(), 3, "{text}");
}

#[test]
fn an_array_of_no_dimensions_has_one_element() {
    let mut f = Build::new("point", "float64");
    let x = f.version("x", "Array(float64, 0, 'C')");
    f.push(assign(x, new_array("Array(float64, 0, 'C')", Fill::Value(Box::new(float(2.5))), vec![])));
    let value = binary(BinaryOp::Mul, f.element(x, vec![]), float(2.0));
    let store = f.store(x, vec![], value);
    f.push(store);
    let result = f.element(x, vec![]);
    f.push(give(result));
    assert_eq!(Machine::new(&[&f]).float(&[]), 5.0);
}

#[test]
fn truth_values_lie_in_bytes() {
    let mut f = Build::new("flags", "bool");
    let x = f.parameter("x", "bool[::1]");
    let store = f.store(x, vec![int(0)], boolean(true));
    f.push(store);
    let flag = f.element(x, vec![int(0)]);
    f.push(give(flag));
    let machine = Machine::new(&[&f]);
    assert_eq!(machine.scalar(&[Argument::Bytes(vec![0, 0])]), Scalar::Int(MachineType::I1, 1));
}

/// The value is evaluated before array and index.
#[test]
fn a_store_evaluates_the_value_first() {
    let mut f = Build::new("order", "none");
    let (x, zero) = (f.parameter("x", "float64[:]"), f.parameter("zero", "float64"));
    let value = binary(BinaryOp::Div, float(1.0), f.read(zero));
    let store = f.store(x, vec![int(100)], value);
    f.push(store);
    let error = Machine::new(&[&f]).error(&[vec![1.0].into(), 0.0.into()]);
    assert!(error.starts_with("ZeroDivisionError"), "{error}");
}

fn attribute(of: Expr, attribute: ArrayAttribute, ty: Type) -> Expr {
    expr(ExprKind::ArrayAttribute(Box::new(of), attribute), ty)
}

/// `size * 10000 + shape[axis] * 100 + strides[axis]`, the axis at run time.
#[test]
fn attributes() {
    let mut f = Build::new("attributes", "int64");
    let (m, axis) = (f.parameter("m", "float64[:, ::1]"), f.parameter("axis", "int64"));
    let pair = || Type::tuple([Type::INT64, Type::INT64]);
    let item = |of: ArrayAttribute| {
        let tuple = Box::new(attribute(f.read(m), of, pair()));
        expr(ExprKind::TupleElement { tuple, index: Box::new(f.read(axis)) }, Type::INT64)
    };
    let size = attribute(f.read(m), ArrayAttribute::Size, Type::INT64);
    let size = binary(BinaryOp::Mul, size, int(10_000));
    let shape = binary(BinaryOp::Mul, item(ArrayAttribute::Shape), int(100));
    let sum = binary(BinaryOp::Add, binary(BinaryOp::Add, size, shape), item(ArrayAttribute::Strides));
    f.push(give(sum));
    let machine = Machine::new(&[&f]);
    let of =
        |axis: i64| [Argument::Matrix { rows: 2, columns: 3, is_f: false, items: vec![0.0; 6] }, axis.into()];
    assert_eq!(machine.int(&of(0)), 60_224);
    assert_eq!(machine.int(&of(1)), 60_308);
    assert_eq!(machine.int(&of(-2)), 60_224);
    assert_eq!(machine.error(&of(2)), "IndexError: tuple index out of range");
    assert_eq!(machine.error(&of(-3)), "IndexError: tuple index out of range");
}

/// A new vector of the given length.
fn made(fill: Fill) -> Build {
    let mut f = Build::new("made", "float64[::1]");
    let n = f.parameter("n", "int64");
    let array = new_array("float64[::1]", fill, vec![f.read(n)]);
    f.push(give(array));
    f
}

#[test]
fn new_arrays() {
    assert_eq!(Machine::new(&[&made(Fill::Zeros)]).vector(&[3.into()]), [0.0; 3]);
    assert_eq!(Machine::new(&[&made(Fill::Value(Box::new(float(1.5))))]).vector(&[3.into()]), [1.5; 3]);
    assert_eq!(Machine::new(&[&made(Fill::Value(Box::new(float(0.0))))]).vector(&[2.into()]), [0.0; 2]);
    let negative_zero = Machine::new(&[&made(Fill::Value(Box::new(float(-0.0))))]).vector(&[1.into()]);
    assert_eq!(negative_zero[0].to_bits(), (-0.0_f64).to_bits());
    let empty = Machine::new(&[&made(Fill::Empty)]);
    assert_eq!(empty.vector(&[0.into()]), []);
    assert_eq!(empty.error(&[(-1).into()]), "ValueError: negative dimensions are not allowed");
    let too_big = "ValueError: array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";
    assert_eq!(empty.error(&[i64::MAX.into()]), too_big);
    assert_eq!(empty.error(&[(i64::MAX / 8 + 1).into()]), too_big);
    assert!(empty.error(&[(i64::MAX / 8).into()]).starts_with("MemoryError"));
}

#[test]
fn new_matrices_have_the_strides_of_their_layout() {
    for (layout, expected) in [("int32[:, :, ::1]", [48, 16, 4]), ("int32[::1, :, :]", [4, 8, 24])] {
        let mut f = Build::new("cube", "int64");
        let lengths: Vec<Version> = (0..3).map(|_| f.parameter("n", "int64")).collect();
        let cube = f.version("cube", layout);
        let shape = lengths.iter().map(|length| f.read(*length)).collect();
        f.push(assign(cube, new_array(layout, Fill::Zeros, shape)));
        let triple = Type::tuple([Type::INT64, Type::INT64, Type::INT64]);
        let strides = attribute(f.read(cube), ArrayAttribute::Strides, triple);
        let item = |axis| expr(ExprKind::TupleItem(Box::new(strides.clone()), axis), Type::INT64);
        let hundreds = binary(BinaryOp::Mul, item(1), int(100));
        let code = binary(BinaryOp::Add, binary(BinaryOp::Mul, item(0), int(10_000)), hundreds);
        f.push(give(binary(BinaryOp::Add, code, item(2))));
        let machine = Machine::new(&[&f]);
        let [a, b, c] = expected;
        assert_eq!(machine.int(&[2.into(), 3.into(), 4.into()]), a * 10_000 + b * 100 + c);
        let huge = machine.error(&[(1 << 30).into(), (1 << 30).into(), (1 << 30).into()]);
        assert!(huge.starts_with("ValueError: array is too big"), "{huge}");
    }
}

/// `first(x) = x[0]`, and callers of it.
fn first() -> Build {
    let mut f = Build::new("first", "float64");
    let x = f.parameter("x", "float64[:]");
    let element = f.element(x, vec![int(0)]);
    f.push(give(element));
    f
}

#[test]
fn a_parameter_is_passed_on_by_its_descriptor() {
    let mut f = Build::new("caller", "float64");
    let x = f.parameter("x", "float64[:]");
    let first_of = f.callee("first", &["float64[:]"], "float64");
    let call = f.call(first_of, vec![f.read(x)]);
    f.push(give(call));
    assert!(lower(&f).slots.is_empty());
    assert_eq!(Machine::new(&[&f, &first()]).float(&[vec![4.0].into()]), 4.0);
}

#[test]
fn a_new_array_is_passed_in_a_slot() {
    let mut f = Build::new("caller", "float64");
    let first_of = f.callee("first", &["float64[:]"], "float64");
    let n = f.parameter("n", "int64");
    let array = new_array("float64[::1]", Fill::Value(Box::new(float(7.0))), vec![f.read(n)]);
    let call = f.call(first_of, vec![convert(array, "float64[:]")]);
    f.push(give(call));
    let machine = Machine::new(&[&f, &first()]);
    assert_eq!(machine.float(&[2.into()]), 7.0);
    assert!(machine.error(&[0.into()]).starts_with("IndexError"));
}

/// Tuples with arrays in them go in and come out flattened: `swap((x, n)) -> (n, x)`.
#[test]
fn tuples_are_passed_flattened() {
    let (there, back) = ("Tuple(float64[:], int64)", "Tuple(int64, float64[:])");
    let mut swap = Build::new("swap", back);
    let pair = swap.parameter("pair", there);
    let item = |number, of: &str| expr(ExprKind::TupleItem(Box::new(swap.read(pair)), number), ty(of));
    let swapped = expr(ExprKind::Tuple(vec![item(1, "int64"), item(0, "float64[:]")]), ty(back));
    swap.push(give(swapped));

    let mut f = Build::new("caller", "float64");
    let n = f.parameter("n", "int64");
    let swap_of = f.callee("swap", &[there], back);
    let array =
        convert(new_array("float64[::1]", Fill::Value(Box::new(float(3.0))), vec![f.read(n)]), "float64[:]");
    let argument = expr(ExprKind::Tuple(vec![array, int(1)]), ty(there));
    let result = f.version("result", back);
    f.push(assign(result, f.call(swap_of, vec![argument])));
    let item = |number, of: &str| expr(ExprKind::TupleItem(Box::new(f.read(result)), number), ty(of));
    let (array, index) = (item(1, "float64[:]"), item(0, "int64"));
    f.push(give(expr(ExprKind::Element { array: Box::new(array), indices: vec![index] }, Type::FLOAT64)));
    let machine = Machine::new(&[&f, &swap]);
    assert_eq!(machine.float(&[2.into()]), 3.0);
    assert!(machine.error(&[1.into()]).starts_with("IndexError"));
}

#[test]
fn none_and_dtypes_are_nothing() {
    let mut f = Build::new("nothing", "none");
    let x = f.parameter("x", "none");
    let dtype = f.version("dtype", "none");
    f.function.versions[dtype].ty = Type::Dtype(hotloop_types::Dtype::Int8);
    f.push(assign(dtype, Expr::constant(Constant::Dtype, Type::Dtype(hotloop_types::Dtype::Int8))));
    f.push(statement(StmtKind::Expr(f.read(x))));
    let lowered = lower(&f);
    assert!(lowered.parameters().is_empty() && lowered.results.is_empty());
    assert_eq!(Machine::new(&[&f]).run(&[]).result, Ok(vec![]));
}

/// A recursive function checks the stack first.
#[test]
fn recursion_checks_the_stack() {
    let mut f = Build::new("forever", "int64");
    let x = f.parameter("x", "int64");
    f.function.is_recursive = true;
    let again = f.callee("forever", &["int64"], "int64");
    let call = f.call(again, vec![f.read(x)]);
    f.push(give(call));
    assert!(Machine::new(&[&f]).error(&[1.into()]).starts_with("RecursionError"));
}

/// What raises has the place of the expression that it comes from; a constant has the place of what it stands in.
#[test]
fn instructions_know_their_place() {
    let place = |start: u32, end: u32| Span::new(FileId::from_number(0), start, end);
    let mut f = Build::new("places", "float64");
    let (x, i) = (f.parameter("x", "float64[:]"), f.parameter("i", "int64"));
    let mut index = binary(BinaryOp::FloorDiv, f.read(i), int(0));
    index.span = place(12, 18);
    let mut element = f.element(x, vec![index]);
    element.span = place(10, 19);
    f.push(Stmt { kind: StmtKind::Return(Some(element)), span: place(3, 19) });
    let lowered = lower(&f);
    let span_of = |wanted: fn(&InstKind) -> bool| {
        let found = lowered.insts.values().find(|inst| wanted(&inst.kind)).expect("such an instruction");
        (found.span.start, found.span.end)
    };
    assert_eq!(span_of(|kind| matches!(kind, InstKind::Check { .. })), (12, 18));
    assert_eq!(span_of(|kind| matches!(kind, InstKind::CheckBounds { .. })), (10, 19));
    let load = |kind: &InstKind| matches!(kind, InstKind::Load { ty: MachineType::F64, .. });
    assert_eq!(span_of(load), (10, 19));
}
