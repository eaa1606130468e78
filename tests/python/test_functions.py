"""Parameters of all kinds, functions as arguments, closures and recursion, called from Python."""

import math

import hotloop as nb
import numpy as np
import pytest


@nb.njit
def mixed(a, b=2, *rest, c, d=10):
    return a + b * 10 + len(rest) * 100 + c * 1000 + d


def test_arguments_are_bound_as_in_python():
    for arguments, named in [
        ((1,), {"c": 3}),
        ((1, 4), {"c": 3, "d": 5}),
        ((1, 4, 7, 8.5), {"c": 3}),
        ((), {"a": 1, "c": 2, "b": 3}),
    ]:
        assert mixed(*arguments, **named) == mixed.py_func(*arguments, **named)


def test_arguments_that_do_not_fit_are_type_errors_in_pythons_words():
    for arguments, named in [((), {"c": 1}), ((1,), {}), ((1,), {"c": 1, "e": 2}), ((1,), {"a": 2, "c": 3})]:
        with pytest.raises(TypeError) as ours:
            mixed(*arguments, **named)
        with pytest.raises(TypeError) as pythons:
            mixed.py_func(*arguments, **named)
        # Behind them stands what Numba says.
        words, _, numbas = str(ours.value).rpartition(" (")
        assert words == str(pythons.value) and numbas.endswith(")")


@nb.njit
def positional_only(a, /, b=1):
    return a - b


def test_positional_only():
    assert positional_only(5) == 4 and positional_only(5, b=3) == 2
    with pytest.raises(TypeError, match="positional-only arguments passed as keyword"):
        positional_only(a=1)
    with pytest.raises(TypeError, match="takes from 1 to 2 positional arguments but 3 were given"):
        positional_only(1, 2, 3)


@nb.njit
def total(*values):
    result = 0.0
    for value in values:
        result += value
    return result


def test_any_number_of_arguments():
    assert total() == 0.0
    assert total(1, 2.5) == 3.5
    assert total(*range(20)) == 190.0


@nb.njit
def square(x):
    return x * x


@nb.njit
def apply(function, x):
    return function(x)


def test_kernels_are_arguments():
    cube = nb.njit(lambda x: x * x * x)
    assert apply(square, 3) == 9 and apply(cube, 3) == 27 and apply(square, 1.5) == 2.25
    assert apply(math.sqrt, 16.0) == 4.0


@nb.njit
def apply_all(functions, x):
    return functions[0](x) + functions[1](x)


def test_tuples_of_kernels_are_arguments():
    assert apply_all((square, square), 3) == 18
    assert apply_all((square, nb.njit(lambda x: -x)), 3) == 6


def make_scaled(scale, inner):
    @nb.njit
    def scaled(x):
        return inner(x) * scale

    return scaled


def test_closures_of_factories_keep_their_values():
    double, half = make_scaled(2, square), make_scaled(0.5, square)
    assert (double(3), half(3)) == (18, 4.5)
    assert (apply(double, 3), apply(half, 3), apply(make_scaled(3, double), 2)) == (18, 4.5, 24)


@nb.njit
def default_function(x, function=square, dtype=np.float32):
    return function(dtype(x))


@nb.njit
def calls_default_function(x):
    return default_function(x), default_function(x, function=math.sin)


def test_defaults_may_be_functions_and_types():
    assert calls_default_function(3) == (9.0, pytest.approx(math.sin(3)))


@nb.register_jitable
def registered(x):
    return x + 0.5


@nb.njit
def calls_registered(x):
    return registered(x)


def test_registered_functions_stay_pythons():
    assert not isinstance(registered, nb.Dispatcher) and registered(1) == 1.5
    assert calls_registered(1) == 1.5


def undecorated(x):
    return x


def test_undecorated_functions_are_refused_by_name():
    @nb.njit
    def calls(x):
        return undecorated(x)

    with pytest.raises(nb.TypingError, match="register_jitable"):
        calls(1)


@nb.njit
def is_even(n):
    return True if n == 0 else is_odd(n - 1)


@nb.njit
def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def test_mutual_recursion_finds_its_results():
    assert is_even(10) is True and is_odd(10) is False


def test_a_recursion_without_an_end_has_no_type():
    @nb.njit
    def endless(n):
        return endless(n - 1)

    with pytest.raises(nb.TypingError, match="HL0209"):
        endless(1)


@nb.njit(locals={"result": nb.float32, "count": "int8"})
def declared(x):
    result = x
    count = 300
    return result, count


def test_locals_have_declared_types():
    assert declared(0.1) == (float(np.float32(0.1)), 44)


def test_a_kernel_cannot_return_a_function_to_python():
    @nb.njit
    def make(k):
        return lambda x: x + k

    with pytest.raises(nb.TypingError, match="HL0265"):
        make(1)
