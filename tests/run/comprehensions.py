"""List comprehensions: over everything that is iterated, nested, with conditions, with variables of their own."""

import numpy as np
from hotloop import njit


@njit
def squares(n):
    return [i * i for i in range(n)]


@njit
def chosen(n):
    return [i for i in range(n) if i % 2 == 0 if i % 3 != 0]


@njit
def pairs(n, m):
    return [(i, j * 0.5) for i in range(n) for j in range(i, m) if i != j]


@njit
def table(n):
    return [[i * j for j in range(i)] for i in range(1, n)]


@njit
def flat(n):
    rows = [[i, i + 1] for i in range(n)]
    return [x for row in rows for x in row]


@njit
def of_array(x):
    return [v * 2 for v in x], [i + v for i, v in enumerate(x)], [a * b for a, b in zip(x, reversed(x))]


@njit
def of_rows(x):
    return [row[0] + row[-1] for row in x], [[v for v in row] for row in x]


@njit
def of_tuples(a, b):
    return [x * 2 for x in (a, b)], [x for x in (1, 2.5)], [len(s) for s in ("a", "bc")]


@njit
def of_text(s):
    return [c for c in s if c != "a"], [c + "!" for c in reversed(s)]


@njit
def own_scope(x):
    i = 100
    values = [i for i in range(3)]
    return i, values, [x for x in range(x)], x


@njit
def outer_first(n):
    x = [n, n + 1]
    return [x + 1 for x in x]


@njit
def empties(n):
    rows = [[] for _ in range(n)]
    rows[0].append(2.5)
    return rows


@njit
def widened(n):
    values = [i for i in range(n)]
    values.append(0.5)
    return values


@njit
def in_expressions(n):
    first = [n, 7] + [i for i in range(n)] + [n]
    return first if n > 2 else [i * 2 for i in range(n)], len([1 for i in range(n)]) > 2 and [i for i in range(n)][2] == 2


@njit
def raising(n, d):
    texts = ["a" * i for i in range(n)]
    return [len(t) // (d - len(t)) for t in texts]


@njit
def caught(n, d):
    kept = [n]
    try:
        kept = [i // (d - i) for i in range(n)]
    except ZeroDivisionError:
        kept.append(-1)
    return kept


@njit
def texts(n):
    words = [("x" * i + "y", [i, i + 1]) for i in range(n)]
    return [word + str(len(numbers)) for word, numbers in words if len(word) > 1]


@njit
def in_loops(n):
    total = 0
    for i in range(n):
        for v in [i * j for j in range(i)]:
            total += v
        while len([k for k in range(total) if k % 7 == 6]) > 100:
            total //= 2
    return total


@njit
def targets(x):
    return [a - b for (a, b) in zip(x, reversed(x))], [c for a, (b, c) in enumerate(zip(x, range(9))) if a > b]


@njit
def lambdas(n):
    k = 10
    return [(lambda y: y * x + k)(x) for x in range(n)]


@njit
def grown_rows(n):
    rows = [[] for _ in range(n)]
    for i in range(n):
        for row in rows:
            row.append(i * 0.5)
    return rows


@njit
def spread(n):
    values = [i for i in range(n)]
    t = (n, 7)
    return [*values, *values], [*t, 1, *range(2)], (*t, n), [*(v * 2 for v in values), 0.5]


@njit
def unpacked(n):
    values = [i * i for i in range(n)]
    a, b, c = values
    d, *rest = values
    *most, e = values
    f, g, h = "xyz"
    return a, b, c, d, rest, most, e, f + g + h


@njit
def strides(n, k):
    values = [i for i in range(n)]
    part = values[::k]
    other = values[:]
    del other[::2]
    del other[::-3]
    values[::2] = [100 + i for i in range((n + 1) // 2)]
    return part, values[n:0:k - 5], other, values


@njit
def stride_mismatch(n):
    values = [i for i in range(n)]
    values[::2] = [7]
    return values


@njit
def stride_zero(k):
    values = [1, 2]
    return values[::k]


@njit
def borrowed(x, n):
    y = np.zeros(2, dtype=np.int64) if n < 0 else x
    names = ["p" * n, "q"]
    both = (names, [names[i % 2] + str(i) for i in range(n)])
    return both, [y for _ in range(2)][1][0]


CASES = [
    ("squares", [5]),
    ("squares", [0]),
    ("squares", [-2]),
    ("chosen", [20]),
    ("pairs", [3, 4]),
    ("table", [5]),
    ("flat", [3]),
    ("of_array", [np.array([1.5, 2.0, 4.0])]),
    ("of_array", [np.array([1, 2, 3], dtype=np.int64)]),
    ("of_rows", [np.arange(6.0).reshape(2, 3)]),
    ("of_tuples", [1, 2]),
    ("of_text", ["banana"]),
    ("own_scope", [4]),
    ("outer_first", [4]),
    ("empties", [2]),
    ("widened", [3]),
    ("in_expressions", [2]),
    ("in_expressions", [5]),
    ("raising", [3, 7]),
    ("raising", [5, 2]),
    ("caught", [3, 7]),
    ("caught", [5, 2]),
    ("texts", [4]),
    ("in_loops", [9]),
    ("targets", [np.array([3, 1, 4, 1, 5])]),
    ("borrowed", [np.array([3, 1, 4]), 3]),
    ("lambdas", [4]),
    ("grown_rows", [3]),
    ("spread", [3]),
    ("unpacked", [3]),
    ("unpacked", [2]),
    ("unpacked", [4]),
    ("strides", [9, 2]),
    ("strides", [6, -1]),
    ("stride_mismatch", [1]),
    ("stride_mismatch", [4]),
    ("stride_zero", [0]),
    ("stride_zero", [1]),
]
