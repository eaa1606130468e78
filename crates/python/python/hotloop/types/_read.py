"""Reads the compiler's spelling of a type."""

import re

from .. import types
from ._type import Signature, Type

_TOKEN = re.compile(r"\s*(\w+(?:\.\w+)*|.)")


def read(text):
    """The type of that spelling. One that has no class here is an opaque type of that name."""
    try:
        reader = _Reader(text)
        found = reader.type()
    except (AttributeError, LookupError, TypeError, ValueError):
        return types.Opaque(text)
    return found if reader.is_done() else types.Opaque(text)


def parameters_of(text):
    """The types of a signature's parameters; any that has a class here, though no kernel may know it."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            return tuple(read(f"Tuple{text[at:]}").types)
    raise ValueError(f"`{text}` is not a signature")


def read_signature(parameters, result):
    """The signature of these spellings."""
    return Signature(read(result), tuple(map(read, parameters)))


def evaluate(text):
    """What an expression gives in which the names are those of `types`: a type or a signature in quotes, as Numba reads it. Raises what the expression raises."""
    names = {name: getattr(types, name) for name in dir(types) if not name.startswith("_")}
    return eval(text, {"__builtins__": {}}, names)


# Names that differ from Numba's.
_NAMES = {
    "str": types.unicode_type,
    "bytes": types.Bytes(types.uint8, 1, "C"),
    "range": types.range_state64_type,
    "numpy.random.Generator": types.npy_rng,
}


class _Reader:
    def __init__(self, text):
        self.tokens = _TOKEN.findall(text)
        self.at = 0

    def is_done(self):
        return self.at == len(self.tokens)

    def peek(self):
        return None if self.is_done() else self.tokens[self.at]

    def next(self):
        token = self.tokens[self.at]
        self.at += 1
        return token

    def take(self, token):
        found = self.peek() == token
        self.at += found
        return found

    def type(self):
        readonly = self.take("readonly")
        name = self.next()
        if self.take("("):
            found = _call(name, self.items(")"))
        elif name.isdigit():
            return int(name)
        else:
            found = _NAMES.get(name) or getattr(types, name)
        if not isinstance(found, Type):
            raise ValueError(name)
        while self.take("["):
            found = self.array(found, readonly)
        return found

    def items(self, close):
        """Types up to the closing bracket; a pair of parentheses within is looked through."""
        found = []
        while not self.take(close):
            found += self.items(")") if self.take("(") else [self.type()]
            self.take(",")
        return found

    def array(self, dtype, readonly):
        steps = []
        while not self.take("]"):
            if self.take("("):
                steps = None if self.take(")") else []
                continue
            self.take(":")
            contiguous = self.take(":")
            steps.append(int(self.next()) if contiguous else None)
            self.take(",")
        array = dtype[()] if steps is None else dtype[tuple(slice(None, None, step) for step in steps)]
        return array.copy(readonly=readonly)


def _call(name, arguments):
    makers = {
        "Tuple": lambda: types.Tuple(arguments),
        "UniTuple": lambda: types.UniTuple(*arguments),
        "optional": lambda: types.Optional(*arguments),
        "list": lambda: types.List(*arguments, reflected=True),
        "dtype": lambda: types.DType(*arguments),
    }
    return makers[name]()
