//! `hotloop explain-loops`: what became of the loops of a function.

use crate::emit::read_types;
use crate::problem::{Problem, print};
use clap::Args;
use hotloop_driver::{CacheUse, Engine, Failure, Left, LoopFacts, LoopReport, Vectors, Work};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Say of each loop of a function how wide it runs, and which checks and allocations are left in it; or why it runs one by one.
#[derive(Debug, Args)]
pub(crate) struct ExplainLoops {
    /// The Python file
    file: PathBuf,
    /// The function in it
    function: String,
    /// The types of the arguments, such as "float64[:, ::1], int64". Default: the first signature that the function declares
    #[arg(long)]
    types: Option<String>,
    /// Print the loops as JSON
    #[arg(long)]
    json: bool,
}

impl ExplainLoops {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let types = self.types.as_deref().map(read_types).transpose()?;
        let engine = Engine::builder().cache_use(CacheUse::Never).build().map_err(Problem::new)?;
        let kernel = engine
            .load_function(&self.file, &self.function)
            .map_err(|failure| Problem::of_file(&failure, &self.file))?;
        let about = |failure: Failure| Problem::of_kernel(&failure, &self.file, &kernel);
        let report = kernel.loop_report(types.as_deref()).map_err(about)?;
        let shown = if self.json { format!("{:#}\n", as_json(&report)) } else { report.to_string() };
        print(shown.as_bytes())
    }
}

fn as_json(report: &LoopReport) -> Value {
    let parameters: Vec<String> = report.parameters.iter().map(ToString::to_string).collect();
    let loops: Vec<Value> = report.loops.iter().map(loop_facts).collect();
    json!({"function": report.function, "parameters": parameters, "loops": loops, "library": report.library})
}

fn loop_facts(facts: &LoopFacts) -> Value {
    let left =
        |all: &[Left]| all.iter().map(|one| json!({"what": one.what, "line": one.line})).collect::<Vec<_>>();
    json!({
        "file": facts.place.file,
        "line": facts.place.line,
        "column": facts.place.column,
        "function": facts.place.function,
        "source": facts.source,
        "depth": facts.depth,
        "parallel": facts.is_parallel,
        "grain": facts.grain,
        "shared": left(&facts.shared),
        "work": work(&facts.work),
        "checks": left(&facts.checks),
        "checks_otherwise": left(&facts.checks_otherwise),
        "allocations": left(&facts.allocations),
        "calls": left(&facts.calls),
    })
}

fn work(work: &Work) -> Value {
    match work {
        Work::Outer { reason } => json!({"kind": "outer", "reason": reason}),
        Work::Within => json!({"kind": "within"}),
        Work::Vectors { vectors: Vectors { vector_bytes, lanes, unroll, checks }, condition } => json!({
            "kind": "vectors",
            "bits": 8 * vector_bytes,
            "iterations": lanes,
            "unroll": unroll,
            "checks": checks,
            "condition": condition,
        }),
        Work::Scalar { turn, reason, line } => {
            json!({"kind": "scalar", "unroll": turn, "reason": reason, "line": line})
        }
    }
}
