"""Loops over rows in loops over columns: arrays that lie apart as a whole, rows of one array that do, and rows that overlap."""

import numpy as np
from hotloop import njit


@njit
def jacobi(a, out):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            out[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


@njit
def from_the_row_above(a):
    for i in range(1, a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = 0.5 * a[i - 1, j] + a[i, j]


@njit
def rows_of_one(a, out, shift):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] * 2 + shift


@njit
def planes(a, out):
    for p in range(1, a.shape[0]):
        for i in range(a.shape[1]):
            for j in range(a.shape[2] - 1):
                out[p, i, j] = a[p - 1, i, j + 1] - a[p, i, j]


@njit
def triangle(a, out):
    for i in range(a.shape[0]):
        for j in range(i, a.shape[1]):
            out[i, j] = a[i, j] + 1


@njit
def limits(a, out, i0, i1, j0, j1):
    for i in range(i0, i1):
        for j in range(j0, j1):
            out[i, j] = a[i, j] - out[i, j]


def grid(*shape, dtype="f8"):
    return ((np.arange(np.prod(shape)) * 37) % 101 - 50).reshape(shape).astype(dtype)


CASES = []
for n in [1, 3, 9, 20, 44, 70]:
    for dtype in ["f8", "f4"]:
        a = grid(5, n, dtype=dtype)
        CASES.append(("jacobi", [a, np.zeros_like(a)]))
        CASES.append(("jacobi", [np.asfortranarray(a), np.zeros_like(a)]))
        CASES.append(("from_the_row_above", [a]))
        CASES.append(("from_the_row_above", [np.asfortranarray(a)]))
        CASES.append(("from_the_row_above", [a[::-1]]))
        CASES.append(("triangle", [a, np.zeros_like(a)]))
        CASES.append(("planes", [grid(3, 4, n, dtype=dtype), np.zeros((3, 4, n), dtype)]))
    memory = np.arange(6.0 * n + 8)
    for offset in [0, 1, 7, n]:
        CASES.append(("rows_of_one", [grid(4, n), grid(4, n), offset]))
    CASES.append(("limits", [grid(5, n), grid(5, n), 1, 4, 0, n]))
    CASES.append(("limits", [grid(5, n), grid(5, n), 0, 5, 1, n + 1]))
    CASES.append(("limits", [grid(5, n), grid(5, n), 3, 6, 0, n]))
    CASES.append(("limits", [grid(5, n), grid(5, n), -2, 2, -1, n - 1]))


@njit
def overlapping(memory, rows, columns, ahead, behind):
    """Two views of one piece of memory."""
    a = memory[ahead : ahead + rows * columns].reshape((rows, columns))
    out = memory[behind : behind + rows * columns].reshape((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = a[i, j] * 2 + 1


for n in [1, 3, 9, 20, 44]:
    for ahead, behind in [(0, 0), (0, 1), (1, 0), (0, 8), (8, 0), (0, n), (n, 0), (0, 4 * n)]:
        CASES.append(("overlapping", [np.arange(8.0 * n + 8), 4, n, ahead, behind]))
