"""Named tuples, enumerations and arrays of the module, from and to Python."""

import collections
import enum
import os
import subprocess
import sys
import typing

import hotloop
import numpy as np
import pytest
from hotloop import njit

Point = collections.namedtuple("Point", "x y")
Other = collections.namedtuple("Other", "x y")


class Particle(typing.NamedTuple):
    place: Point
    mass: float = 1.5

    def weight(self):
        return 9.81 * self.mass


class Scaled(collections.namedtuple("Scaled", "a b")):
    def __add__(self, other):
        return Scaled(self.a + other.a, self.b + other.b)


class Colour(enum.Enum):
    RED = 1
    GREEN = "two"
    CRIMSON = 1


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 10


class Flags(enum.Flag):
    A = 1
    B = 2


@njit
def moved(p, dx):
    return Point(p.x + dx, p.y)


def test_an_instance_of_the_real_class_comes_back():
    result = moved(Point(1, 2.5), 3)
    assert type(result) is Point and result == (4, 2.5)
    assert type(moved(Other(1, 2), 3)) is Point
    array = np.arange(3.0)
    assert moved(Point(1, array), 0).y is array


@njit
def same(p):
    return p


def test_each_class_comes_back_as_itself():
    for value in [Point(1, 2), Other(1, 2), Particle(Point(1, 2)), (1, Point(2, (Other(3, 4),))), Colour.GREEN, Size.LARGE]:
        assert same(value) == value and type(same(value)) is type(value)
    assert same(Colour.RED) is Colour.RED and same(Colour.CRIMSON) is Colour.RED

    def made():
        return collections.namedtuple("Point", "x y")

    one, two = made(), made()
    assert type(same(one(1, 2))) is one and type(same(two(1, 2))) is two


@njit
def particles(n, p):
    found = [Particle(Point(0, 0.0))]
    for i in range(n):
        found.append(Particle(Point(i, p.y), mass=2.0 * i))
    return found


def test_named_tuples_in_lists_and_optional():
    found = particles(2, Point(0, 0.5))
    assert found == [Particle(Point(0, 0.0)), Particle(Point(0, 0.5), 0.0), Particle(Point(1, 0.5), 2.0)]
    assert type(found[1]) is Particle and type(found[1].place) is Point

    @njit
    def maybe(x):
        if x > 0:
            return Point(x, x)
        return None

    assert maybe(1) == Point(1, 1) and type(maybe(1)) is Point and maybe(-1) is None


def test_classes_that_change_what_operators_do_are_refused():
    with pytest.raises(TypeError, match="the class `Scaled`, which defines `__add__`"):
        same(Scaled(1, 2))
    with pytest.raises(TypeError, match="an enumeration of flags"):
        same(Flags.A)


@njit
def described(colour, size):
    if colour is Colour.RED:
        return colour.name, size + 1, size == Size.SMALL
    return colour.name, size * 2, size is Size.LARGE


def test_members_as_arguments():
    assert described(Colour.RED, Size.SMALL) == ("RED", 2, True)
    assert described(Colour.GREEN, Size.LARGE) == ("GREEN", 20, True)
    assert described(Colour(1), 7) == ("RED", 8, False)


TABLE = np.arange(5.0)
COLUMNS = np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3))
STRIDED = np.arange(10)[::3]
NESTED = (TABLE, (COLUMNS, 2), Point(1, TABLE), Colour.RED, b"bytes")


@njit
def from_globals(i):
    return TABLE[i], COLUMNS[1, i], STRIDED[i], NESTED[1][0][0, 2], NESTED[2].y[i], NESTED[3].value, NESTED[4][0]


def test_arrays_of_the_module_are_constants():
    assert from_globals(2) == (2.0, 5, 6, 2, 2.0, 1, ord("b"))
    TABLE[2] = 50.0
    assert from_globals(2)[0] == 2.0
    TABLE[2] = 2.0


@njit
def returned():
    return TABLE, COLUMNS[1], (STRIDED, TABLE[3])


def test_arrays_of_the_module_as_results():
    table, row, (strided, number) = returned()
    np.testing.assert_array_equal(table, TABLE)
    np.testing.assert_array_equal(row, COLUMNS[1])
    np.testing.assert_array_equal(strided, STRIDED)
    assert number == 3.0 and table is not TABLE and row.dtype == np.int16


def test_an_array_of_the_module_cannot_be_written():
    @njit
    def writes(i):
        TABLE[i] = 1.0

    with pytest.raises(hotloop.errors.TypingError, match="read-only"):
        writes(0)


def test_an_array_of_a_closure_is_a_constant():
    def make(values):
        @njit
        def total():
            result = 0.0
            for value in values:
                result += value
            return result

        return total

    assert make(np.ones(4))() == 4.0 and make(np.arange(4.0))() == 6.0


LIST = [1, 2, 3]
OBJECTS = np.array([None, 1])


def test_what_stays_outside_says_so():
    @njit
    def of_list(i):
        return LIST[i]

    @njit
    def of_objects(i):
        return OBJECTS[i]

    with pytest.raises(hotloop.errors.TypingError, match="is a list"):
        of_list(0)
    with pytest.raises(hotloop.errors.TypingError, match="an array of dtype object"):
        of_objects(0)


CACHED = """
import collections, enum, sys
import numpy as np
from hotloop import njit

Point = collections.namedtuple("Point", "x y")
class Colour(enum.Enum):
    RED = 1
    GREEN = 2
TABLE = np.array([1.0, {element}])

@njit(cache=True)
def kernel(p, colour):
    return Point(p.x + TABLE[1], colour), colour is Colour.RED

result = kernel(Point(1, 2), Colour.GREEN)
assert result == (Point(1 + {element}, Colour.GREEN), False), result
assert type(result[0]) is Point
print(kernel.stats.cache_hits, kernel.stats.cache_misses)
"""


def test_the_cache_knows_classes_and_elements(tmp_path):
    def run(element):
        (tmp_path / "program.py").write_text(CACHED.replace("{element}", str(element)))
        environment = os.environ | {"HOTLOOP_CACHE_DIR": str(tmp_path / "cache")}
        command = [sys.executable, str(tmp_path / "program.py")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert run(2.0) == ["0", "1"]
    assert run(2.0) == ["1", "0"]
    assert run(3.0) == ["0", "1"]
