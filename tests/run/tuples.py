"""Tuples: concatenation, repetition, slices, comparisons item by item, membership, and what takes their items."""

import numpy as np
from hotloop import njit


@njit
def joined(x, y):
    return x + (1,) + y


@njit
def repeated(a, b):
    return (a, b) * 3, 2 * (a,), (a, b) * 0


@njit
def slices(a, b, c, d):
    t = (a, b, c, d)
    return t[1:], t[:-1], t[::-1], t[1:3], t[::2], t[5:], t[-3:-1], t[3:0:-2], t[None:2]


@njit
def new_shape(x):
    out = np.zeros(x.shape[:-1] + (2,))
    return out.shape, out.shape[::-1]


@njit
def ordered(x, y):
    return x < y, x <= y, x > y, x >= y, x == y, x != y


@njit
def member(x, y):
    return x in (1, 2.5, y), x not in (y, 7), (x, y) in ((1, 2), (x, x)), x in ()


@njit
def of_items(a, b, c):
    t = (a, b, c)
    return sum(t), sum(t, 10), any(t), all(t), min(t), max(t), len(t), t.count(a), any(()), all(())


@njit
def dynamic(a, b, c, i):
    t = (a, b, c)
    total = 0
    for k in range(len(t)):
        total = total * 10 + t[k]
    return total, t[i]


@njit
def nested(a, b):
    t = ((a, b), (b, (a, 1.5)))
    (p, q), (r, (s, u)) = t
    return p - q + r * s + u, t[1][1][0], t[0] < t[1][::-1][1:] + (2,)


@njit
def with_star(a, b, c, d):
    first, *middle, last = a, b, c, d
    *start, final = (a, b)
    head, *empty = (a,)
    return first, middle[0] + middle[1], last, start[0], final, head, len(empty)


@njit
def array_items(x):
    a, b, c = x
    return a * 100 + b * 10 + c


@njit
def row_items(m):
    top, bottom = m
    total = 0.0
    for i in range(len(top)):
        total = total * 2.0 + top[i] - bottom[i]
    return total


@njit
def tuple_of(x):
    t = tuple((x, 2))
    return t, tuple()


@njit
def arrays_in_tuple(n):
    t = (np.zeros(n), np.ones(n), n)
    u = t + (np.full(n, 2.0),)
    a, *rest = u
    a[0] = 5.0
    return u[0][0] + rest[0][0] + rest[2][0], u[::3]


@njit
def words(n):
    pair = ("a", n)
    return pair == ("a", 2), "b" in ("a", "b"), pair < ("b", 0), pair.count("a"), (n, pair) == (n, n)


A = np.arange(3.0)
M = np.arange(6.0).reshape(2, 3)

CASES = [
    ("joined", ((2, 3), (4.5,))),
    ("joined", ((), ())),
    ("repeated", (1, 2.5)),
    ("slices", (1, 2.5, 3, True)),
    ("new_shape", (M,)),
    ("ordered", ((1, 2, 3), (1, 2, 4))),
    ("ordered", ((1, 2, 3), (1, 2))),
    ("ordered", ((1, 2.0), (1, 2, 3))),
    ("ordered", ((1, (2, 3)), (1, (2, 3)))),
    ("ordered", ((1, float("nan")), (1, 2.0))),
    ("ordered", ((), ())),
    ("member", (1, 2)),
    ("member", (2.5, 2.5)),
    ("member", (7, 1)),
    ("of_items", (1, 0, 2)),
    ("of_items", (0.0, 0, -0.0)),
    ("dynamic", (1, 2, 3, 2)),
    ("dynamic", (1, 2, 3, -3)),
    ("dynamic", (1, 2, 3, 3)),
    ("nested", (2, 3)),
    ("with_star", (1, 2.5, 3, 4)),
    ("array_items", (A,)),
    ("array_items", (np.arange(4),)),
    ("array_items", (np.arange(2),)),
    ("row_items", (M,)),
    ("row_items", (M.T,)),
    ("words", (2,)),
    ("words", (3,)),
    ("tuple_of", (1.5,)),
    ("arrays_in_tuple", (3,)),
]
