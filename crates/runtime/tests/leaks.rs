//! Nothing stays behind: blocks are freed on every way out of a region. One test: the counters are the process's.

use hotloop_abi::{ErrorState, ExceptionClass};
use hotloop_runtime::{Block, CallState, Interrupter, fail_allocation_after, live_allocations, live_bytes};

fn memory_error(_: hotloop_runtime::OutOfMemory) -> ErrorState {
    ErrorState { class: ExceptionClass::MemoryError as u32, ..ErrorState::default() }
}

/// Every iteration holds two blocks; some raise.
fn region(call: &mut CallState<'_>, raises_at: i64, picoseconds: i64) -> Result<(), ErrorState> {
    let shared = Block::zeroed(1 << 10).map_err(memory_error)?;
    call.worker().parallel_for(32, picoseconds, |worker, range| {
        for index in range {
            let _own = Block::zeroed(64 * index as usize).map_err(memory_error)?;
            let _shared = shared.clone();
            worker.safepoint()?;
            if index == raises_at {
                return Err(ErrorState { class: ExceptionClass::KeyError as u32, ..ErrorState::default() });
            }
        }
        Ok(())
    })
}

#[test]
fn blocks_are_freed_on_every_way_out() {
    let interrupter = Interrupter::new();
    let before = (live_allocations(), live_bytes());
    for round in 0..3000_i64 {
        let mut call = CallState::new(&interrupter).with_threads(1 + (round % 4) as u32);
        let raises_at = if round % 2 == 0 { round % 32 } else { -1 };
        if round % 5 == 0 {
            interrupter.interrupt();
        }
        let outcome = region(&mut call, raises_at, [0, 1, 1_000_000_000][(round % 3) as usize]);
        let is_expected_to_fail = raises_at >= 0 || round % 5 == 0;
        assert_eq!(outcome.is_err(), is_expected_to_fail, "round {round}");
    }
    for successes in 0..40 {
        let failing = fail_allocation_after(successes);
        let mut call = CallState::new(&interrupter).with_threads(1 + successes % 4);
        let outcome = region(&mut call, -1, 0);
        drop(failing);
        match outcome {
            Ok(()) => assert!(successes >= 33),
            Err(error) => assert_eq!(error.class, ExceptionClass::MemoryError as u32),
        }
    }
    assert_eq!((live_allocations(), live_bytes()), before);
}
