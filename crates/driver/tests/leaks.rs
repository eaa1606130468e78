//! What lists and strings take is given back, by calls that return and by calls that raise.

use hotloop_driver::{CacheUse, Engine, Failure};
use hotloop_runtime::live_allocations;

const SOURCE: &str = r#"
from hotloop import njit


@njit
def work(n):
    words = ["a" * 3]
    rows = [[1.5]]
    pairs = []
    for i in range(n):
        words.append(str(i) + "x")
        words[0] = words[-1] + f"{i:5d}"
        row = [float(i)] * (i + 1)
        rows.append(row)
        rows[0] = row[1:]
        pairs.append((i, words[i // 2], row))
        if i == 7:
            raise ValueError("seven", i)
    words.insert(1, "b")
    del rows[0]
    last = pairs.pop()
    return words, rows, pairs, last, ",".join(words).split("x")
"#;

#[test]
fn ten_thousand_calls_leave_nothing_behind() {
    let engine = Engine::builder().cache_use(CacheUse::Never).build().expect("an engine for this machine");
    let kernel = engine.function("leaks.py", SOURCE, "work").expect("the source is valid");
    let before = live_allocations();
    for call in 0..10_000_i64 {
        let n = call % 10 + 1;
        match kernel.call(&[n.into()]) {
            Ok(_) => assert!(n < 8),
            Err(Failure::Raised(_)) => assert!(n >= 8),
            Err(failure) => panic!("{failure}"),
        }
    }
    assert_eq!(live_allocations(), before);
}
