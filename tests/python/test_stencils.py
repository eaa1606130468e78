"""`stencil`: functions of an element and its neighbours, compared with loops in NumPy."""

import warnings

import numpy as np
import pytest

from hotloop import errors, njit, prange, stencil

WEIGHT = 0.25


@stencil
def mean_of_four(a):
    return WEIGHT * (a[0, 1] + a[1, 0] + a[0, -1] + a[-1, 0])


@stencil(neighborhood=((-2, 0),), cval=-1.0)
def moving_mean(a):
    total = 0.0
    for i in range(-2, 1):
        total += a[i]
    return total / 3


@stencil(standard_indexing=("weights",))
def weighted(a, weights):
    return a[-1] * weights[0] + a[0] * weights[1] + a[1] * weights[2]


@stencil
def difference(a, b, factor):
    if a[0, 0] > 3:
        return factor * (a[0, 0] - b[-1, 1])
    return 0.0


@njit
def twice(a):
    return mean_of_four(mean_of_four(a))


def known_mean(a):
    out = np.zeros_like(a)
    out[1:-1, 1:-1] = WEIGHT * (a[1:-1, 2:] + a[2:, 1:-1] + a[1:-1, :-2] + a[:-2, 1:-1])
    return out


@pytest.mark.parametrize("shape", [(3, 3), (5, 7), (40, 33), (2, 9), (0, 4)])
def test_neighbours(shape):
    a = np.random.default_rng(1).random(shape)
    for array in (a, np.asfortranarray(a), np.repeat(a, 2, axis=1)[:, ::2]):
        np.testing.assert_allclose(mean_of_four(array), known_mean(a), rtol=1e-15)
    np.testing.assert_allclose(twice(a), known_mean(known_mean(a)), rtol=1e-15)


def test_neighbourhood_and_borders():
    numbers = np.arange(8.0)
    expected = np.concatenate([[-1.0, -1.0], (numbers[2:] + numbers[1:-1] + numbers[:-2]) / 3])
    np.testing.assert_allclose(moving_mean(numbers), expected, rtol=1e-15)
    assert moving_mean(np.arange(8)).dtype == np.float64


def test_other_arrays_and_numbers():
    numbers, weights = np.arange(6), np.array([1, 2, 3])
    expected = np.zeros(6, int)
    expected[1:-1] = np.convolve(numbers, weights[::-1], "valid")
    assert weighted(numbers, weights).tolist() == expected.tolist()
    a = np.arange(30.0).reshape(5, 6)
    expected = np.zeros((5, 6))
    expected[1:, :-1] = np.where(a[1:, :-1] > 3, 2.0 * (a[1:, :-1] - a[:-1, 1:]), 0.0)
    assert difference(a, a, 2.0).tolist() == expected.tolist()
    with pytest.raises(ValueError, match="b"):
        difference(a, a[:3], 2.0)


def test_out():
    out = np.full(6, 9)
    assert weighted(np.arange(6), np.array([1, 2, 3]), out=out) is out
    assert out.tolist() == [9, 8, 14, 20, 26, 9]
    out = np.full(8, 9.0)
    moving_mean(np.arange(8.0), out=out)
    assert out[:2].tolist() == [-1.0, -1.0]


def test_what_is_wrong_is_told():
    def assigned(a):
        a[0] = 1
        return a[0]

    def open_ended(a):
        total = 0
        for i in range(-1, 2):
            total += a[i]
        return total

    def mixed(a, b):
        return a[0] + b[0, 1]

    for function, options, message in (
        (assigned, {}, "Assignments to arrays"),
        (open_ended, {}, "'neighborhood' option required"),
        (mixed, {}, "number of dimensions"),
        (open_ended, {"neighborhood": ((-1, 1), (0, 1))}, "2 dimensional neighborhood"),
        (open_ended, {"neighborhood": ((-1, 1),), "standard_indexing": ("b",)}, "not present"),
    ):
        with pytest.raises(errors.NumbaValueError, match=message):
            stencil(**options)(function)(np.arange(5.0), *[np.arange(5.0)] * (function is mixed))
    with pytest.raises(errors.NumbaValueError, match="mode"):
        stencil("wrap")
    with pytest.raises(KeyError, match="Unrecognized"):
        stencil(parallel=True)(mixed)
    with pytest.raises(TypeError, match="positional"):
        mean_of_four(np.zeros((3, 3)), 1)


def test_lambdas():
    factor = 3
    cross, before = (stencil(lambda a: 0.25 * (a[0, 1] + a[1, 0] + a[0, -1] + a[-1, 0])), stencil(lambda a, k: a[-1] * k + factor, cval=7.0))
    x = np.arange(12.0).reshape(3, 4)
    expected = np.zeros_like(x)
    expected[1, 1:3] = 0.25 * (x[1, 2:] + x[2, 1:3] + x[1, :2] + x[0, 1:3])
    np.testing.assert_array_equal(cross(x), expected)
    np.testing.assert_array_equal(before(np.arange(4.0), 2.0), [7, 3, 5, 7])

    @njit
    def both(x, out):
        before(x[0], 2.0, out=out)
        return cross(cross(x))

    out = np.zeros(4)
    np.testing.assert_array_equal(both(x, out), cross(cross(x)))
    np.testing.assert_array_equal(out, before(x[0], 2.0))


def test_kernels_with_several_threads_share_stencils_out():
    def smoothed(a):
        return mean_of_four(a)

    def nested(a):
        out = np.zeros((3, a.shape[0]))
        for i in prange(3):
            out[i] = moving_mean(a * i)
        return out

    a = np.random.default_rng(2).random((301, 222))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        shared = njit(parallel=True)(smoothed)(a)
        assert not caught
        in_order = njit(parallel={"stencil": False})(smoothed)(a)
    # Then nothing of the kernel runs in parallel.
    assert [one.category for one in caught] == [errors.NumbaPerformanceWarning]
    np.testing.assert_array_equal(shared, in_order)
    np.testing.assert_array_equal(shared, mean_of_four(a))
    line = np.arange(5000.0)
    np.testing.assert_array_equal(njit(parallel=True)(nested)(line), [moving_mean(line * i) for i in range(3)])
