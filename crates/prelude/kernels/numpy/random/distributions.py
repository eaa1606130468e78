"""Further distributions of `numpy.random` after `seed`, by the methods of NumPy's `RandomState`."""

import math

import numpy as np

from ...machine import _random_float, _random_normal
from .counts import _draw_poisson
from .floats import _check_not_negative, _check_positive, _check_share, _drawn, _drawn_integers, _float_parameter, _with_last


def _draw_standard_exponential(a, b):
    return -math.log(1.0 - _random_float())


def standard_exponential(size=None):
    return _drawn(size, _draw_standard_exponential, 0.0, 0.0)


def _draw_exponential(scale, b):
    return scale * -math.log(1.0 - _random_float())


def exponential(scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_exponential, _float_parameter(scale), 0.0)


def _draw_small_gamma(shape):
    """For a shape below 1: Ahrens and Dieter's rejection."""
    while True:
        u = _random_float()
        v = -math.log(1.0 - _random_float())
        if u <= 1.0 - shape:
            x = u ** (1.0 / shape)
            if x <= v:
                return x
        else:
            y = -math.log((1.0 - u) / shape)
            x = (1.0 - shape + shape * y) ** (1.0 / shape)
            if x <= v + y:
                return x


def _draw_large_gamma(shape):
    """For a shape above 1: the method of Marsaglia and Tsang."""
    b = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * b)
    while True:
        x = _random_normal()
        v = 1.0 + c * x
        while v <= 0.0:
            x = _random_normal()
            v = 1.0 + c * x
        v = v * v * v
        u = _random_float()
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            return b * v
        if math.log(u) < 0.5 * x * x + b * (1.0 - v + math.log(v)):
            return b * v


def _draw_gamma(shape, scale):
    if shape == 1.0:
        return scale * -math.log(1.0 - _random_float())
    if shape == 0.0:
        return 0.0
    if shape < 1.0:
        return scale * _draw_small_gamma(shape)
    return scale * _draw_large_gamma(shape)


def standard_gamma(shape, size=None):
    _check_not_negative(shape, "shape < 0")
    return _drawn(size, _draw_gamma, _float_parameter(shape), 1.0)


def gamma(shape, scale=1.0, size=None):
    _check_not_negative(shape, "shape < 0")
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_gamma, _float_parameter(shape), _float_parameter(scale))


def _draw_chisquare(df, b):
    return 2.0 * _draw_gamma(df / 2.0, 1.0)


def chisquare(df, size=None):
    _check_positive(df, "df <= 0")
    return _drawn(size, _draw_chisquare, _float_parameter(df), 0.0)


def _draw_beta(a, b):
    while a <= 1.0 and b <= 1.0:
        u = _random_float()
        v = _random_float()
        x = u ** (1.0 / a)
        y = v ** (1.0 / b)
        if x + y <= 1.0 and u + v > 0.0:
            if x + y > 0.0:
                return x / (x + y)
            log_x = math.log(u) / a
            log_y = math.log(v) / b
            most = log_x if log_x > log_y else log_y
            log_x -= most
            log_y -= most
            return math.exp(log_x - math.log(math.exp(log_x) + math.exp(log_y)))
    first = _draw_gamma(a, 1.0)
    return first / (first + _draw_gamma(b, 1.0))


def beta(a, b, size=None):
    _check_positive(a, "a <= 0")
    _check_positive(b, "b <= 0")
    return _drawn(size, _draw_beta, _float_parameter(a), _float_parameter(b))


def _draw_lognormal(mean, sigma):
    return math.exp(mean + sigma * _random_normal())


def lognormal(mean=0.0, sigma=1.0, size=None):
    _check_not_negative(sigma, "sigma < 0")
    return _drawn(size, _draw_lognormal, _float_parameter(mean), _float_parameter(sigma))


def _draw_standard_cauchy(a, b):
    first = _random_normal()
    return first / _random_normal()


def standard_cauchy(size=None):
    return _drawn(size, _draw_standard_cauchy, 0.0, 0.0)


def _draw_standard_t(df, b):
    first = _random_normal()
    return math.sqrt(df / 2.0) * first / math.sqrt(_draw_gamma(df / 2.0, 1.0))


def standard_t(df, size=None):
    _check_positive(df, "df <= 0")
    return _drawn(size, _draw_standard_t, _float_parameter(df), 0.0)


def _draw_pareto(a, b):
    return math.exp(-math.log(1.0 - _random_float()) / a) - 1.0


def pareto(a, size=None):
    _check_positive(a, "a <= 0")
    return _drawn(size, _draw_pareto, _float_parameter(a), 0.0)


def _draw_weibull(a, b):
    if a == 0.0:
        return 0.0
    return (-math.log(1.0 - _random_float())) ** (1.0 / a)


def weibull(a, size=None):
    _check_not_negative(a, "a < 0")
    return _drawn(size, _draw_weibull, _float_parameter(a), 0.0)


def _draw_power(a, b):
    return (1.0 - math.exp(math.log(1.0 - _random_float()))) ** (1.0 / a)


def power(a, size=None):
    _check_positive(a, "a <= 0")
    return _drawn(size, _draw_power, _float_parameter(a), 0.0)


def _draw_rayleigh(scale, b):
    return scale * math.sqrt(-2.0 * math.log1p(-_random_float()))


def rayleigh(scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_rayleigh, _float_parameter(scale), 0.0)


def _draw_gumbel(loc, scale):
    u = 1.0 - _random_float()
    while u >= 1.0:
        u = 1.0 - _random_float()
    return loc - scale * math.log(-math.log(u))


def gumbel(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_gumbel, _float_parameter(loc), _float_parameter(scale))


def _draw_logistic(loc, scale):
    u = _random_float()
    while u <= 0.0:
        u = _random_float()
    return loc + scale * math.log(u / (1.0 - u))


def logistic(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_logistic, _float_parameter(loc), _float_parameter(scale))


def _draw_laplace(loc, scale):
    u = _random_float()
    while u <= 0.0:
        u = _random_float()
    if u >= 0.5:
        return loc - scale * math.log(2.0 - u - u)
    return loc + scale * math.log(u + u)


def laplace(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_laplace, _float_parameter(loc), _float_parameter(scale))


def _draw_triangular(left, mode, right):
    base = right - left
    low = mode - left
    u = _random_float()
    if u <= low / base:
        return left + math.sqrt(u * (low * base))
    return right - math.sqrt((1.0 - u) * ((right - mode) * base))


def triangular(left, mode, right, size=None):
    if left > mode:
        raise ValueError("left > mode")
    if mode > right:
        raise ValueError("mode > right")
    if left == right:
        raise ValueError("left == right")
    if size is None:
        return _draw_triangular(float(left), float(mode), float(right))
    out = np.empty(size)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = _draw_triangular(float(left), float(mode), float(right))
    return out


def _draw_f(dfnum, dfden):
    first = _draw_chisquare(dfnum, 0.0) * dfden
    return first / (_draw_chisquare(dfden, 0.0) * dfnum)


def f(dfnum, dfden, size=None):
    _check_positive(dfnum, "dfnum <= 0")
    _check_positive(dfden, "dfden <= 0")
    return _drawn(size, _draw_f, _float_parameter(dfnum), _float_parameter(dfden))


def _draw_noncentral_chisquare(df, nonc):
    if np.isnan(nonc):
        return math.nan
    if nonc == 0.0:
        return _draw_chisquare(df, 0.0)
    if df > 1.0:
        central = _draw_chisquare(df - 1.0, 0.0)
        shifted = _random_normal() + math.sqrt(nonc)
        return central + shifted * shifted
    return _draw_chisquare(df + 2.0 * _draw_poisson(nonc / 2.0, 0.0), 0.0)


def noncentral_chisquare(df, nonc, size=None):
    _check_positive(df, "df <= 0")
    _check_not_negative(nonc, "nonc < 0")
    return _drawn(size, _draw_noncentral_chisquare, _float_parameter(df), _float_parameter(nonc))


def _draw_wald(mean, scale):
    half = mean / (2.0 * scale)
    y = _random_normal()
    y = mean * y * y
    x = mean + half * (y - math.sqrt(4.0 * scale * y + y * y))
    if _random_float() <= mean / (mean + x):
        return x
    return mean * mean / x


def wald(mean, scale, size=None):
    _check_positive(mean, "mean <= 0")
    _check_positive(scale, "scale <= 0")
    return _drawn(size, _draw_wald, _float_parameter(mean), _float_parameter(scale))


def _draw_vonmises(mu, kappa):
    """By the method of Best and Fisher."""
    if np.isnan(kappa):
        return math.nan
    if kappa < 1e-8:
        return math.pi * (2.0 * _random_float() - 1.0)
    s = 1.0 / kappa + kappa
    if kappa >= 1e-5:
        r = 1.0 + math.sqrt(1.0 + 4.0 * kappa * kappa)
        rho = (r - math.sqrt(2.0 * r)) / (2.0 * kappa)
        s = (1.0 + rho * rho) / (2.0 * rho)
    while True:
        z = math.cos(math.pi * _random_float())
        w = (1.0 + s * z) / (s + z)
        y = kappa * (s - w)
        v = _random_float()
        if y * (2.0 - y) - v >= 0.0 or math.log(y / v) + 1.0 - y >= 0.0:
            break
    angle = math.acos(w)
    if _random_float() < 0.5:
        angle = -angle
    angle += mu
    turned = math.fmod(abs(angle) + math.pi, 2.0 * math.pi) - math.pi
    return -turned if angle < 0.0 else turned


def vonmises(mu, kappa, size=None):
    _check_not_negative(kappa, "kappa < 0")
    return _drawn(size, _draw_vonmises, _float_parameter(mu), _float_parameter(kappa))


def dirichlet(alpha, size=None):
    shape = (len(alpha),) if size is None else _with_last(size, len(alpha))
    for i in range(len(alpha)):
        _check_positive(alpha[i], "alpha <= 0")
    out = np.empty(shape)
    rows = out.reshape((-1, len(alpha)))
    for i in range(rows.shape[0]):
        total = 0.0
        for j in range(len(alpha)):
            rows[i, j] = _draw_gamma(float(alpha[j]), 1.0)
            total += rows[i, j]
        inverse = 1.0 / total
        for j in range(len(alpha)):
            rows[i, j] = rows[i, j] * inverse
    return out


def _draw_negative_binomial(n, p):
    return _draw_poisson(_draw_gamma(n, (1.0 - p) / p), 0.0)


def negative_binomial(n, p, size=None):
    _check_positive(n, "n <= 0")
    _check_share(p, False)
    return _drawn_integers(size, _draw_negative_binomial, _float_parameter(n), _float_parameter(p))
