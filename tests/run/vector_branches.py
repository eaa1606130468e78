"""Loops with branches that run in vectors: stores, loads, checks and counts under conditions; all lengths around the sizes of vectors."""

import numpy as np
from hotloop import njit


@njit
def threshold(image, level, out):
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            if image[i, j] > level:
                out[i, j] = 255
            else:
                out[i, j] = 0


@njit
def shortened(lengths, k, i):
    first = lengths[i, k]
    for j in range(lengths.shape[0]):
        way = first + lengths[k, j]
        if way < lengths[i, j]:
            lengths[i, j] = way


@njit
def some(x, flags, out):
    for i in range(x.shape[0]):
        if flags[i]:
            out[i] = x[i] * 2 + 1


@njit
def chain(x, out):
    for i in range(x.shape[0]):
        v = x[i]
        if v < -8:
            out[i] = 1
        elif v < 0:
            out[i] = 2
        elif v < 8:
            out[i] = 3
        else:
            out[i] = 4


@njit
def chain_of_several(x, y, out):
    for i in range(x.shape[0]):
        v = x[i]
        if v < 0:
            y[i] = -v
            if v < -8:
                out[i] = v
        elif v > 9:
            out[i] = y[i]


@njit
def both(x, y, out):
    for i in range(x.shape[0]):
        if x[i] > 0 and y[i] > 3:
            out[i] = x[i] - y[i]
        else:
            out[i] = y[i]


@njit
def either(x, y, out):
    for i in range(x.shape[0]):
        if x[i] > 5 or y[i] > 3 and x[i] != y[i]:
            out[i] = y[i]


@njit
def counts(x, y):
    positive, total, least = 0, 0, 1000
    for i in range(x.shape[0]):
        if x[i] > 0:
            positive += 1
            total += y[i]
        elif x[i] < -3:
            total -= y[i]
            least = min(least, y[i])
    return positive, total, least


@njit
def total_of_some(x, flags):
    s = 0.0
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
    return s


@njit(fastmath={"reassoc"})
def total_of_whole_numbers(x, flags):
    s = 0.0
    for i in range(x.shape[0]):
        if flags[i]:
            s += x[i]
    return s


@njit
def shorter_second(x, y, out):
    """The second array may end early: where it is read matters."""
    for i in range(x.shape[0]):
        if x[i] > 0:
            out[i] = y[i]
        else:
            out[i] = 7


@njit
def shorter_target(x, out):
    for i in range(x.shape[0]):
        if x[i] < 4:
            out[i] = x[i] + 1


@njit(boundscheck=False)
def guarded(x, n, out):
    """What lies behind the guard is not there."""
    for i in range(out.shape[0]):
        if i < n:
            out[i] = x[i] + 1
        else:
            out[i] = 0


@njit
def divided(x, y, out):
    for i in range(x.shape[0]):
        if y[i] != 3:
            out[i] = x[i] / y[i]
        else:
            out[i] = x[i] / 7.0


@njit
def behind(x):
    """What an iteration stores, a later one reads."""
    for i in range(1, x.shape[0]):
        if x[i - 1] > 3:
            x[i] = x[i - 1] - 1


@njit
def ahead(x):
    for i in range(x.shape[0] - 1):
        if x[i + 1] > x[i]:
            x[i] = x[i + 1]


@njit
def overlapping(x, first, second):
    source, target = x[first:], x[second:]
    for i in range(min(source.shape[0], target.shape[0])):
        if source[i] % 2 == 0:
            target[i] = source[i] + 3


@njit
def stored_twice(x, out):
    for i in range(x.shape[0]):
        out[i] = x[i]
        if x[i] < 0:
            out[i] = -x[i]
        if x[i] > 5:
            out[i] = 5


@njit
def truths(x, y, out):
    for i in range(x.shape[0]):
        if y[i] > 2:
            out[i] = x[i] > y[i]


@njit
def scaled(x, factors, row, out):
    """The factor is the same in all iterations, and read where it is needed."""
    for i in range(x.shape[0]):
        if x[i] > 0:
            out[i] = x[i] * factors[row]


@njit
def wide_level(x, level, out):
    """The level may be none of the numbers that there are."""
    n = 0
    for i in range(x.shape[0]):
        if x[i] > level:
            out[i] = 1
        if x[i] == level:
            n += 1
        if level >= x[i] + 2:
            out[i] = 3
    return n


@njit
def nested(x, out):
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            if i < j:
                if x[i, j] > 0:
                    out[i, j] = x[i, j]
                else:
                    out[i, j] = -1
            else:
                out[i, j] = x[j, i]


def numbers(n, dtype, step=37):
    values = (np.arange(n) * step % 29 - 11).astype(np.int64)
    return values.astype(dtype)


LENGTHS = [0, 1, 9, 16, 33, 65, 200]
CASES = []
for n in LENGTHS:
    flags = numbers(n, "i8") % 3 == 1
    for dtype in ["f8", "f4", "i8", "i4", "i2", "u1"]:
        x, y = numbers(n, dtype), numbers(n, dtype, 23)
        CASES.append(("some", [x, flags, np.zeros(n, dtype)]))
        CASES.append(("both", [x, y, np.zeros(n, dtype)]))
        CASES.append(("either", [x, y, np.zeros(n, dtype)]))
        CASES.append(("behind", [x.copy()]))
        CASES.append(("ahead", [x.copy()]))
        CASES.append(("stored_twice", [x, np.zeros(n, dtype)]))
        CASES.append(("truths", [x, y, np.zeros(n, bool)]))
        for offsets in [(0, 0), (0, 1), (8, 0)]:
            if max(offsets) <= n and dtype != "f4":
                CASES.append(("overlapping", [x.copy(), *offsets]))
    for dtype in ["f8", "i8", "i4", "i2"]:
        x, y = numbers(n, dtype), numbers(n, dtype, 23)
        CASES.append(("chain", [x, np.zeros(n, dtype)]))
        CASES.append(("chain_of_several", [x, y, np.zeros(n, dtype)]))
        CASES.append(("scaled", [x, y, n // 2, np.zeros(n, dtype)]))
        if n:
            CASES.append(("scaled", [x, y[: n // 2], n // 2, np.zeros(n, dtype)]))
    for dtype in ["i8", "i4", "u1"]:
        CASES.append(("counts", [numbers(n, dtype), numbers(n, "i8", 23)]))
    for dtype in ["u1", "i2", "i1"]:
        for level in [-1, 5, 255, 256, 1 << 40, -(1 << 63), (1 << 63) - 1]:
            CASES.append(("wide_level", [numbers(n, dtype), level, np.zeros(n, dtype)]))
    CASES.append(("chain", [numbers(n, "u1"), np.zeros(n, "u1")]))
    CASES.append(("total_of_some", [numbers(n, "f8") / 7, flags]))
    CASES.append(("total_of_some", [-numbers(n, "f8") * 0.0, flags]))
    CASES.append(("total_of_whole_numbers", [numbers(n, "f8"), flags]))
    CASES.append(("shorter_second", [numbers(n, "f8"), numbers(n // 2, "f8"), np.zeros(n)]))
    CASES.append(("shorter_second", [-abs(numbers(n, "f8")), numbers(n // 2, "f8"), np.zeros(n)]))
    CASES.append(("shorter_second", [numbers(n, "i4"), numbers(n, "i4"), np.zeros(n, "i4")]))
    CASES.append(("shorter_target", [numbers(n, "f8"), np.zeros(n // 2)]))
    CASES.append(("shorter_target", [numbers(n, "f8") + 30, np.zeros(n // 2)]))
    CASES.append(("shorter_target", [np.concatenate([numbers(n, "i4"), np.full(9, 5, "i4")]), np.zeros(n, "i4")]))
    CASES.append(("guarded", [numbers(n, "f8"), n, np.zeros(n + 30)]))
    CASES.append(("guarded", [numbers(n, "u1"), n, np.zeros(n + 30, "u1")]))
    divisors = np.where(numbers(n, "f8", 23) == 0, 3.0, numbers(n, "f8", 23))
    CASES.append(("divided", [numbers(n, "f8"), divisors, np.zeros(n)]))
    CASES.append(("divided", [numbers(n, "f8"), np.where(np.arange(n) == n - 3, 0.0, divisors), np.zeros(n)]))
for rows, columns in [(1, 1), (3, 70), (5, 8), (2, 200)]:
    image = numbers(rows * columns, "u1").reshape(rows, columns)
    for level in [-5, 0, 100, 244, 255, 300]:
        CASES.append(("threshold", [image, level, np.zeros((rows, columns), np.uint8)]))
    CASES.append(("threshold", [image, 100, np.zeros((rows, columns), np.uint8)[:, ::-1]]))
    CASES.append(("threshold", [image, 100, np.zeros((rows, max(columns - 2, 0)), np.uint8)]))
    CASES.append(("threshold", [image, 100, np.zeros((rows - 1, columns), np.uint8)]))
for n in [1, 4, 9, 20, 40]:
    lengths = 1.0 + numbers(n * n, "f8").reshape(n, n) % 10
    for k, i in [(0, n - 1), (n // 2, 0), (n // 2, n // 2)]:
        CASES.append(("shortened", [lengths.copy(), k, i]))
    CASES.append(("nested", [numbers(n * n, "f8").reshape(n, n), np.zeros((n, n))]))
