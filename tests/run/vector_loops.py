"""Loops that may run several iterations at once: all lengths around the sizes of vectors, strides, overlaps, sums, checked indices."""

import numpy as np
from hotloop import njit


@njit
def axpy(a, x, y):
    for i in range(x.shape[0]):
        y[i] += a * x[i]


@njit
def stencil(x, out):
    for i in range(1, x.shape[0] - 1):
        out[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1]


@njit
def in_place(x):
    for i in range(x.shape[0] - 1):
        x[i] = x[i] - x[i + 1]


@njit
def running(x):
    for i in range(1, x.shape[0]):
        x[i] = x[i] + x[i - 1]


@njit
def between_views(x, ahead, behind):
    source, target = x[ahead:], x[behind:]
    for i in range(min(source.shape[0], target.shape[0])):
        target[i] = source[i] * 2 + 1


@njit
def total(x):
    s = x[0] - x[0]
    for i in range(x.shape[0]):
        s += x[i]
    return s


@njit
def least_and_bits(x):
    least = x[0]
    bits = x[0]
    for i in range(x.shape[0]):
        least = min(least, x[i])
        bits ^= x[i]
    return least, bits


@njit
def selected(x, y, out):
    for i in range(out.shape[0]):
        out[i] = x[i] if x[i] > y[i] else -y[i]


@njit
def counted(x, limit):
    n = 0
    for i in range(x.shape[0]):
        n += x[i] < limit
    return n


@njit
def mixed(x):
    h = x.copy()
    for i in range(x.shape[0]):
        k = h[i]
        k ^= k >> 3
        k *= 5
        k ^= k << 2
        h[i] = k
    return h


@njit
def rows(x, out):
    for i in range(1, x.shape[0] - 1):
        for j in range(1, x.shape[1] - 1):
            out[i, j] = x[i, j] + x[i - 1, j] + x[i + 1, j] + x[i, j - 1] + x[i, j + 1]


@njit
def too_far(x, out):
    for i in range(x.shape[0]):
        out[i] = x[i] + 1


@njit
def roots(x):
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        out[i] = np.sqrt(abs(x[i])) / (x[i] + 0.5)
    return out


LENGTHS = [0, 1, 3, 8, 9, 17, 33, 34, 66, 130]


def numbers(n, dtype):
    return ((np.arange(n) * 37) % 101 - 50).astype(dtype)


CASES = []
for n in LENGTHS:
    for dtype in ["f8", "f4", "i8", "i4", "i2", "u1"]:
        x, y = numbers(n, dtype), numbers(n, dtype)[::-1].copy()
        CASES.append(("in_place", [x]))
        CASES.append(("between_views", [x, n % 4, n % 3]))
        CASES.append(("selected", [x, y, np.zeros(n, dtype)]))
        if n:
            CASES.append(("total", [x]))
            if dtype[0] != "f":
                CASES.append(("least_and_bits", [x]))
                CASES.append(("mixed", [x]))
    for dtype in ["f8", "f4"]:
        x = numbers(n, dtype) / 7
        CASES.append(("axpy", [1.5, x, x[::-1].copy()]))
        CASES.append(("stencil", [x, np.zeros_like(x)]))
        CASES.append(("running", [x]))
        CASES.append(("roots", [x], {"within": 0.0}))
    CASES.append(("counted", [numbers(n, "i8"), 3]))
    CASES.append(("axpy", [0.5, np.repeat(numbers(n, "f8"), 2)[::2], numbers(n, "f8")]))
    CASES.append(("axpy", [0.5, numbers(n, "f8")[::-1], numbers(n, "f8")]))
    if n > 2:
        CASES.append(("too_far", [numbers(n, "f8"), np.zeros(n - 2)]))
        CASES.append(("too_far", [numbers(n, "i4"), np.zeros(n - 1, "i4")]))
for shape in [(3, 3), (5, 40), (40, 5), (3, 130)]:
    grid = numbers(shape[0] * shape[1], "f8").reshape(shape)
    CASES.append(("rows", [grid, np.zeros(shape)]))
    CASES.append(("rows", [np.asfortranarray(grid), np.zeros(shape)]))
    CASES.append(("rows", [grid, np.zeros(shape).T.copy().T]))
