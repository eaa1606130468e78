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
    assert!(message.contains("`l2_norm` is declared for other arguments than (float32[:])"), "{message}");
}

#[test]
fn a_file_without_errors_is_checked() {
    let scratch = Scratch::new("fine");
    scratch.write("kernels.py", KERNELS);
    let expected = "\
l2_norm: float64(float64[:])
twice: declares no signature, is typed when it is called
kernels.py: 2 kernels, no errors; of 1 without a signature only syntax and decorators were checked
";
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

#[test]
fn errors_as_json_have_all_that_the_text_has() {
    let scratch = Scratch::new("json");
    let source = "from hotloop import njit\n\n@njit('int64(int64)')\ndef f(n):\n    return n + unknown\n";
    scratch.write("kernels.py", source);
    let outcome = scratch.run(&["check", "kernels.py", "--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("it is JSON");
    let [diagnostic] = report["diagnostics"].as_array().expect("a list").as_slice() else {
        panic!("one error: {report}")
    };
    assert_eq!(diagnostic["code"], "HL0201");
    assert_eq!(diagnostic["primary"]["start"], serde_json::json!({"line": 5, "column": 16}));
    assert_eq!(diagnostic["primary"]["end"], serde_json::json!({"line": 5, "column": 23}));
    let text = scratch.refuses(&["check", "kernels.py"]);
    for part in ["message", "code"] {
        assert!(text.contains(diagnostic[part].as_str().expect("text")), "{part}: {text}");
    }
    scratch.write("kernels.py", source.replace("unknown", "1.5"));
    let report: serde_json::Value =
        serde_json::from_str(&scratch.prints(&["check", "kernels.py", "--json"])).expect("it is JSON");
    let expected = serde_json::json!([{"name": "f", "declared": true, "signatures": ["int64(int64)"]}]);
    assert_eq!((&report["kernels"], &report["diagnostics"]), (&expected, &serde_json::json!([])));
}

#[test]
fn a_code_is_explained_by_its_page() {
    let scratch = Scratch::new("explain");
    let page = include_str!("../../../../docs/errors/HL0203.md");
    assert_eq!(scratch.prints(&["explain", "hl0203"]), page);
    assert!(
        scratch.prints(&["explain"]).contains("HL0203: a variable has types that have nothing in common\n")
    );
    let message = scratch.refuses(&["explain", "HL9999"]);
    assert!(message.starts_with("error: there is no error code `HL9999`"), "{message}");
}

#[test]
fn types_stand_beside_the_lines_that_assign() {
    let scratch = Scratch::new("types");
    scratch.write(
        "kernels.py",
        "from hotloop import njit\n\n@njit\ndef f(n):\n    x = n\n    x = x / 2\n    return x\n",
    );
    let expected = "\
f: float64(int64)
    3  @njit
    4  def f(n):      # n: int64
    5      x = n      # x: int64
    6      x = x / 2  # x: float64
    7      return x
";
    assert_eq!(
        scratch.prints(&["emit", "kernels.py", "f", "--stage", "types", "--types", "int64"]),
        expected
    );
}
