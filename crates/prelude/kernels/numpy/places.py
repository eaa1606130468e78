"""Where elements are: those that are not zero, and those at given places."""

import numpy as np

from ..marks import literal, method, shared
from .axes import _check_axis, _given, _of_pieces, _reduce
from .sums import _sum_short


def _count_lane(x, dtype):
    """How many elements are not zero."""
    if shared and x.shape[0] >= 65536:
        return _sum_short(_of_pieces(x, dtype, _count_short, dtype), dtype)
    return _count_short(x, dtype)


def _count_short(x, dtype):
    count = 0
    for i in range(x.shape[0]):
        if x[i]:
            count += 1
    return count


def _count_true(a):
    return _reduce(a, None, np.dtype(np.int64), False, _count_lane, None)


def count_nonzero(a, axis: literal = None, keepdims: literal = False):
    return _reduce(np.atleast_1d(a), axis, np.dtype(np.int64), keepdims, _count_lane, None)


def _nonzero_into(a, out, at):
    """Writes the places into the columns of `out` from `at` on, a row for each axis; gives where the next ones go."""
    for i in range(a.shape[0]):
        if a.ndim == 1:
            if a[i]:
                out[0, at] = i
                at += 1
        else:
            end = _nonzero_into(a[i], out[1:], at)
            out[0, at:end] = i
            at = end
    return at


def _rows(a, first: literal, ndim: literal):
    """The rows of a matrix from `first` to before `ndim`, as a tuple."""
    if first == ndim:
        return ()
    return (a[first],) + _rows(a, first + 1, ndim)


@method
def nonzero(a):
    if not isinstance(a, np.ndarray):
        return nonzero(np.asarray(a))
    if a.ndim == 0:
        raise ValueError("Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead.")
    places = np.empty((a.ndim, _count_true(a)), np.int64)
    _nonzero_into(a, places, 0)
    return _rows(places, 0, a.ndim)


def argwhere(a):
    a = np.asarray(a)
    places = np.empty((a.ndim, _count_true(a)), np.int64)
    _nonzero_into(a, places, 0)
    return np.transpose(places)


def flatnonzero(a):
    return np.nonzero(np.asarray(a).ravel())[0]


def _index_by_mode(index, length, mode: literal):
    """An index of an axis, by what is to be done where it is out of bounds."""
    if mode == "clip":
        return np.maximum(0, np.minimum(np.int64(index), length - 1))
    if mode == "wrap":
        return np.int64(index) % length
    return np.int64(index)


@method
def take(a, indices, axis: literal = None, out=None, mode: literal = "raise"):
    if mode != "raise" and mode != "wrap" and mode != "clip":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got '{mode}')")
    if isinstance(indices, (list, tuple)):
        return take(a, np.asarray(indices), axis, out, mode)
    if axis is None:
        return take(a.ravel(), indices, 0, out, mode)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return take(a, indices, axis + a.ndim, out, mode)
    source = np.moveaxis(a, axis, 0)
    length = a.shape[axis]
    if isinstance(indices, np.ndarray):
        places = indices.ravel()
        made = np.empty(a.shape[:axis] + (places.size,) + a.shape[axis + 1 :], a.dtype)
        target = np.moveaxis(made, axis, 0)
        if mode != "raise" and length == 0 and places.size > 0:
            raise IndexError("cannot do a non-empty take from an empty axes.")
        for i in range(places.size):
            target[i] = source[_index_by_mode(places[i], length, mode)]
        return _given(made.reshape(a.shape[:axis] + indices.shape + a.shape[axis + 1 :]), out)
    chosen = source[_index_by_mode(indices, length, mode)]
    if isinstance(chosen, np.ndarray):
        return chosen.copy()
    return chosen


def _before(x, y):
    """Whether one number sorts before another: nan last, complex numbers by their real parts first."""
    if isinstance(x, complex):
        if x.real == y.real or (x.real != x.real and y.real != y.real):
            return _before(x.imag, y.imag)
        if (x.imag != x.imag) != (y.imag != y.imag) and x.real == x.real and y.real == y.real:
            return y.imag != y.imag
        return _before(x.real, y.real)
    if isinstance(x, float):
        return x < y or (x == x and y != y)
    return x < y


def _insertion_point(a, value, kind, right: literal):
    low = 0
    high = a.shape[0]
    while low < high:
        middle = low + (high - low) // 2
        here = kind.type(a[middle])
        if right:
            is_behind = _before(value, here)
        else:
            is_behind = not _before(here, value)
        if is_behind:
            high = middle
        else:
            low = middle + 1
    return low


@method
def searchsorted(a, v, side: literal = "left", sorter=None):
    if isinstance(a, (list, tuple)):
        return searchsorted(np.asarray(a), v, side, sorter)
    if isinstance(v, (list, tuple)):
        return searchsorted(a, np.asarray(v), side, sorter)
    if sorter is not None:
        return searchsorted(np.take(a, sorter), v, side, None)
    if side != "left" and side != "right":
        raise ValueError("search side must be one of 'left' or 'right'")
    kind = np.result_type(a, v)
    if isinstance(v, np.ndarray):
        out = np.empty(v.shape, np.int64)
        _insertion_points(a, v, out, kind, side == "right")
        return out
    return _insertion_point(a, kind.type(v), kind, side == "right")


def _insertion_points(a, v, out, kind, right: literal):
    if v.ndim == 0:
        out[()] = _insertion_point(a, kind.type(v[()]), kind, right)
    else:
        for i in range(v.shape[0]):
            if v.ndim == 1:
                out[i] = _insertion_point(a, kind.type(v[i]), kind, right)
            else:
                _insertion_points(a, v[i], out[i], kind, right)


def _direction(bins):
    """1 of numbers that never go down, -1 of those that never go up, 0 of others."""
    n = bins.shape[0]
    i = 0
    while i + 1 < n and bins[i] == bins[i + 1]:
        i += 1
    if i + 1 >= n:
        return 1
    goes_up = bins[i] < bins[i + 1]
    while i + 1 < n:
        if goes_up and bins[i] > bins[i + 1] or not goes_up and bins[i] < bins[i + 1]:
            return 0
        i += 1
    return 1 if goes_up else -1


def digitize(x, bins, right: literal = False):
    edges = np.asarray(bins)
    direction = _direction(edges)
    if direction == 0:
        raise ValueError("bins must be monotonically increasing or decreasing")
    if direction == 1:
        return np.searchsorted(edges, x, "left" if right else "right")
    return edges.shape[0] - np.searchsorted(edges[::-1], x, "left" if right else "right")
