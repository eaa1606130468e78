"""Elements of arrays as Python's own numbers."""

import numpy as np


def _python_number(x):
    kind = np.result_type(x)
    if kind.kind == "b":
        return bool(x)
    if kind.kind == "f":
        return np.float64(x)
    if kind.kind == "c":
        return np.complex128(x)
    if kind.kind == "u":
        return x if kind.itemsize == 8 else np.int64(x)
    return np.int64(x)


def tolist(a):
    if a.ndim == 0:
        return _python_number(a[()])
    if a.ndim == 1:
        return [_python_number(x) for x in a]
    return [tolist(row) for row in a]


def item(a, *args):
    if len(args) == 0:
        if a.size != 1:
            raise ValueError("item(): can only convert an array of size 1 to a Python scalar")
        return _python_number(a.ravel()[0])
    if len(args) == 1 and isinstance(args[0], int) and a.ndim != 1:
        return _python_number(a.ravel()[args[0]])
    if len(args) == 1 and isinstance(args[0], tuple):
        index = args[0]
        return _python_number(a[index])
    return _python_number(a[args])
