//! Blocks of memory, as compiled code and as Rust code use them. One test at a time: the counters are the process's.
#![allow(unsafe_code)] // Calls runtime functions by their addresses, as compiled code does.

use hotloop_abi::{Context, ErrorState, ExceptionClass, RuntimeFunction, Status};
use hotloop_runtime::{
    BLOCK_HEADER_BYTES, Block, CallState, Interrupter, address_of, fail_allocation_after, live_allocations,
    live_bytes,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
static INTERRUPTER: Interrupter = Interrupter::new();

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

type Allocate = unsafe extern "C" fn(*mut Context, i64, *mut u64) -> Status;
type Count = unsafe extern "C" fn(*mut u8);

fn allocate(function: RuntimeFunction, size: i64) -> Result<*mut u8, ErrorState> {
    let mut call = CallState::new(&INTERRUPTER);
    let mut result = 0_u64;
    // SAFETY: the table says that this is the type of the function.
    let allocate: Allocate = unsafe { std::mem::transmute(address_of(function)) };
    // SAFETY: the context and the result are valid.
    let status = unsafe { allocate(call.context(), size, &mut result) };
    if status.is_ok() { Ok(result as *mut u8) } else { Err(*call.error()) }
}

fn count(function: RuntimeFunction, block: *mut u8) {
    // SAFETY: the table says that this is the type of the function.
    let count: Count = unsafe { std::mem::transmute(address_of(function)) };
    // SAFETY: tests pass live blocks or null.
    unsafe { count(block) };
}

#[test]
fn compiled_code_allocates_shares_and_releases() {
    let _alone = alone();
    let before = (live_allocations(), live_bytes());
    for size in [0, 1, 63, 64, 65, 4096, 10_000_000] {
        let block = allocate(RuntimeFunction::Allocate, size).unwrap();
        assert_eq!(block.addr() % 64, 0);
        // SAFETY: the block has that many bytes behind its header.
        unsafe { block.add(BLOCK_HEADER_BYTES).write_bytes(0xa5, size as usize) };
        assert_eq!(live_allocations(), before.0 + 1);
        assert!(live_bytes() >= before.1 + size as u64);
        count(RuntimeFunction::Retain, block);
        count(RuntimeFunction::Release, block);
        assert_eq!(live_allocations(), before.0 + 1);
        count(RuntimeFunction::Release, block);
        assert_eq!((live_allocations(), live_bytes()), before);
    }
}

#[test]
fn zeroed_blocks_are_zero_even_where_memory_was_used_before() {
    let _alone = alone();
    for size in [1, 100, 1000, 100_000] {
        drop_filled(size);
        let block = allocate(RuntimeFunction::AllocateZeroed, size as i64).unwrap();
        // SAFETY: one reference is ours.
        let block = unsafe { Block::from_raw(block) }.unwrap();
        // SAFETY: the block has that many initialised bytes.
        assert!(unsafe { std::slice::from_raw_parts(block.data(), size) }.iter().all(|&byte| byte == 0));
    }
}

fn drop_filled(size: usize) {
    let block = Block::uninitialized(size).unwrap();
    // SAFETY: the block has that many bytes.
    unsafe { block.data().write_bytes(0xff, size) };
}

#[test]
fn impossible_sizes_raise() {
    let _alone = alone();
    let before = live_allocations();
    for function in [RuntimeFunction::Allocate, RuntimeFunction::AllocateZeroed] {
        for size in [-1, i64::MIN] {
            let error = allocate(function, size).unwrap_err();
            assert_eq!(ExceptionClass::by_number(error.class), Some(ExceptionClass::ValueError));
            assert_eq!((error.payload[0], error.image, error.site), (size, 0, ErrorState::NO_SITE));
        }
        for size in [i64::MAX, i64::MAX - 100, 1 << 60] {
            let error = allocate(function, size).unwrap_err();
            assert_eq!(ExceptionClass::by_number(error.class), Some(ExceptionClass::MemoryError));
            assert_eq!(error.payload[0], size);
        }
    }
    assert_eq!(live_allocations(), before);
}

#[test]
fn null_is_borrowed_memory() {
    count(RuntimeFunction::Retain, std::ptr::null_mut());
    count(RuntimeFunction::Release, std::ptr::null_mut());
    // SAFETY: null is allowed.
    assert!(unsafe { Block::from_raw(std::ptr::null_mut()) }.is_none());
}

#[test]
fn the_nth_allocation_fails_on_demand() {
    let _alone = alone();
    let before = live_allocations();
    for successes in 0..20 {
        let failing = fail_allocation_after(successes);
        let blocks: Vec<_> = (0..20).map_while(|_| Block::zeroed(100).ok()).collect();
        assert_eq!(blocks.len(), successes as usize);
        assert_eq!(Block::uninitialized(7).unwrap_err().size_bytes, 7);
        drop(failing);
        assert!(Block::zeroed(1).is_ok());
    }
    assert_eq!(live_allocations(), before);
}

#[test]
fn handles_count_references_across_threads() {
    let _alone = alone();
    let before = live_allocations();
    let block = Block::zeroed(64).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10_000).for_each(|_| drop(block.clone())));
        }
    });
    assert_eq!(block.references(), 1);
    let raw = block.into_raw();
    assert_eq!(live_allocations(), before + 1);
    // SAFETY: the reference was given away by `into_raw`.
    drop(unsafe { Block::from_raw(raw) });
    assert_eq!(live_allocations(), before);
}

#[test]
fn every_row_has_its_own_address() {
    let mut addresses: Vec<_> = RuntimeFunction::ALL.iter().map(|&function| address_of(function)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), RuntimeFunction::ALL.len());
    assert!(!addresses[0].is_null());
}
