"""Whether arrays are equal, or nearly so."""

import numpy as np

from ..marks import literal


def _is_near(x, y, rtol, atol, equal_nan: literal):
    kind = np.result_type(y, np.float32) if np.result_type(y).itemsize < 4 else np.result_type(y)
    part = kind if kind.kind == "f" else np.finfo(kind).dtype if kind.kind == "c" else np.dtype(np.float64)
    near = np.abs(x - y) <= part.type(atol) + part.type(rtol) * np.abs(y)
    close = np.logical_or(np.logical_and(near, np.isfinite(y)), x == y)
    if equal_nan:
        return np.logical_or(close, np.logical_and(x != x, y != y))
    return close


def _numbers(x):
    """An array or a number as it is, and what holds numbers as an array."""
    if isinstance(x, (list, tuple)):
        return np.asarray(x)
    return x


def _as_floats(x):
    """What is to be compared by its distance."""
    kind = np.result_type(x)
    if kind.kind == "f" or kind.kind == "c":
        return x
    if isinstance(x, np.ndarray):
        return x.astype(np.float64)
    return np.float64(x)


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan: literal = False):
    return _is_near(_as_floats(_numbers(a)), _as_floats(_numbers(b)), rtol, atol, equal_nan)


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan: literal = False):
    return np.all(np.isclose(a, b, rtol, atol, equal_nan))


def array_equal(a1, a2, equal_nan: literal = False):
    left = np.asarray(a1)
    right = np.asarray(a2)
    if left.ndim != right.ndim:
        return False
    if left.shape != right.shape:
        return False
    equal = left == right
    if equal_nan:
        return np.all(np.logical_or(equal, np.logical_and(left != left, right != right)))
    return np.all(equal)


def array_equiv(a1, a2):
    left = np.asarray(a1)
    right = np.asarray(a2)
    for back in range(1, np.minimum(left.ndim, right.ndim) + 1):
        first = left.shape[-back]
        second = right.shape[-back]
        if first != second and first != 1 and second != 1:
            return False
    return np.all(left == right)
