"""Everything that is no number and holds none: text, None, functions, modules, pointers, and the types of types."""

from ._scalars import BooleanLiteral, IntegerLiteral
from ._type import Callable, Hashable, IterableType, Literal, Type


class Dummy(Type):
    """A type with nothing behind it but its name."""


class Opaque(Dummy):
    """A type whose values cannot be looked into."""


class NumPyRandomGeneratorType(Opaque):
    """The type of `numpy.random.Generator`."""

    def __init__(self, *arguments, **named):
        super().__init__("NumPyRandomGeneratorType")


class Phantom(Dummy):
    """A type whose values take no room."""


class Undefined(Dummy):
    """A type that is not known yet."""

    def is_precise(self):
        return False


class PyObject(Dummy):
    """Any Python object; kernels take none."""

    def is_precise(self):
        return False


class NoneType(Opaque):
    """The type of None."""


class EllipsisType(Opaque):
    """The type of `...`."""


class UnicodeType(IterableType, Hashable):
    """The type of text."""


class Module(Dummy):
    """A module."""

    def __init__(self, pymod):
        self.pymod = pymod
        super().__init__(f"Module({pymod})")


class Dispatcher(Callable, Opaque):
    """A kernel."""

    def __init__(self, dispatcher):
        self.dispatcher = dispatcher
        super().__init__(f"type({dispatcher})")

    @property
    def key(self):
        return self.dispatcher


class FunctionType(Callable):
    """A function of a declared signature."""

    def __init__(self, signature):
        self.signature = signature
        super().__init__(f"FunctionType[{signature.return_type}({', '.join(map(str, signature.args))})]")

    @property
    def nargs(self):
        return len(self.signature.args)


class WrapperAddressProtocol:
    """What programs derive from to pass a function of C by its address. They are loaded; a kernel that calls such a function is refused."""

    def __wrapper_address__(self):
        raise NotImplementedError

    def signature(self):
        raise NotImplementedError


class ExternalFunctionPointer(FunctionType):
    """A function of C whose address `get_pointer` tells."""

    def __init__(self, sig, get_pointer, cconv=None):
        super().__init__(sig)
        self.sig, self.get_pointer, self.cconv = sig, get_pointer, cconv

    @property
    def key(self):
        return self.sig, self.cconv, self.get_pointer


class Generator(Type):
    """What a function that yields gives."""

    def __init__(self, gen_func, yield_type, arg_types, state_types, has_finalizer):
        self.gen_func, self.yield_type = gen_func, yield_type
        self.arg_types, self.state_types, self.has_finalizer = tuple(arg_types), tuple(state_types), has_finalizer
        super().__init__(f"{yield_type} generator(func={gen_func}, args={self.arg_types}, has_finalizer={has_finalizer})")

    @property
    def key(self):
        return self.gen_func, self.arg_types, self.yield_type, self.has_finalizer, self.state_types


class ExceptionClass(Callable, Phantom):
    """An exception class."""

    def __init__(self, exc_class):
        self.exc_class = exc_class
        super().__init__(exc_class.__name__)

    @property
    def key(self):
        return self.exc_class


class Optional(Type):
    """A value or None."""

    def __init__(self, typ):
        self.type = typ
        super().__init__(f"OptionalType({typ})")

    @property
    def key(self):
        return self.type

    @property
    def spelling(self):
        return f"optional({self.type.spelling})"


class Omitted(Opaque):
    """A parameter that keeps its default."""

    def __init__(self, default):
        self.value = default
        super().__init__(f"omitted(default={default!r})")

    @property
    def key(self):
        return type(self.value), repr(self.value)


class DType(Opaque):
    """The type of a NumPy dtype."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(f"dtype({dtype})")

    @property
    def key(self):
        return self.dtype

    def __getitem__(self, axes):
        return self.dtype[axes]


class NumberClass(Callable, Opaque):
    """The type of a type of numbers, such as `np.int32`."""

    def __init__(self, instance_type):
        self.instance_type = instance_type
        super().__init__(f"class({instance_type})")

    @property
    def key(self):
        return self.instance_type

    @property
    def dtype(self):
        return self.instance_type


class TypeRef(Dummy):
    """The type of a type."""

    def __init__(self, instance_type):
        self.instance_type = instance_type
        super().__init__(f"typeref[{instance_type}]")

    @property
    def key(self):
        return self.instance_type


class RangeType(IterableType):
    """A `range` over integers of one type."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(f"range_state_{dtype}")


class SliceType(Type):
    """A slice with two members or three."""

    def __init__(self, name, members):
        super().__init__(name)
        self.members = members
        self.has_step = members >= 3

    @property
    def key(self):
        return self.members


class SliceLiteral(Literal, SliceType):
    """The type of one slice."""

    def __init__(self, value):
        Literal.__init__(self, value)
        self.members = 2 if value.step is None else 3
        self.has_step = self.members == 3

    @property
    def key(self):
        return self.literal_value.start, self.literal_value.stop, self.literal_value.step

    @property
    def literal_type(self):
        return SliceType("slice<a:b:c>" if self.has_step else "slice<a:b>", self.members)


class StringLiteral(Literal, Dummy):
    """The type of one text."""

    @property
    def literal_type(self):
        return UnicodeType("unicode_type")


class CPointer(Type):
    """A pointer of C."""

    def __init__(self, dtype, addrspace=None):
        self.dtype, self.addrspace = dtype, addrspace
        super().__init__(f"{dtype}*" if addrspace is None else f"{dtype}_{addrspace}*")

    @property
    def key(self):
        return self.dtype, self.addrspace


class EphemeralPointer(CPointer):
    """A pointer that is good for one call."""


class RawPointer(Opaque):
    """A pointer to who knows what."""


class EnumClass(Dummy):
    """An `enum` class with members of one type."""

    label = "enum"

    def __init__(self, cls, dtype):
        self.instance_class, self.dtype = cls, dtype
        super().__init__(f"{self.label} class<{dtype}>({cls.__name__})")

    @property
    def key(self):
        return self.instance_class, self.dtype

    @property
    def member_type(self):
        return EnumMember(self.instance_class, self.dtype)


class IntEnumClass(EnumClass):
    """An `IntEnum` class."""

    label = "int enum"

    @property
    def member_type(self):
        return IntEnumMember(self.instance_class, self.dtype)


class EnumMember(Type):
    """A member of an `enum` class."""

    label = "enum"

    def __init__(self, cls, dtype):
        self.instance_class, self.dtype = cls, dtype
        super().__init__(f"{self.label}<{dtype}>({cls.__name__})")

    @property
    def key(self):
        return self.instance_class, self.dtype

    @property
    def class_type(self):
        return EnumClass(self.instance_class, self.dtype)


class IntEnumMember(EnumMember):
    """A member of an `IntEnum` class."""

    label = "int enum"

    @property
    def class_type(self):
        return IntEnumClass(self.instance_class, self.dtype)


class UnicodeCharSeq(Type):
    """Text of fixed width in an array."""

    def __init__(self, count):
        self.count = count
        super().__init__(f"[unichr x {count}]")


class CharSeq(Type):
    """Bytes of fixed width in an array."""

    def __init__(self, count):
        self.count = count
        super().__init__(f"[char x {count}]")


class Record(Type):
    """A record of a structured array."""

    mutable = True

    def __init__(self, fields, size, aligned):
        self.fields, self.size, self.aligned = fields, size, aligned
        super().__init__(f"Record({fields};{size};{aligned})")


class _TimeType(Hashable):
    label = ""

    def __init__(self, unit):
        self.unit = unit
        super().__init__(f"{self.label}[{unit}]")

    def cast_python_value(self, value):
        import numpy

        return getattr(numpy, self.label)(value, self.unit) if self.unit else getattr(numpy, self.label)(value)


class NPDatetime(_TimeType):
    """A point in time."""

    label = "datetime64"


class NPTimedelta(_TimeType):
    """A span of time."""

    label = "timedelta64"


class VarArg(Type):
    """What `*args` holds, in signatures of a variable number of arguments."""

    def __init__(self, typ):
        self.dtype = typ
        super().__init__(f"*{typ}")


def literal(value):
    """The type that has this value only."""
    kinds = {bool: BooleanLiteral, int: IntegerLiteral, str: StringLiteral, slice: SliceLiteral}
    if type(value) not in kinds:
        from ..errors import LiteralTypingError

        raise LiteralTypingError(f"{type(value).__name__} cannot be used as a literal")
    return kinds[type(value)](value)
