//! Whole functions: memory, checks, errors and unwinding, calls, limits.

use hotloop_interp::{
    ArrayDescriptor, Exception, Fault, Interpreter, Memory, Options, Outcome, Scalar, Trap, TrapKind,
};
use hotloop_mir::{ExceptionClass, MachineType, Module, RuntimeFunction, parse_module};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn module(text: &str) -> Module {
    parse_module(text).unwrap_or_else(|error| panic!("{error}"))
}

fn raised(outcome: Result<Vec<Scalar>, Outcome>) -> Exception {
    match outcome {
        Err(Outcome::Raised(exception)) => *exception,
        other => panic!("an exception was expected: {other:?}"),
    }
}

fn trapped(outcome: Result<Vec<Scalar>, Outcome>) -> Trap {
    match outcome {
        Err(Outcome::Trap(trap)) => *trap,
        other => panic!("a trap was expected: {other:?}"),
    }
}

const SUM_OF_ROW: &str = "
fn @sum_of_row(v0: ptr, v1: i64) -> f64 lowered @0..90 {
    region0 = descriptor
    region1 = argument 0
bb0:
    v2 = load.ptr v0 + 8, region0
    v3 = load.i64 v0 + 16, region0
    v4 = load.i64 v0 + 24, region0
    v5 = load.i64 v0 + 32, region0
    v6 = load.i64 v0 + 40, region0
    v7 = check_bounds v1, v3, axis 0, wrap @10..14
    v8 = imul v7, v5
    v9 = ptr_add v2, v8
    v10 = iconst 0
    v11 = iconst 1
    v12 = fconst 0.0
    jump bb1(v10, v12)
bb1(v13: i64, v14: f64):
    v15 = icmp slt v13, v4
    branch v15, bb2, bb3
bb2:
    v16 = imul v13, v6
    v17 = ptr_add v9, v16
    v18 = load.f64 v17, region1
    v19 = fadd v14, v18
    v20 = iadd v13, v11
    safepoint
    jump bb1(v20, v19)
bb3:
    return v14
}";

#[test]
fn arrays_are_read_through_their_descriptors() {
    let module = module(SUM_OF_ROW);
    let mut interpreter = Interpreter::new(&module);
    let bytes: Vec<u8> = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0_f64].iter().flat_map(|x| x.to_le_bytes()).collect();
    let array = ArrayDescriptor::place(interpreter.memory_mut(), &bytes, &[2, 3], 8);
    let argument = array.place_words(interpreter.memory_mut());
    assert_eq!(interpreter.call("sum_of_row", &[argument, Scalar::i64(0)]), Ok(vec![Scalar::f64(6.0)]));
    assert_eq!(interpreter.call("sum_of_row", &[argument, Scalar::i64(-1)]), Ok(vec![Scalar::f64(60.0)]));
    for index in [2, -3, i64::MAX, i64::MIN] {
        let exception = raised(interpreter.call("sum_of_row", &[argument, Scalar::i64(index)]));
        assert_eq!(exception.class, ExceptionClass::IndexError);
        assert_eq!(exception.message(), format!("index {index} is out of bounds for axis 0 with size 2"));
        assert_eq!(exception.payload, [index, 0, 2]);
        assert_eq!(
            (exception.function.as_str(), exception.span.start, exception.span.end),
            ("sum_of_row", 10, 14)
        );
    }
}

#[test]
fn bounds_are_checked_with_and_without_wrapping() {
    let module = module(
        "fn @wrap(v0: i64, v1: i64) -> i64 { bb0: v2 = check_bounds v0, v1, axis 1, wrap return v2 }
         fn @plain(v0: i64, v1: i64) -> i64 { bb0: v2 = check_bounds v0, v1, axis 1 return v2 }",
    );
    let mut interpreter = Interpreter::new(&module);
    let mut index = |symbol: &str, index: i64, length: i64| match interpreter
        .call(symbol, &[Scalar::i64(index), Scalar::i64(length)])
    {
        Ok(results) => results[0].as_int(),
        Err(_) => None,
    };
    for (given, length, wrapped, plain) in [
        (0, 3, Some(0), Some(0)),
        (2, 3, Some(2), Some(2)),
        (3, 3, None, None),
        (-1, 3, Some(2), None),
        (-3, 3, Some(0), None),
        (-4, 3, None, None),
        (0, 0, None, None),
        (i64::MIN, i64::MAX, None, None),
        (-i64::MAX, i64::MAX, Some(0), None),
    ] {
        assert_eq!(index("wrap", given, length), wrapped, "{given} of {length}");
        assert_eq!(index("plain", given, length), plain, "{given} of {length}");
    }
}

const UNWINDING: &str = "
fn @protected(v0: i64) -> i64 lowered {
    region0 = allocation 0
    err0 = KeyError \"inner {0}\"
    err1 = ValueError \"outer {0} {1} {2} {3}\"
    fn0 = @check_small(i64)
bb0:
    v1 = iconst 16
    v2 = call_runtime hl_allocate(v1)
    jump bb1
bb1 unwind bb3:
    call fn0(v0)
    v3 = iconst 2
    v4 = icmp slt v0, v3
    check v4, err0 @7..8
    jump bb2
bb2:
    call_runtime hl_release(v2)
    return v0
bb3:
    call_runtime hl_release(v2)
    v5 = iconst -1
    v6 = icmp eq v0, v5
    branch v6, bb5, bb4
bb4:
    reraise
bb5:
    raise err1(v0, v5, v0) @20..30
}

fn @check_small(v0: i64) lowered {
    err0 = OverflowError \"too large: {0}, {1}\"
bb0:
    v1 = iconst 100
    v2 = icmp slt v0, v1
    v3 = icmp sge v0, v1
    branch v2, bb1, bb2
bb1:
    return
bb2:
    raise err0(v0)
}";

#[test]
fn errors_unwind_to_the_blocks_that_release() {
    let module = module(UNWINDING);
    let mut interpreter = Interpreter::new(&module);
    assert_eq!(interpreter.call("protected", &[Scalar::i64(1)]), Ok(vec![Scalar::i64(1)]));

    let exception = raised(interpreter.call("protected", &[Scalar::i64(5)]));
    assert_eq!((exception.class.name(), exception.message().as_str()), ("KeyError", "'inner {0}'"));
    assert_eq!((exception.function.as_str(), exception.span.start), ("protected", 7));

    let exception = raised(interpreter.call("protected", &[Scalar::i64(100)]));
    assert_eq!(exception.to_string(), "OverflowError: too large: 100, {1}");
    assert_eq!((exception.function.as_str(), exception.payload), ("check_small", vec![100]));
    assert_eq!(interpreter.memory().live_blocks(), 0);
}

#[test]
fn an_error_on_the_way_can_be_replaced() {
    let text = UNWINDING.replace("icmp slt v0, v3", "icmp sgt v0, v3");
    let module = module(&text);
    let exception = raised(Interpreter::new(&module).call("protected", &[Scalar::i64(-1)]));
    assert_eq!((exception.class.name(), exception.span.start), ("ValueError", 20));
    assert_eq!(exception.message(), "outer -1 -1 -1 {3}");
}

#[test]
fn nested_unwinding_passes_each_level() {
    let module = module(
        "fn @nested(v0: ptr) lowered {
            region0 = argument 0
            err0 = RuntimeError \"\"
        bb0:
            v1 = iconst.i1 0
            v2 = iconst.i8 1
            v3 = iconst.i8 2
            jump bb1
        bb1 unwind bb3:
            check v1, err0
            unreachable
        bb3 unwind bb4:
            store v2, v0, region0
            reraise
        bb4:
            store v3, v0 + 1, region0
            reraise
        }",
    );
    let mut interpreter = Interpreter::new(&module);
    let bytes = interpreter.memory_mut().place(&[0, 0]);
    let exception = raised(interpreter.call("nested", &[Scalar::ptr(bytes)]));
    assert_eq!(exception.class, ExceptionClass::RuntimeError);
    assert_eq!(interpreter.memory().bytes(bytes, 2), Ok([1, 2].as_slice()));
}

const RECURSION: &str = "
fn @depth(v0: i64) -> i64 lowered {
    fn0 = @depth(i64) -> i64
bb0:
    check_stack
    v1 = iconst 1
    v2 = icmp sle v0, v1
    branch v2, bb1, bb2
bb1:
    return v1
bb2:
    v3 = isub v0, v1
    v4 = call fn0(v3)
    v5 = iadd v4, v1
    return v5
}";

#[test]
fn recursion_raises_at_its_limit() {
    let checked = module(RECURSION);
    let mut interpreter = Interpreter::new(&checked);
    assert_eq!(interpreter.call("depth", &[Scalar::i64(1000)]), Ok(vec![Scalar::i64(1000)]));
    let exception = raised(interpreter.call("depth", &[Scalar::i64(1001)]));
    assert_eq!(exception.to_string(), "RecursionError: maximum recursion depth exceeded");
    assert_eq!(interpreter.call("depth", &[Scalar::i64(1000)]), Ok(vec![Scalar::i64(1000)]));

    let unchecked = module(&RECURSION.replace("check_stack", ""));
    let trap = trapped(Interpreter::new(&unchecked).call("depth", &[Scalar::i64(i64::MAX)]));
    assert_eq!((trap.kind, trap.inst.as_str()), (TrapKind::StackExhausted, "call fn0(v3)"));
}

#[test]
fn fuel_and_interrupts_end_endless_loops() {
    let module = module("fn @endless() { bb0: jump bb1 bb1: safepoint jump bb1 }");
    let options = Options { fuel: Some(1000), ..Options::default() };
    assert_eq!(Interpreter::with_options(&module, options).call("endless", &[]), Err(Outcome::OutOfFuel));

    let flag = Arc::new(AtomicBool::new(true));
    let options = Options { interrupt: Some(flag.clone()), ..Options::default() };
    let exception = raised(Interpreter::with_options(&module, options).call("endless", &[]));
    assert_eq!(exception.class, ExceptionClass::KeyboardInterrupt);
    assert!(!flag.load(Ordering::Relaxed), "the safepoint resets the flag");
}

#[test]
fn misuse_of_memory_is_a_trap_at_the_instruction() {
    let module = module(
        "fn @use_after_free() -> i64 {
            region0 = allocation 0
        bb0:
            v0 = iconst 8
            v1 = call_runtime hl_allocate_zeroed(v0)
            v2 = load.i64 v1 + 64, region0
            call_runtime hl_release(v1)
            v3 = load.i64 v1 + 64, region0 @5..6
            return v3
        }
        fn @behind_the_end() -> i8 {
            region0 = allocation 0
        bb0:
            v0 = iconst 8
            v1 = call_runtime hl_allocate(v0)
            v2 = load.i8 v1 + 72, region0
            return v2
        }
        fn @dangling_slot() -> i64 {
            region0 = unknown
            fn0 = @slot() -> ptr
        bb0:
            v0 = call fn0()
            v1 = load.i64 v0, region0
            return v1
        }
        fn @slot() -> ptr {
            slot0 = 8 bytes
        bb0:
            v0 = slot_address slot0
            return v0
        }
        fn @released_twice(v0: ptr) { bb0: call_runtime hl_release(v0) return }
        fn @never() { bb0: unreachable }
        fn @descriptor(v0: ptr) { region0 = descriptor bb0: store v0, v0, region0 return }
        fn @lie(v0: ptr) -> i8 {
            region0 = argument 0
            region1 = allocation 0
        bb0:
            v1 = load.i8 v0, region0
            v2 = load.i8 v0 + 1, region1
            return v2
        }",
    );
    let mut interpreter = Interpreter::new(&module);
    let trap = trapped(interpreter.call("use_after_free", &[]));
    assert!(matches!(trap.kind, TrapKind::Memory(Fault::Freed { .. })), "{trap}");
    assert_eq!((trap.function.as_str(), trap.inst.as_str()), ("use_after_free", "load.i64 v1 + 64, region0"));
    assert_eq!(trap.span.start, 5);
    let trap = trapped(interpreter.call("behind_the_end", &[]));
    assert!(matches!(trap.kind, TrapKind::Memory(Fault::OutOfBounds { size_bytes: 1, .. })), "{trap}");
    let trap = trapped(interpreter.call("dangling_slot", &[]));
    assert!(matches!(trap.kind, TrapKind::Memory(Fault::Freed { .. })), "{trap}");
    let bytes = interpreter.memory_mut().place(&[0; 16]);
    let trap = trapped(interpreter.call("released_twice", &[Scalar::ptr(bytes)]));
    assert_eq!(trap.kind, TrapKind::Memory(Fault::NotABlock { address: bytes }));
    assert_eq!(trapped(interpreter.call("never", &[])).kind, TrapKind::Unreachable);
    assert_eq!(
        trapped(interpreter.call("descriptor", &[Scalar::ptr(bytes)])).kind,
        TrapKind::DescriptorWritten
    );
    let trap = trapped(interpreter.call("lie", &[Scalar::ptr(bytes)]));
    assert!(matches!(trap.kind, TrapKind::Regions(_)), "{trap}");
}

#[test]
fn calls_that_do_not_fit_are_traps() {
    let module = module(
        "fn @caller(v0: i64) { fn0 = @absent() bb0: call fn0() return }
         fn @wrong() -> f64 { fn0 = @given() -> f64 bb0: v0 = call fn0() return v0 }
         fn @given() -> i64 { bb0: v0 = iconst 1 return v0 }
         fn @invalid() -> i64 { bb0: v0 = iconst.i8 1 return v0 }",
    );
    let mut interpreter = Interpreter::new(&module);
    let kinds = [
        ("caller", vec![Scalar::i64(1)], TrapKind::NoFunction("absent".into())),
        ("caller", vec![], TrapKind::BadArguments),
        ("caller", vec![Scalar::f64(1.0)], TrapKind::BadArguments),
        ("nowhere", vec![], TrapKind::NoFunction("nowhere".into())),
        ("wrong", vec![], TrapKind::BadArguments),
    ];
    for (symbol, arguments, kind) in kinds {
        assert_eq!(trapped(interpreter.call(symbol, &arguments)).kind, kind, "{symbol}");
    }
    assert!(matches!(trapped(interpreter.call("invalid", &[])).kind, TrapKind::Invalid(_)));
}

#[test]
fn references_are_counted_and_memory_can_run_out() {
    let module = module(
        "fn @make(v0: i64) -> ptr { bb0: v1 = call_runtime hl_allocate_zeroed(v0) call_runtime hl_retain(v1) call_runtime hl_release(v1) return v1 }
         fn @null() { bb0: v0 = iconst.ptr 0 call_runtime hl_retain(v0) call_runtime hl_release(v0) return }",
    );
    let mut interpreter = Interpreter::new(&module).with_memory(Memory::with_limit(1000));
    let block = interpreter.call("make", &[Scalar::i64(24)]).unwrap()[0];
    let block = block.as_int().unwrap() as u64;
    assert_eq!(interpreter.memory_mut().references(block), Ok(1));
    assert_eq!(interpreter.memory().bytes(block + 64, 24), Ok([0; 24].as_slice()));
    assert_eq!(raised(interpreter.call("make", &[Scalar::i64(1000)])).class, ExceptionClass::MemoryError);
    assert_eq!(raised(interpreter.call("make", &[Scalar::i64(i64::MAX)])).class, ExceptionClass::MemoryError);
    assert_eq!(raised(interpreter.call("make", &[Scalar::i64(-1)])).class, ExceptionClass::ValueError);
    assert_eq!(interpreter.call("null", &[]), Ok(vec![]));
    assert_eq!(interpreter.memory().live_blocks(), 1);
}

#[test]
fn parameters_of_a_jump_are_set_all_at_once() {
    let module = module(
        "fn @swap(v0: i64, v1: i64, v2: i64) -> (i64, i64) {
        bb0:
            jump bb1(v0, v1, v2)
        bb1(v3: i64, v4: i64, v5: i64):
            v6 = iconst 0
            v7 = icmp eq v5, v6
            v8 = iconst 1
            v9 = isub v5, v8
            branch v7, bb2, bb1(v4, v3, v9)
        bb2:
            return v3, v4
        }",
    );
    let arguments = [Scalar::i64(1), Scalar::i64(2), Scalar::i64(3)];
    let results = Interpreter::new(&module).call("swap", &arguments);
    assert_eq!(results, Ok(vec![Scalar::i64(2), Scalar::i64(1)]));
}

#[test]
fn stores_and_loads_keep_the_bits_of_every_type() {
    for ty in MachineType::ALL {
        let text = format!(
            "fn @f(v0: {ty}) -> {ty} {{ slot0 = 16 bytes region0 = stack
             bb0: v1 = slot_address slot0 store v0, v1 + 8, region0 v2 = load.{ty} v1 + 8, region0 return v2 }}"
        );
        let module =
            module(&text.replace("slot0 = 16 bytes region0 = stack", "region0 = stack slot0 = 16 bytes"));
        for bits in [0, 1, 0x7f, 0x80, 0xffff_ffff_ffff_ffff, 0x7ff0_0000_0000_0001, 0x7fa0_0001] {
            let scalar = hotloop_interp::evaluate::from_bits(*ty, bits);
            assert_eq!(Interpreter::new(&module).call("f", &[scalar]), Ok(vec![scalar]));
        }
    }
}

#[test]
fn mathematics_is_called_with_its_arguments() {
    let call = |function: RuntimeFunction, arguments: &[Scalar]| {
        let parameters: Vec<String> =
            function.parameters().iter().enumerate().map(|(at, ty)| format!("v{at}: {ty}")).collect();
        let values: Vec<String> = (0..arguments.len()).map(|at| format!("v{at}")).collect();
        let text = format!(
            "fn @f({}) -> {} {{ bb0: v9 = call_runtime {}({}) return v9 }}",
            parameters.join(", "),
            function.result().unwrap(),
            function.symbol(),
            values.join(", ")
        );
        Interpreter::new(&module(&text)).call("f", arguments)
    };
    let double = |value: f64| Ok(vec![Scalar::f64(value)]);
    assert_eq!(call(RuntimeFunction::Sin, &[Scalar::f64(1.0)]), double(1.0_f64.sin()));
    assert_eq!(call(RuntimeFunction::Pow, &[Scalar::f64(-8.0), Scalar::f64(3.0)]), double(-512.0));
    assert_eq!(
        call(RuntimeFunction::Atan2, &[Scalar::f64(-0.0), Scalar::f64(-1.0)]),
        double(-std::f64::consts::PI)
    );
    assert_eq!(call(RuntimeFunction::Fmod, &[Scalar::f64(-7.5), Scalar::f64(2.0)]), double(-1.5));
    assert_eq!(call(RuntimeFunction::Ldexp, &[Scalar::f64(0.75), Scalar::i64(4)]), double(12.0));
    assert_eq!(call(RuntimeFunction::RoundDigits, &[Scalar::f64(2.675), Scalar::i64(2)]), double(2.67));
    assert_eq!(
        call(RuntimeFunction::FloatPow, &[Scalar::f32(2.0), Scalar::f32(0.5)]),
        Ok(vec![Scalar::f32(2.0_f32.powf(0.5))])
    );
    let trap = trapped(call(RuntimeFunction::Erf, &[Scalar::f64(1.0)]));
    assert_eq!(trap.kind, TrapKind::NoMathematics("erf"));
}
