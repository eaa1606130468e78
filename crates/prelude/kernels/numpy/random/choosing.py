"""Random orders, and random choices out of arrays, with the draws of NumPy's `RandomState`."""

import numpy as np

from ...machine import _random_below
from .floats import _uniform


def shuffle(x):
    if isinstance(x, np.ndarray) and x.ndim > 1:
        if x.size > 0:
            row = x[0].copy()
            for i in range(x.shape[0] - 1, 0, -1):
                j = np.int64(_random_below(i + 1))
                if i != j:
                    row[...] = x[j]
                    x[j] = x[i]
                    x[i] = row
    else:
        for i in range(len(x) - 1, 0, -1):
            j = np.int64(_random_below(i + 1))
            item = x[j]
            x[j] = x[i]
            x[i] = item


def _places_in_order(n):
    """The integers from 0 on."""
    out = np.empty(n if n > 0 else 0, np.int64)
    for i in range(n):
        out[i] = i
    return out


def permutation(x):
    if isinstance(x, (list, tuple)):
        return permutation(np.asarray(x))
    if isinstance(x, np.ndarray):
        if x.ndim == 1:
            copy = x.copy()
            shuffle(copy)
            return copy
        order = _places_in_order(x.shape[0])
        shuffle(order)
        out = np.empty(x.shape, x.dtype)
        for i in range(x.shape[0]):
            out[i] = x[order[i]]
        return out
    order = _places_in_order(x)
    shuffle(order)
    return order


def _check_probabilities(p, count):
    """What NumPy asks of probabilities: numbers that are not negative, whose sum is about 1."""
    if p.shape[0] != count:
        raise ValueError("'a' and 'p' must have same size")
    total = 0.0
    correction = 0.0
    is_negative = False
    for i in range(count):
        if p[i] < 0:
            is_negative = True
        term = float(p[i]) - correction
        next_total = total + term
        correction = (next_total - total) - term
        total = next_total
    if np.isnan(total):
        raise ValueError("probabilities contain NaN")
    if is_negative:
        raise ValueError("probabilities are not non-negative")
    tolerance = 1.4901161193847656e-08
    if p.dtype == np.float32:
        tolerance = 0.0003452669770922512
    if abs(total - 1.0) > tolerance:
        raise ValueError("probabilities do not sum to 1")


def _cumulate_untaken(p, taken, cdf):
    """The cumulated probabilities of what is not taken yet, so that the last is 1."""
    total = 0.0
    for i in range(p.shape[0]):
        total += 0.0 if taken[i] else float(p[i])
        cdf[i] = total
    for i in range(p.shape[0]):
        cdf[i] = cdf[i] / total


def _random_place(cdf, x):
    """How many of the numbers, which ascend, are not greater than x."""
    low = 0
    high = cdf.shape[0]
    while low < high:
        middle = (low + high) // 2
        if cdf[middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low


def _place_with_probabilities(rng, flat, p, replace):
    """Places chosen by their probabilities."""
    count = p.shape[0]
    cdf = np.empty(count)
    taken = np.zeros(count, np.bool_)
    if replace:
        _cumulate_untaken(p, taken, cdf)
        for i in range(flat.shape[0]):
            flat[i] = _random_place(cdf, _uniform(rng))
        return
    possible = 0
    for i in range(count):
        if p[i] > 0:
            possible += 1
    if possible < flat.shape[0]:
        raise ValueError("Fewer non-zero entries in p than size")
    found = 0
    while found < flat.shape[0]:
        _cumulate_untaken(p, taken, cdf)
        for _ in range(flat.shape[0] - found):
            place = _random_place(cdf, _uniform(rng))
            if not taken[place]:
                taken[place] = True
                flat[found] = place
                found += 1


def _place_choices(flat, count, replace, p):
    """Fills an array with places below `count`."""
    if count <= 0 and flat.shape[0] > 0:
        raise ValueError("'a' cannot be empty unless no samples are taken")
    if p is not None:
        _check_probabilities(p, count)
    if not replace and flat.shape[0] > count:
        raise ValueError("Cannot take a larger sample than population when 'replace=False'")
    if p is not None:
        _place_with_probabilities(None, flat, p, replace)
    elif replace:
        for i in range(flat.shape[0]):
            flat[i] = _random_below(count)
    else:
        order = permutation(count)
        for i in range(flat.shape[0]):
            flat[i] = order[i]


def _random_choice(a, count, size, replace, p):
    """Items, or where `a` is a number, their places."""
    if size is None:
        place = np.empty(1, np.int64)
        _place_choices(place, count, replace, p)
        return a[place[0]] if isinstance(a, np.ndarray) else place[0]
    places = np.empty(size, np.int64)
    flat = places.reshape(-1)
    _place_choices(flat, count, replace, p)
    if not isinstance(a, np.ndarray):
        return places
    out = np.empty(size, a.dtype)
    chosen = out.reshape(-1)
    for i in range(flat.shape[0]):
        chosen[i] = a[flat[i]]
    return out


def choice(a, size=None, replace=True, p=None):
    if isinstance(a, (list, tuple)):
        return choice(np.asarray(a), size, replace, p)
    if isinstance(p, (list, tuple)):
        return choice(a, size, replace, np.asarray(p))
    if isinstance(a, np.ndarray):
        if a.ndim == 1:
            return _random_choice(a, a.shape[0], size, replace, p)
        raise ValueError("a must be 1-dimensional")
    return _random_choice(a, a, size, replace, p)
