"""Functions of the module `math` beyond those of one float, and built-in functions of numbers."""

import math

import numpy as np
from hotloop import njit


@njit
def divisors(a, b, c):
    return math.gcd(a, b), math.gcd(a, b, c), math.gcd(a), math.gcd(), math.lcm(a, b), math.lcm(a, b, c), math.lcm()


@njit
def factorial(n):
    return math.factorial(n), math.perm(n)


@njit
def chosen(n, k):
    return math.comb(n, k), math.perm(n, k)


@njit
def root(n):
    return math.isqrt(n)


@njit
def modular(base, exponent, modulus):
    return pow(base, exponent, modulus)


@njit
def split(x):
    return math.frexp(x), math.modf(x), math.ulp(x)


@njit
def pairs(x, y):
    return math.remainder(x, y), math.fmod(x, y), math.nextafter(x, y), math.copysign(x, y), math.hypot(x, y), math.hypot(x)


@njit
def close(a, b):
    return math.isclose(a, b), math.isclose(a, b, rel_tol=0.1), math.isclose(a, b, abs_tol=0.5), math.isclose(a, b, rel_tol=0.0)


@njit
def tolerance(a, b, tol):
    return math.isclose(a, b, rel_tol=tol)


@njit
def tuples(p, q):
    return math.dist(p, q), math.prod(p), math.prod(q, start=2), math.prod((3,)), math.prod((p[0], 2, 0.5))


@njit
def hashes(x):
    return hash(x)


@njit
def methods(n):
    return n.bit_length(), n.bit_count(), n.real, n.imag, n.conjugate(), n.numerator, n.denominator


@njit
def float_methods(x):
    return x.is_integer(), x.real, x.imag, x.conjugate()


@njit
def constructors(x):
    return (
        np.int8(x), np.uint8(x), np.int16(x), np.uint16(x), np.int32(x), np.uint32(x), np.int64(x), np.uint64(x),
        np.float32(x), np.float64(x), np.bool_(x), int(x), float(x), bool(x),
    )  # fmt: skip


@njit
def mixed_extremes(a, b, c):
    return min(a, b), max(a, b), min(a, b, c), max((a, b, c))


@njit
def rounded(x, n):
    return round(x), round(x, n), divmod(x, 3), divmod(n, 2)


INTEGERS = [0, 1, -1, 2, 12, -18, 97, 2**31, -(2**31), 2**62, 2**63 - 1, -(2**63)]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 1e-300, 5e-324, -2.25e-308, 1.7e308, float("inf"), float("-inf"), float("nan"), 123456.789]

CASES = (
    [("divisors", [a, b, 6]) for a in INTEGERS[:9] for b in INTEGERS[:9]]
    + [("divisors", [np.int32(-12), np.uint8(18), True])]
    + [("factorial", [n]) for n in (0, 1, 5, 20, 21, 1000, -1)]
    + [("chosen", [n, k]) for n, k in ((5, 2), (0, 0), (61, 30), (20, 20), (3, 4), (2**62, 1), (-1, 2), (4, -2), (100, 50))]
    + [("root", [n]) for n in (0, 1, 2, 3, 4, 99, 2**52, 2**62, 2**63 - 1, np.uint64(2**64 - 1), np.int32(17), -4)]
    + [("modular", [a, b, m]) for a in (3, -7, 2**62, 0) for b in (0, 1, 5, -1, 2**40) for m in (7, -7, 1, 10**9 + 7, 0, 2**63 - 1, 4)]
    + [("split", [x]) for x in FLOATS + [3, np.int8(-4)]]
    + [("pairs", [x, y]) for x in FLOATS for y in FLOATS if y == y]
    + [("close", [a, b]) for a in (1.0, 1.0 + 1e-10, 1.05, 0.0, float("inf"), float("nan"), -1.0) for b in (1.0, 0.4, 1e-12, float("inf"), float("-inf"))]
    + [("tolerance", [1.0, 2.0, 0.6]), ("tolerance", [1.0, 2.0, -0.1]), ("tolerance", [1.0, 2.0, float("nan")])]
    + [("tuples", [(1.0, 2.5), (-3.0, 0.25)]), ("tuples", [(4, 2), (1, 7.5)])]
    + [("hashes", [x]) for x in FLOATS + INTEGERS + [True, np.uint64(2**64 - 1), np.float32(0.1), 1 + 2j, complex(-1.0, 0.0), complex(0.5, -1e300), np.complex64(0.1 + 2j)]]
    + [("methods", [n]) for n in INTEGERS + [True, np.int8(-128), np.uint64(2**64 - 1), np.uint8(200), np.int32(-5)]]
    + [("float_methods", [x]) for x in FLOATS + [np.float32(2.0), np.float32(0.1)]]
    + [("constructors", [x]) for x in INTEGERS + [3.7, -3.7, 300.5, -0.0, True, np.int8(-3), np.uint64(2**63), np.float32(1e10), 1e18, float("nan")]]
    + [("mixed_extremes", [a, b, c]) for a, b, c in ((1, 2.5, True), (np.int8(3), np.uint8(200), -1), (2.0, 2, 3), (np.float32(0.1), 0.1, 1), (float("nan"), 1.0, 2.0), (-0.0, 0.0, 0))]
    + [("rounded", [x, n]) for x in (2.5, -2.5, 0.125, 1e16, 7, -8, 2.675) for n in (2, 0, -1)]
)
