"""Medians, percentiles and quantiles."""

import numpy as np

from ..marks import literal
from .axes import _check_axis, _check_distinct, _given, _reduce
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


def _between(ordered, position, kind):
    """The value at a position between two elements, as NumPy interpolates."""
    below = int(np.floor(position))
    above = min(below + 1, ordered.shape[0] - 1)
    share = kind.type(position) - kind.type(below)
    first = kind.type(ordered[below])
    second = kind.type(ordered[above])
    difference = second - first
    if share >= 0.5:
        return second - difference * (kind.type(1) - share)
    return first + difference * share


def _quantile_of(ordered, q, kind):
    if ordered.shape[0] == 0:
        return kind.type(np.nan)
    return _between(ordered, kind.type(q) * kind.type(ordered.shape[0] - 1), kind)


def _quantile_kind(a, q):
    """The dtype in which quantiles are computed: a share that is a number adapts to an array of float32."""
    if a.dtype == np.float32 and not isinstance(q, np.ndarray):
        return a.dtype
    return np.dtype(np.float64)


def _checked(q, highest: literal):
    if not (q >= 0.0 and q <= 1.0):
        if highest == 100:
            raise ValueError("Percentiles must be in the range [0, 100]")
        raise ValueError("Quantiles must be in the range [0, 1]")
    return q


def _quantiles(a, q, axis: literal, keepdims: literal, highest: literal):
    if isinstance(q, np.ndarray):
        if axis is not None and a.ndim > 1 or keepdims:
            return _quantiles_along(a, q, axis, keepdims, highest)
        out = np.empty(q.shape[0])
        for i in range(q.shape[0]):
            _checked(q[i], highest)
        flat = a if a.ndim == 1 else a.ravel()
        unordered = _has_nan(flat)
        ordered = np.sort(flat)
        for i in range(q.shape[0]):
            out[i] = np.nan if unordered else _quantile_of(ordered, q[i], out.dtype)
        return out
    if axis is None and not keepdims:
        _checked(q, highest)
        return _quantile_lane(a if a.ndim == 1 else a.ravel(), q, _quantile_kind(a, q))
    return _quantile_along(a, _checked(q, highest), axis, keepdims, _quantile_kind(a, q))


def _quantile_lane(x, q, kind):
    if _has_nan(x):
        return kind.type(np.nan)
    return _quantile_of(np.sort(x), q, kind)


def _quantiles_along(a, q, axis: literal, keepdims: literal, highest: literal):
    """A quantile of each lane for each of several shares, which are the first axis."""
    if q.shape[0] == 0:
        raise ValueError("a kernel needs one share at least to know the shape of quantiles along an axis")
    kind = np.dtype(np.float64)
    first = _quantile_along(a, _checked(q[0], highest), axis, keepdims, kind)
    out = np.empty((q.shape[0],) + first.shape)
    out[0] = first
    for i in range(1, q.shape[0]):
        out[i] = _quantile_along(a, _checked(q[i], highest), axis, keepdims, kind)
    return out


def quantile(a, q, axis: literal = None, keepdims: literal = False):
    return _quantiles(np.asarray(a), np.asarray(q) if isinstance(q, (list, tuple)) else q, axis, keepdims, 1)


def _quantile_along(a, q, axis: literal, keepdims: literal, kind):
    """The quantiles of lanes, which are put in order first."""
    if axis is None:
        return np.full((1,) * a.ndim, _quantile_lane(a.ravel(), q, kind))
    _check_axis(axis, a.ndim)
    if axis < 0:
        return _quantile_along(a, q, axis + a.ndim, keepdims, kind)
    moved = np.ascontiguousarray(np.swapaxes(a, axis, a.ndim - 1))
    lanes = moved.reshape((moved.size // moved.shape[a.ndim - 1], moved.shape[a.ndim - 1]))
    flat = np.empty(lanes.shape[0], kind)
    for i in range(lanes.shape[0]):
        flat[i] = _quantile_lane(lanes[i], q, kind)
    kept = np.swapaxes(flat.reshape(moved.shape[:-1] + (1,)), axis, a.ndim - 1)
    if keepdims:
        return kept
    if a.ndim == 1:
        return flat[0]
    return np.squeeze(kept, axis)


def _hundredth(a, q):
    """A share that is given in hundredths."""
    if isinstance(q, (list, tuple)):
        return np.asarray(q) / 100
    kind = _quantile_kind(np.asarray(a), q)
    return q / 100 if isinstance(q, np.ndarray) else kind.type(q) / kind.type(100)


def percentile(a, q, axis: literal = None, keepdims: literal = False):
    return _quantiles(np.asarray(a), _hundredth(a, q), axis, keepdims, 100)


def _nanmedian_lane(x, dtype):
    return _median_lane(x[~np.isnan(x)], dtype)


def nanmedian(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    if a.dtype.kind != "f":
        return median(a, axis, out, keepdims)
    if isinstance(axis, tuple):
        _check_distinct(axis, a.ndim)
        if len(axis) == a.ndim:
            return nanmedian(a, None, out, keepdims)
        merged = nanmedian(_axes_as_one(a, axis), -1)
        return _given(np.expand_dims(merged, axis) if keepdims else merged, out)
    return _given(_reduce(a, axis, a.dtype, keepdims, _nanmedian_lane, None), out)


def _without_nans(a):
    """The numbers in one dimension."""
    flat = a.ravel()
    return flat[~np.isnan(flat)] if a.dtype.kind == "f" else flat


def nanpercentile(a, q):
    return _quantiles(_without_nans(np.asarray(a)), _hundredth(a, q), None, False, 100)


def nanquantile(a, q):
    return _quantiles(_without_nans(np.asarray(a)), np.asarray(q) if isinstance(q, (list, tuple)) else q, None, False, 1)
