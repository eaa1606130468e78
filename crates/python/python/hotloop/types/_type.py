"""What all types have in common: identity, spelling, subscripts that make arrays, calls that make signatures."""

import itertools
import weakref

# Types that live, by class and key: equal types are one object.
_known = weakref.WeakValueDictionary()
_codes = itertools.count()


class _Interning(type):
    def __call__(cls, *arguments, **named):
        return _intern(super().__call__(*arguments, **named))


def _intern(made):
    known = _known.setdefault((type(made), made.key), made)
    if known is made:
        made._code = next(_codes)
    return known


def _restore(cls, state):
    made = object.__new__(cls)
    made.__dict__.update(state)
    return _intern(made)


class Type(metaclass=_Interning):
    """A type. Equal types are one object; `name` says what it is, `key` tells it from others of its class."""

    mutable = False
    reflected = False

    def __init__(self, name):
        self.name = name

    @property
    def key(self):
        return self.name

    @property
    def spelling(self):
        """The text by which the compiler knows it."""
        return self.name

    @property
    def mangling_args(self):
        return self.name, ()

    def __eq__(self, other):
        return self is other or (type(self) is type(other) and self.key == other.key)

    def __hash__(self):
        return hash(self.key)

    def __repr__(self):
        return self.name

    def __str__(self):
        return self.name

    def __reduce__(self):
        state = {name: value for name, value in self.__dict__.items() if name != "_code"}
        return _restore, (type(self), state)

    def __call__(self, *arguments):
        """The signature of a function with this result. A plain value is converted, as the type would do in a kernel."""
        if len(arguments) == 1 and not isinstance(arguments[0], Type):
            return self.cast_python_value(arguments[0])
        return Signature(self, arguments)

    def __getitem__(self, axes):
        """The type of an array: `float64[:]`, `float64[:, ::1]`, `float64[::1, :]`."""
        from ._containers import Array

        ndim, layout = _axes(axes)
        return Array(self, ndim, layout)

    def __iter__(self):
        raise KeyError("Can only index numba types with slices with no start or stop, got 0.")

    def cast_python_value(self, value):
        raise NotImplementedError(f"{self} converts no values")

    def is_precise(self):
        return True

    @property
    def is_internal(self):
        """Whether the type is Hotloop's own, and not a program's."""
        return type(self).__module__.startswith("hotloop.")


def _axes(axes):
    """The number of dimensions and the layout that a subscript asks for."""
    if axes == ():
        return 0, "C"
    axes = axes if isinstance(axes, tuple) else (axes,)
    for axis in axes:
        if not isinstance(axis, slice) or axis.start is not None or axis.stop is not None:
            raise KeyError(f"Can only index numba types with slices with no start or stop, got {axis}.")
    marked = [at for at, axis in enumerate(axes) if axis.step == 1]
    if marked and marked[0] == len(axes) - 1:
        return len(axes), "C"
    return len(axes), "F" if marked and marked[0] == 0 else "A"


class Signature:
    """The types of a function's parameters and of its result, which is None where it is not declared."""

    __slots__ = ("return_type", "args", "recvr", "pysig")

    def __init__(self, return_type, args, recvr=None, pysig=None):
        self.return_type = return_type
        self.args = tuple(args)
        self.recvr = recvr
        self.pysig = pysig

    @property
    def spelling(self):
        """The text by which the compiler knows it."""
        result = "" if self.return_type is None else self.return_type.spelling
        return f"{result}({', '.join(argument.spelling for argument in self.args)})"

    def __eq__(self, other):
        if not isinstance(other, Signature):
            return NotImplemented
        return (self.return_type, self.args, self.recvr) == (other.return_type, other.args, other.recvr)

    def __hash__(self):
        return hash((self.return_type, self.args))

    def __repr__(self):
        return f"{self.args} -> {self.return_type}"

    def __reduce__(self):
        return Signature, (self.return_type, self.args, self.recvr, self.pysig)

    def replace(self, **changes):
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Signature(**{**fields, **changes})

    def is_precise(self):
        return self.return_type is not None and all(argument.is_precise() for argument in self.args)


# Marks of what a type can do, as Numba sorts types by them.


class Hashable(Type):
    """Values can be keys."""


class IterableType(Type):
    """Values can be iterated."""


class Sized(Type):
    """Values have a length."""


class ConstSized(Sized):
    """All values have one length."""


class Container(Sized, IterableType):
    """Values hold others."""


class Sequence(Container):
    """Values hold others in order."""


class ArrayCompatible(Type):
    """Values behave as arrays."""


class Callable(Type):
    """Values can be called."""


class Literal(Type):
    """A type with one value."""

    def __init__(self, value):
        self.literal_value = value
        super().__init__(f"Literal[{type(value).__name__}]({value})")

    @property
    def key(self):
        return type(self.literal_value), self.literal_value

    @property
    def spelling(self):
        return self.literal_type.spelling
