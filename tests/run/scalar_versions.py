"""Nests of loops whose indices are asked about in front of them: where all are in bounds, where the last one is not, where some count from the end."""

import numpy as np
from hotloop import njit, prange


@njit
def lower_solve(matrix, right, x):
    for i in range(matrix.shape[0]):
        s = right[i]
        for j in range(i):
            s -= matrix[i, j] * x[j]
        x[i] = s / matrix[i, i]


@njit
def blocked(a, out, n, m):
    for i0 in range(0, n, 4):
        for j0 in range(0, m, 4):
            for i in range(i0, min(i0 + 4, n)):
                for j in range(j0, min(j0 + 4, m)):
                    out[j, i] = a[i, j] + 1.0


@njit
def downwards(x, out):
    for k in range(3):
        for i in range(x.shape[0] - 1, 0, -1):
            out[i] = out[i - 1] + x[i] * 0.5


@njit
def shifted(x, out, by, n):
    for k in range(2):
        for i in range(n):
            out[i] += x[i + by]


@njit
def around(x, out):
    for k in range(2):
        for i in range(out.shape[0]):
            out[i] += x[i - 1] + x[i - k]


@njit
def guarded(x, out):
    for k in range(2):
        for i in range(out.shape[0]):
            if i + 1 < x.shape[0] and i > 0:
                out[i] += x[i + 1] - x[i - 1]


@njit
def reversed_products(x, y):
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i] * y[y.shape[0] - 1 - i]
    return s


@njit
def steps(flags, start, step, times):
    for k in range(times):
        for m in range(start, flags.shape[0], step):
            flags[m] += k + 1
    return flags.sum()


@njit
def first_negative(a):
    at = -1
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] < 0:
                return i * 100 + j
            at = j
    return at


@njit
def left(a, b):
    total = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[0]):
            if b[j] == 3:
                break
            total += a[j] * b[j]
    return total


@njit
def caught(a, b):
    total = 0
    for i in range(a.shape[0]):
        for j in range(i + 1):
            try:
                total += a[j] * b[j + 1]
            except IndexError:
                total -= 1000 + j
    return total


@njit
def caught_outside(a, b):
    done = 0
    try:
        for i in range(a.shape[0]):
            for j in range(i + 2):
                b[j] += a[i]
                done += 1
    except IndexError:
        done += 1000
    return done


@njit
def middle(x, out):
    for level in range(4):
        for i in range(out.shape[0]):
            out[i] += x[i // 2] + x[(i + level) % 3] + x[min(i, x.shape[0] - 1)] + x[max(i - 9, 0)]


@njit
def masked(table, data):
    h = 0
    for k in range(2):
        for i in range(data.shape[0]):
            h = (h * 31 + table[(h ^ data[i]) & 15]) & 65535
    return h


@njit
def while_nest(x, y):
    done = 0
    total = 0.0
    while done < 3:
        for i in range(x.shape[0]):
            for j in range(i, x.shape[0]):
                total += x[i] * y[j]
        done += 1
    return total


@njit
def far(x, n, by):
    total = 0
    for k in range(2):
        for i in range(n, n + 3):
            total += x[i - n + by]
    return total


@njit
def sparse(ptr, idx, val, x, y):
    for i in range(ptr.shape[0] - 1):
        s = 0.0
        for k in range(ptr[i], ptr[i + 1]):
            s += val[k] * x[idx[k]]
        y[i] = s


@njit(parallel=True)
def in_parallel(a, b, out):
    for i in prange(a.shape[0]):
        s = 0.0
        for k in range(2):
            for j in range(a.shape[1]):
                s += a[i, j] * b[j]
        out[i] = s


def _matrix(n, m):
    return np.arange(1.0, n * m + 1.0).reshape(n, m) / 7.0


CASES = [
    *[("lower_solve", [_matrix(n, m), np.arange(1.0, r + 1.0), np.ones(x)]) for n, m, r, x in [(0, 0, 0, 0), (1, 1, 1, 1), (5, 5, 5, 5), (5, 6, 7, 8), (5, 4, 5, 5), (5, 5, 4, 5), (5, 5, 5, 4), (4, 1, 4, 4), (3, 0, 3, 3)]],
    *[("blocked", [_matrix(9, 10), np.zeros((10, 9)), n, m]) for n, m in [(9, 10), (8, 8), (1, 1), (0, 3), (9, 11), (10, 10), (-3, 4), (2**62, 1), (-(2**63), 5)]],
    *[("downwards", [np.arange(float(n)), np.zeros(m)]) for n, m in [(0, 0), (1, 1), (7, 7), (7, 9), (7, 6)]],
    *[("shifted", [np.arange(8), np.zeros(8, np.int64), by, n]) for by, n in [(0, 8), (2, 6), (2, 7), (-1, 8), (-8, 8), (-9, 8), (0, 9), (2**62, 1), (2**63 - 1, 2), (0, 0)]],
    *[("around", [np.arange(1, n + 1), np.zeros(m, np.int64)]) for n, m in [(5, 5), (5, 6), (5, 7), (1, 1), (3, 0)]],
    *[("guarded", [np.arange(n), np.zeros(m, np.int64)]) for n, m in [(5, 5), (5, 9), (9, 5), (1, 1), (0, 0)]],
    *[("reversed_products", [np.arange(float(n)), np.arange(1.0, m + 1.0)]) for n, m in [(5, 5), (5, 7), (7, 5), (12, 5), (0, 0), (1, 0)]],
    *[("steps", [np.zeros(20, np.int64), start, step, 2]) for start, step in [(0, 1), (4, 3), (0, 25), (19, 1), (20, 1), (-3, 2), (-25, 5), (5, -2), (25, -1), (3, 2**62), (0, 0)]],
    *[("first_negative", [np.array(a)]) for a in ([[1, 2], [3, -4]], [[1, 2], [3, 4]], [[-1]])],
    *[("left", [np.arange(4), np.array(b)]) for b in ([1, 1, 1, 1], [1, 3, 1, 1], [1, 1, 3], [1, 1, 1])],
    *[("caught", [np.arange(4), np.arange(n)]) for n in (5, 6, 4, 2, 0)],
    *[("caught_outside", [np.arange(4), np.zeros(n, np.int64)]) for n in (5, 6, 4, 2, 0)],
    *[("middle", [np.arange(n), np.zeros(m, np.int64)]) for n, m in [(8, 8), (3, 8), (8, 16), (3, 6), (2, 2), (1, 0)]],
    *[("masked", [np.arange(1, n + 1) * 37, np.arange(30) * 91]) for n in (16, 20, 15)],
    *[("while_nest", [np.arange(4.0), np.arange(float(n))]) for n in (4, 5, 3)],
    *[("far", [np.arange(5), n, by]) for n, by in [(0, 0), (0, 2), (0, 3), (2**62, 0), (2**62, 3), (2**63 - 4, 1), (-(2**63), 1), (7, -2)]],
    *[("sparse", [np.array(ptr), np.array([0, 2, 1, 3]), np.arange(1.0, 5.0), np.arange(float(n)), np.zeros(3)]) for ptr, n in [([0, 2, 3, 4], 4), ([0, 2, 3, 5], 4), ([0, 2, 3, 4], 3), ([-1, 2, 3, 4], 4), ([0, 0, 0, 0], 0)]],
    *[("in_parallel", [_matrix(4, 5), np.arange(float(n)), np.zeros(m)]) for n, m in [(5, 4), (6, 5), (4, 4), (5, 3)]],
]
