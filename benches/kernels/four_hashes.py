"""A hash of 64-bit words by four accumulators that turn and multiply, in the manner of xxHash."""
import numpy as np


def turn(x, count):
    return (x << np.uint64(count)) | (x >> np.uint64(64 - count))


def four_hashes(words):
    p1 = np.uint64(0x9E3779B185EBCA87)
    p2 = np.uint64(0xC2B2AE3D27D4EB4F)
    a = p1
    b = p2
    c = np.uint64(0)
    d = np.uint64(1)
    for i in range(0, words.shape[0] - 3, 4):
        a = turn(a + words[i] * p2, 31) * p1
        b = turn(b + words[i + 1] * p2, 31) * p1
        c = turn(c + words[i + 2] * p2, 31) * p1
        d = turn(d + words[i + 3] * p2, 31) * p1
    return turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18)
