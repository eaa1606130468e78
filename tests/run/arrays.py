"""Arrays: element access in up to four dimensions, layouts, dtypes, creation, attributes."""

import numpy as np
from hotloop import njit

WEIGHTS = (0.25, 0.5, 0.25)
SCALE = 3
HALF = -0.5
FLOORED = True


@njit
def element(x, i):
    return x[i]


@njit
def element_2d(x, i, j):
    return x[i, j]


@njit
def chained_element(x, i, j):
    row, column = i, j
    return x[row, column] + x[-1, -1]


@njit
def total_4d(x):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                for m in range(x.shape[3]):
                    total = total * 0.5 + x[i, j, k, m]
    return total


@njit
def value_0d(x):
    x[()] = x[()] * 2
    return x[()]


@njit
def attributes(x):
    return x.size, x.ndim, x.shape, len(x)


@njit
def stored(out, value):
    for i in range(out.size):
        out[i] = value
    return out[-1]


@njit
def copied(x, out):
    rows, columns = x.shape
    for i in range(rows):
        for j in range(columns):
            out[i, j] = x[i, j]


@njit
def transposed(x):
    out = np.empty((x.shape[1], x.shape[0]), dtype=x.dtype)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[j, i] = x[i, j]
    return out


@njit
def created(n):
    a = np.zeros(n)
    b = np.ones(n, dtype=np.int32)
    c = np.full(n, 7, dtype=np.uint8)
    d = np.empty((n, 2), dtype=np.float32)
    for i in range(n):
        d[i, 0] = a[i] + b[i]
        d[i, 1] = c[i]
    return a, b, c, d


@njit
def created_like(x):
    zeros = np.zeros_like(x)
    empty = np.empty_like(x, dtype=np.int64)
    for i in range(x.shape[0]):
        empty[i] = i
        zeros[i] += x[i]
    return zeros, empty


@njit
def filled(value):
    return np.full((2, 3), value)


@njit
def frozen_globals(x):
    return HALF * x + WEIGHTS[0] + WEIGHTS[1] * SCALE + len(WEIGHTS) - FLOORED


@njit
def in_place(x):
    x[0] += 1
    x[-1] *= 2
    x[1] -= x[0]
    x[2] //= 2
    return x


@njit
def aliased(a, b):
    for i in range(1, a.shape[0]):
        a[i] = a[i - 1] + b[i]


@njit
def smoothed(x):
    out = np.zeros_like(x)
    n = x.shape[0]
    for i in range(n):
        out[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[(i + 1) % n]
    return out


@njit
def pascal(n):
    triangle = np.zeros((n, n), dtype=np.int64)
    for i in range(n):
        triangle[i, 0] = 1
        for j in range(1, i + 1):
            triangle[i, j] = triangle[i - 1, j - 1] + triangle[i - 1, j]
    return triangle


@njit
def same_array(x):
    return x


@njit
def chosen(x, y, first):
    if first:
        z = x
    else:
        z = y
    z[0] = 42
    return z


@njit
def flags(mask, values):
    count = 0
    for i in range(mask.shape[0]):
        if mask[i]:
            count += 1
            mask[i] = values[i] > 2
    return count


frozen = np.arange(4.0)
frozen.flags.writeable = False
grid = np.arange(12.0).reshape(3, 4)
cube = np.arange(120.0).reshape(2, 3, 4, 5)

CASES = (
    [("element", [np.arange(5) * 10, i]) for i in (0, 4, -1, -5, 5, -6, 2**62, -(2**63))]
    + [("element", [np.arange(5).astype(t), 3]) for t in ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")]
    + [("element", [np.arange(10)[::-3], i]) for i in (0, 3, -4, 4)]
    + [("element", [frozen, 2]), ("element", [np.zeros(0), 0])]
    + [("element_2d", [grid, i, j]) for i, j in ((0, 0), (2, 3), (-1, -4), (3, 0), (0, 4), (0, -5))]
    + [("element_2d", [np.asfortranarray(grid), 1, 2]), ("element_2d", [grid[::-1, ::2], 0, 1]), ("element_2d", [grid.T, 3, 2])]
    + [("chained_element", [grid, 1, 1])]
    + [("total_4d", [cube]), ("total_4d", [cube[:, ::-1, 1:3]]), ("total_4d", [cube.T]), ("total_4d", [cube[:, :0]])]
    + [("value_0d", [np.array(2.5)]), ("value_0d", [np.array(3, dtype="i2")])]
    + [("attributes", [grid]), ("attributes", [np.zeros((0, 3, 2))]), ("attributes", [np.arange(3)])]
    + [("stored", [np.zeros(3, t), v]) for t in ("?", "i1", "u1", "i4", "u8", "f4", "f8") for v in (1, 2.75, True)]
    + [("stored", [np.zeros(3, "i1"), 300]), ("stored", [np.zeros(3, "u1"), -1]), ("stored", [np.zeros(3, "f4"), 0.1])]
    + [("copied", [grid, np.zeros((3, 4))]), ("copied", [grid.T, np.zeros((4, 3), order="F")]), ("copied", [grid, np.zeros((3, 3))])]
    + [("transposed", [grid]), ("transposed", [grid.astype("i2")]), ("transposed", [np.zeros((0, 3))])]
    + [("created", [3]), ("created", [0]), ("created", [-1])]
    + [("created_like", [np.arange(4)]), ("created_like", [np.arange(4).astype("f4")])]
    + [("filled", [2]), ("filled", [2.5])]
    + [("frozen_globals", [2.0])]
    + [("in_place", [np.array([1, 2, 3, 4])]), ("in_place", [np.array([1.5, 2, 3.7])]), ("in_place", [np.array([1, 2], "i1")])]
    + [("aliased", [np.arange(5.0), np.ones(5)]), ("aliased", [np.arange(5.0), np.ones(3)])]
    + [("smoothed", [np.arange(6.0)]), ("smoothed", [np.zeros(1)]), ("smoothed", [np.zeros(0)])]
    + [("pascal", [10]), ("same_array", [np.arange(3)]), ("same_array", [grid[:, 1]])]
    + [("chosen", [np.zeros(2), np.ones(3), True]), ("chosen", [np.zeros(2), np.ones(3), False])]
    + [("flags", [np.array([True, False, True]), np.array([1.0, 2.0, 3.0])])]
)
