"""The type of a Python value, as a kernel sees it when it is passed."""

import enum
import types as python_types

from . import _hotloop, types
from .errors import NumbaTypeError, NumbaValueError
from .types._read import read


def typeof(value, purpose=None):
    """The type of a value: `typeof(1.5)` is `float64`, `typeof(np.zeros(3))` is `float64[::1]`."""
    declared = getattr(value, "_numba_type_", None)
    if declared is not None and isinstance(declared, types.Type):
        return declared
    spelling = None if _has_names(value) or isinstance(value, list) else _hotloop.spelling_of(value)
    if spelling is not None:
        return read(spelling)
    found = _of_other(value)
    if found is None:
        raise ValueError(f"Cannot determine Numba type of {type(value)}")
    return found


def _has_names(value):
    """Whether what the value is counts besides what it holds: kernels, types, named tuples and members of enumerations."""
    return isinstance(value, (enum.Enum, _hotloop.Dispatcher, type, types.Type)) or (isinstance(value, tuple) and type(value) is not tuple)


def _of_other(value):
    """The type of a value that no kernel takes as an argument."""
    import numpy

    if isinstance(value, numpy.ndarray):
        return _of_array(value)
    for kind, find in _FINDERS:
        if isinstance(value, kind):
            return find(value)
    if isinstance(value, numpy.dtype):
        return types.DType(from_dtype(value))
    if isinstance(value, numpy.generic):
        return from_dtype(value.dtype)
    if isinstance(value, _hotloop.Dispatcher):
        return types.Dispatcher(value)
    return None


def _of_array(array):
    import numpy

    if isinstance(array, numpy.ma.MaskedArray):
        raise NumbaTypeError(f"Unsupported array type: {type(array).__module__}.{type(array).__qualname__}.")
    try:
        dtype = from_dtype(array.dtype)
    except NotImplementedError:
        raise NumbaValueError(f"Unsupported array dtype: {array.dtype}") from None
    flags = array.flags
    layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
    return types.Array(dtype, array.ndim, layout, readonly=not flags.writeable, aligned=flags.aligned)


def _of_items(kind, items):
    if not items:
        raise ValueError(f"Cannot type empty {kind.label}")
    return kind(typeof(next(iter(items))), reflected=True)


def _of_tuple(value):
    kind = None if type(value) is tuple else type(value)
    return types.BaseTuple.from_types(map(typeof, value), kind)


def _of_int(value):
    if -(1 << 63) <= value < 1 << 63:
        return types.int64
    if value < 1 << 64:
        return types.uint64
    raise ValueError(f"Int value is too large: {value}")


def _of_class(cls):
    import numpy

    if issubclass(cls, BaseException):
        return types.ExceptionClass(cls)
    if issubclass(cls, enum.Enum):
        dtype = typeof(next(iter(cls)).value)
        return types.IntEnumClass(cls, dtype) if issubclass(cls, enum.IntEnum) else types.EnumClass(cls, dtype)
    numbers = {bool: types.boolean, int: types.int64, float: types.float64, complex: types.complex128}
    if cls in numbers:
        return types.NumberClass(numbers[cls])
    return types.NumberClass(from_dtype(numpy.dtype(cls))) if issubclass(cls, numpy.generic) else None


def _of_slice(value):
    return types.slice2_type if value.step in (None, 1) else types.slice3_type


def _of_enum_member(value):
    dtype = typeof(value.value)
    return types.IntEnumMember(type(value), dtype) if isinstance(value, enum.IntEnum) else types.EnumMember(type(value), dtype)


# The first that fits counts.
_FINDERS = [
    (types.Type, types.TypeRef),
    (type, _of_class),
    (enum.Enum, _of_enum_member),
    (bool, lambda value: types.boolean),
    (int, _of_int),
    (float, lambda value: types.float64),
    (complex, lambda value: types.complex128),
    (str, lambda value: types.unicode_type),
    (bytes, lambda value: types.Bytes(types.uint8, 1, "C")),
    (bytearray, lambda value: types.ByteArray(types.uint8, 1, "C")),
    (type(None), lambda value: types.none),
    (type(...), lambda value: types.ellipsis),
    (slice, _of_slice),
    (tuple, _of_tuple),
    (list, lambda value: _of_items(types.List, value)),
    (set, lambda value: _of_items(types.Set, value)),
    (python_types.ModuleType, types.Module),
]


def from_dtype(dtype):
    """The type of the elements of arrays of a NumPy dtype."""
    import numpy

    dtype = numpy.dtype(dtype)
    if dtype.isnative and dtype.kind in "biufc" and dtype.fields is None:
        found = getattr(types, dtype.name, None)
        if isinstance(found, types.Type):
            return found
    if dtype.kind in "mM" and dtype.isnative:
        unit, count = numpy.datetime_data(dtype)
        kind = types.NPDatetime if dtype.kind == "M" else types.NPTimedelta
        unit = "" if unit == "generic" else unit if count == 1 else f"{count}{unit}"
        return kind(unit)
    if dtype.kind == "U":
        return types.UnicodeCharSeq(dtype.itemsize // 4)
    if dtype.kind == "S":
        return types.CharSeq(dtype.itemsize)
    if dtype.subdtype is not None:
        return types.NestedArray(from_dtype(dtype.subdtype[0]), dtype.subdtype[1])
    raise NotImplementedError(f"{dtype} cannot be represented as a Numba type")


def as_dtype(kind):
    """The NumPy dtype of arrays whose elements have a type."""
    import numpy

    if isinstance(kind, (types.DType, types.NumberClass)):
        kind = kind.dtype
    if isinstance(kind, types.Boolean):
        return numpy.dtype("?")
    if isinstance(kind, types.Number):
        return numpy.dtype(kind.name)
    if isinstance(kind, (types.NPDatetime, types.NPTimedelta)):
        return numpy.dtype(kind.name if kind.unit else kind.label)
    if isinstance(kind, types.UnicodeCharSeq):
        return numpy.dtype(f"U{kind.count}")
    if isinstance(kind, types.CharSeq):
        return numpy.dtype(f"S{kind.count}")
    if isinstance(kind, types.NestedArray):
        return numpy.dtype((as_dtype(kind.dtype), kind.shape))
    raise NotImplementedError(f"{kind!r} cannot be represented as a NumPy dtype")
