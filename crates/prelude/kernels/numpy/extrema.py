"""Smallest and largest elements, and whether any or all are true."""

import numpy as np

from ..marks import literal, method, prange, shared
from .axes import _given, _of_pieces, _pieces, _reduce


def _check_any(length, name: literal):
    if length == 0:
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")


def _folded(x, choose, name: literal):
    """Goes through a lane and keeps of two elements that one which `choose` gives."""
    _check_any(x.shape[0], name)
    if shared and x.shape[0] >= 65536:
        return _fold(_of_pieces(x, x.dtype, _fold, choose), choose)
    return _fold(x, choose)


def _fold(x, choose):
    best = x[0]
    for i in range(1, x.shape[0]):
        best = choose(best, x[i])
    return best


def _folded_rows(a, out, choose, name: literal):
    """The same of whole rows."""
    _check_any(a.shape[0], name)
    out[...] = a[0]
    for i in range(1, a.shape[0]):
        out[...] = choose(out, a[i])


def _lesser(x, y):
    """The one that comes first, as NumPy's minimum: the first that is not a number, if one is."""
    if isinstance(x, complex):
        return y if not _is_nan(x) and (_is_nan(y) or _comes_before(y, x)) else x
    return np.minimum(x, y)


def _greater(x, y):
    """The one that comes last, as NumPy's maximum: the first that is not a number, if one is."""
    if isinstance(x, complex):
        return y if not _is_nan(x) and (_is_nan(y) or _comes_before(x, y)) else x
    return np.maximum(x, y)


def _min_lane(x, dtype):
    return _folded(x, _lesser, "minimum")


def _min_rows(a, out):
    _folded_rows(a, out, np.minimum, "minimum")


def _max_lane(x, dtype):
    return _folded(x, _greater, "maximum")


def _max_rows(a, out):
    _folded_rows(a, out, np.maximum, "maximum")


def _check_start(where):
    """Where elements are left out, a lane may have none, so that there has to be a value to start from."""
    if where is not None:
        raise ValueError("reduction operation does not have an identity, so to use a where mask one has to specify 'initial'")


def _extremes(a, axis: literal, keepdims: literal, lane, rows):
    """Complex numbers are compared one by one: there is no function of whole rows for them."""
    return _reduce(a, axis, a.dtype, keepdims, lane, None if a.dtype.kind == "c" else rows)


def _starting(a, initial, where):
    """An array whose elements that do not take part are the value to start from."""
    if where is None:
        return a
    return np.where(where, a, initial)


def _fitting_start(initial, dtype):
    """The value to start from as an element, which it has to be without loss."""
    start = dtype.type(initial)
    if isinstance(initial, int) and (dtype.kind == "i" or dtype.kind == "u") and start != initial:
        raise OverflowError(f"Python integer {initial} out of bounds for {dtype.name}")
    return start


def _extreme(a, axis: literal, out, keepdims: literal, initial, where, lane, rows, choose):
    if initial is None:
        _check_start(where)
        return _given(_extremes(a, axis, keepdims, lane, rows), out)
    start = _fitting_start(initial, a.dtype)
    chosen = _starting(a, start, where)
    if _is_without_lanes(a, axis):
        return _given(_reduce(chosen, axis, a.dtype, keepdims, _initial_lane, None) + start, out)
    return _given(choose(_extremes(chosen, axis, keepdims, lane, rows), start), out)


@method
def min(a, axis: literal = None, out=None, keepdims: literal = False, initial=None, where=None):
    return _extreme(np.asarray(a), axis, out, keepdims, initial, where, _min_lane, _min_rows, np.minimum)


@method
def max(a, axis: literal = None, out=None, keepdims: literal = False, initial=None, where=None):
    return _extreme(np.asarray(a), axis, out, keepdims, initial, where, _max_lane, _max_rows, np.maximum)


def _initial_lane(x, dtype):
    """What an empty lane is before the value to start from is added."""
    return dtype.type(0)


def _is_without_lanes(a, axis: literal):
    """Whether there is nothing to reduce, so that the value to start from is the result."""
    if axis is None or isinstance(axis, tuple):
        return a.size == 0
    return a.shape[axis] == 0


def amin(a, axis: literal = None, out=None, keepdims: literal = False, initial=None, where=None):
    return min(a, axis, out, keepdims, initial, where)


def amax(a, axis: literal = None, out=None, keepdims: literal = False, initial=None, where=None):
    return max(a, axis, out, keepdims, initial, where)


def ptp(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    return _given(max(a, axis, None, keepdims) - min(a, axis, None, keepdims), out)


def _is_nan(x):
    """Whether a number is not equal to itself; integers always are."""
    return x != x


def _place_of(x, is_better, name: literal):
    """Where the first of the best elements stands, or the first that is not a number."""
    if x.shape[0] == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    if shared and x.shape[0] >= 65536:
        return _place_in_pieces(x, is_better)
    return _place_in(x, is_better)


def _place_in_pieces(x, is_better):
    n = x.shape[0]
    pieces = _pieces(n)
    places = np.empty(pieces, np.int64)
    for p in prange(pieces):
        places[p] = p * n // pieces + _place_in(x[p * n // pieces : (p + 1) * n // pieces], is_better)
    at = places[0]
    for place in places:
        if _is_nan(x[at]):
            return at
        if _is_nan(x[place]) or is_better(x[place], x[at]):
            at = place
    return at


def _place_in(x, is_better):
    at = 0
    for i in range(x.shape[0]):
        if _is_nan(x[i]):
            return i
        if is_better(x[i], x[at]):
            at = i
    return at


def _argmin_lane(x, dtype):
    return _place_of(x, _comes_before, "argmin")


def _argmax_lane(x, dtype):
    return _place_of(x, _comes_behind, "argmax")


def _comes_before(x, y):
    """The order of numbers; of complex ones by the real part first."""
    if isinstance(x, complex):
        return x.real < y.real or (x.real == y.real and x.imag < y.imag)
    return x < y


def _comes_behind(x, y):
    return _comes_before(y, x)


def _places_of(a, axis: literal, out, keepdims: literal, lane):
    if isinstance(axis, tuple):
        raise TypeError("'tuple' object cannot be interpreted as an integer")
    return _given(_reduce(a, axis, np.dtype(np.int64), keepdims, lane, None), out)


@method
def argmin(a, axis: literal = None, out=None, keepdims: literal = False):
    return _places_of(np.asarray(a), axis, out, keepdims, _argmin_lane)


@method
def argmax(a, axis: literal = None, out=None, keepdims: literal = False):
    return _places_of(np.asarray(a), axis, out, keepdims, _argmax_lane)


def _stop_at(x, short, wanted):
    """Whether a piece of a long lane comes to what is wanted; what is not begun when one is found is left out."""
    n = x.shape[0]
    pieces = n // 8192
    found = np.zeros(1, np.bool_)
    for p in prange(pieces):
        if not found[0]:
            if short(x[p * n // pieces : (p + 1) * n // pieces]) == wanted:
                found[0] = True
    return found[0]


def _any_lane(x, dtype):
    if shared and x.shape[0] >= 65536:
        return _stop_at(x, _any_short, True)
    return _any_short(x)


def _any_short(x):
    for i in range(x.shape[0]):
        if x[i]:
            return True
    return False


def _any_rows(a, out):
    out[...] = False
    for i in range(a.shape[0]):
        out[...] = out | (a[i] != 0)


def _all_lane(x, dtype):
    if shared and x.shape[0] >= 65536:
        return not _stop_at(x, _all_short, False)
    return _all_short(x)


def _all_short(x):
    for i in range(x.shape[0]):
        if not x[i]:
            return False
    return True


def _all_rows(a, out):
    out[...] = True
    for i in range(a.shape[0]):
        out[...] = out & (a[i] != 0)


def _truth(a, where, neutral: literal):
    if where is None:
        return a
    return np.where(where, a != 0, neutral)


@method
def any(a, axis: literal = None, out=None, keepdims: literal = False, where=None):
    a = np.asarray(a)
    return _given(_reduce(_truth(a, where, False), axis, np.dtype(np.bool_), keepdims, _any_lane, _any_rows), out)


@method
def all(a, axis: literal = None, out=None, keepdims: literal = False, where=None):
    a = np.asarray(a)
    return _given(_reduce(_truth(a, where, True), axis, np.dtype(np.bool_), keepdims, _all_lane, _all_rows), out)


def _fmin_lane(x, dtype):
    return _folded(x, np.fmin, "fmin")


def _fmax_lane(x, dtype):
    return _folded(x, np.fmax, "fmax")


def nanmin(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    return _given(_reduce(a, axis, a.dtype, keepdims, _fmin_lane, None), out)


def nanmax(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    return _given(_reduce(a, axis, a.dtype, keepdims, _fmax_lane, None), out)


def _check_slices(a, axis: literal):
    if np.any(np.all(np.isnan(a), axis)):
        raise ValueError("All-NaN slice encountered")


def nanargmin(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        _check_slices(a, axis)
        return argmin(np.where(np.isnan(a), a.dtype.type(np.inf), a), axis, out, keepdims)
    return argmin(a, axis, out, keepdims)


def nanargmax(a, axis: literal = None, out=None, keepdims: literal = False):
    a = np.asarray(a)
    if a.dtype.kind == "f":
        _check_slices(a, axis)
        return argmax(np.where(np.isnan(a), a.dtype.type(-np.inf), a), axis, out, keepdims)
    return argmax(a, axis, out, keepdims)
