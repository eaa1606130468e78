"""Scalars and arrays with the arithmetic that Hotloop promises, for running kernels under CPython.

CPython is the oracle of what a kernel means. Where CPython, NumPy and Numba disagree about *scalars*, Hotloop follows a
written list of deviations; a kernel therefore runs over the values of this file, which follow the list and nothing
else. They are written from the list and share no code with the compiler:

- an integer result is at least 64 bits wide and wraps; it is unsigned only when both sides are; float32 stays
  float32 among float32 and integers of up to 16 bits (save uint16); a literal counts as int64 or float64;
- `/` converts both sides to float64 first; `/ // %` by zero raise ZeroDivisionError for floats too;
- `-` and `~` are computed in the operand's own width, then widened;
- `**` by an integer literal is repeated multiplication, by any other float the libm's `pow`; a negative run-time
  integer power of an integer raises ValueError;
- a shift by 64 or more gives the mathematical result modulo 2^64, by a negative count ValueError;
- `int` of nan, of infinity and of what does not fit 64 bits is -2^63;
- complex numbers are CPython's, those of float32 parts with each step rounded to float32; a square is one product;
- an array element has the array's dtype, and a value stored is converted to it as in C.
"""

import ctypes
import ctypes.util
import functools
import operator

import numpy as np

BOOL, INT64, UINT64 = np.dtype(bool), np.dtype("int64"), np.dtype("uint64")
FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")
COMPLEX64, COMPLEX128 = np.dtype("complex64"), np.dtype("complex128")
LEAST = -(2**63)
FROM_NUMBER = {INT64: int, FLOAT64: float}

libm = ctypes.CDLL(ctypes.util.find_library("m") or None)


def libm_call(name, dtype, *arguments):
    """Calls the platform's libm with float32 or float64 arguments; returns a value of that dtype."""
    single = dtype == FLOAT32
    kind = ctypes.c_float if single else ctypes.c_double
    function = getattr(libm, name + "f" if single else name)
    function.restype, function.argtypes = kind, [kind] * len(arguments)
    return Scalar(function(*[float(argument) for argument in arguments]), dtype)


def wrap(number, dtype):
    """The integer modulo 2^bits, in the range of the dtype."""
    bits = dtype.itemsize * 8
    number &= (1 << bits) - 1
    return number - (1 << bits) if dtype.kind == "i" and number >> (bits - 1) else number


def truncate(number):
    """`int` of a float: toward zero, and -2^63 for what does not fit."""
    if number != number or not (-(2.0**63) <= number < 2.0**63):
        return LEAST
    return int(number)


def whole(number, dtype):
    """The integer that a float becomes on its way to the dtype: a uint64 goes up to 2^64, and is 0 beyond."""
    if dtype == UINT64 and number >= 2.0**63:
        return int(number) if number < 2.0**64 else 0
    return truncate(number)


class Scalar:
    """A number of one dtype. `value` is a bool, an int, a float, or a `numpy.float32`."""

    __slots__ = ("dtype", "value")
    itself = property(lambda self: self)

    def __init__(self, value, dtype):
        """Converts the Python number to the dtype as C would, with integers wrapping."""
        self.dtype = dtype
        if dtype is FLOAT64 and type(value) is float or dtype is INT64 and type(value) is int and LEAST <= value < -LEAST:
            self.value = value
        elif dtype.kind == "b":
            self.value = bool(value)
        elif dtype.kind in "iu":
            self.value = wrap(whole(value, dtype) if isinstance(value, (float, np.floating)) else int(value), dtype)
        elif dtype == FLOAT32 or dtype.kind == "c":
            # NumPy converts a 64-bit integer to float32 in one rounding, as the machine does.
            with np.errstate(all="ignore"):
                number = np.array(value).astype(dtype)[()]
            self.value = complex(number) if dtype.kind == "c" else number
        else:
            self.value = float(value)

    def __repr__(self):
        return repr(bool(self.value)) if self.dtype.kind == "b" else str(self.value)

    def __format__(self, spec):
        return format(float(self.value) if self.dtype.kind == "f" and spec else self.value, spec)

    def to(self, dtype):
        return Scalar(self.value, dtype)

    # What Python itself asks of a number.
    def __bool__(self):
        return bool(self.value)

    def __index__(self):
        if self.dtype.kind not in "biu":
            raise TypeError(f"{self.dtype} is no index")
        return int(self.value)

    def __int__(self):
        return truncate(self.value) if self.dtype.kind == "f" else int(self.value)

    def __float__(self):
        return float(self.value)

    def __hash__(self):
        return hash(self.value)

    # Comparisons give plain booleans; `scalar` below reads those as the dtype bool.
    def __eq__(self, other):
        if not is_number(other):
            return NotImplemented if isinstance(other, Array) else False
        other = scalar(other)
        left, right = comparable(self, other)
        return left == right

    def __ne__(self, other):
        return NotImplemented if isinstance(other, Array) else not self == other

    def __lt__(self, other):
        if isinstance(other, Array):
            return NotImplemented
        left, right = comparable(self, scalar(other))
        return left < right

    def __le__(self, other):
        if isinstance(other, Array):
            return NotImplemented
        left, right = comparable(self, scalar(other))
        return left <= right

    def __gt__(self, other):
        if isinstance(other, Array):
            return NotImplemented
        left, right = comparable(self, scalar(other))
        return left > right

    def __ge__(self, other):
        if isinstance(other, Array):
            return NotImplemented
        left, right = comparable(self, scalar(other))
        return left >= right

    # Signs.
    def __pos__(self):
        return self.to(widened(self.dtype))

    def __neg__(self):
        number = self.__pos__() if self.dtype == BOOL else self
        return Scalar(-number.value, number.dtype).to(widened(self.dtype))

    def __abs__(self):
        if self.dtype.kind == "c":
            return libm_call("hypot", FLOAT64, self.value.real, self.value.imag).to(part(self.dtype))
        number = self.__pos__() if self.dtype == BOOL else self
        return Scalar(abs(number.value), number.dtype)

    # Attributes and methods.
    @property
    def real(self):
        return Scalar(self.__pos__().value.real, part(self.dtype if self.dtype != BOOL else INT64))

    @property
    def imag(self):
        return Scalar(self.__pos__().value.imag, part(self.dtype if self.dtype != BOOL else INT64))

    def conjugate(self):
        return Scalar(self.value.conjugate(), self.dtype if self.dtype != BOOL else INT64)

    def is_integer(self):
        return self.dtype.kind in "iu" or float(self.value).is_integer()

    def hex(self):
        return float(self.value).hex()

    def as_integer_ratio(self):
        return plain(self).as_integer_ratio()

    def bit_length(self):
        return Scalar(int(self.value).bit_length(), INT64)

    def bit_count(self):
        return Scalar(int(self.value).bit_count(), INT64)

    numerator = real

    @property
    def denominator(self):
        return Scalar(1, self.dtype if self.dtype != BOOL else INT64)

    def __invert__(self):
        require_integers(self)
        if self.dtype == BOOL:
            return Scalar(not self.value, BOOL)
        return Scalar(~int(self.value), self.dtype).to(widened(self.dtype))

    def __round__(self, digits=None):
        if digits is not None:
            return Scalar(round(float(self.value), int(digits)), FLOAT64)
        if self.dtype.kind == "f":
            finite = np.isfinite(self.value)
            return Scalar(round(float(self.value)) if finite and abs(self.value) < 2.0**63 else LEAST, INT64)
        return self.to(INT64)


class Literal(Scalar):
    """A number as it is written: beside an array it takes the array's dtype, as a Python number does."""

    __slots__ = ()

    def __neg__(self):
        return literal(-self.value)


def literal(value):
    number = scalar(value)
    return Literal(number.value, number.dtype)


def is_number(value):
    return isinstance(value, (Scalar, bool, int, float, complex, np.generic))


def scalar(value):
    """Any number as a Scalar: what Python made (a literal, a global, a comparison) counts as bool, int64 or float64."""
    if isinstance(value, Scalar):
        return value
    if isinstance(value, np.generic):
        return Scalar(value.item(), value.dtype)
    if isinstance(value, bool):
        return Scalar(value, BOOL)
    if isinstance(value, int):
        return Scalar(value, UINT64 if value > 2**63 - 1 else INT64)
    if isinstance(value, float):
        return Scalar(value, FLOAT64)
    if isinstance(value, complex):
        return Scalar(value, COMPLEX128)
    raise TypeError(f"{type(value).__name__} is not a number")


def widened(dtype):
    """The dtype of arithmetic on one number: integers and booleans are at least 64 bits wide."""
    return dtype if dtype.kind in "fc" else UINT64 if dtype.kind == "u" else INT64


def comparable(left, right):
    """The Python numbers to compare: integers by value, others in a type that holds both."""
    if left.dtype is right.dtype is FLOAT64:
        return left.value, right.value
    if left.dtype.kind in "fc" or right.dtype.kind in "fc":
        dtype = common(left, right)
        kind = complex if dtype.kind == "c" else float
        return tuple(kind(side.to(dtype).value) for side in (left, right))
    return left.value, right.value


def part(dtype):
    """The dtype of the parts of a complex dtype; any other itself."""
    return {COMPLEX64: FLOAT32, COMPLEX128: FLOAT64}.get(dtype, dtype)


def common(left, right):
    """The dtype of arithmetic on two numbers."""
    return common_dtype(left.dtype, right.dtype)


@functools.cache
def common_dtype(left, right):
    if "c" in left.kind + right.kind:
        return COMPLEX64 if common_dtype(part(left), part(right)) == FLOAT32 else COMPLEX128
    kinds = left.kind + right.kind
    if "f" in kinds:
        return FLOAT64 if "uint16" in (str(left), str(right)) else np.promote_types(left, right)
    return UINT64 if kinds == "uu" else INT64


def require_integers(*scalars):
    if any(one.dtype.kind in "fc" for one in scalars):
        raise TypeError("bit operations are for integers")


def computed(operation, dtype, left, right):
    """Applies a Python operator after both sides were converted to the dtype."""
    if dtype is FLOAT64 or left.dtype is right.dtype is INT64:
        # Python's own numbers, of which NumPy has nothing to say; most of all.
        value = FROM_NUMBER[dtype]
        return Scalar(operation(value(left.value), value(right.value)), dtype)
    with np.errstate(all="ignore"):
        return Scalar(operation(left.to(dtype).value, right.to(dtype).value), dtype)


def complex64_product(a, b):
    a_real, a_imag, b_real, b_imag = map(np.float32, (a.real, a.imag, b.real, b.imag))
    return complex(a_real * b_real - a_imag * b_imag, a_real * b_imag + a_imag * b_real)


def complex64_quotient(a, b):
    a_real, a_imag, b_real, b_imag = map(np.float32, (a.real, a.imag, b.real, b.imag))
    if abs(b_real) >= abs(b_imag):
        ratio = b_imag / b_real
        below = b_real + b_imag * ratio
        return complex((a_real + a_imag * ratio) / below, (a_imag - a_real * ratio) / below)
    ratio = b_real / b_imag
    below = b_real * ratio + b_imag
    return complex((a_real * ratio + a_imag) / below, (a_imag * ratio - a_real) / below)


def multiply(left, right):
    dtype = common(left, right)
    return computed(complex64_product if dtype == COMPLEX64 else lambda a, b: a * b, dtype, left, right)


def plain_number(number):
    """The value as Python's own number, for the texts of CPython's errors."""
    return number.value.item() if isinstance(number.value, np.generic) else number.value


def divide(left, right):
    dtype = common(left, right)
    dtype = dtype if dtype.kind in "fc" else FLOAT64
    if right.value == 0:
        return plain_number(left) / plain_number(right)  # raises
    return computed(complex64_quotient if dtype == COMPLEX64 else lambda a, b: a / b, dtype, left, right)


def floor_divide(left, right):
    if right.value == 0:
        return plain_number(left) // plain_number(right)  # raises
    return computed(lambda a, b: a // b, common(left, right), left, right)


def remainder(left, right):
    if right.value == 0:
        return plain_number(left) % plain_number(right)  # raises
    return computed(lambda a, b: a % b, common(left, right), left, right)


def power(base, exponent):
    dtype = common(base, exponent)
    if dtype.kind == "c":
        if exponent.value == 2:
            return multiply(base, base)
        return Scalar(base.to(COMPLEX128).value ** exponent.to(COMPLEX128).value, dtype)
    if dtype.kind == "f":
        result = libm_call("pow", dtype, base.to(dtype), exponent.to(dtype))
        return result.to(base.dtype) if base.dtype == FLOAT32 and exponent.dtype.kind in "iu" else result
    if exponent.value < 0:
        raise ValueError("integers to negative integer powers are not allowed")
    bits = dtype.itemsize * 8
    return Scalar(pow(int(base.value), int(exponent.value), 1 << bits), dtype)


def literal_power(base, exponent):
    """`base ** n` where n is written as an integer: square and multiply, inverted at the end when n is negative."""
    if not is_number(base):
        return base**exponent
    base, count = scalar(base), abs(exponent)
    if base.dtype.kind == "c":
        base = base.to(common(base, Scalar(exponent, INT64)))
        if exponent == 2:
            return base * base
    if exponent < 0:
        base = base.to(FLOAT64) if base.dtype.kind not in "fc" else base
    base = base.to(INT64) if base.dtype.kind in "biu" else base
    result, square = Scalar(1, base.dtype), base
    while count:
        if count & 1:
            result = result * square
        count >>= 1
        square = square * square
    return result if exponent >= 0 else divide(Scalar(1, base.dtype), result)


def shift(left, right, to_the_left):
    require_integers(left, right)
    if right.value < 0:
        raise ValueError("negative shift count")
    dtype, count = widened(left.dtype), int(right.value)
    if to_the_left:
        return Scalar(int(left.value) << count if count < 64 else 0, dtype)
    return Scalar(int(left.value) >> min(count, 64), dtype)


def bitwise(operation):
    def apply(left, right):
        require_integers(left, right)
        if left.dtype == right.dtype == BOOL:
            return Scalar(operation(left.value, right.value), BOOL)
        return computed(operation, common(left, right), left, right)

    return apply


OPERATORS = {
    "add": lambda left, right: computed(lambda a, b: a + b, common(left, right), left, right),
    "sub": lambda left, right: computed(lambda a, b: a - b, common(left, right), left, right),
    "mul": multiply,
    "truediv": divide,
    "floordiv": floor_divide,
    "mod": remainder,
    "pow": power,
    "lshift": lambda left, right: shift(left, right, True),
    "rshift": lambda left, right: shift(left, right, False),
    "and": bitwise(lambda a, b: a & b),
    "or": bitwise(lambda a, b: a | b),
    "xor": bitwise(lambda a, b: a ^ b),
}


def install(name, operation):
    def forward(self, other):
        return operation(self, scalar(other)) if is_number(other) else NotImplemented

    def reflected(self, other):
        return operation(scalar(other), self) if is_number(other) else NotImplemented

    setattr(Scalar, f"__{name}__", forward)
    setattr(Scalar, f"__r{name}__", reflected)


for operator_name, operator_function in OPERATORS.items():
    install(operator_name, operator_function)


class Array:
    """A NumPy array whose elements go in and out as Scalars. Everything else about it is NumPy's."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array

    @property
    def shape(self):
        return tuple(Scalar(length, INT64) for length in self.array.shape)

    @property
    def size(self):
        return Scalar(self.array.size, INT64)

    @property
    def ndim(self):
        return Scalar(self.array.ndim, INT64)

    @property
    def dtype(self):
        return self.array.dtype

    def __len__(self):
        return len(self.array)

    def __getitem__(self, index):
        return wrapped(self.array[position(index)])

    def __setitem__(self, index, value):
        if is_number(value):
            value = scalar(value).to(self.array.dtype).value
        self.array[position(index)] = plain(value)

    def __contains__(self, value):
        return plain(value) in self.array

    def __bool__(self):
        return bool(self.array)

    def __float__(self):
        return float(self.array)

    def __int__(self):
        return int(self.array)

    @property
    def flat(self):
        return Flat(self.array)

    def __getattr__(self, name):
        return wrapped(getattr(self.array, name))

    def __setattr__(self, name, value):
        if name == "array":
            object.__setattr__(self, name, value)
        else:
            setattr(self.array, name, plain(value))

    __hash__ = None


class Flat:
    """All elements of an array."""

    def __init__(self, array):
        self.array = array

    def __iter__(self):
        return (scalar(value) for value in self.array.flat)

    def __getitem__(self, index):
        return wrapped(self.array.flat[position(index)])

    def __setitem__(self, index, value):
        self.array.flat[position(index)] = plain(value)


def beside_array(value):
    """An operand as NumPy shall see it: numbers that are written are Python's, all others have their dtype."""
    if isinstance(value, Scalar) and not isinstance(value, Literal):
        return value.dtype.type(value.value)
    if isinstance(value, (list, tuple)):
        return [beside_array(item) for item in value]
    return plain(value)


def install_on_arrays(name):
    operation, in_place = getattr(operator, name), getattr(operator, f"i{name.strip('_')}", None)

    def forward(self, other):
        with np.errstate(all="ignore"):
            return wrapped(operation(self.array, beside_array(other)))

    def reflected(self, other):
        with np.errstate(all="ignore"):
            return wrapped(operation(beside_array(other), self.array))

    def assigned(self, other):
        with np.errstate(all="ignore"):
            return wrapped(in_place(self.array, beside_array(other)))

    setattr(Array, name, forward)
    setattr(Array, f"__r{name.strip('_')}__", reflected)
    if in_place is not None:
        setattr(Array, f"__i{name.strip('_')}__", assigned)


def install_unary_on_arrays(name):
    operation = getattr(operator, name)
    setattr(Array, name, lambda self: wrapped(operation(self.array)))


for operator_name in (*OPERATORS, "matmul", "eq", "ne", "lt", "le", "gt", "ge"):
    install_on_arrays(f"__{operator_name}__")
for operator_name in ("pos", "neg", "invert", "abs"):
    install_unary_on_arrays(f"__{operator_name}__")


def position(index):
    """An index for NumPy. One that no int64 holds is out of range, where NumPy says that it is too large."""
    index = slices(index)
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, int) and part >= 2**63 for part in parts):
        raise IndexError("index is out of bounds")
    return index


def slices(index):
    """An index with the bounds of its slices as Python's numbers."""
    if isinstance(index, slice):
        return slice(*(None if bound is None else int(bound) for bound in (index.start, index.stop, index.step)))
    if isinstance(index, tuple):
        return tuple(slices(part) for part in index)
    if isinstance(index, list):
        return [plain(item) for item in index]
    return plain(index)


def plain(value):
    """What NumPy understands in place of our values."""
    if isinstance(value, Array):
        return value.array
    if isinstance(value, Scalar):
        return int(value.value) if value.dtype.kind in "iu" else value.value
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value


def wrapped(value):
    """Our value in place of what NumPy or Python gave."""
    if isinstance(value, np.ndarray):
        return Array(value)
    if isinstance(value, (np.generic, int, float, complex)):
        return scalar(value)
    if isinstance(value, tuple):
        return tuple(wrapped(item) for item in value)
    if callable(value):
        return lambda *arguments, **named: wrapped(value(*map(plain, arguments), **{k: plain(v) for k, v in named.items()}))
    return value
