"""Types of NumPy's own under the names of `numba.np.types`."""

from hotloop.types import NestedArray, NPDatetime, NPTimedelta

__all__ = ["NPDatetime", "NPTimedelta", "NestedArray"]
