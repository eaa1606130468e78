"""Loops in vectors whose elements have different sizes, that need the number of the iteration, or that may raise an error in the middle."""

import math

import numpy as np
from hotloop import njit


@njit
def scaled(x, factor, out):
    for i in range(x.shape[0]):
        out[i] = x[i] * factor + 3.0


@njit
def copied(x, out):
    for i in range(x.shape[0]):
        out[i] = x[i]


@njit
def total(x):
    s = 0
    for i in range(x.shape[0]):
        s += x[i]
    return s


@njit
def products(x, y):
    s = 0
    for i in range(x.shape[0]):
        s += x[i] * y[i]
    return s


@njit
def greater(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] > y[i]


@njit
def between(x, low, high, out):
    for i in range(x.shape[0]):
        out[i] = (x[i] > low) & (x[i] <= high)


@njit
def chosen(mask, x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] if mask[i] else y[i]


@njit
def held(mask, other):
    n = 0
    for i in range(mask.shape[0]):
        n += mask[i] & other[i]
    return n


@njit
def gray(red, green, blue, out):
    for i in range(out.shape[0]):
        out[i] = (red[i] * 77 + green[i] * 150 + blue[i] * 29) >> 8


@njit
def thresholded(x, limit, out):
    for i in range(x.shape[0]):
        out[i] = 255 if x[i] > limit else 0


@njit
def counted(out):
    for i in range(out.shape[0]):
        out[i] = i * 2 - 7


@njit
def grid(out, start, step):
    for i in range(out.shape[0]):
        out[i] = start + i * step


@njit
def from_the_middle(out, first):
    for i in range(first, out.shape[0]):
        out[i] = i


@njit
def weighted(x):
    s = 0
    for i in range(x.shape[0]):
        s += i * x[i]
    return s


@njit
def ratios(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] / y[i]


@njit
def two_ratios(x, y, z, out, other):
    for i in range(x.shape[0]):
        out[i] = x[i] / y[i]
        other[i] = y[i] / z[i]


@njit
def in_place(x, y):
    for i in range(x.shape[0]):
        x[i] = (x[i] + 1.0) / y[i]


@njit
def shifted_ratios(x):
    for i in range(x.shape[0] - 1):
        x[i] = 1.0 / x[i + 1]


@njit
def bits_and_ratios(x, y, out):
    bits = 0
    for i in range(x.shape[0]):
        bits ^= x[i]
        out[i] = 1.0 / y[i]
    return bits


@njit
def caught(x, y, out):
    bits = 0
    try:
        for i in range(x.shape[0]):
            out[i] = x[i] / y[i]
            bits += i
    except ZeroDivisionError:
        return -bits
    return bits


@njit
def cut(x, out):
    for i in range(x.shape[0]):
        out[i] = int(x[i])


@njit
def moved(x, counts, out):
    for i in range(x.shape[0]):
        out[i] = x[i] << counts[i]


LENGTHS = [0, 1, 3, 9, 17, 33, 66, 131]
DTYPES = ["f8", "f4", "i8", "u8", "i4", "u4", "i2", "u2", "i1", "u1"]


def numbers(n, dtype):
    spread = (np.arange(n) * 37) % 101 - (0 if dtype[0] == "u" else 50)
    return spread.astype(dtype)


def truths(n, step):
    return (np.arange(n) * step % 3) == 1


CASES = []
for n in LENGTHS:
    for dtype in DTYPES:
        x, y = numbers(n, dtype), numbers(n, dtype)[::-1].copy()
        CASES.append(("total", [x]))
        CASES.append(("greater", [x, y, np.zeros(n, "?")]))
        CASES.append(("chosen", [truths(n, 2), x, y, np.zeros(n, dtype)]))
        CASES.append(("weighted", [x]))
        if n in (17, 131):
            CASES.append(("counted", [np.zeros(n, dtype)]))
            CASES.append(("from_the_middle", [np.zeros(n, dtype), 5]))
            CASES.append(("between", [x, -3, 20, np.zeros(n, "?")]))
            CASES.append(("products", [x, y]))
            for other in DTYPES:
                if other[0] != "f" or dtype[0] == "f":
                    CASES.append(("copied", [numbers(n, other) // 2, np.zeros(n, dtype)]))
                CASES.append(("greater", [x, numbers(n, other)[::-1].copy(), np.zeros(n, "?")]))
    for dtype in ["u1", "i2", "f4"]:
        CASES.append(("scaled", [np.abs(numbers(n, dtype)), 0.5, np.zeros(n, dtype)]))
        CASES.append(("scaled", [numbers(n, dtype), 0.25, np.zeros(n)]))
    pixels = [(numbers(n, "u1") * factor).astype("u1") for factor in (3, 5, 7)]
    CASES.append(("gray", [*pixels, np.zeros(n, "u1")]))
    CASES.append(("thresholded", [pixels[0], 100, np.zeros(n, "u1")]))
    CASES.append(("held", [truths(n, 1), truths(n, 2)]))
    CASES.append(("grid", [np.zeros(n), 0.5, 0.125]))
    CASES.append(("grid", [np.zeros(n, "f4"), 0.5, 0.125]))
    x, y = numbers(n, "f8") / 7, numbers(n, "f8") + 0.5
    for place in [None, 0, 2, 16, 31, n - 1]:
        divisor = y.copy()
        if place is not None and 0 <= place < n:
            divisor[place] = 0.0
        CASES.append(("ratios", [x, divisor, np.ones(n)]))
        CASES.append(("two_ratios", [x, y, divisor, np.ones(n), np.ones(n)]))
        CASES.append(("in_place", [x, divisor]))
        CASES.append(("shifted_ratios", [divisor]))
        CASES.append(("bits_and_ratios", [numbers(n, "i8"), divisor, np.ones(n)]))
        CASES.append(("caught", [x, divisor, np.ones(n)]))
        CASES.append(("ratios", [x.astype("f4"), divisor.astype("f4"), np.ones(n, "f4")]))
        CASES.append(("ratios", [numbers(n, "i4"), divisor, np.ones(n)]))
    CASES.append(("cut", [np.array([1.5, -2.75, 1e18, -1e18, 4e9, -5e9, 0.0] * 9)[:n], np.zeros(min(n, 63), "i8")]))
    CASES.append(("moved", [numbers(n, "i8"), numbers(n, "u1").astype("i8") % 70, np.zeros(n, "i8")]))
