"""The module `cmath`, and functions of NumPy on complex scalars."""

import cmath

import numpy as np
from hotloop import njit


@njit
def exponentials(z):
    return cmath.exp(z), cmath.log(z), cmath.log10(z), cmath.sqrt(z), cmath.log(z, 2), cmath.log(3, z)


@njit
def trigonometric(z):
    return cmath.sin(z), cmath.cos(z), cmath.tan(z), cmath.asin(z), cmath.acos(z), cmath.atan(z)


@njit
def hyperbolic(z):
    return cmath.sinh(z), cmath.cosh(z), cmath.tanh(z), cmath.asinh(z), cmath.acosh(z), cmath.atanh(z)


@njit
def polar(z):
    length, angle = cmath.polar(z)
    return length, angle, cmath.phase(z), cmath.rect(length, angle)


@njit
def predicates(z):
    return cmath.isnan(z), cmath.isinf(z), cmath.isfinite(z), np.isnan(z), np.isfinite(z)


@njit
def close(a, b):
    return cmath.isclose(a, b), cmath.isclose(a, b, rel_tol=0.1), cmath.isclose(a, b, abs_tol=0.5)


@njit
def of_numpy(z):
    return np.exp(z), np.log(z), np.sqrt(z), np.sin(z), np.cos(z), np.tanh(z)


@njit
def constants(z):
    return z * cmath.pi, cmath.infj, cmath.nanj, cmath.e, cmath.tau, cmath.inf


@njit
def signal(n, frequency):
    out = np.empty(n, dtype=np.complex128)
    for i in range(n):
        out[i] = np.exp(2j * np.pi * frequency * i / n)
    return out


VALUES = [1 + 2j, -0.5 + 0.25j, complex(-2.0, -0.0), complex(0.0, 3.5), 1e-3 - 40j, 700 + 1j, complex(-1e-310, 1e-309), 1e200 + 1e200j]
SINGLES = [np.complex64(0.5 - 0.25j), np.float32(0.75), 2, 0.3, True]
ENDS = [complex(a, b) for a in (float("inf"), float("-inf"), 0.0, 1.5) for b in (float("inf"), float("nan"), 2.0)]

CASES = (
    [("exponentials", [z]) for z in VALUES[:6] + SINGLES[:4]]
    + [("trigonometric", [z]) for z in VALUES[:4] + SINGLES[:4]]
    + [("hyperbolic", [z]) for z in VALUES[:4] + SINGLES[:4]]
    + [("polar", [z]) for z in VALUES + SINGLES]
    + [("predicates", [z]) for z in VALUES[:2] + ENDS + SINGLES[:1]]
    + [("close", [a, b]) for a in (1 + 1j, 1 + 1.05j, complex(float("inf"), 0.0)) for b in (1 + 1j, 1.0, complex(float("inf"), 0.0), complex(float("inf"), 1.0))]
    + [("of_numpy", [z]) for z in VALUES[:4] + SINGLES[:1]]
    + [("constants", [1 + 1j]), ("signal", [16, 3.0])]
)
