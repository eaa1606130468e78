"""Variables that a loop reads in one branch and assigns in another: the iteration before may have assigned them."""

import numpy as np
from hotloop import njit


@njit
def chained(n):
    nodes = np.zeros(n)
    for i in range(n):
        if i == 0:
            z = 1.5
        elif i == 1:
            z = z - 0.5
        elif i == 2:
            z = 1.86 * z + 0.86 * nodes[0]
        else:
            z = 2 * z + nodes[i - 2]
        nodes[i] = z
    return nodes


@njit
def two_ways(n):
    for i in range(n):
        if i > 0:
            z = z - 1
        else:
            z = 10
    return z


@njit
def never_first(n):
    for i in range(n):
        if i > 1:
            z = z * 2.0
        elif i == 7:
            z = 1.0
    return n


@njit
def widened(n):
    for i in range(n):
        if i > 0:
            z = z + 0.25
        else:
            z = 1
    return z


@njit
def of_two(n):
    for i in range(n):
        if i > 0:
            a, b = b, a + b
        else:
            a, b = 0, 1
    return a, b


@njit
def in_inner_loops(n):
    total = 0.0
    for i in range(n):
        for j in range(n):
            if i + j > 0:
                z = 0.5 * z + j
            else:
                z = 1.0
            total += z
    return total


@njit
def by_while(n):
    i = 0
    while i < n:
        if i >= 2:
            last = before + last
            before = last - before
        else:
            before = i
            last = i + 1
        i += 1
    return last


@njit
def arrays(n):
    for i in range(n):
        if i > 0:
            x = x * 2.0 + i
        else:
            x = np.ones(3)
    return x


@njit
def in_order_of_need(n):
    for i in range(n):
        if i > 1:
            c = b + 1
        if i > 0:
            b = a + 1.5
        a = i
    return c


@njit
def indices(n, x):
    if n > 3:
        i = (1, 2)
    return x[i]


@njit
def parts(n, x):
    if n > 3:
        part = slice(1, 3)
    x[part] += 1
    return x[part, 0]


CASES = [
    ("indices", [5, np.arange(12.0).reshape(3, 4)]),
    ("indices", [1, np.arange(12.0).reshape(3, 4)]),
    ("parts", [5, np.arange(12.0).reshape(3, 4)]),
    ("parts", [1, np.arange(12.0).reshape(3, 4)]),
    ("chained", [0]),
    ("chained", [1]),
    ("chained", [6]),
    ("two_ways", [5]),
    ("two_ways", [0]),
    ("never_first", [2]),
    ("never_first", [4]),
    ("widened", [5]),
    ("of_two", [6]),
    ("in_inner_loops", [4]),
    ("by_while", [7]),
    ("by_while", [0]),
    ("arrays", [4]),
    ("in_order_of_need", [5]),
    ("in_order_of_need", [1]),
]
