"""The ufunc whose loops are compiled when they are needed."""

from ..._ufunc import DUFunc

__all__ = ["DUFunc"]
