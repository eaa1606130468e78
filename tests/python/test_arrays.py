"""Arrays as arguments and results: dtypes, layouts, memory."""

import gc
import sys
import weakref

import numpy as np
import pytest

from hotloop import _hotloop, float64, njit, types

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]


@njit
def same(x):
    return x


@njit
def total(x):
    sum = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            sum += x[i, j]
    return sum


@njit
def fill(x, value):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = value


@njit
def made(n, m):
    out = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = 10 * i + j
    return out


@njit
def both(n, x):
    return np.zeros(n), 7, x, (np.ones(2), True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_in_every_layout(dtype):
    numbers = np.arange(24).reshape(4, 6).astype(dtype)
    layouts = {
        "[:, ::1]": np.ascontiguousarray(numbers),
        "[::1, :]": np.asfortranarray(numbers),
        "[:, :]": np.repeat(numbers, 2, axis=1)[:, ::2],
    }
    for spelled, array in layouts.items():
        for view in (array, array[::-1, ::-1], array[1:3, 2:5]):
            assert total(view) == float(view.sum(dtype="float64"))
        fill(array, array[3, 5])
        assert (array == array[3, 5]).all()
        assert dtype + spelled in [kind.spelling for (kind,) in total.signatures]


def test_small_and_empty_arrays():
    assert total(np.zeros((0, 5))) == 0
    assert total(np.zeros((5, 0))) == 0
    assert total(np.full((1, 1), 3.0)) == 3
    result = made(0, 3)
    assert result.shape == (0, 3) and result.dtype == np.float64


def test_zero_dimensions():
    @njit
    def shape(x):
        return x.ndim, x.size

    assert shape(np.array(2.5)) == (0, 1)


def test_results_own_their_memory():
    before = _hotloop.live_allocations()
    array = made(3, 4)
    assert _hotloop.live_allocations() == before + 1
    assert array.flags.c_contiguous and array.flags.writeable and array.flags.aligned
    assert (array == [[10 * i + j for j in range(4)] for i in range(3)]).all()
    part = array[1:, 2:]
    del array
    gc.collect()
    part += 1
    assert (part == [[13, 14], [23, 24]]).all()
    assert _hotloop.live_allocations() == before + 1
    del part
    assert _hotloop.live_allocations() == before


def test_an_argument_that_is_returned_is_the_same_object():
    for array in (np.arange(3), np.arange(6.0).reshape(2, 3).T, np.zeros((0, 2)), np.arange(8)[::-2]):
        assert same(array) is array
    pair = (np.arange(2), np.arange(3))
    assert all(a is b for a, b in zip(same(pair), pair))


def test_several_results():
    x = np.arange(4)
    zeros, seven, again, (ones, truth) = both(3, x)
    assert (zeros == [0, 0, 0]).all() and seven == 7 and again is x
    assert (ones == [1, 1]).all() and truth is True


def test_references_are_balanced():
    x = np.arange(4.0)
    both(3, x)
    count = sys.getrefcount(x)
    for _ in range(100):
        both(3, x)
        total(np.ones((2, 2)))
    assert sys.getrefcount(x) == count
    reference = weakref.ref(x)
    del x
    assert reference() is None


def test_a_readonly_array_is_a_type_of_its_own():
    array = np.arange(6.0).reshape(2, 3)
    array.flags.writeable = False
    assert total(array) == 15
    assert (types.Array(float64, 2, "C", readonly=True),) in total.signatures
    with pytest.raises(Exception, match="read-only"):
        fill(array, 1.0)
    assert array.sum() == 15


def refused():
    """Arrays that no kernel takes, each with the property that the message has to name."""
    return [
        (np.zeros(3, dtype=">f8"), "byte order"),
        (np.zeros(3, dtype="float16"), "float16"),
        (np.zeros(3, dtype="O"), "object"),
        (np.zeros(3, dtype="U3"), "U3"),
        (np.zeros(3, dtype="datetime64[s]"), "datetime64"),
        (np.zeros(3, dtype=[("a", "f8")]), "'a'"),
        (np.ma.masked_array([1.0, 2.0]), "MaskedArray"),
    ]


@pytest.mark.parametrize("array,named", refused(), ids=lambda value: value if isinstance(value, str) else "array")
def test_what_no_kernel_takes_is_named(array, named):
    with pytest.raises(TypeError, match=f"argument `x` of `same`: .*{named}"):
        same(array)
    with pytest.raises(TypeError, match=f"element 1 of the tuple: .*{named}"):
        same((1, array))


@pytest.mark.parametrize("value", [[[1], [2]], {"a": 1}, {1}, object(), range(3)])
def test_other_objects_are_refused(value):
    with pytest.raises(TypeError, match="argument `x` of `same`: .*" + type(value).__name__):
        same(value)


def test_what_is_broadcast_cannot_be_written_whatever_its_shape():
    broadcast = njit(lambda x, shape: np.broadcast_to(x, shape))
    for x, shape in ((np.ones(3), (3,)), (np.ones(3), (2, 3)), (np.array(2), ()), (4, (1,)), (np.ones((1, 2)), (1, 2))):
        found = broadcast(x, shape)
        assert not found.flags.writeable and found.tolist() == np.broadcast_to(x, shape).tolist()
