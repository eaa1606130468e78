"""The place where Numba keeps what connects its types to NumPy's."""
