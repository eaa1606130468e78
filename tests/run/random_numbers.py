"""The module `random`: the stream of CPython after a seed."""

import random
from random import gauss, randint

import numpy as np

from hotloop import njit


@njit
def floats(seed):
    random.seed(seed)
    return random.random(), random.random(), random.random(), random.uniform(1, 2.5), random.uniform(-1e300, 1e300)


@njit
def many(seed, n):
    random.seed(seed)
    total = 0.0
    for _ in range(n):
        total += random.random()
    return total, random.getrandbits(32)


@njit
def bits(seed):
    random.seed(seed)
    return random.getrandbits(0), random.getrandbits(1), random.getrandbits(31), random.getrandbits(32), random.getrandbits(33), random.getrandbits(64)


@njit
def count_of_bits(k):
    random.seed(1)
    return random.getrandbits(k)


@njit
def integers(seed):
    random.seed(seed)
    a = random.randrange(10), random.randrange(2, 9), random.randrange(1, 20, 3), random.randrange(20, 1, -4)
    b = random.randint(1, 6), randint(-5, 5), random.randint(7, 7), random.randrange(2**40), random.randint(-(2**63), 2**63 - 1)
    c = random.randrange(-(2**62), 2**62), random.randrange(start=3, stop=8)
    return a, b, c


@njit
def empty(kind):
    random.seed(1)
    if kind == 0:
        return random.randrange(0)
    if kind == 1:
        return random.randint(3, 2)
    if kind == 2:
        return random.randrange(5, 5)
    if kind == 3:
        return random.randrange(1, 9, 0)
    if kind == 4:
        return random.randrange(9, 1, 2)
    return random.randint(1, 2)


@njit
def distributions(seed, n):
    random.seed(seed)
    v = [0.0]
    for _ in range(n):
        v.append(random.triangular())
        v.append(random.triangular(1, 5))
        v.append(random.triangular(1.0, 5.0, 4.0))
        v.append(random.triangular(2.0, 2.0, 2.0))
        v.append(random.normalvariate(1.0, 2.0))
        v.append(random.normalvariate())
        v.append(random.gauss(0.5, 3.0))
        v.append(gauss(mu=1.0, sigma=2.0))
        v.append(random.gauss())
        v.append(random.lognormvariate(0.1, 0.2))
        v.append(random.expovariate(1.5))
        v.append(random.vonmisesvariate(0.5, 2.0))
        v.append(random.vonmisesvariate(0.5, 1e-7))
        v.append(random.gammavariate(2.5, 1.5))
        v.append(random.gammavariate(1.0, 1.5))
        v.append(random.gammavariate(0.25, 2))
        v.append(random.betavariate(2.0, 3.0))
        v.append(random.paretovariate(3.0))
        v.append(random.weibullvariate(1.5, 2.0))
    return v


@njit
def left_over(seed):
    random.seed(seed)
    a = random.gauss(0.0, 1.0)
    random.seed(seed)
    b = random.gauss(0.0, 1.0)
    return a, b, random.gauss(10.0, 2.0), random.random()


@njit
def wrong(kind, x):
    random.seed(1)
    if kind == 0:
        return random.gammavariate(x, 1.0)
    if kind == 1:
        return random.betavariate(1.0, x)
    if kind == 2:
        return random.expovariate(x)
    if kind == 3:
        return random.weibullvariate(1.0, x)
    return random.paretovariate(x)


@njit
def choices(seed, text, a):
    random.seed(seed)
    v = [3, 1, 4, 1, 5, 9, 2, 6]
    w = ["a", "bc", "d" + text]
    first = random.choice(v), random.choice(w), random.choice(text), random.choice(range(3, 30, 4)), random.choice(a)
    return first, random.choice((1.5, 2.5, 3.5)), random.choice(b"xyz")


@njit
def no_choice(kind):
    random.seed(1)
    v = [1]
    v.pop()
    if kind == 0:
        return random.choice(v)
    return random.choice(range(0))


@njit
def shuffled(seed, text):
    random.seed(seed)
    v = list((1, 2, 3, 4, 5, 6, 7))
    random.shuffle(v)
    w = [(0, text, 0.5), (1, text + "b", 1.5), (2, "c", 2.5)]
    random.shuffle(w)
    flags = [True, False, False, True, False]
    random.shuffle(flags)
    return v, w, flags


@njit
def shuffled_array(seed, a):
    random.seed(seed)
    random.shuffle(a)
    return a[0]


@njit
def short_circuit(seed, n):
    random.seed(seed)
    found = 0
    for i in range(n):
        x = random.random() if i % 2 == 0 else 0.25
        if x < 0.5 and random.random() < 0.5 or random.random() < 0.1:
            found += 1
    return found, random.random()


@njit
def pi(seed, n):
    random.seed(seed)
    inside = 0
    for _ in range(n):
        x, y = random.random(), random.random()
        inside += x * x + y * y < 1.0
    return 4.0 * inside / n


SEEDS = (0, 1, 42, -7, 2**32, 2**63 - 1, -(2**63))

CASES = [
    *[("floats", [seed]) for seed in SEEDS],
    ("floats", [np.uint64(2**64 - 3)]),
    ("floats", [np.int8(-5)]),
    ("floats", [True]),
    ("many", [5, 2000]),
    *[("bits", [seed]) for seed in SEEDS],
    ("count_of_bits", [-1]),
    *[("integers", [seed]) for seed in SEEDS],
    *[("empty", [kind]) for kind in range(6)],
    *[("distributions", [seed, 20]) for seed in SEEDS],
    ("left_over", [3]),
    *[("wrong", [kind, x]) for kind in range(5) for x in (0.0, -1.0, 2.0)],
    *[("choices", [seed, "text", np.arange(5.0)]) for seed in SEEDS],
    ("no_choice", [0]),
    ("no_choice", [1]),
    *[("shuffled", [seed, "t"]) for seed in SEEDS],
    *[("shuffled_array", [seed, np.arange(9, dtype=np.int16)]) for seed in SEEDS],
    ("shuffled_array", [5, np.arange(20.0)[::-3]]),
    ("shuffled_array", [5, np.zeros(1)]),
    ("short_circuit", [8, 100]),
    ("pi", [11, 3000]),
]
