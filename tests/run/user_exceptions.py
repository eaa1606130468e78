"""Exception classes of the program: raised, caught by class and by base, across kernels."""

import builtins

import numpy as np
from hotloop import njit, prange


class Failure(Exception):
    pass


class NoConvergence(Failure, ArithmeticError):
    """Has two bases."""


class OutOfTable(IndexError):
    pass


class Singular(np.linalg.LinAlgError):
    pass


Alias = NoConvergence


@njit
def raised(kind, n):
    if kind == 0:
        raise Failure
    if kind == 1:
        raise NoConvergence("after", n, "steps")
    if kind == 2:
        raise OutOfTable(n, n + 0.5)
    if kind == 3:
        raise np.linalg.LinAlgError("Singular matrix")
    if kind == 4:
        raise Singular()
    if kind == 5:
        raise Alias(n)
    if kind == 6:
        raise builtins.LookupError(n)
    if kind == 7:
        return 1 // (n - n)
    return n


@njit
def caught(kind, n):
    try:
        return raised(kind, n)
    except OutOfTable:
        return -1
    except NoConvergence:
        return -2
    except (Singular, KeyError):
        return -3
    except np.linalg.LinAlgError:
        return -4
    except Failure:
        return -5
    except builtins.LookupError:
        return -6


@njit
def caught_by_base(kind, n):
    try:
        raised(kind, n)
    except ArithmeticError:
        return -1
    except IndexError:
        return -2
    except ValueError:
        return -3
    return 0


@njit
def translated(kind, n):
    try:
        raised(kind, n)
    except ValueError as error:
        raise Failure("translated", kind) from error
    except Failure:
        raise
    return 0


@njit(parallel=True)
def in_parallel(kind, n):
    out = np.zeros(n)
    try:
        for i in prange(n):
            try:
                out[i] = raised(kind + i, i)
            except OutOfTable:
                out[i] = -1.0
    except Failure:
        return -1
    return n


@njit
def not_of_a_base(n):
    try:
        raise Failure(n)
    except NoConvergence:
        return 1


KINDS = range(9)

CASES = (
    [("raised", [kind, 7]) for kind in KINDS]
    + [("caught", [kind, 7]) for kind in KINDS]
    + [("caught_by_base", [kind, 7]) for kind in KINDS]
    + [("translated", [kind, 7]) for kind in KINDS]
    + [("in_parallel", [kind, 3]) for kind in (0, 1, 2, 8)]
    + [("not_of_a_base", [1])]
)
