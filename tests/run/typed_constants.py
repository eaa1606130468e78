"""Numbers that are known when a kernel is compiled: Python's adapt to the arrays beside them, NumPy's have their dtype."""

import numpy as np
from hotloop import njit

WHOLE, HALF, NARROW = np.int64(2), np.float64(0.5), np.float32(0.5)
PYTHON_WHOLE, PYTHON_HALF = 2, 0.5


@njit
def written(x):
    return x * 2, x * np.int64(2), x + np.float64(1), x + np.int8(1), x * np.float32(2)


@njit
def frozen(x):
    return x * WHOLE, x * HALF, x * NARROW, x * PYTHON_WHOLE, x * PYTHON_HALF


@njit
def of_elements(x):
    return np.add(x, np.int64(1)), np.maximum(x, np.float64(0)), np.where(x > 1, x, np.int64(1)), np.arctan2(x, HALF)


@njit
def of_numbers(a, b):
    return np.add(a, b), np.multiply(a, 2), np.divide(a, b), np.floor_divide(a, b), np.remainder(a, b), np.equal(a, b)


@njit
def of_numbers_in_arrays(a, b):
    return np.array([np.add(a, b), np.subtract(a, b)]), np.array([np.maximum(a, b)]), np.array([np.bitwise_or(a, b)])


@njit
def without_dimensions(x, y):
    return x[0, ...] / y[0, ...], x[0, ...] // y[0, ...], x[0, ...] % y[0, ...]


@njit
def power(x):
    return np.power(x, -1)


@njit
def power_of_two():
    return np.power(2, -1)


@njit
def counts(x):
    total = 0
    for i in range(np.int64(3)):
        total += x[np.int64(i)] ** np.int64(2)
    return total, np.sum(x.reshape(1, 3), axis=np.int64(1))


CASES = []
for dtype in ("u1", "i2", "i4", "i8", "f4", "f8"):
    x = np.arange(1, 4).astype(dtype)
    CASES += [(name, [x]) for name in ("written", "frozen", "of_elements", "counts")]
    one, zero = x[0], np.dtype(dtype).type(0)
    CASES += [("of_numbers", [one, x[1]]), ("of_numbers", [one, zero]), ("of_numbers", [one, np.int8(3)])]
    if dtype[0] != "f":
        CASES += [("power", [x]), ("power", [one])] if dtype[0] == "i" else []
        CASES += [("of_numbers_in_arrays", [one, x[1]])]
    CASES.append(("without_dimensions", [x, x * 0]))
CASES.append(("power_of_two", []))
