"""Floats of `numpy.random` after `seed`, in the order and with the bits of NumPy's `RandomState`; and what they share with the methods of generators.

All numbers are made of those that the runtime draws from a generator: an argument `rng`, or where that is None the thread's own, which `seed` seeds. Arrays
are filled in the order of C.
"""

import math

import numpy as np

from ...machine import _next_exponential, _next_float, _next_normal, _random_float, _random_normal, _random_seed


def _uniform(rng):
    """A float from 0 to before 1."""
    if rng is None:
        return _random_float()
    return _next_float(rng)


def _normal(rng):
    """A float of the standard normal distribution."""
    if rng is None:
        return _random_normal()
    return _next_normal(rng)


def _exponential(rng):
    """A float of the standard exponential distribution."""
    if rng is None:
        return -math.log(1.0 - _random_float())
    return _next_exponential(rng)


def _drawn(rng, size, draw, a, b):
    """What `draw` gives for two parameters: once, or for each element of an array of that size."""
    return _drawn_as(rng, size, draw, a, b, np.dtype(np.float64))


def _drawn_integers(rng, size, draw, a, b):
    """The same for integers."""
    return _drawn_as(rng, size, draw, a, b, np.dtype(np.int64))


def _drawn_as(rng, size, draw, a, b, dtype):
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return _drawn_for_arrays(rng, size, draw, a, b, dtype)
    if size is None:
        return draw(rng, a, b)
    out = np.empty(size, dtype)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = draw(rng, a, b)
    return out


def _drawn_for_arrays(rng, size, draw, a, b, dtype):
    """One number for each pair of parameters, which are broadcast together and to the size."""
    if size is None:
        out = np.empty((a + b).shape, dtype)
    else:
        out = np.empty(size, dtype)
    _draw_each(rng, out, np.broadcast_to(np.asarray(a), out.shape), np.broadcast_to(np.asarray(b), out.shape), draw)
    return out


def _draw_each(rng, out, a, b, draw):
    if out.ndim == 0:
        out[()] = draw(rng, a[()], b[()])
    else:
        for i in range(out.shape[0]):
            if out.ndim == 1:
                out[i] = draw(rng, a[i], b[i])
            else:
                _draw_each(rng, out[i], a[i], b[i], draw)


def _float_parameter(value):
    """A parameter as a float, or an array of floats."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64)
    return np.float64(value)


def _with_last(size, last):
    """The shape that has one more axis behind those of a size."""
    if isinstance(size, tuple):
        return size + (last,)
    return (size, last)


def _check_not_negative(value, message):
    if isinstance(value, np.ndarray):
        for element in value.ravel():
            _check_not_negative(element, message)
    elif value < 0 or (value == 0 and np.signbit(np.float64(value))):
        raise ValueError(message)


def _check_positive(value, message):
    if isinstance(value, np.ndarray):
        for element in value.ravel():
            _check_positive(element, message)
    elif value <= 0:
        raise ValueError(message)


def _check_share(p, with_zero):
    """A probability, perhaps zero."""
    if isinstance(p, np.ndarray):
        for element in p.ravel():
            _check_share(element, with_zero)
    elif not (p >= 0 and p <= 1) or (p == 0 and not with_zero):
        raise ValueError("p < 0, p > 1 or p is NaN")


def seed(seed=None):
    if seed is None:
        _random_seed()
    else:
        if seed < 0 or seed > 4294967295:
            raise ValueError("Seed must be between 0 and 2**32 - 1")
        _random_seed(seed)


def _draw_float(rng, a, b):
    return _uniform(rng)


def random(size=None):
    return _drawn(None, size, _draw_float, 0.0, 0.0)


def random_sample(size=None):
    return _drawn(None, size, _draw_float, 0.0, 0.0)


def ranf(size=None):
    return _drawn(None, size, _draw_float, 0.0, 0.0)


def sample(size=None):
    return _drawn(None, size, _draw_float, 0.0, 0.0)


def rand(*shape):
    if len(shape) == 0:
        return _random_float()
    return _drawn(None, shape, _draw_float, 0.0, 0.0)


def _draw_standard_normal(rng, a, b):
    return _normal(rng)


def standard_normal(size=None):
    return _drawn(None, size, _draw_standard_normal, 0.0, 0.0)


def randn(*shape):
    if len(shape) == 0:
        return _random_normal()
    return _drawn(None, shape, _draw_standard_normal, 0.0, 0.0)


def _draw_uniform(rng, low, width):
    return low + width * _uniform(rng)


def uniform(low=0.0, high=1.0, size=None):
    first = _float_parameter(low)
    width = _float_parameter(high) - first
    if not np.all(np.isfinite(width)):
        raise OverflowError("Range exceeds valid bounds")
    return _drawn(None, size, _draw_uniform, first, width)


def _draw_normal(rng, loc, scale):
    return loc + scale * _normal(rng)


def normal(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(None, size, _draw_normal, _float_parameter(loc), _float_parameter(scale))
