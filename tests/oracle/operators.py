"""The operator table: every operator on every pair of dtypes and edge values, with the answers of NumPy, CPython and Numba.

    operators.py cases OUT.json [STEP]      all cases, or those of every STEP-th operator with dtypes
    operators.py record                     asks Numba anew, which has to be installed, and rewrites operators_numba.txt

NumPy and CPython are asked when the table is made. Numba's answers are kept in a file, which holds the type of each
result, and the values where they are not those of the stand-in scalars of `values.py`.
"""

import itertools
import json
import operator
import pathlib
import struct
import sys
import warnings

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from values import literal_power, scalar  # noqa: E402, F401

RECORD = pathlib.Path(__file__).resolve().parent / "operators_numba.txt"

INF, NAN = float("inf"), float("nan")
INTEGERS = [-1, 0, 1, 2, 3, 7, 63, 64]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0, INF, -INF, NAN]
COMPLEX = [0j, 1 + 2j, -1 + 0j, complex(0.0, -1.0), 0.5 - 2.5j, complex(INF, 1.0), complex(-0.0, -0.0), complex(NAN, 1.0)]


def edge_values(name):
    dtype = np.dtype(name)
    if dtype.kind == "b":
        return [np.bool_(False), np.bool_(True)]
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        numbers = [limits.min, limits.max, limits.max - 1, *(n for n in INTEGERS if n > limits.min)]
        return [dtype.type(number) for number in dict.fromkeys(numbers)]
    if dtype.kind == "f":
        limits = np.finfo(dtype)
        return [dtype.type(number) for number in [*FLOATS, limits.smallest_subnormal, limits.max, limits.eps]]
    return [dtype.type(number) for number in COMPLEX]


DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()
VALUES = {name: edge_values(name) for name in DTYPES}

BINARY = {
    "add": ("+", operator.add), "sub": ("-", operator.sub), "mul": ("*", operator.mul),
    "truediv": ("/", operator.truediv), "floordiv": ("//", operator.floordiv), "mod": ("%", operator.mod),
    "pow": ("**", operator.pow), "lshift": ("<<", operator.lshift), "rshift": (">>", operator.rshift),
    "and": ("&", operator.and_), "or": ("|", operator.or_), "xor": ("^", operator.xor),
    "eq": ("==", operator.eq), "ne": ("!=", operator.ne), "lt": ("<", operator.lt), "le": ("<=", operator.le),
    "gt": (">", operator.gt), "ge": (">=", operator.ge),
}  # fmt: skip
UNARY = {"pos": ("+", operator.pos), "neg": ("-", operator.neg), "invert": ("~", operator.invert), "not": ("not ", operator.not_)}


def text(value):
    """A value by kind and contents, whatever its width; every nan is one."""
    if isinstance(value, (bool, np.bool_)):
        return f"b{int(value)}"
    if isinstance(value, (int, np.integer)):
        return f"i{int(value)}"
    if isinstance(value, (complex, np.complexfloating)):
        return f"c{float_text(value.real)}{float_text(value.imag)}"
    return "f" + float_text(value)


def float_text(value):
    return "nan," if value != value else struct.pack(">d", float(value)).hex() + ","


def answer(function, *arguments):
    """What a call gives: a value, or the class of the exception."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return text(getattr(result := function(*arguments), "value", result))
    except (ArithmeticError, TypeError, ValueError, MemoryError) as error:
        return "e" + type(error).__name__


def python_answer(name, function, *arguments):
    """CPython's, on its own numbers; a shift modulo 2^64 where that is too large to be computed."""
    left, *right = (argument.item() for argument in arguments)
    if name == "lshift" and right and isinstance(right[0], int) and right[0] > 200:
        return answer(lambda: left * 0)
    if name == "pow" and isinstance(left, int) and isinstance(right[0], int) and abs(right[0]) > 200:
        return answer(lambda: pow(left, right[0], 2**64) if right[0] > 0 else pow(float(left), right[0]))
    return answer(function, left, *right)


def expected(function, *arguments):
    """The stand-in's answer, which is Numba's nearly always."""
    return answer(function, *map(scalar, arguments))


def groups():
    """Each operator with dtypes: its name, the function, the names of the dtypes, the tuples of values."""
    for name, (_, function) in BINARY.items():
        for left in DTYPES:
            for right in DTYPES:
                yield name, function, (left, right), [(a, b) for a in VALUES[left] for b in VALUES[right]]
    for name, (_, function) in UNARY.items():
        for only in DTYPES:
            yield name, function, (only,), [(a,) for a in VALUES[only]]


def recorded():
    """By operator and dtypes: the type of Numba's result, and its answers where they are not the stand-in's."""
    table = {}
    for line in RECORD.read_text().splitlines():
        if line and not line.startswith("#"):
            head, result, *others = line.split(" ")
            name, *dtypes = head.split(":")
            table[name, tuple(dtypes)] = result, {int(at): value for at, value in (other.split("=") for other in others)}
    return table


def write_cases(path, step):
    numba, written = recorded(), []
    for name, function, dtypes, pairs in itertools.islice(groups(), 0, None, step):
        result, others = numba[name, dtypes]
        cases = []
        for position, values in enumerate(pairs):
            of_numba = "eTypeError" if result == "refused" else others.get(position) or expected(function, *values)
            peers = [answer(function, *values), of_numba, python_answer(name, function, *values)]
            cases.append([[np.array(value).tobytes().hex() for value in values], peers])
        written.append({"operator": name, "dtypes": dtypes, "result": result, "cases": cases})
    sources = [f"def {name}(a, b):\n    return a {sign} b\n" for name, (sign, _) in BINARY.items()]
    sources += [f"def {name}_(a):\n    return {sign}a\n" for name, (sign, _) in UNARY.items()]
    path.write_text(json.dumps({"source": "from hotloop import njit\n\n\n" + "\n\n".join("@njit\n" + s for s in keyed(sources)), "groups": written}))


def keyed(sources):
    """The functions under names that are no keywords."""
    return [source.replace("def ", "def op_", 1).replace("_(a)", "(a)") for source in sources]


def record():
    import numba

    lines = ["# Made by `operators.py record`: Numba's type, and its answers where they are not those of `values.py`."]
    lines.append(f"# Numba {numba.__version__}, NumPy {np.__version__}")
    for name, function, dtypes, pairs in groups():
        sign = (BINARY.get(name) or UNARY[name])[0]
        body = f"lambda a, b: a {sign} b" if len(dtypes) == 2 else f"lambda a: {sign}a"
        compiled = numba.njit(eval(body))
        try:
            compiled.compile(tuple(numba.from_dtype(np.dtype(dtype)) for dtype in dtypes))
        except numba.core.errors.TypingError:
            lines.append(":".join([name, *dtypes]) + " refused")
            continue
        result = str(compiled.nopython_signatures[0].return_type)
        answers = [answer(compiled, *values) for values in pairs]
        models = [expected(function, *values) for values in pairs]
        others = [f"{at}={real}" for at, (real, model) in enumerate(zip(answers, models)) if real != model]
        lines.append(" ".join([":".join([name, *dtypes]), result, *others]))
    RECORD.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record()
    else:
        write_cases(pathlib.Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
