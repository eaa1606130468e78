"""`sort` and `sorted`: numbers, strings, tuples and lists, by a key, in reverse, stable."""

import numpy as np
from hotloop import njit


@njit
def kinds(x):
    ints = [5, 3, 9, 1]
    ints.sort()
    texts = ["b", "abc", "", "B", "aé", "ab"]
    texts.sort(reverse=True)
    pairs = [(2, "b"), (1, "z"), (2, "a"), (1, "")]
    pairs.sort()
    rows = [[2, 1], [2], [1, 9], []]
    rows.sort()
    return ints, texts, pairs, rows, sorted(x), sorted(x, reverse=True), sorted([True, False, True])


@njit
def nested(n):
    values = [((i * 7 % 5, str(i % 3)), [float(i % 2), 0.5]) for i in range(n)]
    return sorted(values), sorted(values, reverse=True)


@njit
def last(p):
    return p[1]


@njit
def by_key(n):
    pairs = [(i, i * 7 % 4) for i in range(n)]
    pairs.sort(key=last)
    words = ["x" * (i * 5 % 4) + str(i) for i in range(n)]
    return pairs, sorted(pairs, key=lambda p: (-p[1], p[0])), sorted(words, key=len, reverse=True), sorted(words, key=lambda w: w[-1])


@njit
def of_others(x, s):
    return sorted(s), sorted(range(5, 0, -1)), sorted(v * v for v in x), sorted((3, 1, 2)), sorted(zip(x, range(9))), sorted(x, key=abs), sorted(set_of(x), key=None)


@njit
def set_of(x):
    return [v for v in x if v > 0]


@njit
def failing_key(n, d):
    values = [i for i in range(n)]
    try:
        values.sort(key=lambda v: 10 // (v - d))
    except ZeroDivisionError:
        values.append(-1)
    return values


@njit
def positions(x):
    order = sorted(range(len(x)), key=lambda i: x[i])
    return order, [x[i] for i in order]


@njit
def aliased(n):
    values = [n - i for i in range(n)]
    other = values
    values.sort(key=lambda v: v % 3)
    return other


CASES = (
    [("kinds", [np.array([2.5, -1.0, 2.0])]), ("nested", [9]), ("nested", [0])]
    + [("by_key", [n]) for n in (0, 1, 12)]
    + [("of_others", [np.array([1.5, -2.0, 0.5]), "hello"])]
    + [("failing_key", [4, 7]), ("failing_key", [4, 2])]
    + [("positions", [np.array([3.0, 1.0, 2.0, 1.0])]), ("aliased", [7])]
)
