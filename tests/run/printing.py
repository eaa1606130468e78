"""What kernels print: values of every kind, separators and ends, before errors, in loops and from parallel loops."""

import numpy as np

from hotloop import njit, prange


@njit
def values(i, x, c, text, data):
    print(i, x, c, text, data, None, True, i > 3)
    print((i, x), (text,), (), ((i, "it's"), c))
    print([i, 2], [x], [text, "b"], [[i], [i, i]], [(i, text)], [c], [i > 3])
    print(range(3), range(i, 9, 2))


@njit
def widths(a, b, c, d, e):
    print(a, b, c, d, e)
    print([a], [b], [c], [d], (e,))
    print(a + b, c * d)


@njit
def separators(sep, end, i):
    print(i, i, sep=sep)
    print(i, "x", end=end)
    print(1, 2, sep="", end="")
    print(1, 2, sep=None, end=None)
    print(sep=sep)
    print("é", "€", "😀", sep="|")
    print(i, flush=True)
    print(i, flush=i > 2, file=None)
    print(*(1, 2.5), *("a", "b"), sep=sep)


@njit
def maybe(flag):
    value = 5 if flag else None
    print(value, (value, 1), [value is None])


@njit
def evaluated(n):
    v = [1]
    v.append(n)
    print(v, v.pop(), len(v))
    return v


@njit
def before_error(n):
    for i in range(n):
        print("step", i)
        if i == 2:
            raise ValueError("too far")
    print("end")


@njit
def much(n):
    total = 0
    for i in range(n):
        print(i, "of", n, i / n)
        total += i
    return total


@njit
def inner(n):
    print("inner", n)
    return n + 1


@njit
def nested(n):
    print("outer", inner(n), inner(n + 1))
    try:
        before_error(n)
    except ValueError:
        print("caught")
    print(print(n))


@njit(parallel=True)
def lines(n):
    print("before")
    for i in prange(n):
        print("row", i, i * 0.5)
    print("after")


@njit
def shown(text, data, x):
    return str([text, "a'b"]), str(data), repr(data), f"{[x]!r:>12}", f"{data}", f"{(x, [x])=}", str(range(2))


CASES = [
    ("values", [1, 0.1, 1 - 2.5j, "a'b\n", b"\x00q"]),
    ("values", [-7, 1e16, 2j, "", b""]),
    ("values", [2**62, float("nan"), complex("inf"), "äö", b"'\""]),
    ("widths", [np.int8(-3), np.uint16(4), np.float32(0.1), np.uint64(2**63), np.complex64(1.5)]),
    ("separators", [", ", "!\n", 3]),
    ("separators", ["", "", 2]),
    ("maybe", [True]),
    ("maybe", [False]),
    ("evaluated", [4]),
    ("before_error", [2]),
    ("before_error", [5]),
    ("much", [5000]),
    ("nested", [1]),
    ("nested", [5]),
    ("lines", [0]),
    ("lines", [40]),
    ("shown", ["x", b"\xff", 1.5]),
]
