//! References to arrays: who holds them, and what is released where.

mod build;
mod machine;

use build::*;
use hotloop_hir::{BinaryOp, CompareOp, Edge, Stmt, StmtKind};
use hotloop_interp::Scalar;
use hotloop_mir::{Function, InstKind, MachineType, RuntimeFunction};
use machine::{Machine, lower};

fn count(function: &Function, of: RuntimeFunction) -> usize {
    let calls = |inst: &&hotloop_mir::Inst| matches!(&function.insts[**inst].kind, InstKind::CallRuntime { function, .. } if *function == of);
    function.layout.iter().flat_map(|block| &function.blocks[*block].insts).filter(calls).count()
}

fn has_unwind_blocks(function: &Function) -> bool {
    function.layout.iter().any(|block| function.blocks[*block].unwind.is_some())
}

/// `out = zeros(n); out[0] = x[0]; return out`: the reference of `out` goes to the caller, and back on an error.
#[test]
fn a_result_takes_its_reference_along() {
    let mut f = Build::new("copied", "float64[::1]");
    let (x, n) = (f.parameter("x", "float64[:]"), f.parameter("n", "int64"));
    let out = f.version("out", "float64[::1]");
    f.push(assign(out, zeros(f.read(n))));
    let first = f.element(x, vec![int(0)]);
    let store = f.store(out, vec![int(0)], first);
    f.push(store);
    f.push(give(f.read(out)));
    let expected = "fn @copied(v0: ptr, v1: i64) -> (ptr, ptr, i64, i64) lowered {
    region0 = descriptor
    region1 = argument 0
    region2 = allocation 0
    err0 = ValueError \"negative dimensions are not allowed\"
    err1 = ValueError \"array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.\"
bb0:
    v2 = load.ptr v0, region0
    v3 = load.ptr v0 + 8, region0
    v4 = load.i64 v0 + 16, region0
    v5 = load.i64 v0 + 24, region0
    v6 = iconst 0
    v7 = icmp sge v1, v6
    check v7, err0
    v8 = iconst 1152921504606846975
    v9 = icmp sle v1, v8
    check v9, err1
    v10 = iconst 8
    v11 = imul v1, v10
    v12 = call_runtime hl_allocate_zeroed(v11)
    v13 = iconst 64
    v14 = ptr_add v12, v13
    v15 = iconst 8
    v16 = iconst 0
    jump bb2
bb2 unwind bb1:
    v17 = check_bounds v16, v4, axis 0
    v18 = imul v17, v5
    v19 = ptr_add v3, v18
    v20 = load.f64 v19, region1
    v21 = iconst 0
    v22 = check_bounds v21, v1, axis 0
    v23 = iconst 3
    v24 = shl v22, v23
    v25 = ptr_add v14, v24
    store v20, v25, region2
    return v12, v14, v1, v15
bb1:
    call_runtime hl_release(v12)
    reraise
}
";
    assert_eq!(lower(&f).to_string(), expected);
    let machine = Machine::new(&[&f]);
    assert_eq!(machine.vector(&[vec![2.5].into(), 2.into()]), [2.5, 0.0]);
    assert!(machine.error(&[vec![].into(), 2.into()]).starts_with("IndexError"));
    assert!(machine.error(&[vec![1.0].into(), 0.into()]).starts_with("IndexError"));
}

/// Arrays that come from the caller are not counted, nor are copies of them.
#[test]
fn parameters_are_borrowed() {
    let mut f = Build::new("borrowed", "float64");
    let x = f.parameter("x", "float64[:]");
    let y = f.version("y", "float64[:]");
    f.push(assign(y, f.read(x)));
    let element = f.element(y, vec![int(0)]);
    f.push(give(element));
    let lowered = lower(&f);
    assert!(!has_unwind_blocks(&lowered));
    assert_eq!(count(&lowered, RuntimeFunction::Retain) + count(&lowered, RuntimeFunction::Release), 0);
    assert!(lowered.to_string().contains("region1 = argument 0"));
    assert_eq!(Machine::new(&[&f]).float(&[vec![8.0].into()]), 8.0);
}

#[test]
fn a_parameter_is_retained_to_be_returned() {
    let mut f = Build::new("same", "float64[:]");
    let x = f.parameter("x", "float64[:]");
    f.push(give(f.read(x)));
    assert_eq!(count(&lower(&f), RuntimeFunction::Retain), 1);
    assert_eq!(Machine::new(&[&f]).vector(&[vec![8.0].into()]), [8.0]);
}

/// `y = a if p else b; if p: z = y; else: z = b`: all of it belongs to the caller.
#[test]
fn what_joins_parameters_is_borrowed_too() {
    let mut f = Build::new("joined", "float64");
    let (a, b) = (f.parameter("a", "float64[:]"), f.parameter("b", "float64[:]"));
    let p = f.parameter("p", "bool");
    let (y, z) = (f.version("y", "float64[:]"), f.version("z", "float64[:]"));
    let (first_z, other_z) = (f.again(z), f.again(z));
    f.push(assign(y, conditional(f.read(p), f.read(a), f.read(b))));
    f.push(statement(StmtKind::choice(
        f.read(p),
        [vec![assign(first_z, f.read(y))], vec![assign(other_z, f.read(b))]],
        [Some(moves([(z, first_z)])), Some(moves([(z, other_z)]))],
        vec![z],
    )));
    let element = f.element(z, vec![int(0)]);
    f.push(give(element));
    let lowered = lower(&f);
    assert!(!has_unwind_blocks(&lowered));
    assert_eq!(count(&lowered, RuntimeFunction::Retain) + count(&lowered, RuntimeFunction::Release), 0);
    let truth = |value| Scalar::Int(MachineType::I1, value).into();
    let machine = Machine::new(&[&f]);
    assert_eq!(machine.float(&[vec![1.0].into(), vec![2.0].into(), truth(1)]), 1.0);
    assert_eq!(machine.float(&[vec![1.0].into(), vec![2.0].into(), truth(0)]), 2.0);
}

/// `a = zeros(1); b = a; a = zeros(2); c = b; return c`: `c = b` hands over, since `b` is not read again.
#[test]
fn the_last_read_hands_over() {
    let mut f = Build::new("moved", "float64[::1]");
    let a = f.version("a", "float64[::1]");
    let next_a = f.again(a);
    let (b, c) = (f.version("b", "float64[::1]"), f.version("c", "float64[::1]"));
    f.push(assign(a, zeros(int(1))));
    f.push(assign(b, f.read(a)));
    f.push(assign(next_a, zeros(int(2))));
    f.push(assign(c, f.read(b)));
    f.push(give(f.read(c)));
    let lowered = lower(&f);
    assert_eq!(count(&lowered, RuntimeFunction::Retain), 0);
    // The second array is never read: once behind its allocation.
    assert_eq!(count(&lowered, RuntimeFunction::Release), 2);
    assert_eq!(Machine::new(&[&f]).vector(&[]), [0.0]);
}

/// `a = zeros(1); b = a; a[0] = 1; return b`: two names of one array.
#[test]
fn a_copy_that_is_needed_beside_the_original_is_counted() {
    let mut f = Build::new("shared", "float64[::1]");
    let (a, b) = (f.version("a", "float64[::1]"), f.version("b", "float64[::1]"));
    f.push(assign(a, zeros(int(1))));
    f.push(assign(b, f.read(a)));
    let store = f.store(a, vec![int(0)], float(1.0));
    f.push(store);
    f.push(give(f.read(b)));
    assert_eq!(count(&lower(&f), RuntimeFunction::Retain), 1);
    assert_eq!(Machine::new(&[&f]).vector(&[]), [1.0]);
}

/// A buffer is swapped in every iteration: `for i in range(n): fresh = zeros(3); fresh[0] = i; if i == 1: continue; a = fresh`.
fn buffers() -> Build {
    let mut f = Build::new("buffers", "float64[::1]");
    let n = f.parameter("n", "int64");
    let start = f.version("a", "float64[::1]");
    let (head, next) = (f.again(start), f.again(start));
    let fresh = f.version("fresh", "float64[::1]");
    let i = f.version("i", "int64");
    f.push(assign(start, zeros(int(3))));
    let is_one = compare(CompareOp::Eq, f.read(i), int(1));
    let skip: Stmt = statement(StmtKind::choice(
        is_one,
        [vec![statement(StmtKind::Continue(moves([(head, head)])))], vec![]],
        [None, Some(Edge::default())],
        vec![],
    ));
    let body = vec![
        assign(fresh, zeros(int(3))),
        f.store(fresh, vec![f.read(i)], float(7.0)),
        skip,
        assign(next, f.read(fresh)),
    ];
    f.push(for_range(range(i, f.read(n)), repeat([head], [start], body, [next])));
    f.push(give(f.read(head)));
    f
}

#[test]
fn a_buffer_lives_for_an_iteration() {
    let build = buffers();
    let machine = Machine::new(&[&build]);
    assert_eq!(machine.vector(&[0.into()]), [0.0, 0.0, 0.0]);
    assert_eq!(machine.vector(&[2.into()]), [7.0, 0.0, 0.0]);
    assert_eq!(machine.vector(&[3.into()]), [0.0, 0.0, 7.0]);
    assert!(machine.error(&[4.into()]).starts_with("IndexError"));
}

/// The safepoint stands where the array that goes on is already passed to the block.
#[test]
fn an_interrupt_releases_what_is_on_its_way_to_the_head() {
    let error = Machine::new(&[&buffers()]).interrupted().error(&[3.into()]);
    assert!(error.starts_with("KeyboardInterrupt"), "{error}");
}

/// What an iteration of a parallel loop makes it releases itself; what lives outside is released once.
#[test]
fn parallel_iterations_release_their_own_arrays() {
    let mut f = Build::new("rows", "float64[::1]");
    f.function.options.parallel = true;
    let (n, limit) = (f.parameter("n", "int64"), f.parameter("limit", "int64"));
    let out = f.version("out", "float64[::1]");
    let (i, buffer) = (f.version("i", "int64"), f.version("buffer", "float64[::1]"));
    f.push(assign(out, zeros(f.read(n))));
    let index = convert(f.read(i), "float64");
    let sum = binary(BinaryOp::Add, f.element(buffer, vec![f.read(i)]), f.element(buffer, vec![int(0)]));
    let body = vec![
        assign(buffer, zeros(f.read(limit))),
        f.store(buffer, vec![f.read(i)], index),
        f.store(out, vec![f.read(i)], sum),
    ];
    f.push(statement(StmtKind::ParallelFor {
        range: range(i, f.read(n)),
        body,
        back: Some(Edge::default()),
        reductions: vec![],
    }));
    f.push(give(f.read(out)));
    for seed in 0..3 {
        let machine = Machine::new(&[&f]).shuffled(seed);
        assert_eq!(machine.vector(&[4.into(), 4.into()]), [0.0, 1.0, 2.0, 3.0]);
        assert!(machine.error(&[4.into(), 3.into()]).starts_with("IndexError"));
        assert!(machine.error(&[4.into(), (-1).into()]).starts_with("ValueError"));
    }
}
