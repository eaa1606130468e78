"""Grids of coordinates, arrays in a common shape, and the places of triangles and diagonals."""

import numpy as np

from ..marks import literal
from .joining import _ones


def _joint_length(a, b):
    if a != b and a != 1 and b != 1:
        raise ValueError(f"shape mismatch: objects cannot be broadcast to a single shape. Lengths {a} and {b} do not fit.")
    return b if a == 1 else a


def _joint(first, second):
    """The shape of what is broadcast from two shapes."""
    if len(first) < len(second):
        return _joint(second, first)
    if len(second) == 0:
        return first
    return _joint(first[:-1], second[:-1]) + (_joint_length(first[-1], second[-1]),)


def _as_shape(x):
    return x if isinstance(x, tuple) else (np.int64(x),)


def _joint_of_shapes(shapes):
    if len(shapes) == 0:
        return ()
    return _joint(_as_shape(shapes[0]), _joint_of_shapes(shapes[1:]))


def _check_lengths(shapes):
    for shape in shapes:
        for length in _as_shape(shape):
            if length < 0:
                raise ValueError("negative dimensions are not allowed")


def broadcast_shapes(*args):
    _check_lengths(args)
    return _joint_of_shapes(args)


def _shapes(arrays):
    return tuple(a.shape for a in arrays)


def broadcast_arrays(*args):
    arrays = tuple(np.asarray(each) for each in args)
    shape = _joint_of_shapes(_shapes(arrays))
    return tuple(np.broadcast_to(a, shape) for a in arrays)


def _lengths(arrays):
    return tuple(a.shape[0] for a in arrays)


def _grid(x, shape, axis: literal, sparse: literal):
    along = x.reshape(_ones(axis) + (x.shape[0],) + _ones(len(shape) - axis - 1))
    if sparse:
        return along.copy()
    return np.broadcast_to(along, shape).copy()


def _grids(arrays, shape, swaps: literal, sparse: literal, first: literal):
    """The coordinates from the array `first` on."""
    if first == len(shape):
        return ()
    if swaps and first < 2:
        grid = _grid(arrays[first], shape, 1 - first, sparse)
    else:
        grid = _grid(arrays[first], shape, first, sparse)
    return (grid,) + _grids(arrays, shape, swaps, sparse, first + 1)


def meshgrid(*xi, copy: literal = True, sparse: literal = False, indexing: literal = "xy"):
    if indexing != "xy" and indexing != "ij":
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    arrays = tuple(np.asarray(x).ravel() for x in xi)
    shape = _lengths(arrays)
    if indexing == "xy" and len(xi) > 1:
        return _grids(arrays, (shape[1], shape[0]) + shape[2:], True, sparse, 0)
    return _grids(arrays, shape, False, sparse, 0)


def _indices_into(out, shape, axis: literal):
    if axis < len(shape):
        out[axis] = np.arange(shape[axis]).reshape((shape[axis],) + _ones(len(shape) - axis - 1))
        _indices_into(out, shape, axis + 1)


def indices(dimensions, dtype=None):
    out = np.empty((len(dimensions),) + dimensions, np.dtype(np.int64) if dtype is None else dtype)
    _indices_into(out, dimensions, 0)
    return out


def tril_indices(n, k=0, m=None):
    return np.nonzero(np.tri(n, m, k, np.dtype(np.bool_)))


def triu_indices(n, k=0, m=None):
    return np.nonzero(np.logical_not(np.tri(n, m, k - 1, np.dtype(np.bool_))))


def _check_matrix(arr):
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")


def tril_indices_from(arr, k=0):
    _check_matrix(arr)
    return tril_indices(arr.shape[0], k, arr.shape[1])


def triu_indices_from(arr, k=0):
    _check_matrix(arr)
    return triu_indices(arr.shape[0], k, arr.shape[1])


def _several(x, count: literal):
    if count <= 0:
        return ()
    return (x,) + _several(x, count - 1)


def diag_indices(n, ndim: literal = 2):
    return _several(np.arange(n), ndim)


def _check_equal_lengths(shape):
    for length in shape:
        if length != shape[0]:
            raise ValueError("All dimensions of input must be of equal length")


def diag_indices_from(arr):
    if arr.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    _check_equal_lengths(arr.shape)
    return _several(np.arange(arr.shape[0]), arr.ndim)


def fill_diagonal(a, val, wrap=False):
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    values = np.asarray(val).ravel()
    if a.ndim == 2:
        rows = a.shape[0]
        columns = a.shape[1]
        end = rows * columns if wrap else np.minimum(rows, columns) * (columns + 1)
        for i in range((end + columns) // (columns + 1)):
            place = i * (columns + 1)
            a[place // columns, place % columns] = values[i % values.shape[0]]
    else:
        _check_equal_lengths(a.shape)
        for i in range(a.shape[0]):
            a[_several(i, a.ndim)] = values[i % values.shape[0]]


def _wide(x):
    if isinstance(x, (list, tuple)):
        return np.asarray(x).astype(np.int64)
    if isinstance(x, np.ndarray):
        return x.astype(np.int64)
    return np.int64(x)


def _check_places(x, size, message: literal):
    if isinstance(x, np.ndarray):
        for place in x.ravel():
            if place < 0 or place >= size:
                raise ValueError(message)
    elif x < 0 or x >= size:
        raise ValueError(message)


def _unraveled(place, shape):
    if len(shape) == 0:
        return ()
    rest = place // shape[-1]
    return _unraveled(rest, shape[:-1]) + (place - rest * shape[-1],)


def _size_of(shape):
    size = 1
    for length in shape:
        size *= length
    return size


def unravel_index(indices, shape):
    lengths = _as_shape(shape)
    places = _wide(indices)
    _check_places(places, _size_of(lengths), "index is out of bounds for an array of that shape")
    return _unraveled(places, lengths)


def _fitted(place, length, mode: literal):
    if mode == "clip":
        return np.maximum(0, np.minimum(place, length - 1))
    if mode == "wrap":
        return place % length
    _check_places(place, length, "invalid entry in coordinates array")
    return place


def _raveled(places, dims, mode: literal):
    here = _fitted(_wide(places[-1]), np.int64(dims[-1]), mode)
    if len(dims) == 1:
        return here
    return _raveled(places[:-1], dims[:-1], mode) * np.int64(dims[-1]) + here


def ravel_multi_index(multi_index, dims, mode: literal = "raise"):
    if mode != "raise" and mode != "clip" and mode != "wrap":
        raise ValueError("clipmode must be one of 'clip', 'raise', or 'wrap'")
    lengths = _as_shape(dims)
    if len(multi_index) != len(lengths):
        raise ValueError(f"parameter multi_index must be a sequence of length {len(lengths)}")
    return _raveled(multi_index, lengths, mode)
