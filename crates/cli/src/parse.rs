//! `hotloop parse`: reads whole files as Python's own parser does.

use crate::json;
use crate::problem::{Problem, print, tell, wants_colours};
use clap::Args;
use hotloop_driver::{Failure, PythonVersion, read_syntax};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Read Python files and folders of them; accept what Python's parser accepts, and show the errors of the others.
///
/// The exit code is 0 if every file was accepted, and 1 if not.
#[derive(Debug, Args)]
pub(crate) struct Parse {
    /// Python files, and folders, whose `.py` files are read at any depth
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The version of Python's grammar, 3.8 to 3.14
    #[arg(long, value_name = "3.x", default_value_t)]
    python: PythonVersion,
    /// Print the summary and all errors as JSON
    #[arg(long)]
    json: bool,
    /// Also print each tree as source, read that again, and compare the trees
    #[arg(long)]
    round_trip: bool,
}

/// A file that was not accepted.
struct Refused {
    path: PathBuf,
    /// Whether it could be read from the disk.
    was_read: bool,
    /// The errors for JSON.
    errors: Vec<Value>,
    /// The errors for people.
    shown: String,
}

impl Parse {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let mut files = Vec::new();
        let mut refused = Vec::new();
        for path in &self.paths {
            if let Err(error) = collect(path, &mut files) {
                refused.push(Refused::unreadable(path, &error.to_string()));
            }
        }
        refused.extend(files.iter().filter_map(|file| self.read(file)));
        let count = files.len() + refused.iter().filter(|one| !files.contains(&one.path)).count();
        if !self.json {
            refused.iter().for_each(|one| tell(format_args!("{}\n", one.shown)));
        }
        print(self.summary(count, &refused).as_bytes())?;
        if refused.is_empty() { Ok(()) } else { Err(Problem::silent()) }
    }

    /// Reads one file; nothing if it is accepted.
    fn read(&self, path: &Path) -> Option<Refused> {
        match read_syntax(path, self.python, self.round_trip) {
            Ok(()) => None,
            Err(Failure::Refused(refusal)) => {
                let errors = refusal.located.iter().map(json::diagnostic).collect();
                let shown = if wants_colours() { refusal.coloured().to_owned() } else { refusal.to_string() };
                Some(Refused { path: path.to_owned(), was_read: true, errors, shown })
            }
            Err(failure) => Some(Refused::unreadable(path, &failure.to_string())),
        }
    }

    fn summary(&self, files: usize, refused: &[Refused]) -> String {
        let read = files - refused.iter().filter(|one| !one.was_read).count();
        let parsed = files - refused.len();
        if !self.json {
            let python = self.python;
            let failed = refused.len();
            return format!(
                "Python {python}: {files} files, {read} read, {parsed} parsed, {failed} failed\n"
            );
        }
        let failures: Vec<Value> = refused
            .iter()
            .map(|one| json!({"path": one.path.display().to_string(), "errors": one.errors}))
            .collect();
        let summary = json!({
            "python": self.python.to_string(),
            "files": files,
            "read": read,
            "parsed": parsed,
            "failed": refused.len(),
            "failures": failures,
        });
        format!("{summary:#}\n")
    }
}

impl Refused {
    /// A file of which nothing is known but why.
    fn unreadable(path: &Path, reason: &str) -> Self {
        let shown = format!("error: {}: {reason}", path.display());
        Self { path: path.to_owned(), was_read: false, errors: vec![json!({"message": reason})], shown }
    }
}

/// Adds a file, or the Python files of a folder and of the folders in it, by name.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !std::fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let mut inner = Vec::new();
        for entry in entries {
            let is_folder = entry.file_type()?.is_dir();
            let is_python = entry.path().extension().is_some_and(|extension| extension == "py");
            if is_folder {
                inner.push(entry.path());
            } else if is_python {
                files.push(entry.path());
            }
        }
        folders.extend(inner.into_iter().rev());
    }
    Ok(())
}
