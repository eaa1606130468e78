//! Control flow of all shapes, and functions of all sizes.

use crate::harness::{Machine, function, machines, module, targets};
use hotloop_codegen::{Options, Target, compile};
use hotloop_mir::{
    BinaryOp, Builder, Function, InstKind, IntCompare, MachineType, Phase, RegionKind, Terminator,
};

const I64: MachineType = MachineType::I64;

#[test]
fn a_loop_with_swapped_values() {
    // Fibonacci: (a, b) = (b, a + b).
    let built = function(&[I64], &[I64], |builder, v| {
        let (head, body, exit) = (builder.add_block(), builder.add_block(), builder.add_block());
        let [i, a, b] = std::array::from_fn(|_| builder.function.add_parameter(head, I64));
        let (zero, one) = (builder.int(I64, 0), builder.int(I64, 1));
        builder.jump(head, &[zero, zero, one]);
        builder.switch_to(head);
        let more = builder.compare(IntCompare::Slt, i, v[0]);
        builder.branch(more, body, exit);
        builder.switch_to(body);
        let one = builder.int(I64, 1);
        let (next, sum) = (builder.binary(BinaryOp::Iadd, i, one), builder.binary(BinaryOp::Iadd, a, b));
        builder.jump(head, &[next, b, sum]);
        builder.switch_to(exit);
        vec![a]
    });
    for machine in machines(built) {
        assert_eq!([0, 1, 2, 10, 90].map(|n| machine.value(&[n])), [0, 1, 1, 55, 2_880_067_194_370_816_120]);
    }
}

#[test]
fn the_layout_may_list_a_use_before_its_definition() {
    let mut built = Function::new("test", &[I64], &[I64]);
    let x = built.parameters()[0];
    let mut builder = Builder::at_entry(&mut built);
    let (late, early) = (builder.add_block(), builder.add_block());
    builder.jump(early, &[]);
    builder.switch_to(early);
    let double = builder.binary(BinaryOp::Iadd, x, x);
    builder.jump(late, &[]);
    builder.switch_to(late);
    builder.terminate(Terminator::Return(vec![double]));
    let unreachable = builder.add_block();
    builder.switch_to(unreachable);
    builder.terminate(Terminator::Return(vec![double]));
    built.phase = Phase::Outlined;
    assert_eq!(machines(built)[0].value(&[21]), 42);
}

/// `x = x * 3 + a[i % 8] ...`, so long that no allocator can keep it in registers.
fn long_function(length: usize) -> Function {
    function(&[MachineType::Ptr, I64], &[I64], |builder, v| {
        let region = builder.function.region(RegionKind::Argument(0));
        let mut values = vec![v[1]];
        for position in 0..length {
            let offset = 8 * (position % 8) as i32;
            let loaded = builder.value(InstKind::Load { ty: I64, address: v[0], offset, region });
            let before = values[values.len() - 1 - position % values.len().min(40)];
            let product = builder.binary(BinaryOp::Imul, before, loaded);
            let last = values[values.len() - 1];
            values.push(builder.binary(BinaryOp::Iadd, product, last));
        }
        let last = values[values.len() - 1];
        vec![last]
    })
}

fn long_result(length: usize, array: &[u64; 8], x: u64) -> u64 {
    let mut values = vec![x];
    for position in 0..length {
        let before: u64 = values[values.len() - 1 - position % values.len().min(40)];
        let last = values[values.len() - 1];
        values.push(before.wrapping_mul(array[position % 8]).wrapping_add(last));
    }
    values[values.len() - 1]
}

#[test]
fn a_large_function_is_compiled_quickly_and_says_so() {
    let array = [3, 5, 7, 11, 13, 17, 19, 23];
    for (length, remarks) in [(100, 0), (3000, 1)] {
        let module = module(long_function(length));
        let object = compile(module.clone(), &targets()[0], &Options { verify: true }).unwrap();
        assert_eq!(object.remarks.len(), remarks, "{:?}", object.remarks);
        let machine = Machine::with_symbols(&module, &targets()[0], &[]);
        assert_eq!(machine.value(&[array.as_ptr() as u64, 9]), long_result(length, &array, 9));
    }
}

#[test]
fn equal_modules_give_equal_bytes() {
    let module = module(long_function(50));
    let bytes = || compile(module.clone(), &targets()[0], &Options::default()).unwrap().bytes;
    assert_eq!(bytes(), bytes());
}

#[test]
fn what_a_target_keeps_changes_no_bytes() {
    let with_safepoint = module(function(&[I64], &[I64], |builder, v| {
        builder.effect(InstKind::Safepoint);
        vec![v[0]]
    }));
    let bytes = |target: &Target| compile(with_safepoint.clone(), target, &Options::default()).unwrap().bytes;
    let target = Target::from_name("x86-64-v3").unwrap();
    let first = bytes(&target);
    assert_eq!(bytes(&target), first);
    assert_eq!(bytes(&Target::from_name("x86-64-v3").unwrap()), first);
}

#[test]
fn several_threads_compile_at_once() {
    let module = module(long_function(50));
    let expected = compile(module.clone(), &targets()[0], &Options::default()).unwrap().bytes;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(
                        compile(module.clone(), &targets()[0], &Options::default()).unwrap().bytes,
                        expected
                    );
                }
            });
        }
    });
}
