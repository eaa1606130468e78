"""New arrays: of numbers in a row, with a diagonal, and made of what there is."""

import math

import numpy as np

from ..marks import literal, method, prange
from .sums import _inexact_dtype


def _made_array(x, dtype):
    """A new array of an array, a number, or lists or tuples of these."""
    if isinstance(x, np.ndarray):
        return x.astype(dtype)
    if isinstance(x, list):
        return _array_of_list(x, dtype)
    if isinstance(x, tuple):
        if len(x) == 0:
            return np.empty(0, dtype)
        return _array_of_tuple(x, dtype)
    return np.full((), x, dtype)


def _array_of_list(x, dtype):
    if isinstance(_first_item(x), (list, tuple, np.ndarray)):
        rows = [_made_array(row, dtype) for row in x]
        return np.stack(rows)
    out = np.empty(len(x), dtype)
    for i in range(len(x)):
        out[i] = x[i]
    return out


def _first_item(x):
    """Stands for the type of the items."""
    return x[0]


def _array_of_tuple(x, dtype):
    first = _made_array(x[0], dtype)
    out = np.empty((len(x),) + first.shape, dtype)
    at = 0
    for item in x:
        row = _made_array(item, dtype)
        if row.shape != first.shape:
            raise ValueError("setting an array element with a sequence. The requested array has an inhomogeneous shape.")
        out[at] = row
        at += 1
    return out


def _with_dimensions(a, ndmin: literal):
    """The same with new axes in front, up to so many."""
    if a.ndim >= ndmin:
        return a
    return _with_dimensions(a[None], ndmin)


def array(object, dtype=None, copy: literal = True, order: literal = "K", subok: literal = False, ndmin: literal = 0):
    kind = np.result_type(object) if dtype is None else dtype
    if isinstance(object, np.ndarray) and object.dtype == kind and not copy:
        return _with_dimensions(object, ndmin)
    made = _with_dimensions(_made_array(object, kind), ndmin)
    if order == "F":
        return np.asfortranarray(made)
    return made


def asarray(a, dtype=None):
    return np.array(a, dtype, False)


def asanyarray(a, dtype=None):
    return np.array(a, dtype, False)


def copy(a):
    return np.array(a)


def ascontiguousarray(a, dtype=None):
    made = np.array(a, dtype, False, "K", False, 1)
    return made.reshape(made.shape)


def asfortranarray(a, dtype=None):
    turned = np.transpose(np.array(a, dtype, False, "K", False, 1))
    return np.transpose(turned.reshape(turned.shape))


def atleast_1d(*arys):
    if len(arys) == 1:
        return np.array(arys[0], None, False, "K", False, 1)
    return tuple(np.array(a, None, False, "K", False, 1) for a in arys)


def atleast_2d(*arys):
    if len(arys) == 1:
        return np.array(arys[0], None, False, "K", False, 2)
    return tuple(np.array(a, None, False, "K", False, 2) for a in arys)


def atleast_3d(*arys):
    if len(arys) == 1:
        return _of_three_dimensions(arys[0])
    return tuple(_of_three_dimensions(a) for a in arys)


def _of_three_dimensions(a):
    made = np.array(a, None, False, "K", False, 1)
    if made.ndim == 1:
        return made[None, :, None]
    if made.ndim == 2:
        return made[:, :, None]
    return made


def _range_length(start, stop, step):
    """How many numbers there are from `start` on before `stop`."""
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int):
        if step == 0:
            raise ZeroDivisionError("division by zero")
        return len(range(np.int64(start), np.int64(stop), np.int64(step)))
    if isinstance(start, complex) or isinstance(stop, complex) or isinstance(step, complex):
        count = (complex(stop) - complex(start)) / complex(step)
        return np.minimum(_count_of(count.real), _count_of(count.imag))
    return _count_of((np.float64(stop) - np.float64(start)) / np.float64(step))


def _count_of(length):
    if not np.abs(length) < 2.0**62:
        raise ValueError("Maximum allowed size exceeded")
    return np.maximum(0, math.ceil(length))


def _range_of(start, stop, step, dtype):
    if isinstance(step, float) and step == 0:
        raise ZeroDivisionError("float division by zero")
    length = _range_length(start, stop, step)
    out = np.empty(length, dtype)
    if dtype.kind == "f" or dtype.kind == "c":
        first = dtype.type(start)
        delta = dtype.type(start + step) - first
        for i in prange(length):
            out[i] = first + dtype.type(i) * delta
    else:
        first = np.int64(start)
        delta = np.int64(start + step) - first
        for i in prange(length):
            out[i] = dtype.type(first + i * delta)
    return out


def arange(start, stop=None, step=None, dtype=None):
    if step is None:
        return arange(start, stop, 1, dtype)
    if stop is None:
        return arange(0, start, step, dtype)
    kind = np.result_type(np.int64, start, stop, step) if dtype is None else dtype
    return _range_of(start, stop, step, kind)


def _spaced(start, stop, num, endpoint: literal, out, kind):
    """Fills an array with evenly spaced numbers, computed in the dtype `kind`; gives the distance between two."""
    first = kind.type(start)
    delta = kind.type(stop) - first
    parts = num - 1 if endpoint else num
    step = delta / kind.type(parts) if parts > 0 else kind.type(math.nan)
    for i in prange(num):
        if parts > 0 and step == 0:
            value = kind.type(i) / kind.type(parts) * delta + first
        elif parts > 0:
            value = kind.type(i) * step + first
        else:
            value = kind.type(i) * delta + first
        if endpoint and num > 1 and i == num - 1:
            value = kind.type(stop)
        if out.dtype.kind == "i" or out.dtype.kind == "u":
            value = np.floor(value)
        out[i] = value
    return step


def linspace(start, stop, num=50, endpoint: literal = True, retstep: literal = False, dtype=None):
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    kind = _inexact_dtype(np.result_type(start, stop), None)
    out = np.empty(num, kind if dtype is None else dtype)
    step = _spaced(start, stop, num, endpoint, out, kind)
    if retstep:
        return out, step
    return out


def logspace(start, stop, num=50, endpoint: literal = True, base=10.0, dtype=None):
    exponents = np.linspace(start, stop, num, endpoint)
    powers = np.power(exponents.dtype.type(base), exponents)
    if dtype is None:
        return powers
    return powers.astype(dtype)


def geomspace(start, stop, num=50, endpoint: literal = True):
    if start == 0 or stop == 0:
        raise ValueError("Geometric sequence cannot include zero")
    first = np.float64(start)
    last = np.float64(stop)
    sign = -1.0 if first < 0 else 1.0
    out = sign * 10.0 ** np.linspace(np.log10(sign * first), np.log10(sign * last), num, endpoint)
    if num > 0:
        out[0] = first
        if num > 1 and endpoint:
            out[num - 1] = last
    return out


def eye(N, M=None, k=0, dtype=None):
    columns = N if M is None else M
    out = np.zeros((N, columns), np.dtype(np.float64) if dtype is None else dtype)
    for i in range(np.maximum(0, -k), np.minimum(N, columns - k)):
        out[i, i + k] = 1
    return out


def identity(n, dtype=None):
    return eye(n, None, 0, dtype)


def _diagonal_length(rows, columns, k):
    if k < 0:
        return np.maximum(0, np.minimum(rows + k, columns))
    return np.maximum(0, np.minimum(rows, columns - k))


def diag(v, k=0):
    if not isinstance(v, np.ndarray):
        return diag(np.asarray(v), k)
    if v.ndim == 1:
        size = v.shape[0] + np.abs(k)
        out = np.zeros((size, size), v.dtype)
        row = np.maximum(0, -k)
        column = np.maximum(0, k)
        for i in range(v.shape[0]):
            out[row + i, column + i] = v[i]
        return out
    return np.diagonal(v, k)


@method
def diagonal(a, offset=0):
    if a.ndim != 2:
        raise ValueError("diag requires an array of at least two dimensions")
    size = _diagonal_length(a.shape[0], a.shape[1], offset)
    out = np.empty(size, a.dtype)
    row = np.maximum(0, -offset)
    column = np.maximum(0, offset)
    for i in range(size):
        out[i] = a[row + i, column + i]
    return out


def diagflat(v, k=0):
    return np.diag(np.asarray(v).ravel(), k)


def tri(N, M=None, k=0, dtype=None):
    columns = np.maximum(0, N if M is None else M)
    out = np.zeros((np.maximum(0, N), columns), np.dtype(np.float64) if dtype is None else dtype)
    for i in range(N):
        for j in range(np.minimum(columns, np.maximum(0, i + k + 1))):
            out[i, j] = 1
    return out


def _clear_triangle(m, k, above: literal):
    """Sets to zero what is above the diagonal of the last two axes, or below it."""
    if m.ndim > 2:
        for i in range(m.shape[0]):
            _clear_triangle(m[i], k, above)
    else:
        for i in range(m.shape[0]):
            edge = np.minimum(m.shape[1], np.maximum(0, i + k + 1 if above else i + k))
            if above:
                m[i, edge:] = 0
            else:
                m[i, :edge] = 0


def tril(m, k=0):
    out = np.array(m)
    _clear_triangle(out, k, True)
    return out


def triu(m, k=0):
    out = np.array(m)
    _clear_triangle(out, k, False)
    return out


def vander(x, N=None, increasing: literal = False):
    if not isinstance(x, np.ndarray):
        return vander(np.asarray(x), N, increasing)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    columns = x.shape[0] if N is None else N
    out = np.empty((x.shape[0], columns), np.result_type(x.dtype, np.int64))
    turned = out if increasing else out[:, ::-1]
    for i in range(x.shape[0]):
        power = out.dtype.type(1)
        for j in range(columns):
            turned[i, j] = power
            power = power * out.dtype.type(x[i])
    return out
