"""Exceptions: class, message and line; what was written before stays, and nothing after happens."""

import numpy as np
from hotloop import njit


@njit
def raised(kind):
    if kind == 0:
        raise ValueError("zero is not a kind")
    if kind == 1:
        raise IndexError
    if kind == 2:
        raise TypeError()
    if kind == 3:
        raise OverflowError("too large")
    if kind == 4:
        raise KeyError("missing")
    if kind == 5:
        raise RuntimeError("the machine is on fire")
    if kind == 6:
        raise NotImplementedError("later")
    if kind == 7:
        raise ZeroDivisionError("by hand")
    return kind


@njit
def asserted(x):
    assert x > 0
    assert x < 100, "x is too large"
    return x


@njit
def written_before(out, index):
    for i in range(out.shape[0]):
        out[i] = i
    out[index] = -1.0
    out[0] = 99.0


@njit
def quotients(a, b, out):
    for i in range(a.shape[0]):
        out[i] = a[i] // b[i]


@njit
def never_assigned(flag):
    if flag:
        value = 1
    return value


@njit
def assigned_in_loop(n):
    for i in range(n):
        last = i * 2
    return last


@njit
def callee(x, i):
    return x[i]


@njit
def caller(x, n):
    total = 0.0
    for i in range(n):
        total += callee(x, i)
    return total


@njit
def allocates_then_raises(n, index):
    a = np.zeros(n)
    b = np.ones(n)
    a[index] = 1.0
    c = np.full(n, 2.0)
    return a[0] + b[-1] + c[0]


@njit
def too_many_dimensions(n):
    return np.zeros((n, n)).size


@njit("int64(int64)")
def endless(n):
    return endless(n + 1) + 1


@njit("int64(int64)")
def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)


@njit("boolean(int64)")
def is_even(n):
    if n < 0:
        raise ValueError("n is negative")
    return True if n == 0 else not is_even(n - 1)


CASES = (
    [("raised", [kind]) for kind in range(9)]
    + [("asserted", [x]) for x in (1, 0, 100)]
    + [("written_before", [np.full(4, 7.0), i]) for i in (2, 4, -5)]
    + [("quotients", [np.array([7, -7, 1, 5]), np.array([2, 2, 0, 1]), np.zeros(4, "i8")])]
    + [("quotients", [np.array([7.0, 1.0]), np.array([2.0, 0.0]), np.zeros(2)])]
    + [("never_assigned", [True]), ("never_assigned", [False])]
    + [("assigned_in_loop", [3]), ("assigned_in_loop", [0])]
    + [("caller", [np.arange(4.0), 4]), ("caller", [np.arange(4.0), 5])]
    + [("allocates_then_raises", [3, 1]), ("allocates_then_raises", [3, 3]), ("allocates_then_raises", [0, 0])]
    + [("too_many_dimensions", [3]), ("too_many_dimensions", [-1])]
    + [("endless", [0]), ("factorial", [20]), ("factorial", [21]), ("is_even", [10]), ("is_even", [-1])]
)
