//! `compat`: how many of Numba's own tests pass, as the page `docs/generated/compat.md`.
//!
//! The tests are run by a script that lets `import numba` find Hotloop and writes what became of each test as JSON; this command sorts the failures by their reasons.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::failure::{Context, Failure, Result};
use crate::generate::error_index;
use crate::workspace::{Workspace, read};

const PAGE: &str = "docs/generated/compat.md";

const HEAD: &str = "# Numba's own tests

How many tests of the files in which Numba 0.68 tests its public behaviour pass with Hotloop in the place of Numba, with nothing to fall back on. The files are run as they are; a name of Numba's
that Hotloop does not have ends the test that uses it. *Insides* are tests that ask for parts of Numba's compiler by name, such as `numba.core.compiler.run_frontend`, and that no other compiler can
pass; *skipped* are those that skip themselves. What differs on purpose is listed in [the guide](../guide/from-numba.md).

Written by `cargo xtask compat`.

";

/// What became of a test.
struct Test {
    outcome: String,
    message: String,
    missing: Option<String>,
}

/// The tests of a file.
#[derive(Default)]
struct Count {
    tests: usize,
    passed: usize,
    skipped: usize,
    insides: usize,
    crashed: usize,
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    if arguments.is_empty() {
        return Err(Failure::new("`compat` takes the JSON files that the runs of Numba's tests wrote"));
    }
    let mut files = BTreeMap::new();
    for path in arguments {
        let results: Value = serde_json::from_str(&read(path.as_ref())?).context(path)?;
        let found = results["files"].as_object().ok_or_else(|| Failure::new(format!("{path}: no files")))?;
        files.extend(found.iter().map(|(name, file)| (name.clone(), file.clone())));
    }
    let summaries: BTreeMap<String, String> = error_index::declarations(workspace)?
        .into_iter()
        .map(|declaration| (declaration.code, declaration.summary))
        .collect();
    let page = page(&files, &summaries);
    std::fs::write(workspace.root.join(PAGE), page).context(PAGE)?;
    println!("compat: wrote {PAGE}");
    Ok(())
}

fn page(files: &BTreeMap<String, Value>, summaries: &BTreeMap<String, String>) -> String {
    let mut rows = String::new();
    let mut sum = Count::default();
    let mut all_reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (name, file) in files {
        let (count, reasons) = of_file(file, summaries);
        let why = match file["import_error"].as_str() {
            Some(error) => format!("cannot be loaded: `{}`", error.trim().lines().last().unwrap_or_default()),
            None => listed(&reasons),
        };
        let Count { tests, passed, skipped, insides, crashed } = count;
        writeln!(rows, "| {name} | {tests} | {passed} | {skipped} | {insides} | {why} |").expect("text");
        for (reason, times) in reasons {
            *all_reasons.entry(reason).or_default() += times;
        }
        sum.tests += tests;
        sum.passed += passed;
        sum.skipped += skipped;
        sum.insides += insides;
        sum.crashed += crashed;
    }
    let possible = sum.tests - sum.skipped - sum.insides;
    let percent = |of: usize| 100.0 * sum.passed as f64 / of.max(1) as f64;
    let mut text = HEAD.to_owned();
    writeln!(
        text,
        "**{} of {} tests pass ({:.1} %); of the {possible} that neither skip themselves nor ask for Numba's insides {:.1} %. {} crash.**\n",
        sum.passed,
        sum.tests,
        percent(sum.tests),
        percent(possible),
        sum.crashed
    )
    .expect("text");
    text.push_str("| file | tests | passed | skipped | insides | why the others fail |\n|---|---:|---:|---:|---:|---|\n");
    text.push_str(&rows);
    text.push_str("\n## What is missed most\n\n| tests | reason |\n|---:|---|\n");
    let mut by_count: Vec<(String, usize)> =
        all_reasons.into_iter().filter(|(_, times)| *times > 1).collect();
    by_count.sort_by(|(one, fewer), (other, more)| more.cmp(fewer).then(one.cmp(other)));
    for (reason, times) in by_count {
        writeln!(text, "| {times} | {reason} |").expect("text");
    }
    text
}

fn of_file(file: &Value, summaries: &BTreeMap<String, String>) -> (Count, BTreeMap<String, usize>) {
    let mut count = Count::default();
    let mut reasons = BTreeMap::new();
    for test in file["tests"].as_object().into_iter().flat_map(|tests| tests.values()) {
        let text = |name: &str| test[name].as_str().unwrap_or_default().to_owned();
        let missing = test["missing"].as_str().map(ToOwned::to_owned);
        let test = Test { outcome: text("outcome"), message: text("msg"), missing };
        count.tests += 1;
        match test.outcome.as_str() {
            "passed" => count.passed += 1,
            "skipped" => count.skipped += 1,
            outcome => {
                count.insides += usize::from(test.missing.is_some());
                count.crashed += usize::from(outcome == "crashed");
                *reasons.entry(reason(&test, summaries)).or_default() += 1;
            }
        }
    }
    (count, reasons)
}

/// Reasons with their counts, the most frequent first.
fn listed(reasons: &BTreeMap<String, usize>) -> String {
    let mut reasons: Vec<(&String, &usize)> = reasons.iter().collect();
    reasons.sort_by(|(one, fewer), (other, more)| more.cmp(fewer).then(one.cmp(other)));
    let texts: Vec<String> = reasons.iter().map(|(reason, times)| format!("{times} {reason}")).collect();
    texts.join("; ")
}

/// Why a test fails, in words that many failures share.
fn reason(test: &Test, summaries: &BTreeMap<String, String>) -> String {
    if let Some(path) = &test.missing {
        // Up to what is no module any more.
        let is_module = |part: &&str| !part.contains('(') && !part.starts_with(char::is_uppercase);
        let module: Vec<&str> = path.split('.').take(3).take_while(is_module).collect();
        return format!("insides: `{}`", module.join("."));
    }
    if matches!(test.outcome.as_str(), "crashed" | "timeout" | "notrun") {
        return test.outcome.clone();
    }
    let message = &test.message;
    if message.contains("cannot reflect element of reflected container") {
        return "lists of lists as arguments".to_owned();
    }
    let Some(error) = last_error(message) else {
        // Only the end of a message is kept: this one compared long texts.
        return "other words than Numba's".to_owned();
    };
    if error.starts_with("AssertionError") {
        let is_of_words = error.contains("not found in") || error.contains("does not match");
        let differs = if is_of_words { "other words than Numba's" } else { "another result than Numba's" };
        return differs.to_owned();
    }
    if let Some(name) =
        error.split('`').find(|part| part.starts_with("numba.") && error.contains("does not have"))
    {
        return format!("`{name}` is not there");
    }
    if error.contains("'Missing'") {
        return "a name of Numba's that is not there".to_owned();
    }
    if let Some(code) = error.split("error[").nth(1).and_then(|rest| rest.split(']').next()) {
        let summary = summaries.get(code).map_or("", String::as_str);
        return format!("[{code}](../errors/{code}.md) {summary}");
    }
    let words = [
        ("cannot be represented as a Numba type", "records in arrays"),
        ("arrays of dtype", "records, dates and text in arrays"),
        ("is not a signature", "types in signatures that kernels do not know"),
        ("a kernel takes numbers", "arguments that no kernel takes"),
        ("object has no attribute", "attributes of Numba's own objects"),
        ("'Shim'", "insides that the test's helpers ask for"),
        ("'Stub'", "insides that the test's helpers ask for"),
        ("cannot be found, and Hotloop compiles source", "functions without source"),
    ];
    let known = words.iter().find(|(text, _)| error.contains(text) || message.contains(text));
    match known {
        Some((_, reason)) => (*reason).to_owned(),
        None => format!("`{}`", error.split([':', '\n']).next().unwrap_or_default().trim()),
    }
}

/// The last exception of a traceback, with its message, if that is not too long to be there.
fn last_error(message: &str) -> Option<&str> {
    let is_error = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        let class = name.rsplit('.').next().unwrap_or_default();
        name.chars().all(|letter| letter.is_alphanumeric() || "._".contains(letter))
            && ["Error", "Exception", "Warning"].iter().any(|end| class.ends_with(end))
    };
    let mut start = None;
    let mut at = 0;
    for line in message.split_inclusive('\n') {
        if is_error(line.trim_end()) {
            start = Some(at);
        }
        at += line.len();
    }
    start.map(|start| &message[start..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn summaries() -> BTreeMap<String, String> {
        BTreeMap::from([("HL0253".to_owned(), "a list cannot hold values of this type".to_owned())])
    }

    fn reason_of(message: &str) -> String {
        let test = Test { outcome: "errored".to_owned(), message: message.to_owned(), missing: None };
        reason(&test, &summaries())
    }

    #[test]
    fn reasons_are_shared_by_failures_of_one_kind() {
        let refused = "Traceback (most recent call last):\n  File \"x.py\", line 1, in f\nhotloop.errors.TypingError: error[HL0253]: a list of str cannot hold int64\n  --> x.py:1:1\n";
        assert_eq!(
            reason_of(refused),
            "[HL0253](../errors/HL0253.md) a list cannot hold values of this type"
        );
        assert_eq!(
            reason_of(
                "TypeError: argument `x` of `f`: item 0 of the list is a list (cannot reflect element of reflected container)"
            ),
            "lists of lists as arguments"
        );
        assert_eq!(
            reason_of("Traceback\nAssertionError: 'a' not found in 'b: error[HL0253]'"),
            "other words than Numba's"
        );
        assert_eq!(reason_of("Traceback\nAssertionError: 1 != 2"), "another result than Numba's");
        assert_eq!(reason_of("    v1 = iconst 2: i64\n'"), "other words than Numba's");
        assert_eq!(
            reason_of(
                "hotloop.errors.UnsupportedError: `Bag` was made by `numba.experimental.jitclass`, which Hotloop does not have"
            ),
            "`numba.experimental.jitclass` is not there"
        );
        assert_eq!(reason_of("Traceback\nRecursionError: too deep"), "`RecursionError`");
        let insides = Test {
            outcome: "errored".to_owned(),
            message: String::new(),
            missing: Some("numba.misc.timsort.make_py_timsort().merge".to_owned()),
        };
        assert_eq!(reason(&insides, &summaries()), "insides: `numba.misc.timsort`");
    }

    #[test]
    fn the_page_counts_each_file_and_all() {
        let file = json!({"import_error": null, "tests": {
            "a": {"outcome": "passed", "msg": "", "missing": null},
            "b": {"outcome": "skipped", "msg": "not here", "missing": null},
            "c": {"outcome": "errored", "msg": "", "missing": "numba.core.compiler.Flags"},
            "d": {"outcome": "failed", "msg": "AssertionError: 1 != 2", "missing": null},
        }});
        let page = page(&BTreeMap::from([("test_x".to_owned(), file)]), &summaries());
        assert!(page.contains("**1 of 4 tests pass (25.0 %); of the 2 that"), "{page}");
        assert!(
            page.contains(
                "| test_x | 4 | 1 | 1 | 1 | 1 another result than Numba's; 1 insides: `numba.core.compiler` |"
            ),
            "{page}"
        );
    }
}
