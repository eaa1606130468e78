"""Integers of four bytes in loops that count by eight: in lanes of eight bytes, and moving by a constant beside the counter."""

import numpy as np
from hotloop import njit


@njit
def of_counters(n, out):
    for i in range(n):
        k = np.int32(i)
        j = 0
        while j < 3:
            if np.int64(k) > 20:
                break
            k = np.int32(k + k)
            j += 1
        out[i] = k


@njit
def of_elements(x, out):
    for i in range(len(x)):
        k = np.int32(x[i])
        j = 0
        while j < 3 and np.int64(k) < 20:
            k = np.int32(k + k)
            j += 1
        out[i] = np.float32(k) * np.float32(0.5)


@njit
def to_doubles(x, out):
    for i in range(len(x)):
        k = np.int32(x[i])
        j = 0
        while j < 3 and np.int64(k) < 20:
            k = np.int32(k - 7)
            j += 1
        out[i] = k


@njit
def beside_the_counter(n, out):
    k = np.int32(7)
    for i in range(n):
        out[i] = k
        k = np.int32(k - np.int32(3))
    return k


@njit
def beside_an_inner_counter(x, out):
    one = np.int32(-1)
    for i in range(len(x)):
        k = np.int32(x[i])
        for j in range(5):
            out[i, j] = k
            k = np.int32(k + one)


CASES = [
    ("beside_the_counter", [0, np.zeros(0, np.int32)]),
    ("beside_the_counter", [100, np.zeros(100, np.int32)]),
    ("beside_an_inner_counter", [np.arange(20), np.zeros((20, 5), np.int32)]),
    ("of_counters", [40, np.zeros(40, np.float32)]),
    ("of_counters", [3, np.zeros(3, np.float32)]),
    ("of_elements", [np.arange(-20, 30), np.zeros(50, np.float32)]),
    ("to_doubles", [np.arange(-20, 30), np.zeros(50)]),
]
