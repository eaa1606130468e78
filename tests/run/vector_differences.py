"""Sums from which something is taken away, in vectors: integers always, floats where their order is free."""

import numpy as np
from hotloop import njit


@njit
def integers(x):
    left = 1000
    for i in range(x.shape[0]):
        left -= x[i]
    return left


@njit
def narrow(x):
    left = 1000
    for i in range(x.shape[0]):
        left -= x[i] * 3
    return left


@njit(fastmath=True)
def floats(x, y):
    left = 0.5
    for i in range(x.shape[0]):
        left -= x[i] * y[i]
    return left


@njit(fastmath=True)
def in_rows(matrix, right):
    out = np.zeros(right.shape[0])
    for i in range(matrix.shape[0]):
        s = right[i]
        for j in range(i):
            s -= matrix[i, j] * right[j]
        out[i] = s
    return out


@njit
def taken_from(x):
    left = 7
    for i in range(x.shape[0]):
        left = x[i] - left
    return left


@njit
def shifted_products(x, out):
    for lag in range(out.shape[0]):
        s = 0.0
        for i in range(x.shape[0] - lag):
            s += x[i] * x[i + lag]
        out[lag] = s
    return out


@njit
def from_both_ends(x, out, by):
    for lag in range(out.shape[0]):
        s = 0
        for i in range(lag, x.shape[0]):
            s += x[i - lag] * 2 + x[i - by]
        out[lag] = s
    return out


random = np.random.default_rng(31)
LENGTHS = (0, 1, 7, 8, 9, 63, 64, 65, 200, 1000)


def whole(*shape):
    return random.integers(-9, 9, shape).astype(float)


CASES = (
    [("integers", [random.integers(-99, 99, n).astype(dtype)]) for n in LENGTHS for dtype in (np.int64, np.int32, np.uint8)]
    + [("narrow", [random.integers(-9, 9, n).astype(np.int16)]) for n in LENGTHS]
    + [("floats", [whole(n), whole(n)]) for n in LENGTHS]
    + [("in_rows", [whole(n, n), whole(n)]) for n in (0, 1, 9, 40, 100)]
    + [("taken_from", [random.integers(-99, 99, n)]) for n in LENGTHS]
    + [("shifted_products", [whole(n), np.zeros(k)]) for n in LENGTHS for k in (0, 1, 5, 70)]
    + [("from_both_ends", [random.integers(-99, 99, n), np.zeros(k, np.int64), by]) for n in LENGTHS for k in (1, 5, 70) for by in (0, 1)]
)
