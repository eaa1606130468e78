"""Enumerations: members by name, their names and values, comparisons, integer enumerations in arithmetic, members as values."""

import enum
from enum import Enum, IntEnum, auto

import numpy as np
from hotloop import njit


class Colour(Enum):
    RED = 1
    GREEN = 2
    BLUE = 4
    CRIMSON = 1


class Size(IntEnum):
    SMALL = 1
    MEDIUM = 5
    LARGE = 10


class Shape(enum.Enum):
    """What is drawn."""

    CIRCLE = "circle"
    SQUARE = "square"

    def corners(self):
        return 4 if self is Shape.SQUARE else 0


class Step(Enum):
    FIRST = auto()
    SECOND = auto()
    LATE = 7
    LAST = auto()


class Mixed(Enum):
    ONE = 1
    TWO = "two"
    THREE = (3, 3)


DEFAULT = Colour.GREEN


@njit
def members():
    return Colour.RED, Colour.CRIMSON, Colour["BLUE"], Colour(2), DEFAULT, Size.LARGE, Mixed.THREE


@njit
def attributes():
    return Colour.RED.value, Colour.CRIMSON.name, Shape.SQUARE.value, Step.LAST.value, Mixed.TWO.value, Mixed.ONE.value, Size.LARGE.name


@njit
def picked(i):
    c = Colour.BLUE
    if i == 0:
        c = Colour.RED
    elif i == 1:
        c = Colour.GREEN
    return c


@njit
def at_run_time(i):
    c = picked(i)
    s = Shape.CIRCLE if i > 1 else Shape.SQUARE
    return c, c.value, c.name, s, s.value, s.name, c.value * 10


@njit
def compared(i):
    c = picked(i)
    return (
        c == Colour.RED,
        c != Colour.GREEN,
        c is Colour.BLUE,
        c is not Colour.CRIMSON,
        c == 1,
        c == Shape.CIRCLE,
        c in (Colour.RED, Colour.BLUE),
        1 in (c, c),
        c is DEFAULT,
    )


@njit
def matched(i):
    match picked(i):
        case Colour.RED:
            return 10
        case Colour.GREEN | Colour.BLUE:
            return 20
        case _:
            return 30


@njit
def arithmetic(i, values):
    s = Size.MEDIUM
    if i > 3:
        s = Size.LARGE
    return (
        s + i,
        2 * Size.SMALL,
        s / 4,
        -s,
        s > 4,
        s == 5,
        s == Size.LARGE,
        s <= Size.SMALL,
        values[Size.SMALL],
        s is Size.MEDIUM,
        max(s, 7),
        s & 3,
        s in range(6),
        s.real,
    )


@njit
def loops():
    total = 0
    for i in range(Size.MEDIUM):
        total += i * Size.LARGE
    for member in (Size.SMALL, Size.LARGE):
        total += member.value
    return total


@njit
def truths(i):
    return bool(picked(i)), not Colour.RED, 1 if Size.SMALL else 0


@njit
def classes(i):
    c = picked(i)
    return isinstance(c, Colour), isinstance(c, Size), isinstance(Size.SMALL, int), isinstance(c, int)


@njit
def maybe(i):
    c = None
    if i > 0:
        c = Colour.GREEN
    return c is None, c == Colour.GREEN, c


@njit
def in_list(n):
    found = [Colour.RED]
    for i in range(n):
        found.append(picked(i))
    return found, len(found)


class Rank(IntEnum):
    HIGH = 9
    LOW = 1
    MIDDLE = 5


@njit
def ordered_members(is_reversed):
    ranks = [rank for rank in Rank]
    ascending = sorted(ranks, reverse=is_reversed)
    names = [rank.name for rank in ascending]
    ranks.sort()
    return names, ranks[0].name, sorted(Rank)[1].name, max(Rank.LOW, ranks[2]), min(Rank.HIGH, Rank.LOW).name, max(Rank.LOW, 7)



@njit
def as_integers(k):
    x = np.arange(12.0)
    small = np.zeros(4, np.int8)
    table = np.zeros((11, 11))
    size = Size.MEDIUM
    if k > 2:
        size = Size.LARGE
    small[1] = Size.MEDIUM
    small[2:] = size
    table[Size.SMALL, size] = Size.LARGE
    table[Size.MEDIUM] = size
    total = 0
    for i in range(Size.SMALL, size):
        total += i
    return small, table, total, x[Size.MEDIUM], x[size], x[Size.SMALL : size], np.full(2, Size.LARGE)


CASES = [
    ("members", []),
    ("as_integers", [0]),
    ("as_integers", [3]),
    ("attributes", []),
    ("at_run_time", [0]),
    ("at_run_time", [2]),
    ("compared", [0]),
    ("compared", [1]),
    ("compared", [5]),
    ("matched", [0]),
    ("matched", [2]),
    ("arithmetic", [2, np.arange(3.0)]),
    ("arithmetic", [5, np.arange(3.0)]),
    ("loops", []),
    ("truths", [1]),
    ("classes", [1]),
    ("maybe", [1]),
    ("maybe", [0]),
    ("in_list", [3]),
    ("ordered_members", [False]),
    ("ordered_members", [True]),
]
