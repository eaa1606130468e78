"""The way of a reduction along axes: one-dimensional lanes, reached by taking the other axes off one by one.

The functions here call themselves for arrays of one dimension less, so that each is compiled once for each rank on the way. What is done with a lane, or with whole rows where
the axis is not the last one, they get as functions:

    lane(x, dtype)       what the one-dimensional x comes to, as a number of the dtype
    rows(a, out)         the same along the first axis of a, for all its columns at once, into out

A reduction without `rows` goes down the columns.
"""

import numpy as np

from ..marks import literal


def _without(shape, axis: literal):
    """The shape of what a reduction along the axis gives."""
    return shape[:axis] + shape[axis + 1 :]


def _check_axis(axis: literal, ndim: literal):
    if axis < -ndim or axis >= ndim:
        raise np.exceptions.AxisError(axis, ndim)


def _wrapped_axis(axis, ndim):
    """An axis that is computed, counted from the first."""
    if axis < -ndim or axis >= ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis + ndim if axis < 0 else axis


def _reduce_into(a, out, axis: literal, dtype, lane, rows):
    """Reduces an array of at least two dimensions along an axis, which `out` lacks."""
    if axis > 0:
        for i in range(a.shape[0]):
            if a.ndim == 2:
                out[i] = lane(a[i], dtype)
            else:
                _reduce_into(a[i], out[i], axis - 1, dtype, lane, rows)
    elif rows is not None:
        rows(a, out)
    else:
        for j in range(a.shape[1]):
            if a.ndim == 2:
                out[j] = lane(a[:, j], dtype)
            else:
                _reduce_into(a[:, j], out[j], 0, dtype, lane, rows)


def _reduce_axes(a, axes: literal, dtype, lane, rows):
    """Reduces along several axes, which stay with length 1."""
    if len(axes) == 0:
        return a.astype(dtype)
    return _reduce_axes(_reduce(a, axes[0], dtype, True, lane, rows), axes[1:], dtype, lane, rows)


def _check_distinct(axes: literal, ndim: literal):
    """Each axis may stand once among several."""
    for i in range(len(axes)):
        for j in range(i):
            if axes[i] % ndim == axes[j] % ndim:
                raise ValueError("duplicate value in 'axis'")


def _reduce(a, axis: literal, dtype, keepdims: literal, lane, rows):
    """Reduces an array: wholly, along an axis or along several."""
    if axis is None:
        value = lane(a if a.ndim == 1 else a.ravel(), dtype)
        if keepdims:
            return np.full((1,) * a.ndim, value, dtype)
        return value
    if isinstance(axis, tuple):
        _check_distinct(axis, a.ndim)
        kept = _reduce_axes(a, axis, dtype, lane, rows)
        if keepdims:
            return kept
        if len(axis) == a.ndim:
            return kept.ravel()[0]
        return np.squeeze(kept, axis)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return _reduce(a, axis + a.ndim, dtype, keepdims, lane, rows)
    if a.ndim == 1:
        value = lane(a, dtype)
        if keepdims:
            return np.full((1,), value, dtype)
        return value
    out = np.empty(_without(a.shape, axis), dtype)
    _reduce_into(a, out, axis, dtype, lane, rows)
    if keepdims:
        return np.expand_dims(out, axis)
    return out


def _given(result, out):
    """The result, in the array that the caller gave for it if there is one."""
    if out is None:
        return result
    out[...] = result
    return out


def _count(a, axis: literal):
    """How many elements are reduced to one."""
    if axis is None:
        return a.size
    if isinstance(axis, tuple):
        count = 1
        for position in axis:
            count *= a.shape[position]
        return count
    return a.shape[axis]


def _map_lanes(a, out, axis: literal, lane):
    """Lets `lane(x, y)` write each lane of `out` from the lane of `a` there."""
    if axis < 0:
        _map_lanes(a, out, axis + a.ndim, lane)
    elif a.ndim == 1:
        lane(a, out)
    elif axis > 0:
        for i in range(a.shape[0]):
            _map_lanes(a[i], out[i], axis - 1, lane)
    else:
        for j in range(a.shape[1]):
            _map_lanes(a[:, j], out[:, j], 0, lane)
