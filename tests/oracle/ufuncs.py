"""NumPy's functions of elements on every dtype and on edge values: the calls, with NumPy's answers.

    ufuncs.py OUT.json [STEP]      all groups of calls, or every STEP-th

A group is a function, the dtypes of its operands and how these are given: as arrays, as an array beside a number, as numbers, or as an
array beside a number that is written in the kernel. The file is in the form that `run.py` writes, with a kernel for each function.
"""

import itertools
import json
import pathlib
import random
import sys
import warnings

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from operators import DTYPES, edge_values  # noqa: E402
from run import encode, encode_input  # noqa: E402

UNARY = (
    "abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_invert bitwise_not cbrt ceil conj "
    "conjugate cos cosh deg2rad degrees exp exp2 expm1 fabs floor frexp invert isfinite isinf isnan log log10 log1p log2 logical_not modf "
    "negative positive rad2deg radians reciprocal rint sign signbit sin sinh spacing sqrt square tan tanh trunc"
).split()
BINARY = (
    "add arctan2 atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign divide divmod equal float_power "
    "floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot lcm ldexp left_shift less less_equal logaddexp logaddexp2 "
    "logical_and logical_or logical_xor maximum minimum mod multiply nextafter not_equal pow power remainder right_shift subtract true_divide"
).split()
# Numbers as they are written in a kernel, by the names of their kernels.
LITERALS = {"whole": "2", "minus": "-1", "half": "0.5"}
# Of how many pairs of numbers a group of numbers is.
NUMBERS = 24


def values(name):
    """Edge values, and a few of every day."""
    dtype = np.dtype(name)
    edges = edge_values(name)
    if dtype.kind == "f":
        edges += [dtype.type(number) for number in (0.1, 0.75, 10.0, -0.3, 1.5, 100.25)]
    if dtype.kind == "c":
        edges += [dtype.type(number) for number in (0.1 + 0.2j, 3 - 4j, -0.5 + 0.5j)]
    return edges


def kernels():
    """The source of a kernel for each function and way to call it."""
    lines = ["import numpy as np", "from hotloop import njit"]
    for name in UNARY:
        lines += ["", "", "@njit", f"def {name}_(x):", f"    return np.{name}(x)"]
    for name in BINARY:
        lines += ["", "", "@njit", f"def {name}_(x, y):", f"    return np.{name}(x, y)"]
        for kind, literal in LITERALS.items():
            lines += ["", "", "@njit", f"def {name}_{kind}(x):", f"    return np.{name}(x, {literal})"]
            lines += ["", "", "@njit", f"def {kind}_{name}(x):", f"    return np.{name}({literal}, x)"]
    return "\n".join(lines) + "\n"


def groups():
    """Each group: the kernel, what stands for it, and the arguments of its calls."""
    draw = random.Random(7)
    for name in UNARY:
        function = getattr(np, name)
        for dtype in DTYPES:
            numbers = values(dtype)
            if name == "reciprocal" and numbers[0].dtype.kind in "iu":
                # C leaves open what an infinity is as an integer.
                numbers = [number for number in numbers if number != 0]
            yield f"{name}_", function, [(np.array(numbers),)]
            yield f"{name}_", function, [(number,) for number in numbers]
    for name in BINARY:
        function = getattr(np, name)
        for left, right in itertools.product(DTYPES, DTYPES):
            pairs = list(itertools.product(values(left), values(right)))
            chosen = draw.sample(pairs, min(len(pairs), NUMBERS))
            if "pow" in name:
                # Of one exponent for all that is a half, NumPy takes the root, which differs for -inf.
                chosen = [pair for pair in chosen if pair[1] != 0.5]
            xs, ys = np.array([x for x, _ in pairs]), np.array([y for _, y in pairs])
            yield f"{name}_", function, [(xs, ys)]
            yield f"{name}_", function, chosen
            yield f"{name}_", function, [(np.array(values(left)), y) for _, y in chosen[:6]]
            yield f"{name}_", function, [(x, np.array(values(right))) for x, _ in chosen[:6]]
        for dtype, (kind, literal) in itertools.product(DTYPES, LITERALS.items()):
            number = eval(literal)
            array = np.array(values(dtype))
            yield f"{name}_{kind}", lambda x, number=number, function=function: function(x, number), [(array,)]
            # NumPy makes the smallest float of a Python number, whatever the exponent.
            if name == "ldexp":
                continue
            yield f"{kind}_{name}", lambda x, number=number, function=function: function(number, x), [(array,)]


def in_float32(function, arguments):
    """The call in float32; the exponent of `ldexp` stays an integer."""
    floats = [np.asarray(argument).astype(np.float32)[()] for argument in arguments]
    try:
        return function(*floats)
    except TypeError:
        return function(*floats[:-1], arguments[-1])


def answer(function, arguments):
    """What NumPy gives: a value or the class of the exception. A warning is none."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = function(*arguments)
            if any(np.asarray(part).dtype == np.float16 for part in (result if isinstance(result, tuple) else (result,))):
                # There is no float16 in kernels: a float32 stands for it.
                result = in_float32(function, arguments)
            return encode(result)
    except (ArithmeticError, TypeError, ValueError) as error:
        # A class that NumPy derives for itself is no matter of the kernel's.
        name = "TypeError" if isinstance(error, TypeError) else type(error).__name__
        return {"kind": "exception", "class": name, "line": None}


def main():
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    path = pathlib.Path(sys.argv[1])
    source = path.with_suffix(".py")
    source.write_text(kernels())
    cases = []
    for kernel, function, calls in itertools.islice(groups(), 0, None, step):
        for arguments in calls:
            cases.append(
                {
                    "function": kernel,
                    "arguments": [encode_input(argument) for argument in arguments],
                    "result": answer(function, arguments),
                    "after": [encode(argument) for argument in arguments],
                    "printed": "",
                    "within": None,
                }
            )
    path.write_text(json.dumps({"source": str(source), "cases": cases}))


if __name__ == "__main__":
    main()
