"""The peers of the kernel benchmarks: each makes of a kernel something to call, and says how long that took.

`build(kernel, arguments)` gives a `Built`: `once(arguments)` prepares one call, `many(count, arguments)` that many calls inside of compiled code, so that
of small sizes the kernel is measured and not the call. Both give a function without parameters.
"""

import ast
import ctypes
import dataclasses
import hashlib
import importlib
import importlib.util
import linecache
import resource
import shutil
import subprocess
import sys
import time
import types
import typing
from pathlib import Path

import numpy as np

C_TYPES = {"bool": "uint8_t", "uint8": "uint8_t", "int32": "int32_t", "uint32": "uint32_t", "int64": "int64_t", "uint64": "uint64_t", "float32": "float",
           "float64": "double", "complex128": "double"}
RESULTS = {None: ("void", None), "f8": ("double", ctypes.c_double), "i8": ("int64_t", ctypes.c_int64), "u8": ("uint64_t", ctypes.c_uint64),
           "arr": ("void *", ctypes.c_void_p)}
C_FLAGS = ["-O3", "-march=native", "-std=gnu11", "-fPIC", "-fno-semantic-interposition", "-Wno-incompatible-pointer-types", "-Wno-unknown-pragmas"]
COMPILATIONS = 5


class Skipped(Exception):
    """Why a peer does not run a kernel."""


@dataclasses.dataclass
class Kernel:
    """A spec with the folder of its sources."""

    spec: typing.Any
    folder: Path

    @property
    def python_file(self):
        return self.folder / f"{self.spec.src}.py"

    @property
    def c_file(self):
        return self.folder / f"{self.spec.name}.c"

    @property
    def entry(self):
        return self.spec.src


@dataclasses.dataclass
class Built:
    """A kernel that can be called."""

    call: typing.Callable
    once: typing.Callable
    many: typing.Callable
    compile_ms: list
    """The milliseconds of each compilation."""


class C:
    """gcc, `-O3 -march=native`, and `-ffast-math` if it is to be fast."""

    def __init__(self, name, is_fast=False):
        self.name, self.is_fast = name, is_fast

    def is_available(self):
        return shutil.which("gcc") is not None

    def build(self, kernel, arguments, folder):
        refuse_without_floats(self.is_fast, kernel)
        library, compile_ms = self._compile(kernel, arguments, folder)
        return wrap_c(kernel, ctypes.CDLL(str(library)), arguments, compile_ms)

    def _compile(self, kernel, arguments, folder):
        flags = C_FLAGS + ["-ffast-math"] * self.is_fast + ["-fopenmp"] * kernel.spec.par
        driver = c_driver(kernel, arguments)
        text = kernel.c_file.read_text() + driver + " ".join(flags)
        library = folder / f"{kernel.spec.name}-{hashlib.sha1(text.encode()).hexdigest()[:16]}.so"
        note = library.with_suffix(".ms")
        if not library.exists():
            (folder / "driver.c").write_text(driver)
            start = seconds_of_children()
            run("gcc", *flags, "-c", kernel.c_file, "-o", folder / "kernel.o")
            note.write_text(str(1e3 * (seconds_of_children() - start)))
            run("gcc", "-O1", "-fPIC", "-c", folder / "driver.c", "-o", folder / "driver.o")
            libraries = ["-lmvec"] * self.is_fast + ["-lm"]
            run("gcc", *["-fopenmp"] * kernel.spec.par, "-shared", folder / "kernel.o", folder / "driver.o", "-o", library, *libraries)
        return library, [float(note.read_text())]


def seconds_of_children():
    """The processor time of all programs that were run and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def run(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)


def c_parameters(arguments):
    """The types of C's parameters, for C and for ctypes."""
    spelled, passed = [], []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            spelled += [C_TYPES[str(argument.dtype)] + " *"] + ["int64_t"] * argument.ndim
            passed += [ctypes.c_void_p] + [ctypes.c_int64] * argument.ndim
        elif isinstance(argument, np.float32):
            spelled.append("float")
            passed.append(ctypes.c_float)
        elif isinstance(argument, float):
            spelled.append("double")
            passed.append(ctypes.c_double)
        else:
            spelled.append("int64_t")
            passed.append(ctypes.c_int64)
    return spelled, passed


def c_values(arguments):
    values = []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            values += [argument.ctypes.data, *argument.shape]
        else:
            values.append(float(argument) if isinstance(argument, (float, np.floating)) else int(argument))
    return values


def c_driver(kernel, arguments):
    """C that calls the kernel many times, in a file of its own so that no call is left out."""
    spelled, _ = c_parameters(arguments)
    result, _ = RESULTS[kernel.spec.ret]
    parameters = ", ".join(f"{spelling} a{at}" for at, spelling in enumerate(spelled))
    names = ", ".join(f"a{at}" for at in range(len(spelled)))
    call = f"{kernel.entry}({names})"
    head = f"#include <stdint.h>\n#include <stdlib.h>\n{result} {kernel.entry}({', '.join(spelled)});\n"
    if kernel.spec.ret in (None, "arr"):
        body = f"free({call});" if kernel.spec.ret else f"{call};"
        return f"{head}void many(int64_t n, {parameters}) {{ for (int64_t r = 0; r < n; r++) {body} }}\n"
    return f"{head}{result} many(int64_t n, {parameters}) {{ {result} s = 0; for (int64_t r = 0; r < n; r++) s += {call}; return s; }}\n"


def wrap_c(kernel, library, arguments, compile_ms):
    _, passed = c_parameters(arguments)
    _, result = RESULTS[kernel.spec.ret]
    once, many = getattr(library, kernel.entry), library.many
    once.argtypes, once.restype = passed, result
    many.argtypes, many.restype = [ctypes.c_int64, *passed], None if kernel.spec.ret in (None, "arr") else result
    free = ctypes.CDLL(None).free
    free.argtypes, free.restype = [ctypes.c_void_p], None

    def call(*arguments):
        found = once(*c_values(arguments))
        if kernel.spec.ret != "arr":
            return found
        array = np.ctypeslib.as_array(ctypes.cast(found, ctypes.POINTER(ctypes.c_double)), arguments[0].shape).copy()
        free(found)
        return array

    def prepared(arguments):
        values = c_values(arguments)
        return (lambda: free(once(*values))) if kernel.spec.ret == "arr" else (lambda: once(*values))

    def prepared_many(count, arguments):
        values = c_values(arguments)
        return lambda: many(count, *values)

    return Built(call, prepared, prepared_many, compile_ms)


class Jit:
    """A package with Numba's decorators."""

    def __init__(self, name, package, is_fast=False, **options):
        self.name, self.package, self.is_fast = name, package, is_fast
        self.options = {**options, **({"fastmath": True, "error_model": "numpy"} if is_fast else {})}

    def is_available(self):
        return importlib.util.find_spec(self.package) is not None

    def build(self, kernel, arguments, folder):
        refuse_without_floats(self.is_fast, kernel)
        package = importlib.import_module(self.package)
        options = {**self.options, **({"parallel": True} if kernel.spec.par else {})}
        decorate, prange = package.njit(**options), package.prange if kernel.spec.par else range
        package.njit(lambda x: x + 1)(1)
        compile_ms = []
        for _ in range(COMPILATIONS if self.package == "hotloop" else 1):
            function, many = load(kernel, decorate, prange)
            signature = tuple(package.typeof(argument) for argument in arguments)
            start = time.process_time()
            function.compile(signature)
            compile_ms.append(1e3 * (time.process_time() - start))

        return Built(function, lambda arguments: lambda: function(*arguments), lambda count, arguments: lambda: many(count, *arguments), compile_ms)


class NumPy:
    """NumPy's way, where the spec has one."""

    name = "numpy"

    def is_available(self):
        return True

    def build(self, kernel, arguments, folder):
        function = kernel.spec.numpy
        if function is None:
            raise Skipped("no way of NumPy's")
        return Built(function, lambda arguments: lambda: function(*arguments), None, [])


def refuse_without_floats(is_fast, kernel):
    if is_fast and not kernel.spec.fp:
        raise Skipped("no floats")


def load(kernel, decorate, prange):
    """The functions of a kernel's file, decorated: the kernel, and one that calls it many times."""
    path, source = str(kernel.python_file), kernel.python_file.read_text()
    module = types.ModuleType(f"kernel_{kernel.entry}")
    module.__file__, module.prange = path, prange
    sys.modules[module.__name__] = module
    exec(compile(source, path, "exec"), module.__dict__)
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        setattr(module, function.name, decorate(getattr(module, function.name)))
    text = many_calls(kernel, [argument.arg for argument in functions[-1].args.args])
    many_path = f"{path}:many"
    linecache.cache[many_path] = (len(text), None, text.splitlines(True), many_path)
    exec(compile(text, many_path, "exec"), module.__dict__)
    return getattr(module, kernel.entry), decorate(module.many)


def many_calls(kernel, parameters):
    names = ", ".join(parameters)
    call = f"{kernel.entry}({names})"
    if kernel.spec.ret in (None, "arr"):
        return f"def many(count_, {names}):\n    for _ in range(count_):\n        {call}\n"
    return f"def many(count_, {names}):\n    total_ = {call}\n    for _ in range(count_ - 1):\n        total_ += {call}\n    return total_\n"


PEERS = {
    peer.name: peer
    for peer in [
        C("c"),
        C("c-fast", is_fast=True),
        Jit("numba", "numba"),
        Jit("numba-fast", "numba", is_fast=True),
        Jit("hotloop", "hotloop"),
        Jit("hotloop-fast", "hotloop", is_fast=True),
        Jit("hotloop-unchecked", "hotloop", boundscheck=False),
        NumPy(),
    ]
}
