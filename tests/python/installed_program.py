"""What `cargo xtask dist --check` runs where the package was installed: something of everything that depends on the Python and the NumPy beside it."""

import pickle
import sys

import numpy as np

import hotloop
from hotloop import guvectorize, njit, prange, stencil, vectorize


@njit
def described(x):
    return x.shape, x.sum(), x[0] + 1, x * 2


@njit(parallel=True, cache=True)
def roots(x):
    total = 0.0
    for i in prange(x.shape[0]):
        total += np.sqrt(x[i])
    return total


@njit
def element(x, i=0):
    return x[i]


@njit
def same(x):
    return x


@njit
def drawn(generator):
    return generator.random(), generator.integers(10), np.arange(3)


@vectorize(["float64(float64, float64)", "int64(int64, int64)"])
def plus(a, b):
    return a + b


@vectorize
def times(a, b):
    return a * b


@guvectorize(["void(float64[:], float64[:])"], "(n)->()")
def total(a, out):
    out[0] = a.sum()


@stencil
def mean(a):
    return 0.5 * (a[-1] + a[1])


def main():
    for dtype in "?bBhHiIlLqQfdFD":
        x = np.ones((3, 2), dtype)
        shape, total_of_x, first, doubled = described(x[::-1].T)
        assert shape == (2, 3) and total_of_x == 6 and first.shape == (3,), dtype
        np.testing.assert_array_equal(doubled, x.T * 2)
        assert doubled.dtype == (x * 2).dtype or dtype == "?", dtype
        assert element(x[0]) == 1 and element(x=x[0], i=1) == 1
        assert same((np.dtype(dtype).type(1), 2)) == (1, 2)
    many = np.arange(100_000.0)
    assert abs(roots(many) - np.sqrt(many).sum()) < 1e-3
    try:
        element(np.ones(2), 2)
    except IndexError as error:
        assert "installed_program.py" in str(error.__traceback__.tb_next.tb_frame.f_code.co_filename)
    else:
        raise AssertionError("an index out of bounds was not found")
    own, theirs = np.random.default_rng(3), np.random.default_rng(3)
    assert drawn(own)[:2] == (theirs.random(), theirs.integers(10))
    assert type(plus) is np.ufunc and plus.reduce(np.arange(5)) == 10 and plus(np.float32(1), 2).dtype == np.float64
    np.testing.assert_array_equal(plus.outer([1, 2], [3]), [[4], [5]])
    np.testing.assert_array_equal(times(np.arange(4)[::2], 2.5), [0, 5])
    np.testing.assert_array_equal(total(np.ones((4, 3))), np.full(4, 3.0))
    np.testing.assert_array_equal(mean(np.arange(4.0)), [0, 1, 2, 0])
    assert pickle.loads(pickle.dumps(element)) is element
    described.inspect_asm()
    print(f"hotloop {hotloop.__version__}, CPython {sys.version.split()[0]}, NumPy {np.__version__}: all is well")


if __name__ == "__main__":
    main()
