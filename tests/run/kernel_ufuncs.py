"""Ufuncs made of functions: called in kernels with numbers, with arrays and with parts of computations on arrays."""

import math

import numpy as np
from hotloop import njit, vectorize


@vectorize
def clipped(x, low, high):
    if x < low:
        return low
    return high if x > high else x


@vectorize(["float64(float64, float64)", "float32(float32, float32)"])
def hypotenuse(a, b):
    return (a * a + b * b) ** 0.5


@vectorize
def ratio(a, b):
    return a / b


@vectorize
def checked_root(x):
    if x < 0:
        raise ValueError("below zero", 7)
    return math.sqrt(x)


@vectorize
def steps(n):
    count = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


@vectorize
def both(x):
    return clipped(x, 0.0, 1.0) + hypotenuse(x, 2.0)


@njit
def of_numbers(x, y):
    return clipped(x, 0.0, y), hypotenuse(x, y), ratio(y, 3.0)


@njit
def of_arrays(x, y):
    return clipped(x, -1.0, y), hypotenuse(x, y)


@njit
def in_expressions(x, y):
    return 2.0 * clipped(x + y, 0.0, 1.0) - ratio(x[::-1] * 2.0, y)


@njit
def into(x, y, out):
    clipped(x, y, 3.0, out)
    hypotenuse(x, y, out=out[::-1])
    return clipped(out, 0.0, 1.0, out)


@njit
def roots(x):
    return checked_root(x)


@njit
def roots_into(x, out):
    checked_root(x, out)
    return out


@njit
def counted(n):
    return steps(n), steps(n + 1).sum()


@njit
def of_columns(x, row):
    return clipped(x, row, 2.0), both(x)


@njit
def of_one(x):
    return both(x[0]), steps(7)


@njit
def in_sums(x, y):
    return hypotenuse(x, y).sum() + np.sum(clipped(x, 0.0, 1.0))


LINE = np.linspace(-2.0, 2.0, 9)
GRID = np.linspace(-3.0, 5.0, 12).reshape(3, 4)

CASES = [
    *[("clipped", [x, 0.0, 1.0]) for x in (-1.0, 0.5, 3.0)],
    *[("of_numbers", [x, y]) for x, y in ((0.5, 2.0), (-3.0, 4.0))],
    *[("of_arrays", [x, y]) for x, y in ((LINE, LINE[::-1].copy()), (LINE, 2.0), (GRID, GRID[0]), (GRID.T, 1.5), (LINE[:0], LINE[:0]))],
    ("of_arrays", [LINE, LINE[:5]]),
    ("of_arrays", [np.asfortranarray(GRID), GRID]),
    ("in_expressions", [LINE, LINE + 3.0]),
    *[("into", [LINE, LINE[::-1].copy(), out]) for out in (np.zeros(9), np.zeros(18)[::2])],
    ("roots", [np.abs(LINE)]),
    ("roots", [LINE]),
    ("roots_into", [-LINE, np.full(9, 7.0)]),
    ("counted", [np.arange(30)]),
    ("of_columns", [GRID, GRID[1]]),
    ("of_one", [GRID[0]]),
    ("in_sums", [LINE, LINE[::-1].copy()], {"within": 1e-12}),
]
