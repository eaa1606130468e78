"""Short loops that do several iterations a turn: all trip counts, errors in the middle of a turn, what is used behind the loop, loops that do not count."""

import numpy as np
from hotloop import njit


@njit
def histogram(data, counts):
    for i in range(data.shape[0]):
        counts[data[i]] += 1
    return i


@njit
def weighted(bins, weights, sums):
    for i in range(bins.shape[0]):
        sums[bins[i]] += weights[i]


@njit
def backwards(data, counts):
    last = -1
    for i in range(data.shape[0] - 1, -1, -1):
        last = data[i]
        counts[last] = counts[last] + i
    return last


@njit
def counted_until(data, stop, counts):
    """Left in the middle; the counter and the last value are used behind."""
    value = 0
    i = 0
    for i in range(data.shape[0]):
        value = data[i]
        if value == stop:
            break
        counts[value] += 1
    return i, value


@njit
def quotients(a, b, out):
    """Raises where a divisor is zero: what was stored before stays."""
    for i in range(a.shape[0]):
        out[b[i]] = a[i] // b[i]


@njit
def caught(data, counts):
    """The error of an iteration in the middle of a turn is caught."""
    done = 0
    try:
        for i in range(data.shape[0]):
            counts[data[i]] += 1
            done += 1
    except IndexError:
        done += 1000
    return done


@njit
def released(data):
    """The counts are released when the loop raises, and returned when it does not."""
    counts = np.zeros(8, np.int64)
    for i in range(data.shape[0]):
        counts[data[i]] += 1
    return counts


@njit
def steps_to_one(n, most):
    steps = 0
    while n != 1 and steps < most:
        n >>= 1
        steps += 1
    return n, steps


@njit
def insert(x):
    for i in range(1, x.shape[0]):
        value = x[i]
        j = i
        while j > 0 and x[j - 1] > value:
            x[j] = x[j - 1]
            j -= 1
        x[j] = value


@njit
def found(x, value):
    """An index that may leave the array ends the search with an error."""
    i = 0
    while x[i] != value:
        i += 1
    return i


@njit
def subsequence(a, b, row):
    for j in range(row.shape[0]):
        row[j] = 0
    for i in range(a.shape[0]):
        diagonal = 0
        for j in range(b.shape[0]):
            above = row[j + 1]
            if a[i] == b[j]:
                row[j + 1] = diagonal + 1
            else:
                row[j + 1] = max(above, row[j])
            diagonal = above
    return row[b.shape[0]]


@njit
def of_small(a, b, c, places):
    """Small integers are widened as they are loaded; they are used as they are, too."""
    total = 0
    for i in range(a.shape[0]):
        places[a[i]] = a[i]
        places[b[i]] += b[i]
        places[c[i] & 7] += c[i] // 2
        if a[i] == 3:
            total += b[i] + c[i]
    return total


def integers(count, limit):
    return np.array([(7 * i * i + 3 * i) % limit for i in range(count)], np.int32)


CASES = (
    [("histogram", [integers(n, 5), np.zeros(5, np.int64)]) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 23)]
    + [("histogram", [integers(n, 9) - 4, np.zeros(5, np.int64)]) for n in (7, 8, 30)]
    + [("histogram", [np.array([1, 0, 2, 1, 9, 3, 1]), np.zeros(5, np.int64)])]
    + [("histogram", [np.array([1, 0, 2, 1, 3, 3, -6]), np.zeros(5, np.int64)])]
    + [("weighted", [integers(n, 6), np.arange(float(n)), np.zeros(6)]) for n in (0, 3, 4, 19)]
    + [("weighted", [integers(9, 6), np.arange(7.0), np.zeros(6)])]
    + [("backwards", [integers(n, 6), np.zeros(6, np.int64)]) for n in (0, 1, 4, 5, 6, 7, 18)]
    + [("backwards", [np.array([0, 7, 1, 1, 2, 3, 0]), np.zeros(6, np.int64)])]
    + [("counted_until", [integers(n, 7), stop, np.zeros(7, np.int64)]) for n in (1, 5, 11) for stop in (3, 5, 100)]
    + [("quotients", [np.arange(9), np.array([1, 2, 3, 1, 2, zero, 1, 2, 3]), np.zeros(4, np.int64)]) for zero in (0, 3)]
    + [("caught", [np.array([0, 1, 2, 1, last, 2]), np.zeros(3, np.int64)]) for last in (2, -1, 3, -4)]
    + [("released", [np.array([0, 1, 2, 7, last, 2])]) for last in (2, -1, 8, -9)]
    + [("steps_to_one", [n, most]) for n in (1, 2, 1000, 65536) for most in (0, 1, 3, 4, 5, 100)]
    + [("insert", [np.array([5.0, 2.0, 9.0, 1.0, 1.0, 0.5, 7.0, 3.0, -1.0, 4.0])[:n].copy()]) for n in (0, 1, 2, 5, 9, 10)]
    + [("found", [np.array([5, 2, 9, 1, 4, 8, 7]), value]) for value in (5, 2, 9, 1, 4, 8, 7, 0)]
    + [("subsequence", [integers(n, 4).astype(np.uint8), integers(m, 5).astype(np.uint8), np.zeros(m + 1, np.int64)])
       for n, m in ((1, 1), (4, 9), (13, 17), (17, 40), (3, 2))]
    + [("subsequence", [integers(5, 4).astype(np.uint8), integers(9, 5).astype(np.uint8), np.zeros(n, np.int64)]) for n in (1, 4, 6, 9)]
    + [("of_small", [integers(n, 8).astype(np.int8) - 4, integers(n, 8).astype(np.uint16), integers(n, 99), np.zeros(9, np.int64)]) for n in (0, 3, 8, 21)]
)
