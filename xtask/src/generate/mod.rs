//! `gen`: files that repeat what sources say are written by this command, never by hand.
//!
//! Each derived file is a row in [`DERIVED`]. `gen --check` writes nothing and fails when a file differs from what
//! its sources say now.

mod decision_index;
pub(crate) mod error_index;
mod language;
mod missing;
mod numpy;

use crate::failure::{Context, Failure, Result};
use crate::workspace::Workspace;

/// A derived file.
struct Derived {
    path: &'static str,
    make: fn(&Workspace) -> Result<String>,
}

static DERIVED: &[Derived] = &[
    Derived { path: "docs/errors/README.md", make: error_index::make },
    Derived { path: "docs/decisions/README.md", make: decision_index::make },
    Derived { path: "docs/generated/language.md", make: language::make },
    Derived { path: "docs/generated/missing.md", make: missing::make },
    Derived { path: "docs/generated/numpy.md", make: numpy::make },
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    match arguments {
        [] => DERIVED.iter().try_for_each(|derived| derived.write(workspace)),
        [flag] if flag == "--check" => check(workspace),
        other => Err(Failure::new(format!("`gen` takes only --check, got `{}`", other.join(" ")))),
    }
}

fn check(workspace: &Workspace) -> Result {
    let mut stale = Vec::new();
    for derived in DERIVED {
        let written = std::fs::read_to_string(workspace.root.join(derived.path)).unwrap_or_default();
        if written != (derived.make)(workspace)? {
            stale.push(derived.path);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    println!("gen: stale: {}; run `cargo xtask gen`", stale.join(", "));
    Err(Failure::new("derived files are stale"))
}

impl Derived {
    fn write(&self, workspace: &Workspace) -> Result {
        let path = workspace.root.join(self.path);
        let folder = path.parent().expect("a derived file stands in a folder");
        std::fs::create_dir_all(folder).context(folder.display())?;
        std::fs::write(&path, (self.make)(workspace)?).context(self.path)?;
        println!("gen: wrote {}", self.path);
        Ok(())
    }
}
