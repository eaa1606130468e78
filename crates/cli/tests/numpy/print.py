"""Writes `printed.txt`: how NumPy prints arrays, for the command line to print them the same way.

    python print.py > printed.txt

Each case is a line `> form dtype shape values`, followed by what NumPy prints. The form is `str` or `repr`; the values are listed in C order, or
given as `range:START:STEP`.
"""

import random
import struct
import sys

import numpy as np

CASES = 60


def case(form, dtype, shape, values):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=np.int64))
    if isinstance(values, tuple):
        start, step = values
        spelled = f"range:{start!r}:{step!r}"
        values = [start + position * step for position in range(count)]
    else:
        spelled = " ".join(str(int(value)) if dtype.kind in "biu" else repr(float(value)) for value in values)
    array = np.array(values, dtype=dtype).reshape(shape)
    printed = str(array) if form == "str" else repr(array)
    print(f"> {form} {dtype} {'x'.join(map(str, shape))} {spelled}".rstrip())
    print(printed)


def any_float(dtype):
    while True:
        kind = random.randrange(6)
        if kind == 0:
            bits = random.getrandbits(64)
            value = struct.unpack("<d", bits.to_bytes(8, "little"))[0]
        elif kind == 1:
            value = float(random.randrange(-50, 50))
        elif kind == 2:
            value = random.uniform(-1, 1)
        elif kind == 3:
            value = random.uniform(-1, 1) * 10.0 ** random.randrange(-6, 10)
        elif kind == 4:
            value = random.choice([0.0, -0.0, 0.1, 1e-4, 9.9999e-5, 1e8, 99999999.0, 1e16, 123456789.125, 0.123456785])
        else:
            value = random.choice([float("nan"), float("inf"), float("-inf"), 0.5])
        with np.errstate(over="ignore"):
            value = float(np.dtype(dtype).type(value))
        # Numbers of like size are the common case.
        if kind != 0 or random.random() < 0.1:
            return value


def main():
    random.seed(20261122)
    print(f"# Made by print.py with NumPy {np.__version__}")
    for dtype in ["float64", "float32"]:
        case("str", dtype, (3,), [1.0, 2.0, 3.0])
        case("str", dtype, (3,), [0.1, 0.25, 1 / 3])
        case("str", dtype, (4,), [float("nan"), float("inf"), float("-inf"), 1.0])
        case("str", dtype, (2,), [float("nan"), float("inf")])
        case("str", dtype, (2, 2), [1e10, 1.0, -1.0, 1e-10])
        case("str", dtype, (3,), [1.0, 1000.0, 1000.5])
        case("str", dtype, (1001,), (0.0, 0.5))
        case("str", dtype, (40, 50), (-3.0, 0.125))
        case("str", dtype, (0,), [])
        case("repr", dtype, (0,), [])
        case("repr", dtype, (2, 0), [])
        case("repr", dtype, (25,), (0.0, 1.5))
        case("repr", dtype, (2000,), (0.0, 1.5))
        for _ in range(CASES):
            shape = random.choice([(1,), (5,), (30,), (3, 4), (2, 3, 2), (2, 30)])
            count = int(np.prod(shape))
            case(random.choice(["str", "repr"]), dtype, shape, [any_float(dtype) for _ in range(count)])
    for dtype in ["int8", "uint8", "int32", "int64", "uint64"]:
        largest = np.iinfo(dtype)
        case("str", dtype, (3,), [largest.min, 0, largest.max])
        case("repr", dtype, (2, 2), [1, 20, 3, 4])
        case("str", dtype, (100,), (0, 1))
        case("repr", dtype, (3, 1, 2), (0, 7))
    case("str", "int64", (1000,), (0, 1))
    case("str", "int64", (1001,), (0, 1))
    case("str", "int64", (10, 10, 11), (-500, 1))
    case("str", "int64", (2, 600), (0, 1))
    case("str", "int64", (600, 2), (0, 1))
    case("repr", "int64", (7, 7, 7, 7), (0, 1))
    case("str", "bool", (4,), [True, False, True, True])
    case("repr", "bool", (2, 2), [True, True, True, True])
    case("str", "bool", (40,), [True] * 40)


if __name__ == "__main__":
    sys.exit(main())
