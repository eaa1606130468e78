//! What `hotloop run` computes, prints and writes.

use crate::support::{Scratch, floats};

const KERNELS: &str = "\
import numpy as np
from hotloop import njit, prange

@njit('float64(float64[:])', cache=True)
def l2_norm(x):
    acc = 0.0
    for i in range(x.shape[0]):
        acc += x[i] * x[i]
    return acc ** 0.5

@njit(parallel=True)
def row_sums(mat):
    out = np.empty(mat.shape[0], dtype=np.float64)
    for i in prange(mat.shape[0]):
        acc = 0.0
        for j in range(mat.shape[1]):
            acc += mat[i, j]
        out[i] = acc
    return out

@njit
def drawn(rng, n):
    return rng.random(n), rng

@njit
def same(x):
    return x

@njit
def both(n, x):
    return n + 1, x, n > 2

@njit
def double(x):
    for i in range(x.shape[0]):
        x[i] *= 2.0

@njit
def nothing():
    pass

def plain(x, n):
    return x[n]
";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("kernels.py", KERNELS);
    scratch
}

#[test]
fn a_vector_of_a_file_has_its_norm() {
    let scratch = scratch("norm");
    scratch.write("x.npy", floats(&[3.0, 4.0, 12.0]));
    assert_eq!(scratch.prints(&["run", "kernels.py", "l2_norm", "x.npy"]), "13.0\n");
}

#[test]
fn a_generator_of_random_numbers_is_given_by_its_seed() {
    let scratch = scratch("generator");
    let printed = scratch.prints(&["run", "kernels.py", "drawn", "rng:42", "2"]);
    assert_eq!(printed, "(array([0.77395605, 0.43887844]), Generator(PCG64))\n");
}

#[test]
fn rows_are_summed_alike_by_any_number_of_threads() {
    let scratch = scratch("rows");
    assert_eq!(scratch.prints(&["run", "kernels.py", "row_sums", "ones:3x5"]), "[5. 5. 5.]\n");
    let sums = |threads: &str| {
        scratch.prints(&[
            "run",
            "kernels.py",
            "row_sums",
            "rand:200x300",
            "--seed",
            "5",
            "--threads",
            threads,
        ])
    };
    assert_eq!(sums("1"), sums("2"));
    assert_ne!(sums("1"), scratch.prints(&["run", "kernels.py", "row_sums", "rand:200x300"]));
}

#[test]
fn results_are_printed_as_python_prints_them() {
    let scratch = scratch("printed");
    let same = |argument: &str| scratch.prints(&["run", "kernels.py", "same", argument]);
    for (argument, printed) in [
        ("7", "7\n"),
        ("-2.50", "-2.5\n"),
        ("1e16", "1e+16\n"),
        ("1e-5", "1e-05\n"),
        ("123456789.125", "123456789.125\n"),
        ("-0.0", "-0.0\n"),
        ("nan", "nan\n"),
        ("-inf", "-inf\n"),
        ("array:[1, 2.5]", "[1.  2.5]\n"),
        ("array:[[1, 2], [3, 4]]:int8", "[[1 2]\n [3 4]]\n"),
        ("True", "True\n"),
        ("(1, 2.0, (False,))", "(1, 2.0, (False,))\n"),
        ("18446744073709551615", "18446744073709551615\n"),
        ("arange:4:int8", "[0 1 2 3]\n"),
        ("zeros:2x2x1:bool", "[[[False]\n  [False]]\n\n [[False]\n  [False]]]\n"),
        ("ones:2:float32", "[1. 1.]\n"),
        ("arange:2000", "[   0    1    2 ... 1997 1998 1999]\n"),
        ("zeros:0", "[]\n"),
    ] {
        assert_eq!(same(argument), printed, "{argument}");
    }
    assert_eq!(scratch.prints(&["run", "kernels.py", "nothing"]), "None\n");
    assert_eq!(
        scratch.prints(&["run", "kernels.py", "both", "2", "ones:2:int32"]),
        "(3, array([1, 1], dtype=int32), False)\n"
    );
    assert_eq!(scratch.prints(&["run", "kernels.py", "plain", "arange:5", "-1"]), "4\n");
}

#[test]
fn results_are_written_as_files_that_are_read_again() {
    let scratch = scratch("written");
    assert_eq!(scratch.prints(&["run", "kernels.py", "row_sums", "ones:3x5", "-o", "sums.npy"]), "");
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "sums.npy"]), "[5. 5. 5.]\n");
    assert_eq!(
        scratch.prints(&["run", "kernels.py", "double", "sums.npy", "-o", "doubled.npy", "--repeat", "1"]),
        ""
    );
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "doubled.npy"]), "[10. 10. 10.]\n");
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "sums.npy"]), "[5. 5. 5.]\n");
    assert_eq!(scratch.prints(&["run", "kernels.py", "l2_norm", "doubled.npy", "-o", "norm.npy"]), "");
    let norm = std::fs::read(scratch.folder.join("norm.npy")).expect("it was written");
    assert_eq!(norm[norm.len() - 8..], 300_f64.sqrt().to_le_bytes());
    let message = scratch.refuses(&["run", "kernels.py", "both", "2", "ones:2", "-o", "both.npy"]);
    assert!(
        message.starts_with("error: both.npy: a .npy file cannot hold the result, a Tuple(int64, float64["),
        "{message}"
    );
    let message = scratch.refuses(&["run", "kernels.py", "nothing", "-o", "nothing.npy"]);
    assert_eq!(
        message,
        "error: nothing.npy: nothing to write: the result is None, and no argument is an array"
    );
}

#[test]
fn each_repetition_sees_the_arguments_as_given() {
    let scratch = scratch("repeated");
    let outcome =
        scratch.run(&["run", "kernels.py", "double", "ones:2", "--repeat", "7", "-o", "doubled.npy"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let names: Vec<&str> = outcome.stderr.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["run", "min", "median", "p95"]);
    assert_eq!(scratch.prints(&["run", "kernels.py", "same", "doubled.npy"]), "[2. 2.]\n");
}

#[test]
fn timings_tell_compiling_and_running_apart() {
    let scratch = scratch("timings");
    let outcome = scratch.run(&["run", "kernels.py", "l2_norm", "ones:4", "--timings", "--no-cache"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "2.0\n"), "{}", outcome.stderr);
    // Passes stand further to the right than stages.
    let stages = outcome.stderr.lines().filter(|line| !line.starts_with("    "));
    let names: Vec<&str> = stages.filter_map(|line| line.split_whitespace().next()).collect();
    let expected = ["arguments", "compile", "parse", "infer", "lower", "optimise", "codegen", "load", "run"];
    assert_eq!(names, expected, "{}", outcome.stderr);
    assert!(!scratch.folder.join("cache").exists(), "--no-cache leaves no trace");
}

#[test]
fn environment_variables_are_heard() {
    let scratch = scratch("environment");
    let arguments = ["run", "kernels.py", "l2_norm", "ones:4"];
    let outcome = |name: &str, value: &str| {
        let output =
            scratch.command(&arguments).env(name, value).output().expect("the program can be started");
        crate::support::Outcome::of(&output)
    };
    assert_eq!(
        outcome("HOTLOOP_CPU", "x86-64-v2").stdout,
        if cfg!(target_arch = "x86_64") { "2.0\n" } else { "" }
    );
    let unknown = outcome("HOTLOOP_CPU", "z80");
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("`z80`"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("x86-64-v3 (AVX2)"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("HOTLOOP_CPU"), "{}", unknown.stderr);
    let elsewhere = if cfg!(target_arch = "aarch64") { "x86-64-v2" } else { "aarch64" };
    let other = outcome("HOTLOOP_CPU", elsewhere);
    assert_eq!(other.code, Some(1));
    assert!(other.stderr.contains("this machine's processor cannot run it"), "{}", other.stderr);
    let one_thread = outcome("HOTLOOP_NUM_THREADS", "1");
    assert_eq!((one_thread.stdout.as_str(), one_thread.stderr.as_str()), ("2.0\n", ""));
    for value in ["abc", "0", "-1"] {
        let outcome = outcome("HOTLOOP_NUM_THREADS", value);
        assert_eq!(outcome.stdout, "2.0\n");
        let warning =
            format!("warning: HOTLOOP_NUM_THREADS={value} is no number of threads and is not heeded");
        assert_eq!(outcome.stderr.matches(&warning).count(), 1, "{}", outcome.stderr);
    }
    assert_eq!(outcome("HOTLOOP_SPARE_MEMORY_MIB", "0").stderr, "");
    let much = outcome("HOTLOOP_SPARE_MEMORY_MIB", "much");
    assert_eq!(much.stdout, "2.0\n");
    assert!(
        much.stderr.contains("warning: HOTLOOP_SPARE_MEMORY_MIB=much is no number of MiB"),
        "{}",
        much.stderr
    );
}
