"""Sums, products and what is made of them."""

import numpy as np

from ..marks import literal, method, prange, shared
from .axes import _check_axis, _count, _given, _map_lanes, _of_pieces, _reduce


def _total_dtype(dtype, given):
    """The dtype in which numbers are summed."""
    if given is not None:
        return given
    if dtype.kind == "b" or dtype.kind == "i":
        return np.dtype(np.int64)
    if dtype.kind == "u":
        return np.dtype(np.uint64)
    return dtype


def _first_branch(n, dtype):
    """How many of n elements NumPy's tree of sums has in its first branch."""
    if dtype.kind == "c":
        return (n - n % 8) // 2
    half = n // 2
    return half - half % 8


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
    half = _first_branch(n, dtype)
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
    half = _first_branch(n, dtype)
    return _pairwise_complex(x, start, half, dtype) + _pairwise_complex(x, start + half, n - half, dtype)


def _branches(x, dtype):
    """The same sum of a long lane: the branches of the tree that are six levels down are summed on several threads."""
    sums = np.empty(64, dtype)
    for branch in prange(64):
        start = 0
        n = x.shape[0]
        level = 32
        while level > 0:
            half = _first_branch(n, dtype)
            if branch & level:
                start += half
                n -= half
            else:
                n = half
            level >>= 1
        if dtype.kind == "c":
            sums[branch] = _pairwise_complex(x, start, n, dtype)
        else:
            sums[branch] = _pairwise(x, start, n, dtype)
    count = 32
    while count > 0:
        for i in range(count):
            sums[i] = sums[2 * i] + sums[2 * i + 1]
        count >>= 1
    return sums[0]


def _sum_lane(x, dtype):
    if shared and x.shape[0] >= 65536:
        if dtype.kind == "c" or dtype.kind == "f":
            return dtype.type(0) + _branches(x, dtype)
        return _sum_short(_of_pieces(x, dtype, _sum_short, dtype), dtype)
    return _sum_short(x, dtype)


def _sum_short(x, dtype):
    if dtype.kind == "c":
        return dtype.type(0) + _pairwise_complex(x, 0, x.shape[0], dtype)
    if dtype.kind == "f":
        return dtype.type(0) + _pairwise(x, 0, x.shape[0], dtype)
    if dtype.kind == "b":
        for i in range(x.shape[0]):
            if x[i] != 0:
                return True
        return False
    total = dtype.type(0)
    for i in range(x.shape[0]):
        total += dtype.type(x[i])
    return total


def _sum_rows(a, out):
    out[...] = 0
    for i in range(a.shape[0]):
        if out.dtype.kind == "b":
            out[...] = np.logical_or(out, a[i])
        else:
            out += a[i]


def _chosen(a, where, neutral):
    """The array with a neutral value where elements do not take part."""
    if where is None:
        return a
    return np.where(where, a, a.dtype.type(neutral))


@method
def sum(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False, initial=None, where=None):
    a = np.asarray(a)
    total = _total_dtype(a.dtype, dtype)
    result = _reduce(_chosen(a, where, 0), axis, total, keepdims, _sum_lane, _sum_rows)
    if initial is not None:
        return _given(initial + result, out)
    return _given(result, out)


def _prod_lane(x, dtype):
    if shared and x.shape[0] >= 65536:
        return _prod_short(_of_pieces(x, dtype, _prod_short, dtype), dtype)
    return _prod_short(x, dtype)


def _prod_short(x, dtype):
    if dtype.kind == "b":
        for i in range(x.shape[0]):
            if x[i] == 0:
                return False
        return True
    result = dtype.type(1)
    for i in range(x.shape[0]):
        result *= dtype.type(x[i])
    return result


def _prod_rows(a, out):
    out[...] = 1
    for i in range(a.shape[0]):
        if out.dtype.kind == "b":
            out[...] = np.logical_and(out, a[i])
        else:
            out *= a[i]


@method
def prod(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False, initial=None, where=None):
    a = np.asarray(a)
    total = _total_dtype(a.dtype, dtype)
    result = _reduce(_chosen(a, where, 1), axis, total, keepdims, _prod_lane, _prod_rows)
    if initial is not None:
        return _given(initial * result, out)
    return _given(result, out)


def _inexact_dtype(dtype, given):
    """The dtype of means and what lies between numbers: integers give float64."""
    if given is not None:
        return given
    if dtype.kind == "b" or dtype.kind == "i" or dtype.kind == "u":
        return np.dtype(np.float64)
    return dtype


def _divided(total, count, dtype):
    """A quotient in the dtype, whatever the integers are that count."""
    if isinstance(count, np.ndarray):
        return (total / count).astype(dtype)
    return total / dtype.type(count)


def _taking_part(a, axis: literal, keepdims: literal, where):
    """How many elements take part in each result."""
    if where is None:
        return _count(a, axis)
    return sum(np.broadcast_to(where, a.shape), axis, keepdims=keepdims)


@method
def mean(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False, where=None):
    a = np.asarray(a)
    kind = _inexact_dtype(a.dtype, dtype)
    total = sum(a, axis, kind, None, keepdims, None, where)
    return _given(_divided(total, _taking_part(a, axis, keepdims, where), kind), out)


def average(a, axis: literal = None, weights=None, keepdims: literal = False):
    a = np.asarray(a)
    if weights is None:
        return mean(a, axis, None, None, keepdims)
    if not isinstance(weights, np.ndarray):
        return average(a, axis, np.asarray(weights), keepdims)
    if axis is None and weights.ndim != a.ndim:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    if axis is not None and weights.ndim != a.ndim and not isinstance(axis, tuple):
        return average(a, axis, _along_axis(weights, axis, a), keepdims)
    scale = sum(np.broadcast_to(weights, a.shape), axis, None, None, keepdims)
    if np.any(scale == 0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    return sum(a * weights, axis, None, None, keepdims) / scale


def _along_axis(weights, axis: literal, a):
    """One-dimensional weights in the shape that goes with an array along an axis."""
    if axis < 0:
        return _along_axis(weights, axis + a.ndim, a)
    return weights.reshape((1,) * axis + (weights.shape[0],) + (1,) * (a.ndim - 1 - axis))


def _deviation(x, kind):
    """The squares of the distances from the mean."""
    if kind.kind == "c":
        return x.real * x.real + x.imag * x.imag
    return x * x


@method
def var(a, axis: literal = None, dtype=None, out=None, ddof=0, keepdims: literal = False, where=None):
    a = np.asarray(a)
    kind = _inexact_dtype(a.dtype, dtype)
    middle = mean(a, axis, kind, None, True, where)
    squares = np.asarray(_deviation(a - middle, kind))
    count = _taking_part(a, axis, keepdims, where)
    total = sum(squares, axis, None, None, keepdims, None, where)
    return _given(_divided(total, _degrees(count, ddof), squares.dtype), out)


def _degrees(count, ddof):
    """The degrees of freedom, at least zero."""
    if isinstance(count, np.ndarray):
        return np.maximum(count - ddof, 0)
    return max(count - ddof, 0)


@method
def std(a, axis: literal = None, dtype=None, out=None, ddof=0, keepdims: literal = False, where=None):
    a = np.asarray(a)
    return _given(np.sqrt(var(a, axis, dtype, None, ddof, keepdims, where)), out)


def _cumsum_lane(x, out):
    if x.shape[0] == 0:
        return
    total = out.dtype.type(x[0])
    out[0] = total
    for i in range(1, x.shape[0]):
        total += out.dtype.type(x[i])
        out[i] = total


def _cumprod_lane(x, out):
    if x.shape[0] == 0:
        return
    product = out.dtype.type(x[0])
    out[0] = product
    for i in range(1, x.shape[0]):
        product *= out.dtype.type(x[i])
        out[i] = product


def _cumulative(a, axis: literal, dtype, lane):
    if axis is None:
        return _cumulative(a if a.ndim == 1 else a.ravel(), 0, dtype, lane)
    _check_axis(axis, a.ndim)
    out = np.empty(a.shape, dtype)
    _map_lanes(a, out, axis, lane)
    return out


@method
def cumsum(a, axis: literal = None, dtype=None, out=None):
    a = np.asarray(a)
    return _given(_cumulative(a, axis, _total_dtype(a.dtype, dtype), _cumsum_lane), out)


@method
def cumprod(a, axis: literal = None, dtype=None, out=None):
    a = np.asarray(a)
    return _given(_cumulative(a, axis, _total_dtype(a.dtype, dtype), _cumprod_lane), out)


def nansum(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False, initial=None, where=None):
    a = np.asarray(a)
    if a.dtype.kind == "f" or a.dtype.kind == "c":
        return sum(np.where(np.isnan(a), a.dtype.type(0), a), axis, dtype, out, keepdims, initial, where)
    return sum(a, axis, dtype, out, keepdims, initial, where)


def nanprod(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False, initial=None, where=None):
    a = np.asarray(a)
    if a.dtype.kind == "f" or a.dtype.kind == "c":
        return prod(np.where(np.isnan(a), a.dtype.type(1), a), axis, dtype, out, keepdims, initial, where)
    return prod(a, axis, dtype, out, keepdims, initial, where)


def nanmean(a, axis: literal = None, dtype=None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    if a.dtype.kind == "f" or a.dtype.kind == "c":
        return mean(a, axis, dtype, out, keepdims, ~np.isnan(a))
    return mean(a, axis, dtype, out, keepdims)


def nanvar(a, axis: literal = None, dtype=None, out=None, ddof=0, keepdims: literal = False):
    a = np.asarray(a)
    if a.dtype.kind == "f" or a.dtype.kind == "c":
        return var(a, axis, dtype, out, ddof, keepdims, ~np.isnan(a))
    return var(a, axis, dtype, out, ddof, keepdims)


def nanstd(a, axis: literal = None, dtype=None, out=None, ddof=0, keepdims: literal = False):
    a = np.asarray(a)
    return _given(np.sqrt(nanvar(a, axis, dtype, None, ddof, keepdims)), out)
