"""Products that are part of sums where the function allows it, and sums of short rows side by side: on numbers of few bits, so that all ways agree to the bit."""

import numpy as np
from hotloop import njit


@njit(fastmath=True)
def polynomial(x, out):
    for i in range(x.shape[0]):
        out[i] = ((x[i] * 0.5 + 1.0) * x[i] - 2.0) * x[i] + 3.0
    return out


@njit(fastmath={"contract"})
def recurrence(a, b, c):
    last = 1.0
    for i in range(a.shape[0]):
        last = b[i] - last * a[i]
        c[i] = last
        if last > 50.0 or last < -50.0:
            last = 1.0
    return c


@njit(fastmath={"contract"})
def all_ways(x, y, z):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i] * y[i]
    return x[0] * y[0] + z, x[0] * y[0] - z, z - x[0] * y[0], x[0] * y[0] + x[1] * y[1], total


@njit(fastmath={"contract"})
def single(x, y):
    s = np.float32(0.0)
    for i in range(x.shape[0] - 1, -1, -1):
        s = s * y + x[i]
    return s


@njit(fastmath={"contract"})
def nested(x, rows, out):
    for j in range(out.shape[0]):
        s = 0.0
        for i in range(rows):
            s = s * 0.5 + x[j]
        out[j] = s
    return out


@njit(fastmath=True)
def nearest(points, centres, labels):
    total = 0.0
    for i in range(points.shape[0]):
        best, least = 0, 1e300
        for c in range(centres.shape[0]):
            distance = 0.0
            for d in range(points.shape[1]):
                x = points[i, d] - centres[c, d]
                distance += x * x
            if distance < least:
                least = distance
                best = c
        labels[i] = best
        total += least
    return total


@njit(fastmath=True)
def row_sums(matrix, out):
    for i in range(matrix.shape[0]):
        s = 0.0
        for j in range(matrix.shape[1]):
            s += matrix[i, j]
        out[i] = s
    return out


@njit(fastmath=True)
def products_of_rows(matrix, x, count, out):
    for i in range(matrix.shape[0]):
        s = 0.0
        for j in range(count):
            s += matrix[i, j] * x[j]
        out[i] = s
    return out


@njit(fastmath=True)
def three_at_a_time(points, x, out):
    for i in range(points.shape[0]):
        s = 0.0
        for j in range(3):
            s += points[i, j] * x[j]
        out[i] = s
    return out


@njit(fastmath=True)
def fed_by_itself(matrix, right, x):
    for i in range(matrix.shape[0]):
        s = right[i]
        for j in range(i):
            s -= matrix[i, j] * x[j]
        x[i] = s / matrix[i, i]
    return x


@njit
def integers_fed_by_themselves(x):
    for i in range(1, x.shape[0]):
        total = 1
        for j in range(i):
            total += x[j] * 3
        x[i] = total % 32
    return x


random = np.random.default_rng(54)
COUNTS = (0, 1, 2, 3, 4, 5, 8, 11, 12, 13, 40)


def whole(*shape):
    return random.integers(-9, 9, shape).astype(float)


def triangle(n):
    """With one number below the diagonal in every row, and one of two on it, so that nothing has to be rounded."""
    matrix = np.eye(n) * 2
    for i in range(1, n):
        matrix[i, random.integers(0, i)] = 4
    return matrix


CASES = (
    [("polynomial", [whole(n), np.zeros(n)]) for n in (0, 1, 9, 40)]
    + [("recurrence", [whole(n), whole(n), np.zeros(n)]) for n in (0, 1, 9, 40)]
    + [("all_ways", [whole(n), whole(n), 2.5]) for n in (2, 9, 40)]
    + [("single", [whole(6).astype(np.float32), np.float32(3.0)])]
    + [("nested", [whole(n), rows, np.zeros(n)]) for n in (1, 9, 40) for rows in (0, 1, 20)]
    + [("nearest", [whole(n, d), whole(k, d), np.zeros(n, np.int64)]) for n in (1, 5) for k in (1, 4, 7, 8) for d in COUNTS]
    + [("row_sums", [whole(n, d), np.zeros(n)]) for n in (0, 3, 4, 8, 13) for d in COUNTS]
    + [("products_of_rows", [whole(9, 14), whole(14), d, np.zeros(9)]) for d in (0, 3, 12, 13, 14, 15)]
    + [("fed_by_itself", [triangle(n), whole(n), np.zeros(n)]) for n in (0, 1, 7, 8, 9, 20, 70)]
    + [("integers_fed_by_themselves", [random.integers(0, 9, n).astype(dtype)]) for n in (1, 8, 9, 40, 70, 150) for dtype in (np.int64, np.int32)]
    + [("three_at_a_time", [whole(n, d), whole(3), np.zeros(n)]) for n in (1, 4, 9) for d in (2, 3, 4)]
)
