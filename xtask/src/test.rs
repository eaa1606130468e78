//! `test`: every check and every test of the project, ending with counts.
//!
//! Without an argument: tidy, derived files, lint, the Rust tests of all crates, then the Python package as a wheel
//! in `target/venv` and its pytest suite, also under newer Pythons where there are any. With a layer: only the tests of that crate, or of one harness. All runners
//! are asked even when an earlier one fails, so that one run shows everything that is wrong. What tests skip for want of a program (an emulator of aarch64) is said at the end, with
//! what to install.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::tally::Tally;
use crate::venv::Venv;
use crate::workspace::Workspace;
use crate::{generate, lint, process, syntax, tidy, wheel};

/// The harnesses of the `tests` package that can be asked for by name.
const HARNESSES: [&str; 6] = ["run", "lang", "mir", "refused", "parallel", "machine"];

/// What to run.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    layer: Option<String>,
    bless: bool,
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let request = parse(arguments)?;
    let skipped = RefCell::default();
    let session = Session { workspace, venv: Venv::prepare(workspace)?, bless: request.bless, skipped };
    session.empty_cache()?;
    let runners = match request.layer.as_deref() {
        None => session.everything()?,
        Some("python") => session.python()?,
        Some("parallel") => session.parallel()?,
        Some(layer) => vec![session.layer(layer)?],
    };
    report(&runners, &session.skipped.borrow())
}

fn parse(arguments: &[String]) -> Result<Request> {
    let mut request = Request { layer: None, bless: false };
    for argument in arguments {
        match argument.as_str() {
            "--bless" => request.bless = true,
            flag if flag.starts_with('-') => {
                return Err(Failure::new(format!("`test` has no option `{flag}`")));
            }
            layer if request.layer.is_none() => request.layer = Some(layer.to_owned()),
            extra => return Err(Failure::new(format!("`test` takes one layer, got `{extra}` too"))),
        }
    }
    Ok(request)
}

/// Prints what was left out and a line a runner, then the sum alone on the last line.
fn report(runners: &[(String, Tally)], skipped: &BTreeSet<String>) -> Result {
    let mut sum = Tally::default();
    println!();
    skipped.iter().for_each(|line| println!("{line}"));
    for (name, tally) in runners {
        println!("{name:<12} {tally}");
        sum += *tally;
    }
    println!("{sum}");
    if sum.failed == 0 { Ok(()) } else { Err(Failure::new("some tests failed")) }
}

/// The surroundings shared by all runners of one `xtask test`.
struct Session<'a> {
    workspace: &'a Workspace,
    venv: Venv,
    bless: bool,
    /// The lines by which Rust tests said that they need a program which is not there.
    skipped: RefCell<BTreeSet<String>>,
}

impl Session<'_> {
    fn everything(&self) -> Result<Vec<(String, Tally)>> {
        let mut runners = vec![
            ("tidy".to_owned(), tidy::check(self.workspace)?),
            ("gen".to_owned(), Tally::of_one(generate::run(self.workspace, &["--check".to_owned()]).is_ok())),
            ("lint".to_owned(), lint::check(self.workspace)),
        ];
        // The extension module leaves CPython's symbols to the interpreter that loads it, so it cannot be linked
        // into a test program; pytest covers it.
        runners.push(("cargo".to_owned(), self.cargo_test(&["--workspace", "--exclude", "hotloop-python"])?));
        runners.push(("syntax".to_owned(), syntax::sample(self.workspace, &self.venv)?));
        runners.extend(self.python()?);
        Ok(runners)
    }

    fn layer(&self, layer: &str) -> Result<(String, Tally)> {
        let tally = match layer {
            "syntax" => syntax::sample(self.workspace, &self.venv)?,
            harness if HARNESSES.contains(&harness) => {
                self.cargo_test(&["-p", "hotloop-tests", "--test", harness])?
            }
            layer => self.cargo_test(&["-p", &self.package_of(layer)?])?,
        };
        Ok((layer.to_owned(), tally))
    }

    /// Parallel loops: pairs of programs, random ones and stress in the harness, the runtime's regions, and the tests of the Python package that are about threads.
    fn parallel(&self) -> Result<Vec<(String, Tally)>> {
        let runtime = ["parallel", "fork", "leaks", "region_trees", "thread_count", "interrupt"];
        let mut selection = vec!["-p", "hotloop-runtime"];
        selection.extend(runtime.iter().flat_map(|name| ["--test", name]));
        Ok(vec![
            self.layer("parallel")?,
            ("runtime".to_owned(), self.cargo_test(&selection)?),
            (format!("python {}", self.venv.version), self.pytest_of_threads()?),
        ])
    }

    fn package_of(&self, layer: &str) -> Result<String> {
        let known = || self.workspace.packages.values().map(|package| package.short_name());
        let package = self.workspace.packages.values().find(|package| package.short_name() == layer);
        package.map(|package| package.name.clone()).ok_or_else(|| {
            let names: Vec<&str> = known().chain(HARNESSES).collect();
            Failure::new(format!("no layer `{layer}`; there are {}", names.join(", ")))
        })
    }

    fn cargo_test(&self, selection: &[&str]) -> Result<Tally> {
        let mut command = process::cargo(self.workspace, &["test", "--quiet", "--no-fail-fast"]);
        command.args(selection);
        self.prepare(&mut command)?;
        let (output, success) = process::run_and_listen(&mut command)?;
        let skipped = output.lines().filter(|line| line.starts_with("skipped: "));
        self.skipped.borrow_mut().extend(skipped.map(str::to_owned));
        Ok(Tally::from_cargo(&output).with_exit(success))
    }

    /// Builds the package, and runs its tests under each Python version that this machine has.
    fn python(&self) -> Result<Vec<(String, Tally)>> {
        let wheel = match wheel::build_for_tests(self.workspace, &self.venv) {
            Ok(wheel) => wheel,
            Err(failure) => {
                eprintln!("test: {failure}");
                return Ok(vec![("python".to_owned(), Tally::of_one(false))]);
            }
        };
        let newer = self.venv.prepare_newer(self.workspace)?;
        let venvs = std::iter::once(&self.venv).chain(&newer);
        let all = ["tests/python".to_owned()];
        venvs.map(|venv| Ok((format!("python {}", venv.version), self.pytest(venv, &wheel, &all)?))).collect()
    }

    /// The tests of the Python package that are about threads.
    fn pytest_of_threads(&self) -> Result<Tally> {
        let wheel = wheel::build_for_tests(self.workspace, &self.venv)?;
        let files = ["threads", "races", "parallel_diagnostics", "parallel_stress"];
        self.pytest(&self.venv, &wheel, &files.map(|name| format!("tests/python/test_{name}.py")))
    }

    fn pytest(&self, venv: &Venv, wheel: &Path, files: &[String]) -> Result<Tally> {
        wheel::install(wheel, venv)?;
        let mut command = Command::new(venv.python());
        command.args(["-m", "pytest", "-q"]).args(files).current_dir(&self.workspace.root);
        self.prepare(&mut command)?;
        venv.activate(&mut command)?;
        let (output, success) = process::run_and_listen(&mut command)?;
        Ok(Tally::from_pytest(&output).with_exit(success))
    }

    fn prepare(&self, command: &mut Command) -> Result {
        self.venv.activate(command)?;
        command.env("HOTLOOP_CACHE_DIR", self.cache_folder());
        if self.bless {
            command.env("HOTLOOP_BLESS", "1");
        }
        Ok(())
    }

    /// Tests must neither see nor fill the developer's own cache.
    fn cache_folder(&self) -> std::path::PathBuf {
        self.workspace.target.join("test-cache")
    }

    fn empty_cache(&self) -> Result {
        let folder = self.cache_folder();
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context(folder.display())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(arguments: &[&str]) -> Result<Request> {
        parse(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_layer_and_bless_come_in_any_order() {
        let wanted = Request { layer: Some("parser".to_owned()), bless: true };
        assert_eq!(request(&["parser", "--bless"]).unwrap(), wanted);
        assert_eq!(request(&["--bless", "parser"]).unwrap(), wanted);
        assert_eq!(request(&[]).unwrap(), Request { layer: None, bless: false });
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(request(&["--blss"]).is_err());
        assert!(request(&["parser", "mir"]).is_err());
    }
}
