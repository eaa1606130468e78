"""Compiled generators as Python's iterators."""

import gc
import threading
import traceback

import numpy as np
import pytest
from hotloop import _hotloop, njit


@njit
def count(n):
    for i in range(n):
        yield i


@njit
def windows(x, n):
    buffer = np.zeros(n)
    for i in range(x.shape[0]):
        buffer[i % n] = x[i]
        if i >= n - 1:
            copy = np.zeros(n)
            for j in range(n):
                copy[j] = buffer[j]
            yield copy


@njit
def rows(x):
    for row in x:
        yield row


@njit
def raises_at(n, at):
    kept = np.ones(n)
    for i in range(n):
        if i == at:
            raise ValueError("at", i)
        yield kept[i] + i


@njit
def letters(text, n):
    for i in range(n):
        for letter in text:
            yield letter


@njit(nogil=True)
def slow(n):
    total = 0
    for i in range(n):
        for j in range(20_000_000):
            total = (total * 3 + j) % 1000003
        yield total


@njit("(float64,)")
def declared(x):
    yield x
    yield x * 2.0


def test_it_is_an_iterator():
    items = count(3)
    assert iter(items) is items
    assert [next(items), next(items), next(items)] == [0, 1, 2]
    with pytest.raises(StopIteration):
        next(items)
    with pytest.raises(StopIteration):
        next(items)
    assert next(items, "ended") == "ended"
    assert "count" in repr(items)


def test_it_works_where_iterators_do():
    assert list(count(4)) == [0, 1, 2, 3]
    assert sum(count(5)) == 10
    assert list(zip(count(2), count(3))) == [(0, 0), (1, 1)]
    assert [i for i in count(0)] == []
    assert sorted(count(3), reverse=True) == [2, 1, 0]


def test_arguments_are_kept_as_long_as_it_may_go_on():
    items = rows(np.arange(6.0).reshape(3, 2))
    gc.collect()
    assert [row.tolist() for row in items] == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    text = letters("".join(["añ", "b"]), 2)
    gc.collect()
    junk = [str(i) * 50 for i in range(1000)]
    assert "".join(text) == "añbañb"
    assert len(junk) == 1000


def test_rows_are_views_of_the_argument():
    x = np.zeros((2, 2))
    for row in rows(x):
        row[0] = 7.0
    assert x[:, 0].tolist() == [7.0, 7.0]


def test_numbers_are_converted_to_the_declared_type():
    assert list(declared(3)) == [3.0, 6.0]


def test_several_run_at_once():
    first, second = windows(np.arange(5.0), 2), windows(np.arange(9.0), 3)
    assert next(first).tolist() == [0.0, 1.0]
    assert next(second).tolist() == [0.0, 1.0, 2.0]
    assert next(first).tolist() == [2.0, 1.0]
    assert len(list(second)) == 6
    assert len(list(first)) == 2


def test_an_exception_has_its_place_and_ends_it():
    items = raises_at(5, 2)
    assert next(items) == 1.0
    assert next(items) == 2.0
    with pytest.raises(ValueError) as caught:
        next(items)
    assert caught.value.args == ("at", 2)
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.name, frame.filename) == ("raises_at", __file__)
    assert frame.line.startswith("raise ValueError")
    with pytest.raises(StopIteration):
        next(items)


@pytest.mark.parametrize("end", ["close", "drop", "run", "raise"])
def test_nothing_is_left_behind(end):
    list(windows(np.ones(4), 2))
    before = _hotloop.live_allocations()
    for _ in range(100):
        items = raises_at(5, 3) if end == "raise" else windows(np.ones(9), 3)
        item = next(items)
        if end == "close":
            items.close()
            with pytest.raises(StopIteration):
                next(items)
        elif end == "run":
            list(items)
        elif end == "raise":
            with pytest.raises(ValueError):
                list(items)
        del items, item
    gc.collect()
    assert _hotloop.live_allocations() == before


def test_one_that_was_never_asked_leaves_nothing():
    before = _hotloop.live_allocations()
    for _ in range(100):
        windows(np.ones(9), 3)
    gc.collect()
    assert _hotloop.live_allocations() == before


def test_two_threads_cannot_run_it_at_once():
    items = slow(2)
    next(items)
    started, outcome = threading.Event(), []

    def run():
        started.set()
        outcome.append(next(items))

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    raised = []
    while thread.is_alive() and not raised:
        try:
            next(items)
        except ValueError as error:
            raised.append(str(error))
        except StopIteration:
            break
    thread.join()
    assert raised == ["generator already executing"]
    assert len(outcome) == 1


def test_a_generator_of_another_kernel_does_not_leave():
    @njit
    def kernel(n):
        return count(n)

    with pytest.raises(Exception, match="HL0326"):
        kernel(3)
