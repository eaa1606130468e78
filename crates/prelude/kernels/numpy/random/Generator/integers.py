"""Integers of `numpy.random.Generator`, each of a range with the same probability, by the method of Lemire."""

import numpy as np

from ....machine import _next_half_word, _next_word


def _high_product(a, b):
    """The upper 64 bits of the product of two numbers of 64 bits."""
    half = np.uint64(32)
    mask = np.uint64(0xFFFFFFFF)
    low = (a & mask) * (b & mask)
    middle = (a >> half) * (b & mask) + (low >> half)
    other = (a & mask) * (b >> half) + (middle & mask)
    return (a >> half) * (b >> half) + (middle >> half) + (other >> half)


def _half_word_up_to(rng, last):
    """An integer up to a last one below 2**32 - 1, from halves of words."""
    mask = np.uint64(0xFFFFFFFF)
    count = last + np.uint64(1)
    product = np.uint64(_next_half_word(rng)) * count
    if product & mask < count:
        threshold = (mask - last) % count
        while product & mask < threshold:
            product = np.uint64(_next_half_word(rng)) * count
    return product >> np.uint64(32)


def _word_up_to(rng, last):
    """An integer up to a last one below 2**64 - 1."""
    count = last + np.uint64(1)
    word = _next_word(rng)
    if word * count < count:
        threshold = (np.uint64(0xFFFFFFFFFFFFFFFF) - last) % count
        while word * count < threshold:
            word = _next_word(rng)
    return _high_product(word, count)


def _up_to(rng, last):
    """An integer up to a last one, both uint64."""
    if last == np.uint64(0):
        return np.uint64(0)
    if last < np.uint64(0xFFFFFFFF):
        return _half_word_up_to(rng, last)
    if last == np.uint64(0xFFFFFFFF):
        return np.uint64(_next_half_word(rng))
    if last == np.uint64(0xFFFFFFFFFFFFFFFF):
        return _next_word(rng)
    return _word_up_to(rng, last)


def _bits_of(last):
    """The least number of ones in binary that is not less than another number."""
    mask = 1
    while mask < last:
        mask = 2 * mask + 1
    return mask


def _masked_up_to(rng, last, mask):
    """An integer up to a last one, an int64: as many bits as that has, until they are not greater."""
    if last <= 0xFFFFFFFF:
        value = np.int64(_next_half_word(rng)) & mask
        while value > last:
            value = np.int64(_next_half_word(rng)) & mask
    else:
        value = np.int64(_next_word(rng)) & mask
        while value > last:
            value = np.int64(_next_word(rng)) & mask
    return value


def _first_integer(low):
    """The first of the integers, an int64."""
    if isinstance(low, np.uint64) and low > np.uint64(9223372036854775807):
        raise ValueError("low is out of bounds for the dtype")
    return np.int64(low)


def _last_integer(high, endpoint):
    """The last of the integers, an int64."""
    if isinstance(high, np.uint64):
        last = high if endpoint else high - np.uint64(1)
        if last > np.uint64(9223372036854775807):
            raise ValueError("high is out of bounds for the dtype")
        return np.int64(last)
    if endpoint:
        return np.int64(high)
    if np.int64(high) == -9223372036854775808:
        raise ValueError("high is out of bounds for the dtype")
    return np.int64(high) - 1


def _integer_range(low, high, dtype, endpoint):
    """The first of the integers, and how far behind it the last one lies, a uint64."""
    if dtype == np.uint64:
        if low < 0:
            raise ValueError("low is out of bounds for uint64")
        if high < 0 or (high == 0 and not endpoint):
            raise ValueError("low > high" if endpoint else "low >= high")
        start = np.uint64(low)
        stop = np.uint64(high) if endpoint else np.uint64(high) - np.uint64(1)
        if start > stop:
            raise ValueError("low > high" if endpoint else "low >= high")
        return np.int64(start), stop - start
    first, last = _first_integer(low), _last_integer(high, endpoint)
    least, most = (0, 1) if dtype.kind == "b" else (np.int64(np.iinfo(dtype).min), np.int64(np.iinfo(dtype).max))
    if first < least:
        raise ValueError("low is out of bounds for the dtype")
    if last > most:
        raise ValueError("high is out of bounds for the dtype")
    if first > last:
        raise ValueError("low > high" if endpoint else "low >= high")
    return first, np.uint64(last) - np.uint64(first)


def _fill_with_parts(rng, flat, first, last, bits, dtype):
    """Fills an array with integers up to `last` behind the first. Half a word that is drawn serves for several of so many bits."""
    full = 2**bits - 1
    count = last + 1
    threshold = (full - last) % count
    word = 0
    parts = 0
    for i in range(flat.shape[0]):
        while True:
            if parts == 0:
                word = np.int64(_next_half_word(rng))
                parts = 32 // bits
            else:
                word >>= bits
            parts -= 1
            product = (word & full) * count
            if product & full >= threshold:
                break
        flat[i] = dtype.type(first + (product >> bits))


def _fill_with_integers_of(rng, flat, low, high, dtype, endpoint):
    if flat.shape[0] == 0:
        return
    first, last = _integer_range(low, high, dtype, endpoint)
    bits = 1 if dtype.kind == "b" else 8 * dtype.itemsize
    if bits > 16:
        for i in range(flat.shape[0]):
            flat[i] = dtype.type(np.uint64(first) + _up_to(rng, last))
    elif last == np.uint64(0):
        flat[...] = dtype.type(first)
    else:
        _fill_with_parts(rng, flat, first, np.int64(last), bits, dtype)


def _integers_of(rng, low, high, size, dtype, endpoint):
    if size is None:
        if dtype == np.int64:
            first, last = _integer_range(low, high, dtype, endpoint)
            return np.int64(np.uint64(first) + _up_to(rng, last))
        one = np.empty(1, dtype)
        _fill_with_integers_of(rng, one, low, high, dtype, endpoint)
        return one[0]
    out = np.empty(size, dtype)
    _fill_with_integers_of(rng, out.reshape(-1), low, high, dtype, endpoint)
    return out


def integers(rng, low, high=None, size=None, dtype=None, endpoint=False):
    given = np.dtype(np.int64) if dtype is None else np.dtype(dtype)
    if high is None:
        return _integers_of(rng, 0, low, size, given, endpoint)
    return _integers_of(rng, low, high, size, given, endpoint)
