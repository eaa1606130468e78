"""Integer arithmetic: widths, wrapping, floor division, shifts and bit operations."""

import numpy as np
from hotloop import njit

LEAST = -(2**63)
MOST = 2**63 - 1


@njit
def arithmetic(a, b):
    return a + b, a - b, a * b


@njit
def division(a, b):
    return a / b, a // b, a % b


@njit
def bits(a, b):
    return a & b, a | b, a ^ b


@njit
def inverted(a):
    return ~a, -a, +a, not a


@njit
def shifts(a, count):
    return a << count, a >> count


@njit
def power(base, exponent):
    return base**exponent


@njit
def literal_powers(x):
    return x**0, x**1, x**2, x**3, x**4, x**7


@njit
def compared(a, b):
    return a < b, a <= b, a == b, a != b, a > b, a >= b


@njit
def chained(a, b, c):
    return a < b < c, a <= b == c, not (a > b > c)


@njit
def converted(x):
    return int(x), float(x), bool(x)


@njit
def extremes(a, b, c):
    return min(a, b), max(a, b), min(a, b, c), max(a, b, c), abs(a)


@njit
def accumulated(values):
    total = values[0]
    product = 1
    folded = 0
    for i in range(values.shape[0]):
        total += values[i]
        product *= values[i]
        folded ^= values[i] << (i % 7)
    return total, product, folded


@njit
def narrowed(values, out):
    for i in range(values.shape[0]):
        out[i] = values[i] * 3 - 7


@njit
def digit_sum(n):
    total = 0
    while n > 0:
        total += n % 10
        n //= 10
    return total


@njit
def greatest_common_divisor(a, b):
    while b != 0:
        a, b = b, a % b
    return a


@njit
def hashed(n):
    state = np.uint64(n)
    for _ in range(5):
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
    return state


EDGES = [LEAST, LEAST + 1, -7, -1, 0, 1, 2, 7, 63, MOST]
PAIRS = [(a, b) for a in EDGES for b in EDGES]

CASES = (
    [("arithmetic", [a, b]) for a, b in PAIRS]
    + [("division", [a, b]) for a, b in PAIRS]
    + [("bits", [a, b]) for a, b in PAIRS[::7]]
    + [("inverted", [a]) for a in EDGES]
    + [("shifts", [a, count]) for a in EDGES for count in (0, 1, 31, 63, 64, 65, 1000, MOST)]
    + [("shifts", [1, -1])]
    + [("power", [a, b]) for a in EDGES for b in (0, 1, 2, 5, 62, 64)]
    + [("power", [2, -1]), ("power", [0, -3])]
    + [("literal_powers", [a]) for a in EDGES]
    + [("compared", [a, b]) for a, b in PAIRS[::3]]
    + [("chained", [1, 2, 3]), ("chained", [1, 2, 2]), ("chained", [3, 2, 1]), ("chained", [2, 2, 2])]
    + [("converted", [a]) for a in EDGES]
    + [("extremes", [a, b, 3]) for a, b in PAIRS[::5]]
    + [("accumulated", [np.array([1, -2, 3, 100, -100]).astype(t)]) for t in ("i1", "i2", "i4", "i8")]
    + [("accumulated", [np.array([1, 2, 3, 100, 200]).astype(t)]) for t in ("u1", "u2", "u4", "u8")]
    + [("narrowed", [np.arange(-60, 60, 7), np.zeros(18, t)]) for t in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")]
    + [("arithmetic", [np.uint8(200), np.uint8(100)]), ("arithmetic", [np.uint8(1), np.int8(-2)])]
    + [("arithmetic", [np.uint64(2**64 - 1), np.uint64(2)]), ("arithmetic", [np.uint64(2**64 - 1), 2])]
    + [("arithmetic", [True, True]), ("arithmetic", [True, 2]), ("division", [True, 2]), ("bits", [True, False])]
    + [("division", [np.uint64(2**64 - 1), np.uint64(10)]), ("division", [np.uint8(200), np.uint8(7)])]
    + [("shifts", [np.uint64(2**64 - 1), np.uint64(60)]), ("shifts", [np.uint8(255), 4]), ("shifts", [np.int8(-1), 4])]
    + [("bits", [np.uint8(0xF0), np.uint8(0x3C)]), ("bits", [np.int32(-2), np.uint32(7)])]
    + [("digit_sum", [9876543210]), ("digit_sum", [0])]
    + [("greatest_common_divisor", [1071, 462]), ("greatest_common_divisor", [-12, 18])]
    + [("hashed", [88172645463325252]), ("hashed", [-1])]
)
