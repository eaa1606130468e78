"""Types and NumPy's dtypes, each from the other."""

import numpy

from hotloop._typeof import as_dtype, from_dtype
from hotloop.types import Array

__all__ = ["as_dtype", "from_dtype", "is_array", "map_arrayscalar_type", "map_layout", "numpy_version"]

numpy_version = tuple(map(int, numpy.__version__.split(".")[:2]))


def map_arrayscalar_type(value):
    """The type of a NumPy scalar."""
    return from_dtype(value.dtype)


def map_layout(array):
    """How the elements of an array lie: "C", "F" or "A"."""
    return "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "A"


def is_array(kind):
    """Whether a type is that of arrays."""
    return isinstance(kind, Array)
