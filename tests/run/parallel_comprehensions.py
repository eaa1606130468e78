"""Comprehensions whose items are the elements of a new array, on several threads: where items only compute, and where `prange` asks for it."""

import numpy as np
from hotloop import njit, prange


@njit
def half(x, i):
    if x < 0:
        raise ValueError("negative at", i)
    return x / 2


@njit(parallel=True)
def squares(x):
    return np.array([x[i] * x[i] + i for i in range(x.shape[0])])


@njit(parallel=True)
def of_items(x):
    return np.array([v if v > 1 else -v for v in x])


@njit(parallel=True)
def asked(x):
    return np.array([half(x[i], i) for i in prange(x.shape[0])])


@njit(parallel=True)
def asked_from_to(x, start, stop, step):
    return np.array([x[i] - i for i in prange(start, stop, step)])


@njit(parallel=True)
def pairs(x):
    return np.array([(x[i], 2.0 * i) for i in prange(x.shape[0])])


@njit(parallel=True)
def columns_asked(x):
    return np.array([[v * j for j in prange(4)] for v in x])


@njit(parallel=True)
def table(n, m):
    return np.array([[i * j for j in range(m)] for i in range(n)])


@njit(parallel=True)
def sums_within(a):
    return np.array([a[i].sum() for i in prange(a.shape[0])])


@njit(parallel=True)
def within_another(a):
    out = np.zeros(a.shape[0])
    for i in prange(a.shape[0]):
        row = np.array([a[i, j] * 2 for j in range(a.shape[1])])
        out[i] = row.sum()
    return out


@njit(parallel=True)
def reads_what_it_overwrites(x):
    x = np.array([x[i - 1] + 1 for i in range(x.shape[0])])
    return x


@njit
def in_order_without_parallel(x):
    total = 0.0
    for v in [x[i] + 1 for i in prange(x.shape[0])]:
        total += v
    return total, np.array([x[i] for i in prange(x.shape[0])])


@njit(parallel={"comprehension": False})
def turned_off(x):
    return np.array([x[i] + 0.5 for i in range(x.shape[0])])


@njit(parallel=True)
def with_a_dtype(n):
    return np.array([i * 0.5 for i in prange(n)], dtype=np.float32)


random = np.random.default_rng(5)
LENGTHS = (0, 1, 2, 100, 70000)


def floats(*shape):
    return random.random(shape) * 4


CASES = (
    [(name, [floats(n)]) for name in ("squares", "of_items", "asked", "reads_what_it_overwrites", "turned_off") for n in LENGTHS]
    + [("pairs", [floats(n)]) for n in LENGTHS[1:]]
    + [("asked", [np.r_[floats(50), -1.0, floats(50), -2.0]])]
    + [("asked_from_to", [floats(3000), *bounds]) for bounds in ((0, 3000, 1), (2999, -1, -1), (0, 3000, 7), (9, 0, 1), (0, 3001, 1))]
    + [("columns_asked", [floats(n)]) for n in LENGTHS[1:-1]]
    + [("table", [n, m]) for n in (1, 40) for m in (1, 9)]
    + [("sums_within", [floats(n, 6)], {"within": 1e-12}) for n in LENGTHS[:-1]]
    + [("within_another", [floats(n, 6)], {"within": 1e-12}) for n in LENGTHS[:-1]]
    + [("in_order_without_parallel", [floats(n)], {"within": 1e-9}) for n in LENGTHS[:-1]]
    + [("with_a_dtype", [n]) for n in LENGTHS]
)
