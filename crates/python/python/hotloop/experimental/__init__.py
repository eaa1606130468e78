"""What Numba calls experimental: nothing of it is there yet; names can be imported, and fail where they are used."""

from .._missing import names_of

__getattr__ = names_of("numba.experimental", "jitclass structref")
