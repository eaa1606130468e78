"""Branches and loops: every direction of `range`, early exits, conditional expressions, short circuits."""

import numpy as np
from hotloop import njit


@njit
def classified(x):
    if x < 0:
        return -1
    elif x == 0:
        return 0
    elif x < 10 and x % 2 == 0:
        return 1
    else:
        return 2


@njit
def counted(start, stop, step):
    count = 0
    last = -1000
    total = 0
    for i in range(start, stop, step):
        count += 1
        last = i
        total = total * 31 + i
    return count, last, total


@njit
def index_after_loop(n):
    i = -5
    for i in range(n):
        pass
    return i


@njit
def first_negative(values):
    found = -1
    for i in range(values.shape[0]):
        if values[i] < 0.0:
            found = i
            break
    return found


@njit
def sum_of_odd(n):
    total = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        total += i
    return total


@njit
def nested_breaks(n):
    pairs = 0
    for i in range(n):
        for j in range(n):
            if j > i:
                break
            if (i + j) % 3 == 0:
                continue
            pairs += i * j
    return pairs


@njit
def changed_bound(n):
    # The limit of a range is taken once; changing the variable later changes nothing.
    steps = 0
    for i in range(n):
        n = 0
        i = i * 10
        steps += i
    return steps, n


@njit
def while_with_two_exits(n):
    k = 0
    while True:
        k += 3
        if k > n:
            break
        if k % 7 == 0:
            return -k
    return k


@njit
def conditional(a, b):
    larger = a if a > b else b
    return larger * (2 if a == b else 1)


@njit
def short_circuit(values, i):
    return i < values.shape[0] and values[i] > 0.5 or i == 99


@njit
def operands_of_logic(a, b):
    return a and b, a or b, not a or b


@njit
def early_return(values, limit):
    total = 0.0
    for i in range(len(values)):
        total += values[i]
        if total > limit:
            return total
    return -total


@njit
def sieve(n):
    flags = np.ones(n, dtype=np.bool_)
    count = 0
    for i in range(2, n):
        if flags[i]:
            count += 1
            for j in range(i * i, n, i):
                flags[j] = False
    return count


@njit
def binary_search(values, wanted):
    low, high = 0, values.shape[0]
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit
def insertion_sort(values):
    for i in range(1, values.shape[0]):
        moved = values[i]
        j = i - 1
        while j >= 0 and values[j] > moved:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = moved


@njit
def nothing():
    pass


@njit
def swapped(a, b, c):
    a, b, c = c, a, b
    a, b = b, a
    return a, b, c


RANGES = [(0, 5, 1), (5, 0, 1), (5, 0, -1), (0, 10, 3), (10, 0, -4), (-3, 4, 2), (3, 3, 1), (0, -7, -2), (7, 7, -1)]
HUGE = 2**63 - 1
random = np.random.default_rng(7)
values = random.standard_normal(23)

CASES = (
    [("classified", [x]) for x in (-3, 0, 4, 5, 12)]
    + [("counted", list(limits)) for limits in RANGES]
    + [("counted", [HUGE - 3, HUGE, 2]), ("counted", [-HUGE, -HUGE - 1, -5]), ("counted", [0, 10, HUGE]), ("counted", [0, 5, 0])]
    + [("index_after_loop", [0]), ("index_after_loop", [4])]
    + [("first_negative", [np.array([1.0, -2.0, -3.0])]), ("first_negative", [np.ones(3)]), ("first_negative", [np.zeros(0)])]
    + [("sum_of_odd", [n]) for n in (0, 1, 10)]
    + [("nested_breaks", [9]), ("changed_bound", [4])]
    + [("while_with_two_exits", [n]) for n in (2, 20, 21, 100)]
    + [("conditional", [2, 3]), ("conditional", [3, 3]), ("conditional", [1.5, 1])]
    + [("short_circuit", [np.array([0.0, 1.0]), i]) for i in (0, 1, 2, 99)]
    + [("operands_of_logic", [a, b]) for a in (0, 2) for b in (0, 5)]
    + [("operands_of_logic", [True, False])]
    + [("early_return", [values, 1.0]), ("early_return", [values, 100.0])]
    + [("sieve", [100]), ("sieve", [2])]
    + [("binary_search", [np.arange(0, 50, 3), wanted]) for wanted in (-1, 0, 7, 48, 49)]
    + [("insertion_sort", [values.copy()]), ("insertion_sort", [np.array([3, 1, 2], dtype="i2")]), ("insertion_sort", [values[::-2]])]
    + [("nothing", []), ("swapped", [1, 2.5, True])]
)
