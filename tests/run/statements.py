"""Statements that choose: assignment expressions behind `and` and `or`, classes as patterns, `raise` of one of two exceptions."""

import numpy as np
from hotloop import njit


@njit
def behind_and(n):
    if n > 3 and (m := n * 2) > 10:
        return m
    return -n


@njit
def behind_and_with_else(n):
    m = -1
    if n > 3 and (m := n * 2) > 10:
        result = m
    else:
        result = m * 100
    return result, m


@njit
def behind_or(n):
    if n < 3 or (m := n * 2) > 10:
        return n
    return m


@njit
def three_tests(n, x):
    total = 0.0
    for i in range(n):
        if i > 1 and (a := x * i) > 2.0 and (b := a - i) != 0.0:
            total += a / b
        elif i == 0 or (c := i * 0.5) > 0.25:
            total += 100.0
            if i > 0:
                total += c
        else:
            continue
        if total > 1000.0:
            break
    return total


@njit
def chained_tests(n):
    total, last = 0, 0
    for i in range(n):
        if i % 3 == 0 and (last := i) > 2:
            total += last
        if (high := 2 * i) > i > 1:
            total += high
    return total, last


@njit
def kept_over_loops(n):
    last = 0
    for i in range(n):
        if i % 2 == 0 and (last := i * 10) > 1000:
            break
    return last


@njit
def kind(value):
    match value:
        case bool():
            return 1
        case int(k):
            return k + 10
        case float(0.5):
            return 20
        case float(x) if x > 100.0:
            return 30
        case float():
            return 40
        case complex():
            return 50
        case str(text):
            return len(text) + 60
        case tuple((a, *rest)):
            return a + len(rest) + 70
        case tuple():
            return 80
    return 0


@njit
def of_optional(n):
    value = None
    if n > 2:
        value = n
    match value:
        case int():
            return 1
        case None:
            return 2
    return 3


@njit
def choice(n):
    raise ValueError("large", n) if n > 3 else KeyError(n)


@njit
def choice_of_classes(n):
    try:
        raise ValueError if n > 3 else KeyError
    except ValueError:
        return 1
    except KeyError:
        return 2


CASES = [
    ("behind_and", (2,)),
    ("behind_and", (4,)),
    ("behind_and", (6,)),
    ("behind_and_with_else", (2,)),
    ("behind_and_with_else", (4,)),
    ("behind_and_with_else", (6,)),
    ("behind_or", (2,)),
    ("behind_or", (4,)),
    ("behind_or", (6,)),
    ("three_tests", (9, 1.5)),
    ("three_tests", (9, 1.0)),
    ("chained_tests", (9,)),
    ("kept_over_loops", (6,)),
    ("kept_over_loops", (600,)),
    ("kind", (True,)),
    ("kind", (7,)),
    ("kind", (0.5,)),
    ("kind", (500.0,)),
    ("kind", (1.5,)),
    ("kind", (2j,)),
    ("kind", ("abc",)),
    ("kind", ((3, 4.0, 5),)),
    ("kind", (np.ones(3),)),
    ("kind", (None,)),
    ("of_optional", (2,)),
    ("of_optional", (3,)),
    ("choice", (2,)),
    ("choice", (5,)),
    ("choice_of_classes", (2,)),
    ("choice_of_classes", (5,)),
]
