"""What `parallel=True` shares between threads without being told: array expressions, fills, assignments to slices and through masks."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def expression(a, b, c):
    return a * b + c - np.sqrt(np.abs(a))


@njit(parallel=True)
def comparison(a, b):
    return (a < b) | (a == 0)


@njit(parallel=True)
def mixed(a, k):
    return np.where(a > k, a * 2, a - k).astype(np.float32)


@njit(parallel=True)
def powers(a, n):
    return a**n


@njit(parallel=True)
def into_itself(a):
    a[1:] = a[:-1] + a[1:]
    return a


@njit(parallel=True)
def filled(shape, value):
    out = np.empty(shape)
    out[:] = value
    out[::2] = -value
    out += 1
    return out


@njit(parallel=True)
def masked(a, limit):
    a[a > limit] = limit
    a[np.abs(a) < 0.25] *= 2
    return a


@njit(parallel=True)
def chosen_rows(a, rows):
    out = np.zeros_like(a)
    out[rows] = a[rows] + 1
    return out


@njit(parallel=True)
def outer(a, b):
    return a[:, None] * b[None, :] + np.arange(b.shape[0])


@njit(parallel=True)
def columns(a):
    return (a.T * 3)[::2]


@njit(parallel=True)
def within_prange(a):
    out = np.empty_like(a)
    for i in prange(a.shape[0]):
        out[i] = a[i] * 2 + i
        out[i, : i % 7] = 0
    return out


@njit(parallel=True)
def between_pranges(a):
    doubled = a * 2
    total = 0
    for i in prange(a.shape[0]):
        total += doubled[i]
    return doubled - total


@njit(parallel=True)
def caught(a, b):
    try:
        return a + b
    except ValueError:
        return a - 1


@njit
def helper(a):
    return a * 2 + 1


@njit(parallel=True)
def through_a_helper(a):
    return helper(a) + helper(a[::-1])


@njit(parallel=True)
def complex_parts(z):
    return (z * z + 1).real + np.abs(z)


@njit(parallel=True)
def short_sums(x, n):
    exact = 0
    largest = -1
    for i in prange(n):
        exact += int(x[i] * 100)
        largest = max(largest, int(x[i] * 10))
    return exact, largest


@njit(parallel=True)
def lowest_by_numpy(a, n):
    low = np.full(a.shape[1], 0.5)
    high = np.full((2, a.shape[1] + 2), -9.0)
    for i in prange(n):
        row = i % a.shape[0]
        low[:] = np.minimum(low, a[row] - i % 5)
        high[i % 2, 1:-1] = np.maximum(high[i % 2, 1:-1], a[row] * (i % 9))
    return low, high


@njit(parallel=True)
def highest_at_places(k, n):
    low = np.full(7, 100)
    high = np.zeros(7, np.uint8)
    total = np.zeros(7)
    for i in prange(n):
        low[k[i] % 7] = np.minimum(low[k[i] % 7], k[i])
        high[i % 7] = np.maximum(high[i % 7], np.uint8(k[i] & 127))
        total[...] = total + k[i]
    return low, high, total


@njit(parallel=True)
def triangular(n):
    out = np.zeros(n)
    for i in prange(n):
        total = 0.0
        for j in range(i):
            total += 1.0 / (j + 1)
        out[i] = total
    return out


@njit(parallel=True)
def rows_of_known_length(a):
    out = np.zeros(a.shape[0])
    for i in prange(a.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += a[i, j]
        out[i] = total
    return out


@njit(parallel=True)
def fails_in_a_row(a, bad):
    out = np.zeros_like(a)
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] % bad == bad - 1:
                raise ValueError("found", i, j)
            out[i, j] = a[i, j] + 1
    return out


random = np.random.default_rng(8)
LENGTHS = (0, 1, 2, 7, 64, 1000, 5000, 40000)
SHAPES = ((0, 3), (3, 0), (1, 5000), (5000, 1), (7, 9), (90, 80))


def floats(*shape):
    return random.standard_normal(shape)


WITH_NANS = floats(9, 13)
WITH_NANS[2, 3] = WITH_NANS[8, 12] = np.nan
WITH_NANS[4, 5], WITH_NANS[4, 6] = np.inf, -0.0

CASES = (
    [("expression", [floats(n), floats(n), floats(n)]) for n in LENGTHS]
    + [("expression", [floats(*s), floats(*s), floats(s[1])]) for s in SHAPES]
    + [("expression", [floats(5, 4), floats(3, 4), floats(4)]), ("comparison", [floats(9000), np.zeros(9000)])]
    + [("mixed", [random.integers(-9, 9, n), 3]) for n in LENGTHS]
    + [("powers", [np.arange(6000), 3]), ("powers", [np.arange(6000), -1]), ("powers", [np.arange(1.0, 6000.0), -1], {"within": 1e-15})]
    + [("lowest_by_numpy", [a, n]) for a in (floats(9, 13), WITH_NANS) for n in (0, 5, 400)]
    + [("highest_at_places", [random.integers(0, 90, 6000), n], {"within": 1e-9}) for n in (3, 6000)]
    + [("into_itself", [np.arange(n)]) for n in LENGTHS]
    + [("filled", [n, 2.5]) for n in LENGTHS]
    + [("filled", [s, 2.5]) for s in SHAPES]
    + [("masked", [floats(n), 0.5]) for n in LENGTHS]
    + [("masked", [floats(*s), 0.5]) for s in SHAPES]
    + [("chosen_rows", [floats(300, 40), np.array([0, 5, 299, -1])]), ("chosen_rows", [floats(300, 40), np.array([300])])]
    + [("outer", [floats(n), floats(50)]) for n in LENGTHS[:-1]]
    + [("columns", [floats(*s)]) for s in SHAPES]
    + [("within_prange", [floats(*s)]) for s in SHAPES]
    + [("between_pranges", [np.arange(n)]) for n in LENGTHS]
    + [("caught", [floats(5000), floats(5000)]), ("caught", [floats(5000), floats(4999)])]
    + [("through_a_helper", [floats(n)]) for n in LENGTHS]
    + [("complex_parts", [floats(n) + 1j * floats(n)], {"within": 1e-12}) for n in LENGTHS]
    + [("short_sums", [np.abs(floats(40000)), n]) for n in (0, 1, 255, 256, 511, 512, 513, 16384, 20000, 40000)]
    + [("short_sums", [np.abs(floats(300)), 301])]
    + [("triangular", [n], {"within": 1e-12}) for n in (0, 1, 60, 700)]
    + [("rows_of_known_length", [floats(*s)]) for s in SHAPES]
    + [("fails_in_a_row", [np.arange(12000).reshape(400, 30), bad]) for bad in (5, 3001, 20000)]
)
