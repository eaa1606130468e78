"""Floating-point arithmetic: division, remainders, powers, rounding, the functions of `math`, and float32."""

import math

import numpy as np
from hotloop import njit


@njit
def arithmetic(a, b):
    return a + b, a - b, a * b


@njit
def division(a, b):
    return a / b, a // b, a % b


@njit
def power(a, b):
    return a**b


@njit
def literal_powers(x):
    return x**2, x**3, x**4, x**5, x**-1, x**-2, x**0, x**0.5


@njit
def compared(a, b):
    return a < b, a <= b, a == b, a != b, a > b, a >= b


@njit
def extremes(a, b):
    return min(a, b), max(a, b), abs(a), -a


@njit
def rounded(x):
    return int(x), round(x), math.floor(x), math.ceil(x), math.trunc(x)


@njit
def truth(x):
    return bool(x), not x, math.isnan(x), math.isinf(x), math.isfinite(x)


@njit
def roots_and_logs(x):
    return math.sqrt(x), math.exp(x), math.log(x), math.log2(x), math.log10(x), math.log1p(x), math.expm1(x)


@njit
def circular(x):
    return math.sin(x), math.cos(x), math.tan(x), math.asin(x), math.acos(x), math.atan(x)


@njit
def hyperbolic(x):
    return math.sinh(x), math.cosh(x), math.tanh(x), math.asinh(x), math.acosh(x), math.atanh(x)


@njit
def of_two(a, b):
    return math.atan2(a, b), math.hypot(a, b), math.pow(a, b), math.fmod(a, b), math.copysign(a, b)


@njit
def numpy_scalars(x):
    return np.sqrt(x), np.exp(x), np.log(x), np.sin(x), np.cos(x)


@njit
def constants():
    return math.pi, math.e, math.inf, -math.inf, math.tau


@njit
def single(values):
    total = np.float32(0.0)
    for i in range(values.shape[0]):
        total += values[i] * values[i]
    return total


@njit
def single_with_literals(values, out):
    for i in range(values.shape[0]):
        out[i] = 0.1 * values[i] + 2 * values[i]


@njit
def horner(x):
    result = 0.0
    for k in range(8):
        result = result * x + 1.0 / (k + 1)
    return result


@njit
def newton(x):
    guess = x if x > 1.0 else 1.0
    steps = 0
    while abs(guess * guess - x) > 1e-12 * x and steps < 60:
        guess = 0.5 * (guess + x / guess)
        steps += 1
    return guess, steps


EDGES = [0.0, -0.0, 1.0, -1.5, 2.5, 1e-310, 1e308, -1e308, 0.1, 7.25, math.inf, -math.inf, math.nan]
PAIRS = [(a, b) for a in EDGES for b in EDGES]
SMALL = [0.0, -0.0, 0.5, -0.5, 1.0, 2.5, 710.0, -745.5, 1e-20, math.inf, -math.inf, math.nan]

CASES = (
    [("arithmetic", [a, b]) for a, b in PAIRS]
    + [("division", [a, b]) for a, b in PAIRS]
    + [("power", [a, b]) for a, b in PAIRS]
    + [("power", [-8.0, 0.5]), ("power", [2, 0.5]), ("power", [2.0, 3])]
    + [("literal_powers", [a]) for a in EDGES]
    + [("compared", [a, b]) for a, b in PAIRS[::2]]
    + [("extremes", [a, b]) for a, b in PAIRS]
    + [("rounded", [a]) for a in EDGES + [0.5, 1.5, -0.5, -2.5, 2.0**62, 2.0**63, -(2.0**63), 1e30]]
    + [("truth", [a]) for a in EDGES]
    + [(name, [a]) for name in ("roots_and_logs", "circular", "hyperbolic") for a in SMALL]
    + [("numpy_scalars", [a], {"units": 1}) for a in SMALL + [2, np.float32(0.3)]]
    + [("of_two", [a, b]) for a, b in PAIRS[::3]]
    + [("roots_and_logs", [2]), ("rounded", [7]), ("arithmetic", [1, 0.5]), ("division", [1, 0.5])]
    + [("constants", [])]
    + [("arithmetic", [np.float32(0.1), np.float32(0.2)]), ("arithmetic", [np.float32(0.1), 0.2])]
    + [("arithmetic", [np.float32(0.1), np.int16(3)]), ("arithmetic", [np.float32(0.1), 3])]
    + [("division", [np.float32(1.0), np.float32(3.0)]), ("division", [np.float32(1.0), np.float32(0.0)])]
    + [("roots_and_logs", [np.float32(0.3)])]
    + [("single", [np.linspace(0, 1, 11).astype("f4")])]
    + [("single_with_literals", [np.linspace(0, 1, 11).astype("f4"), np.zeros(11, t)]) for t in ("f4", "f8", "i4", "u1")]
    + [("horner", [x]) for x in (0.0, 0.3, -1.7)]
    + [("newton", [x]) for x in (2.0, 1e-8, 12345.678)]
)
