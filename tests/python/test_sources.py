"""Where the text of a kernel comes from, and what the names in it mean."""

import linecache
import math
import textwrap
import types
from math import sqrt as root

import numpy as np
import pytest

import hotloop
from hotloop import errors, njit, prange

FACTOR = 3
OFFSET = np.float32(0.5)
PAIR = (2, 0.25)
REAL = np.float64
LIST = [1, 2, 3]
settings = types.ModuleType("settings")
settings.scale = 4
settings.inner = types.ModuleType("inner")
settings.inner.shift = 10


def from_text(text, name="f", file="<registered>", **names):
    """A function of a text that is registered in linecache, as notebooks do."""
    text = textwrap.dedent(text)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = dict(names)
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]


def not_compiled(x):
    return x


def test_text_registered_in_linecache():
    function = from_text(
        """
        import math

        def g(x):
            return math.floor(x)

        def f(x):
            return x[5]
        """
    )
    with pytest.raises(IndexError) as caught:
        njit(function)(np.zeros(3))
    entry = caught.traceback[-1]
    assert (str(entry.path), entry.lineno + 1) == ("<registered>", 8)


def test_text_that_was_not_registered():
    namespace = {}
    exec("def f(x):\n    return x\n", namespace)
    with pytest.raises(errors.SourceError, match="linecache.cache"):
        njit(namespace["f"])(1)


def test_text_that_changed():
    function = from_text("def f(x):\n    return x\n", file="<changed>")
    linecache.cache["<changed>"] = (1, None, ["def f(x, y):\n", "    return y\n"], "<changed>")
    with pytest.raises(errors.SourceError, match="changed"):
        njit(function)(1)


def test_lambdas():
    double = njit(lambda x: 2 * x)
    assert double(4) == 8
    first, second = njit(lambda x: x + 1), njit(lambda x: x + 2)
    assert (first(1), second(1)) == (2, 3)
    third = njit(lambda: 3); fourth = njit(lambda x, y: x - y)  # noqa: E702
    assert (third(), fourth(1, 2)) == (3, -1)
    spread = njit(
        lambda a, b: (
            a
            - b
        )
    )
    assert spread(5, 3) == 2
    assert [f(1) for f in (njit(lambda x: x * 5), njit(lambda x: x * 7))] == [5, 7]


def test_functions_in_functions_and_classes():
    def outer(k):
        scale = k * 2

        @njit
        def inner(x):
            """Text with
odd indentation."""
            # A comment

            return scale * x  # noqa

        return inner

    assert [outer(k)(10) for k in (1, 2)] == [20, 40]

    class Holder:
        @staticmethod
        @njit
        def double(x):
            return 2 * x

    assert Holder.double(2) == 4


def test_a_head_over_several_lines():
    @njit
    def f(
        x,
        y=2,  # a default
    ):
        return x + y

    assert f(1) == 3


def test_several_decorators_and_other_names_for_them():
    def plain(function):
        return function

    @plain
    @hotloop.njit
    @plain
    def f(x):
        return -x

    assert f(3) == -3


def test_globals_are_frozen_values():
    @njit
    def f(x):
        return x * FACTOR + PAIR[0] * PAIR[1] + OFFSET

    global FACTOR
    assert f(2) == 7.0
    FACTOR = 100
    try:
        assert f(2) == 7.0
        assert f(2.0) == 200.0 + 0.5 + 0.5 or f(2.0) == 7.0
    finally:
        FACTOR = 3


def test_modules_and_their_functions_by_any_name():
    import math as m
    import numpy as banana

    square_root = np.sqrt

    @njit
    def f(x):
        return m.sqrt(x) + banana.sqrt(x) + root(x) + square_root(x) + math.pi

    assert f(4.0) == 8.0 + math.pi


def test_values_of_other_modules():
    @njit
    def f(x):
        return settings.scale * x + settings.inner.shift

    assert f(2) == 18


def test_types_as_values():
    int32 = np.int32

    @njit
    def f(n):
        return np.zeros(n, dtype=REAL), np.zeros(n, dtype=int32), float(n), hotloop.float32(n)

    reals, ints, real, single = f(2)
    assert reals.dtype == np.float64 and ints.dtype == np.int32 and real == 2.0 and single == 2.0


def test_kernels_call_kernels():
    @njit
    def later(x):
        return helper(x) + 1

    @njit
    def helper(x):
        return 2 * x

    assert later(5) == 11
    assert later(2.5) == 6.0


def test_kernels_that_call_each_other():
    @njit("int64(int64)")
    def countdown(n):
        if n <= 0:
            return 0
        return countdown(n - 1) + 1

    assert countdown(10) == 10


@njit("int64(int64)")
def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def test_recursion_at_module_level():
    assert factorial(10) == math.factorial(10)


def test_prange_is_range_in_python():
    assert list(prange(3)) == [0, 1, 2]

    @njit(parallel=True)
    def f(x):
        sum = 0.0
        for i in prange(x.shape[0]):
            sum += x[i]
        return sum

    x = np.arange(100.0)
    assert f(x) == f.py_func(x)


@pytest.mark.parametrize(
    "body,named",
    [
        ("LIST[0]", "list"),
        ("not_compiled(x)", "@njit"),
        ("undefined_name", "undefined_name"),
        ("types.SimpleNamespace", "SimpleNamespace"),
        ("np.linalg.svd(x)", "svd"),
    ],
)
def test_what_a_global_cannot_be(body, named):
    function = from_text(f"def f(x):\n    return {body}\n", file=f"<{body}>", LIST=LIST, not_compiled=not_compiled, types=types, np=np)
    with pytest.raises(errors.HotloopError, match=named) as caught:
        njit(function)(np.ones(3))
    assert f"<{body}>:2" in str(caught.value)


def test_broken_text_beside_a_kernel_does_no_harm():
    text = "def f(x):\n    return x + 1\n\nthis is ( not Python\n"
    function = from_text("def f(x):\n    return x + 1\n", file="<beside>")
    linecache.cache["<beside>"] = (len(text), None, text.splitlines(True), "<beside>")
    assert njit(function)(1) == 2


def test_an_edited_file_is_read_again(tmp_path, monkeypatch):
    import importlib
    import os

    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "edited_kernel.py"
    file.write_text("from hotloop import njit\n@njit\ndef f(x):\n    return x + 1\n")
    import edited_kernel

    assert edited_kernel.f(1) == 2
    file.write_text("from hotloop import njit\n\n@njit\ndef f(x):\n    return x + 20\n")
    os.utime(file, (1, 1))
    importlib.invalidate_caches()
    importlib.reload(edited_kernel)
    assert edited_kernel.f(1) == 21
