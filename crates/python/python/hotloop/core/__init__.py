"""The places where Numba keeps its types, errors and settings, for programs that import them from there."""
