"""Arrays that all iterations of a `prange` update: histograms, sums of rows, slices, several at once, beside numbers that are reduced."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def histogram(x, bins):
    counts = np.zeros(bins, np.int64)
    for i in prange(x.shape[0]):
        counts[int(x[i] * len(counts))] += 1
    return counts


@njit(parallel=True)
def into_an_argument(counts, places):
    for i in prange(places.shape[0]):
        counts[places[i]] += i
    return counts


@njit(parallel=True)
def sums_of_rows(a):
    total = np.zeros(a.shape[1], a.dtype)
    for i in prange(a.shape[0]):
        total += a[i]
    return total


@njit(parallel=True)
def scaled_rows(a):
    total = np.ones(a.shape[1])
    rows = 0
    least = 1e9
    for i in prange(a.shape[0]):
        if a[i, 0] < 0:
            continue
        total -= a[i] * 2
        rows += 1
        least = min(least, a[i, 0])
    return total, rows, least


@njit(parallel=True)
def products(a):
    product = np.ones(a.shape[1], a.dtype)
    for i in prange(a.shape[0]):
        product *= a[i]
    return product


@njit(parallel=True)
def quotients(a):
    product = np.ones(a.shape[1])
    for i in prange(a.shape[0]):
        product /= a[i]
    return product


@njit(parallel=True)
def slices(a):
    total = np.zeros(10, a.dtype)
    for i in prange(a.shape[0]):
        total[2:8:2] += a[i, :3]
        total[i % 3 :] += 1
    return total


@njit(parallel=True)
def bits(a):
    together = np.full(a.shape[1], 255, np.uint8)
    some = np.zeros(a.shape[1], np.uint8)
    odd = np.zeros(a.shape[1], np.uint8)
    for i in prange(a.shape[0]):
        together &= a[i]
        some |= a[i]
        odd ^= a[i]
    return together, some, odd


@njit(parallel=True)
def any_and_all(a):
    some = np.zeros(a.shape[1], np.bool_)
    each = np.ones(a.shape[1], np.bool_)
    for i in prange(a.shape[0]):
        some |= a[i] > 1
        each &= a[i] > -1
    return some, each


@njit(parallel=True)
def pairs(a, n):
    counts = np.zeros((3, 4), np.int32)
    for i in prange(n):
        for j in range(a.shape[0]):
            counts[i % 3, a[j] % 4] += j
    return counts


@njit(parallel=True)
def into_views(grid, rows):
    edge = grid[:, 0]
    for i in prange(rows.shape[0]):
        edge[rows[i] % 4] += rows[i]
    return grid


@njit(parallel=True)
def counted_in_steps(start, stop, step):
    seen = np.zeros(7, np.int64)
    for i in prange(start, stop, step):
        seen[i % 7] += i
    return seen


@njit(parallel=True)
def wraps(a):
    total = np.zeros(4, np.uint8)
    for i in prange(a.shape[0]):
        total[i & 3] += a[i]
    return total


@njit(parallel=True)
def complex_sums(z):
    total = np.zeros(2, z.dtype)
    for i in prange(z.shape[0]):
        total[i & 1] += z[i]
    return total


@njit(parallel=True)
def apart(a):
    total = np.zeros(a.shape[0] + 1)
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            total[i + 1] += a[i, j]
    return total


@njit(parallel=True)
def counter_is_changed(n):
    total = np.zeros(n, np.int64)
    for i in prange(n):
        i = i // 2
        total[i] += 1
    return total


@njit(parallel=True)
def two_at_once(x, y):
    first = np.zeros(5)
    second = np.zeros(3, np.int64)
    for i in prange(x.shape[0]):
        first[i % 5] += x[i]
        second[y[i]] -= 1
    return first, second


@njit(parallel=True)
def within_another(a):
    out = np.zeros((a.shape[0], 3), np.int64)
    for i in prange(a.shape[0]):
        counts = np.zeros(3, np.int64)
        for j in prange(a.shape[1]):
            counts[a[i, j] % 3] += 1
        out[i] = counts
    return out


@njit(parallel=True)
def inner_sums_in_place(a):
    out = np.zeros(a.shape[0])
    for i in prange(a.shape[0]):
        for j in prange(a.shape[1]):
            out[i] += a[i, j]
    return out


@njit(parallel=True)
def large(n):
    total = np.zeros(3_000_000, np.int64)
    for i in prange(n):
        total[i * 7 % 3_000_000] += i
    return total.sum(), total[0], total[77]


@njit(parallel=True)
def fails(x, bins):
    counts = np.zeros(bins, np.int64)
    for i in prange(x.shape[0]):
        counts[x[i]] += 1
    return counts


@njit(parallel=True)
def shape_is_asked(x, like):
    total = np.zeros_like(like)
    for i in prange(x.shape[0]):
        total[i % total.shape[0], i % total.shape[1]] += x[i] * total.size
    return total


@njit(parallel=True)
def negative_zeros(n):
    total = np.full(3, -0.0)
    for i in prange(n):
        total[i % 2] += -0.0
    return np.copysign(1.0, total)


@njit(parallel=True)
def in_one_statement(x):
    total, count, least = 0.0, 0, 1e9
    ends = np.zeros(3, np.int64)
    for i in prange(x.shape[0]):
        total, count = total + x[i], count + i % 3
        least, ends[i % 3] = min(least, x[i]), ends[i % 3] + i
    return total, count, least, ends


random = np.random.default_rng(17)
LENGTHS = (0, 1, 2, 7, 8, 9, 1000, 30000)


def whole(*shape):
    """Floats whose sums are exact in any order."""
    return random.integers(-50, 50, shape).astype(float)


CASES = (
    [("histogram", [random.random(n), bins]) for n in LENGTHS for bins in (1, 10)]
    + [("into_an_argument", [np.arange(5), random.integers(-5, 5, n)]) for n in LENGTHS]
    + [("sums_of_rows", [whole(n, 3)]) for n in LENGTHS]
    + [("sums_of_rows", [random.integers(0, 99, (500, k))]) for k in (0, 1, 40)]
    + [("sums_of_rows", [np.asfortranarray(whole(500, 4))])]
    + [("scaled_rows", [whole(n, 3)]) for n in LENGTHS]
    + [("in_one_statement", [whole(n)]) for n in LENGTHS]
    + [("products", [random.integers(-3, 4, (n, 3))]) for n in LENGTHS]
    + [("products", [random.choice([0.5, 1.0, 2.0, -1.0], (300, 3))])]
    + [("quotients", [random.choice([0.5, 1.0, 2.0, -1.0], (300, 3))])]
    + [("slices", [whole(n, 5)]) for n in LENGTHS]
    + [("bits", [random.integers(0, 256, (n, 6)).astype(np.uint8)]) for n in LENGTHS]
    + [("any_and_all", [random.integers(-1, 3, (n, 6))]) for n in LENGTHS]
    + [("pairs", [random.integers(0, 99, 11), n]) for n in LENGTHS[:-1]]
    + [("into_views", [np.zeros((4, 3), np.int64), random.integers(0, 99, n)]) for n in LENGTHS]
    + [("counted_in_steps", list(bounds)) for bounds in ((3, 1000, 7), (1000, 3, -7), (5, 5, 1), (2**63 - 9, 2**63 - 1, 3), (9, 0, 2))]
    + [("wraps", [random.integers(0, 256, n).astype(np.uint8)]) for n in LENGTHS]
    + [("complex_sums", [whole(n) + 1j * whole(n)]) for n in LENGTHS]
    + [("apart", [whole(n, 4)]) for n in LENGTHS]
    + [("counter_is_changed", [n]) for n in LENGTHS]
    + [("two_at_once", [whole(n), random.integers(0, 3, n)]) for n in LENGTHS]
    + [("within_another", [random.integers(0, 99, (n, 50))]) for n in LENGTHS[:-1]]
    + [("inner_sums_in_place", [whole(n, 7)]) for n in LENGTHS[:-1]]
    + [("large", [20000])]
    + [("fails", [np.array([0, 1, 2, 9, 1, 10]), 5]), ("fails", [np.arange(4), 4])]
    + [("shape_is_asked", [np.arange(500), np.zeros((3, 4), np.int64)])]
    + [("negative_zeros", [n]) for n in LENGTHS]
)
