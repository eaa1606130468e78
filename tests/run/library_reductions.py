"""Reductions of NumPy: dtypes, layouts, axes, and their options."""

import numpy as np
from hotloop import njit


@njit
def whole(x):
    return x.prod(), x.mean(), np.min(x), x.max(), np.any(x), x.all()


@njit
def places(x):
    return x.argmin(), np.argmax(x), np.ptp(x)


@njit
def spread(x):
    return np.var(x), x.std(), x.var(ddof=1)


@njit
def extremes_along(x):
    return x.min(axis=0), np.max(x, axis=1), np.amin(x, -1), x.argmin(axis=0), np.argmax(x, axis=-1)


@njit
def averages_along(x):
    return x.mean(axis=0), np.mean(x, axis=-1), x.prod(axis=0), np.any(x, axis=1), np.all(x, axis=0)


@njit
def spread_along(x):
    return np.var(x, axis=0), x.std(axis=1)


@njit
def kept(x):
    return np.sum(x, axis=1, keepdims=True), x.mean(axis=0, keepdims=True), np.max(x, keepdims=True)


@njit
def of_several_axes(x):
    return (
        np.sum(x, axis=(0, 2)),
        x.max(axis=(-1, 0)),
        x.mean(axis=(1, 2), keepdims=True),
        np.any(x, axis=(0, 1, 2)),
    )


@njit
def into(x, out):
    np.sum(x, axis=0, out=out)
    return np.mean(x, axis=0, out=out)


@njit
def in_another_dtype(x):
    return np.sum(x, dtype=np.float64), x.sum(axis=0, dtype=np.float32), np.mean(x, dtype=np.float64)


@njit
def where(x, chosen):
    return (
        np.sum(x, where=chosen),
        x.sum(axis=0, where=chosen),
        np.mean(x, axis=1, where=chosen),
        np.max(x, axis=0, initial=-5, where=chosen),
        np.any(x, axis=0, where=chosen),
    )


@njit
def starting(x):
    return np.sum(x, initial=10), np.min(x, initial=3), np.max(x, axis=0, initial=3), np.prod(x, initial=2)


@njit
def running(x):
    return np.cumsum(x), x.cumprod()


@njit
def running_along(x):
    return np.cumsum(x, axis=0), x.cumsum(axis=-1), np.cumprod(x, axis=1)


@njit
def without_nans(x):
    return np.nansum(x), np.nanmean(x), np.nanmin(x), np.nanmax(x), np.nanstd(x)


@njit
def without_nans_along(x):
    return np.nansum(x, axis=0), np.nanmean(x, axis=1), np.nanmin(x, axis=0), np.nanmax(x, axis=1)


@njit
def weighted(x, w):
    return np.average(x), np.average(x, weights=w), np.average(x, axis=0)


@njit
def weighted_along(x, w):
    return np.average(x, axis=0, weights=w)


@njit
def least(x):
    return np.min(x)


@njit
def most_along(x):
    return x.max(axis=0)


@njit
def first_place(x):
    return x.argmax()


@njit
def beyond(x):
    return np.sum(x, axis=2)


@njit
def total(x):
    return np.sum(x), np.any(x), np.all(x), x.prod()


@njit
def running_beyond(x):
    return np.cumsum(x, axis=2)


@njit
def twice(x):
    return x.sum(axis=(0, -2))


@njit
def place_of_two(x):
    return np.argmax(x, axis=(0, 1))


@njit
def without_weight(x):
    return np.average(x, weights=np.zeros(x.shape))


@njit
def without_start(x):
    return np.max(x, where=x > 0)


@njit
def told(x):
    try:
        return str(x.sum(axis=7))
    except ValueError as error:
        return str(error)


random = np.random.default_rng(11)


def values(dtype, shape):
    numbers = random.normal(size=shape) * 5
    if dtype[0] == "c":
        return (numbers + 1j * random.normal(size=shape)).astype(dtype)
    return abs(numbers).astype(dtype) if dtype[0] in "u?" else numbers.astype(dtype)


def layouts(x):
    yield x
    yield np.asfortranarray(x)
    yield np.repeat(np.repeat(x, 2, axis=0), 2, axis=1)[::-2, ::2]


def near(dtype):
    return {"within": 1e-2} if dtype in ("f4", "c8") else {"within": 1e-8}


CASES = []
for dtype in ("?", "i1", "u1", "i4", "i8", "u8", "f4", "f8", "c16"):
    flat = values(dtype, (29,))
    CASES.append(("whole", [flat], near(dtype)))
    CASES.append(("running", [values(dtype, (6,))]))
    if dtype != "?":
        CASES.append(("places", [flat]))
        CASES.append(("spread", [flat], near(dtype)))
    for x in layouts(values(dtype, (5, 4))):
        CASES.append(("averages_along", [x], near(dtype)))
        CASES.append(("running_along", [x], near(dtype)))
        CASES.append(("kept", [x], near(dtype)))
        if dtype != "?":
            CASES.append(("extremes_along", [x]))
            CASES.append(("spread_along", [x], near(dtype)))
for dtype in ("i4", "f8"):
    CASES.append(("of_several_axes", [values(dtype, (2, 3, 4))], near(dtype)))
    CASES.append(("starting", [values(dtype, (3, 4))], near(dtype)))
    CASES.append(("where", [values(dtype, (3, 4)), random.normal(size=(3, 4)) > 0], near(dtype)))
    CASES.append(("in_another_dtype", [values(dtype, (3, 4))], near("f4")))
CASES.append(("into", [values("f8", (3, 4)), np.zeros(4)], near("f8")))
with_nans = values("f8", (5, 4))
with_nans[1, 2] = with_nans[3, 0] = np.nan
CASES.append(("without_nans", [with_nans], near("f8")))
CASES.append(("without_nans_along", [with_nans], near("f8")))
CASES.append(("without_nans_along", [with_nans.astype("f4")], near("f4")))
CASES.append(("extremes_along", [with_nans]))
CASES.append(("places", [with_nans]))
CASES.append(("weighted", [values("f8", (5, 4)), abs(values("f8", (5, 4)))], near("f8")))
CASES.append(("weighted_along", [values("f8", (5, 4)), abs(values("f8", (5,)))], near("f8")))
for empty in (np.zeros(0), np.zeros((0, 3)), np.zeros((3, 0))):
    CASES.append(("total", [empty]))
    CASES.append(("least", [empty]))
    CASES.append(("first_place", [empty]))
CASES.append(("most_along", [np.zeros((0, 3))]))
CASES.append(("most_along", [np.zeros((3, 0))]))
CASES.append(("beyond", [np.zeros((3, 2))]))
for name in ("running_beyond", "twice", "place_of_two", "without_weight", "without_start", "told"):
    CASES.append((name, [np.ones((2, 3))]))
