"""Differences, products and roundings of whole arrays."""

import math

import numpy as np

from ..marks import literal, method
from .axes import _check_axis, _given
from .sums import _total_dtype


def _differences(a, axis: literal):
    out = np.empty(a.shape[:axis] + (np.maximum(0, a.shape[axis] - 1),) + a.shape[axis + 1 :], a.dtype)
    source = np.moveaxis(a, axis, 0)
    target = np.moveaxis(out, axis, 0)
    if a.dtype.kind == "b":
        target[...] = source[1:] != source[:-1]
    else:
        target[...] = source[1:] - source[:-1]
    return out


def diff(a, n=1, axis: literal = -1):
    if not isinstance(a, np.ndarray):
        return diff(np.asarray(a), n, axis)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return diff(a, n, axis + a.ndim)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    result = a.reshape(a.shape)
    for _ in range(n):
        result = _differences(result, axis)
    return result


def ediff1d(ary):
    flat = np.asarray(ary).ravel()
    return flat[1:] - flat[:-1]


def _rounded(a, decimals):
    kind = np.result_type(a)
    if kind.kind == "i" or kind.kind == "u":
        if decimals >= 0:
            return a + kind.type(0)
        scale = 10.0 ** -decimals
        return _converted(np.rint(a / scale) * scale, kind)
    scale = kind.type(10.0 ** np.abs(decimals))
    if decimals == 0:
        return np.rint(a)
    if decimals > 0:
        return np.rint(a * scale) / scale
    return np.rint(a / scale) * scale


def _converted(a, kind):
    if isinstance(a, np.ndarray):
        return a.astype(kind)
    return kind.type(a)


def _round_complex(a, decimals):
    if isinstance(a, np.ndarray):
        out = np.empty(a.shape, a.dtype)
        out.real[...] = _rounded(a.real, decimals)
        out.imag[...] = _rounded(a.imag, decimals)
        return out
    return np.result_type(a).type(complex(_rounded(a.real, decimals), _rounded(a.imag, decimals)))


@method
def round(a, decimals=0, out=None):
    if isinstance(a, (list, tuple)):
        return np.round(np.asarray(a), decimals, out)
    if not isinstance(decimals, int):
        raise TypeError("'float' object cannot be interpreted as an integer")
    if np.result_type(a).kind == "c":
        rounded = _round_complex(a, decimals)
    else:
        rounded = _rounded(a, decimals)
    return _given(rounded, out)


def around(a, decimals=0, out=None):
    return np.round(a, decimals, out)


def fix(x):
    return np.trunc(x)


def _without_nan(x, nan, highest, lowest):
    kind = np.result_type(x)
    usual = np.where(np.isnan(x), kind.type(nan), x)
    return np.where(x == math.inf, kind.type(highest), np.where(x == -math.inf, kind.type(lowest), usual))


def nan_to_num(x, copy: literal = True, nan=0.0, posinf=None, neginf=None):
    if isinstance(x, (list, tuple)):
        return nan_to_num(np.asarray(x), copy, nan, posinf, neginf)
    kind = np.result_type(x)
    if kind.kind != "f" and kind.kind != "c":
        return _converted(x, kind)
    limits = np.finfo(kind)
    highest = np.float64(limits.max) if posinf is None else np.float64(posinf)
    lowest = np.float64(limits.min) if neginf is None else np.float64(neginf)
    if kind.kind == "c":
        real = _without_nan(x.real, nan, highest, lowest)
        imag = _without_nan(x.imag, nan, highest, lowest)
        if isinstance(x, np.ndarray):
            out = np.empty(x.shape, kind)
            out.real[...] = real
            out.imag[...] = imag
            return out
        return kind.type(complex(real, imag))
    if isinstance(x, np.ndarray) and not copy:
        x[...] = _without_nan(x, nan, highest, lowest)
        return x
    return _without_nan(x, nan, highest, lowest)


def outer(a, b):
    return np.asarray(a).ravel()[:, None] * np.asarray(b).ravel()


@method
def trace(a, offset=0, dtype=None):
    if a.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    kind = _total_dtype(a.dtype, dtype)
    first = np.maximum(0, -offset)
    end = np.minimum(a.shape[0], a.shape[1] - offset)
    if a.ndim == 2:
        total = kind.type(0)
        for i in range(first, end):
            total += kind.type(a[i, i + offset])
        return total
    out = np.zeros(a.shape[2:], kind)
    for i in range(first, end):
        out += a[i, i + offset]
    return out


def cross(a, b):
    left = np.asarray(a)
    right = np.asarray(b)
    if left.shape[-1] != 3 or right.shape[-1] != 3:
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 3 in a kernel)")
    kind = np.result_type(left, right)
    if left.ndim == 1 and right.ndim == 1:
        out = np.empty(3, kind)
        out[0] = left[1] * right[2] - left[2] * right[1]
        out[1] = left[2] * right[0] - left[0] * right[2]
        out[2] = left[0] * right[1] - left[1] * right[0]
        return out
    first = left[..., 1] * right[..., 2] - left[..., 2] * right[..., 1]
    result = np.empty(first.shape + (3,), kind)
    result[..., 0] = first
    result[..., 1] = left[..., 2] * right[..., 0] - left[..., 0] * right[..., 2]
    result[..., 2] = left[..., 0] * right[..., 1] - left[..., 1] * right[..., 0]
    return result


def kron(a, b):
    left = np.atleast_2d(a)
    right = np.atleast_2d(b)
    if left.ndim != 2 or right.ndim != 2:
        raise ValueError("a kernel computes Kronecker products of vectors and matrices")
    parts = left[:, None, :, None] * right[None, :, None, :]
    product = parts.reshape((left.shape[0] * right.shape[0], left.shape[1] * right.shape[1]))
    if np.asarray(a).ndim < 2 and np.asarray(b).ndim < 2:
        return product[0]
    return product
