"""Loops that carry something from one sum to the next: the least and its place, totals; the sums run side by side."""

import numpy as np
from hotloop import njit


@njit
def nearest(point, centres):
    at, least = 0, 1e300
    for c in range(centres.shape[0]):
        distance = 0.0
        for d in range(point.shape[0]):
            x = point[d] - centres[c, d]
            distance += x * x
        if distance < least:
            least = distance
            at = c
    return at, least


@njit
def steps(points, centres, labels, sums, counts):
    dimensions = points.shape[1]
    total = 0.0
    for i in range(points.shape[0]):
        at, least = 0, 1e300
        for c in range(centres.shape[0]):
            distance = 0.0
            for d in range(dimensions):
                x = points[i, d] - centres[c, d]
                distance += x * x
            if distance < least:
                least = distance
                at = c
        labels[i] = at
        counts[at] += 1
        for d in range(dimensions):
            sums[at, d] += points[i, d]
        total += least
    return total


@njit
def total_of_rows(x):
    total, last = 0.0, -1.0
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            s += x[i, j]
        total += s * last
        last = s
    return total, last


@njit
def swapped(x):
    """What is carried changes places."""
    a, b = 1.0, 2.0
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            s -= x[i, j]
        a, b = b + s, a
    return a, b


@njit
def carried_into(x):
    """The sum begins with what is carried: one behind the other."""
    s = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            s += x[i, j]
        s *= 0.5
    return s


@njit
def columns(x, out):
    largest = -1e300
    for j in range(x.shape[1]):
        s = 0.0
        for i in range(x.shape[0]):
            s += x[i, j]
        largest = max(largest, s)
        out[j] = largest
    return largest


@njit
def counted(x, limit):
    n, where = 0, -1
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            s += x[i, j]
        if s > limit:
            n += 1
            where = i
    return n, where


@njit
def too_far(x, y):
    total = 0.0
    for i in range(x.shape[0]):
        s = 0.0
        for j in range(x.shape[1]):
            s += x[i, j] * y[j]
        total = total * 0.5 + s
    return total


def grid(rows, columns):
    return (np.arange(rows * columns) * 37 % 29 - 11).reshape(rows, columns) / 7.0


CASES = []
for rows in [0, 1, 3, 4, 5, 8, 9, 17]:
    for columns_ in [0, 1, 4, 9]:
        x = grid(rows, columns_)
        CASES.append(("nearest", [np.arange(float(columns_)), x]))
        CASES.append(("total_of_rows", [x]))
        CASES.append(("swapped", [x]))
        CASES.append(("carried_into", [x]))
        CASES.append(("columns", [x, np.zeros(columns_)]))
        CASES.append(("counted", [x, 0.5]))
        CASES.append(("too_far", [x, np.ones(max(columns_ - (rows > 5), 0))]))
        CASES.append(("nearest", [np.arange(float(columns_)), np.asfortranarray(x)]))
    CASES.append(("nearest", [np.array([np.nan, 1.0]), grid(rows, 2)]))
    CASES.append(("steps", [grid(13, 3), grid(max(rows, 1), 3), np.zeros(13, np.int64), np.zeros((max(rows, 1), 3)), np.zeros(max(rows, 1), np.int64)]))
    CASES.append(("steps", [grid(13, 3), grid(max(rows, 1), 3), np.zeros(9, np.int64), np.zeros((max(rows, 1), 3)), np.zeros(max(rows, 1), np.int64)]))
