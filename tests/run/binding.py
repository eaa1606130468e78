"""Ways to bind names: chained assignment, `del`, assignment expressions, `match`."""

import numpy as np
from hotloop import njit

TWO = 2


@njit
def chained(n):
    a = b = c = n + 1
    x = np.zeros(3)
    x[0] = x[1] = y = a * 2
    return a, b, c, x, y


@njit
def deleted(n):
    x = n
    if n > 2:
        del x
    return x


@njit
def deleted_in_loop(n):
    total = 0
    x = 1
    for i in range(n):
        total += x
        del x
        if i < 3:
            x = i
    return total


@njit
def deleted_twice(n):
    x = n
    if n > 0:
        del x
    del x
    return n


@njit
def walrus(n):
    if (m := n * 2) > 5:
        return m, 0, 0
    total = 0
    while (k := m - 1) > 0:
        total += k
        m = k
    return total, k, (p := total + 1) * p


@njit
def annotated(n):
    x: int = n + 1
    y: float
    y = 0.5
    return x * y


@njit
def constants(n):
    match n:
        case 0:
            return 10
        case 1 | 2 | 3:
            result = 20
        case -4:
            result = 30
        case k if k > 100:
            result = k
        case _:
            result = -1
    return result


@njit
def shapes(t):
    match t:
        case ():
            return 0
        case (x,):
            return x
        case (x, (a, b)):
            return x + a + b
        case (0, y):
            return y * 10
        case (x, y) if x == y:
            return x * 100
        case (x, *rest):
            total = x
            for value in rest:
                total = total * 2 + value
            return total
    return -5


@njit
def maybe(n):
    x = None
    if n > 0:
        x = n
    match x:
        case None:
            return -1
        case 1:
            return 100
        case value:
            return value + 1


@njit
def no_case(n):
    result = 5
    match n:
        case 1:
            result = 6
        case 2.5:
            result = 7
        case True:
            result = 8
    return result


@njit
def named(n):
    match n:
        case np.pi:
            return 1
        case 3 | 4 as k:
            return k * 2
        case _ as rest:
            return rest


@njit
def in_loop(x):
    total = 0
    for value in x:
        match value % 4:
            case 0:
                continue
            case 1:
                step = 10
            case 3 if total > 50:
                break
            case other:
                step = other
        total += step
    return total


CASES = [
    ("chained", (2,)),
    ("deleted", (1,)),
    ("deleted", (3,)),
    ("deleted_in_loop", (0,)),
    ("deleted_in_loop", (4,)),
    ("deleted_in_loop", (5,)),
    ("deleted_twice", (0,)),
    ("deleted_twice", (1,)),
    ("walrus", (2,)),
    ("walrus", (5,)),
    ("annotated", (3,)),
    ("constants", (0,)),
    ("constants", (2,)),
    ("constants", (-4,)),
    ("constants", (101,)),
    ("constants", (50,)),
    ("constants", (2.0,)),
    ("shapes", ((),)),
    ("shapes", ((4,),)),
    ("shapes", ((0, 3),)),
    ("shapes", ((3, 3),)),
    ("shapes", ((3, 4),)),
    ("shapes", ((3, (4, 5)),)),
    ("shapes", ((3, 4, 5, 6),)),
    ("shapes", (7,)),
    ("maybe", (0,)),
    ("maybe", (1,)),
    ("maybe", (5,)),
    ("no_case", (1,)),
    ("no_case", (2.5,)),
    ("no_case", (9,)),
    ("named", (3,)),
    ("named", (3.5,)),
    ("named", (np.pi,)),
    ("in_loop", (np.arange(12),)),
    ("in_loop", (np.arange(40),)),
]
