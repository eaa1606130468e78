//! What HIR becomes, as text.

mod build;

use build::*;
use hotloop_hir::BinaryOp;
use hotloop_mir::Function;

/// Lowers, and checks what came out.
fn lower(build: &Build) -> Function {
    let lowered = hotloop_lower::lower(&build.function);
    let violations = hotloop_mir::verify::verify(&lowered);
    assert!(violations.is_ok(), "{violations:?}\n{lowered}");
    lowered
}

/// The euclidean length of a vector.
fn l2_norm() -> Build {
    let mut f = Build::new("l2_norm", "float64");
    let x = f.parameter("x", "float64[:]");
    let start = f.version("acc", "float64");
    let (head, next, end) = (f.again(start), f.again(start), f.again(start));
    let i = f.version("i", "int64");
    f.push(assign(start, float(0.0)));
    let square = binary(BinaryOp::Mul, f.element(x, vec![f.read(i)]), f.element(x, vec![f.read(i)]));
    let body = vec![assign(next, binary(BinaryOp::Add, f.read(head), square))];
    let repeated = repeat([head], [start], body, [next], [end]);
    f.push(for_range(range(i, f.length(x, 0)), repeated));
    f.push(give(binary(BinaryOp::Pow, f.read(end), float(0.5))));
    f
}

#[test]
fn a_loop_over_an_array() {
    println!("{}", lower(&l2_norm()));
}
