//! `tests/mir/<pass>/*.mir`: each file is a function, and what the pass makes of it.
//!
//! A file begins with comments that say what it shows, then the function, then other functions that it may call. Behind
//! the line `; after:` stands the function as the pass leaves it, with the functions that were cut out of it and the
//! remarks. `HOTLOOP_BLESS=1` writes that part anew. Both sides have to satisfy the verifier, and answer alike in the
//! interpreter to every call that a line such as `; run: 3, -4` gives the arguments of. (`tests/mir/verify/` is the
//! verifier's own, and is tested there.)

use std::path::{Path, PathBuf};

use hotloop_interp::{Interpreter, Outcome, Scalar};
use hotloop_mir::verify::verify_module;
use hotloop_mir::{Function, MachineType, Module, parse_module};
use hotloop_passes::{PassContext, pass_by_name};
use hotloop_tests::oracle::root;
use libtest_mimic::{Arguments, Failed, Trial};

const SEPARATOR: &str = "; after:\n";

fn main() {
    let arguments = Arguments::from_args();
    let folders =
        subfolders(&root().join("tests/mir")).into_iter().filter(|folder| !folder.ends_with("verify"));
    let trials = folders.flat_map(|folder| files(&folder)).map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(path: PathBuf) -> Trial {
    let name =
        path.strip_prefix(root().join("tests")).expect("a test stands in tests/").display().to_string();
    Trial::test(name, move || check(&path).map_err(Failed::from))
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
    for arguments in before.lines().filter_map(|line| line.strip_prefix("; run:")) {
        same_answer(&module, &after, arguments)?;
    }
    Ok(format!("{after}{remarks}"))
}

/// Whether the first function answers alike before and after. An error is the same in a body that was inlined or
/// outlined, though the function it happens in has another name.
fn same_answer(before: &Module, after: &Module, arguments: &str) -> Result<(), String> {
    let function = &before.functions[0];
    let scalars = scalars(function, arguments)?;
    let callees = before.functions[1..].to_vec();
    let answer = |module: &Module| match Interpreter::new(module).call(&function.name, &scalars) {
        Err(Outcome::Raised(error)) => format!("{:?} {} {:?}", error.class, error.message, error.payload),
        other => format!("{other:?}"),
    };
    let all_after = Module { functions: after.functions.iter().cloned().chain(callees).collect() };
    let (first, second) = (answer(before), answer(&all_after));
    if first == second {
        return Ok(());
    }
    Err(format!("({arguments}) gives {first} before the pass and {second} after it"))
}

/// The arguments in a line, of the types of the function's parameters.
fn scalars(function: &Function, text: &str) -> Result<Vec<Scalar>, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let parse = |(word, ty): (&str, MachineType)| match ty {
        MachineType::F64 => {
            word.parse::<f64>().map(|value| Scalar::F64(value.to_bits())).map_err(|error| error.to_string())
        }
        ty => word.parse::<i64>().map(|value| Scalar::Int(ty, value)).map_err(|error| error.to_string()),
    };
    words
        .zip(function.parameters().iter().map(|parameter| function.value_type(*parameter)))
        .map(parse)
        .collect()
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
