"""`Ellipsis` as a value: kept in variables and tuples, used as an index, compared and shown."""

import numpy as np

from hotloop import njit


@njit
def as_index(a):
    all_axes = ...
    last = (..., 0)
    b = a[all_axes] * 2
    first = a[0, all_axes]
    return b, first, a[last], a[all_axes, 1], a[(Ellipsis, slice(0, 1))]


@njit
def written(a):
    rest = Ellipsis
    a[rest] = 1.5
    a[rest, 0] = 2.5
    a[(1, rest)] += 1.0
    return a


@njit
def part(a, where):
    return a[where].sum()


@njit
def passed_on(a):
    return part(a, ...) + part(a, (..., 0)) + part(a, (0, ...))


@njit
def compared(n):
    rest = ...
    other = n if n > 2 else None
    return rest is ..., rest is Ellipsis, rest == ..., rest is not Ellipsis, rest is None, other is None, rest != 1, bool(rest)


@njit
def shown():
    rest = ...
    print(rest, (rest, 1), f"{rest} {rest!r}")
    return str(rest), repr(rest)


@njit
def default(a, where=...):
    return a[where]


CASES = [
    ("as_index", [np.arange(6.0).reshape(2, 3)]),
    ("as_index", [np.arange(24.0).reshape(2, 3, 4)]),
    ("written", [np.arange(6.0).reshape(2, 3)]),
    ("passed_on", [np.arange(6.0).reshape(2, 3)]),
    ("compared", [1]),
    ("compared", [5]),
    ("shown", []),
]
