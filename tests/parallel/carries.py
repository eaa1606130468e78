"""Variables that iterations of a parallel loop share: each that carries a value on is refused by name, beside one that looks alike and does not."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def last_carried(x):
    last = 0.0
    total = 0.0
    for i in prange(x.shape[0]):
        total += x[i] * last
        last = x[i]
    return total


@njit(parallel=True)
def last_private(x):
    total = 0.0
    for i in prange(x.shape[0]):
        last = x[i - 1]
        total += x[i] * last
    return total


@njit(parallel=True)
def running_total_read(x):
    out = np.zeros(x.shape[0])
    total = 0.0
    for i in prange(x.shape[0]):
        total += x[i]
        out[i] = total
    return out


@njit(parallel=True)
def total_read_behind(x):
    out = np.zeros(x.shape[0])
    total = 0.0
    for i in prange(x.shape[0]):
        total += x[i]
        out[i] = x[i]
    return out + total


@njit(parallel=True)
def two_operators(n):
    acc = 1
    for i in prange(n):
        acc += i
        acc *= 2
    return acc


@njit(parallel=True)
def two_accumulators(n):
    total = 1
    product = 1
    for i in prange(n):
        total += i
        product *= 2
    return total + product


@njit(parallel=True)
def subtracted_from(n):
    acc = 5
    for i in prange(n):
        acc = i - acc
    return acc


@njit(parallel=True)
def subtracts(n):
    acc = 5
    for i in prange(n):
        acc = acc - i
    return acc


@njit(parallel=True)
def divided_floor(n):
    acc = 10000
    for i in prange(n):
        acc //= 2
    return acc


@njit(parallel=True)
def divides(n):
    acc = 1024.0
    for i in prange(n):
        acc /= 2
    return acc


@njit(parallel=True)
def remainder(n):
    acc = 10000
    for i in prange(n):
        acc %= i + 7
    return acc


@njit(parallel=True)
def exclusive_or(n):
    acc = 10000
    for i in prange(n):
        acc ^= i + 7
    return acc


@njit(parallel=True)
def power(n):
    acc = 1.5
    for i in prange(n):
        acc **= 1.01
    return acc


@njit(parallel=True)
def product(n):
    acc = 1.5
    for i in prange(n):
        acc *= 1.01
    return acc


@njit(parallel=True)
def shifted(n):
    acc = 1
    for i in prange(n):
        acc <<= 1
    return acc


@njit(parallel=True)
def either(n):
    acc = 1
    for i in prange(n):
        acc |= 1 << (i % 60)
    return acc


@njit(parallel=True)
def maximum_and_sum(x):
    acc = 0.0
    for i in prange(x.shape[0]):
        acc = max(acc, x[i])
        acc += 1.0
    return acc


@njit(parallel=True)
def maximum(x):
    acc = 0.0
    for i in prange(x.shape[0]):
        acc = max(acc, x[i], 1.0)
    return acc


@njit(parallel=True)
def doubled_in_its_update(x):
    acc = 0.0
    for i in prange(x.shape[0]):
        acc += acc + x[i]
    return acc


@njit(parallel=True)
def added_twice(x):
    acc = 0.0
    for i in prange(x.shape[0]):
        acc += x[i] + x[i]
        acc = acc + x[i]
    return acc


@njit(parallel=True)
def previous_condition(x):
    count = 0
    was_positive = False
    for i in prange(x.shape[0]):
        if x[i] > 0 and not was_positive:
            count += 1
        was_positive = x[i] > 0
    return count


@njit(parallel=True)
def own_condition(x):
    count = 0
    for i in prange(x.shape[0]):
        was_positive = x[i - 1] > 0
        if x[i] > 0 and not was_positive:
            count += 1
    return count


@njit(parallel=True)
def index_counted_up(x):
    out = np.zeros(x.shape[0])
    k = 0
    for i in prange(x.shape[0]):
        if x[i] > 0:
            out[k] = x[i]
            k += 1
    return out


@njit(parallel=True)
def index_of_its_own(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        k = 0
        if x[i] > 0:
            out[i + k] = x[i]
            k += 1
    return out


@njit(parallel=True)
def swapped(n):
    a = 0
    b = 1
    for i in prange(n):
        a, b = b, a + b
    return a


@njit(parallel=True)
def swapped_within(n):
    total = 0
    for i in prange(n):
        a, b = i, 1
        a, b = b, a + b
        total += a * b
    return total


@njit(parallel=True)
def last_value_behind(x):
    for i in prange(x.shape[0]):
        value = x[i] * 2
    return value


@njit(parallel=True)
def last_value_within(x):
    total = 0.0
    for i in prange(x.shape[0]):
        value = x[i] * 2
        total += value
    value = total
    return value


@njit(parallel=True)
def counter_behind(n):
    for i in prange(n):
        pass
    return i


@njit(parallel=True)
def counter_assigned_again(n):
    total = 0
    for i in prange(n):
        total += i
    i = total
    return i


@njit(parallel=True)
def assigned_in_one_branch(x):
    scale = 1.0
    total = 0.0
    for i in prange(x.shape[0]):
        if x[i] > 0:
            scale = x[i]
        total += scale
    return total


@njit(parallel=True)
def assigned_in_both_branches(x):
    scale = 1.0
    total = 0.0
    for i in prange(x.shape[0]):
        if x[i] > 0:
            scale = x[i]
        else:
            scale = 1.0
        total += scale
    return total


@njit(parallel=True)
def inner_loop_carries(x):
    state = 1.0
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        for k in range(3):
            state = state * 0.5 + x[i]
        out[i] = state
    return out


@njit(parallel=True)
def inner_loop_begins_anew(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        state = 1.0
        for k in range(3):
            state = state * 0.5 + x[i]
        out[i] = state
    return out


@njit(parallel=True)
def while_carries(n):
    left = 100
    out = np.zeros(n)
    for i in prange(n):
        while left > i:
            left -= 7
        out[i] = left
    return out


@njit(parallel=True)
def while_begins_anew(n):
    out = np.zeros(n)
    for i in prange(n):
        left = 100
        while left > i:
            left -= 7
        out[i] = left
    return out


@njit(parallel=True)
def complex_product(n):
    acc = 1j
    for i in prange(n):
        acc *= 1 + 0.5j
    return acc


@njit(parallel=True)
def complex_sum(n):
    acc = 1j
    for i in prange(n):
        acc += 1 + 0.5j
    return acc


@njit(parallel=True)
def text_carried(n):
    text = ""
    for i in prange(n):
        text += "x"
    return len(text)


@njit(parallel=True)
def text_within(n):
    total = 0
    for i in prange(n):
        text = ""
        text += "x"
        total += len(text)
    return total


@njit(parallel=True)
def list_grown(n):
    values = [0]
    for i in prange(n):
        values.append(i)
    return len(values)


@njit(parallel=True)
def list_within(n):
    total = 0
    for i in prange(n):
        values = [0]
        values.append(i)
        total += len(values)
    return total


@njit(parallel=True)
def array_replaced(n):
    result = np.zeros(2)
    for i in prange(n):
        result = result + np.ones(2) * i
    return result


@njit(parallel=True)
def array_updated(n):
    result = np.zeros(2)
    for i in prange(n):
        result += np.ones(2) * i
    return result


@njit(parallel=True)
def walrus_carried(x):
    best = 0.0
    total = 0.0
    for i in prange(x.shape[0]):
        total += best
        if (best := x[i]) > 2.0:
            total += 1.0
    return total


@njit(parallel=True)
def walrus_private(x):
    total = 0.0
    for i in prange(x.shape[0]):
        if (best := x[i]) > 2.0:
            total += best
    return total


@njit(parallel=True)
def caught_reduction(x):
    total = 0.0
    try:
        for i in prange(x.shape[0]):
            total += x[i]
            if x[i] > 1e300:
                raise ValueError("too large")
    except ValueError:
        return total
    return total


@njit(parallel=True)
def caught_elsewhere(x):
    total = 0.0
    try:
        for i in prange(x.shape[0]):
            total += x[i]
            if x[i] > 1e300:
                raise ValueError("too large")
    except ValueError:
        return -1.0
    return total


@njit(parallel=True)
def left_early(x):
    total = 0.0
    for i in prange(x.shape[0]):
        if x[i] > 2.0:
            break
        total += x[i]
    return total


@njit(parallel=True)
def inner_left_early(x):
    total = 0.0
    for i in prange(x.shape[0]):
        for k in range(i, x.shape[0]):
            if x[k] > 2.0:
                break
            total += x[k]
    return total


@njit(parallel=True)
def returned_early(x):
    for i in prange(x.shape[0]):
        if x[i] > 2.0:
            return i
    return -1


@njit(parallel=True)
def least_index(x):
    first = x.shape[0]
    for i in prange(x.shape[0]):
        if x[i] > 2.0:
            first = min(first, i)
    return first


@njit(parallel=True)
def deleted_and_read(x):
    scale = 2.0
    total = 0.0
    for i in prange(x.shape[0]):
        total += scale
        scale = x[i]
        del scale
        scale = 1.0
    return total


@njit(parallel=True)
def assigned_and_deleted(x):
    total = 0.0
    for i in prange(x.shape[0]):
        scale = x[i]
        total += scale
        del scale
    return total


X = np.array([0.5, -1.0, 3.0, 2.0, -4.0, 0.0, 5.0, 1.0, 1.5, -2.5])

CASES = [
    ("last_carried", [X], {"refused": "HL0401 `last`"}),
    ("last_private", [X], {"within": 1e-12}),
    ("running_total_read", [X], {"refused": "HL0401 `total`"}),
    ("total_read_behind", [X], {"within": 1e-12}),
    ("two_operators", [10], {"refused": "HL0401 `acc`"}),
    ("two_accumulators", [10]),
    ("subtracted_from", [10], {"refused": "HL0401 `acc`"}),
    ("subtracts", [10]),
    ("divided_floor", [4], {"refused": "HL0401 `acc`"}),
    ("divides", [4], {"within": 1e-12}),
    ("remainder", [10], {"refused": "HL0401 `acc`"}),
    ("exclusive_or", [10]),
    ("power", [10], {"refused": "HL0401 `acc`"}),
    ("product", [10], {"within": 1e-12}),
    ("shifted", [10], {"refused": "HL0401 `acc`"}),
    ("either", [10]),
    ("maximum_and_sum", [X], {"refused": "HL0401 `acc`"}),
    ("maximum", [X]),
    ("doubled_in_its_update", [X], {"refused": "HL0401 `acc`"}),
    ("added_twice", [X], {"within": 1e-12}),
    ("previous_condition", [X], {"refused": "HL0401 `was_positive`"}),
    ("own_condition", [X]),
    ("index_counted_up", [X], {"refused": "HL0401 `k`"}),
    ("index_of_its_own", [X]),
    ("swapped", [10], {"refused": "HL0401 `a`"}),
    ("swapped_within", [10]),
    ("last_value_behind", [X], {"refused": "HL0402 `value`"}),
    ("last_value_within", [X], {"within": 1e-12}),
    ("counter_behind", [10], {"refused": "HL0402 `i`"}),
    ("counter_assigned_again", [10]),
    ("assigned_in_one_branch", [X], {"refused": "HL0401 `scale`"}),
    ("assigned_in_both_branches", [X], {"within": 1e-12}),
    ("inner_loop_carries", [X], {"refused": "HL0401 `state`"}),
    ("inner_loop_begins_anew", [X]),
    ("while_carries", [10], {"refused": "HL0401 `left`"}),
    ("while_begins_anew", [10]),
    ("complex_product", [5], {"refused": "HL0331 `acc`"}),
    ("complex_sum", [5]),
    ("text_carried", [5], {"refused": "HL0404 `text`"}),
    ("text_within", [5]),
    ("list_grown", [5], {"refused": "HL0256 values.append(i)"}),
    ("list_within", [5]),
    ("array_replaced", [5], {"refused": "HL0404 `result`"}),
    ("array_updated", [5]),
    ("walrus_carried", [X], {"refused": "HL0401 `best`"}),
    ("walrus_private", [X], {"within": 1e-12}),
    ("caught_reduction", [X], {"refused": "HL0402 `total`"}),
    ("caught_elsewhere", [X], {"within": 1e-12}),
    ("left_early", [X], {"refused": "HL0403 break"}),
    ("inner_left_early", [X], {"within": 1e-12}),
    ("returned_early", [X], {"refused": "HL0403 return i"}),
    ("least_index", [X]),
    ("deleted_and_read", [X], {"refused": "HL0401 `scale`"}),
    ("assigned_and_deleted", [X], {"within": 1e-12}),
]
