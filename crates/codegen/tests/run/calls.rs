//! Calls within an object, across objects, and of the runtime.

use crate::harness::{IMAGE, Machine, function, module, targets};
use hotloop_abi::{ErrorState, ParallelBody, Status};
use hotloop_mir::{
    BinaryOp, Builder, CalleeData, ExceptionClass, Function, InstKind, IntCompare, MachineType, Module,
    Phase, RegionKind, RuntimeFunction, Terminator,
};

const I64: MachineType = MachineType::I64;

/// All machine types, and a value of each.
const ALL_VALUES: [u64; 8] =
    [1, 0x81, 0x8123, 0x8123_4567, 0x8123_4567_89ab_cdef, 0x7fc0_0001, 0x7ff0_0000_0000_0000, 0xffff_f000];

/// Gives its arguments back.
fn identity(name: &str) -> Function {
    let mut identity = function(MachineType::ALL, MachineType::ALL, |_, v| v.to_vec());
    identity.name = name.to_owned();
    identity
}

/// Calls `symbol` with its own arguments.
fn forwarding(symbol: &str) -> Function {
    function(MachineType::ALL, MachineType::ALL, |builder, v| {
        let (parameters, results) = (MachineType::ALL.to_vec(), MachineType::ALL.to_vec());
        let callee = builder.function.callee(CalleeData {
            symbol: symbol.to_owned(),
            parameters,
            results,
            is_placeless: false,
        });
        builder.push(InstKind::Call { callee, arguments: v.to_vec() }).to_vec()
    })
}

#[test]
fn every_type_passes_through_a_call_in_the_object() {
    let module = Module { functions: vec![forwarding("other"), identity("other")] };
    for target in targets() {
        let machine = Machine::with_symbols(&module, target, &[]);
        assert_eq!(machine.call(&ALL_VALUES).unwrap(), ALL_VALUES);
        assert!(machine.imports.is_empty());
    }
}

#[test]
fn every_type_passes_through_a_call_to_another_object() {
    for target in targets() {
        let other = Machine::with_symbols(&module(identity("other")), target, &[]);
        let caller = module(forwarding("other"));
        let machine = Machine::with_symbols(&caller, target, &[("other", other.symbol("other"))]);
        assert_eq!(machine.imports, ["other"]);
        assert_eq!(machine.call(&ALL_VALUES).unwrap(), ALL_VALUES);
    }
}

#[test]
fn narrow_results_are_extended_with_zeros() {
    let module = module(identity("test"));
    let machine = Machine::with_symbols(&module, &targets()[0], &[]);
    let dirty: Vec<u64> = MachineType::ALL
        .iter()
        .zip(ALL_VALUES)
        .map(
            |(ty, value)| {
                if ty.size_bytes() == 8 { value } else { value | u64::MAX << (8 * ty.size_bytes()) }
            },
        )
        .collect();
    assert_eq!(machine.call(&dirty).unwrap(), ALL_VALUES, "what lies above an argument does not matter");
}

#[test]
fn an_error_of_a_callee_is_passed_on_as_it_is() {
    let mut failing = function(&[I64], &[I64], |builder, v| {
        vec![builder.value(InstKind::CheckBounds { index: v[0], length: v[0], axis: 1, wrap: false })]
    });
    failing.name = "failing".to_owned();
    let build = |other: &str| {
        function(&[I64], &[I64], |builder, v| {
            let callee = CalleeData {
                symbol: other.to_owned(),
                parameters: vec![I64],
                results: vec![I64],
                is_placeless: false,
            };
            let callee = builder.function.callee(callee);
            builder.push(InstKind::Call { callee, arguments: vec![v[0]] }).to_vec()
        })
    };
    for target in targets() {
        let together = Module { functions: vec![build("failing"), failing.clone()] };
        let error = Machine::with_symbols(&together, target, &[]).call(&[4]).unwrap_err();
        assert_eq!((error.image, error.site, error.payload), (IMAGE, 0, ErrorState::payload_of(&[4, 1, 4])));
        let other = Machine::with_symbols(&module(failing.clone()), target, &[]);
        let machine =
            Machine::with_symbols(&module(build("failing")), target, &[("failing", other.symbol("failing"))]);
        assert_eq!(machine.call(&[4]).unwrap_err().class, ExceptionClass::IndexError as u32);
    }
}

/// `f(n) = n <= 0 ? 0 : n + f(n - 1)`, with a stack check.
fn recursive() -> Function {
    function(&[I64], &[I64], |builder, v| {
        builder.effect(InstKind::CheckStack);
        let callee = CalleeData {
            symbol: "test".to_owned(),
            parameters: vec![I64],
            results: vec![I64],
            is_placeless: false,
        };
        let callee = builder.function.callee(callee);
        let (deeper, done) = (builder.add_block(), builder.add_block());
        let zero = builder.int(I64, 0);
        let ends = builder.compare(IntCompare::Sle, v[0], zero);
        let result = builder.function.add_parameter(done, I64);
        builder.terminate(Terminator::Branch {
            condition: ends,
            then: hotloop_mir::BlockCall::new(done, vec![zero]),
            otherwise: hotloop_mir::BlockCall::new(deeper, Vec::new()),
        });
        builder.switch_to(deeper);
        let one = builder.int(I64, 1);
        let less = builder.binary(BinaryOp::Isub, v[0], one);
        let rest = builder.value(InstKind::Call { callee, arguments: vec![less] });
        let sum = builder.binary(BinaryOp::Iadd, v[0], rest);
        builder.jump(done, &[sum]);
        builder.switch_to(done);
        vec![result]
    })
}

#[test]
fn recursion_ends_in_an_error_before_the_stack_does() {
    for target in targets() {
        let mut machine = Machine::with_symbols(&module(recursive()), target, &[]);
        assert_eq!(machine.value(&[1000]), 500_500);
        let here = 0_u8;
        machine.stack_limit = &raw const here as u64 - 256 * 1024;
        assert_eq!(machine.value(&[1000]), 500_500);
        let error = machine.call(&[1_000_000]).unwrap_err();
        assert_eq!(error.class, ExceptionClass::RecursionError as u32);
    }
}

extern "C" fn half(x: f64) -> f64 {
    x / 2.0
}

extern "C" fn first_less_second(x: f32, y: f32) -> f32 {
    x - y
}

extern "C" fn scaled(x: f64, exponent: i64) -> f64 {
    x * exponent as f64
}

#[test]
fn plain_runtime_functions() {
    let built = function(
        &[MachineType::F64, MachineType::F32, I64],
        &[MachineType::F64, MachineType::F32, MachineType::F64],
        |builder, v| {
            let mut call = |function, arguments| builder.value(InstKind::CallRuntime { function, arguments });
            let sin = call(RuntimeFunction::Sin, vec![v[0]]);
            let pow = call(RuntimeFunction::FloatPow, vec![v[1], v[1]]);
            let ldexp = call(RuntimeFunction::Ldexp, vec![sin, v[2]]);
            vec![sin, pow, ldexp]
        },
    );
    let symbols = [
        ("sin", half as *const () as usize),
        ("powf", first_less_second as *const () as usize),
        ("hl_ldexp", scaled as *const () as usize),
    ];
    for target in targets() {
        let machine = Machine::with_symbols(&module(built.clone()), target, &symbols);
        assert_eq!(machine.imports, ["sin", "powf", "hl_ldexp"]);
        let results = machine.call(&[3.0_f64.to_bits(), u64::from(2.5_f32.to_bits()), 4]).unwrap();
        assert_eq!(results, [1.5_f64.to_bits(), 0, 6.0_f64.to_bits()]);
    }
}

/// Adds captured word 0 to each of `start..end` and leaves the sum in partial 0.
fn parallel_body() -> Function {
    let mut body = Function::new("test.body", &[I64, I64, MachineType::Ptr, MachineType::Ptr], &[]);
    body.is_parallel_body = true;
    body.phase = Phase::Outlined;
    let v = body.parameters().to_vec();
    let (captures, partials) = (body.region(RegionKind::Descriptor), body.region(RegionKind::Unknown));
    let mut builder = Builder::at_entry(&mut body);
    let captured = builder.value(InstKind::Load { ty: I64, address: v[2], offset: 0, region: captures });
    let count = builder.binary(BinaryOp::Isub, v[1], v[0]);
    let sum = builder.binary(BinaryOp::Imul, captured, count);
    let in_bounds = builder.compare(IntCompare::Slt, count, captured);
    let error = builder.function.error(ExceptionClass::ValueError, "too many");
    builder.effect(InstKind::Check { condition: in_bounds, error });
    builder.effect(InstKind::Store { value: sum, address: v[3], offset: 0, region: partials });
    builder.terminate(Terminator::Return(Vec::new()));
    body
}

/// Runs a body as the runtime would, in one chunk.
unsafe extern "C" fn fake_parallel_for(
    context: *mut hotloop_abi::Context,
    trip_count: i64,
    body: ParallelBody,
    captures: *const u64,
    partials: *mut u64,
    _partial_count: i64,
    _chunks: i64,
    _cost: i64,
) -> Status {
    // SAFETY: compiled code passes a body, and the blocks that it needs.
    unsafe { body(context, 0, trip_count, captures, partials) }
}

#[test]
fn a_parallel_body_is_passed_by_its_address() {
    let caller = function(&[I64, MachineType::Ptr], &[], |builder, v| {
        let callee = CalleeData {
            symbol: "test.body".to_owned(),
            parameters: vec![],
            results: vec![],
            is_placeless: false,
        };
        let callee = builder.function.callee(callee);
        let body = builder.value(InstKind::FunctionAddress(callee));
        let (one, zero, eight) = (builder.int(I64, 1), builder.int(I64, 0), builder.int(I64, 8));
        let partials = builder.value(InstKind::PtrAdd { base: v[1], offset: eight });
        let arguments = vec![v[0], body, v[1], partials, one, one, zero];
        builder.push(InstKind::CallRuntime { function: RuntimeFunction::ParallelFor, arguments }).to_vec()
    });
    let module = Module { functions: vec![caller, parallel_body()] };
    for target in targets() {
        let machine = Machine::with_symbols(
            &module,
            target,
            &[("hl_parallel_for", fake_parallel_for as *const () as usize)],
        );
        let mut block = [100_u64, 0];
        machine.call(&[7, block.as_mut_ptr() as u64]).unwrap();
        assert_eq!(block, [100, 700]);
        let error = machine.call(&[100, block.as_mut_ptr() as u64]).unwrap_err();
        assert_eq!(machine.sites[error.site as usize].function, "test.body", "the worker's place stays");
    }
}
