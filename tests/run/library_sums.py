"""Sums of NumPy along axes, over dtypes and layouts."""

import numpy as np
from hotloop import njit


@njit
def total(x):
    return np.sum(x)


@njit
def total_as_method(x):
    return x.sum()


@njit
def along_first(x):
    return np.sum(x, axis=0), np.sum(x, 0)


@njit
def along_last(x):
    return np.sum(x, axis=-1)


@njit
def along_second(x):
    return x.sum(axis=1)


@njit
def any_and_all(x):
    return np.sum(x, dtype=np.bool_), np.prod(x, dtype=np.bool_), x.sum(axis=0, dtype=np.bool_), x.prod(axis=-1, dtype=np.bool_)


@njit
def of_one(x):
    return np.var(x), np.std(x), np.mean(x), np.sum(x)


def arrays():
    """Arrays of each dtype and rank, in each layout."""
    random = np.random.default_rng(5)
    for dtype in ("?", "i1", "u2", "i4", "i8", "u8", "f4", "f8", "c8", "c16"):
        for shape in ((0,), (1,), (7,), (300,), (3, 4), (2, 3, 4), (0, 3), (3, 0)):
            values = random.normal(size=shape) * 20
            values = values + 1j * random.normal(size=shape) if dtype[0] == "c" else values
            x = abs(values).astype(dtype) if dtype[0] == "u" else values.astype(dtype)
            yield x
            if x.ndim > 1:
                yield np.asfortranarray(x)
                yield x[::-1, ::2]
            else:
                yield np.repeat(x, 2)[::2]
                yield x[::-1]


def close(x):
    return {"within": 1e-3} if x.dtype.itemsize in (4, 8) and x.dtype.char in "fF" else {"within": 1e-9}


CASES = []
for x in arrays():
    CASES.append(("total", [x], close(x)))
    CASES.append(("along_last", [x], close(x)))
    if x.ndim > 1:
        CASES.append(("along_first", [x], close(x)))
        CASES.append(("along_second", [x], close(x)))
    if x.ndim == 1:
        CASES.append(("total", [np.ascontiguousarray(x)]))
CASES.append(("total_as_method", [np.arange(10.0)]))
for values in ([[0, 0], [0, 3]], [[1, 2], [3, 4]], [[0, 0], [0, 0]], [[256, 0], [512, 0]]):
    CASES += [("any_and_all", [np.array(values, dtype)]) for dtype in ("?", "i2", "f8", "c8")]
CASES += [("of_one", [np.array(7)]), ("of_one", [np.array(2.5)])]
