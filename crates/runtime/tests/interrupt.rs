//! Calls end when their host asks for it: within 100 milliseconds, serial or parallel, wherever their threads are.

use hotloop_abi::{ErrorState, ExceptionClass};
use hotloop_runtime::{CallState, Interrupter, Worker, request_safepoints};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const AT_MOST: Duration = Duration::from_millis(100);

fn endless(worker: &mut Worker<'_>) -> Result<(), ErrorState> {
    loop {
        worker.safepoint()?;
        std::thread::yield_now();
    }
}

/// Interrupts `run` after a moment and returns what it ended with; it has to end in time.
fn interrupted(run: impl FnOnce(&mut CallState<'_>) -> Result<(), ErrorState> + Send) -> ErrorState {
    let interrupter = Interrupter::new();
    let begun = Barrier::new(2);
    std::thread::scope(|scope| {
        let (interrupter, begun) = (&interrupter, &begun);
        let call = scope.spawn(move || {
            let mut call = CallState::new(interrupter).with_threads(4);
            begun.wait();
            (run(&mut call), Instant::now())
        });
        begun.wait();
        std::thread::sleep(Duration::from_millis(30));
        assert!(!call.is_finished(), "it ended too early");
        let began = Instant::now();
        interrupter.interrupt();
        let (outcome, ended) = call.join().unwrap();
        let took = ended.duration_since(began);
        assert!(took < AT_MOST, "{took:?}");
        outcome.unwrap_err()
    })
}

fn is_interrupt(error: &ErrorState) -> bool {
    error.class == ExceptionClass::KeyboardInterrupt as u32 && error.site == ErrorState::NO_SITE
}

#[test]
fn a_serial_loop_ends() {
    assert!(is_interrupt(&interrupted(|call| endless(&mut call.worker()))));
}

#[test]
fn a_parallel_loop_ends_on_all_threads() {
    for _ in 0..5 {
        let error = interrupted(|call| call.worker().parallel_for(1000, 0, |worker, _| endless(worker)));
        assert!(is_interrupt(&error));
    }
}

#[test]
fn nested_parallel_loops_end() {
    let error = interrupted(|call| {
        call.worker().parallel_for(10, 0, |worker, _| {
            worker.parallel_for(10, 1_000_000_000, |worker, _| {
                worker.parallel_for(2, 0, |worker, _| endless(worker))
            })
        })
    });
    assert!(is_interrupt(&error));
}

#[test]
fn a_caller_that_waits_for_a_worker_notices() {
    let error = interrupted(|call| {
        call.worker().parallel_for(2, 0, |worker, range| {
            // The caller's own part is over soon, and the rest never ends.
            if worker.thread_index() == 0 && range.start == 0 {
                std::thread::sleep(Duration::from_millis(10));
                Ok(())
            } else {
                endless(worker)
            }
        })
    });
    assert!(is_interrupt(&error));
}

#[test]
fn bodies_without_safepoints_are_not_begun_any_more() {
    let count = AtomicU64::new(0);
    let error = interrupted(|call| {
        call.worker().parallel_for(i64::MAX, 0, |_, range| {
            // Chunks of a huge region are long; each pretends to have run.
            std::hint::black_box(range);
            count.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(1));
            Ok(())
        })
    });
    assert!(is_interrupt(&error));
    assert!(count.into_inner() < 1000);
}

#[test]
fn the_poll_function_is_asked_on_the_calling_thread_only() {
    let caller = std::thread::current().id();
    let stops = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicUsize::new(0));
    let interrupter = Interrupter::with_poll({
        let (stops, asked) = (Arc::clone(&stops), Arc::clone(&asked));
        move || {
            assert_eq!(std::thread::current().id(), caller);
            asked.fetch_add(1, Ordering::Relaxed);
            stops.load(Ordering::Relaxed)
        }
    });
    let mut call = CallState::new(&interrupter).with_threads(4);
    let helpers = AtomicUsize::new(0);
    let outcome = call.worker().parallel_for(8, 0, |worker, _| {
        if worker.thread_index() == 0 {
            while helpers.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            return Ok(());
        }
        helpers.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        stops.store(true, Ordering::Relaxed);
        // Nobody requests safepoints: the caller finds out while it waits.
        endless(worker)
    });
    assert!(is_interrupt(&outcome.unwrap_err()));
    assert!(asked.load(Ordering::Relaxed) >= 1);
}

#[test]
fn a_request_that_the_host_declines_changes_nothing() {
    let interrupter = Interrupter::with_poll(|| false);
    let stop_asking = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop_asking.load(Ordering::Relaxed) {
                request_safepoints();
                std::thread::sleep(Duration::from_micros(50));
            }
        });
        for _ in 0..200 {
            let count = AtomicU64::new(0);
            let mut call = CallState::new(&interrupter).with_threads(3);
            let outcome = call.worker().parallel_for(100, 0, |worker, range| {
                for _ in range {
                    worker.safepoint()?;
                    count.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
            outcome.unwrap();
            assert_eq!(count.into_inner(), 100);
        }
        stop_asking.store(true, Ordering::Relaxed);
    });
}

#[test]
fn only_calls_under_way_and_under_this_interrupter_end() {
    let (one, other) = (Interrupter::new(), Interrupter::new());
    let mut early = CallState::new(&one);
    let mut unconcerned = CallState::new(&other);
    one.interrupt();
    assert!(is_interrupt(&early.worker().safepoint().unwrap_err()));
    assert!(is_interrupt(&early.worker().safepoint().unwrap_err()), "a stopped call stays stopped");
    assert!(unconcerned.worker().safepoint().is_ok());
    assert!(CallState::new(&one).worker().safepoint().is_ok());
}

#[test]
fn a_poll_function_that_panics_ends_the_call() {
    let interrupter = Interrupter::with_poll(|| std::panic::resume_unwind(Box::new("on purpose")));
    let mut call = CallState::new(&interrupter).with_threads(2);
    let outcome = call.worker().parallel_for(4, 0, |worker, _| {
        request_safepoints();
        endless(worker)
    });
    assert_eq!(outcome.unwrap_err().class, ExceptionClass::SystemError as u32);
}

#[test]
fn several_calls_end_at_once() {
    let interrupter = Interrupter::new();
    let begun = Barrier::new(5);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut call = CallState::new(&interrupter).with_threads(2);
                    begun.wait();
                    call.worker().parallel_for(4, 0, |worker, _| endless(worker))
                })
            })
            .collect();
        begun.wait();
        std::thread::sleep(Duration::from_millis(30));
        let began = Instant::now();
        interrupter.interrupt();
        for call in calls {
            assert!(is_interrupt(&call.join().unwrap().unwrap_err()));
        }
        assert!(began.elapsed() < AT_MOST, "{:?}", began.elapsed());
    });
}

/// The numbers of the signals that the runtime's own threads block, by thread.
fn blocked_signals() -> Vec<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let own = tasks.filter(|task| {
        std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.starts_with("hotloop-"))
    });
    own.filter_map(|task| std::fs::read_to_string(task.join("status")).ok())
        .filter_map(|status| {
            let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"))?;
            u64::from_str_radix(mask.trim(), 16).ok()
        })
        .collect()
}

#[test]
fn signals_are_left_to_the_threads_of_the_host() {
    let interrupter = Interrupter::with_poll(|| false);
    let mut call = CallState::new(&interrupter).with_threads(3);
    call.worker().parallel_for(3, 0, |_, _| Ok(())).unwrap();
    let (interrupt, segmentation_fault) = (1 << (libc::SIGINT - 1), 1 << (libc::SIGSEGV - 1));
    // Two workers and the heartbeat, which get their names only when they run.
    let began = Instant::now();
    while blocked_signals().len() < 3 {
        assert!(began.elapsed() < Duration::from_secs(10), "{:x?}", blocked_signals());
        std::thread::yield_now();
    }
    let masks = blocked_signals();
    assert!(masks.iter().all(|mask| mask & interrupt != 0 && mask & segmentation_fault == 0), "{masks:x?}");
}
