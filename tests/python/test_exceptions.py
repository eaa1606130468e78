"""Exceptions of kernels: class, message, place, and that nothing is lost on the way.

PYTEST_DONT_REWRITE: the `assert` of a kernel has to stay what it is for Python, too.
"""

import gc
import random
import threading
import traceback

import numpy as np
import pytest

from hotloop import TypingError, UnsupportedError, _hotloop, njit, prange


@njit
def read(x, i, j):
    return x[i, j]  # line: read


@njit
def write(x, i, j):
    x[i, j] = 1.0  # line: write


@njit
def divide(a, b):
    return a // b


@njit
def divide_far(a, b):
    scratch = np.ones(10)
    scratch[0] = divide(a, b)
    return scratch


@njit
def raise_value(kind):
    if kind == 0:
        raise ValueError("not this one")
    if kind == 1:
        raise KeyError("k")
    if kind == 2:
        raise RuntimeError
    assert kind != 3, "three"
    assert kind != 4
    return kind


@njit(parallel=True)
def parallel_read(x, last):
    out = np.zeros(x.shape[0])
    for i in prange(last):
        out[i] = x[i]
    return out


@njit
def raise_with_arguments(kind, i, x):
    if kind == 0:
        raise ValueError("bad index", i)
    if kind == 1:
        raise KeyError(5)
    if kind == 2:
        raise IndexError(1, 2.5, None, True, ("nested", (i, x)), 18446744073709551616)
    if kind == 3:
        raise FileNotFoundError(2, "no such file")
    assert i < 3, (i, x)
    raise StopIteration(x)


def line_of(mark):
    with open(__file__) as file:
        return next(number for number, line in enumerate(file, 1) if line.rstrip().endswith("# line: " + mark))


def frame(error):
    """The innermost frame of an exception's traceback."""
    return traceback.extract_tb(error.__traceback__)[-1]


def test_the_traceback_names_the_kernel():
    with pytest.raises(IndexError) as caught:
        read(np.zeros((3, 4)), 1, 9)
    last = frame(caught.value)
    assert (last.filename, last.name, last.lineno) == (__file__, "read", line_of("read"))
    assert last.line == "return x[i, j]  # line: read"
    text = "".join(traceback.format_exception(caught.value))
    assert "^^^" not in text.split("in read")[1]


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("i", [2, -7, 2**62])
def test_arguments_are_those_of_python(kind, i):
    with pytest.raises(BaseException) as expected:
        raise_with_arguments.py_func(kind, i, 0.1)
    with pytest.raises(BaseException) as caught:
        raise_with_arguments(kind, i, 0.1)
    assert type(caught.value) is type(expected.value)
    assert caught.value.args == expected.value.args
    assert list(map(type, caught.value.args)) == list(map(type, expected.value.args))
    assert str(caught.value) == str(expected.value)


def test_the_frame_of_a_called_kernel_is_named():
    with pytest.raises(ZeroDivisionError) as caught:
        divide_far(1, 0)
    assert frame(caught.value).name == "divide"


@pytest.mark.parametrize("kind", range(5))
def test_classes_and_messages_are_pythons(kind):
    with pytest.raises(Exception) as ours:
        raise_value(kind)
    with pytest.raises(Exception) as pythons:
        raise_value.py_func(kind)
    assert type(ours.value) is type(pythons.value)
    # pytest rewrites the messages of assertions in this very file.
    if kind < 3:
        assert ours.value.args == pythons.value.args
        assert frame(ours.value).lineno == frame(pythons.value).lineno


def test_an_exception_in_a_handler_has_its_context():
    with pytest.raises(IndexError) as caught:
        try:
            divide(1, 0)
        except ZeroDivisionError:
            read(np.zeros((1, 1)), 5, 0)
    assert isinstance(caught.value.__context__, ZeroDivisionError)


def test_ten_thousand_accesses_out_of_range():
    rng = random.Random(1)
    lines = {read: line_of("read"), write: line_of("write")}
    for _ in range(10_000):
        shape = rng.randint(0, 5), rng.randint(0, 5)
        array = np.zeros(shape)
        axis = rng.randrange(2)
        indices = [rng.randrange(-size, size) if size else 0 for size in shape]
        size = shape[axis]
        bad = rng.choice([size, -size - 1, size + rng.randrange(10**6), -size - 1 - rng.randrange(10**6), 2**62, -(2**63)])
        indices[axis] = bad
        # The first axis is looked at first, so a later fault is seen only if the earlier index is good.
        if axis == 1 and shape[0] == 0:
            axis, bad, size = 0, indices[0], 0
        function = rng.choice([read, write])
        with pytest.raises(IndexError) as caught:
            function(array, *indices)
        assert str(caught.value) == f"index {bad} is out of bounds for axis {axis} with size {size}"
        assert frame(caught.value).lineno == lines[function]


def test_an_exception_of_a_worker_reaches_the_caller():
    x = np.arange(1000.0)
    assert (parallel_read(x, 1000) == x).all()
    for _ in range(50):
        with pytest.raises(IndexError, match="index 1000 is out of bounds for axis 0 with size 1000"):
            parallel_read(x, 4000)


def test_nothing_leaks_in_a_hundred_thousand_calls():
    divide_far(1, 1)
    gc.collect()
    before = _hotloop.live_allocations()
    gc.disable()
    try:
        for i in range(50_000):
            divide_far(i, 1)
            try:
                divide_far(i, 0)
            except ZeroDivisionError:
                pass
        assert _hotloop.live_allocations() == before
    finally:
        gc.enable()


def test_exceptions_make_no_circles():
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            try:
                divide(1, 0)
            except ZeroDivisionError:
                pass
        assert not [item for item in gc.get_objects() if type(item) is ZeroDivisionError]
    finally:
        gc.enable()


def test_endless_recursion_is_an_exception():
    @njit("int64(int64)")
    def deeper(n):
        return deeper(n + 1) + 1

    for _ in range(3):
        with pytest.raises(RecursionError):
            deeper(0)


def test_huge_arrays_are_refused():
    @njit
    def zeros(n):
        return np.zeros(n)

    with pytest.raises(MemoryError):
        zeros(2**50)
    with pytest.raises(ValueError):
        zeros(-1)


def test_what_cannot_be_compiled_shows_its_place():
    @njit
    def wrong(x):
        return x + "text"

    @njit
    def unsupported(x):
        with open(x) as file:
            return file

    with pytest.raises((TypingError, UnsupportedError)) as caught:
        wrong(1)
    assert 'return x + "text"' in str(caught.value) and "test_exceptions.py" in str(caught.value)
    with pytest.raises(UnsupportedError, match="with open"):
        unsupported(1)
    # The next call says so again.
    with pytest.raises(UnsupportedError, match="with open"):
        unsupported(1)


class Coded(ValueError):
    def __init__(self, code):
        super().__init__(f"code {code}")


class Plain(Exception):
    pass


def test_texts_of_caught_exceptions():
    @njit
    def told(n):
        try:
            if n == 0:
                raise Coded(n)
            if n == 1:
                raise Plain("failed", n)
            raise KeyError(n)
        except KeyError as error:
            return f"{type(error).__name__}: {error}"
        except Exception as error:
            return str(error)

    assert told(1) == "('failed', 1)"
    assert told(5) == "KeyError: 5"
    with pytest.raises(TypeError, match="made by Python code"):
        told(0)


class Failure(Exception):
    def __init__(self, *arguments, code=3):
        super().__init__(*arguments)
        self.code = code


class NoConvergence(Failure, ArithmeticError):
    pass


@njit
def raise_user(kind, n):
    if kind == 0:
        raise Failure
    if kind == 1:
        raise NoConvergence("after", n)  # line: user
    raise np.linalg.LinAlgError("Singular matrix")


@njit
def catch_user(kind, n):
    try:
        raise_user(kind, n)
    except NoConvergence:
        return 1
    except np.linalg.LinAlgError:
        return 2
    except Failure:
        raise
    return 0


def test_classes_of_the_program_are_raised_as_they_are():
    with pytest.raises(Failure) as caught:
        raise_user(0, 1)
    assert type(caught.value) is Failure and caught.value.code == 3 and caught.value.args == ()
    with pytest.raises(NoConvergence) as caught:
        raise_user(1, 7)
    assert type(caught.value) is NoConvergence and caught.value.args == ("after", 7)
    assert frame(caught.value).lineno == line_of("user")
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        raise_user(2, 1)


def test_classes_of_the_program_are_caught_by_identity():
    assert catch_user(1, 1) == 1
    assert catch_user(2, 1) == 2
    with pytest.raises(Failure):
        catch_user(0, 1)


def test_a_class_of_the_same_name_is_another_one():
    def define():
        class Local(ValueError):
            pass

        @njit
        def raised(n):
            raise Local(n)

        @njit
        def caught(n):
            try:
                raised(n)
            except Local:
                return 1

        return Local, raised, caught

    (first, raise_first, catch_first), (second, raise_second, catch_second) = define(), define()
    for own, raised in [(first, raise_first), (second, raise_second)]:
        with pytest.raises(own) as caught:
            raised(4)
        assert type(caught.value) is own
    assert catch_first(1) == catch_second(1) == 1

    @njit
    def crossed(n):
        try:
            raise_first(n)
        except second:
            return 1

    with pytest.raises(first):
        crossed(1)


@njit
def reraise(x, i):
    try:
        return x[i]  # line: original
    except IndexError as error:
        raise error


def test_an_error_that_is_raised_again_keeps_its_place():
    with pytest.raises(IndexError) as caught:
        reraise(np.zeros(3), 5)
    assert frame(caught.value).lineno == line_of("original")


@njit("int64(int64)")
def endless(n):
    return endless(n + 1) + 1


@njit(parallel=True)
def endless_in_workers(n):
    out = np.zeros(n, np.int64)
    for i in prange(n):
        out[i] = endless(i)
    return out


@njit("int64(int64)")
def ends_by_itself(n):
    try:
        return ends_by_itself(n + 1)
    except RecursionError:
        return n


def test_recursion_without_end_on_every_kind_of_thread():
    def check():
        for call in (lambda: endless(0), lambda: endless_in_workers(100)):
            with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
                call()
        outcome.append(ends_by_itself(0))

    outcome = []
    check()
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=check)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert len(outcome) == 2 and min(outcome) > 50
