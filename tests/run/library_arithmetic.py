"""Differences, products, roundings and comparisons of NumPy over whole arrays."""

import numpy as np
from hotloop import njit


@njit
def differences(x, n):
    return np.diff(x), np.diff(x, n), np.diff(x, axis=0)


@njit
def clipped(x):
    return x.clip(1, 3), x.clip(max=2), x.clip(min=2), x.clip(1)


@njit
def steps(x):
    return np.ediff1d(x)


@njit
def rounded(x):
    return np.round(x), np.around(x, 1), x.round(2), np.round(x, -1)


@njit
def rounded_number(x, n):
    return np.round(x), np.round(x, n), np.around(x, decimals=1)


@njit
def without_nan(x):
    return np.nan_to_num(x), np.nan_to_num(x, nan=1.5, posinf=2.0), np.nan_to_num(x, neginf=-1.0)


@njit
def in_place(x):
    np.nan_to_num(x, copy=False)
    return x


@njit
def outer(x, y):
    return np.outer(x, y), np.outer(x, [1, 2])


@njit
def traces(x, k):
    return np.trace(x), np.trace(x, k), x.trace()


@njit
def crossed(x, y):
    return np.cross(x, y)


@njit
def kron(x, y):
    return np.kron(x, y)


@njit
def near(x, y):
    return np.isclose(x, y), np.isclose(x, y, equal_nan=True), np.isclose(x, y, rtol=0.5), np.allclose(x, y), np.allclose(x, y, atol=3.0), np.allclose(x, y, equal_nan=True)


@njit
def equal(x, y):
    return np.array_equal(x, y), np.array_equal(x, x), np.array_equal(x, y, equal_nan=True), np.array_equiv(x, y)


@njit
def as_lists(x):
    return x.tolist()


@njit
def norms(x):
    return np.linalg.norm(x), np.linalg.norm(x, axis=0), np.linalg.norm(x, axis=-1, ord=1), np.linalg.norm(x, np.inf, -1), np.linalg.norm(x, axis=0, keepdims=True), np.linalg.norm(x, 3, 0)


@njit
def vector_norms(x):
    return np.linalg.norm(x, 1), np.linalg.norm(x, np.inf), np.linalg.norm(x, -np.inf), np.linalg.norm(x, 0), np.linalg.norm(x, 2), np.linalg.norm(x, 3)


@njit
def matrix_norms(x):
    return np.linalg.norm(x, "fro"), np.linalg.norm(x, 1), np.linalg.norm(x, -1), np.linalg.norm(x, np.inf), np.linalg.norm(x, -np.inf), np.linalg.norm(x, keepdims=True)


def arrays():
    for dtype in ("i1", "u2", "f4", "f8", "c16"):
        for shape in ((7,), (3, 4), (2, 3, 3)):
            values = np.arange(np.prod(shape)).reshape(shape) * 37 % 29
            x = (values if dtype[0] == "u" else (values - 11) * 1.25).astype(dtype)
            if dtype[0] == "c":
                x.imag = x.real[::-1]
            yield np.asfortranarray(x) if dtype == "f4" else x[::-1] if dtype == "i1" else x


CASES = []
for x in arrays():
    CASES.append(("differences", [x, 2]))
    CASES.append(("rounded", [x]))
    CASES.append(("steps", [x]))
    if x.dtype.kind != "c":
        CASES.append(("clipped", [x]))
    CASES.append(("as_lists", [x]))
    # NumPy squares float32 in another order.
    CASES.append(("norms", [x], {"within": 1e-3 if x.dtype.char == "f" else 1e-9}))
    CASES.append(("near", [x, x]))
    CASES.append(("equal", [x, x[::-1]]))
    if x.ndim == 1:
        CASES.append(("vector_norms", [x], {"within": 1e-3 if x.dtype.char == "f" else 1e-9}))
        CASES.append(("outer", [x, np.array([1.5, 2])]))
    else:
        CASES += [("traces", [x, k], {"within": 1e-9}) for k in (1, -2)]
    if x.ndim == 2:
        CASES.append(("matrix_norms", [x], {"within": 1e-3 if x.dtype.char == "f" else 1e-9}))
        CASES.append(("kron", [x, np.ones((2, 2), np.int8)]))
CASES += [("differences", [np.array([True, False, False]), 1]), ("differences", [np.arange(3), 5]), ("differences", [np.arange(3), -1]), ("differences", [np.zeros(0), 1])]
CASES += [("rounded_number", [x, n]) for x in (2.567, -0.5, 1234, np.float32(2.345), 1.5 + 2.55j) for n in (0, 1, 2, -2)]
SPECIAL = [1.0, np.nan, np.inf, -np.inf, -0.0]
CASES += [("without_nan", [np.array(SPECIAL, dtype)]) for dtype in ("f4", "f8", "c16")]
CASES += [("without_nan", [x]) for x in (np.arange(3), np.nan, np.inf, 2.5, 3)]
CASES += [("in_place", [np.array(SPECIAL)])]
CASES += [("crossed", [np.array(x), np.array(y)]) for x in ([1, 2, 3], [[1.5, 2, 3], [0, 1, 2]]) for y in ([3, 1, 2], [[1, 1, 2], [3, 4, 5]])]
CASES += [("crossed", [np.ones(4), np.ones(4)]), ("kron", [np.arange(3), np.arange(2)]), ("kron", [np.arange(3), np.eye(2)])]
CASES += [("near", [np.array(SPECIAL), np.array([1 + 1e-9, np.nan, np.inf, np.inf, 0])]), ("near", [1.0, 1.0 + 1e-7]), ("near", [np.arange(3), 1]), ("near", [np.float32(1), np.array([1.0001, 1], np.float32)])]
CASES += [("equal", [np.arange(3), np.arange(4)]), ("equal", [np.array([np.nan, 1]), np.array([np.nan, 1])])]
CASES += [("as_lists", [np.array([True, False])]), ("as_lists", [np.array([[1, 2], [3, 2**63]], np.uint64)])]
