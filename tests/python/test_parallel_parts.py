"""What a dict for `parallel` turns off, and threads that a kernel sets itself."""

import numpy as np
import pytest

import hotloop
from hotloop import get_num_threads, njit, prange, set_num_threads


def test_parts_are_turned_off_by_name():
    def running(x):
        last = 0.0
        for i in prange(x.shape[0]):
            last = x[i] - last
        return last

    assert njit(parallel={"prange": False})(running)(np.arange(4.0)) == 2.0
    with pytest.raises(hotloop.errors.TypingError, match="carries a value"):
        njit(parallel={"fusion": False})(running)(np.arange(4.0))


def test_all_parts_of_numba_have_their_names():
    names = ["prange", "numpy", "reduction", "setitem", "inplace_binop", "comprehension", "fusion", "stencil"]

    @njit(parallel={name: False for name in names})
    def total(x):
        y = x * 2
        y += 1
        y[::2] = 0
        return np.sum(y)

    assert total(np.arange(5.0)) == 3 + 7


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="parallel has no parts pranges"):
        njit(parallel={"pranges": True})


def test_a_kernel_sets_the_threads_of_the_calls_to_come():
    @njit
    def alone():
        set_num_threads(1)
        return get_num_threads()

    before = get_num_threads()
    try:
        assert alone() == 1
        assert get_num_threads() == 1
    finally:
        set_num_threads(before)


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_a_kernel_cannot_set_a_number_of_threads_that_there_is_not(count):
    @njit
    def setting(n):
        set_num_threads(n)

    with pytest.raises(ValueError, match="the number of threads must be between 1 and"):
        setting(count)


def test_sums_of_long_arrays_have_the_bits_of_numpy_on_any_number_of_threads():
    @njit(parallel=True)
    def sums(x):
        return np.sum(x), x.mean(), np.std(x), np.argmax(x)

    x = np.random.default_rng(5).normal(size=300_000)
    expected = (np.sum(x), x.mean(), np.std(x), np.argmax(x))
    before = get_num_threads()
    try:
        for threads in range(1, before + 1):
            set_num_threads(threads)
            assert sums(x) == expected
    finally:
        set_num_threads(before)


@pytest.mark.filterwarnings("error")
def test_a_function_of_numpy_is_something_that_runs_in_parallel():
    @njit(parallel=True)
    def total(x):
        return x.sum() + np.max(x)

    assert total(np.arange(10.0)) == 54.0
