//! The threads that compile several functions at once.
//!
//! They are threads of one process: a forked child has none of them, and a job that is given to them there is never done. So a child makes its own, and a single function is compiled on
//! the thread that asks.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex, TryLockError};

/// The threads, and the process that they belong to.
static THREADS: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Compiles all of them; gives the results in their order.
pub(crate) fn map<T: Send, R: Send>(all: Vec<T>, compile: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    let threads = if all.len() > 1 { threads() } else { None };
    match threads {
        Some(threads) => threads.install(|| all.into_par_iter().map(compile).collect()),
        None => all.into_iter().map(compile).collect(),
    }
}

/// The threads of this process; none if the system has none to give.
fn threads() -> Option<Arc<ThreadPool>> {
    let mut known = match THREADS.try_lock() {
        Ok(known) => known,
        Err(TryLockError::Poisoned(known)) => known.into_inner(),
        // Held for a moment, or, in a forked child, for ever.
        Err(TryLockError::WouldBlock) => return None,
    };
    let process = std::process::id();
    match &*known {
        Some((owner, threads)) if *owner == process => Some(Arc::clone(threads)),
        _ => {
            let made = ThreadPoolBuilder::new().thread_name(|number| format!("hotloop-compile-{number}"));
            let threads = Arc::new(made.build().ok()?);
            // Those of the parent cannot even be told to end.
            std::mem::forget(known.replace((process, Arc::clone(&threads))));
            Some(threads)
        }
    }
}
