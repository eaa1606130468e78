"""Rows of every length from none to many vectors, for elements of every size: how loops in vectors begin and end, and what is used behind them."""

import numpy as np
from hotloop import njit


@njit
def smoothed(a, out, offset):
    for n in range(out.shape[0]):
        for j in range(n):
            out[n, j] = (a[j + offset] + a[j + offset + 1]) // 2


@njit
def scaled(a, out, offset, lengths):
    for i in range(lengths.shape[0]):
        for j in range(lengths[i]):
            out[i, j] = a[j + offset] * 0.5 - a[j]


@njit
def widened(a, out, offset, lengths):
    for i in range(lengths.shape[0]):
        n = lengths[i]
        for j in range(n):
            out[i, j] = a[j + offset] * 3 + n


@njit
def ratios(a, b, out, lengths):
    for i in range(lengths.shape[0]):
        n = lengths[i]
        for j in range(n):
            out[i, j] = a[j] / b[n + j]


@njit
def totals(a, out, lengths):
    for i in range(lengths.shape[0]):
        total = 7
        for j in range(lengths[i]):
            total += a[j]
        out[i] = total


@njit
def extremes(a, out, lengths):
    for i in range(lengths.shape[0]):
        least = a[0]
        for j in range(lengths[i]):
            if a[j] < least:
                least = a[j]
        out[i] = least


@njit
def last_index(a, out, lengths):
    found = 0
    for i in range(lengths.shape[0]):
        n = lengths[i]
        j = -1
        for j in range(n):
            out[i, j] = a[j]
        found += j * n
    return found


@njit
def last_element(a, out, lengths):
    found = a[0]
    for i in range(lengths.shape[0]):
        x = a[0]
        for j in range(lengths[i]):
            x = a[j] + 1
            out[i, j] = x
        found += x
    return found


@njit
def two_ends(a, out, start, lengths):
    seen = 0
    for i in range(lengths.shape[0]):
        total = start
        j = start
        while j < lengths[i]:
            total ^= a[j]
            j += 1
        seen += total + j
        out[i] = total
    return seen


@njit
def behind_each_other(a, out, lengths):
    for i in range(lengths.shape[0]):
        n = lengths[i]
        total = 0
        for j in range(n):
            out[i, j] = a[j]
        for j in range(n):
            total += out[i, j]
        for j in range(n):
            out[i, j] = total + j


@njit
def allocated(a, n):
    kept = np.zeros(n, np.int64)
    for j in range(n):
        kept[j] = a[j] * 2
    return kept[n // 2] + kept[n - 1]


def numbers(n, dtype, factor=37):
    return ((np.arange(n) * factor) % 101 + 1).astype(dtype)


# Around the ends of vectors of all sizes, and of the turns of main loops.
ENDS = np.array([*range(20), 31, 32, 33, 47, 63, 64, 65, 127, 128, 129, 199])
# Around those of elements of eight bytes alone.
FEW = np.array([0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65])


def rows(dtype, lengths=ENDS):
    return np.zeros((len(lengths), 200), dtype)


CASES = []
for dtype in ["u1", "i2", "i4", "i8"]:
    CASES.append(("smoothed", [numbers(202, dtype), np.zeros((201, 200), dtype), 0]))
    CASES.append(("smoothed", [numbers(100, dtype), np.zeros((68, 70), dtype), 3]))
    CASES.append(("widened", [numbers(220, dtype), rows("i8"), 1, ENDS]))
    CASES.append(("totals", [numbers(201, dtype), np.zeros(len(ENDS), "i8"), ENDS]))
    CASES.append(("last_index", [numbers(201, dtype), rows(dtype), ENDS]))
    CASES.append(("two_ends", [numbers(201, dtype), np.zeros(len(ENDS), "i8"), 5, ENDS]))
    CASES.append(("behind_each_other", [numbers(201, dtype), rows("i8", FEW), FEW]))
for dtype in ["f4", "f8"]:
    for offset in [0, 1, 3]:
        CASES.append(("scaled", [numbers(220, dtype), rows(dtype), offset, ENDS]))
    CASES.append(("ratios", [numbers(201, dtype), numbers(402, dtype, 11), rows(dtype, FEW), FEW]))
    zeros = numbers(402, dtype, 11)
    zeros[70] = 0
    CASES.append(("ratios", [numbers(201, dtype), zeros, rows(dtype, FEW), FEW]))
    CASES.append(("extremes", [numbers(201, dtype), np.zeros(len(ENDS), dtype), ENDS]))
    of_both_signs = np.where(numbers(201, "i8") % 2 == 0, 0.0, -0.0).astype(dtype)
    CASES.append(("extremes", [of_both_signs, np.zeros(len(FEW), dtype), FEW]))
    CASES.append(("last_element", [numbers(201, dtype), rows(dtype), ENDS]))
# What all rows were asked about at once does not hold for the last ones: these run one by one, up to the first index that is wrong.
CASES.append(("widened", [numbers(150, "u1"), rows("i8"), 0, ENDS]))
CASES.append(("widened", [numbers(220, "u1"), rows("i8")[:-2], 0, ENDS]))
CASES.append(("scaled", [numbers(220, "f8"), rows("f8")[:, :100], 0, ENDS]))
CASES.append(("scaled", [numbers(440, "f8")[::2], rows("f8"), 0, ENDS]))
CASES.append(("smoothed", [numbers(60, "i4"), np.zeros((70, 64), "i4"), 3]))
for n in [1, 2, 7, 8, 9, 31, 64, 65, 200]:
    CASES.append(("allocated", [numbers(200, "i8"), n]))
