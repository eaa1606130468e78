"""`numpy.random.Generator`: the draws of `np.random.default_rng`, and what they leave behind."""

import numpy as np

from hotloop import njit, prange


@njit
def floats(seed):
    rng = np.random.default_rng(seed)
    first = rng.random(), rng.uniform(), rng.uniform(2, 5.5), rng.uniform(high=7.0), rng.random(dtype=np.float64)
    return first, rng.random(dtype=np.float32), rng.random(None, np.float32), rng.random()


@njit
def normals(seed):
    rng = np.random.default_rng(seed)
    first = rng.standard_normal(), rng.normal(), rng.normal(3, 0.5), rng.normal(scale=2.0), rng.standard_exponential()
    second = rng.standard_normal(dtype=np.float32), rng.standard_exponential(dtype=np.float32), rng.standard_exponential(method="inv")
    return first, second, rng.exponential(), rng.exponential(2.5), rng.random()


@njit
def arrays_of_floats(seed, n):
    rng = np.random.default_rng(seed)
    first = rng.random(n), rng.random((n, 3)), rng.uniform(1.0, 2.0, (2, n)), rng.random(size=(2, 2, 2)), rng.random(0)
    second = rng.random(n, np.float32), rng.random((2, n), dtype=np.float32), rng.random(size=3, dtype=np.float64)
    return first, second, rng.random()


@njit
def arrays_of_normals(seed, n):
    rng = np.random.default_rng(seed)
    first = rng.standard_normal(n), rng.standard_normal((3, n)), rng.normal(1.0, 2.0, n), rng.normal(size=(n, 2)), rng.exponential(2, n)
    second = rng.standard_normal(n, np.float32), rng.standard_exponential((2, n), np.float32), rng.standard_exponential(n)
    third = rng.standard_exponential(n, method="inv"), rng.standard_exponential(n, np.float32, "inv")
    return first, second, third, rng.random()


@njit
def filled(seed, out, short):
    rng = np.random.default_rng(seed)
    rng.random(out=out)
    kept = out.copy()
    rng.standard_normal(out=out)
    rng.standard_normal(dtype=np.float32, out=short)
    return kept, rng.standard_exponential(out=out), rng.random(short.shape, np.float32, short), rng.standard_gamma(2.5, out=out), rng.random()


@njit
def wrongly_filled(kind, out):
    rng = np.random.default_rng(1)
    if kind == 0:
        return rng.random(4, out=out)[0]
    if kind == 1:
        return rng.random((2, 3), out=out[:2, :3])[0, 0]
    return rng.random(dtype=np.float32, out=out)[0, 0]


@njit
def mixed(seed, n):
    rng = np.random.default_rng(seed)
    total = 0.0
    for i in range(n):
        total += rng.standard_normal() * rng.random()
        if rng.integers(3) == 1:
            total -= rng.normal(i, 2.0) + rng.random(dtype=np.float32)
    return total, rng.integers(0, 2**40)


@njit
def integers(seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(10), rng.integers(5, 6), rng.integers(-5, 5), rng.integers(0, 2**32), rng.integers(0, 2**32 - 1, endpoint=True)
    second = rng.integers(-(2**62), 2**62), rng.integers(low=3, high=300000), rng.integers(2**33 + 1), rng.integers(10, endpoint=True)
    third = rng.integers(-(2**63), 2**63 - 1), rng.integers(-(2**63), 2**63 - 1, endpoint=True), rng.integers(3 * 2**61)
    return first, second, third, rng.random()


@njit
def arrays_of_integers(seed, n):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 100, n), rng.integers(7, size=(3, n)), rng.integers(-3, 2**40, size=n), rng.integers(0, 3 * 2**61, n)
    return first, rng.integers(3, 3, 0), rng.integers(0, 5, n, endpoint=True), rng.random()


@njit
def signed(seed, low, high, n):
    rng = np.random.default_rng(seed)
    a = rng.integers(low, high, n, np.int8), rng.integers(low, high, dtype=np.int8), rng.integers(low, high, n, np.int16, True)
    b = rng.integers(low, high, n, dtype=np.int32), rng.integers(low, high, n, dtype=np.int64), rng.integers(low, high, dtype=np.int32)
    return a, b, rng.random()


@njit
def unsigned(seed, low, high, n):
    rng = np.random.default_rng(seed)
    a = rng.integers(low, high, n, np.uint8), rng.integers(low, high, dtype=np.uint8), rng.integers(low, high, n, np.uint16, True)
    b = rng.integers(low, high, n, dtype=np.uint32), rng.integers(low, high, n, dtype=np.uint64), rng.integers(low, high, dtype=np.uint16)
    return a, b, rng.integers(low, high, dtype=np.uint64), rng.random()


@njit
def wide(seed, n):
    rng = np.random.default_rng(seed)
    a = rng.integers(-128, 128, n, np.int8), rng.integers(0, 256, n, np.uint8), rng.integers(0, 65536, n, np.uint16)
    b = rng.integers(-(2**31), 2**31, n, np.int32), rng.integers(0, 2**32, n, np.uint32), rng.integers(-(2**15), 2**15, n, np.int16)
    c = rng.integers(-(2**63), 2**63 - 1, n), rng.integers(0, 2**63 - 1, n, np.uint64), rng.integers(5, 2**64 - 1, n, np.uint64, True)
    return a, b, c, rng.random()


@njit
def bools(seed, n):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, n, np.bool_), rng.integers(2, dtype=np.bool_), rng.integers(1, 2, n, np.bool_), rng.integers(1, size=n, dtype=np.bool_, endpoint=True), rng.random()


@njit
def bounds(kind, low, high, endpoint):
    rng = np.random.default_rng(1)
    if kind == 0:
        return np.float64(rng.integers(low, high, dtype=np.uint64, endpoint=endpoint))
    if kind == 1:
        return np.float64(rng.integers(low, high, dtype=np.int8, endpoint=endpoint))
    return np.float64(rng.integers(low, high, endpoint=endpoint))


@njit
def empty_range(kind, low, high):
    rng = np.random.default_rng(1)
    if kind == 0:
        return rng.integers(low, high)
    if kind == 1:
        return np.int64(rng.integers(low, high, 3, np.uint8)[0])
    if kind == 2:
        return np.int64(rng.integers(low, high, 3, np.int16, endpoint=True)[0])
    if kind == 3:
        return np.int64(rng.integers(low, high, dtype=np.int32))
    return np.int64(rng.integers(low, high, 3, np.uint64)[0])


@njit
def choices(seed, a, n):
    rng = np.random.default_rng(seed)
    first = rng.choice(a), rng.choice(a, 3), rng.choice(a, (2, n)), rng.choice(a, size=n, replace=False), rng.choice(a, n, False, shuffle=False)
    return first, rng.choice(n), rng.choice(n, 4), rng.choice(n, n, False), rng.choice(n, (2, 2), replace=False), rng.random()


@njit
def choices_of_many(seed, n, size, is_shuffled):
    rng = np.random.default_rng(seed)
    return rng.choice(n, size, False, shuffle=is_shuffled), rng.random()


@njit
def choices_of_rows(seed, a):
    rng = np.random.default_rng(seed)
    return rng.choice(a, 3), rng.choice(a, 2, False, axis=1), rng.choice(a, (2, 2), axis=-1), rng.choice(a), rng.random()


@njit
def weighted(seed, a, p):
    rng = np.random.default_rng(seed)
    first = rng.choice(a, p=p), rng.choice(a, 5, p=p), rng.choice(a, (2, 2), True, p), rng.choice(len(p), p=p)
    return first, rng.choice(a, 3, False, p), rng.choice(len(p), (2, 2), replace=False, p=p), rng.random()


@njit
def wrong_choice(kind, a, p, n):
    rng = np.random.default_rng(1)
    if kind == 0:
        return rng.choice(a, n, False)[0]
    if kind == 1:
        return rng.choice(a, n, p=p)[0]
    if kind == 2:
        return rng.choice(a, n, False, p)[0]
    return rng.choice(a[:0], n)[0]


@njit
def shuffled(seed, a):
    rng = np.random.default_rng(seed)
    rng.shuffle(a)
    return a, rng.random()


@njit
def shuffled_along(seed, a):
    rng = np.random.default_rng(seed)
    rng.shuffle(a, axis=1)
    return a, rng.permutation(a, axis=1), rng.permutation(a, axis=-1), rng.random()


@njit
def shuffled_list(seed, n):
    rng = np.random.default_rng(seed)
    v = [i * i for i in range(n)]
    rng.shuffle(v)
    return v, rng.permutation(v), rng.permutation((1, 2, 3, 4)), rng.choice(v, 3), rng.choice((7, 8), 3)


@njit
def permuted(seed, a, n):
    rng = np.random.default_rng(seed)
    return rng.permutation(a), a, rng.permutation(n), rng.random()


@njit
def distributions(seed, n):
    rng = np.random.default_rng(seed)
    a = rng.gamma(0.4, 2.0, n), rng.gamma(1, 2, n), rng.standard_gamma(4.5, n), rng.chisquare(3, n), rng.gamma(0.0, 1.0), rng.gamma(7.5)
    b = rng.beta(0.5, 0.25, n), rng.beta(2, 3.5, n), rng.beta(1e-200, 2e-200, n), rng.beta(0.001, 0.002, n), rng.lognormal(0.5, 0.25, n)
    c = rng.standard_cauchy(n), rng.standard_t(4, n), rng.pareto(3.0, n), rng.weibull(1.5, n), rng.power(2.5, n), rng.rayleigh(2, n)
    d = rng.gumbel(1, 2, n), rng.logistic(1, 2, n), rng.laplace(1, 2, n), rng.triangular(1, 2, 5, n), rng.weibull(0.0), rng.triangular(0.0, 0.5, 1.0)
    e = rng.f(2, 3.5, n), rng.noncentral_chisquare(3, 2.0, n), rng.noncentral_chisquare(0.5, 2.0, n), rng.noncentral_f(2, 3, 0.5, n), rng.noncentral_f(2, 3, 1.5)
    return a, b, c, d, e, rng.random()


@njit
def waves(seed, n):
    rng = np.random.default_rng(seed)
    a = rng.wald(2, 3, n), rng.wald(1.0, 2.0), rng.vonmises(0.5, 2.0, n), rng.vonmises(3, 1e-9, n), rng.vonmises(3, 1e-6, n)
    return a, rng.vonmises(3, 2e6, n), rng.random()


@njit
def short_gammas(seed, n):
    rng = np.random.default_rng(seed)
    a = rng.standard_gamma(0.4, n, np.float32), rng.standard_gamma(1.0, n, np.float32), rng.standard_gamma(4.5, (2, n), np.float32)
    return a, rng.standard_gamma(0.0, dtype=np.float32), rng.standard_gamma(2.5, dtype=np.float32), rng.random()


@njit
def counts(seed, n):
    rng = np.random.default_rng(seed)
    a = rng.poisson(), rng.poisson(0.5, n), rng.poisson(7, n), rng.poisson(25.5, (2, n)), rng.poisson(1e6, n), rng.poisson(0.0)
    b = rng.binomial(10, 0.3), rng.binomial(10, 0.75, n), rng.binomial(1000, 0.4, n), rng.binomial(5000, 0.6, n), rng.binomial(100000, 0.5, n)
    c = rng.binomial(0, 0.5, n), rng.binomial(5, 0.0), rng.geometric(0.1, n), rng.geometric(0.6, n), rng.geometric(1e-18), rng.geometric(1.0)
    d = rng.negative_binomial(3, 0.5, n), rng.zipf(1.5, n), rng.zipf(1.01, n), rng.zipf(2000.0), rng.logseries(0.9, n), rng.logseries(0.0)
    return a, b, c, d, rng.negative_binomial(30, 0.1), rng.zipf(4.0), rng.random()


@njit
def of_arrays(seed, a, b):
    rng = np.random.default_rng(seed)
    first = rng.normal(a, 2.0), rng.normal(0.5, b), rng.normal(a, b), rng.uniform(a, a + 2), rng.exponential(b), rng.standard_gamma(b)
    second = rng.poisson(b), rng.binomial(7, b / 10), rng.geometric(b / 10), rng.gamma(a, b), rng.laplace(a, 1)
    return first, second, rng.normal(a, 1.0, (2,) + a.shape), rng.random()


@njit
def wrong(kind, x):
    rng = np.random.default_rng(1)
    if kind == 0:
        return rng.normal(0.0, x)
    if kind == 1:
        return rng.exponential(x)
    if kind == 2:
        return rng.gamma(x)
    if kind == 3:
        return rng.beta(x, 1.0)
    if kind == 4:
        return float(rng.poisson(x))
    if kind == 5:
        return float(rng.binomial(3, x))
    if kind == 6:
        return rng.uniform(x, 1e308)
    if kind == 7:
        return float(rng.logseries(x))
    if kind == 8:
        return float(rng.negative_binomial(3, x))
    if kind == 9:
        return rng.uniform(0.0, x)
    return float(rng.geometric(x))


@njit
def seeded(seed):
    rng = np.random.default_rng(seed)
    return rng.random(), rng.integers(10)


@njit
def draw_two(rng):
    return rng.random() + rng.random()


@njit
def twice(rng, draw):
    return draw(rng) * draw(rng)


@njit
def make(seed):
    return np.random.default_rng(seed)


@njit
def passed_on(seed):
    rng = make(seed)
    same = np.random.default_rng(rng)
    first = draw_two(rng), twice(same, draw_two), rng.random(), isinstance(rng, np.random.Generator), isinstance(seed, np.random.Generator)
    return first, make(seed).random(), same.random()


@njit
def returned(seed, n):
    rng = np.random.default_rng(seed)
    rng.integers(0, 100, n)
    other = np.random.default_rng(seed + 1)
    other.standard_normal(n)
    return rng, (other, rng.random(dtype=np.float32)), make(seed)


@njit
def yielded(seed, n):
    rng = np.random.default_rng(seed)
    for i in range(n):
        yield rng if i % 2 == 0 else np.random.default_rng(i)
        rng.integers(10)


@njit
def in_tuples(seed):
    pair = (np.random.default_rng(seed), np.random.default_rng(seed + 1))
    first, second = pair
    if first.random() < second.random():
        first, second = second, first
    return first.random(), second.random(), pair[0].random(), pair[1].normal()


@njit
def perhaps(seed, is_there):
    rng = np.random.default_rng(seed) if is_there else None
    if rng is None:
        return -1.0
    return rng.random()


@njit
def optional_argument(seed, rng=None):
    if rng is None:
        return np.random.default_rng(seed).random()
    return rng.random()


@njit
def options(seed):
    rng = np.random.default_rng(seed)
    return optional_argument(seed), optional_argument(seed, rng), optional_argument(seed, rng), rng.random()


@njit
def fresh_in_a_loop(n):
    total = 0.0
    for i in range(n):
        rng = np.random.default_rng(i)
        total += rng.random()
        if i == 5:
            rng = np.random.default_rng(total > 2.0)
        total -= rng.random()
    return total


@njit
def steps(rng, n):
    for _ in range(n):
        yield rng.integers(100)


@njit
def of_a_generator(seed, n):
    rng = np.random.default_rng(seed)
    total = 0
    for number in steps(rng, n):
        total = total * 3 + number
    return total, rng.random()


@njit
def error_on_the_way(seed, n):
    rng = np.random.default_rng(seed)
    out = np.empty(3)
    for i in range(n):
        out[i] = rng.random()
    return out


@njit
def caught_on_the_way(seed):
    rng = np.random.default_rng(seed)
    total = rng.random()
    try:
        other = np.random.default_rng(seed + 1)
        total += other.normal(0.0, -1.0)
    except ValueError:
        total += rng.random()
    return total


@njit(parallel=True)
def one_each(seed, n):
    out = np.empty(n)
    for i in prange(n):
        rng = np.random.default_rng(seed + i)
        out[i] = rng.random() + rng.standard_normal()
    return out


WEIGHTS = np.array([0.1, 0.2, 0.05, 0.4, 0.25])
CASES = []
for seed in (0, 1, 42, 2**32 + 5):
    CASES += [(name, [seed]) for name in ("floats", "normals", "integers", "passed_on", "in_tuples", "options")]
    CASES += [(name, [seed, 5]) for name in ("arrays_of_floats", "arrays_of_normals", "arrays_of_integers", "wide", "bools", "of_a_generator")]
    CASES += [("of_arrays", [seed, a, b]) for a, b in ((np.arange(3.0), np.arange(1.0, 4.0)), (np.arange(4.0), np.arange(1, 9.0).reshape(2, 4)[:, ::-1]))]
    CASES += [("returned", [seed, 5]), ("returned", [seed, 6]), ("yielded", [seed, 4])]
    CASES += [("filled", [seed, np.zeros(7), np.zeros((2, 3), np.float32)]), ("mixed", [seed, 100]), ("one_each", [seed, 20])]
    CASES += [(name, [seed, 7]) for name in ("distributions", "waves", "short_gammas", "counts")]
    CASES += [("signed", [seed, low, high, 11]) for low, high in ((0, 100), (-5, 6), (7, 8), (0, 127))]
    CASES += [("unsigned", [seed, low, high, 11]) for low, high in ((0, 100), (5, 6), (0, 200), (0, 255))]
    for a in (np.arange(9) * 1.5, np.arange(8, dtype=np.int8)[::-1], np.array([True, False, True, True, False, True])):
        CASES += [("choices", [seed, a, 4]), ("shuffled", [seed, a]), ("permuted", [seed, a, 6])]
    for a in (np.arange(12).reshape(4, 3), np.arange(24.0).reshape(2, 3, 4), np.asfortranarray(np.arange(20).reshape(5, 4)), np.zeros((0, 3)), np.arange(5)[:0]):
        CASES += [("shuffled", [seed, a]), ("permuted", [seed, a, 3])]
    CASES += [(name, [seed, a]) for name in ("shuffled_along", "choices_of_rows") for a in (np.arange(12).reshape(4, 3), np.arange(24.0).reshape(2, 3, 4)[:, ::-1])]
    CASES += [("weighted", [seed, np.arange(5) * 1.5, WEIGHTS]), ("weighted", [seed, np.arange(5), np.array([0.25, 0.0, 0.25, 0.25, 0.25], np.float32)])]
    CASES += [("shuffled_list", [seed, 6]), ("perhaps", [seed, True]), ("perhaps", [seed, False]), ("caught_on_the_way", [seed])]
    CASES += [("choices_of_many", [seed, n, size, s]) for n, size, s in ((10001, 250, True), (10001, 250, False), (20000, 1500, False), (30, 30, True), (30, 29, False))]
    CASES += [("error_on_the_way", [seed, n]) for n in (3, 4)]
CASES += [("distributions", [3, 400]), ("waves", [3, 400]), ("counts", [3, 400]), ("short_gammas", [3, 400]), ("arrays_of_normals", [3, 2000])]
CASES += [("fresh_in_a_loop", [20])]
CASES += [("empty_range", [kind, low, high]) for kind in range(5) for low, high in ((3, 3), (5, 2), (-1, 300), (0, 70000), (2, 9), (0, 2**40))]
for low, high in ((0, np.uint64(2**63)), (-(2**63), np.uint64(2**63)), (3, np.uint64(2**63 + 1)), (np.uint64(2**63), np.uint64(2**64 - 1)), (0, np.uint64(0)), (-(2**63), -(2**63)), (-128, 128), (-129, 5), (0, 0)):
    CASES += [("bounds", [kind, low, high, endpoint]) for kind in range(3) for endpoint in (False, True)]
CASES += [("wrongly_filled", [kind, np.zeros((3, 4))]) for kind in range(3)]
for p in (WEIGHTS, WEIGHTS[:4], WEIGHTS * 2, np.array([0.5, 0.5, 0.5, -0.5, 0.0]), np.array([0.5, 0.5, 0.0, 0.0, 0.0]), WEIGHTS * np.nan):
    CASES += [("wrong_choice", [kind, np.arange(5), p, n]) for kind in range(4) for n in (3, 6)]
CASES += [("of_arrays", [1, np.arange(3.0), np.array(b)]) for b in ([1, -1.0, 2], [1, 2, np.nan], [1, 2, 30.0])]
CASES += [("wrong", [kind, x]) for kind in range(11) for x in (-1.0, -0.0, 0.0, 0.5, 2.0, np.nan, -1e308)]
CASES += [("seeded", [seed]) for seed in (-1, 2**32, 7, np.uint64(2**64 - 1), np.int8(-3))]
