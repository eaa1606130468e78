"""Memory of arrays: how much of it an expression takes, whose it is, and what happens when there is none."""

import gc

import numpy as np
import pytest

from hotloop import _hotloop, njit


@njit
def ten_operations(a, b, c, d):
    return ((a * b + c - d) * a + b * 2.0 - c / 3.0) * d + 1.5


@njit
def ten_operations_into(a, b, c, d, out):
    out[:] = ((a * b + c - d) * a + b * 2.0 - c / 3.0) * d + 1.5


@njit
def empty(n):
    return np.empty(n)


@njit
def empty_table(n, m):
    return np.empty((n, m))


@njit
def zeros(n):
    return np.zeros(n, np.float32)


@njit
def full(n):
    return np.full(n, 2.5)


@njit
def outer_sum(a, b):
    kept = a + 1.0
    return kept[:, None] + b


def made_by(kernel, *arguments):
    """The blocks that a call makes, and its result."""
    before = _hotloop.allocations_made()
    result = kernel(*arguments)
    return _hotloop.allocations_made() - before, result


def test_an_expression_of_ten_operations_allocates_its_result_alone():
    arguments = [np.random.default_rng(at).random(1_000_000) for at in range(4)]
    expected = ten_operations.py_func(*arguments)
    made_by(ten_operations, *arguments)
    blocks, result = made_by(ten_operations, *arguments)
    assert blocks == 1
    assert (result == expected).all()
    out = np.empty(1_000_000)
    made_by(ten_operations_into, *arguments, out)
    out[:] = 0.0
    blocks, _ = made_by(ten_operations_into, *arguments, out)
    assert blocks == 0
    assert (out == expected).all()


def test_a_result_gets_the_memory_of_one_that_died_and_never_of_one_that_lives():
    living = [empty(5_000) for _ in range(20)]
    for number, array in enumerate(living):
        array[:] = number
    addresses = {array.ctypes.data for array in living}
    assert len(addresses) == 20
    part = living.pop(7)[10:]
    again = [empty(5_000) for _ in range(20)]
    assert not addresses & {array.ctypes.data for array in again}
    for array in again:
        array[:] = -1.0
    assert (part == 7).all()
    assert [array[0] for array in living] == [number for number in range(20) if number != 7]
    del again, array
    gc.collect()
    assert (part == 7).all()


@pytest.mark.parametrize("kernel", [empty, zeros, full], ids=["empty", "zeros", "full"])
@pytest.mark.parametrize("size", [2**62, 2**60, 2**61 + 5, 2**63 - 1])
def test_absurd_sizes_raise_as_in_numpy(kernel, size):
    expect_error(kernel, size)


@pytest.mark.parametrize("kernel", [empty, zeros, full], ids=["empty", "zeros", "full"])
@pytest.mark.parametrize("size", [-1, -(2**62), -(2**63)])
def test_negative_sizes_raise_as_in_numpy(kernel, size):
    expect_error(kernel, size)


@pytest.mark.parametrize("shape", [(2**31, 2**31), (2**62, 4), (-1, 3), (3, -1), (2**40, 2**20)])
def test_absurd_shapes_raise_as_in_numpy(shape):
    expect_error(empty_table, *shape)


def test_what_is_too_large_for_any_memory_raises():
    before = _hotloop.live_allocations()
    for kernel in (empty, zeros, full):
        with pytest.raises(MemoryError):
            kernel(2**50)
    assert _hotloop.live_allocations() == before
    side = np.zeros(2**22)
    side = np.broadcast_to(side[:1], (2**24,))
    with pytest.raises(MemoryError):
        outer_sum(side, side)
    assert _hotloop.live_allocations() == before


def expect_error(kernel, *arguments):
    """The class of exception that NumPy raises, or its own of that class, and nothing left behind."""
    with pytest.raises((ValueError, MemoryError)) as expected:
        kernel.py_func(*arguments)
    before = _hotloop.live_allocations()
    for _ in range(3):
        with pytest.raises((ValueError, MemoryError)) as raised:
            kernel(*arguments)
        assert issubclass(expected.type, raised.type), (str(raised.value), str(expected.value))
    assert _hotloop.live_allocations() == before
