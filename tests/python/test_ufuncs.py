"""`vectorize` and `guvectorize`: what they make are ufuncs of NumPy's, whichever way operands lie in memory."""

import functools
import operator
import pickle
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest

from hotloop import errors, float32, float64, guvectorize, int64, njit, set_num_threads, types, vectorize


@vectorize(["float64(float64, float64)", "float32(float32, float32)", "int64(int64, int64)"], identity=0)
def added(a, b):
    """Adds."""
    return a + b


@vectorize
def chosen(a, b):
    return a if a > b else b


@vectorize
def rooted(x):
    if x < 0:
        raise ValueError("below zero", 7)
    return x**0.5


@guvectorize(["void(float64[:], float64[:], float64[:])", "void(int64[:], int64[:], int64[:])"], "(n),(n)->()")
def product(x, y, out):
    total = x[0] * 0
    for i in range(x.shape[0]):
        total += x[i] * y[i]
    out[0] = total


@guvectorize([(float64[:, :], float64[:, :], float64[:, :])], "(m,n),(n,p)->(m,p)")
def matrix_product(a, b, c):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] = 0.0
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


@guvectorize("(n),()->(n)")
def shifted(x, by, out):
    for i in range(x.shape[0]):
        out[i] = x[i] + by


def arrangements(count):
    """Arrays of so many numbers that lie in memory in different ways."""
    numbers = np.linspace(-3.0, 7.0, count)
    gaps = np.zeros(3 * count)
    gaps[::3] = numbers
    return {"whole": numbers, "reversed": numbers[::-1], "gaps": gaps[::3], "repeated": np.broadcast_to(numbers[:1], count)}


def test_it_is_numpys_object():
    assert type(added) is np.ufunc
    assert added.types == ["dd->d", "ff->f", "ll->l"]
    assert (added.nin, added.nout, added.identity, added.__name__) == (2, 1, 0, "added")
    assert added.__doc__.endswith("Adds.")
    assert type(product) is np.ufunc and product.signature == "(n),(n)->()"


@pytest.mark.parametrize("count", [1, 2, 7, 64, 1001])
def test_operands_lie_anyhow(count):
    for first in arrangements(count).values():
        for second in [*arrangements(count).values(), 2.5]:
            np.testing.assert_array_equal(added(first, second), first + second)
            for out in (np.zeros(count), np.zeros(2 * count)[::2], np.zeros(count)[::-1]):
                assert added(first, second, out) is out
                np.testing.assert_array_equal(out, first + second)
            np.testing.assert_array_equal(chosen(first, second), np.maximum(first, second))


@pytest.mark.parametrize("shape", [(0,), (5,), (3, 4), (2, 3, 4)])
def test_methods(shape):
    array = np.random.default_rng(1).integers(-50, 50, shape).astype(float)
    for ufunc in (added, chosen):
        known = np.add if ufunc is added else np.maximum
        for axis in range(array.ndim):
            if array.shape[axis] or ufunc is added:
                np.testing.assert_array_equal(ufunc.reduce(array, axis=axis), known.reduce(array, axis=axis))
            np.testing.assert_array_equal(ufunc.accumulate(array, axis=axis), known.accumulate(array, axis=axis))
        np.testing.assert_array_equal(ufunc.outer(array, array[:2]), known.outer(array, array[:2]))
    if array.ndim == 1 and array.size:
        np.testing.assert_array_equal(added.reduceat(array, [0, 3, 1]), np.add.reduceat(array, [0, 3, 1]))


def test_reductions_keep_the_order():
    numbers = np.random.default_rng(2).random(1000) * 10.0 ** np.arange(1000) ** 0.3
    assert added.reduce(numbers) == functools.reduce(operator.add, numbers.tolist())
    assert added.reduce(numbers[::-1]) == functools.reduce(operator.add, numbers[::-1].tolist())


def test_at():
    counts = np.zeros(4)
    added.at(counts, [0, 0, 2, 0], [1.0, 2.0, 3.0, 4.0])
    assert counts.tolist() == [7.0, 0.0, 3.0, 0.0]


def test_overlapping_memory_is_as_numpys():
    for shift in (1, 2, 8):
        array, known = np.arange(40.0), np.arange(40.0)
        added(array[:-shift], array[shift:], array[shift:])
        np.add(known[:-shift], known[shift:], known[shift:])
        np.testing.assert_array_equal(array, known)
    array = np.arange(5.0)
    added(array, 1.0, array)
    assert array.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_where_and_out_and_casting():
    numbers = np.arange(6.0)
    out = np.full(6, -1.0)
    added(numbers, 1, where=numbers > 3, out=out)
    assert out.tolist() == [-1.0, -1.0, -1.0, -1.0, 5.0, 6.0]
    assert added(np.arange(3, dtype=np.float32), np.float32(1)).dtype == np.float32
    assert added(np.arange(3, dtype=np.int16), 1).dtype == np.float64
    with pytest.raises(TypeError):
        added(np.array(["a"]), np.array(["b"]))


def test_dtypes_that_need_casts():
    numbers = np.arange(100000, dtype=">f8")
    np.testing.assert_array_equal(added(numbers, numbers), 2.0 * np.arange(100000))


def test_it_is_compiled_for_what_it_is_called_with():
    @vectorize
    def doubled(x):
        return x + x

    assert doubled.types == [] and doubled.ntypes == 0
    assert doubled(np.arange(3)).dtype == np.int64
    assert doubled(np.arange(3, dtype=np.float32)).dtype == np.float32
    assert doubled([1.5]).tolist() == [3.0] and doubled(4) == 8
    assert sorted(doubled.types) == ["d->d", "f->f", "l->l"]
    doubled.disable_compile()
    assert doubled(np.arange(3, dtype=np.int16)).dtype == np.int64
    assert doubled.ntypes == 3


def test_several_results():
    @vectorize(["UniTuple(float64, 2)(float64, float64)"])
    def both(a, b):
        return a + b, a - b

    sums, differences = both(np.arange(5.0), 1.0)
    assert both.nout == 2
    assert sums.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0] and differences.tolist() == [-1.0, 0.0, 1.0, 2.0, 3.0]


def test_complex_and_truth():
    @vectorize(["complex128(complex128)", "bool(bool)"])
    def same(x):
        return x

    assert same(np.array([1 + 2j, 3j])).tolist() == [1 + 2j, 3j]
    assert same(np.array([True, False])).tolist() == [True, False]


def test_an_exception_reaches_the_caller():
    assert rooted(np.array([4.0, 9.0])).tolist() == [2.0, 3.0]
    for array in (np.array([1.0, -1.0, 2.0]), np.linspace(1.0, -1.0, 5000)[::2]):
        with pytest.raises(ValueError) as caught:
            rooted(array)
        assert caught.value.args == ("below zero", 7)
        frame = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert frame.name == "rooted" and 'raise ValueError("below zero", 7)' in frame.line


def test_division_by_zero_gives_infinity_and_no_warning():
    @vectorize(["float64(float64, float64)"])
    def ratio(a, b):
        return a / b

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isinf(ratio(np.ones(9), np.zeros(9))).all()

    @vectorize(["float64(float64, float64)"], error_model="python")
    def strict_ratio(a, b):
        return a / b

    with pytest.raises(ZeroDivisionError):
        strict_ratio(np.ones(9), np.zeros(9))


@pytest.mark.parametrize("threads", [1, 2])
def test_on_several_threads(threads):
    @vectorize(["float64(float64, float64)"], target="parallel")
    def combined(a, b):
        return a * b + 1.0

    set_num_threads(threads)
    try:
        for first in arrangements(100000).values():
            np.testing.assert_array_equal(combined(first, 3.0), first * 3.0 + 1.0)
        assert combined.reduce(np.full(200, 0.5)) == functools.reduce(lambda a, b: a * b + 1.0, [0.5] * 200)
    finally:
        set_num_threads(2)


def test_generalised():
    rows = np.arange(12.0).reshape(3, 4)
    assert product(rows, rows).tolist() == (rows * rows).sum(1).tolist()
    assert product(rows, rows[0]).tolist() == rows.dot(rows[0]).tolist()
    assert product(rows.T[:, :3], np.ones(3)).tolist() == rows.sum(0).tolist()
    assert product(rows[:, ::-2], rows[::-1, ::2]).tolist() == (rows[:, ::-2] * rows[::-1, ::2]).sum(1).tolist()
    assert product(np.arange(4), np.arange(4)) == 14
    assert product(np.zeros((0, 4)), np.zeros(4)).shape == (0,)


def test_generalised_of_matrices():
    generator = np.random.default_rng(3)
    first, second = generator.random((5, 3, 4)), generator.random((5, 4, 2))
    np.testing.assert_allclose(matrix_product(first, second), first @ second)
    np.testing.assert_allclose(matrix_product(first, second[0]), first @ second[0])
    np.testing.assert_allclose(matrix_product(first.transpose(0, 2, 1)[:, :, ::-1], first), first.transpose(0, 2, 1)[:, :, ::-1] @ first)
    with pytest.raises(ValueError, match="mismatch in its core dimension"):
        matrix_product(first, first)


def test_generalised_and_compiled_for_what_it_is_called_with():
    out = np.zeros(3)
    assert shifted(np.arange(3.0), 10.0, out) is out and out.tolist() == [10.0, 11.0, 12.0]
    whole = np.zeros((2, 3), np.int64)
    shifted(np.arange(6).reshape(2, 3), np.array([1, 2]), out=whole)
    assert whole.tolist() == [[1, 2, 3], [5, 6, 7]]
    assert len(shifted.types) == 2

    @guvectorize("(n)->(n)")
    def unknown(x, out):
        out[:] = x

    with pytest.raises(TypeError, match="declared without types"):
        unknown(np.arange(3.0))


@pytest.mark.parametrize("target", ["cpu", "parallel"])
def test_generalised_with_numbers(target):
    @guvectorize(["float64[:], float64, float64[:]"], "(n),()->(n)", target=target)
    def scaled(x, by, out):
        for i in range(x.shape[0]):
            out[i] = x[i] * by

    rows = np.arange(2000.0).reshape(500, 4)
    np.testing.assert_array_equal(scaled(rows, 2.0), rows * 2.0)
    np.testing.assert_array_equal(scaled(rows[0], np.arange(500.0)), rows[0] * np.arange(500.0)[:, None])


def test_kernels_call_ufuncs():
    @njit
    def used(x, y):
        return added(x, y), chosen(x, 1.0), added(2, 3)

    sums, most, five = used(np.arange(3.0), np.ones(3))
    assert sums.tolist() == [1.0, 2.0, 3.0] and most.tolist() == [1.0, 1.0, 2.0] and five == 5


def test_a_ufunc_keeps_what_it_needs():
    import gc

    def made():
        @vectorize(["float64(float64)"])
        def plus_one(x):
            return x + 1.0

        return plus_one

    ufunc = made()
    gc.collect()
    assert ufunc(np.arange(3.0)).tolist() == [1.0, 2.0, 3.0]
    before = sys.getrefcount(made)
    for _ in range(3):
        made()(np.arange(10.0)[::2])
    gc.collect()
    assert sys.getrefcount(made) == before


def test_pickles():
    assert pickle.loads(pickle.dumps(added)) is added
    assert pickle.loads(pickle.dumps(chosen)) is chosen


def test_other_libraries_take_over():
    class Wrapped:
        dtype = np.dtype("float64")

        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return ufunc, method, len(inputs)

    ufunc, method, count = added(Wrapped(), 1.0)
    assert (ufunc, method, count) == (added, "__call__", 2)
    ufunc, method, count = chosen(Wrapped(), 1.0)
    assert (ufunc.__name__, method, count) == ("chosen", "__call__", 2)


def test_threads_make_patterns_at_once():
    @vectorize(["float64(float64, float64)"])
    def difference(a, b):
        return a - b

    wrong = []

    def work():
        for first in arrangements(1000).values():
            for second in arrangements(1000).values():
                if not np.array_equal(difference(first, second), first - second):
                    wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_cached(tmp_path, monkeypatch):
    import subprocess

    program = "import numpy as np\nfrom hotloop import vectorize\n@vectorize(['f8(f8)'], cache=True)\ndef f(x): return x + 1\nprint(f(np.arange(3.0)).tolist())\n"
    path = tmp_path / "cached.py"
    path.write_text(program)
    monkeypatch.setenv("HOTLOOP_CACHE_DIR", str(tmp_path / "cache"))
    for _ in range(2):
        assert subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout == "[1.0, 2.0, 3.0]\n"
    assert any((tmp_path / "cache").rglob("*"))


def test_a_layout_without_results_writes_to_what_is_given():
    @guvectorize(["(float64[:], float64[:])"], "(n), (k)")
    def differences(x, out):
        for i in range(x.shape[0]):
            out[i] = x[i] - (x[i - 1] if i > 0 else 0.0)
        out[x.shape[0]] = 1 - x[-1]

    x, out = np.sort(np.random.default_rng(1).random((5, 3))), np.zeros((5, 4))
    differences(x, out)
    np.testing.assert_array_equal(out, np.diff(x, prepend=0.0, append=1.0))


def test_wrong_uses_are_told():
    with pytest.raises(KeyError, match="Unrecognized options"):
        vectorize(["float64(float64)"], speed=1)(lambda x: x)
    with pytest.raises(ValueError, match="target is"):
        vectorize(["float64(float64)"], target="gpu")(lambda x: x)
    with pytest.raises(errors.TypingError, match="has numbers as operands"):
        vectorize([float64(float64[:])])(lambda x: x[0])
    with pytest.raises(TypeError, match="wants an array of 1 dimensions"):
        guvectorize([types.void(float32[:, :], float32[:])], "(n)->(n)")(lambda x, out: None)
    with pytest.raises(ValueError, match="the layout of a generalised ufunc"):
        guvectorize([types.void(float32[:], float32[:])], "n->n")(lambda x, out: None)
    with pytest.raises(TypeError, match="has 2 parameters"):
        guvectorize([types.void(int64[:], int64[:])], "(n),(n)->(n)")(lambda x, out: None)


def test_without_the_compiler(tmp_path):
    import os
    import subprocess

    path = tmp_path / "program.py"
    path.write_text(
        "import numpy as np\nfrom hotloop import guvectorize, stencil, vectorize\n"
        "@vectorize(['f8(f8, f8)'], target='parallel')\ndef larger(a, b):\n    return a if repr(a) > repr(b) and a > b else b\n"
        "@guvectorize(['f8[:], f8, f8[:]'], '(n),()->(n)')\ndef scaled(x, by, out):\n    out[:] = x * by\n"
        "@stencil\ndef right(a):\n    return a[1] - a[0]\n"
        "print(type(larger), larger(np.arange(4.0), 2), larger.reduce(np.arange(5.0)), scaled(np.arange(3.0), [1.0, 2.0]).tolist(), right(np.arange(3.0)))\n"
    )
    ran = subprocess.run([sys.executable, path], capture_output=True, text=True, env={**os.environ, "HOTLOOP_DISABLE_JIT": "1"})
    assert ran.stdout == "<class 'numpy.ufunc'> [2. 2. 2. 3.] 4.0 [[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]] [1. 1. 0.]\n", ran.stderr


def test_reductions_of_what_is_repeated():
    for repeated in (np.broadcast_to(2, 6), np.broadcast_to(2.0, (3, 6)), np.broadcast_to(np.arange(3.0)[:, None], (3, 6))):
        for axis in range(repeated.ndim):
            assert added.reduce(repeated, axis=axis).tolist() == repeated.sum(axis).tolist()
            assert chosen.reduce(repeated, axis=axis).tolist() == repeated.max(axis).tolist()
    assert added.reduceat(np.broadcast_to(2, 6), [0, 3]).tolist() == [6, 6]
    assert added.accumulate(np.broadcast_to(2, 4)).tolist() == [2, 4, 6, 8]


def test_generalised_results_in_the_memory_of_operands():
    @guvectorize(["(float64[:], float64[:])"], "(n)->(n)")
    def turned(x, out):
        for i in range(len(x)):
            out[i] = x[len(x) - 1 - i]

    numbers = np.arange(5.0)
    assert turned(numbers, out=numbers) is numbers and numbers.tolist() == [4.0, 3.0, 2.0, 1.0, 0.0]
    numbers = np.arange(12.0).reshape(3, 4)
    turned(numbers[:, 1:], out=numbers[:, :-1])
    assert numbers[:, :-1].tolist() == [[3.0, 2.0, 1.0], [7.0, 6.0, 5.0], [11.0, 10.0, 9.0]]
    square = np.random.default_rng(4).random((3, 3))
    expected = square @ square
    np.testing.assert_allclose(matrix_product(square, square, out=square), expected)


def test_operands_that_kernels_do_not_know():
    with pytest.raises(TypeError, match="no loop for operands of float16"):
        chosen(np.float16(1), np.float16(2))


def test_a_layout_without_results_writes_to_operands():
    @guvectorize(["void(int64[:])"], "(n)")
    def counted(x):
        for i in range(x.shape[0]):
            x[i] = i + 1

    @guvectorize(["void(float64[:], float64[:])"], "(n), (n)")
    def squared(x, out):
        for i in range(x.shape[0]):
            out[i] = x[i] * x[i]

    whole = np.zeros((3, 8), np.int64)
    assert counted(whole[:, ::2]) == ()
    assert whole.tolist() == [[1, 0, 2, 0, 3, 0, 4, 0]] * 3
    assert counted.signature == "(n)"
    out = np.zeros((2, 5))
    squared(np.arange(5.0), out[:, ::-1])
    assert out.tolist() == [[16.0, 9.0, 4.0, 1.0, 0.0]] * 2


@guvectorize(["void(float64[:], float64, float64[:])"], "(n),()->(n)")
def add_to_each(x, k, result):
    for i in range(x.shape[0]):
        result[i] = x[i] + k


@guvectorize(["void(float64[:], float64[:], float64[:])", "void(complex128[:], complex128[:], complex128[:])"], "(n),(n)->()")
def inner_product(a, b, result):
    total = a[0] * 0
    for i in range(a.shape[0]):
        total += a[i] * b[i]
    result[0] = total


@guvectorize("(m,n),(n)->(m)")
def times_vector(matrix, vector, result):
    for i in range(matrix.shape[0]):
        result[i] = 0
        for j in range(matrix.shape[1]):
            result[i] += matrix[i, j] * vector[j]


def test_kernels_call_generalised_ufuncs():
    x, k = np.arange(12.0).reshape(2, 2, 3), np.array([[10.0], [20.0]])
    for function, arguments in [
        (lambda x, k: add_to_each(x, k), (x, 2.0)),
        (lambda x, k: add_to_each(x, k), (x, 2)),
        (lambda x, k: add_to_each(x, k), (x, k)),
        (lambda x, k: add_to_each(x, k), (x[0, 0], 1.5)),
        (lambda x, k: add_to_each(x, k), (x[0, 0], k)),
        (lambda x, k: add_to_each(x, k), (x[..., ::2], k[0])),
        (lambda x, k: add_to_each(x, k), (x.astype(np.int32), np.float32(0.5))),
        (lambda x, y: inner_product(x, y), (x, x)),
        (lambda x, y: inner_product(x, y), (x, x[0, 0])),
        (lambda x, y: inner_product(x, y), (x[0, 0], x[0, 1])),
        (lambda x, y: inner_product(x, y), (x, x * 1j)),
        (lambda x, y: inner_product(x, y), (np.zeros((0, 3)), np.zeros((1, 3)))),
        (lambda x, y, r: (times_vector(x, y, r), r)[1], (x, np.ones(3), np.zeros((2, 2)))),
        (lambda x, y, r: (times_vector(x, y, r), r)[1], (x.astype(int)[0], np.ones(3, int), np.zeros(2, int))),
    ]:
        expected, found = function(*arguments), njit(function)(*arguments)
        np.testing.assert_array_equal(found, expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype


def test_what_generalised_ufuncs_refuse_in_kernels():
    for function, arguments in [
        (lambda a, b: inner_product(a, b), (np.ones(3), np.ones(4))),
        (lambda a, b: inner_product(a, b), (np.ones((3, 2)), np.ones((2, 2)))),
        (lambda a, b: (times_vector(a, b, np.ones(3)), 0)[1], (np.ones((2, 2)), np.ones(2))),
    ]:
        with pytest.raises(ValueError):
            function(*arguments)
        with pytest.raises(ValueError):
            njit(function)(*arguments)
    for function, arguments, message in [
        (lambda a: add_to_each(a), (np.ones(2),), "2 inputs and 1 outputs"),
        (lambda a: times_vector(a, a), (np.ones((2, 2)),), "give it the arrays that it writes to"),
        (lambda a: add_to_each(a, 1j), (np.ones(2),), "no loop takes operands"),
        (lambda a: inner_product(a, 1.0), (np.ones(2),), "wants at least 1"),
    ]:
        with pytest.raises(errors.TypingError, match=message):
            njit(function)(*arguments)
