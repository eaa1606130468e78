"""`hotloop.errors` under the name of `numba.core.errors`."""

from hotloop.errors import *  # noqa: F403
