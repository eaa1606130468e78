"""Loops with small branches, with what one iteration stores and the next one loads, and with chains of minima and sums."""

import numpy as np
from hotloop import njit


@njit
def distance(a, b, row):
    for j in range(b.shape[0] + 1):
        row[j] = j
    for i in range(a.shape[0]):
        diagonal = row[0]
        row[0] = i + 1
        for j in range(b.shape[0]):
            up = row[j + 1]
            best = diagonal
            if a[i] != b[j]:
                best += 1
            if up + 1 < best:
                best = up + 1
            if row[j] + 1 < best:
                best = row[j] + 1
            row[j + 1] = best
            diagonal = up
    return row[b.shape[0]]


@njit
def running(x, start, stop):
    for i in range(start, stop):
        x[i] = x[i] + x[i - 1]


@njit
def backwards(x, start):
    for i in range(start, -1, -1):
        x[i] = x[i] + x[i + 1]


@njit
def into_one(x, out, at):
    for i in range(x.shape[0]):
        out[at] += x[i]


@njit
def between(x, y, stop):
    for i in range(1, stop):
        x[i] = x[i - 1] + 1
        y[i] = x[i] * 2


@njit
def fibonacci(x):
    for i in range(2, x.shape[0]):
        x[i] = x[i - 1] + x[i - 2]


@njit
def column(x, j):
    for i in range(x.shape[0] - 1):
        x[i + 1, j] += x[i, j]


@njit
def counts(x, low, high):
    inside = 0
    below = 0
    total = x[0] - x[0]
    for i in range(x.shape[0]):
        if x[i] >= low and x[i] < high:
            inside += 1
        elif x[i] < low:
            below += 1
        if x[i] > 0:
            total += x[i]
    return inside, below, total


@njit
def both_store(x, t, out):
    for i in range(x.shape[0]):
        if x[i] > t:
            out[i] = 1
        else:
            out[i] = x[i]


@njit
def clipped(x, low, high, out):
    for i in range(x.shape[0]):
        v = x[i]
        if v < low:
            v = low
        if v > high:
            v = high
        out[i] = v


@njit
def guarded(x, y, out):
    for i in range(x.shape[0]):
        r = 0
        if y[i] != 0:
            r = x[i] // y[i]
        if r < 0 or r > 5:
            r = -r
        out[i] = r


@njit
def cheapest(x, step):
    best = x[0]
    for i in range(1, x.shape[0]):
        best = min(best + step, x[i], 100 - x[i])
    return best


@njit
def dearest(x, step):
    best = x[0]
    for i in range(1, x.shape[0]):
        best = max(best + step, x[i])
    return best


@njit
def several(x):
    s = 0
    b = -1
    for i in range(x.shape[0]):
        s = s + x[i] + i + (x[i] ^ i)
        b = b & x[i] & (i | 7)
    return s, b


@njit
def xorshift(n, seed):
    s = np.uint64(seed)
    hits = 0
    for i in range(n):
        s ^= s >> np.uint64(12)
        s ^= s << np.uint64(25)
        s ^= s >> np.uint64(27)
        x = (s >> np.uint64(11)) * (1.0 / 9007199254740992.0)
        if x * 2.0 < 1.0:
            hits += 1
    return hits, float(s)


def whole(n, dtype="i8"):
    return (np.arange(n) * 7 % 23 - 9).astype(dtype)


TEXTS = [np.frombuffer(text, np.uint8) for text in [b"", b"a", b"kitten", b"sitting", b"saturday" * 5, b"sunday" * 7]]
CASES = [("distance", [a, b, np.zeros(b.shape[0] + 1, np.int64)]) for a in TEXTS for b in TEXTS]
# A row that is too short: what was stored before the error stays.
CASES += [("distance", [TEXTS[2], TEXTS[3], np.zeros(n, np.int64)]) for n in range(8)]
for dtype in ["i8", "f8", "f4", "u1"]:
    for n in [0, 1, 2, 3, 9, 40]:
        x = whole(n, dtype)
        CASES.append(("fibonacci", [x]))
        CASES.append(("into_one", [x, np.zeros(3, dtype), 1]))
        CASES.append(("into_one", [x, np.zeros(3, dtype), -1]))
        CASES.append(("into_one", [x, np.zeros(3, dtype), 3]))
        for start, stop in [(0, n), (1, n), (1, n + 1), (-2, n), (n, n + 2), (5, 3)]:
            CASES.append(("running", [x, start, stop]))
        CASES.append(("backwards", [x, n - 2]))
        CASES.append(("backwards", [x, n]))
        CASES.append(("between", [x, whole(n + 2, dtype), n]))
        CASES.append(("between", [x, whole(n // 2, dtype), n]))
        CASES.append(("both_store", [x, 3, whole(n, dtype)]))
        CASES.append(("both_store", [x, 3, whole(n // 2, dtype)]))
        CASES.append(("clipped", [x, whole(1, dtype)[0], x.dtype.type(5), np.zeros(n, dtype)]))
        if n:
            CASES.append(("counts", [x, -2, 6]))
        if dtype == "i8":
            CASES.append(("guarded", [x, whole(n)[::-1] // 5, np.zeros(n, np.int64)]))
            CASES.append(("several", [x]))
            if n:
                CASES.append(("cheapest", [x, 1]))
                CASES.append(("dearest", [x, -2]))
                CASES.append(("dearest", [x, 2**63 - 9]))
CASES += [("column", [whole(35, "f8").reshape(7, 5), j]) for j in [0, 4, -1, 5]]
CASES += [("column", [np.asfortranarray(whole(35, "f8").reshape(7, 5)), 2]), ("column", [whole(35, "f8").reshape(7, 5)[::-2], 2])]
CASES += [("xorshift", [n, 88172645463325252]) for n in [0, 1, 50]]
