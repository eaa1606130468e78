"""Elements put into arrays and taken out of them, arrays cut into parts, turned, and made larger at their ends."""

import numpy as np

from ..marks import literal
from .axes import _check_axis


def _chosen_along(a, keep, axis: literal):
    return np.take(a, np.flatnonzero(keep), axis)


def compress(condition, a, axis: literal = None):
    return _chosen_along(np.asarray(a), condition, axis)


def extract(condition, arr):
    return np.take(np.asarray(arr).ravel(), np.flatnonzero(condition), 0)


def _check_place(place, length, axis: literal):
    if place < -length or place >= length:
        raise IndexError(f"index {place} is out of bounds for axis {axis} with size {length}")


def _drop(keep, obj, axis: literal):
    """Marks what is to be left out."""
    if isinstance(obj, (list, tuple)):
        _drop(keep, np.asarray(obj), axis)
    elif isinstance(obj, np.ndarray):
        if obj.dtype.kind == "b":
            if obj.shape[0] != keep.shape[0]:
                raise ValueError(f"boolean array argument obj to delete must be one dimensional and match the axis length of {keep.shape[0]}")
            keep[...] = np.logical_not(obj)
        else:
            for place in obj.ravel():
                _check_place(place, keep.shape[0], axis)
                keep[place] = False
    elif isinstance(obj, int):
        _check_place(obj, keep.shape[0], axis)
        keep[obj] = False
    else:
        keep[obj] = False


def delete(arr, obj, axis: literal = None):
    a = np.asarray(arr)
    if axis is None:
        return delete(a.ravel(), obj, 0)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return delete(a, obj, axis + a.ndim)
    keep = np.ones(a.shape[axis], np.dtype(np.bool_))
    _drop(keep, obj, axis)
    return _chosen_along(a, keep, axis)


def _insertion_place(place, length, axis: literal):
    if place < -length or place > length:
        raise IndexError(f"index {place} is out of bounds for axis {axis} with size {length}")
    return place + length if place < 0 else place


def _longer(a, count, axis: literal):
    """An array without values that has so many more along an axis."""
    return np.empty(a.shape[:axis] + (a.shape[axis] + count,) + a.shape[axis + 1 :], a.dtype)


def _insert_block(a, place, new, axis: literal):
    at = _insertion_place(place, a.shape[axis], axis)
    count = new.shape[axis]
    out = _longer(a, count, axis)
    target = np.moveaxis(out, axis, 0)
    source = np.moveaxis(a, axis, 0)
    target[:at] = source[:at]
    target[at : at + count] = np.moveaxis(new, axis, 0)
    target[at + count :] = source[at:]
    return out


def _insert_at_each(a, places, new, axis: literal):
    length = a.shape[axis]
    count = places.shape[0]
    wrapped = np.empty(count, np.int64)
    for i in range(count):
        wrapped[i] = _insertion_place(np.int64(places[i]), length, axis)
    order = np.argsort(wrapped, kind="stable")
    is_old = np.ones(length + count, np.dtype(np.bool_))
    for i in range(count):
        wrapped[order[i]] += i
        is_old[wrapped[order[i]]] = False
    out = _longer(a, count, axis)
    target = np.moveaxis(out, axis, 0)
    source = np.moveaxis(a, axis, 0)
    at = 0
    for i in range(length + count):
        if is_old[i]:
            target[i] = source[at]
            at += 1
    spread = np.broadcast_to(np.moveaxis(new, axis, 0), (count,) + target.shape[1:])
    for i in range(count):
        target[wrapped[i]] = spread[i]
    return out


def insert(arr, obj, values, axis: literal = None):
    a = np.asarray(arr)
    if axis is None:
        return insert(a.ravel(), obj, values, 0)
    _check_axis(axis, a.ndim)
    if axis < 0:
        return insert(a, obj, values, axis + a.ndim)
    if isinstance(obj, (list, tuple)):
        return insert(a, np.asarray(obj), values, axis)
    new = np.array(values, a.dtype, True, "K", False, a.ndim)
    if isinstance(obj, np.ndarray):
        if obj.dtype.kind == "b":
            return insert(a, np.flatnonzero(obj), values, axis)
        if obj.size == 1:
            return _insert_block(a, np.int64(obj.ravel()[0]), new, axis)
        return _insert_at_each(a, obj, new, axis)
    return _insert_block(a, np.int64(obj), np.moveaxis(new, 0, axis), axis)


def rot90(m, k=1, axes: literal = (0, 1)):
    a = np.asarray(m)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    turns = k % 4
    if turns == 0:
        return np.flip(np.flip(a, axes[0]), axes[0])
    if turns == 2:
        return np.flip(np.flip(a, axes[0]), axes[1])
    if turns == 1:
        return np.swapaxes(np.flip(a, axes[1]), axes[0], axes[1])
    return np.flip(np.swapaxes(a, axes[0], axes[1]), axes[1])


def _piece(a, start, end, axis: literal):
    return np.moveaxis(np.moveaxis(a, axis, 0)[start:end], 0, axis)


def _even_start(length, sections, i):
    return i * (length // sections) + np.minimum(i, length % sections)


def array_split(ary, indices_or_sections, axis: literal = 0):
    a = np.asarray(ary)
    _check_axis(axis, a.ndim)
    length = a.shape[axis]
    if isinstance(indices_or_sections, int):
        count = np.int64(indices_or_sections)
        if count <= 0:
            raise ValueError("number sections must be larger than 0.")
        return [_piece(a, _even_start(length, count, i), _even_start(length, count, i + 1), axis) for i in range(count)]
    ends = np.asarray(indices_or_sections)
    last = ends.shape[0]
    return [_piece(a, ends[i - 1] if i > 0 else 0, ends[i] if i < last else length, axis) for i in range(last + 1)]


def split(ary, indices_or_sections, axis: literal = 0):
    if isinstance(indices_or_sections, int):
        a = np.asarray(ary)
        _check_axis(axis, a.ndim)
        if indices_or_sections > 0 and a.shape[axis] % indices_or_sections != 0:
            raise ValueError("array split does not result in an equal division")
    return array_split(ary, indices_or_sections, axis)


def vsplit(ary, indices_or_sections):
    if np.asarray(ary).ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


def hsplit(ary, indices_or_sections):
    if np.asarray(ary).ndim == 1:
        return split(ary, indices_or_sections, 0)
    return split(ary, indices_or_sections, 1)


def dsplit(ary, indices_or_sections):
    if np.asarray(ary).ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


def _pair(given, axis: literal):
    """What stands for both ends of an axis: a number for all, a pair for all, or a pair for each."""
    if not isinstance(given, tuple):
        return given, given
    if isinstance(given[0], tuple):
        return given[axis if len(given) > 1 else 0]
    if len(given) == 1:
        return given[0], given[0]
    return given


def _mirrored(place, length, mode: literal):
    """The element that stands for one beyond an end."""
    if mode == "wrap":
        return place % length
    if mode == "symmetric":
        turn = place % (2 * length)
        return turn if turn < length else 2 * length - 1 - turn
    if length == 1:
        return 0
    turn = place % (2 * (length - 1))
    return turn if turn < length else 2 * (length - 1) - turn


def _padded(a, widths, mode: literal, fill, axis: literal):
    if axis == a.ndim:
        return a
    before, after = _pair(widths, axis)
    if before < 0 or after < 0:
        raise ValueError("index can't contain negative values")
    length = a.shape[axis]
    out = _longer(a, before + after, axis)
    target = np.moveaxis(out, axis, 0)
    source = np.moveaxis(a, axis, 0)
    target[before : before + length] = source
    if mode == "constant":
        first, last = _pair(fill, axis)
        target[:before] = a.dtype.type(first)
        target[before + length :] = a.dtype.type(last)
    elif mode != "empty":
        if length == 0 and before + after > 0:
            raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
        for i in range(before):
            target[before - 1 - i] = source[0 if mode == "edge" else _mirrored(-1 - i, length, mode)]
        for i in range(after):
            target[before + length + i] = source[length - 1 if mode == "edge" else _mirrored(length + i, length, mode)]
    return _padded(out, widths, mode, fill, axis + 1)


def pad(array, pad_width, mode: literal = "constant", constant_values=0):
    if mode != "constant" and mode != "edge" and mode != "reflect" and mode != "symmetric" and mode != "wrap" and mode != "empty":
        raise ValueError("mode is not supported: a kernel pads by 'constant', 'edge', 'reflect', 'symmetric', 'wrap' or 'empty'")
    return _padded(np.array(array), pad_width, mode, constant_values, 0)


def _take_lanes(a, places, out, axis: literal):
    if a.ndim == 1:
        for i in range(out.shape[0]):
            out[i] = a[places[i]]
    elif axis > 0:
        for i in range(out.shape[0]):
            _take_lanes(a[i if a.shape[0] != 1 else 0], places[i if places.shape[0] != 1 else 0], out[i], axis - 1)
    else:
        for j in range(out.shape[1]):
            _take_lanes(a[:, j if a.shape[1] != 1 else 0], places[:, j if places.shape[1] != 1 else 0], out[:, j], 0)


def _lane_length(a, places, axis: literal, other: literal):
    """The length of what is taken along `axis`, at the axis `other`."""
    if axis == other:
        return places.shape[other]
    if a.shape[other] != places.shape[other] and a.shape[other] != 1 and places.shape[other] != 1:
        raise IndexError("shape mismatch: indexing arrays could not be broadcast together")
    return places.shape[other] if a.shape[other] == 1 else a.shape[other]


def _lane_lengths(a, places, axis: literal, first: literal):
    if first == a.ndim:
        return ()
    return (_lane_length(a, places, axis, first),) + _lane_lengths(a, places, axis, first + 1)


def take_along_axis(arr, indices, axis: literal = -1):
    a = np.asarray(arr)
    if axis is None:
        return take_along_axis(a.ravel(), indices, 0)
    if a.ndim != indices.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    _check_axis(axis, a.ndim)
    if axis < 0:
        return take_along_axis(a, indices, axis + a.ndim)
    out = np.empty(_lane_lengths(a, indices, axis, 0), a.dtype)
    _take_lanes(a, indices, out, axis)
    return out


def copyto(dst, src, where=None):
    if where is None:
        dst[...] = src
    else:
        dst[...] = np.where(where, src, dst)


def put(a, ind, v):
    places = np.asarray(ind).ravel()
    values = np.asarray(v).ravel()
    for i in range(places.shape[0]):
        a.flat[places[i]] = values[i % values.shape[0]]


def place(arr, mask, vals):
    values = np.asarray(vals).ravel()
    chosen = np.flatnonzero(mask)
    if chosen.shape[0] > 0 and values.shape[0] == 0:
        raise ValueError("Cannot insert from an empty array!")
    for i in range(chosen.shape[0]):
        arr.flat[chosen[i]] = values[i % values.shape[0]]


def putmask(a, mask, values):
    given = np.asarray(values).ravel()
    for i in np.flatnonzero(mask):
        a.flat[i] = given[i % given.shape[0]]


def resize(a, new_shape):
    flat = np.asarray(a).ravel()
    out = np.zeros(new_shape, flat.dtype)
    if flat.shape[0] > 0:
        all_of_it = out.reshape(-1)
        for i in range(all_of_it.shape[0]):
            all_of_it[i] = flat[i % flat.shape[0]]
    return out


def trim_zeros(filt, trim: literal = "fb"):
    a = np.asarray(filt)
    first = 0
    last = a.shape[0]
    if trim != "b" and trim != "B":
        while first < last and a[first] == 0:
            first += 1
    if trim != "f" and trim != "F":
        while last > first and a[last - 1] == 0:
            last -= 1
    return a[first:last]
