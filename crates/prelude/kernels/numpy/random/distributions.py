"""Further distributions of `numpy.random` after `seed`, by the methods of NumPy's `RandomState`; where those of `Generator` differ, `rng` decides."""

import math

import numpy as np

from ...machine import _random_float
from .counts import _draw_poisson
from .floats import (
    _check_not_negative,
    _check_positive,
    _check_share,
    _drawn,
    _drawn_integers,
    _exponential,
    _float_parameter,
    _normal,
    _uniform,
    _with_last,
)


def _draw_standard_exponential(rng, a, b):
    return _exponential(rng)


def standard_exponential(size=None):
    return _drawn(None, size, _draw_standard_exponential, 0.0, 0.0)


def _draw_exponential(rng, scale, b):
    return scale * _exponential(rng)


def exponential(scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_exponential, _float_parameter(scale), 0.0)


def _draw_small_gamma(rng, shape):
    """For a shape below 1: Ahrens and Dieter's rejection."""
    while True:
        u = _uniform(rng)
        v = _exponential(rng)
        if u <= 1.0 - shape:
            x = u ** (1.0 / shape)
            if x <= v:
                return x
        else:
            y = -math.log((1.0 - u) / shape)
            x = (1.0 - shape + shape * y) ** (1.0 / shape)
            if x <= v + y:
                return x


def _draw_large_gamma(rng, shape):
    """For a shape above 1: the method of Marsaglia and Tsang."""
    b = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * b)
    while True:
        x = _normal(rng)
        v = 1.0 + c * x
        while v <= 0.0:
            x = _normal(rng)
            v = 1.0 + c * x
        v = v * v * v
        u = _uniform(rng)
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            return b * v
        if math.log(u) < 0.5 * x * x + b * (1.0 - v + math.log(v)):
            return b * v


def _draw_gamma(rng, shape, scale):
    if shape == 1.0:
        return scale * _exponential(rng)
    if shape == 0.0:
        return 0.0
    if shape < 1.0:
        return scale * _draw_small_gamma(rng, shape)
    return scale * _draw_large_gamma(rng, shape)


def standard_gamma(shape, size=None):
    _check_not_negative(shape, "shape < 0")
    return _drawn(None, size, _draw_gamma, _float_parameter(shape), 1.0)


def gamma(shape, scale=1.0, size=None):
    _check_not_negative(shape, "shape < 0")
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_gamma, _float_parameter(shape), _float_parameter(scale))


def _draw_chisquare(rng, df, b):
    return 2.0 * _draw_gamma(rng, df / 2.0, 1.0)


def chisquare(df, size=None):
    _check_positive(df, "df <= 0")
    return _drawn(None, size, _draw_chisquare, _float_parameter(df), 0.0)


def _beta_by_logarithms(log_x, log_y):
    """A share of x in x and y where one of them is too small for a float."""
    difference = log_x - log_y
    if difference > 0.0:
        return math.exp(-math.log1p(math.exp(-difference)))
    return math.exp(difference - math.log1p(math.exp(difference)))


def _draw_beta(rng, a, b):
    if rng is not None:
        if a < 3e-103 and b < 3e-103:
            # Nearly all numbers are 0 or 1.
            return 1.0 if (a + b) * _uniform(rng) < a else 0.0
    while a <= 1.0 and b <= 1.0:
        u = _uniform(rng)
        v = _uniform(rng)
        x = u ** (1.0 / a)
        y = v ** (1.0 / b)
        if x + y <= 1.0 and u + v > 0.0:
            if rng is not None:
                return x / (x + y) if x > 0.0 and y > 0.0 else _beta_by_logarithms(math.log(u) / a, math.log(v) / b)
            if x + y > 0.0:
                return x / (x + y)
            log_x = math.log(u) / a
            log_y = math.log(v) / b
            most = log_x if log_x > log_y else log_y
            log_x -= most
            log_y -= most
            return math.exp(log_x - math.log(math.exp(log_x) + math.exp(log_y)))
    first = _draw_gamma(rng, a, 1.0)
    return first / (first + _draw_gamma(rng, b, 1.0))


def beta(a, b, size=None):
    _check_positive(a, "a <= 0")
    _check_positive(b, "b <= 0")
    return _drawn(None, size, _draw_beta, _float_parameter(a), _float_parameter(b))


def _draw_lognormal(rng, mean, sigma):
    return math.exp(mean + sigma * _normal(rng))


def lognormal(mean=0.0, sigma=1.0, size=None):
    _check_not_negative(sigma, "sigma < 0")
    return _drawn(None, size, _draw_lognormal, _float_parameter(mean), _float_parameter(sigma))


def _draw_standard_cauchy(rng, a, b):
    first = _normal(rng)
    return first / _normal(rng)


def standard_cauchy(size=None):
    return _drawn(None, size, _draw_standard_cauchy, 0.0, 0.0)


def _draw_standard_t(rng, df, b):
    first = _normal(rng)
    return math.sqrt(df / 2.0) * first / math.sqrt(_draw_gamma(rng, df / 2.0, 1.0))


def standard_t(df, size=None):
    _check_positive(df, "df <= 0")
    return _drawn(None, size, _draw_standard_t, _float_parameter(df), 0.0)


def _draw_pareto(rng, a, b):
    if rng is None:
        return math.exp(_exponential(rng) / a) - 1.0
    return math.expm1(_exponential(rng) / a)


def pareto(a, size=None):
    _check_positive(a, "a <= 0")
    return _drawn(None, size, _draw_pareto, _float_parameter(a), 0.0)


def _draw_weibull(rng, a, b):
    if a == 0.0:
        return 0.0
    return _exponential(rng) ** (1.0 / a)


def weibull(a, size=None):
    _check_not_negative(a, "a < 0")
    return _drawn(None, size, _draw_weibull, _float_parameter(a), 0.0)


def _draw_power(rng, a, b):
    if rng is None:
        return (1.0 - math.exp(-_exponential(rng))) ** (1.0 / a)
    return (-math.expm1(-_exponential(rng))) ** (1.0 / a)


def power(a, size=None):
    _check_positive(a, "a <= 0")
    return _drawn(None, size, _draw_power, _float_parameter(a), 0.0)


def _draw_rayleigh(rng, scale, b):
    if rng is None:
        return scale * math.sqrt(-2.0 * math.log1p(-_random_float()))
    return scale * math.sqrt(2.0 * _exponential(rng))


def rayleigh(scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_rayleigh, _float_parameter(scale), 0.0)


def _draw_gumbel(rng, loc, scale):
    u = 1.0 - _uniform(rng)
    while u >= 1.0:
        u = 1.0 - _uniform(rng)
    return loc - scale * math.log(-math.log(u))


def gumbel(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_gumbel, _float_parameter(loc), _float_parameter(scale))


def _draw_logistic(rng, loc, scale):
    u = _uniform(rng)
    while u <= 0.0:
        u = _uniform(rng)
    return loc + scale * math.log(u / (1.0 - u))


def logistic(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_logistic, _float_parameter(loc), _float_parameter(scale))


def _draw_laplace(rng, loc, scale):
    u = _uniform(rng)
    while u <= 0.0:
        u = _uniform(rng)
    if u >= 0.5:
        return loc - scale * math.log(2.0 - u - u)
    return loc + scale * math.log(u + u)


def laplace(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_laplace, _float_parameter(loc), _float_parameter(scale))


def _draw_triangular(rng, left, mode, right):
    base = right - left
    low = mode - left
    u = _uniform(rng)
    if u <= low / base:
        return left + math.sqrt(u * (low * base))
    return right - math.sqrt((1.0 - u) * ((right - mode) * base))


def _drawn_triangular(rng, left, mode, right, size):
    if left > mode:
        raise ValueError("left > mode")
    if mode > right:
        raise ValueError("mode > right")
    if left == right:
        raise ValueError("left == right")
    if size is None:
        return _draw_triangular(rng, np.float64(left), np.float64(mode), np.float64(right))
    out = np.empty(size)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = _draw_triangular(rng, np.float64(left), np.float64(mode), np.float64(right))
    return out


def triangular(left, mode, right, size=None):
    return _drawn_triangular(None, left, mode, right, size)


def _draw_f(rng, dfnum, dfden):
    first = _draw_chisquare(rng, dfnum, 0.0) * dfden
    return first / (_draw_chisquare(rng, dfden, 0.0) * dfnum)


def f(dfnum, dfden, size=None):
    _check_positive(dfnum, "dfnum <= 0")
    _check_positive(dfden, "dfden <= 0")
    return _drawn(None, size, _draw_f, _float_parameter(dfnum), _float_parameter(dfden))


def _draw_noncentral_chisquare(rng, df, nonc):
    if np.isnan(nonc):
        return math.nan
    if nonc == 0.0:
        return _draw_chisquare(rng, df, 0.0)
    if df > 1.0:
        central = _draw_chisquare(rng, df - 1.0, 0.0)
        shifted = _normal(rng) + math.sqrt(nonc)
        return central + shifted * shifted
    return _draw_chisquare(rng, df + 2.0 * _draw_poisson(rng, nonc / 2.0, 0.0), 0.0)


def noncentral_chisquare(df, nonc, size=None):
    _check_positive(df, "df <= 0")
    _check_not_negative(nonc, "nonc < 0")
    return _drawn(None, size, _draw_noncentral_chisquare, _float_parameter(df), _float_parameter(nonc))


def _draw_wald(rng, mean, scale):
    y = _normal(rng)
    y = mean * y * y
    if rng is None:
        x = mean + mean / (2.0 * scale) * (y - math.sqrt(4.0 * scale * y + y * y))
    else:
        x = mean * (1.0 - 2.0 / (1.0 + math.sqrt(1.0 + 4.0 * scale / y)))
    if _uniform(rng) <= mean / (mean + x):
        return x
    return mean * mean / x


def wald(mean, scale, size=None):
    _check_positive(mean, "mean <= 0")
    _check_positive(scale, "scale <= 0")
    return _drawn(None, size, _draw_wald, _float_parameter(mean), _float_parameter(scale))


def _draw_vonmises(rng, mu, kappa):
    """By the method of Best and Fisher."""
    if np.isnan(kappa):
        return math.nan
    if kappa < 1e-8:
        return math.pi * (2.0 * _uniform(rng) - 1.0)
    if rng is not None:
        if kappa > 1e6:
            wrapped = mu + math.sqrt(1.0 / kappa) * _normal(rng)
            if wrapped < -math.pi:
                wrapped += 2.0 * math.pi
            if wrapped > math.pi:
                wrapped -= 2.0 * math.pi
            return wrapped
    s = 1.0 / kappa + kappa
    if kappa >= 1e-5:
        r = 1.0 + math.sqrt(1.0 + 4.0 * kappa * kappa)
        rho = (r - math.sqrt(2.0 * r)) / (2.0 * kappa)
        s = (1.0 + rho * rho) / (2.0 * rho)
    while True:
        z = math.cos(math.pi * _uniform(rng))
        w = (1.0 + s * z) / (s + z)
        y = kappa * (s - w)
        v = _uniform(rng)
        if y * (2.0 - y) - v >= 0.0 or math.log(y / v) + 1.0 - y >= 0.0:
            break
    angle = math.acos(w)
    if _uniform(rng) < 0.5:
        angle = -angle
    angle += mu
    turned = math.fmod(abs(angle) + math.pi, 2.0 * math.pi) - math.pi
    return -turned if angle < 0.0 else turned


def vonmises(mu, kappa, size=None):
    _check_not_negative(kappa, "kappa < 0")
    return _drawn(None, size, _draw_vonmises, _float_parameter(mu), _float_parameter(kappa))


def dirichlet(alpha, size=None):
    shape = (len(alpha),) if size is None else _with_last(size, len(alpha))
    for i in range(len(alpha)):
        _check_positive(alpha[i], "alpha <= 0")
    out = np.empty(shape)
    rows = out.reshape((-1, len(alpha)))
    for i in range(rows.shape[0]):
        total = 0.0
        for j in range(len(alpha)):
            rows[i, j] = _draw_gamma(None, np.float64(alpha[j]), 1.0)
            total += rows[i, j]
        inverse = 1.0 / total
        for j in range(len(alpha)):
            rows[i, j] = rows[i, j] * inverse
    return out


def _draw_negative_binomial(rng, n, p):
    return _draw_poisson(rng, _draw_gamma(rng, n, (1.0 - p) / p), 0.0)


def negative_binomial(n, p, size=None):
    _check_positive(n, "n <= 0")
    _check_share(p, False)
    return _drawn_integers(None, size, _draw_negative_binomial, _float_parameter(n), _float_parameter(p))
