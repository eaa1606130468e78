//! The threads that help with parallel regions.
//!
//! There is one pool a process, made when the first region wants help. Its threads are rayon's, but the jobs it gives
//! them are all alike: look for an open region that wants help, work on it, look again. So the number of jobs never
//! exceeds the number of threads, however many regions come and go, and a thread that becomes free late still finds the
//! regions that are open then.
//!
//! After `fork` the child has no threads but its own, and a lock may be held for ever by one that is gone. The child
//! therefore forgets the pool, without touching it, and makes a new one.
#![allow(unsafe_code)] // Pools live for ever behind a pointer that `fork` clears.

use crate::process;
use crate::region::Region;
use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the environment variable says about threads.
const ENVIRONMENT_VARIABLE: &str = "HOTLOOP_NUM_THREADS";
const MOST_THREADS: usize = 1024;
/// Of each worker; only what is used takes memory.
const STACK_BYTES: usize = 8 << 20;

/// 0 before it is known.
static THREAD_COUNT: AtomicUsize = AtomicUsize::new(0);
static CURRENT: AtomicPtr<Pool> = AtomicPtr::new(null_mut());

/// How many threads a call may use unless it says otherwise, the calling one included: what
/// [`set_thread_count`] set, or else the environment variable `HOTLOOP_NUM_THREADS`, or else the number of processors.
pub fn thread_count() -> usize {
    match THREAD_COUNT.load(Ordering::Relaxed) {
        0 => {
            let count = initial_thread_count(std::env::var(ENVIRONMENT_VARIABLE).ok().as_deref());
            // Whoever was faster may have been told by the user.
            let _ = THREAD_COUNT.compare_exchange(0, count, Ordering::Relaxed, Ordering::Relaxed);
            THREAD_COUNT.load(Ordering::Relaxed)
        }
        count => count,
    }
}

/// Sets the number that [`thread_count`] returns, at least 1.
pub fn set_thread_count(threads: usize) {
    THREAD_COUNT.store(threads.clamp(1, MOST_THREADS), Ordering::Relaxed);
}

fn initial_thread_count(setting: Option<&str>) -> usize {
    let set = setting.and_then(|text| text.trim().parse().ok()).filter(|&count: &usize| count > 0);
    let count = set.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |count| count.get()));
    count.min(MOST_THREADS)
}

/// Threads, and the regions that want their help.
pub(crate) struct Pool {
    workers: usize,
    shared: Mutex<Shared>,
}

struct Shared {
    /// `None` when a larger pool has taken over.
    threads: Option<Arc<ThreadPool>>,
    open: Vec<Arc<Region>>,
    /// How many jobs were given out and have not found all regions served.
    active: usize,
}

impl Pool {
    /// The pool with at least that many workers; `None` when the system has no more threads to give.
    pub(crate) fn with_workers(workers: usize) -> Option<&'static Self> {
        let workers = workers.min(MOST_THREADS);
        loop {
            let current = CURRENT.load(Ordering::Acquire);
            // SAFETY: pools are never freed.
            match unsafe { current.as_ref() } {
                Some(pool) if pool.workers >= workers => return Some(pool),
                Some(_) | None => {}
            }
            if let Some(pool) = Self::replace(current, workers) {
                return pool;
            }
        }
    }

    /// Makes a pool and puts it in the place of `current`. The outer `None` says that another thread was faster, the
    /// inner one that there are no threads.
    fn replace(current: *mut Self, workers: usize) -> Option<Option<&'static Self>> {
        process::watch_fork();
        let Some(pool) = Self::build(workers) else { return Some(None) };
        let pool = Box::into_raw(Box::new(pool));
        let outcome = CURRENT.compare_exchange(current, pool, Ordering::AcqRel, Ordering::Acquire);
        let retired = if outcome.is_ok() { current } else { pool };
        // SAFETY: pools are never freed.
        if let Some(retired) = unsafe { retired.as_ref() } {
            retired.retire();
        }
        // SAFETY: as above.
        outcome.is_ok().then(|| Some(unsafe { &*pool }))
    }

    fn build(workers: usize) -> Option<Self> {
        let builder = ThreadPoolBuilder::new()
            .num_threads(workers)
            .stack_size(STACK_BYTES)
            .thread_name(|number| format!("hotloop-{}", number + 1));
        let threads = Some(Arc::new(process::with_signals_blocked(|| builder.build()).ok()?));
        Some(Self { workers, shared: Mutex::new(Shared { threads, open: Vec::new(), active: 0 }) })
    }

    /// Lets the threads end when they have nothing left to do.
    fn retire(&self) {
        let threads = self.lock().threads.take();
        drop(threads);
    }

    /// Shows a region to the workers and wakes up to `helpers` of them.
    pub(crate) fn publish(&'static self, region: &Arc<Region>, helpers: usize) {
        let (threads, new) = {
            let mut shared = self.lock();
            shared.open.push(Arc::clone(region));
            let Some(threads) = shared.threads.clone() else { return };
            let new = helpers.min(self.workers - shared.active);
            shared.active += new;
            (threads, new)
        };
        for _ in 0..new {
            threads.spawn(|| self.help());
        }
    }

    /// Takes a region back.
    pub(crate) fn withdraw(&self, region: &Arc<Region>) {
        let mut shared = self.lock();
        shared.open.retain(|other| !Arc::ptr_eq(other, region));
    }

    /// The job of a worker: helps as long as there is a region that wants it.
    fn help(&self) {
        let thread_index = rayon_core::current_thread_index().map_or(0, |index| index as u32 + 1);
        while let Some(region) = self.next_region() {
            region.work_as_helper(thread_index);
        }
    }

    /// A region that wants help. Without one, the worker is counted as free under the same lock, so that a region
    /// which comes after that wakes it again.
    fn next_region(&self) -> Option<Arc<Region>> {
        let mut shared = self.lock();
        // SAFETY: a region is withdrawn, which takes the lock, before it is closed.
        let region = shared.open.iter().find(|region| unsafe { region.wants_help() }).cloned();
        if region.is_none() {
            shared.active -= 1;
        }
        region
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called in a forked child. The pool is leaked: its threads are gone and its lock may be held.
pub(crate) fn forget() {
    CURRENT.store(null_mut(), Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_variable_is_read_with_care() {
        let processors = initial_thread_count(None);
        assert!(processors >= 1);
        assert_eq!(initial_thread_count(Some(" 3 ")), 3);
        assert_eq!(initial_thread_count(Some("1000000")), MOST_THREADS);
        for useless in ["", "0", "-1", "two"] {
            assert_eq!(initial_thread_count(Some(useless)), processors);
        }
    }

    #[test]
    fn a_pool_grows_and_stays() {
        let small = Pool::with_workers(1).unwrap();
        let large = Pool::with_workers(3).unwrap();
        assert!(small.workers >= 1 && large.workers >= 3);
        assert!(std::ptr::eq(Pool::with_workers(2).unwrap(), Pool::with_workers(3).unwrap()));
    }
}
