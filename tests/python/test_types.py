"""Types as Python objects: what they are, how they print, where they come from and go to."""

import collections
import enum
import pickle

import numpy as np
import pytest

import hotloop
from hotloop import errors, float32, float64, from_dtype, int32, int64, njit, typeof, types
from hotloop.core import config
from hotloop.core.typing import signature
from hotloop.np.numpy_support import as_dtype

Point = collections.namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    "kind, shown, exactly",
    [
        (int64, "int64", "int64"),
        (types.boolean, "bool", "bool"),
        (types.void, "none", "none"),
        (float64[:], "array(float64, 1d, A)", "Array(float64, 1, 'A', False, aligned=True)"),
        (float64[:, ::1], "array(float64, 2d, C)", "Array(float64, 2, 'C', False, aligned=True)"),
        (types.Array(int32, 1, "C", readonly=True), "readonly array(int32, 1d, C)", "Array(int32, 1, 'C', True, aligned=True)"),
        (types.UniTuple(int32, 2), "UniTuple(int32 x 2)", "UniTuple(int32, 2)"),
        (types.Tuple((int32, float64)), "Tuple(int32, float64)", "Tuple((int32, float64))"),
        (types.Tuple((int32, int32)), "UniTuple(int32 x 2)", "UniTuple(int32, 2)"),
        (types.Optional(int32), "OptionalType(int32)", "OptionalType(int32)"),
        (types.List(int64), "list(int64)<iv=None>", "List(int64, False)"),
        (types.literal(3), "Literal[int](3)", "Literal[int](3)"),
        (types.DType(float64), "dtype(float64)", "dtype(float64)"),
        (types.NPDatetime("ms"), "datetime64[ms]", "datetime64[ms]"),
    ],
)
def test_types_print_and_pickle(kind, shown, exactly):
    assert (str(kind), repr(kind)) == (shown, exactly)
    assert pickle.loads(pickle.dumps(kind)) is kind


def test_types_know_themselves():
    assert float64[:, ::1] is types.Array(float64, 2, "C") and float64[::1, :].layout == "F"
    assert hash(float64[:]) == hash(float64[:]) and float64[:] != float32[:]
    assert (int32.bitwidth, int32.signed, int32.minval, types.uint64.maxval) == (32, True, -(2**31), 2**64 - 1)
    assert types.int8 < types.int32 and isinstance(types.literal(3), types.Integer)
    assert float64(float64[:], int32) == signature(float64, float64[:], int32)
    assert str(float64(float64[:])) == "(Array(float64, 1, 'A', False, aligned=True),) -> float64"
    with pytest.raises(KeyError, match="slices with no start or stop"):
        float64[0]
    with pytest.raises(TypeError):
        types.int8 < types.uint8


@pytest.mark.parametrize(
    "value, kind",
    [
        (1, int64),
        (True, types.boolean),
        (2**63, types.uint64),
        (1.5, float64),
        (np.int8(1), types.int8),
        (np.zeros((2, 3), np.float32, order="F"), float32[::1, :]),
        (np.zeros((4, 4))[::2, ::2], float64[:, :]),
        ((1, 2), types.UniTuple(int64, 2)),
        ((1, 2.0), types.Tuple((int64, float64))),
        (Point(1, 2.0), types.NamedTuple((int64, float64), Point)),
        ("text", types.unicode_type),
        (b"x", types.Bytes(types.uint8, 1, "C")),
        (None, types.none),
        (..., types.ellipsis),
        ([1], types.List(int64, reflected=True)),
        (np.dtype("f4"), types.DType(float32)),
        (np.int32, types.NumberClass(int32)),
        (float, types.NumberClass(float64)),
        (Colour.RED, types.IntEnumMember(Colour, int64)),
        (int64, types.TypeRef(int64)),
        (ValueError, types.ExceptionClass(ValueError)),
    ],
)
def test_typeof(value, kind):
    assert typeof(value) == kind


def test_typeof_refuses_what_has_no_type():
    with pytest.raises(ValueError, match="Cannot determine Numba type of <class 'object'>"):
        typeof(object())
    with pytest.raises(errors.NumbaValueError, match="Unsupported array dtype"):
        typeof(np.zeros(2, ">i4"))


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f4", "f8", "c8", "c16", "M8[ms]", "U5", "S3"])
def test_dtypes_and_types_lead_to_each_other(dtype):
    assert as_dtype(from_dtype(np.dtype(dtype))) == np.dtype(dtype)


def test_signatures_in_every_form():
    for declared in ("float64(float64, int32)", float64(float64, int32), (float64, int32), [float64(float64, int32)], [(float64, int32)]):
        f = njit(declared)(lambda x, n: x * n)
        assert f.signatures == [(float64, int32)] and f.nopython_signatures == [float64(float64, int32)]
    with pytest.raises(TypeError, match="a signature is text"):
        njit([3])


def test_names_stand_where_numba_has_them():
    from hotloop.core import errors as core_errors
    from hotloop.core import types as core_types

    assert core_types.float64 is hotloop.float64 and core_errors.TypingError is hotloop.TypingError
    assert config.MACHINE_BITS == 64 and hotloop.config is config
    assert issubclass(errors.NumbaPerformanceWarning, errors.NumbaWarning)
    for name in ("NumbaTypeError", "NumbaValueError", "LiteralTypingError", "RequireLiteralValue"):
        assert issubclass(getattr(errors, name), errors.TypingError)


def test_the_compiler_raises_these():
    with pytest.raises(errors.TypingError, match="HL0"):
        njit(lambda x: undefined_name + x)(1)  # noqa: F821
    with pytest.raises(errors.UnsupportedError, match="HL0"):
        njit(lambda x: {x: x})(1)
    with pytest.raises(errors.TypingError, match="HL0"):
        njit(lambda x: {x: x})(1)


def test_setting_disable_jit():
    config.DISABLE_JIT = 1
    try:
        assert njit(len) is len
    finally:
        config.DISABLE_JIT = 0
