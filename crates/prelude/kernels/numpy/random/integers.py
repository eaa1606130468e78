"""Integers of `numpy.random` after `seed`: bits up to the highest that the range needs, until they lie in it."""

import numpy as np

from ...machine import _random_below, _random_word


def _random_range(low, high, dtype):
    """The first of the integers from low to before high, and how many there are, modulo 2**64."""
    if dtype == np.uint64:
        if low < 0:
            raise ValueError("low is out of bounds for uint64")
        if high <= 0 or np.uint64(high) <= np.uint64(low):
            raise ValueError("low >= high")
        return np.int64(low), np.int64(np.uint64(high) - np.uint64(low))
    first = np.int64(low)
    stop = np.int64(high)
    if dtype.kind == "b":
        if first < 0 or stop > 2:
            raise ValueError("low or high is out of bounds for bool")
    elif dtype != np.int64:
        if first < np.iinfo(dtype).min:
            raise ValueError("low is out of bounds for the dtype")
        if stop - 1 > np.iinfo(dtype).max:
            raise ValueError("high is out of bounds for the dtype")
    if stop <= first:
        raise ValueError("low >= high")
    return first, stop - first


def _fill_with_pieces(flat, first, last, bits, dtype):
    """Fills an array with integers up to `last` behind the first; each word that is drawn serves for several of so many bits."""
    mask = 1
    while mask < last:
        mask = 2 * mask + 1
    word = np.uint64(0)
    pieces = 0
    for i in range(flat.shape[0]):
        value = last + 1
        while value > last:
            if pieces == 0:
                word = np.uint64(_random_word())
                pieces = 32 // bits
            else:
                word = word >> np.uint64(bits)
            pieces -= 1
            value = np.int64(word) & mask
        flat[i] = dtype.type(first + value)


def _fill_with_integers(flat, low, high, dtype):
    if flat.shape[0] == 0:
        return
    first, count = _random_range(low, high, dtype)
    if dtype.kind == "b" or dtype == np.int8 or dtype == np.uint8 or dtype == np.int16 or dtype == np.uint16:
        if count == 1:
            flat[...] = dtype.type(first)
        elif dtype.kind == "b":
            _fill_with_pieces(flat, first, count - 1, 1, dtype)
        elif dtype == np.int8 or dtype == np.uint8:
            _fill_with_pieces(flat, first, count - 1, 8, dtype)
        else:
            _fill_with_pieces(flat, first, count - 1, 16, dtype)
    else:
        for i in range(flat.shape[0]):
            flat[i] = dtype.type(first + np.int64(_random_below(count)))


def _random_integers(low, high, size, dtype):
    if size is None:
        if dtype == np.int64:
            first, count = _random_range(low, high, dtype)
            return first + np.int64(_random_below(count))
        one = np.empty(1, dtype)
        _fill_with_integers(one, low, high, dtype)
        return one[0]
    out = np.empty(size, dtype)
    _fill_with_integers(out.reshape(-1), low, high, dtype)
    return out


def randint(low, high=None, size=None, dtype=None):
    given = np.dtype(np.int64) if dtype is None else np.dtype(dtype)
    if high is None:
        return _random_integers(0, low, size, given)
    return _random_integers(low, high, size, given)
