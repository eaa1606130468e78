"""The arguments of exceptions: constants of every kind, numbers of the run, and tuples of both."""

import numpy as np
from hotloop import njit

LIMIT = 12
NAME = "frozen"
PAIR = (1, 2.5)


@njit
def constants(kind):
    if kind == 0:
        raise ValueError("x", 3)
    if kind == 1:
        raise KeyError(5)
    if kind == 2:
        raise IndexError(1, 2.5)
    if kind == 3:
        raise TypeError(None, True, False, -1, -2.5)
    if kind == 4:
        raise LookupError((1, "a", (2.0, None)), ())
    if kind == 5:
        raise ArithmeticError(1e300, 1e-300, 1e16, 123456789.123, -0.0)
    if kind == 6:
        raise RuntimeError("", "it's \"quoted\"\n\t\\ \x7f é 世")
    if kind == 7:
        raise OverflowError(18446744073709551615, 18446744073709551616, -18446744073709551617)
    if kind == 8:
        raise BufferError(NAME, LIMIT, PAIR)
    if kind == 9:
        raise KeyError("a key", 1)
    if kind == 10:
        raise ValueError("")
    if kind == 11:
        raise ValueError("{0} and {1}", kind)
    return kind


@njit
def of_the_run(kind, i, x):
    if kind == 0:
        raise ValueError("bad index", i)
    if kind == 1:
        raise ValueError(x)
    if kind == 2:
        raise KeyError(i * 2, x / 2.0, i > 3, kind)
    if kind == 3:
        raise IndexError((i, x), "of", (i + 1, (x, 7)))
    if kind == 4:
        raise RuntimeError(i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6, i + 7, "eight")
    pair = (i, x)
    if kind == 5:
        raise RuntimeError(pair, pair)
    assert kind < 7, pair
    assert kind != 6, ("no", x, kind)
    return i


@njit
def of_dtypes(a):
    raise ValueError(a[0], a[1])


@njit
def divides_in_its_arguments(a, b):
    raise KeyError(
        a // b
    )


@njit
def asserted(x, limit):
    assert x < limit, x - limit
    assert x > 0, "not positive"
    return x


@njit
def of_every_class(kind):
    if kind == 0:
        raise BaseException("base")
    if kind == 1:
        raise FileNotFoundError("file")
    if kind == 2:
        raise EnvironmentError("environment")
    if kind == 3:
        raise StopIteration(kind)
    if kind == 4:
        raise UnicodeError("unicode")
    if kind == 5:
        raise UserWarning("user")
    if kind == 6:
        raise SystemExit(3)
    if kind == 7:
        raise TimeoutError
    if kind == 8:
        raise ModuleNotFoundError("module")
    if kind == 9:
        raise GeneratorExit()
    if kind == 10:
        raise ConnectionResetError("reset", kind)
    raise ZeroDivisionError from None


@njit
def with_cause(x):
    if x > 0:
        raise ValueError(x) from KeyError("cause", 3)
    raise ValueError("negative") from IndexError


DTYPES = ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]

CASES = (
    [("constants", [kind]) for kind in range(13)]
    + [("of_the_run", [kind, 5, 2.25]) for kind in range(9)]
    + [("of_the_run", [kind, -(2**63), float("inf")]) for kind in range(4)]
    + [("of_the_run", [1, 0, float("nan")]), ("of_the_run", [1, 0, 1e22])]
    + [("of_dtypes", [np.array([0, -1 if dtype[0] in "if" else 1], dtype)]) for dtype in DTYPES]
    + [("of_dtypes", [np.array([2**64 - 1, 2**63], "u8")]), ("of_dtypes", [np.array([0.1, 1e30], "f4")])]
    + [("divides_in_its_arguments", [7, 2]), ("divides_in_its_arguments", [7, 0])]
    + [("asserted", [x, 10]) for x in (1, 12, 0)]
    + [("of_every_class", [kind]) for kind in range(12)]
    + [("with_cause", [3]), ("with_cause", [-3])]
)
