"""Hotloop compiles the hot loops of Python to machine code.

>>> from hotloop import njit
>>> @njit
... def total(numbers):
...     sum = 0.0
...     for i in range(numbers.shape[0]):
...         sum += numbers[i]
...     return sum
"""

import contextlib as _contextlib
import importlib as _importlib
import os as _os
import sys as _sys
import warnings as _warnings

from . import _environment, errors, types
from ._dispatcher import make as _make
from ._hotloop import (
    Dispatcher,
    __version__,
    get_num_threads,
    get_parallel_chunksize,
    get_thread_id,
    set_num_threads,
    set_parallel_chunksize,
)
from ._missing import names_of as _names_of
from ._options import check as _check
from ._typeof import from_dtype, typeof
from .errors import *  # noqa: F403
from .types import *  # noqa: F403

__all__ = [
    "Dispatcher",
    "errors",
    "from_dtype",
    "get_num_threads",
    "get_parallel_chunksize",
    "get_thread_id",
    "guvectorize",
    "install_as_numba",
    "jit",
    "jit_module",
    "literal_unroll",
    "njit",
    "parallel_chunksize",
    "pndindex",
    "prange",
    "register_jitable",
    "set_num_threads",
    "set_parallel_chunksize",
    "stencil",
    "threading_layer",
    "typeof",
    "types",
    "vectorize",
    "__version__",
    *errors.__all__,
    *types.__all__,
]


def njit(signature_or_function=None, **options):
    """Compiles a function when it is called, for the types of the arguments; or at once, for declared signatures.

    Used as `@njit`, `@njit(parallel=True)`, `@njit("float64(float64[:])")` or `@njit(["f8(f8)", "f4(f4)"], cache=True)`.

    parallel: whether loops over `prange` run on several threads. Default: False.
    cache: whether code is kept on disk for the next process. Default: False.
    fastmath: what may be assumed of floats: True, or a set of LLVM's flags. Default: nothing, so results are those of the source's order.
    boundscheck: whether indices are checked. Default: True.
    error_model: whether a division by zero raises ("python") or gives inf, nan or 0 ("numpy"). Default: "python".
    nogil: whether other Python threads may run during a call. Default: False.
    locals: types that local variables are to have, by name. Default: those of what is assigned.
    """
    function, signatures = _split(signature_or_function, options.pop("signature", None))
    for name in ("forceobj", "nopython"):
        if name in options:
            del options[name]
            _warnings.warn(f"{name} is set for njit and is ignored", RuntimeWarning, stacklevel=2)
    options = _check(options)

    def decorate(function):
        if is_disabled():
            return function
        if isinstance(function, Dispatcher):
            raise TypeError(f"A jit decorator was called on an already jitted function {function}. The Python function that it is made of is its attribute `.py_func`.")
        if not hasattr(function, "__code__"):
            raise TypeError(f"The decorated object is not a function (got type {type(function)}): a kernel is made of a Python function")
        return _verified(_make(function, options, signatures))

    return decorate if function is None else decorate(function)


def jit(signature_or_function=None, **options):
    """The same as `njit`, unless it is told otherwise.

    forceobj: lets the interpreter run the function as it is. Default: False.
    nopython: with `nopython=False` a function that cannot be compiled is run by the interpreter, after a warning that says why. Default: True.
    """
    if not options.get("forceobj") and options.get("nopython", True) is not False:
        kept = {name: value for name, value in options.items() if name not in ("forceobj", "nopython")}
        return njit(signature_or_function, **kept)
    function, signatures = _split(signature_or_function, options.pop("signature", None))
    checked = _check(options)
    if options.get("forceobj") and options.get("nopython"):
        raise ValueError("Only one of 'nopython' or 'forceobj' can be True.")

    def decorate(function):
        from ._object_mode import FallbackDispatcher, ObjectModeDispatcher

        if is_disabled():
            return function
        function = getattr(function, "py_func", function)
        if options.get("forceobj"):
            return ObjectModeDispatcher(function, options, signatures)
        return FallbackDispatcher(function, options, checked, signatures)

    return decorate if function is None else decorate(function)


def jit_module(**options):
    """Makes kernels of all functions that the calling module has defined so far, as `jit` with these options does; written at its end."""
    frame = _sys._getframe(1)
    for name, value in list(frame.f_globals.items()):
        if isinstance(value, type(jit_module)) and value.__module__ == frame.f_globals["__name__"] and value is not jit_module:
            frame.f_globals[name] = jit(value, **options)


def prange(*arguments):
    """`range`, whose iterations may run in parallel in a kernel compiled with `parallel=True`."""
    return range(*arguments)


def pndindex(*shape):
    """`numpy.ndindex`, whose iterations may run in parallel in a kernel compiled with `parallel=True`."""
    import numpy

    return numpy.ndindex(*shape)


@_contextlib.contextmanager
def parallel_chunksize(size):
    """In a `with` block a thread takes `size` iterations of a parallel loop at once, in calls from this Python thread."""
    before = set_parallel_chunksize(size)
    try:
        yield size
    finally:
        set_parallel_chunksize(before)


def threading_layer():
    """The name of what runs parallel loops: there is one, a pool of threads for the whole process, started by the first loop that is worth it.

    It is safe under threads and forks, so that it keeps what each of Numba's layers promises: where a program asks for one of them by `NUMBA_THREADING_LAYER` or
    `config.THREADING_LAYER`, it goes by that name.
    """
    settings = _sys.modules.get("hotloop.core.config")
    asked = _os.environ.get("NUMBA_THREADING_LAYER") if settings is None else settings.THREADING_LAYER
    return asked if asked in ("tbb", "omp", "workqueue") else "rayon"


def literal_unroll(container):
    """A tuple whose loop is written out in a kernel, an iteration an item, so that items may have types of their own. In Python the tuple itself."""
    return container


def _split(argument, signature):
    """A decorator's only positional argument is the function, one signature or several."""
    if argument is None:
        argument = signature
    if argument is None:
        return None, ()
    if isinstance(argument, (str, tuple, types.Signature)):
        argument = [argument]
    if isinstance(argument, list):
        return None, tuple(map(types.declaration, argument))
    return argument, ()


def _verified(kernel):
    """The kernel, or where the environment asks for it one whose calls are compared with its Python function."""
    if _os.environ.get("HOTLOOP_VERIFY", "0") in ("", "0"):
        return kernel
    from .testing import VerifyingDispatcher

    return VerifyingDispatcher(kernel, rtol=1e-9, atol=1e-12)


def install_as_numba():
    """From now on `import numba` finds Hotloop, in this process. What Hotloop does not have can be imported, and fails where it is used."""
    from ._stand_in import install

    install()


def is_disabled():
    """Whether the environment asks for plain Python, to debug a program without its compiler."""
    settings = _sys.modules.get("hotloop.core.config")
    if settings is not None:
        return bool(settings.DISABLE_JIT)
    names = ("HOTLOOP_DISABLE_JIT", "NUMBA_DISABLE_JIT")
    return any(_os.environ.get(name, "0") not in ("", "0") for name in names)


# What few programs need: imported when it is asked for.
_MODULES_ON_DEMAND = {
    "config": "hotloop.core.config",
    "core": "hotloop.core",
    "experimental": "hotloop.experimental",
    "extending": "hotloop.extending",
    "np": "hotloop.np",
    "typed": "hotloop.typed",
}
_NAMES_ON_DEMAND = {
    "carray": "hotloop._cfunc",
    "cfunc": "hotloop._cfunc",
    "farray": "hotloop._cfunc",
    "generated_jit": "hotloop._overload",
    "guvectorize": "hotloop._ufunc",
    "literally": "hotloop._overload",
    "objmode": "hotloop._objmode",
    "overload": "hotloop._overload",
    "register_jitable": "hotloop.extending",
    "stencil": "hotloop._stencil",
    "vectorize": "hotloop._ufunc",
}
# Numba's names that are not there: they can be imported, and fail where they are used.
_missing = _names_of("numba", "cuda jitclass")


def __getattr__(name):
    if name in _MODULES_ON_DEMAND:
        return _importlib.import_module(_MODULES_ON_DEMAND[name])
    if name in _NAMES_ON_DEMAND:
        return getattr(_importlib.import_module(_NAMES_ON_DEMAND[name]), name)
    return _missing(name)
