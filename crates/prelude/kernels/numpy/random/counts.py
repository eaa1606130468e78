"""Distributions of integers of `numpy.random` after `seed`, by the methods of NumPy's `RandomState`; where those of `Generator` differ, `rng` decides."""

import math

import numpy as np

from .floats import _check_not_negative, _check_share, _drawn_integers, _exponential, _float_parameter, _uniform, _with_last


def _draw_few_events(rng, rate):
    """By the product of uniform numbers, for low rates."""
    limit = math.exp(-rate)
    count = 0
    product = _uniform(rng)
    while product > limit:
        count += 1
        product *= _uniform(rng)
    return count


def _log_gamma_series(x):
    """The logarithm of the gamma function, by the series that NumPy uses here."""
    if x == 1.0 or x == 2.0:
        return 0.0
    n = 0
    if x < 7.0:
        n = int(7 - x)
    shifted = x + n
    inverse = (1.0 / shifted) * (1.0 / shifted)
    total = -1.392432216905900e00
    total = total * inverse + 1.796443723688307e-01
    total = total * inverse + -2.955065359477124e-02
    total = total * inverse + 6.410256410256410e-03
    total = total * inverse + -1.917526917526918e-03
    total = total * inverse + 8.417508417508418e-04
    total = total * inverse + -5.952380952380952e-04
    total = total * inverse + 7.936507936507937e-04
    total = total * inverse + -2.777777777777778e-03
    total = total * inverse + 8.333333333333333e-02
    result = total / shifted + 0.5 * 1.8378770664093453 + (shifted - 0.5) * math.log(shifted) - shifted
    if x < 7.0:
        for _ in range(n):
            result -= math.log(shifted - 1.0)
            shifted -= 1.0
    return result


def _draw_many_events(rng, rate):
    """By transformed rejection with squeeze, the method PTRS of Hörmann, for high rates."""
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    edge = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = _uniform(rng) - 0.5
        v = _uniform(rng)
        distance = 0.5 - abs(u)
        k = math.floor((2.0 * a / distance + b) * u + rate + 0.43)
        if distance >= 0.07 and v <= edge:
            return k
        if k < 0 or (distance < 0.013 and v > distance):
            continue
        if math.log(v) + math.log(inverse_alpha) - math.log(a / (distance * distance) + b) <= -rate + k * log_rate - _log_gamma_series(k + 1.0):
            return k


def _draw_poisson(rng, rate, b):
    if rate >= 10.0:
        return _draw_many_events(rng, rate)
    if rate == 0.0:
        return 0
    return _draw_few_events(rng, rate)


def _check_rate(rate):
    if isinstance(rate, np.ndarray):
        for element in rate.ravel():
            _check_rate(element)
    elif not rate >= 0:
        raise ValueError("lam < 0 or lam contains NaNs")
    elif rate > 9.223372006484771e18:
        raise ValueError("lam value too large")


def poisson(lam=1.0, size=None):
    _check_rate(lam)
    return _drawn_integers(None, size, _draw_poisson, _float_parameter(lam), 0.0)


def _draw_few_successes(rng, n, p):
    """By inversion, where few successes are expected."""
    q = 1.0 - p
    none = math.exp(n * math.log(q)) if rng is None else math.exp(n * math.log1p(-p))
    mean = n * p
    bound = int(min(float(n), mean + 10.0 * math.sqrt(mean * q + 1.0)))
    count = 0
    term = none
    u = _uniform(rng)
    while u > term:
        count += 1
        if count > bound:
            count = 0
            term = none
            u = _uniform(rng)
        else:
            u -= term
            term = ((n - count + 1) * p * term) / (count * q)
    return count


def _stirling_rest(x):
    square = x * x
    return (13680.0 - (462.0 - (132.0 - (99.0 - 140.0 / square) / square) / square) / square) / x / 166320.0


def _draw_many_successes(rng, n, p):
    """By the method BTPE of Kachitvichyanukul and Schmeiser, for p up to a half."""
    q = 1.0 - p
    middle = n * p + p
    m = math.floor(middle)
    p1 = math.floor(2.195 * math.sqrt(n * p * q) - 4.6 * q) + 0.5
    xm = m + 0.5
    left = xm - p1
    right = xm + p1
    c = 0.134 + 20.5 / (15.3 + m)
    a = (middle - left) / (middle - left * p)
    left_rate = a * (1.0 + a / 2.0)
    a = (right - middle) / (right * q)
    right_rate = a * (1.0 + a / 2.0)
    p2 = p1 * (1.0 + 2.0 * c)
    p3 = p2 + c / left_rate
    p4 = p3 + c / right_rate
    variance = n * p * q
    while True:
        u = _uniform(rng) * p4
        v = _uniform(rng)
        if u <= p1:
            return math.floor(xm - p1 * v + u)
        if u <= p2:
            x = left + (u - p1) / c
            v = v * c + 1.0 - abs(m - x + 0.5) / p1
            if v > 1.0:
                continue
            y = math.floor(x)
        elif v == 0.0:
            continue
        elif u <= p3:
            y = math.floor(left + math.log(v) / left_rate)
            if y < 0:
                continue
            v = v * (u - p2) * left_rate
        else:
            y = math.floor(right - math.log(v) / right_rate)
            if y > n:
                continue
            v = v * (u - p3) * right_rate
        k = abs(y - m)
        if k <= 20 or k >= variance / 2.0 - 1.0:
            s = p / q
            a = s * (n + 1)
            f = 1.0
            for i in range(m + 1, y + 1):
                f *= a / i - s
            for i in range(y + 1, m + 1):
                f /= a / i - s
            if v <= f:
                return y
            continue
        rho = (k / variance) * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / variance + 0.5)
        t = -k * k / (2.0 * variance)
        log_v = math.log(v)
        if log_v < t - rho:
            return y
        if log_v > t + rho:
            continue
        x1 = y + 1.0
        f1 = m + 1.0
        z = n + 1.0 - m
        w = n - y + 1.0
        limit = xm * math.log(f1 / x1) + (n - m + 0.5) * math.log(z / w) + (y - m) * math.log(w * p / (x1 * q))
        if log_v <= limit + _stirling_rest(f1) + _stirling_rest(z) + _stirling_rest(x1) + _stirling_rest(w):
            return y


def _draw_successes(rng, n, p):
    if p * n <= 30.0:
        return _draw_few_successes(rng, n, p)
    return _draw_many_successes(rng, n, p)


def _integer_parameter(value):
    """A parameter as an integer, or an array of integers."""
    if isinstance(value, np.ndarray):
        return value.astype(np.int64)
    return np.int64(value)


def _draw_binomial(rng, n, p):
    if rng is not None:
        if n == 0 or p == 0.0:
            return 0
    if p <= 0.5:
        return _draw_successes(rng, n, p)
    return n - _draw_successes(rng, n, 1.0 - p)


def binomial(n, p, size=None):
    _check_not_negative(n, "n < 0")
    _check_share(p, True)
    return _drawn_integers(None, size, _draw_binomial, _integer_parameter(n), _float_parameter(p))


def _draw_geometric(rng, p, b):
    if p < 0.333333333333333333333333:
        if rng is None:
            return math.ceil(math.log1p(-_uniform(rng)) / math.log1p(-p))
        count = np.ceil(-_exponential(rng) / math.log1p(-p))
        return 9223372036854775807 if count >= 9.223372036854776e18 else int(count)
    u = _uniform(rng)
    count = 1
    total = p
    product = p
    while u > total:
        product *= 1.0 - p
        total += product
        count += 1
    return count


def geometric(p, size=None):
    _check_share(p, False)
    return _drawn_integers(None, size, _draw_geometric, _float_parameter(p), 0.0)


def _draw_zipf(rng, a, b):
    if rng is not None:
        if a >= 1025.0:
            return 1
    power = a - 1.0
    scale = 2.0**power
    least = 0.0 if rng is None else 9.223372036854775807e18**-power
    while True:
        u = _uniform(rng)
        u = 1.0 - u if rng is None else u * least + (1.0 - u)
        v = _uniform(rng)
        x = np.floor(u ** (-1.0 / power))
        if x > 9.223372036854775e18 or x < 1.0:
            continue
        t = (1.0 + 1.0 / x) ** power
        if v * x * (t - 1.0) / (scale - 1.0) <= t / scale:
            return int(x)


def zipf(a, size=None):
    if not a > 1:
        raise ValueError("a <= 1 or a contains NaNs")
    return _drawn_integers(None, size, _draw_zipf, _float_parameter(a), 0.0)


def _draw_logseries(rng, p, b):
    rate = math.log(1.0 - p) if rng is None else math.log1p(-p)
    while True:
        v = _uniform(rng)
        if v >= p:
            return 1
        u = _uniform(rng)
        q = 1.0 - math.exp(rate * u) if rng is None else -math.expm1(rate * u)
        if v <= q * q:
            count = math.floor(1.0 + math.log(v) / math.log(q)) if v > 0.0 else 0
            if count >= 1:
                return count
        else:
            return 1 if v >= q else 2


def logseries(p, size=None):
    if not (p > 0 and p < 1):
        raise ValueError("p <= 0, p >= 1 or p contains NaNs")
    return _drawn_integers(None, size, _draw_logseries, _float_parameter(p), 0.0)


def _draw_few_good(rng, good, bad, sample):
    """One item of the sample after the other."""
    rest = bad + good - sample
    fewer = min(bad, good)
    left = float(fewer)
    count = sample
    while left > 0.0 and count > 0:
        left -= np.floor(_uniform(rng) + left / (rest + count))
        count -= 1
    drawn = int(fewer - left)
    return sample - drawn if good > bad else drawn


def _log_of_ways(drawn, fewer, more, sample):
    return (
        _log_gamma_series(drawn + 1.0)
        + _log_gamma_series(fewer - drawn + 1.0)
        + _log_gamma_series(sample - drawn + 1.0)
        + _log_gamma_series(more - sample + drawn + 1.0)
    )


def _draw_many_good(rng, good, bad, sample):
    """By the method HRUA of Stadlober."""
    fewer = min(good, bad)
    more = max(good, bad)
    population = good + bad
    m = min(sample, population - sample)
    share = float(fewer) / population
    mean = m * share + 0.5
    deviation = math.sqrt(float(population - m) * sample * share * (1.0 - share) / (population - 1) + 0.5)
    width = 1.7155277699214135 * deviation + 0.8989161620588988
    mode = int(np.floor(float(m + 1) * (fewer + 1) / (population + 2)))
    most = _log_of_ways(mode, fewer, more, m)
    limit = min(min(m, fewer) + 1.0, np.floor(mean + 16.0 * deviation))
    while True:
        x = _uniform(rng)
        y = _uniform(rng)
        w = mean + width * (y - 0.5) / x
        if w < 0.0 or w >= limit:
            continue
        drawn = int(np.floor(w))
        t = most - _log_of_ways(drawn, fewer, more, m)
        if x * (4.0 - x) - 3.0 <= t:
            break
        if x * (x - t) >= 1.0:
            continue
        if 2.0 * math.log(x) <= t:
            break
    if good > bad:
        drawn = m - drawn
    return good - drawn if m < sample else drawn


def _draw_hypergeometric(rng, good, bad, sample):
    if sample > 10:
        return _draw_many_good(rng, good, bad, sample)
    return _draw_few_good(rng, good, bad, sample)


def hypergeometric(ngood, nbad, nsample, size=None):
    if ngood < 0:
        raise ValueError("ngood < 0")
    if nbad < 0:
        raise ValueError("nbad < 0")
    if nsample < 1:
        raise ValueError("nsample < 1")
    if ngood + nbad < nsample:
        raise ValueError("ngood + nbad < nsample")
    if size is None:
        return _draw_hypergeometric(None, int(ngood), int(nbad), int(nsample))
    out = np.empty(size, np.int64)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = _draw_hypergeometric(None, int(ngood), int(nbad), int(nsample))
    return out


def multinomial(n, pvals, size=None):
    shape = (len(pvals),) if size is None else _with_last(size, len(pvals))
    if n < 0:
        raise ValueError("n < 0")
    total = 0.0
    for j in range(len(pvals)):
        if not (pvals[j] >= 0 and pvals[j] <= 1):
            raise ValueError("pvals < 0, pvals > 1 or pvals contains NaNs")
        if j + 1 < len(pvals):
            total += pvals[j]
    if total > 1.0 + 1e-12:
        raise ValueError("sum(pvals[:-1]) > 1.0")
    out = np.zeros(shape, np.int64)
    rows = out.reshape((-1, len(pvals)))
    for i in range(rows.shape[0]):
        rest = 1.0
        left = int(n)
        for j in range(len(pvals) - 1):
            if left > 0 and pvals[j] > 0:
                rows[i, j] = _draw_binomial(None, left, pvals[j] / rest)
                left -= rows[i, j]
            if left <= 0:
                break
            rest -= pvals[j]
        if left > 0:
            rows[i, len(pvals) - 1] = left
    return out
