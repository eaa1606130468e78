//! `hotloop check`: finds the errors in a file without running anything.

use crate::problem::{Problem, print, wants_colours};
use clap::Args;
use hotloop_driver::{CacheUse, Engine};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Parse a file, read its decorators, and type every function that declares signatures.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The Python file
    file: PathBuf,
}

impl Check {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let about = |failure| Problem::of_file(&failure, &self.file);
        let engine = Engine::builder().cache_use(CacheUse::Never).build().map_err(Problem::new)?;
        let report = engine.check_file(&self.file).map_err(about)?;
        if let Some(refusal) = &report.refusal {
            let count = refusal.diagnostics.len();
            let shown = if wants_colours() { refusal.coloured().to_owned() } else { refusal.to_string() };
            let errors = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
            return Err(Problem::told(format!("{shown}\n\n{}: {errors}", self.file.display())));
        }
        let mut text = String::new();
        for kernel in &report.kernels {
            let signatures: Vec<String> = kernel.signatures.iter().map(ToString::to_string).collect();
            let typed = if signatures.is_empty() {
                "typed when it is called".to_owned()
            } else {
                signatures.join(", ")
            };
            let _ = writeln!(text, "{}: {typed}", kernel.name);
        }
        let count = report.kernels.len();
        let kernels = if count == 1 { "1 kernel" } else { "kernels" };
        let counted = if count == 1 { kernels.to_owned() } else { format!("{count} {kernels}") };
        let _ = writeln!(text, "{}: {counted}, no errors", self.file.display());
        print(text.as_bytes())
    }
}
