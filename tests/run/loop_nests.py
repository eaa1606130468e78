"""Loops around loops that sum: several iterations of the outer one run side by side, if nothing they store is loaded and no index fails."""

import numpy as np
from hotloop import njit, prange


@njit
def product(a, b, out):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s


@njit
def product_of_transposed(a, b, out):
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[j, k]
            out[i, j] += s


@njit
def product_of_whole(a, b, out):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s


@njit
def made_here(a, b):
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s
    return out


@njit(parallel=True)
def in_parallel(a, b):
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in prange(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s
    return out


@njit
def columns(a, out, first, last):
    for j in range(first, last):
        s = 0.0
        t = 1.0
        for i in range(a.shape[0]):
            s += a[i, j]
            t *= a[i, j - 1]
        out[j] = s - t


@njit
def rows(a, out):
    for i in range(a.shape[0]):
        s = a[i, 0]
        for j in range(1, a.shape[1]):
            s += a[i, j] * a[i, j - 1]
        out[i] = s


@njit
def smoothed(x, w, out):
    for i in range(out.shape[0]):
        s = 0.0
        for k in range(w.shape[0]):
            s += x[i + k] * w[k]
        out[i] = s


@njit
def onto_itself(x, n):
    for i in range(n):
        s = 0.0
        for k in range(3):
            s += x[k]
        x[i] = s


@njit
def nearest(points, out):
    for i in range(points.shape[0]):
        best = 1e300
        norm = 0.0
        for k in range(points.shape[1]):
            d = points[i, k] - 0.5
            norm += d * d
            if d < best:
                best = d
        out[i] = best + norm


def numbers(*shape):
    return (np.arange(np.prod(shape)) * 37 % 19 - 7).reshape(shape) / 8


CASES = []
for n in [0, 1, 3, 7, 8, 9, 17]:
    for k in [0, 1, 5]:
        a, b = numbers(3, k), numbers(k, n)
        CASES.append(("product", [a, b, np.full((3, n), 9.0)]))
        CASES.append(("product_of_transposed", [a, b.T.copy(), np.full((3, n), 9.0)]))
        CASES.append(("product_of_whole", [(a * 8).astype("i8"), (b * 8).astype("i4"), np.zeros((3, n), "i8")]))
        CASES.append(("made_here", [a, b]))
        CASES.append(("in_parallel", [a, b]))
    CASES.append(("columns", [numbers(4, n), np.zeros(n), 0, n]))
    CASES.append(("columns", [numbers(4, n), np.zeros(n), 1, n]))
    CASES.append(("columns", [numbers(4, n), np.zeros(n + 3), 1, n + 2]))
    CASES.append(("columns", [numbers(4, n), np.zeros(n), -3, n]))
    CASES.append(("columns", [numbers(4, n).astype("f4"), np.zeros(n, "f4"), n, 2]))
    CASES.append(("rows", [numbers(n, 6), np.zeros(n)]))
    CASES.append(("rows", [numbers(n, 6), np.zeros(n // 2)]))
    CASES.append(("smoothed", [numbers(n + 4), numbers(5), np.zeros(n)]))
    CASES.append(("smoothed", [numbers(n + 3), numbers(5), np.zeros(n)]))
    CASES.append(("onto_itself", [numbers(max(n, 3)), n]))
    CASES.append(("nearest", [numbers(n, 4), np.zeros(n)]))
# Layouts, and arrays that are too small: what was stored before the error stays.
a, b = numbers(9, 10), numbers(10, 11)
CASES.append(("product", [np.asfortranarray(a), b, np.zeros((9, 11))]))
CASES.append(("product", [a, np.asfortranarray(b), np.zeros((9, 11))]))
CASES.append(("product", [a[::-1, ::-1], b[::-1, ::-1], np.zeros((18, 22))[::-2, ::2]]))
CASES.append(("product", [a, b[:, ::-1], np.zeros((9, 11))]))
CASES.append(("product", [a, b, np.zeros((9, 10))]))
CASES.append(("product", [a, b, np.zeros((8, 11))]))
CASES.append(("product", [a, b[:9], np.zeros((9, 11))]))
CASES.append(("product", [a.astype("f4"), b.astype("f4"), np.zeros((9, 11), "f4")]))
CASES.append(("product_of_transposed", [a, b[:, :10].copy(), np.zeros((9, 10))]))
CASES.append(("product_of_transposed", [a, b[:, :9].copy(), np.zeros((9, 10))]))


@njit
def within_one(x, n):
    a = x[:n, :]
    out = x[n - 1 :, :]
    for i in range(n):
        for j in range(x.shape[1]):
            s = 0.0
            for k in range(n):
                s += a[i, k] * a[k, j]
            out[i, j] = s


CASES += [("within_one", [numbers(2 * n, 17), n]) for n in [2, 5]]
