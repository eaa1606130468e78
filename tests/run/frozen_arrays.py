"""Arrays of the module as constants of a kernel: elements, rows, attributes, loops, passing on, returning, in tuples, as defaults."""

import numpy as np
from hotloop import njit, prange

TABLE = np.array([3, 1, 4, 1, 5, 9, 2, 6])
WEIGHTS = np.array([[0.25, 0.5], [1.5, -2.0], [0.0, 4.0]])
SINGLE = np.array([0.1, 2.5], dtype=np.float32)
BYTES = np.array((1, 255, 7), dtype="uint8")
FLAGS = np.array([True, False, True])
COMPLEX = np.array([1 + 2j, -3j])
SCALAR = np.array(2.5)
EMPTY = np.zeros((0, 3))
COUNTS = np.arange(2, 20, 3)
ONES = np.ones((2, 2), dtype=np.int32)
CUBE = np.full((2, 3, 2), 7.5)
PAIR = (TABLE, 0.5, np.array([2.0, 4.0]))


@njit
def elements(i):
    return TABLE[i], WEIGHTS[i, 1], SINGLE[1], BYTES[i], FLAGS[i], COMPLEX[0], SCALAR[()], CUBE[1, 2, 1]


@njit
def attributes():
    return TABLE.shape, WEIGHTS.strides, EMPTY.shape, EMPTY.size, SCALAR.ndim, CUBE.size, len(COUNTS), ONES.nbytes


@njit
def looped():
    total = 0.0
    for i in range(WEIGHTS.shape[0]):
        for j in range(WEIGHTS.shape[1]):
            total += WEIGHTS[i, j] * TABLE[i + j]
    for value in TABLE:
        total += value
    for row in WEIGHTS:
        total = total * 2 + row[0]
    for k, count in enumerate(COUNTS):
        total += k * count
    return total


@njit
def total_of(values):
    total = values[0] * 0
    for value in values:
        total += value
    return total


@njit
def passed(own):
    return total_of(TABLE), total_of(SINGLE), total_of(own), total_of(WEIGHTS[1]), total_of(PAIR[2])


@njit
def chosen(own, flag):
    values = own
    if flag:
        values = WEIGHTS[1]
    return values[0] + values[1]


@njit
def returned():
    return TABLE, WEIGHTS[1], SCALAR


@njit
def in_tuple(i):
    table, factor, others = PAIR
    return PAIR[0][i] * factor + others[i % 2] + table[0] * len(PAIR)


@njit
def translated(codes):
    out = np.zeros(codes.shape[0], np.int64)
    for i in range(codes.shape[0]):
        out[i] = TABLE[codes[i] & 7]
    return out


@njit(parallel=True)
def in_parallel(n):
    total = 0
    for i in prange(n):
        total += TABLE[i % TABLE.shape[0]]
    return total


@njit
def out_of_bounds(i):
    return TABLE[i]


@njit
def copied_into(out):
    for i in range(out.shape[0]):
        out[i] = TABLE[i]
        out[i] += COUNTS[i]


CASES = [
    ("elements", [1]),
    ("elements", [-1]),
    ("attributes", []),
    ("looped", []),
    ("passed", [np.arange(3.0)]),
    ("chosen", [np.array([10.0, 20.0]), True]),
    ("chosen", [np.array([10.0, 20.0]), False]),
    ("returned", []),
    ("in_tuple", [3]),
    ("translated", [np.arange(40)]),
    ("in_parallel", [1000]),
    ("out_of_bounds", [8]),
    ("out_of_bounds", [-9]),
    ("copied_into", [np.zeros(6)]),
]
