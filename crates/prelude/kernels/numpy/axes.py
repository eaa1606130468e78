"""The way of a function along an axis: one-dimensional lanes, reached by taking the other axes off one by one.

Each function here calls itself for arrays of one dimension less, so that it is compiled once for each rank on the way.
"""

import numpy as np

from ..marks import literal


def _axis(axis: literal, ndim: literal):
    """The axis counted from the first one."""
    if axis < -ndim or axis >= ndim:
        raise np.exceptions.AxisError(f"axis {axis} is out of bounds for array of dimension {ndim}")
    return axis + ndim if axis < 0 else axis


def _without(shape, axis: literal):
    """The shape of what a reduction along the axis gives."""
    return shape[:axis] + shape[axis + 1 :]


def _with_one(shape, axis: literal):
    """The same where the axis is kept."""
    return shape[:axis] + (1,) + shape[axis + 1 :]


def _reduce_lanes(a, out, axis: literal, lane):
    """Sets each element of `out`, which lacks the axis, to what `lane` gives for the lane there. Not for one dimension."""
    if axis > 0:
        for i in range(a.shape[0]):
            if a.ndim == 2:
                out[i] = lane(a[i])
            else:
                _reduce_lanes(a[i], out[i], axis - 1, lane)
    else:
        for j in range(a.shape[1]):
            if a.ndim == 2:
                out[j] = lane(a[:, j])
            else:
                _reduce_lanes(a[:, j], out[j], 0, lane)


def _map_lanes(a, out, axis: literal, lane):
    """Lets `lane` write each lane of `out` from the lane of `a` there."""
    if a.ndim == 1:
        lane(a, out)
    elif axis > 0:
        for i in range(a.shape[0]):
            _map_lanes(a[i], out[i], axis - 1, lane)
    else:
        for j in range(a.shape[1]):
            _map_lanes(a[:, j], out[:, j], 0, lane)
