"""Lists as arguments: kernels get a list of their own, and what they change in it goes back."""

import collections
import enum
import gc

import numpy as np
import pytest
from hotloop import _hotloop, errors, njit, typeof, types

Point = collections.namedtuple("Point", "x, y")


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@njit
def same(x):
    return x


@njit
def total(x):
    result = 0.0
    for value in x:
        result += value
    return result


@njit
def appended(x, value):
    x.append(value)
    x[0] = value
    return len(x)


@njit
def swapped(x):
    x[0], x[1] = x[1], x[0]


@njit
def untouched(x):
    return len(x)


@njit
def both(a, b):
    a.append(5)
    b.append(6)
    return a is b


@njit
def raising(x):
    x.append(42)
    raise ZeroDivisionError("after a change")


@njit
def doubled(x):
    for i in range(len(x)):
        x[i] = 2 * x[i]
        yield x[i]


@pytest.mark.parametrize("items", [[1, 2], [1.5], [True, False], [1j, 2.5j], ["a", "", "äß𝄞"], [b"a", b"bc"], [(1, 2.0), (3, 4.0)], [("a", (1,)), ("b", (2,))]])
def test_lists_are_taken_and_given_back_as_they_are(items):
    before = list(items)
    assert same(items) is items and items == before
    assert [type(item) for item in items] == [type(item) for item in before]


def test_items_of_classes():
    points = [Point(1, 2.0), Point(3, 4.0)]
    swapped(points)
    assert points == [Point(3, 4.0), Point(1, 2.0)] and type(points[0]) is Point
    colours = [Colour.RED, Colour.BLUE]
    swapped(colours)
    assert colours == [Colour.BLUE, Colour.RED]
    numbers = [np.float32(1.5), np.float32(2.5)]
    assert total(numbers) == 4.0 and type(numbers[0]) is np.float32


def test_changes_go_back():
    numbers = [1, 2, 3]
    assert appended(numbers, 7) == 4 and numbers == [7, 2, 3, 7]
    words = ["a", "b"]
    assert appended(words, "cd" * 100) == 3 and words == ["cd" * 100, "b", "cd" * 100]


def test_a_list_that_is_not_changed_is_not_written():
    numbers = [12.5j, 1000.25j]
    before = list(map(id, numbers))
    assert untouched(numbers) == 2 and list(map(id, numbers)) == before


def test_changes_go_back_before_an_exception_is_raised():
    numbers = [1, 2]
    with pytest.raises(ZeroDivisionError):
        raising(numbers)
    assert numbers == [1, 2, 42]


def test_one_list_that_is_given_twice_is_one():
    numbers = [1]
    assert both(numbers, numbers) and numbers == [1, 5, 6]
    one, other = [1], [1]
    assert not both(one, other) and one == [1, 5] and other == [1, 6]


def test_arrays_in_lists_are_the_arrays():
    @njit
    def moved(x):
        first = x.pop(0)
        first[0] = 9.0
        x.append(np.ones(2))
        return first

    arrays = [np.zeros(2), np.zeros(3)]
    first, second = arrays
    assert moved(arrays) is first and first[0] == 9.0
    assert arrays[0] is second and arrays[1].tolist() == [1.0, 1.0]


def test_lists_in_tuples():
    @njit
    def pushed(pair):
        pair[1].append(pair[0])
        return pair

    numbers = [2, 3]
    result = pushed((1, numbers))
    assert numbers == [2, 3, 1] and result == (1, [2, 3, 1]) and result[1] is numbers


def test_generators_give_back_as_they_go():
    numbers = [1, 2, 3]
    items = doubled(numbers)
    assert numbers == [1, 2, 3] and next(items) == 2 and numbers == [2, 2, 3]
    assert list(items) == [4, 6] and numbers == [2, 4, 6]


def test_a_list_is_one_type_of_argument():
    assert total([1.5]) == 1.5 and total([1]) == 1.0
    assert typeof([1]) == types.List(types.int64, reflected=True)

    @njit("float64(List(float64))")
    def first(x):
        return x[0]

    assert first([2.5]) == 2.5
    with pytest.raises(TypeError, match=r"No matching definition.*list\(int64\)"):
        first([1])


@pytest.mark.parametrize(
    "items, error, words",
    [
        ([], ValueError, "the list is empty"),
        ([1, 2.5], TypeError, "can't unbox heterogeneous list: int64 != float64"),
        ([(1,), (2, 3)], TypeError, "can't unbox heterogeneous list"),
        ([1, 2**63], TypeError, "can't unbox heterogeneous list: int64 != uint64"),
        ([1, None], TypeError, "can't unbox heterogeneous list"),
        ([2**70], OverflowError, "item 0 of the list|does not fit 64 bits"),
        ([1, object()], TypeError, "item 1 of the list: a kernel takes"),
        ([[1], [2]], TypeError, "cannot reflect element of reflected container"),
        ([(1, [2])], TypeError, "cannot reflect element of reflected container"),
        ([None, None], TypeError, "a list of none"),
        ((1, [1, 2j]), TypeError, "element 1 of the tuple: can't unbox heterogeneous list"),
    ],
)
def test_what_is_not_taken(items, error, words):
    with pytest.raises(error, match=words):
        same(items)


def test_a_subclass_is_not_taken():
    class Own(list):
        pass

    with pytest.raises(TypeError, match="a list of the subclass .*Own"):
        same(Own([1]))


def test_a_list_that_nothing_can_be_done_with_says_where():
    with pytest.raises(errors.TypingError, match="HL0204"):
        total(["a"])


def test_long_lists_and_memory():
    numbers = [float(i) for i in range(100_000)]
    words = [str(i) for i in range(10_000)]
    calls = [lambda: total(numbers), lambda: appended(words, "x" * 50), lambda: pytest.raises(ZeroDivisionError, raising, [1, 2])]
    for call in calls:
        call()
    gc.collect()
    before, references = _hotloop.live_allocations(), [gc.get_referrers(numbers).__len__()]
    for _ in range(20):
        for call in calls:
            call()
    gc.collect()
    assert _hotloop.live_allocations() == before
    references.append(gc.get_referrers(numbers).__len__())
    assert references[0] == references[1]


def test_references_are_given_up():
    import sys

    numbers = [1, 2]
    before = sys.getrefcount(numbers)
    for _ in range(10):
        appended(numbers, 3)
        pytest.raises(ZeroDivisionError, raising, numbers)
    assert sys.getrefcount(numbers) == before


def test_keys_of_sorts_may_be_none():
    @njit
    def negative(value):
        return -value

    @njit
    def in_order(x, key=None, reverse=False):
        copy = x[:]
        copy.sort(key=key, reverse=reverse)
        return sorted(x, key=key, reverse=reverse), copy

    numbers = [3, 1, 2]
    assert in_order(numbers) == ([1, 2, 3], [1, 2, 3])
    assert in_order(numbers, negative) == ([3, 2, 1], [3, 2, 1])
    assert in_order(numbers, reverse=True) == ([3, 2, 1], [3, 2, 1])
    with pytest.raises(errors.TypingError, match="Key must be None or a Numba JIT compiled function"):
        in_order(numbers, key="name")
    with pytest.raises(errors.TypingError, match="an integer is required for 'reverse'"):
        in_order(numbers, reverse="yes")


def test_lists_of_several_types_stay_as_they_are():
    def appending(n):
        values = ["a", n]
        values.append(2)

    def assigning(n):
        values = ["a", n]
        values[0] = "b"

    def deleting(n):
        values = ["a", n]
        del values[0]

    def indexed(n):
        values = ["a", n]
        return values[n]

    def sliced(n):
        values = ["a", n]
        return values[:1]

    def position(n):
        values = ["a", n]
        return values.index("a")

    def returned(n):
        return ["a", n]

    def joined(n):
        return len(["a", n] + ["b"])

    def nested(n):
        return len([["a", n], ["b", n]])

    def of_two_lengths(n):
        values = ["a", n]
        if n > 1:
            values = ["a", n, 2.5]
        return values[0]

    words = {
        appending: "Cannot mutate a literal list",
        assigning: "Cannot mutate a literal list",
        deleting: "Cannot mutate a literal list",
        indexed: "Cannot __getitem__ on a literal list",
        sliced: "Cannot __getitem__ on a literal list",
        position: "list.index is unsupported for literal lists",
        returned: "cannot be returned from a kernel",
        joined: "HL0204",
        nested: "HL0253",
        of_two_lengths: "Cannot unify LiteralList",
    }
    for function, expected in words.items():
        with pytest.raises(errors.TypingError, match=expected):
            njit(function)(1)
