"""Array expressions that become part of the next statement, and those that must not, since something else asks for them or happens in between."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def chain(a, b, c):
    t = a * b
    u = t + c
    v = np.sqrt(np.abs(u))
    return v - a


@njit(parallel=True)
def both_sides(a, b):
    t = a + 1
    u = b * 2
    return u - t


@njit(parallel=True)
def used_twice(a, b):
    t = a * b
    return t + t, t


@njit(parallel=True)
def twice_in_one(a, b):
    t = a * b
    return t * t


@njit(parallel=True)
def changed_between(a, b):
    t = a * b
    a[0] = 99
    return t + a


@njit(parallel=True)
def into_what_is_read(a):
    t = a[::-1] * 2
    a[:] = t + 1
    return a


@njit(parallel=True)
def in_place(a):
    t = a[1:] + a[:-1]
    a[1:] += t * 0.5
    return a


@njit(parallel=True)
def through_a_mask(a, b):
    t = a + b
    a[a > 0] = 5
    return t - a


@njit(parallel=True)
def broadcast(a, row, column):
    t = row * 2
    u = column + t
    return u * a


@njit(parallel=True)
def does_not_fit(a, b, c):
    t = a + b
    u = t + c
    return u


@njit(parallel=True)
def dtypes(a, b):
    t = a * b
    u = t / 3
    v = u > 1
    return v & (a > 2)


@njit(parallel=True)
def summed(a, b):
    t = a - b
    return np.sum(t * t), np.max(t)


@njit(parallel=True)
def passed(a, b):
    t = a - b
    return np.sum(t * t)


@njit(parallel=True)
def caught(a, b):
    t = a * 2
    try:
        t = a + 1
        u = t + b
    except ValueError:
        u = t
    return u


@njit(parallel=True)
def in_loops(a, n):
    out = np.zeros_like(a)
    for i in range(n):
        t = a * i
        out += t - 1
        if i == 2:
            t = out * 2
            u = t + a
            out = u
    return out


@njit(parallel=True)
def in_prange(a):
    out = np.zeros(a.shape[0])
    for i in prange(a.shape[0]):
        t = a[i] * 2
        u = t + a[i]
        out[i] = u.sum()
    return out


@njit(parallel=True)
def powers(a, b):
    t = a**b
    return t + a


@njit(parallel={"fusion": False, "setitem": False, "inplace_binop": False})
def without(a, b):
    t = a * b
    a[:] = t + 1
    a += t
    return a


@njit(parallel={"prange": False})
def serial_loop(x):
    last = 0.0
    for i in prange(x.shape[0]):
        last = x[i] - last
    return last


random = np.random.default_rng(37)


def whole(*shape):
    return random.integers(-9, 9, shape).astype(float)


CASES = (
    [("chain", [whole(n), whole(n), whole(n)]) for n in (0, 1, 1000)]
    + [("chain", [whole(6, 5), whole(5), np.asfortranarray(whole(6, 5))])]
    + [(name, [whole(50), whole(50)]) for name in ("both_sides", "used_twice", "twice_in_one", "changed_between", "through_a_mask", "summed", "passed", "without")]
    + [(name, [whole(50)]) for name in ("into_what_is_read", "in_place", "serial_loop")]
    + [("broadcast", [whole(4, 5), whole(5), whole(4, 1)])]
    + [("does_not_fit", [whole(4), whole(a), whole(b)]) for a, b in ((4, 4), (3, 4), (4, 3))]
    + [("dtypes", [random.integers(0, 9, 70), random.integers(0, 9, 70).astype(np.int8)])]
    + [("caught", [whole(5), whole(n)]) for n in (5, 4)]
    + [("in_loops", [whole(5), n]) for n in (0, 2, 5)]
    + [("in_prange", [whole(7, 9)])]
    + [("powers", [random.integers(1, 9, 9), random.integers(0, 5, 9)]), ("powers", [np.arange(3), np.array([2, 1, -1])])]
)
