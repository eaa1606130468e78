"""The way of a reduction along axes: one-dimensional lanes, reached by taking the other axes off one by one.

The functions here call themselves for arrays of one dimension less, so that each is compiled once for each rank on the way. What is done with a lane, or with whole rows where
the axis is not the last one, they get as functions:

    lane(x, dtype)       what the one-dimensional x comes to, as a number of the dtype
    rows(a, out)         the same along the first axis of a, for all its columns at once, into out

A reduction without `rows` goes down the columns.

Where work is shared among threads, a lane of 65536 elements or more is gone through in pieces. What comes of each is put together in order, and where the pieces begin depends on
the length alone.
"""

import numpy as np

from ..marks import literal, prange, shared


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


def _pieces(n):
    """Into how many pieces a long lane is cut."""
    return np.minimum(n // 8192, 1024)


def _of_pieces(x, dtype, lane, given):
    """What `lane(piece, given)` comes to for each piece of a long lane."""
    n = x.shape[0]
    pieces = _pieces(n)
    parts = np.empty(pieces, dtype)
    for p in prange(pieces):
        parts[p] = lane(x[p * n // pieces : (p + 1) * n // pieces], given)
    return parts


def _rows_in_blocks(a, out, rows):
    """Whole rows, so many columns at once that threads do not write side by side."""
    n = a.shape[1]
    blocks = np.maximum(1, n // 512)
    for b in prange(blocks):
        rows(a[:, b * n // blocks : (b + 1) * n // blocks], out[b * n // blocks : (b + 1) * n // blocks])


def _reduce_into(a, out, axis: literal, dtype, lane, rows):
    """Reduces an array of at least two dimensions along an axis, which `out` lacks."""
    if axis > 0:
        for i in prange(a.shape[0]):
            if a.ndim == 2:
                out[i] = lane(a[i], dtype)
            else:
                _reduce_into(a[i], out[i], axis - 1, dtype, lane, rows)
    elif rows is not None:
        if shared:
            _rows_in_blocks(a, out, rows)
        else:
            rows(a, out)
    else:
        for j in prange(a.shape[1]):
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
        for i in prange(a.shape[0]):
            _map_lanes(a[i], out[i], axis - 1, lane)
    else:
        for j in prange(a.shape[1]):
            _map_lanes(a[:, j], out[:, j], 0, lane)
