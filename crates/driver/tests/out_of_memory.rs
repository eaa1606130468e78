//! Wherever memory runs out, a call raises `MemoryError` and gives back all it took. The only test of its process: the allocator fails for all of it.

use hotloop_abi::ExceptionClass;
use hotloop_driver::{CacheUse, Engine, Failure};
use hotloop_runtime::{fail_allocation_after, live_allocations, live_bytes};

const SOURCE: &str = r#"
import numpy as np
from hotloop import njit


@njit
def doubled(x):
    return x + x


@njit
def work(n):
    a = np.ones(n)
    b = a * 2.0 + a[::-1]
    b[1:] = b[:-1] * 3.0
    words = ["a" * n]
    for i in range(n):
        words.append(str(i) + "x")
        c = doubled(a) + b
        try:
            d = np.zeros((n, n))
            d[i] = c * 0.5
            a = d[0] + d[n - 1]
        except ValueError:
            a = b
    table = np.full((n, n), 1.5)
    table[0] = a
    return table, a + b, (words, b), ",".join(words)
"#;

#[test]
fn every_failing_allocation_raises_and_leaves_nothing_behind() {
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let kernel = engine.function("out_of_memory.py", SOURCE, "work").expect("the source is valid");
    let call = || kernel.call(&[5_i64.into()]);
    drop(call().expect("there is memory"));
    let before = (live_allocations(), live_bytes());
    let mut failed = 0;
    loop {
        let failing = fail_allocation_after(failed);
        let outcome = call();
        drop(failing);
        match outcome {
            Ok(_) => break,
            Err(Failure::Raised(error)) => assert_eq!(error.class, ExceptionClass::MemoryError, "{failed}"),
            Err(failure) => panic!("{failure}"),
        }
        assert_eq!((live_allocations(), live_bytes()), before, "{failed}");
        failed += 1;
    }
    assert!(failed >= 30, "only {failed} allocations");
}
