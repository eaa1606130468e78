"""Runs the cases of test programs under CPython and writes down what must come out.

    run.py OUT FILE.py...

A test program is a Python file with kernels and a list of cases:

    CASES = [
        ("kernel", [np.arange(4.0), 3]),
        ("kernel", [np.arange(4.0), 3], {"within": 1e-12}),
    ]

A case names a kernel, gives its arguments, and may say how far floats may be off (`within`, an absolute bound, or `units` in the last
place; without either they must agree bit for bit). The ways to run a kernel must agree with each other bit for bit in any case, save where it says
`"approximate": True`: `fastmath` allows some of them other operations. With `refused`, which `tests/parallel/` has, Hotloop does not accept it. What it prints must agree, and may come in another order of lines from a parallel loop. `SOURCE = "docs/guide/kernels.py"` makes the cases about another file of the
repository. For each FILE, `OUT/<stem>.json` receives the cases with their inputs, the result or exception, and the
arrays as the call left them. Numbers are written as the hexadecimal digits of their little-endian bytes.
"""

import contextlib
import ctypes
import enum
import io
import json
import pathlib
import sys
import types

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from stand_in import GeneratorStandIn, load  # noqa: E402
from values import Array, Scalar, is_number, plain, scalar  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def encode_input(value):
    """An argument with its memory layout, so that strided and reversed arrays arrive as such."""
    if isinstance(value, np.ndarray):
        low, high = np.lib.array_utils.byte_bounds(value)
        start = value.__array_interface__["data"][0]
        return {
            "kind": "array",
            "dtype": str(value.dtype),
            "shape": list(value.shape),
            "strides": list(value.strides),
            "offset": start - low if value.size else 0,
            "data": ctypes.string_at(low, high - low).hex() if value.size else "",
            "writable": bool(value.flags.writeable),
        }
    if isinstance(value, tuple):
        return {"kind": "tuple", "items": [encode_input(item) for item in value]}
    return encode(value)


def decode_input(encoded):
    """The argument made anew from what was written, so that no case sees another's changes."""
    if encoded["kind"] == "array":
        memory = bytearray.fromhex(encoded["data"]) or bytearray(1)
        array = np.ndarray(encoded["shape"], encoded["dtype"], memory, encoded["offset"], encoded["strides"])
        array.flags.writeable = encoded["writable"]
        return Array(array)
    if encoded["kind"] == "tuple":
        return tuple(decode_input(item) for item in encoded["items"])
    if encoded["kind"] == "str":
        return encoded["text"]
    if encoded["kind"] == "bytes":
        return bytes.fromhex(encoded["data"])
    if encoded["kind"] == "none":
        return None
    dtype = np.dtype(encoded["dtype"])
    return scalar(np.frombuffer(bytes.fromhex(encoded["data"]), dtype)[0])


def encode(value):
    """A result, by its contents."""
    if isinstance(value, Array):
        value = value.array
    if isinstance(value, np.ndarray):
        data = np.ascontiguousarray(value).tobytes().hex()
        return {"kind": "array", "dtype": str(value.dtype), "shape": list(value.shape), "data": data}
    if isinstance(value, enum.Enum):
        return {"kind": "str", "text": f"{type(value).__name__}.{value.name}"}
    if isinstance(value, tuple):
        return {"kind": "tuple", "items": [encode(item) for item in value]}
    if isinstance(value, (list, types.GeneratorType)):
        return {"kind": "list", "items": [encode(item) for item in value]}
    if isinstance(value, GeneratorStandIn):
        return {"kind": "str", "text": f"PCG64 {value.words()}"}
    if isinstance(value, str):
        return {"kind": "str", "text": value}
    if isinstance(value, bytes):
        return {"kind": "bytes", "data": value.hex()}
    if value is None:
        return {"kind": "none"}
    if isinstance(value, Scalar) or is_number(value):
        number = scalar(value)
        data = np.array(number.value, number.dtype).tobytes().hex()
        return {"kind": "scalar", "dtype": str(number.dtype), "data": data}
    raise TypeError(f"a case cannot hold a {type(value).__name__}")


def encode_exception(error, path):
    """The class, the arguments and the line of the kernel that the error left through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    # Only what the kernel itself raised has arguments to compare; messages of NumPy and CPython are theirs.
    written = path.read_text().splitlines()[line - 1].split()[:1] if line is not None else []
    raised_here = written == ["raise"] or (written == ["assert"] and isinstance(error, AssertionError))
    described = {"kind": "exception", "class": type(error).__name__, "line": line}
    if raised_here:
        error.args = tuple(map(in_python, error.args))
        described |= {"arguments": repr(error.args), "message": str(error)}
    return described


def in_python(argument):
    """An argument of an exception, its numbers as Python's own."""
    if isinstance(argument, tuple):
        return tuple(map(in_python, argument))
    argument = plain(argument)
    return argument.item() if isinstance(argument, np.generic) else argument


def run_case(path, kernels, name, arguments, options):
    encoded = [encode_input(argument) for argument in arguments]
    given = [decode_input(argument) for argument in encoded]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            result = encode(kernels[name](*given))
        except BaseException as error:
            result = encode_exception(error, path)
    return {
        "function": name,
        "arguments": encoded,
        "result": result,
        "after": [encode(argument) for argument in given],
        "printed": printed.getvalue(),
        "within": options.get("within"),
        "units": options.get("units"),
        "refused": options.get("refused"),
        "approximate": options.get("approximate", False),
    }


def run_file(path):
    namespace, kernels = load(path)
    if "SOURCE" in namespace:
        path = ROOT / namespace["SOURCE"]
        kernels = load(path)[1]
    cases = [(name, arguments, *options) for name, arguments, *options in namespace["CASES"]]
    written = [run_case(path, kernels, name, arguments, *(options or [{}])) for name, arguments, *options in cases]
    return {"source": str(path), "cases": written}


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for argument in sys.argv[2:]:
        path = pathlib.Path(argument).resolve()
        (out / f"{path.stem}.json").write_text(json.dumps(run_file(path)))


if __name__ == "__main__":
    main()
