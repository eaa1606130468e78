"""Quotients in vectors where the function allows approximations: some units from CPython's, and right where a number is zero, infinite, a nan or the least there is."""

import math

import numpy as np
from hotloop import njit


@njit(fastmath=True)
def quotients(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] / y[i]
    return out


@njit(fastmath=True)
def reciprocals(x, out):
    for i in range(x.shape[0]):
        out[i] = 1.0 / x[i]
    return out


@njit(fastmath=True)
def by_roots(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] / math.sqrt(y[i])
    return out


@njit(fastmath=True)
def root_and_quotient(x, out):
    for i in range(x.shape[0]):
        root = math.sqrt(x[i])
        out[i] = 1.0 / root + root
    return out


@njit(fastmath=True)
def in_single(x, y, out):
    one = np.float32(1.0)
    for i in range(x.shape[0]):
        out[i] = x[i] / y[i] + one / np.sqrt(y[i])
    return out


@njit(fastmath=True)
def forces(x, y, out):
    one = np.float32(1.0)
    for i in range(x.shape[0]):
        s = np.float32(0.0)
        for j in range(x.shape[0]):
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            s += one / np.sqrt(dx * dx + dy * dy + one)
        out[i] = s
    return out


@njit(fastmath={"arcp", "afn"})
def special_quotients(x, y):
    return x / y, x / np.sqrt(y), 1 / (y + 0)


@njit(fastmath=True)
def rows_by_their_sums(matrix):
    for i in range(matrix.shape[0]):
        total = 0.0
        for j in range(matrix.shape[1]):
            total += matrix[i, j]
        for j in range(matrix.shape[1]):
            matrix[i, j] /= total
    return matrix


@njit(fastmath={"arcp"})
def by_one_number(x, y, out):
    for i in range(x.shape[0]):
        d = x[i] + y[i]
        out[i] = x[i] / d + y[i] / d / 3.0
    return out


@njit(fastmath=True)
def raises(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] / np.sqrt(y[i])
    return out


random = np.random.default_rng(62)
LENGTHS = (0, 1, 7, 8, 9, 33, 200)


def numbers(n, dtype=np.float64):
    return (np.exp(random.uniform(-30, 30, n)) * random.choice([-1, 1], n)).astype(dtype)


def positive(n, dtype=np.float64):
    return abs(numbers(n, dtype))


def zeros(n, dtype=np.float64):
    return np.zeros(n, dtype)


def special(dtype):
    kept = np.finfo(dtype)
    values = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -2.0, 3.0, float(kept.max), float(kept.tiny)]
    pairs = [(a, b) for a in values for b in values]
    return np.array(pairs, dtype).T.copy()


def near(**bound):
    return {**bound, "approximate": True}


def with_zero(n, at):
    y = positive(n)
    y[at] = 0.0
    return y


CASES = (
    [("quotients", [numbers(n), numbers(n), zeros(n)], near(units=2)) for n in LENGTHS]
    + [("reciprocals", [numbers(n), zeros(n)], near(units=1)) for n in LENGTHS]
    + [("by_roots", [numbers(n), positive(n), zeros(n)], near(units=3)) for n in LENGTHS]
    + [("root_and_quotient", [positive(n), zeros(n)], near(units=3)) for n in LENGTHS]
    + [("in_single", [positive(n, np.float32), positive(n, np.float32), zeros(n, np.float32)], near(units=4)) for n in LENGTHS]
    + [("forces", [random.random(n).astype(np.float32), random.random(n).astype(np.float32), zeros(n, np.float32)], near(within=1e-3)) for n in LENGTHS]
    + [("special_quotients", [*special(dtype)], near(units=8)) for dtype in (np.float64, np.float32)]
    + [("rows_by_their_sums", [random.random((n, m))], near(within=1e-14)) for n in (1, 9) for m in (1, 3, 20)]
    + [("by_one_number", [positive(n), positive(n), zeros(n)], near(units=6)) for n in LENGTHS]
    + [("raises", [numbers(40), with_zero(40, at), zeros(40)], near(units=3)) for at in (0, 17, 39)]
)
