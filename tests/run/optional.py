"""`None`: tests that are decided by the types, variables that may be None, results that may be None, `isinstance`."""

import numpy as np
from hotloop import njit


@njit
def with_default(x, weights=None):
    total = 0.0
    for i in range(len(x)):
        if weights is None:
            total += x[i]
        else:
            total += x[i] * weights[i]
    return total


@njit
def filled_in(x, step=None):
    if step is None:
        step = 2
    return x * step


@njit
def combined(x, low=None, high=None):
    if low is not None and x < low:
        return low
    if high is None or x < high:
        return x
    return high


@njit
def first_above(x, limit):
    for value in x:
        if value > limit:
            return value


@njit
def uses_result(x, limit):
    found = first_above(x, limit)
    if found is None:
        return -1.0
    return found + 1.0


@njit
def unchecked_result(x, limit):
    return first_above(x, limit) * 2.0


@njit
def kept_in_loop(x):
    best = None
    for i, value in enumerate(x):
        if best is None:
            best = i
        elif value > x[best]:
            best = i
    return best


@njit
def maybe_array(n, flag):
    buffer = None
    if flag:
        buffer = np.arange(n) * 1.0 if False else np.ones(n)
    if buffer is not None:
        buffer[0] = 7.0
        return buffer
    return None


@njit
def filled(buffer, n):
    if buffer is None:
        buffer = np.zeros(n)
    buffer[0] += 1.0
    return buffer


@njit
def passes_on(n, flag):
    buffer = None
    if flag:
        buffer = np.ones(n)
    return filled(buffer, n)


@njit
def compared(n):
    x = None
    if n > 2:
        x = n
    y = None
    if n > 3:
        y = 4
    return x == y, x != y, x == 3, x == None, x is None, None == y  # noqa: E711


@njit
def in_tuple(n):
    x = None
    if n > 0:
        x = n
    t = (x, 1)
    a, b = t
    if a is None:
        return b
    return a + b


@njit
def truth_of_tuple(n):
    pair = None
    if n > 1:
        pair = (n, 0)
    if pair:
        return 1
    return 2 if not pair else 3


@njit
def truth(n):
    x = None
    if n > 0:
        x = n - 1
    if x:
        return 1
    if not x:
        return 2
    return 3


@njit
def chosen(n):
    x = n if n > 0 else None
    y = None if x is None else x * 2
    z = x or 9
    return x, y, z


@njit
def kinds(x):
    if isinstance(x, (int, bool)):
        return 1
    elif isinstance(x, float):
        return 2
    elif isinstance(x, tuple):
        return x[0] + 10
    elif isinstance(x, np.ndarray):
        return x.ndim + 20
    elif x is None:
        return 4
    return 5


@njit
def exact_kinds(x):
    return isinstance(x, np.float32), isinstance(x, np.int64), isinstance(x, (np.int8, np.float64))


@njit
def dead_return(x):
    if x is None:
        return 0
    return x[0] + len(x)


@njit
def dead_operand(x):
    a = x is not None and x[0] > 1.0
    b = x is None or x[0] < 1.0
    return a, b


@njit
def while_none(x):
    current = None
    steps = 0
    while current is None:
        steps += 1
        if steps > x:
            current = steps * 2
    return current


@njit
def narrowed_alias(n):
    x = None
    if n > 1:
        x = n
    y = x
    if y is not None and y > 2:
        return y
    if x is None:
        return -1
    return x * 10


A = np.array([1.0, 4.0, 2.0])

CASES = [
    ("with_default", (A, None)),
    ("with_default", (A, A)),
    ("filled_in", (3, None)),
    ("filled_in", (3, 0.5)),
    ("combined", (5, None, None)),
    ("combined", (5, 7, None)),
    ("combined", (5, 7.5, 9)),
    ("combined", (15, 7, 9)),
    ("combined", (15, None, 9)),
    ("first_above", (A, 1.5)),
    ("first_above", (A, 5.0)),
    ("uses_result", (A, 1.5)),
    ("uses_result", (A, 5.0)),
    ("unchecked_result", (A, 1.5)),
    ("unchecked_result", (A, 5.0)),
    ("kept_in_loop", (A,)),
    ("kept_in_loop", (A[:0],)),
    ("maybe_array", (3, True)),
    ("maybe_array", (3, False)),
    ("passes_on", (3, True)),
    ("passes_on", (3, False)),
    ("compared", (2,)),
    ("compared", (3,)),
    ("compared", (4,)),
    ("in_tuple", (4,)),
    ("in_tuple", (0,)),
    ("truth_of_tuple", (0,)),
    ("truth_of_tuple", (2,)),
    ("truth", (0,)),
    ("truth", (1,)),
    ("truth", (2,)),
    ("chosen", (0,)),
    ("chosen", (3,)),
    ("kinds", (1,)),
    ("kinds", (True,)),
    ("kinds", (1.5,)),
    ("kinds", ((5, 2),)),
    ("kinds", (A,)),
    ("kinds", (None,)),
    ("exact_kinds", (1.5,)),
    ("exact_kinds", (np.float32(1.5),)),
    ("exact_kinds", (1,)),
    ("dead_return", (None,)),
    ("dead_return", (A,)),
    ("dead_operand", (None,)),
    ("dead_operand", (A,)),
    ("while_none", (3,)),
    ("narrowed_alias", (0,)),
    ("narrowed_alias", (2,)),
    ("narrowed_alias", (3,)),
]
