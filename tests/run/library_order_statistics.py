"""Medians, percentiles and quantiles; reductions of lists, tuples and numbers."""

import numpy as np
from hotloop import njit


@njit
def middles(x):
    return np.median(x), np.percentile(x, 25), np.quantile(x, 0.9), np.percentile(x, 50.0)


@njit
def middles_along(x):
    return np.median(x, axis=0), np.median(x, axis=-1, keepdims=True), np.percentile(x, 30.0, axis=1)


@njit
def middles_of_two_axes(x):
    return np.median(x, axis=(0, 2)), np.median(x, axis=(-1, 1), keepdims=True), np.median(x, axis=(0, 1, 2))


@njit
def several(x, q):
    return np.percentile(x, q), np.quantile(x, q / 100)


@njit
def without_nans(x):
    return np.nanmedian(x), np.nanpercentile(x, 40.0), np.nanquantile(x, 0.1)


@njit
def outside(x):
    return np.quantile(x, 1.5)


@njit
def of_a_list(n):
    return np.sum([1.5, 2.5, n]), np.mean([1, 2, n]), np.max((3, n, 4)), np.sum([[1, n], [3, 4]], axis=0)


@njit
def of_a_number(n):
    return np.sum(n), np.mean(n), np.max(n), np.any(n)


random = np.random.default_rng(7)
with_nans = random.normal(size=11)
with_nans[[2, 7]] = np.nan
NEAR = {"within": 1e-9}

CASES = [("of_a_list", [7]), ("of_a_number", [2.5]), ("of_a_number", [3]), ("outside", [np.arange(3.0)])]
for dtype in ("i4", "u8", "f4", "f8"):
    for size in (1, 2, 9, 10):
        CASES.append(("middles", [abs(random.normal(size=size) * 9).astype(dtype)], NEAR if dtype != "f4" else {"within": 1e-5}))
for x in (random.normal(size=(5, 4)), np.asfortranarray(random.normal(size=(4, 5))), random.integers(0, 9, (3, 4))):
    CASES.append(("middles_along", [x], NEAR))
    CASES.append(("several", [x, np.array([0.0, 33.0, 100.0])], NEAR))
CASES.append(("without_nans", [with_nans], NEAR))
CASES.append(("middles", [with_nans]))
CASES.append(("several", [with_nans, np.array([10.0, 50.0])]))
for size in (100, 301):
    CASES.append(("middles", [random.integers(0, 5, size)], NEAR))
    CASES.append(("middles", [np.concatenate([np.arange(size / 2), -np.arange(size / 2)])], NEAR))
CASES.append(("middles_of_two_axes", [random.normal(size=(3, 4, 5))], NEAR))
