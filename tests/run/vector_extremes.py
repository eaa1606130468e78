"""The least and greatest floats of loops in vectors: nans, infinities, zeros of both signs, at every place; sums and products under fastmath."""

import math

import numpy as np
from hotloop import njit


@njit
def least(x):
    s = x[0]
    for i in range(x.shape[0]):
        s = min(s, x[i])
    return s


@njit
def greatest(x, start):
    s = start
    for i in range(x.shape[0]):
        if x[i] > s:
            s = x[i]
    return s


@njit
def least_last(x):
    s = x[0]
    for i in range(x.shape[0]):
        s = min(x[i], s)
    return s


@njit
def range_of(x):
    low = x[0]
    high = x[0]
    for v in x:
        low = min(low, v)
        high = max(high, v)
    return low, high


@njit
def least_distance(x, y):
    best = 1e300
    for i in range(x.shape[0]):
        d = abs(x[i] - y[i])
        best = d if d < best else best
    return best


@njit
def clipped(x, low, high, out):
    for i in range(x.shape[0]):
        out[i] = min(max(x[i], low), high)


@njit
def stored_and_greatest(x, out):
    high = x[0]
    for i in range(x.shape[0]):
        out[i] = x[i] * 2
        high = max(high, x[i])
    return high


@njit(fastmath=True)
def fast_dot(x, y):
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i] * y[i]
    return s


@njit(fastmath=True)
def fast_polynomial(x, out):
    for i in range(x.shape[0]):
        t = x[i]
        out[i] = ((2 * t - 3) * t + 4) * t - t * t


@njit(fastmath=True)
def fast_rest(x, y, out):
    for i in range(x.shape[0]):
        out[i] = y[i] - x[i] * x[i]


CASES = []
for n in [1, 3, 17, 40, 67, 140, 300]:
    base = ((np.arange(n) * 37) % 101 + 1.0) / 4
    for dtype in ["f8", "f4"]:
        samples = [base, -base, np.zeros(n), -np.zeros(n), np.full(n, np.nan), np.full(n, np.inf), np.full(n, -np.inf)]
        for place in [0, 5, 16, n // 2, n - 1]:
            for value in [-0.0, 0.0, np.nan, -1000.0, np.inf]:
                if place < n:
                    sample = base.copy()
                    sample[place] = value
                    samples.append(sample)
        mixed = np.where(np.arange(n) % 3 == 0, -0.0, 0.0)
        samples += [mixed, np.where(np.arange(n) < n // 2, 0.0, -0.0), np.where(np.arange(n) % 7 == 0, np.nan, mixed)]
        for sample in samples:
            x = sample.astype(dtype)
            CASES.append(("least", [x]))
            CASES.append(("greatest", [-x, np.dtype(dtype).type(-0.0)]))
        for sample in samples[:2] + samples[7:40:6] + samples[-3:]:
            x = sample.astype(dtype)
            CASES.append(("least_last", [x]))
            CASES.append(("range_of", [x]))
            CASES.append(("clipped", [x, 1.0, 9.0, np.zeros(n, dtype)]))
            CASES.append(("stored_and_greatest", [x, np.zeros(n, dtype)]))
    CASES.append(("least_distance", [base, base[::-1].copy()]))
    whole = np.arange(n) % 9 - 4.0
    CASES.append(("fast_dot", [whole, whole[::-1].copy()]))
    CASES.append(("fast_polynomial", [whole, np.zeros(n)]))
    CASES.append(("fast_rest", [whole, whole[::-1].copy(), np.zeros(n)]))
