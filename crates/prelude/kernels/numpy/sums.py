"""Sums, products and what is made of them."""

import numpy as np

from ..marks import literal, method
from .axes import _reduce_lanes, _with_one, _without


def _total_dtype(dtype, given):
    """The dtype in which numbers are summed."""
    if given is not None:
        return given
    if dtype.kind == "b" or dtype.kind == "i":
        return np.dtype(np.int64)
    if dtype.kind == "u":
        return np.dtype(np.uint64)
    return dtype


def _pairwise(x, start, n, dtype):
    """The sum of n elements from `start` on, in NumPy's order: eight accumulators, blocks of 128."""
    if n < 8:
        total = dtype.type(-0.0)
        for i in range(start, start + n):
            total += dtype.type(x[i])
        return total
    if n <= 128:
        a0 = dtype.type(x[start])
        a1 = dtype.type(x[start + 1])
        a2 = dtype.type(x[start + 2])
        a3 = dtype.type(x[start + 3])
        a4 = dtype.type(x[start + 4])
        a5 = dtype.type(x[start + 5])
        a6 = dtype.type(x[start + 6])
        a7 = dtype.type(x[start + 7])
        end = start + n - n % 8
        for i in range(start + 8, end, 8):
            a0 += dtype.type(x[i])
            a1 += dtype.type(x[i + 1])
            a2 += dtype.type(x[i + 2])
            a3 += dtype.type(x[i + 3])
            a4 += dtype.type(x[i + 4])
            a5 += dtype.type(x[i + 5])
            a6 += dtype.type(x[i + 6])
            a7 += dtype.type(x[i + 7])
        total = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))
        for i in range(end, start + n):
            total += dtype.type(x[i])
        return total
    half = n // 2
    half -= half % 8
    return _pairwise(x, start, half, dtype) + _pairwise(x, start + half, n - half, dtype)


def _pairwise_complex(x, start, n, dtype):
    """The same of complex numbers, of which NumPy counts both parts: four accumulators, blocks of 64."""
    if n < 4:
        total = dtype.type(complex(-0.0, -0.0))
        for i in range(start, start + n):
            total += dtype.type(x[i])
        return total
    if n <= 64:
        a0 = dtype.type(x[start])
        a1 = dtype.type(x[start + 1])
        a2 = dtype.type(x[start + 2])
        a3 = dtype.type(x[start + 3])
        end = start + n - n % 4
        for i in range(start + 4, end, 4):
            a0 += dtype.type(x[i])
            a1 += dtype.type(x[i + 1])
            a2 += dtype.type(x[i + 2])
            a3 += dtype.type(x[i + 3])
        total = (a0 + a1) + (a2 + a3)
        for i in range(end, start + n):
            total += dtype.type(x[i])
        return total
    half = (n - n % 8) // 2
    return _pairwise_complex(x, start, half, dtype) + _pairwise_complex(x, start + half, n - half, dtype)


def _sum_lane(x, dtype):
    if dtype.kind == "c":
        return dtype.type(0) + _pairwise_complex(x, 0, x.shape[0], dtype)
    if dtype.kind == "f":
        return dtype.type(0) + _pairwise(x, 0, x.shape[0], dtype)
    total = dtype.type(0)
    for i in range(x.shape[0]):
        total += dtype.type(x[i])
    return total


def _sum_all(a, dtype):
    if a.ndim == 1:
        return _sum_lane(a, dtype)
    total = dtype.type(0)
    for i in range(a.shape[0]):
        total += _sum_all(a[i], dtype)
    return total


def _sum_rows(a, out, axis: literal, dtype):
    """Adds up along an axis: along the last one lane by lane, along another one row by row."""
    if axis > 0:
        for i in range(a.shape[0]):
            if a.ndim == 2:
                out[i] = _sum_lane(a[i], dtype)
            else:
                _sum_rows(a[i], out[i], axis - 1, dtype)
    else:
        out[...] = 0
        for i in range(a.shape[0]):
            out += a[i]


@method
def sum(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False):
    total = _total_dtype(a.dtype, dtype)
    if axis is None:
        return _sum_all(a, total)
    if axis < 0:
        return sum(a, axis + a.ndim, dtype, out, keepdims)
    if a.ndim == 1:
        return _sum_lane(a, total)
    result = np.empty(_without(a.shape, axis), total) if out is None else out
    _sum_rows(a, result, axis, total)
    return result
