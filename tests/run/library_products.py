"""Products of vectors and matrices."""

import numpy as np
from hotloop import njit


@njit
def products(a, b):
    return a @ b, np.dot(a, b), np.matmul(a, b), a.dot(b)


@njit
def of_many(a, b):
    return np.matmul(a, b), a @ b


@njit
def dots_of_many(a, b):
    return np.dot(a, b)


@njit
def vectors(a, b):
    return np.vdot(a, b), np.inner(a, b), np.dot(a, b), a @ b


@njit
def inner(a, b):
    return np.inner(a, b)


@njit
def scaled(a, x):
    return np.dot(a, x), np.dot(x, a), np.dot(x, x)


@njit
def of_lists(n):
    return np.dot([n, 2, 3], [1, 2, 3]), np.matmul([[n, 2], [3, 4]], [1, 2])


@njit
def into(a, b, out):
    np.dot(a, b, out=out)
    a @= b
    return a


@njit
def chained(a, x):
    return (a @ a.T) @ x + a @ x.T @ x


def matrix(shape, dtype, seed):
    values = (np.arange(np.prod(shape)) * 31 % 17 - 8 + seed).reshape(shape)
    x = (values if dtype[0] in "iu?" else values * 0.25).astype(dtype)
    if dtype[0] == "c":
        x.imag = x.real[::-1] * 0.5
    return x


CASES = []
for dtype in ("?", "i1", "u4", "i8", "f4", "f8", "c8", "c16"):
    bound = {"within": 1e-3 if dtype in ("f4", "c8") else 1e-9}
    for m, k, n in ((3, 4, 5), (1, 9, 2), (0, 3, 2), (2, 0, 3), (17, 33, 19)):
        a, b = matrix((m, k), dtype, 1), matrix((k, n), dtype, 2)
        CASES.append(("products", [a, b], bound))
        if m == 3:
            CASES.append(("products", [np.asfortranarray(a), b[:, ::-1]], bound))
            CASES.append(("products", [a[::-1, ::2], np.asfortranarray(b)[::2]], bound))
            CASES.append(("products", [a, b[:, 0]], bound))
            CASES.append(("products", [b[:, 0], b], bound))
            CASES.append(("products", [a[::2].T[::-1], matrix((2,), dtype, 3)], bound))
    CASES.append(("vectors", [matrix((11,), dtype, 1), matrix((22,), dtype, 2)[::2]], bound))
CASES += [("products", [matrix((3, 4), "f4", 1), matrix((4, 2), "i8", 1)], {"within": 1e-9}), ("products", [matrix((3, 4), "i4", 1), matrix((4,), "c8", 1)], {"within": 1e-9})]
CASES += [("products", [np.ones((2, 3)), np.ones((2, 3))]), ("vectors", [np.ones(2), np.ones(3)]), ("products", [np.ones((2, 3)), np.ones(2)])]
for shapes in (((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 2)), ((4,), (2, 4, 5)), ((2, 3, 4), (4,))):
    a, b = (matrix(shape, "f8", 1) for shape in shapes)
    CASES += [("of_many", [a, b], {"within": 1e-9}), ("dots_of_many", [a, b], {"within": 1e-9})]
CASES += [("of_many", [np.ones((2, 3, 4)), np.ones((3, 4, 5))])]
CASES += [("inner", [matrix((2, 4), "f8", 1), matrix((3, 4), "f8", 1)], {"within": 1e-9}), ("inner", [matrix((2, 4), "i8", 1), np.arange(4)])]
CASES += [("scaled", [np.arange(3), 2.5]), ("scaled", [np.eye(2, dtype="f4"), np.float32(2)]), ("of_lists", [4])]
CASES += [("into", [matrix((3, 3), "f8", 1), np.eye(3), np.zeros((3, 3))], {"within": 1e-9}), ("chained", [matrix((4, 4), "f8", 1), matrix((4, 4), "f8", 2)], {"within": 1e-9})]
