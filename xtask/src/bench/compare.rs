//! `bench --compare OLD NEW`: speed and accuracy of two records side by side, for upgrades of Hotloop, Python or NumPy.
//!
//! Each side is a record (`.json`), a folder with the package in it, or an interpreter that has the package. The latter two are measured now, one behind the other.
//! Times are compared as ratios to gcc of the same run, so that the records may be of different days.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::record::{Figure, Figures, Key, figures, machine, mean, objects};
use super::runner::{Runner, read_record};
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

pub(super) const SUMMARY: &str = "speed and accuracy of OLD and NEW: records, folders of a package, or interpreters; --python PATH, --kernels A,B, --sizes L1,L2";

/// A kernel that takes so many times as long is marked.
const SLOWER: f64 = 1.10;
/// So many times the error is told, if it is above the rounding of one operation.
const LESS_ACCURATE: f64 = 2.0;
const ROUNDING: f64 = 1e-15;

pub(super) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let mut sides = Vec::new();
    let (mut python, mut options) = (None, Vec::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| Failure::new(format!("`{word}` wants a value")));
        match word.as_str() {
            "--python" => python = Some(PathBuf::from(value()?)),
            "--kernels" | "--sizes" | "--set" | "--rounds" => {
                options.extend([word.as_str(), value()?.as_str()])
            }
            "--quick" => options.push(word),
            _ => sides.push(PathBuf::from(word)),
        }
    }
    let [old, new] = sides.as_slice() else {
        return Err(Failure::new(format!("`bench --compare` takes two sides: {SUMMARY}")));
    };
    let mut records = Vec::new();
    for side in [old, new] {
        records.push(record_of(workspace, side, python.as_deref(), &options)?);
    }
    let comparison = Comparison { old: &records[0], new: &records[1] };
    println!("{}", comparison.text());
    comparison.verdict()
}

/// The record that a side is, or that is made of it.
fn record_of(workspace: &Workspace, side: &Path, python: Option<&Path>, options: &[&str]) -> Result<Value> {
    if side.extension().is_some_and(|extension| extension == "json") {
        return read_record(side);
    }
    let runner = if side.join("hotloop").is_dir() {
        let python = python.map_or_else(|| Runner::bare(workspace), |python| Ok(python.to_owned()))?;
        Runner::new(python, Some(side.to_owned()))
    } else if side.is_file() {
        Runner::new(side.to_owned(), None)
    } else {
        let shown = side.display();
        return Err(Failure::new(format!(
            "{shown} is no record, no folder with `hotloop` in it, and no interpreter"
        )));
    };
    let mut arguments = vec!["--peers", "c,hotloop", "--memory"];
    arguments.extend(options);
    runner.record(workspace, &arguments)
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
}

impl Comparison<'_> {
    fn text(&self) -> String {
        let (old, new) = (figures(self.old), figures(self.new));
        let mut lines = vec![
            format!("old: {}", machine(self.old)),
            format!("new: {}", machine(self.new)),
            String::new(),
            "| kernel | size | old / gcc | new / gcc | new / old | bits | error |".to_owned(),
            "|---|---|---|---|---|---|---|".to_owned(),
        ];
        let medians = old.iter().filter(|(key, _)| key.figure == Figure::Median);
        lines.extend(medians.filter_map(|(key, before)| {
            let after = *new.get(key)?;
            Some(self.row(key, *before, after))
        }));
        lines.push(String::new());
        for figure in [Figure::Median, Figure::Late, Figure::Compile] {
            if let Some(change) = mean_change(&old, &new, figure) {
                lines.push(format!("{}: {change:.3} of the old one, geometric mean", figure.name()));
            }
        }
        lines.extend(self.faults().into_iter().map(|fault| format!("FAULT: {fault}")));
        lines.join("\n")
    }

    fn row(&self, key: &Key, before: f64, after: f64) -> String {
        let change = after / before;
        let slower = if change > SLOWER { " slower" } else { "" };
        let of = |record: &Value, what: &str| {
            record["kernels"][&key.kernel]["sizes"][&key.size][what]["hotloop"].clone()
        };
        let bits = |record: &Value| of(record, "bits").as_str().map(str::to_owned);
        let bits = match bits(self.old).zip(bits(self.new)) {
            Some((old, new)) if old == new => "same",
            Some(_) => "others",
            None => "-",
        };
        let error = |record: &Value| of(record, "error").as_f64();
        let error = match error(self.old).zip(error(self.new)) {
            Some((old, new)) => {
                format!("{old:.1e} to {new:.1e}{}", if is_less_accurate(old, new) { " worse" } else { "" })
            }
            None => "-".to_owned(),
        };
        let (kernel, size) = (&key.kernel, &key.size);
        format!("| {kernel} | {size} | {before:.2} | {after:.2} | {change:.2}{slower} | {bits} | {error} |")
    }

    /// What must not be after an upgrade: kernels that are wrong, or gone.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (kernel, entry) in objects(&self.old["kernels"]) {
            let new = &self.new["kernels"][kernel];
            if new.is_null() {
                continue;
            }
            for (size, why) in objects(&new["wrong"]["hotloop"]) {
                faults.push(format!("{kernel} at {size} is wrong: {}", why.as_str().unwrap_or_default()));
            }
            let was_there = entry["skipped"]["hotloop"].is_null();
            if let Some(why) = new["skipped"]["hotloop"].as_str().filter(|_| was_there) {
                faults.push(format!("{kernel} is no longer compiled: {why}"));
            }
        }
        faults
    }

    fn verdict(&self) -> Result {
        match self.faults().len() {
            0 => Ok(()),
            count => Err(Failure::new(format!("{count} kernels do not do what they did"))),
        }
    }
}

fn is_less_accurate(old: f64, new: f64) -> bool {
    new > ROUNDING && new > LESS_ACCURATE * old
}

fn mean_change(old: &Figures, new: &Figures, figure: Figure) -> Option<f64> {
    let wanted = old.iter().filter(|(key, _)| key.figure == figure);
    mean(wanted.filter_map(|(key, before)| Some(new.get(key)? / before)))
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record_of;
    use super::*;

    #[test]
    fn a_row_says_how_speed_and_accuracy_changed() {
        let (old, mut new) = (record_of(1.0), record_of(1.2));
        let text = Comparison { old: &old, new: &new }.text();
        assert!(
            text.contains("| sieve | L1 | 1.00 | 1.20 | 1.20 slower | same | 0.0e0 to 0.0e0 |"),
            "{text}"
        );
        assert!(text.contains("time p50: 1.200 of the old one"), "{text}");
        let size = &mut new["kernels"]["sieve"]["sizes"]["L1"];
        size["bits"]["hotloop"] = "cd".into();
        size["error"]["hotloop"] = 1e-9.into();
        let text = Comparison { old: &old, new: &new }.text();
        assert!(text.contains("| others | 0.0e0 to 1.0e-9 worse |"), "{text}");
    }

    #[test]
    fn a_kernel_that_is_wrong_or_gone_is_a_fault() {
        let (old, mut new) = (record_of(1.0), record_of(1.0));
        assert!(Comparison { old: &old, new: &new }.verdict().is_ok());
        new["kernels"]["sieve"]["wrong"] = serde_json::json!({"hotloop": {"L1": "1 differ"}});
        new["kernels"]["sieve"]["skipped"] = serde_json::json!({"hotloop": "no such function"});
        let comparison = Comparison { old: &old, new: &new };
        assert!(comparison.text().contains("FAULT: sieve at L1 is wrong: 1 differ"));
        assert_eq!(comparison.verdict().unwrap_err().to_string(), "2 kernels do not do what they did");
    }
}
