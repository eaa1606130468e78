"""Comprehensions whose condition never holds: empty lists of what they would hold."""

from hotloop import njit


@njit
def constant(n):
    return [i for i in range(n) if False]


@njit
def of_floats(n):
    v = [i * 0.5 for i in range(n) if n is None]
    v.append(n)
    return v


@njit
def nested(n):
    return [[j + 0.5 for j in range(i) if 0] for i in range(n)]


@njit
def of_two(n):
    return [(i, str(j)) for i in range(n) if i > 0 for j in range(i) if not True]


@njit
def behind_none(x):
    return [x + 1 for _ in range(3) if x is not None], 1


@njit
def effects(n):
    v = [0]
    w = [v.append(i) for i in range(n) if False]
    return v, [v.pop() for i in range(n) if False], len(w)


@njit
def summed(n):
    return sum([i for i in range(n) if False]), sum(i for i in range(n) if False), max([i for i in range(n) if False] + [n])


CASES = [
    ("constant", [3]),
    ("of_floats", [3]),
    ("nested", [3]),
    ("of_two", [3]),
    ("behind_none", [3]),
    ("effects", [3]),
    ("summed", [3]),
]
