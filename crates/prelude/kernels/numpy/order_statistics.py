"""Medians, percentiles and quantiles."""

import numpy as np

from ..marks import literal
from .axes import _check_distinct, _given, _reduce
from .sums import _inexact_dtype


def _has_nan(x):
    for i in range(x.shape[0]):
        if x[i] != x[i]:
            return True
    return False


def _exchange(x, i, j):
    kept = x[i]
    x[i] = x[j]
    x[j] = kept


def _select(x, k):
    """Puts the element there that stands at k in order, none that is greater before it and none that is less behind (Hoare, FIND)."""
    low = 0
    high = x.shape[0] - 1
    rounds = 0
    while low < high:
        rounds += 1
        if rounds > 100:
            # Elements that were laid out against it.
            x[low : high + 1] = np.sort(x[low : high + 1])
            return
        middle = (low + high) // 2
        if x[middle] < x[low]:
            _exchange(x, middle, low)
        if x[high] < x[low]:
            _exchange(x, high, low)
        if x[high] < x[middle]:
            _exchange(x, high, middle)
        pivot = x[middle]
        i = low
        j = high
        while i <= j:
            while x[i] < pivot:
                i += 1
            while pivot < x[j]:
                j -= 1
            if i <= j:
                _exchange(x, i, j)
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            return


def _median_lane(x, dtype):
    n = x.shape[0]
    if n == 0 or _has_nan(x):
        return dtype.type(np.nan)
    parted = x.copy()
    _select(parted, n // 2)
    upper = parted[n // 2]
    if n % 2 == 1:
        return dtype.type(upper)
    lower = parted[0]
    for i in range(1, n // 2):
        if lower < parted[i]:
            lower = parted[i]
    return (dtype.type(lower) + dtype.type(upper)) / dtype.type(2)


def _at_end(a, axes: literal):
    """An array with several axes as its last ones."""
    if len(axes) == 1:
        return np.moveaxis(a, axes, (-1,))
    if len(axes) == 2:
        return np.moveaxis(a, axes, (-2, -1))
    if len(axes) == 3:
        return np.moveaxis(a, axes, (-3, -2, -1))
    return np.moveaxis(a, axes, (-4, -3, -2, -1))


def _axes_as_one(a, axes: literal):
    """An array whose last axis takes the place of several."""
    moved = _at_end(a, axes)
    return moved.reshape(moved.shape[: a.ndim - len(axes)] + (-1,))


def median(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    if isinstance(axis, tuple):
        _check_distinct(axis, a.ndim)
        if len(axis) == a.ndim:
            return median(a, None, out, keepdims)
        merged = median(_axes_as_one(a, axis), -1)
        return _given(np.expand_dims(merged, axis) if keepdims else merged, out)
    return _given(_reduce(a, axis, _inexact_dtype(a.dtype, None), keepdims, _median_lane, None), out)


def _between(ordered, position):
    """The value at a position between two elements, as NumPy interpolates."""
    below = int(np.floor(position))
    above = min(below + 1, ordered.shape[0] - 1)
    share = position - below
    first = np.float64(ordered[below])
    second = np.float64(ordered[above])
    difference = second - first
    if share >= 0.5:
        return second - difference * (1 - share)
    return first + difference * share


def _quantile_of(ordered, q):
    if ordered.shape[0] == 0:
        return np.nan
    return _between(ordered, q * (ordered.shape[0] - 1))


def _checked(q):
    if not (q >= 0.0 and q <= 1.0):
        raise ValueError("Quantiles must be in the range [0, 1]")
    return q


def quantile(a, q, axis: literal = None, keepdims: literal = False):
    a = np.asarray(a)
    if isinstance(q, np.ndarray):
        out = np.empty(q.shape[0])
        for i in range(q.shape[0]):
            _checked(q[i])
        flat = a if a.ndim == 1 else a.ravel()
        unordered = _has_nan(flat)
        ordered = np.sort(flat)
        for i in range(q.shape[0]):
            out[i] = np.nan if unordered else _quantile_of(ordered, q[i])
        return out
    if axis is None and not keepdims:
        _checked(q)
        flat = a if a.ndim == 1 else a.ravel()
        if _has_nan(flat):
            return np.nan
        return _quantile_of(np.sort(flat), q)
    return _quantile_along(a, _checked(q), axis, keepdims)


def _quantile_along(a, q, axis: literal, keepdims: literal):
    """The quantiles of lanes, which are put in order first."""
    if axis is None:
        return np.full((1,) * a.ndim, quantile(a, q))
    if axis < 0:
        return _quantile_along(a, q, axis + a.ndim, keepdims)
    moved = np.ascontiguousarray(np.swapaxes(a, axis, a.ndim - 1))
    lanes = moved.reshape((moved.size // moved.shape[a.ndim - 1], moved.shape[a.ndim - 1]))
    flat = np.empty(lanes.shape[0])
    for i in range(lanes.shape[0]):
        flat[i] = quantile(lanes[i], q)
    kept = np.swapaxes(flat.reshape(moved.shape[:-1] + (1,)), axis, a.ndim - 1)
    if keepdims:
        return kept
    return np.squeeze(kept, axis)


def percentile(a, q, axis: literal = None, keepdims: literal = False):
    a = np.asarray(a)
    return quantile(a, q / 100, axis, keepdims)


def nanmedian(a):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        flat = a.ravel()
        return median(flat[~np.isnan(flat)])
    return median(a)


def nanpercentile(a, q):
    a = np.asarray(a)
    return nanquantile(a, q / 100)


def nanquantile(a, q):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        flat = a.ravel()
        return quantile(flat[~np.isnan(flat)], q)
    return quantile(a, q)
