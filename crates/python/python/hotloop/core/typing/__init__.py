"""Signatures and `typeof` under the names of `numba.core.typing`."""

from hotloop._typeof import typeof
from hotloop.types import Signature

__all__ = ["Signature", "signature", "typeof"]


def signature(return_type, *args, **named):
    """The signature of a function with these types of parameters."""
    return Signature(return_type, args, recvr=named.pop("recvr", None))
