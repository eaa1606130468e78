"""Implementations that are chosen by types: functions, methods, attributes, whole kernels; from the cache; and what is said where none fits."""

import os
import subprocess
import sys
import threading

import hotloop
import numpy as np
import pytest
from hotloop import errors, njit, types
from hotloop.extending import overload, overload_attribute, overload_method, register_jitable


def spread(x, by=2):
    """In Python it is never called."""


@overload(spread)
def spread_of_floats(x, by=2):
    if isinstance(x, types.Float):
        return lambda x, by=2: x * by


@overload(spread)
def spread_of_arrays(x, by=2):
    if not isinstance(x, types.Array) or x.ndim != 1:
        return None
    dtype = x.dtype

    def implementation(x, by=2):
        out = np.empty(x.shape[0], dtype)
        for i in range(x.shape[0]):
            out[i] = spread(x[i], by)
        return out

    return implementation


@njit
def spread_twice(x):
    return spread(spread(x), by=3)


def test_functions_are_chosen_by_types():
    assert spread_twice(1.5) == 9.0
    assert spread_twice(np.float32(1.5)) == 9.0
    np.testing.assert_array_equal(spread_twice(np.arange(3.0)), np.arange(3.0) * 6)


def test_what_does_not_fit_is_told_with_what_was_tried():
    with pytest.raises(errors.TypingError) as caught:
        spread_twice(np.zeros((2, 2)))
    text = str(caught.value)
    assert "HL0285" in text and "test_overload.py:" in text and "spread(spread(x), by=3)" in text
    assert "`spread_of_floats`" in text and "`spread_of_arrays`" in text and "gave no implementation" in text


def test_a_chooser_that_raises_an_error_of_types_is_one_that_does_not_fit():
    def refused(x):
        pass

    @overload(refused)
    def choose(x):
        raise errors.TypingError("only on Sundays")

    with pytest.raises(errors.TypingError, match="only on Sundays"):
        njit(lambda x: refused(x))(1)

    def broken(x):
        pass

    @overload(broken)
    def fail(x):
        raise ZeroDivisionError("as it is")

    with pytest.raises(ZeroDivisionError, match="as it is"):
        njit(lambda x: broken(x))(1)


def test_implementations_have_the_parameters_of_their_chooser():
    def strict(x, y=1):
        pass

    @overload(strict)
    def choose(x, y=1):
        return lambda x, z=1: x

    with pytest.raises(errors.TypingError, match="differ in argument names: `choose` takes"):
        njit(lambda x: strict(x))(1)

    def lenient(x, y=1):
        pass

    @overload(lenient, strict=False)
    def choose_any(x, y=1):
        return lambda a, b=2: a + b

    assert njit(lambda x: lenient(x))(1) == 3


def test_values_that_are_known_can_be_chosen_by():
    def power(x, kind):
        pass

    asked = []

    @overload(power)
    def choose(x, kind):
        asked.append(kind)
        if isinstance(kind, types.StringLiteral):
            if kind.literal_value == "square":
                return lambda x, kind: x * x
            return lambda x, kind: x * x * x

    assert njit(lambda x: (power(x, "square"), power(x, "cube")))(3) == (9, 27)
    assert asked == [types.unicode_type, types.literal("square"), types.unicode_type, types.literal("cube")]

    def first(x):
        pass

    seen = []

    @overload(first, prefer_literal=True)
    def choose_first(x):
        seen.append(x)
        return lambda x: x

    assert njit(lambda: first(7))() == 7
    assert seen == [types.literal(7)]


def test_literally():
    from hotloop import literally

    assert literally(3) == 3 and njit(lambda: literally(7) + literally("ab").count("a"))() == 8

    def scaled(x, by):
        pass

    seen = []

    @overload(scaled)
    def choose(x, by):
        seen.append(by)
        if isinstance(by, types.IntegerLiteral):
            factor = by.literal_value * 10
            return lambda x, by: x * factor
        return lambda x, by: literally(by)

    assert njit(lambda x: scaled(x, 2))(3) == 60
    assert seen == [types.int64, types.literal(2)]
    with pytest.raises(errors.TypingError, match="which is known when the kernel is compiled"):
        njit(lambda x, by: scaled(x, by))(3, 2)
    with pytest.raises(errors.TypingError, match="RequireLiteralValue: the value of type int64 is not known"):
        njit(lambda x: literally(x))(3)


def test_defaults_keywords_and_all_the_rest():
    def many(a, b=None, *rest):
        pass

    @overload(many)
    def choose(a, b=None, *rest):
        if b is None or isinstance(b, types.NoneType):
            return lambda a, b=None, *rest: a
        total = len(rest)
        return lambda a, b=None, *rest: a + b + total

    assert njit(lambda: (many(1), many(1, 2), many(1, b=2), many(1, 2, 3.0, 4)))() == (1, 3, 3, 5)


def test_what_kernels_know_can_be_extended():
    @overload(len)
    def length_of_a_number(x):
        if isinstance(x, types.Integer):
            return lambda x: x + 100

    @njit
    def lengths(x, y):
        return len(x), len(y)

    assert lengths(3, np.zeros(7)) == (103, 7)

    @overload(np.busday_count)
    def business_days(a, b):
        return lambda a, b: b - a

    assert njit(lambda a, b: np.busday_count(a, b))(3, 10) == 7


@overload_method(types.Array, "between")
def choose_between(array, low, high=None):
    if high is None or isinstance(high, (types.NoneType, types.Omitted)):
        return lambda array, low, high=None: (array >= low).sum()
    return lambda array, low, high=None: ((array >= low) & (array < high)).sum()


@overload_attribute(types.Array, "last")
def choose_last(array):
    if array.ndim == 1:
        return lambda array: array[-1]


@overload_method(types.Float, "is_integer_like")
def choose_integer_like(x):
    return lambda x: x == np.floor(x)


def test_methods_and_attributes():
    x = np.arange(10.0)
    assert njit(lambda x: (x.between(5), x.between(2, high=4), x.last, x.last.is_integer_like()))(x) == (5, 2, 9.0, True)
    with pytest.raises(errors.TypingError, match="HL0285"):
        njit(lambda x: x.last)(np.zeros((2, 2)))
    with pytest.raises(errors.TypingError, match="HL0210"):
        njit(lambda x: x.last)(1)


def test_what_is_built_in_stands_behind_a_method():
    @overload_method(types.Array, "sum")
    def choose(array):
        if array.ndim == 3:
            return lambda array: -1.0

    assert njit(lambda x: x.sum())(np.ones(3)) == 3.0
    assert njit(lambda x: x.sum())(np.ones((1, 1, 1))) == -1.0


def test_types_change_within_a_loop():
    @njit
    def total(n):
        acc = 0
        for i in range(n):
            acc = add_half(acc)
        return acc

    assert total(4) == 2.0


def add_half(x):
    pass


@overload(add_half)
def choose_add_half(x):
    if isinstance(x, (types.Integer, types.Float)):
        return lambda x: x + 0.5


def test_recursion():
    def depth(x):
        pass

    @overload(depth)
    def choose(x):
        if isinstance(x, types.BaseTuple) and len(x):
            return lambda x: 1 + depth(x[1:])
        if isinstance(x, types.BaseTuple):
            return lambda x: 0

    assert njit(lambda: depth((1, 2.0, 3j)))() == 3


def test_kernels_may_be_called_by_choosers_and_implementations():
    @register_jitable
    def helper(x):
        return x + 1

    @njit
    def used_while_choosing(x):
        return spread(x) > 0

    def outer(x):
        pass

    @overload(outer)
    def choose(x):
        assert used_while_choosing(1.0)
        return lambda x: helper(spread(x))

    assert njit(lambda x: outer(x))(2.0) == 5.0


def test_whole_kernels_are_chosen():
    @hotloop.generated_jit
    def size(x, scale=1):
        if isinstance(x, types.Array):
            return lambda x, scale=1: x.size * scale
        return lambda x, scale=1: scale

    assert (size(np.zeros((2, 3))), size(1.0, 5), size(np.zeros(2), scale=4)) == (6, 5, 8)
    assert njit(lambda x: size(x, scale=2))(np.zeros(3)) == 6


def test_many_threads_choose_one_implementation():
    def shared(x):
        pass

    @overload(shared)
    def choose(x):
        return lambda x: x + 1

    kernel = njit(lambda x: shared(x) * 2)
    results = []
    threads = [threading.Thread(target=lambda: results.append(kernel(1.5))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [5.0] * 8


CACHED = """import sys
from hotloop import njit, types
from hotloop.extending import overload

FACTOR = {factor}

def scaled(x):
    pass

@overload(scaled)
def choose(x):
    added = {added}
    def implementation(x):
        if x > 100:
            raise ValueError("large")
        return x * FACTOR + added
    return implementation

@njit(cache=True)
def kernel(x):
    return scaled(x)

print(kernel(2.0), *kernel.stats[1:])
try:
    kernel(1000.0)
except ValueError as error:
    print(error.__traceback__.tb_next.tb_lineno, open(__file__).read().splitlines()[error.__traceback__.tb_next.tb_lineno - 1].strip())
"""


def test_the_cache_knows_what_was_chosen(tmp_path):
    def run(factor, added, head=""):
        (tmp_path / "program.py").write_text(head + CACHED.format(factor=factor, added=added))
        environment = {**os.environ, "HOTLOOP_CACHE_DIR": str(tmp_path / "cache")}
        result = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        value, raised = result.stdout.splitlines()
        assert raised.split(" ", 1)[1] == 'raise ValueError("large")'
        return value

    assert run(3, 1) == "7.0 0 1"
    assert run(3, 1) == "7.0 1 0"
    assert run(3, 1, head="\n\n# moved\n") == "7.0 1 0"
    # A global of the implementation, and a variable of the chooser.
    assert run(4, 1) == "9.0 0 1"
    assert run(4, 2) == "10.0 0 1"
    assert run(4, 2) == "10.0 1 0"
