"""Numba's names for what makes ufuncs."""

from ... import guvectorize, threading_layer, vectorize
from ..._ufunc import GUFunc, GUVectorize, Vectorize
from . import dufunc, parallel

# How NumPy calls the identities.
PyUFunc_None = -1
PyUFunc_Zero = 0
PyUFunc_One = 1
PyUFunc_ReorderableNone = -2

__all__ = [
    "GUFunc",
    "GUVectorize",
    "PyUFunc_None",
    "PyUFunc_One",
    "PyUFunc_ReorderableNone",
    "PyUFunc_Zero",
    "Vectorize",
    "dufunc",
    "guvectorize",
    "parallel",
    "threading_layer",
    "vectorize",
]
