//! Statements: choices, loops, jumps, errors.

mod build;
mod machine;

use build::*;
use hotloop_abi::ExceptionClass;
use hotloop_diagnostics::Span;
use hotloop_hir::{
    BinaryOp, CompareOp, Edge, Exception, ExceptionArgument, Expr, Loop, RangeLoop, Reduction, ReductionOp,
    Stmt, StmtKind, Version,
};
use hotloop_mir::{InstKind, Terminator};
use machine::{Machine, lower};

fn add(a: Expr, b: Expr) -> Expr {
    binary(BinaryOp::Add, a, b)
}

/// The euclidean length of a vector.
fn l2_norm() -> Build {
    let mut f = Build::new("l2_norm", "float64");
    let x = f.parameter("x", "float64[:]");
    let start = f.version("acc", "float64");
    let (head, next) = (f.again(start), f.again(start));
    let i = f.version("i", "int64");
    f.push(assign(start, float(0.0)));
    let square = binary(BinaryOp::Mul, f.element(x, vec![f.read(i)]), f.element(x, vec![f.read(i)]));
    let body = vec![assign(next, add(f.read(head), square))];
    f.push(for_range(range(i, f.length(x, 0)), repeat([head], [start], body, [next])));
    f.push(give(binary(BinaryOp::Pow, f.read(head), float(0.5))));
    f
}

#[test]
fn a_loop_over_an_array() {
    let machine = Machine::new(&[&l2_norm()]);
    assert_eq!(machine.float(&[vec![3.0, 4.0].into()]), 5.0);
    assert_eq!(machine.float(&[vec![].into()]), 0.0);
}

#[test]
fn a_loop_over_an_array_as_text() {
    let expected = "fn @l2_norm(v0: ptr) -> f64 lowered {
    region0 = descriptor
    region1 = argument 0
bb0:
    v1 = load.ptr v0, region0
    v2 = load.ptr v0 + 8, region0
    v3 = load.i64 v0 + 16, region0
    v4 = load.i64 v0 + 24, region0
    v5 = fconst 0.0
    v6 = iconst 0
    v7 = iconst 1
    jump bb1(v6, v5)
bb1(v8: i64, v9: f64):
    v10 = icmp slt v8, v3
    branch v10, bb2, bb3
bb2:
    v11 = check_bounds v8, v3, axis 0, wrap
    v12 = imul v11, v4
    v13 = ptr_add v2, v12
    v14 = load.f64 v13, region1
    v15 = check_bounds v8, v3, axis 0, wrap
    v16 = imul v15, v4
    v17 = ptr_add v2, v16
    v18 = load.f64 v17, region1
    v19 = fmul v14, v18
    v20 = fadd v9, v19
    safepoint
    v21 = iconst 1
    v22 = iadd v8, v21
    jump bb1(v22, v20)
bb3:
    v23 = fconst 0.5
    v24 = call_runtime pow(v9, v23)
    return v24
}
";
    assert_eq!(lower(&l2_norm()).to_string(), expected);
}

/// Counts the iterations and sums the indices of a range: `count * 1000 + sum` of small ones.
fn counting(step: Option<i64>) -> Build {
    let mut f = Build::new("counting", "int64");
    let (start, stop) = (f.parameter("start", "int64"), f.parameter("stop", "int64"));
    let run_time_step = f.parameter("step", "int64");
    let zero = f.version("total", "int64");
    let (head, next) = (f.again(zero), f.again(zero));
    let i = f.version("i", "int64");
    f.push(assign(zero, int(0)));
    let body = vec![assign(next, add(add(f.read(head), int(1000)), f.read(i)))];
    let step = step.map_or_else(|| f.read(run_time_step), int);
    let range = RangeLoop { target: i, start: f.read(start), stop: f.read(stop), step };
    f.push(for_range(range, repeat([head], [zero], body, [next])));
    f.push(give(f.read(head)));
    f
}

#[test]
fn ranges_of_every_step() {
    const MAX: i64 = i64::MAX;
    const MIN: i64 = i64::MIN;
    let ranges = [
        (0, 5),
        (5, 0),
        (3, 3),
        (-4, 4),
        (4, -4),
        (MAX - 5, MAX),
        (MIN, MIN + 4),
        (MAX, MAX - 5),
        (MIN + 4, MIN),
        (1, 8),
    ];
    for step in [1, -1, 2, -2, 3, -3, 7, MAX, MIN, MIN + 1] {
        let constant = Machine::new(&[&counting(Some(step))]);
        let dynamic = Machine::new(&[&counting(None)]);
        let far = [(MIN, MAX), (MAX, MIN), (MIN, 0), (0, MAX)];
        let far = far.iter().filter(|_| step.unsigned_abs() > 7);
        for (start, stop) in ranges.iter().chain(far) {
            let expected = expected_total(*start, *stop, step);
            let arguments = [(*start).into(), (*stop).into(), step.into()];
            assert_eq!(constant.int(&arguments), expected, "range({start}, {stop}, {step})");
            assert_eq!(dynamic.int(&arguments), expected, "range({start}, {stop}, {step}) at run time");
        }
    }
    let zero = Machine::new(&[&counting(None)]).error(&[0.into(), 1.into(), 0.into()]);
    assert_eq!(zero, "ValueError: range() arg 3 must not be zero");
}

fn expected_total(start: i64, stop: i64, step: i64) -> i64 {
    let (mut index, stop) = (i128::from(start), i128::from(stop));
    let mut total = 0_i64;
    while if step > 0 { index < stop } else { index > stop } {
        total = total.wrapping_add(1000).wrapping_add(index as i64);
        index += i128::from(step);
    }
    total
}

/// `for i in range(n): if i % 3 == 0: continue; if i == stop: break; total += i` with `else: total += 1000`.
fn jumping() -> Build {
    let mut f = Build::new("jumping", "int64");
    let (n, stop) = (f.parameter("n", "int64"), f.parameter("stop", "int64"));
    let zero = f.version("total", "int64");
    let (head, next, end, ended) = (f.again(zero), f.again(zero), f.again(zero), f.again(zero));
    let i = f.version("i", "int64");
    f.push(assign(zero, int(0)));
    let skips = compare(CompareOp::Eq, binary(BinaryOp::Mod, f.read(i), int(3)), int(0));
    let stops = compare(CompareOp::Eq, f.read(i), f.read(stop));
    let body = vec![
        when(skips, vec![statement(StmtKind::Continue(moves([(head, head)])))]),
        when(stops, vec![statement(StmtKind::Break(moves([(end, head)])))]),
        assign(next, add(f.read(head), f.read(i))),
    ];
    let repeated = Loop {
        otherwise: vec![assign(ended, add(f.read(head), int(1000)))],
        exits: vec![end],
        exit: Some(moves([(end, ended)])),
        ..repeat([head], [zero], body, [next])
    };
    f.push(for_range(range(i, f.read(n)), repeated));
    f.push(give(f.read(end)));
    f
}

/// `if` whose block does not fall through.
fn when(condition: Expr, then: Vec<Stmt>) -> Stmt {
    statement(StmtKind::choice(condition, [then, Vec::new()], [None, Some(Edge::default())], Vec::new()))
}

#[test]
fn breaks_continues_and_else() {
    let machine = Machine::new(&[&jumping()]);
    assert_eq!(machine.int(&[6.into(), 100.into()]), 1000 + 1 + 2 + 4 + 5);
    assert_eq!(machine.int(&[6.into(), 4.into()]), 1 + 2);
    assert_eq!(machine.int(&[0.into(), 4.into()]), 1000);
}

#[test]
fn a_loop_has_one_back_edge_with_a_safepoint() {
    let lowered = lower(&jumping());
    let head = lowered.layout[1];
    let backs: Vec<_> = lowered.layout[2..]
        .iter()
        .filter(|block| lowered.blocks[**block].terminator.targets().contains(&head))
        .collect();
    let [latch] = backs[..] else { panic!("back edges from {backs:?}") };
    let insts = &lowered.blocks[*latch].insts;
    assert_eq!(insts.iter().filter(|inst| lowered.insts[**inst].kind == InstKind::Safepoint).count(), 1);
}

/// The steps of the Collatz sequence: a `while` with two joins.
#[test]
fn a_while_loop() {
    let mut f = Build::new("collatz", "int64");
    let x = f.parameter("x", "int64");
    let zero = f.version("steps", "int64");
    let (steps, next_steps, value, next) = (f.again(zero), f.again(zero), f.again(x), f.again(x));
    f.push(assign(zero, int(0)));
    let is_even = compare(CompareOp::Eq, binary(BinaryOp::Mod, f.read(value), int(2)), int(0));
    let half = binary(BinaryOp::FloorDiv, f.read(value), int(2));
    let more = add(binary(BinaryOp::Mul, int(3), f.read(value)), int(1));
    let body =
        vec![assign(next, conditional(is_even, half, more)), assign(next_steps, add(f.read(steps), int(1)))];
    f.push(statement(StmtKind::While {
        condition: compare(CompareOp::Ne, f.read(value), int(1)),
        repeated: repeat([value, steps], [x, zero], body, [next, next_steps]),
    }));
    f.push(give(f.read(steps)));
    assert_eq!(Machine::new(&[&f]).int(&[27.into()]), 111);
}

/// `while True` without `break`: nothing follows.
#[test]
fn an_endless_loop_ends_by_return_alone() {
    let mut f = Build::new("endless", "int64");
    let x = f.parameter("x", "int64");
    let (value, next) = (f.again(x), f.again(x));
    let done = compare(CompareOp::Gt, f.read(value), int(10));
    let body = vec![when(done, vec![give(f.read(value))]), assign(next, add(f.read(value), int(7)))];
    let repeated = Loop { exit: None, ..repeat([value], [x], body, [next]) };
    f.push(statement(StmtKind::While { condition: boolean(true), repeated }));
    assert_eq!(Machine::new(&[&f]).int(&[0.into()]), 14);
}

/// `if p: y = 1`, joined with another type and with nothing.
#[test]
fn joins_convert_and_may_be_unassigned() {
    let mut f = Build::new("joins", "float64");
    let p = f.parameter("p", "bool");
    let (one, other) = (f.version("x", "int64"), f.version("x", "float64"));
    let x = f.again(other);
    let y = f.version("y", "int64");
    let maybe_y = f.maybe(y);
    f.push(statement(StmtKind::choice(
        f.read(p),
        [vec![assign(one, int(1)), assign(y, int(7))], vec![assign(other, float(0.5))]],
        [Some(moves([(x, one), (maybe_y, y)])), Some(edge([(x, Some(other)), (maybe_y, None)]))],
        vec![x, maybe_y],
    )));
    let read = convert(f.read(maybe_y), "float64");
    f.push(give(add(f.read(x), read)));
    let truth = |value| hotloop_interp::Scalar::Int(hotloop_mir::MachineType::I1, value);
    let machine = Machine::new(&[&f]);
    assert_eq!(machine.float(&[truth(1).into()]), 8.0);
    assert_eq!(
        machine.error(&[truth(0).into()]),
        "UnboundLocalError: cannot access local variable 'y' where it is not associated with a value"
    );
}

#[test]
fn raise_and_assert() {
    let mut f = Build::new("errors", "none");
    let x = f.parameter("x", "int64");
    let arguments = vec![ExceptionArgument::Str("too {0} small".into()), ExceptionArgument::Value(f.read(x))];
    let exception = Exception { class: ExceptionClass::ValueError.into(), arguments };
    let is_small = compare(CompareOp::Lt, f.read(x), int(0));
    f.push(when(is_small, vec![statement(StmtKind::Raise { exception })]));
    let condition = compare(CompareOp::Lt, f.read(x), int(10));
    let arguments = vec![ExceptionArgument::Str("too large".into())];
    f.push(statement(StmtKind::Assert { condition, arguments }));
    let condition = compare(CompareOp::Lt, f.read(x), int(8));
    let arguments = vec![ExceptionArgument::Tuple(vec![ExceptionArgument::Value(f.read(x))])];
    f.push(statement(StmtKind::Assert { condition, arguments }));
    let machine = Machine::new(&[&f]);
    assert_eq!(machine.error(&[(-1).into()]), "ValueError: ('too {0} small', -1)");
    assert_eq!(machine.error(&[9.into()]), "AssertionError: (9,)");
    assert_eq!(machine.error(&[10.into()]), "AssertionError: too large");
    assert_eq!(machine.run(&[5.into()]).result, Ok(vec![]));
}

/// Sum and count of `prange(start, n)`, leaving out every third index.
fn reductions(is_parallel: bool) -> Build {
    let mut f = Build::new("reductions", "float64");
    f.function.options.parallel = is_parallel;
    let (start, n) = (f.parameter("start", "int64"), f.parameter("n", "int64"));
    let (zero, zeros) = (f.version("total", "float64"), f.version("count", "int64"));
    let (total, next, result) = (f.again(zero), f.again(zero), f.again(zero));
    let (count, next_count, result_count) = (f.again(zeros), f.again(zeros), f.again(zeros));
    let i = f.version("i", "int64");
    f.push(assign(zero, float(0.5)));
    f.push(assign(zeros, int(10)));
    let skips = compare(CompareOp::Eq, binary(BinaryOp::Mod, f.read(i), int(3)), int(0));
    let body = vec![
        when(skips, vec![statement(StmtKind::Continue(moves([(total, total), (count, count)])))]),
        assign(next, add(f.read(total), convert(f.read(i), "float64"))),
        assign(next_count, add(f.read(count), int(1))),
    ];
    let reduction = |initial: Version, accumulator: Version, result: Version| Reduction {
        op: ReductionOp::Add,
        initial,
        accumulator,
        result,
        span: Span::NONE,
    };
    f.push(statement(StmtKind::ParallelFor {
        range: RangeLoop { target: i, start: f.read(start), stop: f.read(n), step: int(2) },
        body,
        back: Some(moves([(total, next), (count, next_count)])),
        reductions: vec![reduction(zero, total, result), reduction(zeros, count, result_count)],
    }));
    f.push(give(add(f.read(result), convert(f.read(result_count), "float64"))));
    f
}

#[test]
fn parallel_loops_reduce() {
    for is_parallel in [false, true] {
        let build = reductions(is_parallel);
        let lowered = lower(&build);
        let is_par_for = |block| matches!(lowered.blocks[block].terminator, Terminator::ParFor(_));
        assert_eq!(lowered.layout.iter().any(|block| is_par_for(*block)), is_parallel);
        let expected = |start: i64, n: i64| {
            let indices: Vec<i64> = (start..n).step_by(2).filter(|index| index % 3 != 0).collect();
            0.5 + indices.iter().sum::<i64>() as f64 + 10.0 + indices.len() as f64
        };
        for seed in 0..3 {
            let machine = Machine::new(&[&build]).shuffled(seed);
            for (start, n) in [(0, 100), (0, 0), (5, 3), (-7, 500)] {
                assert_eq!(machine.float(&[start.into(), n.into()]), expected(start, n));
            }
        }
    }
}

/// Blocks and expressions as deep as inference lets them be, with the stack of a test's thread.
#[test]
fn deep_nesting_needs_little_stack() {
    let mut f = Build::new("deep", "int64");
    let n = f.parameter("n", "int64");
    let zero = f.version("total", "int64");
    f.push(assign(zero, int(0)));
    let mut versions = vec![zero];
    for _ in 0..130 {
        let next = f.again(zero);
        versions.push(next);
    }
    let innermost = f.again(zero);
    let sum = (0..820).fold(f.read(versions[130]), |sum, _| add(sum, int(1)));
    let mut body = vec![assign(innermost, sum)];
    let mut result = innermost;
    for depth in (0..130).rev() {
        let i = f.version("i", "int64");
        let (head, entry) = (versions[depth + 1], versions[depth]);
        body = vec![for_range(range(i, f.read(n)), repeat([head], [entry], body, [result]))];
        result = head;
    }
    body.into_iter().for_each(|statement| f.push(statement));
    f.push(give(f.read(result)));
    assert_eq!(Machine::new(&[&f]).int(&[1.into()]), 820);
}
