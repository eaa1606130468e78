"""Object mode: functions that the interpreter runs, because the decorator asks for it or allows it."""

import dis
import functools
import inspect
import types as python_types

from . import _hotloop
from ._dispatcher import Standing, find_by_name, make
from ._statistics import Stats
from .errors import HotloopError, InternalError, TypingError, warn_of_object_mode
from .types import Signature, declaration, pyobject
from .types._read import parameters_of, read


class InterpretedOverload:
    """A list of argument types that the interpreter ran a function with."""

    objectmode = True
    lifted = ()

    def __init__(self, signature, function):
        self.signature = signature
        self.entry_point = function


class ObjectModeDispatcher:
    """A function that the interpreter runs as it is, with what kernels offer besides being called."""

    def __init__(self, function, options, signatures):
        functools.update_wrapper(self, function)
        self.py_func = function
        self._run = _with_cells_as_they_are(function)
        self._parameters = inspect.signature(function)
        self._options = options
        self._declared = signatures
        self._seen = {}
        for signature in signatures:
            self._add(parameters_of(declaration(signature)))

    def __call__(self, *arguments, **named):
        given = self._bound(arguments, named)
        result = self._run(*arguments, **named)
        if not self._declared:
            self._add(tuple(map(_type_of, given)))
        return result

    def _bound(self, arguments, named):
        """The arguments that a call gives, in the order of the parameters."""
        try:
            return tuple(self._parameters.bind(*arguments, **named).arguments.values())
        except TypeError as error:
            raise TypeError(f"{self.__qualname__}() {error} ({_shortcoming(self._parameters, arguments, named)})") from None

    def _add(self, kinds):
        if kinds not in self._seen:
            self._seen[kinds] = InterpretedOverload(Signature(pyobject, kinds), self.py_func)

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    @property
    def signatures(self):
        """The types of the arguments of the calls so far, or those that were declared."""
        return list(self._seen)

    @property
    def nopython_signatures(self):
        """The signatures that were compiled: none."""
        return []

    @property
    def overloads(self):
        """What was called, by the types of the arguments."""
        return dict(self._seen)

    @property
    def stats(self):
        """Nothing is compiled or cached."""
        return Stats(0, 0)

    @property
    def targetoptions(self):
        """The options of the decorator."""
        return dict(self._options)

    def compile(self, signature):
        """Notes a signature; there is nothing to compile."""
        self._add(parameters_of(declaration(signature)))

    def disable_compile(self, val=True):
        """There is nothing to compile."""

    def inspect_types(self, file=None, **_ignored):
        """Prints that the interpreter runs the function."""
        print(f"{self.__qualname__} runs in object mode: the interpreter knows its types", file=file)

    def __reduce__(self):
        if find_by_name(self.__module__, self.__qualname__) is self:
            return find_by_name, (self.__module__, self.__qualname__)
        return type(self), (self.py_func, self._options, self._declared)

    def __repr__(self):
        return f"<hotloop object-mode function of {self.py_func!r}>"


class FallbackDispatcher(ObjectModeDispatcher, Standing):
    """A kernel where it can be compiled; where it cannot, the interpreter runs the function, after one warning that says why."""

    def __init__(self, function, options, checked, signatures):
        self._checked = checked
        self._refused = set()
        self._kernel = None
        super().__init__(function, options, ())
        self._declared = signatures
        try:
            self._kernel = make(function, checked, signatures)
        except InternalError:
            raise
        except HotloopError as error:
            self._fall_back(error)

    def __call__(self, *arguments, **named):
        if self._kernel is None:
            return self.py_func(*arguments, **named)
        kinds = tuple(map(_type_of, (*arguments, *named.values())))
        if kinds in self._refused:
            return self.py_func(*arguments, **named)
        try:
            if pyobject in kinds:
                raise TypingError(f"no kernel takes arguments of the types {', '.join(map(str, kinds))}")
            return self._kernel(*arguments, **named)
        except InternalError:
            raise
        except HotloopError as error:
            # Only the compiler raises these, before anything of the function has run.
            self._refused.add(kinds)
            self._add(kinds)
            self._fall_back(error)
        return self.py_func(*arguments, **named)

    @property
    def __hotloop_kernel__(self):
        """The kernel, for kernels that call it."""
        return self._kernel

    def _fall_back(self, error):
        warn_of_object_mode(f"`{self.__qualname__}` runs in object mode, at the speed of the interpreter, since it cannot be compiled: {error}")

    @property
    def signatures(self):
        return list(self.overloads)

    @property
    def nopython_signatures(self):
        return [] if self._kernel is None else self._kernel.nopython_signatures

    @property
    def overloads(self):
        return {**({} if self._kernel is None else self._kernel.overloads), **self._seen}

    def __reduce__(self):
        if find_by_name(self.__module__, self.__qualname__) is self:
            return find_by_name, (self.__module__, self.__qualname__)
        return type(self), (self.py_func, self._options, self._checked, self._declared)


def _shortcoming(signature, arguments, named):
    """What is wrong with a call, as Numba says it, and kernels do."""
    parameters = signature.parameters.values()
    ordinary = [each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    needed = [each.name for each in ordinary if each.default is each.empty]
    given = len(arguments) + len(named)
    is_open = len(ordinary) < len(parameters)
    if given > len(ordinary) and not is_open:
        return f"too many arguments: expected {len(ordinary)}, got {given}"
    if given < len(needed):
        at_least = "at least " if is_open or len(needed) < len(ordinary) else ""
        return f"not enough arguments: expected {at_least}{len(needed)}, got {given}"
    by_position = {each.name for each in ordinary[: len(arguments)]}
    missing = [name for name in needed if name not in by_position and name not in named]
    return f"missing argument '{missing[0]}'" if missing else "some keyword arguments unexpected"


def _with_cells_as_they_are(function):
    """The function, for which the variables of functions around it stay what they are now, as a kernel's do. Those that are not set yet, or that it sets itself, are read when it runs."""
    if not getattr(function, "__closure__", None):
        return function
    code = function.__code__
    written = _written(code)
    cells = tuple(cell if name in written else _frozen_cell(cell) for name, cell in zip(code.co_freevars, function.__closure__))
    frozen = python_types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, cells)
    frozen.__kwdefaults__ = function.__kwdefaults__
    return frozen


def _written(code):
    """The variables of functions around it that code sets, or functions within it do."""
    own = {each.argval for each in dis.get_instructions(code) if each.opname in ("STORE_DEREF", "DELETE_DEREF")}
    inner = (constant for constant in code.co_consts if isinstance(constant, python_types.CodeType))
    return own.union(*map(_written, inner)).intersection(code.co_freevars + code.co_cellvars)


def _frozen_cell(cell):
    try:
        return python_types.CellType(cell.cell_contents)
    except ValueError:
        return cell


def _type_of(value):
    """The type of an argument; that of any object where no kernel takes it."""
    found = _hotloop.spelling_of(value)
    return pyobject if found is None else read(found)
