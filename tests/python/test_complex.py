"""Complex numbers from Python: arguments, results, arrays, globals, signatures."""

import numpy as np
import pytest
from hotloop import complex64, complex128, njit

CENTRE = -0.8 + 0.156j
SINGLE = np.complex64(0.5 + 0.25j)


@njit
def times(a, b):
    return a * b


@njit
def with_globals(z):
    return z * CENTRE + SINGLE


@njit
def scaled(values, factor):
    out = np.empty_like(values)
    for i in range(values.shape[0]):
        out[i] = values[i] * factor
    return out


@njit(complex128(complex128, complex64))
def declared(a, b):
    return a - b


@njit
def quotient(a, b):
    if abs(b) > 10:
        raise ValueError("too large", b)
    return a / b


def test_scalars_keep_their_kinds():
    assert times(1 + 2j, 3 - 1j) == (1 + 2j) * (3 - 1j)
    assert type(times(1 + 2j, 2)) is complex
    assert times(np.complex64(1 + 2j), np.complex64(0.5)) == 0.5 + 1j
    assert times((1 + 2j), True) == 1 + 2j


def test_globals_are_frozen():
    assert with_globals(1j) == 1j * CENTRE + complex(SINGLE)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_arrays_go_in_and_out(dtype):
    values = (np.arange(6) * (1 - 0.5j)).astype(dtype)
    result = scaled(values, dtype(2j))
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, values * dtype(2j))
    np.testing.assert_array_equal(scaled(values[::-2], dtype(1)), values[::-2])


def test_signatures_convert():
    assert declared(1, 0.5) == 0.5 + 0j
    assert declared(np.float32(1), 1j) == 1 - 1j


def test_exceptions_take_complex_numbers_along():
    with pytest.raises(ZeroDivisionError):
        quotient(1j, 0j)
    with pytest.raises(ValueError) as raised:
        quotient(1j, 30 + 40j)
    assert raised.value.args == ("too large", 30 + 40j)


def test_integers_from_two_to_the_63_are_unsigned():
    assert times(2**63, np.uint64(1)) == 2**63
    assert times(2**64 - 1, np.uint64(1)) == 2**64 - 1
    with pytest.raises(OverflowError):
        times(2**64, 1)
