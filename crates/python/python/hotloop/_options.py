"""The options of the decorators: their names and kinds, checked before anything is compiled."""

import os

from .errors import UnsupportedError
from .types import spelling

FLOAT_FLAGS = ("nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc", "fast")
PARALLEL_PARTS = ("prange", "numpy", "reduction", "setitem", "inplace_binop", "comprehension", "fusion", "stencil")

WITH_EFFECT = ("parallel", "cache", "fastmath", "boundscheck", "error_model", "nogil", "locals")
# Accepted because Numba has them. What they ask for is done anyway, or has no meaning here.
WITHOUT_EFFECT = (
    "_dbg_extend_lifetimes",
    "_dbg_optnone",
    "_nrt",
    "debug",
    "forceinline",
    "inline",
    "looplift",
    "no_cfunc_wrapper",
    "no_cpython_wrapper",
    "no_rewrites",
    "writable_args",
)
KNOWN = (*WITH_EFFECT, *WITHOUT_EFFECT, "forceobj", "nopython", "pipeline_class")


def check(options):
    """The options in the form that the compiler takes."""
    unknown = sorted(set(options) - set(KNOWN))
    if unknown:
        raise KeyError(f"Unrecognized options {', '.join(unknown)}; there are {', '.join(sorted(KNOWN))}")
    _refuse_unsupported(options)
    is_parallel, in_order = _parallel(options.get("parallel", False))
    return {
        "parallel": is_parallel,
        "in_order": in_order,
        "cache": bool(options.get("cache", False)),
        "fastmath": _float_flags(options.get("fastmath", False)),
        "boundscheck": _boundscheck(options.get("boundscheck")),
        "error_model": options.get("error_model", "python"),
        "nogil": bool(options.get("nogil", False)),
        "locals": [(name, spelling(kind)) for name, kind in (options.get("locals") or {}).items()],
    }


def _boundscheck(wanted):
    """Whether indices are checked: as the decorator says, unless the environment wants them checked everywhere, or unless it says what is done by default."""
    own = os.environ.get("HOTLOOP_BOUNDSCHECK", "")
    if own == "1" or (not own and os.environ.get("NUMBA_BOUNDSCHECK") == "1"):
        return True
    # Numba's 0 is its default, and no reason to leave out what Hotloop does by default.
    return own != "0" if wanted is None else bool(wanted)


def _refuse_unsupported(options):
    if options.get("pipeline_class") is not None:
        raise UnsupportedError("`pipeline_class` is not supported: Hotloop has no pipelines of Numba's")
    inline = options.get("inline", "never")
    if inline not in ("never", "always") and not callable(inline):
        raise ValueError(f'inline is "never", "always" or a function, not {inline!r}')
    error_model = options.get("error_model", "python")
    if error_model not in ("python", "numpy"):
        raise ValueError(f'error_model is "python" or "numpy", not {error_model!r}')


def _parallel(value):
    """Whether work is shared out among threads, and which parts are not: a dict says so of each part by its name."""
    if not isinstance(value, dict):
        return bool(value), []
    unknown = sorted(map(str, set(value) - set(PARALLEL_PARTS)))
    if unknown:
        raise ValueError(f"parallel has no parts {', '.join(unknown)}; there are {', '.join(PARALLEL_PARTS)}")
    return True, [part for part in PARALLEL_PARTS if not value.get(part, True)]


def _float_flags(value):
    if isinstance(value, bool) or value is None:
        return ["fast"] if value else []
    if isinstance(value, str):
        value = {value}
    if isinstance(value, dict):
        value = {name for name, wanted in value.items() if wanted}
    unknown = sorted(map(str, set(value) - set(FLOAT_FLAGS)))
    if unknown:
        raise ValueError(f"fastmath has no flags {', '.join(unknown)}; there are {', '.join(FLOAT_FLAGS)}")
    return sorted(value)
