"""Programs that random testing found to differ or to be refused, made small. Each once was a mistake of the compiler."""

import numpy as np
from hotloop import njit


@njit
def caught_and_read_in_finally(divisor):
    kept, result = 5, 1
    try:
        kept = 12 // divisor
    except ZeroDivisionError:
        count = 0
        while count < 2:
            count += 1
        result = count
    finally:
        result = result * 100 + kept
    return result


@njit
def body_of_a_rotated_loop_unwinds(x, divisor):
    caught = 0
    for i in range(3, -2, -1):
        try:
            x[i % x.shape[0]] = i // divisor
        except ZeroDivisionError:
            caught += i
    return caught


@njit
def names_of_an_assignment_that_raises(divisor):
    first, second = 1, 2
    try:
        first, second = first + 10, second // divisor
    except ZeroDivisionError:
        second = -1
    return first, second


@njit
def iterations_end_in_continue(x, divisor, n):
    first, second = 1, 2
    try:
        for i in range(n):
            first, second = first + n // divisor, second + i
            if first == i:
                continue
        x[second % x.shape[0]] = first // (divisor - second)
    except ZeroDivisionError:
        first = first * 100 + second
    return first, second


@njit
def optional_is_stored(x, n):
    o = None
    if n > 1:
        o = n
    x[0] = 7 if o is None else o
    x[1:] = x[0] if o is None else o
    return x


@njit
def none_is_stored(x, n):
    o = None
    if n > 1:
        o = n
    x[0] = o
    return x


@njit
def shifted_by_large_constants(n):
    return n << np.uint64(-9223372036854775807), n >> np.uint8(200), n << np.uint64(64), n >> np.uint64(2**63)


@njit
def comprehension_guarded_in_a_loop(a, n):
    found = [0]
    count = 0
    while count < n:
        count += 1
        try:
            found = [a // (j - 2) for j in range(n) if a > 2]
        except ZeroDivisionError:
            a = 1
    return found, a


@njit
def texts_made_in_a_guarded_expression(n):
    text = ""
    for i in range(n):
        try:
            text += str(len([str(j) + text[:2] for j in range(i)])) + str(sum([6 // (j - 3) for j in range(i)]))
        except ArithmeticError:
            text += "!"
    return text


CASES = [
    ("comprehension_guarded_in_a_loop", [3, 2]),
    ("comprehension_guarded_in_a_loop", [3, 4]),
    ("comprehension_guarded_in_a_loop", [1, 4]),
    ("texts_made_in_a_guarded_expression", [6]),
    ("shifted_by_large_constants", [3]),
    ("shifted_by_large_constants", [-3]),
    ("optional_is_stored", [np.zeros(3, np.int16), 3]),
    ("optional_is_stored", [np.zeros(3), 0]),
    ("none_is_stored", [np.zeros(3, np.int64), 2]),
    ("none_is_stored", [np.zeros(3, np.int64), 0]),
    ("iterations_end_in_continue", [np.zeros(3), 0, 3]),
    ("iterations_end_in_continue", [np.zeros(3), 5, 3]),
    ("iterations_end_in_continue", [np.zeros(3), 2, 0]),
    ("iterations_end_in_continue", [np.zeros(3), 1, 3]),
    ("names_of_an_assignment_that_raises", [0]),
    ("names_of_an_assignment_that_raises", [1]),
    ("caught_and_read_in_finally", [3]),
    ("caught_and_read_in_finally", [0]),
    ("body_of_a_rotated_loop_unwinds", [np.zeros(4), 2]),
    ("body_of_a_rotated_loop_unwinds", [np.zeros(4), 0]),
]
