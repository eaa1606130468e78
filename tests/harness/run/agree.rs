//! Whether all ways of running a case agree with CPython and among each other.

use std::path::Path;

use crate::call::{Observed, Way};
use hotloop_tests::answer::Within;
use hotloop_tests::oracle::Case;

/// Runs a case in every way. What CPython gave must come out of each; where the case allows CPython a bound, the ways
/// must still agree among each other to the bit, unless the case says that they are approximate, or the way that it rounds otherwise.
pub(crate) fn check(ways: &[Way], source: &Path, case: &Case) -> Result<(), String> {
    let mut first: Option<(&str, Observed)> = None;
    for way in ways {
        let observed = way.call(&way.load(source, &case.function)?, case)?;
        compare(
            "CPython",
            way.name,
            &Observed {
                answer: case.answer.clone(),
                after: case.after.clone(),
                printed: case.printed.clone(),
            },
            &observed,
            case.within,
        )?;
        match &first {
            Some((name, reference)) => {
                let within = case.within.filter(|_| case.is_approximate || way.rounds_otherwise);
                compare(name, way.name, reference, &observed, within)?;
            }
            None => first = Some((way.name, observed)),
        }
    }
    Ok(())
}

fn compare(
    left: &str,
    right: &str,
    expected: &Observed,
    actual: &Observed,
    within: Option<Within>,
) -> Result<(), String> {
    let answers = expected.answer.compare(&actual.answer, within);
    answers.map_err(|difference| format!("{left} and {right} differ: {difference}"))?;
    if sorted_lines(&expected.printed) != sorted_lines(&actual.printed)
        || expected.printed != actual.printed
            && !right.contains("two threads")
            && !left.contains("two threads")
    {
        return Err(format!("{left} prints {:?}, but {right} {:?}", expected.printed, actual.printed));
    }
    for (position, (expected, actual)) in expected.after.iter().zip(&actual.after).enumerate() {
        let same = expected.compare(actual, within);
        same.map_err(|difference| {
            format!("{left} and {right} leave argument {position} differently: {difference}")
        })?;
    }
    Ok(())
}

/// What was printed, whatever the order of its lines: threads of a parallel loop print as they come.
fn sorted_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}
