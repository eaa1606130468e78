//! `hotloop check`: finds the errors in a file without running anything.

use crate::json;
use crate::problem::{Problem, print, wants_colours};
use clap::Args;
use hotloop_driver::{CacheUse, CheckedKernel, Engine, Report};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Parse a file, read its decorators, and type every function that declares signatures.
///
/// The exit code is 1 if there are errors.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The Python file
    file: PathBuf,
    /// Print the kernels and all errors as JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let about = |failure| Problem::of_file(&failure, &self.file);
        let engine = Engine::builder().cache_use(CacheUse::Never).build().map_err(Problem::new)?;
        let report = engine.check_file(&self.file).map_err(about)?;
        if self.json {
            print(format!("{:#}\n", self.as_json(&report)).as_bytes())?;
            return if report.refusal.is_none() { Ok(()) } else { Err(Problem::silent()) };
        }
        match &report.refusal {
            None => print(self.listing(&report).as_bytes()),
            Some(refusal) => {
                let shown = if wants_colours() { refusal.coloured().to_owned() } else { refusal.to_string() };
                let errors = counted(refusal.diagnostics.len(), "error");
                Err(Problem::told(format!("{shown}\n\n{}: {errors}", self.file.display())))
            }
        }
    }

    /// A line a signature, and what was checked.
    fn listing(&self, report: &Report) -> String {
        let mut text = String::new();
        for kernel in &report.kernels {
            if !kernel.is_declared {
                let _ = writeln!(text, "{}: declares no signature, is typed when it is called", kernel.name);
            }
            for signature in &kernel.signatures {
                let _ = writeln!(text, "{}: {signature}", kernel.name);
            }
        }
        let (file, count) = (self.file.display(), counted(report.kernels.len(), "kernel"));
        let untyped = report.kernels.iter().filter(|kernel| !kernel.is_declared).count();
        let _ = match untyped {
            0 => writeln!(text, "{file}: {count}, no errors"),
            _ if untyped == report.kernels.len() => {
                writeln!(text, "{file}: {count}, no errors in syntax and decorators; types were not checked")
            }
            _ => writeln!(
                text,
                "{file}: {count}, no errors; of {untyped} without a signature only syntax and decorators were checked"
            ),
        };
        text
    }

    fn as_json(&self, report: &Report) -> Value {
        let located = report.refusal.iter().flat_map(|refusal| &refusal.located);
        json!({
            "file": self.file.display().to_string(),
            "kernels": report.kernels.iter().map(kernel).collect::<Vec<_>>(),
            "diagnostics": located.map(json::diagnostic).collect::<Vec<_>>(),
        })
    }
}

fn kernel(kernel: &CheckedKernel) -> Value {
    let signatures: Vec<String> = kernel.signatures.iter().map(ToString::to_string).collect();
    json!({"name": kernel.name, "declared": kernel.is_declared, "signatures": signatures})
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
