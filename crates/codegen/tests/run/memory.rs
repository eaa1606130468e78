//! Loads, stores, slots and addresses.

use crate::harness::{function, machines, mask};
use hotloop_mir::{BinaryOp, InstKind, MachineType, RegionKind, SlotData};

#[test]
fn every_type_is_stored_and_loaded() {
    for ty in MachineType::ALL {
        let built = function(&[MachineType::Ptr, *ty], &[*ty], |builder, v| {
            let region = builder.function.region(RegionKind::Argument(0));
            let here = builder.value(InstKind::Load { ty: *ty, address: v[0], offset: 8, region });
            builder.effect(InstKind::Store { value: v[1], address: v[0], offset: -8, region });
            vec![here]
        });
        for machine in machines(built) {
            let stored = if *ty == MachineType::I1 { 1 } else { 0x0102_0304_0506_0708 };
            let mut memory = [u64::MAX, u64::MAX, 0x8899_aabb_ccdd_eeff];
            let loaded = machine.value(&[memory.as_mut_ptr() as u64 + 8, stored]);
            let expected = if *ty == MachineType::I1 { 1 } else { 0x8899_aabb_ccdd_eeff & mask(*ty) };
            assert_eq!(loaded, expected, "{ty}");
            let bytes = u64::MAX >> (64 - 8 * ty.size_bytes());
            assert_eq!(memory[0], !bytes | (stored & bytes), "{ty}: only its bytes are written");
            assert_eq!(memory[1], u64::MAX);
        }
    }
}

#[test]
fn any_byte_but_zero_of_a_foreign_array_is_true() {
    let built = function(&[MachineType::Ptr], &[MachineType::I1, MachineType::I64], |builder, v| {
        let region = builder.function.region(RegionKind::Argument(0));
        let truth = builder.value(InstKind::Load { ty: MachineType::I1, address: v[0], offset: 0, region });
        let number =
            builder.value(InstKind::Convert(hotloop_mir::ConvertOp::ZeroExtend, truth, MachineType::I64));
        vec![truth, number]
    });
    for machine in machines(built) {
        for byte in [0_u8, 1, 2, 0x80, 0xff] {
            let truth = u64::from(byte != 0);
            assert_eq!(machine.call(&[&raw const byte as u64]).unwrap(), [truth, truth], "{byte}");
        }
    }
}

#[test]
fn slots_are_memory_of_one_activation() {
    let built = function(
        &[MachineType::I64, MachineType::F32],
        &[MachineType::I64, MachineType::F32],
        |builder, v| {
            let slot = builder.function.slots.push(SlotData { size_bytes: 24 });
            let region = builder.function.region(RegionKind::Stack);
            let address = builder.value(InstKind::SlotAddress(slot));
            builder.effect(InstKind::Store { value: v[0], address, offset: 0, region });
            let sixteen = builder.int(MachineType::I64, 16);
            let end = builder.value(InstKind::PtrAdd { base: address, offset: sixteen });
            builder.effect(InstKind::Store { value: v[1], address: end, offset: 4, region });
            let first = builder.value(InstKind::Load { ty: MachineType::I64, address, offset: 0, region });
            let last = builder.value(InstKind::Load { ty: MachineType::F32, address, offset: 20, region });
            vec![first, last]
        },
    );
    for machine in machines(built) {
        assert_eq!(machine.call(&[7, 0x3f80_0000]).unwrap(), [7, 0x3f80_0000]);
    }
}

#[test]
fn regions_that_may_alias_do() {
    // Two arguments may be one array; so may an allocation and an unknown array.
    let pairs = [
        (RegionKind::Argument(0), RegionKind::Argument(1)),
        (RegionKind::Allocation(0), RegionKind::Unknown),
        (RegionKind::Argument(0), RegionKind::Unknown),
        (RegionKind::Allocation(3), RegionKind::Allocation(3)),
    ];
    for (a, b) in pairs {
        let built = function(&[MachineType::Ptr, MachineType::Ptr], &[MachineType::I64], |builder, v| {
            let (a, b) = (builder.function.region(a), builder.function.region(b));
            let before =
                builder.value(InstKind::Load { ty: MachineType::I64, address: v[0], offset: 0, region: a });
            let one = builder.int(MachineType::I64, 1);
            let more = builder.binary(BinaryOp::Iadd, before, one);
            builder.effect(InstKind::Store { value: more, address: v[1], offset: 0, region: b });
            let after =
                builder.value(InstKind::Load { ty: MachineType::I64, address: v[0], offset: 0, region: a });
            vec![after]
        });
        for machine in machines(built) {
            let mut cell = 41_u64;
            let address = &raw mut cell as u64;
            assert_eq!(machine.value(&[address, address]), 42, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_captures_block_that_is_written_is_read_again() {
    let built = function(&[MachineType::Ptr], &[MachineType::I64], |builder, v| {
        let region = builder.function.region(RegionKind::Descriptor);
        let before = builder.value(InstKind::Load { ty: MachineType::I64, address: v[0], offset: 0, region });
        let doubled = builder.binary(BinaryOp::Iadd, before, before);
        builder.effect(InstKind::Store { value: doubled, address: v[0], offset: 0, region });
        let after = builder.value(InstKind::Load { ty: MachineType::I64, address: v[0], offset: 0, region });
        vec![after]
    });
    for machine in machines(built) {
        let mut cell = 21_u64;
        assert_eq!(machine.value(&[&raw mut cell as u64]), 42);
    }
}

#[test]
fn a_frame_may_be_larger_than_a_page() {
    let built = function(&[MachineType::I64], &[MachineType::I64], |builder, v| {
        let slot = builder.function.slots.push(SlotData { size_bytes: 100_000 });
        let region = builder.function.region(RegionKind::Stack);
        let address = builder.value(InstKind::SlotAddress(slot));
        let ends = [0, 50_000, 99_992];
        for offset in ends {
            builder.effect(InstKind::Store { value: v[0], address, offset, region });
        }
        let parts = ends
            .map(|offset| builder.value(InstKind::Load { ty: MachineType::I64, address, offset, region }));
        let sum = builder.binary(BinaryOp::Iadd, parts[0], parts[1]);
        vec![builder.binary(BinaryOp::Iadd, sum, parts[2])]
    });
    for machine in machines(built) {
        assert_eq!(machine.value(&[14]), 42);
    }
}

#[test]
fn addresses_of_neighbours() {
    let big = i64::from(i32::MAX);
    for (size, op, constant, offset) in [
        (8, BinaryOp::Isub, 1, 0),
        (8, BinaryOp::Iadd, 2, -8),
        (4, BinaryOp::Iadd, -3, 4),
        (1, BinaryOp::Isub, 5, 0),
        (16, BinaryOp::Iadd, 1, 0),
        (8, BinaryOp::Iadd, big, 0),
        (8, BinaryOp::Iadd, i64::MAX, 0),
        (1, BinaryOp::Isub, i64::MIN, 0),
        (1, BinaryOp::Iadd, big, i32::MAX),
        (1, BinaryOp::Isub, -big, i32::MAX),
    ] {
        let built = function(&[MachineType::Ptr, MachineType::I64], &[MachineType::I64], |builder, v| {
            let region = builder.function.region(RegionKind::Argument(0));
            let (constant, size) =
                (builder.int(MachineType::I64, constant), builder.int(MachineType::I64, size));
            let sum = builder.binary(op, v[1], constant);
            let bytes = builder.binary(BinaryOp::Imul, sum, size);
            let address = builder.value(InstKind::PtrAdd { base: v[0], offset: bytes });
            let before = builder.value(InstKind::Load { ty: MachineType::I64, address, offset, region });
            builder.effect(InstKind::Store { value: v[1], address, offset, region });
            vec![before]
        });
        for machine in machines(built) {
            let mut cells = [10_u64, 11, 12];
            let index = 3_i64;
            let sum = if op == BinaryOp::Iadd {
                index.wrapping_add(constant)
            } else {
                index.wrapping_sub(constant)
            };
            let distance = sum.wrapping_mul(size).wrapping_add(i64::from(offset));
            let base = (&raw mut cells[1] as u64).wrapping_sub(distance as u64);
            assert_eq!(machine.value(&[base, index as u64]), 11, "{op:?} {constant} times {size}");
            assert_eq!(cells, [10, index as u64, 12]);
        }
    }
}
