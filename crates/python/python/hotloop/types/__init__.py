"""Types as Python objects, under Numba's names: `float64(float64[:], int64)` is a signature, `float64[:, ::1]` the type of an array.

They compare, hash, print and pickle as Numba's do. What the compiler takes of them is their spelling (`Type.spelling`), the same text that signatures
in quotes are written in. More types can be named than kernels can use: those are refused when a kernel is compiled for them.
"""

from ._containers import (
    Array,
    BaseAnonymousTuple,
    BaseNamedTuple,
    BaseTuple,
    Buffer,
    ByteArray,
    Bytes,
    DictType,
    List,
    ListType,
    LiteralList,
    LiteralStrKeyDict,
    MemoryView,
    NamedTuple,
    NamedUniTuple,
    NestedArray,
    PyArray,
    Set,
    SetType,
    StarArgTuple,
    StarArgUniTuple,
    Tuple,
    UniTuple,
)
from ._objects import (
    CPointer,
    CharSeq,
    Dispatcher,
    DType,
    Dummy,
    EllipsisType,
    EnumClass,
    EnumMember,
    EphemeralPointer,
    ExceptionClass,
    ExternalFunctionPointer,
    FunctionType,
    Generator,
    IntEnumClass,
    IntEnumMember,
    Module,
    NPDatetime,
    NPTimedelta,
    NoneType,
    NumPyRandomGeneratorType,
    NumberClass,
    Omitted,
    Opaque,
    Optional,
    Phantom,
    PyObject,
    RangeType,
    RawPointer,
    Record,
    SliceLiteral,
    SliceType,
    StringLiteral,
    TypeRef,
    Undefined,
    UnicodeCharSeq,
    UnicodeType,
    VarArg,
    WrapperAddressProtocol,
    literal,
)
from ._scalars import Boolean, BooleanLiteral, Complex, Float, Integer, IntegerLiteral, Number
from ._type import ArrayCompatible, Callable, ConstSized, Container, Hashable, IterableType, Literal, Sequence, Signature, Sized, Type

boolean = bool_ = bool = b1 = py_bool = np_bool_ = c_bool = Boolean("bool")
int8 = i1 = byte = char = np_int8 = c_int8 = Integer("int8")
int16 = i2 = short = np_int16 = c_int16 = Integer("int16")
int32 = i4 = intc = np_int32 = np_intc = c_int32 = Integer("int32")
int64 = i8 = intp = int_ = long_ = longlong = ssize_t = py_int = np_int64 = np_intp = np_int_ = c_int64 = Integer("int64")
uint8 = u1 = uchar = np_uint8 = c_uint8 = Integer("uint8")
uint16 = u2 = ushort = np_uint16 = c_uint16 = Integer("uint16")
uint32 = u4 = uintc = np_uint32 = np_uintc = c_uint32 = Integer("uint32")
uint64 = u8 = uintp = uint = ulong = ulonglong = size_t = np_uint64 = np_uintp = np_uint = c_uint64 = Integer("uint64")
float16 = f2 = np_float16 = Float("float16")
float32 = f4 = float_ = single = np_float32 = c_float32 = Float("float32")
float64 = f8 = double = py_float = np_float64 = np_double = c_float64 = Float("float64")
complex64 = c8 = csingle = np_complex64 = Complex("complex64", float32)
complex128 = c16 = cdouble = py_complex = np_complex128 = Complex("complex128", float64)
void = none = NoneType("none")

unicode_type = string = UnicodeType("unicode_type")
ellipsis = EllipsisType("...")
pyobject = ffi_forced_object = PyObject("pyobject")
ffi = Opaque("ffi")
undefined = Undefined("undefined")
unknown = Dummy("unknown")
voidptr = RawPointer("void*")
code_type = Opaque("code")
pyfunc_type = Opaque("pyfunc")
npy_rng = NumPyRandomGeneratorType("rng")
npy_bitgen = Opaque("bitgen")
slice2_type = SliceType("slice<a:b>", 2)
slice3_type = SliceType("slice<a:b:c>", 3)
range_state32_type = RangeType(int32)
range_state64_type = RangeType(int64)
unsigned_range_state64_type = RangeType(uint64)

signed_domain = frozenset([int8, int16, int32, int64])
unsigned_domain = frozenset([uint8, uint16, uint32, uint64])
integer_domain = signed_domain | unsigned_domain
real_domain = frozenset([float32, float64])
complex_domain = frozenset([complex64, complex128])
number_domain = real_domain | integer_domain | complex_domain

optional = Optional


def spelling(item):
    """The text by which the compiler knows a type, a signature, or a tuple of types that declares parameters only."""
    if isinstance(item, (tuple, list)):
        return "(" + ", ".join(map(spelling, item)) + ("," if item else "") + ")"
    if isinstance(item, (Type, Signature)):
        return item.spelling
    if isinstance(item, str):
        return str(item)
    raise TypeError(f'a signature is text such as "float64(float64[:])", or made of types as in float64(float64[:]), not {item!r}')


def declaration(item):
    """The text by which the compiler knows a signature. As in Numba, types alone are those of the parameters: `"float64[:], int64"`."""
    text = spelling(item)
    return text if "(" in text else f"({text})"


# What `from hotloop import float64` offers besides the decorators.
__all__ = [
    "b1", "bool_", "boolean", "byte", "c16", "c8", "cdouble", "char", "complex128", "complex64", "csingle", "double", "f4", "f8", "ffi", "ffi_forced_object",
    "float32", "float64", "float_", "i1", "i2", "i4", "i8", "int16", "int32", "int64", "int8", "int_", "intc", "intp", "long_", "longlong",
    "none", "optional", "short", "single", "size_t", "ssize_t", "u1", "u2", "u4", "u8", "uchar", "uint", "uint16", "uint32", "uint64", "uint8",
    "uintc", "uintp", "ulong", "ulonglong", "ushort", "void",
]  # fmt: skip
