"""What a kernel offers besides being called: introspection, compilation ahead of the call, pickling.

The type itself is made by the extension module, which knows how to call; the methods here are added to it.
"""

import functools
import importlib
import linecache
import os

from . import _hotloop
from ._hotloop import Dispatcher
from ._missing import Refused
from .errors import HotloopError, UnsupportedError
from .types import declaration, spelling
from .types._read import read, read_signature


class Overload:
    """What was made of a function for one list of argument types."""

    objectmode = False
    lifted = ()

    def __init__(self, signature, dispatcher, parameters):
        self.signature = signature
        self._dispatcher = dispatcher
        self._parameters = parameters

    def entry_point(self, *arguments):
        """Calls this code; arguments of other types are a `TypeError`."""
        return _hotloop.call_one(self._dispatcher, self._parameters, arguments)

    @property
    def library(self):
        """The code's forms as text."""
        return Library(self._dispatcher, self._parameters)

    @property
    def metadata(self):
        """What `get_metadata` says of it."""
        return self._dispatcher.get_metadata(self.signature.args)

    def __repr__(self):
        return f"<code of {self._dispatcher.__qualname__} for {self.signature}>"


def _middle_form(dispatcher, parameters):
    """The optimised middle IR, and ahead of it what programs look for in Numba's form, each by the name that it has there: where work is handed to the threads (`@do_scheduling`), and
    where a list is made (`allocate list`)."""
    _, loops, library = _hotloop.loop_report(dispatcher, parameters)
    form = _hotloop.emit(dispatcher, "mir-opt", parameters)
    lines = [f"; @do_scheduling {facts['file']}:{facts['line']}  {facts['source']}" for facts in loops if facts["is_parallel"]]
    lines += [f"; @do_scheduling {path}, where there is enough" for path in library]
    lists = form.count("call_runtime hl_new_list(")
    lines += [f"; allocate list: {lists} times in the text"] if lists else []
    return "".join(f"{line}\n" for line in lines) + form


class Library:
    """The forms of one specialisation as text, under the names of Numba's code libraries."""

    def __init__(self, dispatcher, parameters):
        self._dispatcher = dispatcher
        self._parameters = parameters

    @property
    def name(self):
        """The function's name."""
        return self._dispatcher.__qualname__

    def get_llvm_str(self):
        """Hotloop's own form in the place of LLVM's, as of `inspect_llvm`."""
        return _middle_form(self._dispatcher, self._parameters)

    def get_asm_str(self):
        """The machine code as assembly."""
        return _hotloop.emit(self._dispatcher, "asm", self._parameters)


class Standing:
    """What stands for a kernel in a program: where a kernel names it, `__hotloop_kernel__` is meant."""


# Whether a kernel that cannot be compiled for a declared signature says so when it is called and not when its module is loaded, so that programs written for Numba can be loaded.
waits_with_errors = False


def make(function, options, signatures):
    """The kernel of a Python function; compiled at once for the spelled signatures, if there are any."""
    try:
        dispatcher = _hotloop.make_dispatcher(function, options, list(signatures))
    except ValueError as error:
        # A declared type that there is not.
        if not waits_with_errors:
            raise
        code = function.__code__
        return Refused(function, UnsupportedError(f"`{function.__qualname__}` ({code.co_filename}:{code.co_firstlineno}): {error}"))
    functools.update_wrapper(dispatcher, function)
    dispatcher._decoration = (options, signatures)
    dispatcher._is_closed = bool(signatures)
    if os.environ.get("HOTLOOP_LATENCY", "0") not in ("", "0"):
        _hotloop.measure_latencies(dispatcher, True)
    for signature in signatures:
        try:
            _hotloop.compile(dispatcher, signature)
        except HotloopError:
            if not waits_with_errors:
                raise
    return dispatcher


class Methods:
    """The methods and properties of a kernel."""

    @property
    def py_func(self):
        """The Python function."""
        return _hotloop.py_func(self)

    @property
    def signatures(self):
        """The types of the parameters, for each specialisation compiled so far."""
        return list(self.overloads)

    @property
    def nopython_signatures(self):
        """The signatures compiled so far, with their results."""
        return [overload.signature for overload in self.overloads.values()]

    @property
    def overloads(self):
        """What was compiled, by the types of the parameters."""
        compiled = [Overload(read_signature(*spellings), self, spellings[0]) for spellings in _hotloop.signatures(self)]
        return {overload.signature.args: overload for overload in compiled}

    @property
    def stats(self):
        """What happened so far: calls, compile times, hits of the cache, and latencies where they are measured."""
        from ._statistics import Latency, Stats

        hits, misses, calls, times = _hotloop.statistics(self)
        compile_times = {tuple(map(read, parameters)): seconds for parameters, seconds in times}
        measured = _hotloop.latencies(self)
        return Stats(hits, misses, calls, compile_times, measured and Latency(measured[0], *measured[1], measured[2]))

    def record_latency(self, wanted=True):
        """Measures how long calls take from now on, for `stats.latency`; or no more."""
        _hotloop.measure_latencies(self, wanted)

    @property
    def targetoptions(self):
        """The options of the decorator."""
        return dict(self._decoration[0])

    def compile(self, signature):
        """Compiles the function for a signature, such as "float64(float64[:])" or a tuple of types. One that declares signatures, or whose compilation was disabled, is compiled for no others."""
        text = declaration(signature)
        if self._is_closed and _hotloop.read_signature(text)[0] not in [parameters for parameters, _ in _hotloop.signatures(self)]:
            raise RuntimeError("compilation disabled")
        _hotloop.compile(self, text)

    def recompile(self):
        """Compiles the function again for all signatures, with the globals of now."""
        _hotloop.recompile(self)

    def disable_compile(self, val=True):
        """Lets calls use what was compiled so far, and nothing else."""
        _hotloop.disable_compile(self, val)
        self._is_closed = bool(val or self._decoration[1])

    def get_metadata(self, signature=None):
        """What is known of the code, by signature or for one: the facts of its loops, and what is said of them where Numba says it."""
        wanted = [signature] if signature is not None else self.signatures
        known = {tuple(parameters): {"loops": self.loop_report(parameters), "parfor_diagnostics": ParallelDiagnostics(self, parameters)} for parameters in wanted}
        return known if signature is None else next(iter(known.values()))

    def inspect_types(self, file=None, signature=None, **_ignored):
        """Prints the source with the types of its variables beside the lines that assign them, for each signature."""
        for text in _forms(self, "types", signature).values():
            print(text, file=file)

    def inspect_llvm(self, signature=None):
        """Hotloop's own form in the place of LLVM's: the optimised middle IR, by signature, or for one. Ahead of it stands what runs on several threads."""
        wanted = [signature] if signature is not None else self.signatures
        forms = {tuple(parameters): _middle_form(self, list(map(spelling, parameters))) for parameters in wanted}
        return _one_or_all(forms, signature)

    def inspect_asm(self, signature=None):
        """The machine code as assembly, by signature, or for one."""
        return _one_or_all(_forms(self, "asm", signature), signature)

    def loop_report(self, signature=None):
        """What became of the loops: those of a signature, or of all compiled so far. Printed, it is the text of `hotloop explain-loops`."""
        from ._loop_report import LoopReport

        wanted = [signature] if signature is not None else self.signatures
        return LoopReport([_hotloop.loop_report(self, list(map(spelling, parameters))) for parameters in wanted])

    def parallel_diagnostics(self, signature=None, level=1):
        """Prints which loops are shared out among threads, and why others are not; from level 2 on also what an iteration takes and which elements iterations may
        share, from 3 on how iterations run, at 4 all of `loop_report`."""
        if not 1 <= level <= 4:
            raise ValueError(f"level must be from 1 to 4, not {level}")
        from ._loop_report import parallel_text

        report = self.loop_report(signature)
        is_parallel = bool(self._decoration[0].get("parallel"))
        print(report if level == 4 else parallel_text(self.__name__, report, is_parallel, level))

    def __reduce__(self):
        """By name where the name leads here; else with the Python function, for pickles that can hold one, and the text that it was made of."""
        if find_by_name(self.__module__, self.__qualname__) is self:
            return find_by_name, (self.__module__, self.__qualname__)
        return _restore, (self.py_func, *self._decoration, _lines_of(self.py_func))


class ParallelDiagnostics:
    """What `get_metadata` holds under Numba's name of `parfor_diagnostics`."""

    def __init__(self, dispatcher, signature):
        self._dispatcher = dispatcher
        self._signature = signature

    def count_parfors(self):
        """How many loops are shared out among threads."""
        return sum(facts.is_parallel for facts in self._dispatcher.loop_report(self._signature))

    def dump(self, level=1):
        """Prints what `parallel_diagnostics` does."""
        self._dispatcher.parallel_diagnostics(self._signature, level)


def _lines_of(function):
    """The text that a function was made of, as far as it is known here."""
    name = function.__code__.co_filename
    linecache.checkcache(name)
    return linecache.getlines(name, function.__globals__)


def _restore(function, options, signatures, lines):
    """A kernel from a pickle. Where its text is not there, or another one stands under the same name, the pickle's own is found."""
    here = _lines_of(function)
    if lines and here != lines:
        name = function.__code__.co_filename
        if here:
            import hashlib

            # Equal texts have one name, so that kernels of them share code.
            digest = hashlib.sha256("".join(lines).encode()).hexdigest()
            name = f"{name} <{digest[:16]}>"
            function.__code__ = function.__code__.replace(co_filename=name)
        linecache.cache[name] = (sum(map(len, lines)), None, lines, name)
    return make(function, options, signatures)


def _forms(dispatcher, form, signature):
    wanted = [signature] if signature is not None else dispatcher.signatures
    return {tuple(parameters): _hotloop.emit(dispatcher, form, list(map(spelling, parameters))) for parameters in wanted}


def _one_or_all(forms, signature):
    return forms if signature is None else next(iter(forms.values()))


def find_by_name(module, qualified_name):
    """What a module holds under a dotted name; None if nothing."""
    try:
        value = importlib.import_module(module)
    except ImportError:
        return None
    for name in qualified_name.split("."):
        value = getattr(value, name, None)
    return value


for _name, _value in vars(Methods).items():
    if _name not in ("__module__", "__dict__", "__weakref__", "__doc__", "__qualname__"):
        setattr(Dispatcher, _name, _value)
