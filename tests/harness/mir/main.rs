//! `tests/mir/<pass>/*.mir`: each file is a function, and what the pass makes of it.
//!
//! A file begins with comments that say what it shows, then the function, then other functions that it may call. Behind
//! the line `; after:` stands the function as the pass leaves it, with the functions that were cut out of it and the
//! remarks. `HOTLOOP_BLESS=1` writes that part anew. Both sides have to satisfy the verifier, and to mean the same in the
//! interpreter on sample arguments, to which lines such as `; run: 3, -4` add. The whole pipeline runs over each function, too. (`tests/mir/verify/` is the verifier's own, and is tested there.)

mod meaning;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use hotloop_mir::verify::{verify, verify_module};
use hotloop_mir::{Function, Module, Phase, parse_module};
use hotloop_passes::{Optimiser, PassContext, pass_by_name};
use hotloop_tests::oracle::root;
use libtest_mimic::{Arguments, Failed, Trial};

const SEPARATOR: &str = "; after:\n";

fn main() {
    let arguments = Arguments::from_args();
    let folders =
        subfolders(&root().join("tests/mir")).into_iter().filter(|folder| !folder.ends_with("verify"));
    let files: Vec<PathBuf> = folders.flat_map(|folder| files(&folder)).collect();
    let trials = files
        .iter()
        .flat_map(|file| [trial(file, "", check), trial(file, " through the pipeline", check_pipeline)]);
    let trials = trials.collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(path: &Path, suffix: &str, check: fn(&Path) -> Result<(), String>) -> Trial {
    let name = path.strip_prefix(root().join("tests")).expect("a test stands in tests/").display();
    let path = path.to_owned();
    Trial::test(format!("{name}{suffix}"), move || check(&path).map_err(Failed::from))
}

/// The whole pipeline over the same function: verified after every pass, and meaning the same at the end.
fn check_pipeline(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (before, _) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
    let module = parse_module(before).map_err(|error| error.to_string())?;
    let (function, callees) = module.functions.split_first().expect("a module has a function");
    // What is marked already is past the passes that would have to keep the marks true.
    if function.phase == Phase::Vectorised {
        return Ok(());
    }
    let callee_body = |symbol: &str| callees.iter().find(|callee| callee.name == symbol);
    let broken = RefCell::new(Vec::new());
    let observer = |pass: &'static str, function: &Function| {
        if let Err(violations) = verify(function) {
            broken.borrow_mut().push(format!("after {pass}: {violations:#?}\n{function}"));
        }
    };
    let optimised =
        Optimiser::new().with_callees(&callee_body).with_observer(&observer).run(function.clone());
    if let Some(first) = broken.borrow().first() {
        return Err(first.clone());
    }
    meaning::compare(&module, &optimised.module, &called_with(before))
}

/// The lines `; run: 3, -4` of a test: arguments for further calls.
fn called_with(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("; run:")).collect()
}

fn check(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (before, expected) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
    let pass = path.parent().and_then(Path::file_name).expect("a test stands in a pass's folder");
    let after = transformed(before, &pass.to_string_lossy())?;
    if after == expected {
        return Ok(());
    }
    if std::env::var_os("HOTLOOP_BLESS").is_some() {
        return std::fs::write(path, format!("{before}{SEPARATOR}{after}"))
            .map_err(|error| error.to_string());
    }
    Err(format!(
        "the pass gives\n{after}\nbut the file says\n{expected}\n(`cargo xtask test mir --bless` accepts it)"
    ))
}

/// The text of what the pass makes of the first function.
fn transformed(before: &str, name: &str) -> Result<String, String> {
    let pass = pass_by_name(name).ok_or_else(|| format!("there is no pass `{name}`"))?;
    let module = parse_module(before).map_err(|error| error.to_string())?;
    verified(&module, "before")?;
    let (function, callees) = module.functions.split_first().expect("a module has a function");
    let callee_body = |symbol: &str| callees.iter().find(|callee| callee.name == symbol);
    let mut context = PassContext { callee_body: &callee_body, outlined: Vec::new(), remarks: Vec::new() };
    let mut function = function.clone();
    pass.run(&mut function, &mut context);
    let remarks: String =
        context.remarks.iter().map(|remark| format!("; remark: {}\n", remark.message)).collect();
    let after = Module { functions: std::iter::once(function).chain(context.outlined).collect() };
    verified(&after, "after")?;
    meaning::compare(&module, &after, &called_with(before))?;
    Ok(format!("{after}{remarks}"))
}

fn verified(module: &Module, when: &str) -> Result<(), String> {
    verify_module(module).map_err(|violations| format!("{when} the pass: {violations:#?}\n{module}"))
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "mir"))
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
