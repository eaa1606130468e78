//! Memory that is kept for blocks to come. One test at a time: what is kept is the process's.
#![allow(unsafe_code)] // Writes to blocks through their addresses, and forks.

use hotloop_runtime::{
    Block, fail_allocation_after, live_allocations, live_bytes, release_spare_memory, spare_bytes,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    release_spare_memory();
    assert_eq!(spare_bytes(), 0);
    alone
}

fn block(size_bytes: usize) -> Block {
    let block = Block::uninitialized(size_bytes).unwrap();
    // SAFETY: the block has that many bytes.
    unsafe { block.data().write_bytes(0xa5, size_bytes) };
    block
}

#[test]
fn the_next_block_of_a_size_gets_the_memory_of_the_last() {
    let _alone = alone();
    let before = (live_allocations(), live_bytes());
    for size in [2_000, 6_144, 144_000, 3_000_000, 40_000_000] {
        let first = block(size).into_raw();
        // SAFETY: the reference is ours.
        drop(unsafe { Block::from_raw(first) });
        assert_eq!((live_allocations(), live_bytes()), before, "what is kept does not live");
        assert!(spare_bytes() as usize >= size);
        let (second, third) = (block(size), block(size));
        assert_eq!(second.as_raw(), first);
        assert_ne!(third.as_raw(), first);
        assert_eq!(second.size_bytes(), size);
    }
}

#[test]
fn small_blocks_are_not_kept() {
    let _alone = alone();
    drop(block(100));
    assert_eq!(spare_bytes(), 0);
}

#[test]
fn what_is_kept_is_bounded() {
    const MIB: usize = 1 << 20;
    let _alone = alone();
    for round in 0..3 {
        let blocks: Vec<Block> =
            (1..60).map(|mib| Block::uninitialized((mib + round) * MIB).unwrap()).collect();
        drop(blocks);
        assert!((1..=256 * MIB as u64).contains(&spare_bytes()), "{}", spare_bytes());
    }
    // A block that is larger than all that may be kept displaces nothing.
    let before = spare_bytes();
    drop(Block::uninitialized(300 * MIB).unwrap());
    assert_eq!(spare_bytes(), before);
    // Eight of one size at most.
    release_spare_memory();
    drop((0..20).map(|_| block(MIB)).collect::<Vec<_>>());
    assert!(spare_bytes() as usize <= 8 * (MIB + MIB / 8));
}

#[test]
fn kept_memory_is_zero_where_zeros_are_asked_for() {
    let _alone = alone();
    for size in [5_000, 200_000, 5_000_000] {
        drop(block(size));
        let zeros = Block::zeroed(size).unwrap();
        // SAFETY: the block has that many initialised bytes.
        assert!(unsafe { std::slice::from_raw_parts(zeros.data(), size) }.iter().all(|&byte| byte == 0));
    }
}

#[test]
fn a_failing_allocator_fails_where_memory_is_kept_too() {
    let _alone = alone();
    drop(block(10_000));
    let failing = fail_allocation_after(0);
    assert!(Block::uninitialized(10_000).is_err());
    drop(failing);
    assert!(Block::uninitialized(10_000).is_ok());
}

#[test]
fn threads_never_share_memory() {
    let _alone = alone();
    let before = live_allocations();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            scope.spawn(move || {
                for round in 0..3_000 {
                    let block = Block::uninitialized(2_000 + round % 7 * 100).unwrap();
                    // SAFETY: the block has that many bytes.
                    let bytes = unsafe { std::slice::from_raw_parts_mut(block.data(), block.size_bytes()) };
                    bytes.fill(thread);
                    std::thread::yield_now();
                    assert!(bytes.iter().all(|&byte| byte == thread));
                }
            });
        }
    });
    assert_eq!(live_allocations(), before);
}

/// While other threads take and keep memory.
#[test]
fn a_forked_child_has_what_was_kept() {
    let _alone = alone();
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                drop((0..5).map(|size| block(3_000 << size)).collect::<Vec<_>>());
            }
        });
        for _ in 0..50 {
            // SAFETY: the child only allocates and frees.
            let process = unsafe { libc::fork() };
            assert!(process >= 0, "fork failed");
            if process == 0 {
                for _ in 0..20 {
                    drop((0..10).map(|_| block(6_000)).collect::<Vec<_>>());
                }
                // SAFETY: ends the child at once, without the test harness.
                unsafe { libc::_exit(0) }
            }
            let mut status = -1;
            // SAFETY: waits for our own child.
            assert_eq!(unsafe { libc::waitpid(process, &mut status, 0) }, process);
            assert_eq!(status, 0);
        }
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
