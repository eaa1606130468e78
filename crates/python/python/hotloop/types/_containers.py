"""Arrays, tuples, lists, sets and dictionaries."""

from ._type import ArrayCompatible, ConstSized, Container, Hashable, IterableType, Literal, Sequence, Type


class Buffer(IterableType, ArrayCompatible):
    """Elements of one type in memory, along any number of axes."""

    LAYOUTS = frozenset(["C", "F", "CS", "FS", "A"])
    aligned = True
    mutable = True
    label = "buffer"

    def __init__(self, dtype, ndim, layout, readonly=False, name=None):
        if layout not in self.LAYOUTS:
            raise ValueError(f"Invalid layout {layout!r}")
        if readonly:
            self.mutable = False
        self.dtype, self.ndim, self.layout = dtype, ndim, layout
        kind = self.label if self.mutable else f"readonly {self.label}"
        super().__init__(name or f"{kind}({dtype}, {ndim}d, {layout})")

    @property
    def key(self):
        return self.dtype, self.ndim, self.layout, self.mutable

    @property
    def is_contig(self):
        return self.layout in "CF"

    @property
    def is_c_contig(self):
        return self.layout == "C" or (self.ndim <= 1 and self.layout in "CF")

    @property
    def is_f_contig(self):
        return self.layout == "F" or (self.ndim <= 1 and self.layout in "CF")


class Array(Buffer):
    """A NumPy array: `Array(float64, 2, "C")` is `float64[:, ::1]`."""

    label = "array"

    def __init__(self, dtype, ndim, layout, readonly=False, name=None, aligned=True):
        if not aligned:
            self.aligned = False
        super().__init__(dtype, ndim, layout, readonly, name)

    @property
    def key(self):
        return *super().key, self.aligned

    @property
    def spelling(self):
        axes = [":"] * self.ndim
        if self.ndim and self.layout == "C":
            axes[-1] = "::1"
        elif self.ndim and self.layout == "F":
            axes[0] = "::1"
        readonly = "" if self.mutable else "readonly "
        return f"{readonly}{self.dtype.spelling}[{', '.join(axes) or '()'}]"

    def __repr__(self):
        return f"Array({self.dtype!r}, {self.ndim}, {self.layout!r}, {not self.mutable}, aligned={self.aligned})"

    @property
    def as_array(self):
        return self

    def copy(self, dtype=None, ndim=None, layout=None, readonly=None):
        dtype = self.dtype if dtype is None else dtype
        ndim = self.ndim if ndim is None else ndim
        layout = self.layout if layout is None else layout
        readonly = not self.mutable if readonly is None else readonly
        return Array(dtype, ndim, layout, readonly=readonly, aligned=self.aligned)


class NestedArray(Array):
    """An array of fixed shape within a record."""

    def __init__(self, dtype, shape):
        self.shape = shape
        super().__init__(dtype, len(shape), "C", name=f"nestedarray({dtype}, {shape})")

    @property
    def key(self):
        return self.dtype, self.shape


class ByteArray(Buffer):
    """The type of `bytearray`."""

    label = "bytearray"


class Bytes(Buffer):
    """The type of `bytes`."""

    label = "bytes"
    mutable = False
    spelling = "bytes"


class MemoryView(Buffer):
    """The type of `memoryview`."""

    label = "memoryview"


class PyArray(Buffer):
    """The type of `array.array`."""

    label = "array.array"


class BaseTuple(ConstSized, Hashable):
    """A tuple."""

    instance_class = tuple

    @classmethod
    def from_types(cls, types, pyclass=None):
        """The type of a tuple of these types: `UniTuple` where they are the same."""
        types = tuple(types)
        same = types and all(item is types[0] for item in types[1:])
        if pyclass is not None and pyclass is not tuple:
            return NamedUniTuple(types[0], len(types), pyclass) if same else NamedTuple(types, pyclass)
        return UniTuple(types[0], len(types)) if same else Tuple(types)


class BaseAnonymousTuple(BaseTuple):
    """A tuple without names."""


class BaseNamedTuple(BaseTuple):
    """A tuple with names."""


class _Uniform(Sequence, BaseTuple):
    def __getitem__(self, index):
        return self.dtype

    @property
    def types(self):
        return (self.dtype,) * self.count

    def __iter__(self):
        return iter(self.types)

    def __len__(self):
        return self.count


class _Mixed(BaseTuple):
    def __getitem__(self, index):
        return self.types[index]

    def __iter__(self):
        return iter(self.types)

    def __len__(self):
        return len(self.types)

    @property
    def count(self):
        return len(self.types)


class UniTuple(BaseAnonymousTuple, _Uniform):
    """A tuple of `count` elements of one type."""

    def __init__(self, dtype, count):
        self.dtype, self.count = dtype, count
        super().__init__(f"UniTuple({dtype} x {count})")

    @property
    def key(self):
        return self.dtype, self.count

    @property
    def spelling(self):
        return f"UniTuple({self.dtype.spelling}, {self.count})"

    def __repr__(self):
        return f"UniTuple({self.dtype!r}, {self.count})"


class Tuple(BaseAnonymousTuple, _Mixed):
    """A tuple of elements of these types; a `UniTuple` where they are the same."""

    def __new__(cls, types):
        types = tuple(types)
        if cls is Tuple and types and all(item is types[0] for item in types[1:]):
            return UniTuple(types[0], len(types))
        return object.__new__(cls)

    def __init__(self, types):
        self.types = tuple(types)
        super().__init__(f"Tuple({', '.join(map(str, self.types))})")

    @property
    def key(self):
        return self.types

    @property
    def spelling(self):
        return f"Tuple({', '.join(item.spelling for item in self.types)})"

    def __repr__(self):
        return f"Tuple(({', '.join(map(repr, self.types))}))"


class StarArgTuple(Tuple):
    """What `*args` holds."""


class StarArgUniTuple(UniTuple):
    """What `*args` holds."""


class _Named(BaseNamedTuple):
    @property
    def fields(self):
        return self.instance_class._fields


class NamedUniTuple(_Named, _Uniform):
    """A named tuple of elements of one type."""

    def __init__(self, dtype, count, cls):
        self.dtype, self.count, self.instance_class = dtype, count, cls
        Type.__init__(self, f"{cls.__name__}({dtype} x {count})")

    @property
    def key(self):
        return self.instance_class, self.dtype, self.count


class NamedTuple(_Named, _Mixed):
    """A named tuple."""

    def __init__(self, types, cls):
        self.types, self.instance_class = tuple(types), cls
        Type.__init__(self, f"{cls.__name__}({', '.join(map(str, self.types))})")

    @property
    def key(self):
        return self.instance_class, self.types


class _Reflected(Container):
    mutable = True
    label = ""

    def __init__(self, dtype, reflected=False, initial_value=None):
        self.dtype, self.reflected, self.initial_value = dtype, reflected, initial_value
        kind = f"reflected {self.label}" if reflected else self.label
        super().__init__(f"{kind}({dtype}){self._suffix()}")

    def _suffix(self):
        return ""

    @property
    def key(self):
        return self.dtype, self.reflected, str(self.initial_value)

    def __repr__(self):
        return f"{type(self).__name__}({self.dtype!r}, {self.reflected})"


class List(_Reflected, Sequence):
    """A list of elements of one type."""

    label = "list"

    def _suffix(self):
        return f"<iv={self.initial_value}>"

    @property
    def spelling(self):
        return f"List({self.dtype.spelling})"

    def __getitem__(self, index):
        return self.dtype


class Set(_Reflected):
    """A set of elements of one type."""

    label = "set"


class ListType(IterableType):
    """A typed list."""

    mutable = True

    def __init__(self, dtype):
        self.dtype = self.item_type = dtype
        super().__init__(f"ListType[{dtype}]")

    @property
    def key(self):
        return self.dtype

    def __repr__(self):
        return f"ListType({self.dtype!r})"


class SetType(IterableType):
    """A typed set."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(f"SetType[{dtype}]")

    @property
    def key(self):
        return self.dtype


class DictType(IterableType):
    """A typed dictionary."""

    mutable = True

    def __init__(self, key_type, value_type, initial_value=None):
        self.key_type, self.value_type, self.initial_value = key_type, value_type, initial_value
        super().__init__(f"DictType[{key_type},{value_type}]<iv={initial_value}>")

    @property
    def key(self):
        return self.key_type, self.value_type, str(self.initial_value)

    def __repr__(self):
        return f"DictType({self.key_type!r}, {self.value_type!r})"


class LiteralList(Literal, ConstSized):
    """A list of known length whose elements have types of their own."""

    mutable = False

    def __init__(self, literal_value):
        self.types, self.count = tuple(literal_value), len(literal_value)
        self.literal_value = tuple(literal_value)
        Type.__init__(self, f"LiteralList({', '.join(map(str, self.types))})")

    @property
    def key(self):
        return self.types


class LiteralStrKeyDict(Literal, ConstSized):
    """A dictionary with text for keys, whose values have types of their own."""

    def __init__(self, literal_value, value_index=None):
        self.literal_value = literal_value
        Type.__init__(self, f"LiteralStrKey[Dict]({literal_value})")

    @property
    def key(self):
        return self.name
