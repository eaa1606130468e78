"""Exceptions whose arguments are strings of the run: raised, caught, raised again, out of loops and parallel loops."""

import numpy as np

from hotloop import njit, prange


@njit
def message(i, x, name):
    if i == 0:
        raise ValueError(f"bad index {i} of {x}")
    if i == 1:
        raise KeyError(name)
    if i == 2:
        raise TypeError(name + "!", i, x, (name, i, ("nested" + name, x)), f"{x:.2f}")
    if i == 3:
        raise IndexError(f"{name}", f"{i}{name}" * 2, name[1:])
    if i == 4:
        raise RuntimeError(str([i, 2]), "constant", 1, None)
    pair = (name + "a", i)
    if i == 5:
        raise ArithmeticError(pair)
    if i == 6:
        raise LookupError(("%", i), f"only {'constant'}")
    assert i < 8, f"{i} is not below 8"
    assert x > 0.0, name
    assert i != 7, (name, f"{x}")
    return i


@njit
def caught(n, name):
    found = 0
    for i in range(n):
        try:
            if i % 3 == 0:
                raise ValueError(f"{i} of {name}")
            if i % 3 == 1:
                raise KeyError(name + str(i))
            found += 1
        except ValueError:
            found += 10
        except KeyError:
            found += 100
            if i > 10:
                break
            continue
    return found


@njit
def again(n, name):
    for i in range(n):
        try:
            try:
                raise ValueError(f"{name} {i}")
            except ValueError:
                if i == n - 1:
                    raise
            finally:
                name = name + "."
        except KeyError:
            return -1
    return 0


@njit
def other(n, name):
    try:
        try:
            raise ValueError(name + "1")
        except ValueError:
            try:
                raise KeyError(name + "2")
            except KeyError:
                if n == 0:
                    raise TypeError(f"{name}3")
                if n == 1:
                    return 1
            if n == 2:
                raise
    except TypeError:
        if n == 0:
            raise
    return 5


@njit
def thrower(i, name):
    if i > 2:
        raise RuntimeError(f"{name}: {i}")
    return i


@njit
def through_calls(n, name):
    total = 0
    for i in range(n):
        try:
            total += thrower(i, name + "x")
        except RuntimeError:
            total += 100
            if i == 5:
                raise
    return total


@njit(parallel=True)
def in_parallel(n, limit):
    out = np.zeros(n)
    for i in prange(n):
        if i >= limit:
            raise ValueError(f"row {i} of {n}")
        out[i] = i
    return out


@njit(parallel=True)
def caught_in_parallel(n):
    out = np.zeros(n)
    for i in prange(n):
        try:
            if i % 2 == 1:
                raise ValueError(f"row {i} of {n}")
            out[i] = i
        except ValueError:
            out[i] = -1
            continue
    return out


@njit
def out_of_loops(names, n):
    for i in range(n):
        for j in range(n):
            try:
                raise ValueError(f"{i} {j}")
            except ValueError:
                for _ in range(3):
                    try:
                        raise KeyError(f"{names} {i}")
                    except KeyError:
                        break
                if j == 1:
                    break
                if j == 2:
                    return j
        else:
            return -1
    return n


CASES = [
    *[("message", [i, 2.5, "näme"]) for i in range(9)],
    ("message", [7, -1.0, "negative"]),
    ("message", [5, 1.0, ""]),
    ("caught", [20, "n"]),
    ("again", [3, "n"]),
    ("again", [0, "n"]),
    ("other", [0, "n"]),
    ("other", [1, "n"]),
    ("other", [2, "n"]),
    ("other", [3, "n"]),
    ("through_calls", [4, "n"]),
    ("through_calls", [9, "n"]),
    ("in_parallel", [100, 37]),
    ("in_parallel", [100, 100]),
    ("caught_in_parallel", [60]),
    ("out_of_loops", ["n", 1]),
    ("out_of_loops", ["n", 2]),
    ("out_of_loops", ["n", 4]),
]
