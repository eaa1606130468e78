"""Distributions of integers of `numpy.random` after `seed`, by the methods of NumPy's `RandomState`."""

import math

import numpy as np

from ...machine import _random_float
from .floats import _drawn_integers


def _draw_few_events(rate):
    """By the product of uniform numbers, for low rates."""
    limit = math.exp(-rate)
    count = 0
    product = _random_float()
    while product > limit:
        count += 1
        product *= _random_float()
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


def _draw_many_events(rate):
    """By transformed rejection with squeeze, the method PTRS of Hörmann, for high rates."""
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    edge = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = _random_float() - 0.5
        v = _random_float()
        distance = 0.5 - abs(u)
        k = math.floor((2.0 * a / distance + b) * u + rate + 0.43)
        if distance >= 0.07 and v <= edge:
            return k
        if k < 0 or (distance < 0.013 and v > distance):
            continue
        if math.log(v) + math.log(inverse_alpha) - math.log(a / (distance * distance) + b) <= -rate + k * log_rate - _log_gamma_series(k + 1.0):
            return k


def _draw_poisson(rate, b):
    if rate >= 10.0:
        return _draw_many_events(rate)
    if rate == 0.0:
        return 0
    return _draw_few_events(rate)


def poisson(lam=1.0, size=None):
    if not lam >= 0:
        raise ValueError("lam < 0 or lam contains NaNs")
    if lam > 9.223372006484771e18:
        raise ValueError("lam value too large")
    return _drawn_integers(size, _draw_poisson, float(lam), 0.0)


def _draw_few_successes(n, p):
    """By inversion, where few successes are expected."""
    q = 1.0 - p
    none = math.exp(n * math.log(q))
    mean = n * p
    bound = int(min(float(n), mean + 10.0 * math.sqrt(mean * q + 1.0)))
    count = 0
    term = none
    u = _random_float()
    while u > term:
        count += 1
        if count > bound:
            count = 0
            term = none
            u = _random_float()
        else:
            u -= term
            term = ((n - count + 1) * p * term) / (count * q)
    return count


def _stirling_rest(x):
    square = x * x
    return (13680.0 - (462.0 - (132.0 - (99.0 - 140.0 / square) / square) / square) / square) / x / 166320.0


def _draw_many_successes(n, p):
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
        u = _random_float() * p4
        v = _random_float()
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


def _draw_successes(n, p):
    if p * n <= 30.0:
        return _draw_few_successes(n, p)
    return _draw_many_successes(n, p)


def _draw_binomial(n, p):
    if p <= 0.5:
        return _draw_successes(n, p)
    return n - _draw_successes(n, 1.0 - p)


def binomial(n, p, size=None):
    if n < 0:
        raise ValueError("n < 0")
    if not (p >= 0 and p <= 1):
        raise ValueError("p < 0, p > 1 or p is NaN")
    return _drawn_integers(size, _draw_binomial, int(n), float(p))


def _draw_geometric(p, b):
    u = _random_float()
    if p < 0.333333333333333333333333:
        return math.ceil(math.log1p(-u) / math.log1p(-p))
    count = 1
    total = p
    product = p
    while u > total:
        product *= 1.0 - p
        total += product
        count += 1
    return count


def geometric(p, size=None):
    if not (p > 0 and p <= 1):
        raise ValueError("p <= 0, p > 1 or p contains NaNs")
    return _drawn_integers(size, _draw_geometric, float(p), 0.0)
