//! Prints `docs/generated/language.md`: what kernels may use, found out by compiling a snippet for each construct.
//!
//! Nothing is written by hand but the snippets ([`snippets`]): whether one is supported, and by which code it is refused, the compiler says, and the NumPy
//! functions are those of the table of intrinsics. `cargo xtask gen` writes the page.

mod snippets;

use hotloop_driver::{CacheUse, Engine};
use snippets::{GROUPS, Group, VALUES};
use std::fmt::Write as _;

const HEAD: &str = "\
# What kernels may use

Each row was compiled as a kernel, with `n = 3`, `x = 1.5`, `c = 1 + 2j`, `t = (1, 2.0)`, `s = \"text\"`, `v = [1, 2]` and `a = np.ones((3, 4))` where its
example names them. A code leads to the page that says why it is refused, and the way out. Written by `cargo xtask gen`.
";

fn main() {
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let mut page = HEAD.to_owned();
    let (mut supported, mut all) = (0, 0);
    let mut tables = String::new();
    for group in GROUPS {
        let verdicts: Vec<Verdict> =
            group.examples.iter().map(|example| probe(&engine, group, example)).collect();
        let count = verdicts.iter().filter(|verdict| **verdict == Verdict::Supported).count();
        supported += count;
        all += verdicts.len();
        let _ = writeln!(
            tables,
            "\n## {} ({count} of {})\n\n| example | supported |\n|---|---|",
            group.title,
            verdicts.len()
        );
        for (example, verdict) in group.examples.iter().zip(verdicts) {
            let shown = example.replace('\n', " ⏎ ").replace('|', "\\|");
            let _ = writeln!(tables, "| `{shown}` | {} |", verdict.shown());
        }
    }
    let _ = writeln!(page, "\n{supported} of {all} examples are supported.");
    print!("{page}{tables}");
}

/// What the compiler says of an example.
#[derive(PartialEq)]
enum Verdict {
    Supported,
    /// Refused, by that code.
    Refused(&'static str),
}

impl Verdict {
    fn shown(&self) -> String {
        match self {
            Self::Supported => "yes".to_owned(),
            Self::Refused(code) => format!("no: [{code}](../errors/{code}.md)"),
        }
    }
}

fn probe(engine: &Engine, group: &Group, example: &str) -> Verdict {
    let mut body = String::new();
    for (name, value) in VALUES {
        if names(example, name) {
            let _ = writeln!(body, "    {name} = {value}");
        }
    }
    let text = if group.are_expressions { format!("result = {example}") } else { (*example).to_owned() };
    for line in text.lines() {
        let _ = writeln!(body, "    {line}");
    }
    let source = format!("{}\n@njit(\"()\")\ndef probe():\n{body}", snippets::MODULE);
    let report =
        engine.check_source("probe.py", &source).unwrap_or_else(|failure| panic!("{failure}\n{source}"));
    match report.refusal {
        None => Verdict::Supported,
        Some(refusal) => Verdict::Refused(refusal.diagnostics[0].code.name()),
    }
}

/// Whether an example names a variable.
fn names(example: &str, variable: &str) -> bool {
    example.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == variable)
}
