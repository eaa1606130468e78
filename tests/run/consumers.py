"""What takes items one by one: `sum any all min max next tuple join reduce` and more, over everything that is iterated."""

import functools
import math
import operator

import numpy as np
from hotloop import njit


@njit
def sums(x, n):
    values = [i * 2 for i in range(n)]
    return sum(x), sum(values), sum(range(n)), sum(v * 0.5 for v in values), sum([1.5, 2.5], n), sum(i * j for i in range(n) for j in range(i) if j)


@njit
def sum_of_lists(n):
    return sum([[i, i + 1] for i in range(n)], [0])


@njit
def quantified(x, n):
    values = [i for i in range(n)]
    return any(x), all(x), any(v > 2 for v in values), all(v < 2 for v in values), any([0] if n < 0 else [0, n]), all(c != "b" for c in "abc")


@njit
def short_circuits(x, d):
    return any(1.0 // (d - i) > 0 for i in range(5)), all(i < 2 or x[i] > 0 for i in range(3) for j in range(2))


@njit
def extremes(x, n):
    values = [i * i % 7 for i in range(n)]
    return min(x), max(x), min(values), max(values), min(range(n)), max(v * 1.5 for v in values if v != 4)


@njit
def defaults(x):
    values = [v for v in x if v > 100]
    return min(values, default=-1.0), max((v for v in x if v < 0), default=0.5), min(range(0), default=3)


@njit
def empty_min(x):
    return min(v for v in x if v > 100)


@njit
def empty_max(n):
    return max(range(n))


@njit
def distance_to(v):
    return abs(v - 3)


@njit
def by_key(x, n):
    words = ["x" * (i * 5 % 7) + "y" for i in range(n)]
    return min(x, key=distance_to), max(x, key=lambda v: -v), max(words, key=len), min(words), max("hello"), max((1, "b"), (2, "a"), (1, "c")), min(n, -n, 2, key=abs)


@njit
def of_tuples(n):
    pairs = [(i % 3, -i) for i in range(n)]
    return max(pairs), min(pairs), min(pairs, key=lambda p: p[1]), max([[1, 2], [1, 3], [0]])


@njit
def nans(x):
    return max(x), min(x), max(v for v in x), min([v for v in x])


@njit
def mapped(x, n):
    total = 0.0
    for v in map(lambda a: a * n, x):
        total += v
    for a, b in zip(map(abs, x), x):
        total += a - b
    return total, list(map(abs, x)), sum(map(lambda a, b: a * b, x, range(n))), list(map(float, range(3))), list(map(str, range(3)))


@njit
def filtered(n):
    total = 0
    for v in filter(lambda a: a % 3, range(n)):
        if v > 10:
            break
        if v == 4:
            continue
        total += v
    else:
        total += 1000
    return total, list(filter(None, [0, 1, 2, 0, 3])), [v for v in filter(lambda a: a > 1, range(n))], sum(map(lambda a: a * 2, filter(None, range(n))))


@njit
def generated(n):
    total = 0
    for v in (i * i for i in range(n) if i % 2):
        if v > 50:
            break
        total += v
    else:
        total = -total
    for i, v in enumerate(j + 1 for j in range(n)):
        total += i * v
    for v in (i * j for i in range(n) for j in range(i) if j % 2):
        total += v
    for v, w in zip((i for i in range(n) if i % 3), range(100, 200)):
        total += v * w
    return total


@njit
def first(n, d):
    values = [i * 3 for i in range(n)]
    return next((v for v in values if v > d), -1), next(iter(values), 7), next(iter(range(n, n + 1)))


@njit
def first_of_none(n):
    return next(i for i in range(n) if i > 5)


@njit
def tuples(n):
    a, b = tuple(i * n for i in range(2))
    return tuple(range(3)), tuple(v * 0.5 for v in (n, 2.5)), a - b, tuple("ab"[i] for i in range(2)), tuple(zip((1, 2.5), range(2)))


@njit
def lists(n, s):
    return list(range(n)), list(s), list(zip(range(n), s)), list(enumerate(s, 2)), list(reversed(range(n))), list((1, 2.5))


@njit
def joined(n):
    return ",".join(str(i) for i in range(n)), "-".join(map(str, range(n))), "".join(reversed("abc"))


@njit
def add(a, b):
    return a + b


@njit
def folded(x, n):
    return functools.reduce(add, x), functools.reduce(lambda a, b: a * b, range(1, n), 1.0), functools.reduce(add, ["a", "b", "c"]), functools.reduce(max, [3, 9, 2]), functools.reduce(lambda a, b: a + [b], range(n), [0])


@njit
def folded_nothing(n):
    return functools.reduce(add, range(n))


@njit
def products(x, n):
    return math.prod(x), math.prod([1, 2, 3]), math.prod(range(1, n), start=0.5), math.prod(v + 1 for v in range(n))


@njit
def exact(x, n):
    return math.fsum(x), math.fsum(0.1 for _ in range(n)), math.fsum([1e16, 1.0, 1e-16]), math.fsum((1, 2.5)), math.fsum(range(n))


@njit
def vectors(a, b, c):
    return math.hypot(a, b, c), math.hypot(a, b, c, 1.0), math.dist((a, b, c), (1.0, 2, c)), math.hypot(), math.dist((), ())


@njit
def counted(x, n):
    values = [i % 3 for i in range(n)]
    return operator.countOf(values, 1), operator.countOf(x, 2.0), operator.indexOf(values, 2), operator.indexOf("abc", "c"), operator.length_hint(values), operator.length_hint(n, 4), operator.countOf((1, 2, 1), 1)


@njit
def index_of_none(n):
    return operator.indexOf(range(n), 9)


@njit
def changed(x, n):
    values = [i for i in range(n)]
    operator.setitem(values, 1, 40)
    operator.setitem(x, n - 1, 2.5)
    operator.delitem(values, 0)
    return values


@njit
def found(x, n):
    values = [(i, i * 0.5) for i in range(n)]
    return 2.0 in x, 9 in x, n in (i * 2 for i in range(n)), (1, 0.5) in values, values.index((2, 1.0)), values.count((0, 0)), (9, 9) in values, [1] in [[2], [1]], "b" in ["a", "b"]


@njit
def found_later(i, j):
    t = (1, 2.5, 1, 3)
    values = [(1, 2), (3, 4), (1, 2)]
    return t.index(1, i, j), values.index((1, 2), i)


@njit
def compared(n):
    a = [(i, str(i)) for i in range(n)]
    b = [(i, str(i)) for i in range(3)]
    c = [[i, n] for i in range(3)]
    return a == b, a != b, a < b, a >= b, c == [[0, n], [1, n], [2, n]], c < [[0, n], [2]], [1, 2] == [1.0, 2.0], [1, 2] < [1.0, 3.0]


@njit
def hashes(a, b):
    return hash((a, b)), hash(()), hash((a,)), hash((a, (b, 2), True))


@njit
def counting(n, d):
    for i in range(n):
        yield i * 10 // (d - i)


@njit
def of_generators(n, d):
    values = counting(n, d)
    first = next(values, -1)
    second = next(values, -2)
    return (
        first, second, sum(values), next(values, -3), list(counting(n, d)), [v for v in counting(n, d) if v % 2], max(counting(n, d), default=-4),
        any(v > 20 for v in counting(n, d)), 10 in counting(n, d), list(zip(counting(n, d), range(3))), list(map(lambda v: v + 1, counting(n, d))),
        sum(filter(None, counting(n, d))), sorted(counting(n, d), reverse=True), ",".join(str(v) for v in counting(n, d)),
    )


CASES = (
    [("sums", [np.array([0.1, 0.2, 0.3]), n]) for n in (0, 1, 5)]
    + [("sums", [np.array([1, 2], dtype=np.int64), 3]), ("sum_of_lists", [3]), ("sum_of_lists", [0])]
    + [("quantified", [np.array(x), n]) for x, n in (([1.0, 0.0], 4), ([0.0], 1), ([1.0, 2.0], 0), ([], 2))]
    + [("short_circuits", [np.array([0.0, 0.0, 1.0]), d]) for d in (7, 0, 2)]
    + [("extremes", [np.array([3.5, -1.0, 9.0]), n]) for n in (3, 6)]
    + [("defaults", [np.array([1.0, 2.0])]), ("defaults", [np.array([-1.0, 200.0])])]
    + [("empty_min", [np.array([1.0])]), ("empty_min", [np.array([101.0])]), ("empty_max", [0]), ("empty_max", [3])]
    + [("by_key", [np.array([1.0, 4.0, 2.0, 9.0]), n]) for n in (1, 6)]
    + [("of_tuples", [7])]
    + [("nans", [np.array(x)]) for x in ([1.0, np.nan, 2.0], [np.nan, 1.0, 2.0], [2.0, 1.0, np.nan])]
    + [("mapped", [np.array([1.5, -2.0, 3.0]), n]) for n in (2, 5)]
    + [("filtered", [n]) for n in (0, 5, 20)]
    + [("generated", [n]) for n in (0, 5, 12)]
    + [("first", [5, 4]), ("first", [5, 100]), ("first", [0, 1]), ("first_of_none", [3]), ("first_of_none", [9])]
    + [("tuples", [3]), ("lists", [3, "abcd"]), ("lists", [0, ""]), ("joined", [4]), ("joined", [0])]
    + [("folded", [np.array([1.5, 2.0]), 5]), ("folded_nothing", [0]), ("folded_nothing", [4])]
    + [("products", [np.array([1.5, 2.0]), 4]), ("exact", [np.array([0.1] * 10), 7]), ("exact", [np.array([1e100, 1.0, -1e100]), 0])]
    + [("vectors", [a, b, c]) for a, b, c in ((1.0, 2.0, 2.0), (0.1, 0.2, 0.3), (1e200, 2e200, -3e200), (float("inf"), 1.0, 2.0), (3e-310, 4e-310, 1e-312))]
    + [("counted", [np.array([2.0, 1.0, 2.0]), n]) for n in (3, 7)]
    + [("index_of_none", [4]), ("index_of_none", [10]), ("changed", [np.array([1.0, 2.0, 3.0]), 3])]
    + [("found", [np.array([1.0, 2.0]), n]) for n in (3, 4)]
    + [("found_later", [i, j]) for i, j in ((0, 9), (1, 9), (1, 2), (-1, 9), (-3, -1))]
    + [("compared", [n]) for n in (2, 3, 4)]
    + [("hashes", [1, 2.5]), ("hashes", [-1, 1e300])]
    + [("of_generators", [n, 9]) for n in (0, 1, 5)]
    + [("of_generators", [5, d]) for d in (0, 3)]
)
