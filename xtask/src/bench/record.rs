//! The figures of a record of `benches/kernels.py`.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// What of a kernel is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Figure {
    /// The median of the time over gcc's in the same round.
    Median,
    /// Its 95th percentile.
    Late,
    /// The KiB by which memory grows in a call.
    Memory,
    /// The processor time of compiling over gcc's.
    Compile,
}

impl Figure {
    pub(super) const ALL: [Self; 4] = [Self::Median, Self::Late, Self::Memory, Self::Compile];

    /// The name in `bands.json` and in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Median => "time p50",
            Self::Late => "time p95",
            Self::Memory => "memory KiB",
            Self::Compile => "compile time",
        }
    }
}

/// One figure: of which kernel, at which size (nothing for what has none), which one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kernel: String,
    pub(super) size: String,
    pub(super) figure: Figure,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<20}{:<6}{:<14}", self.kernel, self.size, self.figure.name())
    }
}

/// The figures of Hotloop.
pub(super) type Figures = BTreeMap<Key, f64>;

/// Those of a record.
pub(super) fn figures(record: &Value) -> Figures {
    let mut all = Figures::new();
    for (kernel, entry) in objects(&record["kernels"]) {
        let mut note = |size: &str, figure, value: Option<f64>| {
            let key = Key { kernel: kernel.clone(), size: size.to_owned(), figure };
            if let Some(value) = value {
                all.insert(key, value);
            }
        };
        for (size, found) in objects(&entry["sizes"]) {
            let to_c = &found["to_c"]["hotloop"];
            note(size, Figure::Median, to_c["p50"].as_f64());
            note(size, Figure::Late, to_c["p95"].as_f64());
            note(size, Figure::Memory, found["memory_kib"]["hotloop"].as_f64());
        }
        let compile = |peer: &str| median(&entry["compile_ms"][peer]);
        let over_gcc = compile("hotloop").zip(compile("c")).map(|(hotloop, gcc)| hotloop / gcc);
        note("", Figure::Compile, over_gcc);
    }
    all
}

/// What an object of JSON holds; nothing if it is none.
pub(super) fn objects(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn median(values: &Value) -> Option<f64> {
    let mut values: Vec<f64> = values.as_array()?.iter().filter_map(Value::as_f64).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The geometric mean; `None` of nothing.
pub(super) fn mean(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let logarithms: Vec<f64> = ratios.filter(|ratio| *ratio > 0.0).map(f64::ln).collect();
    let count = logarithms.len() as f64;
    (!logarithms.is_empty()).then(|| (logarithms.iter().sum::<f64>() / count).exp())
}

/// Where a record was made, in one line.
pub(super) fn machine(record: &Value) -> String {
    let meta = &record["meta"];
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let versions: Vec<String> =
        objects(&meta["versions"]).map(|(name, version)| format!("{name} {}", text(version))).collect();
    format!(
        "{} (family {}, model {}), Python {}, {}, {}, {}",
        text(&meta["cpu"]),
        text(&meta["family"]),
        text(&meta["model"]),
        text(&meta["python"]),
        versions.join(", "),
        text(&meta["gcc"]),
        text(&meta["date"]),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A record of one kernel that takes so many times gcc's time.
    pub(in crate::bench) fn record_of(ratio: f64) -> Value {
        serde_json::json!({
            "meta": {"cpu": "a processor", "versions": {"numpy": "2.4.6"}},
            "kernels": {"sieve": {
                "compile_ms": {"c": [40.0], "hotloop": [3.0, 2.0, 2.5]},
                "wrong": {},
                "skipped": {},
                "sizes": {"L1": {
                    "to_c": {"hotloop": {"p50": ratio, "p95": 1.1 * ratio}},
                    "memory_kib": {"hotloop": 8},
                    "error": {"hotloop": 0.0},
                    "bits": {"hotloop": "ab"},
                }},
            }},
        })
    }

    #[test]
    fn figures_are_ratios_to_gcc() {
        let found = figures(&record_of(2.0));
        let values: Vec<(Figure, f64)> = found.iter().map(|(key, value)| (key.figure, *value)).collect();
        assert_eq!(found.len(), 4);
        assert!(values.contains(&(Figure::Median, 2.0)) && values.contains(&(Figure::Compile, 2.5 / 40.0)));
        assert_eq!(figures(&Value::Null), Figures::new());
    }

    #[test]
    fn the_mean_is_geometric() {
        assert_eq!(mean([0.5, 2.0].into_iter()), Some(1.0));
        assert_eq!(mean(std::iter::empty()), None);
    }
}
