"""The name of a caught error is gone behind its handler, whatever it was before."""

from hotloop import njit


@njit
def behind(x):
    e = 5
    try:
        y = 10 // x
    except ZeroDivisionError as e:
        y = -1
    return e, y


@njit
def assigned_again(x):
    try:
        y = 10 // x
    except ZeroDivisionError as e:
        text = str(e)
        y = -1
    e = y
    return e


@njit
def in_a_loop(n):
    total = 0
    e = n
    for i in range(n):
        try:
            total += 12 // (i - 2)
        except ZeroDivisionError as e:
            total += 100
            continue
        total += e
    return total


CASES = [
    ("behind", [2]),
    ("behind", [0]),
    ("assigned_again", [0]),
    ("assigned_again", [3]),
    ("in_a_loop", [2]),
    ("in_a_loop", [3]),
    ("in_a_loop", [4]),
]
