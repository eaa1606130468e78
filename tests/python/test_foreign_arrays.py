"""Arrays that are no plain ones: of subclasses, without alignment, and what else lends its memory. Each is taken, or refused by its name."""

import array

import numpy as np
import pytest

from hotloop import errors, njit


@njit
def doubled(x):
    for i in range(x.shape[0]):
        x[i] *= 2
    return x.sum()


@njit
def summed(x, factor=1.0):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i]
    return total * factor


@njit
def same(x):
    return x


@njit
def failing(x, at):
    for i in range(x.shape[0]):
        x[i] = 7
        if i == at:
            raise ValueError("here", i)


@njit
def counted(x):
    for i in range(x.shape[0]):
        x[i] += 1
        yield x[i]


@njit
def copied(x, y):
    for i in range(x.shape[0]):
        x[i] = y[i] + 1


def unaligned(count, dtype=np.float64):
    numbers = np.zeros(count * np.dtype(dtype).itemsize + 1, np.uint8)[1:].view(dtype)
    numbers[:] = np.arange(count)
    assert not numbers.flags.aligned
    return numbers


class Named(np.ndarray):
    """A subclass that adds no meaning."""


class Scaled(np.ndarray):
    """One whose numbers are not what is computed with."""

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return 100 * getattr(ufunc, method)(*map(np.asarray, inputs), **options)


def test_arrays_of_subclasses(tmp_path):
    named = np.arange(4.0).view(Named)
    assert doubled(named) == 12.0
    np.testing.assert_array_equal(np.asarray(named), [0, 2, 4, 6])
    assert summed(named[::2], factor=2.0) == 8.0
    mapped = np.memmap(tmp_path / "numbers", np.float64, "w+", shape=(3,))
    mapped[:] = 1.0
    assert doubled(mapped) == 6.0
    mapped.flush()
    np.testing.assert_array_equal(np.fromfile(tmp_path / "numbers"), [2, 2, 2])
    assert np.shares_memory(same(named), named)


@pytest.mark.parametrize("make, name", [(np.matrix, "numpy.matrix"), (np.ma.array, "MaskedArray"), (lambda x: np.array(x).view(Scaled), "Scaled")])
def test_subclasses_with_operators_of_their_own_are_refused(make, name):
    with pytest.raises(TypeError, match=f"argument `x` of `summed`: an array of the subclass `.*{name}`"):
        summed(make([1.0, 2.0]))


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.float32, np.float64, np.complex128])
def test_arrays_without_alignment(dtype):
    numbers = unaligned(5, dtype)
    assert doubled(numbers) == 20
    np.testing.assert_array_equal(numbers, [0, 2, 4, 6, 8])
    numbers.flags.writeable = False
    assert same(numbers).flags.writeable is False
    np.testing.assert_array_equal(same(numbers), numbers)
    with pytest.raises(errors.TypingError, match="read-only"):
        doubled(numbers)


def test_what_was_written_before_an_error_stays():
    numbers = unaligned(4)
    with pytest.raises(ValueError, match="here"):
        failing(numbers, 1)
    np.testing.assert_array_equal(numbers, [7, 7, 2, 3])


def test_arrays_without_alignment_that_would_not_be_written_are_refused():
    numbers = unaligned(4)
    with pytest.raises(TypeError, match="argument `x` of `counted`: .*not aligned; pass a copy"):
        counted(numbers)
    with pytest.raises(TypeError, match="argument `x` of `copied`: .*not aligned; pass a copy"):
        copied(numbers[1:], numbers[:-1])
    np.testing.assert_array_equal(numbers, [0, 1, 2, 3])
    with pytest.raises(TypeError, match="element 0 of the tuple: .*not aligned"):
        same((numbers, 1))
    copied(unaligned(4), np.arange(4.0))


class Lender:
    def __init__(self, numbers):
        self._numbers = numbers

    def __dlpack__(self, **options):
        return self._numbers.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._numbers.__dlpack_device__()


class Holder:
    def __array__(self, *arguments, **options):
        return np.ones(2)


@pytest.mark.parametrize(
    "value, name, way",
    [
        (array.array("d", [1, 2]), "array.array", np.asarray),
        (bytearray(b"12"), "bytearray", np.asarray),
        (memoryview(np.ones(2)), "memoryview", np.asarray),
        (Lender(np.ones(2)), "Lender", np.from_dlpack),
        (Holder(), "Holder", np.asarray),
    ],
)
def test_other_lenders_of_memory_are_refused_by_name(value, name, way):
    with pytest.raises(TypeError, match=rf"argument `x` of `summed`: a `.*{name}`, .*numpy\.{way.__name__}\(x\)"):
        summed(value)
    assert summed(way(value).astype(float)) == way(value).sum()
