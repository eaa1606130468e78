//! Timings, as lines on stderr.

use crate::problem::tell;
use hotloop_driver::{BUDGET_SHARE, Compilation, Stage, Timings};
use std::time::Duration;

/// Tells how long the arguments took to read, and each stage of the compilation that ran.
pub(crate) fn compilation(compilation: &Compilation, reading: Duration) {
    line("arguments", reading, "");
    let origin = if compilation.from_cache { "from the cache" } else { "compiled" };
    line("compile", compilation.timings.total(), origin);
    for stage in Stage::ALL {
        if let Some(time) = compilation.timings.of(*stage) {
            line(&format!("  {}", stage.name()), time, "");
        }
        if *stage == Stage::Optimise {
            passes(&compilation.timings);
        }
    }
}

/// Tells how long each pass took, and of those that took more than a pass may, that they did.
fn passes(timings: &Timings) {
    let over: Vec<&str> = timings.passes_over_budget().collect();
    let total = timings.total().as_secs_f64().max(f64::MIN_POSITIVE);
    for (pass, time) in timings.passes() {
        let share = 100.0 * time.as_secs_f64() / total;
        let budget = 100.0 * BUDGET_SHARE;
        let verdict = if over.contains(pass) { ", over its budget" } else { "" };
        line(&format!("    {pass:<26}"), *time, &format!("{share:.1} % of {budget:.0} %{verdict}"));
    }
}

/// Tells how long the calls took.
pub(crate) fn runs(times: &[Duration]) {
    let mut sorted = times.to_vec();
    sorted.sort();
    if let [time] = sorted.as_slice() {
        line("run", *time, "");
        return;
    }
    line("run", sorted.iter().sum(), &format!("{} calls", sorted.len()));
    line("  min", sorted[0], "");
    line("  median", quantile(&sorted, 0.5), "");
    line("  p95", quantile(&sorted, 0.95), "");
}

/// The shortest time that at least this share of all times do not exceed.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

fn line(name: &str, time: Duration, remark: &str) {
    let milliseconds = time.as_secs_f64() * 1e3;
    tell(format!("{name:<12}{milliseconds:>12.3} ms  {remark}").trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(quantile(&times, 0.5), Duration::from_millis(10));
        assert_eq!(quantile(&times, 0.95), Duration::from_millis(19));
        assert_eq!(quantile(&times[..1], 0.95), Duration::from_millis(1));
    }
}
