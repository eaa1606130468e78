"""Elements that several iterations of a parallel loop use: each real conflict is reported by the race check, beside a program that looks alike and has none."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def halves(n):
    out = np.zeros(n)
    for i in prange(n):
        out[i // 2] = i
    return out


@njit(parallel=True)
def halves_apart(n):
    out = np.zeros(n)
    for i in prange(n):
        out[i // 1] = i
    return out


@njit(parallel=True)
def neighbour_read(x):
    for i in prange(1, x.shape[0]):
        x[i] = x[i - 1] + 1.0
    return x


@njit(parallel=True)
def neighbour_of_another(x):
    y = x.copy()
    for i in prange(1, x.shape[0]):
        x[i] = y[i - 1] + 1.0
    return x


@njit(parallel=True)
def always_the_first(x):
    out = np.zeros(1)
    for i in prange(x.shape[0]):
        if x[i] > 1.0:
            out[0] = x[i]
    return out


@njit(parallel=True)
def once_the_first(x):
    out = np.zeros(1)
    for i in prange(x.shape[0]):
        if i == 3:
            out[0] = x[i]
    return out


@njit(parallel=True)
def both_ends(x):
    for i in prange(x.shape[0]):
        x[x.shape[0] - 1 - i] = x[i]
    return x


@njit(parallel=True)
def both_ends_of_half(x):
    for i in prange(x.shape[0] // 2):
        x[x.shape[0] - 1 - i] = x[i]
    return x


@njit(parallel=True)
def smoothed_in_place(x):
    for i in prange(1, x.shape[0] - 1):
        x[i] = (x[i - 1] + x[i] + x[i + 1]) / 3
    return x


@njit(parallel=True)
def smoothed_even_from_odd(x):
    for i in prange(1, x.shape[0] - 1, 2):
        x[i] = (x[i - 1] + x[i + 1]) / 2
    return x


@njit(parallel=True)
def scattered(keys):
    out = np.zeros(keys.shape[0], np.int64)
    for i in prange(keys.shape[0]):
        out[keys[i]] = i
    return out


@njit(parallel=True)
def counted(x, keys):
    counts = np.zeros(4)
    for i in prange(x.shape[0]):
        counts[keys[i]] += x[i]
        if counts[keys[i]] > 100.0:
            x[i] = 0.0
    return counts


@njit(parallel=True)
def counted_only(x, keys):
    counts = np.zeros(10)
    for i in prange(x.shape[0]):
        counts[keys[i]] += x[i]
    return counts


@njit(parallel=True)
def rows_by_half(a):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            a[i // 2, j] = i + j
    return a


@njit(parallel=True)
def rows_of_their_own(a):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = i + j
    return a


@njit(parallel=True)
def one_row_for_all(a):
    row = a[0]
    for i in prange(a.shape[0]):
        row[i % 2] = i
    return a


@njit(parallel=True)
def row_by_row(a):
    for i in prange(a.shape[0]):
        row = a[i]
        row[i % 2] = i
    return a


@njit(parallel=True)
def slices_overlap(x):
    for i in prange(4):
        x[2 * i : 2 * i + 3] = i
    return x


@njit(parallel=True)
def slices_meet(x):
    for i in prange(4):
        x[2 * i : 2 * i + 2] = i
    return x


@njit(parallel=True)
def scratch_outside(x):
    scratch = np.zeros(2)
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        scratch[0] = x[i]
        scratch[1] = x[i] * 2
        out[i] = scratch[0] + scratch[1]
    return out


@njit(parallel=True)
def scratch_within(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        scratch = np.zeros(2)
        scratch[0] = x[i]
        scratch[1] = x[i] * 2
        out[i] = scratch[0] + scratch[1]
    return out


@njit(parallel=True)
def inner_writes_columns(n):
    a = np.zeros((n, n))
    for i in prange(n):
        for j in prange(n):
            a[j, 0] = i
    return a


@njit(parallel=True)
def inner_writes_cells(n):
    a = np.zeros((n, n))
    for i in prange(n):
        for j in prange(n):
            a[j, i] = i
    return a


@njit
def store(x, k, value):
    x[k] = value


@njit(parallel=True)
def called_writes_first(n):
    x = np.zeros(n)
    for i in prange(n):
        store(x, 0, i)
    return x


@njit(parallel=True)
def called_writes_own(n):
    x = np.zeros(n)
    for i in prange(n):
        store(x, i, i)
    return x


@njit(parallel=True)
def library_sorts_shared(a):
    for i in prange(a.shape[0]):
        a[0].sort()
    return a


@njit(parallel=True)
def library_sorts_rows(a):
    for i in prange(a.shape[0]):
        a[i].sort()
    return a


@njit(parallel=True)
def alias_of_result(x):
    y = x
    for i in prange(x.shape[0] - 1):
        y[i] = x[i + 1]
    return x


@njit(parallel=True)
def copy_of_result(x):
    y = x.copy()
    for i in prange(x.shape[0] - 1):
        y[i] = x[i + 1]
    return y


@njit(parallel=True)
def reshaped_alias(a):
    flat = a.reshape(a.size)
    for i in prange(a.shape[0]):
        flat[i] = i
        a[i, 0] = -i
    return flat


@njit(parallel=True)
def reshaped_copy(a):
    flat = a.copy().reshape(a.size)
    for i in prange(a.shape[0]):
        flat[i] = i
        a[i, 0] = -i
    return flat


@njit(parallel=True)
def triangle_mirrored(a):
    for i in prange(a.shape[0]):
        for j in range(a.shape[0]):
            a[j, i] = a[i, j]
    return a


@njit(parallel=True)
def triangle_completed(a):
    for i in prange(a.shape[0]):
        for j in range(i):
            a[j, i] = a[i, j]
    return a


@njit(parallel=True)
def bytes_shared(n):
    flags = np.zeros(n, np.uint8)
    for i in prange(n):
        flags[(i + 1) % n] = flags[i] + 1
    return flags


@njit(parallel=True)
def bytes_apart(n):
    flags = np.zeros(n, np.uint8)
    for i in prange(n):
        flags[i] = flags[i] + 1
    return flags


@njit(parallel=True)
def stepped_twice(n):
    x = np.zeros(2 * n)
    for i in prange(0, n, 2):
        x[i] = 1
        x[i + 2] = 2
    return x


@njit(parallel=True)
def stepped_pairs(n):
    x = np.zeros(2 * n)
    for i in prange(0, n, 2):
        x[i] = 1
        x[i + 1] = 2
    return x


@njit(parallel=True)
def backwards_shared(n):
    x = np.zeros(n)
    for i in prange(n - 1, 0, -1):
        x[i] = x[i - 1] + i
    return x


@njit(parallel=True)
def backwards_apart(n):
    x = np.zeros(n)
    for i in prange(n - 1, -1, -1):
        x[i] = x[i] + i
    return x


@njit(parallel=True)
def expression_reads_all(a):
    for i in prange(a.shape[0]):
        a[i] = a.sum()
    return a


@njit(parallel=True)
def expression_reads_own(a):
    for i in prange(a.shape[0]):
        a[i] = a[i : i + 1].sum()
    return a


@njit(parallel=True)
def found_flag(x):
    found = np.zeros(1, np.bool_)
    for i in prange(x.shape[0]):
        if x[i] > 1.0:
            found[0] = True
    return found


@njit(parallel=True)
def found_any(x):
    found = False
    for i in prange(x.shape[0]):
        found |= x[i] > 1.0
    return found


@njit(parallel=True)
def sieve(n):
    is_prime = np.ones(n, np.bool_)
    for i in prange(2, n):
        for j in range(2 * i, n, i):
            is_prime[j] = False
    return is_prime


@njit(parallel=True)
def sieve_apart(n):
    is_prime = np.ones(n, np.bool_)
    for j in prange(2, n):
        for i in range(2, j):
            if j % i == 0:
                is_prime[j] = False
    return is_prime


@njit(parallel=True)
def prefix_sums(x):
    out = np.zeros(x.shape[0])
    for i in prange(1, x.shape[0]):
        out[i] = out[i - 1] + x[i]
    return out


@njit(parallel=True)
def prefix_sums_apart(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        total = 0.0
        for k in range(i + 1):
            total += x[k]
        out[i] = total
    return out


@njit(parallel=True)
def two_loops_shared(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        out[i] = x[i]
    for i in prange(x.shape[0]):
        out[0] = max(out[0], out[i])
    return out


@njit(parallel=True)
def two_loops_apart(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        out[i] = x[i]
    for i in prange(x.shape[0]):
        out[i] = out[i] * 2
    return out


X = np.array([0.5, -1.0, 3.0, 2.0, -4.0, 0.0, 5.0, 1.0, 1.5, -2.5])
A = np.arange(24.0).reshape(6, 4) % 7
SQUARE = np.arange(25.0).reshape(5, 5)
@njit(parallel=True)
def whole_array_in_an_inner_loop(n):
    sums = np.zeros(3)
    for i in prange(n):
        for j in range(3):
            sums += i * j
            for k in prange(2):
                sums += k
    return sums


@njit(parallel=True)
def whole_array_in_one_place(n):
    sums = np.zeros(3)
    for i in prange(n):
        row = sums[:]
        for j in range(3):
            row[:] = row + i * j
    return sums


KEYS = np.array([3, 1, 2, 3, 0, 2, 1, 1, 0, 2])
OWN = np.array([3, 1, 2, 5, 0, 4, 9, 7, 8, 6])


def race(text):
    return {"refused": f"HL0345 {text}"}


CASES = [
    ("halves", [10], race("out[i // 2] = i")),
    ("halves_apart", [10]),
    ("neighbour_read", [X], race("x[i] = x[i - 1] + 1.0")),
    ("neighbour_of_another", [X]),
    ("always_the_first", [X], race("element [0]")),
    ("once_the_first", [X]),
    ("both_ends", [X], race("x[x.shape[0] - 1 - i] = x[i]")),
    ("both_ends_of_half", [X]),
    ("smoothed_in_place", [X], race("iteration 2 reads element [1]")),
    ("smoothed_even_from_odd", [X[:9]]),
    ("scattered", [KEYS], race("out[keys[i]] = i")),
    ("scattered", [OWN]),
    ("counted", [X, KEYS], race("counts[keys[i]] += x[i]")),
    ("counted_only", [X, KEYS], {"within": 1e-12}),
    ("rows_by_half", [A], race("element [0, 0]")),
    ("rows_of_their_own", [A]),
    ("one_row_for_all", [A], race("row[i % 2] = i")),
    ("row_by_row", [A]),
    ("slices_overlap", [X], race("x[2 * i : 2 * i + 3] = i")),
    ("slices_meet", [X]),
    ("scratch_outside", [X], race("scratch[0] = x[i]")),
    ("scratch_within", [X]),
    ("inner_writes_columns", [5], race("a[j, 0] = i")),
    ("inner_writes_cells", [5]),
    ("called_writes_first", [5], race("x[k] = value")),
    ("called_writes_own", [5]),
    ("library_sorts_shared", [A], race("a[0].sort()")),
    ("library_sorts_rows", [A]),
    ("alias_of_result", [X], race("y[i] = x[i + 1]")),
    ("copy_of_result", [X]),
    ("reshaped_alias", [A], race("a[i, 0] = -i")),
    ("reshaped_copy", [A]),
    ("triangle_mirrored", [SQUARE], race("a[j, i] = a[i, j]")),
    ("triangle_completed", [SQUARE]),
    ("bytes_shared", [16], race("flags[(i + 1) % n]")),
    ("bytes_apart", [16]),
    ("stepped_twice", [10], race("iterations 0 and 2")),
    ("stepped_pairs", [10]),
    ("backwards_shared", [10], race("x[i] = x[i - 1] + i")),
    ("backwards_apart", [10]),
    ("expression_reads_all", [X], race("a[i] = a.sum()")),
    ("expression_reads_own", [X]),
    ("found_flag", [X], race("found[0] = True")),
    ("found_any", [X]),
    ("sieve", [20], race("is_prime[j] = False")),
    ("sieve_apart", [20]),
    ("prefix_sums", [X], race("out[i] = out[i - 1] + x[i]")),
    ("prefix_sums_apart", [X], {"within": 1e-12}),
    ("two_loops_shared", [X], race("out[0] = max(out[0], out[i])")),
    ("two_loops_apart", [X]),
    ("whole_array_in_one_place", [65], race("row[:] = row + i * j")),
    ("whole_array_in_an_inner_loop", [65], {"within": 1e-12}),
]
