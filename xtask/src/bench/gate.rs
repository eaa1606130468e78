//! `bench --gate`: holds critical kernels against the record, as ratios to gcc of the same run.
//!
//! `benches/record/bands.json` names the kernels and how far each figure may lie above that of `benches/record/gate.json`. A kernel that lies beyond is measured again, since a busy
//! machine can only make it slower; it fails if it is beyond each time. The mean over all kernels has a band of its own, which noise does not reach.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::record::{Figure, Figures, Key, figures, machine, mean, objects};
use super::runner::{Runner, read_record};
use crate::failure::{Context, Failure, Result};
use crate::workspace::Workspace;

pub(super) const SUMMARY: &str =
    "holds critical kernels against benches/record/gate.json; --bless, --python PATH, --seed-slowdown FACTOR";

const BANDS: &str = "benches/record/bands.json";
const RECORD: &str = "benches/record/gate.json";
/// So often what lies beyond its band is measured again.
const MOST_REPEATS: usize = 3;

/// What the command line says.
#[derive(Default)]
struct Wishes {
    bless: bool,
    python: Option<PathBuf>,
    slowdown: Option<String>,
}

pub(super) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let wishes = Wishes::read(arguments)?;
    let bands = Bands::read(&workspace.root.join(BANDS))?;
    let runner = match &wishes.python {
        Some(python) => Runner::new(python.clone(), None),
        None => Runner::of_workspace(workspace)?,
    };
    let measure = |kernels: &[String]| {
        let (kernels, sizes) = (kernels.join(","), bands.sizes.join(","));
        let mut arguments =
            vec!["--kernels", &kernels, "--sizes", &sizes, "--peers", "c,hotloop", "--memory"];
        arguments.extend(wishes.slowdown.iter().flat_map(|factor| ["--seed-slowdown", factor]));
        runner.record(workspace, &arguments)
    };
    let first = measure(&bands.kernels)?;
    if wishes.bless {
        return bless(&workspace.root.join(RECORD), &first);
    }
    let record = read_record(&workspace.root.join(RECORD))?;
    println!("record: {}\n   now: {}", machine(&record), machine(&first));
    let (known, mut measured) = (figures(&record), figures(&first));
    for _ in 0..MOST_REPEATS {
        let beyond = bands.faults(&known, &measured);
        let mut kernels: Vec<String> = beyond.iter().map(|fault| fault.key.kernel.clone()).collect();
        kernels.dedup();
        if kernels.is_empty() {
            break;
        }
        println!("once more: {}", kernels.join(", "));
        keep_least(&mut measured, figures(&measure(&kernels)?));
    }
    judge(&bands, &known, &measured)
}

impl Wishes {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut wishes = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value =
                || words.next().cloned().ok_or_else(|| Failure::new(format!("`{word}` wants a value")));
            match word.as_str() {
                "--bless" => wishes.bless = true,
                "--python" => wishes.python = Some(PathBuf::from(value()?)),
                "--seed-slowdown" => wishes.slowdown = Some(value()?),
                _ => return Err(Failure::new(format!("`bench --gate` does not know `{word}`: {SUMMARY}"))),
            }
        }
        if wishes.bless && wishes.slowdown.is_some() {
            return Err(Failure::new("a slowdown is no record"));
        }
        Ok(wishes)
    }
}

/// How far figures may lie above the record.
struct Bands {
    kernels: Vec<String>,
    sizes: Vec<String>,
    /// For all kernels, by the figure's name, and for the mean of all medians under `mean`.
    general: Value,
    /// For some, by kernel and figure.
    special: Value,
}

/// A figure beyond its band.
#[derive(Debug, PartialEq)]
struct Fault {
    key: Key,
    known: f64,
    measured: f64,
    /// The most that it may be.
    limit: f64,
}

impl Bands {
    fn read(path: &Path) -> Result<Self> {
        Self::from_json(&read_record(path)?).ok_or_else(|| {
            let names: Vec<&str> = Figure::ALL.iter().map(|figure| figure.name()).collect();
            let names = names.join("`, `");
            Failure::new(format!(
                "{}: it wants `kernels`, `sizes` and `bands` with `{names}` and `mean`",
                path.display()
            ))
        })
    }

    fn from_json(bands: &Value) -> Option<Self> {
        let words = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
        };
        let general = bands["bands"].clone();
        let mut names = Figure::ALL.iter().map(|figure| figure.name()).chain(["mean"]);
        let is_whole = names.all(|name| general[name].is_number());
        let (kernels, sizes) = (words(&bands["kernels"])?, words(&bands["sizes"])?);
        is_whole.then(|| Self { kernels, sizes, general, special: bands["of"].clone() })
    }

    /// The most that a figure may be: memory in KiB above the record, all others as a factor.
    fn limit(&self, key: &Key, known: f64) -> f64 {
        let name = key.figure.name();
        let special = self.special[&key.kernel][name].as_f64();
        let band = special.or(self.general[name].as_f64()).expect("it was read with all bands");
        match key.figure {
            Figure::Memory => known + band,
            Figure::Median | Figure::Late | Figure::Compile => known * band,
        }
    }

    /// What lies beyond; a figure of the record that was not measured does, too.
    fn faults(&self, known: &Figures, measured: &Figures) -> Vec<Fault> {
        let wanted = known.iter().filter(|(key, _)| self.kernels.contains(&key.kernel));
        let faults = wanted.map(|(key, known)| {
            let measured = measured.get(key).copied().unwrap_or(f64::INFINITY);
            Fault { key: key.clone(), known: *known, measured, limit: self.limit(key, *known) }
        });
        faults.filter(|fault| fault.measured > fault.limit).collect()
    }

    fn mean_limit(&self) -> f64 {
        self.general["mean"].as_f64().expect("it was read with all bands")
    }
}

/// How many times as long as in the record the kernels take on average.
fn mean_change(known: &Figures, measured: &Figures) -> Option<f64> {
    let medians = known.iter().filter(|(key, _)| key.figure == Figure::Median);
    mean(medians.filter_map(|(key, known)| Some(measured.get(key)? / known)))
}

fn keep_least(figures: &mut Figures, again: Figures) {
    for (key, value) in again {
        let least = figures.get(&key).copied().unwrap_or(f64::INFINITY).min(value);
        figures.insert(key, least);
    }
}

fn judge(bands: &Bands, known: &Figures, measured: &Figures) -> Result {
    let missing = bands.kernels.iter().filter(|kernel| !known.keys().any(|key| key.kernel == **kernel));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    if !missing.is_empty() {
        return Err(Failure::new(format!(
            "{RECORD} has no {}: `cargo xtask bench --gate --bless`",
            missing.join(", ")
        )));
    }
    let faults = bands.faults(known, measured);
    let change = mean_change(known, measured).unwrap_or(f64::INFINITY);
    println!(
        "{} figures of {} kernels; times over gcc are {change:.3} of the record's on average",
        known.len(),
        bands.kernels.len()
    );
    if faults.is_empty() && change <= bands.mean_limit() {
        return Ok(());
    }
    println!("{}", table(&faults));
    let mean = if change > bands.mean_limit() {
        format!("; the mean may be {:.3} of the record's", bands.mean_limit())
    } else {
        String::new()
    };
    Err(Failure::new(format!("{} figures are beyond their bands ({BANDS}){mean}", faults.len())))
}

fn table(faults: &[Fault]) -> String {
    let head = format!(
        "{:<20}{:<6}{:<14}{:>10}{:>10}{:>10}",
        "kernel", "size", "figure", "record", "now", "at most"
    );
    let row = |fault: &Fault| {
        format!("\n{}{:>10.3}{:>10.3}{:>10.3}", fault.key, fault.known, fault.measured, fault.limit)
    };
    head + &faults.iter().map(row).collect::<String>()
}

/// Makes what was measured the record.
fn bless(path: &Path, measured: &Value) -> Result {
    let mut kernels = serde_json::Map::new();
    for (kernel, entry) in objects(&measured["kernels"]) {
        let sizes: serde_json::Map<String, Value> = objects(&entry["sizes"])
            .map(|(size, found)| {
                (size.clone(), json!({"to_c": found["to_c"], "memory_kib": found["memory_kib"]}))
            })
            .collect();
        kernels.insert(kernel.clone(), json!({"compile_ms": entry["compile_ms"], "sizes": sizes}));
    }
    let record = json!({"meta": measured["meta"], "kernels": kernels});
    let text = serde_json::to_string_pretty(&record).context(path.display())? + "\n";
    std::fs::write(path, text).context(path.display())?;
    println!("wrote {RECORD}: {}", machine(&record));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record_of;
    use super::*;

    fn bands() -> Bands {
        let general =
            json!({"time p50": 1.15, "time p95": 1.5, "memory KiB": 100, "compile time": 1.5, "mean": 1.1});
        Bands::from_json(&json!({"kernels": ["sieve"], "sizes": ["L1"], "bands": general, "of": {}})).unwrap()
    }

    fn faults_at(ratio: f64) -> Vec<Fault> {
        bands().faults(&figures(&record_of(1.0)), &figures(&record_of(ratio)))
    }

    #[test]
    fn what_is_within_its_band_passes_and_a_slowdown_does_not() {
        assert_eq!(faults_at(1.1), []);
        assert_eq!(faults_at(0.5), []);
        let faults = faults_at(1.3);
        assert_eq!(faults.len(), 1);
        assert_eq!((faults[0].key.figure, faults[0].measured), (Figure::Median, 1.3));
        assert!(
            table(&faults).contains("sieve               L1    time p50           1.000     1.300     1.150")
        );
        assert_eq!(faults_at(1.6).len(), 2);
    }

    #[test]
    fn a_figure_that_is_gone_is_a_fault() {
        assert_eq!(bands().faults(&figures(&record_of(1.0)), &Figures::new()).len(), 4);
    }

    #[test]
    fn a_kernel_may_have_a_band_of_its_own() {
        let mut bands = bands();
        bands.special = json!({"sieve": {"time p50": 1.4}});
        assert_eq!(bands.faults(&figures(&record_of(1.0)), &figures(&record_of(1.3))), []);
    }

    #[test]
    fn the_mean_has_a_band_too() {
        let [known, slow] = [1.0, 1.12].map(|ratio| figures(&record_of(ratio)));
        assert!(judge(&bands(), &known, &known).is_ok());
        let failure = judge(&bands(), &known, &slow).unwrap_err().to_string();
        assert!(failure.contains("the mean may be 1.100"), "{failure}");
    }

    #[test]
    fn of_several_measurements_the_least_counts() {
        let mut measured = figures(&record_of(2.0));
        keep_least(&mut measured, figures(&record_of(1.0)));
        assert_eq!(measured, figures(&record_of(1.0)));
    }

    #[test]
    fn kernels_without_a_record_are_an_error() {
        let failure = judge(&bands(), &Figures::new(), &Figures::new()).unwrap_err().to_string();
        assert!(failure.contains("--bless"), "{failure}");
    }

    #[test]
    fn bands_that_are_not_whole_are_refused() {
        assert!(Bands::from_json(&json!({"kernels": [], "sizes": [], "bands": {"mean": 1.1}})).is_none());
    }
}
