"""Methods that put the elements of an array in order where they are."""

from ..marks import literal
from ..numpy.axes import _check_axis
from ..numpy.sorting import _check_kind, _check_select, _part_in_place, _sort_in_place


def sort(a, axis: literal = -1, kind: literal = None):
    _check_kind(kind)
    _sort_in_place(a, axis)


def partition(a, kth, axis: literal = -1, kind: literal = "introselect"):
    _check_select(kind)
    _check_axis(axis, a.ndim)
    _part_in_place(a, kth, axis)
