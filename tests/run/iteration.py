"""What `for` runs over: arrays, rows, tuples, `enumerate`, `zip`, `reversed`, ranges as values, loops that are written out."""

import numpy as np
from hotloop import literal_unroll, njit


@njit
def elements(x):
    total = 0.0
    for value in x:
        total = total * 0.5 + value
    return total


@njit
def rows(x):
    total = 0.0
    for row in x:
        for value in row:
            total = total * 0.5 + value
        row[0] = total
    return total


@njit
def own_rows(n):
    x = np.zeros((n, n))
    for i, row in enumerate(x):
        for j, _ in enumerate(row, 1):
            row[j - 1] = i * 10 + j
    total = 0.0
    kept = x[0]
    for row in reversed(x):
        total = total * 3.0 + row[0] - row[n - 1]
        if row[0] < 21.0:
            kept = row
    return total, kept


@njit
def chained_index(x, i, j):
    return x[i][j] + x[-1][j]


@njit
def columns(x):
    total = 0
    for plane in x:
        for i, row in enumerate(plane):
            for j, value in enumerate(row):
                total = total * 7 + value * (i + 1) - j
    return total


@njit
def zipped(x, y):
    total = 0.0
    count = 0
    for i, (a, b) in enumerate(zip(x, y), 5):
        total += a * b * i
        count += 1
    return total, count


@njit
def zipped_three(x, n):
    total = 0.0
    for i, value, k in zip(range(n), x, range(10, -10, -3)):
        total = total * 2.0 + i + value * k
    return total


@njit
def backwards(x):
    total = 0.0
    last = -1
    for i, value in enumerate(reversed(x)):
        total = total * 0.25 + value
        last = i
    for i in reversed(range(3, 20, 4)):
        last = last * 10 + i
    return total, last


@njit
def over_tuple(a, b, c):
    total = 0
    for value in (a, b, c):
        if value == 3:
            continue
        if value > 100:
            break
        total = total * 10 + value
    else:
        total = -total
    return total


@njit
def mixed(a, b):
    total = 0.0
    last = 0
    for i, value in enumerate((a, b, 7, 2.5)):
        if value < 0:
            continue
        if value > 50:
            last = i
            break
        total += value / 2
    else:
        last = -1
    return total, last


@njit
def mixed_kinds(x, n):
    count = 0
    for part in (x, n, (1, 2.0)):
        other = part
        count += 1
    return count, other


@njit
def nested_unrolled(x):
    total = 0.0
    for a in (1, 0.5):
        for b in (x, 2):
            if a * b > 3:
                break
            for i in range(3):
                if i == 1:
                    continue
                total = total * 2 + a * b + i
        else:
            total += 100
    return total


@njit
def unrolled(n):
    total = 0
    for i in literal_unroll(range(4)):
        total = total * n + i
    for i in literal_unroll((1, 2, 3)):
        if i == n:
            break
        total += i
    return total


@njit
def empty(x):
    total = x
    for value in ():
        total += value
    else:
        total += 1
    for value in zip():
        total += 5
    return total


@njit
def range_values(n):
    r = range(2, n, 3)
    total = len(r)
    for i in r:
        total = total * 10 + i
    if n > 8:
        total += r[1] - r[-1] + r.start + r.stop * r.step
    return total


@njit
def range_index(n, i):
    return range(0, n, 2)[i]


@njit
def zero_step(n):
    total = 0
    r = range(0, 10, n)
    for i in r:
        total += i
    return total


@njit
def targets(x):
    places = np.zeros(2)
    for places[0], places[1] in zip(x, x):
        pass
    return places


@njit
def keeps_what_it_began(x, y):
    total = 0.0
    for value in x:
        x = y
        total += value + x[0]
    return total


@njit
def tuples_of_arrays(x, y):
    total = 0.0
    for array in (x, y):
        for value in array:
            total = total * 0.5 + value
        array[0] = -1.0
    return total


@njit
def search(x, wanted):
    for i, value in enumerate(x):
        if value == wanted:
            found = i
            break
    else:
        return -1
    return found


@njit
def last_of(x):
    for value in x:
        pass
    return value


A = np.arange(12.0)
M = np.arange(12.0).reshape(3, 4)
T = np.arange(24, dtype=np.int64).reshape(2, 3, 4)

CASES = [
    ("elements", (A,)),
    ("elements", (A[::-3],)),
    ("elements", (A[:0],)),
    ("elements", (A.astype(np.float32),)),
    ("rows", (M.copy(),)),
    ("rows", (np.asfortranarray(M),)),
    ("rows", (M.T,)),
    ("rows", (M[::2, ::-1],)),
    ("own_rows", (3,)),
    ("own_rows", (5,)),
    ("chained_index", (M, 1, 2)),
    ("chained_index", (M, 3, 0)),
    ("chained_index", (M, -3, -4)),
    ("chained_index", (M, 0, 4)),
    ("columns", (T,)),
    ("columns", (T.T,)),
    ("zipped", (A, A[:5])),
    ("zipped", (A[:3], A)),
    ("zipped", (A[:0], A)),
    ("zipped_three", (A, 5)),
    ("zipped_three", (A, 50)),
    ("zipped_three", (A, -2)),
    ("backwards", (A,)),
    ("backwards", (A[:0],)),
    ("over_tuple", (1, 3, 2)),
    ("over_tuple", (1, 101, 2)),
    ("mixed", (1, 2.5)),
    ("mixed", (1.5, 70)),
    ("mixed", (-1, 2.0)),
    ("mixed_kinds", (A, 3)),
    ("nested_unrolled", (1.5,)),
    ("nested_unrolled", (20,)),
    ("unrolled", (2,)),
    ("unrolled", (9,)),
    ("empty", (3,)),
    ("range_values", (12,)),
    ("range_values", (2,)),
    ("range_index", (10, 4)),
    ("range_index", (10, -5)),
    ("range_index", (10, 5)),
    ("range_index", (0, 0)),
    ("zero_step", (0,)),
    ("zero_step", (4,)),
    ("zero_step", (-4,)),
    ("targets", (A,)),
    ("keeps_what_it_began", (A, A[::-1])),
    ("tuples_of_arrays", (A, A[::-1].copy())),
    ("search", (A, 7.0)),
    ("search", (A, 99.0)),
    ("last_of", (A,)),
    ("last_of", (A[:0],)),
]
