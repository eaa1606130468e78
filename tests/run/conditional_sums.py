"""Sums of floats to which something is added under a condition: the same bits as with a branch, zeros with their signs and all that is not finite included."""

import numpy as np
from hotloop import njit


@njit
def some(x, flags):
    s = 0.0
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
    return s


@njit
def from_start(x, flags, s):
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
    return s


@njit
def all_but(x, flags, s):
    for i in range(x.shape[0]):
        if flags[i]:
            continue
        s -= x[i]
    return s


@njit
def product(x, flags, s):
    for i in range(x.shape[0]):
        if flags[i]:
            s *= x[i]
    return s


@njit
def squares(x, y, flags):
    s = 0.0
    t = 1.0
    for i in range(x.shape[0]):
        if flags[i] and x[i] != 3.0:
            s += x[i] * y[i]
            t -= y[i] * 0.25
    return s, t


@njit
def by_value(x):
    s = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0:
            s += x[i]
    return s


@njit
def single(x, flags):
    s = np.float32(0)
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
    return s


@njit
def weighted(x, places, weights):
    """Read where the condition holds alone; the places of others may be nowhere."""
    s = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0:
            s += weights[places[i]]
    return s


@njit
def ends_early(x, y):
    s = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0:
            s += y[i]
    return s


@njit
def stores_too(x, flags, out):
    s = 0.0
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
        out[i] = s


@njit
def in_rows(x, flags, out):
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            if flags[j]:
                s += x[i, j]
        out[i] = s


@njit
def two_steps(x, flags):
    s = 0.0
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
        if x[i] < 0.5:
            s += 0.125
    return s


def numbers(n, dtype="f8"):
    return ((np.arange(n) * 37 % 29 - 11) / 7).astype(dtype)


CASES = []
for n in [0, 1, 5, 40]:
    x, flags = numbers(n), np.arange(n) * 5 % 7 < 3
    special = np.where(np.arange(n) % 3 == 0, -0.0, np.where(np.arange(n) % 5 == 1, np.inf, x))
    for values in [x, special, -0.0 * x]:
        CASES.append(("some", [values, flags]))
        for start in [0.0, -0.0, 1.5]:
            CASES.append(("from_start", [values, flags, start]))
            CASES.append(("all_but", [values, flags, start]))
            CASES.append(("product", [values, flags, start]))
        CASES.append(("squares", [values, x[::-1].copy(), flags]))
        CASES.append(("by_value", [values]))
        CASES.append(("two_steps", [values, flags]))
    CASES.append(("single", [numbers(n, "f4"), flags]))
    CASES.append(("weighted", [x, np.where(x > 0, np.arange(n), 1 << 40), numbers(n)]))
    CASES.append(("weighted", [x, np.arange(n) * 3 % (n + 5), numbers(n)]))
    CASES.append(("weighted", [x, np.arange(n) - n, numbers(n)]))
    CASES.append(("ends_early", [x, numbers(n // 2)]))
    CASES.append(("ends_early", [-abs(x) - 1, numbers(n // 2)]))
    CASES.append(("stores_too", [x, flags, np.zeros(n)]))
    CASES.append(("stores_too", [x, flags, np.zeros(n // 2)]))
    CASES.append(("in_rows", [np.arange(3.0 * n).reshape(3, n) / 7, flags, np.zeros(3)]))
