//! The threads that help with parallel regions.
//!
//! There is one pool a process, made when the first region wants help. Its threads are rayon's, each with one job for
//! life: look for an open region that wants help, work on it, look again, and sleep when there is none. So the number of
//! jobs does not grow with the number of regions, and a thread that becomes free late still finds the regions that are
//! open then. Sleeping is done here rather than by rayon: a region of no work that finds the pool asleep takes its opener
//! 4 microseconds, against 12 to 30 when helpers are jobs spawned for each region.
//!
//! Waking a thread costs the waker 5 microseconds, so the opener wakes one helper, and each helper that comes wakes two
//! more while there are more places for helpers than workers that look for one.
//!
//! After `fork` the child has no threads but its own, and a lock may be held for ever by one that is gone. The child
//! therefore forgets the pool, without touching it, and makes a new one.
#![allow(unsafe_code)] // Pools live for ever behind a pointer that `fork` clears.

use crate::process;
use crate::region::Region;
use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// What the environment variable says about threads.
const ENVIRONMENT_VARIABLE: &str = "HOTLOOP_NUM_THREADS";
const MOST_THREADS: usize = 1024;
/// Of each worker; only what is used takes memory.
const STACK_BYTES: usize = 8 << 20;
/// How long a worker looks for another region before it sleeps, letting other threads run in between. To be woken takes a thread 30 to 60 microseconds, so a program that opens one
/// region after the other is served by workers that are awake.
const LONG_SEARCH: Duration = Duration::from_micros(200);
/// The same where there are more threads than processors.
const SHORT_SEARCH: Duration = Duration::from_micros(10);
/// How many others a helper wakes.
const WAKES_BY_HELPER: usize = 2;

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

/// What is wrong with the environment variable `HOTLOOP_NUM_THREADS`, if it is set to something else than a number of threads: one line for
/// whoever starts an engine to show.
pub fn thread_setting_fault() -> Option<String> {
    let setting = std::env::var_os(ENVIRONMENT_VARIABLE)?;
    let is_number = setting.to_str().and_then(number_of_threads).is_some();
    (!is_number).then(|| {
        let all = initial_thread_count(None);
        let shown = setting.to_string_lossy();
        format!("{ENVIRONMENT_VARIABLE}={shown} is no number of threads and is not heeded: a call uses up to {all}")
    })
}

fn initial_thread_count(setting: Option<&str>) -> usize {
    let set = setting.and_then(number_of_threads);
    let count = set.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |count| count.get()));
    count.min(MOST_THREADS)
}

fn number_of_threads(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|&count: &usize| count > 0)
}

/// Called in a forked child. The pool is leaked: its threads are gone and its lock may be held.
pub(crate) fn forget() {
    CURRENT.store(null_mut(), Ordering::Release);
}

/// Threads, and the regions that want their help.
pub(crate) struct Pool {
    workers: usize,
    /// How many threads the machine runs at once.
    processors: usize,
    /// How many regions were published: what an idle worker looks at.
    published: AtomicUsize,
    shared: Mutex<Shared>,
}

struct Shared {
    /// `None` when a larger pool has taken over: then workers end instead of sleeping.
    threads: Option<ThreadPool>,
    open: Vec<Arc<Region>>,
    sleepers: Vec<Arc<Sleeper>>,
    /// How many workers are looking for a region without being asleep.
    searching: usize,
}

/// A worker that has gone to sleep.
struct Sleeper {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Pool {
    /// Shows a region to at least that many workers, and returns the pool that they belong to; `None` when the system has
    /// no more threads to give.
    pub(crate) fn publish_to(workers: usize, region: &Arc<Region>) -> Option<&'static Self> {
        loop {
            let pool = Self::with_workers(workers)?;
            if pool.publish(region) {
                return Some(pool);
            }
        }
    }

    /// The pool with at least that many workers.
    fn with_workers(workers: usize) -> Option<&'static Self> {
        let workers = workers.min(MOST_THREADS);
        loop {
            let current = CURRENT.load(Ordering::Acquire);
            // SAFETY: pools are never freed.
            let current_pool = unsafe { current.as_ref() };
            if let Some(pool) = current_pool.filter(|pool| pool.workers >= workers) {
                return Some(pool);
            }
            let pool = Self::start(workers)?;
            let address = std::ptr::from_ref(pool).cast_mut();
            match CURRENT.compare_exchange(current, address, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => current_pool.into_iter().for_each(Self::retire),
                Err(_) => pool.retire(), // Another thread was faster.
            }
        }
    }

    /// A pool with its threads, or `None` when there are no threads to have.
    fn start(workers: usize) -> Option<&'static Self> {
        process::watch_fork();
        let builder = ThreadPoolBuilder::new()
            .num_threads(workers)
            .stack_size(STACK_BYTES)
            .thread_name(|number| format!("hotloop-{}", number + 1));
        let threads = process::with_signals_blocked(|| builder.build()).ok()?;
        let shared = Shared { threads: None, open: Vec::new(), sleepers: Vec::new(), searching: workers };
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
        let published = AtomicUsize::new(0);
        let pool: &'static Self =
            Box::leak(Box::new(Self { workers, processors, published, shared: Mutex::new(shared) }));
        let mut shared = pool.lock();
        threads.spawn_broadcast(|_| pool.serve());
        shared.threads = Some(threads);
        drop(shared);
        Some(pool)
    }

    /// Lets the threads end when they have nothing left to do.
    fn retire(&self) {
        let (threads, sleepers) = {
            let mut shared = self.lock();
            shared.searching += shared.sleepers.len();
            (shared.threads.take(), std::mem::take(&mut shared.sleepers))
        };
        sleepers.iter().for_each(|sleeper| sleeper.wake());
        drop(threads);
    }

    /// Shows a region to the workers, and wakes one if too few are awake. Returns false when the pool has retired.
    fn publish(&self, region: &Arc<Region>) -> bool {
        let mut shared = self.lock();
        if shared.threads.is_none() {
            return false;
        }
        shared.open.push(Arc::clone(region));
        let sleeper = shared.rouse();
        drop(shared);
        self.published.fetch_add(1, Ordering::Release);
        sleeper.into_iter().for_each(|sleeper| sleeper.wake());
        true
    }

    /// Takes a region back.
    pub(crate) fn withdraw(&self, region: &Arc<Region>) {
        self.lock().open.retain(|other| !Arc::ptr_eq(other, region));
    }

    /// The life of a worker.
    fn serve(&self) {
        loop {
            let seen = self.published.load(Ordering::Acquire);
            if let Some(region) = self.take_on() {
                region.work_as_helper();
                self.lock().searching += 1;
            } else if !self.is_published_since(seen) && !self.sleep() {
                return;
            }
        }
    }

    /// Finds a region that wants help, for a worker which then is not searching any more, and wakes others if it is not
    /// the only one that is wanted.
    fn take_on(&self) -> Option<Arc<Region>> {
        let mut shared = self.lock();
        let region = shared.region_with_a_place()?;
        region.give_place();
        shared.searching -= 1;
        let sleepers: [_; WAKES_BY_HELPER] = std::array::from_fn(|_| shared.rouse());
        drop(shared);
        sleepers.into_iter().flatten().for_each(|sleeper| sleeper.wake());
        Some(region)
    }

    /// Whether a region is published within a while.
    fn is_published_since(&self, seen: usize) -> bool {
        let began = Instant::now();
        let search = if self.workers < self.processors { LONG_SEARCH } else { SHORT_SEARCH };
        loop {
            std::thread::yield_now();
            if self.published.load(Ordering::Acquire) != seen {
                return true;
            }
            if began.elapsed() > search {
                return false;
            }
        }
    }

    /// Sleeps until woken, unless a region wants help now. Returns false when the worker is to end.
    fn sleep(&self) -> bool {
        let mut shared = self.lock();
        if shared.region_with_a_place().is_some() {
            return true;
        }
        shared.searching -= 1;
        if shared.threads.is_none() {
            return false;
        }
        let sleeper = Arc::new(Sleeper { thread: std::thread::current(), is_woken: AtomicBool::new(false) });
        shared.sleepers.push(Arc::clone(&sleeper));
        drop(shared);
        while !sleeper.is_woken.load(Ordering::Acquire) {
            std::thread::park();
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn region_with_a_place(&self) -> Option<Arc<Region>> {
        // SAFETY: a region is withdrawn, which takes the lock, before it is closed.
        self.open.iter().find(|region| unsafe { region.places() } > 0).cloned()
    }

    /// A sleeper to be woken, if there are more places than workers that look for one. It is counted as searching.
    fn rouse(&mut self) -> Option<Arc<Sleeper>> {
        // SAFETY: as above.
        let places: usize = self.open.iter().map(|region| unsafe { region.places() }).sum();
        let sleeper = if places > self.searching { self.sleepers.pop() } else { None }?;
        self.searching += 1;
        Some(sleeper)
    }
}

impl Sleeper {
    /// Wakes the worker, which the caller has counted as searching.
    fn wake(&self) {
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
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
