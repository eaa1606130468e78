"""Floats of `numpy.random` after `seed`, in the order and with the bits of NumPy's `RandomState`.

All numbers are made of those that the runtime draws from one generator. Arrays are filled in the order of C.
"""

import numpy as np

from ...machine import _random_float, _random_normal, _random_seed


def _drawn(size, draw, a, b):
    """What `draw` gives for two parameters: once, or for each element of an array of that size."""
    if size is None:
        return draw(a, b)
    out = np.empty(size)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = draw(a, b)
    return out


def _drawn_integers(size, draw, a, b):
    """The same for integers."""
    if size is None:
        return draw(a, b)
    out = np.empty(size, np.int64)
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = draw(a, b)
    return out


def _with_last(size, last):
    """The shape that has one more axis behind those of a size."""
    if isinstance(size, tuple):
        return size + (last,)
    return (size, last)


def _check_not_negative(value, message):
    if value < 0 or (value == 0 and np.signbit(np.float64(value))):
        raise ValueError(message)


def _check_positive(value, message):
    if value <= 0:
        raise ValueError(message)


def seed(seed=None):
    if seed is None:
        _random_seed()
    else:
        if seed < 0 or seed > 4294967295:
            raise ValueError("Seed must be between 0 and 2**32 - 1")
        _random_seed(seed)


def _draw_float(a, b):
    return _random_float()


def random(size=None):
    return _drawn(size, _draw_float, 0.0, 0.0)


def random_sample(size=None):
    return _drawn(size, _draw_float, 0.0, 0.0)


def ranf(size=None):
    return _drawn(size, _draw_float, 0.0, 0.0)


def sample(size=None):
    return _drawn(size, _draw_float, 0.0, 0.0)


def rand(*shape):
    if len(shape) == 0:
        return _random_float()
    return _drawn(shape, _draw_float, 0.0, 0.0)


def _draw_standard_normal(a, b):
    return _random_normal()


def standard_normal(size=None):
    return _drawn(size, _draw_standard_normal, 0.0, 0.0)


def randn(*shape):
    if len(shape) == 0:
        return _random_normal()
    return _drawn(shape, _draw_standard_normal, 0.0, 0.0)


def _draw_uniform(low, width):
    return low + width * _random_float()


def uniform(low=0.0, high=1.0, size=None):
    first = float(low)
    width = float(high) - first
    if not np.isfinite(width):
        raise OverflowError("Range exceeds valid bounds")
    return _drawn(size, _draw_uniform, first, width)


def _draw_normal(loc, scale):
    return loc + scale * _random_normal()


def normal(loc=0.0, scale=1.0, size=None):
    _check_not_negative(scale, "scale < 0")
    return _drawn(size, _draw_normal, float(loc), float(scale))
