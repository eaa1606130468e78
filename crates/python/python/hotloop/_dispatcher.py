"""What a kernel offers besides being called: introspection, compilation ahead of the call, pickling.

The type itself is made by the extension module, which knows how to call; the methods here are added to it.
"""

import collections
import functools
import importlib
import os

from . import _hotloop
from ._hotloop import Dispatcher
from .types import declaration, spelling
from .types._read import read, read_signature

Latency = collections.namedtuple("Latency", "count p50_ns p90_ns p99_ns p999_ns longest_ns")

LoopFacts = collections.namedtuple(
    "LoopFacts",
    "file line function source depth is_parallel grain shared is_outer vector_bits lanes unroll checks_in_vectors reason reason_line checks checks_otherwise allocations calls",
)


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


class LoopReport(list):
    """The facts of each loop, in the order of the source; as text, all that there is to say. `library` are the functions of NumPy that share their work among threads."""

    def __init__(self, reports):
        super().__init__(LoopFacts(**facts) for _, loops, _ in reports for facts in loops)
        self.library = [path for _, _, library in reports for path in library]
        self._text = "\n".join(text for text, _, _ in reports)

    def __str__(self):
        return self._text


class Stats(collections.namedtuple("Stats", "cache_path cache_hits cache_misses")):
    """What happened to a kernel so far. As a tuple it has what Numba's has.

    cache_hits, cache_misses: how often code came from the cache on disk, and how often it was compiled.
    calls: how often the kernel was called from Python.
    compile_times: the seconds that it took to come by the code, compiled or from the cache, by the types of the parameters.
    latency: how many calls were measured and what they took in nanoseconds, from the objects to the result; None unless `record_latency()` or `HOTLOOP_LATENCY=1` asks for it.
    """

    def __new__(cls, hits, misses, calls, compile_times, latency):
        made = super().__new__(cls, None, hits, misses)
        made.calls, made.compile_times, made.latency = calls, compile_times, latency
        return made


class Standing:
    """What stands for a kernel in a program: where a kernel names it, `__hotloop_kernel__` is meant."""


def make(function, options, signatures):
    """The kernel of a Python function; compiled at once for the spelled signatures, if there are any."""
    dispatcher = _hotloop.make_dispatcher(function, options, list(signatures))
    functools.update_wrapper(dispatcher, function)
    dispatcher._decoration = (options, signatures)
    dispatcher._is_closed = bool(signatures)
    if os.environ.get("HOTLOOP_LATENCY", "0") not in ("", "0"):
        _hotloop.measure_latencies(dispatcher, True)
    for signature in signatures:
        _hotloop.compile(dispatcher, signature)
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
        wanted = [signature] if signature is not None else self.signatures
        return LoopReport([_hotloop.loop_report(self, list(map(spelling, parameters))) for parameters in wanted])

    def parallel_diagnostics(self, signature=None, level=1):
        """Prints which loops are shared out among threads, and why others are not; from level 2 on also what an iteration takes and which elements iterations may
        share, from 3 on how iterations run, at 4 all of `loop_report`."""
        if not 1 <= level <= 4:
            raise ValueError(f"level must be from 1 to 4, not {level}")
        report = self.loop_report(signature)
        is_parallel = bool(self._decoration[0].get("parallel"))
        print(report if level == 4 else _parallel_text(self.__name__, report, is_parallel, level))

    def __reduce__(self):
        """By name where the name leads here; else with the Python function, for pickles that can hold one."""
        if find_by_name(self.__module__, self.__qualname__) is self:
            return find_by_name, (self.__module__, self.__qualname__)
        return make, (self.py_func, *self._decoration)


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


def _parallel_text(name, report, is_parallel, level):
    """What `parallel_diagnostics` prints below level 4."""
    shared_out = [facts for facts in report if facts.is_parallel]
    lines = [f"{name}: {len(shared_out)} of {len(report)} loops are shared out among threads"]
    around = []
    for facts in report:
        around = [outer for outer in around if outer.depth < facts.depth]
        lines.append(f"{'  ' * facts.depth}{facts.file}:{facts.line}  {facts.source}")
        indent = "  " * facts.depth + "    "
        lines.append(indent + _parallel_verdict(facts, around, is_parallel))
        if level >= 2 and facts.is_parallel:
            lines.append(f"{indent}grain: {facts.grain}")
            lines += [f"{indent}line {line}: elements are {what} here that iterations may share" for what, line in facts.shared]
        if level >= 3:
            lines.append(indent + _work(facts))
        around.append(facts)
    lines += [f"{path} shares its work among threads where there is enough" for path in report.library]
    return "\n".join(lines)


def _parallel_verdict(facts, around, is_parallel):
    if facts.is_parallel:
        return "shared out among threads"
    if not is_parallel:
        return "in order: the function has no `parallel=True`"
    outer = next((outer for outer in around if outer.is_parallel), None)
    if outer is not None:
        return f"in order, within an iteration of the loop in line {outer.line}"
    if "prange" in facts.source:
        return "in order: it updates arrays together with a loop around it"
    return "in order: only loops over `prange` and array expressions are shared out"


def _work(facts):
    if facts.vector_bits is not None:
        return f"in vectors of {facts.vector_bits} bits, {facts.lanes} iterations each"
    return "one by one" + (f": {facts.reason}" if facts.reason else "")


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
