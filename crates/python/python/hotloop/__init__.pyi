# What editors and type checkers see of the package. A kernel keeps the parameters and the result of its function.
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Literal, ParamSpec, Protocol, TypeVar, overload

import numpy as np

from . import errors as errors
from . import types as types
from ._hotloop import Dispatcher as Dispatcher
from ._hotloop import __version__ as __version__
from ._hotloop import get_num_threads as get_num_threads
from ._hotloop import get_parallel_chunksize as get_parallel_chunksize
from ._hotloop import get_thread_id as get_thread_id
from ._hotloop import set_num_threads as set_num_threads
from ._hotloop import set_parallel_chunksize as set_parallel_chunksize
from ._typeof import from_dtype as from_dtype
from ._typeof import typeof as typeof
from .errors import *
from .types import *

_P = ParamSpec("_P")
_R = TypeVar("_R")
_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")

_Signature = str | types.Signature | tuple[Any, ...]
_Signatures = _Signature | list[Any]
_FloatFlag = Literal["nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc", "fast"]

class _Decorator(Protocol):
    def __call__(self, function: Callable[_P, _R], /) -> Dispatcher[_P, _R]: ...

@overload
def njit(signature_or_function: Callable[_P, _R], /) -> Dispatcher[_P, _R]: ...
@overload
def njit(
    signature_or_function: _Signatures | None = None,
    *,
    signature: _Signatures | None = None,
    parallel: bool | dict[str, bool] = False,
    cache: bool = False,
    fastmath: bool | _FloatFlag | set[_FloatFlag] | dict[_FloatFlag, bool] = False,
    boundscheck: bool | None = None,
    error_model: Literal["python", "numpy"] = "python",
    nogil: bool = False,
    locals: dict[str, types.Type] = ...,
    inline: Literal["never", "always"] | Callable[..., bool] = "never",
    debug: bool = False,
    **others: Any,
) -> _Decorator: ...
@overload
def jit(signature_or_function: Callable[_P, _R], /) -> Dispatcher[_P, _R]: ...
@overload
def jit(
    signature_or_function: _Signatures | None = None,
    *,
    signature: _Signatures | None = None,
    nopython: bool = True,
    forceobj: bool = False,
    looplift: bool | None = None,
    parallel: bool | dict[str, bool] = False,
    cache: bool = False,
    fastmath: bool | _FloatFlag | set[_FloatFlag] | dict[_FloatFlag, bool] = False,
    boundscheck: bool | None = None,
    error_model: Literal["python", "numpy"] = "python",
    nogil: bool = False,
    locals: dict[str, types.Type] = ...,
    inline: Literal["never", "always"] | Callable[..., bool] = "never",
    debug: bool = False,
    **others: Any,
) -> _Decorator: ...
def jit_module(**options: Any) -> None: ...

# A ufunc with declared signatures is NumPy's own; one without compiles its loops when it is called, and is called alike.
class _UfuncDecorator(Protocol):
    def __call__(self, function: Callable[..., Any], /) -> np.ufunc: ...

@overload
def vectorize(ftylist_or_function: Callable[..., Any], /) -> Any: ...
@overload
def vectorize(
    ftylist_or_function: _Signatures,
    target: Literal["cpu", "parallel"] = "cpu",
    identity: Literal[0, 1, "reorderable"] | None = None,
    **options: Any,
) -> _UfuncDecorator: ...
@overload
def vectorize(
    *, target: Literal["cpu", "parallel"] = "cpu", identity: Literal[0, 1, "reorderable"] | None = None, **options: Any
) -> Callable[[Callable[..., Any]], Any]: ...
@overload
def guvectorize(
    signatures: _Signatures,
    layout: str,
    /,
    *,
    target: Literal["cpu", "parallel"] = "cpu",
    identity: Literal[0, 1, "reorderable"] | None = None,
    writable_args: tuple[int | str, ...] = (),
    **options: Any,
) -> _UfuncDecorator: ...
@overload
def guvectorize(
    layout: str,
    /,
    *,
    target: Literal["cpu", "parallel"] = "cpu",
    identity: Literal[0, 1, "reorderable"] | None = None,
    writable_args: tuple[int | str, ...] = (),
    **options: Any,
) -> Callable[[Callable[..., Any]], Any]: ...
@overload
def stencil(func_or_mode: Callable[_P, Any], /) -> Callable[..., np.ndarray[Any, Any]]: ...
@overload
def stencil(func_or_mode: str = "constant", **options: Any) -> Callable[[Callable[..., Any]], Callable[..., np.ndarray[Any, Any]]]: ...
@overload
def register_jitable(function: _F, /) -> _F: ...
@overload
def register_jitable(**options: Any) -> Callable[[_F], _F]: ...
@overload
def prange(stop: int, /) -> range: ...
@overload
def prange(start: int, stop: int, step: int = 1, /) -> range: ...
def parallel_chunksize(size: int) -> AbstractContextManager[int]: ...
def pndindex(*shape: int | tuple[int, ...]) -> Iterator[tuple[int, ...]]: ...
def threading_layer() -> str: ...
def literal_unroll(container: _T) -> _T: ...
def install_as_numba() -> None: ...
def is_disabled() -> bool: ...

# What is imported on demand, and Numba's names that are missing.
def __getattr__(name: str) -> Any: ...
