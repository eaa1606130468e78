"""Variables whose type changes, and what they are where paths meet."""

import numpy as np
from hotloop import njit


@njit
def int_then_float(n):
    x = 1
    x = x + n
    x = x * 0.5
    return x


@njit
def widened_by_loop(n):
    total = 0
    for i in range(n):
        total += i * 0.25
    return total


@njit
def widened_by_branch(flag):
    x = 3
    if flag:
        x = 2.5
    return x * 2


@njit
def two_branches(flag):
    if flag:
        x = 1
    else:
        x = 0.5
    y = x + 1
    return y, x


@njit
def bool_or_int(flag):
    if flag:
        x = True
    else:
        x = 7
    return x + 1


@njit
def narrow_or_wide(values, flag):
    x = values[0]
    if flag:
        x = 100000
    return x + 1


@njit
def returned_kinds(n):
    if n > 2:
        return n
    return n * 0.5


@njit
def reused_name(values):
    n = values.shape[0]
    total = 0
    for i in range(n):
        n = values[i]
        total += n
    n = total / 2
    return n


@njit
def tuples_joined(flag):
    if flag:
        pair = (1, 2.5)
    else:
        pair = (0.5, 3.5)
    a, b = pair
    return a + b, pair


@njit
def carried_through_two_loops(n):
    a = 1
    b = 0.5
    for i in range(n):
        c = a
        for j in range(i):
            c = c + b
            b = b * 0.5
        a = a + 1
    return a, b


CASES = (
    [("int_then_float", [4])]
    + [("widened_by_loop", [n]) for n in (0, 1, 5)]
    + [(name, [flag]) for name in ("widened_by_branch", "two_branches", "bool_or_int", "tuples_joined") for flag in (True, False)]
    + [("narrow_or_wide", [np.array([5], t), flag]) for t in ("i1", "u2", "f4") for flag in (True, False)]
    + [("returned_kinds", [n]) for n in (1, 5)]
    + [("reused_name", [np.array([1.5, 2.5])]), ("reused_name", [np.array([3, 4])])]
    + [("carried_through_two_loops", [n]) for n in (0, 1, 4)]
)
