"""`vectorize` and `guvectorize`: functions of elements, or of small arrays, as NumPy's ufuncs.

What NumPy runs is a loop over elements that calls the function. It is written here as Python, as a kernel for each pattern in which operands lie in memory. A pattern is a letter for
the loop and one for each operand. The loop: `m` its iterations have nothing in common, `o` they have to run in order, `r` the first input and the output are one number. An operand: `c` it
has no gaps, `s` it is the same in each iteration, `a` anything else.
"""

import contextlib
import functools
import linecache

from . import _dispatcher, _hotloop, types
from ._dispatcher import Standing, find_by_name, make
from ._hotloop import Dispatcher
from ._options import check
from ._typeof import as_dtype, from_dtype, typeof
from ._missing import Refused
from .errors import HotloopError, TypingError
from .types import declaration
from .types._read import read

# How NumPy calls the identities of ufuncs.
_IDENTITIES = {None: -1, 0: 0, 1: 1, "reorderable": -2}


def vectorize(ftylist_or_function=(), target="cpu", identity=None, **options):
    """A ufunc of a function of elements.

    Used as `@vectorize(["float64(float64, float64)", "float32(float32, float32)"])`, which gives a ufunc of NumPy's own type with a loop for each signature; or as `@vectorize`, which
    gives one whose loops are compiled when they are needed.

    target: "cpu", or "parallel" for loops on several threads.
    identity: what the reduction of nothing gives: 0, 1, None, or "reorderable" for none and axes in any order.
    The other options are those of `njit`. A division by zero gives inf or nan, unless `error_model="python"` asks for the exception.
    """
    function, signatures = _function_and_signatures(ftylist_or_function)

    def decorate(function):
        elements = _Elements(function, target, identity, options)
        return _declared(elements, signatures) if signatures else DUFunc(elements)

    return decorate if function is None else decorate(function)


def guvectorize(*arguments, target="cpu", identity=None, writable_args=(), **options):
    """A generalised ufunc of a function of arrays, which writes its results to its last arguments.

    Used as `@guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")`, which gives a ufunc of NumPy's own type; or as `@guvectorize("(n)->(n)")`, which gives one that is
    compiled for the arrays it is called with, results among them.
    """
    if len(arguments) == 1:
        signatures, layout = (), arguments[0]
    elif len(arguments) == 2:
        signatures, layout = arguments
    else:
        raise TypeError("guvectorize() takes one or two positional arguments")
    if isinstance(signatures, (str, types.Signature)):
        signatures = [signatures]

    def decorate(function):
        elements = _Cores(function, target, identity, options, layout)
        return _declared(elements, signatures) if signatures else GUFunc(elements)

    return decorate


def _declared(elements, signatures):
    """NumPy's object with a loop for each signature."""
    try:
        loops, kernel = [elements.loop(signature) for signature in signatures], elements.declared(signatures)
        made = elements.ufunc(loops, kernel)
    except HotloopError as error:
        if not _dispatcher.waits_with_errors:
            raise
        return Refused(elements.function, error)
    elements.let_kernels_call(made, kernel, [(inputs, outputs) for inputs, outputs, _ in loops])
    # Older versions of NumPy let nobody say where a ufunc comes from.
    with contextlib.suppress(AttributeError):
        functools.update_wrapper(made, elements.function, ("__module__", "__qualname__"), ())
    return made


def _function_and_signatures(argument):
    if isinstance(argument, (str, types.Signature)):
        return None, [argument]
    if isinstance(argument, (list, tuple)):
        return None, list(argument)
    return argument, []


class _Elements:
    """A function of elements, and how its loops are to be compiled."""

    layout = None

    def __init__(self, function, target, identity, options):
        if isinstance(function, Dispatcher):
            function = function.py_func
        if not hasattr(function, "__code__"):
            raise TypeError(f"a ufunc is made of a Python function, not of an object of type {type(function).__name__!r}")
        if target not in ("cpu", "parallel"):
            raise ValueError(f'target is "cpu" or "parallel", not {target!r}')
        if identity not in _IDENTITIES:
            raise ValueError(f'identity is 0, 1, None or "reorderable", not {identity!r}')
        self.function = function
        self.identity = identity
        self.made_with = (target, identity, options)
        self.options = check({"error_model": "numpy", **options})
        self.loop_options = {**self.options, "parallel": target == "parallel", "boundscheck": False, "locals": []}
        self.options["parallel"] = False

    @property
    def nin(self):
        return self.function.__code__.co_argcount

    @functools.cached_property
    def kernel(self):
        """The function as a kernel."""
        return make(self.function, self.options, [])

    def declared(self, signatures):
        """The function as a kernel with these signatures, which is compiled when it is called."""
        return _hotloop.make_dispatcher(self.function, self.options, list(map(declaration, signatures)))

    def let_kernels_call(self, ufunc, kernel, loops):
        """Kernels know ufuncs of elements."""

    def cores(self, nout):
        """The core dimensions of each operand: none."""
        return [()] * (self.nin + nout)

    def loop(self, signature):
        """The types of inputs and outputs for a signature, and what makes kernels of loops."""
        parameters, result = _hotloop.read_signature(declaration(signature))
        kernel = self.declared([signature])
        inputs = list(map(read, parameters))
        if result is None:
            _hotloop.compile(kernel, declaration(signature))
            ((_, result),) = _hotloop.signatures(kernel)
        result = read(result)
        outputs = list(result.types) if isinstance(result, types.BaseTuple) else [result]
        for kind in inputs + outputs:
            if not isinstance(kind, (types.Number, types.Boolean)):
                raise TypingError(f"a ufunc has numbers as operands, and `{self.function.__name__}` has {kind}; `guvectorize` is for arrays")
        if len(inputs) != self.nin:
            raise TypeError(f"`{self.function.__name__}` has {self.nin} parameters, and the signature {declaration(signature)} {len(inputs)}")
        return inputs, outputs, functools.partial(self._make, kernel, inputs, outputs)

    def _make(self, kernel, inputs, outputs, pattern):
        arrays = [kind[:] if letter == "a" else kind[::1] for kind, letter in zip(inputs + outputs, pattern[1:])]
        source = _source_of_elements(self._loop_name(pattern), len(inputs), len(outputs), pattern)
        return self._compile(source, pattern, kernel, arrays)

    def _loop_name(self, pattern):
        name = self.function.__name__
        return f"{name if name.isidentifier() else 'function'}_{pattern}"

    def _compile(self, source, pattern, kernel, arrays):
        from . import is_disabled, prange

        name = self._loop_name(pattern)
        # The text says all, so loops of one name are the same.
        file = f"<ufunc {self.function.__module__}.{self.function.__qualname__}, {pattern}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        names = {"prange": prange, "function": self.function if is_disabled() else kernel, "__name__": self.function.__module__}
        exec(compile(source, file, "exec"), names)
        if is_disabled():
            return names[name]
        # Iterations that follow from each other stay on one thread.
        options = self.loop_options if pattern[0] == "m" else {**self.loop_options, "parallel": False}
        signature = declaration(types.void(*arrays))
        made = make(names[name], options, [signature])
        # Whatever waits with its errors: what is called now says them now.
        _hotloop.compile(made, signature)
        return made

    def ufunc(self, loops, kernel):
        """NumPy's object with these loops; kernels that call it call the given one."""
        nout = len(loops[0][1])
        letters = ["".join(as_dtype(_element(kind)).char for kind in inputs + outputs) for inputs, outputs, _ in loops]
        description = {
            "name": self.function.__name__,
            "doc": self.function.__doc__ or "",
            "inputs": self.nin,
            "identity": _IDENTITIES[self.identity],
            "signature": self.layout,
            "cores": self.cores(nout),
            "loops": [(letters, make) for letters, (_, _, make) in zip(letters, loops)],
            "kernel": None if self.layout else kernel,
        }
        return _hotloop.make_ufunc(description)


def _element(kind):
    return kind.dtype if isinstance(kind, types.Array) else kind


def _source_of_elements(name, nin, nout, pattern):
    mode, inputs, outputs = pattern[0], pattern[1 : 1 + nin], pattern[1 + nin :]
    parameters = [f"x{i}" for i in range(nin)] + [f"y{i}" for i in range(nout)]
    if mode == "r":
        return f"def {name}(x0, x1, y0):\n    total = x0[0]\n    for i in range(x1.shape[0]):\n        total = function(total, x1[i])\n    y0[0] = total\n"
    hoisted = [f"    v{i} = x{i}[0]\n" for i, letter in enumerate(inputs) if letter == "s"]
    values = [f"v{i}" if letter == "s" else f"x{i}[i]" for i, letter in enumerate(inputs)]
    targets = ", ".join(f"y{i}[i]" for i in range(len(outputs)))
    loop = "prange" if mode == "m" else "range"
    return (
        f"def {name}({', '.join(parameters)}):\n{''.join(hoisted)}"
        f"    for i in {loop}(y0.shape[0]):\n        {targets} = function({', '.join(values)})\n"
    )


class _Cores(_Elements):
    """A function of arrays that are the core dimensions of operands, and how its loops are to be compiled."""

    def __init__(self, function, target, identity, options, layout):
        super().__init__(function, target, identity, options)
        self.made_with = (*self.made_with, layout)
        self.layout = layout.replace(" ", "")
        # Without an arrow all operands are inputs, and the function writes to some of them.
        inputs, _, outputs = self.layout.partition("->")
        if not inputs.startswith("("):
            raise ValueError(f'the layout of a generalised ufunc is written as in "(m,n),(n)->(m)", not {layout!r}')
        self.input_cores, self.output_cores = _dimensions(inputs), _dimensions(outputs)
        count = self.function.__code__.co_argcount
        if count != len(self.input_cores) + len(self.output_cores):
            raise TypeError(f"`{function.__name__}` has {count} parameters, and the layout {self.layout} as many operands as {len(self.input_cores)} + {len(self.output_cores)}")

    @property
    def nin(self):
        return len(self.input_cores)

    def let_kernels_call(self, ufunc, kernel, loops):
        """Lets kernels call the ufunc, with a loop that is written for each call."""
        from ._gufunc import extend

        extend(ufunc, self, kernel, loops)

    def cores(self, nout):
        names = []
        operands = self.input_cores + self.output_cores
        for name in (name for operand in operands for name in operand):
            if name not in names:
                names.append(name)
        return [[names.index(name) for name in operand] for operand in operands]

    def loop(self, signature):
        parameters, result = _hotloop.read_signature(declaration(signature))
        if result not in (None, "none"):
            raise TypeError(f"the function of a generalised ufunc writes its results to its last arguments: the signature {declaration(signature)} is to give void")
        operands = list(map(read, parameters))
        cores = self.input_cores + self.output_cores
        if len(operands) != len(cores):
            raise TypeError(f"the layout {self.layout} has {len(cores)} operands, and the signature {declaration(signature)} {len(operands)}")
        for position, (kind, core) in enumerate(zip(operands, cores)):
            ndim = kind.ndim if isinstance(kind, types.Array) else 0
            is_output = position >= self.nin
            if ndim != len(core) and not (ndim == 1 and not core) or (is_output and ndim == 0):
                wanted = max(len(core), 1 if is_output else 0)
                raise TypeError(f"operand {position} of the layout {self.layout} wants an array of {wanted} dimensions, and the signature {declaration(signature)} has {kind} there")
        kernel = self.declared([signature])
        inputs, outputs = operands[: self.nin], operands[self.nin :]
        return inputs, outputs, functools.partial(self._make, kernel, inputs, outputs)

    def _make(self, kernel, inputs, outputs, pattern):
        arrays, values = [], []
        names = [f"x{i}" for i in range(len(inputs))] + [f"y{i}" for i in range(len(outputs))]
        for name, kind, core, letter in zip(names, inputs + outputs, self.input_cores + self.output_cores, pattern[1:]):
            is_array = isinstance(kind, types.Array)
            ndim = len(core) + (letter != "s" or not core)
            arrays.append(types.Array(_element(kind), ndim, "A" if letter == "a" else "C"))
            if letter == "s":
                values.append(name if is_array else f"{name}[0]")
            else:
                values.append(f"{name}[i:i + 1]" if is_array and not core else f"{name}[i]")
        counted = next(name for name, letter in zip(names, pattern[1:]) if letter != "s")
        name = self._loop_name(pattern)
        source = f"def {name}({', '.join(names)}):\n    for i in prange({counted}.shape[0]):\n        function({', '.join(values)})\n"
        return self._compile(source, pattern, kernel, arrays)


def _dimensions(text):
    """The names of the core dimensions of each operand in "(m,n),(n)"."""
    operands = []
    for operand in text.split("),") if text else ():
        names = operand.strip("()")
        operands.append(tuple(names.split(",")) if names else ())
    return operands


class _Dynamic(Standing):
    """A ufunc whose loops are compiled when they are needed, each for the very types of its operands."""

    def __init__(self, elements):
        functools.update_wrapper(self, elements.function)
        self._elements = elements
        self._loops = {}
        self._ufuncs = {}
        self._whole = None
        self._is_frozen = False

    @property
    def py_func(self):
        """The Python function, of elements or of small arrays."""
        return self._elements.function

    @property
    def __hotloop_kernel__(self):
        """The function as a kernel, for kernels that call it."""
        return self._elements.kernel

    @property
    def nin(self):
        return self._elements.nin

    @property
    def nargs(self):
        return self.nin + self.nout

    @property
    def identity(self):
        return None if self._elements.identity == "reorderable" else self._elements.identity

    @property
    def signature(self):
        return self._elements.layout

    @property
    def types(self):
        """The dtypes of the loops compiled so far, as of NumPy's ufuncs."""
        return self.ufunc.types if self._loops else []

    @property
    def ntypes(self):
        return len(self._loops)

    @property
    def targetoptions(self):
        """The options of the decorator."""
        return {"nopython": True, **self._elements.made_with[2]}

    @property
    def ufunc(self):
        """NumPy's object with the loops compiled so far."""
        if self._whole is None:
            if not self._loops:
                raise TypeError(f"`{self.__name__}` has no loops yet: call it, or add() a signature")
            self._whole = self._elements.ufunc(list(self._loops.values()), self._elements.kernel)
        return self._whole

    def build_ufunc(self):
        """The same, under Numba's name."""
        return self.ufunc

    def add(self, signature):
        """Compiles the loop for a signature."""
        inputs, outputs, make = self._elements.loop(signature)
        self._loops[self._kinds(inputs, outputs)] = inputs, outputs, make
        self._whole = None
        return self

    def disable_compile(self):
        """Lets calls use the loops compiled so far, and no others."""
        self._is_frozen = True

    def _ufunc_for(self, kinds):
        """NumPy's object with the loop for these types; if no more are to be compiled, the one with all of them."""
        found = self._ufuncs.get(kinds)
        if found is None:
            if self._is_frozen and kinds not in self._loops:
                return self.ufunc
            for kind in map(_element, kinds):
                if not isinstance(kind, (types.Number, types.Boolean)) or kind is types.float16:
                    raise TypeError(f"`{self.__name__}` has no loop for operands of {', '.join(map(str, kinds))}: kernels know no elements of {kind}")
            if kinds not in self._loops:
                self.add(kinds)
            found = self._ufuncs[kinds] = self._elements.ufunc([self._loops[kinds]], self._elements.kernel)
        return found

    def __reduce__(self):
        if find_by_name(self.__module__, self.__qualname__) is self:
            return find_by_name, (self.__module__, self.__qualname__)
        return _restore, (type(self), type(self._elements), self._elements.function, self._elements.made_with, list(self._loops))

    def __repr__(self):
        return f"<hotloop ufunc {self.__name__!r}>"


def _restore(cls, elements, function, made_with, loops):
    made = cls(elements(function, *made_with))
    for kinds in loops:
        made.add(kinds)
    return made


def _type_of_elements(value):
    dtype = getattr(value, "dtype", None)
    if dtype is None and isinstance(value, (list, tuple)):
        import numpy

        dtype = numpy.asarray(value).dtype
    return typeof(value) if dtype is None else from_dtype(dtype)


class DUFunc(_Dynamic):
    """A ufunc whose loops are compiled when they are needed, each for the very types of its operands."""

    def __init__(self, py_func, identity=None, cache=False, targetoptions=None):
        elements = py_func if isinstance(py_func, _Elements) else _Elements(py_func, "cpu", identity, {"cache": cache, **(targetoptions or {})})
        super().__init__(elements)

    @property
    def nout(self):
        return len(next(iter(self._loops.values()))[1]) if self._loops else 1

    @staticmethod
    def _kinds(inputs, outputs):
        """What a loop is found by: the types of the inputs."""
        return tuple(inputs)

    def __call__(self, *arguments, **options):
        if len(arguments) < self.nin:
            raise TypeError(f"{self.__name__}() takes from {self.nin} to {self.nargs} positional arguments but {len(arguments)} were given")
        return self._for(*arguments[: self.nin])(*arguments, **options)

    def _for(self, *inputs):
        return self._ufunc_for(tuple(map(_type_of_elements, inputs)))

    def reduce(self, array, *arguments, **options):
        return self._for(array, array).reduce(array, *arguments, **options)

    def accumulate(self, array, *arguments, **options):
        return self._for(array, array).accumulate(array, *arguments, **options)

    def reduceat(self, array, *arguments, **options):
        return self._for(array, array).reduceat(array, *arguments, **options)

    def outer(self, first, second, /, **options):
        return self._for(first, second).outer(first, second, **options)

    def at(self, array, indices, *others):
        return self._for(array, *others).at(array, indices, *others)


class GUFunc(_Dynamic):
    """A generalised ufunc whose loops are compiled when they are needed, for the types of what it is called with."""

    def __init__(self, elements):
        super().__init__(elements)
        elements.let_kernels_call(self, elements.kernel, [])

    @property
    def __hotloop_kernel__(self):
        # A kernel that calls it calls a loop that is written for the call.
        raise AttributeError("__hotloop_kernel__")

    @property
    def is_dynamic(self):
        """Whether calls may compile more loops."""
        return not self._is_frozen

    @property
    def nout(self):
        return len(self._elements.output_cores)

    def __call__(self, *arguments, **options):
        out = options.get("out")
        operands = (*arguments, *(out if isinstance(out, tuple) else () if out is None else (out,)))
        if len(operands) != self.nargs:
            if not self._loops:
                raise TypeError(f"`{self.__name__}` was declared without types: its first call needs the arrays that it writes to, as in {self.__name__}(..., out)")
            return self.ufunc(*arguments, **options)
        cores = self._elements.input_cores + self._elements.output_cores
        kinds = []
        for position, (operand, core) in enumerate(zip(operands, cores)):
            element = _type_of_elements(operand)
            ndim = len(core) if position < self.nin else max(len(core), 1)
            kinds.append(types.Array(element, ndim, "A") if ndim else element)
        return self._ufunc_for(tuple(kinds))(*arguments, **options)

    @staticmethod
    def _kinds(inputs, outputs):
        """What a loop is found by: the types of all that it is called with."""
        return (*inputs, *outputs)


class _Builder:
    """Numba's way to make a ufunc step by step: signatures are added, then it is built."""

    def __init__(self, elements):
        self._elements = elements
        self._signatures = []

    def add(self, sig):
        self._signatures.append(sig)

    def build_ufunc(self):
        return _declared(self._elements, self._signatures)


class Vectorize(_Builder):
    """`Vectorize(function)`, `add(signature)` and `build_ufunc()` do what `vectorize` does."""

    def __init__(self, func, identity=None, cache=False, target="cpu", **options):
        super().__init__(_Elements(func, target, identity, {"cache": cache, **options}))


class GUVectorize(_Builder):
    """`GUVectorize(function, layout)`, `add(signature)` and `build_ufunc()` do what `guvectorize` does."""

    def __init__(self, func, signature, identity=None, cache=False, target="cpu", writable_args=(), **options):
        super().__init__(_Cores(func, target, identity, {"cache": cache, **options}, signature))
