"""Threads and chunks as Python sees them."""

import numpy as np
import pytest

import hotloop
from hotloop import njit, prange


@njit(parallel=True)
def threads_of_iterations(numbers, work):
    for i in prange(numbers.shape[0]):
        total = 0.0
        for j in range(work):
            total += 1.0 / (j + 1)
        numbers[i] = hotloop.get_thread_id()
    return hotloop.get_num_threads()


def test_threads_are_numbered_from_0_to_before_their_number():
    numbers = np.full(4000, -1)
    threads = hotloop.get_num_threads()
    assert threads_of_iterations(numbers, 2000) == threads
    assert numbers.min() >= 0
    assert numbers.max() < threads
    assert hotloop.get_thread_id() == 0


def test_numbers_stay_below_what_a_call_may_use():
    most = hotloop.get_num_threads()
    hotloop.set_num_threads(1)
    try:
        numbers = np.full(4000, -1)
        assert threads_of_iterations(numbers, 200) == 1
        assert (numbers == 0).all()
    finally:
        hotloop.set_num_threads(most)


def test_chunks_have_the_size_that_is_asked_for():
    assert hotloop.get_parallel_chunksize() == 0
    with hotloop.parallel_chunksize(100):
        assert hotloop.get_parallel_chunksize() == 100
        numbers = np.full(4000, -1)
        threads_of_iterations(numbers, 2000)
        assert (numbers >= 0).all()
        assert hotloop.set_parallel_chunksize(7) == 100
    assert hotloop.get_parallel_chunksize() == 0
    for wrong in (-1, 2**40):
        with pytest.raises(ValueError, match="chunksize"):
            hotloop.set_parallel_chunksize(wrong)


def test_the_layer_has_a_name():
    assert hotloop.threading_layer() == "rayon"
