"""Products of vectors and matrices."""

import numpy as np

from ..machine import _multiply_matrices
from ..marks import method, prange, shared
from .axes import _given, _pieces
from .joining import _ones


def _dot_lane(x, y, kind):
    """The sum of the products of two vectors of one length."""
    if shared and x.shape[0] >= 65536:
        return _dot_pieces(x, y, kind)
    return _dot_short(x, y, kind)


def _dot_pieces(x, y, kind):
    n = x.shape[0]
    pieces = _pieces(n)
    parts = np.empty(pieces, kind)
    for p in prange(pieces):
        start = p * n // pieces
        end = (p + 1) * n // pieces
        parts[p] = _dot_short(x[start:end], y[start:end], kind)
    return _dot_short(parts, np.ones(pieces, kind), kind)


def _dot_short(x, y, kind):
    n = x.shape[0]
    a0 = kind.type(0)
    a1 = kind.type(0)
    a2 = kind.type(0)
    a3 = kind.type(0)
    if kind.kind == "b":
        for i in range(n):
            a0 = a0 or (bool(x[i]) and bool(y[i]))
        return a0
    end = n - n % 4
    for i in range(0, end, 4):
        a0 += kind.type(x[i]) * kind.type(y[i])
        a1 += kind.type(x[i + 1]) * kind.type(y[i + 1])
        a2 += kind.type(x[i + 2]) * kind.type(y[i + 2])
        a3 += kind.type(x[i + 3]) * kind.type(y[i + 3])
    for i in range(end, n):
        a0 += kind.type(x[i]) * kind.type(y[i])
    return kind.type(kind.type(a0 + a1) + kind.type(a2 + a3))


def _as_kind(a, kind):
    return a if a.dtype == kind else a.astype(kind)


def _matrix_product(a, b, kind):
    out = np.zeros((a.shape[0], b.shape[1]), kind)
    _multiply_matrices(_as_kind(a, kind), _as_kind(b, kind), out)
    return out


def _product(a, b, kind):
    """The product of two arrays of one or two dimensions, whose lengths fit."""
    if a.ndim == 1 and b.ndim == 1:
        return _dot_lane(a, b, kind)
    if b.ndim == 1:
        out = np.empty(a.shape[0], kind)
        for i in prange(a.shape[0]):
            out[i] = _dot_lane(a[i], b, kind)
        return out
    if a.ndim == 1:
        return _matrix_product(a[None], b, kind)[0]
    return _matrix_product(a, b, kind)


def _inner_axis(b):
    return b.ndim - 2 if b.ndim > 1 else 0


def _dot(a, b, kind):
    if a.shape[-1] != b.shape[_inner_axis(b)]:
        raise ValueError(f"shapes {a.shape} and {b.shape} not aligned: {a.shape[-1]} (dim {a.ndim - 1}) != {b.shape[_inner_axis(b)]} (dim {_inner_axis(b)})")
    if a.ndim <= 2 and b.ndim <= 2:
        return _product(a, b, kind)
    left = a.reshape((-1, a.shape[-1])) if a.size > 0 else a.reshape((a.size // np.maximum(1, a.shape[-1]), a.shape[-1]))
    if b.ndim == 1:
        return _product(left, b, kind).reshape(a.shape[:-1])
    first = np.moveaxis(b, b.ndim - 2, 0)
    right = first.reshape((b.shape[-2], b.size // np.maximum(1, b.shape[-2])))
    return _product(left, right, kind).reshape(a.shape[:-1] + b.shape[:-2] + b.shape[-1:])


@method
def dot(a, b, out=None):
    left = np.asarray(a)
    right = np.asarray(b)
    if left.ndim == 0 or right.ndim == 0:
        product = left * right
    else:
        product = _dot(left, right, np.result_type(left, right))
    return _given(product, out)


def _together(first, second):
    """The shape to which two shapes of one number of dimensions are broadcast."""
    if len(first) == 0:
        return ()
    if first[0] != second[0] and first[0] != 1 and second[0] != 1:
        raise ValueError("matmul: operands could not be broadcast together")
    return (first[0] if second[0] == 1 else second[0],) + _together(first[1:], second[1:])


def _matmul_into(a, b, out):
    if out.ndim == 2:
        _multiply_matrices(a, b, out)
    else:
        for i in range(out.shape[0]):
            _matmul_into(a[i if a.shape[0] > 1 else 0], b[i if b.shape[0] > 1 else 0], out[i])


def _matmul(a, b, kind):
    if a.shape[-1] != b.shape[_inner_axis(b)]:
        raise ValueError(
            f"matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) "
            f"(size {b.shape[_inner_axis(b)]} is different from {a.shape[-1]})"
        )
    if a.ndim <= 2 and b.ndim <= 2:
        return _product(a, b, kind)
    if a.ndim == 1:
        return _matmul(a[None], b, kind)[..., 0, :]
    if b.ndim == 1:
        return _matmul(a, b[:, None], kind)[..., 0]
    left = _as_kind(a, kind).reshape(_ones(b.ndim - a.ndim) + a.shape)
    right = _as_kind(b, kind).reshape(_ones(a.ndim - b.ndim) + b.shape)
    out = np.zeros(_together(left.shape[:-2], right.shape[:-2]) + (a.shape[-2], b.shape[-1]), kind)
    _matmul_into(left, right, out)
    return out


def matmul(a, b, out=None):
    left = np.asarray(a)
    right = np.asarray(b)
    if left.ndim == 0 or right.ndim == 0:
        raise ValueError("matmul: Input operand does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) requires 1)")
    product = _matmul(left, right, np.result_type(left, right))
    return _given(product, out)


def vdot(a, b):
    left = np.asarray(a).ravel()
    right = np.asarray(b).ravel()
    if left.size != right.size:
        raise ValueError("cannot reshape array: vectors of different sizes")
    return _dot_lane(np.conj(left), right, np.result_type(left, right))


def inner(a, b):
    left = np.asarray(a)
    right = np.asarray(b)
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    if right.ndim == 1:
        return np.dot(left, right)
    return np.dot(left, np.swapaxes(right, right.ndim - 1, right.ndim - 2))
