"""`random.sample` and `random.choices`, and floats taken apart."""

import random

from hotloop import njit


@njit
def sampled(seed, n, k):
    random.seed(seed)
    return random.sample([i * i for i in range(n)], k), random.sample(range(n), k), random.random()


@njit
def sampled_others(seed, k):
    random.seed(seed)
    return random.sample((1.5, 2.5, 3.5), k), random.sample(["a", "b", "c"], k=k)


@njit
def chosen(seed, n, k):
    random.seed(seed)
    values = [i * 0.5 for i in range(n)]
    return random.choices(values, k=k), random.choices(range(n)), random.random()


@njit
def weighted(seed, k):
    random.seed(seed)
    words = ["red", "green", "blue"]
    first = random.choices(words, [5, 1, 4], k=k)
    second = random.choices(words, weights=(0.5, 0.25, 0.25), k=k)
    return first, second, random.choices(words, cum_weights=[1, 3, 6], k=k), random.random()


@njit
def wrong(kind):
    if kind == 0:
        return random.choices([1, 2], [1.0], k=2)
    if kind == 1:
        return random.choices([1, 2], [0.0, 0.0], k=2)
    return random.sample([1, 2], 3)


@njit
def hexadecimal(x):
    return x.hex(), (-x).hex(), (x / 3).hex()


@njit
def ratio(x):
    return x.as_integer_ratio(), (-x / 2).as_integer_ratio()


@njit
def integer_ratio(n):
    return n.as_integer_ratio()


CASES = [
    ("sampled", [1, 5, 3]),
    ("sampled", [2, 30, 7]),
    ("sampled", [3, 1000, 20]),
    ("sampled", [3, 10, 0]),
    ("sampled", [3, 3, 4]),
    ("sampled_others", [7, 2]),
    ("chosen", [1, 5, 4]),
    ("chosen", [2, 100, 0]),
    ("weighted", [4, 6]),
    *[("wrong", [kind]) for kind in range(3)],
    *[("hexadecimal", [x]) for x in [1.0, 0.1, 1e300, 5e-324, 2.2250738585072014e-308, 1e-310, 0.0, float("inf"), float("nan"), 3.14159]],
    *[("ratio", [x]) for x in [1.0, 0.1, 0.75, 1e15, 0.0, float("inf"), float("nan"), 3.14159]],
    ("integer_ratio", [7]),
]
