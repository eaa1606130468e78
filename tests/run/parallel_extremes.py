"""The least and the largest in a `prange`, with what is assigned beside them, and elements that are updated by an assignment: what the serial loop gives, bit by bit."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def largest(x):
    best = -np.inf
    where = -1
    for i in prange(x.shape[0]):
        if x[i] > best:
            best = x[i]
            where = i
    return best, where


@njit(parallel=True)
def largest_at_last(x):
    best = -np.inf
    where = -1
    for i in prange(x.shape[0]):
        if x[i] >= best:
            best = x[i]
            where = i
    return best, where


@njit(parallel=True)
def least(x):
    best = np.inf
    where = -1
    for i in prange(x.shape[0]):
        if best > x[i]:
            where = i
            best = x[i]
    return best, where


@njit(parallel=True)
def least_at_last(x, start):
    best = start
    where = -1
    for i in prange(x.shape[0]):
        if x[i] <= best:
            best, where = x[i], i
    return best, where


@njit(parallel=True)
def both_ends(x):
    least = x[0]
    largest = x[0]
    first = last = 0
    for i in prange(1, x.shape[0]):
        value = x[i]
        if value < least:
            least = value
            first = i
        if value > largest:
            largest = value
            last = i
    return least, first, largest, last


@njit(parallel=True)
def several_companions(a):
    best = 0
    row = column = -1
    half = 0.5
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > best:
                best = a[i, j]
                row = i
                column = j
                half = a[i, j] / 2
    return best, row, column, half


@njit(parallel=True)
def behind_conditions(x, chosen):
    best = -1
    where = -1
    count = 0
    total = 0.0
    for i in prange(x.shape[0]):
        if not chosen[i]:
            continue
        count += 1
        total += 0.5
        if i % 3 != 0:
            if (value := abs(x[i])) > best:
                best = value
                where = i
        if i > 7 and abs(x[i]) > best:
            best = abs(x[i])
            where = -i
    return best, where, count, total


@njit(parallel=True)
def two_places(x, y):
    best = -np.inf
    where = -1
    for i in prange(x.shape[0]):
        if x[i] > best:
            best = x[i]
            where = i
        if y[i] > best:
            best = y[i]
            where = -i
    return best, where


@njit(parallel=True)
def in_steps(x, start, stop, step):
    best = -9
    where = start
    for i in prange(start, stop, step):
        if x[i] > best:
            best = x[i]
            where = i
    return best, where


@njit(parallel=True)
def beside_an_array(x, bins):
    counts = np.zeros(bins, np.int64)
    best = -1
    where = -1
    for i in prange(x.shape[0]):
        counts[x[i] % bins] += 1
        if x[i] > best:
            best = x[i]
            where = i
    return counts, best, where


@njit(parallel=True)
def within_another(a):
    places = np.zeros(a.shape[0], np.int64)
    for i in prange(a.shape[0]):
        best = a[i, 0]
        where = 0
        for j in prange(1, a.shape[1]):
            if a[i, j] > best:
                best = a[i, j]
                where = j
        places[i] = where
    return places


@njit(parallel=True)
def alone(x):
    best = x[0]
    for i in prange(x.shape[0]):
        if x[i] < best:
            best = x[i]
    return best


@njit(parallel=True)
def alone_at_last(x):
    best = x[0]
    for i in prange(x.shape[0]):
        if best <= x[i]:
            best = x[i]
    return best, np.copysign(1.0, best)


@njit(parallel=True)
def chosen_by_expression(x, start):
    best = start
    worst = start
    for i in prange(x.shape[0]):
        best = x[i] if x[i] > best else best
        worst = x[i] if worst > x[i] else worst
    return best, worst


@njit(parallel=True)
def own_first(x, start):
    low = start
    high = start
    for i in prange(x.shape[0]):
        low = min(low, x[i])
        high = max(high, x[i], -x[i])
    return low, np.copysign(1.0, low), high, np.copysign(1.0, high)


@njit(parallel=True)
def own_last(x, start):
    low = start
    high = start
    for i in prange(x.shape[0]):
        low = min(x[i], low)
        high = max(x[i], 0.0, high)
    return low, np.copysign(1.0, low), high, np.copysign(1.0, high)


@njit(parallel=True)
def own_last_sometimes(x, start):
    low = start
    for i in prange(x.shape[0]):
        if i % 700 == 3:
            low = min(x[i], low)
    return low


@njit(parallel=True)
def own_last_of_integers(x):
    low = 1000
    for i in prange(x.shape[0]):
        low = min(x[i], low)
    return low


@njit(parallel=True)
def of_floats_and_integers(x, k):
    high = -9.0
    low = 99
    total = 0
    for i in prange(x.shape[0]):
        high = max(x[i], high)
        if i % 5 == 4:
            continue
        low = min(k[i], low)
        total += k[i]
    return high, low, total


@njit(parallel=True)
def widened(x):
    best = 0
    where = 0
    for i in prange(x.shape[0]):
        if x[i] > best:
            best = x[i]
            where = i / 2
    return best, where


@njit(parallel=True)
def complex_companion(x):
    best = -1.0
    found = 0j
    flag = False
    for i in prange(x.shape[0]):
        if x[i] > best:
            best = x[i]
            found = complex(x[i], i)
            flag = i > 3
    return best, found, flag


@njit(parallel=True)
def unchanged_start(x, start):
    best = start
    where = -1
    for i in prange(x.shape[0]):
        if x[i] > best:
            best = x[i]
            where = i
    return best, where


@njit(parallel=True)
def fails(x, places):
    best = -1
    where = -1
    for i in prange(x.shape[0]):
        if x[places[i]] > best:
            best = x[places[i]]
            where = i
    return best, where


@njit(parallel=True)
def written_out(x, bins):
    sums = np.zeros(bins)
    product = np.ones(bins)
    counts = np.zeros((bins, 2), np.int64)
    for i in prange(x.shape[0]):
        k = i % bins
        sums[k] = sums[k] + x[i]
        product[k] = -1.0 * product[k]
        counts[k, i % 2] = 1 + counts[k, i % 2] + i
    return sums, product, counts


@njit(parallel=True)
def extremes_of_elements(x, low, high):
    for i in prange(x.shape[0]):
        k = i % low.shape[0]
        low[k] = min(low[k], x[i])
        if x[i] > 0:
            high[i % high.shape[0]] = max(high[i % high.shape[0]], x[i], 1)
    return low, high


@njit(parallel=True)
def later_extremes_of_elements(x, low):
    for i in prange(x.shape[0]):
        low[i % 3] = min(x[i], low[i % 3])
    return low


@njit(parallel=True)
def chosen_elements(x, high):
    for i in prange(x.shape[0]):
        high[i % 5] = x[i] if x[i] > high[i % 5] else high[i % 5]
    return high


@njit(parallel=True)
def apart(x):
    out = np.full(x.shape[0], 2.0)
    for i in prange(x.shape[0]):
        out[i] = min(x[i], out[i])
    return out


@njit(parallel=True)
def differences(x):
    left = np.zeros(4, np.int64)
    for i in prange(x.shape[0]):
        left[i & 3] = left[i & 3] - x[i]
    return left


random = np.random.default_rng(23)
LENGTHS = (0, 1, 2, 64, 257, 2000)
NAN = np.nan


def floats(n):
    """Floats with equal ones among them."""
    return random.integers(-40, 40, n) / 4


def spoilt(n):
    """Floats among which are some that are no numbers, infinities and zeros of both signs."""
    x = random.choice([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan], n)
    return x


SPOILT = [spoilt(n) for n in LENGTHS] + [
    np.full(700, NAN),
    np.full(700, -np.inf),
    np.r_[np.full(300, NAN), 0.0, np.full(900, NAN)],
    np.r_[np.full(300, -np.inf), np.full(900, NAN)],
    np.r_[np.full(600, 0.0), np.full(600, -0.0)],
    np.r_[np.full(600, -0.0), np.full(600, 0.0), NAN],
    np.r_[np.arange(600.0), NAN, np.arange(600.0)],
    np.r_[NAN, np.arange(600.0)],
]

CASES = (
    [(name, [x]) for name in ("largest", "largest_at_last", "least") for x in [floats(n) for n in LENGTHS] + SPOILT]
    + [("least_at_last", [x, start]) for x in [floats(n) for n in LENGTHS] + SPOILT for start in (np.inf, 0.0, -0.0, NAN)]
    + [("both_ends", [x]) for x in [floats(n) for n in LENGTHS[1:]] + SPOILT[1:]]
    + [("several_companions", [random.integers(-5, 99, (n, 3))]) for n in LENGTHS]
    + [("behind_conditions", [random.integers(-50, 50, n), random.random(n) < 0.7]) for n in LENGTHS]
    + [("two_places", [floats(n), floats(n)]) for n in LENGTHS]
    + [("in_steps", [random.integers(0, 99, 3000), *bounds]) for bounds in ((0, 3000, 7), (2999, -1, -1), (5, 5, 1), (9, 0, 2))]
    + [("beside_an_array", [random.integers(0, 9999, n), 7]) for n in LENGTHS]
    + [("within_another", [random.integers(0, 99, (20, 50))])]
    + [("alone", [x]) for x in [floats(n) for n in LENGTHS[1:]] + SPOILT[1:]]
    + [("alone", [random.integers(0, 99, 1000).astype(dtype)]) for dtype in (np.int8, np.uint8, np.uint64, np.float32)]
    + [("alone_at_last", [x]) for x in [floats(n) for n in LENGTHS[1:]] + SPOILT[1:]]
    + [("chosen_by_expression", [x, 0.0]) for x in [floats(n) for n in LENGTHS] + SPOILT]
    + [(name, [x, start]) for name in ("own_first", "own_last") for x in SPOILT for start in (0.0, -0.0, NAN, np.inf)]
    + [("own_last_sometimes", [x, start]) for x in SPOILT for start in (NAN, np.inf, -np.inf, 0.0)]
    + [("own_last_of_integers", [random.integers(-99, 99, n)]) for n in LENGTHS]
    + [("of_floats_and_integers", [floats(n), random.integers(-99, 99, n)]) for n in LENGTHS]
    + [("widened", [floats(n)]) for n in LENGTHS]
    + [("complex_companion", [floats(n)]) for n in LENGTHS]
    + [("unchanged_start", [x, start]) for x in [floats(1000)] + SPOILT for start in (99.0, NAN, 0.0, -0.0)]
    + [("fails", [np.arange(9), np.r_[np.arange(9), 9]]), ("fails", [np.arange(9), np.arange(9)])]
    + [("written_out", [random.integers(-9, 9, n).astype(float), 5]) for n in LENGTHS]
    + [("extremes_of_elements", [x, np.full(3, 5.0), np.zeros(4)]) for x in [floats(n) for n in LENGTHS] + SPOILT]
    + [
        ("extremes_of_elements", [random.integers(0, 100, 999).astype(d), np.full(3, 99, d), np.zeros(4, d)])
        for d in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float32)
    ]
    + [("later_extremes_of_elements", [random.integers(0, 100, n), np.full(3, 50)]) for n in LENGTHS]
    + [("chosen_elements", [x, np.zeros(5)]) for x in [floats(n) for n in LENGTHS] + SPOILT]
    + [("apart", [x]) for x in [floats(n) for n in LENGTHS] + SPOILT]
    + [("differences", [random.integers(0, 99, n)]) for n in LENGTHS]
)
