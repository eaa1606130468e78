//! Ctrl-C: ends a running kernel with `KeyboardInterrupt`, and the program whatever it is doing.

use crate::problem::{INTERRUPTED, tell};
use hotloop_driver::Engine;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the kernel has to end by itself, so that the message can name its line. Together with the end of the process this stays below 100 ms.
const GRACE: Duration = Duration::from_millis(60);

/// Whether somebody is saying how the program ends.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C stops the engine's calls, and a moment later the program.
pub(crate) fn watch(engine: &Engine) {
    let engine = engine.clone();
    let handler = move || {
        engine.interrupter().interrupt();
        // Between calls there is no kernel to stop: reading files, compiling and printing end here.
        std::thread::sleep(GRACE);
        claim_end();
        tell("KeyboardInterrupt");
        std::process::exit(i32::from(INTERRUPTED));
    };
    // Without a handler Ctrl-C ends the program as it ends any other.
    let _ = ctrlc::set_handler(handler);
}

/// Returns to the one thread that may say how the program ends; others wait for that end.
pub(crate) fn claim_end() {
    if IS_ENDING.swap(true, Ordering::AcqRel) {
        loop {
            std::thread::park();
        }
    }
}
