"""Blocks of kernels that the interpreter runs: values in and out, errors, threads, the cache, and what is refused."""

import os
import re
import subprocess
import sys
import threading

import hotloop
import numpy as np
import pytest
from hotloop import errors, int64, njit, objmode, prange, types


@njit
def matched(x, text):
    total = x.sum()
    with objmode(found="int64", half="float64[:]"):
        found = len(re.findall("a", text))
        half = x / 2
        half[0] = -1
    return total, found, half


def test_values_go_in_and_out():
    x = np.arange(4.0)
    total, found, half = matched(x, "banana")
    assert (total, found) == (6.0, 3)
    np.testing.assert_array_equal(half, [-1, 0.5, 1, 1.5])
    # In Python a block is run as it stands.
    for ours, pythons in zip(matched(x, "banana"), matched.py_func(x, "banana")):
        np.testing.assert_array_equal(ours, pythons)


@pytest.mark.parametrize(
    "kind, value",
    [
        ("boolean", True),
        ("int8", -7),
        ("uint64", 2**64 - 1),
        ("float32", 0.5),
        ("float64", -0.0),
        ("complex64", 1 - 2j),
        ("complex128", 1 + 2j),
        ("float64[:]", np.arange(3.0)),
        ("int32[:, ::1]", np.arange(6, dtype=np.int32).reshape(2, 3)),
        ("float64[::1, :]", np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        ("complex128[:]", np.array([1j])),
        ("float64[:]", np.zeros(0)),
        ("Tuple((int64, float64[:]))", (1, np.ones(2))),
        ("UniTuple(float64, 3)", (1.0, 2.0, 3.0)),
        ("none", None),
    ],
)
def test_results_of_all_kinds(kind, value):
    @njit
    def given():
        with objmode(y=kind):
            y = value
        return y

    found = given()
    flat = lambda result: result if isinstance(result, tuple) else (result,)
    for one, other in zip(flat(found), flat(value)):
        np.testing.assert_array_equal(one, other)
        assert np.asarray(one).dtype == np.asarray(other).dtype or kind in ("int8", "uint64", "float32", "complex64")


def test_arguments_of_all_kinds():
    seen = []

    @njit
    def hands(i, f, c, b, n, text, array, pair, maybe):
        local = array * 2
        part = array[1:]
        with objmode():
            seen.append((i, f, c, b, n, text, array, pair, maybe, local, part))

    x = np.arange(3.0)
    hands(1, 0.5, 2j, True, None, "text", x, (1, x), 3)
    i, f, c, b, n, text, array, pair, maybe, local, part = seen.pop()
    assert (i, f, c, b, n, text, pair[0], maybe) == (1, 0.5, 2j, True, None, "text", 1, 3)
    assert array is x and pair[1] is x
    # What is kept lives on.
    np.testing.assert_array_equal(local, [0, 2, 4])
    part[0] = 9
    assert x[1] == 9


def test_what_a_block_writes_to_arrays_is_seen():
    @njit
    def written(x):
        y = np.zeros(3)
        with objmode():
            x[:] = [1, 2, 3]
            y[1] = 5
        return x.sum() + y.sum()

    x = np.zeros(3)
    assert written(x) == 11 and x[2] == 3


def test_several_blocks_in_loops_and_callees():
    @njit
    def counted(n):
        with objmode(m="int64"):
            m = int(str(n) * 2)
        return m

    @njit
    def total(n):
        acc = 0
        for i in range(1, n):
            with objmode(square="int64"):
                square = i**2
            acc += square + counted(i)
        with objmode(acc="int64"):
            acc = acc * 2
        return acc

    assert total(4) == 2 * sum(i**2 + int(str(i) * 2) for i in range(1, 4))


def test_variables_of_the_module_and_of_functions_around():
    factor = [2]

    @njit
    def scaled(x):
        with objmode(y=types.float64):
            y = x * factor[0] + len(sys.argv) * 0
        return y

    assert scaled(1.5) == 3.0
    factor[0] = 3
    assert scaled(1.5) == 4.5


def test_errors_reach_the_caller_as_they_are():
    class Own(Exception):
        pass

    @njit
    def failing(x):
        with objmode(y="float64"):
            if x > 1:
                raise Own("large", x)
            y = {}[x]
        return y

    with pytest.raises(Own) as caught:
        failing(2.0)
    assert caught.value.args == ("large", 2.0)
    places = [(entry.name, entry.lineno) for entry in caught.traceback]
    start = failing.py_func.__code__.co_firstlineno
    assert ("failing", start + 1) in places and ("failing", start + 3) in places  # `entry.lineno` counts from 0.
    with pytest.raises(KeyError):
        failing(0.5)

    @njit
    def handled(x):
        try:
            with objmode(y="float64"):
                y = float("x" if x else "1")
        except ValueError:
            return -1.0
        return y

    assert (handled(1), handled(0)) == (-1.0, 1.0)


def test_results_of_other_types_are_errors():
    @njit
    def wrong(which):
        with objmode(y="float64[:]"):
            y = (np.arange(3), np.zeros((2, 2)), [1.0], None)[which]
        return y

    for which in range(4):
        with pytest.raises(TypeError, match="was declared"):
            wrong(which)

    @njit
    def large():
        with objmode(y="int8"):
            y = 300
        return y

    with pytest.raises(OverflowError):
        large()

    @njit
    def cut():
        with objmode(y="int64"):
            y = -2.75
        return y

    assert cut() == -2


def test_without_parentheses():
    seen = []

    @njit
    def noted(x):
        with objmode:
            seen.append(x)

    noted(1)
    noted.py_func(2)
    assert seen == [1, 2]


def test_from_parallel_loops_and_many_threads():
    @njit(parallel=True)
    def squares(n):
        out = np.zeros(n)
        for i in prange(n):
            with objmode(y="float64"):
                y = float(i) ** 2
            out[i] = y
        return out

    expected = np.arange(50.0) ** 2
    np.testing.assert_array_equal(squares(50), expected)
    results = []
    threads = [threading.Thread(target=lambda: results.append(squares(50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result, expected)

    @njit(parallel=True)
    def fails(n):
        out = np.zeros(n)
        for i in prange(n):
            with objmode(y="float64"):
                if i >= 3:
                    raise LookupError(i)
                y = 1.0
            out[i] = y
        return out

    with pytest.raises(LookupError) as caught:
        fails(20)
    assert caught.value.args == (3,)


def test_nothing_is_kept():
    @njit
    def once(x):
        y = x + 1
        with objmode(z="float64[:]"):
            z = y * 2
            if z[0] < 0:
                raise ValueError
        return z.sum()

    x = np.arange(1000.0)
    once(x)
    before = hotloop._hotloop.live_allocations()
    for _ in range(50):
        once(x)
        with pytest.raises(ValueError):
            once(x - 5)
    import gc

    gc.collect()
    assert hotloop._hotloop.live_allocations() - before < 20


@pytest.mark.parametrize(
    "body, message",
    [
        ("with objmode(y='nonsense'):\n        y = 1\n    return y", "no type of a kernel"),
        ("with objmode(y='List(int64)'):\n        y = [1]\n    return y", "cannot give `y`"),
        ("with objmode('float64'):\n        y = 1\n    return 1", "by their names"),
        ("with objmode():\n        return x\n    return 1", "`return` leads out"),
        ("for i in range(3):\n        with objmode():\n            break\n    return 1", "`break` leads out"),
        ("with objmode():\n        y = x\n    return y", "`y` is assigned in a block"),
        ("with objmode(y='float64'):\n        z = x\n    return 1", "does not assign it"),
        ("items = [x, x]\n    with objmode(y='float64'):\n        y = items[0]\n    return y", "cannot be handed to Python"),
    ],
)
def test_what_is_refused(body, message, tmp_path):
    import linecache

    source = f"def refused(x):\n    {body}\n"
    file = f"<refused {message}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = {"objmode": objmode, "__name__": __name__}
    exec(compile(source, file, "exec"), scope)
    with pytest.raises(errors.TypingError, match=message) as caught:
        njit(scope["refused"])(1.0)
    assert file in str(caught.value)


PROGRAM = """import numpy as np
from hotloop import njit, objmode

@njit(cache=True)
def kernel(x):
    with objmode(y="float64[:]"):
        y = np.sort(x)[::-1] {more}
    return y[0]

print(kernel(np.arange(4.0)), *kernel.stats[1:3])
"""


def test_the_cache(tmp_path):
    def run(more=""):
        (tmp_path / "program.py").write_text(PROGRAM.format(more=more))
        environment = {**os.environ, "HOTLOOP_CACHE_DIR": str(tmp_path / "cache")}
        result = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    assert run() == "3.0 0 1"
    assert run() == "3.0 1 0"
    assert run("+ 1") == "4.0 0 1"


def test_in_generators_ufuncs_and_functions_of_c():
    @njit
    def steps(x):
        for i in range(2):
            with objmode(y="float64"):
                y = float(x[i]) * 2
            yield y

    assert list(steps(np.array([1.0, 2.0]))) == [2.0, 4.0]

    @hotloop.vectorize(["float64(float64)"], target="parallel")
    def doubled(x):
        with objmode(y="float64"):
            if x < 0:
                raise LookupError("negative", x)
            y = float(x) * 2
        return y

    np.testing.assert_array_equal(doubled(np.arange(3000.0)), np.arange(3000.0) * 2)
    with pytest.raises(LookupError) as caught:
        doubled(np.array([-1.0]))
    assert caught.value.args == ("negative", -1.0)

    @hotloop.cfunc("float64(float64)")
    def called(x):
        with objmode(y="float64"):
            y = float(repr(x)) + 1
        return y

    assert called.ctypes(1.5) == 2.5


def test_an_error_that_a_kernel_has_caught_is_not_told_again():
    @njit
    def other(x):
        try:
            with objmode():
                raise ValueError("of the block")
        except ValueError:
            pass
        if x > 0:
            raise ValueError("of the kernel")
        return np.zeros(3)[x - 10]

    with pytest.raises(ValueError, match="of the kernel"):
        other(1)
    with pytest.raises(IndexError):
        other(0)

    @njit
    def system():
        with objmode():
            raise SystemError("kept")

    with pytest.raises(SystemError, match="kept"):
        system()


def test_kernels_with_blocks_are_called_in_blocks():
    @njit
    def inner(x):
        with objmode(y="float64"):
            if x < 0:
                raise LookupError("deep", x)
            y = float(repr(x))
        return y

    @hotloop.cfunc("float64(float64)")
    def callback(x):
        if x < 0:
            raise ValueError("of a function of C")
        return inner(x)

    @njit
    def outer(x):
        with objmode(y="float64"):
            y = inner(x) + callback.ctypes(abs(x)) + len(list(counting(x)))
        return y

    @njit
    def counting(x):
        for i in range(3):
            with objmode(y="float64"):
                y = inner(abs(x)) + i
            yield y

    assert outer(1.5) == 6.0
    with pytest.raises(LookupError) as caught:
        outer(-1.0)
    assert caught.value.args == ("deep", -1.0)
    results = []
    threads = [threading.Thread(target=lambda: results.extend(outer(float(i)) for i in range(50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(4 * [2.0 * i + 3 for i in range(50)])
