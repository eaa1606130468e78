"""Calls of kernels: how arguments are bound and typed, and what comes back."""

import inspect

import numpy as np
import pytest

from hotloop import float32, float64, int64, njit

SCALARS = [np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.float32, np.float64]


@njit
def same(x):
    return x


@njit
def weighted(a, b=2, c=0.5):
    return a + 10 * b + 100 * c


@njit
def nothing():
    pass


def test_python_scalars_keep_their_kinds():
    for value in (True, False, 0, -1, 2**63 - 1, -(2**63), 0.5, -0.0, float("inf")):
        result = same(value)
        assert result == value and type(result) is type(value)
    assert str(same(-0.0)) == "-0.0"
    assert np.isnan(same(float("nan")))


@pytest.mark.parametrize("dtype", SCALARS)
def test_numpy_scalars_are_typed_by_their_dtype(dtype):
    for value in (dtype(1), dtype(0), *extremes(dtype)):
        result = same(value)
        assert result == value and type(result) in (bool, int, float)
    assert np.dtype(dtype).name in [str(kind) for (kind,) in same.signatures]


def extremes(dtype):
    if dtype is np.bool_:
        return []
    limits = np.iinfo(dtype) if np.issubdtype(dtype, np.integer) else np.finfo(dtype)
    return [dtype(limits.min), dtype(limits.max)]


def test_an_int_beyond_64_bits_is_refused():
    assert same(2**64 - 1) == 2**64 - 1
    for value in (2**64, -(2**63) - 1, 10**30):
        with pytest.raises(OverflowError, match="argument `x` of `same`.*64 bits"):
            same(value)


def test_none_and_tuples_go_in_and_out():
    assert same(None) is None
    assert nothing() is None
    assert same((1, 2.5)) == (1, 2.5)
    assert same((1, (True, 2.0), 3)) == (1, (True, 2.0), 3)
    assert same(()) == ()


def test_arguments_are_bound_as_python_binds_them():
    plain = weighted.py_func
    for arguments, named in [
        ((1,), {}),
        ((1, 3), {}),
        ((1, 3, 4.0), {}),
        ((), {"a": 1}),
        ((1,), {"c": 2.0}),
        ((1,), {"c": 2.0, "b": 5}),
        ((), {"c": 1.5, "a": 2, "b": 3}),
    ]:
        assert weighted(*arguments, **named) == plain(*arguments, **named)


def test_a_wrong_call_is_refused_as_python_refuses_it():
    for arguments, named in [
        ((), {}),
        ((1, 2, 3.0, 4), {}),
        ((1,), {"a": 2}),
        ((1,), {"d": 2}),
        ((), {"b": 1, "c": 1.0}),
    ]:
        with pytest.raises(TypeError) as ours:
            weighted(*arguments, **named)
        with pytest.raises(TypeError) as pythons:
            weighted.py_func(*arguments, **named)
        # CPython counts the defaults in one message ("from 1 to 3"), which is all that may differ.
        words, _, numbas = str(ours.value).rpartition(" (")
        assert words.replace("takes 3", "takes from 1 to 3") == str(pythons.value) and numbas.endswith(")")


def test_names_made_at_run_time_are_found():
    assert weighted(**{"".join(["a"]): 1, "".join(["b"]): 2}) == weighted(1, 2)


def test_many_arguments():
    names = [f"a{i}" for i in range(40)]
    source = f"def total({', '.join(names)}):\n    return {' + '.join(names)}\n"
    total = njit(from_source(source, "total"))
    assert total(*range(40)) == sum(range(40))
    assert total(*map(float, range(40))) == float(sum(range(40)))


def from_source(source, name, file="<many arguments>"):
    import linecache

    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    namespace = {}
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]


def test_a_long_tuple():
    assert same(tuple(range(60))) == tuple(range(60))


def test_a_kernel_is_a_method_in_a_class():
    class Scale:
        factor = 3

        @njit
        def twice(x):
            return 2 * x

        twice_static = staticmethod(twice)

    assert Scale.twice(4) == 8
    assert Scale.twice_static(4) == 8
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        Scale().twice(4)
    assert inspect.ismethod(Scale().twice)


def test_each_type_is_compiled_once():
    @njit
    def plus_one(x):
        return x + 1

    for _ in range(3):
        plus_one(1), plus_one(1.5), plus_one(np.float32(1))
    assert set(plus_one.signatures) == {(float32,), (float64,), (int64,)}
    assert plus_one.stats.cache_misses == 3


def test_subclasses_of_numbers_count_as_numbers():
    class Meters(float):
        pass

    class Count(int):
        pass

    assert same(Meters(2.5)) == 2.5
    assert same(Count(3)) == 3
