//! `hotloop emit` and `hotloop check`.

use crate::support::Scratch;

const KERNELS: &str = "\
import os  # not a matter of the kernels
from hotloop import njit

@njit('float64(float64[:])')
def l2_norm(x):
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * x[i]
    return acc ** 0.5

@njit
def twice(x):
    return x + x

class Ordinary:
    def method(self):
        return [os.getcwd() for _ in range(3)]

@os.fspath
def helper():
    return {}
";

#[test]
fn every_stage_shows_its_form() {
    let scratch = Scratch::new("forms");
    scratch.write("kernels.py", KERNELS);
    let emit = |stage: &str| scratch.prints(&["emit", "kernels.py", "l2_norm", "--stage", stage]);
    assert!(emit("tokens").contains("\"l2_norm\""));
    assert!(emit("ast").contains("acc += x[i] * x[i]"));
    assert!(emit("hir").contains("float64"));
    let lowered = emit("mir");
    assert!(lowered.contains("check_bounds") && lowered.contains("safepoint"), "{lowered}");
    assert_ne!(lowered, emit("mir-opt"));
    assert!(emit("clif").contains("fmul"));
    let assembly = emit("asm");
    assert!(
        if cfg!(target_arch = "x86_64") { assembly.contains("mulsd") } else { assembly.contains("fm") },
        "{assembly}"
    );
    assert_eq!(
        scratch.prints(&["emit", "kernels.py", "l2_norm", "--stage", "object", "-o", "l2_norm.o"]),
        ""
    );
    let object = std::fs::read(scratch.folder.join("l2_norm.o")).expect("it was written");
    assert!(object.starts_with(b"\x7fELF") || !cfg!(target_os = "linux"));
    assert!(!scratch.folder.join("cache").exists());
}

#[test]
fn types_are_given_or_declared() {
    let scratch = Scratch::new("types");
    scratch.write("kernels.py", KERNELS);
    let twice =
        |types: &str| scratch.prints(&["emit", "kernels.py", "twice", "--stage", "clif", "--types", types]);
    assert!(twice("float32").contains("fadd"));
    assert!(twice("int64").contains("iadd"));
    let message = scratch.refuses(&["emit", "kernels.py", "twice", "--stage", "mir"]);
    assert!(
        message.starts_with("error: kernels.py:12 in twice: the function declares no signature"),
        "{message}"
    );
    let message = scratch.refuses(&["emit", "kernels.py", "twice", "--stage", "mir", "--types", "float65"]);
    assert_eq!(message, "error: --types \"float65\": `float65` is not a known type (at character 1)");
    let message =
        scratch.refuses(&["emit", "kernels.py", "l2_norm", "--stage", "mir", "--types", "float32[:]"]);
    assert!(message.contains("it is declared for other arguments than (float32[:])"), "{message}");
}

#[test]
fn a_file_without_errors_is_checked() {
    let scratch = Scratch::new("fine");
    scratch.write("kernels.py", KERNELS);
    let expected =
        "l2_norm: float64(float64[:])\ntwice: typed when it is called\nkernels.py: 2 kernels, no errors\n";
    assert_eq!(scratch.prints(&["check", "kernels.py"]), expected);
}

#[test]
fn all_errors_of_a_file_are_told_once() {
    let scratch = Scratch::new("errors");
    let source = "\
from hotloop import njit

@njit('float64(float64[:')
def misspelled(x):
    return x

@njit('float64(float64)')
def first(x):
    return helper(x)

@njit('float64(float64)')
def second(x):
    return helper(x)

@njit('int64(int64)')
def third(x):
    return x + unknown

@njit
def helper(x):
    return x.nothing
";
    scratch.write("kernels.py", source);
    let message = scratch.refuses(&["check", "kernels.py"]);
    for place in ["kernels.py:3:", "kernels.py:17:", "kernels.py:21:"] {
        assert_eq!(message.matches(&format!("--> {place}")).count(), 1, "{place}: {message}");
    }
    assert!(message.ends_with("kernels.py: 3 errors"), "{message}");
    scratch.write("broken.py", "def f(:\n    pass\n");
    assert!(scratch.refuses(&["check", "broken.py"]).contains("broken.py:1:"));
    assert!(scratch.refuses(&["check", "nowhere.py"]).starts_with("error: cannot read nowhere.py: "));
}
