"""Numba's typed containers: not there yet; names can be imported, and fail where they are used."""

from .._missing import names_of

__getattr__ = names_of("numba.typed", "Dict List")
