//! How long each stage took.

use std::time::{Duration, Instant};

/// The stages between a source and a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Looking up the cache and reading entries.
    Cache,
    /// Text to tree.
    Parse,
    /// Structural keys.
    Key,
    /// Names and types.
    Infer,
    /// HIR to MIR.
    Lower,
    /// MIR to MIR.
    Optimise,
    /// MIR to object bytes.
    Codegen,
    /// Object bytes to executable memory.
    Load,
    /// Writing the cache.
    Store,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: &[Self] = &[
        Self::Cache,
        Self::Parse,
        Self::Key,
        Self::Infer,
        Self::Lower,
        Self::Optimise,
        Self::Codegen,
        Self::Load,
        Self::Store,
    ];

    /// The stage's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Parse => "parse",
            Self::Key => "key",
            Self::Infer => "infer",
            Self::Lower => "lower",
            Self::Optimise => "optimise",
            Self::Codegen => "codegen",
            Self::Load => "load",
            Self::Store => "store",
        }
    }
}

/// How long each stage took that ran. Optimisation and code generation of several functions run at once; their times are added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    spent: Vec<(Stage, Duration)>,
    passes: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// The time spent in a stage; `None` if it did not run.
    pub fn of(&self, stage: Stage) -> Option<Duration> {
        self.spent.iter().find(|(known, _)| *known == stage).map(|(_, time)| *time)
    }

    /// The time spent in all stages.
    pub fn total(&self) -> Duration {
        self.spent.iter().map(|(_, time)| *time).sum()
    }

    /// The time that each pass took of the stage [`Stage::Optimise`], in the order in which they ran first.
    pub fn passes(&self) -> &[(&'static str, Duration)] {
        &self.passes
    }

    /// The passes that took more than their budget, which is a share of all stages.
    pub fn passes_over_budget(&self) -> impl Iterator<Item = &'static str> {
        let budget = self.total().mul_f64(hotloop_passes::BUDGET_SHARE);
        self.passes.iter().filter(move |(_, time)| *time > budget).map(|(pass, _)| *pass)
    }

    /// Adds times of passes.
    pub(crate) fn add_passes(&mut self, times: &[(&'static str, Duration)]) {
        times.iter().for_each(|(pass, time)| hotloop_passes::add_time(&mut self.passes, pass, *time));
    }

    /// Runs `work` as part of a stage.
    pub(crate) fn measure<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(stage, start.elapsed());
        result
    }

    /// Adds time to a stage.
    pub(crate) fn add(&mut self, stage: Stage, time: Duration) {
        match self.spent.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, spent)) => *spent += time,
            None => self.spent.push((stage, time)),
        }
    }
}

impl Timings {
    /// The times of both.
    #[must_use]
    pub(crate) fn with(mut self, other: &Self) -> Self {
        for (stage, time) in &other.spent {
            self.add(*stage, *time);
        }
        self.add_passes(&other.passes);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_takes_more_than_its_share_is_over_its_budget() {
        let ms = Duration::from_millis;
        let mut timings = Timings::default();
        timings.add(Stage::Optimise, ms(40));
        timings.add(Stage::Codegen, ms(60));
        timings.add_passes(&[("fold-constants", ms(3)), ("number-values", ms(4))]);
        timings.add_passes(&[("fold-constants", ms(3))]);
        assert_eq!(timings.passes(), [("fold-constants", ms(6)), ("number-values", ms(4))]);
        assert_eq!(timings.passes_over_budget().collect::<Vec<_>>(), ["fold-constants"]);
        assert_eq!(timings.total(), ms(100));
    }
}
