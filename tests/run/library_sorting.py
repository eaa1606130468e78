"""Sorting by NumPy: along axes, in place and by positions."""

import numpy as np
from hotloop import njit


@njit
def ordered(x):
    y = x.copy()
    y.sort()
    return np.sort(x), y, np.sort(x, axis=0), np.sort(x, axis=None), np.sort(x, kind="stable")


@njit
def in_place(x):
    x.sort(0)
    return x


@njit
def every_second(x):
    x[::2].sort()
    x[1::2][::-1].sort()
    return x


@njit
def positions(x):
    return np.argsort(x, kind="stable"), x.argsort(axis=0, kind="stable"), np.argsort(x, axis=None, kind="mergesort")


@njit
def keys_of_positions(x):
    return x[np.argsort(x)]


@njit
def parts(x, k):
    y = x.copy()
    y.partition(k)
    smallest = np.partition(x, k)[:k]
    smallest.sort()
    return smallest, np.partition(x, k)[k], y[k], x[np.argpartition(x, k)[k]]


@njit
def distinct(x):
    return np.unique(x)


@njit
def facts(x):
    return np.unique(x, return_counts=True), np.unique(x, return_index=True, return_inverse=True)


@njit
def by_several(x, y):
    return np.lexsort((x, y))


@njit
def of_lists(n):
    return np.sort([n, 3, 1, 2]), np.argsort([n, 3, 1, 2]), np.unique([n, 1, 1])


def arrays():
    random = np.random.default_rng(11)
    for dtype in ("?", "i1", "u8", "i8", "f4", "f8", "c16"):
        for shape in ((0,), (1,), (40,), (5, 7), (2, 3, 4)):
            x = (random.integers(-9, 9, shape) * 1.0).astype("i8").astype(dtype) + 0
            if dtype[0] in "fc" and x.size > 1:
                x.flat[1] = np.nan
            if dtype[0] == "c":
                x.imag = random.integers(0, 3, shape)
            yield np.asfortranarray(x) if dtype == "f4" else x[::-1] if dtype == "i1" else x


CASES = []
for x in arrays():
    CASES += [("ordered", [x]), ("positions", [x])]
    if x.ndim == 1:
        CASES += [("distinct", [x]), ("keys_of_positions", [x])]
    if x.ndim > 1:
        CASES.append(("in_place", [x]))
    if x.ndim == 2 and x.dtype.kind != "c":
        CASES.append(("facts", [x]))
for dtype in ("i8", "f4", "c16"):
    values = np.array([5, 3, 9, 1, 4, 8, 2], dtype)
    CASES += [("every_second", [values]), ("parts", [values, 3]), ("parts", [values, 7]), ("distinct", [values])]
CASES += [("by_several", [np.array([1, 2, 1, 0]), np.array([0.5, 0.5, 0.5, -1.0])]), ("of_lists", [2])]
