"""`prange`: independent iterations, exact and inexact reductions, nesting, errors."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def squares(x):
    out = np.empty_like(x)
    for i in prange(x.shape[0]):
        out[i] = x[i] * x[i]
    return out


@njit(parallel=True)
def integer_sum(x):
    total = 0
    for i in prange(x.shape[0]):
        total += x[i]
    return total


@njit(parallel=True)
def float_sum(x, start):
    total = start
    for i in prange(x.shape[0]):
        total += x[i]
    return total


@njit(parallel=True)
def several(x):
    count = 0
    largest = x[0]
    smallest = x[0]
    for i in prange(x.shape[0]):
        if x[i] > 0:
            count += 1
        largest = max(largest, x[i])
        smallest = min(smallest, x[i])
    return count, largest, smallest


@njit(parallel=True)
def offset(x, start):
    for i in prange(start, x.shape[0]):
        x[i] += i


@njit(parallel=True)
def rows(mat):
    out = np.zeros(mat.shape[0])
    for i in prange(mat.shape[0]):
        best = mat[i, 0]
        for j in range(1, mat.shape[1]):
            if mat[i, j] > best:
                best = mat[i, j]
        out[i] = best
    return out


@njit
def weight(i, j):
    return 1.0 / (i + j + 1)


@njit(parallel=True)
def with_calls(n):
    out = np.zeros((n, n))
    for i in prange(n):
        for j in range(n):
            out[i, j] = weight(i, j)
    return out


@njit(parallel=True)
def two_regions(x):
    doubled = np.empty_like(x)
    for i in prange(x.shape[0]):
        doubled[i] = 2 * x[i]
    total = 0
    for i in prange(x.shape[0]):
        total += doubled[i]
    return total


@njit(parallel=True)
def fails_at(n, bad):
    out = np.zeros(n)
    for i in prange(n):
        if i == bad:
            raise ValueError("a bad index")
        out[i] = i
    return out


@njit(parallel=True)
def reads_past(x, n):
    out = np.zeros(n)
    for i in prange(n):
        out[i] = x[i]
    return out


random = np.random.default_rng(3)
floats = random.standard_normal(1000)
EPSILON = 2.0**-52

@njit
def weighted(row):
    if row.shape[0] == 0:
        return 0.0
    return row[0] + weighted(row[1:]) * 0.5


@njit(parallel=True)
def texts_of_workers(n):
    out = np.zeros(n, np.int64)
    for i in prange(n):
        text = f"{i}-{i * i}"
        out[i] = len(text) * 1000 + ord(text[0])
    return out


@njit(parallel=True)
def views_of_workers(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        out[i] = weighted(x[i])
    return out


CASES = (
    [("texts_of_workers", [4000]), ("views_of_workers", [np.arange(12000.0).reshape(3000, 4)])]
    + [("squares", [np.arange(float(n))]) for n in (0, 1, 2, 63, 64, 65, 1000)]
    + [("integer_sum", [np.arange(n)]) for n in (0, 1, 100)]
    + [("float_sum", [floats[:n], 0.5], {"within": n * EPSILON * (0.5 + np.abs(floats[:n]).sum())}) for n in (0, 1, 63, 65, 1000)]
    + [("several", [floats]), ("several", [np.array([-3, 5, 2])])]
    + [("offset", [np.arange(10), 4]), ("offset", [np.arange(10), 12]), ("offset", [np.arange(10), -2])]
    + [("rows", [random.standard_normal((17, 5))]), ("with_calls", [7]), ("two_regions", [np.arange(50)])]
    + [("fails_at", [100, 50]), ("fails_at", [100, 100]), ("reads_past", [np.arange(50.0), 51])]
)
