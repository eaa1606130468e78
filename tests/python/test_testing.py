"""The comparison of kernels with their Python functions."""

import numpy as np
import pytest

from hotloop import njit, vectorize
from hotloop.testing import check


@njit
def sorted_sum(x, scale=1.0):
    x.sort()
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i] * scale
    return total, x.shape[0]


@njit
def wrapping(n):
    return n * n


@njit(fastmath=True)
def in_any_order(x):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i]
    return total


@njit
def raising(x):
    if x > 2:
        raise ValueError("too much", x)
    return x


def test_what_agrees():
    numbers = np.random.default_rng(1).random(100)
    total, count = check(sorted_sum, [numbers], {"scale": 2.0})
    assert count == 100 and total == pytest.approx(2 * numbers.sum())
    assert check(in_any_order, [numbers]) == pytest.approx(numbers.sum())
    with pytest.raises(ValueError, match="too much"):
        check(raising, [3])


def test_what_differs_is_told():
    with pytest.raises(AssertionError, match=r"`wrapping` and its Python function differ:\n  the result: 0, expected 18446744073709551616"):
        check(wrapping, [2**32])

    @njit
    def negated(x):
        for i in range(x.shape[0]):
            x[i] = -x[i]

    def changed(x):
        x[1] = 7.0

    negated(np.arange(2.0))
    negated.py_func.__code__, kept = changed.__code__, negated.py_func.__code__
    try:
        with pytest.raises(AssertionError):
            check(negated, [np.arange(3.0)])
    finally:
        negated.py_func.__code__ = kept
    check(negated, [np.arange(3.0)])


def test_tolerances():
    numbers = np.full(1000, 0.1)
    with pytest.raises(AssertionError, match="the result"):
        check(in_any_order, [numbers], rtol=0.0)
    check(in_any_order, [numbers], rtol=0.0, atol=1e-9)


def test_ufuncs_and_generators():
    @vectorize
    def doubled(x):
        return 2 * x

    @njit
    def counted(n):
        for i in range(n):
            yield i

    assert check(doubled, [np.arange(3.0)]).tolist() == [0.0, 2.0, 4.0]
    assert list(check(counted, [3])) == [0, 1, 2]
    with pytest.raises(TypeError, match="does not tell"):
        check(len, [[]])
