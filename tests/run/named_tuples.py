"""Named tuples: constructed by position, by keyword and with defaults, read by name, index and unpacking, compared, replaced, nested."""

import collections
from collections import namedtuple
from typing import NamedTuple

import numpy as np
from hotloop import njit

Point = namedtuple("Point", "x y")
Sized = collections.namedtuple("Sized", ["width", "height", "depth"], defaults=(2, 0.5))
ORIGIN = Point(0, y=0.0)


class Particle(NamedTuple):
    """A particle in the plane."""

    place: Point
    mass: float = 1.5
    charge: int = -1

    def weight(self):
        return 9.81 * self.mass


class Named(namedtuple("Base", ("a", "b"))):
    __slots__ = ()


Grid = NamedTuple("Grid", [("cells", object), ("step", float)])


@njit
def constructed(a, b):
    p, q = Point(a, b), Point(y=a, x=b)
    return p, q, p.x - q.y, p.y, p[0], p[-1], len(p), Point._make((b, a))


@njit
def defaults(a):
    s, t = Sized(a), Sized(a, depth=a)
    return s, t, s.width + s.height + s.depth, t.depth


@njit
def unpacked(a, b):
    x, y = Point(a, b)
    total = 0.0
    for item in Point(a, b):
        total += item
    first, *rest = Sized(a)
    return x * y, total, first, rest[0]


@njit
def compared(a, b):
    p, q = Point(a, b), Point(b, a)
    return p == q, p != q, p < q, p >= (a, b), p == (a, b), (b, a) == q, a in p, p + q, p[::-1]


@njit
def replaced(a, b):
    p = Point(a, b)
    q = p._replace(y=p.x)
    return q, p, q._replace(x=1.5, y=2), Particle(p)._replace(mass=a).mass


@njit
def nested(a, b):
    particle = Particle(Point(a, b), charge=2)
    return particle, particle.place.x, particle.mass * particle.charge, Particle(place=ORIGIN).place.y


@njit
def fields():
    p = Point(1, 2)
    return Point._fields, p._fields[1], len(Particle._fields), "mass" in Particle._fields


@njit
def moved(p, dx):
    return Point(p.x + dx, p.y)


@njit
def stepped(n):
    p = Point(0.0, 1.0)
    for i in range(n):
        p = moved(p, i)
        if p.x > 5.0:
            p = p._replace(y=p.y + 1.0)
    return p


@njit
def maybe(a):
    p = None
    if a > 0:
        p = Point(a, a)
    if p is None:
        return -1
    return p.x + p.y


@njit
def which(a):
    p = Point(a, a)
    n = Named(a, a)
    return (
        isinstance(p, Point),
        isinstance(p, tuple),
        isinstance(p, Named),
        isinstance(n, Named),
        isinstance((a, a), Point),
        isinstance(n, (Point, Named)),
    )


@njit
def with_arrays(cells):
    grid = Grid(cells, 0.5)
    total = 0.0
    for cell in grid.cells:
        total += cell * grid.step
    grid.cells[0] = total
    return total, grid.cells.shape[0]


@njit
def in_list(n):
    points = [Point(0, 0.5)]
    for i in range(n):
        points.append(Point(i, i * 1.5))
    total = 0.0
    for p in points:
        total += p.x + p.y
    return points, total, points[-1].x


@njit
def order(log):
    return Point(y=noted(log, 1), x=noted(log, 2))


@njit
def noted(log, value):
    log[0] = log[0] * 10 + value
    return value


CASES = [
    ("constructed", [1, 2.5]),
    ("constructed", [True, np.float32(2.5)]),
    ("defaults", [3]),
    ("unpacked", [3, 4]),
    ("compared", [1, 2]),
    ("compared", [2.5, 2.5]),
    ("replaced", [1.0, 2]),
    ("nested", [1, 2.5]),
    ("fields", []),
    ("stepped", [6]),
    ("maybe", [3]),
    ("maybe", [-3]),
    ("which", [3]),
    ("with_arrays", [np.arange(4.0)]),
    ("in_list", [4]),
    ("order", [np.array([0])]),
]
