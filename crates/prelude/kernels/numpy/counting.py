"""How often numbers occur, and which ones."""

import math

import numpy as np

from ..marks import literal


def bincount(x, weights=None, minlength=0):
    if not isinstance(x, np.ndarray):
        return bincount(np.asarray(x), weights, minlength)
    if minlength < 0:
        raise ValueError("'minlength' must not be negative")
    size = np.int64(minlength)
    for i in range(x.shape[0]):
        if x[i] < 0:
            raise ValueError("'list' argument must have no negative elements")
        size = np.maximum(size, np.int64(x[i]) + 1)
    if weights is None:
        counts = np.zeros(size, np.int64)
        for i in range(x.shape[0]):
            counts[x[i]] += 1
        return counts
    given = np.asarray(weights)
    if given.shape[0] != x.shape[0]:
        raise ValueError("The weights and list don't have the same length.")
    sums = np.zeros(size)
    for i in range(x.shape[0]):
        sums[x[i]] += np.float64(given[i])
    return sums


def _outer_edges(a, range):
    """The first and the last edge of bins of equal width."""
    if range is not None:
        first = np.float64(range[0])
        last = np.float64(range[1])
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
        if not (np.isfinite(first) and np.isfinite(last)):
            raise ValueError(f"supplied range of [{first}, {last}] is not finite")
    elif a.size == 0:
        first = 0.0
        last = 1.0
    else:
        first = np.float64(a[0])
        last = first
        for value in a:
            first = np.minimum(first, np.float64(value))
            last = np.maximum(last, np.float64(value))
        if not (np.isfinite(first) and np.isfinite(last)):
            raise ValueError(f"autodetected range of [{first}, {last}] is not finite")
    if first == last:
        return first - 0.5, last + 0.5
    return first, last


def _weight(weights, i):
    return 1 if weights is None else weights[i]


def _count_evenly(a, edges, counts, weights):
    n = counts.shape[0]
    first = edges[0]
    last = edges[n]
    width = np.float64(last) - np.float64(first)
    for i in range(a.shape[0]):
        value = a[i]
        if first <= value and value <= last:
            at = np.int64((np.float64(value) - np.float64(first)) / width * n)
            if at == n:
                at -= 1
            if value < edges[at]:
                at -= 1
            elif value >= edges[at + 1] and at != n - 1:
                at += 1
            counts[at] += _weight(weights, i)


def _count_between(a, edges, counts, weights):
    n = counts.shape[0]
    for i in range(a.shape[0]):
        at = np.searchsorted(edges, a[i], "right") - 1
        if a[i] == edges[n]:
            at = n - 1
        if at >= 0 and at < n:
            counts[at] += _weight(weights, i)


def _bin_edges(flat, bins, limits):
    if not isinstance(bins, int):
        edges = np.asarray(bins)
        for i in range(edges.shape[0] - 1):
            if edges[i] > edges[i + 1]:
                raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    if bins < 1:
        raise ValueError("`bins` must be positive, when an integer")
    first, last = _outer_edges(flat, limits)
    kind = flat.dtype if flat.dtype.kind == "f" else np.dtype(np.float64)
    return np.linspace(kind.type(first), kind.type(last), np.int64(bins) + 1)


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    return _bin_edges(np.asarray(a).ravel(), bins, range)


def histogram(a, bins=10, range=None, density: literal = None, weights=None):
    if weights is not None and np.asarray(weights).shape != np.asarray(a).shape:
        raise ValueError("weights should have the same shape as a.")
    flat = np.asarray(a).ravel()
    edges = _bin_edges(flat, bins, range)
    total = np.dtype(np.int64) if weights is None else np.asarray(weights).dtype
    counts = np.zeros(edges.shape[0] - 1, total)
    scales = weights if weights is None else np.asarray(weights).ravel()
    if isinstance(bins, int):
        _count_evenly(flat, edges, counts, scales)
    else:
        _count_between(flat, edges, counts, scales)
    if density:
        widths = (edges[1:] - edges[:-1]).astype(np.float64)
        return counts / widths / np.sum(counts), edges
    return counts, edges


def _same(x, y):
    """Whether two numbers count as one: nan is nan."""
    return x == y or (x != x and y != y)


def _distinct(ordered):
    """How many different numbers there are in a sorted array."""
    count = 0
    for i in range(ordered.shape[0]):
        if i == 0 or not _same(ordered[i], ordered[i - 1]):
            count += 1
    return count


def _unique_values(ordered):
    out = np.empty(_distinct(ordered), ordered.dtype)
    at = 0
    for i in range(ordered.shape[0]):
        if i == 0 or not _same(ordered[i], ordered[i - 1]):
            out[at] = ordered[i]
            at += 1
    return out


def _unique_facts(a, order, first, inverse, counts):
    at = -1
    for i in range(order.shape[0]):
        if i == 0 or not _same(a[order[i]], a[order[i - 1]]):
            at += 1
            first[at] = order[i]
            counts[at] = 0
        inverse[order[i]] = at
        counts[at] += 1


def unique(ar, return_index: literal = False, return_inverse: literal = False, return_counts: literal = False):
    a = np.asarray(ar)
    flat = a.ravel()
    if not (return_index or return_inverse or return_counts):
        return _unique_values(np.sort(flat))
    order = np.argsort(flat, kind="stable")
    values = _unique_values(np.take(flat, order))
    first = np.empty(values.size, np.int64)
    inverse = np.empty(flat.size, np.int64)
    counts = np.empty(values.size, np.int64)
    _unique_facts(flat, order, first, inverse, counts)
    result = (values,)
    if return_index:
        result = result + (first,)
    if return_inverse:
        result = result + (inverse.reshape(a.shape),)
    if return_counts:
        result = result + (counts,)
    return result


def _slope(xp, fp, j):
    return (fp[j + 1] - fp[j]) / (xp[j + 1] - xp[j])


def _interpolated(x, xp, fp, left, right):
    n = xp.shape[0]
    if math.isnan(x):
        return x
    if x > xp[n - 1]:
        return right
    if x < xp[0]:
        return left
    j = np.searchsorted(xp, x, "right") - 1
    if j == n - 1 or xp[j] == x:
        return fp[j]
    slope = _slope(xp, fp, j)
    y = slope * (x - xp[j]) + fp[j]
    if math.isnan(y):
        y = slope * (x - xp[j + 1]) + fp[j + 1]
        if math.isnan(y) and fp[j] == fp[j + 1]:
            y = fp[j]
    return y


def interp(x, xp, fp, left=None, right=None):
    places = np.asarray(xp).astype(np.float64)
    values = np.asarray(fp)
    if places.shape[0] != values.shape[0]:
        raise ValueError("fp and xp are not of the same length.")
    if places.shape[0] == 0:
        raise ValueError("array of sample points is empty")
    if values.dtype.kind == "c":
        return _interp_complex(x, places, values, left, right)
    values = values.astype(np.float64)
    low = values[0] if left is None else np.float64(left)
    high = values[-1] if right is None else np.float64(right)
    if isinstance(x, (np.ndarray, list, tuple)):
        given = np.asarray(x)
        out = np.empty(given.shape)
        flat = out.reshape(-1)
        source = given.ravel()
        for i in range(flat.size):
            flat[i] = _interpolated(np.float64(source[i]), places, values, low, high)
        return out
    return _interpolated(np.float64(x), places, values, low, high)


def _interp_complex(x, xp, fp, left, right):
    low = fp[0] if left is None else np.complex128(left)
    high = fp[-1] if right is None else np.complex128(right)
    real = np.interp(x, xp, fp.real, low.real, high.real)
    imag = np.interp(x, xp, fp.imag, low.imag, high.imag)
    return real + imag * 1j
