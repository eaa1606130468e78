//! Parallel loops: the chunk rule, the order of iterations, errors, and outlined bodies.

use hotloop_abi::chunk_bounds;
use hotloop_interp::{ArrayDescriptor, Interpreter, IterationOrder, Options, Outcome, Scalar, TrapKind};
use hotloop_mir::{Module, parse_module};
use proptest::prelude::*;

fn module(text: &str) -> Module {
    parse_module(text).unwrap_or_else(|error| panic!("{error}"))
}

fn shuffled(seed: u64) -> Options {
    Options { order: IterationOrder::Shuffled(seed), ..Options::default() }
}

/// Sums `1 / (i + 1)` behind an initial value, and counts and multiplies besides.
const HARMONIC: &str = "
fn @harmonic(v0: i64, v1: f64, v2: i64) -> (f64, i64, i64) lowered {
bb0:
    v3 = iconst 1
    v18 = iconst 0
    v19 = iconst 7
    v20 = smax v0, v18
    v21 = smin v20, v19
    par_for v0, body bb1, exit bb2, chunks v21, reduce fadd v1, reduce smax v2, reduce imul v3
bb1(v4: i64, v5: f64, v6: i64, v7: i64):
    v8 = iadd v4, v3
    v9 = signed_to_float.f64 v8
    v10 = fconst 1.0
    v11 = fdiv v10, v9
    v12 = fadd v5, v11
    v13 = smax v6, v4
    v14 = imul v7, v8
    par_yield v12, v13, v14
bb2(v15: f64, v16: i64, v17: i64):
    return v15, v16, v17
}";

/// The sum by the chunk rule itself.
fn harmonic(count: i64, initial: f64) -> f64 {
    let chunks = count.clamp(0, 7);
    let chunk = |number| {
        let (start, end) = chunk_bounds(count, chunks, number);
        (start..end).fold(-0.0, |sum, index| sum + 1.0 / (index + 1) as f64)
    };
    (0..chunks).fold(initial, |sum, number| sum + chunk(number))
}

proptest! {
    #[test]
    fn reductions_follow_the_chunk_rule_in_any_order(count in -2..300_i64, initial in -2.0..2.0_f64, seed: u64) {
        let module = module(HARMONIC);
        let arguments = [Scalar::i64(count), Scalar::f64(initial), Scalar::i64(-7)];
        let product = (1..=count).fold(1_i64, |product, factor| product.wrapping_mul(factor));
        let expected = vec![
            Scalar::f64(harmonic(count, initial)),
            Scalar::i64(if count > 0 { count - 1 } else { -7 }),
            Scalar::i64(if count > 0 { product } else { 1 }),
        ];
        prop_assert_eq!(Interpreter::new(&module).call("harmonic", &arguments), Ok(expected.clone()));
        let mut other = Interpreter::with_options(&module, shuffled(seed));
        prop_assert_eq!(other.call("harmonic", &arguments), Ok(expected));
    }
}

#[test]
fn a_loop_that_never_runs_keeps_the_initial_values() {
    let module = module(HARMONIC);
    for count in [0, -1, i64::MIN] {
        let arguments = [Scalar::i64(count), Scalar::f64(-0.0), Scalar::i64(5)];
        let expected = vec![Scalar::f64(-0.0), Scalar::i64(5), Scalar::i64(1)];
        assert_eq!(Interpreter::new(&module).call("harmonic", &arguments), Ok(expected));
    }
}

#[test]
fn every_reduction_combines_from_its_identity() {
    use hotloop_interp::evaluate::reduce;
    use hotloop_mir::{MachineType, ReductionOp};
    let ints = [MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
    for op in ReductionOp::ALL.iter().copied() {
        let is_float = op.name().starts_with('f');
        let types = if is_float { &[MachineType::F32, MachineType::F64][..] } else { &ints[..] };
        for ty in types.iter().copied() {
            let neutral = op.identity(ty);
            assert!(neutral.is_canonical() && neutral.ty() == ty, "{op} {ty}: {neutral:?}");
            let values: Vec<Scalar> = match ty {
                MachineType::F32 => {
                    [0.0, -0.0, 1.5, f32::INFINITY, f32::NEG_INFINITY].map(Scalar::f32).into()
                }
                MachineType::F64 => {
                    [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY].map(Scalar::f64).into()
                }
                integer => [0, 1, -1, 127, -128, i64::MIN, i64::MAX].map(|x| Scalar::int(integer, x)).into(),
            };
            for value in values {
                assert_eq!(reduce(op, neutral, value), value, "{op} {ty}: {neutral:?} with {value:?}");
                assert_eq!(reduce(op, value, neutral), value, "{op} {ty}: {value:?} with {neutral:?}");
            }
        }
    }
    assert_eq!(ReductionOp::And.identity(MachineType::I1), Scalar::bool(true));
    // As Python's `min(a, b)`: the first of two equal ones, and of a nan and a number.
    let nan = Scalar::f64(f64::NAN);
    assert_eq!(reduce(ReductionOp::Fmin, nan, Scalar::f64(1.0)), nan);
    assert_eq!(reduce(ReductionOp::Fmax, Scalar::f64(1.0), nan), Scalar::f64(1.0));
    assert_eq!(reduce(ReductionOp::Fmin, Scalar::f64(0.0), Scalar::f64(-0.0)), Scalar::f64(0.0));
}

/// Writes `10 i` to the element `i`, and raises where `i % v2 == v2 - 1`.
const FAILING: &str = "
fn @failing(v0: ptr, v1: i64, v2: i64) lowered {
    region0 = argument 0
    err0 = ValueError \"at {0}\"
bb0:
    v3 = iconst 1
    v4 = iconst 10
    v5 = isub v2, v3
    par_for v1, body bb1, exit bb4
bb1(v6: i64):
    v7 = smod_floor v6, v2
    v8 = icmp eq v7, v5
    branch v8, bb2, bb3
bb2:
    raise err0(v6)
bb3:
    v9 = ptr_add v0, v6
    v10 = imul v6, v4
    v11 = truncate.i8 v10
    store v11, v9, region0
    par_yield
bb4:
    return
}";

#[test]
fn the_error_of_the_lowest_index_counts_and_all_below_have_run() {
    let module = module(FAILING);
    for options in (0..50).map(shuffled).chain([Options::default()]) {
        let mut interpreter = Interpreter::with_options(&module, options.clone());
        let bytes = interpreter.memory_mut().place(&[255; 20]);
        let arguments = [Scalar::ptr(bytes), Scalar::i64(20), Scalar::i64(7)];
        let Err(Outcome::Raised(exception)) = interpreter.call("failing", &arguments) else {
            panic!("an error")
        };
        assert_eq!(exception.to_string(), "ValueError: at 6");
        assert_eq!(interpreter.memory().bytes(bytes, 6), Ok([0, 10, 20, 30, 40, 50].as_slice()));
        assert_eq!(interpreter.memory().bytes(bytes + 6, 1), Ok([255].as_slice()));
        if options.order == IterationOrder::Ascending {
            assert_eq!(interpreter.memory().bytes(bytes + 7, 1), Ok([255].as_slice()));
        }
    }
}

#[test]
fn a_loop_whose_result_depends_on_the_order_is_found() {
    let module = module(
        "fn @last(v0: ptr, v1: i64) lowered {
            region0 = argument 0
        bb0:
            par_for v1, body bb1, exit bb2
        bb1(v2: i64):
            store v2, v0, region0
            par_yield
        bb2:
            return
        }",
    );
    let last = |options: Options| {
        let mut interpreter = Interpreter::with_options(&module, options);
        let bytes = interpreter.memory_mut().place(&[0; 8]);
        interpreter.call("last", &[Scalar::ptr(bytes), Scalar::i64(10)]).unwrap();
        interpreter.memory().bytes(bytes, 1).unwrap()[0]
    };
    assert_eq!(last(Options::default()), 9);
    assert!((0..20).any(|seed| last(shuffled(seed)) != 9));
    assert_eq!(last(shuffled(3)), last(shuffled(3)), "a seed gives one order");
}

/// The error of a body leaves by the unwinding of the block that holds the loop; an inner loop has a cleanup of its own.
#[test]
fn errors_leave_nested_loops_one_by_one() {
    let module = module(
        "fn @nested(v0: i64) lowered {
            err0 = RuntimeError \"{0}\"
        bb0:
            v1 = call_runtime hl_allocate(v0)
            jump bb1
        bb1 unwind bb8:
            par_for v0, body bb2, exit bb7
        bb2(v2: i64):
            v3 = call_runtime hl_allocate(v0)
            jump bb3
        bb3 unwind bb6:
            par_for v0, body bb4, exit bb5
        bb4(v4: i64):
            v5 = imul v4, v2
            raise err0(v5)
        bb5:
            call_runtime hl_release(v3)
            par_yield
        bb6:
            call_runtime hl_release(v3)
            reraise
        bb7:
            call_runtime hl_release(v1)
            return
        bb8:
            call_runtime hl_release(v1)
            reraise
        }",
    );
    let mut interpreter = Interpreter::new(&module);
    let Err(Outcome::Raised(exception)) = interpreter.call("nested", &[Scalar::i64(3)]) else {
        panic!("an error")
    };
    assert_eq!(exception.to_string(), "RuntimeError: 0");
    assert_eq!(interpreter.memory().live_blocks(), 0);
    assert_eq!(interpreter.call("nested", &[Scalar::i64(0)]), Ok(vec![]));
}

/// The sum of an array, outlined: a body that sums its part into its row of partial results.
const OUTLINED: &str = "
fn @sum(v0: ptr) -> f64 outlined {
    region0 = descriptor
    region1 = stack
    slot0 = 16 bytes
    slot1 = 512 bytes
    fn0 = @sum$par0(i64, i64, ptr, ptr)
bb0:
    v1 = load.ptr v0 + 8, region0
    v2 = load.i64 v0 + 16, region0
    v3 = slot_address slot0
    v4 = slot_address slot1
    store v1, v3, region1
    v5 = function_address fn0
    v6 = iconst 1
    v7 = iconst 0
    v9 = iconst 7
    v10 = smin v2, v9
    call_runtime hl_parallel_for(v2, v5, v3, v4, v6, v10, v7)
    v8 = fconst 0.5
    jump bb1(v7, v8)
bb1(v11: i64, v12: f64):
    v13 = icmp slt v11, v10
    branch v13, bb2, bb3
bb2:
    v14 = iconst 8
    v15 = imul v11, v14
    v16 = ptr_add v4, v15
    v17 = load.f64 v16, region1
    v18 = fadd v12, v17
    v19 = iadd v11, v6
    jump bb1(v19, v18)
bb3:
    return v12
}

fn @sum$par0(v0: i64, v1: i64, v2: ptr, v3: ptr) outlined parallel_body {
    region0 = descriptor
    region1 = argument 0
    region2 = stack
    err0 = ValueError \"below zero\"
bb0:
    v4 = load.ptr v2, region0
    v5 = fconst -0.0
    v6 = iconst 1
    v7 = iconst 3
    v15 = fconst 0.0
    jump bb1(v0, v5)
bb1(v8: i64, v9: f64):
    v10 = shl v8, v7
    v11 = ptr_add v4, v10
    v12 = load.f64 v11, region1
    v16 = fcmp ge v12, v15
    check v16, err0
    v13 = fadd v9, v12
    v14 = iadd v8, v6
    v17 = icmp slt v14, v1
    branch v17, bb1(v14, v13), bb2
bb2:
    store v13, v3, region2
    return
}";

#[test]
fn an_outlined_loop_runs_its_body_a_chunk_at_a_time() {
    let module = module(OUTLINED);
    let values: Vec<f64> = (0..100).map(|index| 1.0 / f64::from(index + 1)).collect();
    let expected = harmonic(100, 0.5);
    for options in [Options::default(), shuffled(1), shuffled(2)] {
        let mut interpreter = Interpreter::with_options(&module, options);
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let array = ArrayDescriptor::place(interpreter.memory_mut(), &bytes, &[100], 8);
        let argument = array.place_words(interpreter.memory_mut());
        assert_eq!(interpreter.call("sum", &[argument]), Ok(vec![Scalar::f64(expected)]));
        interpreter.memory_mut().store(array.data + 8 * 40, Scalar::f64(-1.0)).unwrap();
        let Err(Outcome::Raised(exception)) = interpreter.call("sum", &[argument]) else {
            panic!("an error")
        };
        assert_eq!((exception.class.name(), exception.function.as_str()), ("ValueError", "sum$par0"));
    }
}

#[test]
fn only_a_body_can_be_run_in_parallel() {
    for (text, address) in [("v5 = iconst.ptr 16", Some(16)), ("v5 = function_address fn1", None)] {
        let text = OUTLINED
            .replace("v5 = function_address fn0", text)
            .replace("(i64, i64, ptr, ptr)\n", "(i64, i64, ptr, ptr)\n    fn1 = @sum(ptr) -> f64\n");
        let module = module(&text);
        let mut interpreter = Interpreter::new(&module);
        let array = ArrayDescriptor::place(interpreter.memory_mut(), &[0; 8], &[1], 8);
        let argument = array.place_words(interpreter.memory_mut());
        let Err(Outcome::Trap(trap)) = interpreter.call("sum", &[argument]) else { panic!("a trap") };
        assert!(
            matches!(trap.kind, TrapKind::NotABody(found) if address.is_none_or(|address| address == found))
        );
    }
}
