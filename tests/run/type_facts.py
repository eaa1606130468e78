"""What is known about types: `np.finfo`, `np.iinfo`, `np.dtype`, `callable`; and integers in other digits, values as texts."""

from collections import namedtuple
from enum import Enum, IntEnum

import numpy as np
from hotloop import njit

Point = namedtuple("Point", "x y")


class Colour(Enum):
    RED = 1
    GREEN = "green"


class Size(IntEnum):
    SMALL = 1
    LARGE = 10


@njit
def of_floats():
    info = np.finfo(np.float64)
    return info.eps, info.max, info.min, info.tiny, info.bits, info.nmant, np.finfo(float).smallest_subnormal, np.finfo(np.float32).precision


@njit
def of_singles(x):
    return np.finfo(np.float32).eps, np.finfo(x.dtype).max, np.finfo(np.complex64).min


@njit
def of_integers(x):
    return np.iinfo(np.int32).max, np.iinfo(np.int64).min, np.iinfo(np.uint64).max, np.iinfo(np.uint8).bits, np.iinfo(x.dtype).max


@njit
def dtypes(x):
    return x.dtype == np.dtype("float64"), np.dtype(np.int8) == np.int8, x.dtype == np.dtype(x.dtype), x.dtype != np.float32


@njit
def smallest(x):
    best = np.finfo(np.float64).max
    for value in x:
        if value < best:
            best = value
    return best


@njit
def double(x):
    return 2 * x


@njit
def callables(x):
    return callable(double), callable(x), callable(abs), callable("text"), callable(Point)


@njit
def digits(n, m):
    return bin(n), hex(n), oct(n), hex(m), bin(0), hex(-n), bin(True)


@njit
def texts(x, y, flag):
    colour = Colour.RED if flag else Colour.GREEN
    size = Size.SMALL if flag else Size.LARGE
    return str(Point(x, y)), f"{Point(y, (x,))}", str(colour), repr(colour), f"{size:03}", repr(size), f"{colour}!"


CASES = [
    ("of_floats", []),
    ("of_singles", [np.zeros(1, np.float32)]),
    ("of_integers", [np.zeros(1, np.int16)]),
    ("dtypes", [np.zeros(1)]),
    ("smallest", [np.array([3.0, -1.5, 2.0])]),
    ("callables", [1]),
    ("digits", [2026, np.uint64(2**63 + 5)]),
    ("digits", [-10, np.uint64(0)]),
    ("texts", [1, 2.5, True]),
    ("texts", [-1, 0.0, False]),
]
