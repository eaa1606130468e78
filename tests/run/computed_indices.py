"""Tuples and slices as indices where they are computed, not written as such nor named before."""

import numpy as np
from hotloop import njit


@njit
def computed(x, n):
    first = x[(1, 2) if n > 2 else (0, 1)], x[(n,) + (1,)], x[divmod(n, 2)], x[((1, 0), (2, 1))[1]], x[(n, 0)[::-1]]
    named = x[(place := (n, 1))]
    return first, named, x[place], x[(0, 1) and (n, 2)]


@njit
def sliced(x, n):
    return x[slice(n)], x[slice(1, n)], x[slice(n, None, -1)], x[(slice(n), 1)], x[slice(1, 3) if n > 2 else slice(0, 2)]


@njit
def assigned(x, n):
    x[(n,) + (1,)] = 30
    x[(place := (0, n))] += 5
    x[slice(1, n)] = 7
    return x, x[place]


x = np.arange(16.0).reshape(4, 4)
CASES = [(name, [x.copy(), n]) for name in ("computed", "sliced", "assigned") for n in (1, 3)]
