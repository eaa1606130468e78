"""Lengths of vectors and matrices."""

import math

import numpy as np

from ...marks import literal
from ..axes import _reduce
from ..extrema import _check_any


def _norm_dtype(dtype):
    if dtype.kind == "f":
        return dtype
    if dtype.kind == "c":
        return np.finfo(dtype).dtype
    return np.dtype(np.float64)


def _square_of(x, kind):
    if np.result_type(x).kind == "c":
        return kind.type(x.real) * kind.type(x.real) + kind.type(x.imag) * kind.type(x.imag)
    return kind.type(x) * kind.type(x)


def _squares(x, kind):
    """The sum of the squares of a vector."""
    a0 = kind.type(0)
    a1 = kind.type(0)
    a2 = kind.type(0)
    a3 = kind.type(0)
    n = x.shape[0]
    end = n - n % 4
    for i in range(0, end, 4):
        a0 += _square_of(x[i], kind)
        a1 += _square_of(x[i + 1], kind)
        a2 += _square_of(x[i + 2], kind)
        a3 += _square_of(x[i + 3], kind)
    for i in range(end, n):
        a0 += _square_of(x[i], kind)
    return (a0 + a1) + (a2 + a3)


def _magnitude(x, kind):
    return kind.type(np.abs(x))


def _chosen_magnitude(x, kind, choose, name: literal):
    _check_any(x.shape[0], name)
    result = _magnitude(x[0], kind)
    for i in range(1, x.shape[0]):
        result = choose(result, _magnitude(x[i], kind))
    return result


def _largest(x, kind):
    return _chosen_magnitude(x, kind, np.maximum, "maximum")


def _smallest(x, kind):
    return _chosen_magnitude(x, kind, np.minimum, "minimum")


def _magnitudes(x, kind):
    """The sum of the magnitudes of a vector."""
    total = kind.type(0)
    for i in range(x.shape[0]):
        total += _magnitude(x[i], kind)
    return total


def _count_present(x, kind):
    total = kind.type(0)
    for i in range(x.shape[0]):
        if x[i] != 0:
            total += kind.type(1)
    return total


def _row_sums(x, kind):
    out = np.empty(x.shape[0], kind)
    for i in range(x.shape[0]):
        out[i] = _magnitudes(x[i], kind)
    return out


def _matrix_norm(x, ord: literal, kind):
    if ord == "fro":
        return np.sqrt(_squares(x.ravel(), kind))
    if ord == 1:
        return _largest(_row_sums(np.transpose(x), kind), kind)
    if ord == -1:
        return _smallest(_row_sums(np.transpose(x), kind), kind)
    if ord == math.inf:
        return _largest(_row_sums(x, kind), kind)
    if ord == -math.inf:
        return _smallest(_row_sums(x, kind), kind)
    raise ValueError("Invalid norm order for matrices.")


def _vector_norm(a, ord: literal, axis: literal, keepdims: literal, kind):
    """The norms of the lanes along an axis."""
    if ord is None or ord == 2:
        return np.sqrt(_reduce(a, axis, kind, keepdims, _squares, None))
    if ord == math.inf:
        return _reduce(a, axis, kind, keepdims, _largest, None)
    if ord == -math.inf:
        return _reduce(a, axis, kind, keepdims, _smallest, None)
    if ord == 0:
        return _reduce(a, axis, kind, keepdims, _count_present, None)
    if ord == 1:
        return _reduce(a, axis, kind, keepdims, _magnitudes, None)
    powers = np.power(np.abs(a).astype(kind), kind.type(ord))
    return np.power(_reduce(powers, axis, kind, keepdims, _magnitudes, None), kind.type(1.0 / ord))


def norm(x, ord: literal = None, axis: literal = None, keepdims: literal = False):
    a = np.asarray(x)
    kind = _norm_dtype(a.dtype)
    if isinstance(axis, tuple):
        if ord is not None and ord != "fro":
            raise ValueError("Invalid norm order for matrices.")
        parts = np.abs(a).astype(kind)
        return np.sqrt(_reduce(parts * parts, axis, kind, keepdims, _magnitudes, None))
    if axis is None and ord is not None and a.ndim != 1:
        if a.ndim != 2:
            raise ValueError("Improper number of dimensions to norm.")
        length = _matrix_norm(a, ord, kind)
        if keepdims:
            return np.full((1, 1), length)
        return length
    return _vector_norm(a, ord, axis, keepdims, kind)
