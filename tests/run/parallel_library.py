"""NumPy's functions in kernels with `parallel=True`: long arrays are gone through in pieces, and what they come to is what NumPy gives, sums of floats bit by bit."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def sums(x):
    return np.sum(x), x.sum(), x.mean(), np.sum(x * x)


@njit(parallel=True)
def complex_sums(x):
    return np.sum(x), x.mean()


@njit(parallel=True)
def products(x):
    return np.prod(x)


@njit(parallel=True)
def extremes(x):
    return np.min(x), x.max(), np.argmin(x), x.argmax()


@njit(parallel=True)
def spread(x):
    return np.var(x), x.std(), np.ptp(x)


@njit(parallel=True)
def truths(x):
    return np.any(x), np.all(x), (x != 0).any(), (x == 0).all(), np.count_nonzero(x)


@njit(parallel=True)
def dots(x, y):
    return np.dot(x, y)


@njit(parallel=True)
def along_axes(a):
    return a.sum(axis=0), a.sum(axis=1), a.min(axis=0), a.max(axis=1), a.mean(axis=1), a.argmax(axis=1), np.cumsum(a, axis=1)


@njit(parallel=True)
def matrix_by_vector(a, x):
    return a @ x


@njit(parallel=True)
def rows_within(a):
    out = np.empty(a.shape[0])
    for i in prange(a.shape[0]):
        out[i] = a[i].sum() + np.max(a[i]) + np.sum(a[i] > 0)
    return out


@njit(parallel=True)
def created(n):
    return np.arange(n), np.arange(0.5, n, 0.75), np.linspace(0, 1, n), np.full(n, 2.5), np.ones((n, 2)), np.full_like(np.ones((2, n)), 7)


@njit(parallel=True)
def of_a_list(n):
    return np.array([i * 0.5 for i in range(n)])


@njit(parallel=True)
def copied(a, x):
    b = a.copy()
    b[:] = a[::-1]
    c = b[b > x]
    b[a > x] = x
    return b, c, c.size


@njit(parallel=True)
def sorted_rows(a):
    return np.sort(a, axis=1), np.argsort(a, axis=0), np.median(a)


@njit(parallel=True)
def raises(x):
    return np.min(x[:0])


@njit(parallel={"reduction": False, "numpy": False})
def in_order(x):
    return np.sum(x * 2), np.dot(x, x), x.max()


random = np.random.default_rng(31)
LENGTHS = (1, 7, 65536, 70001)


def numbers(n):
    return random.normal(size=n) * 10.0 ** random.integers(-8, 8, n)


def exact(n):
    """Numbers whose sums are exact in any order."""
    return random.integers(-50, 50, n).astype(float)


def late(n, value):
    x = np.zeros(n)
    x[n - 3] = value
    return x


SPOILT = np.r_[np.zeros(40000), np.nan, -np.ones(20000), np.nan, np.ones(20000)]

CASES = (
    [("sums", [numbers(n)]) for n in LENGTHS]
    + [("sums", [numbers(70001).astype(np.float32)]), ("complex_sums", [numbers(66000) + 1j * numbers(66000)])]
    + [("sums", [random.integers(-99, 99, 70001).astype(dtype)]) for dtype in (np.int64, np.int8)]
    + [("sums", [random.integers(0, 99, 70001).astype(np.uint8)]), ("sums", [numbers(140002)[::2]])]
    + [("products", [random.choice([0.5, 1.0, 2.0, -1.0], n)]) for n in LENGTHS]
    + [("products", [random.integers(-3, 4, 70001)])]
    + [("extremes", [x]) for x in [numbers(n) for n in LENGTHS] + [SPOILT, late(70001, -1.0), late(70001, np.nan)]]
    + [("extremes", [random.integers(0, 99, 70001).astype(np.uint8)])]
    + [("spread", [numbers(n)]) for n in LENGTHS]
    + [("truths", [x]) for x in (exact(70001), np.zeros(70001), np.ones(70001), late(70001, 1.0), np.zeros(3))]
    + [("dots", [exact(n), exact(n)]) for n in LENGTHS]
    + [("along_axes", [numbers(m * n).reshape(m, n)]) for m, n in ((3, 5), (40, 1100), (1100, 40), (2, 66000))]
    + [("matrix_by_vector", [exact(m * n).reshape(m, n), exact(n)]) for m, n in ((3, 5), (300, 40), (2, 66000))]
    + [("rows_within", [numbers(3000).reshape(30, 100)])]
    + [("created", [n]) for n in (1, 5, 3000)]
    + [("of_a_list", [n]) for n in (1, 2000)]
    + [("copied", [exact(n), 3.0]) for n in LENGTHS]
    + [("sorted_rows", [numbers(3000).reshape(30, 100)])]
    + [("raises", [np.ones(4)])]
    + [("in_order", [exact(n)]) for n in LENGTHS]
)
