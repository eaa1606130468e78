//! Loops that write more than caches hold: the same elements, and nothing beside them, wherever the array begins.

use crate::machine::{Machine, targets};
use hotloop_mir::{Module, parse_function};
use hotloop_passes::Optimiser;

const LOOP: &str = "fn @doubled(v0: ptr, v1: ptr) lowered {
    region0 = descriptor
    region1 = argument 0
    region2 = argument 1
bb0:
    v2 = load.ptr v0 + 8, region0
    v3 = load.ptr v1 + 8, region0
    v4 = load.i64 v1 + 16, region0
    v5 = iconst 0
    jump bb1(v5)
bb1(v6: i64):
    v7 = icmp slt v6, v4
    branch v7, bb2, bb3
bb2:
    safepoint
    v8 = iconst 4
    v9 = imul v6, v8
    v10 = ptr_add v2, v9
    v11 = load.i32 v10, region1
    v12 = iadd v11, v11
    v13 = ptr_add v3, v9
    store v12, v13, region2
    v14 = iconst 1
    v15 = iadd v6, v14
    jump bb1(v15)
bb3:
    return
}";

/// Runs the loop on every target, on arrays that begin at different places.
pub(crate) fn compare() {
    let function = parse_function(LOOP).unwrap();
    let module: Module = Optimiser::new().run(function).module;
    let length = 8 << 20 | 13;
    let source: Vec<u32> = (0..length as u32).map(|number| number.wrapping_mul(2_654_435_761)).collect();
    let mut target = vec![7_u32; length + 64];
    for (level, first) in targets().iter().zip([1, 6, 3, 0]) {
        let machine = Machine::new(&module, level).unwrap();
        target.fill(7);
        let descriptor = |elements: *const u32| [0, elements as u64, length as u64, 4];
        let descriptors = [descriptor(source.as_ptr()), descriptor(target[first..].as_mut_ptr())];
        let words: Vec<u64> = descriptors.iter().map(|words| words.as_ptr() as u64).collect();
        machine.call(&words, 0).unwrap();
        let (before, written) = target.split_at(first);
        let (written, behind) = written.split_at(length);
        assert!(before.iter().chain(behind).all(|element| *element == 7), "{level:?}");
        let is_right = |(from, to): (&u32, &u32)| *to == from.wrapping_mul(2);
        assert!(source.iter().zip(written).all(is_right), "{level:?}");
    }
}
