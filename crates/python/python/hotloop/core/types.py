"""`hotloop.types` under the name of `numba.core.types`."""

from hotloop.types import *  # noqa: F403
from hotloop.types import spelling as spelling


def __getattr__(name):
    import hotloop.types

    return getattr(hotloop.types, name)
