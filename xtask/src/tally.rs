//! Counts of tests, read from what the runners print.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// One check that is a single test.
    pub(crate) fn of_one(passed: bool) -> Self {
        Self { passed: usize::from(passed), failed: usize::from(!passed) }
    }

    /// The sum over the `test result:` lines that `cargo test` prints, one a test binary.
    pub(crate) fn from_cargo(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines().filter_map(|line| line.trim_start().strip_prefix("test result:")) {
            sum += Self { passed: number_before(line, "passed"), failed: number_before(line, "failed") };
        }
        sum
    }

    /// The last line of pytest, such as `1 failed, 3 passed, 2 errors in 0.12s`.
    pub(crate) fn from_pytest(output: &str) -> Self {
        let is_summary = |line: &&str| {
            line.contains(" in ") && line.trim_end_matches(['=', ' ', ')']).ends_with(is_time_end)
        };
        let Some(line) = output.lines().rev().find(is_summary) else { return Self::default() };
        let errors = number_before(line, "error") + number_before(line, "errors");
        Self { passed: number_before(line, "passed"), failed: number_before(line, "failed") + errors }
    }

    /// Counts a runner that failed without a failing test (it did not build, or it crashed) as one failure.
    pub(crate) fn with_exit(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// pytest ends its line with a duration: `0.12s`, or `(0:01:05)` after longer runs.
fn is_time_end(character: char) -> bool {
    character == 's' || character.is_ascii_digit()
}

/// The number that stands before the word, or zero.
fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let position = words.iter().position(|found| *found == word);
    position.and_then(|position| words[..position].last()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines_are_summed() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            noise: 9 passed\ntest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Tally::from_cargo(output), Tally { passed: 5, failed: 1 });
    }

    #[test]
    fn pytest_summaries_of_every_shape_are_read() {
        let read = Tally::from_pytest;
        assert_eq!(read("....\n===== 4 passed in 0.12s =====\n"), Tally { passed: 4, failed: 0 });
        assert_eq!(
            read("1 failed, 3 passed, 1 skipped, 2 errors in 0.12s\n"),
            Tally { passed: 3, failed: 3 }
        );
        assert_eq!(
            read("= 2 failed, 1 passed, 1 xfailed, 1 error in 65.01s (0:01:05) =\n"),
            Tally { passed: 1, failed: 3 }
        );
        assert_eq!(read("no tests ran in 0.01s\n"), Tally::default());
        assert_eq!(read("killed"), Tally::default());
    }

    #[test]
    fn a_crash_counts_as_a_failure_once() {
        assert_eq!(Tally::default().with_exit(false).to_string(), "0 passed, 1 failed");
        assert_eq!(Tally { passed: 1, failed: 2 }.with_exit(false).failed, 2);
        assert_eq!(Tally { passed: 1, failed: 0 }.with_exit(true).failed, 0);
    }
}
