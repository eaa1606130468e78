"""Small elements with weights that may be any number: only the low bits of sums and products count where what is above them is cut off."""

import numpy as np
from hotloop import njit


@njit
def blended(a, b, weight, out):
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (a[i, j] * weight + b[i, j] * (256 - weight)) >> 8


@njit
def shifted_further(a, weight, out):
    for i in range(out.shape[0]):
        out[i] = (a[i] * weight) >> 9


@njit
def shifted_back(a, weight, out):
    for i in range(out.shape[0]):
        out[i] = (((a[i] * weight) >> 4) << 3) >> 2


@njit
def bits(a, b, weight, out):
    for i in range(out.shape[0]):
        out[i] = ((a[i] ^ weight) & b[i]) - ((a[i] | 1) >> 3)


@njit
def limited(a, weight, out):
    for i in range(out.shape[0]):
        out[i] = min(a[i] * weight, 1000) >> 2


def bytes_of(*shape, dtype="u1"):
    return ((np.arange(np.prod(shape)) * 37) % 251).reshape(shape).astype(dtype)


CASES = []
for weight in [0, 1, 77, 256, -3, 70000, -(2**63), 2**62 + 12345]:
    for dtype in ["u1", "i1", "u2", "i2"]:
        a = bytes_of(150, dtype=dtype)
        CASES.append(("shifted_further", [a, weight, np.zeros(150, dtype)]))
        CASES.append(("shifted_back", [a, weight, np.zeros(150, dtype)]))
        CASES.append(("bits", [a, a[::-1].copy(), weight, np.zeros(150, dtype)]))
        CASES.append(("limited", [a, weight, np.zeros(150, dtype)]))
    image = bytes_of(3, 71)
    CASES.append(("blended", [image, image[::-1].copy(), weight, np.zeros((3, 71), "u1")]))
