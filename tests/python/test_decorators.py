"""The decorators and what a kernel offers besides being called."""

import inspect
import io
import os
import pickle
import subprocess
import sys
import types as python_types

import numpy as np
import pytest

import hotloop
from hotloop import errors, float64, int64, jit, literal_unroll, njit, types


@njit
def documented(x, y=2):
    """Adds."""
    return x + y


@njit("float64(float64[:], int64)")
def scaled_first(x, n):
    return x[0] * n


def test_metadata_is_the_functions():
    assert documented.__name__ == "documented"
    assert documented.__qualname__ == "documented"
    assert documented.__module__ == __name__
    assert documented.__doc__ == "Adds."
    assert isinstance(documented.py_func, python_types.FunctionType)
    assert documented.__wrapped__ is documented.py_func
    assert str(inspect.signature(documented)) == "(x, y=2)"
    assert "documented" in repr(documented)
    assert callable(documented) and hash(documented)
    documented.note = 1
    assert documented.note == 1


def test_spellings_of_the_decorator():
    def f(x):
        return x + 1

    for kernel in (
        njit(f),
        jit(f),
        njit()(f),
        jit(nopython=True)(f),
        njit(cache=False, fastmath=True, nogil=True, error_model="numpy", inline="always")(f),
        njit("int64(int64)")(f),
        njit(["int64(int64)", "float64(float64)"])(f),
        njit(int64(int64))(f),
        njit([int64(int64)])(f),
        njit((int64,))(f),
        njit("(int64,)")(f),
        njit(signature_or_function="int64(int64)")(f),
    ):
        assert kernel(2) == 3


def test_what_is_no_python_function_is_refused():
    kernel = njit(lambda x: x)
    for refused, words in ((kernel, r"already jitted function .*\.py_func"), (int, r"not a function \(got type <class 'type'>\)")):
        with pytest.raises(TypeError, match=words):
            njit(refused)
        with pytest.raises(TypeError, match=words):
            jit(parallel=True)(refused)


def test_overloads_keep_the_order_in_which_they_were_compiled():
    kernel = njit(lambda x: x)
    for value in (1j, np.int32(1), True, 1.5):
        kernel(value)
    found = [types.complex128, types.int32, types.boolean, types.float64]
    assert [signature for (signature,) in kernel.signatures] == found
    kernel.recompile()
    assert [signature for (signature,) in kernel.signatures] == found


def test_an_overload_is_called_by_itself():
    kernel = njit(lambda x, y: x * y)
    assert kernel(2.0, 3) == 6.0 and kernel(np.ones(2), 3)[0] == 3.0
    scalars, arrays = kernel.overloads.values()
    assert scalars.signature == types.float64(types.float64, types.int64) and not scalars.objectmode
    assert scalars.entry_point(2.5, 4) == 10.0
    assert arrays.entry_point(np.ones(3), 2).tolist() == [2.0, 2.0, 2.0]
    for wrong in ((2, 4), (np.ones(3), 2), ({1.0}, 2)):
        with pytest.raises(TypeError):
            scalars.entry_point(*wrong)
    with pytest.raises(TypeError, match="takes 2 arguments, and 1 are given"):
        scalars.entry_point(1.0)
    assert len(kernel.overloads) == 3  # (2, 4) was compiled, and not run.
    declared = njit("float64(float64[:])")(lambda x: x[0])
    assert next(iter(declared.overloads.values())).entry_point(np.arange(4.0)[::-2]) == 3.0
    assert "fmul" in scalars.library.get_llvm_str() and "mul" in scalars.library.get_asm_str()
    assert len(scalars.metadata["loops"]) == 0 and len(arrays.metadata["loops"]) == 1


def test_no_more_is_compiled_where_that_is_closed():
    kernel = njit(lambda x: x)
    kernel.compile("(float32,)")
    kernel.disable_compile()
    kernel.compile("(float32,)")
    declared = njit(["float32(float32)", "int32(int32)"])(lambda x: x)
    for closed in (kernel, declared):
        with pytest.raises(RuntimeError, match="^compilation disabled$"):
            closed.compile("(complex64,)")
        with pytest.raises(TypeError, match="No matching definition"):
            closed(1j)
    kernel.disable_compile(False)
    kernel.compile("(complex64,)")
    assert len(kernel.signatures) == 2 and len(declared.signatures) == 2


def test_declared_signatures_are_compiled_at_once():
    assert scaled_first.nopython_signatures == [float64(float64[:], int64)]
    assert scaled_first(np.array([1.5, 2.0]), 4) == 6.0
    assert scaled_first(np.array([1.5, 2.0])[::-1], 4) == 8.0
    # Numbers are converted, arrays are not.
    assert scaled_first(np.array([1.5]), True) == 1.5
    assert scaled_first(np.array([1.5]), np.int8(-2)) == -3.0
    assert scaled_first(np.array([1.5]), 2.9) == 3.0
    with pytest.raises(TypeError, match=r"float64\(float64\[:\], int64\)"):
        scaled_first(np.array([1, 2]), 4)
    assert len(scaled_first.signatures) == 1
    with pytest.raises(errors.HotloopError):
        njit("int64(int64[:])")(lambda x: x + "a")


def test_declared_results_are_converted():
    halved = njit("int64(float64)")(lambda x: x / 2)
    assert halved(5) == 2 and type(halved(5)) is int
    single = njit("float32(float64)")(lambda x: x)
    assert single(0.1) == float(np.float32(0.1))


def test_the_nearest_declared_signature_is_taken():
    f = njit(["float64(float64)", "int64(int64)"])(lambda x: x * 2)
    assert type(f(2)) is int and type(f(2.0)) is float and type(f(np.float32(2))) is float


def test_options_are_checked():
    with pytest.raises(KeyError, match="paralel"):
        njit(paralel=True)
    with pytest.raises(ValueError, match="error_model"):
        njit(error_model="c")
    with pytest.raises(ValueError, match="quick"):
        njit(fastmath={"quick"})
    with pytest.raises(ValueError, match="Only one of"):
        jit(forceobj=True, nopython=True)
    with pytest.warns(RuntimeWarning, match="nopython is set for njit"):
        njit(nopython=False)
    with pytest.raises(ValueError, match="float65"):
        njit("float65(int64)")(lambda x: x)
    with pytest.raises(TypeError, match="Python function"):
        njit(3)


def test_options_have_their_meaning():
    def divide(a, b):
        return a / b

    with pytest.raises(ZeroDivisionError):
        njit(divide)(1.0, 0.0)
    assert njit(error_model="numpy")(divide)(1.0, 0.0) == float("inf")

    def read(x, i):
        return x[i]

    array = np.arange(10.0)
    with pytest.raises(IndexError):
        njit(read)(array[:5], 7)
    assert njit(boundscheck=False)(read)(array[:5], 7) == 7.0


def test_indices_that_are_not_checked_still_count_from_the_end():
    @njit(boundscheck=False)
    def neighbours(x, out):
        for i in range(x.shape[0] - 1):
            out[i] = x[i - 1] + x[i + 1]

    x, out = np.arange(8.0), np.zeros(8)
    neighbours(x, out)
    assert out.tolist() == [8.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 0.0]


def test_compilation_ahead_of_the_call():
    f = njit(lambda x, y: x * y)
    f.compile("int64(int64, int64)")
    f.compile((float64, float64))
    assert set(f.signatures) == {(float64, float64), (int64, int64)}
    assert f.overloads[int64, int64].signature == int64(int64, int64)
    misses = f.stats.cache_misses
    assert f(2, 3) == 6 and f.stats.cache_misses == misses == 2


def test_inspection():
    f = njit(lambda x: x + 1)
    f(1), f(1.5)
    text = io.StringIO()
    f.inspect_types(file=text)
    assert "int64(int64)" in text.getvalue() and "# x: float64" in text.getvalue()
    assert set(f.inspect_asm()) == {(int64,), (float64,)}
    assert "ret" in f.inspect_asm(("int64",))
    assert "fn" in f.inspect_llvm()[(float64,)]


def test_a_loop_over_a_tuple_is_written_out():
    @njit
    def total(items):
        sum = 0.0
        for item in literal_unroll(items):
            sum += item
        return sum

    assert total((1, 2.5, np.float32(3))) == total.py_func((1, 2.5, np.float32(3))) == 6.5


def test_types_spell_signatures():
    assert float64(float64[:], int64).spelling == "float64(float64[:], int64)"
    assert types.float32[:, ::1].spelling == "float32[:, ::1]"
    assert types.int8[::1, :].spelling == "int8[::1, :]"
    assert types.Tuple((int64, float64)).spelling == "Tuple(int64, float64)"
    assert njit(int64(types.UniTuple(int64, 2)))(lambda p: p[0] + p[1])((1, 2)) == 3
    assert njit(types.void(float64[:]))(lambda x: None)(np.zeros(3)) is None
    assert type(float64(3)) is np.float64


def test_pickling_by_name_and_by_value():
    assert pickle.loads(pickle.dumps(documented)) is documented
    local = njit(lambda x: x)
    make, arguments = local.__reduce__()
    assert make(*arguments)(3) == 3


def test_a_worker_process_gets_the_kernel():
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.starmap(documented, [(1, 2), (3, 4)]) == [3, 7]


@pytest.mark.parametrize("name", ["HOTLOOP_DISABLE_JIT", "NUMBA_DISABLE_JIT"])
def test_the_compiler_can_be_switched_off(name):
    program = "import hotloop; f = hotloop.njit(parallel=True)(lambda x: [x]); print(f(1))"
    result = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, name: "1"}, capture_output=True, text=True
    )
    assert result.stdout == "[1]\n", result.stderr


def test_threads_can_be_set():
    most = hotloop.get_num_threads()
    hotloop.set_num_threads(1)
    try:
        assert hotloop.get_num_threads() == 1
        for wrong in (0, -1, most + 1, 2**40):
            with pytest.raises(ValueError, match="between 1 and"):
                hotloop.set_num_threads(wrong)
    finally:
        hotloop.set_num_threads(most)


def test_all_functions_of_a_module(tmp_path, monkeypatch):
    (tmp_path / "whole_module.py").write_text(
        "from math import sqrt\nfrom hotloop import jit_module\ndef root(x):\n    return sqrt(x)\ndef twice(x):\n    return 2 * root(x)\njit_module(error_model='numpy')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import whole_module

    assert isinstance(whole_module.twice, hotloop.Dispatcher) and whole_module.twice(9.0) == 6.0
    assert not isinstance(whole_module.sqrt, hotloop.Dispatcher)
    assert whole_module.root.targetoptions["error_model"] == "numpy"


FACTOR = 2


def test_compiled_afresh(monkeypatch):
    @njit
    def scaled(x):
        return FACTOR * x

    assert scaled(3) == 6 and scaled(1.5) == 3.0
    monkeypatch.setitem(globals(), "FACTOR", 5)
    assert scaled(3) == 6
    scaled.recompile()
    assert scaled(3) == 15 and scaled(1.5) == 7.5
    assert set(scaled.signatures) == {(int64,), (float64,)}


def test_compiled_no_more():
    @njit
    def same(x):
        return x

    same(1)
    same.disable_compile()
    assert same(2) == 2
    with pytest.raises(TypeError, match=r"No matching definition.*float64.*\n  \(int64\)"):
        same(1.5)
    same.disable_compile(False)
    assert same(1.5) == 1.5
    assert len(same.get_metadata()) == 2 and same.get_metadata((int64,))["loops"] == []
