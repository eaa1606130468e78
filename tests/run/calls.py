"""Parameters and arguments: by position, by name, by default, and any number of them; recursion."""

import numpy as np
from hotloop import njit

FACTOR = 3


@njit
def weighted(x, y, *, scale=2, offset=FACTOR):
    return x * scale + y * offset


@njit
def by_name(a):
    return weighted(y=a, x=1), weighted(a, 2, offset=1), weighted(a, y=2, scale=0.5)


@njit
def positional_only(x, y=10, /, z=100):
    return x + y * z


@njit
def calls_positional_only(a):
    return positional_only(a), positional_only(a, 1), positional_only(a, 2, z=3)


@njit
def optional(x, step=None):
    if step is None:
        return x * 2.0
    return x * step


@njit
def calls_optional(x):
    return optional(x), optional(x, 3), optional(x, step=None), optional(step=0.5, x=x)


@njit
def pair_default(x, pair=(1, 2.5), flag=True):
    return x + pair[0] + pair[1] if flag else x


@njit
def calls_pair_default(x):
    return pair_default(x), pair_default(x, flag=False), pair_default(x, (3, 4))


@njit
def total(first, *rest):
    if len(rest) == 0:
        return first
    if len(rest) == 1:
        return first + rest[0]
    return first + rest[0] + rest[-1]


@njit
def count(*args, scale=1):
    return len(args) * scale


@njit
def first_and_count(*args):
    return args[0], len(args)


@njit
def calls_total(a, b):
    pair = (a, b)
    return total(a), total(a, b), total(a, b, a, b), total(*pair), total(a, *pair), total(*(a, b), b), count(), count(*pair, scale=5)


@njit
def passes_on(*args):
    return total(*args) + count(*args)


@njit
def calls_passes_on(a, b):
    return passes_on(a), passes_on(a, b, a), first_and_count(a, b), first_and_count(b)


@njit
def make_pair(a):
    return a + 1, a * 2.0


@njit
def unpacks_a_result(a):
    return weighted(*make_pair(a)), max(*make_pair(a))


@njit
def noted(log, position, value):
    log[position[0]] = value
    position[0] += 1
    return value


@njit
def difference(a, b, c=0):
    return a - 10 * b - 100 * c


@njit
def order_of_evaluation(log):
    position = np.zeros(1, np.int64)
    result = difference(noted(log, position, 1), c=noted(log, position, 3), b=noted(log, position, 2))
    return result + difference(b=noted(log, position, 5), a=noted(log, position, 4))


@njit
def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)


@njit
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@njit
def widened(n):
    if n == 0:
        return 1
    return widened(n - 1) * 0.5


@njit
def is_even(n):
    if n == 0:
        return True
    return is_odd(n - 1)


@njit
def is_odd(n):
    if n == 0:
        return False
    return is_even(n - 1)


@njit
def ping(n):
    return pong(n - 1) + 1


@njit
def pong(n):
    if n <= 0:
        return 0.5
    return ping(n - 1) * 2


@njit
def through_three(n):
    return through_second(n)


@njit
def through_second(n):
    return through_third(n - 1)


@njit
def through_third(n):
    if n > 0:
        return through_three(n)
    return n


@njit
def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


@njit
def depth_of(left, right, node):
    """The height of a binary tree in arrays, with the recursive results in variables."""
    if node < 0:
        return 0
    below = depth_of(left, right, left[node])
    other = depth_of(left, right, right[node])
    if other > below:
        below = other
    return below + 1


@njit
def quicksort(values, low, high):
    if low >= high:
        return
    pivot = values[(low + high) // 2]
    i = low
    j = high
    while i <= j:
        while values[i] < pivot:
            i += 1
        while values[j] > pivot:
            j -= 1
        if i <= j:
            values[i], values[j] = values[j], values[i]
            i += 1
            j -= 1
    quicksort(values, low, j)
    quicksort(values, i, high)


@njit
def gcd_pair(a, b):
    return (a, b) if b == 0 else gcd_pair(b, a % b)


@njit
def in_a_loop(n):
    result = 0
    for i in range(n):
        result += in_a_loop(i)
    return result + 1


CASES = [
    ("by_name", [3]),
    ("by_name", [0.25]),
    ("weighted", [1, 2.5]),
    ("calls_positional_only", [4]),
    ("calls_optional", [3]),
    ("calls_optional", [1.5]),
    ("pair_default", [1]),
    ("calls_pair_default", [2]),
    ("total", [1, 2, 3.5]),
    ("total", [7]),
    ("count", []),
    ("count", [1, 2.0]),
    ("calls_total", [1, 2]),
    ("calls_total", [1, 2.5]),
    ("calls_passes_on", [1, 2.5]),
    ("unpacks_a_result", [3]),
    ("order_of_evaluation", [np.zeros(5, np.int64)]),
    ("factorial", [10]),
    ("factorial", [3.5]),
    ("fibonacci", [15]),
    ("widened", [0]),
    ("widened", [5]),
    ("is_even", [10]),
    ("is_odd", [10]),
    ("ping", [7]),
    ("pong", [6]),
    ("through_three", [5]),
    ("through_third", [2]),
    ("ackermann", [2, 3]),
    ("depth_of", [np.array([1, 3, -1, -1]), np.array([2, -1, -1, -1]), 0]),
    ("quicksort", [np.array([5.0, 1.0, 4.0, 1.5, 9.0, -2.0]), 0, 5]),
    ("gcd_pair", [84, 36]),
    ("in_a_loop", [6]),
]
