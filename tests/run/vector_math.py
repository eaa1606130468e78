"""NumPy's functions of floats, which are Hotloop's own: as numbers, in loops that run in vectors, in array expressions, and `math` under `fastmath`.

CPython gives NumPy's values, which lie within some units of the exact ones as Hotloop's do within one; all ways of running a kernel agree to the bit.
"""

import math

import numpy as np
from hotloop import njit


@njit
def exponentials(x, out):
    for i in range(x.shape[0]):
        out[i] = np.exp(x[i]) + np.exp2(x[i] * 0.5)
    return np.exp(x[0]), np.exp2(x[1]), np.expm1(x[2]), np.expm1(x)


@njit
def logarithms(x, out):
    for i in range(x.shape[0]):
        out[i] = np.log(x[i])
    return np.log2(x), np.log10(x), np.log1p(x), np.log(x[0]), np.log2(x[1])


@njit
def circular(x, out):
    for i in range(x.shape[0]):
        out[i] = np.sin(x[i])
    return np.cos(x), np.tan(x), np.sin(x[0]), np.cos(x[1]), np.tan(x[2])


@njit
def hyperbolic(x):
    return np.sinh(x), np.cosh(x), np.tanh(x), np.sinh(x[0]), np.cosh(x[1]), np.tanh(x[2])


@njit
def inverse(x, y):
    return np.arcsin(x), np.arccos(x), np.arctan(y), np.arctan2(x, y), np.arctan2(y, x), np.arcsin(x[3]), np.arctan(y[4])


@njit
def roots(x, y):
    return np.cbrt(x), np.hypot(x, y), np.cbrt(x[0]), np.hypot(x[1], y[2])


@njit
def powers(x, y):
    return np.power(x, y), x**y, np.power(x[0], y[1]), np.float_power(x, y), x**2.5


@njit(fastmath={"afn"})
def of_math(x, out):
    for i in range(x.shape[0]):
        out[i] = math.exp(-x[i] * x[i]) * math.cos(x[i]) + math.log(x[i] + 1.5)
    return out[0]


@njit(fastmath={"afn"})
def errors(x, out):
    for i in range(x.shape[0]):
        out[i] = math.erf(x[i])


@njit
def single(x, out):
    for i in range(x.shape[0]):
        out[i] = np.exp(x[i])
    return np.log(x), np.sin(x), np.tanh(x), np.arctan(x[0])


@njit
def mixed(x, single, out):
    for i in range(x.shape[0]):
        out[i] = np.exp(single[i]) * x[i] + np.log(x[i])


@njit
def quotients(x, y, out):
    total = 0
    for i in range(x.shape[0]):
        out[i] = np.exp(x[i]) / y[i]
        total += 1
    return total


@njit
def one_argument_twice(x, out):
    for i in range(x.shape[0]):
        out[i] = np.sin(x[i]) * np.cos(x[i]) + np.exp(np.sin(x[i]))


SPECIAL = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, 1e-20, 0.5, -0.5, 700.0, -700.0, 709.7, 710.0, -745.0, -746.0, 1e300, -1e300]
EDGES = np.array(SPECIAL)
USUAL = np.linspace(-9.7, 11.3, 103)
POSITIVE = np.concatenate([np.geomspace(1e-320, 1e308, 61), np.linspace(0.3, 3.0, 40)])
HUGE = np.array([float(k) for k in range(40)] + [1e7, -1e15, 1e22, 1e300, math.inf, math.nan] + [k * 0.5 for k in range(40)])
UNIT = np.linspace(-1.0, 1.0, 83)


def empty(x):
    return np.zeros(len(x), x.dtype)


CASES = (
    [(name, [x, empty(x)], {"units": 6}) for name in ("exponentials", "logarithms") for x in (EDGES, USUAL, POSITIVE)]
    + [("circular", [x, empty(x)], {"units": 4}) for x in (EDGES[:14], USUAL, HUGE)]
    + [("hyperbolic", [x], {"units": 4}) for x in (EDGES, USUAL)]
    + [("inverse", [x, y], {"units": 4}) for x, y in ((UNIT, np.linspace(-40.0, 40.0, 83)), (EDGES, EDGES[::-1].copy()))]
    + [("roots", [x, y], {"units": 4}) for x, y in ((UNIT, np.linspace(-40.0, 40.0, 83)), (EDGES, EDGES[::-1].copy()))]
    + [("powers", [x, y], {"units": 4}) for x, y in ((POSITIVE, np.linspace(-3.0, 3.0, 101)), (EDGES, EDGES[::-1].copy()), (USUAL, np.round(USUAL * 0.7)))]
    + [("of_math", [UNIT, empty(UNIT)], {"units": 8}), ("errors", [USUAL * 0.3, empty(USUAL)], {"units": 3}), ("errors", [EDGES, empty(EDGES)], {"units": 3})]
    + [("single", [x.astype("f4"), empty(x.astype("f4"))], {"units": 4}) for x in (USUAL, UNIT + 1.1)]
    + [("mixed", [UNIT + 1.5, UNIT.astype("f4"), empty(UNIT)], {"units": 3e8})]
    + [("quotients", [UNIT, np.array([1.0] * 50 + [y] + [2.0] * 32), empty(UNIT)], {"units": 4}) for y in (0.0, 3.0)]
    + [("one_argument_twice", [x, empty(x)], {"within": 1e-14}) for x in (USUAL, HUGE)]
)
