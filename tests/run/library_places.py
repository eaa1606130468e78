"""Functions of NumPy about where elements are, and how often numbers occur."""

import numpy as np
from hotloop import njit


@njit
def present(x):
    return np.nonzero(x), x.nonzero(), np.argwhere(x), np.flatnonzero(x), np.count_nonzero(x), np.where(x)


@njit
def present_along(x):
    return np.count_nonzero(x, axis=0), np.count_nonzero(x, axis=-1), np.count_nonzero(x, axis=1, keepdims=True)


@njit
def taken(x, i):
    return np.take(x, i), x.take(i, axis=0), np.take(x, i, axis=-1)


@njit
def taken_by_mode(x, i):
    return np.take(x, i, mode="clip"), np.take(x, i, mode="wrap"), x.take(i, axis=0, mode="clip"), np.take(x, [0, 1])


@njit
def searched(a, v):
    return np.searchsorted(a, v), np.searchsorted(a, v, side="right"), a.searchsorted(v, "left")


@njit
def searched_in_order(a, v, order):
    return np.searchsorted(a, v, sorter=order)


@njit
def digitized(x, bins):
    return np.digitize(x, bins), np.digitize(x, bins, right=True)


@njit
def counted(x, n):
    return np.bincount(x), np.bincount(x, minlength=n), np.bincount(x, x * 0.5), np.bincount(x, weights=x, minlength=n)


@njit
def histograms(x, bins):
    return np.histogram(x, bins), np.histogram(x, bins, range=(0, 4)), np.histogram(x, bins, weights=x * 2.0), np.histogram(x)


@njit
def densities(x, bins):
    return np.histogram(x, bins, density=True), np.histogram_bin_edges(x, bins)


@njit
def interpolated(x, xp, fp):
    return np.interp(x, xp, fp), np.interp(x, xp, fp, left=-1.0), np.interp(x, xp, fp, right=9)


def arrays():
    for dtype in ("?", "i1", "f4", "c16"):
        for shape in ((0,), (6,), (3, 4), (2, 0), (2, 3, 2)):
            x = (np.arange(np.prod(shape)).reshape(shape) % 3).astype(dtype)
            yield np.asfortranarray(x) if dtype == "f4" else x[::-1] if dtype == "i1" else x


CASES = []
for x in arrays():
    CASES.append(("present", [x]))
    if x.ndim > 1:
        CASES.append(("present_along", [x]))
    if x.size and x.ndim < 3:
        CASES.append(("taken", [x, 1]))
        CASES.append(("taken", [x, np.array([0, -1, 1])]))
CASES += [("taken", [np.eye(3), np.array([[0, 1], [2, -3]])]), ("taken", [np.eye(3), 3]), ("taken", [np.arange(3), np.array([0, 7])])]
CASES += [("taken_by_mode", [x, np.array([-1, 0, 5, 100])]) for x in (np.arange(4), np.eye(3))]
ORDERED = [np.array([1, 2, 2, 5]), np.array([1.0, 2.0, 2.0, np.nan]), np.array([-1.5, 0, 3], np.float32), np.array([], np.int64), np.array([1, 2, 2, 5])[::1], np.array([0, 1j, 1, 1 + 1j])]
for a in ORDERED:
    CASES += [("searched", [a, v]) for v in (2, 2.0, np.array([0, 2, 9]), np.array([[np.nan, 2.0]]), -np.inf)]
CASES += [("searched_in_order", [np.array([5, 1, 3]), 2, np.array([1, 2, 0])])]
CASES += [("digitized", [x, bins]) for x in (np.array([0.5, 2.0, 7.0]), 2, np.array([[1, 3]])) for bins in (np.array([1.0, 2.0, 5.0]), np.array([5, 2, 1]), np.array([1, 3, 2]))]
CASES += [("counted", [np.array(values, dtype), n]) for values in ([1, 2, 2, 5], [0]) for dtype in ("i8", "u1") for n in (0, 8)]
CASES += [("counted", [np.array([1, -2]), 0])]
DATA = [np.array([1.0, 2.0, 2.5, 4.0, 0.1]), np.array([1, 2, 2, 5, 5]), np.array([[0.5, 0.5], [3, 1]], np.float32), np.array([3.0]), np.array([])]
CASES += [(name, [x, bins]) for name in ("histograms", "densities") for x in DATA for bins in (1, 4, np.array([0.0, 1.0, 2.5, 4.0])) if name == "histograms" or x.size]
CASES += [("histograms", [np.array([1.0, np.nan]), 3]), ("histograms", [np.array([1.0]), 0]), ("histograms", [np.array([1.0]), np.array([2.0, 1.0])])]
POINTS = np.array([1.0, 2.0, 2.5, 5.0])
CASES += [("interpolated", [x, POINTS, fp]) for x in (2.2, 1, np.array([0.0, 1.0, 1.7, 5.0, 9.0, np.nan]), np.array([[2, 3], [4, 6]])) for fp in (np.array([3.0, 1.0, np.inf, 2.0]), np.array([3, 1, 4, 1]))]
CASES += [("interpolated", [2.2, POINTS, np.ones(3)]), ("interpolated", [2.2, np.ones(0), np.ones(0)]), ("interpolated", [1.5, POINTS, np.array([1j, 2, 3, 4])])]
