"""Rows of every length from none to many vectors, for elements of every size: how loops in vectors begin and end, and what is used behind them."""

import numpy as np
from hotloop import njit


@njit
def smoothed(a, out, offset):
    for n in range(out.shape[0]):
        for j in range(n):
            out[n, j] = (a[j + offset] + a[j + offset + 1]) // 2


@njit
def scaled(a, out, offset):
    for n in range(out.shape[0]):
        for j in range(n):
            out[n, j] = a[j + offset] * 0.5 - a[j]


@njit
def widened(a, out, offset):
    for n in range(out.shape[0]):
        for j in range(n):
            out[n, j] = a[j + offset] * 3 + n


@njit
def ratios(a, b, out):
    for n in range(out.shape[0]):
        for j in range(n):
            out[n, j] = a[j] / b[n + j]


@njit
def totals(a, out):
    for n in range(a.shape[0]):
        total = 7
        for j in range(n):
            total += a[j]
        out[n] = total


@njit
def extremes(a, out):
    for n in range(a.shape[0]):
        least = a[0]
        for j in range(n):
            if a[j] < least:
                least = a[j]
        out[n] = least


@njit
def last_index(a, out):
    found = 0
    for n in range(out.shape[0]):
        j = -1
        for j in range(n):
            out[n, j] = a[j]
        found += j * n
    return found


@njit
def last_element(a, out):
    found = a[0]
    for n in range(out.shape[0]):
        x = a[0]
        for j in range(n):
            x = a[j] + 1
            out[n, j] = x
        found += x
    return found


@njit
def two_ends(a, out, start):
    seen = 0
    for n in range(out.shape[0]):
        total = start
        j = start
        while j < n:
            total ^= a[j]
            j += 1
        seen += total + j
        out[n, 0] = total
    return seen


@njit
def behind_each_other(a, out):
    for n in range(out.shape[0]):
        total = 0
        for j in range(n):
            out[n, j] = a[j]
        for j in range(n):
            total += out[n, j]
        for j in range(n):
            out[n, j] = total + j


@njit
def allocated(a, n):
    kept = np.zeros(n, np.int64)
    for j in range(n):
        kept[j] = a[j] * 2
    return kept[n // 2] + kept[n - 1]


def numbers(n, dtype, factor=37):
    return ((np.arange(n) * factor) % 101 + 1).astype(dtype)


CASES = []
for dtype in ["u1", "i2", "i4", "i8"]:
    for offset in [0, 3]:
        CASES.append(("smoothed", [numbers(220, dtype), np.zeros((201, 201), dtype), offset]))
    CASES.append(("widened", [numbers(220, dtype), np.zeros((201, 201), "i8"), 1]))
    CASES.append(("totals", [numbers(201, dtype), np.zeros(201, "i8")]))
    CASES.append(("last_index", [numbers(201, dtype), np.zeros((201, 201), dtype)]))
    CASES.append(("two_ends", [numbers(201, dtype), np.zeros((201, 1), "i8"), 5]))
    CASES.append(("behind_each_other", [numbers(201, dtype), np.zeros((90, 90), "i8")]))
for dtype in ["f4", "f8"]:
    for offset in [0, 1, 3]:
        CASES.append(("scaled", [numbers(220, dtype), np.zeros((201, 201), dtype), offset]))
    CASES.append(("ratios", [numbers(201, dtype), numbers(402, dtype, 11), np.zeros((201, 201), dtype)]))
    zeros = numbers(402, dtype, 11)
    zeros[150] = 0
    CASES.append(("ratios", [numbers(201, dtype), zeros, np.zeros((201, 201), dtype)]))
    CASES.append(("extremes", [numbers(201, dtype), np.zeros(201, dtype)]))
    CASES.append(("extremes", [np.where(numbers(201, "i8") % 2 == 0, 0.0, -0.0).astype(dtype), np.zeros(201, dtype)]))
    CASES.append(("last_element", [numbers(201, dtype), np.zeros((201, 201), dtype)]))
for n in [1, 2, 7, 8, 9, 31, 64, 65, 200]:
    CASES.append(("allocated", [numbers(200, "i8"), n]))
