//! Parallel regions with hand-written bodies, called through the addresses that compiled code gets.
#![allow(unsafe_code)] // Bodies and calls as compiled code has them.

mod support;

use hotloop_abi::{Context, ErrorState, ExceptionClass, MAX_CHUNKS, Status, chunk_bounds};
use hotloop_runtime::{CallState, Interrupter};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Region, raise, run};

static INTERRUPTER: Interrupter = Interrupter::new();
const THREADS: [u32; 5] = [1, 2, 3, 7, 16];

/// Trip counts about the borders of the chunk rule.
const TRIP_COUNTS: [i64; 11] = [0, 1, 2, 3, 63, 64, 65, 127, 1000, 4096, 100_003];

/// Adds one to the counter of each iteration; captures are the counters.
unsafe extern "C" fn count_iterations(
    _: *mut Context,
    start: i64,
    end: i64,
    captures: *const u64,
    _: *mut u64,
) -> Status {
    let counters = captures.cast::<AtomicU64>();
    for index in start..end {
        // SAFETY: there is a counter for each iteration.
        unsafe { &*counters.add(index as usize) }.fetch_add(1, Ordering::Relaxed);
    }
    Status::OK
}

#[test]
fn every_iteration_runs_once() {
    for threads in THREADS {
        for trip_count in TRIP_COUNTS {
            for picoseconds in [0, 1, 1000, 1_000_000_000] {
                let counters: Vec<_> = (0..trip_count).map(|_| AtomicU64::new(0)).collect();
                let region = Region {
                    captures: counters.as_ptr().cast(),
                    picoseconds,
                    ..Region::new(count_iterations)
                };
                run(&mut CallState::new(&INTERRUPTER).with_threads(threads), trip_count, region).unwrap();
                assert!(
                    counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 1),
                    "{trip_count} {threads}"
                );
            }
        }
    }
}

#[test]
fn a_negative_trip_count_is_none() {
    unsafe extern "C" fn never(_: *mut Context, _: i64, _: i64, _: *const u64, _: *mut u64) -> Status {
        panic!("called") // Aborts the test.
    }
    for trip_count in [0, -1, i64::MIN] {
        run(&mut CallState::new(&INTERRUPTER), trip_count, Region::new(never)).unwrap();
    }
}

/// Writes its bounds and the number of calls to its row of three.
unsafe extern "C" fn record_bounds(
    _: *mut Context,
    start: i64,
    end: i64,
    _: *const u64,
    row: *mut u64,
) -> Status {
    // SAFETY: the row has three places, which are this chunk's alone.
    let row = unsafe { std::slice::from_raw_parts_mut(row, 3) };
    (row[0], row[1], row[2]) = (start as u64, end as u64, row[2] + 1);
    Status::OK
}

#[test]
fn a_region_with_reductions_has_the_chunks_of_the_rule() {
    for threads in THREADS {
        for trip_count in TRIP_COUNTS {
            for picoseconds in [0, 1, 1_000_000_000] {
                let chunks = MAX_CHUNKS.min(trip_count);
                let mut rows = vec![0_u64; 3 * chunks as usize];
                let region = Region {
                    partials: rows.as_mut_ptr(),
                    partials_per_row: 3,
                    chunks,
                    picoseconds,
                    ..Region::new(record_bounds)
                };
                run(&mut CallState::new(&INTERRUPTER).with_threads(threads), trip_count, region).unwrap();
                for (chunk, row) in rows.chunks(3).enumerate() {
                    let (start, end) = chunk_bounds(trip_count, chunks, chunk as i64);
                    assert_eq!(row, [start as u64, end as u64, 1]);
                }
            }
        }
    }
}

/// Sums its part of an array of doubles.
unsafe extern "C" fn sum(
    _: *mut Context,
    start: i64,
    end: i64,
    captures: *const u64,
    row: *mut u64,
) -> Status {
    let mut sum = 0.0;
    for index in start..end {
        // SAFETY: the captures are the array.
        sum += unsafe { *captures.cast::<f64>().add(index as usize) };
    }
    // SAFETY: the row has one place.
    unsafe { row.write(f64::to_bits(sum)) };
    Status::OK
}

#[test]
fn sums_have_the_same_bits_for_any_number_of_threads() {
    let values: Vec<f64> =
        (0..200_000).map(|index| f64::from(index).sin() * 1e3_f64.powi(index % 7)).collect();
    let mut sums = Vec::new();
    for threads in THREADS {
        for _ in 0..20 {
            let mut rows = [0_u64; 64];
            let region = Region {
                captures: values.as_ptr().cast(),
                partials: rows.as_mut_ptr(),
                partials_per_row: 1,
                chunks: 64,
                picoseconds: 1000,
                ..Region::new(sum)
            };
            run(&mut CallState::new(&INTERRUPTER).with_threads(threads), values.len() as i64, region)
                .unwrap();
            sums.push(rows.iter().map(|&bits| f64::from_bits(bits)).sum::<f64>().to_bits());
        }
    }
    assert!(sums.iter().all(|&sum| sum == sums[0]));
    let exact: f64 = values.iter().sum();
    assert!((f64::from_bits(sums[0]) - exact).abs() <= 1e-6 * exact.abs().max(1.0));
}

/// Which iterations raise, and which have run.
struct Raising {
    raises: Vec<bool>,
    has_run: Vec<AtomicU64>,
}

/// Runs its iterations until one raises.
unsafe extern "C" fn raise_some(
    context: *mut Context,
    start: i64,
    end: i64,
    captures: *const u64,
    _: *mut u64,
) -> Status {
    // SAFETY: the captures are a `Raising`.
    let raising = unsafe { &*captures.cast::<Raising>() };
    for index in start..end {
        if raising.raises[index as usize] {
            // SAFETY: the context is this thread's.
            return unsafe { raise(context, ExceptionClass::IndexError, index) };
        }
        raising.has_run[index as usize].store(1, Ordering::Relaxed);
        if index % 16 == 0 {
            std::thread::yield_now();
        }
    }
    Status::OK
}

#[test]
fn the_lowest_error_wins_in_every_run() {
    let mut random = 1_u64;
    for round in 0..1000 {
        let trip_count = [2, 10, 64, 100, 1000][round % 5];
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mut raises = vec![false; trip_count];
        for bit in 0..3 {
            raises[(random >> (20 * bit)) as usize % trip_count] = true;
        }
        let lowest = raises.iter().position(|&raises| raises).unwrap();
        let has_run = raises.iter().map(|_| AtomicU64::new(0)).collect();
        let raising = Raising { raises, has_run };
        let chunks = if round % 2 == 0 { 0 } else { MAX_CHUNKS.min(trip_count as i64) };
        let mut unused = vec![0_u64; 64];
        let region = Region {
            captures: (&raw const raising).cast(),
            partials: unused.as_mut_ptr(),
            partials_per_row: 1,
            chunks,
            picoseconds: if round % 3 == 0 { 0 } else { 1_000_000_000 },
            ..Region::new(raise_some)
        };
        let threads = 2 + (round % 15) as u32;
        let error = run(&mut CallState::new(&INTERRUPTER).with_threads(threads), trip_count as i64, region)
            .unwrap_err();
        assert_eq!(error.payload[0], lowest as i64, "round {round}");
        assert_eq!(error.class, ExceptionClass::IndexError as u32);
        assert!(
            raising.has_run[..lowest].iter().all(|ran| ran.load(Ordering::Relaxed) == 1),
            "round {round}"
        );
    }
}

#[test]
fn others_stop_soon_after_an_error() {
    for _ in 0..10 {
        let raised_at = Mutex::new(None);
        let mut call = CallState::new(&INTERRUPTER).with_threads(4);
        let outcome = call.worker().parallel_for(4, 0, |worker, range| {
            if range.start > 0 {
                loop {
                    worker.safepoint()?; // Endless, were it not for the error below.
                    std::thread::sleep(Duration::from_micros(100));
                }
            }
            std::thread::sleep(Duration::from_millis(5));
            *raised_at.lock().unwrap() = Some(Instant::now());
            Err(ErrorState { class: ExceptionClass::ValueError as u32, ..ErrorState::default() })
        });
        assert_eq!(outcome.unwrap_err().class, ExceptionClass::ValueError as u32);
        let stopped_after = raised_at.lock().unwrap().unwrap().elapsed();
        assert!(stopped_after < Duration::from_millis(100), "{stopped_after:?}");
    }
}

#[test]
fn an_error_above_does_not_stop_those_below() {
    let mut call = CallState::new(&INTERRUPTER).with_threads(3);
    let is_done = AtomicUsize::new(0);
    let outcome = call.worker().parallel_for(3, 0, |worker, range| {
        if range.start == 2 {
            return Err(ErrorState { class: ExceptionClass::KeyError as u32, ..ErrorState::default() });
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(30) {
            worker.safepoint()?;
        }
        is_done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    assert_eq!(outcome.unwrap_err().class, ExceptionClass::KeyError as u32);
    assert_eq!(is_done.into_inner(), 2);
}

#[test]
fn nested_regions_cover_everything_with_any_number_of_threads() {
    for threads in THREADS {
        let sum = AtomicI64::new(0);
        let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
        let outcome = call.worker().parallel_for(20, 0, |worker, outer| {
            for i in outer {
                worker.parallel_for(30, 1_000_000_000, |worker, middle| {
                    for j in middle {
                        assert!(worker.is_in_parallel());
                        worker.parallel_for(10, 0, |_, inner| {
                            sum.fetch_add(inner.map(|k| i * 300 + j * 10 + k).sum(), Ordering::Relaxed);
                            Ok(())
                        })?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        });
        outcome.unwrap();
        assert!(!call.worker().is_in_parallel());
        assert_eq!(sum.into_inner(), 6000 * 5999 / 2);
    }
}

#[test]
fn errors_of_nested_regions_reach_the_caller_and_the_lowest_wins() {
    for round in 0..200 {
        let mut call = CallState::new(&INTERRUPTER).with_threads(2 + round % 6);
        let outcome = call.worker().parallel_for(8, 0, |worker, outer| {
            for i in outer {
                worker.parallel_for(8, 1_000_000_000, |worker, inner| {
                    for j in inner {
                        worker.safepoint()?;
                        if i >= 3 && j >= 5 {
                            let class = ExceptionClass::ZeroDivisionError as u32;
                            return Err(ErrorState {
                                class,
                                payload: ErrorState::payload_of(&[i, j]),
                                ..ErrorState::default()
                            });
                        }
                    }
                    Ok(())
                })?;
            }
            Ok(())
        });
        assert_eq!(outcome.unwrap_err().payload[..2], [3, 5]);
    }
}

#[test]
fn no_more_threads_than_configured_even_when_nested() {
    // Other tests make the pool larger than this.
    CallState::new(&INTERRUPTER).with_threads(16).worker().parallel_for(64, 0, |_, _| Ok(())).unwrap();
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut call = CallState::new(&INTERRUPTER).with_threads(3);
    let outcome = call.worker().parallel_for(12, 0, |worker, outer| {
        for _ in outer {
            worker.parallel_for(12, 1_000_000_000, |_, inner| {
                for _ in inner {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_micros(200));
                    running.fetch_sub(1, Ordering::SeqCst);
                }
                Ok(())
            })?;
        }
        Ok(())
    });
    outcome.unwrap();
    let most = most.into_inner();
    assert!((2..=3).contains(&most), "{most}");
}

#[test]
fn eight_host_threads_share_the_pool() {
    std::thread::scope(|scope| {
        for host in 0..8_i64 {
            scope.spawn(move || {
                for round in 0..200 {
                    let mut call = CallState::new(&INTERRUPTER).with_threads(2 + (round % 4) as u32);
                    let sum = AtomicI64::new(0);
                    let outcome =
                        call.worker().parallel_for(500, [0, 1, 1_000_000][round % 3], |worker, range| {
                            sum.fetch_add(range.sum(), Ordering::Relaxed);
                            worker.parallel_for(host, 0, |_, range| {
                                sum.fetch_add(range.count() as i64, Ordering::Relaxed);
                                Ok(())
                            })
                        });
                    outcome.unwrap();
                    assert!(sum.into_inner() >= 500 * 499 / 2);
                }
            });
        }
    });
}

#[test]
fn a_region_ends_without_helpers_when_the_pool_is_busy() {
    let gate = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let gate = &gate;
        scope.spawn(move || {
            // Occupies every worker until the gate opens.
            let mut call = CallState::new(&INTERRUPTER).with_threads(16);
            let outcome = call.worker().parallel_for(16, 0, |_, _| {
                gate.fetch_add(1, Ordering::SeqCst);
                while gate.load(Ordering::SeqCst) < 1000 {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            });
            outcome.unwrap();
        });
        while gate.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        for _ in 0..2000 {
            let count = AtomicI64::new(0);
            let mut call = CallState::new(&INTERRUPTER).with_threads(2);
            let outcome = call.worker().parallel_for(100, 1_000_000, |_, range| {
                count.fetch_add(range.count() as i64, Ordering::Relaxed);
                Ok(())
            });
            outcome.unwrap();
            assert_eq!(count.into_inner(), 100);
        }
        gate.store(1000, Ordering::SeqCst);
    });
}

#[test]
fn a_wrong_estimate_is_noticed() {
    // Said to cost nothing; costs 5 ms an iteration. Sleeping needs no processor, so this holds on a busy machine, and
    // some rounds hold even while other tests keep the pool busy.
    let time = |picoseconds| {
        let mut call = CallState::new(&INTERRUPTER).with_threads(8);
        let began = Instant::now();
        let outcome = call.worker().parallel_for(64, picoseconds, |_, range| {
            std::thread::sleep(Duration::from_millis(5) * range.count() as u32);
            Ok(())
        });
        outcome.unwrap();
        began.elapsed()
    };
    for picoseconds in [1, 0] {
        let best = (0..4).map(|_| time(picoseconds)).min().unwrap();
        assert!(best < Duration::from_millis(160), "{best:?}, and 320 ms on one thread");
    }
}

#[test]
fn small_regions_run_in_order_on_the_calling_thread() {
    let run = |threads: u32| {
        let order = Mutex::new(Vec::new());
        let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
        let outcome = call.worker().parallel_for(100, 1, |worker, range| {
            order.lock().unwrap().extend(range.map(|index| (index, worker.thread_index())));
            Ok(())
        });
        outcome.unwrap();
        order.into_inner().unwrap()
    };
    let in_order: Vec<_> = (0..100).map(|index| (index, 0)).collect();
    assert_eq!(run(1), in_order);
    // When the system stops the thread on the way, the region looks slow and help is called.
    let runs_in_order = (0..100).filter(|_| run(8) == in_order).count();
    assert!(runs_in_order >= 50, "{runs_in_order}");
}

#[test]
fn the_stack_limit_is_that_of_the_running_thread() {
    unsafe extern "C" fn check(context: *mut Context, _: i64, _: i64, _: *const u64, _: *mut u64) -> Status {
        std::thread::sleep(Duration::from_micros(300));
        // SAFETY: the context is this thread's.
        let context = unsafe { &mut *context };
        let here = (&raw const context).addr() as u64;
        let is_sane =
            context.stack_limit < here && here - context.stack_limit < 9 << 20 && context.in_parallel == 1;
        // SAFETY: as above.
        if is_sane { Status::OK } else { unsafe { raise(context, ExceptionClass::RecursionError, 0) } }
    }
    for threads in THREADS {
        run(&mut CallState::new(&INTERRUPTER).with_threads(threads), 64, Region::new(check)).unwrap();
    }
}

#[test]
fn a_context_without_host_works() {
    let counters: Vec<_> = (0..1000).map(|_| AtomicU64::new(0)).collect();
    let region = Region {
        captures: counters.as_ptr().cast(),
        picoseconds: 1_000_000_000,
        ..Region::new(count_iterations)
    };
    let mut context = support::bare_context();
    // SAFETY: the context is valid, and the body fits its captures.
    assert_eq!(unsafe { support::run_in(&raw mut context, 1000, region) }, Status::OK);
    assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == 1));
}

#[test]
fn a_panic_in_a_rust_body_is_an_error() {
    for threads in THREADS {
        let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
        let outcome = call.worker().parallel_for(50, 0, |_, range| {
            if range.contains(&20) {
                std::panic::resume_unwind(Box::new("on purpose"));
            }
            Ok(())
        });
        assert_eq!(outcome.unwrap_err().class, ExceptionClass::SystemError as u32);
    }
}
