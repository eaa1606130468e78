"""Indices that a branch has asked about before, that only go up or down, and ranges whose step is known to be positive."""

import numpy as np
from hotloop import njit


@njit
def in_range(x, i):
    if 0 <= i and i < x.shape[0]:
        return x[i]
    if i >= 0:
        return -1
    return x[i]


@njit
def neighbours(x, out):
    for i in range(x.shape[0]):
        s = 0
        if i > 0:
            s += x[i - 1]
        if i + 1 < x.shape[0]:
            s += 10 * x[i + 1]
        if not (i < 2 or i > 5):
            s += 100 * x[i - 2]
        out[i] = s


@njit
def insertion_sort(x):
    for i in range(1, x.shape[0]):
        value = x[i]
        j = i
        while j > 0 and x[j - 1] > value:
            x[j] = x[j - 1]
            j -= 1
        x[j] = value


@njit
def sieve(flags):
    n = flags.shape[0]
    p = 2
    while p * p < n:
        if flags[p] == 1:
            for m in range(p * p, n, p):
                flags[m] = 0
        p += 1
    return flags.sum()


@njit
def merge(a, b, out):
    i = j = k = 0
    while i < a.shape[0] and j < b.shape[0]:
        if a[i] <= b[j]:
            out[k] = a[i]
            i += 1
        else:
            out[k] = b[j]
            j += 1
        k += 1
    while i < a.shape[0]:
        out[k] = a[i]
        i += 1
        k += 1
    while j < b.shape[0]:
        out[k] = b[j]
        j += 1
        k += 1
    return k


@njit
def found(x, value):
    low, high = 0, x.shape[0] - 1
    while low <= high:
        middle = (low + high) // 2
        if x[middle] == value:
            return middle
        if x[middle] < value:
            low = middle + 1
        else:
            high = middle - 1
    return -1 - low


@njit
def downwards_from(x, j, least):
    s = 0
    while j > least:
        s = s * 3 + x[j - 1]
        j -= 1
    return s


@njit
def upwards_from(x, j, times):
    s = 0
    k = 0
    while k < times:
        s = s * 3 + x[j]
        if s % 2 == 0:
            j += 1
        else:
            j += 2
        k += 1
    return s


@njit
def before_the_least(x, j, times):
    s = 0
    for k in range(times):
        s += x[j] if j >= 0 else 1
        j -= 1
    return s


@njit
def steps_of(x, start, step):
    s = 0
    if step > 0:
        for i in range(start, x.shape[0], step):
            s = s * 3 + x[i]
    else:
        for i in range(start, -1, step):
            s = s * 3 + x[i]
    return s


@njit
def quotients(x, d):
    s = 0
    k = 1
    while k < d:
        for i in range(x.shape[0]):
            s += x[i] // k + x[i] % k
        k += 3
    return s


@njit
def swapped_ends(x, i, n):
    if i < n:
        if n <= x.shape[0]:
            if i == 3:
                return x[i]
            if i > -3:
                return x[i] + 1
            return x[i + 1]
    return x[n]


def whole(n):
    return np.arange(n) * 7 % 23 - 9


CASES = []
for n in [0, 1, 2, 5, 9]:
    x = whole(n)
    CASES += [("in_range", [x, i]) for i in [0, 1, n - 1, n, n + 1, -1, -n, -n - 1, 2**63 - 1, -(2**63)]]
    CASES += [("neighbours", [x, np.zeros(m, np.int64)]) for m in (n, n + 1, max(n - 1, 0))]
    CASES += [("insertion_sort", [x.copy()])]
    CASES += [("merge", [np.sort(x), np.sort(whole(m) + 1), np.zeros(size, np.int64)]) for m in (0, 3, 7) for size in (n + m, max(n + m - 1, 0))]
    CASES += [("found", [np.sort(x), value]) for value in (-9, 0, 5, 100)]
    CASES += [("downwards_from", [x, j, least]) for j, least in [(n, 0), (n + 1, 0), (n, -1), (n, -n - 1), (3, 2), (0, 5)]]
    CASES += [("upwards_from", [x, j, 4]) for j in (0, 1, -2, n, -n)]
    CASES += [("before_the_least", [x, j, 5]) for j in (n - 1, n, 0, -(2**63) + 2)]
    CASES += [("steps_of", [x, start, step]) for start, step in [(0, 1), (0, 3), (-2, 2), (n - 1, -1), (n, -2), (n - 1, 0), (0, 2**62), (1, -(2**62))]]
    CASES += [("quotients", [x, d]) for d in (1, 2, 9)]
    CASES += [("swapped_ends", [x, i, m]) for i, m in [(3, n), (0, n), (-1, n), (-3, n), (-9, n), (-10, n), (2, n + 1), (-(2**63), n)]]
for n in [0, 1, 2, 3, 4, 5, 30, 121]:
    CASES += [("sieve", [np.ones(n, np.uint8)])]
