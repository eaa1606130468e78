//! A recursion without end is a `RecursionError` on every kind of thread, and can be caught.

use hotloop_abi::ExceptionClass;
use hotloop_driver::{Engine, Failure, Kernel, Number, Value};

const SOURCE: &str = "
import numpy as np
from hotloop import njit, prange

@njit('int64(int64)')
def endless(n):
    return endless(n + 1) + 1

@njit('int64(int64)')
def large_frames(n):
    a = np.full(3, n)
    b = (n, n + 1, n + 2, n + 3)
    return large_frames(n + b[n % 4]) + a[0] + b[1]

@njit('int64(int64)')
def even(n):
    return odd(n + 1)

@njit('int64(int64)')
def odd(n):
    return even(n + 1) + 1

@njit(parallel=True)
def in_workers(n):
    out = np.zeros(n, np.int64)
    for i in prange(n):
        out[i] = endless(i)
    return out[0]

@njit(parallel=True)
def caught_in_workers(n):
    out = np.zeros(n, np.int64)
    for i in prange(n):
        try:
            out[i] = large_frames(i)
        except RecursionError:
            out[i] = -1
    total = 0
    for i in range(n):
        total += out[i]
    return total

@njit('int64(int64)')
def deepest(n):
    try:
        return deepest(n + 1)
    except RecursionError:
        return n
";

fn kernel(name: &str) -> Kernel {
    let engine = Engine::builder().threads(2).build().expect("an engine");
    engine.function("recursion.py", SOURCE, name).unwrap_or_else(|failure| panic!("{failure}"))
}

fn check() {
    for name in ["endless", "large_frames", "even", "in_workers"] {
        let Err(Failure::Raised(exception)) = kernel(name).call(&[40_i64.into()]) else {
            panic!("{name} ends");
        };
        assert_eq!(exception.class, ExceptionClass::RecursionError, "{name}");
        assert_eq!(exception.message(), "maximum recursion depth exceeded");
    }
    let value =
        |name: &str| kernel(name).call(&[40_i64.into()]).unwrap_or_else(|failure| panic!("{failure}"));
    let number = |value: Value| match value {
        Value::Number(Number::Int(_, value)) => value,
        other => panic!("{other:?} is no number"),
    };
    assert_eq!(number(value("caught_in_workers")), -40);
    assert!(number(value("deepest")) > 100);
}

#[test]
fn on_a_thread_of_the_usual_size() {
    check();
}

#[test]
fn on_a_thread_with_a_small_stack() {
    // Compiling takes more stack than that; running must not.
    let names = ["endless", "large_frames", "even", "in_workers", "caught_in_workers", "deepest"];
    let kernels: Vec<(&str, Kernel)> = names.into_iter().map(|name| (name, kernel(name))).collect();
    for (name, kernel) in &kernels {
        let first = kernel.call(&[40_i64.into()]);
        let run = || kernel.call(&[40_i64.into()]).map_err(|failure| failure.to_string());
        let again = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(256 << 10);
            thread.spawn_scoped(scope, run).expect("a thread").join().expect("no crash")
        });
        match (*name, first.map_err(|failure| failure.to_string()), again) {
            ("caught_in_workers", first, again) => assert_eq!(first, again),
            ("deepest", first, again) => assert_eq!(first.is_ok(), again.is_ok()),
            (_, first, again) => {
                let expected = "RecursionError: maximum recursion depth exceeded";
                assert_eq!((first.unwrap_err().as_str(), again.unwrap_err().as_str()), (expected, expected));
            }
        }
    }
}
