"""Elements in order. Sorting is stable; the positions that a partition is made of are in order throughout."""

import numpy as np

from ..machine import _order_elements, _sort_elements
from ..marks import literal, method
from .axes import _check_axis, _map_lanes
from .order_statistics import _exchange, _select


def _sort_lane(x, out):
    """Sorts a lane in its place."""
    lane = out.reshape(out.shape)
    _sort_elements(lane)
    if not out.flags.c_contiguous:
        out[...] = lane


def _order_lane(x, out):
    places = np.empty(x.shape[0], np.int64)
    _order_elements(x.reshape(x.shape), places)
    out[...] = places


def _check_kind(kind: literal):
    if kind is not None and kind != "quicksort" and kind != "mergesort" and kind != "heapsort" and kind != "stable":
        raise ValueError(f"sort kind must be one of 'quicksort', 'mergesort', 'heapsort', or 'stable' (got '{kind}')")


def _check_select(kind: literal):
    if kind != "introselect":
        raise ValueError(f"select kind must be 'introselect' (got '{kind}')")


def _sort_in_place(a, axis: literal):
    _check_axis(axis, a.ndim)
    _map_lanes(a, a, axis, _sort_lane)


def sort(a, axis: literal = -1, kind: literal = None):
    _check_kind(kind)
    if axis is None:
        return np.sort(np.asarray(a).ravel())
    out = np.array(a)
    _sort_in_place(out, axis)
    return out


@method
def argsort(a, axis: literal = -1, kind: literal = None):
    _check_kind(kind)
    given = np.asarray(a)
    if axis is None:
        return argsort(given.ravel())
    _check_axis(axis, given.ndim)
    places = np.empty(given.shape, np.int64)
    _map_lanes(given, places, axis, _order_lane)
    return places


def _check_kth(kth, length):
    if isinstance(kth, int):
        if kth >= length or kth < -length:
            raise ValueError(f"kth(={kth}) out of bounds ({length})")
    else:
        for each in kth:
            _check_kth(each, length)


def _nans_last(x):
    """Exchanges elements until those that are nan are the last ones; gives how many are before them."""
    end = x.shape[0]
    i = 0
    while i < end:
        if x[i] != x[i]:
            end -= 1
            _exchange(x, i, end)
        else:
            i += 1
    return end


def _part_lane(x, places):
    """Puts the elements there that stand at these places in order, one selection behind the other."""
    end = _nans_last(x)
    start = np.int64(0)
    for i in range(places.shape[0]):
        place = places[i] % x.shape[0]
        if place >= start and place < end:
            _select(x[start:end], place - start)
            start = place + 1


def _part_lanes(a, places, axis: literal):
    if a.ndim == 1:
        _part_lane(a, places)
    elif axis > 0:
        for i in range(a.shape[0]):
            _part_lanes(a[i], places, axis - 1)
    else:
        for j in range(a.shape[1]):
            _part_lanes(a[:, j], places, 0)


def _part_in_place(a, kth, axis: literal):
    if axis < 0:
        _part_in_place(a, kth, axis + a.ndim)
    else:
        _check_axis(axis, a.ndim)
        _check_kth(kth, a.shape[axis])
        if a.dtype.kind == "c":
            _sort_in_place(a, axis)
        else:
            length = np.maximum(1, a.shape[axis])
            _part_lanes(a, np.sort(np.atleast_1d(np.asarray(kth)).astype(np.int64) % length), axis)


def partition(a, kth, axis: literal = -1, kind: literal = "introselect"):
    _check_select(kind)
    if axis is None:
        return np.partition(np.asarray(a).ravel(), kth)
    out = np.array(a)
    _check_axis(axis, out.ndim)
    _part_in_place(out, kth, axis)
    return out


@method
def argpartition(a, kth, axis: literal = -1, kind: literal = "introselect"):
    _check_select(kind)
    given = np.asarray(a)
    if axis is None:
        return argpartition(given.ravel(), kth)
    _check_axis(axis, given.ndim)
    _check_kth(kth, given.shape[axis])
    return np.argsort(given, axis)


def lexsort(keys, axis: literal = -1):
    if len(keys) == 0:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    places = np.arange(np.asarray(keys[0]).shape[0])
    for key in keys:
        if np.asarray(key).shape[0] != places.shape[0]:
            raise ValueError("all keys need to be the same shape")
        places = np.take(places, np.argsort(np.take(key, places)))
    return places
