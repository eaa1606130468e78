"""Functions of the platform called from vectors, lane by lane: ends of vectors, errors in the middle, both sizes of floats."""

import math

import numpy as np

from hotloop import njit


@njit
def prices(price, strike, years, rate, call):
    for i in range(price.shape[0]):
        root = math.sqrt(years[i])
        d = (math.log(price[i] / strike[i]) + rate * years[i]) / (0.3 * root)
        k = 1.0 / (1.0 + 0.2316419 * abs(d))
        v = math.exp(-0.5 * d * d) * k * (0.319381530 + k * (-0.356563782 + k * 1.781477937))
        if d > 0.0:
            v = 1.0 - v
        call[i] = price[i] * v - strike[i] * math.exp(-rate * years[i])


@njit
def powers(x, y, out):
    for i in range(x.shape[0]):
        ratio = x[i] / y[i]
        out[i] = (math.pow(ratio, y[i]) + ratio) / (1.0 + y[i] * y[i])


@njit
def backwards(x, out):
    for i in range(x.shape[0] - 1, -1, -1):
        out[i] = math.sin(1.0 / x[i]) / (x[i] + 2.0) - x[i] / 3.0


@njit
def largest(x):
    most = 0
    for i in range(x.shape[0]):
        scaled = math.exp(x[i] / 10.0) / (1.0 + x[i] * x[i]) + x[i] / 7.0
        most = max(most, int(scaled * 1000.0))
    return most


@njit
def singles(x, out):
    for i in range(x.shape[0]):
        ratio = x[i] / np.float32(3.0) + np.float32(1.0) / x[i]
        out[i] = math.sin(ratio) / (ratio + np.float32(2.0)) + ratio / np.float32(5.0)


def numbers(n, dtype="f8"):
    return ((np.arange(n) * 37 % 101) / 50.0 + 0.25).astype(dtype)


CASES = []
for n in (1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 100):
    x, y, z = numbers(n), numbers(n)[::-1].copy(), numbers(n) + 0.125
    CASES.append(("prices", [x, y, z, 0.05, np.zeros(n)]))
    CASES.append(("backwards", [x, np.ones(n)]))
    CASES.append(("largest", [x]))
    CASES.append(("singles", [x.astype("f4"), np.ones(n, "f4")], {"within": 1e-5}))
    # The elements before the one that divides by zero are stored, those behind it are not.
    for place in (None, 0, n - 1, n // 2):
        divisor = y.copy()
        if place is not None:
            divisor[place] = 0.0
        CASES.append(("powers", [x, divisor, np.ones(n)]))
