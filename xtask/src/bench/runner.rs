//! Runs `benches/kernels.py` and reads its record.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Context, Result};
use crate::venv::Venv;
use crate::workspace::{Workspace, read};
use crate::{process, wheel};

/// An interpreter, and where it finds the package.
pub(super) struct Runner {
    python: PathBuf,
    package: Option<PathBuf>,
}

impl Runner {
    /// That interpreter, with the package that it has, or that lies in a folder.
    pub(super) fn new(python: PathBuf, package: Option<PathBuf>) -> Self {
        Self { python, package }
    }

    /// The interpreter of the tests, with a wheel of the repository as it stands.
    pub(super) fn of_workspace(workspace: &Workspace) -> Result<Self> {
        let venv = Venv::prepare(workspace)?;
        wheel::install(&wheel::build(workspace, &venv)?, &venv)?;
        Ok(Self::new(venv.python(), None))
    }

    /// The interpreter of the tests without a package.
    pub(super) fn bare(workspace: &Workspace) -> Result<PathBuf> {
        Ok(Venv::prepare(workspace)?.python())
    }

    /// Measures, and gives the record.
    pub(super) fn record(&self, workspace: &Workspace, arguments: &[&str]) -> Result<Value> {
        let scratch = workspace.target.join("bench");
        std::fs::create_dir_all(&scratch).context(scratch.display())?;
        let file = scratch.join(format!("record-{}.json", std::process::id()));
        let mut command = Command::new(&self.python);
        command.arg("benches/kernels.py").args(arguments).arg("--json").arg(&file);
        command.current_dir(&workspace.root);
        if let Some(package) = &self.package {
            command.env("PYTHONPATH", package);
        }
        process::run(&mut command)?;
        let record = read_record(&file)?;
        std::fs::remove_file(&file).context(file.display())?;
        Ok(record)
    }
}

/// A record from a file.
pub(super) fn read_record(path: &Path) -> Result<Value> {
    serde_json::from_str(&read(path)?).context(path.display())
}
