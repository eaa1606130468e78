"""Indices whose range the compiler may know: strides, triangles, blocks, windows, remainders, neighbours."""

import numpy as np
from hotloop import njit


@njit
def strided(x, start, stop, step):
    s = 0
    for i in range(start, stop, step):
        s = s * 3 + x[i]
    return s


@njit
def by_threes(x):
    s = 0
    for i in range(1, x.shape[0], 3):
        s = s * 3 + x[i] + x[i - 1]
    return s


@njit
def by_threes_too_far(x):
    s = 0
    for i in range(1, x.shape[0], 3):
        s = s * 3 + x[i + 1]
    return s


@njit
def downwards_by_two(x):
    s = 0
    for i in range(x.shape[0] - 1, -1, -2):
        s = s * 3 + x[i]
    return s


@njit
def upper(x, out):
    n = x.shape[0]
    for i in range(n):
        for j in range(i + 1, n):
            out[i] += x[j]


@njit
def lower(x, out):
    for i in range(x.shape[0]):
        for j in range(i):
            out[i] += x[j]
        for j in range(i, -1, -1):
            out[i] -= x[j]
        for j in range(i + 2):
            out[i] ^= j


@njit
def too_far(x):
    s = 0
    for i in range(x.shape[0]):
        for j in range(i + 2):
            s += x[j]
    return s


@njit
def blocked(x, y, size):
    n = x.shape[0]
    for first in range(0, n, 4):
        for i in range(first, min(first + 4, n)):
            y[i] += x[i]
    for first in range(0, n, size):
        for i in range(first, min(first + size, n)):
            y[i] -= 2 * x[i]


@njit
def window(x, out):
    n = x.shape[0]
    for i in range(n):
        for j in range(max(0, i - 2), min(n, i + 3)):
            out[i] += x[j]


@njit
def around(x, out):
    n = x.shape[0]
    for i in range(n):
        out[i] = x[(i + 1) % n] - x[(i - 1) % n] + x[i - 1]


@njit
def neighbours(x, last):
    s = 0
    for i in range(1, last):
        s += x[i + 1] - x[i] * x[i - 1]
    return s


@njit
def before_the_least(x, a, b):
    s = 0
    for i in range(min(a, b) - 5):
        s += x[i]
    return s


@njit
def downwards_from(x, a):
    s = 0
    for i in range(a, a - 4, -1):
        s = s * 3 + x[i]
    return s


@njit
def looked_up(x, at):
    s = 0
    for i in range(at.shape[0]):
        s = s * 3 + x[at[i]] + x[at[i] & 7]
    return s


def whole(n):
    return np.arange(n) * 7 % 23 - 9


CASES = []
for n in [0, 1, 2, 3, 5, 9, 12]:
    x = whole(n)
    for start, stop, step in [(0, n, 2), (1, n, 3), (n - 1, -1, -2), (-1, -n - 1, -1), (-2, n, 1), (0, n + 1, 2), (0, n + 2, 3), (3, 1, 2)]:
        CASES.append(("strided", [x, start, stop, step]))
    CASES += [(name, [x]) for name in ["by_threes", "by_threes_too_far", "downwards_by_two", "too_far"]]
    CASES += [(name, [x, np.zeros(n, np.int64)]) for name in ["upper", "lower", "window", "around"]]
    CASES += [("blocked", [x, np.zeros(n, np.int64), size]) for size in [1, 3, 5]]
    CASES.append(("blocked", [x, np.zeros(n // 2, np.int64), 3]))
    CASES += [("neighbours", [x, last]) for last in [n - 1, n, n + 1, 0]]
    CASES += [("before_the_least", [x, n, b]) for b in [n + 5, n + 9, 7]]
    CASES += [("before_the_least", [x, n + 9, n + 6])]
    CASES += [("downwards_from", [x, a]) for a in [n - 1, n, 0, 3]]
    for dtype in ["u1", "i1", "i8"]:
        CASES.append(("looked_up", [x, (np.arange(6) % 5).astype(dtype)]))
CASES += [("looked_up", [whole(9), np.array([-1, -9, 2], dtype)]) for dtype in ["i1", "i8"]]
CASES += [("looked_up", [whole(9), np.array([2, -10], "i8")]), ("looked_up", [whole(9), np.array([200], "u1")])]
