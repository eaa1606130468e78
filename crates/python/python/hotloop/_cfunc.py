"""`cfunc`: kernels as functions of C, for libraries that take the address of a function; and arrays over the memory behind their pointers."""

import ctypes
import functools

from . import _hotloop, types
from ._dispatcher import Standing, make
from ._options import check
from .errors import TypingError
from .types._read import evaluate


def cfunc(sig, locals=None, cache=False, pipeline_class=None, **options):
    """A function of C, made of a Python function and a signature.

    Used as `@cfunc("float64(float64, float64)")`, or with types as in `@cfunc(types.void(types.CPointer(types.float64), types.intc))`. Its `address` and its `ctypes` function are
    what C libraries take, such as SciPy's `LowLevelCallable`. Called from Python it is the Python function.

    sig: the signature, with a result. A `CPointer(dtype)` or `voidptr` is in the function an array without an end; `carray` gives it a shape.
    locals: types of local variables, by name. Default: those of what is assigned.
    cache: whether code is kept on disk for the next process. Default: False.
    Other options are those of `njit`.
    """
    if options.pop("forceobj", False):
        raise NotImplementedError("a function of C runs without the interpreter: `forceobj` has no meaning for it")
    options.pop("nopython", None)
    signature = _read(sig)
    options = check({**options, "locals": locals or {}, "cache": cache, "pipeline_class": pipeline_class})

    def decorate(function):
        return CFunc(function, signature, options)

    return decorate


class CFunc(Standing):
    """A function of C."""

    def __init__(self, function, signature, options):
        functools.update_wrapper(self, function)
        self._pyfunc = function
        self._sig = signature
        self._options = options
        parameters = [_of_c(kind) for kind in signature.args]
        result = None if signature.return_type == types.none else _of_c(signature.return_type)
        if result is not None and result[1]:
            raise TypingError(f"a function of C that gives {signature.return_type} is not supported: give a number, or write to memory behind a pointer")
        spelled = ", ".join(dtype + ("[::1]" if is_pointer else "") for dtype, is_pointer in parameters)
        self.__hotloop_kernel__ = make(function, options, [f"{'void' if result is None else result[0]}({spelled})"])
        self._callback = _hotloop.make_callback(self.__hotloop_kernel__, parameters, None if result is None else result[0])

    def __call__(self, *arguments, **named):
        return self._pyfunc(*arguments, **named)

    @property
    def address(self):
        """The address of the function, good as long as this object lives."""
        return self._callback.address

    @property
    def native_name(self):
        """The symbol of the function that is called, by which `inspect_llvm` names it."""
        return self._callback.name

    @functools.cached_property
    def ctypes(self):
        """The function for `ctypes`; it keeps this object."""
        found = ctypes.CFUNCTYPE(_in_ctypes(self._sig.return_type), *map(_in_ctypes, self._sig.args))(self.address)
        found._hotloop_cfunc = self
        return found

    @functools.cached_property
    def cffi(self):
        """The function for `cffi`, as a `void *`."""
        import cffi

        return cffi.FFI().cast("void *", self.address)

    @property
    def signature(self):
        """The signature of C."""
        return self._sig

    @property
    def cache_hits(self):
        """Whether the code came from the cache on disk: 1 or 0."""
        return self.__hotloop_kernel__.stats.cache_hits

    def inspect_llvm(self):
        """Hotloop's own form in the place of LLVM's: the optimised middle IR."""
        return next(iter(self.__hotloop_kernel__.inspect_llvm().values()))

    def inspect_asm(self):
        """The machine code of the function that the callback calls, as assembly."""
        return next(iter(self.__hotloop_kernel__.inspect_asm().values()))

    def __reduce__(self):
        from ._dispatcher import find_by_name

        if find_by_name(self.__module__, self.__qualname__) is self:
            return find_by_name, (self.__module__, self.__qualname__)
        return type(self), (self._pyfunc, self._sig, self._options)

    def __repr__(self):
        return f"<hotloop C callback {self.__qualname__!r}>"


def carray(ptr, shape, dtype=None):
    """An array in C's order over the memory behind a pointer, which is not copied.

    ptr: a pointer of ctypes or cffi; in a `cfunc` a parameter of type `CPointer` or `voidptr`.
    shape: an integer or a tuple.
    dtype: the dtype, where the pointer does not tell it. Default: that of the pointer.
    """
    return _over_memory(ptr, shape, dtype)


def farray(ptr, shape, dtype=None):
    """The same as `carray` in Fortran's order."""
    shape = shape if isinstance(shape, tuple) else (shape,)
    return _over_memory(ptr, shape[::-1], dtype).T


def _over_memory(ptr, shape, dtype):
    import numpy

    shape = shape if isinstance(shape, tuple) else (shape,)
    pointed = getattr(type(ptr), "_type_", None)
    if isinstance(ptr, ctypes._Pointer):
        address, own = ctypes.cast(ptr, ctypes.c_void_p).value, numpy.dtype(pointed)
    elif isinstance(ptr, ctypes.c_void_p):
        address, own = ptr.value, None
    elif type(ptr).__module__ in ("_cffi_backend", "cffi.api"):
        import cffi

        address, own = int(cffi.FFI().cast("size_t", ptr)), None
    else:
        raise TypeError(f"expected a ctypes or cffi pointer, got {ptr!r}")
    dtype = None if dtype is None else numpy.dtype(dtype)
    if dtype is None and own is None:
        raise TypeError(f"the pointer {ptr!r} does not tell what it points to: give a dtype")
    if dtype is not None and own is not None and dtype != own:
        raise TypeError(f"mismatching dtype '{dtype}' for pointer {ptr!r}")
    dtype = own if dtype is None else dtype
    if address is None:
        raise ValueError("the pointer is null")
    size_bytes = int(numpy.prod(shape, dtype=numpy.int64)) * dtype.itemsize
    memory = (ctypes.c_char * size_bytes).from_address(address)
    return numpy.frombuffer(memory, dtype).reshape(shape) if size_bytes else numpy.empty(shape, dtype)


def _read(sig):
    """The signature, of text or types."""
    if isinstance(sig, str):
        sig = evaluate(sig)
    if not isinstance(sig, types.Signature) or sig.return_type is None:
        raise TypeError("a function of C has a signature with a result, such as float64(float64)")
    return sig


def _of_c(kind):
    """The dtype of a type of C, and whether it is a pointer to such elements."""
    if isinstance(kind, types.RawPointer):
        return "uint8", True
    if isinstance(kind, types.CPointer) and isinstance(kind.dtype, (types.Number, types.Boolean)):
        return str(kind.dtype), True
    if isinstance(kind, (types.Number, types.Boolean)):
        return str(kind), False
    raise TypingError(f"a function of C takes and gives numbers and pointers to numbers, not {kind}")


def _in_ctypes(kind):
    """The type of ctypes."""
    if kind == types.none:
        return None
    if isinstance(kind, types.RawPointer):
        return ctypes.c_void_p
    if isinstance(kind, types.CPointer):
        return ctypes.POINTER(_in_ctypes(kind.dtype))
    if isinstance(kind, types.Boolean):
        return ctypes.c_bool
    names = {"float32": "c_float", "float64": "c_double"}
    found = getattr(ctypes, names.get(str(kind), f"c_{kind}"), None)
    if found is None:
        raise TypeError(f"ctypes has no type for {kind}")
    return found
