"""Caught exceptions as values: their texts, and their arguments."""

import numpy as np
from hotloop import njit


class Failed(ArithmeticError):
    """A class of the program."""


class Narrow(Failed):
    limit = 3


@njit
def text_of(kind, n):
    try:
        if kind == 0:
            raise ValueError("bad", n, 0.5)
        if kind == 1:
            raise KeyError("key")
        if kind == 2:
            raise KeyError(n)
        if kind == 3:
            raise Failed(f"step {n}")
        if kind == 4:
            raise Narrow
        if kind == 5:
            raise OSError(n, "gone")
        if kind == 6:
            raise RuntimeError(("a", n), None, True)
        if kind == 7:
            raise TypeError("it's\n")
        assert n < 0, "not negative"
        assert n > 0
    except Exception as error:
        return str(error)
    return "none"


@njit
def repr_of(kind, n):
    try:
        if kind == 0:
            raise ValueError("bad", n, 0.5)
        if kind == 1:
            raise KeyError("key")
        if kind == 2:
            raise Narrow
        raise Failed(f"step {n}")
    except Exception as error:
        return repr(error)


@njit
def shown(n):
    try:
        raise ValueError(f"no {n}", 2.5)
    except ValueError as error:
        print(error)
        print("failed:", error, n, sep="|")
        text = "%s!" % error
        text += "{}?".format(error)
        return f"{error} {error!r} {error!s:>24}", text


@njit
def of_checks(values, index, n):
    try:
        return str(values[index] // n)
    except IndexError as error:
        return "index: " + str(error)
    except ZeroDivisionError as error:
        return "division: " + str(error)


@njit
def fails(n):
    if n > 5:
        raise ValueError("large: " + str(n))
    if n < 0:
        raise KeyError(n)
    return n


@njit
def of_callee(n):
    try:
        return str(fails(n))
    except ValueError as error:
        return error.args[0]
    except KeyError as error:
        return str(error) + " is no key"


@njit
def arguments(n, x):
    try:
        if n > 0:
            raise ValueError("positive", n, x, n > 2, complex(x, n), None)
        raise ValueError("other", n - 1, -x, False, 1j, None)
    except ValueError as error:
        text, number, ratio, flag, point, nothing = error.args
        return text, number, ratio, flag, point, nothing is None, len(error.args), error.args[1]


@njit
def by_position(n):
    try:
        if n == 0:
            raise Failed(n, "zero")
        if n == 1:
            raise Failed(n)
        raise Failed
    except Failed as error:
        return error.args[0], len(error.args)


@njit
def second(n):
    try:
        if n == 0:
            raise Failed(n, "zero")
        if n == 1:
            raise Failed(n)
    except Failed as error:
        return error.args[1]
    return "none"


@njit
def unsigned(n):
    try:
        raise ValueError(np.uint64(n), np.int8(n), np.float32(0.5))
    except ValueError as error:
        return error.args[0] + np.uint64(1), error.args[1], error.args[2]


@njit
def in_loop(n):
    texts = [""]
    for i in range(n):
        try:
            if i % 3 == 0:
                raise ValueError(f"a{i}", i)
            if i % 3 == 1:
                raise KeyError(i, str(i))
            texts.append(str(i))
        except (ValueError, KeyError) as error:
            texts.append(str(error))
    return texts


@njit
def nested(n):
    try:
        try:
            raise ValueError(f"inner {n}")
        except ValueError as inner:
            if n > 2:
                raise KeyError(str(inner), n)
            try:
                raise TypeError(f"within {inner}")
            except TypeError as within:
                return f"{within}, {inner}"
    except KeyError as outer:
        return f"{outer.args[0]} / {outer.args[1]}"


@njit
def raised_again(n):
    try:
        try:
            return 10 // n
        except ZeroDivisionError as error:
            print("seen:", error)
            raise error
    except ArithmeticError as error:
        return -len(str(error))


@njit
def iterated(n):
    total = 0
    try:
        raise ValueError(n, n + 1, n + 2)
    except ValueError as error:
        for item in error.args:
            total += item
    return total


@njit
def classes(kind):
    try:
        if kind == 0:
            raise Narrow(kind)
        if kind == 1:
            raise KeyError(kind)
        return str(10 // (kind - 2))
    except Exception as error:
        if isinstance(error, Failed):
            return "failed: " + type(error).__name__
        if isinstance(error, (LookupError, ZeroDivisionError)):
            return f"{type(error).__name__}: {error}, {isinstance(error, KeyError)}"
        return "other"


CASES = [
    *[("classes", [kind]) for kind in range(4)],
    *[("text_of", [kind, 3]) for kind in range(9)],
    ("text_of", [8, -1]),
    *[("repr_of", [kind, 4]) for kind in range(4)],
    ("shown", [7]),
    ("of_checks", [(np.arange(3)), 5, 1]),
    ("of_checks", [(np.arange(3)), -4, 1]),
    ("of_checks", [(np.arange(3)), 1, 0]),
    ("of_checks", [(np.arange(3)), 1, 1]),
    ("of_callee", [9]),
    ("of_callee", [-2]),
    ("of_callee", [3]),
    ("arguments", [3, 1.5]),
    ("arguments", [0, 1.5]),
    ("by_position", [0]),
    ("by_position", [1]),
    ("by_position", [2]),
    ("second", [0]),
    ("second", [1]),
    ("second", [2]),
    ("unsigned", [200]),
    ("in_loop", [7]),
    ("nested", [1]),
    ("nested", [5]),
    ("raised_again", [0]),
    ("raised_again", [3]),
    ("iterated", [5]),
]
