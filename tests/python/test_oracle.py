"""The oracle itself, against the list of deviations that it is written from."""

import math
import pathlib
import struct
import sys

import numpy as np
import pytest

ORACLE = pathlib.Path(__file__).resolve().parents[1] / "oracle"
sys.path.insert(0, str(ORACLE))

from run import decode_input, encode_input, run_file  # noqa: E402
from values import Array, Scalar, literal_power, scalar  # noqa: E402


def number(value, dtype="int64"):
    return Scalar(value, np.dtype(dtype))


def same(result, value, dtype):
    return str(result.dtype) == dtype and (result.value == value or (result.value != result.value and value != value))


@pytest.mark.parametrize(
    ("result", "value", "dtype"),
    [
        (number(2**63 - 1) + 1, -(2**63), "int64"),
        (number(-(2**63)) // -1, -(2**63), "int64"),
        (abs(number(-(2**63))), -(2**63), "int64"),
        (number(200, "uint8") + number(100, "uint8"), 300, "uint64"),
        (number(-100, "int8") * number(100, "int8"), -10000, "int64"),
        (number(2**64 - 1, "uint64") + number(1, "int8"), 0, "int64"),
        (number(0.5, "float32") + number(1, "int16"), 1.5, "float32"),
        (number(0.5, "float32") + number(1, "uint16"), 1.5, "float64"),
        (number(0.5, "float32") + 1, 1.5, "float64"),
        (number(2**64 - 1, "uint64") & number(-2, "int8"), -2, "int64"),
        (~number(True, "bool"), False, "bool"),
        (number(True, "bool") + True, 2, "int64"),
        (number(0.1, "float32") * 0.5, float(np.float32(0.1)) * 0.5, "float64"),
        (number(0.1, "float32") * number(0.5, "float32"), np.float32(0.1) * np.float32(0.5), "float32"),
        (number(7) / 2, 3.5, "float64"),
        (number(-7) // 2, -4, "int64"),
        (number(-7) % 2, 1, "int64"),
        (number(-7.5, "float64") % 2, 0.5, "float64"),
        (number(1) << 64, 0, "int64"),
        (number(-1) >> 100, -1, "int64"),
        (number(1) << 63, -(2**63), "int64"),
        (number(-8.0, "float64") ** 0.5, math.nan, "float64"),
        (number(0.0, "float64") ** -0.5, math.inf, "float64"),
        (number(3) ** number(39), 3**39, "int64"),
        (literal_power(number(3), 41), (3**41 + 2**63) % 2**64 - 2**63, "int64"),
        (literal_power(number(0.1, "float64"), 3), 0.1 * (0.1 * 0.1), "float64"),
        (literal_power(number(0.5, "float32"), -2), 4.0, "float32"),
        (number(math.nan, "float64").to(np.dtype("int64")), -(2**63), "int64"),
        (number(1e30, "float64").to(np.dtype("int64")), -(2**63), "int64"),
        (round(number(2.5, "float64")), 2, "int64"),
    ],
)
def test_arithmetic_follows_the_list(result, value, dtype):
    assert same(result, value, dtype), result


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (lambda: number(1.0, "float64") / 0, ZeroDivisionError),
        (lambda: number(1) // 0, ZeroDivisionError),
        (lambda: number(1.0, "float64") % 0.0, ZeroDivisionError),
        (lambda: literal_power(number(0.0, "float64"), -1), ZeroDivisionError),
        (lambda: number(2) ** number(-1), ValueError),
        (lambda: number(1) << -1, ValueError),
        (lambda: number(1.0, "float64") & 1, TypeError),
    ],
)
def test_what_the_list_calls_an_error_is_one(operation, error):
    with pytest.raises(error):
        operation()


def test_elements_have_the_arrays_dtype_and_are_stored_as_in_c():
    array = Array(np.zeros(2, np.int8))
    array[0] = 300
    array[1] = -1.9
    assert array.array.tolist() == [44, -1]
    assert same(array[0] + array[1], 43, "int64")
    with pytest.raises(IndexError):
        array[scalar(2)]


def test_an_argument_keeps_its_layout():
    original = np.arange(24.0).reshape(4, 6)[::-2, 1::2]
    original.flags.writeable = False
    copy = decode_input(encode_input(original)).array
    assert copy.strides == original.strides and not copy.flags.writeable
    assert copy.tolist() == original.tolist()
    assert decode_input(encode_input(np.zeros((0, 3)))).array.shape == (0, 3)


PROGRAM = '''"""A program for the oracle's own test."""
import math as m
from math import sqrt

import hotloop as nb
import numpy as num

LIMIT = 3


@nb.njit("float64(float64[:])")
def kernel(x):
    total = 0
    for i in range(x.shape[0]):
        if i > LIMIT:
            raise ValueError("too long", 7)
        x[i] += num.float32(0.1) * 2 ** 0.5
        total += sqrt(x[i]) + m.log(-1.0)
    return total


def helper():
    return 2**70  # Python runs this: nothing wraps here.


CASES = [
    ("kernel", [num.ones(helper() % 5)]),
    ("kernel", [num.ones(6)], {"within": 1e-9}),
]
'''


def test_a_program_is_run_with_its_arrays_and_errors_written_down(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    first, second = run_file(path)["cases"]
    assert math.isnan(struct.unpack("<d", bytes.fromhex(first["result"]["data"]))[0])
    assert second["within"] == 1e-9
    assert second["result"]["class"] == "ValueError" and second["result"]["line"] == 16
    assert second["result"]["arguments"] == "('too long', 7)"
    changed = np.frombuffer(bytes.fromhex(second["after"][0]["data"]))
    assert changed.tolist() == [1.0 + float(np.float32(0.1)) * 2**0.5] * 4 + [1.0, 1.0]
