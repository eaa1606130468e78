"""Types for signatures: `float64(float64[:], int64)` is the text "float64(float64[:], int64)", and can be passed as such."""


class Type(str):
    """A type, as the text by which signatures name it."""

    __slots__ = ()

    def __call__(self, *parameters):
        """The signature of a function with this result. A plain value is converted, as the type would do in a kernel."""
        if len(parameters) == 1 and not isinstance(parameters[0], str):
            return _convert(self, parameters[0])
        return Signature(f"{str(self)}({', '.join(map(str, parameters))})")

    def __getitem__(self, axes):
        """The type of an array: `float64[:]`, `float64[:, ::1]`, `float64[::1, :]`."""
        axes = axes if isinstance(axes, tuple) else (axes,)
        return Type(f"{str(self)}[{', '.join(map(_axis, axes))}]")

    def __repr__(self):
        return str(self)


class Signature(str):
    """A signature, as text."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


def _axis(axis):
    if not isinstance(axis, slice) or axis.start is not None or axis.stop is not None or axis.step not in (None, 1):
        raise KeyError(f"an axis of an array type is `:` or `::1`, not {axis!r}")
    return ":" if axis.step is None else "::1"


def _convert(kind, value):
    import numpy

    return getattr(numpy, {"bool": "bool_"}.get(kind, kind))(value)


def Tuple(items):
    """The type of a tuple of these types."""
    return Type(f"Tuple(({', '.join(map(str, items))},))")


def UniTuple(item, count):
    """The type of a tuple of `count` elements of one type."""
    return Type(f"UniTuple({item}, {count})")


def Array(dtype, ndim, layout, readonly=False, aligned=True):
    """The type of an array with `layout` "C", "F" or "A"."""
    if not aligned:
        raise ValueError("arrays that are not aligned are not supported")
    return Type(f'Array({dtype}, {ndim}, "{layout}", readonly={readonly})')


boolean = bool_ = b1 = Type("bool")
int8 = i1 = byte = char = Type("int8")
int16 = i2 = short = Type("int16")
int32 = i4 = intc = Type("int32")
int64 = i8 = intp = int_ = long_ = longlong = Type("int64")
uint8 = u1 = uchar = Type("uint8")
uint16 = u2 = ushort = Type("uint16")
uint32 = u4 = uintc = Type("uint32")
uint64 = u8 = uintp = uint = ulong = ulonglong = Type("uint64")
float32 = f4 = float_ = single = Type("float32")
float64 = f8 = double = Type("float64")
complex64 = c8 = csingle = Type("complex64")
complex128 = c16 = cdouble = Type("complex128")
void = none = Type("none")

# What `from hotloop import float64` offers besides the decorators.
NAMES = [name for name, value in list(globals().items()) if isinstance(value, Type)]
