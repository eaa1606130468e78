//! The number of threads is the process's, so this test is alone in its binary. It runs itself again to see the
//! environment variable at work, and to end the process in the middle of a region.

use hotloop_runtime::{CallState, Interrupter, set_thread_count, thread_count};
use std::collections::HashSet;
use std::process::{Command, exit};
use std::sync::Mutex;
use std::time::Duration;

static INTERRUPTER: Interrupter = Interrupter::new();
const ROLE: &str = "HOTLOOP_TEST_ROLE";

/// How many threads a region of long iterations runs on.
fn threads_used() -> usize {
    let seen = Mutex::new(HashSet::new());
    let outcome = CallState::new(&INTERRUPTER).worker().parallel_for(16, 0, |_, range| {
        seen.lock().unwrap().insert(std::thread::current().id());
        std::thread::sleep(Duration::from_millis(2) * range.count() as u32);
        Ok(())
    });
    outcome.unwrap();
    seen.into_inner().unwrap().len()
}

fn run_again(role: &str, threads: &str) -> Option<i32> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(ROLE, role).env("HOTLOOP_NUM_THREADS", threads);
    command.args(["--exact", "the_number_of_threads_is_what_was_asked_for", "--nocapture"]);
    command.output().unwrap().status.code()
}

fn play(role: &str) {
    match role {
        "count" => exit(thread_count() as i32),
        "leave" => {
            std::thread::spawn(|| {
                CallState::new(&INTERRUPTER).worker().parallel_for(1000, 0, |worker, _| {
                    loop {
                        worker.safepoint()?;
                    }
                })
            });
            std::thread::sleep(Duration::from_millis(3));
            exit(7);
        }
        other => panic!("unknown role {other}"),
    }
}

#[test]
fn the_number_of_threads_is_what_was_asked_for() {
    if let Ok(role) = std::env::var(ROLE) {
        play(&role);
    }
    assert_eq!(run_again("count", "5"), Some(5));
    assert_eq!(
        run_again("count", "nonsense"),
        Some(std::thread::available_parallelism().unwrap().get() as i32)
    );
    for _ in 0..20 {
        assert_eq!(run_again("leave", "4"), Some(7), "workers are at work while the process ends");
    }
    for threads in [1, 3, 2] {
        set_thread_count(threads);
        assert_eq!(thread_count(), threads);
        let used = threads_used();
        assert!((1..=threads).contains(&used) && (threads == 1 || used > 1), "{used} of {threads}");
    }
    set_thread_count(0);
    assert_eq!(thread_count(), 1);
}
