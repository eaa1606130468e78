"""Distributions of integers of `numpy.random.Generator`. Their methods stand where those of `RandomState` do."""

import math

from ..counts import (
    _check_rate,
    _draw_binomial,
    _draw_geometric,
    _draw_logseries,
    _draw_poisson,
    _draw_zipf,
    _integer_parameter,
)
from ..distributions import _draw_negative_binomial
from ..floats import _check_not_negative, _check_positive, _check_share, _drawn_integers, _float_parameter


def poisson(rng, lam=1.0, size=None):
    _check_rate(lam)
    return _drawn_integers(rng, size, _draw_poisson, _float_parameter(lam), 0.0)


def geometric(rng, p, size=None):
    _check_share(p, False)
    return _drawn_integers(rng, size, _draw_geometric, _float_parameter(p), 0.0)


def binomial(rng, n, p, size=None):
    _check_not_negative(n, "n < 0")
    _check_share(p, True)
    return _drawn_integers(rng, size, _draw_binomial, _integer_parameter(n), _float_parameter(p))


def negative_binomial(rng, n, p, size=None):
    _check_positive(n, "n <= 0")
    _check_share(p, False)
    if (1.0 - p) / p * (n + 10.0 * math.sqrt(n)) > 9.223372006484771e18:
        raise ValueError("n too large or p too small, see Generator.negative_binomial Notes")
    return _drawn_integers(rng, size, _draw_negative_binomial, _float_parameter(n), _float_parameter(p))


def zipf(rng, a, size=None):
    if not a > 1:
        raise ValueError("a <= 1 or a is NaN")
    return _drawn_integers(rng, size, _draw_zipf, _float_parameter(a), 0.0)


def logseries(rng, p, size=None):
    if not (p >= 0 and p < 1):
        raise ValueError("p < 0, p >= 1 or p is NaN")
    return _drawn_integers(rng, size, _draw_logseries, _float_parameter(p), 0.0)
