"""Arrays as sets of numbers, choices between arrays, and what kind of numbers arrays hold."""

import numpy as np

from ..marks import literal


def isin(element, test_elements, assume_unique: literal = False, invert: literal = False):
    a = np.asarray(element)
    pool = np.asarray(test_elements).ravel()
    kind = np.result_type(a, pool)
    ordered = np.sort(pool.astype(kind))
    flat = a.ravel()
    out = np.empty(flat.shape[0], np.dtype(np.bool_))
    for i in range(flat.shape[0]):
        value = kind.type(flat[i])
        at = np.searchsorted(ordered, value)
        is_there = at < ordered.shape[0] and ordered[np.minimum(at, ordered.shape[0] - 1)] == value
        out[i] = is_there != invert
    if a.ndim == 0:
        return out[0]
    return out.reshape(a.shape)


def _both(ar1, ar2):
    return np.concatenate((np.asarray(ar1), np.asarray(ar2)), None)


def union1d(ar1, ar2):
    return np.unique(_both(ar1, ar2))


def intersect1d(ar1, ar2, assume_unique: literal = False):
    first = np.asarray(ar1).ravel() if assume_unique else np.unique(ar1)
    second = np.asarray(ar2).ravel() if assume_unique else np.unique(ar2)
    together = np.sort(_both(first, second))
    return together[:-1][together[1:] == together[:-1]]


def setdiff1d(ar1, ar2, assume_unique: literal = False):
    first = np.asarray(ar1).ravel() if assume_unique else np.unique(ar1)
    return first[np.isin(first, ar2, False, True)]


def setxor1d(ar1, ar2, assume_unique: literal = False):
    first = np.asarray(ar1).ravel() if assume_unique else np.unique(ar1)
    second = np.asarray(ar2).ravel() if assume_unique else np.unique(ar2)
    together = np.sort(_both(first, second))
    n = together.shape[0]
    alone = np.ones(n, np.dtype(np.bool_))
    for i in range(1, n):
        if together[i] == together[i - 1]:
            alone[i] = False
            alone[i - 1] = False
    return together[alone]


def _selected(conditions, choices, default, kind):
    if len(conditions) == 0:
        return kind.type(default)
    others = _selected(conditions[1:], choices[1:], default, kind)
    return np.where(conditions[0], _in_kind(choices[0], kind), others)


def _in_kind(x, kind):
    return x.astype(kind) if isinstance(x, np.ndarray) else kind.type(x)


def _kind_beside(kind, number):
    """The dtype of arrays and a number beside them, which adapts as Python's numbers do."""
    if isinstance(number, int) and kind.kind != "b" or isinstance(number, float) and (kind.kind == "f" or kind.kind == "c"):
        return kind
    return np.result_type(kind, number)


def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    kind = _kind_beside(np.result_type(choicelist), default)
    if isinstance(condlist, tuple) and isinstance(choicelist, tuple):
        return _selected(condlist, choicelist, default, kind)
    last = len(condlist) - 1
    out = np.where(condlist[last], _in_kind(choicelist[last], kind), kind.type(default))
    for i in range(last - 1, -1, -1):
        out = np.where(condlist[i], _in_kind(choicelist[i], kind), out)
    return out


def choose(a, choices):
    places = np.asarray(a)
    flat = places.ravel()
    arrays = [np.broadcast_to(each, places.shape).ravel() for each in choices]
    out = np.empty(flat.shape[0], np.result_type(choices))
    for i in range(flat.shape[0]):
        if flat[i] < 0 or flat[i] >= len(choices):
            raise ValueError("invalid entry in choice array")
        out[i] = arrays[flat[i]][i]
    return out.reshape(places.shape)


def iscomplexobj(x):
    return np.result_type(x).kind == "c"


def isrealobj(x):
    return np.result_type(x).kind != "c"


def iscomplex(x):
    if isinstance(x, (list, tuple)):
        return iscomplex(np.asarray(x))
    if np.result_type(x).kind == "c":
        return x.imag != 0
    if isinstance(x, np.ndarray):
        return np.zeros(x.shape, np.dtype(np.bool_))
    return False


def isreal(x):
    if isinstance(x, (list, tuple)):
        return isreal(np.asarray(x))
    if np.result_type(x).kind == "c":
        return x.imag == 0
    if isinstance(x, np.ndarray):
        return np.ones(x.shape, np.dtype(np.bool_))
    return True


def isneginf(x):
    if isinstance(x, (list, tuple)):
        return isneginf(np.asarray(x))
    return np.logical_and(np.isinf(x), np.signbit(x))


def isposinf(x):
    if isinstance(x, (list, tuple)):
        return isposinf(np.asarray(x))
    return np.logical_and(np.isinf(x), np.logical_not(np.signbit(x)))


def isscalar(element):
    return element is not None and not isinstance(element, (np.ndarray, list, tuple))
