"""Arrays put together, and repeated."""

import numpy as np

from ..marks import literal, method
from .axes import _check_axis


def _room(out, shape, dtype):
    """The array for a result: the one that the caller gave, if there is one."""
    if out is None:
        return np.empty(shape, dtype)
    if out.shape != shape:
        raise ValueError("Output array is the wrong shape")
    return out


def _check_count(count):
    if count == 0:
        raise ValueError("need at least one array to concatenate")


def _joined_length(arrays, axis: literal):
    """The length along the axis of arrays put together, whose other lengths have to be the same."""
    first = np.asarray(arrays[0])
    total = 0
    for item in arrays:
        a = np.asarray(item)
        if a.ndim != first.ndim:
            raise ValueError("all the input array dimensions must match exactly: the numbers of dimensions differ")
        for other in range(a.ndim):
            if other != axis and a.shape[other] != first.shape[other]:
                raise ValueError(
                    f"all the input array dimensions except for the concatenation axis must match exactly, but along dimension {other}, "
                    f"one array has size {first.shape[other]} and another has size {a.shape[other]}"
                )
        total += a.shape[axis]
    return total


def _concatenate_flat(arrays, dtype):
    total = 0
    for item in arrays:
        total += np.asarray(item).size
    out = np.empty(total, dtype)
    at = 0
    for item in arrays:
        flat = np.asarray(item).ravel()
        out[at : at + flat.size] = flat
        at += flat.size
    return out


def concatenate(arrays, axis: literal = 0, out=None, dtype=None):
    _check_count(len(arrays))
    kind = np.result_type(arrays) if dtype is None else dtype
    if axis is None:
        return _concatenate_flat(arrays, kind)
    first = np.asarray(arrays[0])
    _check_axis(axis, first.ndim)
    if axis < 0:
        return concatenate(arrays, axis + first.ndim, out, dtype)
    total = _joined_length(arrays, axis)
    shape = first.shape[:axis] + (total,) + first.shape[axis + 1 :]
    joined = _room(out, shape, kind)
    target = np.moveaxis(joined, axis, 0)
    at = 0
    for item in arrays:
        part = np.moveaxis(np.asarray(item), axis, 0)
        target[at : at + part.shape[0]] = part
        at += part.shape[0]
    return joined


def stack(arrays, axis: literal = 0, out=None, dtype=None):
    if len(arrays) == 0:
        raise ValueError("need at least one array to stack")
    first = np.asarray(arrays[0])
    _check_axis(axis, first.ndim + 1)
    if axis < 0:
        return stack(arrays, axis + first.ndim + 1, out, dtype)
    kind = np.result_type(arrays) if dtype is None else dtype
    shape = first.shape[:axis] + (len(arrays),) + first.shape[axis:]
    joined = _room(out, shape, kind)
    target = np.moveaxis(joined, axis, 0)
    at = 0
    for item in arrays:
        a = np.asarray(item)
        if a.shape != first.shape:
            raise ValueError("all input arrays must have the same shape")
        target[at] = a
        at += 1
    return joined


def _raised(arrays, ndim: literal):
    """The arrays with at least so many dimensions."""
    if isinstance(arrays, tuple):
        return tuple(_at_least(a, ndim) for a in arrays)
    return [_at_least(a, ndim) for a in arrays]


def _at_least(a, ndim: literal):
    if ndim == 1:
        return np.atleast_1d(a)
    if ndim == 2:
        return np.atleast_2d(a)
    return np.atleast_3d(a)


def vstack(tup, dtype=None):
    return np.concatenate(_raised(tup, 2), 0, None, dtype)


def hstack(tup, dtype=None):
    if np.asarray(tup[0]).ndim <= 1:
        return np.concatenate(_raised(tup, 1), 0, None, dtype)
    return np.concatenate(tup, 1, None, dtype)


def dstack(tup, dtype=None):
    return np.concatenate(_raised(tup, 3), 2, None, dtype)


def _columns(arrays):
    if isinstance(arrays, tuple):
        return tuple(_as_columns(a) for a in arrays)
    return [_as_columns(a) for a in arrays]


def _as_columns(a):
    made = np.atleast_1d(a)
    if made.ndim == 1:
        return made[:, None]
    return made


def column_stack(tup):
    return np.concatenate(_columns(tup), 1)


def append(arr, values, axis: literal = None):
    if axis is None:
        return _concatenate_flat((np.asarray(arr), np.asarray(values)), np.result_type(arr, values))
    return np.concatenate((np.asarray(arr), np.asarray(values)), axis)


def _repeated_length(repeats, length):
    if isinstance(repeats, np.ndarray):
        if repeats.ndim == 1 and repeats.shape[0] != 1:
            if repeats.shape[0] != length:
                raise ValueError(f"operands could not be broadcast together with shape ({length},) ({repeats.shape[0]},)")
            total = 0
            for i in range(length):
                if repeats[i] < 0:
                    raise ValueError("repeats may not contain negative values.")
                total += np.int64(repeats[i])
            return total
        return _repeated_length(repeats.ravel()[0], length)
    if repeats < 0:
        raise ValueError("repeats may not contain negative values.")
    return length * np.int64(repeats)


def _repetitions(repeats, i):
    if isinstance(repeats, np.ndarray):
        if repeats.ndim == 1:
            return np.int64(repeats[i if repeats.shape[0] != 1 else 0])
        return np.int64(repeats[()])
    return np.int64(repeats)


@method
def repeat(a, repeats, axis: literal = None):
    if isinstance(repeats, (list, tuple)):
        return repeat(a, np.asarray(repeats), axis)
    if not isinstance(a, np.ndarray):
        return repeat(np.asarray(a), repeats, axis)
    if axis is None:
        return repeat(a.ravel(), repeats, 0)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return repeat(a, repeats, axis + a.ndim)
    length = a.shape[axis]
    total = _repeated_length(repeats, length)
    out = np.empty(a.shape[:axis] + (total,) + a.shape[axis + 1 :], a.dtype)
    source = np.moveaxis(a, axis, 0)
    target = np.moveaxis(out, axis, 0)
    at = 0
    for i in range(length):
        count = _repetitions(repeats, i)
        target[at : at + count] = source[i]
        at += count
    return out


def _ones(count: literal):
    if count <= 0:
        return ()
    return (1,) + _ones(count - 1)


def _alternately(first, second):
    """The items of two tuples in turns."""
    if len(first) == 0:
        return ()
    return (first[0], second[0]) + _alternately(first[1:], second[1:])


def _products(first, second):
    if len(first) == 0:
        return ()
    return (first[0] * second[0],) + _products(first[1:], second[1:])


def tile(A, reps):
    a = np.asarray(A)
    if not isinstance(reps, tuple):
        return tile(a, (reps,))
    counts = _ones(a.ndim - len(reps)) + reps
    shape = _ones(len(reps) - a.ndim) + a.shape
    out = np.empty(_products(counts, shape), a.dtype)
    spread = out.reshape(_alternately(counts, shape))
    spread[...] = a.reshape(_alternately(_ones(len(shape)), shape))
    return out


def roll(a, shift, axis: literal = None):
    if not isinstance(a, np.ndarray):
        return roll(np.asarray(a), shift, axis)
    if isinstance(axis, tuple):
        if len(axis) == 0:
            return np.array(a)
        if isinstance(shift, tuple):
            return roll(roll(a, shift[0], axis[0]), shift[1:], axis[1:])
        return roll(roll(a, shift, axis[0]), shift, axis[1:])
    if axis is None:
        return roll(a.ravel(), shift, 0).reshape(a.shape)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return roll(a, shift, axis + a.ndim)
    out = np.empty(a.shape, a.dtype)
    length = a.shape[axis]
    if length > 0:
        source = np.moveaxis(a, axis, 0)
        target = np.moveaxis(out, axis, 0)
        by = shift % length
        target[by:] = source[: length - by]
        target[:by] = source[length - by :]
    return out
