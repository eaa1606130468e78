"""Uniform, normal and exponential floats of `numpy.random.Generator`, of either width."""

import math

import numpy as np

from ....machine import _next_half_word, _next_short_exponential, _next_short_normal
from ....marks import literal
from ..distributions import _draw_exponential, _draw_standard_exponential
from ..floats import (
    _check_not_negative,
    _draw_float,
    _draw_normal,
    _draw_standard_normal,
    _draw_uniform,
    _drawn,
    _drawn_as,
    _float_parameter,
    _uniform,
)


def _short_uniform(rng):
    """A float32 from 0 to before 1."""
    return np.float32(_next_half_word(rng) >> np.uint32(8)) * np.float32(5.9604644775390625e-08)


def _check_output(out, size, dtype):
    """What NumPy asks of an array that is to be filled."""
    if out.dtype != dtype:
        raise TypeError("Supplied output array has wrong type.")
    if not out.flags.c_contiguous:
        raise ValueError("Supplied output array is not contiguous, writable or aligned.")
    if size is not None:
        if isinstance(size, tuple):
            if out.shape != size:
                raise ValueError("size must match out.shape when used together")
        elif out.ndim != 1 or out.size != size:
            raise ValueError("size must match out.shape when used together")


def _drawn_into(rng, size, draw, a, dtype, out):
    """One number, an array of that size, or what fills the output."""
    if out is None:
        return _drawn_as(rng, size, draw, a, a, dtype)
    _check_output(out, size, dtype)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = draw(rng, a, a)
    return out


def _float_dtype(dtype):
    """The dtype of the numbers: float64 unless it is given."""
    if dtype is None:
        return np.dtype(np.float64)
    return np.dtype(dtype)


def _drawn_floats(rng, size, long, short, a, dtype, out):
    """Numbers of a distribution that has a method for each width of floats."""
    given = _float_dtype(dtype)
    if given == np.float32:
        return _drawn_into(rng, size, short, np.float32(a), given, out)
    if given == np.float64:
        return _drawn_into(rng, size, long, np.float64(a), given, out)
    raise TypeError("Unsupported dtype for random numbers")


def _draw_short_float(rng, a, b):
    return _short_uniform(rng)


def random(rng, size=None, dtype=None, out=None):
    return _drawn_floats(rng, size, _draw_float, _draw_short_float, 0.0, dtype, out)


def _draw_short_normal(rng, a, b):
    return np.float32(_next_short_normal(rng))


def standard_normal(rng, size=None, dtype=None, out=None):
    return _drawn_floats(rng, size, _draw_standard_normal, _draw_short_normal, 0.0, dtype, out)


def _draw_short_exponential(rng, a, b):
    return np.float32(_next_short_exponential(rng))


def _draw_inverse_exponential(rng, a, b):
    return -math.log1p(-_uniform(rng))


def _draw_short_inverse_exponential(rng, a, b):
    return np.float32(-math.log1p(-np.float64(_short_uniform(rng))))


def standard_exponential(rng, size=None, dtype=None, method: literal = "zig", out=None):
    if method == "zig":
        return _drawn_floats(rng, size, _draw_standard_exponential, _draw_short_exponential, 0.0, dtype, out)
    return _drawn_floats(rng, size, _draw_inverse_exponential, _draw_short_inverse_exponential, 0.0, dtype, out)


def exponential(rng, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_exponential, _float_parameter(scale), 0.0)


def uniform(rng, low=0.0, high=1.0, size=None):
    first = _float_parameter(low)
    width = _float_parameter(high) - first
    if not np.all(np.isfinite(width)):
        raise OverflowError("high - low range exceeds valid bounds")
    _check_not_negative(width, "high - low < 0")
    return _drawn(rng, size, _draw_uniform, first, width)


def normal(rng, loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(rng, size, _draw_normal, _float_parameter(loc), _float_parameter(scale))
