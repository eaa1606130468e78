"""`numpy.random` after `seed`: the draws of NumPy's `RandomState`, and what they leave behind."""

import numpy as np

from hotloop import njit


@njit
def floats(seed):
    np.random.seed(seed)
    first = np.random.random(), np.random.random_sample(), np.random.rand(), np.random.ranf(), np.random.sample()
    return first, np.random.uniform(), np.random.uniform(2, 5.5), np.random.uniform(high=-1.0), np.random.random()


@njit
def normals(seed):
    np.random.seed(seed)
    first = np.random.randn(), np.random.standard_normal(), np.random.normal(), np.random.normal(3, 0.5)
    return first, np.random.normal(scale=2.0), np.random.random()


@njit
def kept_normal(seed):
    np.random.seed(seed)
    first = np.random.randn()
    np.random.seed(seed)
    second = np.random.randn()
    return first, second, np.random.random(), np.random.randn()


@njit
def arrays_of_floats(seed, n):
    np.random.seed(seed)
    first = np.random.random(n), np.random.rand(n, 3), np.random.uniform(1.0, 2.0, (2, n)), np.random.rand(2, 2, 2)
    second = np.random.random_sample(size=(n, 1)), np.random.ranf(n), np.random.sample((n,)), np.random.random(0)
    return first, second, np.random.random()


@njit
def arrays_of_normals(seed, n):
    np.random.seed(seed)
    first = np.random.randn(n), np.random.randn(3, n), np.random.normal(1.0, 2.0, n), np.random.normal(size=(n, 2))
    return first, np.random.standard_normal((2, 3)), np.random.standard_normal(n), np.random.random()


@njit
def mixed(seed, n):
    np.random.seed(seed)
    total = 0.0
    for i in range(n):
        total += np.random.randn() * np.random.random()
        if np.random.randint(3) == 1:
            total -= np.random.normal(i, 2.0)
    return total, np.random.randint(0, 2**40)


@njit
def integers(seed):
    np.random.seed(seed)
    first = np.random.randint(10), np.random.randint(5, 6), np.random.randint(-5, 5), np.random.randint(0, 2**32)
    return first, np.random.randint(-(2**62), 2**62), np.random.randint(low=3, high=300000), np.random.randint(2**33 + 1)


@njit
def arrays_of_integers(seed, n):
    np.random.seed(seed)
    return np.random.randint(0, 100, n), np.random.randint(7, size=(3, n)), np.random.randint(-3, 2**40, size=n), np.random.random()


@njit
def signed(seed, low, high, n):
    np.random.seed(seed)
    a = np.random.randint(low, high, n, np.int8), np.random.randint(low, high, dtype=np.int8)
    b = np.random.randint(low, high, n, np.int16), np.random.randint(low, high, n, dtype=np.int32)
    return a, b, np.random.randint(low, high, n, dtype=np.int64), np.random.randint(low, high, dtype=np.int32), np.random.random()


@njit
def unsigned(seed, low, high, n):
    np.random.seed(seed)
    a = np.random.randint(low, high, n, np.uint8), np.random.randint(low, high, dtype=np.uint8)
    b = np.random.randint(low, high, n, np.uint16), np.random.randint(low, high, n, dtype=np.uint32)
    return a, b, np.random.randint(low, high, n, dtype=np.uint64), np.random.randint(low, high, dtype=np.uint16), np.random.random()


@njit
def wide(seed, n):
    np.random.seed(seed)
    a = np.random.randint(-128, 128, n, np.int8), np.random.randint(0, 256, n, np.uint8), np.random.randint(0, 65536, n, np.uint16)
    b = np.random.randint(-(2**31), 2**31, n, np.int32), np.random.randint(0, 2**32, n, np.uint32), np.random.randint(-(2**15), 2**15, n, np.int16)
    return a, b, np.random.randint(-(2**63), 2**63 - 1, n), np.random.randint(0, 2**63 - 1, n, np.uint64), np.random.random()


@njit
def bools(seed, n):
    np.random.seed(seed)
    return np.random.randint(0, 2, n, np.bool_), np.random.randint(2, dtype=np.bool_), np.random.randint(1, 2, n, np.bool_), np.random.random()


@njit
def empty_range(kind, low, high):
    np.random.seed(1)
    if kind == 0:
        return np.random.randint(low, high)
    if kind == 1:
        return np.random.randint(low, high, 3, np.uint8)[0]
    if kind == 2:
        return np.random.randint(low, high, 3, np.int16)[0]
    return np.random.randint(low, high, 3, np.uint64)[0]


@njit
def nothing_of_an_empty_range():
    np.random.seed(1)
    return np.random.randint(5, 2, 0), np.random.random()


@njit
def choices(seed, a, n):
    np.random.seed(seed)
    first = np.random.choice(a), np.random.choice(a, 3), np.random.choice(a, (2, n)), np.random.choice(a, size=n, replace=False)
    return first, np.random.choice(n), np.random.choice(n, 4), np.random.choice(n, n, False), np.random.random()


@njit
def weighted(seed, a, p):
    np.random.seed(seed)
    first = np.random.choice(a, p=p), np.random.choice(a, 5, p=p), np.random.choice(a, (2, 2), True, p), np.random.choice(len(p), p=p)
    return first, np.random.choice(a, 3, False, p), np.random.choice(len(p), (2, 2), replace=False, p=p), np.random.random()


@njit
def wrong_choice(kind, a, p, n):
    np.random.seed(1)
    if kind == 0:
        return np.random.choice(a, n, False)[0]
    if kind == 1:
        return np.random.choice(a, n, p=p)[0]
    if kind == 2:
        return np.random.choice(a, n, False, p)[0]
    return np.random.choice(a[:0], n)[0]


@njit
def shuffled(seed, a):
    np.random.seed(seed)
    np.random.shuffle(a)
    return a, np.random.random()


@njit
def shuffled_list(seed, n):
    np.random.seed(seed)
    v = [i * i for i in range(n)]
    np.random.shuffle(v)
    return v


@njit
def permuted(seed, a, n):
    np.random.seed(seed)
    return np.random.permutation(a), a, np.random.permutation(n), np.random.random()


@njit
def distributions(seed, n):
    np.random.seed(seed)
    a = np.random.exponential(2.0, n), np.random.standard_exponential(n), np.random.exponential(), np.random.exponential(0.5, (2, 2))
    b = np.random.gamma(0.4, 2.0, n), np.random.gamma(1, 2, n), np.random.standard_gamma(4.5, n), np.random.chisquare(3, n)
    c = np.random.beta(0.5, 0.25, n), np.random.beta(2, 3.5, n), np.random.lognormal(0.5, 0.25, n), np.random.standard_cauchy(n)
    d = np.random.standard_t(4, n), np.random.pareto(3.0, n), np.random.weibull(1.5, n), np.random.power(2.5, n), np.random.rayleigh(2, n)
    e = np.random.gumbel(1, 2, n), np.random.logistic(1, 2, n), np.random.laplace(1, 2, n), np.random.triangular(1, 2, 5, n)
    return a, b, c, d, e, np.random.random()


@njit
def counts(seed, n):
    np.random.seed(seed)
    a = np.random.poisson(), np.random.poisson(0.5, n), np.random.poisson(7, n), np.random.poisson(25.5, (2, n)), np.random.poisson(1e6, n)
    b = np.random.binomial(10, 0.3), np.random.binomial(10, 0.75, n), np.random.binomial(1000, 0.4, n), np.random.binomial(5000, 0.6, n)
    return a, b, np.random.geometric(0.1, n), np.random.geometric(0.6, n), np.random.random()


@njit
def further(seed, n):
    np.random.seed(seed)
    a = np.random.f(2, 3.5, n), np.random.noncentral_chisquare(3, 2.0, n), np.random.noncentral_chisquare(0.5, 2.0, n), np.random.wald(2, 3, n)
    b = np.random.vonmises(0.5, 2.0, n), np.random.vonmises(3, 1e-9, n), np.random.vonmises(3, 1e-6, n), np.random.wald(1.0, 2.0)
    c = np.random.negative_binomial(3, 0.5, n), np.random.zipf(1.5, n), np.random.logseries(0.9, n), np.random.negative_binomial(30, 0.1)
    d = np.random.hypergeometric(3, 4, 5, n), np.random.hypergeometric(50, 40, 80, (2, n)), np.random.hypergeometric(30, 4, 10)
    return a, b, c, d, np.random.zipf(4.0), np.random.random()


@njit
def vectors(seed, n, p):
    np.random.seed(seed)
    a = np.random.multinomial(n, p), np.random.multinomial(n, p, 3), np.random.multinomial(n, p, size=(2, 2))
    return a, np.random.dirichlet(p), np.random.dirichlet(p, 2), np.random.dirichlet(p, (2, 3)), np.random.random()


@njit
def of_arrays(seed, a, b):
    np.random.seed(seed)
    first = np.random.normal(a, 2.0), np.random.normal(0.5, b), np.random.normal(a, b), np.random.uniform(a, a + 2), np.random.exponential(b)
    second = np.random.poisson(b), np.random.binomial(7, b / 10), np.random.geometric(b / 10), np.random.gamma(a, b), np.random.laplace(a, 1)
    return first, second, np.random.normal(a, 1.0, (2,) + a.shape), np.random.random()


@njit
def of_counts(seed, n):
    np.random.seed(seed)
    return np.random.binomial(n, 0.5), np.random.negative_binomial(n, 0.25), np.random.standard_t(n, 3), np.random.random()


@njit
def of_lists(seed):
    np.random.seed(seed)
    v = [1.5, 2.5, 4.0]
    first = np.random.choice(v), np.random.choice([3, 1, 4], 5), np.random.choice(v, 4, True, [0.5, 0.25, 0.25])
    return first, np.random.permutation(v), v, np.random.permutation((1, 2, 3, 4)), np.random.choice((7, 8), 3)


@njit
def wrong_counts(good, bad, sample, p):
    np.random.seed(1)
    return np.random.hypergeometric(good, bad, sample), np.random.multinomial(3, p)


@njit
def wrong(kind, x):
    np.random.seed(1)
    if kind == 0:
        return np.random.normal(0.0, x)
    if kind == 1:
        return np.random.exponential(x)
    if kind == 2:
        return np.random.gamma(x)
    if kind == 3:
        return np.random.beta(x, 1.0)
    if kind == 4:
        return float(np.random.poisson(x))
    if kind == 5:
        return float(np.random.binomial(3, x))
    if kind == 6:
        return np.random.uniform(x, 1e308)
    return float(np.random.geometric(x))


@njit
def wrong_seed(seed):
    np.random.seed(seed)
    return np.random.random()


@njit
def many(seed, n):
    np.random.seed(seed)
    return np.random.random(n), np.random.randn(n), np.random.randint(0, 1000, n), np.random.randint(0, 200, n, np.uint8)


WEIGHTS = np.array([0.1, 0.2, 0.05, 0.4, 0.25])
CASES = []
for seed in (0, 1, 42, 2**32 - 1):
    CASES += [(name, [seed]) for name in ("floats", "normals", "kept_normal", "integers")]
    CASES += [(name, [seed, 5]) for name in ("arrays_of_floats", "arrays_of_normals", "arrays_of_integers", "wide", "bools")]
    CASES += [("of_arrays", [seed, a, b]) for a, b in ((np.arange(3.0), np.arange(1.0, 4.0)), (np.arange(4.0), np.arange(1, 9.0).reshape(2, 4)[:, ::-1]))]
    CASES += [("of_counts", [seed, np.array([3, 1, 20])]), ("of_lists", [seed])]
    CASES += [("further", [seed, 7]), ("vectors", [seed, 20, WEIGHTS]), ("vectors", [seed, 2000, WEIGHTS[::-1]])]
    CASES += [("mixed", [seed, 100]), ("distributions", [seed, 7]), ("counts", [seed, 7])]
    CASES += [("signed", [seed, low, high, 11]) for low, high in ((0, 100), (-5, 6), (7, 8), (0, 127))]
    CASES += [("unsigned", [seed, low, high, 11]) for low, high in ((0, 100), (5, 6), (0, 200), (0, 255))]
    for a in (np.arange(9) * 1.5, np.arange(8, dtype=np.int8)[::-1], np.array([True, False, True, True, False, True])):
        CASES += [("choices", [seed, a, 4]), ("shuffled", [seed, a]), ("permuted", [seed, a, 6])]
    for a in (np.arange(12).reshape(4, 3), np.arange(24.0).reshape(2, 3, 4), np.asfortranarray(np.arange(20).reshape(5, 4)), np.zeros((0, 3)), np.arange(5)[:0]):
        CASES += [("shuffled", [seed, a]), ("permuted", [seed, a, 3])]
    CASES += [("weighted", [seed, np.arange(5) * 1.5, WEIGHTS]), ("weighted", [seed, np.arange(5), np.array([0.25, 0.0, 0.25, 0.25, 0.25], np.float32)])]
    CASES += [("shuffled_list", [seed, 6])]
CASES += [("many", [3, 10000])]
CASES += [("empty_range", [kind, low, high]) for kind in range(4) for low, high in ((3, 3), (5, 2), (-1, 300), (0, 70000), (2, 9))]
CASES += [("nothing_of_an_empty_range", [])]
for p in (WEIGHTS, WEIGHTS[:4], WEIGHTS * 2, np.array([0.5, 0.5, 0.5, -0.5, 0.0]), np.array([0.5, 0.5, 0.0, 0.0, 0.0]), WEIGHTS * np.nan):
    CASES += [("wrong_choice", [kind, np.arange(5), p, n]) for kind in range(4) for n in (3, 6)]
CASES += [("wrong_counts", [good, bad, sample, WEIGHTS]) for good, bad, sample in ((-1, 3, 1), (3, -1, 1), (3, 4, 0), (3, 4, 8), (3, 4, 7))]
CASES += [("of_arrays", [1, np.arange(3.0), np.array(b)]) for b in ([1, -1.0, 2], [1, 2, np.nan], [1, 2, 30.0])]
CASES += [("wrong_counts", [3, 4, 5, p]) for p in (WEIGHTS * 2, -WEIGHTS, WEIGHTS * np.nan)]
CASES += [("wrong", [kind, x]) for kind in range(8) for x in (-1.0, -0.0, 0.0, 0.5, 2.0, np.nan, -1e308)]
CASES += [("wrong_seed", [seed]) for seed in (-1, 2**32, 7)]
