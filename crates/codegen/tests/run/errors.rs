//! What raises, what it writes to the error state, and where control goes.

use crate::harness::{IMAGE, Machine, function, machines, module, targets};
use hotloop_abi::{Context, ErrorArgument, ErrorState, PAYLOAD_WORDS, Status};
use hotloop_codegen::{BOUNDS_MESSAGE, RECURSION_MESSAGE};
use hotloop_diagnostics::{SourceMap, Span};
use hotloop_mir::{
    BinaryOp, Builder, ExceptionClass, Function, InstKind, IntCompare, MachineType, Phase, RegionKind,
    RuntimeFunction, Terminator, Value,
};
use std::sync::atomic::{AtomicU64, Ordering};

const I64: MachineType = MachineType::I64;

fn span(start: u32) -> Span {
    let mut sources = SourceMap::new();
    Span::new(sources.add("kernel.py", "text"), start, start + 1)
}

fn checked(wrap: bool) -> Function {
    function(&[I64, I64], &[I64], |builder, v| {
        builder.set_span(span(7));
        vec![builder.value(InstKind::CheckBounds { index: v[0], length: v[1], axis: 3, wrap })]
    })
}

#[test]
fn bounds() {
    for wrap in [false, true] {
        for machine in machines(checked(wrap)) {
            for length in [0, 1, 2, 10, i64::MAX] {
                for index in
                    [0, 1, 9, 10, 11, -1, -2, -10, -11, i64::MAX, i64::MAX - 1, i64::MIN, i64::MIN + 1]
                {
                    let lowest = if wrap { -length } else { 0 };
                    let result = machine.call(&[index as u64, length as u64]);
                    if (lowest..length).contains(&index) {
                        let wrapped = if index < 0 { index + length } else { index };
                        assert_eq!(result.unwrap(), [wrapped as u64], "{index} of {length}");
                        continue;
                    }
                    let error = result.expect_err("an index out of bounds");
                    assert_eq!((error.image, error.site), (IMAGE, 0));
                    assert_eq!(error.class, ExceptionClass::IndexError as u32);
                    assert_eq!(error.payload[..3], [index, 3, length], "{index} of {length}");
                }
            }
        }
    }
}

#[test]
fn a_site_says_where_and_what() {
    let machine = machines(checked(true)).swap_remove(0);
    let [site] = machine.sites.as_slice() else { panic!("one site: {:?}", machine.sites) };
    assert_eq!((site.span, site.function.as_str()), (span(7), "test"));
    assert_eq!(
        (site.class.clone(), &site.arguments),
        (ExceptionClass::IndexError.into(), &ErrorArgument::message(BOUNDS_MESSAGE))
    );
    assert_eq!(machine.imports, ["hl_self"]);
}

/// Raises `ValueError` if the parameter is below 10, `KeyError` with two words if it is above 20.
fn raising(builder: &mut Builder<'_>, x: Value) {
    let (ten, twenty) = (builder.int(I64, 10), builder.int(I64, 20));
    let low = builder.compare(IntCompare::Sge, x, ten);
    let value_error = builder.function.error(ExceptionClass::ValueError, "too low");
    builder.effect(InstKind::Check { condition: low, error: value_error });
    let high = builder.compare(IntCompare::Sgt, x, twenty);
    let (raise, go_on) = (builder.add_block(), builder.add_block());
    builder.branch(high, raise, go_on);
    builder.switch_to(raise);
    let key_error = builder.function.error(ExceptionClass::KeyError, "{0} is above {1}");
    builder.terminate(Terminator::Raise { error: key_error, payload: vec![x, twenty] });
    builder.switch_to(go_on);
}

#[test]
fn checks_and_raises() {
    let built = function(&[I64], &[I64], |builder, v| {
        raising(builder, v[0]);
        vec![v[0]]
    });
    for machine in machines(built) {
        assert_eq!(machine.value(&[15]), 15);
        let low = machine.call(&[9]).unwrap_err();
        assert_eq!((low.class, low.image), (ExceptionClass::ValueError as u32, IMAGE));
        assert_eq!(machine.sites[low.site as usize].arguments, ErrorArgument::message("too low"));
        let high = machine.call(&[21]).unwrap_err();
        assert_eq!(high.class, ExceptionClass::KeyError as u32);
        assert_eq!(high.payload[..2], [21, 20]);
        assert_eq!(machine.sites[high.site as usize].arguments, ErrorArgument::message("{0} is above {1}"));
    }
}

#[test]
fn an_error_unwinds_through_the_blocks_that_ask_for_it() {
    let mut built = Function::new("test", &[I64, MachineType::Ptr], &[I64]);
    let (x, log) = (built.parameters()[0], built.parameters()[1]);
    let region = built.region(RegionKind::Argument(1));
    let (body, inner, outer) = (built.add_block(), built.add_block(), built.add_block());
    built.blocks[body].unwind = Some(inner);
    built.blocks[inner].unwind = Some(outer);
    let mut builder = Builder::at_entry(&mut built);
    builder.jump(body, &[]);
    builder.switch_to(body);
    raising(&mut builder, x);
    builder.terminate(Terminator::Return(vec![x]));
    for (block, word) in [(inner, 0), (outer, 8)] {
        builder.switch_to(block);
        builder.effect(InstKind::Store { value: x, address: log, offset: word, region });
        builder.terminate(Terminator::Reraise);
    }
    let made_by_raising = built.layout[4..].to_vec();
    for block in made_by_raising {
        built.blocks[block].unwind = Some(inner);
    }
    built.phase = Phase::Outlined;
    for machine in machines(built) {
        for (x, raised) in
            [(15, None), (3, Some(ExceptionClass::ValueError)), (30, Some(ExceptionClass::KeyError))]
        {
            let mut log = [0_u64; 2];
            let result = machine.call(&[x, log.as_mut_ptr() as u64]);
            match raised {
                None => assert_eq!((result.unwrap(), log), (vec![x], [0, 0])),
                Some(class) => {
                    assert_eq!(result.unwrap_err().class, class as u32);
                    assert_eq!(log, [x, x], "both unwind blocks ran");
                }
            }
        }
    }
}

/// Spoils all registers that a C function may.
#[cfg(target_arch = "x86_64")]
unsafe extern "C" fn spoiling_safepoint(_context: *mut Context) -> Status {
    // SAFETY: the instructions write only registers that are declared as clobbered.
    unsafe {
        std::arch::asm!(
            "pcmpeqd xmm0, xmm0",
            "pcmpeqd xmm1, xmm1",
            "pcmpeqd xmm2, xmm2",
            "pcmpeqd xmm3, xmm3",
            "pcmpeqd xmm4, xmm4",
            "pcmpeqd xmm5, xmm5",
            "pcmpeqd xmm6, xmm6",
            "pcmpeqd xmm7, xmm7",
            "pcmpeqd xmm8, xmm8",
            "pcmpeqd xmm9, xmm9",
            "pcmpeqd xmm10, xmm10",
            "pcmpeqd xmm11, xmm11",
            "pcmpeqd xmm12, xmm12",
            "pcmpeqd xmm13, xmm13",
            "pcmpeqd xmm14, xmm14",
            "pcmpeqd xmm15, xmm15",
            "mov rax, -1",
            "mov rcx, -1",
            "mov rdx, -1",
            "mov rsi, -1",
            "mov rdi, -1",
            "mov r8, -1",
            "mov r9, -1",
            "mov r10, -1",
            "mov r11, -1",
            clobber_abi("C"),
        );
    }
    Status::OK
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_safepoint_that_goes_on_changes_nothing() {
    let types = [[I64; 14], [MachineType::F64; 14]].concat();
    let built = function(&types, &types, |builder, v| {
        builder.effect(InstKind::Safepoint);
        v.to_vec()
    });
    let symbols = [("hl_safepoint", spoiling_safepoint as *const () as usize)];
    for target in targets() {
        let machine = Machine::with_symbols(&module(built.clone()), target, &symbols);
        machine.interrupt.store(1, Ordering::Relaxed);
        let values: Vec<u64> = (1..=28).map(|value| value << 40 | value).collect();
        assert_eq!(machine.call(&values).unwrap(), values);
    }
}

static ASKED: AtomicU64 = AtomicU64::new(0);

/// Says go on twice, then raises.
unsafe extern "C" fn fake_safepoint(context: *mut Context) -> Status {
    if ASKED.fetch_add(1, Ordering::Relaxed) < 2 {
        return Status::OK;
    }
    // SAFETY: compiled code passes its context.
    let error = unsafe { &mut (*context).error };
    *error = ErrorState {
        image: 0,
        site: ErrorState::NO_SITE,
        class: ExceptionClass::KeyboardInterrupt as u32,
        payload: [0; PAYLOAD_WORDS],
        texts: 0,
        ..ErrorState::default()
    };
    Status::RAISED
}

#[test]
fn a_safepoint_calls_the_runtime_only_when_asked() {
    let built = function(&[I64], &[I64], |builder, v| {
        builder.set_span(span(3));
        builder.effect(InstKind::Safepoint);
        vec![v[0]]
    });
    let symbols = [("hl_safepoint", fake_safepoint as *const () as usize)];
    let machine = Machine::with_symbols(&module(built), &targets()[0], &symbols);
    assert_eq!(machine.value(&[5]), 5);
    assert_eq!(ASKED.load(Ordering::Relaxed), 0);
    machine.interrupt.store(1, Ordering::Relaxed);
    assert_eq!([machine.value(&[5]), machine.value(&[6])], [5, 6]);
    let error = machine.call(&[7]).unwrap_err();
    assert_eq!((error.image, error.site), (IMAGE, 0), "compiled code gives the place");
    assert_eq!(error.class, ExceptionClass::KeyboardInterrupt as u32);
    assert_eq!(machine.sites[0].span, span(3));
}

/// Raises the flag that the loops below wait for, from another thread.
#[test]
fn a_second_loop_looks_at_the_flag_again() {
    unsafe extern "C" fn stop(context: *mut Context) -> Status {
        // SAFETY: compiled code passes its context.
        let error = unsafe { &mut (*context).error };
        *error = ErrorState {
            image: 0,
            site: ErrorState::NO_SITE,
            class: 0,
            payload: [0; PAYLOAD_WORDS],
            texts: 0,
            ..ErrorState::default()
        };
        Status::RAISED
    }
    // A first loop runs once; the second would run for ever.
    let built = function(&[I64], &[], |builder, v| {
        let (first, second) = (builder.add_block(), builder.add_block());
        builder.jump(first, &[]);
        builder.switch_to(first);
        builder.effect(InstKind::Safepoint);
        let zero = builder.int(I64, 0);
        let again = builder.compare(IntCompare::Ne, v[0], zero);
        builder.branch(again, first, second);
        builder.switch_to(second);
        builder.effect(InstKind::Safepoint);
        let exit = builder.add_block();
        let one = builder.int(I64, 1);
        let leave = builder.compare(IntCompare::Eq, v[0], one);
        builder.branch(leave, exit, second);
        builder.switch_to(exit);
        Vec::new()
    });
    let symbols = [("hl_safepoint", stop as *const () as usize)];
    for target in targets() {
        let machine = Machine::with_symbols(&module(built.clone()), target, &symbols);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(20));
                machine.interrupt.store(1, Ordering::Relaxed);
            });
            let error = machine.call(&[0]).unwrap_err();
            assert_eq!(error.site, 1, "it was in the second loop");
        });
    }
}

#[test]
fn the_stack_limit_is_an_address() {
    let built = function(&[], &[I64], |builder, _| {
        builder.effect(InstKind::CheckStack);
        vec![builder.int(I64, 1)]
    });
    for mut machine in machines(built) {
        assert_eq!(machine.value(&[]), 1);
        machine.stack_limit = u64::MAX;
        let error = machine.call(&[]).unwrap_err();
        assert_eq!(error.class, ExceptionClass::RecursionError as u32);
        assert_eq!(machine.sites[error.site as usize].arguments, ErrorArgument::message(RECURSION_MESSAGE));
    }
}

/// Gives the size, or raises `MemoryError` with it above 100, or passes on a foreign error above 1000.
unsafe extern "C" fn fake_allocate(context: *mut Context, size: i64, result: *mut u64) -> Status {
    // SAFETY: compiled code passes its context and a place for the result.
    let (error, result) = unsafe { (&mut (*context).error, &mut *result) };
    if size <= 100 {
        *result = size as u64;
        return Status::OK;
    }
    *error = if size <= 1000 {
        ErrorState {
            image: 0,
            site: ErrorState::NO_SITE,
            class: ExceptionClass::MemoryError as u32,
            payload: ErrorState::payload_of(&[size]),
            texts: 0,
            ..ErrorState::default()
        }
    } else {
        ErrorState {
            image: 77,
            site: 5,
            class: ExceptionClass::KeyError as u32,
            payload: [0; PAYLOAD_WORDS],
            texts: 0,
            ..ErrorState::default()
        }
    };
    Status::RAISED
}

#[test]
fn an_error_of_the_runtime_gets_a_place_unless_it_has_one() {
    let built = function(&[I64], &[MachineType::Ptr], |builder, v| {
        builder.set_span(span(9));
        builder
            .push(InstKind::CallRuntime { function: RuntimeFunction::Allocate, arguments: vec![v[0]] })
            .to_vec()
    });
    let symbols = [("hl_allocate", fake_allocate as *const () as usize)];
    for target in targets() {
        let machine = Machine::with_symbols(&module(built.clone()), target, &symbols);
        assert_eq!(machine.value(&[100]), 100);
        let error = machine.call(&[500]).unwrap_err();
        assert_eq!((error.image, error.site, error.payload[0]), (IMAGE, 0, 500));
        assert_eq!(machine.sites[0].span, span(9));
        let foreign = machine.call(&[2000]).unwrap_err();
        assert_eq!((foreign.image, foreign.site, foreign.class), (77, 5, ExceptionClass::KeyError as u32));
    }
}

#[test]
fn many_sites_share_their_tails() {
    let build = |count: usize| {
        function(&[I64, I64], &[I64], |builder, v| {
            let mut sum = v[0];
            for _ in 0..count {
                let index =
                    builder.value(InstKind::CheckBounds { index: sum, length: v[1], axis: 0, wrap: true });
                sum = builder.binary(BinaryOp::Iadd, sum, index);
            }
            vec![sum]
        })
    };
    let size = |count| {
        let options = hotloop_codegen::Options { verify: true };
        hotloop_codegen::compile(module(build(count)), &targets()[0], &options).unwrap().bytes.len()
    };
    let each = (size(80) - size(40)) / 40;
    assert!(each < 64, "{each} bytes a check");
}
