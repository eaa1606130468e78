//! How long calls take, counted in buckets that grow with the time, so that percentiles cost an addition a call.
#![allow(unsafe_code)] // Reads the processor's clock.

use std::time::{Duration, Instant};

/// The buckets of one octave; a percentile is off by at most half of one, 3 %.
const BUCKETS_PER_OCTAVE: usize = 16;
const BITS: u32 = BUCKETS_PER_OCTAVE.ilog2();
const BUCKETS: usize = (64 - BITS as usize + 1) * BUCKETS_PER_OCTAVE;

/// The shortest time over which the clock is compared with the system's.
const CALIBRATION: Duration = Duration::from_millis(2);

/// The times of calls.
pub(crate) struct Latencies {
    counts: Box<[u64; BUCKETS]>,
    longest_ticks: u64,
    began: (u64, Instant),
}

/// What the times of calls come to, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub(crate) count: u64,
    /// That many in a hundred took less: of 50, 90, 99 and 99.9.
    pub(crate) percentiles: [f64; 4],
    pub(crate) longest: f64,
}

impl Latencies {
    /// None yet.
    pub(crate) fn new() -> Self {
        let began = (ticks(), Instant::now());
        Self { counts: Box::new([0; BUCKETS]), longest_ticks: 0, began }
    }

    /// Counts a call that took so many ticks.
    #[inline(always)]
    pub(crate) fn add(&mut self, ticks: u64) {
        self.counts[bucket_of(ticks)] += 1;
        self.longest_ticks = self.longest_ticks.max(ticks);
    }

    /// What the times come to so far.
    pub(crate) fn summary(&self) -> Summary {
        let count: u64 = self.counts.iter().sum();
        let per_tick = self.nanoseconds_per_tick();
        let percentile = |share: f64| {
            let wanted = ((count as f64 * share).ceil() as u64).max(1);
            let mut below = 0;
            let reaches = |in_bucket: &u64| {
                below += in_bucket;
                below >= wanted
            };
            let bucket = self.counts.iter().position(reaches).unwrap_or(0);
            middle_of(bucket).min(self.longest_ticks as f64) * per_tick
        };
        let percentiles = [0.5, 0.9, 0.99, 0.999].map(percentile);
        Summary { count, percentiles, longest: self.longest_ticks as f64 * per_tick }
    }

    fn nanoseconds_per_tick(&self) -> f64 {
        let (ticks_then, then) = self.began;
        if let Some(rest) = CALIBRATION.checked_sub(then.elapsed()) {
            std::thread::sleep(rest);
        }
        let (passed, time) = (ticks().wrapping_sub(ticks_then), then.elapsed());
        time.as_nanos() as f64 / passed.max(1) as f64
    }
}

/// The bucket of a number of ticks: one each below 16, then 16 for each doubling.
#[inline(always)]
fn bucket_of(ticks: u64) -> usize {
    let octave = (ticks | 1).ilog2().saturating_sub(BITS);
    ((octave as usize) << BITS) + (ticks >> octave) as usize
}

/// The number of ticks in the middle of a bucket.
fn middle_of(bucket: usize) -> f64 {
    if bucket < 2 * BUCKETS_PER_OCTAVE {
        return bucket as f64;
    }
    let octave = bucket / BUCKETS_PER_OCTAVE - 1;
    let lowest = ((bucket % BUCKETS_PER_OCTAVE + BUCKETS_PER_OCTAVE) as f64) * (octave as f64).exp2();
    lowest + ((octave as f64).exp2() - 1.0) / 2.0
}

/// The processor's clock, which goes on at one rate; asking for it takes a third of what the system's takes.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// The processor's clock, which goes on at one rate.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    let ticks: u64;
    // SAFETY: programs may read this register.
    unsafe { std::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack)) };
    ticks
}

/// The system's clock.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn ticks() -> u64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}
