"""`Signature` under the name of `numba.core.typing.templates`."""

from hotloop.core.typing import Signature, signature

__all__ = ["Signature", "signature"]
