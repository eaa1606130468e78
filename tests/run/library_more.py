"""Functions of NumPy for grids, insertion and deletion, signals, sets and choices."""

import numpy as np
from hotloop import njit


@njit
def grids(x, y):
    a, b = np.meshgrid(x, y)
    c, d = np.meshgrid(x, y, indexing="ij")
    e, f, g = np.meshgrid(x, y, x, sparse=True)
    return a, b, c, d, e, f, g, np.meshgrid(x)[0]


@njit
def broadcast(x, y):
    a, b, c = np.broadcast_arrays(x, y, 2)
    return a.copy(), b.copy(), c.copy(), np.broadcast_shapes(x.shape, y.shape, 1)


@njit
def triangles(m):
    r, c = np.tril_indices(4, 1)
    s, d = np.triu_indices(3, -1, 5)
    i, j = np.triu_indices_from(m)
    k, h = np.tril_indices_from(m, -1)
    p, q = np.diag_indices(3)
    return r, c, s, d, i, j, k, h, p, q, m[np.triu_indices_from(m, 1)], np.indices((2, 3))


@njit
def filled(m):
    np.fill_diagonal(m, 7)
    return m


@njit
def filled_in_turns(m, values):
    np.fill_diagonal(m, values, wrap=True)
    return m


@njit
def filled_cube(m):
    np.fill_diagonal(m, 5)
    return m


@njit
def unraveled(n, places):
    return np.unravel_index(n, (3, 4)), np.unravel_index(places, (3, 4)), np.unravel_index(n, 12)


@njit
def raveled(i, j):
    return np.ravel_multi_index((i, j), (3, 4)), np.ravel_multi_index((i, j), (3, 4), mode="clip"), np.ravel_multi_index((i, j), (3, 4), mode="wrap")


@njit
def deleted(x, place):
    return np.delete(x, place)


@njit
def deleted_parts(x, mask):
    return np.delete(x, [0, 2, 0]), np.delete(x, mask), np.delete(x, slice(1, 3)), np.delete(x, np.array([1, -1]))


@njit
def deleted_along(m):
    return np.delete(m, 1, 0), np.delete(m, 0, axis=1), np.delete(m, [0, -1], axis=-1), np.delete(m, 2)


@njit
def inserted(x, place, value):
    return np.insert(x, place, value)


@njit
def inserted_parts(x):
    return np.insert(x, 1, [7, 8]), np.insert(x, [0, 2], 9), np.insert(x, [2, 0], [1, 2]), np.insert(x, [1], [5, 6])


@njit
def inserted_along(m):
    return np.insert(m, 1, 5, 0), np.insert(m, 1, 5, axis=1), np.insert(m, [0, 1], 9, axis=1), np.insert(m, 0, m[0], axis=0), np.insert(m, 1, 5)


@njit
def turned(m, k):
    return np.rot90(m).copy(), np.rot90(m, 2).copy(), np.rot90(m, k).copy(), np.rot90(m, -1, (1, 0)).copy()


@njit
def split(x, n):
    total = 0.0
    for part in np.array_split(x, n):
        total += part.sum() * part.size
    for part in np.split(x, [1, 3]):
        total += part.sum() * part.size
    return total, len(np.array_split(x, n)), np.array_split(x, n)[0].copy()


@njit
def split_evenly(m, n):
    return [part.copy() for part in np.split(m, n, axis=1)], [part.copy() for part in np.vsplit(m, 1)], np.hsplit(m, [1])[1].copy()


@njit
def padded(x):
    return np.pad(x, 2), np.pad(x, (1, 3), "edge"), np.pad(x, (4, 5), mode="reflect"), np.pad(x, 5, "symmetric"), np.pad(x, (2, 7), mode="wrap"), np.pad(x, (1, 2), constant_values=(3, 4))


@njit
def padded_along(m):
    return np.pad(m, 1), np.pad(m, ((1, 0), (0, 2)), "edge"), np.pad(m, ((2, 1),), "reflect"), np.pad(m, ((1, 2), (0, 1)), constant_values=9)


@njit
def along(m):
    order = np.argsort(m, axis=1)
    least = np.expand_dims(np.argmin(m, axis=0), axis=0)
    return np.take_along_axis(m, order, axis=1), np.take_along_axis(m, least, axis=0), np.take_along_axis(m, order, -1)


@njit
def put_in(x, mask):
    np.put(x, [0, 2], [9, 8])
    np.place(x, mask, [5, 6])
    np.copyto(x, 3, where=x > 8)
    np.putmask(x, x == 3, 4)
    return x, np.resize(x, (2, 7)), np.extract(mask, x), np.compress(mask, x), np.trim_zeros(x)


@njit
def slid(a, v):
    return np.convolve(a, v), np.convolve(a, v, "same"), np.convolve(a, v, "valid"), np.correlate(a, v), np.correlate(a, v, "full"), np.correlate(a, v, "same")


@njit
def polynomials(p, x):
    return np.polyval(p, x), np.polyval(p, x[0]), np.polyval([1, 2, 3], x)


@njit
def areas(y, x):
    return np.trapezoid(y), np.trapezoid(y, x), np.trapezoid(y, dx=0.5)


@njit
def areas_along(m):
    return np.trapezoid(m), np.trapezoid(m, axis=0), np.trapezoid(m, m + 1, axis=0)


@njit
def slopes(y, x):
    return np.gradient(y), np.gradient(y, 0.5), np.gradient(y, x), np.gradient(y, x, edge_order=2), np.gradient(y, edge_order=2)


@njit
def slopes_along(m):
    a, b = np.gradient(m)
    return a, b, np.gradient(m, axis=1), np.gradient(m, 2.0)[1]


@njit
def together(x, y):
    return np.cov(x, y), np.corrcoef(x, y), np.cov(x) + 0, np.corrcoef(x) + 0


@njit
def of_rows(m):
    return np.cov(m), np.cov(m, rowvar=False), np.cov(m, bias=True), np.cov(m, ddof=0), np.corrcoef(m)


@njit
def waves(x):
    return np.sinc(x), np.sinc(x[1]), np.angle(x), np.angle(x, deg=True)


@njit
def angles(z):
    return np.angle(z), np.angle(z[0], True)


@njit
def windows(n):
    return np.hanning(n), np.hamming(n), np.blackman(n), np.bartlett(n), np.kaiser(n, 8.6)


@njit
def bessel(x):
    return np.i0(x)


@njit
def sums_without_nan(x):
    return np.nancumsum(x), np.nancumprod(x), np.nancumsum(x, axis=0)


@njit
def middles(m):
    return np.nanmedian(m), np.nanmedian(m, axis=0), np.nanmedian(m, axis=1, keepdims=True), np.nanquantile(m, [0.25, 0.5]), np.nanpercentile(m, 30)


@njit
def quantiles(m):
    return np.quantile(m, [0.1, 0.9]), np.percentile(m, [10, 50], axis=0), np.quantile(m, (0.5, 0.25), axis=1), np.percentile(m, 50, axis=-1)


@njit
def sets(x, y):
    return np.isin(x, y), np.isin(x, y, invert=True), np.union1d(x, y), np.intersect1d(x, y), np.setdiff1d(x, y), np.setxor1d(x, y), np.logical_not(np.isin(x[0], y))


@njit
def selected(x):
    return np.select([x < 2, x > 4], [x, x * 10]), np.select((x < 2, x > 4), (x, x + 1)), np.select([x < 3], [x])


@njit
def kinds(x):
    return np.iscomplexobj(x), np.isrealobj(x), np.iscomplex(x), np.isreal(x), np.isscalar(3), np.isscalar(x)


@njit
def infinities(x):
    return np.isneginf(x), np.isposinf(x), np.isposinf(x[0])


@njit
def rolled(m):
    return np.roll(m, (1, 2), (0, 1)), np.roll(m, 1, (0, 1)), np.roll([1, 2, 3], 1)


@njit
def negative_triangle(n):
    return np.tri(n), np.tri(2, n)


@njit
def weighted(x, w):
    return np.histogram(x, 3, weights=w)[0]


@njit
def sorted_by_what(x):
    return np.sort(x, kind="bogus")


@njit
def ordered_by_what(x):
    return np.argsort(x, kind="bogus")


@njit
def rounded(x):
    return np.round(x, 1.5)


@njit
def ordered_by(x, y):
    return np.lexsort((x, y))


@njit
def beyond(x):
    return np.percentile(x, 101)


@njit
def least_of_none(x):
    return np.nanargmin(x)


@njit
def uneven(x):
    return len(np.split(x, 2))


@njit
def spaced(start, stop, n):
    return np.geomspace(start, stop, n), np.geomspace(start, stop, n, endpoint=False)


@njit
def unwrapped(x, m):
    return np.unwrap(x), np.unwrap(m, axis=0), np.unwrap(m)


@njit
def chosen_of(a, x, y):
    return np.choose(a, [x, y]), np.choose(a, [x, x * 2])


@njit
def parted(x, k):
    p = np.partition(x, (k, 4, -2))
    q = np.partition(np.stack((x, x[::-1])), k, axis=0)
    return p[k], p[4], p[-2], np.sort(p), p[:k] <= p[k], p[4:] >= p[4], q[k % 2], np.partition(x, [0])[0]


def vectors():
    for dtype in ("i4", "i8", "u1", "f4", "f8"):
        yield np.array([3, 1, 4, 1, 5, 9, 2], dtype)


CASES = []
for x in vectors():
    y = x[[1, 4, 2, 0]]
    m = np.resize(x, (4, 6)).copy()
    mask = x > 2
    close = {"within": 1e-5 if x.dtype == np.float32 else 1e-12}
    CASES += [
        ("grids", [x, y]), ("broadcast", [m, m[:1]]), ("triangles", [m]), ("filled", [m.copy()]), ("filled_in_turns", [np.resize(x, (7, 3)).copy(), x[:2]]),
        ("filled_cube", [np.zeros((2, 2, 2), x.dtype)]), ("deleted", [x, 0]), ("deleted", [x, -2]), ("deleted_parts", [x, mask]), ("deleted_along", [m]),
        ("inserted", [x, 0, 5]), ("inserted", [x, 7, 5]), ("inserted", [x, -1, 2]), ("inserted_parts", [x]), ("inserted_along", [m]), ("turned", [m, 1]), ("turned", [m, 0]),
        ("split", [x, 3]), ("split_evenly", [m, 3]), ("padded", [x]), ("padded_along", [m]), ("along", [m]), ("put_in", [x.copy(), mask]),
        ("slid", [x, y], close), ("slid", [y, x], close), ("polynomials", [y, x], close), ("areas", [x, np.arange(7.0)], close), ("areas_along", [m], close),
        ("slopes", [x, np.arange(7.0) ** 2], close), ("slopes_along", [m], close), ("together", [x, x[::-1]], close), ("of_rows", [m], close),
        ("parted", [x, 1]), ("parted", [x, 0]), ("sets", [x, y]), ("selected", [x]), ("kinds", [x]), ("rolled", [m]), ("quantiles", [m], close), ("weighted", [x, x]),
    ]
floats = np.array([0.5, -0.0, np.nan, 2.5, -np.inf, np.inf])
table = np.array([[1.0, np.nan, 3.0], [np.nan, 5.0, 4.0], [0.5, 2.0, np.nan]])
CASES += [
    ("waves", [np.array([0.0, 0.5, -1.5, 3.0])], {"within": 1e-14}), ("angles", [np.array([1 + 2j, -1 - 0.5j, 0j])], {"within": 1e-14}), ("infinities", [floats]),
    ("sums_without_nan", [np.array([1.0, np.nan, 3.0])]), ("middles", [table], {"within": 1e-14}), ("kinds", [np.array([1j, 2.0])]),
    ("slid", [np.array([1j, 2.0, 1 - 1j]), np.array([1 + 1j, 2j])], {"within": 1e-14}), ("sets", [np.array([1.5, np.nan, 2.0]), np.array([2.0, 7.0])]),
    ("bessel", [np.array([0.0, 0.5, 3.0, -8.0, 20.0])], {"within": 1e-6}), ("together", [np.array([1j, 2.0, 3 + 1j]), np.array([1.0, 2j, 0.5])], {"within": 1e-13}),
    ("unraveled", [7, np.array([0, 11, 5])]), ("unraveled", [12, np.array([0])]), ("unraveled", [0, np.array([12])]),
    ("raveled", [1, 2]), ("raveled", [np.array([0, 2]), np.array([3, 1])]), ("raveled", [3, 0]), ("negative_triangle", [-1]), ("negative_triangle", [2]),
    ("deleted", [np.arange(3), 3]), ("inserted", [np.arange(3), 4, 1]), ("turned", [np.arange(24.0).reshape(2, 3, 4), 3]),
]  # fmt: skip
for n in (0, 1, 2, 7, 12):
    CASES.append(("windows", [n], {"within": 1e-14}))
phases = np.array([0.0, 3.0, -3.0, 3.2, -3.1, 9.5, np.pi, -np.pi, 0.1])
CASES += [
    ("spaced", [1, 1000, 4], {"within": 1e-11}), ("spaced", [-2.0, -32.0, 5], {"within": 1e-11}), ("spaced", [0, 1, 3]), ("spaced", [-1.0, 4.0, 3]), ("spaced", [1, 2, 1], {"within": 1e-11}),
    ("unwrapped", [phases, phases.reshape(3, 3)], {"within": 1e-14}),
    ("chosen_of", [np.array([0, 1, 1, 0]), np.arange(4.0), np.arange(4.0) * -1]), ("chosen_of", [np.array([0, 2]), np.arange(2.0), np.arange(2.0)]),
]
three = np.arange(3.0)
CASES += [("parted", [np.array([3.0, np.nan, 1.0, np.nan, 2.0, 0.5]), 1]), ("parted", [np.random.default_rng(3).normal(size=300), 1]), ("parted", [three, 1])]
CASES += [
    ("weighted", [three, np.ones(2)]), ("sorted_by_what", [three]), ("ordered_by_what", [three]), ("rounded", [three]), ("ordered_by", [three, np.ones(2)]),
    ("ordered_by", [three, np.array([1.0, 0.0, 1.0])]), ("beyond", [three]), ("least_of_none", [np.array([np.nan, np.nan])]), ("uneven", [three]), ("slid", [three, np.ones(0)]),
]  # fmt: skip
