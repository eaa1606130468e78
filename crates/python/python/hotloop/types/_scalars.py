"""Numbers and truth values."""

import functools
import re

from ._type import Hashable, Literal


@functools.total_ordering
class Number(Hashable):
    """A number; those of one kind are ordered by width."""

    @property
    def bitwidth(self):
        return int(re.search(r"\d+$", self.name).group())

    def _is_of_kind(self, other):
        return type(self) is type(other)

    def __lt__(self, other):
        return self.bitwidth < other.bitwidth if self._is_of_kind(other) else NotImplemented

    def cast_python_value(self, value):
        import numpy

        return getattr(numpy, self.name)(value)


class Integer(Number):
    """An integer of fixed width."""

    @classmethod
    def from_bitwidth(cls, bitwidth, signed=True):
        return Integer(f"{'' if signed else 'u'}int{bitwidth}")

    @property
    def signed(self):
        return not self.name.startswith("u")

    @property
    def minval(self):
        return -(1 << (self.bitwidth - 1)) if self.signed else 0

    @property
    def maxval(self):
        return (1 << (self.bitwidth - self.signed)) - 1

    def _is_of_kind(self, other):
        return type(self) is type(other) and self.signed == other.signed


class Float(Number):
    """A binary floating-point number."""


class Complex(Number):
    """A complex number of two floats."""

    def __init__(self, name, underlying_float):
        super().__init__(name)
        self.underlying_float = underlying_float


class Boolean(Hashable):
    """True or False."""

    bitwidth = 1

    def cast_python_value(self, value):
        return bool(value)


class IntegerLiteral(Literal, Integer):
    """The type of one integer."""

    def __init__(self, value):
        Literal.__init__(self, value)
        self.literal_type = Integer("int64" if value < 1 << 63 else "uint64")

    @property
    def bitwidth(self):
        return self.literal_type.bitwidth

    @property
    def signed(self):
        return self.literal_type.signed


class BooleanLiteral(Literal, Boolean):
    """The type of True alone, or of False."""

    def __init__(self, value):
        Literal.__init__(self, value)
        self.literal_type = Boolean("bool")
