"""New arrays of NumPy: made of what there is, of numbers in a row, with a diagonal."""

import numpy as np
from hotloop import njit


@njit
def of_displays(n, x):
    small = np.array([n, 2, x])
    table = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])
    deep = np.array([[[n], [2]], [[3], [n]]])
    return small, table, deep, np.array([]), np.array((n, n > 1)), np.array([1, 2], dtype=np.uint8), np.array([[1, 2j]]), np.array([[], []])


@njit
def of_comprehensions(n):
    halves = np.array([i * 0.5 for i in range(n)])
    table = np.array([[i * j for j in range(3)] for i in range(n + 1)])
    pairs = np.array([(i, i * 0.5) for i in range(n + 1)])
    of_items = np.array([v + 1 for v in halves])
    mixed = np.array([i if i % 2 else i + 1 for i in range(n)], dtype=np.float32)
    return halves, table, pairs, of_items, mixed, np.array([1j * i for i in (1, 2)]), np.array([i for i in range(n, 0, -1)])


@njit
def of_filtered(n):
    return np.array([i for i in range(n) if i % 2]), np.array([[i, j] for i in range(n) for j in range(2)]), np.array([np.ones(2) * i for i in range(n)])


@njit
def of_rows(n):
    return np.array([[i for j in range(i)] for i in range(n)])


@njit
def of_lists(n):
    values = [float(i) for i in range(n)]
    nested = [[i, i + 1] for i in range(n)]
    return np.array(values), np.asarray(nested), np.array(nested, np.float32), np.array([np.zeros(2), np.ones(2)]), np.array((np.zeros(2), (1, n)))


@njit
def of_arrays(x):
    y = np.array(x)
    z = np.asarray(x)
    y[...] = 1
    return y, z, np.copy(x), np.array(x, dtype=np.complex128), np.asarray(x, np.complex64), np.atleast_1d(x), np.atleast_2d(x), np.atleast_3d(x), np.array(x, ndmin=3)


@njit
def contiguous(x):
    return np.ascontiguousarray(x), np.asfortranarray(x), np.asfortranarray(x).flags.f_contiguous, np.ascontiguousarray(x).flags.c_contiguous


@njit
def of_numbers(n, x):
    return np.array(n), np.asarray(x), np.array(x, np.float32), np.atleast_1d(n), np.atleast_2d(x), np.ascontiguousarray(x)


@njit
def at_least(x, y):
    a, b = np.atleast_1d(x, y)
    c, d, e = np.atleast_2d(x, y, 3)
    f, g = np.atleast_3d(x, y)
    return a, b, c, d, e, f, g


@njit
def arranged(x, pair):
    return np.broadcast_to(x, (2, 3)).copy(), np.broadcast_to(pair, (3, 2)).copy(), np.size(x), np.size(pair), np.shape(x), np.shape(pair), np.ndim(x), np.ndim(pair), np.ravel(x), np.transpose((pair, pair)).copy()


@njit
def ranges(start, stop, step):
    return np.arange(start), np.arange(start, stop), np.arange(start, stop, step), np.arange(start, stop, step, np.float32), np.arange(stop, start, -step, dtype=np.int16)


@njit
def ranges_of_dtypes(n):
    return np.arange(n, dtype=np.uint8), np.arange(np.int32(n)), np.arange(np.float32(n)), np.arange(0, n, 0.1), np.arange(1j, n + 3j, 1 + 1j), np.arange(n, dtype=float)


@njit
def spaced(start, stop, n):
    return np.linspace(start, stop), np.linspace(start, stop, n), np.linspace(start, stop, n, endpoint=False), np.linspace(start, stop, n, dtype=np.int32), np.linspace(start, stop, num=n, retstep=True)


@njit
def powers(start, stop, n):
    return np.logspace(start, stop, n), np.logspace(start, stop, n, base=2.0)


@njit
def with_diagonal(n, m, k):
    return np.eye(n), np.eye(n, m), np.eye(n, m, k), np.eye(n, k=k, dtype=np.int8), np.identity(n), np.tri(n, m, k), np.tri(n)


@njit
def diagonals(x, k):
    return np.diag(x, k), np.diag(x), np.diagflat(x, k)


@njit
def triangles(x, k):
    return np.tril(x), np.tril(x, k), np.triu(x), np.triu(x, k), x.diagonal(), np.diagonal(x, k)


@njit
def vandermonde(x):
    return np.vander(x), np.vander(x, 2), np.vander(x, 4, increasing=True)


@njit
def dtypes(x):
    kind = np.result_type(x, np.float32)
    return np.zeros(2, kind), np.zeros(2, np.result_type(x, 1.5)), np.ones(1, np.promote_types(x.dtype, np.int8)), np.ones(1, np.promote_types(np.uint8, np.int8))


def arrays():
    for dtype in ("?", "u2", "f4", "c16"):
        for shape in ((0,), (2, 3), (2, 3, 2)):
            x = (np.arange(np.prod(shape)).reshape(shape) % 5).astype(dtype)
            yield x
            if x.ndim > 1:
                yield np.asfortranarray(x)
            yield x[::-1]


CASES = [("of_displays", [n, x]) for n in (0, -7) for x in (1.5, 2, 1j, True)]
CASES += [(name, [n]) for name in ("of_comprehensions", "of_filtered", "of_lists", "of_rows") for n in (2, 5)]
CASES += [("of_arrays", [x]) for x in arrays()]
CASES += [("contiguous", [x]) for x in arrays()]
CASES += [("of_numbers", [n, x]) for n in (3, True) for x in (1.5, np.float32(2.5))]
CASES += [("at_least", [x, y]) for x, y in ((np.arange(3), np.ones((2, 2))), (4, np.zeros((1, 2, 3))), (2.5, True))]
CASES += [("arranged", [x, pair]) for x, pair in ((3, (1, 2)), (2.5, (1.0, 2)), (True, (False, True)))]
CASES += [("ranges", list(limits)) for limits in ((3, 7, 2), (0, 5, 1), (7, 3, 2), (0.5, 3.0, 0.25), (1, 2.5, 1), (3, 3, 1), (2.0, 8, 3), (-4, 4, 3))]
CASES += [("ranges_of_dtypes", [n]) for n in (0, 1, 5)]
CASES += [("spaced", [start, stop, n]) for start, stop in ((0, 1), (2.0, -3.5), (1, 1)) for n in (0, 1, 2, 7)]
CASES += [("spaced", [0, 1, -1])]
CASES += [("powers", [0, 3, 4], {"within": 1e-10}), ("powers", [-1.5, 2, 3], {"within": 1e-10})]
CASES += [("with_diagonal", [n, m, k]) for n, m, k in ((3, 4, 0), (4, 2, 1), (3, 3, -1), (0, 2, 0), (2, 2, 5), (2, 2, -5))]
CASES += [("diagonals", [np.arange(3.0), k]) for k in (0, 1, -2)]
CASES += [("diagonals", [np.arange(12).reshape(3, 4), k]) for k in (0, 2, -1, 7)]
CASES += [("triangles", [np.arange(12).reshape(3, 4)[::-1], k]) for k in (0, 2, -1, 7)]
CASES += [("vandermonde", [x]) for x in (np.arange(3), np.array([0.5, 2.0]), np.array([1, 2], np.uint8))]
CASES += [("dtypes", [np.zeros(1, dtype)]) for dtype in ("?", "i1", "i4", "u8", "f4", "c8")]
