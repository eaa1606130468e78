"""Slices that are kept in variables."""

import numpy as np
from hotloop import njit


@njit
def of_arrays(x, start, stop):
    part = slice(start, stop)
    step = slice(None, None, 2)
    total = x[part].copy()
    x[step] = 0.0
    x[part] += 1.0
    return total, x[step], part.start, part.stop


@njit
def of_rows(a, n):
    rows, columns = slice(n), slice(None, None, -1)
    a[rows, 0] = 7
    return a[rows, columns].copy(), a[0, columns].copy(), a[rows].shape


@njit
def of_lists(n):
    values = [i for i in range(n)]
    part = slice(1, -1)
    middle = values[part]
    values[part] = [9, 9]
    del values[slice_of(n)]
    return middle, values, "hello"[part], (1, 2.0, "x")[1:], str(part)


@njit
def slice_of(n):
    return n % 3


@njit
def passed(x, part):
    return x[part].sum()


@njit
def passing(x, n):
    part = slice(n, None) if n > 1 else slice(n + 1, None)
    return passed(x, part), passed(x, slice(None, n))


CASES = [
    ("of_arrays", [np.arange(6.0), 1, 4]),
    ("of_arrays", [np.arange(6.0), -3, 100]),
    ("of_rows", [np.arange(12).reshape(3, 4), 2]),
    ("of_lists", [5]),
    ("of_lists", [8]),
    ("passing", [np.arange(5.0), 1]),
    ("passing", [np.arange(5.0), 3]),
]
