"""Several items of a population, drawn as CPython draws them."""

import math
import random

import numpy as np


def sample(population, k):
    n = len(population)
    if not 0 <= k <= n:
        raise ValueError("Sample larger than population or is negative")
    setsize = 21
    if k > 5:
        setsize += 4 ** int(math.ceil(math.log(k * 3, 4)))
    if n <= setsize:
        return _from_pool(list(population), k)
    taken = np.zeros(n, np.bool_)
    result = []
    for i in range(k):
        j = random.randrange(n)
        while taken[j]:
            j = random.randrange(n)
        taken[j] = True
        result.append(population[j])
    return result


def _from_pool(pool, k):
    """So many items, each of which leaves the pool."""
    n = len(pool)
    result = []
    for i in range(k):
        j = random.randrange(n - i)
        result.append(pool[j])
        pool[j] = pool[n - i - 1]
    return result


def choices(population, weights=None, *, cum_weights=None, k=1):
    n = len(population)
    if cum_weights is None:
        if weights is None:
            if n == 0 and k > 0:
                raise IndexError("list index out of range")
            return [population[int(random.random() * float(n))] for i in range(k)]
        return _weighted(population, _sums(weights), k)
    if weights is not None:
        raise TypeError("Cannot specify both weights and cumulative weights")
    return _weighted(population, cum_weights, k)


def _sums(weights):
    """The sums of all weights up to each."""
    result = []
    total = weights[0] - weights[0]
    for i in range(len(weights)):
        total += weights[i]
        result.append(total)
    return result


def _weighted(population, cum_weights, k):
    n = len(population)
    if len(cum_weights) != n:
        raise ValueError("The number of weights does not match the population")
    if n == 0:
        raise IndexError("list index out of range")
    total = float(cum_weights[n - 1])
    if total <= 0.0:
        raise ValueError("Total of weights must be greater than zero")
    if not math.isfinite(total):
        raise ValueError("Total of weights must be finite")
    return [population[_place(cum_weights, random.random() * total, n - 1)] for i in range(k)]


def _place(sums, value, most):
    """Behind the last sum that is not greater than the value."""
    low = 0
    high = most
    while low < high:
        middle = (low + high) // 2
        if value < sums[middle]:
            high = middle
        else:
            low = middle + 1
    return low
