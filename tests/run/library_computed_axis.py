"""Functions along an axis that is computed."""

import numpy as np
from hotloop import njit


@njit
def reduced(x, axis):
    return np.sum(x, axis=axis), x.mean(axis), np.max(x, axis=axis, keepdims=True), np.argmin(x, axis), x.std(axis=axis), np.median(x, axis)


@njit
def mapped(x, axis):
    return np.sort(x, axis), np.argsort(x, axis=axis), np.cumsum(x, axis), np.diff(x, 1, axis), np.flip(x, 0), np.roll(x, 1, axis)


@njit
def picked(x, axis):
    return np.take(x, [0, 0], axis), np.repeat(x, 2, axis), np.delete(x, 0, axis), np.insert(x, 0, 7, axis), np.quantile(x, 0.5, axis)


@njit
def sorted_in_place(x, axis):
    x.sort(axis=axis)
    return x


@njit
def over_all(x):
    total = 0.0
    for axis in range(x.ndim):
        total += np.sum(np.sum(x, axis=axis) * (axis + 1))
    return total


CASES = []
for dtype in ("i4", "f8"):
    for shape in ((5,), (3, 4), (2, 3, 4)):
        x = (np.arange(np.prod(shape)) * 7 % 11).astype(dtype).reshape(shape)
        for axis in range(-len(shape) - 1, len(shape) + 1):
            CASES += [("mapped", [x, axis]), ("picked", [x, axis], {"within": 1e-12}), ("sorted_in_place", [x.copy(), np.int8(axis)])]
            CASES.append(("reduced", [x, axis], {"within": 1e-12}))
        CASES.append(("over_all", [x]))
