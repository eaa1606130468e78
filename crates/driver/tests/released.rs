//! What kernels make is released on every way through `try`: calls leave as many live blocks as they found. The only test of its process, since the
//! count is the process's.

use hotloop_driver::{Argument, Engine, Failure};
use hotloop_runtime::live_allocations;

const SOURCE: &str = "
import numpy as np
from hotloop import njit, prange

@njit
def fails(kind, n):
    scratch = np.ones(n + 1)
    if kind == 1:
        raise ValueError(f'bad {n}', scratch[0], str(kind))
    if kind == 2:
        scratch[n + 1] = 2.0
    if kind == 3:
        return np.zeros(n // 0)
    return scratch

@njit
def reassigned(kind, n):
    a = np.ones(n + 1)
    b = a
    try:
        a = np.full(n + 1, 2.0)
        a = fails(kind, n)
        b = fails(kind - 1, n)
        c = a
        a = fails(kind - 2, n)
    except ValueError:
        b = a
        return a.size + b.size
    except IndexError:
        d = fails(kind - 2, n)
        return d.size
    else:
        c = fails(kind - 3, n)
    finally:
        e = np.zeros(n + 2)
        e[0] = a[0]
    return c.size

@njit
def returned(kind, n):
    result = np.ones(2)
    try:
        result = fails(kind, n)
        return fails(kind - 1, n + 1)
    except ValueError:
        return result
    finally:
        result = np.zeros(n + 3)

@njit
def in_loops(kind, n):
    kept = np.zeros(1)
    for i in range(n + 6):
        made = np.full(i + 1, 1.0)
        try:
            other = fails((i + kind) % 4, i)
            if i == 3:
                continue
            if i == 9:
                break
            kept = other
        except (ValueError, IndexError):
            made = kept
        except ZeroDivisionError:
            if kind == 1:
                raise
            if kind == 2:
                return made
        finally:
            kept = made
    return kept

@njit
def nested(kind, n):
    a = np.ones(n + 1)
    try:
        try:
            b = fails(kind, n)
            a = b
        except ValueError:
            c = fails(kind + 1, n)
            a = c
            raise
        finally:
            b = fails(kind - 2, n + 1)
    except ValueError as error:
        a = fails(0, n)
        raise error
    except IndexError:
        raise KeyError(a[0])
    return a, b

@njit
def within_expressions(kind, n):
    total = 0.0
    for i in range(3):
        try:
            total += fails(0, n)[0] * fails(kind, n)[i] + fails(kind - i, n)[0]
        except ValueError:
            total += 10.0
        except IndexError:
            pass
    return total

@njit(parallel=True)
def in_parallel(kind, n):
    out = np.zeros(n + 2)
    shared = np.ones(n + 2)
    try:
        for i in prange(n + 2):
            local = np.full(i + 1, 1.0)
            try:
                local = fails((kind + i) % 5, i)
            except IndexError:
                local = shared
            out[i] = local[0]
            if kind == 4 and i == 3:
                raise KeyError(f'row {i}')
    except ValueError:
        out = shared
    except KeyError:
        out = np.zeros(1)
    return out

@njit
def deleted(kind, n):
    a = np.ones(n)
    try:
        b = fails(kind, n)
        del a
        a = fails(kind - 1, n)
        del b
        b = fails(kind - 2, n)
    except ValueError:
        b = np.zeros(1)
        return a[0] + b[0]
    return b[0]

@njit
def passed(rng, kind):
    if kind == 2:
        rng = np.random.default_rng(rng.integers(10))
    return rng, rng.random()

@njit
def generators(kind, n):
    rng = np.random.default_rng(n)
    pair = rng, np.random.default_rng(n + 1)
    perhaps = pair[1] if kind == 3 else None
    total = 0.0
    for i in range(n):
        try:
            other = np.random.default_rng(i)
            total += other.random() + fails((kind + i) % 4, i)[0] + other.normal(0.0, 1.0 - kind)
            rng = other
        except ValueError:
            pair = pair[1], np.random.default_rng(2 - i)
        except IndexError:
            rng, number = passed(rng, kind)
            total += number
    if perhaps is not None:
        return perhaps.random()
    return total + rng.random() + pair[0].random(n + 1)[0]

@njit
def steps(rng, kind, n):
    for i in range(n):
        other = np.random.default_rng(i)
        yield rng.integers(10) + other.integers(5)
        if kind == i + 2:
            raise KeyError(i)

@njit
def steps_of_generators(kind, n):
    total = 0
    rng = np.random.default_rng(kind)
    for number in steps(rng, kind, n):
        total += number
        if kind == 1 and total > 7:
            break
    return total, rng.integers(100)
";

const KERNELS: &[&str] = &[
    "reassigned",
    "returned",
    "in_loops",
    "nested",
    "within_expressions",
    "in_parallel",
    "deleted",
    "generators",
    "steps_of_generators",
];

#[test]
fn nothing_is_left_behind() {
    for optimise in [false, true] {
        let builder = Engine::builder().optimise(optimise).verify(true).threads(2);
        let engine = builder.build().expect("an engine");
        for name in KERNELS {
            let load = || engine.function("released.py", SOURCE, name);
            let kernel = load().unwrap_or_else(|failure| panic!("{failure}"));
            for kind in 0..6_i64 {
                for n in 0..5_i64 {
                    let arguments: [Argument<'_>; 2] = [kind.into(), n.into()];
                    let before = live_allocations();
                    let compiled = kernel.call(&arguments).map(drop);
                    assert_eq!(live_allocations(), before, "{name}({kind}, {n})");
                    let interpreted = kernel.interpret(&arguments).map(drop);
                    let text =
                        |outcome: Result<(), Failure>| outcome.err().map(|failure| failure.to_string());
                    assert_eq!(text(compiled), text(interpreted), "{name}({kind}, {n})");
                }
            }
        }
    }
}
