"""Random orders, and random choices out of arrays, by the methods of `numpy.random.Generator`."""

import numpy as np

from ....marks import literal
from ..choosing import _check_probabilities, _place_with_probabilities, _places_in_order
from .integers import _bits_of, _masked_up_to, _up_to


def _shuffle_rows(rng, x):
    if x.size > 0:
        row = x[0].copy()
        mask = _bits_of(x.shape[0] - 1)
        for i in range(x.shape[0] - 1, 0, -1):
            if i <= mask >> 1:
                mask >>= 1
            j = _masked_up_to(rng, i, mask)
            if i != j:
                row[...] = x[j]
                x[j] = x[i]
                x[i] = row


def shuffle(rng, x, axis: literal = 0):
    if isinstance(x, np.ndarray):
        if x.ndim > 1:
            _shuffle_rows(rng, np.swapaxes(x, 0, axis))
            return
    if axis != 0 and axis != -1:
        raise NotImplementedError("Axis argument is only supported on ndarray objects")
    mask = _bits_of(len(x) - 1)
    for i in range(len(x) - 1, 0, -1):
        if i <= mask >> 1:
            mask >>= 1
        j = _masked_up_to(rng, i, mask)
        item = x[j]
        x[j] = x[i]
        x[i] = item


def permutation(rng, x, axis: literal = 0):
    if isinstance(x, (list, tuple)):
        return permutation(rng, np.asarray(x), axis)
    if isinstance(x, np.ndarray):
        if x.ndim == 1:
            copy = x.copy()
            shuffle(rng, copy)
            return copy
        order = _places_in_order(x.shape[axis])
        shuffle(rng, order)
        return np.take(x, order, axis)
    order = _places_in_order(x)
    shuffle(rng, order)
    return order


def _shuffle_places(rng, places, first):
    """Puts places in a random order, but for those before the first."""
    for i in range(places.shape[0] - 1, first - 1, -1):
        j = np.int64(_up_to(rng, np.uint64(i)))
        item = places[j]
        places[j] = places[i]
        places[i] = item


def _is_new(table, mask, value):
    """Puts a value into a table of values, unless it is there."""
    at = value & mask
    while table[at] != -1 and table[at] != value:
        at = (at + 1) & mask
    is_new = table[at] == -1
    table[at] = value
    return is_new


def _place_different(rng, flat, count, is_shuffled):
    """Fills an array with different places below `count`."""
    size = flat.shape[0]
    if count > 10000 and size > count // (50 if is_shuffled else 20):
        places = _places_in_order(count)
        _shuffle_places(rng, places, max(count - size, 1))
        flat[...] = places[count - size :]
        return
    # By the method of Floyd.
    mask = 1
    while mask < int(1.2 * size):
        mask = 2 * mask + 1
    table = np.full(mask + 1, -1, np.int64)
    for j in range(count - size, count):
        value = np.int64(_up_to(rng, np.uint64(j)))
        if not _is_new(table, mask, value):
            _is_new(table, mask, j)
            value = j
        flat[j - count + size] = value
    if is_shuffled:
        _shuffle_places(rng, flat, 1)


def _place_chosen(rng, flat, count, replace, p, is_shuffled):
    """Fills an array with places below `count`."""
    if count <= 0 and flat.shape[0] > 0:
        raise ValueError("a cannot be empty unless no samples are taken")
    if p is not None:
        _check_probabilities(p, count)
    if not replace and flat.shape[0] > count:
        raise ValueError("Cannot take a larger sample than population when replace is False")
    if p is not None:
        _place_with_probabilities(rng, flat, p, replace)
    elif replace:
        for i in range(flat.shape[0]):
            flat[i] = np.int64(_up_to(rng, np.uint64(count - 1)))
    else:
        _place_different(rng, flat, count, is_shuffled)


def _places_chosen(rng, count, size, replace, p, is_shuffled):
    """A place, or an array of places of that size."""
    if size is None:
        one = np.empty(1, np.int64)
        _place_chosen(rng, one, count, replace, p, is_shuffled)
        return one[0]
    places = np.empty(size, np.int64)
    _place_chosen(rng, places.reshape(-1), count, replace, p, is_shuffled)
    return places


def choice(rng, a, size=None, replace=True, p=None, axis: literal = 0, shuffle=True):
    if isinstance(a, (list, tuple)):
        return choice(rng, np.asarray(a), size, replace, p, axis, shuffle)
    if isinstance(p, (list, tuple)):
        return choice(rng, a, size, replace, np.asarray(p), axis, shuffle)
    if isinstance(a, np.ndarray):
        return np.take(a, _places_chosen(rng, a.shape[axis], size, replace, p, shuffle), axis)
    return _places_chosen(rng, a, size, replace, p, shuffle)
