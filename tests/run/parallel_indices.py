"""Loops over `pndindex`: the tuples of indices of an array, in parallel; reductions in them, and several variables at once."""

import numpy as np
from hotloop import njit, pndindex, prange


@njit(parallel=True)
def doubled(x):
    out = np.zeros(x.shape)
    count = 0
    for place in pndindex(x.shape):
        out[place] = 2.0 * x[place]
        count += 1
    return out, count


@njit(parallel=True)
def by_axes(x):
    out = np.zeros(x.shape)
    total = 0.0
    for i, j in pndindex(x.shape[0], x.shape[1]):
        out[i, j] = x[i, j] + 10 * i + j
        total += x[i, j]
    return out, total


@njit(parallel=True)
def a_part(x, shape):
    for place in pndindex(shape):
        x[place] += 1.0
    return x


@njit(parallel=True)
def rows_at(x):
    sums = np.zeros(x.shape[0])
    for i, j in pndindex(x.shape):
        sums[i] += x[i, j]
    return sums


@njit(parallel=True)
def least(x):
    best = np.inf
    for place in pndindex(x.shape):
        best = min(best, x[place])
    return best


@njit(parallel=True)
def one_axis(n):
    out = np.zeros(n, np.int64)
    for i in pndindex(n):
        out[i[0]] = i[0] * i[0]
    return out


@njit(parallel=True)
def within(x):
    out = np.zeros(x.shape)
    for i in prange(x.shape[0]):
        for j, k in pndindex(x.shape[1:]):
            out[i, j, k] = x[i, j, k] - i
    return out


@njit
def in_order(x):
    total = 0
    for i, j in pndindex(x.shape):
        total = total * 3 + i - j
    return total


@njit(parallel=True)
def negative(n):
    count = 0
    for _ in pndindex(n, 2):
        count += 1
    return count


A = np.arange(12.0).reshape(3, 4)

CASES = [
    ("doubled", (A,)),
    ("doubled", (A.T,)),
    ("doubled", (np.ones((60, 70)),)),
    ("doubled", (np.ones((2, 0)),)),
    ("doubled", (np.ones((2, 3, 4)),)),
    ("by_axes", (A,)),
    ("by_axes", (np.ones((200, 3)),)),
    ("a_part", (A.copy(), (2, 3))),
    ("a_part", (np.zeros((3, 4)), (3,))),
    ("rows_at", (A,)),
    ("rows_at", (np.ones((50, 90)),)),
    ("least", (A[::-1] - 3.0,)),
    ("one_axis", (7,)),
    ("within", (np.arange(24.0).reshape(2, 3, 4),)),
    ("in_order", (A,)),
    ("negative", (0,)),
    ("negative", (-1,)),
]
