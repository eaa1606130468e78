"""Elements in order. All of it is stable, and what a partition leaves in any order is in order, too."""

import numpy as np

from ..machine import _order_elements, _sort_elements
from ..marks import literal, method
from .axes import _check_axis, _map_lanes


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


def partition(a, kth, axis: literal = -1, kind: literal = "introselect"):
    _check_select(kind)
    if axis is None:
        return np.partition(np.asarray(a).ravel(), kth)
    given = np.asarray(a)
    _check_axis(axis, given.ndim)
    _check_kth(kth, given.shape[axis])
    return np.sort(given, axis)


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
