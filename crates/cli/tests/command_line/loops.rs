//! `hotloop explain-loops`: what it says of loops, word by word.

use crate::support::Scratch;

const KERNELS: &str = "\
import math
import numpy as np
from hotloop import njit, prange

@njit('(float64, float64[::1], float64[::1])')
def axpy(a, x, y):
    for i in range(x.shape[0]):
        y[i] += a * x[i]

@njit('(float64[:, ::1],)')
def running(x):
    for i in range(x.shape[0]):
        for j in range(1, x.shape[1]):
            x[i, j] = x[i, j - 1] * 0.5

@njit('(float64[::1],)')
def gammas(x):
    for i in range(x.shape[0]):
        x[i] = math.gamma(x[i])

@njit('(int64[::1], int64[::1])')
def first_of(x, found):
    at = 0
    while at < x.shape[0]:
        if x[at] > 7:
            break
        found[x[at]] = at // x[at]
        at += 1
    return at

@njit('(float64[::1], int64)')
def rows(x, n):
    total = 0.0
    for i in range(n):
        fresh = np.zeros(3)
        fresh[0] = x[i]
        total += fresh[0]
    return total

@njit('(float64[::1],)', parallel=True)
def halves(x):
    for i in prange(x.shape[0]):
        x[i] = math.gamma(x[i])

@njit('(float64[::1], float64[::1])')
def outer_sums(x, y):
    for i in range(x.shape[0]):
        for j in range(i):
            x[i] = x[i] * 0.5 + y[j]

@njit('(float64[::1], int64[::1])', parallel=True)
def scattered(x, keys):
    for i in prange(x.shape[0]):
        x[keys[i]] = i
    for i in prange(1, x.shape[0]):
        x[i] = x[i - 1] + keys[i]
    for i in prange(1, x.shape[0], 2):
        x[i - 1] = x[i - 1] + x[2 * i - i - 1]

@njit('(float64[:, ::1],)')
def doubled(x):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = x[i, j] * 2.0
";

/// Kernels with loops that run one by one for a reason each, which their last line tells.
const OBSTACLES: &str = "\
from hotloop import njit

@njit('(int64[::1], int64[::1])')
def divided(x, y):
    for i in range(x.shape[0]):
        y[i] = x[i] // 7  # the processor's vectors cannot do all that is in it: not `//` of integers of 64 bits

@njit('(float64[::1], int64[::1], float64[::1])')
def gathered(x, at, y):
    for i in range(x.shape[0]):
        y[i] = x[at[i]]  # its elements do not follow each other in steps, as at indices that are read from an array

@njit('(float64[::1], float64[::1], int64)')
def by_a_value(x, y, k):
    for i in range(100):
        y[i * k] = x[i * k] * 2.0  # its strides are not known before it runs

@njit('(float64[::1],)')
def far(x):
    for i in range(x.shape[0] // 5):
        x[5 * i] = x[5 * i + 1] * 2.0  # it goes through memory in steps of more than four elements, or of parts of one

@njit('(float64[::1],)')
def raised(x):
    for i in range(x.shape[0]):
        if x[i] > 3.0:  # it branches, and it may raise an error there
            raise ValueError('large')
        x[i] = x[i] + 1.0

@njit('(float64[::1],)')
def searched(x):
    for i in range(x.shape[0]):
        if x[i] > 3.0:  # it branches, and it may be left there before its end
            return i
    return -1
";

/// What the command says for AVX2 of a function of the kernels above.
fn explained(name: &str, options: &[&str]) -> String {
    explained_of(KERNELS, name, options)
}

fn explained_of(kernels: &str, name: &str, options: &[&str]) -> String {
    let scratch = Scratch::new(&format!("loops-{name}-{}", options.len()));
    scratch.write("kernels.py", kernels);
    let mut command = scratch.command(&["explain-loops", "kernels.py", name]);
    let output =
        command.args(options).env("HOTLOOP_CPU", "x86-64-v3").output().expect("the program can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_loop_in_vectors_says_how_wide_they_are() {
    assert_eq!(
        explained("axpy", &[]),
        "\
axpy(float64, float64[::1], float64[::1]): 1 loop

kernels.py:7  for i in range(x.shape[0]):
    in vectors of 256 bits: 4 iterations each, 4 vectors a turn, if its arrays do not overlap and its indices are in bounds (asked in front of it)
    checks: 1 (index in line 8); in vectors none
    allocations: none
"
    );
}

#[test]
#[cfg(target_arch = "x86_64")]
fn each_reason_names_what_is_in_the_way() {
    let (mut name, mut count) = ("", 0);
    for (number, line) in OBSTACLES.lines().enumerate() {
        if let Some(rest) = line.strip_prefix("def ") {
            name = rest.split('(').next().expect("a name");
        }
        let Some((_, reason)) = line.split_once("  # ") else { continue };
        let told = explained_of(OBSTACLES, name, &[]);
        let wanted = format!(": {reason} (line {})\n", number + 1);
        assert!(told.contains(&wanted), "{wanted}{told}");
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn checks_of_one_line_are_counted_there() {
    let told = explained_of(OBSTACLES, "gathered", &[]);
    assert!(told.contains("    checks: 3 (index in line 11 (3 times))\n"), "{told}");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn loops_with_loops_say_what_keeps_them_from_vectors() {
    let told = explained("outer_sums", &[]);
    assert!(told.contains("one by one: it holds other loops, and it stores in a loop in it\n"), "{told}");
    // Where the inner loop runs in vectors, nothing is in the way of more.
    let told = explained("doubled", &[]);
    assert!(
        told.contains("one by one: it holds other loops\n") && told.contains("in vectors of 256"),
        "{told}"
    );
}

#[test]
fn what_an_iteration_needs_of_the_one_before_is_named_with_its_line() {
    let told = explained("running", &[]);
    assert!(told.starts_with(
        "\
running(float64[:, ::1]): 2 loops

kernels.py:12  for i in range(x.shape[0]):
    one by one: it holds other loops"
    ));
    assert!(
        told.contains(
            "
  kernels.py:13  for j in range(1, x.shape[1]):
      one by one: an iteration needs what the one before computed (line 14)
      checks: none
      allocations: none
"
        ),
        "{told}"
    );
}

#[test]
fn checks_that_are_asked_about_in_front_are_told_beside_those_that_are_left() {
    let told = explained("outer_sums", &[]);
    assert!(
        told.contains("      checks: none; where not all indices are in bounds 1 (index in line 49)\n"),
        "{told}"
    );
}

#[test]
fn a_call_is_named_with_its_line() {
    assert_eq!(
        explained("gammas", &[]),
        "\
gammas(float64[::1]): 1 loop

kernels.py:18  for i in range(x.shape[0]):
    one by one: it does little but call a function (line 19)
    checks: none
    allocations: none
    calls: 1 (hl_gamma in line 19)
"
    );
}

#[test]
fn checks_that_are_left_are_told_by_what_they_check() {
    assert_eq!(
        explained("first_of", &[]),
        "\
first_of(int64[::1], int64[::1]): 1 loop

kernels.py:24  while at < x.shape[0]:
    one by one: it branches, and it may be left there before its end (line 25)
    checks: 2 (ZeroDivisionError in line 27; index in line 27)
    allocations: none
"
    );
}

#[test]
fn allocations_in_a_loop_are_told() {
    let told = explained("rows", &[]);
    assert!(told.contains("\n    allocations: 1 (array in line 35)\n"), "{told}");
}

#[test]
fn a_parallel_loop_is_told_as_one() {
    let told = explained("halves", &[]);
    assert!(
        told.contains("kernels.py:42  for i in prange(x.shape[0]):\n    shared out among threads\n"),
        "{told}"
    );
}

#[test]
fn elements_that_iterations_may_share_are_told() {
    let told = explained("scattered", &[]);
    let shared = |what: &str| {
        format!(
            "    elements that iterations may share: 1 ({what}); HOTLOOP_RACE_CHECK=1 tells whether they do\n"
        )
    };
    assert!(told.contains(&shared("written in line 54")), "{told}");
    assert!(told.contains(&shared("read in line 56")), "{told}");
    assert_eq!(told.matches("may share").count(), 2, "{told}");
    assert!(told.contains("    grain: an iteration takes about "), "{told}");
}

#[test]
fn the_report_is_there_as_json() {
    let told: serde_json::Value =
        serde_json::from_str(&explained("gammas", &["--json"])).expect("it is JSON");
    assert_eq!(told["function"], "gammas");
    let one = &told["loops"][0];
    assert_eq!((&one["line"], &one["depth"], &one["parallel"]), (&18.into(), &0.into(), &false.into()));
    assert_eq!(one["work"]["kind"], "scalar");
    assert_eq!(one["work"]["line"], 19);
    assert_eq!(one["calls"][0]["what"], "hl_gamma");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn code_in_wide_vectors_says_which_line_it_comes_from() {
    let scratch = Scratch::new("loops-assembly");
    scratch.write("kernels.py", KERNELS);
    let mut command = scratch.command(&["emit", "kernels.py", "axpy", "--stage", "asm"]);
    let output = command.env("HOTLOOP_CPU", "x86-64-v3").output().expect("the program can be started");
    let assembly = String::from_utf8_lossy(&output.stdout);
    let (_, vectors) = assembly.split_once("hl_vectors0:").expect("there is a loop in wide vectors");
    let (_, from_line) = vectors.split_once("  ; kernels.py:8\n").expect("its line is named");
    assert!(from_line.contains("vmulpd"), "{vectors}");
}

#[test]
fn types_are_asked_for_where_none_are_declared() {
    let scratch = Scratch::new("loops-types");
    scratch.write("plain.py", "def f(x):\n    for i in range(3):\n        x[i] = i\n");
    let refused = scratch.refuses(&["explain-loops", "plain.py", "f"]);
    assert!(refused.contains("--types"), "{refused}");
    assert!(
        scratch.prints(&["explain-loops", "plain.py", "f", "--types", "int64[:]"]).contains("plain.py:2")
    );
}

/// The kernels whose machine code the guide shows: their innermost loops have no check and no call.
#[test]
#[cfg(target_arch = "x86_64")]
fn hot_loops_of_the_guide_run_in_vectors_without_checks() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/hot_loops.py");
    let scratch = Scratch::new("loops-of-the-guide");
    for kernel in ["l2_norm", "jacobi2d", "gauss_f32"] {
        let mut command = scratch.command(&["explain-loops", file, kernel, "--json"]);
        let output = command.env("HOTLOOP_CPU", "x86-64-v4").output().expect("the program can be started");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        let loops = told["loops"].as_array().expect("a list");
        let hot: Vec<_> = loops.iter().filter(|one| one["work"]["kind"] != "outer").collect();
        assert!(!hot.is_empty(), "{told:#}");
        for one in hot {
            assert_eq!((&one["work"]["bits"], &one["work"]["checks"]), (&512.into(), &0.into()), "{told:#}");
            assert_eq!(one["calls"], serde_json::json!([]), "{told:#}");
        }
    }
}
