"""`prange` over one to three arguments, in branches, in called functions, within others and beside other loops; `set_num_threads` in a kernel."""

import numpy as np
from hotloop import njit, prange, set_num_threads


@njit(parallel=True)
def over(start, stop, step):
    seen = np.zeros(40, np.int64)
    total = 0
    for i in prange(start, stop, step):
        seen[i] = i + 1
        total += i
    return seen, total


@njit(parallel=True)
def over_two(start, stop):
    total = 0
    for i in prange(start, stop):
        total += i * i
    return total


@njit(parallel=True)
def over_one(stop):
    total = 0
    for i in prange(stop):
        total ^= i
    return total


@njit(parallel=True)
def step_of_zero(n):
    total = 0
    for i in prange(0, n, 0):
        total += i
    return total


@njit(parallel=True)
def inner_sum(row):
    total = 0
    for j in prange(row.shape[0]):
        total += row[j]
    return total


@njit(parallel=True)
def in_called_functions(a):
    out = np.zeros(a.shape[0], np.int64)
    for i in prange(a.shape[0]):
        out[i] = inner_sum(a[i])
    return out, inner_sum(a[0])


@njit(parallel=True)
def in_branches(a, k):
    total = 0
    if k > 1:
        for i in prange(a.shape[0]):
            total += a[i]
    elif k == 1:
        for i in prange(a.shape[0] - 1, -1, -1):
            total = max(total, a[i])
    else:
        while k > -3:
            for i in prange(a.shape[0]):
                a[i] += k
            k -= 1
    return total, a


@njit(parallel=True)
def three_deep(n):
    out = np.zeros((n, n, n), np.int64)
    for i in prange(n):
        for j in prange(i, n):
            for k in prange(n - 1, j, -1):
                out[i, j, k] = i * 100 + j * 10 + k
    return out


@njit(parallel=True)
def else_behind(n):
    total = 0
    for i in prange(n):
        if i % 2:
            continue
        total += i
    else:
        total += 1000
    return total


@njit(parallel=True)
def with_one_thread(x):
    set_num_threads(1)
    total = 0
    for i in prange(x.shape[0]):
        total += x[i]
    return total


@njit(parallel=True)
def bounds_are_computed(x):
    total = 0
    for i in prange(x.shape[0] // 2, len(x) - 1, x[0]):
        total += x[i]
    return total


CASES = (
    [("over", list(bounds)) for bounds in ((0, 40, 1), (39, -1, -1), (38, -1, -3), (5, 5, 2), (9, 3, 1), (1, 40, 7), (-1, -40, -2))]
    + [("over_two", list(bounds)) for bounds in ((0, 9), (-5, 700), (3, 3), (9, 0), (2**62, 2**62 + 5))]
    + [("over_one", [n]) for n in (0, 1, 1000, -3)]
    + [("step_of_zero", [3])]
    + [("in_called_functions", [np.arange(60).reshape(6, 10)])]
    + [("in_branches", [np.arange(20), k]) for k in (2, 1, 0)]
    + [("three_deep", [n]) for n in (0, 1, 6)]
    + [("else_behind", [n]) for n in (0, 9)]
    + [("with_one_thread", [np.arange(n)]) for n in (0, 3000)]
    + [("bounds_are_computed", [np.arange(3, 30)])]
)
