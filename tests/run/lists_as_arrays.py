"""Lists and tuples where arrays are expected: beside arrays, and as arguments of NumPy's functions."""

import numpy as np
from hotloop import njit

WEIGHTS = (0.25, 0.5, 0.25)


@njit
def beside(m):
    return m * [1, 2], [10, 20] - m, m + (0.5, 1.5), m > [1, 2], m == (1, 2), [[1], [2]] * m


@njit
def frozen(x):
    return x * WEIGHTS, np.dot(WEIGHTS, x), np.sum(WEIGHTS * x)


@njit
def grown(m, n):
    factors = [i for i in range(n)]
    factors.append(7)
    return m * factors, np.add(m, factors), np.maximum(factors, 1)


@njit
def of_elements(x):
    return np.sqrt([1, 4.0]), np.add([1, 2], (3, 4)), np.abs([-1, 2]), np.logical_not((True, False)), np.multiply(x, [[1], [2]]), np.arctan2([1.0, 2.0], 3)


@njit
def chosen(mask):
    return np.where(mask, [1, 2, 3], [4, 5, 6]), np.where([True, False], (1, 2), 0.5), np.clip([1, 5, 9], 2, 7), np.where(mask, mask, [0, 1, 0])


@njit
def functions(x):
    return np.dot([1.0, 2.0, 3.0], x), np.quantile(x, [0.1, 0.9]), np.interp([0.5, 1.5], [0, 1, 2], x), np.isclose([1.0, 2.0], [1.0, 2.1]), np.diag([1, 2])


@njit
def in_place(m):
    m += [1, 2]
    m *= (2, 3)
    return m


@njit
def wrong_shape(m, n):
    return m + [i for i in range(n)]


CASES = []
for dtype in ("u1", "i4", "f4", "f8"):
    m = np.array([[1, 2], [3, 4]], dtype)
    CASES += [("beside", [m]), ("grown", [m, 1]), ("of_elements", [m])]
    CASES += [("in_place", [m.astype("i8" if dtype == "i4" else "f8")])]
    CASES += [("wrong_shape", [m, 3]), ("wrong_shape", [m, 1])]
x = np.array([1.0, -2.0, 4.0])
CASES += [("frozen", [x]), ("functions", [x], {"within": 1e-14}), ("chosen", [x > 0]), ("frozen", [np.array([1, 2, 3], "f4")])]
