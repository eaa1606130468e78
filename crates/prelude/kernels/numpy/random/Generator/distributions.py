"""Distributions of floats of `numpy.random.Generator`. Their methods stand where those of `RandomState` do."""

import math

import numpy as np

from ....machine import _next_short_exponential, _next_short_normal
from ..distributions import (
    _draw_beta,
    _draw_chisquare,
    _draw_f,
    _draw_gamma,
    _draw_gumbel,
    _draw_laplace,
    _draw_logistic,
    _draw_lognormal,
    _draw_noncentral_chisquare,
    _draw_pareto,
    _draw_power,
    _draw_rayleigh,
    _draw_standard_cauchy,
    _draw_standard_t,
    _drawn_triangular,
    _draw_vonmises,
    _draw_wald,
    _draw_weibull,
)
from ..floats import _check_not_negative, _check_positive, _drawn, _float_parameter
from .floats import _drawn_floats, _short_uniform


def _draw_small_short_gamma(rng, shape):
    """For a shape below 1, in float32."""
    one = np.float32(1.0)
    while True:
        u = _short_uniform(rng)
        v = np.float32(_next_short_exponential(rng))
        if u <= one - shape:
            x = u ** (one / shape)
            if x <= v:
                return x
        else:
            y = -math.log((one - u) / shape)
            x = (one - shape + shape * y) ** (one / shape)
            if x <= v + y:
                return x


def _draw_large_short_gamma(rng, shape):
    """For a shape above 1, in float32."""
    one, half = np.float32(1.0), np.float32(0.5)
    b = shape - one / np.float32(3.0)
    c = one / np.sqrt(np.float32(9.0) * b)
    while True:
        x = np.float32(_next_short_normal(rng))
        v = one + c * x
        while v <= np.float32(0.0):
            x = np.float32(_next_short_normal(rng))
            v = one + c * x
        v = v * v * v
        u = _short_uniform(rng)
        if u < one - np.float32(0.0331) * (x * x) * (x * x):
            return b * v
        if math.log(u) < half * x * x + b * (one - v + math.log(v)):
            return b * v


def _draw_short_gamma(rng, shape, b):
    if shape == np.float32(1.0):
        return np.float32(_next_short_exponential(rng))
    if shape == np.float32(0.0):
        return np.float32(0.0)
    if shape < np.float32(1.0):
        return _draw_small_short_gamma(rng, shape)
    return _draw_large_short_gamma(rng, shape)


def _draw_standard_gamma(rng, shape, b):
    return _draw_gamma(rng, shape, 1.0)


def standard_gamma(rng, shape, size=None, dtype=None, out=None):
    _check_not_negative(shape, "shape < 0")
    if isinstance(shape, np.ndarray) and dtype is None and out is None:
        return _drawn(rng, size, _draw_standard_gamma, _float_parameter(shape), 0.0)
    return _drawn_floats(rng, size, _draw_standard_gamma, _draw_short_gamma, shape, dtype, out)


def gamma(rng, shape, scale=1.0, size=None):
    _check_not_negative(shape, "shape < 0")
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_gamma, _float_parameter(shape), _float_parameter(scale))


def beta(rng, a, b, size=None):
    _check_positive(a, "a <= 0")
    _check_positive(b, "b <= 0")
    return _drawn(rng, size, _draw_beta, _float_parameter(a), _float_parameter(b))


def chisquare(rng, df, size=None):
    _check_positive(df, "df <= 0")
    return _drawn(rng, size, _draw_chisquare, _float_parameter(df), 0.0)


def noncentral_chisquare(rng, df, nonc, size=None):
    _check_positive(df, "df <= 0")
    _check_not_negative(nonc, "nonc < 0")
    return _drawn(rng, size, _draw_noncentral_chisquare, _float_parameter(df), _float_parameter(nonc))


def f(rng, dfnum, dfden, size=None):
    _check_positive(dfnum, "dfnum <= 0")
    _check_positive(dfden, "dfden <= 0")
    return _drawn(rng, size, _draw_f, _float_parameter(dfnum), _float_parameter(dfden))


def standard_cauchy(rng, size=None):
    return _drawn(rng, size, _draw_standard_cauchy, 0.0, 0.0)


def standard_t(rng, df, size=None):
    _check_positive(df, "df <= 0")
    return _drawn(rng, size, _draw_standard_t, _float_parameter(df), 0.0)


def vonmises(rng, mu, kappa, size=None):
    _check_not_negative(kappa, "kappa < 0")
    return _drawn(rng, size, _draw_vonmises, _float_parameter(mu), _float_parameter(kappa))


def pareto(rng, a, size=None):
    _check_positive(a, "a <= 0")
    return _drawn(rng, size, _draw_pareto, _float_parameter(a), 0.0)


def weibull(rng, a, size=None):
    _check_not_negative(a, "a < 0")
    return _drawn(rng, size, _draw_weibull, _float_parameter(a), 0.0)


def power(rng, a, size=None):
    _check_positive(a, "a <= 0")
    return _drawn(rng, size, _draw_power, _float_parameter(a), 0.0)


def laplace(rng, loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_laplace, _float_parameter(loc), _float_parameter(scale))


def gumbel(rng, loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_gumbel, _float_parameter(loc), _float_parameter(scale))


def logistic(rng, loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_logistic, _float_parameter(loc), _float_parameter(scale))


def lognormal(rng, mean=0.0, sigma=1.0, size=None):
    _check_not_negative(sigma, "sigma < 0")
    return _drawn(rng, size, _draw_lognormal, _float_parameter(mean), _float_parameter(sigma))


def rayleigh(rng, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_rayleigh, _float_parameter(scale), 0.0)


def wald(rng, mean, scale, size=None):
    _check_positive(mean, "mean <= 0")
    _check_positive(scale, "scale <= 0")
    return _drawn(rng, size, _draw_wald, _float_parameter(mean), _float_parameter(scale))


def noncentral_f(rng, dfnum, dfden, nonc, size=None):
    _check_positive(dfnum, "dfnum <= 0")
    _check_positive(dfden, "dfden <= 0")
    _check_not_negative(nonc, "nonc < 0")
    if size is None:
        return _draw_noncentral_f(rng, np.float64(dfnum), np.float64(dfden), np.float64(nonc))
    out = np.empty(size)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = _draw_noncentral_f(rng, np.float64(dfnum), np.float64(dfden), np.float64(nonc))
    return out


def _draw_noncentral_f(rng, dfnum, dfden, nonc):
    first = _draw_noncentral_chisquare(rng, dfnum, nonc) * dfden
    return first / (_draw_chisquare(rng, dfden, 0.0) * dfnum)


def triangular(rng, left, mode, right, size=None):
    return _drawn_triangular(rng, left, mode, right, size)
