"""Kernels as functions of C: called through ctypes, by SciPy, from other threads; arrays over what their pointers point to."""

import ctypes
import gc
import math
import pickle
import sys
import threading

import numpy as np
import pytest
from hotloop import carray, cfunc, errors, farray, njit, types

DOUBLES = ctypes.POINTER(ctypes.c_double)


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(np.ctypeslib.as_ctypes_type(array.dtype)))


@cfunc("float64(float64, float64)")
def add(a, b):
    """Adds."""
    return a + b


def test_a_function_of_c():
    assert add.ctypes(1.5, 2) == 3.5 and add(1, 2) == 3
    again = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_double)(add.address)
    assert again(2.0, 3.0) == 5.0
    assert add.__name__ == "add" and add.__doc__ == "Adds." and add.native_name in add.inspect_llvm()
    assert "fadd" in add.inspect_llvm() and "add" in repr(add)
    assert njit(lambda x: add(x, 1))(2.0) == 3.0
    assert pickle.loads(pickle.dumps(add)) is add


@pytest.mark.parametrize(
    "kind, value",
    [
        ("boolean", True),
        ("int8", -128),
        ("uint8", 255),
        ("int16", -5),
        ("uint16", 65535),
        ("int32", -(2**31)),
        ("uint32", 2**32 - 1),
        ("int64", -(2**63)),
        ("uint64", 2**64 - 1),
        ("float32", 0.5),
        ("float64", 1e300),
    ],
)
def test_numbers_of_all_kinds(kind, value):
    same = cfunc(f"{kind}({kind})")(lambda x: x)
    assert same.ctypes(value) == value


def test_many_arguments_go_by_registers_and_the_stack():
    names = [f"a{i}" for i in range(20)]
    kinds = [("int32", "float64", "int8", "float32")[i % 4] for i in range(20)]
    scope = {}
    source = f"def weighted({', '.join(names)}):\n    return {' + '.join(f'{i + 1} * {name}' for i, name in enumerate(names))}\n"
    import linecache

    linecache.cache["<weighted>"] = (len(source), None, source.splitlines(True), "<weighted>")
    exec(compile(source, "<weighted>", "exec"), scope)
    weighted = cfunc(f"float64({', '.join(kinds)})")(scope["weighted"])
    values = [i + 1 if kind.startswith("int") else i + 0.5 for i, kind in enumerate(kinds)]
    assert weighted.ctypes(*values) == scope["weighted"](*values)


def test_arrays_behind_pointers():
    @cfunc(types.void(types.CPointer(types.float64), types.CPointer(types.float64), types.intc, types.intc))
    def doubled(source, target, rows, columns):
        a, b = farray(source, (rows, columns)), carray(target, (rows, columns))
        for i in range(rows):
            for j in range(columns):
                b[i, j] = 2 * a[i, j]

    source, target = np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.zeros((2, 3))
    doubled.ctypes(source.ctypes.data_as(DOUBLES), target.ctypes.data_as(DOUBLES), 2, 3)
    np.testing.assert_array_equal(target, 2 * source)

    @cfunc("float64(voidptr, intp)")
    def total(data, n):
        return carray(data, n, np.float64).sum() + carray(data, (n,), dtype=np.float64)[0]

    x = np.arange(5.0) + 1
    assert total.ctypes(x.ctypes.data, 5) == 16.0

    @cfunc("int32(CPointer(int32), intc)")
    def at(p, i):
        return p[i]

    assert at.ctypes(pointer(np.array([5, 6, 7], np.int32)), 2) == 7


def test_arrays_behind_pointers_in_python():
    x = np.arange(6.0)
    a, f = carray(pointer(x), (2, 3)), farray(pointer(x), (3, 2))
    np.testing.assert_array_equal(a, x.reshape(2, 3))
    np.testing.assert_array_equal(f, x.reshape((3, 2), order="F"))
    a[0, 0] = 7
    assert x[0] == 7 and carray(ctypes.c_void_p(x.ctypes.data), 6, np.float64)[5] == 5
    with pytest.raises(TypeError, match="mismatching dtype"):
        carray(pointer(x), 6, np.int32)
    with pytest.raises(TypeError):
        carray(x, 6)


def test_what_is_raised_is_told_to_the_hook(monkeypatch):
    @cfunc("float64(float64)")
    def inverse(x):
        if x < 0:
            raise ValueError("negative")
        return 1 / x

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append((unraisable.exc_value, unraisable.object)))
    assert inverse.ctypes(2.0) == 0.5 and not told
    assert inverse.ctypes(-1.0) == 0.0 and inverse.ctypes(0.0) == 0.0
    assert [type(error) for error, _ in told] == [ValueError, ZeroDivisionError]
    assert str(told[0][0]) == "negative" and told[0][1] is inverse._pyfunc
    assert told[0][0].__traceback__.tb_frame.f_code.co_filename == __file__


def test_from_many_threads_without_the_interpreter_lock():
    @cfunc("int64(int64)")
    def count(n):
        total = 0
        for i in range(n):
            total += i % 7
        return total

    results = []
    threads = [threading.Thread(target=lambda: results.append(count.ctypes(100_000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [count(100_000)] * 8


def test_the_ctypes_function_keeps_the_code():
    function = cfunc("float64(float64)")(lambda x: x + 1).ctypes
    gc.collect()
    assert function(1.0) == 2.0


def test_signatures_that_c_has_not():
    for signature, message in [
        ("float64[:](float64)", "numbers and pointers to numbers"),
        ("float64(unicode_type)", "numbers and pointers to numbers"),
        ("CPointer(float64)(float64)", "give a number"),
    ]:
        with pytest.raises(errors.TypingError, match=message):
            cfunc(signature)(lambda x: x)
    with pytest.raises(TypeError):
        cfunc("(float64,)")
    with pytest.raises(errors.TypingError):
        cfunc("float64(float64)")(lambda x: "text")
    with pytest.raises(TypeError, match="complex64"):
        cfunc("complex64(float64)")(lambda x: x)
    with pytest.raises(NotImplementedError):
        cfunc("float64(float64)", forceobj=True)
    with pytest.raises(KeyError):
        cfunc("float64(float64)", nonsense=True)


def test_scipy_calls_them():
    scipy = pytest.importorskip("scipy")
    from scipy.integrate import quad
    from scipy.ndimage import generic_filter

    @cfunc("float64(intc, CPointer(float64))")
    def integrand(n, x):
        return math.exp(-x[0] * x[1])

    value, _ = quad(scipy.LowLevelCallable(integrand.ctypes), 0, 1, (2.0,))
    assert value == pytest.approx((1 - math.exp(-2)) / 2, rel=1e-12)

    @cfunc("intc(CPointer(float64), intp, CPointer(float64), voidptr)")
    def largest(values, n, result, data):
        result[0] = carray(values, (n,)).max()
        return 1

    found = generic_filter(np.arange(9.0).reshape(3, 3), scipy.LowLevelCallable(largest.ctypes, signature="int (double *, npy_intp, double *, void *)"), size=3)
    np.testing.assert_array_equal(found, [[4, 5, 5], [7, 8, 8], [7, 8, 8]])
