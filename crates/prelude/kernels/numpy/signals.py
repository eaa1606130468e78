"""Sequences of measured values: sliding products, slopes, areas, polynomials, how values vary together, and windows."""

import math

import numpy as np

from ..marks import literal
from .axes import _check_axis, _map_lanes
from .sums import _inexact_dtype


def _slide(long, short, kind, mode: literal):
    """The sums of the products of the shorter one with what lies below it of the longer one."""
    n = long.shape[0]
    m = short.shape[0]
    if mode == "full":
        left = m - 1
        length = n + m - 1
    elif mode == "same":
        left = m // 2
        length = n
    else:
        left = 0
        length = n - m + 1
    out = np.empty(length, kind)
    for t in range(length):
        first = t - left
        total = kind.type(0)
        for j in range(np.maximum(0, -first), np.minimum(m, n - first)):
            total += kind.type(long[first + j]) * kind.type(short[j])
        out[t] = total
    return out


def _check_mode(mode: literal):
    if mode != "full" and mode != "same" and mode != "valid":
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got '{mode}')")


def correlate(a, v, mode: literal = "valid"):
    _check_mode(mode)
    first = np.asarray(a)
    second = np.conj(np.asarray(v))
    if first.shape[0] == 0:
        raise ValueError("first array argument cannot be empty")
    if second.shape[0] == 0:
        raise ValueError("second array argument cannot be empty")
    kind = np.result_type(np.asarray(a), np.asarray(v))
    if second.shape[0] > first.shape[0]:
        return np.ascontiguousarray(_slide(second, first, kind, mode)[::-1])
    return _slide(first, second, kind, mode)


def convolve(a, v, mode: literal = "full"):
    _check_mode(mode)
    first = np.atleast_1d(a)
    second = np.atleast_1d(v)
    if first.shape[0] == 0:
        raise ValueError("a cannot be empty")
    if second.shape[0] == 0:
        raise ValueError("v cannot be empty")
    kind = np.result_type(first, second)
    if second.shape[0] > first.shape[0]:
        return _slide(second, first[::-1], kind, mode)
    return _slide(first, second[::-1], kind, mode)


def polyval(p, x):
    factors = np.asarray(p)
    if isinstance(x, (list, tuple)):
        return polyval(p, np.asarray(x))
    kind = np.result_type(factors, x)
    if isinstance(x, np.ndarray):
        out = np.zeros(x.shape, kind)
        for i in range(factors.shape[0]):
            out[...] = out * x + factors[i]
        return out
    value = kind.type(0)
    for i in range(factors.shape[0]):
        value = kind.type(value * kind.type(x) + kind.type(factors[i]))
    return value


def trapezoid(y, x=None, dx=1.0, axis: literal = -1):
    given = np.asarray(y)
    _check_axis(axis, given.ndim)
    values = np.moveaxis(given, axis, -1)
    both = values[..., 1:] + values[..., :-1]
    if x is None:
        if both.dtype.kind == "f" and not isinstance(dx, np.ndarray):
            return np.sum(both.dtype.type(dx) * both / 2.0, -1)
        return np.sum(dx * both / 2.0, -1)
    places = np.asarray(x)
    steps = np.diff(places) if places.ndim == 1 else np.moveaxis(np.diff(places, 1, axis), axis, -1)
    return np.sum(steps * both / 2.0, -1)


def _check_spacing(places, length):
    if places.shape[0] != length:
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")


def _slopes_evenly(f, out, step, edge_order: literal):
    n = f.shape[0]
    out[1 : n - 1] = (f[2:] - f[: n - 2]) / (2.0 * step)
    if edge_order == 2:
        out[0] = (-1.5 / step) * f[0] + (2.0 / step) * f[1] + (-0.5 / step) * f[2]
        out[n - 1] = (0.5 / step) * f[n - 3] + (-2.0 / step) * f[n - 2] + (1.5 / step) * f[n - 1]
    else:
        out[0] = (f[1] - f[0]) / step
        out[n - 1] = (f[n - 1] - f[n - 2]) / step


def _slopes_between(f, out, places, edge_order: literal):
    n = f.shape[0]
    for i in range(1, n - 1):
        before = np.float64(places[i]) - np.float64(places[i - 1])
        behind = np.float64(places[i + 1]) - np.float64(places[i])
        a = -behind / (before * (before + behind))
        b = (behind - before) / (before * behind)
        c = before / (behind * (before + behind))
        out[i] = a * f[i - 1] + b * f[i] + c * f[i + 1]
    first = np.float64(places[1]) - np.float64(places[0])
    last = np.float64(places[n - 1]) - np.float64(places[n - 2])
    if edge_order == 2:
        second = np.float64(places[2]) - np.float64(places[1])
        out[0] = (
            -(2.0 * first + second) / (first * (first + second)) * f[0]
            + (first + second) / (first * second) * f[1]
            + -first / (second * (first + second)) * f[2]
        )
        previous = np.float64(places[n - 2]) - np.float64(places[n - 3])
        out[n - 1] = (
            last / (previous * (previous + last)) * f[n - 3]
            + -(last + previous) / (previous * last) * f[n - 2]
            + (2.0 * last + previous) / (last * (previous + last)) * f[n - 1]
        )
    else:
        out[0] = (f[1] - f[0]) / first
        out[n - 1] = (f[n - 1] - f[n - 2]) / last


def _gradient_along(a, spacing, axis: literal, edge_order: literal):
    if axis < 0:
        return _gradient_along(a, spacing, axis + a.ndim, edge_order)
    if a.shape[axis] < edge_order + 1:
        raise ValueError("Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required.")
    floats = a if a.dtype.kind == "f" or a.dtype.kind == "c" else a.astype(np.float64)
    out = np.empty(a.shape, floats.dtype)
    f = np.moveaxis(floats, axis, 0)
    target = np.moveaxis(out, axis, 0)
    if isinstance(spacing, np.ndarray):
        _check_spacing(spacing, a.shape[axis])
        _slopes_between(f, target, spacing, edge_order)
    else:
        _slopes_evenly(f, target, spacing, edge_order)
    return out


def _spacing_of(varargs, position: literal):
    if len(varargs) == 0:
        return 1.0
    given = varargs[position if len(varargs) > 1 else 0]
    return np.asarray(given) if isinstance(given, (list, tuple)) else given


def _gradients(a, varargs, position: literal, edge_order: literal):
    if position == a.ndim:
        return ()
    here = _gradient_along(a, _spacing_of(varargs, position), position, edge_order)
    return (here,) + _gradients(a, varargs, position + 1, edge_order)


def gradient(f, *varargs, axis: literal = None, edge_order: literal = 1):
    a = np.asarray(f)
    if edge_order != 1 and edge_order != 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    if axis is not None:
        _check_axis(axis, a.ndim)
        if len(varargs) > 1:
            raise TypeError("invalid number of arguments")
        return _gradient_along(a, _spacing_of(varargs, 0), axis, edge_order)
    if len(varargs) > 1 and len(varargs) != a.ndim:
        raise TypeError("invalid number of arguments")
    if a.ndim == 1:
        return _gradient_along(a, _spacing_of(varargs, 0), 0, edge_order)
    return _gradients(a, varargs, 0, edge_order)


def _observations(m, rowvar: literal, kind):
    """A matrix with a row for each variable."""
    given = np.asarray(m)
    made = np.array(given, kind, True, "K", False, 2)
    if not rowvar and given.ndim > 1:
        return np.ascontiguousarray(made.T)
    return made


def _covariances(m, y, rowvar: literal, bias: literal, ddof):
    kind = np.result_type(np.asarray(m), np.float64) if y is None else np.result_type(np.asarray(m), np.asarray(y), np.float64)
    rows = _observations(m, rowvar, kind)
    if y is not None:
        rows = np.concatenate((rows, _observations(y, rowvar, kind)), 0)
    free = np.int64(0 if bias else 1) if ddof is None else np.int64(ddof)
    factor = np.maximum(0, rows.shape[1] - free)
    rows -= np.mean(rows, 1, None, None, True)
    product = np.dot(rows, np.ascontiguousarray(np.conj(rows.T)))
    return product * np.true_divide(1, factor)


def cov(m, y=None, rowvar: literal = True, bias: literal = False, ddof=None):
    if np.asarray(m).ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    result = _covariances(m, y, rowvar, bias, ddof)
    if np.asarray(m).ndim < 2 and y is None:
        return result[0, 0]
    return result


def corrcoef(x, y=None, rowvar: literal = True):
    c = _covariances(x, y, rowvar, False, None)
    if np.asarray(x).ndim < 2 and y is None:
        return c[0, 0] / c[0, 0]
    deviations = np.sqrt(np.diag(c).real)
    c = c / deviations[:, None]
    c = c / deviations[None, :]
    if c.dtype.kind == "c":
        np.clip(c.real, -1, 1, c.real)
        np.clip(c.imag, -1, 1, c.imag)
        return c
    return np.clip(c, -1, 1)


def sinc(x):
    if isinstance(x, (list, tuple)):
        return sinc(np.asarray(x))
    angle = math.pi * x
    least = np.finfo(np.result_type(angle)).eps if np.result_type(angle).kind == "f" else 1e-20
    y = np.where(angle != 0, angle, np.result_type(angle).type(least))
    return np.sin(y) / y


def angle(z, deg: literal = False):
    if isinstance(z, (list, tuple)):
        return angle(np.asarray(z), deg)
    if np.result_type(z).kind == "c":
        turned = np.arctan2(z.imag, z.real)
    else:
        turned = np.arctan2(0, z)
    if deg:
        return turned * (180 / math.pi)
    return turned


def _unwrap_lane(x, out):
    turned = 0.0
    for i in range(x.shape[0]):
        if i > 0:
            step = np.float64(x[i]) - np.float64(x[i - 1])
            rest = (step + math.pi) % (2 * math.pi) - math.pi
            if rest == -math.pi and step > 0:
                rest = math.pi
            if np.abs(step) >= math.pi:
                turned += rest - step
        out[i] = x[i] + turned


def unwrap(p, axis: literal = -1):
    a = np.asarray(p)
    _check_axis(axis, a.ndim)
    out = np.empty(a.shape, _inexact_dtype(a.dtype, None))
    _map_lanes(a, out, axis, _unwrap_lane)
    return out


def _window_places(M):
    """Where the values of a symmetric window lie: from before to behind the middle."""
    return np.arange(1 - M, M, 2).astype(np.float64)


def _cosines(M, share, first, second):
    size = np.int64(M)
    if size < 1:
        return np.empty(0)
    if size == 1:
        return np.ones(1)
    n = _window_places(size)
    window = share + first * np.cos(math.pi * n / (size - 1))
    if second is None:
        return window
    return window + second * np.cos(2.0 * math.pi * n / (size - 1))


def hanning(M):
    return _cosines(M, 0.5, 0.5, None)


def hamming(M):
    return _cosines(M, 0.54, 0.46, None)


def blackman(M):
    return _cosines(M, 0.42, 0.5, 0.08)


def bartlett(M):
    size = np.int64(M)
    if size < 1:
        return np.empty(0)
    if size == 1:
        return np.ones(1)
    n = _window_places(size)
    return np.where(n <= 0, 1 + n / (size - 1), 1 - n / (size - 1))


def _bessel(x):
    """The modified Bessel function of the first kind and order 0, by its series, whose terms are positive."""
    quarter = x * x / 4.0
    term = 1.0
    total = 1.0
    k = 1.0
    while term > total * 1e-17:
        term *= quarter / (k * k)
        total += term
        k += 1.0
    return total


def i0(x):
    given = np.asarray(x)
    flat = given.ravel()
    out = np.empty(flat.shape[0])
    for i in range(flat.shape[0]):
        out[i] = _bessel(np.float64(flat[i]))
    return out.reshape(given.shape)


def kaiser(M, beta):
    size = np.int64(M)
    if size < 1:
        return np.empty(0)
    if size == 1:
        return np.ones(1)
    middle = (size - 1) / 2.0
    out = np.empty(size)
    for i in range(size):
        share = (i - middle) / middle
        out[i] = _bessel(beta * math.sqrt(1 - share * share)) / _bessel(np.float64(beta))
    return out


def nancumsum(a, axis: literal = None, dtype=None, out=None):
    given = np.asarray(a)
    if given.dtype.kind == "f" or given.dtype.kind == "c":
        return np.cumsum(np.where(np.isnan(given), given.dtype.type(0), given), axis, dtype, out)
    return np.cumsum(given, axis, dtype, out)


def nancumprod(a, axis: literal = None, dtype=None, out=None):
    given = np.asarray(a)
    if given.dtype.kind == "f" or given.dtype.kind == "c":
        return np.cumprod(np.where(np.isnan(given), given.dtype.type(1), given), axis, dtype, out)
    return np.cumprod(given, axis, dtype, out)
